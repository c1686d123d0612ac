"""Literal types of memories. No other imports, because worker processes need them fast."""

from typing import Literal

Role = Literal["user", "assistant"]
Kind = Literal["turn", "fact", "document", "summary"]
Status = Literal["pending", "complete", "aborted", "failed", "deleted"]
Verdict = Literal["POSITIVE", "NEGATIVE"]

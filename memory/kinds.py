"""The words that say what a memory is. Light: worker processes import them."""

from typing import Literal

Role = Literal["user", "assistant"]
Kind = Literal["turn", "fact", "document", "summary"]
Status = Literal["pending", "complete", "aborted", "failed", "deleted"]
Verdict = Literal["POSITIVE", "NEGATIVE"]

"""From a text that somebody said to token ids: whatever it says, never a control token.

Three ways lead from a text to a control token, and each is closed: its name, which the tokenizer
would look for before anything else; its name in other characters, where the tokenizer normalises
them to it; and a vocabulary that holds control tokens as words like any other.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from tokenizers import AddedToken, Encoding, Tokenizer


def controls_of(tokenizer: Tokenizer) -> dict[int, AddedToken]:
    """The added tokens of a tokenizer by id, but for runs of spaces, which control nothing."""
    added: dict[int, AddedToken] = tokenizer.get_added_tokens_decoder()
    return {i: each for i, each in added.items() if each.content.replace("▁", " ").strip()}


class PlainText:
    """A tokenizer for which the name of a control token is text like any other."""

    def __init__(self, tokenizer: Tokenizer, controls: Mapping[int, AddedToken]) -> None:
        state = json.loads(tokenizer.to_str())
        self._forbidden = controls.keys() - {_unknown(tokenizer, state["model"])}
        self._tokenizer = _without_controls(state, controls)

    def encode(self, text: str) -> list[int]:
        """The ids of the text; none of them is a control token's."""
        # A batch, even of one: only for a batch the tokenizer lets other threads go on meanwhile.
        encoding: Encoding = self._tokenizer.encode_batch([text], add_special_tokens=False)[0]
        ids: list[int] = encoding.ids
        if self._forbidden.isdisjoint(ids):
            return ids
        ids = []
        for piece in _cut(text, encoding, self._forbidden):
            # Every piece is shorter than the text, so this ends; mostly it does at once.
            ids += self.encode(piece)
        return ids

    def normalize(self, text: str) -> str:
        """The text as the tokenizer sees it before it is cut into tokens."""
        normalizer = self._tokenizer.normalizer
        seen = text if normalizer is None else normalizer.normalize_str(text)
        return seen.replace("▁", " ")


def _cut(text: str, encoding: Encoding, forbidden: Collection[int]) -> list[str]:
    """The text cut inside every control token in it. One of a single character is left out."""
    pieces, begin = [], 0
    for i, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
        if i in forbidden:
            inside = (start + end) // 2
            pieces.append(text[begin:inside])
            begin = inside if end - start > 1 else end
    pieces.append(text[begin:])
    return [piece for piece in pieces if len(piece) < len(text)]


def _unknown(tokenizer: Tokenizer, model: dict[str, Any]) -> int | None:
    """The id that stands for characters outside the vocabulary: it controls nothing."""
    if "unk_id" in model:
        return int(model["unk_id"]) if model["unk_id"] is not None else None
    name = model.get("unk_token")
    return tokenizer.token_to_id(name) if name is not None else None


def _without_controls(state: dict[str, Any], controls: Collection[int]) -> Tokenizer:
    """The tokenizer with this state, but blind for the names of its control tokens in a text."""
    for added in state["added_tokens"]:
        # Some models mark theirs (<think>, <tool_call>) as not special, though they control too.
        added["special"] = added["special"] or added["id"] in controls
    # A space is put before the first text of a prompt only; here every text comes after a control.
    spacing = state["pre_tokenizer"] or {}
    for step in (spacing, *spacing.get("pretokenizers", ())):
        if step.get("prepend_scheme") == "first":
            step["prepend_scheme"] = "never"
    plain: Tokenizer = Tokenizer.from_str(json.dumps(state))
    plain.encode_special_tokens = True
    plain.no_truncation()
    plain.no_padding()
    return plain

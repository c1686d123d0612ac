"""Text → token ids without control tokens.

A text could produce a control token in three ways, all prevented here: by its name, which a
tokenizer looks for first; by other characters that the tokenizer normalizes to its name; and by a
vocabulary that contains control tokens as ordinary words.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

from tokenizers import AddedToken, Encoding, Tokenizer


def controls_of(tokenizer: Tokenizer) -> dict[int, AddedToken]:
    """The added tokens of a tokenizer by id, except runs of spaces."""
    added: dict[int, AddedToken] = tokenizer.get_added_tokens_decoder()
    return {i: each for i, each in added.items() if each.content.replace("▁", " ").strip()}


class PlainText:
    """A tokenizer that treats the names of control tokens as ordinary text."""

    def __init__(self, tokenizer: Tokenizer, controls: Mapping[int, AddedToken]) -> None:
        state = json.loads(tokenizer.to_str())
        self._forbidden = controls.keys() - {_unknown(tokenizer, state["model"])}
        self._tokenizer = _without_controls(state, controls)

    def encode(self, text: str) -> list[int]:
        """The ids of the text, none of a control token."""
        # A batch of one, because only encode_batch releases the GIL.
        encoding: Encoding = self._tokenizer.encode_batch([text], add_special_tokens=False)[0]
        ids: list[int] = encoding.ids
        if self._forbidden.isdisjoint(ids):
            return ids
        ids = []
        for piece in _cut(text, encoding, self._forbidden):
            # Every piece is shorter than the text, so the recursion ends.
            ids += self.encode(piece)
        return ids

    def normalize(self, text: str) -> str:
        """The text after the tokenizer's normalization."""
        normalizer = self._tokenizer.normalizer
        normalized = text if normalizer is None else normalizer.normalize_str(text)
        return normalized.replace("▁", " ")


def _cut(text: str, encoding: Encoding, forbidden: Collection[int]) -> list[str]:
    """The text, cut inside every control token. One of a single character is removed."""
    pieces, begin = [], 0
    for i, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
        if i in forbidden:
            inside = (start + end) // 2
            pieces.append(text[begin:inside])
            begin = inside if end - start > 1 else end
    pieces.append(text[begin:])
    return [piece for piece in pieces if len(piece) < len(text)]


def _unknown(tokenizer: Tokenizer, model: dict[str, Any]) -> int | None:
    """The id for characters outside the vocabulary, which is harmless."""
    if "unk_id" in model:
        return int(model["unk_id"]) if model["unk_id"] is not None else None
    name = model.get("unk_token")
    return tokenizer.token_to_id(name) if name is not None else None


def _without_controls(state: dict[str, Any], controls: Collection[int]) -> Tokenizer:
    """A tokenizer with this state that does not look for the names of its control tokens."""
    for added in state["added_tokens"]:
        # Some models declare control tokens such as <think> and <tool_call> as not special.
        added["special"] = added["special"] or added["id"] in controls
    # "first" puts a space before the first text of a prompt; here a text follows a control token.
    spacing = state["pre_tokenizer"] or {}
    for step in (spacing, *spacing.get("pretokenizers", ())):
        if step.get("prepend_scheme") == "first":
            step["prepend_scheme"] = "never"
    plain: Tokenizer = Tokenizer.from_str(json.dumps(state))
    plain.encode_special_tokens = True
    plain.no_truncation()
    plain.no_padding()
    return plain

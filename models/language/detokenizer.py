"""From token ids, one by one, to text that may be shown: whole characters, and no stop text."""

from collections.abc import Collection, Sequence

from tokenizers import Tokenizer

_BROKEN = "\ufffd"  # what a tokenizer writes for bytes that are not (yet) a character


class TextDecoder:
    """Tokens in, whole characters out: a character's bytes may lie in several tokens."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        # The tokens of the piece shown last, which decide how the next begins (whether with a
        # space), and those that are not shown yet.
        self._ids: list[int] = []
        self._shown = 0
        self._before = ""

    def push(self, token: int) -> str:
        """The text that this token completes; may be empty."""
        self._ids.append(token)
        text = self._new_text()
        if not text or text.endswith(_BROKEN):
            return ""
        del self._ids[: self._shown]
        self._shown = len(self._ids)
        self._before = self._decode(self._ids)
        return text

    def flush(self) -> str:
        """What is left at the end, without the bytes of a character that was cut in half."""
        return self._new_text().rstrip(_BROKEN)

    def _new_text(self) -> str:
        text = self._decode(self._ids)
        if text.startswith(self._before):
            return text[len(self._before) :]
        # Where bytes are tokens, one that is no character spoils all that stand beside it, though
        # they were shown as what they were.
        return self._decode(self._ids[self._shown :])

    def _decode(self, ids: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True)
        return text


class StopText:
    """Ends a text before the first stop text in it, wherever the pieces of the text are cut.

    First is the one that is complete first: what comes out does not depend on the pieces.
    """

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""

    def push(self, piece: str) -> tuple[str, bool]:
        """The text that may be shown now, and whether a stop text was found.

        The longest end that may be the beginning of a stop text is held back.
        """
        text = self._held + piece
        found = [
            (start + len(stop), start) for stop in self._stops if (start := text.find(stop)) >= 0
        ]
        if found:
            self._held = ""
            return text[: min(found)[1]], True
        keep = len(text) - self._possible_beginning(text)
        self._held = text[keep:]
        return text[:keep], False

    def flush(self) -> str:
        """What was held back, at the end of a text in which no stop text was found."""
        text, self._held = self._held, ""
        return text

    def _possible_beginning(self, text: str) -> int:
        """The length of the longest end of the text with which a stop text begins."""
        longest = max((len(stop) - 1 for stop in self._stops), default=0)
        for length in range(min(longest, len(text)), 0, -1):
            if any(stop.startswith(text[-length:]) for stop in self._stops):
                return length
        return 0


class AnswerText:
    """The text of one answer, up to a stop token or a stop text, neither of which is shown."""

    def __init__(
        self, tokenizer: Tokenizer, stop_tokens: Collection[int], stops: tuple[str, ...]
    ) -> None:
        self._stop_tokens = stop_tokens
        self._decoder = TextDecoder(tokenizer)
        self._stop = StopText(stops)
        self.tokens = 0
        """How many tokens were read, with the one that ended it."""
        self.ended = False
        """Whether a stop token or a stop text was read."""

    def push(self, tokens: Sequence[int]) -> str:
        """The next text to show, given all tokens of the answer so far; may be empty."""
        text = ""
        for token in tokens[self.tokens :]:
            if self.ended:
                break
            self.tokens += 1
            if token in self._stop_tokens:
                self.ended = True
                return text + self.flush()
            shown, self.ended = self._stop.push(self._decoder.push(token))
            text += shown
        return text

    def flush(self) -> str:
        """What is left to show when no more tokens come."""
        shown, found = self._stop.push(self._decoder.flush())
        self.ended = self.ended or found
        return shown + self._stop.flush()

"""Token ids → streamed text: complete characters, up to a stop token or stop text."""

from collections.abc import Collection, Sequence

from tokenizers import Tokenizer

_BROKEN = "\ufffd"  # a tokenizer's output for bytes that are not (yet) a character


class TextDecoder:
    """Tokens in, complete characters out: the bytes of one may be in several tokens.

    ``after`` are the last tokens of a text that they continue.
    """

    def __init__(self, tokenizer: Tokenizer, after: Sequence[int] = ()) -> None:
        self._tokenizer = tokenizer
        # The tokens of the last piece, on which the beginning of the next depends (whether it has a
        # space), and those that have no text yet.
        self._ids = list(after)
        self._done = len(self._ids)
        self._before = self._decode(self._ids)

    def push(self, token: int) -> str:
        """The text that this token completes, possibly none."""
        self._ids.append(token)
        text = self._new_text()
        if not text or text.endswith(_BROKEN):
            return ""
        del self._ids[: self._done]
        self._done = len(self._ids)
        self._before = self._decode(self._ids)
        return text

    def flush(self) -> str:
        """The remaining text, without the bytes of an incomplete character."""
        return self._new_text().rstrip(_BROKEN)

    def _new_text(self) -> str:
        text = self._decode(self._ids)
        if text.startswith(self._before):
            return text[len(self._before) :]
        # With byte tokens, an invalid byte changes the decoding of the bytes beside it, which were
        # already output.
        return self._decode(self._ids[self._done :])

    def _decode(self, ids: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True)
        return text


class StopText:
    """Ends a streamed text before its first stop text, wherever the pieces are cut.

    The first is the one that is complete first, so the result does not depend on the pieces.
    """

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""

    def push(self, piece: str) -> tuple[str, bool]:
        """The text that is safe to output, and whether a stop text was found.

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
        """The text that was held back, at the end without a stop text."""
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
    """The text of one answer, up to a stop token or a stop text, without it.

    ``after`` are the last tokens of a text that it continues.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        stop_tokens: Collection[int],
        stops: tuple[str, ...],
        after: Sequence[int] = (),
    ) -> None:
        self._stop_tokens = stop_tokens
        self._decoder = TextDecoder(tokenizer, after)
        self._stop = StopText(stops)
        self.tokens = 0
        """Tokens so far, with the stop token."""
        self.ended = False
        """Whether a stop token or a stop text occurred."""

    def push(self, tokens: Sequence[int]) -> str:
        """The next text, given all tokens of the answer so far; possibly none."""
        text = ""
        for token in tokens[self.tokens :]:
            if self.ended:
                break
            self.tokens += 1
            if token in self._stop_tokens:
                self.ended = True
                return text + self.flush()
            piece, self.ended = self._stop.push(self._decoder.push(token))
            text += piece
        return text

    def flush(self) -> str:
        """The remaining text when no more tokens come."""
        piece, found = self._stop.push(self._decoder.flush())
        self.ended = self.ended or found
        return piece + self._stop.flush()

"""Word wrap for a text that is streamed."""

import re

from rich.cells import cell_len

# After a space, and after each character of scripts without spaces.
_BREAKS = re.compile(r"(?<=\s)|(?<=[\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef])")
_LONGEST = 40  # columns; a longer word is printed before its end


class Wrapper:
    """Buffers the last, incomplete word, and breaks the line before a word that does not fit."""

    def __init__(self, width: int) -> None:
        # The last column stays free: a space there would start a new line.
        self._width = width - 1
        self._column = 0
        self._held = ""

    def push(self, piece: str) -> str:
        """Add a piece of text. Returns the text to print now."""
        *whole, self._held = _BREAKS.split(self._held + piece)
        text = "".join(map(self._placed, whole))
        return text + self.flush() if cell_len(self._held) > _LONGEST else text

    def flush(self) -> str:
        """The buffered word, at the end of the text."""
        word, self._held = self._held, ""
        return self._placed(word)

    def _placed(self, word: str) -> str:
        broken = self._column > 0 and self._column + cell_len(word.rstrip()) > self._width
        if broken:
            self._column = 0
        self._column = 0 if word.endswith("\n") else self._column + cell_len(word)
        return f"\n{word}" if broken else word

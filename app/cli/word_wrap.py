"""Line breaks between words, for a text that comes in pieces."""

import re

from rich.cells import cell_len

# After a space, and after each character of the scripts that write none between words.
_BREAKS = re.compile(r"(?<=\s)|(?<=[\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef])")
_LONGEST = 40  # columns of a word that is waited for


class Wrapper:
    """Holds back the word that is not yet complete, and puts a line break before one too many."""

    def __init__(self, width: int) -> None:
        # The last column stays free: a space there would begin a line of its own.
        self._width = width - 1
        self._column = 0
        self._held = ""

    def push(self, piece: str) -> str:
        """The text to print now."""
        *whole, self._held = _BREAKS.split(self._held + piece)
        text = "".join(map(self._placed, whole))
        return text + self.flush() if cell_len(self._held) > _LONGEST else text

    def flush(self) -> str:
        """What was held back, at the end of the text."""
        word, self._held = self._held, ""
        return self._placed(word)

    def _placed(self, word: str) -> str:
        broken = self._column > 0 and self._column + cell_len(word.rstrip()) > self._width
        if broken:
            self._column = 0
        self._column = 0 if word.endswith("\n") else self._column + cell_len(word)
        return f"\n{word}" if broken else word

"""Secrets are redacted in memories that go into a prompt; the stored text keeps them.

A memory goes to the language model, and from there into answers, histories and whatever reads them.
A key or a card number has no business there. Off by ``TAPEHEAD_REDACT_SECRETS=false``.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock

from memory.secret_patterns import HINT, PATTERNS

# A long text is searched in windows, because a search holds the GIL. A secret that begins in one
# may end up to _REACH characters after it.
_WINDOW = 65_536
_REACH = 16_384


@dataclass(frozen=True, slots=True)
class Redacted:
    """A redacted text, and the kinds of the secrets that were in it."""

    text: str
    withheld: tuple[str, ...] = ()


Redaction = Callable[[str], Redacted]
Secret = tuple[int, int, str]
"""The start, end and kind of a secret in a text."""
# What stands for a secret of a kind.
WITHHELD = "[withheld: {}]".format
# Characters of a memory in a reading and in tools; `GET /v1/memories/{id}` has all.
MAX_SHOWN_CHARACTERS = 16_384


def shortened(show: Redaction) -> Redaction:
    """The same for the beginning of a long text only, so that a list of many is fast."""

    def show_beginning(text: str) -> Redacted:
        if len(text) > MAX_SHOWN_CHARACTERS:
            text = f"{text[:MAX_SHOWN_CHARACTERS]}…"
        return show(text)

    return show_beginning


def unredacted(text: str) -> Redacted:
    """The text without redaction."""
    return Redacted(text)


def redact(text: str) -> Redacted:
    """The text with ``[withheld: card number]`` instead of each secret."""
    if not HINT.search(text):
        return Redacted(text)
    shown, kinds, end = list[str](), list[str](), 0
    for start, stop, kind in _cached_secrets(text):
        if start >= end:
            shown += text[end:start], WITHHELD(kind)
            kinds.append(kind)
        end = max(end, stop)
    return Redacted("".join([*shown, text[end:]]), tuple(kinds))


class SecretCache:
    """The secrets of long texts that were searched lately, by the digest of the text.

    A search of 16 KB can take 10 ms with the GIL held, and a client may list the same texts again
    and again. A text counts as one entry, and each of its secrets as one more.
    """

    def __init__(self, max_entries: int) -> None:
        self.entries = 0
        self._max_entries = max_entries
        self._secrets: OrderedDict[bytes, list[Secret]] = OrderedDict()
        self._lock = Lock()

    def get(self, digest: bytes) -> list[Secret] | None:
        with self._lock:
            if digest in self._secrets:
                self._secrets.move_to_end(digest)
            return self._secrets.get(digest)

    def put(self, digest: bytes, secrets: list[Secret]) -> None:
        with self._lock:
            if digest not in self._secrets:
                self._secrets[digest] = secrets
                self.entries += 1 + len(secrets)
            while self.entries > self._max_entries:
                self.entries -= 1 + len(self._secrets.popitem(last=False)[1])


_CACHED_CHARACTERS = 1_000  # shorter texts are searched in a millisecond
_cache = SecretCache(max_entries=50_000)  # about 5 MB


def _cached_secrets(text: str) -> list[Secret]:
    """``find_secrets`` through the cache."""
    if len(text) < _CACHED_CHARACTERS:
        return find_secrets(text)
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    found = _cache.get(digest)
    if found is None:
        found = find_secrets(text)
        _cache.put(digest, found)
    return found


def find_secrets(text: str) -> list[Secret]:
    """All secrets in the text, by start. They may overlap."""
    found = []
    for pattern in PATTERNS:
        window = len(text) if pattern.long else _WINDOW
        for begin in range(0, len(text), window):
            for match in pattern.regex.finditer(text, begin, begin + window + _REACH):
                if match.start() >= begin + window:
                    break
                start, end = match.span(match.lastindex or 0)
                length = pattern.measure(text[start:end])
                if length:
                    found.append((start, start + length, pattern.kind))
    return sorted(found, key=lambda secret: secret[0])

"""Texts of an engine's request and answer, as the service stores them."""

from memory.excerpts import without_data_uris


def clean_text(text: str) -> str:
    """The text without data URIs, and without what databases do not store: NUL, lone surrogates."""
    return without_data_uris(text.replace("\0", "").encode("utf-8", "ignore").decode())

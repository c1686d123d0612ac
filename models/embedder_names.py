"""What identifies an embedder, and what its name and configuration say."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

WITH_TOKENS = "+tokens"
"""The end of the name of an embedder whose vectors come with tokens."""


def comparable(one: str | None, other: str) -> bool:
    """Whether the vectors of these two embedders may be compared: tokens make no difference."""
    return one is not None and one.removesuffix(WITH_TOKENS) == other.removesuffix(WITH_TOKENS)


def knows_only_english(name: str) -> bool:
    """Whether the name is that of a well-known embedder for English: all-MiniLM, all-mpnet, …-en.

    The cosines of such a one for texts in other languages say little.
    """
    known = name.casefold().replace("_", "-").partition("@")[0]
    return any(each in known for each in ("all-minilm", "all-mpnet")) or "en" in known.split("-")


def name_with_digest(folder: Path) -> str:
    """The folder's name and a digest of what decides its vectors: configuration and weights."""
    digest = hashlib.sha256()
    files = (path for kind in ("json", "txt", "safetensors") for path in folder.rglob(f"*.{kind}"))
    for path in sorted(files):
        with path.open("rb") as content:
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(hashlib.file_digest(content, "sha256").digest())
    folder = folder.resolve()
    name = folder.name if folder.name != "model" else folder.parent.name
    return f"{name}@{digest.hexdigest()[:12]}"


def prompt_for(prompts: Mapping[str, str | None], *names: str) -> str:
    """The first prompt under one of these names that is not empty, or an empty text."""
    return next((prompt for name in names if (prompt := prompts.get(name))), "")

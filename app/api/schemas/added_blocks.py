"""Blocks that programs put into a user's message for the model. The user did not say them.

Coding agents add ``<system-reminder>``, Open WebUI adds ``<attached_files>`` before a picture. The
text of a document that Anthropic's clients attach reaches an engine as ``<attached_document>``.
"""

_ATTACHED, _END_OF_ATTACHED = "<attached_files>", "</attached_files>"
_DOCUMENT = "<attached_document>"
_BEGINNINGS = ("<system-reminder>", _ATTACHED, _DOCUMENT)


def attached_document(text: str) -> str:
    """The block for an attached document of this text."""
    return f"{_DOCUMENT}\n{text}\n</attached_document>"


def is_attached_document(text: str) -> bool:
    return text.startswith(_DOCUMENT)


def is_added(part: str) -> bool:
    """Whether the text of a part of a message is such a block."""
    return part.lstrip().startswith(_BEGINNINGS)


def without_attached(text: str) -> str:
    """A message without the list of files at its beginning; itself if nothing else is left."""
    if not text.startswith(_ATTACHED):
        return text
    return text.partition(_END_OF_ATTACHED)[2].lstrip() or text

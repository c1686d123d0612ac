"""The text of a PDF. Runs in a process of its own, which imports nothing but this."""

import io

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

_ENCRYPTED = "the PDF is encrypted; save it without a password first"


def text_of(content: bytes) -> tuple[str, str]:
    """The text of all pages, and why there is none.

    The fault is no exception: pypdf's own would not cross from one process to the other.
    """
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            return "", _ENCRYPTED
        return "\n\n".join(page.extract_text() for page in reader.pages), ""
    except (DependencyError, FileNotDecryptedError):
        return "", _ENCRYPTED
    except Exception:  # noqa: BLE001 - a broken file breaks the reader in any way there is
        return "", "the PDF is broken: no reader here makes sense of it"

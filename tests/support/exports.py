"""Another service's export, converted as the worker does it, without a service."""

import io
import json
import tempfile
import zipfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from app.importers.foreign_exports import Conversion
from app.importers.import_report import ImportReport
from app.importers.lines_of_exports import Speakers
from app.importers.spool import Spool


@dataclass(frozen=True, slots=True)
class Converted:
    """The lines by type, and what was left out."""

    conversations: list[dict[str, Any]]
    memories: list[dict[str, Any]]
    report: ImportReport

    @property
    def said(self) -> list[tuple[str, str | None, str]]:
        """Role, speaker and text of each memory, in order."""
        return [(each["role"], each["speaker"], each["text"]) for each in self.memories]


def converted(content: Any, me: str | None = None, zone: tzinfo = UTC) -> Converted:
    """``content`` is the file's bytes, or what its JSON says. Raises BadItem."""
    file = content if isinstance(content, bytes) else json.dumps(content).encode()
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, closing(Spool(Path(folder))) as spool:
        conversion = Conversion(spool, 8_000_000, 50_000_000, Speakers(me), zone)
        conversion.read(io.BytesIO(file))
        spool.write_to(out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    memories = [line for line in lines if line["type"] == "memory"]
    assert len(memories) == conversion.memories
    conversations = [line for line in lines if line["type"] == "conversation"]
    return Converted(conversations, memories, conversion.report)


def zipped(files: dict[str, Any]) -> bytes:
    """A ZIP archive of files by name. They are bytes, or what their JSON says.

    Its entries have no time: tests are named after their bytes, the same in every worker.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files.items():
            data = file if isinstance(file, bytes) else json.dumps(file).encode()
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return content.getvalue()

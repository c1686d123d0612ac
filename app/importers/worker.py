"""``python -m app.importers.worker FOLDER LONGEST ROOM``: another service's export, as our own.

The file comes on the standard input. The answer is a line of JSON that holds an ``error`` or null;
then, where there is none, everything as lines of our own export, the oldest first. Of what is read
only one conversation lies in memory; the others lie in an unlinked file in FOLDER, of ROOM bytes at
the most. No line is longer than LONGEST bytes. ``app/importers/export_conversion.py`` starts it.
"""

import errno
import json
import sys
from pathlib import Path

from app.worker_limits import MEMORY_BYTES, limit

CPU_SECONDS = 600
# Made here, because there is no memory left where it is needed.
_OUT_OF_MEMORY = {
    "place": "the file",
    "message": f"needs more than {MEMORY_BYTES >> 20} MiB of memory to be read",
}


def main() -> None:
    limit(CPU_SECONDS)
    from app.importers.archive import BadItem, EndLine, HeaderLine, dump
    from app.importers.foreign_exports import read_export
    from app.importers.spool import Spool

    folder, longest, room = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    out = sys.stdout.buffer
    error: dict[str, str] | None = None
    try:
        spool = Spool(folder)
        memories = read_export(sys.stdin.buffer, spool, max_line_bytes=longest, max_bytes=room)
    except BadItem as fault:
        error = {"place": fault.place, "message": fault.message}
    except MemoryError:
        error = _OUT_OF_MEMORY
    except OSError as fault:
        if fault.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        error = {"place": "", "message": "no room"}
    out.write(json.dumps({"error": error}).encode() + b"\n")
    if error is None:
        out.write(dump(HeaderLine()))
        spool.write_to(out)
        out.write(dump(EndLine(memories=memories)))
    out.flush()


if __name__ == "__main__":
    main()

"""``python -m app.importers.worker FOLDER LONGEST ROOM``: another service's export, as our own.

A line of JSON with options (``me``, ``zone``) comes on the standard input, and the file after it.
The answer is a line of JSON that holds an ``error`` or null, and the report of what was left out;
then, where there is no error, everything as lines of our own export, the oldest first. Of what is
read only one conversation lies in memory; the others lie in an unlinked file in FOLDER, of ROOM
bytes at the most. No line is longer than LONGEST bytes. ``app/importers/export_conversion.py``
starts it.
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
    from app.importers.foreign_exports import Conversion
    from app.importers.lines_of_exports import Speakers
    from app.importers.spool import Spool
    from app.time_zones import time_zone

    folder, longest, room = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    out = sys.stdout.buffer
    error: dict[str, str] | None = None
    options = json.loads(sys.stdin.buffer.readline())
    speakers, zone = Speakers(options["me"]), time_zone(options["zone"])
    try:
        conversion = Conversion(Spool(folder), longest, room, speakers, zone)
        conversion.read(sys.stdin.buffer)
    except BadItem as fault:
        error = {"place": fault.place, "message": fault.message}
    except MemoryError:
        error = _OUT_OF_MEMORY
    except OSError as fault:
        if fault.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        error = {"place": "", "message": "no room"}
    report = None if error else conversion.report.as_json()
    out.write(json.dumps({"error": error, "report": report}).encode() + b"\n")
    if error is None:
        out.write(dump(HeaderLine()))
        conversion.spool.write_to(out)
        out.write(dump(EndLine(memories=conversion.memories)))
    out.flush()


if __name__ == "__main__":
    main()

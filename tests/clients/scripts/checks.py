"""What the scripts of clients share: where the service is, and how a check is reported.

A script calls ``run`` with its checks, functions that raise if the client does not work. Each is
reported as a line of JSON on stdout. With names on the command line, only those are run.
"""

import asyncio
import inspect
import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

ADDRESS = os.environ["CLIENT_ADDRESS"]
"""The service's, without a path."""
URL = f"{ADDRESS}/v1"
KEY = os.environ["CLIENT_KEY"]
MODEL = os.environ["CLIENT_MODEL"]
EMBEDDER = os.environ["CLIENT_EMBEDDER"]
DOG = "My dog is called Biscuit."
ASKED = "What is my dog called?"
# Within bounds: a small model that is held to a grammar may write one text without end.
PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 20},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


def contains(text: Any, part: str) -> None:
    """Fail, showing the text, if it has no such part."""
    assert isinstance(text, str), f"no text: {text!r}"
    assert part in text, f"{part!r} is not in {text!r}"


def run(*checks: Callable[[], Any]) -> None:
    """Run them in turn, all of them, and exit with 1 if one failed."""
    failed = False
    for check in checks:
        if sys.argv[1:] and check.__name__ not in sys.argv[1:]:
            continue
        try:
            result = check()
            if inspect.iscoroutine(result):
                asyncio.run(result)
        except Exception:  # noqa: BLE001 - of any client; the other checks are still run
            traceback.print_exc()
            failed = True
            print(json.dumps({check.__name__: False}), flush=True)
        else:
            print(json.dumps({check.__name__: True}), flush=True)
    sys.exit(failed)

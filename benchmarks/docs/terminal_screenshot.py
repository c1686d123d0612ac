"""Draws ``docs/terminal.svg``: a real chat with the bundled model, told once and remembered later.

``python -m benchmarks.docs.terminal_screenshot`` starts ``tapehead serve`` twice on one new folder,
as a user would.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

from app.cli.chat import Terminal
from tapehead_client.client import Client

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "terminal.svg"
TAPEHEAD = Path(sys.executable).with_name("tapehead")
FIRST = ("My dog is called Biscuit, he is a corgi", "I painted the kitchen yellow last week")
LATER = ("What is my dog's name?",)


@contextmanager
def serving(data: str) -> Iterator[str]:
    """The address of the service on this data folder."""
    process = subprocess.Popen(
        [TAPEHEAD, "serve", "--port", "0", "--data-dir", data],
        env=os.environ | {"TAPEHEAD_TEMPERATURE": "0", "TAPEHEAD_MAX_TOKENS": "60"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        told = process.stdout or iter(())
        yield next(found[0] for line in told if (found := re.search(r"http\S+(?=/docs)", line)))
    finally:
        process.terminate()
        process.communicate()


def main() -> None:
    console = Console(record=True, width=92, force_terminal=True)
    with tempfile.TemporaryDirectory() as data:
        for number, messages in enumerate((FIRST, LATER)):
            if number:
                console.print("\n[dim]… the service was stopped and started again …[/]")
            with serving(data) as address:
                client = Client(address, "local")
                terminal = Terminal(client, console, None)
                for message in messages:
                    console.print(Text(f"\nyou › {message}", style="bold cyan"))
                    terminal.handle(message)
                client.close()
    drawn = console.export_svg(title="tapehead chat")
    # Whatever monospaced font is there will do: a picture fetches nothing.
    PICTURE.write_text(re.sub(r"@font-face \{[^}]*\}\s*", "", drawn))
    print(f"drawn: {PICTURE}")


if __name__ == "__main__":
    main()

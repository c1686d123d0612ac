"""What every command of ``tapehead`` shares: where it writes, and how it takes its settings."""

import sys
from typing import Any

from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from app.settings import Settings

console = Console()
complaints = Console(stderr=True)


def settings_given(**given: Any) -> Settings:
    """The settings, with what the command line says instead. Bad ones end the program."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"]).upper()
            complain(f"TAPEHEAD_{name}: {fault['msg'].removeprefix('Value error, ')}")
        sys.exit(2)


def complain(message: str) -> None:
    complaints.print(f"[bold red]tapehead:[/] {escape(message)}", highlight=False, soft_wrap=True)

"""``tapehead chat``: a conversation in the terminal, with the memories of each reply."""

import re
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import Any

from rich.bar import Bar
from rich.console import Console
from rich.markup import escape
from rich.prompt import Confirm
from rich.table import Table
from rich.text import Text

from app.cli.word_wrap import Wrapper
from tapehead_client.client import Client, ClientError, ConnectionLost

# Control characters, and those that change the direction of writing.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LONGEST = 160  # characters of a memory on one line
_BAR = 12  # columns

HELP = """\
[bold]/new[/]       start a new conversation; memories stay
[bold]/memories[/]  list the newest memories
[bold]/forget N[/]  erase memory N of the last list
[bold]/help[/]      show this help
[bold]/quit[/]      quit, as Ctrl-D; Ctrl-C stops a reply"""


class Terminal:
    """One chat: its conversation, and the memories of the last list."""

    def __init__(self, client: Client, console: Console, conversation_id: str | None) -> None:
        self.client = client
        self.console = console
        self.conversation_id = conversation_id
        self.listed: list[dict[str, Any]] = []
        self._commands: dict[str, Callable[[str], None]] = {
            "/new": self._new,
            "/memories": self._memories,
            "/forget": self._forget,
            "/help": lambda _: self.console.print(HELP),
        }

    def run(self) -> bool:
        """Chat until ``/quit`` or the end of the input. Returns whether everything succeeded."""
        succeeded = True
        interactive = sys.stdin.isatty()
        if interactive:
            import readline  # noqa: F401 - adds line editing and history to input()

            me = f", [bold]{escape(self.client.user)}[/]" if self.client.user else ""
            self.console.print(
                f"[bold]{escape(self.client.model())}[/] remembers you{me}. "
                f"[dim]/help shows the commands.[/]"
            )
        while True:
            try:
                # \1 and \2 mark characters without width for readline.
                line = input("\n\1\033[1;36m\2you › \1\033[0m\2" if interactive else "").strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                break
            if line == "/quit":
                break
            if line:
                succeeded = self.handle(line) and succeeded
        if interactive:
            self.console.print()
        return succeeded

    def handle(self, line: str) -> bool:
        """Run a command or send a message. Returns whether it succeeded."""
        line = line.encode(errors="replace").decode()  # a pipe may hold invalid UTF-8
        try:
            if line.startswith("/"):
                command, _, argument = line.partition(" ")
                if command not in self._commands:
                    self.console.print(
                        f"[red]Unknown command {escape(clean(command))}.[/] Try /help."
                    )
                    return False
                self._commands[command](argument.strip())
                return True
            return self._send(line)
        except ClientError as error:
            self.console.print(f"[red]{escape(clean(str(error)))}[/]")
            return False

    def _send(self, message: str) -> bool:
        shown, reply_id = "", None
        wrapper = Wrapper(self.console.width if self.console.is_terminal else sys.maxsize)
        events = self.client.chat(message, self.conversation_id)
        try:
            with closing(events):
                for name, data in events:
                    match name:
                        case "reply":
                            reply_id, self.conversation_id = data["id"], data["conversation_id"]
                        case "memory":
                            self._show_memories(data)
                        case "delta":
                            shown += data["text"]
                            self._print(wrapper.push(clean(data["text"])))
                        case "error":
                            self._print(wrapper.flush(), end="\n")
                            raise ClientError(data["error"]["message"])
        except KeyboardInterrupt:
            self._print(wrapper.flush(), end="\n")
            self.console.print("[dim]Stopped.[/]")
            return True
        except ConnectionLost as lost:
            self._print(wrapper.flush(), end="\n")
            return self._recover(reply_id, shown, lost)
        self._print(wrapper.flush(), end="\n")
        return True

    def _recover(self, reply_id: str | None, shown: str, lost: ConnectionLost) -> bool:
        """After a broken stream: print the rest of the reply as it is stored."""
        self.console.print(f"[dim]{lost} Getting the stored reply …[/]")
        reply = self.client.wait_for_reply(reply_id) if reply_id else None
        if reply is None:
            raise ClientError(
                "The service does not answer. It stored your message if the reply had started."
            )
        # What is stored of an answer that began with thoughts begins after them.
        self._print(clean(reply["message"].removeprefix(shown)), end="\n")
        if reply["status"] != "complete":
            self.console.print(f"[dim]The reply is {reply['status']}.[/]")
        return bool(reply["status"] == "complete")

    def _print(self, text: str, end: str = "") -> None:
        """Print a text from the service, not as markup."""
        self.console.print(Text(text), end=end, soft_wrap=True)

    def _show_memories(self, reading: dict[str, Any]) -> None:
        """Print the memories in the prompt, with their weights."""
        self.listed = reading["memories"]
        if not self.listed:
            return
        table = Table.grid(padding=(0, 2, 0, 0))
        for number, memory in enumerate(self.listed, 1):
            table.add_row(
                _bar(memory["score"], "green"),
                f"{memory['score']:.2f}",
                f"[bold]{number}[/]",
                when(memory),
                one_line(memory["memory"]),
            )
        nothing = reading["null_weight"]
        table.add_row(
            _bar(nothing, "bright_black"),
            f"[dim]{nothing:.2f}[/]",
            "",
            "",
            "[dim]no relevant memory[/]",
        )
        self.console.print(table)

    def _new(self, _: str) -> None:
        self.conversation_id = None
        self.console.print("New conversation. Memories stay.")

    def _memories(self, _: str) -> None:
        self.listed = self.client.memories()
        if not self.listed:
            self.console.print("No memories yet.")
            return
        table = Table.grid(padding=(0, 2, 0, 0))
        for number, memory in enumerate(self.listed, 1):
            table.add_row(f"[bold]{number}[/]", when(memory), one_line(memory["memory"]))
        self.console.print(table)

    def _forget(self, argument: str) -> None:
        if not argument.isdecimal() or not 1 <= int(argument) <= len(self.listed):
            raise ClientError("/forget needs the number of a memory. List memories with /memories.")
        memory = self.listed[int(argument) - 1]
        self.console.print(Text("  ").append(one_line(memory["memory"])))
        if sys.stdin.isatty() and not Confirm.ask("Erase it permanently?", console=self.console):
            return
        self.client.forget(memory["id"])
        # The other memories keep their numbers.
        self.listed[int(argument) - 1] = {**memory, "memory": "(forgotten)"}
        self.console.print("Forgotten. [dim]Answers that repeat it stay.[/]")


def clean(text: str) -> str:
    """The text without characters that control a terminal."""
    return _CONTROL.sub("", text)


def _bar(share: float, color: str) -> Bar:
    return Bar(1, 0, share, width=_BAR, color=color)


def when(memory: dict[str, Any]) -> str:
    """Role and local date of a memory, as markup."""
    day = datetime.fromisoformat(memory["created_at"]).astimezone()
    who = {"user": "you", "assistant": "bot"}.get(memory["role"], memory["role"])
    return f"[dim]{who}, {day:%-d %b %Y}[/]"


def one_line(text: str) -> Text:
    """A text on one line, truncated if it is too long."""
    words = " ".join(clean(text).split())
    cut = words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
    return Text(cut, overflow="fold")

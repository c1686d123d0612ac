"""``tapehead chat``: a conversation in the terminal, with what was remembered shown."""

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
from tapehead_client.client import Client, ClientError, Lost

# What a terminal would obey instead of showing: control characters, and orders to write backwards.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LONGEST = 160  # characters of a memory on one line
_BAR = 12  # columns

HELP = """\
[bold]/new[/]       begin a new conversation; the memory stays
[bold]/memories[/]  list the newest memories
[bold]/forget N[/]  erase the memory with that number in the list shown last
[bold]/help[/]      this list
[bold]/quit[/]      leave (so does Ctrl-D); Ctrl-C stops an answer"""


class Terminal:
    """The state of one chat: its conversation, and the memories that were listed last."""

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
        """Talk until ``/quit`` or the end of the input. False if anything went wrong."""
        well = True
        interactive = sys.stdin.isatty()
        if interactive:
            import readline  # noqa: F401 - gives input() its line editing and history

            me = f", [bold]{escape(self.client.user)}[/]" if self.client.user else ""
            self.console.print(
                f"[bold]{escape(self.client.model())}[/] remembers you{me}. "
                f"[dim]/help lists the commands.[/]"
            )
        while True:
            try:
                # \1 and \2 tell readline which characters take no room.
                line = input("\n\1\033[1;36m\2you › \1\033[0m\2" if interactive else "").strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                break
            if line == "/quit":
                break
            if line:
                well = self.obey(line) and well
        if interactive:
            self.console.print()
        return well

    def obey(self, line: str) -> bool:
        """One line of the user: a command, or something said. False if it went wrong."""
        line = line.encode(errors="replace").decode()  # bytes of a pipe that are no text
        try:
            if line.startswith("/"):
                command, _, argument = line.partition(" ")
                if command not in self._commands:
                    self.console.print(f"[red]There is no {escape(clean(command))}.[/] Try /help.")
                    return False
                self._commands[command](argument.strip())
                return True
            return self._say(line)
        except ClientError as error:
            self.console.print(f"[red]{escape(clean(str(error)))}[/]")
            return False

    def _say(self, message: str) -> bool:
        shown, reply_id = "", None
        wrapper = Wrapper(self.console.width if self.console.is_terminal else sys.maxsize)
        events = self.client.say(message, self.conversation_id)
        try:
            with closing(events):
                for name, data in events:
                    match name:
                        case "reply":
                            reply_id, self.conversation_id = data["id"], data["conversation_id"]
                        case "memory":
                            self._remembered(data)
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
        except Lost as lost:
            self._print(wrapper.flush(), end="\n")
            return self._recover(reply_id, shown, lost)
        self._print(wrapper.flush(), end="\n")
        return True

    def _recover(self, reply_id: str | None, shown: str, lost: Lost) -> bool:
        """The stream broke: what was stored of the reply is the truth."""
        self.console.print(f"[dim]{lost}; asking what became of the reply …[/]")
        reply = self.client.recover(reply_id) if reply_id else None
        if reply is None:
            raise ClientError("the service does not answer; what you said is kept if it had begun")
        if reply["message"].startswith(shown):
            self._print(clean(reply["message"][len(shown) :]), end="\n")
        if reply["status"] != "complete":
            self.console.print(f"[dim]The reply was {reply['status']}.[/]")
        return bool(reply["status"] == "complete")

    def _print(self, text: str, end: str = "") -> None:
        """Words that came from elsewhere: never markup."""
        self.console.print(Text(text), end=end, soft_wrap=True)

    def _remembered(self, reading: dict[str, Any]) -> None:
        """The memories that went into the prompt, with their weights."""
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
            "[dim]nothing is relevant[/]",
        )
        self.console.print(table)

    def _new(self, _: str) -> None:
        self.conversation_id = None
        self.console.print("A new conversation. The memory stays.")

    def _memories(self, _: str) -> None:
        self.listed = self.client.memories()
        if not self.listed:
            self.console.print("Nothing is remembered yet.")
            return
        table = Table.grid(padding=(0, 2, 0, 0))
        for number, memory in enumerate(self.listed, 1):
            table.add_row(f"[bold]{number}[/]", when(memory), one_line(memory["memory"]))
        self.console.print(table)

    def _forget(self, argument: str) -> None:
        if not argument.isdecimal() or not 1 <= int(argument) <= len(self.listed):
            raise ClientError("/forget needs the number of a memory; /memories lists them")
        memory = self.listed[int(argument) - 1]
        self.console.print(Text("  ").append(one_line(memory["memory"])))
        if sys.stdin.isatty() and not Confirm.ask("Erase it for good?", console=self.console):
            return
        self.client.forget(memory["id"])
        # The others keep the numbers that the user sees.
        self.listed[int(argument) - 1] = {**memory, "memory": "(forgotten)"}
        self.console.print("Forgotten. [dim]Answers that repeated it are memories of their own.[/]")


def clean(text: str) -> str:
    """The text without what a terminal would obey."""
    return _OBEYED.sub("", text)


def _bar(share: float, color: str) -> Bar:
    return Bar(1, 0, share, width=_BAR, color=color)


def when(memory: dict[str, Any]) -> str:
    """Who said it, and on which day of this machine's calendar, as markup."""
    day = datetime.fromisoformat(memory["created_at"]).astimezone()
    who = {"user": "you", "assistant": "bot"}.get(memory["role"], memory["role"])
    return f"[dim]{who}, {day:%-d %b %Y}[/]"


def one_line(text: str) -> Text:
    """A memory on one line, cut where it is too long for one."""
    words = " ".join(clean(text).split())
    cut = words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
    return Text(cut, overflow="fold")

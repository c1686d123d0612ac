"""The formats of JSON that are read, each recognised by keys that only its items have."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from app.importers.exported import Exported, Json
from app.importers.formats.character_ai import is_history, is_turns, read_history, read_turns
from app.importers.formats.chatgpt import read_chatgpt
from app.importers.formats.claude import read_claude
from app.importers.formats.deepseek import is_deepseek, read_deepseek
from app.importers.formats.discord import is_discord, read_discord
from app.importers.formats.gemini import is_gemini, read_gemini
from app.importers.formats.grok import is_grok, read_grok
from app.importers.formats.letta import is_letta, read_letta
from app.importers.formats.librechat import is_librechat, read_librechat
from app.importers.formats.mem0 import read_mem0
from app.importers.formats.messages import is_messages, read_messages
from app.importers.formats.open_webui import read_open_webui
from app.importers.formats.sillytavern import is_sillytavern, read_sillytavern
from app.importers.formats.telegram import is_telegram, read_telegram

SERVICES = (
    "ChatGPT, Claude, DeepSeek, Gemini, Grok, Open WebUI, LibreChat, SillyTavern, Character.AI, "
    "Telegram, WhatsApp, Discord, mem0 or Letta"
)


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around an item in its file, and the zone of dates that name none."""

    around: dict[str, Json] = field(default_factory=dict)
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Format:
    """A format: what its items are called, whose they are, how one is recognised and read.

    ``read`` raises Odd, KeyError, TypeError, ValueError or AttributeError.
    """

    noun: str
    service: str
    matches: Callable[[Json], bool]
    read: Callable[[Json, Context], Iterable[Exported]]


def format_of(item: Json) -> Format | None:
    """The format of an item of a file, or None."""
    if not isinstance(item, dict):
        return None
    return next((each for each in _FORMATS if each.matches(item)), None)


def may_be_split(item: Json) -> bool:
    """Whether the messages of this item, which is not complete yet, may be read in parts."""
    return isinstance(item, dict) and (is_telegram(item) or is_discord(item))


def _alone(read: Callable[[Json], Exported]) -> Callable[[Json, Context], Iterable[Exported]]:
    return lambda item, _: (read(item),)


_FORMATS = (
    Format("conversation", "DeepSeek's export", is_deepseek, _alone(read_deepseek)),
    Format(
        "conversation", "ChatGPT's export", lambda item: "mapping" in item, _alone(read_chatgpt)
    ),
    Format(
        "conversation", "Claude's export", lambda item: "chat_messages" in item, _alone(read_claude)
    ),
    Format("conversation", "Character.AI's", is_turns, _alone(read_turns)),
    Format(
        "conversation",
        "Character.AI's",
        is_history,
        lambda item, context: (read_history(item, context.around.get("character")),),
    ),
    Format(
        "conversation", "Open WebUI's export", lambda item: "chat" in item, _alone(read_open_webui)
    ),
    Format("conversation", "Grok's export", is_grok, _alone(read_grok)),
    Format("conversation", "LibreChat's export", is_librechat, _alone(read_librechat)),
    Format(
        "conversation",
        "SillyTavern's",
        is_sillytavern,
        lambda item, context: (read_sillytavern(item, context.zone),),
    ),
    Format("conversation", "Discord's export", is_discord, _alone(read_discord)),
    Format(
        "conversation",
        "Telegram's export",
        is_telegram,
        lambda item, context: (read_telegram(item, context.around.get("personal_information")),),
    ),
    Format("agent file", "Letta's", is_letta, lambda item, _: read_letta(item)),
    Format("activity", "Google's export", is_gemini, _alone(read_gemini)),
    Format("conversation", "OpenAI's messages", is_messages, _alone(read_messages)),
    Format("memory", "mem0's", lambda item: "memory" in item, _alone(read_mem0)),
)

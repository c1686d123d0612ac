"""Questions that a front end asks the model itself: for a title, tags, a summary, a search, …

They come as any message does, in the user's name, and nobody said them: so they are neither
remembered nor answered from the memory. A task is known

- by a header, such as Open WebUI's ``X-OpenWebUI-Task: {{TASK}}``;
- by the words of the templates that front ends have: Open WebUI, LibreChat, NextChat, LobeChat and
  SillyTavern. One that an administrator wrote instead has others;
- by what it quotes: a transcript of what this user and the model have just said here.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from app.api.schemas.openai_messages import ChatMessage
from memory.repositories.conversations import Turn

# Of Open WebUI's templates only those for tasks have a history in them; the one for documents,
# which comes with a user's own words, begins in the same way.
_TASK, _HISTORY = "### Task:\n", "<chat_history>"
_OPEN_WEBUI = (
    "Your task is to reflect the speaker's likely facial expression through a fitting emoji.",
    "You have been provided with a set of responses from various models to the latest user query:",
)
# Words of which each template has all: of a message after a chat, …
_AFTER_A_CHAT = (
    ("title", "our conversation", "without any lead-in"),  # NextChat
    ("summarize", "200 words", "prompt for future context"),
    ("简要主题", "不要解释", "不要标点"),
    ("簡要主題", "不要解釋", "不要標點"),
    ("简要总结", "上下文提示"),
    ("簡要總結", "上下文提示"),
    ("ignore previous instructions", "summarize", "story so far"),  # SillyTavern
    ("pause your roleplay", "summar"),
)
# … of one that is all there is, …
_ALONE = (
    ("5-word-or-less title", "for the conversation"),  # LibreChat
    ("analyze this conversation", "detected language", "concise title"),
    ("concise title", "for a conversation that starts with"),
    ("above conversation into a title",),  # LobeChat
    ("请总结上述对话", "标题"),
    ("chat history", "rephrase the follow up question"),
)
# … and of the system prompt above a transcript.
_SYSTEM = (
    ("conversation summarizer", "title"),
    ("summarize", "conversation", "into a title"),
    ("会话总结为", "标题"),
    ("summarize", "chat history", "previous summary"),
    ("emoji expert", "only a single emoji"),
)
_TEMPLATE_LENGTH = 4_000  # characters at either end of a message, where a template's words are
# What stands between the beginning of a line and what it quotes: "USER:", "<user>", a bracket.
_LABEL_ENDS = (":", "：", ">", "]", "】", '"content": "')
_LABEL_LENGTH = 40
_MOST_PLACES = 5_000  # in a text where a message can be quoted
_QUOTED = 200  # characters of a message that are compared: templates shorten long ones


def is_task(messages: Sequence[ChatMessage], header: str | None) -> bool:
    """Whether this is a question of the front end, by its header or its words."""
    if header:
        return True
    said = [message for message in messages if message.role in ("user", "assistant")]
    if not said or said[-1].role != "user":
        return False
    text = _ends(said[-1].text)
    if _has(text, _AFTER_A_CHAT):
        return True
    if any(message.role == "assistant" for message in said):
        system = [m.text for m in messages if m.role in ("system", "developer")]
        return bool(system) and _has(_ends(system[0]), _SYSTEM[-1:])
    if any(_has(_ends(m.text), _SYSTEM) for m in messages if m.role in ("system", "developer")):
        return True
    if len(said) != 1:
        return False
    text = said[0].text
    if text.startswith(_OPEN_WEBUI) or (text.startswith(_TASK) and _HISTORY in text):
        return True
    return _has(_ends(text), _ALONE)


def may_quote(messages: Sequence[ChatMessage]) -> bool:
    """Whether this can be a task that quotes a conversation: one message with several lines."""
    said = [message for message in messages if message.role in ("user", "assistant")]
    return len(said) == 1 and "\n" in said[0].text.strip()


def quotes(text: str, turns: Sequence[Turn]) -> bool:
    """Whether a text is a transcript of these turns, oldest first: a message and its answer.

    Both stand at the beginning of a line or behind a label. What a user quotes within a sentence
    is the user's message.
    """
    places = _places(text)
    for question, answer in pairwise(turns):
        if (question.role, answer.role) != ("user", "assistant"):
            continue
        end = next(_quotations(text, question.text, places), None)
        later = [place for place in places if end is not None and place >= end]
        if any(_quotations(text, answer.text, later)):
            return True
    return False


def _places(text: str) -> list[int]:
    """Where a message can be quoted: at the beginning of a line, or behind a label."""
    places: list[int] = []
    start = 0
    while start < len(text) and len(places) < _MOST_PLACES:
        end = text.find("\n", start)
        line = text[start : min(end if end >= 0 else len(text), start + _LABEL_LENGTH + 1)]
        ends = {0}
        for label in _LABEL_ENDS:
            at = line.find(label)
            while 0 <= at <= _LABEL_LENGTH - len(label):
                ends.add(at + len(label))
                at = line.find(label, at + 1)
        # Spaces may follow.
        places += sorted({start + at + _blank(line[at:]) for at in ends})
        start = end + 1 if end >= 0 else len(text)
    return places


def _blank(text: str) -> int:
    return len(text) - len(text.lstrip(" \t"))


def _quotations(text: str, quoted: str, places: Iterable[int]) -> Iterator[int]:
    """Where quotations of a message end."""
    quoted = quoted.strip()[:_QUOTED]
    for place in places:
        if quoted and text.startswith(quoted, place):
            yield place + len(quoted)


def _ends(text: str) -> str:
    """The beginning and the end of a message, in lower case."""
    if len(text) <= 2 * _TEMPLATE_LENGTH:
        return text.lower()
    return f"{text[:_TEMPLATE_LENGTH]}\n{text[-_TEMPLATE_LENGTH:]}".lower()


def _has(text: str, templates: Sequence[tuple[str, ...]]) -> bool:
    return any(all(words in text for words in template) for template in templates)

"""An activity of Gemini in Google Takeout's ``MyActivity.json``.

An activity is a prompt, mostly with its answer as HTML. Which prompts belong together is not told:
those of one day (UTC) become one conversation.
"""

import html
import re

from app.importers.exported import ExportedConversation, ExportedMessage, Json, Odd, time_of

_NAMES = ("gemini", "bard")
# The verb before a prompt.
_SAID = re.compile(
    r"(?:Prompted with:|Asked Gemini:|Asked Bard:|Prompted|Asked|Said|Branched|Answered)\s"
)
# The verbs before what is not a prompt.
_DONE = re.compile(
    r"(?:Created|Used|Added|Gave|Selected|Shared|Deleted|Viewed|Visited|Searched|Edited|Pinned"
    r"|Renamed|Exported|Updated)\s"
)
_TAG = re.compile(r"<(/?[a-zA-Z]++)[^<>]*+>")
_LINE_TAGS = frozenset(
    [
        "p",
        "br",
        "li",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "ul",
        "ol",
        "pre",
        "table",
        "blockquote",
        "hr",
    ]
)


def is_gemini(item: Json) -> bool:
    """Whether it is an activity, of any of Google's products."""
    return "title" in item and "time" in item and ("header" in item or "products" in item)


def read_gemini(item: Json) -> ExportedConversation:
    """A prompt and its answer; no messages for other products and other activities. Raises Odd."""
    time = time_of(item["time"])
    if time is None:
        raise Odd("has no date")
    day = f"{time:%Y-%m-%d}"
    messages = [
        ExportedMessage(f"{item['time']}/{role}", role, text, time)
        for role, text in zip(("user", "assistant"), _texts(item), strict=True)
        if text
    ]
    return ExportedConversation(f"gemini-{day}", f"Gemini, {day}", time, messages)


def _texts(item: Json) -> tuple[str, str]:
    """The prompt and the answer, or nothing.

    A prompt in a language whose verb is not known is told by its answer, and kept with the verb.
    """
    labels = [item.get("header"), *(item.get("products") or ())]
    if not any(name in str(label).casefold() for label in labels for name in _NAMES):
        return "", ""
    title, items = str(item["title"]).strip(), item.get("safeHtmlItem") or ()
    answer = "\n".join(_text_of_html(str(each.get("html") or "")) for each in items).strip()
    verb = _SAID.match(title)
    if verb is None and (not answer or _DONE.match(title)):
        return "", ""
    return title[verb.end() :].strip() if verb else title, answer


def _text_of_html(content: str) -> str:
    """The words of HTML, with a line for each paragraph, item and row."""
    text = html.unescape(_TAG.sub(_line_end, content))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _line_end(tag: re.Match[str]) -> str:
    return "\n" if tag[1].removeprefix("/").casefold() in _LINE_TAGS else ""

"""How much of the model's window a request leaves to history and memories."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.chat.request import ChatRequest, Sent
from memory import prompt
from models.language.base import ContextTooLong, LanguageModel, Message
from models.language.pass_through.messages import count_attachments, strings
from models.language.token_counting import MESSAGE_TOKENS, TEMPLATE_TOKENS

LIKELY_CHARACTERS = 8  # of one token: most have four
# Of a picture, sound or file, whose number only the engine knows.
ATTACHMENT_TOKENS = 1500


@dataclass(frozen=True, slots=True)
class Room:
    """``tokens`` for history and memories, besides what the client sent and the answer.

    ``left_out`` counts the oldest messages of the client's history that do not fit.
    """

    tokens: int
    left_out: int = 0


def room_for(request: ChatRequest, language: LanguageModel) -> Room:
    """The room of a request. Blocks.

    Raises ContextTooLong if its message alone does not fit, except for an engine that gets the
    request as it was sent, and counts better.
    """
    if request.sent is not None:
        return Room(_room_beside(request.sent, request.memory_tokens, language))
    window = language.window
    answer = min(request.sampling.max_tokens, window // 4)
    history = request.history or ()
    everything = _prompt(request, history)
    # To count a megabyte takes a second and 100 MB, and its beginning mostly tells enough.
    if sum(len(message.content) for message in everything) <= LIKELY_CHARACTERS * window:
        fixed = language.count_tokens(everything)
        if fixed + answer <= window or (not history and fixed < window):
            return Room(max(0, window - fixed - answer))
    fixed = _count_fixed(request, language)
    if not history:
        return Room(max(0, window - fixed - answer))
    room = max(0, window - fixed - answer)
    for_memories = min(request.memory_tokens, room // 2) if request.read_memory else 0
    left_out = _first_that_fits(history, room - for_memories, language)
    fixed = language.count_tokens(_prompt(request, history[left_out:]))
    return Room(max(0, window - fixed - answer), left_out)


def _room_beside(sent: Sent, wanted: int, language: LanguageModel) -> int:
    """Tokens beside a request and its answer in the engine's window, ``wanted`` at most."""
    if sent.window is None:
        return wanted
    body = sent.body
    limits = [body.get("max_completion_tokens"), body.get("max_tokens")]
    answer = next((n for n in limits if isinstance(n, int) and n > 0), sent.window // 4)
    messages = body["messages"]
    room = sent.window - answer - TEMPLATE_TOKENS - MESSAGE_TOKENS * len(messages)
    room -= ATTACHMENT_TOKENS * count_attachments(messages)
    text = "\n".join(strings([messages, body.get("tools"), body.get("functions")]))
    # A token has at least one byte: a request far below the window is not counted.
    size = len(text.encode("utf-8", "ignore"))
    if room - size < wanted:
        too_long = len(text) > LIKELY_CHARACTERS * max(0, room)
        size = room if too_long else language.count_text(text)
    return max(0, min(wanted, room - size))


def _prompt(request: ChatRequest, history: Sequence[Message]) -> list[Message]:
    now = datetime.now(request.zone)
    return prompt.compose(request.system, history, (), request.message, now, request.beginning)


def _count_fixed(request: ChatRequest, language: LanguageModel) -> int:
    """Tokens of the prompt without a history. Raises ContextTooLong."""
    window = language.window
    messages = _prompt(request, ())
    for message in messages:
        beginning = message.content[: LIKELY_CHARACTERS * window]
        if len(beginning) < len(message.content):
            counted = language.count_text(beginning)
            if counted >= window:
                raise ContextTooLong(counted, window)
    fixed = language.count_tokens(messages)
    if fixed >= window:
        raise ContextTooLong(fixed, window)
    return fixed


def _first_that_fits(history: Sequence[Message], budget: int, language: LanguageModel) -> int:
    """The index from which the latest messages fit the budget, in tokens.

    In steps, as for a conversation of the service, so that the cached prefix stays; one by one
    where the last step leaves nothing.
    """
    start, characters = len(history), 0
    while start and characters <= LIKELY_CHARACTERS * budget:
        start -= 1
        characters += len(history[start].content)
    if characters > LIKELY_CHARACTERS * budget:
        start += 1
    latest = history[start:]
    stepwise = prompt.first_that_fits(
        latest, turns_before=start, budget_tokens=budget, count_tokens=language.count_text
    )
    if stepwise < len(latest):
        return start + stepwise
    first, left = len(history), budget
    for index in range(len(history) - 1, start - 1, -1):
        left -= language.count_text(history[index].content) + MESSAGE_TOKENS
        if left < 0:
            break
        if history[index].role == "user":  # as some templates require
            first = index
    return first

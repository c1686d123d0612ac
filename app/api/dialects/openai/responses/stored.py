"""Earlier responses, by the ids that the Responses API gives them.

``resp_…`` and ``msg_…`` name the response and its message. The reply's id follows, and in a loop of
tools ``_`` and a number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.api.schemas.responses import ResponsesBody
from app.chat.service import HISTORY_TURNS
from app.errors import Unsupported
from app.services import Services
from memory import prompt
from memory.errors import ConversationBusy, NotFound
from memory.repositories.conversations import Conversations
from memory.repositories.replies import Replies
from memory.repositories.reply_types import Ended
from models.language.base import LanguageModel, Message

RESPONSE, MESSAGE = "resp_", "msg_"
MOST_REFERENCES = 100
"""References to messages that one request may look up."""
_PAGE = 200  # turns


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a request continues: the messages before, and the reply that it names.

    ``ignored`` names what is left out.
    """

    conversation_id: str | None
    history: tuple[Message, ...] = ()
    reply_id: str | None = None
    ignored: tuple[str, ...] = ()


async def earlier(services: Services, user: str, body: ResponsesBody) -> Earlier:
    """Raises NotFound, ConversationBusy and Unsupported."""
    if body.previous_response_id is not None:
        if body.conversation is not None:
            raise Unsupported(
                "conversation", "Send either previous_response_id or conversation, not both."
            )
        field = "previous_response_id"
        last = await stored(services, user, body.previous_response_id)
        history, whole = await history_until(services, user, last)
        conversation_id, reply_id = last.conversation_id, last.id
    elif body.conversation_named is not None:
        field, conversation_id, reply_id = "conversation", body.conversation_named, None
        history, whole = await history_of(services, user, conversation_id)
    else:
        return Earlier(body.conversation_id)
    ignored = () if whole else (f"{field}: its oldest messages",)
    return Earlier(conversation_id, history, reply_id, ignored)


def references(body: ResponsesBody) -> list[str]:
    """The ids of items that the request refers to."""
    if isinstance(body.input, str):
        return []
    return [item.id for item in body.input if item.type == "item_reference" and item.id]


async def question_of(services: Services, user: str, response: Ended) -> str | None:
    """The text that a response answers; None if it is forgotten."""
    try:
        slot = await services.run(services.memories.get, user, response.question_id or "")
    except NotFound:
        return None
    return slot.text


def _reply_id(item_id: str, prefix: str) -> str:
    return item_id.removeprefix(prefix).partition("_")[0]


async def stored(services: Services, user: str, response_id: str) -> Ended:
    """Raises NotFound."""
    try:
        reply_id = _reply_id(response_id, RESPONSE)
        return await services.run(services.replies.get, user, reply_id)
    except NotFound:
        raise NotFound("response") from None


async def texts_of(services: Services, user: str, message_ids: Sequence[str]) -> dict[str, str]:
    """The texts of these messages; without those that are not there."""
    if not message_ids:
        return {}
    return await services.run(_texts, user, services.replies, message_ids[-MOST_REFERENCES:])


async def history_until(
    services: Services, user: str, last: Ended
) -> tuple[tuple[Message, ...], bool]:
    """The conversation up to this reply, and whether all of it fits.

    Raises NotFound, and ConversationBusy while the reply is written.
    """
    if last.status == "pending":
        raise ConversationBusy
    total, found = await services.run(_turns_until, user, services.conversations, last)
    return await _fitting(services, user, total, found)


async def history_of(
    services: Services, user: str, conversation_id: str
) -> tuple[tuple[Message, ...], bool]:
    """The same for a whole conversation, which may not exist yet."""
    total, found = await services.run(_turns, user, services.conversations, conversation_id)
    return await _fitting(services, user, total, found)


async def _fitting(
    services: Services, user: str, total: int, found: tuple[Message, ...]
) -> tuple[tuple[Message, ...], bool]:
    start = await services.pools.counting.run(
        lambda _: _first_that_fits(services.language, total, found), user
    )
    return found[start:], total == len(found) - start


def _first_that_fits(language: LanguageModel, total: int, found: Sequence[Message]) -> int:
    return prompt.first_that_fits(
        found,
        turns_before=total - len(found),
        budget_tokens=language.window // 2,  # the other half: input, memories and the answer
        count_tokens=language.count_text,
    )


def _texts(user_id: str, replies: Replies, message_ids: Sequence[str]) -> dict[str, str]:
    texts = {}
    for message_id in dict.fromkeys(message_ids):
        try:
            found = replies.get(user_id, _reply_id(message_id, MESSAGE))
        except NotFound:
            continue
        texts[message_id] = found.text
    return texts


def _turns_until(
    user_id: str, conversations: Conversations, last: Ended
) -> tuple[int, tuple[Message, ...]]:
    before = None
    while page := conversations.turns(user_id, last.conversation_id, before=before, limit=_PAGE):
        for turn in page:
            if turn.id == last.id:
                return _turns(user_id, conversations, last.conversation_id, turn.position + 1)
        before = page[0].position
    raise NotFound("response")


def _turns(
    user_id: str,
    conversations: Conversations,
    conversation_id: str,
    before: int = 2**62,
) -> tuple[int, tuple[Message, ...]]:
    """How many turns there are before this position, and the last of them."""
    total, turns = conversations.history(
        user_id, conversation_id, before=before, limit=HISTORY_TURNS
    )
    return total, tuple(Message(turn.role, turn.text) for turn in turns)

"""Earlier responses, by the ids that the Responses API gives them.

``resp_…`` and ``msg_…`` name the response and its message; both end in the reply's id.
"""

from collections.abc import Sequence

from app.chat.service import HISTORY_TURNS
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


async def stored(services: Services, user: str, response_id: str) -> Ended:
    """Raises NotFound."""
    try:
        reply_id = response_id.removeprefix(RESPONSE)
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
            found = replies.get(user_id, message_id.removeprefix(MESSAGE))
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

"""A reply over several requests: the model calls tools, and the client sends it their results.

All of these requests show the same chat up to the user's message. The first stores that message and
a reply, which ends as aborted and without a text. Each further request opens the same reply again,
instead of replacing message and reply. So the message is stored once, and the reply gets the text
of the last answer.
"""

from datetime import datetime

from sqlalchemy import Connection, select, update

from memory.db.change_log import advance
from memory.db.queries import owned
from memory.db.tables import conversations, replies, slots
from memory.repositories.branches.alignment import Replaced
from memory.repositories.branches.recognition import RECENT
from memory.repositories.leases import Leases
from memory.repositories.reply_types import Pending, Request


def resume(
    connection: Connection,
    request: Request,
    conversation_id: str | None,
    change: Replaced,
    leases: Leases,
    now: datetime,
) -> Pending | None:
    """Open the reply to this message again, under the user's lock; None if there is none to open.

    They are the last turns of the conversation, and the reply is not under way and has no text that
    is shown. ``change`` is what the request would replace there: nothing before them.
    """
    user_id = request.user_id
    if not request.resumes or conversation_id is None or change.rewritten:
        return None
    leases.fail_expired(connection, user_id, conversation_id, now)
    last = connection.execute(
        select(slots)
        .where(owned(slots, user_id, conversation_id=conversation_id))
        .order_by(slots.c.position.desc())
        .limit(3)
    ).all()
    if [slot.role for slot in last[:2]] != ["assistant", "user"]:
        return None
    answer, question, *before = last
    if change.removed - {question.position, answer.position}:
        return None
    if before and change.after is not None and change.after < before[0].position:
        return None
    said = question.text, question.speaker, question.status
    if said != (request.text, request.speaker, "complete"):
        return None
    if answer.status != "failed" and (answer.status != "aborted" or answer.text):
        return None
    entry = advance(connection, user_id)
    connection.execute(
        update(slots)
        .where(owned(slots, user_id, position=answer.position))
        .values(text="", status="pending", updated_at=now, change_seq=entry.change_seq)
    )
    connection.execute(
        update(replies)
        .where(owned(replies, user_id, position=answer.position))
        .values(
            owner=leases.owner,
            lease_expires_at=leases.expiry(now),
            idempotency_key=request.idempotency_key,
            request_hash=request.request_hash,
            model=request.model,
            error=None,
        )
    )
    connection.execute(
        update(conversations)
        .where(owned(conversations, user_id, id=conversation_id))
        .values(updated_at=now)
    )
    return Pending(
        user_id=user_id,
        conversation_id=conversation_id,
        question_id=question.id,
        question_position=question.position,
        id=answer.id,
        position=answer.position,
        owner=leases.owner,
        # The time of the prompt: while it stays the same, the engine has the prompt in its cache.
        created_at=question.created_at if now - question.created_at <= RECENT else now,
    )

"""What has to happen now and then: leases renewed, dead replies swept, missing keys embedded."""

import asyncio
import logging

from app.chat import Chat
from memory.keys import Keys
from memory.replies import Replies
from memory.slots import StoredKey
from models.embedder import Embedder, EmbedderError

log = logging.getLogger(__name__)

BATCH = 32  # texts embedded at a time, so that a chat waits for one batch at most


async def keep_up(chat: Chat, replies: Replies, keys: Keys, embedder: Embedder) -> None:
    """Run until cancelled. A fault is logged and tried again: the service goes on without it."""
    while True:
        try:
            await asyncio.to_thread(_renew_and_sweep, chat, replies)
            while await give_missing_keys(keys, embedder):
                await asyncio.to_thread(_renew_and_sweep, chat, replies)
        except Exception:
            log.exception("upkeep failed; it will be tried again")
        await asyncio.sleep(replies.lease_seconds / 3)


def _renew_and_sweep(chat: Chat, replies: Replies) -> None:
    for reply, _ in list(chat.running.values()):
        if reply.turn.position:
            replies.renew(reply.turn)
    swept = replies.sweep()
    if swept:
        log.warning("%d replies of dead processes marked as failed", swept)


async def give_missing_keys(keys: Keys, embedder: Embedder) -> int:
    """Embed one batch of slots without a key. Returns how many there were."""
    waiting = await asyncio.to_thread(keys.missing, BATCH)
    for slot in waiting:
        try:
            vector = (await embedder.embed([slot.text]))[0]
            key = StoredKey.of(vector, embedder.name)
        except EmbedderError:
            key = None
        await asyncio.to_thread(keys.give, slot, key)
    return len(waiting)

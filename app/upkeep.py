"""What has to happen now and then: leases renewed, dead replies swept, missing keys embedded."""

import asyncio
import logging
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from app import keying
from app.chat import Chat
from memory.keys import Keys
from memory.replies import Replies
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
    """Embed one batch of slots without a key. Returns how many there were.

    Raises EmbedderError if it is not the text's fault: then all of them wait.
    """
    waiting = await asyncio.to_thread(keys.missing, BATCH)
    vectors = await _embed([slot.text for slot in waiting], embedder)
    for slot, vector in zip(waiting, vectors, strict=True):
        await asyncio.to_thread(keys.give, slot, keying.as_key(embedder, vector))
    return len(waiting)


async def _embed(
    texts: Sequence[str], embedder: Embedder
) -> list[Float32[np.ndarray, " dim"] | None]:
    """The texts' vectors; where all at once failed, each by itself. None: it has none."""
    try:
        return [keying.usable(vector) for vector in await embedder.embed(texts)]
    except EmbedderError:
        if len(texts) > 1:
            return [vector for text in texts for vector in await _embed([text], embedder)]
        await embedder.embed(["hello"])
        return [None]

"""A complete reply told again, to whoever asks with its idempotency key."""

from app.chat.live_reply import Done, LiveReply, Remembered, Said
from memory.prompt import Memory
from memory.redaction import Withholding
from memory.repositories.readings import Readings
from memory.repositories.reply_types import Ended


def replay(user_id: str, readings: Readings, ended: Ended, show: Withholding) -> LiveReply:
    """The reply with what was read for it and is still there. Blocks."""
    reply = LiveReply.replayed(user_id, ended)
    if ended.reading_id is not None:
        stored = readings.get(user_id, ended.reading_id)
        reading, selected = stored.record.reading, stored.record.selected
        memories = tuple(
            Memory.of(stored.slots[slot.position], slot.weight, show)
            for slot in reading.slots
            if slot.position in selected
        )
        reply.tell(Remembered(reading, memories))
    reply.tell(Said(ended.text))
    reply.tell(Done(ended.finish, dict(ended.timings)))
    return reply

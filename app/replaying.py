"""A complete reply told again, to whoever asks with its idempotency key."""

from app.live import Done, LiveReply, Remembered, Said
from app.prompt import Memory
from app.withholding import Withholding
from memory.readings import Readings
from memory.reply import Ended


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

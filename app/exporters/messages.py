"""JSON Lines with ``messages``: a conversation a line, as for OpenAI's fine-tuning and chat API."""

from collections.abc import Iterator

from pydantic_core import to_json

from memory.repositories.export import ArchivedMemory, Export


def message_lines(export: Export, user_id: str) -> Iterator[bytes]:
    """The lines, in pieces. ``metadata`` after the messages has what they cannot say: ids, dates.

    Conversations without a complete turn are left out.
    """
    for conversation in export.conversations(user_id):
        ids: list[str] = []
        times: list[str] = []
        for turn in export.turns(user_id, conversation.id):
            yield b", " if ids else b'{"messages": ['
            yield to_json(_message(turn))
            ids.append(turn.id)
            times.append(turn.created_at.isoformat())
        if ids:
            metadata = {
                "conversation_id": conversation.id,
                "title": conversation.title,
                "created_at": conversation.created_at,
                "message_ids": ids,
                "message_times": times,
            }
            yield b'], "metadata": ' + to_json(metadata) + b"}\n"


def _message(turn: ArchivedMemory) -> dict[str, str]:
    name = {} if turn.speaker is None else {"name": turn.speaker}
    return {"role": turn.role, "content": turn.text, **name}

"""The model's answer: to a prompt that the service makes, or to the request as it was sent."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from app.chat.request import ChatRequest
from memory import prompt
from models.language.base import Finish, LanguageModel, Message, Piece
from models.language.pass_through.answers import RawAnswer
from models.language.pass_through.interface import PassThrough


def stream_answer(
    language: LanguageModel,
    request: ChatRequest,
    history: Sequence[Message],
    memories: Sequence[prompt.Memory],
    now: datetime,
    salt: str,
) -> AsyncIterator[Piece | RawAnswer | Finish]:
    """The stream of the answer, not begun. Blocks while it makes the prompt."""
    if request.sent is None:
        messages = prompt.compose(
            request.system, history, memories, request.message, now, request.beginning
        )
        return language.stream(messages, request.sampling, cache_salt=salt)
    assert isinstance(language, PassThrough)  # noqa: S101 - ChatRequest.sent says so
    preface = prompt.preface(memories, request.text, now)
    sent = request.sent
    return language.pass_through(sent.body, preface, cache_salt=salt, translated=sent.translated)

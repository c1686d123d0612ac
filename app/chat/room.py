"""How many tokens of the model's window a request leaves to history and memories."""

from datetime import datetime

from app.chat.request import ChatRequest
from memory import prompt
from models.language.base import ContextTooLong, LanguageModel

LIKELY_CHARACTERS = 8  # of one token: most have four


def room_for(request: ChatRequest, language: LanguageModel) -> int:
    """Tokens that history and memories may take besides what the client sent and the answer.

    Blocks. Raises ContextTooLong.
    """
    now = datetime.now(request.zone)
    messages = prompt.compose(request.system, request.history or (), (), request.text, now)
    window = language.window
    for message in messages:
        # To count a megabyte takes a second and 100 MB, and its beginning mostly tells enough.
        beginning = message.content[: LIKELY_CHARACTERS * window]
        if len(beginning) < len(message.content):
            counted = language.count_text(beginning)
            if counted >= window:
                raise ContextTooLong(counted, window)
    fixed = language.count_tokens(messages)
    if fixed >= window:
        raise ContextTooLong(fixed, window)
    return max(0, window - fixed - min(request.sampling.max_tokens, window // 4))

"""Open WebUI's own questions to the model: for a title, tags, what may be asked next, …

They come as any message does, in the user's name, and nobody said them: so they are neither
remembered nor answered from the memory. Where its connection sends ``X-OpenWebUI-Task: {{TASK}}``,
that says it. Else they are known by the words that its own templates (as of 0.12) begin with; one
that an administrator wrote instead is not.
"""

from app.api.schemas.openai_messages import ChatMessage

# Of its templates only those for tasks have a history in them; the one for documents, which comes
# with a user's own words, begins in the same way.
_TASK, _HISTORY = "### Task:\n", "<chat_history>"
_OTHERS = (
    "Your task is to reflect the speaker's likely facial expression through a fitting emoji.",
    "You have been provided with a set of responses from various models to the latest user query:",
)


def is_task(messages: list[ChatMessage], header: str | None) -> bool:
    """Whether this is a question of the front end, and not of its user."""
    if header:
        return True
    said = [message for message in messages if message.role in ("user", "assistant")]
    if len(said) != 1:
        return False
    text = said[0].text
    return text.startswith(_OTHERS) or (text.startswith(_TASK) and _HISTORY in text)

"""The parts of the running service, by name. ``app/main.py`` builds them and closes them."""

from dataclasses import dataclass

from app.chat import Chat
from app.identity import Authenticator
from app.settings import Settings
from app.withholding import Withholding
from memory.api_keys import ApiKeys
from memory.archive import Archive
from memory.conversations import Conversations
from memory.database import Database
from memory.documents import Documents
from memory.feedback import Feedback
from memory.readings import Readings
from memory.recall import Recall
from memory.replies import Replies
from memory.restoring import Restoring
from memory.store import Store
from models.embedder import Embedder
from models.language import LanguageModel


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that routes call."""

    settings: Settings
    database: Database
    api_keys: ApiKeys
    authenticator: Authenticator
    store: Store
    conversations: Conversations
    replies: Replies
    readings: Readings
    recall: Recall
    archive: Archive
    restoring: Restoring
    documents: Documents
    feedback: Feedback
    embedder: Embedder
    language: LanguageModel
    show: Withholding
    chat: Chat

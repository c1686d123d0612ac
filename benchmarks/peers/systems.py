"""Memories of others and ours behind one small interface, so that one task measures them all.

Each is used as its own documentation says, persistent where it can be, its telemetry off. Imported
by two virtual environments (``benchmarks.peers.run`` tells which), so everything of a system's own
is imported where it is built.
"""

import os
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from benchmarks.peers.embedding import Embedding

BATCH = 1_000
"""Turns that are filled in at a time."""
QUIET = {
    "ANONYMIZED_TELEMETRY": "False",  # Chroma
    "MEM0_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
}
"""What has to be in the environment of a process that imports anything of theirs."""


class Turn(NamedTuple):
    """What was said, as "speaker: text" where the speaker has a name; where, and when."""

    text: str
    conversation: str
    moment: str


class System(Protocol):
    """A memory of many users. ``lazy``: what a user has takes memory only once it is searched."""

    lazy: bool

    def fill(self, user: str, turns: Sequence[Turn], keys: np.ndarray) -> None:
        """Store turns with their keys, as quickly as it goes: this is not timed against others."""

    def add(self, user: str, text: str) -> None:
        """Embed and store one text."""

    def search(self, user: str, text: str) -> list[str]:
        """Embed, and the texts of the ten best."""


class Tapehead:
    """What the routes under /v1/memories do, but for HTTP: SQLite with a sync at each commit."""

    lazy = True

    def __init__(self, embedding: Embedding, folder: Path) -> None:
        from memory.db.database import Database
        from memory.heads import choose_head
        from memory.recall import Recall
        from memory.repositories.memories import Memories
        from memory.repositories.readings import Readings
        from memory.tape.cache import Tapes

        self.embedding = embedding
        database = Database(f"sqlite:///{folder / 'tapehead.db'}")
        database.migrate()
        self.memories = Memories(database, embedding.model.name)
        tapes = Tapes(self.memories, embedding.model.dimension, budget_bytes=8 << 30)
        self.recall = Recall(tapes, Readings(database), choose_head("shipped"))

    def fill(self, user: str, turns: Sequence[Turn], keys: np.ndarray) -> None:
        for start in range(0, len(turns), BATCH):
            part = slice(start, start + BATCH)
            pairs = zip(turns[part], keys[part], strict=True)
            self.memories.add(user, [self._memory(turn, key) for turn, key in pairs])

    def _memory(self, turn: Turn, key: np.ndarray) -> Any:
        from memory.repositories.slot_rows import NewMemory, StoredEmbedding

        # As in an export of a chat: who speaks stands before a colon.
        speaker, colon, rest = turn.text.partition(": ")
        return NewMemory(
            text=rest if colon else turn.text,
            kind="turn",
            role="user",
            created_at=datetime.fromisoformat(turn.moment),
            speaker=speaker if colon else None,
            embedding=StoredEmbedding.of(key, self.embedding.model.name),
            conversation_id=turn.conversation,
        )

    def add(self, user: str, text: str) -> None:
        turn = Turn(text, "now", datetime.now(UTC).isoformat())
        self.memories.add(user, [self._memory(turn, self.embedding.of(text))])

    def search(self, user: str, text: str) -> list[str]:
        from memory.types import with_speaker

        reading = self.recall.read(user, text, self.embedding.of(text), most=10)
        slots = self.memories.fetch(user, [each.position for each in reading.slots])
        found = (slots[each.position] for each in reading.slots)
        return [with_speaker(slot.speaker, slot.text) for slot in found]


class Mem0:
    """mem0 with ``infer=False``, its local Qdrant on disk, and its history in SQLite.

    The model that it wants for ``infer=True`` is configured and never called.
    """

    lazy = False

    def __init__(self, embedding: Embedding, folder: Path) -> None:
        os.environ["MEM0_DIR"] = str(folder)
        from langchain_core.embeddings import Embeddings
        from mem0 import Memory

        class Ours(Embeddings):
            def embed_query(self, text: str) -> list[float]:
                return list(map(float, embedding.of(text)))

            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return [self.embed_query(text) for text in texts]

        dimension = embedding.model.dimension
        self.memory = Memory.from_config(
            {
                "vector_store": {
                    "provider": "qdrant",
                    "config": {
                        "path": str(folder / "qdrant"),
                        "on_disk": True,
                        "embedding_model_dims": dimension,
                    },
                },
                "embedder": {
                    "provider": "langchain",
                    "config": {"model": Ours(), "embedding_dims": dimension},
                },
                "llm": {"provider": "openai", "config": {"api_key": "never-called"}},
                "history_db_path": str(folder / "history.db"),
            }
        )

    def fill(self, user: str, turns: Sequence[Turn], keys: np.ndarray) -> None:
        """Through its vector store, with the payload of its ``add``, and without its history.

        Local Qdrant syncs each point by itself; while filling it is told not to.
        """
        collections = self.memory.vector_store.client._client.collections.values()
        databases = [each.storage.storage for each in collections if each.storage is not None]
        for database in databases:
            database.execute("PRAGMA synchronous=OFF")
        for start in range(0, len(turns), BATCH):
            part = turns[start : start + BATCH]
            payloads = [
                {
                    "user_id": user,
                    "role": "user",
                    "data": turn.text,
                    "hash": "",
                    "created_at": turn.moment,
                    "updated_at": turn.moment,
                    "text_lemmatized": turn.text,
                }
                for turn in part
            ]
            self.memory.vector_store.insert(
                vectors=keys[start : start + BATCH].tolist(),
                ids=[str(uuid.uuid4()) for _ in part],
                payloads=payloads,
            )
        for database in databases:
            database.execute("PRAGMA synchronous=FULL")

    def add(self, user: str, text: str) -> None:
        self.memory.add([{"role": "user", "content": text}], user_id=user, infer=False)

    def search(self, user: str, text: str) -> list[str]:
        found = self.memory.search(text, top_k=10, filters={"user_id": user}, threshold=0.0)
        return [each["memory"] for each in found["results"]]


class LangChain:
    """LangChain's FAISS store, one for each user. It is in memory: nothing added is durable."""

    lazy = False

    def __init__(self, embedding: Embedding, folder: Path) -> None:  # noqa: ARG002 - see above
        self.embedding = embedding
        self.stores: dict[str, Any] = {}

    def _store(self, user: str) -> Any:
        if user not in self.stores:
            import faiss
            from langchain_community.docstore.in_memory import InMemoryDocstore
            from langchain_community.vectorstores import FAISS

            self.stores[user] = FAISS(
                embedding_function=lambda text: self.embedding.of(text).tolist(),
                index=faiss.IndexFlatL2(self.embedding.model.dimension),
                docstore=InMemoryDocstore(),
                index_to_docstore_id={},
            )
        return self.stores[user]

    def fill(self, user: str, turns: Sequence[Turn], keys: np.ndarray) -> None:
        texts = [turn.text for turn in turns]
        self._store(user).add_embeddings(list(zip(texts, keys.tolist(), strict=True)))

    def add(self, user: str, text: str) -> None:
        self._store(user).add_texts([text])

    def search(self, user: str, text: str) -> list[str]:
        return [each.page_content for each in self._store(user).similarity_search(text, k=10)]


class Chroma:
    """Chroma's persistent client: a collection for each user, cosine."""

    lazy = True

    def __init__(self, embedding: Embedding, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings

        self.embedding = embedding
        self.client = chromadb.PersistentClient(
            str(folder), settings=Settings(anonymized_telemetry=False)
        )
        self.collections: dict[str, Any] = {}

    def _collection(self, user: str) -> Any:
        if user not in self.collections:
            self.collections[user] = self.client.get_or_create_collection(
                user, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
            )
        return self.collections[user]

    def fill(self, user: str, turns: Sequence[Turn], keys: np.ndarray) -> None:
        for start in range(0, len(turns), BATCH):
            part = slice(start, start + BATCH)
            self._put(user, [turn.text for turn in turns[part]], keys[part])

    def _put(self, user: str, texts: Sequence[str], keys: np.ndarray) -> None:
        ids = [str(uuid.uuid4()) for _ in texts]
        self._collection(user).add(ids=ids, documents=list(texts), embeddings=keys)

    def add(self, user: str, text: str) -> None:
        self._put(user, [text], self.embedding.of(text)[None])

    def search(self, user: str, text: str) -> list[str]:
        found = self._collection(user).query(
            query_embeddings=self.embedding.of(text)[None], n_results=10, include=["documents"]
        )
        return list(found["documents"][0])


SYSTEMS = {"tapehead": Tapehead, "mem0": Mem0, "langchain": LangChain, "chroma": Chroma}

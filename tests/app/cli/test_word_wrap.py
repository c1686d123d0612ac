"""Line breaks between words, for a text that comes in pieces."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from app.cli.word_wrap import Wrapper


def wrapped(text: str, width: int, cuts: list[int]) -> str:
    wrapper = Wrapper(width)
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(edges)]
    return "".join(map(wrapper.push, pieces)) + wrapper.flush()


def test_breaks_between_words() -> None:
    assert wrapped("one two three four", 10, []) == "one two \nthree \nfour"


def test_breaks_where_no_spaces_are_written() -> None:
    assert wrapped("我的狗叫做饼干", 9, []) == "我的狗叫\n做饼干"


def test_a_word_is_not_waited_for_for_ever() -> None:
    assert Wrapper(20).push("a" * 50) == "a" * 50


def test_a_line_that_was_broken_begins_anew() -> None:
    assert wrapped("one\ntwo three", 10, []) == "one\ntwo three"


words = st.lists(st.sampled_from(["a", "of", "corgi", "lighthouse", "狗", "🐕", "\n"]), max_size=40)


@given(words, st.integers(12, 40), st.lists(st.integers(0, 200), max_size=8))
def test_however_the_text_is_cut(said: list[str], width: int, cuts: list[int]) -> None:
    text = " ".join(said)
    lines = wrapped(text, width, cuts)
    assert lines == wrapped(text, width, [])
    assert lines.replace("\n", "") == text.replace("\n", "")
    assert all(cell_len(line) <= width for line in lines.split("\n"))

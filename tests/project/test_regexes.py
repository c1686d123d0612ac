"""No text makes a regular expression take time that grows faster than the text.

Every expression of the sources is found by syntax and fed with repetitions of its own alphabet
(``benchmarks/regexes/report.py``, in a short form here). What is too slow is measured again twice,
in processor time, so a busy machine fails nothing.
"""

import ast
import re
import time

import pytest

from benchmarks.regexes.adversarial import Repetition, repetitions
from benchmarks.regexes.report import judge
from benchmarks.regexes.sites import Expression, Unresolved, find, of_module
from memory.redaction import Redacted, find_secrets, redact
from memory.secret_patterns import HINT
from memory.tape.indexes.bm25 import LexicalIndex
from memory.tape.query import EDGE_CHARACTERS, Query
from memory.text.words import terms
from models.language.chat_template import control_pattern

SECONDS = 0.08
EXPRESSIONS = find()


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda each: each.name)
def test_time_grows_as_the_text_does(expression: Expression) -> None:
    slowest, too_slow = judge(expression, SECONDS)
    assert not too_slow, f"{slowest.repetition}: {slowest.short:.3f} s, then {slowest.long:.3f} s"


@pytest.mark.parametrize(
    ("regex", "flags"),
    [
        (r"^\s*<?(?:assistant|bot)>?\s*[:：].*$", re.IGNORECASE | re.MULTILINE),
        (r"(?<![A-Za-z0-9_])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}", re.ASCII),
        (r"(a+)+$", 0),
        (r"\s+$", 0),
        (r"\s*\(\w+\)\s*", 0),
        (r"\w{1,2000}@", 0),
    ],
)
def test_the_check_finds_what_was_slow_before(regex: str, flags: int) -> None:
    assert judge(Expression("known", "anything", re.compile(regex, flags)), SECONDS)[1]


def test_no_group_is_possessive() -> None:
    """Python 3.11.2, which Debian 12 has, finds less by them than it should. An atomic group is as
    good.
    """
    repeated = re.compile(r"(?<!\\)\)(?:[*+?]|\{[\d,]+\})\+")
    assert repeated.search(r"(?:a |b )*+c")
    found = [each.name for each in EXPRESSIONS if repeated.search(str(each.pattern.pattern))]
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        "def f(name, text):\n    return re.search(name, text)",
        "def f(name):\n    return re.compile(rf'{name}+')",
        "def f(text):\n    return re.sub('a', 'b', text)",  # nobody says what it meets
        "from re import compile",
        "import re as r",
    ],
)
def test_no_expression_slips_past(source: str) -> None:
    with pytest.raises(Unresolved):
        list(of_module("app.example", ast.parse(source)))


def test_what_is_found_is_what_the_sources_hold() -> None:
    names = {each.name for each in EXPRESSIONS}
    assert {"memory.tape.query._QUOTED_ASSISTANT", "app.documents.chunking._of_text"} <= names
    assert sum(name.startswith("memory.secret_patterns._pattern[") for name in names) > 30


def seconds(text: str) -> float:
    """Processor time of a search for secrets: the best of three."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        HINT.search(text)
        find_secrets(text)
        times.append(time.thread_time() - start)
    return min(times)


def grows_as_the_text_does(repetition: Repetition) -> bool:
    short, long = seconds(repetition.text(10_000)), seconds(repetition.text(20_000))
    return long < 1.0 and (long < 0.030 or long < 3 * short)


def test_all_secret_patterns_together_and_their_checksums_are_linear() -> None:
    """On the worst texts of each pattern, and on repeated numbers, which are checked one by one."""
    secrets = [each for each in EXPRESSIONS if each.name.startswith("memory.secret_patterns")]
    texts = [each for known in secrets for each in list(repetitions(known.pattern))[:10]]
    texts += [Repetition(each) for each in ("444 ", "4444 ", "DE89370400440532013000 ", "-eyJ")]
    # Which of them are slow is seen on less text; each of these is then measured at both lengths.
    slowest = sorted(texts, key=lambda each: -seconds(each.text(400)))[:8]
    for each in [*slowest, *texts[-4:]]:
        assert any(grows_as_the_text_does(each) for _ in range(3)), each


JWT = ".".join([f"ey{'J'}{'a1' * 9}", f"ey{'J'}{'b2' * 9}", "c3" * 9])


@pytest.mark.parametrize("before", ["", "x-", "a.", "eyJ-", f"{'-eyJ' * 30}-", "eyJshort.", "("])
def test_a_web_token_is_found_after_what_almost_begins_one(before: str) -> None:
    """As the plain pattern finds it, which takes the square of the time."""
    plain = re.compile(r"(?<![A-Za-z0-9_])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}", re.ASCII)
    told = f"{before}{JWT} and {before}{JWT}"
    assert redact(told).text == plain.sub("[withheld: JSON web token]", told)


def test_secrets_are_found_wherever_they_lie_in_a_long_text() -> None:
    """At each distance from where one window ends and the next begins."""
    for place in (65_500, 65_515, 65_530, 65_535, 65_536, 131_071):
        filled = ("talk " * 40_000)[: place - 1] + " "
        told = f"{filled}password: hunter2\n{filled}4111 1111 1111 1111 and {JWT} ok"
        shown = told.replace("hunter2", "[withheld: password]")
        shown = shown.replace("4111 1111 1111 1111", "[withheld: card number]")
        shown = shown.replace(JWT, "[withheld: JSON web token]")
        assert redact(told) == Redacted(shown, ("password", "card number", "JSON web token"))


def test_a_private_key_is_withheld_however_long_it_is() -> None:
    begin, end = (f"-----{each} RSA PRIVATE{' '}KEY-----" for each in ("BEGIN", "END"))
    told = f"mine: {begin}\n{'QUJD' * 50_000}\n{end} so"
    assert redact(told).text == "mine: [withheld: private key] so"


def test_a_quoted_assistant_may_stand_after_empty_lines_and_spaces() -> None:
    quoted = Query.of("<Ada>: my hamster\n\n\n  \t<Assistant> : a walk\n\nbot\n: a swim\nso it is")
    assert {"hamster"} <= set(quoted.terms)
    assert not {"walk", "swim"} & set(quoted.terms)


def test_of_a_long_message_both_ends_are_looked_at() -> None:
    filler = "x " * EDGE_CHARACTERS
    told = f"In March {filler} nowhere {filler} when did I move to Lisbon?"
    query = Query.of(told)
    assert query.asks_when
    assert query.months == {3}
    assert "lisbon" in query.terms
    assert "nowher" not in query.words
    assert query.may_equal(frozenset(terms(told)))
    assert not query.may_equal(frozenset(terms(told)) - {"lisbon"})


def test_a_word_without_an_end_is_many_words() -> None:
    assert max(map(len, terms("a" * 100_000))) <= 64
    assert max(map(len, terms("é" * 100_000))) <= 64
    assert max(map(len, terms("a'" * 100_000))) < 4 * 65
    assert len(terms("é" * 100_000)) == -(-100_000 // 64)


def test_a_long_text_has_the_terms_of_its_sentences() -> None:
    """Pieces are cut where words end, in scripts with spaces and in those without."""
    for sentence in (
        "Ada's dogs ran to Zürich’s lake, twice. ",
        "我喜欢猫，也喜欢狗。",
        "l'été n'est pas fini ",
    ):
        assert terms(sentence * 1000) == terms(sentence) * 1000


@pytest.mark.parametrize("unit", ["\u0300\u0316", "ﷺ", "a\u0316\u0300"])
def test_accents_and_ligatures_are_normalised_in_linear_time(unit: str) -> None:
    """NFKC sorts a run of accents by insertion: 500,000 of them took minutes, in one go."""
    times = []
    for length in (20_000, 40_000):
        text = (unit * length)[:length]
        start = time.thread_time()
        LexicalIndex().add([0], [text])
        times.append(time.thread_time() - start)
    assert times[1] < 3 * times[0] or times[1] < 0.1


def test_control_tokens_swallow_all_the_spaces_beside_them() -> None:
    """As ``\\s*`` on both sides does, whose time is the square of the spaces'."""
    from tokenizers import AddedToken

    pattern = control_pattern([AddedToken("<m>", lstrip=True, rstrip=True), AddedToken("<s>")])
    plain = re.compile(r"\s*(<m>)\s*|(<s>)")
    for text in ("<m>", " \n <m>  <m> <s> <m>x", "a <s> <m><m>  b", "  ", "<s>  <m>"):
        assert [each.span() for each in pattern.finditer(text)] == [
            each.span() for each in plain.finditer(text)
        ]

"""What of a long text is quoted: sentences and lines that match, within a number of tokens."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.excerpts import MAX_CHARACTERS_PER_TOKEN, MAX_SPLIT, excerpt, without_data
from memory.tape.query import Query
from memory.text.sentences import MAX_SENTENCE, cut, sentences
from memory.text.words import terms


def words(text: str) -> int:
    return len(text.split())


def letters(text: str) -> int:
    return len(text)


def cut_to(text: str, question: str, most: int = 30) -> str:
    shown = excerpt(text, Query.of(question), max_tokens=most, count_tokens=words)
    assert words(shown) <= most
    return shown


YARD = "The caretaker has swept the yard and the stairs. "


def test_a_text_that_fits_is_itself() -> None:
    text = f"  {YARD}\n{'QUJD' * 50}"
    assert cut_to(text, "anything") == text


def test_the_sentence_that_answers_is_found_anywhere() -> None:
    for before in (0, 1, 40, 400):
        text = YARD * before + "Our meeting is on 14 June. " + YARD * 40
        shown = cut_to(text, "When do we meet?")
        assert "Our meeting is on 14 June." in shown
        assert shown.endswith(" …")
        assert shown.startswith("… ") == (before > 1)


def test_sentences_keep_their_order_with_a_sign_of_what_is_left_out() -> None:
    text = f"{YARD * 9}Rex is a dog. {YARD * 9}Momo is a cat. {YARD * 9}"
    shown = cut_to(text, "What are Momo and Rex?")
    assert shown.index("Rex is a dog.") < shown.index(" … ") < shown.index("Momo is a cat.")


def test_without_a_word_in_common_it_is_the_beginning() -> None:
    text = " ".join(f"Sentence {number} is here." for number in range(100))
    shown = cut_to(text, "zebra")
    assert shown.startswith("Sentence 0 is here. Sentence 1 is here.")
    assert shown.endswith("is here. …")
    assert cut_to(text, "") == shown


def test_rare_terms_count_more_than_common_ones() -> None:
    text = f"{'The garden is big. ' * 60}The roses are red. {'The garden is big. ' * 60}"
    assert "The roses are red." in cut_to(text, "Are there roses in the garden?")


def test_terms_may_be_given_instead_of_a_question() -> None:
    text = f"{YARD * 30}Our meeting is on 14 June."
    shown = excerpt(text, terms("meetings"), max_tokens=30, count_tokens=words)
    assert "meeting" in shown


@pytest.mark.parametrize(
    ("filler", "answer", "question"),
    [
        ("大家都在院子里打扫卫生。", "丢失钥匙要赔一百八十欧元。", "钥匙丢了要赔多少？"),
        ("第三条はペットの飼育を定める。", "鍵の紛失は百八十ユーロである。", "鍵の紛失はいくら？"),
        ("ข้อสองเงินประกันสามเดือน ", "แมวชื่อมิ้นต์กินปลา ", "แมวชื่ออะไร"),
        (
            "تنص المادة الأولى على الإيجار. ",
            "ضياع المفتاح يكلف مئة يورو؟ ",
            "كم يكلف ضياع المفتاح؟",
        ),
        ("यह आँगन साफ़ है। ", "चाबी खोने पर सौ यूरो लगते हैं। ", "चाबी खोने पर कितना?"),
        ("Der Hof ist sauber! ", "Ein Schlüssel kostet 180 Euro. ", "Was kostet der Schlüssel?"),
    ],
)
def test_all_scripts(filler: str, answer: str, question: str) -> None:
    text = filler * 80 + answer + filler * 80
    shown = excerpt(text, Query.of(question), max_tokens=120, count_tokens=letters)
    assert answer.strip() in shown
    assert len(shown) <= 120


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained a lot. We stayed in! Why? Who knows.", 4),
        ("I met Dr. Smith and J. R. Miller there. They left.", 2),
        ("It costs 3.50 euros at example.com today. So what.", 2),
        ("He said “come here now.” She did not come.", 2),
        ("今天下了很大的雨，我们没去。明天我们再去公园玩吧！好的。", 3),
    ],
)
def test_sentences(text: str, expected: int) -> None:
    found = [text[start:end] for start, end in sentences(text, 0, len(text))]
    assert "".join(found) == text
    assert len(found) == expected


@given(st.text(), st.integers(1, 20))
def test_a_cut_loses_nothing_and_leaves_nothing_longer(text: str, most: int) -> None:
    parts = [text[start:end] for start, end in cut(text, 0, len(text), most)]
    assert "".join(parts) == text
    assert all(len(part) <= most for part in parts)


def test_words_are_whole_and_accents_stay_with_their_letters() -> None:
    text = "word " * 500
    for start, end in cut(text, 0, len(text), MAX_SENTENCE):
        assert set(text[start:end].split()) <= {"word"}
    thai = "ที่" * 500
    assert all(thai[start] == "ท" for start, _ in cut(thai, 0, len(thai), 100))


def test_brackets_are_not_cut() -> None:
    """One may stand for a secret, as ``[withheld: card number]`` does."""
    for before in range(40):
        text = f"{'w ' * before}[withheld: card number] {'w ' * 40}"
        parts = [text[start:end] for start, end in cut(text, 0, len(text), 60)]
        assert "".join(parts) == text
        assert any("[withheld: card number]" in part for part in parts)
    assert [b - a for a, b in cut("[" * 90, 0, 90, 30)] == [30, 30, 30]


def test_a_table_keeps_its_first_row_and_whole_rows() -> None:
    rows = [f"Person{n},Town{n % 7},{n * 7919}" for n in range(3000)]
    shown = cut_to("\n".join(["name,town,phone", *rows]), "Which town is Person1234 in?", 8)
    assert shown.split("\n")[0] == "name,town,phone"
    assert rows[1234] in shown.split("\n")
    assert set(shown.split("\n")) <= {"name,town,phone", "…", *rows}


def test_the_heading_above_a_line_goes_with_it() -> None:
    text = "\n".join(
        [f"## Room {n}\n- a table of {n} legs\n- a lamp with number {100 + n}" for n in range(50)]
    )
    shown = cut_to(text, "Where is the lamp with number 123?", 20).split("\n")
    assert shown.index("## Room 23") < shown.index("- a lamp with number 123")


def test_code_keeps_its_lines_and_indentation() -> None:
    body = "\n".join(f"    value_{n} = load({n})" for n in range(100))
    shown = cut_to(f"def run():\n{body}\n    raise KeyError(name)", "Where is KeyError raised?", 12)
    assert "    raise KeyError(name)" in shown.split("\n")
    assert set(shown.split("\n")) <= {
        "def run():",
        "    raise KeyError(name)",
        "…",
        *body.split("\n"),
    }


GENERATOR = random.Random(1)
BASE64 = "".join(
    GENERATOR.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=3000)
)


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (f"data:image/png;base64,{BASE64}", "…"),
        ("data:;base64,QQ==", "…"),
        (f"data:text/plain;charset=utf-8;base64,{BASE64[:8]}", "…"),
        (BASE64, "…"),
        (BASE64[:120], "…"),
        (BASE64[:119], BASE64[:119]),
        (BASE64.replace("+", "-").replace("/", "_"), "…"),
        ("0123456789abcdef" * 8, "…"),
        ("\n".join(BASE64[i : i + 76] for i in range(0, 800, 76)) + "\nThanks,", "…\nThanks,"),
        ("https://example.com/" + "how-to-paint/a-house/" * 9, None),
        ("-" * 200, None),
        ("| " + "-" * 200 + " |", None),
        ("word " * 50, None),
        ("我" * 200, None),
        ("the data: a, b and c", None),
    ],
)
def test_data_is_left_out(data: str, shown: str | None) -> None:
    assert without_data(f"See:\n{data} so") == f"See:\n{data if shown is None else shown} so"


def test_around_data_the_words_are_quoted() -> None:
    text = f"My garden: data:image/png;base64,{BASE64} with the pond."
    shown = excerpt(text, Query.of("garden"), max_tokens=60, count_tokens=letters)
    assert shown == "My garden: … with the pond."


class Counter:
    """Counts some tokens for each character, and a few for what is around a text."""

    def __init__(self, per_character: float, fixed: int = 0) -> None:
        self.per_character = per_character
        self.fixed = fixed
        self.calls: list[int] = []

    def __call__(self, text: str) -> int:
        self.calls.append(len(text))
        dense = 20 * sum(letter in "🐕鷹" for letter in text)
        return self.fixed + int(self.per_character * len(text)) + dense


@given(
    st.lists(
        st.sampled_from(["Rex ", "🐕" * 9, "鷹が。", "a. ", "\n", "word " * 9, "x" * 400, "- b\n"]),
        max_size=60,
    ).map("".join),
    st.integers(0, 200),
    st.sampled_from([Counter(0.1), Counter(0.3, 12), Counter(1.5), Counter(3, 40)]),
)
def test_it_never_has_too_many_tokens_and_counts_few_times(
    text: str, most: int, count: Counter
) -> None:
    count.calls.clear()
    shown = excerpt(text, Query.of("Where is Rex the 鷹?"), max_tokens=most, count_tokens=count)
    assert len(count.calls) <= 8
    assert max(count.calls) <= MAX_CHARACTERS_PER_TOKEN * most
    assert not shown or count(shown) <= most


@pytest.mark.parametrize("per_character", [0.1, 0.3, 1.0, 2.5])
@pytest.mark.parametrize("most", [100, 160, 1000])
def test_it_is_about_as_long_as_it_may_be(per_character: float, most: int) -> None:
    count = Counter(per_character, fixed=12)
    text = "Some words on Rex, and more. Other words on the weather here. " * 2000
    shown = excerpt(text, Query.of("Rex"), max_tokens=most, count_tokens=count)
    assert count.fixed + 0.6 * (most - count.fixed) <= count(shown) <= most


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "a",
            "a ",
            "a\n",
            ". ",
            "a. ",
            "?",
            "。",
            '."',
            "Dr. ",
            "QUJD",
            "data:",
            "-\n",
            " ",
            "\n",
        ),
        *("a,b\n", '"', "[", "e\u0301", "\u0301", "鷹", "| a\n", "    x:\n", "rex ", "? ", "[a] "),
        f"{BASE64[:76]}\n",
    ],
)
def test_a_megabyte_of_anything_takes_seconds_at_most(unit: str) -> None:
    """Half a second, but types are checked in tests."""
    text = unit * (1_000_000 // len(unit))
    count = Counter(0.3, fixed=12)
    start = time.thread_time()
    excerpt(text, Query.of("Where is Rex, a 鷹?"), max_tokens=160, count_tokens=count)
    assert time.thread_time() - start < 4


def test_of_a_very_long_text_the_blocks_that_match_are_split() -> None:
    for place in (100, MAX_SPLIT, 500_000, 990_000):
        text = (YARD * (1_000_000 // len(YARD) + 1))[:place]
        text += f". Our meetings are at 7 pm. {YARD * ((1_000_000 - place) // len(YARD))}"
        assert "Our meetings are at 7 pm." in cut_to(text, "When is the next meeting?")

"""Numbers and codes are found with any separators."""

import pytest

from memory.tape.indexes.bm25 import LexicalIndex
from memory.text.identifiers import camel_case, identifiers
from memory.text.words import content_terms


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Call me at +44 (0)20 7946-0958.", "Who has +442079460958?"),
        ("+442079460958 is my aunt", "Who has +44 (0)20 7946 0958?"),
        ("+44 20 7946 0958 is my aunt", "Who has 020 79460958?"),
        ("0044 20 7946 0958 is my aunt", "Who has +442079460958?"),
        ("(020) 7946 - 0958, after 6", "02079460958"),
        ("my number is 020/79460958 2 times", "020 7946 0958"),
        ("ISBN 0-306-40615-2", "0306406152"),
        ("ticket AB-1234-C", "Where is ab1234c?"),
        ("ticket AB1234C", "Where is AB 1234 C?"),
        ("ticket AB1234C", "Where is ab-1234-c?"),
        ("IBAN GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432"),
        ("电话：020-7946-0958。", "02079460958是谁的电话？"),
        ("flight LH 2034", "LH2034"),
        ("a budget of 19,555,237 pesos", "19555237"),
        ("a budget of 19555237 pesos", "Who has 19.555.237?"),
        ("a budget of 19'555'237 pesos", "19,555,237"),
        ("a budget of 19’555’237 pesos", "19 555 237"),
        ("a budget of 19\u202f555\u202f237 pesos", "19555237"),
        ("a budget of 7,500.25 pesos", "7500"),
        ("call renderPolygonBatch first", "render-polygon-batch"),
        ("call render_polygon_batch first", "renderPolygonBatch"),
        ("call render-polygon-batch first", "What does RenderPolygonBatch do?"),
        ("call renderPolygonBatch first", "render polygon batches"),
        ("call parseHTMLDocument first", "parse_html_document"),
    ],
)
def test_a_number_is_found_with_other_separators(written: str, asked: str) -> None:
    index = LexicalIndex()
    index.add(range(3), ["Who has a ticket, and where is my number?", written, "2034 and 40615"])
    scores, _ = index.scores(content_terms(asked))
    assert scores[1] > max(scores[0], scores[2])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "at 3.5 or 10:30",
        "3.14 or 2.718 or 1.234",
        "1, 2, 3 and 10,20,30 and 1,0000",
        "on 7 May 2023",
        "7/5/23 or 2 - 3",
        "I have 2 cats and 3 dogs.",
        "In 2019. 2020 was worse",
        "covid-19",
        "state-of-the-art",
        " ".join(map(str, range(1000, 1020))),
        f"{'1' * 20}-{'2' * 20}",
    ],
)
def test_dates_prices_and_tables_are_no_identifiers(text: str) -> None:
    assert identifiers(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "iPhone and eBay",
        "McDonald on YouTube",
        "WHATEVER",
        "aGVsbG8gd29ybGQhIQ",
        "render batch",
    ],
)
def test_names_and_keys_are_not_in_camel_case(text: str) -> None:
    assert camel_case(text) == []


def test_groups_of_three_digits_are_each_a_number_of_its_own() -> None:
    assert [each.joined for each in identifiers("1,000 of 2,500")] == ["1000", "2500"]


def test_a_part_of_a_number_finds_less_than_the_number() -> None:
    index = LexicalIndex()
    index.add([0, 1], ["room 7946 or 0958 or 20", "+44 20 7946 0958"])
    scores, coverage = index.scores(content_terms("+442079460958"))
    assert coverage.tolist() == [0, 1]
    scores, _ = index.scores(content_terms("+44 20 7946-0958"))
    assert scores[1] > 0 == scores[0]
    scores, _ = index.scores(content_terms("+49 20 7946-0000"))  # another number
    assert scores[0] > 0


def test_a_date_does_not_outweigh_words() -> None:
    index = LexicalIndex()
    index.add([0, 1], ["2026-11-28", "the dentist pulled a tooth"])
    scores, _ = index.scores(content_terms("Which tooth did the dentist pull on 2026-11-29?"))
    assert scores[1] > scores[0]

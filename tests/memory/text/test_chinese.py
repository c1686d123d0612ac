"""What of a Chinese question is looked for."""

import pytest

from memory.tape.query import Query


@pytest.mark.parametrize(
    ("question", "wanted", "unwanted"),
    [
        ("明天射箭需要带什么？", {"射箭"}, {"天射", "箭需", "需要", "什么"}),
        ("关于老李我说过什么？", {"老李"}, {"李我", "关于", "说过"}),
        ("我的乌龟叫什么名字？", {"乌龟"}, {"龟叫", "名字", "什么"}),
        ("会议几点开始？", {"会议", "开始"}, {"议几", "几点"}),
    ],
)
def test_words_that_frame_a_question_are_cut_out(
    question: str, wanted: set[str], unwanted: set[str]
) -> None:
    terms = set(Query.of(question).terms)
    assert wanted <= terms
    assert not unwanted & terms


def test_a_question_of_such_words_alone_keeps_them() -> None:
    assert "准备" in Query.of("我在准备什么？").terms

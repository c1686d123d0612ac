"""Stories in bAbI's form: true to themselves, the same by seed, and learnt by the network."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import torch

from experiments.babi.checkpoints import load
from experiments.babi.dataset import LENGTH, SLOTS, STORIES, UNKNOWN, encode, from_file, vocabulary
from experiments.babi.story import Question, Story
from experiments.babi.training import errors, train
from models.ntm.memory_network import MemoryNetwork


def _stories(task: int, count: int = 100) -> list[Story]:
    random = Random(task)
    return [STORIES[task](random) for _ in range(count)]


@pytest.mark.parametrize("task", range(1, 21))
def test_a_story_is_the_same_by_seed_and_whole(task: int) -> None:
    assert _stories(task, 20) == _stories(task, 20)
    for story in _stories(task):
        assert story.task == task
        assert story.questions
        for question in story.questions:
            assert 0 < question.visible <= len(story.statements)
            assert question.support
            assert all(0 <= line < question.visible for line in question.support)
            assert question.text.endswith("?")
        visible = [question.visible for question in story.questions]
        assert visible == sorted(visible)


def _last(story: Story, question: Question, of: Callable[[str], bool]) -> str:
    return [line for line in story.statements[: question.visible] if of(line)][-1]


def test_somebody_is_where_they_went_last() -> None:
    for story in _stories(1):
        for question in story.questions:
            person = question.text.removeprefix("Where is ").rstrip("?").strip()
            went = _last(story, question, lambda line, who=person: line.startswith(who))  # type: ignore[misc]
            assert went.rstrip(".").endswith(question.answer)
            assert story.statements[question.support[0]] == went


def test_something_is_where_its_carrier_is() -> None:
    for story in _stories(2):
        for question in story.questions:
            thing = question.text.removeprefix("Where is the ").rstrip("?").strip()
            place: dict[str, str] = {}
            holder, lies = "", ""
            for line in story.statements[: question.visible]:
                words = line.rstrip(".").split()
                who, about = words[0], thing in words
                if about and any(word in words for word in ("got", "took", "grabbed", "picked")):
                    holder = who
                elif about:
                    holder, lies = "", place.get(who, "")
                elif "the" in words and words[-2] == "the" and "to" in words:
                    place[who] = words[-1]
            assert question.answer == (place[holder] if holder else lies)


def test_paths_lead_where_they_should() -> None:
    steps = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}
    for story in _stories(19):
        for question in story.questions:
            where: dict[str, tuple[int, int]] = {}
            lines = [line.rstrip(".").split() for line in story.statements]
            where[lines[0][1]] = (0, 0)
            for _ in lines:
                for line in lines:
                    there, way, here = line[1], steps[line[3]], line[-1]
                    if here in where:
                        x, y = where[here]
                        where.setdefault(there, (x + way[0], y + way[1]))
                    elif there in where:
                        x, y = where[there]
                        where.setdefault(here, (x - way[0], y - way[1]))
            asked = question.text.rstrip("?").split()
            start, end = asked[asked.index("from") + 2], asked[-1]
            x, y = where[start]
            for letter in question.answer.split(","):
                way = next(way for name, way in steps.items() if name.startswith(letter))
                x, y = x + way[0], y + way[1]
            assert (x, y) == where[end]


def test_examples_hold_the_last_statements_with_their_ages() -> None:
    many = tuple(f"Mary went to room{number}." for number in range(SLOTS + 10))
    story = Story(1, many, (Question("Where is Mary?", "room59", SLOTS + 10, (SLOTS + 9,)),))
    known = vocabulary([story])
    examples = encode([story], known)
    assert examples.statements[0, 0, 3] == known["room10"]
    assert examples.ages[0].tolist() == list(range(SLOTS - 1, -1, -1))
    assert examples.answers.tolist() == [known["room59"]]


def test_a_word_that_is_not_known_is_told_apart_from_none() -> None:
    story = Story(1, ("Mary went home.",), (Question("Where is Mary?", "home", 1, (0,)),))
    assert encode([story], {"mary": 2}).statements[0, 0, :4].tolist() == [2, UNKNOWN, UNKNOWN, 0]


def test_a_text_that_is_too_long_is_refused() -> None:
    story = Story(1, ("word " * (LENGTH + 1),), (Question("Where?", "word", 1, (0,)),))
    with pytest.raises(ValueError, match="more than"):
        encode([story], {"word": 2})


def test_stories_come_from_a_file_too(tmp_path: Path) -> None:
    turns = [{"turn_id": "1", "text": "Mary went home."}, {"turn_id": "3", "text": "Bill left."}]
    asked = {"question": "Where is Mary?", "answer": "home", "visible": 1}
    babi = {
        "user_id": "qa12_conjunction/0",
        "turns": turns,
        "questions": [{**asked, "evidence_turn_ids": ["1"]}],
    }
    path = tmp_path / "stories.jsonl"
    path.write_text(f"{json.dumps(babi)}\n{json.dumps({**babi, 'user_id': 'Ada'})}\n")
    [story] = from_file(path)
    assert story.task == 12
    assert story.statements == ("Mary went home.", "Bill left.")
    assert story.questions == (Question("Where is Mary?", "home", 1, (0,)),)


@pytest.mark.parametrize("content", ["", "nothing", "{}", '{"user_id": "Ada", "turns": []}', "[]"])
def test_a_file_without_stories_is_refused_in_words(tmp_path: Path, content: str) -> None:
    path = tmp_path / "stories.jsonl"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"stories\.jsonl"):
        from_file(path)


def test_a_small_network_learns_one_task_and_an_untrained_one_has_not() -> None:
    stories = _stories(1, 200)
    known = vocabulary(stories)
    examples = encode(stories, known)
    test = encode(_stories(1, 300)[200:], known)
    torch.manual_seed(1)
    untrained = MemoryNetwork(len(known) + UNKNOWN + 1, 2 * SLOTS, hops=1)
    assert errors(untrained, test)[1] > 0.5
    trained = train(examples, known, hops=1, seed=1, epochs=20)
    assert errors(trained.network, test)[1] < 0.1


def test_the_kept_network_reads_the_statement_that_answers() -> None:
    network, known = load(3)
    stories = [
        Story(1, story.statements, story.questions)
        for story in (STORIES[1](Random(f"unseen/{number}")) for number in range(40))
    ]
    examples = encode(stories, known)
    assert errors(network, examples)[1] < 0.05
    untrained = MemoryNetwork(len(known) + UNKNOWN + 1, 2 * SLOTS, hops=3)
    assert errors(untrained, examples)[1] > 0.5
    with torch.no_grad():
        _, weights = network(examples.statements, examples.ages, examples.questions)
    asked = [(story, question) for story in stories for question in story.questions]
    told = torch.tensor(
        [question.support[0] - max(0, question.visible - SLOTS) for _, question in asked]
    )
    read = weights.amax(dim=0).argmax(dim=-1)
    assert (read == told).float().mean() > 0.9

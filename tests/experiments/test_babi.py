"""Generated bAbI stories: consistent, reproducible by seed, and learnt by the network."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import torch

from experiments.babi.checkpoints import load
from experiments.babi.dataset import LENGTH, SLOTS, STORIES, UNKNOWN, encode, from_file, vocabulary
from experiments.babi.story import Question, Story
from experiments.babi.training import error_rates_by_task, train
from models.ntm.memory_network import MemoryNetwork


def _stories(task: int, count: int = 100) -> list[Story]:
    random = Random(task)
    return [STORIES[task](random) for _ in range(count)]


@pytest.mark.parametrize("task", range(1, 21))
def test_stories_are_reproducible_and_complete(task: int) -> None:
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


def _last(story: Story, question: Question, matches: Callable[[str], bool]) -> str:
    return [line for line in story.statements[: question.visible] if matches(line)][-1]


def test_people_are_where_they_went_last() -> None:
    for story in _stories(1):
        for question in story.questions:
            person = question.text.removeprefix("Where is ").rstrip("?").strip()
            went = _last(story, question, lambda line, who=person: line.startswith(who))  # type: ignore[misc]
            assert went.rstrip(".").endswith(question.answer)
            assert story.statements[question.support[0]] == went


def test_things_are_where_their_carriers_are() -> None:
    for story in _stories(2):
        for question in story.questions:
            thing = question.text.removeprefix("Where is the ").rstrip("?").strip()
            rooms: dict[str, str] = {}
            holder, room = "", ""
            for line in story.statements[: question.visible]:
                words = line.rstrip(".").split()
                person = words[0]
                if thing in words and {"got", "took", "grabbed", "picked"} & set(words):
                    holder = person
                elif thing in words:
                    holder, room = "", rooms.get(person, "")
                elif "the" in words and words[-2] == "the" and "to" in words:
                    rooms[person] = words[-1]
            assert question.answer == (rooms[holder] if holder else room)


def test_paths_lead_to_the_room_in_question() -> None:
    steps = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}
    for story in _stories(19):
        for question in story.questions:
            cells: dict[str, tuple[int, int]] = {}
            lines = [line.rstrip(".").split() for line in story.statements]
            cells[lines[0][1]] = (0, 0)
            for _ in lines:
                for line in lines:
                    room, (dx, dy), other = line[1], steps[line[3]], line[-1]
                    if other in cells:
                        x, y = cells[other]
                        cells.setdefault(room, (x + dx, y + dy))
                    elif room in cells:
                        x, y = cells[room]
                        cells.setdefault(other, (x - dx, y - dy))
            words = question.text.rstrip("?").split()
            start, end = words[words.index("from") + 2], words[-1]
            x, y = cells[start]
            for letter in question.answer.split(","):
                dx, dy = next(step for name, step in steps.items() if name.startswith(letter))
                x, y = x + dx, y + dy
            assert (x, y) == cells[end]


def test_examples_contain_the_last_statements_with_their_ages() -> None:
    statements = tuple(f"Mary went to room{number}." for number in range(SLOTS + 10))
    story = Story(1, statements, (Question("Where is Mary?", "room59", SLOTS + 10, (SLOTS + 9,)),))
    word_ids = vocabulary([story])
    examples = encode([story], word_ids)
    assert examples.statements[0, 0, 3] == word_ids["room10"]
    assert examples.ages[0].tolist() == list(range(SLOTS - 1, -1, -1))
    assert examples.answers.tolist() == [word_ids["room59"]]


def test_unknown_words_are_encoded_differently_from_padding() -> None:
    story = Story(1, ("Mary went home.",), (Question("Where is Mary?", "home", 1, (0,)),))
    assert encode([story], {"mary": 2}).statements[0, 0, :4].tolist() == [2, UNKNOWN, UNKNOWN, 0]


def test_a_text_that_is_too_long_is_refused() -> None:
    story = Story(1, ("word " * (LENGTH + 1),), (Question("Where?", "word", 1, (0,)),))
    with pytest.raises(ValueError, match="more than"):
        encode([story], {"word": 2})


def test_stories_are_read_from_a_file(tmp_path: Path) -> None:
    turns = [{"turn_id": "1", "text": "Mary went home."}, {"turn_id": "3", "text": "Bill left."}]
    question = {"question": "Where is Mary?", "answer": "home", "visible": 1}
    babi = {
        "user_id": "qa12_conjunction/0",
        "turns": turns,
        "questions": [{**question, "evidence_turn_ids": ["1"]}],
    }
    path = tmp_path / "stories.jsonl"
    path.write_text(f"{json.dumps(babi)}\n{json.dumps({**babi, 'user_id': 'Ada'})}\n")
    [story] = from_file(path)
    assert story.task == 12
    assert story.statements == ("Mary went home.", "Bill left.")
    assert story.questions == (Question("Where is Mary?", "home", 1, (0,)),)


@pytest.mark.parametrize("content", ["", "nothing", "{}", '{"user_id": "Ada", "turns": []}', "[]"])
def test_a_file_without_stories_is_refused_with_its_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "stories.jsonl"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"stories\.jsonl"):
        from_file(path)


def test_a_small_network_learns_one_task() -> None:
    stories = _stories(1, 200)
    word_ids = vocabulary(stories)
    examples = encode(stories, word_ids)
    test = encode(_stories(1, 300)[200:], word_ids)
    torch.manual_seed(1)
    untrained = MemoryNetwork(len(word_ids) + UNKNOWN + 1, 2 * SLOTS, hops=1)
    assert error_rates_by_task(untrained, test)[1] > 0.5
    run = train(examples, word_ids, hops=1, seed=1, epochs=20)
    assert error_rates_by_task(run.network, test)[1] < 0.1


def test_the_shipped_network_attends_to_the_supporting_statement() -> None:
    network, word_ids = load(3)
    stories = [
        Story(1, story.statements, story.questions)
        for story in (STORIES[1](Random(f"unseen/{number}")) for number in range(40))
    ]
    examples = encode(stories, word_ids)
    assert error_rates_by_task(network, examples)[1] < 0.05
    untrained = MemoryNetwork(len(word_ids) + UNKNOWN + 1, 2 * SLOTS, hops=3)
    assert error_rates_by_task(untrained, examples)[1] > 0.5
    with torch.no_grad():
        _, weights = network(examples.statements, examples.ages, examples.questions)
    questions = [question for story in stories for question in story.questions]
    support = torch.tensor([q.support[0] - max(0, q.visible - SLOTS) for q in questions])
    attended = weights.amax(dim=0).argmax(dim=-1)
    assert (attended == support).float().mean() > 0.9

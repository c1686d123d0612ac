"""Readings explained: the numbers that are shown are those that chose the prompt."""

import inspect
import io
import math
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from support.service import Service

from app.cli.explain import PARTS, explain, tell_replay
from memory import selection, types
from memory.tape import rule_reads
from memory.types import ADDING_RULES, BY_RULE, INTERVAL

TOLD = (
    "My dog is called Biscuit, he is a corgi.",
    "I painted the kitchen yellow.",
    "My sister lives in Porto.",
    "The corgi hates the vacuum cleaner.",
)

ROOT = Path(__file__).resolve().parents[3]


QUESTION = "What does the corgi hate?"


async def test_the_choice_follows_from_the_explanation_alone(service: Service) -> None:
    """Weights are recomputed from shares, and the choice from weights: neither is asked for."""
    for each in TOLD:
        await service.say(each)
    reply = await service.say(QUESTION)
    path = f"/v1/readings/{reply['memory']['id']}"
    reading = (await service.client.get(path)).json()
    parameters = reading["parameters"]
    assert (parameters["gate"], parameters["gamma"]) == (1, 1), "or the next lines say too little"
    assert parameters["kernel"] == [0, 0, 1, 0, 0]
    assert not any(name.startswith(types.BY_RULE) for name in parameters), "the head alone read"

    powers = [math.exp(sum(memory["shares"].values())) for memory in reading["memories"]]
    scale = (1 - reading["null_weight"]) / sum(powers)
    weights = [memory["score"] for memory in reading["memories"]]
    assert weights == pytest.approx([scale * power for power in powers], rel=1e-6)

    telling = [m for m in reading["memories"] if m["memory"] != QUESTION]
    least = selection.LIMITS.min_share * telling[0]["score"]
    # All of these are short: they cost alike.
    price = selection.VALUE_TOKENS / selection.MIN_TOKENS
    chosen = [
        memory["id"]
        for memory in telling[: selection.LIMITS.most_memories]
        if memory["score"] >= least and memory["score"] * price >= selection.MIN_VALUE
    ]
    assert reading["null_weight"] < selection.LIMITS.null_wins
    assert [m["id"] for m in reading["memories"] if m["selected"]] == chosen
    assert chosen


async def test_a_reading_is_shown_with_its_weights_and_what_they_are_made_of(
    service: Service,
) -> None:
    for each in TOLD:
        await service.say(each)
    reply = await service.say("What is my corgi called?")
    reading = (await service.client.get(f"/v1/readings/{reply['memory']['id']}")).json()
    screen = io.StringIO()
    explain(reading, Console(file=screen, width=120), most=2)
    shown = screen.getvalue()
    assert reading["head"] in shown
    assert "no relevant memory" in shown
    best = reading["memories"][0]
    assert f"{best['score']:.3f}" in shown
    assert best["memory"] in shown
    strongest = max(best["shares"], key=lambda name: abs(best["shares"][name]))
    assert f"{strongest}" in shown
    assert f"{best['shares'][strongest]:+.2f}" in shown
    assert reading["memories"][2]["memory"] not in shown, "two were asked for"


async def test_a_reading_is_replayed_over_http_and_in_words(service: Service) -> None:
    """What was said since does not count; what was forgotten since is told."""
    for each in TOLD:
        await service.say(each)
    reply = await service.say("What is my corgi called?")
    path = f"/v1/readings/{reply['memory']['id']}/replay"
    await service.say("My corgi is called Biscuit, did I say that?")
    same = (await service.client.post(path)).json()
    assert same["largest_difference"] < 1e-6
    assert [m["id"] for m in same["now"]["memories"]] == [m["id"] for m in same["then"]["memories"]]
    assert "the same weights" in in_words(same)

    heaviest, *others = same["then"]["memories"]
    await service.client.delete(f"/v1/memories/{others[0]['id']}")
    changed = (await service.client.post(path)).json()
    shown = in_words(changed)
    assert "forgotten" in shown
    assert f"→ {changed['now']['memories'][0]['score']:.3f}" in shown
    assert changed["largest_difference"] > 1e-4, heaviest


def in_words(replayed: dict[str, Any]) -> str:
    screen = io.StringIO()
    tell_replay(replayed, Console(file=screen, width=120))
    return screen.getvalue()


async def test_search_reads_the_memory_as_it_was(service: Service) -> None:
    for year, place in (("2020", "Porto"), ("2024", "Lisbon")):
        await service.client.post(
            "/v1/memories",
            json={"text": f"I live in {place}", "created_at": f"{year}-01-01T00:00:00Z"},
        )
    body = {"query": "I live where?", "as_of": "2022-01-01T00:00:00Z"}
    found = (await service.client.post("/v1/memories/search", json=body)).json()
    assert [memory["memory"] for memory in found["results"]] == ["I live in Porto"]
    wrong = await service.client.post(
        "/v1/memories/search", json={"query": "I", "as_of": "2022-13-01T00:00:00"}
    )
    assert wrong.status_code == 400


def test_every_rule_is_told_in_the_words_of_the_page() -> None:
    """Else a weight that a rule made would look like the head's."""
    locale = (ROOT / "app" / "web" / "locale-en.js").read_text()
    page = dict(re.findall(r'^  "reading\.part\.(\w+)": "(.*)",$', locale, re.MULTILINE))
    assert {name: text for name, text in page.items() if name != INTERVAL} == PARTS
    rules = inspect.getsource(rule_reads)
    named = set(re.findall(r'RuleRead\("(\w+)"', rules)) | ADDING_RULES | {"first", "last"}
    assert {f"{BY_RULE}{name}" for name in named} <= PARTS.keys()
    shown = (ROOT / "app" / "web" / "contributions.js").read_text()
    assert all(f'"{name}"' in shown for name in page)

"""What the README promises, with the real models: told once, remembered after a restart.

``tapehead serve`` runs as a user would start it, twice on one data folder.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

TAPEHEAD = Path(sys.executable).with_name("tapehead")
FACT = "My dog is called Biscuit, he is a corgi"
QUESTION = "What is my dog's name?"
READY_SECONDS = 120  # a guard, not a measure

pytestmark = pytest.mark.real


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """The service's address, once it is ready; greedy, so that its answers are always the same."""
    others = {name: value for name, value in os.environ.items() if "TAPEHEAD" not in name}
    process = subprocess.Popen(
        [TAPEHEAD, "serve", "--port", "0", "--data-dir", data],
        env={**others, "TAPEHEAD_TEMPERATURE": "0", "PYTHONUNBUFFERED": "1"},
        cwd=data,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        lines = iter(process.stdout)
        address = next(
            word.removesuffix("/docs") for line in lines for word in line.split() if "/docs" in word
        )
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=READY_SECONDS)
    assert (process.returncode, rest.endswith("Stopped.\n")) == (0, True)


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of somebody who told of their dog, among other things."""
    data = tmp_path_factory.mktemp("data")
    with serving(data) as address, httpx.Client(base_url=address, timeout=60) as client:
        conversation = None
        for message in (FACT, "I painted the kitchen yellow.", "How far is the moon?"):
            body = {"message": message, "conversation_id": conversation, "max_tokens": 24}
            answer = client.post("/v1/chat", json=body)
            assert answer.status_code == 200, answer.text
            conversation = answer.json()["conversation_id"]
    return data


@pytest.fixture(scope="module")
def address(data_folder: Path) -> Iterator[str]:
    """The service of that folder, started again."""
    with serving(data_folder) as address:
        yield address


def chosen(reading: dict[str, Any]) -> dict[str, float]:
    """The texts that went into the prompt, with their weights."""
    return {memory["memory"]: memory["score"] for memory in reading["memories"]}


def test_remembered_after_a_restart(address: str) -> None:
    answer = httpx.post(f"{address}/v1/chat", json={"message": QUESTION}, timeout=60).json()
    assert "Biscuit" in answer["message"]
    read = chosen(answer["memory"])
    assert max(read, key=lambda text: read[text]) == FACT
    assert read[FACT] > answer["memory"]["null_weight"]
    stored = httpx.get(f"{address}/v1/readings/{answer['memory']['id']}").json()
    assert {m["memory"]: m["score"] for m in stored["memories"] if m["selected"]} == read


def test_remembered_for_the_official_openai_client(address: str) -> None:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none") as client:
        model = client.models.list().data[0].id
        asked: Any = {"model": model, "messages": [{"role": "user", "content": QUESTION}]}
        whole = client.chat.completions.create(**asked)
        assert "Biscuit" in (whole.choices[0].message.content or "")
        assert whole.model_extra is not None
        assert FACT in chosen(whole.model_extra["memory"]["reading"])
        chunks = list(client.chat.completions.create(**asked, stream=True))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert "Biscuit" in text
    assert len([c for c in chunks if c.choices]) > 3, "it came in pieces"


def test_remembered_in_the_terminal(address: str) -> None:
    ended = subprocess.run(
        [TAPEHEAD, "chat", "--url", address, QUESTION], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0
    assert FACT in ended.stdout
    assert ended.stdout.count("Biscuit") >= 2, "once as a memory, once in the answer"


def test_another_user_gets_nothing_of_it(address: str) -> None:
    body = {"message": QUESTION, "user": "somebody-else"}
    answer = httpx.post(f"{address}/v1/chat", json=body, timeout=60).json()
    assert answer["memory"]["memories"] == []
    assert answer["memory"]["null_weight"] == 1
    assert "Biscuit" not in json.dumps(answer)


def test_a_temporary_chat_neither_reads_nor_leaves_anything(address: str) -> None:
    before = httpx.get(f"{address}/v1/memories").json()
    body = {"message": QUESTION, "memory": {"read": False, "write": False}, "max_tokens": 24}
    answer = httpx.post(f"{address}/v1/chat", json=body, timeout=60).json()
    assert answer["memory"] is None
    assert "Biscuit" not in answer["message"]
    assert httpx.get(f"{address}/v1/memories").json() == before

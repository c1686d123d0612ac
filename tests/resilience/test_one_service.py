"""One service on a SQLite file: a second one is refused, other commands are not."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.command import COMMAND, environment, tapehead, tapehead_process


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """A service that has its database open, and is killed in the end."""
    process = subprocess.Popen(
        [*COMMAND, "serve"],
        cwd=folder,
        env=environment(port="0", **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "Loading" in line:
                break
        else:
            raise AssertionError("".join(said))
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_second_service_is_refused_while_the_first_one_lives(tmp_path: Path) -> None:
    """By whichever way the file is named. Backup and the like go on, and no kill leaves a lock."""
    (tmp_path / "link").symlink_to(tmp_path / "one")
    linked = f"sqlite:///{tmp_path / 'link' / 'tapehead.db'}"
    others = (
        ("TAPEHEAD_DATA_DIR", {"data_dir": str(tmp_path / "one")}),
        ("TAPEHEAD_DATABASE_URL", {"data_dir": "two", "database_url": linked}),
    )
    with serving(tmp_path, data_dir="one") as first:
        for setting, same in others:
            second = tapehead_process("serve", cwd=tmp_path, port="0", **same)
            assert second.returncode == 1
            refused = f"another tapehead serves this folder ({tmp_path / 'one'})"
            assert refused in second.stderr
            assert setting in second.stderr
            assert "Loading" not in second.stdout, "before anything slow"
        for command in (["stats", "--json"], ["backup", "copy.db"]):
            beside = tapehead(*command, cwd=tmp_path, data_dir="one")
            assert beside.returncode == 0, (command, beside.stderr)
        assert first.poll() is None
        first.kill()
        first.wait()
        with serving(tmp_path, data_dir="one"):
            pass

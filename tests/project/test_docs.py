"""The documents say what is true: settings, commands, files and links."""

import re
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.main import cli
from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()
README = (ROOT / "README.md").read_text()
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
TOPICS = sorted((ROOT / "docs").glob("*.md"))
OPENING = re.compile(
    r"# .+\n\n"
    r"\| What \| .+ \|\n\|---\|---\|\n"
    r"\| For \| .+ \|\n\| Command \| .+ \|\n\| Result \| .+ \|\n\| Limits \| .+ \|\n\n"
)


def test_the_example_lists_every_setting_with_its_default() -> None:
    """Line by line, so that a setting that is new, gone or changed makes a difference."""
    told = dict(re.findall(r"^#?TAPEHEAD_(\w+)=(.*)$", EXAMPLE, re.MULTILINE))
    expected = {
        name.upper(): "" if field.default is None else str(field.default)
        for name, field in Settings.model_fields.items()
    }
    assert {name: str(told.get(name)) for name in expected} == {
        name: value.removesuffix(".0") for name, value in expected.items()
    }
    assert told.keys() == expected.keys()
    for paragraph in EXAMPLE.strip().split("\n\n"):
        assert paragraph.startswith("# "), f"a setting without a description: {paragraph}"


def test_the_example_is_a_valid_configuration() -> None:
    assert Settings(_env_file=ROOT / ".env.example") == Settings(_env_file=None)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """To a file that exists and, after a #, to one of its headings."""
    for path, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", page.read_text()):
        if "://" not in path:
            target = page.parent / path if path else page
            assert target.exists(), path
            assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of the headings."""
    prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [ROOT / "CONTRIBUTING.md", *TOPICS], ids=lambda page: page.name)
def test_a_page_opens_with_the_same_five_lines(page: Path) -> None:
    """What, for whom, command, result, limits: a reader knows at once whether to go on."""
    assert OPENING.match(page.read_text())


@pytest.mark.parametrize("page", TOPICS, ids=lambda page: page.name)
def test_the_readme_lists_every_page(page: Path) -> None:
    assert f"(docs/{page.name})" in README


def test_the_tree_is_there() -> None:
    tree = (ROOT / "docs" / "architecture.md").read_text().split("## Folders")[1].split("```")[1]
    room = ROOT
    for line in tree.strip().splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            room = ROOT / name
            assert room.is_dir(), name
        elif re.fullmatch(r"[\w.]+(\.py)|\w+/", name):
            assert (room / name).exists(), f"{room.name}/{name}"


def test_the_readme_is_short() -> None:
    assert len(README.split()) < 900


def test_the_chinese_readme_says_the_same() -> None:
    """The same headings in number, commands, links and figures."""
    chinese = (ROOT / "README.zh-CN.md").read_text()

    def skeleton(text: str) -> list[list[str]]:
        blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        trees = re.findall(r"^(\w+/) ", text, re.MULTILINE)
        links = re.findall(r"\]\(((?!README)[^)]+)\)", text)
        figures = re.findall(
            r"(?<![\w.])\.?\d[\d.,]*\d(?= ms|\b)", re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        )
        return [re.findall(r"^#+", text, re.MULTILINE), blocks, trees, links, figures]

    assert skeleton(chinese) == skeleton(README)


def test_every_command_has_help_and_is_documented() -> None:
    told = "".join(page.read_text() for page in PAGES)
    names = [command.name or command.callback.__name__ for command in cli.registered_commands]  # type: ignore[union-attr]
    assert len(names) >= 4
    for name in names:
        assert name in told, name
        shown = CliRunner().invoke(cli, [name, "--help"])
        assert shown.exit_code == 0
        assert len(shown.output.split()) > 10


def test_every_make_target_is_listed_by_help() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in phony[1].split():
        assert target in shown.stdout

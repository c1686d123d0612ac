"""What is installed is what was locked: the lock files are in step, whole, and hashed."""

import hashlib
import re
import shutil
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name as canonical

from models import bundled

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.lock", "torch.lock", "build.lock", "bundled.txt", ".ci/uv.txt")
PIN = re.compile(r"([A-Za-z0-9._-]+)==(\S+)(?: ; (.+?))?")


def pins(file: str) -> dict[str, str]:
    """The exact version of each package of a lock file. Fails where a line has no hash."""
    found = {}
    text = re.sub(r"^ *#.*\n", "", (ROOT / file).read_text(), flags=re.MULTILINE)
    for line in text.replace("\\\n", " ").splitlines():
        if line == "--only-binary :all:":
            continue
        pin, *hashes = re.split(r"\s+--hash=", line.strip())
        assert hashes, line
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes), line
        match = PIN.fullmatch(pin)
        assert match, line
        found[canonical(match[1])] = match[2]
    return found


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {canonical(name): version for name, version in pairs}


def needed(requirements: list[str], inside: set[str]) -> set[str]:
    """What these need here, and what that needs, by the installed packages' own words."""
    found: set[tuple[str, str]] = set()
    waiting = [(Requirement(each), "") for each in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonical(requirement.name)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        for wanted in ("", *sorted(requirement.extras)):
            if (name, wanted) not in found:
                found.add((name, wanted))
                if name not in inside:  # what torch needs differs from build to build
                    waiting += [(Requirement(each), wanted) for each in requires(name) or []]
    return {name for name, _ in found}


@pytest.mark.parametrize("file", LOCKS)
def test_every_line_of_a_lock_has_its_hashes_and_no_source_is_built(file: str) -> None:
    assert pins(file)
    assert "--only-binary :all:\n" in (ROOT / file).read_text()


def test_what_is_locked_has_the_versions_that_the_checks_ran_with() -> None:
    expected = constraints()
    for file in ("requirements.lock", "build.lock"):
        assert {name: expected.get(name) for name in pins(file)} == pins(file)
    assert pins("torch.lock")["torch"] == expected["torch"]


def test_all_that_the_service_needs_is_locked() -> None:
    """Walked through the packages that are installed; each of them came from somewhere."""
    here = needed(PROJECT["project"]["dependencies"], {"torch"})
    assert len(here) > 60
    assert here - pins("requirements.lock").keys() == {"torch"}


def test_what_builds_our_package_is_locked() -> None:
    """An editable install, as make's is, needs one package more."""
    requires = {canonical(Requirement(each).name) for each in PROJECT["build-system"]["requires"]}
    assert requires | {"editables"} <= pins("build.lock").keys()


def test_nothing_is_locked_that_the_service_does_not_need() -> None:
    """But for what only torch needs, and what this platform leaves out."""
    try:
        here = needed(PROJECT["project"]["dependencies"], set())
    except PackageNotFoundError as error:  # a build of torch that asks for what is not installed
        pytest.fail(str(error))
    assert pins("requirements.lock").keys() <= here


def test_the_image_is_built_from_all_that_its_locks_name() -> None:
    """A file that .dockerignore leaves out would be found missing only by whoever builds it."""
    allowed = (ROOT / ".dockerignore").read_text().split()
    dockerfile = (ROOT / "Dockerfile").read_text()
    for file in (*LOCKS, ".ci/install-torch"):
        assert f"!{file}" in allowed
        assert file in dockerfile
    installs = re.findall(r"pip (?:install|\$checked) [^;]*", dockerfile.replace("\\\n", " "))
    assert len(installs) == 6
    for install in installs:
        assert "$checked" in install or "--no-index" in install or "torch" in install, install
    assert '"install -q --no-deps --require-hashes"' in dockerfile


def test_the_models_are_those_of_their_packages() -> None:
    packages = {canonical(name.split("/")[0]) for name in bundled.SHA256}
    assert packages == pins("bundled.txt").keys()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / ".ci").mkdir()
    for file in (".ci/pin-images", "Dockerfile", "docker-compose.yml"):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def pin_images(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(checkout / ".ci/pin-images"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_images_without_a_digest_are_named(checkout: Path) -> None:
    """One of five is pinned here, so the check must look at each."""
    compose = checkout / "docker-compose.yml"
    pin_images(checkout, "--unpin")
    digest = hashlib.sha256(b"an image").hexdigest()
    compose.write_text(
        re.sub(r"(image: postgres:\d+)", rf"\1@sha256:{digest}", compose.read_text())
    )
    found = pin_images(checkout, "--check")
    assert found.returncode == 1
    missing = found.stdout.splitlines()
    assert [name.split(":")[0] for name in missing] == [
        "nginx",
        "openwebui/open-webui",
        "python",
        "vllm/vllm-openai",
    ]
    for file in (checkout / "Dockerfile", compose):
        text = file.read_text()
        for name in missing:
            text = text.replace(name, f"{name}@sha256:{digest}")
        file.write_text(text)
    assert pin_images(checkout, "--check").returncode == 0
    assert pin_images(checkout, "--unpin").returncode == 0
    assert "@sha256" not in compose.read_text()
    assert pin_images(checkout, "--check").returncode == 1

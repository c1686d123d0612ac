"""Time zones by name, from requests and from this machine."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app import time_zones
from app.settings import Settings
from app.time_zones import local_time_zone, time_zone

SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "minutes"),
    [
        ("UTC", 0),
        ("Europe/Berlin", 120),
        ("America/Argentina/Buenos_Aires", -180),
        ("Etc/GMT+5", -300),
        ("+05:30", 330),
        ("-00:30", -30),
        ("+14:00", 840),
        ("+00:00", 0),
    ],
)
def test_zones_have_names_or_are_offsets(name: str, minutes: int) -> None:
    assert SUMMER.astimezone(time_zone(name)).utcoffset() == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "Mars/Phobos", "Europe", "Europe/", "/Europe/Berlin", "../../etc/passwd"),
        *("Europe/../Europe/Berlin", "+5:30", "+15:00", "+05:60", "0530", "+٠٥:٣٠", "tzdata.zi"),
        *("a" * 1_000, "Europe/Berlin\n", "Europe/Berlin\0", "Ｕ"),
    ],
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"IANA time zone \(Europe/Berlin\) or an offset"):
        time_zone(name)


@given(st.text() | st.from_regex(r"[A-Za-z/.+-]{1,20}", fullmatch=True))
def test_no_name_raises_anything_else(name: str) -> None:
    with suppress(ValueError):
        SUMMER.astimezone(time_zone(name))


def test_the_machine_names_its_zone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    zone = tmp_path / "zoneinfo" / "Asia" / "Tokyo"
    zone.parent.mkdir(parents=True)
    zone.touch()
    link = tmp_path / "localtime"
    link.symlink_to(zone)
    monkeypatch.setattr(time_zones, "_LOCAL", link)
    monkeypatch.delenv("TZ", raising=False)
    assert local_time_zone() == "Asia/Tokyo"
    monkeypatch.setenv("TZ", ":Europe/Paris")
    assert local_time_zone() == "Europe/Paris"
    monkeypatch.setenv("TZ", "EST5EDT4,M3.2.0,M11.1.0")
    assert local_time_zone() == "Asia/Tokyo"


def test_a_machine_without_a_name_has_an_offset(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(time_zones, "_LOCAL", tmp_path / "localtime")
    monkeypatch.delenv("TZ", raising=False)
    offset = datetime.now(UTC).astimezone().utcoffset()
    assert SUMMER.astimezone(time_zone(local_time_zone())).utcoffset() == offset


def test_the_setting_names_a_zone() -> None:
    zone = Settings(_env_file=None, timezone="Asia/Tokyo").zone
    assert SUMMER.astimezone(zone).utcoffset() == timedelta(hours=9)
    assert Settings(_env_file=None).zone is not None
    with pytest.raises(ValidationError, match="IANA time zone"):
        Settings(_env_file=None, timezone="Mars/Phobos")

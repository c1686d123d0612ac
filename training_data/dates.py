"""Dates as people say them, and as an answer gives them."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from training_data.template_bank import pool

NUMBERS = pool(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen",
    " ",
)


@dataclass(frozen=True)
class When:
    """How a time is said, and what it means."""

    said: str
    means: str
    day: date


def day_of(moment: date) -> str:
    return f"{moment.day} {moment:%B %Y}"


def month_of(moment: date) -> str:
    return f"{moment:%B %Y}"


def us_day(moment: date) -> str:
    return f"{moment:%B} {moment.day}"


def past(rng: random.Random, today: date) -> When:
    """A time before `today`, told relative to it."""
    kind = rng.randrange(10)
    if kind == 0:
        return When("yesterday", day_of(today - timedelta(1)), today - timedelta(1))
    if kind in (1, 2):
        back = rng.randint(2, 6)
        day = today - timedelta(back)
        said = rng.choice([f"last {day:%A}", f"on {day:%A}", f"{NUMBERS[back]} days ago"])
        return When(said, day_of(day), day)
    if kind == 3:
        day = today - timedelta(today.weekday() + rng.randint(3, 6))
        return When("last week", f"the week before {day_of(today)}", day)
    if kind == 4:
        day = today - timedelta((today.weekday() - 5) % 7 or 7)
        said = rng.choice(["last weekend", "over the weekend"])
        return When(said, f"the weekend before {day_of(today)}", day)
    if kind == 5:
        weeks = rng.randint(2, 4)
        day = today - timedelta(weeks * 7)
        return When(f"{NUMBERS[weeks]} weeks ago", f"{weeks} weeks before {day_of(today)}", day)
    if kind == 6:
        day = today.replace(day=1) - timedelta(rng.randint(1, 28))
        return When("last month", month_of(day), day)
    if kind == 7:
        day = today.replace(day=1) - timedelta(rng.randint(32, 150))
        return When(rng.choice([f"in {day:%B}", f"back in {day:%B}"]), month_of(day), day)
    if kind == 8:
        day = today - timedelta(rng.randint(5, 25))
        said = f"on the {ordinal(day.day)}" if day.month == today.month else f"on {us_day(day)}"
        return When(said, day_of(day), day)
    day = today - timedelta(rng.choice([0, 1]))
    said = rng.choice(["this morning", "today"]) if day == today else "last night"
    return When(said, day_of(day), day)


def ahead(rng: random.Random, today: date) -> When:
    """A time after `today`, told relative to it."""
    kind = rng.randrange(6)
    if kind == 0:
        day = (today.replace(day=1) + timedelta(32)).replace(day=rng.randint(1, 28))
        return When("next month", month_of(day), day)
    if kind == 1:
        weeks = rng.randint(2, 6)
        day = today + timedelta(weeks * 7)
        return When(f"in {NUMBERS[weeks]} weeks", f"{weeks} weeks after {day_of(today)}", day)
    if kind == 2:
        day = today + timedelta(7 - today.weekday() + rng.randint(0, 6))
        return When(f"next {day:%A}", day_of(day), day)
    if kind == 3:
        day = today + timedelta(rng.randint(9, 60))
        return When(f"on {us_day(day)}", day_of(day), day)
    if kind == 4:
        day = today + timedelta((5 - today.weekday()) % 7 or 7)
        return When("this weekend", f"the weekend after {day_of(today)}", day)
    day = (today.replace(day=1) + timedelta(rng.randint(62, 150))).replace(day=1)
    return When(f"in {day:%B}", month_of(day), day)


def since(rng: random.Random, today: date) -> When:
    """A span that lasts until `today`."""
    years = rng.randint(2, 9)
    start = today.replace(year=today.year - years, day=1)
    return When(f"{NUMBERS[years]} years", str(start.year), start)


def ordinal(day: int) -> str:
    suffix = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"


def session_times(rng: random.Random, sessions: int, days: tuple[int, int]) -> list[datetime]:
    """When sessions begin: a first day, then gaps of so many days."""
    moment = datetime(rng.choice([2021, 2022, 2023, 2024]), rng.randint(1, 12), rng.randint(1, 28))
    times = []
    for _ in range(sessions):
        hour = rng.choice([8, 9, 11, 12, 13, 15, 17, 18, 19, 20, 21])
        times.append(moment.replace(hour=hour, minute=rng.randrange(60)))
        moment += timedelta(rng.randint(*days))
    return times

"""Time expressions in turns, and the dates that answers resolve them to."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from training_data.template_bank import split_values

NUMBERS = split_values(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen",
    " ",
)


@dataclass(frozen=True)
class TimeExpression:
    """A phrase such as "last Friday", the answer that resolves it, and a day within that answer."""

    phrase: str
    answer: str
    day: date


def format_day(moment: date) -> str:
    return f"{moment.day} {moment:%B %Y}"


def format_month(moment: date) -> str:
    return f"{moment:%B %Y}"


def format_us_day(moment: date) -> str:
    return f"{moment:%B} {moment.day}"


def past_time(rng: random.Random, today: date) -> TimeExpression:
    """A random time expression for a time before `today`."""
    kind = rng.randrange(10)
    if kind == 0:
        return TimeExpression("yesterday", format_day(today - timedelta(1)), today - timedelta(1))
    if kind in (1, 2):
        back = rng.randint(2, 6)
        day = today - timedelta(back)
        phrase = rng.choice([f"last {day:%A}", f"on {day:%A}", f"{NUMBERS[back]} days ago"])
        return TimeExpression(phrase, format_day(day), day)
    if kind == 3:
        day = today - timedelta(today.weekday() + rng.randint(3, 6))
        return TimeExpression("last week", f"the week before {format_day(today)}", day)
    if kind == 4:
        day = today - timedelta((today.weekday() - 5) % 7 or 7)
        phrase = rng.choice(["last weekend", "over the weekend"])
        return TimeExpression(phrase, f"the weekend before {format_day(today)}", day)
    if kind == 5:
        weeks = rng.randint(2, 4)
        day = today - timedelta(weeks * 7)
        return TimeExpression(
            f"{NUMBERS[weeks]} weeks ago", f"{weeks} weeks before {format_day(today)}", day
        )
    if kind == 6:
        day = today.replace(day=1) - timedelta(rng.randint(1, 28))
        return TimeExpression("last month", format_month(day), day)
    if kind == 7:
        day = today.replace(day=1) - timedelta(rng.randint(32, 150))
        return TimeExpression(
            rng.choice([f"in {day:%B}", f"back in {day:%B}"]), format_month(day), day
        )
    if kind == 8:
        day = today - timedelta(rng.randint(5, 25))
        phrase = (
            f"on the {ordinal(day.day)}" if day.month == today.month else f"on {format_us_day(day)}"
        )
        return TimeExpression(phrase, format_day(day), day)
    day = today - timedelta(rng.choice([0, 1]))
    phrase = rng.choice(["this morning", "today"]) if day == today else "last night"
    return TimeExpression(phrase, format_day(day), day)


def future_time(rng: random.Random, today: date) -> TimeExpression:
    """A random time expression for a time after `today`."""
    kind = rng.randrange(6)
    if kind == 0:
        day = (today.replace(day=1) + timedelta(32)).replace(day=rng.randint(1, 28))
        return TimeExpression("next month", format_month(day), day)
    if kind == 1:
        weeks = rng.randint(2, 6)
        day = today + timedelta(weeks * 7)
        return TimeExpression(
            f"in {NUMBERS[weeks]} weeks", f"{weeks} weeks after {format_day(today)}", day
        )
    if kind == 2:
        day = today + timedelta(7 - today.weekday() + rng.randint(0, 6))
        return TimeExpression(f"next {day:%A}", format_day(day), day)
    if kind == 3:
        day = today + timedelta(rng.randint(9, 60))
        return TimeExpression(f"on {format_us_day(day)}", format_day(day), day)
    if kind == 4:
        day = today + timedelta((5 - today.weekday()) % 7 or 7)
        return TimeExpression("this weekend", f"the weekend after {format_day(today)}", day)
    day = (today.replace(day=1) + timedelta(rng.randint(62, 150))).replace(day=1)
    return TimeExpression(f"in {day:%B}", format_month(day), day)


def years_until(rng: random.Random, today: date) -> TimeExpression:
    """A number of years until `today`. Its answer is the year in which it began."""
    years = rng.randint(2, 9)
    start = today.replace(year=today.year - years, day=1)
    return TimeExpression(f"{NUMBERS[years]} years", str(start.year), start)


def ordinal(day: int) -> str:
    suffix = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"


def session_times(rng: random.Random, sessions: int, gap_days: tuple[int, int]) -> list[datetime]:
    """Start times of sessions, with a random gap within `gap_days` (minimum, maximum)."""
    moment = datetime(rng.choice([2021, 2022, 2023, 2024]), rng.randint(1, 12), rng.randint(1, 28))
    times = []
    for _ in range(sessions):
        hour = rng.choice([8, 9, 11, 12, 13, 15, 17, 18, 19, 20, 21])
        times.append(moment.replace(hour=hour, minute=rng.randrange(60)))
        moment += timedelta(rng.randint(*gap_days))
    return times

"""Questions about what was said at a time: yesterday, on the 14th, in March, lately."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from benchmarks.everyday.scenarios import FIRST_DAY, Scenario, Step, told

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHINESE_DAYS = "一二三四五六日"

_ENGLISH_FRAMES = (
    *("What did I do {when}?", "What did I tell you {when}?", "What happened {when}?"),
    *("What was I up to {when}?", "Do you remember what I did {when}?", "{when}, what did I do?"),
)
_LATELY_FRAMES = (
    *("What have I been doing {when}?", "What have I told you {when}?", "What did I do {when}?"),
)
_CHINESE_FRAMES = (
    *(
        "我{when}做了什么？",
        "{when}我跟你说了什么？",
        "{when}发生了什么事？",
        "你记得我{when}干了什么吗？",
    ),
)
_ENGLISH_EVENTS = (
    "The chimney sweep came by and found a nest.",
    "I had dinner with {name} at the new noodle bar.",
    "I repaired the handle of the old suitcase.",
    "The vet gave {petname} a shot.",
    "I sold the record player to a student.",
    "{name} and I went to the flea market.",
    "My phone fell into the pond.",
    "I got a letter from {name}.",
    "I assembled the wardrobe all alone.",
    "The courier brought the wrong parcel.",
    "I donated blood at the town hall.",
    "We painted the nursery yellow.",
    "I lost my keys in the tram.",
    "I signed the contract with {company}.",
    "I baked a plum cake for {name}.",
    "I swam forty lengths.",
)
_CHINESE_EVENTS = (
    "烟囱工来了，发现一个鸟窝。",
    "我和{name}在新开的面馆吃了饭。",
    "我把旧箱子的把手修好了。",
    "医生给{petname}打了一针。",
    "我把唱片机卖给了一个学生。",
    "我跟{name}逛了跳蚤市场。",
    "手机掉进池塘了。",
    "收到了{name}的一封信。",
    "我一个人把衣柜装好了。",
    "快递送错了包裹。",
    "我去献了血。",
    "我把钥匙丢在电车上了。",
    "我和{company}签了合同。",
    "我给{name}烤了李子蛋糕。",
)


@dataclass(frozen=True, slots=True)
class _Expression:
    """``words`` for a day that lies so many ``days`` back, said on a given day."""

    words: str
    days: int
    frames: tuple[str, ...]


def scenarios(source: random.Random, language: str, number: int) -> list[Scenario]:
    """So many scenarios, each about one of four events on different days."""
    makers = _CHINESE if language == "zh" else _ENGLISH
    events = _CHINESE_EVENTS if language == "zh" else _ENGLISH_EVENTS
    found = []
    for index in range(number):
        # No Sunday: some count it to the week before, some to the next.
        day = FIRST_DAY + timedelta(days=source.randrange(120), hours=12)
        if day.weekday() == 6:
            day += timedelta(days=1)
        asked = makers[index % len(makers)](day, source)
        wanted, *others = source.sample(events, 4)
        steps = [told(wanted, days=(asked.days, asked.days), must=True)]
        steps += [_decoy(each, asked.days, source) for each in others]
        frame = source.choice(asked.frames).replace("{when}", asked.words)
        question = frame[0].upper() + frame[1:]
        found.append(Scenario(tuple(steps), (question,), language=language, asked_at=day))
    return found


def _decoy(text: str, days: int, source: random.Random) -> Step:
    """Another event, far from the day asked for."""
    far = [each for each in range(1, 200) if abs(each - days) > 40]
    day = source.choice(far)
    return told(text, days=(day, day))


def _days_since(day: datetime, past: date) -> int:
    return (day.date() - past).days


def _weekday(day: datetime, source: random.Random) -> tuple[int, int]:
    """A weekday before today, and how many days ago it was."""
    days = source.randint(1, 6)
    return (day.weekday() - days) % 7, days


def _month_day(day: datetime, source: random.Random) -> date:
    return day.date() - timedelta(days=source.randint(5, 25))


def _past_month(day: datetime, source: random.Random) -> date:
    """A day in one of the two to six months before this one."""
    first = day.date().replace(day=1)
    for _ in range(source.randint(2, 6)):
        first = (first - timedelta(days=1)).replace(day=1)
    return first.replace(day=source.randint(3, 26))


def _last_week(day: datetime, source: random.Random) -> int:
    return day.weekday() + 7 - source.randint(1, 4)


def _last_month(day: datetime, source: random.Random) -> int:
    last = day.date().replace(day=1) - timedelta(days=1)
    return _days_since(day, last.replace(day=source.randint(3, 26)))


def _ago(words: str, days: int) -> Callable[[datetime, random.Random], _Expression]:
    return lambda _day, _source: _Expression(words, days, _ENGLISH_FRAMES)


def _chinese_ago(words: str, days: int) -> Callable[[datetime, random.Random], _Expression]:
    return lambda _day, _source: _Expression(words, days, _CHINESE_FRAMES)


def _on_weekday(pattern: str) -> Callable[[datetime, random.Random], _Expression]:
    def make(day: datetime, source: random.Random) -> _Expression:
        weekday, days = _weekday(day, source)
        return _Expression(pattern.format(_WEEKDAYS[weekday]), days, _ENGLISH_FRAMES)

    return make


def _on_day(day: datetime, source: random.Random) -> _Expression:
    past = _month_day(day, source)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(past.day % 10 if past.day // 10 != 1 else 0, "th")
    return _Expression(f"on the {past.day}{ending}", _days_since(day, past), _ENGLISH_FRAMES)


def _on_date(day: datetime, source: random.Random) -> _Expression:
    past = _past_month(day, source)
    pattern = source.choice(("on {day} {month}", "on {month} {day}", "on the {day}th of {month}"))
    past = past.replace(day=max(past.day, 4) if past.day < 21 else 20)
    words = pattern.format(day=past.day, month=_MONTHS[past.month - 1])
    return _Expression(words, _days_since(day, past), _ENGLISH_FRAMES)


def _in_month(day: datetime, source: random.Random) -> _Expression:
    past = _past_month(day, source)
    words = f"in {_MONTHS[past.month - 1]}"
    return _Expression(words, _days_since(day, past), _ENGLISH_FRAMES)


def _lately(_day: datetime, source: random.Random) -> _Expression:
    words = source.choice(("lately", "recently", "in the last few days"))
    return _Expression(words, source.randint(1, 2), _LATELY_FRAMES)


_ENGLISH: tuple[Callable[[datetime, random.Random], _Expression], ...] = (
    _ago("yesterday", 1),
    _on_weekday("last {}"),
    _ago("two days ago", 2),
    _on_day,
    _in_month,
    lambda day, source: _Expression("last week", _last_week(day, source), _ENGLISH_FRAMES),
    _lately,
    _on_date,
    _on_weekday("on {}"),
    _ago("four days ago", 4),
    lambda day, source: _Expression("last month", _last_month(day, source), _ENGLISH_FRAMES),
    _ago("the day before yesterday", 2),
    _ago("this morning", 0),
)
_CHINESE: tuple[Callable[[datetime, random.Random], _Expression], ...] = (
    _chinese_ago("昨天", 1),
    lambda day, _source: _Expression(
        f"上周{_CHINESE_DAYS[2]}", day.weekday() + 7 - 2, _CHINESE_FRAMES
    ),
    _chinese_ago("前天", 2),
    lambda day, source: _of_chinese_date(day, _month_day(day, source), "{day}号"),
    lambda day, source: _of_chinese_date(day, _past_month(day, source), "{month}月份"),
    lambda day, source: _Expression("上周", _last_week(day, source), _CHINESE_FRAMES),
    lambda _day, source: _Expression("最近", source.randint(1, 3), _CHINESE_FRAMES),
    lambda day, source: _of_chinese_date(day, _past_month(day, source), "{month}月{day}日"),
    _chinese_ago("三天前", 3),
    lambda day, source: _Expression("上个月", _last_month(day, source), _CHINESE_FRAMES),
    _chinese_ago("今天早上", 0),
)


def _of_chinese_date(day: datetime, past: date, pattern: str) -> _Expression:
    words = pattern.format(day=past.day, month=past.month)
    return _Expression(words, _days_since(day, past), _CHINESE_FRAMES)

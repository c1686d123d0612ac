"""Chinese expressions of time.

Words are not separated, so each rule lists the characters that make another word of its match:
`周一` is Monday, `这周一直` is "all this week".
"""

import re
from datetime import date, datetime
from typing import cast

from memory.date_rules import spans
from memory.date_rules.rules import (
    AFTERNOON,
    EVENING,
    FEW,
    MORNING,
    NIGHT,
    NOON,
    SMALL_HOURS,
    Counted,
    Meaning,
    Rule,
    determined,
    distant,
    nothing,
    one_of,
    recently,
    relative_day,
    relative_period,
    rolling,
)
from memory.date_rules.spans import DAY, Period, Series, days

_DAYS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_YEARS = {"大前": -3, "前": -2, "去": -1, "今": 0, "明": 1, "来": 1, "后": 2}
_WHICH = {"上上": -2, "上": -1, "去": -1, "这": 0, "本": 0, "今": 0, "下": 1, "下下": 2}
# By the last character: 星期, 礼拜, 小时, 分钟.
_UNITS = {
    **dict.fromkeys("周期拜", "week"),
    **dict(zip("天月年时钟", ("day", "month", "year", "hour", "minute"), strict=True)),
}
# Half a month is about 15 days. By the last character too.
_HALVES: dict[str, tuple[Counted, int, int]] = {
    "年": ("month", 6, 6),
    "月": ("day", 13, 17),
    "时": ("minute", 30, 30),
}
_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
_PARTS = {
    **dict.fromkeys(("早上", "早晨", "清晨", "上午", "早", "晨"), MORNING),
    **dict.fromkeys(("晚上", "夜里", "夜间", "半夜", "深夜", "晚", "夜"), NIGHT),
    "中午": NOON,
    "下午": AFTERNOON,
    "傍晚": EVENING,
    "凌晨": SMALL_HOURS,
}
_DIGITS = "零一二三四五六七八九"

_COUNT = r"(?:(?<![\d.])(?!\d{4}年)\d{1,5}|[一二两三四五六七八九十几]{1,4})"
_ORDINAL = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"  # of a day or a month
_WEEK = "(?:周|星期|礼拜)"
_UNIT = "(?P<unit>天|个?星期|个?礼拜|周|个月|年)"
# After the number of a weekday: what the number counts, or another word that it begins.
_WEEKDAY = (
    "[一二三四五六日天末](?![个次天本篇名家位条件部场顿杯遍趟只张段句种程报常月年岁直定起共样些点般旦"
    "十百千万])"
)
_NEITHER_AROUND = "(?![围边密全折身岁])"
_TO = r"[到至~～\-–—]"


def _digit(text: str) -> int:
    return _DIGITS.index(text)


def _number(text: str) -> int:
    """A number below 100, in digits or in words. Raises ValueError."""
    if text.isdecimal():
        return int(text)
    text = text.replace("两", "二")
    if "十" not in text:
        return _digit(text)
    tens, ones = text.split("十")
    return 10 * (_digit(tens) if tens else 1) + (_digit(ones) if ones else 0)


def _counts(text: str) -> tuple[int, int]:
    """The least and the most of a count: 三, 两三, 几, 十几. Raises ValueError."""
    if text == "几":
        return FEW
    if "几" in text:
        return _number(text.replace("几", "一")), _number(text.replace("几", "九"))
    if len(text) == 2 and not text.isdecimal() and "十" not in text:
        return _number(text[0]), _number(text[1])
    return _number(text), _number(text)


def _unit(text: str) -> Counted:
    return cast(Counted, _UNITS[text[-1]])


def _day(match: re.Match[str], now: datetime) -> Meaning:
    return relative_day(now, _DAYS[match["day"]])


def _day_part(match: re.Match[str], now: datetime) -> Meaning:
    """昨晚, 今早."""
    day = days(now.date() + _DAYS[match["day"]] * DAY)
    return Meaning(_PARTS[match["part"]].within(day), relative=True)


def _week(match: re.Match[str], now: datetime) -> Meaning:
    """上周, or a day of it: 上周五."""
    meaning = relative_period(now, "week", _WHICH[match["which"]])
    if match["day"] is None or meaning.span is None:
        return meaning
    return Meaning(_of_week(match["day"]).within(meaning.span), relative=True)


def _of_week(day: str) -> Series:
    if day == "末":
        return spans.weekend()
    return spans.weekday(6 if day in "日天" else _digit(day) - 1)


def _weekday(match: re.Match[str], _: datetime) -> Meaning:
    return one_of(_of_week(match["day"]))


def _relative_month(match: re.Match[str], now: datetime) -> Meaning:
    return relative_period(now, "month", _WHICH[match["which"]])


def _relative_year(match: re.Match[str], now: datetime) -> Meaning:
    return relative_period(now, "year", _YEARS[match["year"]])


def _distant(match: re.Match[str], now: datetime) -> Meaning:
    sign = -1 if match["way"] == "前" else 1
    if match["half"]:
        unit, low, high = _HALVES[match["half"][-1]]
        return distant(now, unit, *sorted((sign * low, sign * high)))
    low, high = sorted(sign * each for each in _counts(match["count"]))
    return distant(now, _unit(match["unit"] or match["clock"]), low, high)


def _rolling(match: re.Match[str], now: datetime) -> Meaning:
    count = _counts(match["count"])[1]
    return rolling(now, cast(Period, _unit(match["unit"])), count if match["ahead"] else -count)


def _previous_days(match: re.Match[str], now: datetime) -> Meaning:
    """前几天, 前两天: some days ago."""
    return distant(now, "day", -FEW[1] if match["count"] == "几" else -3, -1)


def _vague(match: re.Match[str], now: datetime) -> Meaning | None:
    # 离我最近: the nearest.
    before = match.string[max(0, match.start() - 8) : match.start()]
    return None if "离" in before or "距" in before else recently(now)


def _month(match: re.Match[str], _: datetime) -> Meaning:
    """A month, a day of it, or the days between two. Raises ValueError for 2月31日."""
    month = _number(match["month"])
    if match["first"] is None:
        date(2000, month, 1)
        return one_of(spans.month_of_year(month))
    first = _number(match["first"])
    last = _number(match["last"]) if match["last"] else first
    return one_of(spans.days_of_month(month, first, max(first, last)))


def _day_of_month(match: re.Match[str], _: datetime) -> Meaning:
    return one_of(spans.day_of_month(_number(match["day"])))


def _year(match: re.Match[str], _: datetime) -> Meaning:
    text = match["year"].replace("〇", "零").replace("○", "零")
    number = int(text) if text.isdecimal() else int("".join(str(_digit(each)) for each in text))
    return Meaning(days(date(number, 1, 1), date(number, 12, 31)))


def _season(match: re.Match[str], now: datetime) -> Meaning | None:
    season = spans.season(_SEASONS[match["season"]])
    if match["which"] is None:
        return one_of(season, "preposition")
    return determined(season, _WHICH[match["which"]], now)


def _part(match: re.Match[str], _: datetime) -> Meaning:
    return one_of(_PARTS[match["part"]], "expression")


_EXPRESSIONS = (
    ("(?P<day>大前|大后|[昨今明])[天日](?![天子])", _day),
    ("(?P<day>[昨今明])儿(?!子)", _day),
    ("(?<![以之先目眼年月日周期天午])(?P<day>[前后])天(?![气空天文才线生])", _day),
    ("(?P<day>[昨今明])(?P<part>[早晚晨夜])(?![安期])", _day_part),
    ("(?<![以之先目年月日周期天])(?P<day>前)(?P<part>晚)", _day_part),
    (rf"(?P<which>上上|下下|[上这本下])一?个?{_WEEK}{_NEITHER_AROUND}(?P<day>{_WEEKDAY})?", _week),
    (rf"(?<![两十几个每整全\d])(?<!(?<![周期拜])[{_DIGITS}]){_WEEK}(?P<day>{_WEEKDAY})", _weekday),
    ("(?P<which>上上|下下|[上这本下])一?个?月(?![球亮饼光色季])", _relative_month),
    ("(?P<year>大前|[去今明来])年(?![轻龄纪级])", _relative_year),
    ("(?<![以之先目])(?P<year>[前后])年(?![轻龄纪级度])", _relative_year),
    (
        rf"(?<!第)(?:(?P<half>半年|半个月|半个?小时)|(?P<count>{_COUNT})(?:{_UNIT}|(?P<clock>个?小时|分钟)))"
        r"[之以]?(?P<way>[前后])(?![面台任往辈])",
        _distant,
    ),
    (
        rf"(?:最近|过去|近|这|(?P<ahead>未来|接下来|今后))的?(?P<count>{_COUNT}){_UNIT}(?![前后])",
        _rolling,
    ),
    ("(?<![以之先目])前(?P<count>[几两])天", _previous_days),
    (
        "最近(?!的|一次|那)|近来|近期|近日|这些天|这阵子|这段时间|前段时间|前一?阵子|前些[天日]子?"
        "|前不久|不久前",
        _vague,
    ),
    (
        rf"(?<![\d.第每几两个{_DIGITS}十])(?P<month>{_ORDINAL})月(?![亮球饼台票薪经刊季色光嫂大怀])"
        rf"(?![一两三几\d]次)份?"
        rf"(?:(?P<first>{_ORDINAL})(?:[日号]?{_TO}(?P<last>{_ORDINAL}))?(?:[日号]|(?=[我你他她的，。？！\s]|$)))?",
        _month,
    ),
    (
        rf"(?<![\d第{_DIGITS}十])(?P<day>{_ORDINAL})号(?=$|[，。？！、,.?!\s我你他她咱它到至和的早晚上中下"
        r"前后以之去有做说要会在是那发开来吃买]|凌晨|傍晚)(?!的?楼|的?线|前台|上车|下车)",
        _day_of_month,
    ),
    (rf"(?<=月)(?P<day>{_ORDINAL})日", _day_of_month),
    (rf"(?<!\d)(?P<year>(?:19|20)\d\d|[一二][九零〇○][{_DIGITS}〇○]{{2}})年(?![级制代轻])", _year),
    ("(?P<which>[今去])(?P<season>[春夏秋冬])(?![天季])", _season),
    (
        "(?:(?P<which>[上这下])一?个)?(?P<season>[春夏秋冬])[天季]",
        _season,
    ),
    ("(?P<part>早上|早晨|清晨|上午|中午|下午|傍晚|晚上|夜里|夜间|半夜|深夜|凌晨)", _part),
    # Habits: 每周五, 每年五月.
    (rf"每一?[逢个]?{_WEEK}(?:{_WEEKDAY})?|每一?个?周末", nothing),
    (rf"每年(?:的?{_ORDINAL}月|[春夏秋冬][天季])?|每个?月的?(?:{_ORDINAL}[日号])?", nothing),
)
RULES = tuple(Rule(re.compile(regex), meaning) for regex, meaning in _EXPRESSIONS)

# What stands before an expression, in groups named by ``Marker``.
MARKERS = re.compile("(?P<since>自从)|(?P<from>从|自)|(?P<until>直到|截至|截止)|(?P<at>在|于|到)")
# What stands after one. With 从 before it, 开始 and 起 say since.
SUFFIXES = re.compile(
    "(?P<since>以来|至今|到现在)|(?P<before>[之以]前|前(?![面台天年任往夫妻男女进]))|(?P<until>为止)"
    "|(?P<after>[之以过]后|后(?![面来天年悔果]))|(?P<from>开始|起(?![床来飞]))"
)

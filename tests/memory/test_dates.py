"""Expressions of time in questions and memories. Now is Wednesday 14 October 2026, 15:00 UTC."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memory.date_rules.phrases import find_phrases
from memory.dates import (
    _RELATIVE,
    Interval,
    asked_interval,
    is_relative,
    relative_days,
    time_expressions,
)

NOW = datetime(2026, 10, 14, 15, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = "1900-01-01", "2200-01-01"

# Questions, and the first and the last day that each is about.
DAYS = [
    ("What did I cook today?", "2026-10-14"),
    ("What did I cook yesterday?", "2026-10-13"),
    ("And the day before yesterday?", "2026-10-12"),
    ("What do I have to do tomorrow?", "2026-10-15"),
    ("Is anything planned for the day after tomorrow?", "2026-10-16"),
    ("Whom did I call three days ago?", "2026-10-11"),
    ("Whom did I call 12 days ago?", "2026-10-02"),
    ("Whom did I call a couple of days ago?", "2026-10-12"),
    ("Whom did I call a few days ago?", "2026-10-08", "2026-10-12"),
    ("Whom did I call two or three days ago?", "2026-10-11", "2026-10-12"),
    ("What did I plant a week ago?", "2026-10-05", "2026-10-11"),
    ("What did I plant a week ago today?", "2026-10-07"),
    ("What did I plant two weeks ago?", "2026-09-28", "2026-10-04"),
    ("What did I plant a fortnight ago?", "2026-09-28", "2026-10-04"),
    ("What did I plant two months ago?", "2026-08-01", "2026-08-31"),
    ("What did I plant a year ago?", "2025-01-01", "2025-12-31"),
    ("What did I plant half a year ago?", "2026-04-01", "2026-04-30"),
    ("Where will I be in five days?", "2026-10-19"),
    ("Where will I be in two weeks?", "2026-10-26", "2026-11-01"),
    ("Where will I be two months from now?", "2026-12-01", "2026-12-31"),
    ("What did I read last week?", "2026-10-05", "2026-10-11"),
    ("What did I read this week?", "2026-10-12", "2026-10-18"),
    ("What will I read next week?", "2026-10-19", "2026-10-25"),
    ("What did I read the week before last?", "2026-09-28", "2026-10-04"),
    ("What did I read in the week of 3 September?", "2026-08-31", "2026-09-06"),
    ("What did I read last month?", "2026-09-01", "2026-09-30"),
    ("What did I read this year?", "2026-01-01", "2026-12-31"),
    ("Which films did I see last year?", "2025-01-01", "2025-12-31"),
    ("Which films did I see last weekend?", "2026-10-10", "2026-10-11"),
    ("Which films did I see over the weekend?", "2026-10-10", "2026-10-11"),
    ("Which films did I see the weekend before last?", "2026-10-03", "2026-10-04"),
    ("Which films will I see this weekend?", "2026-10-17", "2026-10-18"),
    ("What am I doing at the weekend?", "2026-10-17", "2026-10-18"),
    ("What was on the weekend of 5 September?", "2026-09-05", "2026-09-06"),
    ("Where was I last Friday?", "2026-10-09"),
    ("Where was I last Wednesday?", "2026-10-07"),
    ("Where was I on Thursday?", "2026-10-08"),
    ("where was i on tuesday", "2026-10-13"),
    ("Where was I Monday?", "2026-10-12"),
    ("Where was I on Wednesday?", "2026-10-14"),
    ("Where was I on Mon?", "2026-10-12"),
    ("Where will I be on Thursday?", "2026-10-15"),
    ("What do I have on Friday?", "2026-10-16"),
    ("Do I have any notes from Friday?", "2026-10-09"),
    ("Will you tell me about Friday?", "2026-10-09"),
    ("Where will I be this Friday?", "2026-10-16"),
    ("Where will I be next Friday?", "2026-10-23"),
    ("Where was I two Fridays ago?", "2026-10-02"),
    ("Where was I the Friday before last?", "2026-10-02"),
    ("Where was I on Saturday last week?", "2026-10-10"),
    ("Where was I on Sunday of last week?", "2026-10-11"),
    ("Last week on Thursday, where was I?", "2026-10-08"),
    ("What did I sing in March?", "2026-03-01", "2026-03-31"),
    ("What did I sing in may?", "2026-05-01", "2026-05-31"),
    ("What did I sing in December?", "2025-12-01", "2025-12-31"),
    ("What will I sing in December?", "2026-12-01", "2026-12-31"),
    ("What did I sing in October?", "2026-10-01", "2026-10-31"),
    ("What did I sing last May?", "2026-05-01", "2026-05-31"),
    ("What did I sing last October?", "2025-10-01", "2025-10-31"),
    ("What did I sing in May 2023?", "2023-05-01", "2023-05-31"),
    ("What did I sing in Sept. 2023?", "2023-09-01", "2023-09-30"),
    ("What did I sing in May last year?", "2025-05-01", "2025-05-31"),
    ("What did I sing in May or June?", "2026-05-01", "2026-06-30"),
    ("What happened in 2019?", "2019-01-01", "2019-12-31"),
    ("Whom did I meet on 7 August?", "2026-08-07"),
    ("Whom did I meet on August 7?", "2026-08-07"),
    ("Whom did I meet on November 28th?", "2025-11-28"),
    ("Whom did I meet on Nov 28th, 2024?", "2024-11-28"),
    ("Whom did I meet on Friday, 7 August 2026?", "2026-08-07"),
    ("Whom did I meet on the 7th of August?", "2026-08-07"),
    ("Whom did I meet on the second of May?", "2026-05-02"),
    ("Whom did I meet on the 9th?", "2026-10-09"),
    ("Whom did I meet on the 24th?", "2026-09-24"),
    ("Whom did I meet on the 24th last month?", "2026-09-24"),
    ("Whom did I meet on 29 February?", "2024-02-29"),
    ("Whom did I meet on 7.8.2026?", "2026-08-07"),
    ("Whom did I meet on 07/08/2026?", "2026-08-07"),
    ("Whom did I meet on 8/17/2026?", "2026-08-17"),
    ("Whom did I meet on 2026-08-07?", "2026-08-07"),
    ("Where was I in the spring?", "2026-03-01", "2026-05-31"),
    ("Where was I last summer?", "2026-06-01", "2026-08-31"),
    ("Where was I last winter?", "2025-12-01", "2026-02-28"),
    ("Where was I in the fall of 2024?", "2024-09-01", "2024-11-30"),
    ("Where was I in the summer of last year?", "2025-06-01", "2025-08-31"),
    ("Where was I between 3 and 7 May?", "2026-05-03", "2026-05-07"),
    ("Where was I May 3-7?", "2026-05-03", "2026-05-07"),
    ("Where was I between May and July?", "2026-05-01", "2026-07-31"),
    ("Where was I between October and December?", "2025-10-01", "2025-12-31"),
    ("Where was I from last Friday to yesterday?", "2026-10-09", "2026-10-13"),
    ("Where was I from 30 August until 2 September?", "2026-08-30", "2026-09-02"),
    ("Where did I live from 2019 to 2021?", "2019-01-01", "2021-12-31"),
    ("Where did I live before June 2020?", FIRST, "2020-05-31"),
    ("Where did I live until 2020?", FIRST, "2020-12-31"),
    ("It rained last week. What did I do on Tuesday?", "2026-10-13"),
    ("What did I say yesterday about next month?", "2026-10-13"),
    ("What did I eat yesterday and today?", "2026-10-13", "2026-10-14"),
    ("我昨天做了什么？", "2026-10-13"),
    ("前天我吃了什么", "2026-10-12"),
    ("大前天呢？", "2026-10-11"),
    ("后天我要做什么", "2026-10-16"),
    ("三天前我说了什么", "2026-10-11"),
    ("两三天前我说了什么", "2026-10-11", "2026-10-12"),
    ("几天前我说了什么", "2026-10-08", "2026-10-12"),
    ("两周前我说了什么", "2026-09-28", "2026-10-04"),
    ("一个月前我说了什么", "2026-09-01", "2026-09-30"),
    ("半年前我说了什么", "2026-04-01", "2026-04-30"),
    ("上周我去了哪里", "2026-10-05", "2026-10-11"),
    ("上个星期三我去了哪里", "2026-10-07"),
    ("上礼拜天我去了哪里", "2026-10-11"),
    ("上上周五我去了哪里", "2026-10-02"),
    ("这周我去了哪里", "2026-10-12", "2026-10-18"),
    ("下周三我要去哪里", "2026-10-21"),
    ("上周末我去了哪里", "2026-10-10", "2026-10-11"),
    ("周末我去了哪里", "2026-10-10", "2026-10-11"),
    ("周末我要去哪里", "2026-10-17", "2026-10-18"),
    ("星期五我去了哪里", "2026-10-09"),
    ("星期五我要去哪里", "2026-10-16"),
    ("周一周二我去了哪里", "2026-10-12", "2026-10-13"),
    ("我想知道星期五我去了哪里", "2026-10-09"),
    ("上个月我去了哪里", "2026-09-01", "2026-09-30"),
    ("上个月5号我去了哪里", "2026-09-05"),
    ("本月3日我去了哪里", "2026-10-03"),
    ("这个月我去了哪里", "2026-10-01", "2026-10-31"),
    ("前年我去了哪里", "2024-01-01", "2024-12-31"),
    ("去年夏天我去了哪里", "2025-06-01", "2025-08-31"),
    ("去年5月我去了哪里", "2025-05-01", "2025-05-31"),
    ("五月我去了哪里", "2026-05-01", "2026-05-31"),
    ("12月我去了哪里", "2025-12-01", "2025-12-31"),
    ("11月28号我去了哪里", "2025-11-28"),
    ("八月七日我去了哪里", "2026-08-07"),
    ("24号我去了哪里", "2026-09-24"),
    ("2023年5月我去了哪里", "2023-05-01", "2023-05-31"),
    ("二零二三年五月七日", "2023-05-07"),
    ("从5月到7月我在哪里", "2026-05-01", "2026-07-31"),
    ("5月3日到7日我在哪里", "2026-05-03", "2026-05-07"),
    ("6月和8月之间我在哪里", "2026-06-01", "2026-08-31"),
    ("2020年以前我住在哪里", FIRST, "2019-12-31"),
    ("直到上个月我住在哪里", FIRST, "2026-09-30"),
]


def day(written: str, after: int = 0) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC) + timedelta(days=after)


@pytest.mark.parametrize(("question", "days"), [(each, days) for each, *days in DAYS])
def test_a_question_is_about_days(question: str, days: list[str]) -> None:
    assert asked_interval(question, NOW) == Interval(day(days[0]), day(days[-1], 1))


@pytest.mark.parametrize(
    ("question", "first", "hour", "last", "until"),
    [
        ("What did I dream last night?", "2026-10-13", 18, "2026-10-14", 5),
        ("What did I eat this morning?", "2026-10-14", 5, "2026-10-14", 12),
        ("What will I do this afternoon?", "2026-10-14", 12, "2026-10-14", 18),
        ("What will I do tonight?", "2026-10-14", 18, "2026-10-15", 5),
        ("Whom did I see yesterday evening?", "2026-10-13", 17, "2026-10-14", 0),
        ("Whom did I see last Friday in the morning?", "2026-10-09", 5, "2026-10-09", 12),
        ("What did I do last night and this morning?", "2026-10-13", 18, "2026-10-14", 12),
        ("What did I say two hours ago?", "2026-10-14", 12, "2026-10-14", 14),
        ("What did I say four hours ago?", "2026-10-14", 9, "2026-10-14", 13),
        ("What have I been doing lately?", "2026-09-30", 0, "2026-10-14", 15),
        ("Did I say anything recently?", "2026-09-30", 0, "2026-10-14", 15),
        ("What am I up to these days?", "2026-09-30", 0, "2026-10-14", 15),
        ("How often did I run in the last ten days?", "2026-10-04", 0, "2026-10-14", 15),
        ("How often did I run over the past month?", "2026-09-14", 0, "2026-10-14", 15),
        ("What have I said since May?", "2026-05-01", 0, "2026-10-14", 15),
        ("What have I said since the beginning of May?", "2026-05-01", 0, "2026-10-14", 15),
        ("What has happened since last Friday?", "2026-10-09", 0, "2026-10-14", 15),
        ("What did I do after the 9th?", "2026-10-10", 0, "2026-10-14", 15),
        ("What must I do before Friday?", "2026-10-14", 15, "2026-10-16", 0),
        ("What will I do after Friday?", "2026-10-17", 0, LAST, 0),
        ("昨晚我说了什么", "2026-10-13", 18, "2026-10-14", 5),
        ("今早我吃了什么", "2026-10-14", 5, "2026-10-14", 12),
        ("昨天下午我在哪里", "2026-10-13", 12, "2026-10-13", 18),
        ("最近我在忙什么", "2026-09-30", 0, "2026-10-14", 15),
        ("过去十天我跑了几次步", "2026-10-04", 0, "2026-10-14", 15),
        ("五月以来我说了什么", "2026-05-01", 0, "2026-10-14", 15),
        ("周五之前我要做什么", "2026-10-14", 15, "2026-10-16", 0),
    ],
)
def test_a_question_is_about_hours(
    question: str, first: str, hour: int, last: str, until: int
) -> None:
    start, end = day(first) + timedelta(hours=hour), day(last) + timedelta(hours=until)
    assert asked_interval(question, NOW) == Interval(start, end)


@pytest.mark.parametrize(
    "text",
    [
        "Which animals do I keep?",
        *("May I ask you something?", "Who may come, and when may I leave?", "I march every day."),
        *("Is the sun warm?", "Wait a second!", "Prices fall.", "I fall asleep fast.", "She sat."),
        *(
            "The fall of Rome",
            "A spring in the sofa",
            "I met May and June.",
            "It is my second try.",
        ),
        *("I waited for two days.", "I swim three days a week.", "I run twice in a week."),
        *("It takes two weeks.", "I read it within two days.", "I built it in two days."),
        *("I swim every Friday.", "I swim on Fridays.", "I sleep late on weekends.", "Any Monday?"),
        *("The next day we left.", "Two days later we left.", "We had met two days before."),
        *("Black Friday", "Easter Monday is a holiday.", "Sunday school", "USA Today"),
        *("My last day at work was sad.", "The last week of school is short."),
        *("I sing in the morning.", "Good night!", "last but not least", "the next train"),
        *("the 24th floor", "in 2000 words", "We march 5 km.", "10 may be enough", "room 2019"),
        *("31 February 2023", "on 30 February", "29 February 2023", "99/99/2026", "0000-00-00"),
        *("99999 days ago", "999 years ago", "0 days ago", "in year 0", "1.5 years ago"),
        *("a year and a half ago", "10.11.12.13", "version 1.2.2026.4", "1/2", "2019-2021-333"),
        *("I like the song “Yesterday”.", "《昨天》很好听", "", " ", "\x00"),
        *("我学了三天", "一周三次", "我每周五游泳", "每年五月我去北京", "这是第三天"),
        *("最近的超市在哪里", "离我家最近的车站", "身上周围都是水", "以后天天跑步", "之前天气很好"),
        *("一周日程", "24号线", "我住3号楼", "十月怀胎", "2月31日", "99999天前", "零天前"),
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert time_expressions(text, NOW) == ()
    assert asked_interval(text, NOW) is None
    assert relative_days(text, NOW, most=2) == ()


def test_a_question_about_two_times_is_about_neither() -> None:
    assert asked_interval("Was it in May or on 3 August?", NOW) is None


@pytest.mark.parametrize(
    ("memory", "written"),
    [
        ("I planted roses yesterday.", "13 October 2026"),
        ("We danced last Friday night.", "9 October 2026"),
        ("I slept badly last night.", "13 October 2026"),
        ("I bought a car two days ago.", "12 October 2026"),
        ("I was ill last week.", "5 to 11 October 2026"),
        ("I am away next week.", "19 to 25 October 2026"),
        ("I was ill two weeks ago.", "28 September to 4 October 2026"),
        ("I moved last month.", "September 2026"),
        ("I moved last year.", "2025"),
        ("I moved last winter.", "1 December 2025 to 28 February 2026"),
        ("I moved in May last year.", "May 2025"),
        ("My cat died on Tuesday.", "13 October 2026"),
        ("I'm flying to Rome on Tuesday.", "20 October 2026"),
        ("I have an exam on Monday.", "19 October 2026"),
        ("I'm getting married on Saturday.", "17 October 2026"),
        ("It has been raining since last Friday.", "9 October 2026"),
        ("We met in 2019, and again yesterday.", "13 October 2026"),
        ("We moved in two weeks ago.", "28 September to 4 October 2026"),
        ("I recently moved.", None),
        ("Friday dinner", None),
        ("I moved in May 2023.", None),
        ("I moved on 7 May.", None),
        ("I moved.", None),
        ("我昨天种了花", "13 October 2026"),
        ("下周三我要考试", "21 October 2026"),
        ("我上个月搬家了", "September 2026"),
        ("周二我的猫死了", "13 October 2026"),
        ("我周二要去上海", "20 October 2026"),
        ("我2023年5月搬家了", None),
    ],
)
def test_the_days_of_a_memory_are_written_out(memory: str, written: str | None) -> None:
    assert [each.days for each in relative_days(memory, NOW, most=2)] == [written] * bool(written)


@pytest.mark.parametrize(
    "memory",
    [
        "I am tired today.",
        "I saw her this morning, and tonight I cook.",
        "We met an hour ago.",
        "This week I am in Rome.",
        "I read little this month, and not much this year.",
        "今天我累了，今晚做饭",
        "这个月我很忙",
    ],
)
def test_what_is_around_the_day_of_saying_is_told_by_its_date(memory: str) -> None:
    assert relative_days(memory, NOW, most=2) == ()


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        (
            "I went yesterday; I go again the day after tomorrow.",
            [("yesterday", "13 October 2026"), ("the day after tomorrow", "16 October 2026")],
        ),
        ("Yesterday I slept. I ate yesterday, too.", [("Yesterday", "13 October 2026")]),
        ("She has lived here since last year.", [("last year", "2025")]),
        ("I worked from Monday to Wednesday.", [("Monday to Wednesday", "12 to 14 October 2026")]),
        (
            "三天前我搬家了。我明天去买床。",
            [("三天前", "11 October 2026"), ("明天", "15 October 2026")],
        ),
        ("我从上周五开始跑步", [("上周五", "9 October 2026")]),
    ],
)
def test_expressions_stand_beside_their_days(memory: str, expected: list[tuple[str, str]]) -> None:
    assert [(each.text, each.days) for each in relative_days(memory, NOW, most=2)] == expected


def test_no_more_than_asked_for_are_written_out() -> None:
    text = "I was ill yesterday, last week, last month and last year."
    assert [len(relative_days(text, NOW, most=most)) for most in (1, 2, 9)] == [1, 2, 4]


def test_what_is_yesterday_depends_on_the_zone() -> None:
    late = datetime(2026, 10, 14, 22, 30, tzinfo=UTC)
    [utc], [berlin] = (relative_days("I went yesterday.", late, z, most=1) for z in (UTC, BERLIN))
    assert (utc.days, berlin.days) == ("13 October 2026", "14 October 2026")


def test_at_the_ends_of_the_calendar_nothing_is_relative() -> None:
    first = datetime(1, 1, 1, tzinfo=UTC)
    west = ZoneInfo("America/Havana")
    assert relative_days("I went yesterday.", first, west, most=2) == ()
    assert not is_relative("What did I do yesterday?", first, west)


@pytest.mark.parametrize(
    ("text", "relative"),
    [
        ("When is next Friday?", True),
        ("Is there a holiday this month?", True),
        ("今天几号？", True),
        ("What did I do in May 2023?", False),
        ("What is my dog called?", False),
    ],
)
def test_times_relative_to_now(text: str, relative: bool) -> None:
    assert is_relative(text, NOW) == relative


def test_last_week_on_a_sunday_includes_the_week_that_ends() -> None:
    sunday = datetime(2026, 10, 18, 12, tzinfo=UTC)
    expected = Interval(day("2026-10-05"), day("2026-10-18"))
    assert asked_interval("What did I read last week?", sunday) == expected


def test_expressions_are_as_written() -> None:
    text = "In May I was ill; from Monday to Wednesday I worked, 昨天晚上 too."
    found = time_expressions(text, NOW)
    assert [each.text for each in found] == ["May", "from Monday to Wednesday", "昨天晚上"]


@pytest.mark.parametrize(
    ("text", "said_at", "begins", "hours"),
    [
        ("today", "2026-10-25T22:30", "2026-10-24T22:00", 25),  # the clock is set back
        ("today", "2026-03-29T20:00", "2026-03-28T23:00", 23),  # the clock is set forward
        ("yesterday", "2026-03-29T22:30", "2026-03-28T23:00", 23),  # said on the 30th in Berlin
        ("two hours ago", "2026-10-25T01:30", "2026-10-24T22:30", 2),
    ],
)
def test_a_day_is_one_of_the_zone(text: str, said_at: str, begins: str, hours: int) -> None:
    interval = asked_interval(text, day(said_at), BERLIN)
    assert interval is not None
    end = day(begins) + timedelta(hours=hours)
    assert interval.contains(day(begins))
    assert interval.contains(end - timedelta(seconds=1))
    assert not interval.contains(day(begins) - timedelta(seconds=1))
    assert not interval.contains(end)


def test_a_day_that_a_country_left_out_is_none() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert asked_interval("yesterday", datetime(2011, 12, 31, 12, tzinfo=apia), apia) is None


def test_both_ends_of_a_long_text_are_read() -> None:
    filler = "and so on " * 1_000
    text = f"yesterday {filler} last Friday {filler} two days ago"
    assert [each.text for each in time_expressions(text, NOW)] == ["yesterday", "two days ago"]


@pytest.mark.parametrize("unit", ["7 May ", "Friday ", "Friday night ", "the 24th of May "])
def test_a_chain_of_expressions_ends(unit: str) -> None:
    assert time_expressions("the weekend of " + unit * 1_000, NOW)


def test_the_first_and_the_last_of_many_are_returned() -> None:
    found = time_expressions("today, " * 100 + "yesterday", NOW)
    assert len(found) == 16
    assert (found[0].start, found[-1].text) == (0, "yesterday")


WORDS = [
    *("last", "this", "next", "every", "the", "a", "few", "couple", "of", "in", "on", "since"),
    *("until", "before", "after", "between", "and", "from", "to", "or", "May", "march", "sun"),
    *("second", "fall", "Friday", "weekend", "week", "months", "days", "two", "2", "31st", "29"),
    *("February", "2023", "0", "99999", "ago", "yesterday", "today", "night", ".", "?", "-", "/"),
    *("上", "下", "个", "周", "星期", "五", "天", "昨", "前", "后", "月", "年", "号", "三", "几"),
    *("到", "以来", "最近", "每", "2026-11-28", "31/2/2023"),
]
TEXTS = st.one_of(
    st.text(),
    st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=25).map("".join),
)
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, BERLIN, ZoneInfo("Pacific/Apia")]))


@settings(deadline=None)
@given(TEXTS, MOMENTS, st.sampled_from([UTC, BERLIN, ZoneInfo("America/Havana")]))
def test_any_text_at_any_moment(text: str, moment: datetime, zone: ZoneInfo) -> None:
    end = 0
    for each in time_expressions(text, moment, zone):
        assert each.text == text[each.start : each.end] != ""
        assert each.start >= end
        end = each.end
        assert each.interval.start < each.interval.end
        assert each.interval.contains(each.interval.start)
        assert not each.interval.contains(each.interval.end)
    asked_interval(text, moment, zone)
    relative_days(text, moment, zone, most=2)


@settings(deadline=None)
@given(TEXTS)
@example("last may, this fall, on Sat. and two fortnights ago")
def test_no_relative_expression_is_overlooked(text: str) -> None:
    for phrase in find_phrases(text, NOW):
        certain = phrase.relative and not phrase.vague
        assert not certain or _RELATIVE.search(text[phrase.start : phrase.end])

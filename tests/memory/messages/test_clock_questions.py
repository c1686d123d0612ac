"""Questions about the present day or time, which only a clock can answer."""

import pytest

from memory.messages.clock_questions import asks_for_now


@pytest.mark.parametrize(
    "message",
    [
        "What day is it?",
        "which day is it today",
        "What's the date?",
        "What's today's date?",
        "Hi! What time is it right now?",
        "Do you know what day it is?",
        "Can you tell me the time, please?",
        "What is the current date",
        "What day of the week is it?",
        "What year is this?",
        "what month are we in?",
        "How many days until Christmas?",
        "How long is it until the exam on 3 May?",
        "Is it Friday already?",
        "Is it the weekend yet?",
        "现在几点？",
        "几点了？",
        "请问现在几点了",
        "今天几号？",
        "今天星期几",
        "今年是哪一年？",
        "现在是什么时间",
        "当前日期是什么？",
        "离圣诞节还有几天？",
    ],
)
def test_these_ask_for_the_time(message: str) -> None:
    assert asks_for_now(message)


@pytest.mark.parametrize(
    "message",
    [
        "What day is my exam?",
        "What day is it due?",
        "What time is the meeting?",
        "What is the date of the wedding?",
        "What time is it that we meet?",
        "What is the best time to plant garlic?",
        "Do I have the time to go to the gym?",
        "How long did it take to write?",
        "Which year is the car from?",
        "Is it the evening dress that I bought?",
        "When is it?",
        "I had the time of my life.",
        "会议几点？",
        "我几号考试？",
        "婚礼是哪一天？",
        "我每天几点起床？",
        "Quelle heure est-il ?",
    ],
)
def test_these_do_not(message: str) -> None:
    assert not asks_for_now(message)

"""Chats of several people: who speaks, who is the user, and when. The files are made up."""

from datetime import timedelta, timezone
from typing import Any

import pytest
from support.exports import converted, zipped

from app.importers import json_items

CHAT = """\
{0} - Messages and calls are end-to-end encrypted.
{1} - Ada: Happy new year!
- and a second line
{2} - Ben: <Media omitted>
{3} - Ben: You too: cheers
"""
SAID = [("Ada", "Happy new year!\n- and a second line"), ("Ben", "You too: cheers")]
# How phones write 31 December 2023, 21:05, and then 1 January 2024, 00:10.
DATES = {
    "English, 12 hours": ("12/31/23, 9:05\u202fPM", "1/1/24, 12:10\u202fAM"),
    "British": ("31/12/2023, 21:05", "01/01/2024, 00:10"),
    "Australian": ("31/12/2023, 9:05 pm", "1/1/2024, 12:10 am"),
    "German": ("31.12.23, 21:05", "01.01.24, 00:10"),
    "Spanish, 12 hours": ("31/12/23, 9:05 p.\u00a0m.", "1/1/24, 12:10 a.\u00a0m."),
    "Dutch": ("31-12-2023 21:05", "01-01-2024 00:10"),
    "Swedish": ("2023-12-31 21:05", "2024-01-01 00:10"),
    "Finnish": ("31.12.2023 klo 21.05".replace(" klo", ""), "1.1.2024 0.10"),
    "Japanese": ("2023/12/31 21:05", "2024/01/01 0:10"),
    "Korean": ("2023. 12. 31. 오후 9:05", "2024. 1. 1. 오전 12:10"),
    "Chinese": ("2023/12/31 下午9:05", "2024/1/1 上午12:10"),
    "Arabic": ("٣١\u200f/١٢\u200f/٢٠٢٣، ٩:٠٥ م".replace("،", ","), "١/١/٢٠٢٤, ١٢:١٠ ص"),
}


@pytest.mark.parametrize("name", DATES)
def test_dates_of_many_phones(name: str) -> None:
    eve, year = DATES[name]
    found = converted(CHAT.format(eve, eve, year, year).encode())
    assert [(speaker, text) for _, speaker, text in found.said] == SAID
    dates = [each["created_at"] for each in found.memories]
    assert dates == ["2023-12-31T21:05:00Z", "2024-01-01T00:10:00Z"]


def test_days_and_months_are_told_apart_by_their_order() -> None:
    """No number is above 12: the dates of a chat do not go back."""
    dates = [(1, 9), (2, 3), (3, 8), (4, 2)]
    by_month = "".join(f"{month}/{day}/24, 10:00 - Ada: hello\n" for month, day in dates)
    by_day = "".join(f"{day}/{month}/24, 10:00 - Ada: hello\n" for month, day in dates)
    for chat in (by_month, by_day):
        last = converted(chat.encode()).memories[-1]
        assert last["created_at"] == "2024-04-02T10:00:00Z"


def test_the_dates_of_a_phone_are_those_of_the_users_zone() -> None:
    found = converted(b"31.12.23, 21:05 - Ada: hello\n", zone=timezone(timedelta(hours=2)))
    assert found.memories[0]["created_at"] == "2023-12-31T19:05:00Z"


IPHONE = """\
\u200e[31.12.23, 21:05:10] Trip: \u200eNachrichten sind verschlüsselt.
[31.12.23, 21:06:10] Ada: Guten Rutsch
\u200e[31.12.23, 21:06:20] Ada: \u200eBild weggelassen
[01.01.24, 00:00:01] ~\u202fBen: Danke \u200e<Nachricht bearbeitet>\r
[99.99.24, 00:00] no date\r
[01.01.24, 00:00:02] Ada: IMG-1.jpg (Datei angehängt)
Das Feuerwerk
"""


def test_an_iphones_notices_and_files_are_left_out() -> None:
    found = converted(IPHONE.encode())
    assert found.said == [
        ("user", "Ada", "Guten Rutsch"),
        ("user", "Ben", "Danke\n[99.99.24, 00:00] no date"),
        ("user", "Ada", "Das Feuerwerk"),
    ]
    assert found.report.notes[0].startswith("The file does not say which speaker you are")


@pytest.mark.parametrize("name", ["ada", "Ada"])
def test_the_user_is_the_one_who_is_named(name: str) -> None:
    found = converted(IPHONE.encode(), me=name)
    assert [speaker for _, speaker, _ in found.said] == [None, "Ben", None]
    assert found.report.notes == []
    assert converted(IPHONE.encode(), me="Eve").report.notes == [
        "No speaker has the name that was given as `me`. Speakers: Ada, Ben"
    ]


def test_the_phones_owner_is_found_where_the_file_tells() -> None:
    deleted = IPHONE + "[01.01.24, 00:00:03] Ada: Du hast diese Nachricht gelöscht.\n"
    chat = b"1.1.24, 0:01 - Ada: a\n1.1.24, 0:02 - Ben: b\n"
    for file in (deleted.encode(), zipped({"WhatsApp Chat with Ben.txt": chat})):
        assert {speaker for _, speaker, _ in converted(file).said} == {None, "Ben"}


def test_a_longer_export_of_the_same_chat_adds_what_is_new() -> None:
    first = "1.1.24, 0:01 - Ada: ha\n1.1.24, 0:01 - Ada: ha\n"
    ids = [each["id"] for each in converted(first.encode()).memories]
    longer = converted(f"{first}1.1.24, 0:01 - Ada: ha\n".encode()).memories
    assert len(set(ids)) == 2
    assert [each["id"] for each in longer][:2] == ids
    assert len({each["id"] for each in longer}) == 3


def telegram(kind: str = "personal_chat", messages: int = 2, **more: Any) -> dict[str, Any]:
    names = {0: ("Ada", "user6"), 1: ("Ben", "user5")}
    said = [
        {
            "id": number,
            "type": "message",
            "date": "2023-11-05T11:00:00",
            "date_unixtime": str(1_699_178_400 + number),
            "from": names[number % 2][0],
            "from_id": names[number % 2][1],
            "text": [f"message {number} of ", {"type": "bold", "text": names[number % 2][0]}],
            "text_entities": [{"type": "plain", "text": "x"}],
        }
        for number in range(messages)
    ]
    service = {"id": 9_999, "type": "service", "action": "pin_message", "text": ""}
    return {"name": "Ben", "type": kind, "id": 5, "messages": [*said, service]} | more


def test_one_chat_of_telegram() -> None:
    found = converted(telegram())
    assert found.said == [
        ("user", None, "message 0 of Ada"),
        ("user", "Ben", "message 1 of Ben"),
    ]
    assert found.memories[1]["created_at"] == "2023-11-05T10:00:01Z"
    assert [each["title"] for each in found.conversations] == ["Ben"]


def test_all_chats_of_a_telegram_account() -> None:
    group = telegram("private_group", id=7, name="Trip")
    saved = telegram("saved_messages", messages=1, id=6)
    del saved["name"]
    file = {
        "about": "Here is the data you requested.",
        "personal_information": {"user_id": 6, "first_name": "Ada", "last_name": ""},
        "contacts": {"about": "", "list": [{"first_name": "Ben"}]},
        "chats": {"about": "", "list": [telegram(), group, saved]},
        "left_chats": {"about": "", "list": []},
    }
    found = converted(file)
    assert {speaker for _, speaker, _ in found.said} == {None, "Ben"}
    assert {each["title"] for each in found.conversations} == {"Ben", "Trip", "saved messages"}
    assert found.report.notes == []


def test_of_a_telegram_group_nobody_knows_who_exported_it() -> None:
    found = converted(telegram("private_group"))
    assert [speaker for _, speaker, _ in found.said] == ["Ada", "Ben"]
    assert "which speaker you are" in found.report.notes[0]
    bot = converted(telegram("bot_chat"))
    assert [(role, speaker) for role, speaker, _ in bot.said] == [
        ("user", None),
        ("assistant", "Ben"),
    ]


def test_a_chat_that_is_longer_than_one_item_may_be_comes_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_items, "PART_VALUES", 1_000)
    monkeypatch.setattr(json_items, "MAX_VALUES", 1_100)
    account = {"personal_information": {"user_id": 6, "first_name": "Ada"}}
    for file in (telegram(messages=500), account | {"chats": {"list": [telegram(messages=500)]}}):
        found = converted(file)
        assert len(found.memories) == 500
        assert len({each["id"] for each in found.memories}) == 500
        assert {each["id"] for each in found.conversations} == {"telegram-5"}
        assert found.report.skipped == 0


def discord(kind: str, channel: str) -> dict[str, Any]:
    def message(number: int, name: str, text: str, **more: Any) -> dict[str, Any]:
        author = {"id": name, "name": name.lower(), "nickname": name, "isBot": name == "Robo"}
        return {
            "id": str(number),
            "type": "Default",
            "timestamp": f"2023-11-05T10:00:0{number}.5+00:00",
            "content": text,
            "author": author,
            "attachments": [],
            "reactions": [],
        } | more

    return {
        "guild": {"id": "1", "name": "Friends", "iconUrl": ""},
        "channel": {"id": "2", "type": kind, "name": channel, "topic": None},
        "dateRange": {"after": None, "before": None},
        "messages": [
            message(1, "Ben", "hey"),
            message(2, "Ada", "ho", type="Reply"),
            message(3, "Ada", "Joined the server.", type="GuildMemberJoin"),
            message(4, "Ada", ""),
            message(5, "Robo", "beep"),
        ],
        "messageCount": 5,
    }


def test_a_channel_of_discord() -> None:
    found = converted(discord("GuildTextChat", "trip"))
    assert found.said == [
        ("user", "Ben", "hey"),
        ("user", "Ada", "ho"),
        ("assistant", "Robo", "beep"),
    ]
    assert found.conversations[0]["title"] == "Friends: trip"
    direct = converted(discord("DirectTextChat", "ben"))
    assert [speaker for _, speaker, _ in direct.said] == ["Ben", None, "Robo"]


def test_names_are_bounded_and_on_one_line() -> None:
    chat = telegram(messages=1)
    chat["messages"][0]["from"] = "A\n\u202e" + "da" * 500
    chat["type"] = "private_group"
    [(_, speaker, _)] = converted(chat).said
    assert speaker is not None
    assert speaker.startswith("A da")
    assert len(speaker) <= 128

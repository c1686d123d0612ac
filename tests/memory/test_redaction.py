"""Secrets stay out of prompts; ordinary talk does not. The secrets here are made up, in pieces, so
that no scan takes this file for a leak.
"""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from support.service import Service, running

from app.settings import Settings
from memory import redaction
from memory.redaction import (
    MAX_SHOWN_CHARACTERS,
    Redacted,
    find_secrets,
    redact,
    shortened,
    unredacted,
)

HEX = "0123456789abcdef" * 4
WORD = "aB3dE6gH9jK2mN5pQ8sT1vW4xY7z" * 4
JOINED = "".join
KEYS = {
    "Amazon": JOINED(["AK", "IA", "IOSFODNN7EXAMPLE"]),
    "Google": JOINED(["AI", "za", WORD[:35]]),
    "OpenAI": JOINED(["sk", "-proj-", WORD[:48]]),
    "Anthropic": JOINED(["sk", "-ant-api03-", WORD[:60]]),
    "GitHub": JOINED(["gh", "p_", WORD[:36]]),
    "GitHub, fine-grained": JOINED(["github", "_pat_", WORD[:60]]),
    "GitLab": JOINED(["glp", "at-", WORD[:20]]),
    "Hugging Face": JOINED(["h", "f_", WORD[:34]]),
    "Slack": JOINED(["xo", "xb-", "123456789012-", WORD[:24]]),
    "Stripe": JOINED(["sk", "_live_", WORD[:24]]),
    "SendGrid": JOINED(["S", "G.", WORD[:22], ".", WORD[:43]]),
    "Telegram": JOINED(["123456789", ":AA", WORD[:33]]),
    "this service": JOINED(["t", "h_", WORD[:43]]),
    "npm": JOINED(["np", "m_", WORD[:36]]),
    "Twilio": JOINED(["S", "K", HEX[:32]]),
    "DigitalOcean": JOINED(["do", "p_v1_", HEX]),
}
JWT = ".".join([f"ey{JOINED('J')}hbGciOiJIUzI1NiJ9", f"ey{JOINED('J')}zdWIiOiIxMjM0In0", WORD[:43]])
BLOCK = JOINED(
    ["-----BEGIN RSA PRIV", "ATE KEY-----\n", WORD, "\n-----END RSA PRIV", "ATE KEY-----"]
)
CARDS = ["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "6011111111111117"]
IBANS = [
    "DE89 3704 0044 0532 0130 00",
    "GB82WEST12345698765432",
    "fr14 2004 1010 0505 0001 3M02 606",
]
# What is told, and what the prompt shows of it.
TOLD = [
    *[
        (f"My key is {key}, keep it", "My key is [withheld: API key], keep it")
        for key in KEYS.values()
    ],
    *[(f"card {card}.", "card [withheld: card number].") for card in CARDS],
    *[(f"to {iban}, please", "to [withheld: IBAN], please") for iban in IBANS],
    ("4111 1111 1111 1111 12/29 CVV 123", "[withheld: card number] 12/29 CVV 123"),
    (f"2 {CARDS[0]}", "2 [withheld: card number]"),
    (f"{CARDS[0]} {CARDS[1]}", "[withheld: card number] [withheld: card number]"),
    (f"{CARDS[0]} 737", "[withheld: card number] 737"),
    (f"Send it to {IBANS[0]} and thanks", "Send it to [withheld: IBAN] and thanks"),
    (f"密钥{KEYS['OpenAI']}在这里", "密钥[withheld: API key]在这里"),
    (f"token {JWT} ok", "token [withheld: JSON web token] ok"),
    (f"Mine:\n{BLOCK}\nkeep it", "Mine:\n[withheld: private key]\nkeep it"),
    (BLOCK[:60], "[withheld: private key]"),
    ("password: hunter2 for all", "password: [withheld: password] for all"),
    ("Passwort: geheim", "Passwort: [withheld: password]"),
    (
        'my wifi password is "x"; Password = "correct horse"',
        'my wifi password is "x"; Password = "[withheld: password]"',
    ),
    ("the password is hunter2!", "the password is [withheld: password]"),
    ("密码：abc12345", "密码：[withheld: password]"),
    (
        '{"user": "bob", "password": "s3cret!"}',
        '{"user": "bob", "password": "[withheld: password]"}',
    ),
    ("My PIN is 4921.", "My PIN is [withheld: password]."),
    ("postgresql://bob:pa55@db/x", "postgresql://bob:[withheld: password]@db/x"),
    (f"api_key = {WORD[:24]}", "api_key = [withheld: API key]"),
]
ORDINARY = [
    "My password is too hard to remember",
    "Password: I forgot it again, can you help?",
    "Rule for the password: must be at least eight letters",
    "password = db.Column(db.String(120), nullable=False)",
    "if not password:\n    return 3",
    "Call me at +49 170 1234567 or 030 901820",
    "The ISBN is 978-3-16-148410-0, ordered on 2023-05-07 at 10:30:00",
    "Order 4111 1111 1111 1112 and 1234567890123456",
    "It happened at 1700000000000 ms, or 1,700,000,000.4111111111111111 s",
    "commit 9fceb02d0ae598e95dc970b74767f19372d6fab5, uuid 123e4567-e89b-12d3-a456-426614174000",
    "We use task-oriented-dialogue-systems and sk-learn; risk-averse-investors-2023 said so",
    "IBANs begin like DE89, and the flight is LH1234 5678 90",
    "pi is 3.14159265358979323846; phone pin 2 goes to ground",
    "See https://example.org/a:b@c and mailto:bob@example.org",
    "the secret: love",
    "",
]


@pytest.mark.parametrize(("told", "shown"), TOLD)
def test_a_secret_is_withheld_and_nothing_else(told: str, shown: str) -> None:
    assert redact(told).text == shown
    assert unredacted(told).text == told


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_talk_is_shown_as_it_was_said(text: str) -> None:
    assert redact(text) == Redacted(text)


def test_the_kinds_are_told_in_order() -> None:
    found = redact(f"{CARDS[0]}, password: hunter2, {CARDS[1]}").withheld
    assert found == ("card number", "password", "card number")


def test_a_long_text_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is listed, and its secrets are found each time."""
    searched: list[str] = []

    def counted(text: str) -> list[redaction.Secret]:
        searched.append(text)
        return find_secrets(text)

    monkeypatch.setattr(redaction, "find_secrets", counted)
    texts = [f"{number} {'talk ' * 400}{CARDS[0]}, password: hunter2" for number in range(3)]
    for text in [*texts, *texts]:
        assert redact(text).withheld == ("card number", "password")
        assert CARDS[0] not in redact(text).text
    assert searched == texts


def test_what_is_known_of_long_texts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = redaction.SecretCache(max_entries=10)
    for number in range(100):
        cache.put(b"%d" % number, [(0, 1, "password")] * 3)
        assert cache.entries <= 10
    assert cache.get(b"99")
    assert cache.get(b"97") is None


@given(st.text(), st.sampled_from([*KEYS.values(), *CARDS, JWT]), st.text())
def test_no_secret_is_left_whatever_stands_beside_it(before: str, secret: str, after: str) -> None:
    assert secret not in redact(f"{before} {secret} {after}").text


@given(st.integers(10**13, 10**14 - 1))
def test_a_card_number_has_its_check_digit(number: int) -> None:
    first = f"4{number}"
    digit = luhn.calc_check_digit(first)
    assert redact(first + digit).withheld == ("card number",)
    assert redact(first + str((int(digit) + 1) % 10)).withheld == ()


async def test_stored_as_said_and_withheld_from_prompt_and_reading(
    service_on_each: Service,
) -> None:
    service = service_on_each
    await service.say(f"My credit card is {CARDS[0]}, a Visa")
    reply = await service.say("What is my credit card, is it a Visa?")
    prompt = service.language.prompts[-1][-1].content
    assert "My credit card is [withheld: card number], a Visa" in prompt
    assert "4111" not in prompt
    [read] = [each for each in reply["memory"]["memories"] if "Visa" in each["memory"]]
    assert read["withheld"] == ["card number"]
    assert "4111" not in json.dumps(reply)
    stored = await service.client.get(f"/v1/readings/{reply['memory']['id']}")
    assert [each["withheld"] for each in stored.json()["memories"] if each["selected"]] == [
        ["card number"]
    ]
    again = await service.client.get(f"/v1/replies/{reply['id']}")
    assert "4111" not in again.text + stored.text
    kept = await service.client.get("/v1/memories")
    assert f"My credit card is {CARDS[0]}, a Visa" in [
        memory["memory"] for memory in kept.json()["results"]
    ]


async def test_who_wants_it_shown_can_have_it(settings: Settings) -> None:
    settings = settings.model_copy(update={"redact_secrets": False})
    async with running(settings) as service:
        await service.say(f"My credit card is {CARDS[0]}, a Visa")
        reply = await service.say("What is my credit card, is it a Visa?")
        assert CARDS[0] in service.language.prompts[-1][-1].content
        assert reply["memory"]["memories"][0]["withheld"] == []


@pytest.mark.skipif("TAPEHEAD_EVAL_DATA" not in os.environ, reason="needs the evaluation sets")
def test_almost_nothing_of_real_conversations_is_withheld() -> None:
    """Of 13,038 turns nine, all of them source code that sets a password."""
    turns = [
        turn["text"]
        for file in sorted(Path(os.environ["TAPEHEAD_EVAL_DATA"]).glob("*.jsonl"))
        for line in file.read_text().splitlines()
        for turn in json.loads(line)["turns"]
    ]
    found = [text for text in turns if redact(text).withheld]
    print(f"{len(found)} of {len(turns)}")
    assert len(found) < len(turns) / 1000
    assert all("```" in text for text in found)


def test_of_a_long_memory_a_list_shows_the_beginning() -> None:
    long = "My password: tulip7river\n" + "a" * MAX_SHOWN_CHARACTERS
    shown = shortened(redact)(long)
    assert shown.text.startswith("My password: [withheld: password]\na")
    assert shown.text.endswith("a…")
    assert len(shown.text) < MAX_SHOWN_CHARACTERS + 20
    assert shortened(redact)("short").text == "short"

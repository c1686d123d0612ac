"""The patterns of secrets, for ``redaction.py``.

If a pattern has a group, only the group is the secret. Kinds with a checksum verify it. False
positives in ordinary text are missing from the prompt.

The time of every pattern must be linear in the text: repetitions that can start inside of
themselves are bounded or possessive (docs/regexes.md). Only names ignore case, because character
classes are three times as fast with it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from string import ascii_uppercase

from stdnum import numdb


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of secret. ``measure``: how many characters of a match are the secret; 0: none.

    ``long``: it may have any number of lines, so the whole text is searched at once.
    """

    kind: str
    regex: re.Pattern[str]
    measure: Callable[[str], int] = len
    long: bool = False


# By their documented prefixes, with a minimum length that excludes words.
_KEYS = (
    r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",  # Amazon
    r"AIza[\w-]{35}",  # Google
    r"ya29\.[\w-]{20,}",
    r"GOCSPX-[\w-]{20,}",
    r"sk-(?=[A-Za-z_-]{0,80}+[0-9])(?=[0-9_-]{0,80}+[A-Za-z])[\w-]{20,}",  # OpenAI, Anthropic
    r"(?:gsk_|xai-|r8_|pplx-|nvapi-)[\w-]{30,}",  # Groq, xAI, Replicate, Perplexity, NVIDIA
    r"th_[\w-]{43}",  # this service
    r"hf_[A-Za-z0-9]{30,}",  # Hugging Face
    r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}",
    r"gl(?:pat|dt|rt|ptt|soat)-[\w-]{20,}",  # GitLab
    r"npm_[A-Za-z0-9]{36}",
    r"pypi-[\w-]{50,}",
    r"xox[abeoprs]-[\w-]{10,}|xapp-[\w-]{20,}",  # Slack
    r"hooks\.slack\.com/services/[\w/]{20,}",
    r"[rs]k_(?:live|test)_\w{16,}|whsec_\w{24,}",  # Stripe
    r"sq0(?:atp|csp|idp)-[\w-]{22,}",  # Square
    r"SG\.[\w-]{16,}\.[\w-]{16,}",  # SendGrid
    r"(?:AC|SK)[0-9a-f]{32}(?![\w-])",  # Twilio
    r"[0-9a-f]{32}-us[0-9]{1,2}(?!\w)",  # Mailchimp
    r"[0-9]{8,10}:AA[\w-]{33}",  # Telegram
    r"[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,}",  # Discord
    r"do[opr]_v1_[0-9a-f]{64}",  # DigitalOcean
    r"shp(?:at|ca|pa|ss)_[0-9a-f]{32}",  # Shopify
    r"AGE-SECRET-KEY-1[A-Z0-9]{58}",
)
# A token could start at each "-eyJ" in its first part. So the lookahead checks once per run of its
# characters whether a second and a third part follow.
_JWT = (
    r"(?<!-)(?=[\w-]++\.eyJ[\w-]{8,}+\.[\w-]{8})"
    r"(?:[\w-]*?-)??(eyJ[\w-]{8,}+\.eyJ[\w-]{8,}+\.[\w-]{8,}+)"
)
_I = "(?i:{})".format
_NAMED_KEY = (
    _I(r"(?:api|access|secret|auth|client|account)[ _-]?(?:key|token|secret)")
    + r"[\"'`]?\s*[:=]\s*[\"'`]?(?=[A-Za-z_./+~-]*+[0-9])([\w./+~-]{16,})"
)
_CALLED = (
    _I(
        r"(?:pass ?word|passwd|passphrase|passcode|pwd|passwort|kennwort|mot de passe|contraseña"
        r"|senha|wachtwoord|пароль|密码|密碼|パスワード)"
    )
    + r"[\"'`]?"
)
_SAYS = r"[ \t]{0,9}+[:=：][ \t]{0,9}+"
_IS = r"[ \t][iI][sS][ \t]"
# Spaces by name: a class with ``\s`` is a third slower, and is tried 200 times here.
_VALUE = r"[^ \t\n\r\f\v\"“'`()\[\]{}<>]{4,200}+(?![(\[{<])"
# Issuers by their first digits, with their lengths (ISO/IEC 7812).
_CARD = (
    r"(?:3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}"
    r"|35[2-8]\d{13}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17})"
)
_WHOLE_CARD = re.compile(_CARD, re.ASCII)
# Luhn's sum has the digits, and the digit sum of twice every second one (ISO/IEC 7812-1, annex B).
_TWICE = bytes.maketrans(b"0123456789", b"0246813579")
_SPACED = str.maketrans("\u00a0-", "  ")
# The checksum of an IBAN reads letters as numbers (ISO/IEC 7064, MOD 97-10).
_AS_NUMBERS = {ord(letter): str(number) for number, letter in enumerate(ascii_uppercase, 10)}
_CLASSES = {"n": "[0-9]", "a": "[A-Z]", "c": "[A-Z0-9]"}


def _card(match: str) -> int:
    """The length of the longest prefix that is a card number: a date may follow."""
    number, end, found = "", 0, 0
    for group in match.translate(_SPACED).split(" "):
        number += group
        end += len(group)
        if len(number) > 19:
            break
        if len(number) >= 13 and _is_card(number):
            found = end
        end += 1
    return found


def _is_card(number: str) -> bool:
    if not _WHOLE_CARD.fullmatch(number):
        return False
    digits = number.encode()
    total = sum(digits[::-2]) + sum(digits[-2::-2].translate(_TWICE)) - ord("0") * len(digits)
    return total % 10 == 0


def _iban(match: str) -> int:
    """The length of the prefix that is an IBAN: words may follow."""
    length, structure = _ibans_of(match[:2].upper())
    number, end = "", 0
    for group in match.translate(_SPACED).split(" "):
        number += group.upper()
        end += len(group)
        if len(number) >= length:
            break
        end += 1
    if len(number) != length or not structure.fullmatch(number):
        return 0
    return end if int((number[4:] + number[:4]).translate(_AS_NUMBERS)) % 97 == 1 else 0


@cache
def _ibans_of(country: str) -> tuple[int, re.Pattern[str]]:
    """The length and structure of the IBANs of a country; length 0 if it has none."""
    table = numdb.get("iban").info(country)[0][1].get("bban", "")
    parts = re.findall("([0-9]+)!([nac])", table)
    structure = "".join(f"{_CLASSES[kind]}{{{number}}}" for number, kind in parts)
    length = sum(int(number) for number, _ in parts)
    return length and length + 4, re.compile(f"[A-Z]{{2}}[0-9]{{2}}{structure}")


def _pattern(kind: str, *regexes: str, measure: Callable[[str], int] = len) -> Pattern:
    # Not inside another ASCII word. Other letters may be directly beside a secret.
    whole = "|".join(f"(?:{regex})" for regex in regexes)
    return Pattern(kind, re.compile(rf"(?<![A-Za-z0-9_])(?:{whole})", re.ASCII), measure)


# A text without any of these has no secret. This is true of most texts, and fast.
HINT = re.compile(r"[0-9:=：]|-----")
PATTERNS = (
    Pattern(
        "private key",
        re.compile(
            r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----.*?"
            r"(?:-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----|\Z)",
            re.DOTALL,
        ),
        long=True,
    ),
    _pattern("JSON web token", _JWT),
    _pattern("API key", *_KEYS),
    _pattern("API key", _NAMED_KEY),
    _pattern(
        "card number",
        # Tried at every position: a number before it must not hide it.
        r"(?<!\d[.,])(?=([2-6]\d{2,18}(?:[ \u00a0-]\d{3,15}){0,5}(?!\d)))",
        measure=_card,
    ),
    _pattern(
        "IBAN",
        r"[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,30}(?!\w)",
        measure=_iban,
    ),
    # Quoted, or to the end of the line, or with a digit: otherwise it may be a sentence.
    _pattern("password", _CALLED + rf"{_SAYS}[\"“'`]([^\"”'`\n]{{4,200}}+)[\"”'`]"),
    _pattern("password", _CALLED + rf"{_SAYS}({_VALUE})(?=[ \t\r]{{0,9}}(?:\n|\Z))"),
    _pattern("password", _CALLED + rf"(?:{_SAYS}|{_IS})(?=[^\s\d]{{0,99}}+\d)({_VALUE})"),
    _pattern("password", _I(r"pin(?: code| number)?\s*(?:[:=：]|is)\s*(\d{4,8})(?!\w)")),
    _pattern("password", r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@]{0,100}+:([^\s@/]{1,200}+)@"),
)

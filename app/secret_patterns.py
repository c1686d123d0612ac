"""What a secret looks like: the patterns of ``withholding.py``, and nothing else.

Each finds one kind. Where a pattern has a group, that part is the secret; a checksum decides where
there is one. They are made for prose as much as for code: what they take for a secret in ordinary
talk is missing from the prompt.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from stdnum import iban, luhn


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of secret. ``measure`` tells how many characters of a match are one; 0: none."""

    kind: str
    regex: re.Pattern[str]
    measure: Callable[[str], int] = len


# By what their makers say they begin with; the part after that is long, so words are none.
_KEYS = (
    r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",  # Amazon
    r"AIza[\w-]{35}",  # Google
    r"ya29\.[\w-]{20,}",
    r"GOCSPX-[\w-]{20,}",
    r"sk-(?=[\w-]{0,80}[0-9])(?=[\w-]{0,80}[A-Za-z])[\w-]{20,}",  # OpenAI, Anthropic and others
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
_NAMED_KEY = (
    r"(?:api|access|secret|auth|client|account)[ _-]?(?:key|token|secret)[\"'`]?\s*[:=]\s*[\"'`]?"
    r"(?=[\w./+~-]*[0-9])([\w./+~-]{16,})"
)
_CALLED = (
    r"(?:pass ?word|passwd|passphrase|passcode|pwd|passwort|kennwort|mot de passe|contraseña|senha"
    r"|wachtwoord|пароль|密码|密碼|パスワード)[\"'`]?"
)
_SAYS = r"[ \t]{0,9}[:=：][ \t]{0,9}"
_VALUE = r"[^\s\"“'`()\[\]{}<>]{4,200}+(?![(\[{<])"
# Issuers by their first digits, with the lengths that they use (ISO/IEC 7812).
_CARD = (
    r"(?:3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}"
    r"|35[2-8]\d{13}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17})"
)
_WHOLE_CARD = re.compile(_CARD, re.ASCII)


def _beginning(right: Callable[[str], bool]) -> Callable[[str], int]:
    """Of a match the longest beginning that is right: words or a date may follow as if of it."""

    def measure(match: str) -> int:
        ends = [place for place, each in enumerate(match) if not each.isalnum()]
        return next((end for end in [len(match), *reversed(ends)] if right(match[:end])), 0)

    return measure


def _is_card(text: str) -> bool:
    number = re.sub("[ \u00a0-]", "", text)
    return bool(_WHOLE_CARD.fullmatch(number)) and bool(luhn.is_valid(number))


def _is_iban(text: str) -> bool:
    return len(text) >= 15 and bool(iban.is_valid(text))


def _pattern(kind: str, *regexes: str, measure: Callable[[str], int] = len) -> Pattern:
    # Not inside another word; of ASCII, since other letters may stand right beside a key.
    whole = "|".join(f"(?:{regex})" for regex in regexes)
    return Pattern(kind, re.compile(rf"(?<![A-Za-z0-9_])(?:{whole})", re.ASCII), measure)


_I = "(?i:{})".format
# A text without any of these holds no secret; most of what people say is settled by that.
HINT = re.compile(r"[0-9:=：]|-----")
PATTERNS = (
    Pattern(
        "private key",
        re.compile(
            r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----.*?"
            r"(?:-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----|\Z)",
            re.DOTALL,
        ),
    ),
    _pattern("JSON web token", r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
    _pattern("API key", *_KEYS),
    _pattern("API key", _I(_NAMED_KEY)),
    _pattern(
        "card number",
        # Looked for at every place: a number that stands before it must not hide it.
        r"(?<!\d[.,])(?=(\d{3,19}(?:[ \u00a0-]\d{3,15}){0,5}(?!\d)))",
        measure=_beginning(_is_card),
    ),
    _pattern(
        "IBAN",
        _I(r"[A-Z]{2}\d{2}(?:[ \u00a0-]?[A-Z0-9]){11,30}(?!\w)"),
        measure=_beginning(_is_iban),
    ),
    # Quoted; or to the end of the line; or with a digit in it: not the beginning of a sentence.
    _pattern("password", _I(_CALLED + rf"{_SAYS}[\"“'`]([^\"”'`\n]{{4,200}})[\"”'`]")),
    _pattern("password", _I(_CALLED + rf"{_SAYS}({_VALUE})(?=[ \t\r]{{0,9}}(?:\n|\Z))")),
    _pattern("password", _I(_CALLED + rf"(?:{_SAYS}|[ \t]is[ \t])(?=[^\s\d]{{0,99}}\d)({_VALUE})")),
    _pattern("password", _I(r"pin(?: code| number)?\s*(?:[:=：]|is)\s*(\d{4,8})(?!\w)")),
    _pattern("password", _I(r"[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,100}:([^\s@/]{1,200})@")),
)

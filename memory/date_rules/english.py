"""English expressions of time, and dates in digits.

Years stand alone here: ``parts.py`` joins `7 May` and `2023`, `Friday` and `last week`.
"""

import re

from memory.date_rules.english_meanings import (
    NUMBERS,
    ORDINALS,
    ago,
    ahead,
    calendar_period,
    determined_name,
    digits,
    fixed,
    named,
    named_ago,
    of_month,
    ordinal,
    rolling_period,
    vague,
    year,
)
from memory.date_rules.rules import Rule, nothing

# Parts of patterns. S is the space between two words.
S = r"\s{1,2}"
_COUNT = (
    rf"(?:(?<![\d.,])\d{{1,5}}|(?:a{S})?(?:couple(?:{S}of)?|few)|several|a{S}dozen"
    rf"|{'|'.join(NUMBERS)}|an?)"
)
_COUNTS_OF = rf"(?P<low>{_COUNT})(?:(?:{S}(?:or|to){S}|\s?[-–]\s?)(?P<high>{_COUNT}))?"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
# Abbreviations are expected in capitals and after another word: "sat" and "sun" are words.
_SHORT_WEEKDAY = r"(?-i:(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)(?!['’\w]|\s[A-Z]\w))"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
)
_SEASON = "spring|summer|autumn|fall|winter"
_PART = "morning|noon|afternoon|evening|night"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d"
_TO = rf"(?:{S}(?:to|and|until|till|through){S}|\s?[-–—]\s?)(?:the{S})?"
# What a number counts that is neither a day nor a year: "in 2000 words", "we march 5 km".
_COUNTED = (
    r"\s?(?:%|€|\$|°|:\d|[-.,/]\d)|\s?(?:km|kg|cm|mm|am|pm|percent|people|persons|times|words|steps"
    r"|metres|meters|miles|feet|euros?|dollars|pounds|pieces|pages|points|characters|lines|calories"
    r"|hours?|minutes?|seconds?|days?|weeks?|months?|years?|degrees|o['’]clock)\b"
)
# An ordinal before any other word is an adjective: "on the 24th floor".
_NO_NOUN = (
    r"(?=\s{0,2}(?:$|[^\w\s])|\s{1,2}(?:and|or|at|in|with|i|we|you|he|she|it|they|my|our|the|did|was"
    r"|were|is|are|of|to|from|until|about|for|because|when|after|before|last|this|next)\b)"
)
_WHICH = (
    rf"(?:the{S})?(?P<which>last|(?:this{S})?past|this|(?:this{S}|the{S})?coming|next|upcoming)"
)
_NAME = rf"{_WEEKDAY}|{_SHORT_WEEKDAY}|weekend|{_MONTH}|{_SEASON}|{_PART}"
_INDEFINITE = (
    "every|each|any|most|some|all|no|per|a|an|one|that|those|following|previous|same|first|second"
    "|third|fourth|fifth|final|alternate|other"
)
_PERIOD = "week|month|year"

_EXPRESSIONS = (
    (rf"(?:(?:the{S})?day{S}before{S})?(?P<day>yesterday)", fixed),
    (rf"(?:(?:the{S})?day{S}after{S})?(?P<day>tomorrow)", fixed),
    ("(?P<day>today)", fixed),
    (rf"tonight|last{S}night|(?:the{S})?night{S}before{S}last", fixed),
    (
        rf"(?:(?P<half>half{S}an?{S}(?:year|hour))"
        rf"|{_COUNTS_OF}{S}(?P<unit>day|{_PERIOD}|hour|minute|fortnight)s?){S}ago(?P<today>{S}today)?",
        ago,
    ),
    (rf"{_COUNTS_OF}{S}(?P<name>{_WEEKDAY}|weekend|{_SEASON})s?{S}ago", named_ago),
    (
        rf"in{S}{_COUNTS_OF}{S}(?P<unit>day|{_PERIOD}|fortnight)s?(?:['’]?s?{S}time)?"
        rf"(?!{S}(?:of|ago|an?|per)\b|['’])",
        ahead,
    ),
    (rf"{_COUNTS_OF}{S}(?P<unit>day|{_PERIOD})s?{S}from{S}(?:now|today)", ahead),
    (
        rf"(?P<which>last|this|current|next|(?:this{S})?coming){S}(?P<unit>{_PERIOD})",
        calendar_period,
    ),
    (rf"the{S}(?P<unit>{_PERIOD}){S}(?P<which>before{S}last|after{S}next)", calendar_period),
    (
        rf"(?:(?:the|these|this){S})?(?P<which>last|past|next|coming){S}(?P<low>{_COUNT}){S}"
        rf"(?P<unit>day|{_PERIOD})s?",
        rolling_period,
    ),
    (rf"(?:the|this){S}(?P<which>last|past){S}(?P<unit>{_PERIOD})", rolling_period),
    (
        rf"(?:in|over|during|within|for){S}the{S}(?P<which>next|coming){S}"
        rf"(?P<unit>{_PERIOD})",
        rolling_period,
    ),
    (rf"{_WHICH}{S}(?P<name>{_NAME})", determined_name),
    (rf"(?:the{S})?(?P<name>{_WEEKDAY}|weekend){S}(?P<which>before{S}last)", determined_name),
    (rf"(?P<name>{_WEEKDAY}|(?<=\bon\s){_SHORT_WEEKDAY}|{_MONTH}|{_PART})", named),
    (rf"(?:the|my|our|your){S}(?P<name>weekend)", named),
    (rf"the{S}(?P<name>week)", named),
    (rf"(?:the{S})?(?P<name>{_SEASON})", named),
    (
        rf"(?:the{S})?(?:(?<![\d.,:/-])(?P<first>{_DAY})(?:{_TO}(?P<last>{_DAY}))?(?:{S}of)?{S}"
        rf"|(?P<word>{'|'.join(reversed(ORDINALS))}){S}of{S})(?P<month>{_MONTH})",
        of_month,
    ),
    (
        rf"(?P<month>{_MONTH}){S}(?:the{S})?(?P<first>{_DAY})"
        rf"(?:{_TO}(?P<last>{_DAY}))?(?!{_COUNTED})",
        of_month,
    ),
    (rf"(?:the{S}|(?<=\bon\s))(?P<day>\d{{1,2}})(?:st|nd|rd|th){_NO_NOUN}", ordinal),
    (
        rf"(?<![\d./-])(?P<year>{_YEAR})(?P<iso>[-/.])(?P<month>\d{{1,2}})(?P=iso)"
        r"(?P<day>\d{1,2})(?![\d/-]|\.\d)(?:T\d{1,2})?",
        digits,
    ),
    (
        rf"(?<![\d./-])(?P<day>\d{{1,2}})(?P<separator>[-/.])(?P<month>\d{{1,2}})(?P=separator)"
        rf"(?P<year>{_YEAR})(?![\d/-]|\.\d)",
        digits,
    ),
    (
        r"(?<=\bon\s)(?P<day>\d{1,2})/(?P<month>\d{1,2})(?![\d/.-]\d)",
        digits,
    ),
    (rf"(?:(?:the{S})?year{S})?(?P<year>(?<![\d.,/-]){_YEAR})(?!{_COUNTED})", year),
    (rf"lately|recently|these{S}days|of{S}late|the{S}other{S}(?:day|week|{_PART})", vague),
    # Habits, ordinals and what is relative to another day: "every Friday", "the next morning".
    (rf"(?:{_INDEFINITE}){S}(?:{_NAME}|{_PERIOD})", nothing),
    (rf"{_WEEKDAY}{S}(?:{_PART})s|one{S}of{S}these{S}days", nothing),
    (rf"the{S}next{S}(?:day|{_PERIOD}|{_PART}|weekend|{_WEEKDAY})", nothing),
    (rf"(?:times?|once|twice){S}in{S}{_COUNT}{S}(?:day|{_PERIOD})s?", nothing),
    (
        rf"(?:my|your|his|her|its|our|their|the){S}(?:very{S})?(?:last|next|first|final){S}"
        rf"(?:day|{_PERIOD}|{_PART}|{_WEEKDAY}|weekend){S}(?:of|at|as|in|with)",
        nothing,
    ),
    # Names.
    (
        rf"(?:black|good|cyber|easter|ash|palm|super|holy|whit|shrove|maundy|sheffield|ruby){S}"
        rf"{_WEEKDAY}|sunday{S}(?:school|roast|times)|usa{S}today|may{S}day",
        nothing,
    ),
    (rf"fall{S}of{S}(?!(?:last|this)\b|{_YEAR})", nothing),
)
RULES = tuple(
    Rule(re.compile(rf"\b(?:{regex})(?!\w)", re.IGNORECASE), meaning)
    for regex, meaning in _EXPRESSIONS
)

# What stands before an expression, in groups named by ``Marker``. The adverb may be a part of the
# expression instead: "since the weekend".
MARKERS = re.compile(
    rf"\b(?:(?P<since>(?:ever{S})?since|starting(?:{S}from)?|as{S}of)|(?P<from>from)"
    rf"|(?P<after>after)|(?P<before>before|prior{S}to)|(?P<until>until|till)"
    rf"|(?P<between>between)"
    rf"|(?P<at>in|on|during|around|throughout|through|over|early|mid|late"
    rf"|(?:beginning|start|middle|end|month|rest|half){S}of))(?:{S}|-)"
    rf"(?P<adverb>(?:in|on|early|mid|late|around|about|the(?:{S}(?:beginning|start|middle|end){S}of)?)"
    rf"(?:{S}|-))?",
    re.IGNORECASE,
)

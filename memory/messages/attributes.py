"""Which standing attributes of the user's life a message asks for or tells about.

"Which city do I live in?" and "The removal van came." share no word, but both are about the home.
"""

import re

from memory.messages.attribute_rules import chinese, english, english_questions
from memory.messages.message_sentences import EDGE_CHARACTERS, Sentence, sentences, word_set

ATTRIBUTES: tuple[str, ...] = tuple(english.STATED)
# Longer messages are no questions to the memory.
_LONGEST_QUESTION = 160

_WORD = re.compile(r"\w++")
_ASKED = {
    attribute: re.compile(question) for attribute, question in english_questions.ASKED.items()
}
_STATED = {attribute: re.compile(statement) for attribute, (_, statement) in english.STATED.items()}
_CHINESE_ASKED = {attribute: re.compile(question) for attribute, question in chinese.ASKED.items()}
_CHINESE_STATED = {
    attribute: re.compile(statement) for attribute, statement in chinese.STATED.items()
}
_HINTS = {attribute: word_set(words) for attribute, (words, _) in english.STATED.items()}
_ANY_HINT = frozenset().union(*_HINTS.values())
_CHINESE_HINTS = frozenset(chinese.HINTS)
# What is no fact of the user's life, and what asks or orders.
_UNREAL = re.compile(
    r" (?:dreamt|dreamed|dreaming|imagine|imagined|imagining|pretend|pretended|wish|wished|suppose"
    r"|nightmare|(?:a|the|my|last night's|this) (?:\w+ )?dream(?! (?:job|house|home|car|flat) )"
    r"|in (?:the|a|my|this|that) (?:\w+ )?(?:novel|film|movie|game|story|book|series|sims"
    r"|role-?play)"
    r"|if (?:i|we)|what if|as if|lyrics) "
)
_ASKS = re.compile(
    r"^ (?>(?:(?:please|so|and|hey|hi|,) )*)(?:tell|remind|guess|ask|show|write|translate|where|who"
    r"|which|whose|whom|how|why|do|did|does|am|are|is|was|were|have|has|can|could|should|shall"
    r"|would"
    r"|will|what(?! an? )) "
)
_CHINESE_UNREAL = re.compile(
    r"梦(?:见|到|里)|做了?.{0,4}梦|如果我?|假如|要是|假设|想象|小说|电影里|游戏里|希望|^(?:请|帮我"
    r"|告诉我|提醒我)"
    r"|[吗么呢]$|(?:什么|哪|谁|怎么|为什么)(?!都)"
)
# A question at the end of a statement: "I moved to Ghent, any tips for me?"
_FINAL_QUESTION = re.compile(
    r"[,;–-] (?:(?:and|so|but) )?(?:what|where|which|who|how|when|why|can|could|do|does|did|any|is"
    r"|are|should|would|will|may|right|have|has) "
)
# "I switched from Firefox to Vivaldi": two names in one's own use are of software.
_SWITCHED = re.compile(
    r" (?:i|we) (?>(?:(?:have|just|finally|recently|now) )*)(?:switched|migrated) (?:over )?"
    r"from ([\w-]++)(?<!day) to ([\w-]++)(?<!day) "
)


def asked_attribute(text: str) -> str | None:
    """The attribute of the user's own life that a short question asks for, or None."""
    if len(text) > _LONGEST_QUESTION:
        return None
    for sentence in sentences(text):
        rules = _ASKED
        words = sentence.words
        if sentence.chinese:
            rules, words = _CHINESE_ASKED, chinese.simplified(sentence.chinese)
        for attribute, question in rules.items():
            if question.search(words):
                return attribute
    return None


def stated_attributes(text: str) -> frozenset[str]:
    """The attributes of the user's own life that a message of the user tells about.

    Of a long message only both ends are used.
    """
    if len(text) > 2 * EDGE_CHARACTERS:
        text = f"{text[:EDGE_CHARACTERS]}\n{text[-EDGE_CHARACTERS:]}"
    words = _ANY_HINT.intersection(_WORD.findall(text.lower()))
    is_chinese = not text.isascii() and not _CHINESE_HINTS.isdisjoint(text)
    if not words and not is_chinese:
        return frozenset()
    rules = {each: _STATED[each] for each, hints in _HINTS.items() if not hints.isdisjoint(words)}
    found: set[str] = set()
    for sentence in sentences(text):
        if sentence.chinese:
            found |= _stated_in_chinese(sentence)
        elif words:
            stated = _statement(sentence)
            found |= {each for each, rule in rules.items() if rule.search(stated)}
            switched = _SWITCHED.search(stated)
            if switched and sentence.names.issuperset(switched.groups()):
                found.add("software")
    return frozenset(found)


def _statement(sentence: Sentence) -> str:
    """The words of a sentence that state a fact."""
    words = sentence.words
    if _ASKS.match(words) or _UNREAL.search(words):
        return ""
    if sentence.marked:
        question = _FINAL_QUESTION.search(words)
        return words[: question.start()] if question else ""
    return words


def _stated_in_chinese(sentence: Sentence) -> set[str]:
    words = chinese.simplified(sentence.chinese)
    if sentence.marked or _CHINESE_UNREAL.search(words):
        return set()
    return {each for each, rule in _CHINESE_STATED.items() if rule.search(words)}

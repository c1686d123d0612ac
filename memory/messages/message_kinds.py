"""What kind of thing a message asks for, and what kind of statement a stored turn is.

By rules, in English and Chinese. A text in another language has no kind; its questions are
recognised by their question mark only. All functions are pure functions of the text. Of a long
text the first and last 600 characters are used.
"""

import re
from dataclasses import dataclass

from memory.messages import (
    chinese_kinds,
    chinese_requests,
    chinese_statements,
    english_kinds,
    english_requests,
    english_statements,
)
from memory.messages import small_talk as talk
from memory.messages.back_references import refers_back
from memory.messages.message_sentences import Sentence, sentences, word_set
from memory.text.words import STOP_WORDS, UNSPACED, content_terms, terms

_ASKING = """
tell tells told telling say says said saying remember remembers remembered recall recalled remind
reminds reminded know knows knew known mention mentions mentioned mentioning talk talks talked
talking discuss discussed discussing chat chats chatted chatting speak spoke spoken ask asked
asking conversation conversations please ever again already anything something thing things
everything hi hello hey thanks thank ok okay 告诉 告诉我 告诉你 告诉过 告诉过你 跟你说过 和你说过
记得 还记得 你还记得 你记得 记住 记得我 说过 我说过 你说过 讲过 提过 提到过 知道 你知道 知道我
提醒 提醒我 聊过 谈过 讨论过 请问
"""
FUNCTION_OF_ASKING = word_set(_ASKING) | frozenset(terms(_ASKING))
"""Words that only frame a question to a memory, and their terms (``bm25.terms``), so that they are
no content of it."""

_STOP_TERMS = frozenset(terms(STOP_WORDS))
_CHINESE_FUNCTION = re.compile(
    r"什么时候|为什么|怎么样|什么|怎么|哪里|哪儿|哪个|哪些|多少|我们|你们|他们|她们|它们|这个|那个"
    r"|是不是|有没有|请问|告诉|记得|知道|说过|聊过|提过"
    r"|[我你您他她它的了吗呢吧啊是在有和跟与对给把被就都也还又很这那过得地着要会能可以到从什谁]"
)
_UNSPACED = re.compile(f"[{UNSPACED}]")
# Frequent words of English, and of other languages in its script.
_ENGLISH = word_set(
    """
    the and i've i'm have has had with this that were they she you your our not been from would
    went got my it is are am of for but just because who what when where which how about at her
    his their his there never always really today yesterday tomorrow think i we should could did
    does do can last week going called bought want need like love hate some any it's don't than
    ran made did met saw came felt ate read took today's on to too very after before since by only
    out up down no yes
    """
)
_FOREIGN = word_set(
    """
    der die das und ist nicht ich mein meine eine ein den dem zu mit auf für wie wo le la les des
    une un est je mon ma mes et que qui el los las es una por para con mi il che di non sono della
    per mio mia het een van de niet ik jij wij zijn em não meu minha och är jag det att som ett på
    nie się jest mam moja mój var og ikke jeg ja ve bir bu ben
    """
)
_TELLING = re.compile(
    r" (?:i|we|did you|you (?=told|said|asked|mentioned)) (?:[\w'-]++ ){0,2}?(?:tell|told|say|said"
    r"|mention|mentioned|talk|talked|talking"
    r"|discuss|discussed|chat|chatted|ask|asked|share|shared|speak|spoke|spoken|discussing) "
    r"| (?:our|this|my|we|the) (?:[\w'-]++ ){0,2}?(?:conversations?|chats?|messages?|questions?) "
)
_TIME_AND_ORDER = word_set(
    """
    first last latest oldest earliest recent recently most very previous thing things everything
    anything something topic topics message messages question questions conversation conversations
    chat chats time times ever started start begin began beginning end today yesterday ago week
    weeks month months year years day days night morning evening weekend far monday tuesday
    wednesday thursday friday saturday sunday january february march april may june july august
    september october november december lately earlier previously share shared word words moment
    minute minutes second hour hours tonight before much many one two three four five else
    together now new
    """
)
_NO_TOPIC = word_set(STOP_WORDS) | word_set(_ASKING) | _TIME_AND_ORDER


@dataclass(frozen=True, slots=True)
class MessageKind:
    """What a message asks for. More than one may hold.

    ``small_talk``: a greeting, thanks, a farewell, an emoji. ``refers_back``: it cannot be
    understood without the conversation so far. ``asks_overview``: what is known about the user.
    ``asks_all``: every thing of a kind. ``asks_count``: a number or a sum. ``asks_extreme``: the
    longest, cheapest, most. ``asks_first`` and ``asks_last``: by order of time. ``about_telling``:
    about what was said, with no subject but perhaps a time. ``asks_assistant``: about what the
    assistant said. ``asks_advice``: advice, a plan, ideas or a text. ``statement``: it tells
    something and asks nothing.
    """

    small_talk: bool = False
    refers_back: bool = False
    asks_overview: bool = False
    asks_all: bool = False
    asks_count: bool = False
    asks_extreme: bool = False
    asks_first: bool = False
    asks_last: bool = False
    about_telling: bool = False
    asks_assistant: bool = False
    asks_advice: bool = False
    statement: bool = False


def kind_of(text: str) -> MessageKind:
    """The kind of a message. A message without any word is small talk."""
    found = sentences(text)
    spaced = [each for each in found if not each.chinese]
    chinese = "。".join(each.chinese for each in found if each.chinese)
    if _is_small_talk(spaced, chinese):
        return MessageKind(small_talk=True)
    if not chinese and not _is_english(spaced):
        return MessageKind(refers_back=talk.is_answer(spaced))
    asking = filter(english_requests.asks, spaced)
    english = " . ".join(map(english_requests.asking_part, asking))
    english = f"{english}. " if english else ""
    asked = "。".join(
        each.chinese
        for each in found
        if each.chinese and chinese_requests.asks(each.chinese, each.marked)
    )
    back = _refers_back(spaced, chinese, found[-1].marked)
    if not english and not asked:
        orders = any(map(_is_forget_order, found))
        answers = talk.is_answer(spaced) if spaced else talk.is_chinese_answer(chinese)
        return MessageKind(refers_back=back, statement=not orders and not answers)
    en, zh = english_kinds, chinese_kinds
    return MessageKind(
        refers_back=back,
        asks_overview=bool(en.OVERVIEW.search(english) or zh.OVERVIEW.search(asked)),
        asks_all=bool(en.ALL.search(english) or zh.ALL.search(asked)),
        asks_count=bool(en.COUNT.search(english) or zh.COUNT.search(asked)),
        asks_extreme=bool(en.EXTREME.search(english) or zh.EXTREME.search(asked)),
        asks_first=bool(en.FIRST.search(english) or zh.FIRST.search(asked)),
        asks_last=bool(en.LAST.search(english) or zh.LAST.search(asked)),
        about_telling=_about_telling(english) or zh.about_telling(asked),
        asks_assistant=bool(en.ASSISTANT.search(english) or zh.ASSISTANT.search(asked)),
        asks_advice=en.asks_advice(english) or zh.asks_advice(asked),
    )


def is_request(text: str) -> bool:
    """Whether a turn of the user asks the assistant for something, so that the next turn is its
    answer: a question with or without a question mark, an order, or a wish for an answer.

    An order to forget is no request.
    """
    return any(_asks(each) and not _is_forget_order(each) for each in sentences(text))


def states_preference(text: str) -> bool:
    """Whether the speaker states a standing preference, dislike, rule or wish of their own."""
    for each in sentences(text):
        if each.marked:
            continue
        if each.chinese:
            if chinese_statements.states_preference(each.chinese):
                return True
        elif english_statements.states_preference(each.words):
            return True
    return False


def is_forget_order(text: str) -> bool:
    """Whether the user orders the assistant to forget or to delete something said."""
    return any(map(_is_forget_order, sentences(text)))


def content_words(text: str) -> int:
    """The number of content words: without stop words and ``FUNCTION_OF_ASKING``.

    Two characters of a script without spaces count as one word.
    """
    if not text.isascii():
        text = _CHINESE_FUNCTION.sub(" ", text)
    found = [
        term
        for term in content_terms(text)
        if term not in _STOP_TERMS and term not in FUNCTION_OF_ASKING
    ]
    characters = sum(len(term) == 1 and bool(_UNSPACED.match(term)) for term in found)
    spaced = sum(not _UNSPACED.match(term) for term in found)
    return spaced + (characters + 1) // 2


def _asks(sentence: Sentence) -> bool:
    if sentence.chinese:
        return chinese_requests.asks(sentence.chinese, sentence.marked)
    return english_requests.asks(sentence)


def _is_forget_order(sentence: Sentence) -> bool:
    if sentence.chinese:
        return chinese_statements.is_forget_order(sentence.chinese)
    return english_statements.is_forget_order(sentence.words)


def _is_small_talk(spaced: list[Sentence], chinese: str) -> bool:
    if spaced and not talk.is_small_talk(spaced):
        return False
    return not chinese or talk.is_chinese_small_talk(chinese.replace("。", ""))


def _refers_back(spaced: list[Sentence], chinese: str, marked: bool) -> bool:
    if chinese:
        answers = talk.is_chinese_answer(chinese.replace("。", ""))
        return answers or chinese_statements.refers_back(chinese, marked)
    return talk.is_answer(spaced) or refers_back(spaced)


def _is_english(spaced: list[Sentence]) -> bool:
    """Whether the words of a message are English rather than of another language."""
    words = [word for each in spaced for word in each.words.split() if word[0].isalpha()]
    english = sum(word in _ENGLISH for word in words)
    foreign = sum(word in _FOREIGN for word in words)
    # "Recommend me a podcast" has no frequent word.
    return english > foreign or (foreign == 0 and any(map(english_requests.asks_by_words, spaced)))


def _about_telling(english: str) -> bool:
    if not _TELLING.search(english):
        return False
    words = (word for word in english.split() if word.isalpha())
    return all(word in _NO_TOPIC for word in words)

"""Standing instructions to the assistant: how it is to answer, now and later.

"Please answer in bullet points.", "Call me Max.", "Always name the sources when I ask about
history.", "以后请用中文回答". They hold for every request, or for requests about something.
"""

import re
from enum import IntEnum

from memory.messages.english_requests import OPENING
from memory.messages.message_sentences import sentences


class Instruction(IntEnum):
    """Whether a text has a standing instruction, and when it holds."""

    NONE = 0
    ALWAYS = 1
    FOR_SOME_REQUESTS = 2


_POLITE = (
    r"(?>(?:(?:please|kindly|from now on|in (?:the )?future|going forward|and|so|also|,"
    r"|you (?:should"
    r"|must|can)|i (?:want|would like|need|prefer|expect) you to|make sure (?:to|you)|remember to"
    r"|be sure to|for the record) )*)"
)
_ANSWERING = (
    r"(?:answer|respond|reply|write|speak|talk|call|address|explain|format|phrase|summari[sz]e"
    r"|translate|quote|cite)"
)
# Verbs that are said to the assistant only beside what it writes: "use emojis", "keep it short".
_HANDLING = (
    r"(?:use|keep|include|add|give|start|end|begin|finish|put|provide|show|mention|avoid|skip|leave"
    r" out|stop using|stick to|limit|make|tell|remind|suggest|recommend)"
)
_FORM = (
    r"(?:answers?|repl(?:y|ies)|responses?|explanations?|summar(?:y|ies)|messages|sentences?"
    r"|paragraphs?|bullets?|bullet points?|lists?|tables?|headings?|emojis?|emoticons?|markdown"
    r"|small talk|jargon|pleasantries|disclaimers?|metric|celsius|fahrenheit|kilomet(?:re|er)s"
    r"|units|examples?|code (?:snippets?|examples?|blocks?)|sources|citations?|tone|first name"
    r"|steps|step by step)"
)
_STANDING = r"(?:always|never|every time|each time|from now on|in (?:the )?future|only ever)"
_LANGUAGE = (
    r"(?:english|german|french|spanish|italian|chinese|japanese|korean|russian|portuguese|dutch"
    r"|polish|arabic|turkish|hindi|swedish|danish|plain (?:english|words|language))"
)
_CONDITION = re.compile(
    r" (?:when|whenever|if|every time|each time|any time) (?:(?:i|we) (?:ask|talk|write|mention"
    r"|request|send|share|show|want|need|inquire|am (?:asking|talking)|say)"
    r"|you (?:answer|explain|write|reply|respond|give|show|recommend|suggest|list|summari[sz]e)) "
)
_BY_ORDER = re.compile(
    rf"{_POLITE}{_STANDING} {_ANSWERING} "
    rf"|{_POLITE}(?:do not |stop )?(?:answer|respond|reply|write|speak|talk)(?:ing)? (?:to me |me "
    r"|back )?(?:only )?(?:in|as|like|using|without|with (?:an? )?(?:[\w'-]++ )?"
    rf"(?:{_FORM}|words?|humou?r|emojis?)) (?!the (?:morning|evening|end)|time )"
    rf"|{_POLITE}(?:call|address) me (?!later|back|tomorrow|tonight|when|if|crazy|on |at |in |an? "
    r"|soon|today|now|again|any)[\w'-]+ "
    rf"|{_POLITE}{_STANDING} {_HANDLING} (?:[\w'-]++ ){{0,5}}?{_FORM} "
    rf"|{_POLITE}(?:do not |never )?{_HANDLING} (?:[\w'-]++ ){{0,3}}?(?:your |all (?:your )?)"
    rf"{_FORM} "
    rf"|{_POLITE}(?:do not|never|stop|avoid|no) (?:ever )?(?:using |use |add |adding |include )?"
    r"(?:[\w'-]++ )?(?:emojis?|emoticons?|markdown|bullet points|jargon|disclaimers?|small talk) "
    rf"|{_POLITE}(?:use|stick to) (?:only )?(?:the )?(?:metric|imperial|celsius|fahrenheit"
    rf"|{_LANGUAGE}|formal|informal) "
)
_BY_WISH = re.compile(
    r" i (?>(?:really |just |always |much |generally |would )*)(?:prefer|like|want|love|need|hate"
    r"|dislike|(?:do not|can not) (?:like|want|need|stand)) (?:it when you |you to |to get |your "
    r")?(?:(?!(?:that|this|these|those|about|idea|my|his|her|their|the|any|some|no|more) )[\w'-]++ "
    r"|any (?=emojis )){0,3}?"
    r"(?:answers|replies|responses|explanations|bullet points|lists (?:better|over|to|rather)"
    r"|tables (?:better|over|to|rather)|emojis) (?!from |of |to my |about )"
)
_ANY_CONDITIONAL = re.compile(rf"{_POLITE}(?:always|never|do not(?: ever)?) [a-z]{{2,}} ")

_FUTURE = r"(?:以后|今后|往后|从现在(?:起|开始)?|从今以后|从此|每次|总是|一直|永远|始终)"
_CHINESE = re.compile(
    rf"^(?>(?:请|麻烦|希望|我希望|我要|记住|你|您|，|,)*)(?>(?:{_FUTURE}(?>(?:都|请|你|您|，|,)*))?)(?>(?:请|都|只|务必)*)"
    r"(?:不要|别|少|不用)?(?:再)?(?:用.{1,12}(?:回答|回复|答复|跟我说|和我说|说明|解释|写|列出|单位)"
    r"|(?:回答|回复|答复)(?:我|问题)?(?:的时候|时|得|要|尽量|请|都|用|控制|简)"
    r"|(?:叫|称呼)我(?![去来起回过的不时一])\S)"
    rf"|^(?>(?:请|你|您)*){_FUTURE}.{{0,12}}(?:回答|回复|答复|解释|列出|注明|标注|附上|提供|说明|用)"
    r"|我(?:更|比较|还是)?(?:喜欢|想要|希望|偏好|讨厌|不喜欢)(?!他|她|老师|这|那)[^，,。的]{1,10}的?(?:回答|回复|答复|解释)$"
    r"|^(?:请)?(?:不要|别)(?:再)?(?:用|加|发)(?:表情|英文|敬语|列表)"
)
_CHINESE_CONDITION = re.compile(
    r"(?:每当|当|如果|只要|每次)?我.{0,3}(?:问|聊|谈|说|提)(?:到|起|及)?.{0,20}(?:时候?|的时候|(?=就|都|，|请|总是))"
)
_CHINESE_ORDER = re.compile(r"(?:请|都|总是|一定要?|务必|记得)")
_PASSING = re.compile(r" (?:today|tonight|just this once|this time|for now|right now) ")


def instruction_in(text: str) -> Instruction:
    """The standing instruction of a user's message."""
    found = Instruction.NONE
    for each in sentences(text):
        if each.marked:
            continue
        if each.chinese:
            condition = _CHINESE_CONDITION.search(each.chinese)
            rest = each.chinese[condition.end() :].lstrip("，,") if condition else each.chinese
            if _CHINESE.search(rest) or (condition and _CHINESE_ORDER.match(rest)):
                return Instruction.FOR_SOME_REQUESTS if condition else Instruction.ALWAYS
        elif not _PASSING.search(each.words):
            found = max(found, _in_english(each.words))
            if found is Instruction.ALWAYS:
                return found
    return found


def _in_english(words: str) -> Instruction:
    opening = OPENING.match(words)
    at = opening.end() if opening else 1
    condition = _CONDITION.search(words)
    if condition:
        clauses = [words[at:], words[condition.end() :].partition(" , ")[2]]
        if any(_ANY_CONDITIONAL.match(clause) or _BY_ORDER.match(clause) for clause in clauses):
            by_user = " you " not in condition[0]
            return Instruction.FOR_SOME_REQUESTS if by_user else Instruction.ALWAYS
        return Instruction.NONE
    clauses = [words[at:], *words.split(" , ")[1:]]
    ordered = any(map(_BY_ORDER.match, clauses))
    return Instruction.ALWAYS if ordered or _BY_WISH.search(words) else Instruction.NONE

"""English rules for questions about standing attributes of the user's life.

Sentences are those of ``message_sentences``: lower case, one space around each word.
"""

from collections.abc import Mapping

from memory.messages.attribute_rules.english import (
    AUX,
    CAR,
    DIET,
    FOOD,
    HOME,
    MY,
    PARTNER,
    PET,
    TOOL,
    WORD,
)

_LEAD = (
    r"^ (?>(?:(?:please|so|and|ok|hey|hi|hello|well|by the way|quick question|again|just|,|:|in"
    r"|at|for"
    r"|with|(?:do|did) you (?>(?:still |happen to )*)(?:know|remember|recall)"
    r"|(?:can|could|would) you (?:please )?(?:tell|remind) me|tell me|remind me|i (?:forgot|forget)"
    r"|remember) )*)"
)
_END = (
    r"(?>(?:(?:now|nowadays|currently|at the moment|these days|today|again|at present|right now"
    r"|exactly"
    r"|please|anyway|officially|then|,|at|in|for|on|by|with|to|or what|or not|still|yet|already"
    r"|any ?more|these|last|actually|right) )*)$"
)
_DO = r"(?:(?:do|did|am|are|is|was|were|have|had|does) )?(?:i|we) " + AUX
_WHICH = (
    rf"(?:what|which) (?:(?:kind|sort|type|make|model|brand|breed|name) of )?(?:{WORD}){{0,2}}?"
)
_ADDRESS = r"(?:address|home ?town|city|town|village|neighbourhood|street|postcode|zip code)"
_AREA = (
    r"(?:city|town|village|country|street|district|neighbourhood|place|area|house number|part of"
    r" (?:\w+ )?\w+|borough|region|county|suburb|state|kind of (?:house|flat|home|apartment))"
)
_FIRM = r"(?:company|firm|employer|organi[sz]ation|business|bank|school|hospital|place|department)"
_IS_MY = r"(?:(?:what|who|which|where|when|how old) )?(?:is|are|was) (?:the name of )?" + MY
_NAMED = r"(?:'s name |called |named |name )?"


def _asked(*questions: str) -> str:
    return _LEAD + "(?:" + "|".join(questions) + ")" + _END


# Of each attribute the questions for it.
ASKED: Mapping[str, str] = {
    "home": _asked(
        rf"where {_DO}(?:live|living|lived|reside|residing|based|at home|move|moved|settle|settled"
        r"|moving) ",
        rf"(?:what|which) (?:\w+ )?{_AREA} {_DO}(?:live|living|reside|located|moved?|moving|based"
        r"|call home|home) ",
        rf"(?:what|which) (?:\w+ )?{_AREA} (?:is|was) {MY}{HOME} ",
        rf"where (?:is|was) {MY}{HOME} (?:located )?",
        r"where is home (?:for (?:me|us) )?",
        rf"(?:what|which) is {MY}(?:{_ADDRESS}|home|{HOME}) ",
        rf"(?:do|did|am|are) (?:i|we) {AUX}(?:live|living|based) (?:in|at|on|near|with|alone) "
        rf"(?:{WORD}){{0,6}}?",
        rf"have (?:i|we) {AUX}moved (?:(?:house|home|out|flat|away) )?",
        rf"{_IS_MY}{HOME} (?:still )?in {WORD}",
    ),
    "work": _asked(
        rf"(?:where|(?:for )?who|(?:for )?whom) {_DO}(?:work|working|worked|employed) ",
        rf"(?:what|which) (?:\w+ )?{_FIRM} {_DO}(?:work|working|employed|worked|with|at|join"
        rf"|joined) ",
        rf"(?:what|who|which) (?:is|was) (?:the name of )?{MY}(?:job|job title|occupation"
        rf"|profession"
        rf"|employer|company|line of work|position|workplace|career|boss)(?:'s name)? {_NAMED}",
        rf"where (?:is|was) {MY}(?:job|workplace|office) ",
        r"what (?:do|did|am) i (?:do|doing) (?:for (?:a living|work|a job)|professionally"
        r"|at work) ",
        rf"(?:do|did|am|are) (?:i|we) {AUX}(?:work|working|employed|unemployed|retired"
        rf"|self-employed)(?: (?:at|for|with|as|by) (?:{WORD}){{1,5}}?| )",
        r"do i (?:still )?have a job ",
        r"what (?:kind|sort|type|line) of (?:work|job) (?:do|am) i (?:do|doing|have|in) ",
        r"who (?:employs|employed|hired|pays) me ",
        r"(?:what|which) job do i have ",
    ),
    "relationship": _asked(
        rf"(?:am|are|was) (?:i|we) {AUX}(?:married|single|engaged|divorced|widowed"
        rf"|in a relationship"
        r"|together|seeing (?:someone|anyone)|dating(?: anyone| someone)?)"
        rf"(?: to (?:{WORD}){{1,3}}?| )",
        rf"(?:do|did) (?:i|we) {AUX}have an? {PARTNER} ",
        rf"(?:what|who|which) (?:is|was) (?:the name of )?{MY}{PARTNER}(?:'s name)? {_NAMED}",
        rf"who (?:am|was) i {AUX}(?:married|engaged|dating|with|seeing|together)(?: (?:to|with))? ",
        r"(?:what is )my (?:relationship|marital) status ",
        r"have i (?:been )?(?:divorced|married|broken up|separated) ",
    ),
    "pet": _asked(
        rf"{_IS_MY}(?:{PET})(?:'s (?:name|age|breed))? {_NAMED}(?:(?:still )?alive |dead |well )?",
        rf"{_IS_MY}(?:{PET}) {WORD}",
        rf"(?:what|which|how many) (?:(?:kind|sort|type|breed) of )?(?:{PET}|animals?) {_DO}"
        r"(?:have|own|keep|got) ",
        rf"(?:do|did|have) (?:i|we) {AUX}(?:have|own|keep|got) (?:an?|any"
        rf"|my) {PET} (?:or an? {PET} )?",
        rf"(?:what|which) (?:breed|colour|color|kind of \w+|age) (?:is|was) {MY}{PET} ",
        rf"what (?:do|did) (?:i|we) (?:call|name) {MY}{PET} ",
    ),
    "diet": _asked(
        r"what (?:do|can|should|may) i (?>(?:not |usually |normally |never )*)eat ",
        rf"(?:what|which) (?:kind of )?diet {_DO}(?:follow|following|on|have|keep|eat) ",
        rf"what is {MY}diet ",
        rf"(?:am|are) (?:i|we) {AUX}(?:an? |on a )?{DIET} (?:diet )?",
        rf"(?:do|can|may) (?:i|we) {AUX}eat {FOOD} ",
        r"am i (?:still )?on (?:an?|any) (?:\w+ )?diet ",
    ),
    "vehicle": _asked(
        rf"what {_DO}(?:drive|driving) ",
        rf"(?:what|which) (?:(?:kind|sort|type|make|model|brand|colour) of )?{CAR} {_DO}(?:drive"
        rf"|have"
        r"|own|driving|got|bought|ride) ",
        rf"(?:what|which)(?: (?:colour|make|model|brand|kind of car))? (?:is|was) {MY}{CAR} ",
        rf"(?:do|did|have) (?:i|we) {AUX}(?:have|own|drive|got) (?:an?|my|the) (?:{WORD})?{CAR} ",
    ),
    "contact": _asked(
        rf"what (?:is|was) {MY}(?:(?:tele)?phone |mobile |cell )?(?:number|e-mail|email)"
        r"(?: address)? ",
        r"(?:what|which) (?:e-mail|email)(?: address)? (?:do|am) i (?:use|using|have) ",
    ),
    "study": _asked(
        rf"(?:what|where|which \w+) {_DO}(?:study|studying|studied|majoring|enrolled|graduate"
        rf"|attend"
        r"|go to (?:school|university|uni|college)) ",
        rf"(?:what|which) (?:is|was) {MY}(?:major|university|degree|school|college|subject) ",
        rf"(?:am|are) (?:i|we) {AUX}(?:an? (?:{WORD})?student|studying|at university|enrolled) ",
    ),
    "birthday": _asked(
        rf"(?:when|what) (?:is|was) {MY}(?:birthday|date of birth|birth ?date|age) ",
        r"how old (?:am i|i am|was i|will i be) ",
        r"(?:when|what (?:day|year|month)) (?:was i|i was) born ",
    ),
    "software": _asked(
        rf"(?:what|which) (?:\w+ )?{TOOL} {_DO}(?:use|using|have|switched|switch|run|running) ",
        rf"(?:what|which) (?:is|was) {MY}{TOOL} (?:called )?",
        rf"where {_DO}(?:keep|store|save) my (?:passwords|notes) ",
    ),
}

"""Questions about the present day or time, in English and Chinese: "What day is it?", 现在几点？"""

import re

from memory.messages.message_sentences import sentences

# Nothing more is asked.
_END = r"(?>(?: (?:now|today|right now|currently|already|yet|please|here|again|[-,)]))*) $"
_UNIT = r"(?:day|date|time|month|year|weekday|hour|day of the (?:week|month))"
_ENGLISH = re.compile(
    # "What day is it?", "do you know what time it is?", but not "what day is it due?".
    rf" (?:what|which) {_UNIT} (?:is (?:it|this)|it is|are we(?: on| in)?|do we have|have we got)"
    rf"{_END}"
    # "What is the date?", "tell me the time", but not "the date of the wedding".
    rf"| (?:what is|what is it|tell me|give me|know|need|have|say|show me) (?:the|today's) "
    rf"(?:(?:current|exact|present|local) )?{_UNIT}(?: is(?: it)?)?{_END}"
    r"| (?:current|today's) (?:date|day|time|month|year|weekday) "
    r"| how late is it | how (?:many (?:more )?(?:days|weeks|months|hours)|long)(?: is it"
    r"| are there| do we have| have we got| left| remain)?(?: left)? (?:until|till|to|before) "
    rf"| is it (?:already |still |really |now )?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    rf"|the weekend|weekend|(?:morning|noon|afternoon|evening|night)){_END}"
)
_CHINESE = re.compile(
    r"^(?:请问|那|你知道|知道|告诉我|能告诉我|可以告诉我)?(?:现在|当前|目前|此刻|今天|今年|这个月)?[是到]?"
    r"(?:几点|什么时间|什么时候|几月|几号|几月几[号日]|星期几|周几|礼拜几|哪一?天|哪一?年|哪个月|几几年"
    r"|多少号|什么日子)[了钟啊呢呀吗吧]{0,3}$"
    r"|(?:现在|当前|目前)的?(?:时间|日期)|几点[了钟]{1,2}[啊呢呀]?$"
    r"|(?:离|距离?|到).{1,20}还(?:有|剩)(?:多少|几)(?:天|周|个?星期|个?月|小时|久)|还有多久到"
)


def asks_for_now(text: str) -> bool:
    """Whether a message asks for the present day or time, or for the time until another."""
    return any(
        bool(_CHINESE.search(each.chinese) if each.chinese else _ENGLISH.search(each.words))
        for each in sentences(text)
    )

"""Whether the clause around an expression of time is of the past or of the future.

`Friday` is the last one in `I met him on Friday` and the next one in `I am meeting him on Friday`.
"""

import re
from typing import Literal

Tense = Literal["past", "future"]

_REACH = 160  # characters before and after the expression
_SENTENCE_END = re.compile(r"[.!?;。！？；\n]")
_CLAUSE_END = re.compile(r"[,:，、：]")
# A participle after a form of "be" is of its tense: "is invited", "am getting married".
_CUE = re.compile(
    r"(?P<future>\b(?:will|won't|shall|am|is|are|isn't|aren't|going to|gonna|about to|plan|plans"
    r"|hope|hopes|want|wants|would like|wish|need|needs|must|should|have|has|having|due"
    r"|remind|upcoming|let's)\b|(?<=\w)['’](?:ll|m|re)\b|\b\w{1,20}['’]s(?=\s\w{1,20}ing\b))"
    r"(?P<participles>(?:\s(?:be|not|also|all|getting)\b)?(?:\s\w{1,20}(?:ed|ing)\b)?"
    r"(?:\s\w{1,20}ed\b)?)"
    r"|(?P<past>\b(?:did|didn't|was|wasn't|were|weren't|had|hadn't|been|went|told|said|saw|met|made"
    r"|took|came|got|gave|found|thought|bought|brought|knew|ate|drank|ran|wrote|lost|left|felt|kept"
    r"|slept|spent|heard|began|became|broke|chose|drove|fell|flew|forgot|grew|held|paid|sold|sent"
    r"|sat|spoke|stood|swam|taught|understood|woke|won|wore|built|caught|dreamt|learnt|hid|rode"
    r"|rang|sang|shot|stole|threw|tore|led|done|gone|seen|eaten|happened|used to"
    r"|\w{1,20}[^\We\d_]ed|died|lied|tied|freed|agreed)\b)"
    r"|(?P<cn_past>了|(?<!不)过(?![去年来程几])|曾|有没有|刚[才刚]?)"
    r"|(?P<cn_future>(?<![重主必需])要(?![求点])|(?<![开聚约晚大机社协学体宴])会(?![议员计场])"
    r"|将|打算|准备|计划|想|应该|提醒|得去|有什么)",
    re.IGNORECASE,
)


# "Do I have notes from Friday?" asks for what there was, "from Friday I have a job" does not.
_COMPLEMENT = re.compile(r"\w\s(?:from|of|about)\s$", re.IGNORECASE)


def tense(text: str, start: int, end: int) -> Tense | None:
    """The tense of the clause around ``text[start:end]``; None if nothing tells.

    The nearest word before the expression tells, otherwise the first after it: those of the same
    clause, then those of the same sentence. In Chinese the verb stands after the time.
    """
    before = _SENTENCE_END.split(text[max(0, start - _REACH) : start])[-1]
    after = _SENTENCE_END.split(text[end : end + _REACH], maxsplit=1)[0]
    near_before = _CLAUSE_END.split(before)[-1]
    near_after = _CLAUSE_END.split(after, maxsplit=1)[0]
    for left, right in ((near_before, near_after), (before, after)):
        last = next(iter([*_CUE.finditer(left)][-1:]), None)
        first = _CUE.search(right)
        chinese = last is not None and (last["cn_past"] or last["cn_future"])
        cue = first or last if chinese else last or first
        if cue is None:
            continue
        if cue["past"] or cue["cn_past"] or _is_perfect(cue):
            return "past"
        return None if _COMPLEMENT.search(before) else "future"
    return None


def _is_perfect(cue: re.Match[str]) -> bool:
    """Whether it is as in "has finished"."""
    word = (cue["future"] or "").lower()
    return word in ("have", "has", "having") and (cue["participles"] or "").endswith("ed")

"""An answer without the thoughts that a reasoning model wrote before it.

Engines that do not take them out leave them in the text, between tags at its beginning. If the
engine's chat template writes the first tag into the prompt, the text has the closing tag only.
"""

import re

_NAME = "(?:think(?:ing)?|thoughts?|reason(?:ing)?)"
_OPENING = re.compile(rf"\s*+(?:(?i:<{_NAME}>)|\[THINK\])")
_CLOSING = re.compile(rf"(?i:</{_NAME}>)|\[/THINK\]")
_TAG = re.compile(rf"(?i:<(/?){_NAME}>)")
# A tag that ends thoughts stands after a sentence or a line, not in a sentence that explains tags.
_SENTENCE_ENDS = frozenset(".!?…。！？)）:：")
_MARKS = frozenset("`\"'“”‘’«»「」")


def without_thoughts(answer: str) -> str:
    """The answer after its thoughts; the same text if it begins with none.

    Thoughts that do not end are all that was generated: the answer is then empty.
    """
    start = 0 if _OPENING.match(answer) else _end_of_unopened(answer)
    while opening := _OPENING.match(answer, start):
        closing = _CLOSING.search(answer, opening.end())
        if closing is None:
            return ""
        start = closing.end()
    return answer[start:].lstrip() if start else answer


def _end_of_unopened(answer: str) -> int:
    """Where thoughts without an opening tag end; 0 if there are none."""
    tag = _TAG.search(answer)
    if tag is None or not tag[1]:
        return 0
    before = answer[: tag.start()]
    line = before[before.rfind("\n") + 1 :]
    in_code = before.count("```") % 2 or line.count("`") % 2
    if in_code or before[-1:] in _MARKS or answer[tag.end() : tag.end() + 1] in _MARKS:
        return 0
    words = line.rstrip()
    ends = words == line or words == "" or words[-1] in _SENTENCE_ENDS
    return tag.end() if ends else 0

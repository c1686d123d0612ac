"""Whether a turn corrects what was said before, by its wording. English and Chinese."""

import re

# Interjections and apologies before a clause.
_OPENING = (
    r"(?>(?:(?:oops|whoops|oh|ah|no|wait|hm{1,4}|well|actually|sorry|apologies|ok|okay|hey|so|but|and"
    r"|hold on|my bad|my mistake|i think|i see now|i realised?|i realized|i must admit|i admit)"
    r"(?: that)?[,;:.!-]{0,3} {1,3}){0,4})"
)
_SAID = r"(?:said|told you|wrote|mentioned|gave you)"
# What a statement can be wrong about. Other things that are wrong, such as trains, are events.
_DETAIL = (
    r"(?:names?|numbers?|dates?|days?|months?|years?|times?|hours?|address(?:es)?|streets?|towns?"
    r"|cit(?:y|ies)|countr(?:y|ies)|persons?|people|spelling|figures?|prices?|words?|codes?|ages?"
    r"|facts?|information|info|details?)"
)
_NUMBER = (
    r"(?:\d[\d:.,]{0,12}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty"
    r"|thirty|forty|fifty|half|noon|midnight)"
)
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_NAME = r"(?-i:[A-Z])[\w-]{1,30}"
_ADMITTED = (
    r"(?:i (?:was|am) (?:wrong|mistaken|in error)(?! to\b|-)"
    r"|i(?: have|'ve)? (?:misspoke|misspoken|misremembered|mis-?typed|mis-?said|miscounted|misread)"
    r"|i(?: have|'ve)? (?:got|had) (?:that|it|this|them|these|those|(?:the|my|his|her|our|their"
    r"|its|your|all) (?:[\w'-]{1,20} ){0,5}?)? ?(?:all )?wrong"
    rf"|i(?: have|'ve)? (?:mixed|muddled) (?:up (?:the |my |his |her |their |two )?(?:{_DETAIL}"
    rf"|two|both|it|that|them)|(?:it|that|them|those|these|the two|(?:the|my) {_DETAIL}) up)"
    r"|i(?: have|'ve)? (?:said|told you|written|wrote|gave you|given you) (?:you )?(?:it |that )?"
    r"(?:the |a )?wrong"
    rf"|i (?:mistakenly|wrongly|incorrectly|accidentally|falsely) {_SAID}\b"
    r"|i was off by (?:an?|one|two|\d)"
    r"|i(?: have|'ve)? made (?:an? )?(?:mistake|error|typo) ?(?:[:;]|(?:when i|earlier|in what)\b)"
    r"|i(?: have to| must| want to| need to|'d like to| should)? (?:stand corrected"
    r"|correct (?:myself|something|what|one thing|the|that|this|it|my)|take (?:that|it) back)"
    rf"|i (?:mean|meant)(?:,| to (?:say|write)|\b (?:{_NUMBER}|{_NAME}|the|an?|in|on|at|not))"
    rf"|i {_SAID} [^.!?,\n]{{1,40}},? but (?:it|that|they)(?: is|'s| are|'re| was|\b actually)"
    r"|i thought (?:it|that|they) (?:was|were) [^.!?,\n]{1,40},? but (?:it|that|they)"
    r"(?: is|'s| are|'re| was))"
)
# "It turns out that …" has a clause behind it; "it turned out well" and "… to be sunny" have none.
_TURNS_OUT = (
    r"(?:(?:as )?it (?:has )?(?:just )?turn(?:s|ed) out|(?:now )?it has turned out|turns out)"
    r"(?:,|:| that\b)? (?!to\b|well\b|fine\b|that way\b)(?:(?<=that )|(?<=[,:] )"
    r"|(?=(?:i|we|you|he|she|it|they|there|this|that|these|those|my|our|your|his|her|its|their|the"
    rf"|some|{_NUMBER})\b|{_NAME}))"
)
_BEGINNING = re.compile(
    rf"\s{{0,9}}+(?:{_OPENING}(?:{_ADMITTED}|{_TURNS_OUT}"
    r"|(?:(?:a |one )?(?:small |quick |slight |minor )?(?:correction|typo)\b)"
    r"|(?:scratch|strike|forget|ignore|disregard) (?:that\b(?= ?[,;:.!-]|$)"
    rf"|(?:what|everything|whatever) i(?:'ve| have)? (?:just )?{_SAID})"
    r"|let me correct|(?:please )?correct (?:this|that|it|me)(?: please)? ?[,;:.-]"
    r"|(?:please )?correct (?:your |the |my )(?:notes?|records?|memory|entry|entries)\b"
    rf"|make (?:that|it) (?:an? |the )?(?:{_NUMBER}|{_DAY}|(?:[\w'-]{{1,20}} ){{1,4}}instead)\b"
    rf"|(?:the )?wrong {_DETAIL} ?[,;:.!-]"
    rf"|(?:the )?correct (?:[\w'-]{{1,20}} ){{1,3}}(?:is|are|was|were)\b"
    r"|on second thoughts?\b)"
    r"|actually\b|no, |sorry, (?:i|it|that)\b|wait, no\b|my mistake ?[,;:.-]"
    # "Oops, the locker is 72" has a value; "oops, the phone is broken" has none.
    rf"|w?h?oops[,.!]{{0,3}} (?:[\w'-]{{1,20}} ){{1,4}}(?:is|are|was|were) (?:called |in |on |at )?"
    rf"(?:{_NUMBER}\b|{_NAME})"
    # "Not at nine, at ten", each with the same word before it or a value.
    rf"|not (?:(in|on|at|the|an?|my|his|her|our|to|from|for|with)\b[^.!?,\n]{{1,30}}, (?:but )?\1\b"
    rf"|{_NUMBER}[^.!?,\n]{{0,20}}, (?:but )?{_NUMBER}\b"
    rf"|{_NAME}[^.!?,\n]{{0,20}}, (?:but )?(?!I\b){_NAME}))",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"\bno longer\b|\bnot any ?more|\bany ?more\b(?=[.!,;]|$)"
    rf"|[.!;:,] (?:sorry, |and |but |so )?{_ADMITTED}"
    # "Not in Rome but in Milan" and "not Monday but Tuesday"; not "not cheap but good".
    r"|\bnot (in|on|at|the|an?|my|his|her|our|to|from|for|with) (?:[\w'-]{1,20} ){1,4}?but \1\b"
    rf"|\bnot (?:{_NUMBER}|{_NAME}|{_DAY}),? (?:[\w'-]{{1,20}} )?but (?:{_NUMBER}|{_NAME}|{_DAY})"
    r"|, not (?!too |very |so |really |yet\b|sure\b|even |only )[\w' -]{1,40}[.!]?$"
    rf"|\b(?:the|my|his|her|our|their) (?:\w{{1,20}} )?{_DETAIL} (?:that )?i {_SAID}"
    r"(?: you| earlier| before)? (?:is|was) (?:wrong|incorrect|not right|not correct)\b"
    rf"|, not (?:{_NUMBER}|{_NAME})(?: [\w'-]{{1,20}}){{0,2}}[,;.!]"
    r"|\bit(?: is|'s| was) [^.!?,\n]{1,40}, not [^.!?,\n]{1,40},? (?:that|who|where|when|which)\b"
    rf"|\b(?:that|this|it|what i {_SAID} [^.!?,\n]{{0,40}})(?:(?:'s| is| was) (?:no longer|not"
    r"|not quite)| isn't| wasn't) (?:right|true|correct|accurate|valid|up to date|the case)"
    rf"(?: ?[,;:.-] ?\w| any ?more)"
    rf"|\b(?:that|this|it)(?:'s| is| was) (?:wrong|incorrect|inaccurate|outdated|out of date)"
    r" ?[,;:.-] ?\w"
    rf"|\bwhat i {_SAID} [^.!?\n]{{0,40}} (?:is|was) (?:wrong|incorrect|not true)\b",
    re.IGNORECASE,
)
_WRONG = r"[错錯](?!过|過|[话話]|误的|誤的)"
_TIME_OF_SAYING = r"(?:之前|刚才|刚刚|剛才|剛剛|上次|以前|前面|昨天|前天|那天|早上)"
_CHINESE_OPENING = (
    rf"(?>(?:(?:对不起|對不起|抱歉|不好意思|哦|啊|呃|噢|哎呀?|糟糕|等等|等一下|不|嗯|其实|其實|我|我们"
    rf"|可能|好像|发现|發現|{_TIME_OF_SAYING})[，,：:！!。 ]{{0,2}}){{0,5}})"
)
_CHINESE_DETAIL = (
    r"(?:号码|號碼|名字|姓名|日期|时间|時間|地址|地点|地點|电话|電話|数字|數字|年份|月份|星期|价格"
    r"|價格|信息|人名|地名|年龄|年齡|金额|金額|密码|密碼|拼写|拼寫|数|字|姓|人)"
)
_CHINESE = re.compile(
    rf"(?:^|[，,。！!；;：:\n]) {{0,3}}{_CHINESE_OPENING}(?:"
    rf"[说說搞弄记記写寫打讲講算数數看听聽输輸填报報给給想][反混]?{_WRONG}"
    r"|(?:搞|弄|记|記)[混反]了|搞岔了"
    rf"|(?![他她你])[\u4e00-\u9fff]{{0,4}}?{_CHINESE_DETAIL}(?:[写寫记記说說弄搞打给給填])?(?:{_WRONG}|不对|不對|有误|有誤)"
    r"|(?:说|說|讲|講|告诉你|告訴你|给你|給你|提到)的[^。！？!?，,\n]{0,12}"
    r"(?:不对|不對|[错錯]了|有误|有誤|不准|不準|不算|作废|作廢)"
    r"|(?:请|請)?(?:帮我|幫我)?(?:更正|纠正|糾正|改正|订正|訂正|修正)(?:一下|[：:，,]|$|上|前|刚|之前|我)"
    r"|口误|口誤|笔误|筆誤|收回|当我没说|當我沒說)"
    # At the beginning alone: later in a text these are conjectures and explanations.
    r"|^[ \n]{0,3}(?:更正|不[，,] {0,2}(?![用要会會行好可谢謝了想能我这這那谁誰])"
    r"|不[对對](?![劲勁称稱外等吗嗎味头頭付起住])|不是[,，]"
    r"|其[实實]|应该是(?!可)|應該是(?!可))|不再|不是[^。！？]{1,20}而是"
    r"|(?:^|[，,。；;：:])不是(?!不)[^，,。！？!?\n]{1,20}[，,](?:我|他|她|它)?(?:们|們)?(?:应该|應該)?(?:而)?是"
    r"|(是|叫|在|姓|住|属)[^，,。！？!?\n]{1,20}[，,]不\1[^，,。！？!?\n吗嗎]{1,20}(?=[。！!，,；;]|$)"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LENGTH = 600


def is_correction(text: str) -> bool:
    """Whether a statement says that an earlier one was wrong or holds no more."""
    beginning = text[:_LENGTH].replace("’", "'")
    if _BEGINNING.match(beginning) or _WITHIN.search(beginning):
        return True
    return bool(_HAN.search(beginning) and _CHINESE.search(beginning))

"""The sentences of a message in a plain form, for the rules that tell what it asks for.

It knows nothing of what sentences mean. Of a long message only both ends are used.
"""

import re
import unicodedata
from dataclasses import dataclass

# Characters that are used at the beginning and at the end of a message.
EDGE_CHARACTERS = 600

_HAN = re.compile(r"[\u4e00-\u9fff]")
# Kana and Hangul: a text with them is not Chinese, whatever Han characters it has.
_NOT_CHINESE = re.compile(r"[\u3041-\u30ff\uac00-\ud7a3]")
# A line of a quoted chat: "<Ada>: …".
_SPEAKER = re.compile(r"<[^<>\n]{1,40}>[ \t]{0,3}[:：][ \t]{0,3}")
_ASSISTANT = ("<assistant>", "<bot>", "assistant:", "bot:")
# What others say or what is to be worked on is no question of the speaker's.
_QUOTATION = re.compile(
    r"\"[^\"\n]{1,400}+\"|“[^“”\n]{1,400}+”|「[^「」\n]{1,400}+」|《[^《》\n]{1,400}+》"
    r"|(?<!\w)['‘][^'‘’\n]{1,400}+['’](?!\w)"
)
_QUOTATION_MARK = re.compile(r"[\"“「《‘]|(?<!\w)'")
_EMOTICON = re.compile(r"[:;=]-?[dpoDPO3)(/|](?!\w)|\b[xX][dD]\b|<3(?!\w)")
_SENTENCE = re.compile(
    r"[^.?!。？！؟…\n]++(?>(?:[.?!](?![\s\"”')]|$)[^.?!。？！؟…\n]*+)*)([.?!。？！؟…]*+)"
)
_QUESTION_MARKS = frozenset("?？؟")
_TOKEN = re.compile(r"\d++(?>(?:[.,:/]\d++)*)|\w++(?>(?:['-]\w++)*)|[-,:;()\"–—]")
_WRITTEN_OUT = """
let's=let us|lets=let us|can't=can not|cant=can not|cannot=can not|won't=will not|wont=will not
ive=i have|ain't=is not|u=you|ur=your|pls=please|plz=please|thx=thanks|okay=ok
wanna=want to|gonna=going to|gotta=have to|e-mail=email|favorite=favourite|;=,|–=-|—=-
i'd=i would|we'd=we would|you'd=you would|he'd=he would|she'd=she would|they'd=they would
what'd=what would|how'd=how would
"""
_BEFORE_IS = "what who where when why how it that there he she here everything this"
_BEFORE_NOT = "do did does is was have could would should has had are were"
_FORMS = (
    dict(each.split("=") for each in _WRITTEN_OUT.replace("|", "\n").split("\n") if each)
    | {f"{each}'s": f"{each} is" for each in _BEFORE_IS.split()}
    | {f"{each}s": f"{each} is" for each in ("what", "who", "where", "how", "that")}
    | {f"{each}nt": f"{each} not" for each in _BEFORE_NOT.split()}
)
_ENDINGS = {"n't": " not", "'m": " am", "'ve": " have", "'re": " are", "'ll": " will"}
# Characters of the rules in their traditional forms.
_SIMPLIFIED = str.maketrans(
    "請說過嗎麼時記訴歡討厭對謝幫給為寫譯誰幾個麽還沒這們來從總統計劃應該愛習慣會講聽買賣讀書"
    "親現經間話談題問條後長遠貴頻樣顧覺國飲養運動難點張雙單頭實煩絕願寧寵據網紹結創畫詩辦決選"
    "擇議薦歷內刪號電碼憶裡裏嘍訊喚稱",
    "请说过吗么时记诉欢讨厌对谢帮给为写译谁几个么还没这们来从总统计划应该爱习惯会讲听买卖读书"
    "亲现经间话谈题问条后长远贵频样顾觉国饮养运动难点张双单头实烦绝愿宁宠据网绍结创画诗办决选"
    "择议荐历内删号电码忆里里喽讯唤称",
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a message.

    ``words``: lower case, contractions written out, quotations as ``"``, one space around each
    word and mark: `` what is my dog called ``. ``names``: its words with a capital letter, without
    the first one. ``chinese``: the text without spaces, simplified; empty if it is not Chinese.
    ``marked``: it ends with a question mark.
    """

    words: str
    names: frozenset[str]
    chinese: str
    marked: bool


def word_set(text: str) -> frozenset[str]:
    """The words of a text between spaces."""
    return frozenset(text.split())


def sentences(text: str) -> list[Sentence]:
    """The sentences of a message, without those of an assistant in a quoted chat."""
    if len(text) > 2 * EDGE_CHARACTERS:
        text = f"{text[:EDGE_CHARACTERS]}\n{text[-EDGE_CHARACTERS:]}"
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("’", "'").replace("´", "'")
    is_chinese = bool(_HAN.search(text)) and not _NOT_CHINESE.search(text)
    text = _EMOTICON.sub(" ", text)
    found: list[Sentence] = []
    lines = [each for each in map(str.strip, text.split("\n")) if each]
    own = [each for each in lines if not each.lower().startswith(_ASSISTANT)]
    for line in own or lines:
        matches = _SENTENCE.finditer(_without_quotations(line))
        found += [_sentence(each[0], each[1], is_chinese) for each in matches]
    return [each for each in found if each.words.strip(" ") or each.chinese]


def _without_quotations(line: str) -> str:
    """The line with a mark for each quotation, unless the whole line is one."""
    speaker = _SPEAKER.match(line)
    if speaker:
        line = line[speaker.end() :]
    if not _QUOTATION_MARK.search(line):
        return line
    quotation = _QUOTATION.match(line)
    if quotation and quotation.end() == len(line):
        return line[1:-1]
    return _QUOTATION.sub(' " ', line)


def _sentence(text: str, end: str, is_chinese: bool) -> Sentence:
    tokens = _TOKEN.findall(text) or [""]
    words = " ".join(map(_written_out, tokens))
    if tokens[0] in ("im", "Im") and tokens[1:2] and tokens[1].islower():
        words = f"i am {words[3:]}"  # "Im Mai" is German
    names = frozenset(
        each.lower() for each in tokens[1:] if each[0].isupper() and each[1:2].isalpha()
    )
    chinese = ""
    if is_chinese and _HAN.search(text):
        chinese = "".join(text.removesuffix(end).split()).translate(_SIMPLIFIED)
    return Sentence(f" {words} ", names, chinese, not _QUESTION_MARKS.isdisjoint(end))


def _written_out(token: str) -> str:
    word = token.lower()
    if word in _FORMS:
        return _FORMS[word]
    if "'" in word:
        for ending, written in _ENDINGS.items():
            if word.endswith(ending):
                return word.removesuffix(ending) + written
    return word

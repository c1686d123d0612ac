"""Chinese rules for standing preferences, orders to forget and references to what was said.

Sentences are those of ``message_sentences``: simplified characters without spaces.
"""

import re

from memory.messages.chinese_kinds import FUNCTION_WORDS
from memory.messages.chinese_requests import FIRST_PERSON

_SURELY = (
    r"(?:真的|真|非常|很|特别|最|超级?|也|都|一直|总是?|从小就?|从来都?|平时|一般|通常|比较|更"
    r"|还是|只|尽量|挺|十分|极其"
    r"|就|绝对|完全|实在|其实|不太|不怎么|不大|不是?很|不|有点|确实|基本上?)"
)
# When a habit holds; a person in this place would make it another's habit.
_SITUATION = (
    r"(?:出门|出差|旅行|旅游|出行|上班|下班后?|早[上饭餐晨]|[午晚]餐|[中下]午|晚上|睡前|夜里|周末|平时|平常"
    r"|[春夏秋冬]天|在[家外]|开车|运动|饭后|.{1,3}(?:时|的时候|以后|之[前后]))"
)
_FEELING = (
    r"(?:不舒服|难受|头[疼痛晕]|恶心|烦躁|心烦|烦|焦虑|放松|过敏|紧张|害怕|睡不着|失眠|开心|快乐|犯困"
    r"|不安|想吐|反胃|兴奋|平静|起疹子|心慌|压力(?:很)?大|胃[疼痛]|拉肚子|无聊|崩溃)"
)
_PREFERENCE = re.compile(
    r"(?:^|[，,、：:]|因为|但是?|而且|所以|其实|不过|平时|说实话|请记住|记住|知道)(?:另外|还有"
    rf"|对了)?{FIRST_PERSON}(?:个人)?(?>{_SURELY}{{0,4}})"
    r"(?:喜欢(?!过|你|这|那|上|他|她|它)|喜爱|爱(?!你|上|他|她|的人|人$|过)|讨厌(?!你|他|她)|厌恶"
    r"|反感|偏爱|偏好|热爱|恨(?!你|他|她|不得)|受不了"
    r"|忍受不了|吃不了|喝不了|[吃喝]不惯|(?<=不)能(?:吃|喝|碰|接受|忍)|吃(?:素|辣|清淡)|避免|拒绝"
    r"|习惯(?!了就)|宁愿|宁可|怕|害怕"
    r"|(?<=不)(?:吃|喝|抽烟|用|看|穿|坐|碰|沾|适合|想吃|想要|接受|敢吃|打算要)|(?<=从来不)\w|(?<=总是)\w"
    r"|(?<=只)(?:吃|喝|用|看|穿|买|坐|住|听|读)"
    r"|愿意|倾向|信(?:佛|教)|忌口|对.{1,12}(?:过敏|反感|不耐受|没兴趣|没有兴趣|不感兴趣|感兴趣"
    r"|很挑剔)|有.{0,8}(?:过敏|恐惧症|不耐受?|洁癖|恐高)"
    r"|是(?:一?个?)?(?:.{0,4})(?:素食者|素食主义者|穆斯林|左撇子|夜猫子|乳糖不耐.{0,3}|不婚主义."
    r"|早起的人|过敏体质|.{1,6}迷|.{1,6}控)"
    r"|(?:乳糖|麸质)不耐|恐高|晕车|希望(?:你|您)(?:以后|总是|一直|不要|别|用|叫|回答))"
    rf"|{FIRST_PERSON}从不|{FIRST_PERSON}最(?:喜欢|爱|讨厌)的.{{1,10}}是|是{FIRST_PERSON}最(?:喜欢"
    r"|爱|讨厌)的"
    rf"|^(?![你他她它这那])[^，,。]{{1,16}}[让令使](?:我|人)(?:很|非常|特别|总是|会|觉得|感到|都){{0,2}}"
    rf"{_FEELING}$|(?:一[^，,。他她你]{{1,8}}|[^，,。他她你]{{1,12}}{FIRST_PERSON})"
    rf"(?:就(?:会|很)?|总?会|很?容易){_FEELING}$"
    rf"|{FIRST_PERSON}(?:是)?(?:滴酒|烟酒|酒|辣|荤腥?)不[沾碰]|无.不欢"
    rf"|{FIRST_PERSON}{_SITUATION}(?:从来?|一向|向来|都)?(?:不|只|一律|总是|一般|通常)(?:会|都|只)?"
    r"[吃喝坐用看穿买住听读碰抽骑开走睡接]"
    rf"|{FIRST_PERSON}(?:一般|通常|平时|总是|一向|向来|一律)(?:都|只|会|不)?[吃喝坐用看穿买住听读骑开走睡]"
    r"|^[^，,。我你他她这那]{1,10}[，,]?我(?:是|从来|一向|绝对|真的|都|可|一[口点](?:都)?)?(?:不(?:能)?"
    r"[吃喝看碰用穿坐抽听玩爱沾]|不(?:喜欢|接受)|[吃喝受用穿坐]不[了惯得])的?$"
    r"|^(?![这那它他她你])[^，,。这那]{1,12}(?:不(?:太|怎么|大)?适合我|不合我的?(?:口味|胃口)"
    r"|不是我的(?:菜|风格))$"
    r"|^不(?:要)?[吃喝要加放][^，,。了吗]{1,8}[，,]谢谢"
    r"|^(?:请|你)?(?:以后|今后|往后|从现在(?:起|开始)|从今以后)(?:请|都|你)?.{0,10}(?:用|叫|称呼"
    r"|不要|别|回答|说|只|总|每)"
    r"|^请(?:你)?(?:总是|一直|始终|永远|每次|务必|都)|^(?:请|就)?(?:叫"
    r"|称呼)我[^，。的不一去回来过时]|^(?:请)?(?:千万)?(?:别|不要)(?:再)?(?:给我(?!打电话|添|捣|回)|[放加](?![心弃学假油班入])|叫我|跟我说"
    r"|用(?:表情|英文))"
)
_PASSING = re.compile(
    r"今天|今晚|明天|现在不|这次|刚才|昨天|刚刚|如果我|要是我|(?:说|以为|觉得)我|我(?:喜欢|爱)过"
    r"|我不喜欢过"
)
_FORGET = re.compile(
    r"^(?>(?:[，,]|好了?|那|现在|算了|对了|嗯|麻烦|请|能不能|可不可以|可以|你|您|帮我|帮忙|我(?:想|要"
    r"|希望)(?:让|请)?(?=你|您)|能|给我|就|都|再)*)"
    r"(?:(?:忘掉|忘记|忘了|遗忘|删除|删掉|抹掉|清除|清空|抹去)(?!密码|带|拿|关(?!于)|了吗|吧$|她"
    r"|他|这件事吧)(?=我|关于|刚才|之前|上次|所有|一切|这|那|你(?:的记忆|记)|有关|全部|掉|一下"
    r"|记忆|对话|聊天|前面|以前)"
    r"|把.{1,40}(?:忘掉|忘了|忘记)(?!吗)|把.{0,30}(?:我|记忆|对话|说过|告诉).{0,20}(?:删|抹|清)"
    r"|从(?:你的)?(?:记忆|记录|数据)(?:里|中|库)*.{0,4}(?:删|移除|去掉|清除|抹)"
    r"|(?:不要|别)(?:再)?(?:记住|记得|记着|保存|存储|记录|提起)(?=我|这|关于|那|刚才))"
)
_WOULD_YOU = re.compile(r"能|可以|可不可以|好吗|行吗|帮我")
_PRONOUN = re.compile(
    r"(?<!其)(?<!吉)[他她它](?:们)?(?!人|乡|国|妈的)|[这那](?:个|种|样|些|本|家|件|件事|部"
    r"|首)?(?=$|多少|怎么|是|好|贵|呢|吗|，|会|要|有用|可以|能|算|行|合适|管用|对)"
    r"|[那这](?:里|儿|边)(?=$|的|有|怎么|冷|热|好|，|呢|吗|多)|[去到在](?:那里|那儿)"
)
_COMPARISON = re.compile(r"(?:请)?(?:再|更|稍微?).{1,4}[点些儿]吧?")
_ELLIPSIS = re.compile(r"(?:那|还有|那么|可是)?[^，,。是有在会要能]{1,8}呢|那.{1,6}(?:怎么样|如何)")


def states_preference(text: str) -> bool:
    """Whether a sentence that is no question states a standing preference or rule."""
    return bool(_PREFERENCE.search(text)) and not _PASSING.search(text)


def is_forget_order(text: str) -> bool:
    """Whether a sentence orders to forget something said."""
    if text.endswith(("吗", "没", "没有")) and not _WOULD_YOU.search(text):
        return False  # "你忘了我的名字吗"
    return bool(_FORGET.match(text))


def refers_back(text: str, marked: bool) -> bool:
    """Whether a message cannot be understood without the conversation before it."""
    if _COMPARISON.fullmatch(text):
        return True
    if _ELLIPSIS.fullmatch(text) and (marked or text.endswith("呢")):
        return True
    befores = (text[: match.start()] for match in _PRONOUN.finditer(text))
    return any(len(FUNCTION_WORDS.sub("", before)) < 2 for before in befores)

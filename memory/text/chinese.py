"""Function words of Chinese, in questions and among the characters and bigrams of texts."""

import re

# Pronouns and particles that are hardly ever part of another word.
_ALWAYS = frozenset("我你您他她它们的吗呢吧啊谁么")
# Frequent by themselves, but also parts of words: 会 of 会议, 过 of 过敏.
_ALONE = frozenset(
    "什了是在有和跟与对给把被就都也还又很这那过得地着要会能可以到从为不一个上下来去说"
)
_BIGRAMS = frozenset(
    """
    为什 什时 时候 怎样 哪里 哪儿 哪个 哪些 哪天 多少 几点 这个 那个 这些 那些 是不 不是 有没 没有
    请问 告诉 记得 知道 说过 聊过 提过 可以 可能 应该 已经 一个 一下 关于 就是 还是 或者 以及
    因为 所以
    """.split()  # noqa: SIM905 - easier to read than a list
)

# Longer words that only frame a question. The bigrams across their ends ("棋需" in "围棋需要") are
# words of no text, so they are cut out of a question before it is split.
_FRAMING = re.compile(
    "什么时候|为什么|有没有|是不是|能不能|会不会|要不要|可不可以"
    "|叫什么(?:名字)?|什么|怎[么样]|如何|是否|时候|哪[里儿个些天种]|多少|几[点个]|这[个些里]|那[个些里]|[我你您他她它]们"
    "|请问|告诉|记得|知道|觉得|认为|关于|[说聊提讲谈]过|可以|可能|应该|已经|需要|想要|打算|准备"
    "|一[个下些共]|总共|有[些点]|还有|还是|就是|或者|以及|因为|所以"
    "|[今明昨后前]天|今晚|昨晚|明早|现在|最近|以[前后]|之[前后]|东西|事情|地方"
)


def without_framing(text: str) -> str:
    """A question with a space for each word of Chinese that says nothing of its subject."""
    return _FRAMING.sub(" ", text)


def is_chinese_function(term: str) -> bool:
    """Whether a character or a bigram only holds a sentence together: 的, 我的, 是谁, 什么."""
    if len(term) == 1:
        return term in _ALWAYS or term in _ALONE
    return len(term) == 2 and (
        not _ALWAYS.isdisjoint(term) or term in _BIGRAMS or _ALONE.issuperset(term)
    )

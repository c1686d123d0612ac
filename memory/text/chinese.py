"""Function words of Chinese, among the characters and bigrams into which its texts are split."""

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
    """.split()  # noqa: SIM905
)


def is_chinese_function(term: str) -> bool:
    """Whether a character or a bigram only holds a sentence together: 的, 我的, 是谁, 什么."""
    if len(term) == 1:
        return term in _ALWAYS or term in _ALONE
    return len(term) == 2 and (
        not _ALWAYS.isdisjoint(term) or term in _BIGRAMS or _ALONE.issuperset(term)
    )

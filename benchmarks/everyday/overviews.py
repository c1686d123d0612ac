"""Questions about many memories: an overview, the first and the last, all of a kind."""

from benchmarks.everyday.scenarios import Days, Scenario, Step, in_chinese, told

ALL_TIME: Days = (16, 200)
FIRST: Days = (215, 240)
LAST: Days = (1, 3)
# Of decoys that are neither the first nor the last.
BETWEEN: Days = (30, 190)


def _each(template: str, field: str, number: int) -> tuple[Step, ...]:
    """So many turns after one template, each with another value of the field, all to be quoted."""
    return tuple(
        told(template.replace("{}", f"{{{field}{at}}}"), days=ALL_TIME, must=True)
        for at in range(number)
    )


def _wanted(*texts: str) -> Step:
    return told(*texts, days=ALL_TIME, must=True)


_ENGLISH_OVERVIEWS = (
    Scenario(
        (
            _wanted("I am a {job} by trade.", "I earn my living as a {job}."),
            _wanted("I grew up in {city}.", "I come from {city} originally."),
            _wanted("In my free time I love {hobby}.", "{hobby} is what I do after work."),
        ),
        (
            *("What do you know about me?", "Tell me what you know about me.", "Describe me."),
            *("What have you learned about me so far?", "Who am I, as far as you know?"),
        ),
    ),
    Scenario(
        (
            _wanted("I spend my Saturdays with {hobby}.", "I took up {hobby} last year."),
            _wanted("I play the {instrument}.", "I have lessons on the {instrument}."),
            _wanted("{hobby2} helps me to relax.", "I meet friends for {hobby2}."),
        ),
        ("What are my hobbies?", "Which hobbies do I have?", "What do I do in my free time?"),
        avoid=("music", "sport", "reading", "film", "plants"),
    ),
    Scenario(
        (
            _wanted("My sister {woman} is a {job}.", "{woman} is my little sister."),
            _wanted("{man} has been my best friend since school.", "My best friend is {man}."),
            _wanted("My uncle {man2} lives in {city}.", "I visited my uncle {man2}."),
        ),
        (
            *("Which people are close to me?", "Tell me about the people around me."),
            *("Who are my family and friends?", "Which people do I know?"),
        ),
    ),
    Scenario(
        (
            _wanted("I suffer from {illness}.", "The doctor says that I have {illness}."),
            _wanted("I am allergic to {allergen}.", "I must not eat {allergen}, I am allergic."),
            _wanted("I broke my collarbone as a child.", "My blood pressure is a bit too high."),
        ),
        (
            *("What should you know about my health?", "Give me an overview of my health."),
            *("What do you remember about my health?", "What health issues have I mentioned?"),
        ),
    ),
    Scenario(
        tuple(
            told(text, days=ALL_TIME, must=(True if at == 0 else None))
            for at, text in enumerate(
                (
                    "I have decided to open a café with {name}.",
                    "The lease for the café is signed.",
                    "{name} chose the chairs for the café.",
                    "The café got its permit today.",
                )
            )
        ),
        (
            *("Give me a summary of what we have talked about.", "Sum up our chats."),
            *("Recap everything that I have told you.", "Summarise what we discussed so far."),
        ),
    ),
)
_CHINESE_OVERVIEWS = in_chinese(
    Scenario(
        (
            _wanted("我的职业是{job}。", "我是一名{job}。"),
            _wanted("我是{city}人。", "我在{city}长大。"),
            _wanted("业余时间我喜欢{hobby}。", "我爱好{hobby}。"),
        ),
        ("你了解我什么？", "你知道我哪些事？", "介绍一下你眼中的我。", "关于我你都知道些什么？"),
    ),
    Scenario(
        (
            _wanted("周末我常去{hobby}。", "我去年迷上了{hobby}。"),
            _wanted("我在学{instrument}。", "我每天练{instrument}。"),
            _wanted("{hobby2}让我放松。", "我和朋友一起{hobby2}。"),
        ),
        ("我有哪些爱好？", "我平时喜欢做什么？", "说说我的兴趣爱好。"),
        avoid=("music", "sport", "reading", "film", "plants"),
    ),
    Scenario(
        (
            _wanted("我有{illness}。", "医生说我得了{illness}。"),
            _wanted("我对{allergen}过敏。", "我不能吃{allergen}，会过敏。"),
        ),
        ("关于我的健康你要注意什么？", "我的身体状况怎么样？", "说说我的健康情况。"),
    ),
    Scenario(
        (
            _wanted("我妹妹{woman}是{job}。", "{woman}是我妹妹。"),
            _wanted("我最好的朋友是{man}。", "{man}是我从小的好朋友。"),
            _wanted("我舅舅住在{city}。", "我去看望了舅舅。"),
        ),
        ("我身边有哪些人？", "我的家人和朋友都有谁？", "我跟你提过哪些人？"),
    ),
)
_ENGLISH_ORDER = (
    Scenario(
        (
            told(
                "I bought a telescope at an auction.",
                "{name} gave me a typewriter.",
                days=FIRST,
                must=True,
            ),
            told("The ceiling fan makes a noise.", days=BETWEEN),
        ),
        (
            *("What was the very first thing that I told you?", "What did I say to you first?"),
            *("What is the earliest thing I mentioned?", "How did our first conversation begin?"),
        ),
    ),
    Scenario(
        (
            told("The ceiling fan makes a noise.", days=BETWEEN),
            told(
                "I bought a telescope at an auction.",
                "{name} gave me a typewriter.",
                days=LAST,
                must=True,
            ),
        ),
        (
            *("What did I tell you most recently?", "What was the last thing I said to you?"),
            *("What did we talk about last?", "What was the latest thing that I mentioned?"),
        ),
    ),
)
_CHINESE_ORDER = in_chinese(
    Scenario(
        (
            told(
                "我在拍卖会上买了一架天文望远镜。",
                "{name}送了我一台打字机。",
                days=FIRST,
                must=True,
            ),
            told("吊扇有杂音。", days=BETWEEN),
        ),
        ("我最早跟你说的是什么？", "我告诉你的第一件事是什么？", "我们第一次聊了什么？"),
    ),
    Scenario(
        (
            told("吊扇有杂音。", days=BETWEEN),
            told(
                "我在拍卖会上买了一架天文望远镜。", "{name}送了我一台打字机。", days=LAST, must=True
            ),
        ),
        ("我最后跟你说的是什么？", "我最近一次告诉你的是什么？", "我们上次聊了什么？"),
    ),
)
_ENGLISH_LISTS = (
    Scenario(
        _each("I finished the novel {} today.", "novel", 7),
        (
            "List every novel that I finished.",
            "Which novels have I read?",
            "How many novels did I finish?",
        ),
        avoid=("reading",),
    ),
    Scenario(
        (
            _wanted("We spent a long weekend in {city}."),
            _wanted("I was in {city2} for a trade fair."),
            _wanted("Back from {city3}, and my feet hurt."),
            _wanted("{city4} was rainy, but the food was superb."),
            _wanted("I took the night train to {city5} and liked the old town."),
        ),
        (
            "Which cities have I travelled to?",
            "Name all the cities I visited.",
            "How many cities did I see?",
        ),
        avoid=("traffic", "town"),
    ),
    Scenario(
        _each("I swam {} lengths at the pool.", "number", 6),
        (
            "How many lengths did I swim altogether?",
            "What is the most lengths I swam?",
            "How many lengths have I swum in total?",
        ),
        avoid=("sport",),
    ),
    Scenario(
        (
            _wanted("I lent {name} my drill."),
            _wanted("{name2} has borrowed my tent."),
            _wanted("I gave {name3} the waffle iron for a while."),
            _wanted("My sleeping bag is with {name4} until summer."),
        ),
        (
            "What have I lent to others?",
            "List all the things that I lent.",
            "Who has something of mine?",
        ),
        avoid=("shopping",),
    ),
    Scenario(
        _each("The mechanic charged me {}0 euros for the bicycle.", "number", 5),
        (
            "How much did I pay for the bicycle in total?",
            "How much have I spent on my bicycle so far?",
        ),
        avoid=("money", "shopping"),
    ),
)
_CHINESE_LISTS = in_chinese(
    Scenario(
        _each("今天读完了小说《{}》。", "novel", 6),
        ("我读完了哪些小说？", "列出我读过的所有小说。", "我一共读了几本小说？"),
        avoid=("reading",),
    ),
    Scenario(
        (
            _wanted("我们在{city}过了个长周末。"),
            _wanted("我去{city2}参加展会了。"),
            _wanted("刚从{city3}回来，脚疼。"),
            _wanted("{city4}一直下雨，但是东西很好吃。"),
        ),
        ("我去过哪些城市？", "我都去过哪些地方？", "我一共去过几个城市？"),
        avoid=("traffic", "town"),
    ),
    Scenario(
        _each("今天游了{}个来回。", "number", 6),
        ("我一共游了多少个来回？", "我总共游了几个来回？"),
        avoid=("sport",),
    ),
)

OVERVIEWS = (*_ENGLISH_OVERVIEWS, *_CHINESE_OVERVIEWS)
ORDER = (*_ENGLISH_ORDER, *_CHINESE_ORDER)
LISTS = (*_ENGLISH_LISTS, *_CHINESE_LISTS)

"""Advice that must respect what somebody prefers, and who of several people said or is what."""

from benchmarks.everyday.scenarios import Scenario, Step, in_chinese, spoken, told


def _rule(*texts: str) -> Step:
    return told(*texts, must=True)


_ENGLISH_ADVICE = (
    Scenario(
        (
            _rule(
                "I cannot stand {food}.",
                "I hate {food}, even the smell of it.",
                "Never serve me {food}.",
            ),
        ),
        (
            "What could I have for dinner tonight?",
            "Any ideas for a quick lunch?",
            "Suggest a dinner for me.",
        ),
        avoid=("cooking",),
    ),
    Scenario(
        (
            _rule(
                "I get sick on planes, so I never fly.",
                "I refuse to fly because of the climate.",
                "I only travel by train.",
            ),
        ),
        (
            "How should I get to {city}?",
            "What is the best way for me to reach {city}?",
            "Help me plan the trip to {city}.",
        ),
        avoid=("traffic",),
    ),
    Scenario(
        (_rule("I do not drink any alcohol.", "I never touch alcohol.", "Alcohol is not for me."),),
        (
            "What could I order at the bar?",
            "Which drink would suit me at the party?",
            "Suggest something to drink for tonight.",
        ),
    ),
    Scenario(
        (_rule("I dislike crowds.", "I avoid crowded places.", "Crowds make me nervous."),),
        (
            "Where should I go on Saturday?",
            "What could I do this weekend?",
            "Any plans you would suggest for Sunday?",
        ),
        avoid=("sport", "town"),
    ),
    Scenario(
        (
            _rule(
                "I prefer short answers in bullet points.",
                "Please always answer me in bullet points.",
                "I like lists better than long paragraphs.",
            ),
        ),
        (
            "Explain photosynthesis to me.",
            "How do I choose a mattress?",
            "What are the pros and cons of tiles?",
        ),
        avoid=("science", "house", "sleep"),
    ),
    Scenario(
        (
            _rule(
                "I only buy second-hand clothes.",
                "I want no new clothes, only used ones.",
                "New clothes are taboo for me, I buy used ones.",
            ),
        ),
        (
            "Where can I get a winter coat?",
            "I need a jacket, where should I look?",
            "Recommend me a shop for trousers.",
        ),
        avoid=("shopping", "town"),
    ),
    Scenario(
        (
            _rule(
                "My budget for presents is twenty euros.",
                "I never spend more than twenty euros on a present.",
            ),
        ),
        ("What could I give {name} as a present?", "Any ideas for a gift for {name}?"),
        avoid=("money", "shopping"),
    ),
    Scenario(
        (
            _rule(
                "Horror movies give me nightmares.",
                "I cannot bear horror movies.",
                "No horror for me, ever.",
            ),
        ),
        (
            "Which movie should I watch tonight?",
            "Suggest a movie for this evening.",
            "What could we watch?",
        ),
        avoid=("film",),
    ),
)
_CHINESE_ADVICE = in_chinese(
    Scenario(
        (_rule("我受不了{food}。", "我最讨厌{food}。", "别给我{food}，我从来不吃。"),),
        ("今晚吃什么好？", "午饭有什么建议？", "推荐一个晚饭的菜。"),
        avoid=("cooking",),
    ),
    Scenario(
        (_rule("我不坐飞机，会晕机。", "我出门只坐火车。", "我从来不坐飞机。"),),
        ("我怎么去{city}比较好？", "帮我计划去{city}的路线。"),
        avoid=("traffic",),
    ),
    Scenario(
        (_rule("我滴酒不沾。", "我不喝酒。", "我从来不喝酒。"),),
        ("聚会上我喝点什么好？", "推荐一款今晚喝的饮料。"),
    ),
    Scenario(
        (_rule("我怕恐怖片，看了会做噩梦。", "我不看恐怖片。", "我受不了恐怖片。"),),
        ("今晚看什么电影好？", "推荐一部电影。"),
        avoid=("film",),
    ),
    Scenario(
        (_rule("我不喜欢人多的地方。", "人太多的地方我会紧张。", "我尽量避开人群。"),),
        ("周末去哪里玩好？", "星期六我可以做点什么？"),
        avoid=("sport", "town"),
    ),
)
_ENGLISH_SPEAKERS = (
    Scenario(
        (
            spoken("{name}", "I can bring the tent and two lamps.", must=True),
            spoken("{name2}", "I will bring bread and cheese."),
            spoken("{name3}", "I cannot come before nine."),
        ),
        ("What does {name} bring along?", "What did {name} say?", "What will {name} bring?"),
    ),
    Scenario(
        (
            spoken("{name}", "My train arrives at ten past {digit}.", must=True),
            spoken("{name2}", "My train arrives at half past {digit2}."),
        ),
        ("When does the train of {name} arrive?", "When does {name} arrive?"),
        avoid=("traffic",),
    ),
    Scenario(
        (
            spoken("{name}", "I am for the green curtains.", must=True),
            spoken("{name2}", "The striped curtains are nicer."),
            spoken("{name3}", "Any curtains will do."),
        ),
        ("Which curtains does {name} want?", "What does {name} think of the curtains?"),
        avoid=("house",),
    ),
    Scenario(
        (
            told("{woman} from the choir is getting married in {month}.", must=True),
            told("{woman} from the office is moving to {city}."),
        ),
        ("What is {woman} from the choir up to?", "When does {woman} from the choir marry?"),
    ),
    Scenario(
        (
            told("My aunt {woman} collects stamps.", must=True),
            told("My aunt {woman2} collects teapots."),
            told("My neighbour {name} collects nothing."),
        ),
        ("What does aunt {woman} collect?", "What is it that {woman} collects?"),
    ),
    Scenario(
        (
            told("{man} {surname} repairs clocks.", must=True),
            told("{man} {surname2} breeds pigeons."),
        ),
        ("What does {man} {surname} do?", "What is Mr {surname} good at?"),
    ),
)
_CHINESE_SPEAKERS = in_chinese(
    Scenario(
        (
            spoken("{name}", "我带帐篷和两盏灯。", must=True),
            spoken("{name2}", "我带面包和奶酪。"),
            spoken("{name3}", "九点以前我来不了。"),
        ),
        ("{name}带什么？", "{name}说了什么？"),
    ),
    Scenario(
        (
            spoken("{name}", "我的火车{digit}点十分到。", must=True),
            spoken("{name2}", "我的火车{digit2}点半到。"),
        ),
        ("{name}的火车几点到？", "{name}几点到？"),
        avoid=("traffic",),
    ),
    Scenario(
        (
            told("合唱团的{woman}要结婚了。", must=True),
            told("办公室的{woman}要搬到{city}。"),
        ),
        ("合唱团的{woman}最近有什么事？", "合唱团的{woman}要做什么？"),
    ),
    Scenario(
        (
            told("{surname}师傅会修钟表。", must=True),
            told("{surname2}师傅养鸽子。"),
        ),
        ("{surname}师傅会什么？", "{surname}师傅是做什么的？"),
    ),
)

ADVICE = (*_ENGLISH_ADVICE, *_CHINESE_ADVICE)
SPEAKERS = (*_ENGLISH_SPEAKERS, *_CHINESE_SPEAKERS)

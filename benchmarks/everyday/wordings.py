"""One thing in many forms: typos, identifiers with other separators, copies and paraphrases."""

import random
from dataclasses import replace

from benchmarks.everyday.scenarios import Scenario, Step, in_chinese, later, told

_OBJECTS = (
    *("binoculars", "stapler", "thermometer", "headlamp", "tripod", "corkscrew", "calculator"),
    *("suitcase", "hammock", "compass", "screwdriver", "umbrella", "typewriter", "telescope"),
    *("toolbox", "helmet", "blanket", "lantern", "tablecloth", "vaccination card"),
)
_CHINESE_TYPOS = (
    *(("望远镜", "望远境"), ("体温计", "体温记"), ("三脚架", "三角架"), ("行李箱", "行礼箱")),
    *(("计算器", "计算气"), ("订书机", "钉书机"), ("指南针", "指南真"), ("螺丝刀", "罗丝刀")),
)


def typos(source: random.Random, language: str, number: int) -> list[Scenario]:
    """Questions whose telling word is misspelt."""
    found = []
    for index in range(number):
        if language == "zh":
            word, typed = _CHINESE_TYPOS[index % len(_CHINESE_TYPOS)]
            fact, questions = (
                f"{word}放在{{place}}。",
                (f"{typed}放哪儿了？", f"我的{typed}在哪里？"),
            )
        else:
            word = _OBJECTS[index % len(_OBJECTS)]
            typed = misspelt(word, source)
            fact = f"I keep the {word} {{place}}."
            questions = (
                f"Where is the {typed}?",
                f"Where did I put my {typed}?",
                f"where's my {typed}",
            )
        others = _elsewhere(language)
        scenario = Scenario(
            (told(fact, must=True), *others), questions, avoid=("shopping",), language=language
        )
        found.append(scenario)
    return found


def _elsewhere(language: str) -> tuple[Step, Step]:
    """Two other things, which lie elsewhere."""
    if language == "zh":
        return told("剪刀放在{place2}。"), told("雨伞放在{place3}。")
    return told("I keep the scissors {place2}."), told("The spare bulbs are {place3}.")


def misspelt(word: str, source: random.Random) -> str:
    """The word with one fault of typing: a letter is missing, doubled, swapped or another."""
    at = source.randint(1, len(word) - 3)
    kind = source.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[: at + 1] + word[at:]
    if kind == 2 and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    near = {
        "a": "s",
        "e": "r",
        "i": "o",
        "o": "p",
        "r": "t",
        "t": "y",
        "l": "k",
        "s": "d",
        "c": "v",
    }
    return word[:at] + near.get(word[at], "e" if word[at] != "e" else "w") + word[at + 1 :]


def identifiers(source: random.Random, language: str, number: int) -> list[Scenario]:
    """Numbers and identifiers that are asked for with other separators than they were told with."""
    found = []
    for index in range(number):
        form = _FORMS[index % len(_FORMS)]
        said, asked = form(source)
        decoy, _ = form(source)
        owner, other = source.sample(_CHINESE_OWNERS if language == "zh" else _OWNERS, 2)
        if language == "zh":
            fact, near = f"{owner}的编号是{said}。", f"{other}的编号是{decoy}。"
            questions = (f"{asked}是什么？", f"{asked}是谁的编号？", asked)
        else:
            fact, near = f"{said} belongs to {owner}.", f"{decoy} belongs to {other}."
            questions = (f"What is {asked}?", f"Whose is {asked}?", asked)
        steps = told(fact, must=owner), told(near)
        found.append(Scenario(steps, questions, language=language))
    return found


_OWNERS = (
    *("the piano tuner", "the roofer", "my physiotherapist", "the allotment", "the rented van"),
    *("the tax adviser", "the freezer", "our landlady", "the gym", "the beehive"),
)
_CHINESE_OWNERS = ("调音师", "屋顶维修", "理疗师", "菜园", "租来的货车", "冰柜", "房东", "健身卡")


def _digits(source: random.Random, number: int) -> str:
    return "".join(source.choices("123456789", k=number))


def _letters(source: random.Random, number: int) -> str:
    return "".join(source.choices("BCDFGHJKLMNPRSTVWXZ", k=number))


def _phone(source: random.Random) -> tuple[str, str]:
    area, first, second = (_digits(source, each) for each in (3, 4, 3))
    said = (
        f"+44 {area} {first} {second}",
        f"+44-{area}-{first}-{second}",
        f"0{area}/{first} {second}",
    )
    asked = f"0{area}{first}{second}", f"0{area} {first}-{second}", f"(0{area}) {first}{second}"
    return source.choice(said), source.choice(asked)


def _code(source: random.Random) -> tuple[str, str]:
    letters, first, last = _letters(source, 2), _digits(source, 4), _letters(source, 1)
    asked = (
        f"{letters}{first}{last}",
        f"{letters} {first} {last}".lower(),
        f"{letters}_{first}/{last}",
    )
    return f"{letters}-{first}-{last}", source.choice(asked)


def _article(source: random.Random) -> tuple[str, str]:
    parts = [_digits(source, each) for each in (3, 2, 4)]
    return ".".join(parts), source.choice(("".join(parts), "-".join(parts), " ".join(parts)))


def _amount(source: random.Random) -> tuple[str, str]:
    first, second, third = _digits(source, 2), _digits(source, 3), _digits(source, 3)
    return f"{first},{second},{third}", f"{first}{second}{third}"


def _camel(source: random.Random) -> tuple[str, str]:
    verb = source.choice(("load", "merge", "parse", "render"))
    noun = source.choice(("Invoice", "Widget", "Ledger", "Polygon"))
    end = source.choice(("Cache", "Footer", "Batch", "Index"))
    snake = f"{verb}_{noun.lower()}_{end.lower()}"
    return f"{verb}{noun}{end}", source.choice(
        (snake, snake.replace("_", "-"), snake.replace("_", " "))
    )


_FORMS = (_phone, _code, _article, _amount, _camel)

_ENGLISH_REPEATED = (
    Scenario(
        (
            replace(told("My ankle is swollen again.", days=(60, 150)), times=40),
            told(
                "{surname} is the doctor for joints and ankles, at the corner of Mill Lane.",
                must=True,
            ),
        ),
        ("Who should I see about my ankle?", "Which doctor is there for my ankle?"),
    ),
    Scenario(
        (
            replace(
                told("{name} from upstairs was loud last night.", days=(60, 150)),
                must=True,
                times=40,
            ),
        ),
        ("What about {name}?", "What did I say about {name} from upstairs?"),
    ),
    Scenario(
        (
            replace(
                told("Good night, I am off to bed, the {instrument} can wait.", days=(60, 150)),
                times=40,
            ),
            told("The {instrument} needs new strings and pads before the recital.", must=True),
        ),
        ("What does the {instrument} need?", "What has to be done to my {instrument}?"),
        avoid=("music",),
    ),
)
_CHINESE_REPEATED = in_chinese(
    Scenario(
        (
            replace(told("脚踝又肿了。", days=(60, 150)), times=40),
            told("看脚踝关节可以找{surname}医生，在磨坊路口。", must=True),
        ),
        ("脚踝的问题我该找谁看？", "我的脚踝应该看哪个医生？"),
    ),
    Scenario(
        (replace(told("昨晚楼上的{name}又很吵。", days=(60, 150)), must=True, times=40),),
        ("楼上的{name}怎么了？", "关于{name}我说过什么？"),
    ),
)
_LOVED = (
    *("I love {hobby}.", "{hobby} is my great passion.", "Nothing beats {hobby} for me."),
    *("I could do {hobby} every day.", "I am crazy about {hobby}.", "My heart beats for {hobby}."),
    *("I adore {hobby}.", "There is nothing I like more than {hobby}."),
)
_CHINESE_LOVED = (
    *("我喜欢{hobby}。", "{hobby}是我最大的爱好。", "我特别爱{hobby}。", "我天天都想{hobby}。"),
    *(
        "{hobby}对我来说最有意思。",
        "我迷上了{hobby}。",
        "没有比{hobby}更好的事了。",
        "我对{hobby}很着迷。",
    ),
)
_ENGLISH_PARAPHRASES = (
    Scenario(
        (
            *(told(each) for each in _LOVED),
            told(
                "My wrist is weak, so the doctor wants me to wear a brace for {hobby}.",
                "Because of my eyes I need the special glasses for {hobby}.",
                "The insurance only pays for {hobby} if I carry the yellow card.",
                must=True,
            ),
        ),
        ("What do I need for {hobby}?", "What should I pack for {hobby} tomorrow?"),
        avoid=("sport", "nature", "plants"),
    ),
    Scenario(
        (
            *(told(each) for each in _LOVED),
            later("I have sprained my thumb and must pause with {hobby} until it heals."),
        ),
        ("Can I go to {hobby} this week?", "How is it going with {hobby}?"),
        avoid=("sport", "nature", "plants"),
    ),
)
_CHINESE_PARAPHRASES = in_chinese(
    Scenario(
        (
            *(told(each) for each in _CHINESE_LOVED),
            told(
                "我手腕不好，医生让我{hobby}时戴护具。",
                "我眼睛不好，{hobby}的时候要戴专用眼镜。",
                must=True,
            ),
        ),
        ("{hobby}我要带什么？", "明天{hobby}需要准备什么？"),
        avoid=("sport", "nature", "plants"),
    ),
)

REPEATED = (*_ENGLISH_REPEATED, *_CHINESE_REPEATED)
PARAPHRASES = (*_ENGLISH_PARAPHRASES, *_CHINESE_PARAPHRASES)

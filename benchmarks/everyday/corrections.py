"""One correction after several turns that repeat what was wrong."""

from benchmarks.everyday.scenarios import LONG_AGO, Scenario, in_chinese, later, reply, told

_ENGLISH = (
    Scenario(
        (
            told("My nephew is called {name}.", days=(180, 200)),
            told("{name}, my nephew, started school.", days=(150, 170)),
            told("I bought a kite for my nephew {name}.", days=(120, 140)),
            told("My nephew {name} has a cold.", days=(80, 100)),
            later(
                "I got that wrong: my nephew's name is {name2}, not {name}.",
                "Sorry, I mixed up the names; my nephew is {name2}.",
                "Please correct this: the boy is called {name2}.",
            ),
        ),
        ("What is my nephew called?", "What is the name of my nephew?"),
        avoid=("school",),
    ),
    Scenario(
        (
            told("Our anniversary is on the {number}th of {month}.", days=(180, 200)),
            told("On the {number}th of {month} we celebrate our anniversary.", days=(150, 170)),
            told("We have our anniversary on {month} {number}.", days=(100, 140)),
            later(
                "I was mistaken about our anniversary, it is in {month2}.",
                "Correction: the anniversary is on the {number}th of {month2}.",
            ),
        ),
        ("When is our anniversary?", "In which month is our anniversary?"),
    ),
    Scenario(
        (
            told("I am allergic to {allergen}.", days=(180, 200)),
            told("Remember that I cannot eat {allergen}.", days=(130, 170)),
            told("{allergen} give me a rash.", days=(90, 120)),
            told("No {allergen} for me, I react to them.", days=(65, 80)),
            later(
                "The test came back: it is {allergen2}, not {allergen}, that I am allergic to.",
                "It turns out I was wrong, I can eat {allergen}; {allergen2} are the trouble.",
            ),
        ),
        ("What is it that I am allergic to?", "Which food am I allergic to?"),
    ),
    Scenario(
        (
            told("The shop opens at {digit} o'clock.", days=LONG_AGO),
            told("My shop opens at {digit}.", days=LONG_AGO),
            told("As I said, my shop opens at {digit} in the morning.", days=LONG_AGO),
            later(
                "Not {digit}, {digit2}: I gave you the wrong opening time of my shop.",
                "I misspoke, the shop opens at {digit2}.",
            ),
        ),
        ("When does my shop open?", "What time does my shop open?"),
        avoid=("shopping", "town", "reading"),
    ),
    Scenario(
        (
            told("My locker number is {number}.", days=(180, 200)),
            told("My locker is number {number}.", days=(120, 170)),
            told("I left my shoes in locker {number}.", days=(80, 110)),
            reply("Number {number}, got it."),
            later("Wrong number, my locker is {number2}.", "Oops, the locker is {number2}."),
        ),
        ("What is my locker number?", "Which locker is mine?"),
    ),
)
_CHINESE = in_chinese(
    Scenario(
        (
            told("我侄子叫{man}。", days=(180, 200)),
            told("{man}是我侄子，上小学了。", days=(140, 170)),
            told("我给侄子{man}买了风筝。", days=(90, 130)),
            later("更正一下：我侄子叫{man2}，不叫{man}。", "我说错了，侄子的名字是{man2}。"),
        ),
        ("我侄子叫什么？", "我侄子的名字是什么？"),
        avoid=("school",),
    ),
    Scenario(
        (
            told("我对{allergen}过敏。", days=(180, 200)),
            told("记住，我不能吃{allergen}。", days=(140, 170)),
            told("我一吃{allergen}就起疹子。", days=(90, 130)),
            later(
                "检查结果出来了，不是{allergen}，我是对{allergen2}过敏。",
                "之前搞错了，我过敏的是{allergen2}。",
            ),
        ),
        ("我对什么过敏？", "我对什么食物过敏？"),
    ),
    Scenario(
        (
            told("我的储物柜是{number}号。", days=(180, 200)),
            told("我的柜子号码是{number}。", days=(120, 170)),
            told("鞋子放在我的{number}号柜里。", days=(70, 110)),
            later("号码错了，我的柜子是{number2}号。", "不是{number}号，是{number2}号柜。"),
        ),
        ("我的柜子是几号？", "我的储物柜号码是多少？"),
    ),
)

CORRECTIONS = (*_ENGLISH, *_CHINESE)

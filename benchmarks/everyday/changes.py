"""What was true and no longer is: changes that are told in other words."""

from benchmarks.everyday.scenarios import Scenario, in_chinese, later, told

_ENGLISH = (
    Scenario(
        (
            told(
                "I live in {city}.", "My flat is in {city}.", "{city} has been my home for years."
            ),
            later(
                "The removal van came on Saturday; we are settling in in {city2} now.",
                "I have just relocated to {city2}.",
                "As of this week our new address is in {city2}.",
            ),
        ),
        ("Which city do I live in?", "What town is my home in?", "Where am I living these days?"),
    ),
    Scenario(
        (
            told("I work for {company} as a {job}.", "My employer is {company}."),
            later(
                "I handed in my notice and joined {company2}.",
                "From Monday on I earn my living at {company2}.",
                "They made me redundant, but {company2} took me on at once.",
            ),
        ),
        ("Who do I work for?", "Which company am I employed at?", "What is my employer called?"),
        avoid=("work",),
    ),
    Scenario(
        (
            told("My {pet} {petname} is {number} years old.", "{petname}, my {pet}, is {number}."),
            later(
                "We had to have {petname} put to sleep.",
                "{petname} passed away in my arms.",
                "{petname} did not survive the operation.",
            ),
        ),
        ("How old is my {pet}?", "How is my {pet} doing?", "What age is my {pet} now?"),
    ),
    Scenario(
        (
            told("We have a {pet} called {petname}.", "{petname} is our {pet}."),
            later(
                "{petname} lives on my aunt's farm now; the landlord would have no animals.",
                "I gave {petname} to a family with a big garden.",
                "The shelter has found new people for {petname}.",
            ),
        ),
        ("Do I have a {pet}?", "Who looks after my {pet}?", "Where is my {pet}?"),
    ),
    Scenario(
        (
            told("I am a vegan.", "I have been vegan since January.", "I eat a vegan diet."),
            later(
                "I had roast chicken on Sunday and will not go back to plants only.",
                "Cheese and eggs are on my plate again.",
                "After two years without any, I eat fish and dairy again.",
            ),
        ),
        ("Am I vegan?", "What diet do I follow?", "Do I still eat vegan?"),
        avoid=("cooking",),
    ),
    Scenario(
        (
            told("My girlfriend is called {woman}.", "{woman} is my girlfriend."),
            later(
                "{woman} and I have split up.",
                "{woman} left me for somebody else.",
                "It is over between {woman} and me.",
            ),
        ),
        ("What is my girlfriend's name?", "Who is my girlfriend?", "Do I have a girlfriend?"),
    ),
    Scenario(
        (
            told("I take all my notes in {tool}.", "{tool} is the app where I write my notes."),
            later(
                "I have moved everything over to {tool2}.",
                "Goodbye {tool}, from today it is {tool2}.",
                "I cancelled {tool} and settled on {tool2} instead.",
            ),
        ),
        ("Which app do I use for notes?", "What do I take my notes in?"),
        avoid=("computer",),
    ),
    Scenario(
        (
            told("My favourite fruit is {fruit}.", "Of all fruit I like {fruit} best."),
            later("No, {fruit2}.", "No wait, {fruit2}.", days=None),
        ),
        ("What is my favourite fruit?", "Which fruit do I like best?"),
    ),
    Scenario(
        (
            told("My favourite colour is {colour}.", "The colour I like most is {colour}."),
            later("Not {colour}, {colour2}.", "Actually, {colour2}."),
        ),
        ("Which colour do I like most?", "What colour is my favourite one?"),
    ),
    Scenario(
        (
            told("I drive a {car}.", "My car is a {car}."),
            later(
                "The old one failed its inspection, so I got myself a {car2}.",
                "I traded it in for a {car2}.",
                "Today I picked up my brand new {car2} from the dealer.",
            ),
        ),
        ("Which car do I drive?", "What car do I have?", "What make is my car?"),
        avoid=("traffic",),
    ),
    Scenario(
        (
            told(
                "My driving test is on the {number}th of {month}.",
                "I have my driving test in {month}.",
            ),
            later(
                "They postponed the exam to {month2}.",
                "The examiner is ill, so it will be in {month2}.",
            ),
        ),
        ("When is my driving test?", "In which month do I have my driving test?"),
        avoid=("school", "traffic"),
    ),
    Scenario(
        (
            told("I share my flat with {name}.", "{name} is my flatmate."),
            later(
                "{name} moved out, and {name2} has the room now.",
                "{name} got a place of his own; {name2} came in his stead.",
            ),
        ),
        ("Who do I share my flat with?", "Who is my flatmate?", "What is my flatmate called?"),
    ),
    Scenario(
        (
            told("I play tennis every Wednesday.", "On Wednesdays I play tennis."),
            later(
                "My shoulder put an end to it: I have sold my racket.",
                "I have left the tennis club for good.",
            ),
        ),
        ("Do I play tennis?", "On which day do I play tennis?"),
        avoid=("sport",),
    ),
    Scenario(
        (
            told("I smoke ten cigarettes a day.", "I am a smoker, about a pack in two days."),
            later(
                "I have not touched a cigarette for six weeks.",
                "I quit: no more tobacco since the first of the month.",
            ),
        ),
        ("Do I smoke?", "How many cigarettes do I smoke?", "Am I a smoker?"),
    ),
)
_CHINESE = in_chinese(
    Scenario(
        (
            told("我住在{city}。", "我家在{city}。", "我在{city}租了房子。"),
            later(
                "我们上个周末搬到{city2}了。", "我现在已经在{city2}安家了。", "我刚搬去{city2}。"
            ),
        ),
        ("我住在哪个城市？", "我现在住哪儿？", "我家在什么地方？"),
    ),
    Scenario(
        (
            told("我在{company}上班。", "我是{company}的{job}。"),
            later(
                "我辞职了，下周起去{company2}。",
                "我跳槽到{company2}了。",
                "{company2}录用我了，我已经入职。",
            ),
        ),
        ("我在哪家公司上班？", "我在哪里工作？", "我的公司叫什么？"),
        avoid=("work",),
    ),
    Scenario(
        (
            told("我的{pet}{petname}今年{number}岁了。", "我养了一只{pet}，叫{petname}。"),
            later(
                "{petname}上周走了，我很难过。",
                "{petname}没有救回来。",
                "{petname}送给我表姐养了。",
            ),
        ),
        ("我的{pet}怎么样了？", "我的{pet}几岁了？", "我还有{pet}吗？"),
    ),
    Scenario(
        (
            told("我吃素。", "我是素食者，已经三年了。"),
            later("昨天我吃了烤鸭，以后不再忌口了。", "我又开始吃鱼和肉了。", "医生让我恢复吃肉。"),
        ),
        ("我吃素吗？", "我是素食者吗？", "我的饮食习惯是什么？"),
        avoid=("cooking",),
    ),
    Scenario(
        (
            told("我女朋友叫{woman}。", "{woman}是我的女朋友。"),
            later("我和{woman}分手了。", "{woman}离开我了。", "我跟{woman}结束了。"),
        ),
        ("我女朋友叫什么名字？", "我有女朋友吗？", "我的女朋友是谁？"),
    ),
    Scenario(
        (
            told("我用{tool}记笔记。", "我的笔记都在{tool}里。"),
            later("我已经全部换成{tool2}了。", "我卸载了它，改用{tool2}。"),
        ),
        ("我用什么软件记笔记？", "我的笔记记在哪里？"),
        avoid=("computer",),
    ),
    Scenario(
        (
            told("我最喜欢的水果是{fruit}。", "水果里我最爱{fruit}。"),
            later("不对，是{fruit2}。", "不，{fruit2}。", "说错了，应该是{fruit2}。", days=None),
        ),
        ("我最喜欢什么水果？", "我最爱吃的水果是哪种？"),
    ),
    Scenario(
        (
            told("我开一辆{car}。", "我的车是{car}。"),
            later("旧车卖掉了，我提了一辆{car2}。", "我换车了，现在是{car2}。"),
        ),
        ("我开什么车？", "我的车是什么牌子的？"),
        avoid=("traffic",),
    ),
)

UPDATES = (*_ENGLISH, *_CHINESE)

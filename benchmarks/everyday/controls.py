"""Negative controls: a fact that is still true, though the same topic comes up again later.

What is not found even without the later mention is no false update: see ``EverydayCase.mention``.
"""

from dataclasses import replace

from benchmarks.everyday.scenarios import Scenario, Step, in_chinese, later, told


def _fact(*texts: str) -> Step:
    return told(*texts, must=True)


def _then(*texts: str) -> Step:
    return replace(later(*texts, must=None), mention=True)


_HOME = (
    *("Which city do I live in?", "What town is my home in?", "Where do I live now?"),
    "Where am I living these days?",
)
_WORK = (
    *("Who do I work for?", "Which company am I employed at?", "What is my employer called?"),
    "Which company do I work for?",
)
_PET = ("What is my {pet} called?", "Do I have a {pet}?", "What is the name of my {pet}?")
_PARTNER = ("What is my girlfriend's name?", "Who is my girlfriend?", "Do I have a girlfriend?")
_FRUIT = ("What is my favourite fruit?", "Which fruit do I like best?")
_NOTES = ("Which app do I use for notes?", "What do I take my notes in?")
_CAR = ("Which car do I drive?", "What car do I have?", "What kind of car do I drive?")
_ALLERGY = ("What is it that I am allergic to?", "Which food am I allergic to?")
_SPORT = ("On which day do I play tennis?", "When do I play tennis?")
_TEST = ("When is my driving test?", "In which month do I have my driving test?")
# Words of change that change nothing that was told.
_REMARKS = (
    *(
        "No, thanks.",
        "Actually, never mind.",
        "No wait, I was joking.",
        "Not today.",
        "No, that is all.",
    ),
    *(
        "I changed my mind about the tea.",
        "Forget what I said about the weather.",
        "Sorry, wrong window.",
    ),
    *(
        "Actually it was a nice evening.",
        "No more rain at last.",
        "I moved the sofa to the window.",
    ),
    *(
        "We switched seats on the train.",
        "I quit the game at level nine.",
        "The soup was gone at once.",
    ),
)

_ENGLISH = (
    Scenario(
        (
            _fact("I live in {city}.", "My flat is in {city}.", "{city} is where I live."),
            _then(
                *("{name} has moved to {city2}.", "My parents relocated to {city2} last month."),
                *("I spent the weekend in {city2}.", "The market in {city} was crowded today."),
                *("Is {city2} a nice place to live?", "I dreamt that we lived in {city2}."),
                *("A colleague from {city2} visited us.", "I would never want to live in {city2}."),
                *("The new tram in {city} opens soon.", "I read a novel that is set in {city2}."),
            ),
        ),
        _HOME,
    ),
    Scenario(
        (
            _fact(
                "I work for {company}.", "My employer is {company}.", "I am a {job} at {company}."
            ),
            _then(
                *("{name} quit and went to {company2}.", "{company2} is hiring, I read."),
                *("We had a dull meeting at work today.", "My brother lost his job at {company2}."),
                *("A customer from {company2} called.", "Would I like it at {company2}?"),
                *(
                    "My boss at {company} is on leave.",
                    "{company2} has a nicer canteen than we have.",
                ),
            ),
        ),
        _WORK,
        avoid=("work",),
    ),
    Scenario(
        (
            _fact("My {pet} is called {petname}.", "We have a {pet}, {petname}."),
            _then(
                *("The neighbours' {pet} has died.", "{name} gave her cat away."),
                *("{petname} slept all day.", "{petname} has learned a new trick."),
                *(
                    "I saw a film about a {pet} that ran away.",
                    "{petname} was at the vet for a check.",
                ),
                *(
                    "My colleague got a dog called {petname2}.",
                    "{petname} does not like the hoover.",
                ),
            ),
        ),
        _PET,
    ),
    Scenario(
        (
            _fact("My girlfriend is called {woman}.", "{woman} is my girlfriend."),
            _then(
                *("{name} and his wife have split up.", "{woman} is away for a week."),
                *(
                    "{woman} and I quarrelled, but all is well again.",
                    "My cousin married {woman2}.",
                ),
                *("I cooked for {woman} yesterday.", "{woman2} from work has a new boyfriend."),
                *("{woman} got a promotion.", "I had coffee with {woman2}, an old friend."),
            ),
        ),
        _PARTNER,
    ),
    Scenario(
        (
            _fact("My favourite fruit is {fruit}.", "Of all fruit I like {fruit} best."),
            _then(
                *("{name} prefers {fruit2}.", "I bought {fruit2} at the market."),
                *("{fruit2} are in season now.", "My son likes only {fruit2}."),
                *("The {fruit} were overripe today.", "We had {fruit2} for dessert."),
                *("Are {fruit2} healthy?", "I made jam of {fruit2}."),
            ),
        ),
        _FRUIT,
    ),
    Scenario(
        (
            _fact("I take all my notes in {tool}.", "{tool} is the app where I write my notes."),
            _then(
                *("{name} switched from {tool} to {tool2}.", "{tool2} costs too much."),
                *("{tool} got a new icon.", "My team talks about {tool2} all the time."),
                *("I tried {tool2} for an hour and went back.", "What is {tool2} good for?"),
                *("I sorted my notes today.", "Our school uses {tool2}."),
            ),
        ),
        _NOTES,
        avoid=("computer",),
    ),
    Scenario(
        (
            _fact("I drive a {car}.", "My car is a {car}."),
            _then(
                *("{name} bought a {car2}.", "A {car2} overtook me today."),
                *("My {car} needs new tyres.", "I rented a {car2} on holiday."),
                *("The car was washed today.", "My father sold his {car2}."),
                *("Is the {car2} any good?", "I had the brakes of my car checked."),
            ),
        ),
        _CAR,
        avoid=("traffic",),
    ),
    Scenario(
        (
            _fact("I am allergic to {allergen}.", "I cannot eat {allergen}, I am allergic."),
            _then(
                *("{name} is allergic to {allergen2}.", "My niece outgrew her allergy."),
                *("We had {allergen2} for lunch.", "The cake was free of {allergen}, luckily."),
                *("The doctor looked at my knee.", "They sell {allergen2} at the market."),
            ),
        ),
        _ALLERGY,
        avoid=("cooking",),
    ),
    Scenario(
        (
            _fact("I play tennis every {weekday}.", "On {weekday}s I play tennis."),
            _then(
                *("{name} gave up tennis.", "The tennis on television was thrilling."),
                *("I lost my match today.", "My partner at tennis has a new racket."),
                *("The club has painted the courts.", "My daughter plays handball now."),
            ),
        ),
        _SPORT,
        avoid=("sport",),
    ),
    Scenario(
        (
            _fact("My driving test is in {month}.", "I have my driving test in {month}."),
            _then(
                *("{name} failed his driving test.", "The exam of my sister was postponed."),
                *("I practised parking today.", "The driving school has a new car."),
                *("The concert was moved to {month2}.", "My driving instructor is very calm."),
            ),
        ),
        _TEST,
        avoid=("traffic", "school"),
    ),
    *(
        Scenario((_fact(fact), _then(*_REMARKS)), questions)
        for fact, questions in (
            ("I live in {city}.", _HOME),
            ("I work for {company}.", _WORK),
            ("My {pet} is called {petname}.", _PET),
            ("{woman} is my girlfriend.", _PARTNER),
            ("I like {fruit} best of all fruit.", _FRUIT),
            ("I am allergic to {allergen}.", _ALLERGY),
        )
    ),
)

_CHINESE_HOME = ("我住在哪个城市？", "我现在住哪儿？", "我家在哪里？")
_CHINESE_WORK = ("我在哪家公司上班？", "我在哪里工作？")
_CHINESE_PET = ("我的{pet}叫什么？", "我养的{pet}叫什么名字？")
_CHINESE_PARTNER = ("我女朋友叫什么名字？", "我的女朋友是谁？")
_CHINESE_FRUIT = ("我最喜欢什么水果？", "我最爱吃的水果是哪种？")
_CHINESE_REMARKS = (
    *("不，谢谢。", "算了，不用了。", "不对，我开玩笑的。", "今天不行。", "我改主意了，喝茶吧。"),
    *(
        "说错了，发错窗口了。",
        "其实昨晚挺开心的。",
        "我把沙发搬到窗边了。",
        "我们在火车上换了座位。",
    ),
)

_CHINESE = in_chinese(
    Scenario(
        (
            _fact("我住在{city}。", "我家在{city}。"),
            _then(
                *("{name}搬到{city2}去了。", "我爸妈搬去{city2}了。", "周末我去了{city2}玩。"),
                *("今天{city}的市场人很多。", "{city2}适合居住吗？", "我可不想住在{city2}。"),
                *("我梦见我们住在{city2}。", "有个{city2}的同事来看我们。"),
            ),
        ),
        _CHINESE_HOME,
    ),
    Scenario(
        (
            _fact("我在{company}上班。", "我在{company}工作。"),
            _then(
                *("{name}跳槽去{company2}了。", "听说{company2}在招人。", "今天公司开会很无聊。"),
                *("我弟弟从{company2}辞职了。", "{company2}的客户打电话来了。", "我的老板休假了。"),
            ),
        ),
        _CHINESE_WORK,
        avoid=("work",),
    ),
    Scenario(
        (
            _fact("我的{pet}叫{petname}。", "我养了一只{pet}，叫{petname}。"),
            _then(
                *("邻居的{pet}死了。", "{name}把猫送人了。", "{petname}睡了一整天。"),
                *("{petname}学会了新把戏。", "同事养了条狗叫{petname2}。", "{petname}去做了体检。"),
            ),
        ),
        _CHINESE_PET,
    ),
    Scenario(
        (
            _fact("我女朋友叫{woman}。", "{woman}是我的女朋友。"),
            _then(
                *(
                    "{name}和他老婆分手了。",
                    "{woman}出差一个星期。",
                    "我和{woman}吵了一架，又和好了。",
                ),
                *("表弟娶了{woman2}。", "昨天我给{woman}做了饭。", "同事{woman2}有了新男朋友。"),
            ),
        ),
        _CHINESE_PARTNER,
    ),
    Scenario(
        (
            _fact("我最喜欢的水果是{fruit}。", "水果里我最爱{fruit}。"),
            _then(
                *("{name}更喜欢{fruit2}。", "我在市场买了{fruit2}。", "现在正是吃{fruit2}的季节。"),
                *("我儿子只吃{fruit2}。", "{fruit2}健康吗？", "饭后我们吃了{fruit2}。"),
            ),
        ),
        _CHINESE_FRUIT,
    ),
    *(
        Scenario((_fact(fact), _then(*_CHINESE_REMARKS)), questions)
        for fact, questions in (
            ("我住在{city}。", _CHINESE_HOME),
            ("我在{company}上班。", _CHINESE_WORK),
            ("我的{pet}叫{petname}。", _CHINESE_PET),
            ("{woman}是我的女朋友。", _CHINESE_PARTNER),
            ("我最喜欢的水果是{fruit}。", _CHINESE_FRUIT),
        )
    ),
)

CONTROLS = (*_ENGLISH, *_CHINESE)

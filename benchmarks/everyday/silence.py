"""Messages for which nothing may be quoted: small talk, and questions about what was never told."""

from benchmarks.everyday.scenarios import Scenario, in_chinese, told

_TALK = (
    *(
        "Hello there!",
        "Good evening!",
        "Hi, how are you today?",
        "Thanks a lot!",
        "Thank you so much.",
    ),
    *(
        "Bye for now!",
        "See you tomorrow.",
        "That's great!",
        "Okay, got it.",
        "Haha, nice one.",
        "👍",
    ),
    *(
        "Have a lovely weekend!",
        "Good night and sleep well.",
        "You're very helpful.",
        "hey",
        "Cheers!",
    ),
    *(
        "Wow, amazing!",
        "Many thanks for the help.",
        "Hello, are you there?",
        "Merry Christmas!",
        "🎉",
    ),
    *("Good afternoon, my friend.", "I see, thanks.", "No worries!", "Long time no see!"),
)
_CHINESE_TALK = (
    *(
        "你好呀！",
        "晚上好！",
        "谢谢你！",
        "再见！",
        "明天见。",
        "太好了！",
        "好的，明白了。",
        "哈哈哈",
    ),
    *(
        "周末愉快！",
        "晚安，好梦。",
        "你真棒！",
        "在吗？",
        "辛苦了！",
        "好久不见！",
        "嗯嗯，知道了",
        "早上好",
    ),
)
_NEVER_TOLD = (
    ("What is my blood group?", "Do you know my blood type?", "Have I mentioned my blood group?"),
    ("Do I have a brother?", "What is my brother's name?", "How old is my brother?"),
    ("When is my wedding anniversary?", "On which day did I marry?"),
    ("What is my shoe size?", "Which size of shoes do I wear?"),
    ("Which university did I go to?", "What did I study at university?"),
    ("What is my middle name?", "Did I ever tell you my middle name?"),
    ("Have I ever been to Argentina?", "When did I travel to Argentina?"),
    ("What is my dentist called?", "Who is my dentist?"),
    ("What do my grandparents do?", "Where do my grandparents live?"),
    ("Am I afraid of spiders?", "What am I scared of?"),
    ("Which perfume do I wear?", "What is my favourite perfume?"),
    ("Do I own a motorbike?", "What colour is my motorbike?"),
    ("What is the capital of Bolivia?", "Who wrote Don Quixote?"),
    ("How do I reverse a list in Python?", "Solve 17 times 23."),
)
_CHINESE_NEVER_TOLD = (
    ("我是什么血型？", "你知道我的血型吗？"),
    ("我有哥哥吗？", "我哥哥叫什么名字？"),
    ("我穿多大的鞋？", "我的鞋码是多少？"),
    ("我是哪所大学毕业的？", "我大学学的什么专业？"),
    ("我去过阿根廷吗？", "我什么时候去的阿根廷？"),
    ("我的牙医叫什么？", "我的牙医是谁？"),
    ("我的摩托车是什么颜色？", "我有摩托车吗？"),
    ("玻利维亚的首都是哪里？", "堂吉诃德是谁写的？"),
)
_FACTS = (
    told("I am learning {language} with a tutor.", "My colleague {woman} plays the {instrument}."),
    told("I keep the {object} {place}.", "I work as a {job}."),
    told("Our {pet} is called {petname}.", "I like {dish} most."),
)
_CHINESE_FACTS = (
    told("我在跟老师学{language}。", "我同事{woman}会{instrument}。"),
    told("{object}放在{place}。", "我是{job}。"),
    told("我们家的{pet}叫{petname}。", "我最爱吃{dish}。"),
)

SMALL_TALK = (
    *(Scenario(_FACTS, (each,), nothing=True) for each in _TALK),
    *in_chinese(*(Scenario(_CHINESE_FACTS, (each,), nothing=True) for each in _CHINESE_TALK)),
)
ABSENCE = (
    *(Scenario(_FACTS, each, nothing=True, avoid=("school", "computer")) for each in _NEVER_TOLD),
    *in_chinese(
        *(
            Scenario(_CHINESE_FACTS, each, nothing=True, avoid=("school", "computer"))
            for each in _CHINESE_NEVER_TOLD
        )
    ),
)

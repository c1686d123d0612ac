"""Letters of some 3,000 characters, which hold what is asked for in their middle."""

import random

from benchmarks.everyday.scenarios import Scenario, told

CHARACTERS = 3_000
_OPENINGS = (
    "Here is the circular of our housing company. ",
    "Look what the club has sent to all members: ",
    "This came with the post today. ",
    "The long mail from my old teacher: ",
)
_FILLING = (
    "The works on the eastern side have begun and will go on for some time.",
    "Please do not leave bicycles in front of the cellar windows.",
    "Our thanks go to all who lent a hand with the hedge.",
    "There was some talk about the colour of the letter boxes, without a result.",
    "The lamps by the entrance have been replaced by brighter ones.",
    "Two benches were donated and stand under the lime tree.",
    "Whoever finds a glove may bring it to the porter.",
    "The old notice board is no longer in use.",
    "We would like to remind everybody to keep the gate closed.",
    "The swallows came back and nest above the bicycle shed.",
    "Complaints about noise should be put in writing.",
    "The lawn is mown in the morning from now on.",
    "A new rota for the stairs hangs on the ground floor.",
    "The sandpit was filled up again.",
    "Several of you asked about the hand rail, which is on its way.",
    "The autumn was mild, so the heating started late.",
    "Waste paper is now collected every other week.",
    "The laundry room got a second rack.",
    "It is a pleasure to see how well the roses do.",
    "The lift had its yearly inspection and passed.",
)
# What stands in the middle, the part that must be quoted, and how it is asked for.
_FACTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "The key of the bicycle shed is with Mrs {surname} on the third floor.",
        "with Mrs {surname}",
        ("Who has the key of the bicycle shed?", "Where do I get the key of the shed?"),
    ),
    (
        "The summer party takes place on the {number}th of {month} in the courtyard.",
        "on the {number}th of {month}",
        ("When is the summer party?", "On which day does the summer party take place?"),
    ),
    (
        "From {month} on, the fee for a parking space rises to {number}5 euros.",
        "rises to {number}5 euros",
        (
            "What will the fee for a parking space be?",
            "How much is a parking space from {month} on?",
        ),
    ),
    (
        "{man} {surname} was elected as the new treasurer.",
        "{man} {surname}",
        ("Who is the new treasurer?", "Who was elected treasurer?"),
    ),
    (
        "The water will be turned off on {weekday} from eight to eleven.",
        "on {weekday} from eight",
        ("When will the water be turned off?", "On which day is there no water?"),
    ),
    (
        "The code for the guest flat is a word now: {petname}.",
        "{petname}",
        ("What is the code for the guest flat?", "Which word opens the guest flat?"),
    ),
)
_CHINESE_OPENINGS = ("这是物业发来的通知全文。", "社区寄来一封长信：", "老师发来的长邮件：")
_CHINESE_FILLING = (
    *("东侧的工程已经开工，还要持续一段时间。", "请不要把自行车停在地下室的窗前。"),
    *(
        "感谢各位邻居帮忙修剪树篱。",
        "关于信箱的颜色大家讨论过，没有结果。",
        "门口的路灯换成了更亮的。",
    ),
    *("两张长椅是捐赠的，放在椴树下面。", "捡到手套的请交到门卫处。", "旧的公告栏不再使用。"),
    *("再次提醒大家随手关门。", "燕子又回来在车棚上筑巢了。", "噪音投诉请用书面形式。"),
    *(
        "以后早上修剪草坪。",
        "新的值日表贴在一楼。",
        "沙坑重新填好了沙子。",
        "扶手已经订购，很快就到。",
    ),
    *("秋天比较暖和，所以供暖开始得晚。", "废纸改为每两周收一次。", "洗衣房添了一个晾衣架。"),
)
_CHINESE_FACTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "车棚的钥匙在三楼的{surname}女士那里。",
        "三楼的{surname}女士",
        ("车棚的钥匙在谁那里？", "车棚钥匙找谁拿？"),
    ),
    (
        "夏季联欢会定在{number}号晚上举行。",
        "{number}号晚上",
        ("夏季联欢会是什么时候？", "联欢会哪天举行？"),
    ),
    (
        "新选出的会计是{surname}{man}。",
        "{surname}{man}",
        ("新会计是谁？", "选出来的会计是哪位？"),
    ),
)


def scenarios(source: random.Random, language: str, number: int) -> list[Scenario]:
    """So many letters with one fact each."""
    chinese = language == "zh"
    facts = _CHINESE_FACTS if chinese else _FACTS
    found = []
    for index in range(number):
        fact, part, questions = facts[index % len(facts)]
        letter = _letter(fact, source, chinese=chinese)
        found.append(Scenario((told(letter, must=part),), questions, language=language))
    return found


def _letter(fact: str, source: random.Random, *, chinese: bool) -> str:
    filling = _CHINESE_FILLING if chinese else _FILLING
    space = "" if chinese else " "
    sentences: list[str] = []
    length = CHARACTERS // 2 if chinese else CHARACTERS
    while len(space.join(sentences)) < length:
        sentences += source.sample(filling, len(filling))
    sentences.insert(len(sentences) // 2, fact)
    opening = source.choice(_CHINESE_OPENINGS if chinese else _OPENINGS)
    return opening + space.join(sentences)

"""Requests whose answer is asked for again, and messages that refer back to the conversation."""

from benchmarks.everyday.scenarios import Scenario, dialogue, in_chinese, reply, told

_ENGLISH_REQUESTS = (
    Scenario(
        (
            told("Suggest a board game for four players.", "I need a board game for four."),
            reply("{game} works well with four and takes an hour.", must=True),
        ),
        ("Which board game did you suggest?", "What was the board game you named for four?"),
    ),
    Scenario(
        (
            told(
                "Write a limerick about a sleepy walrus",
                "A limerick about a sleepy walrus, please.",
            ),
            reply(
                "A whiskered old beast from the floe dreamt of herring wherever he'd go.", must=True
            ),
        ),
        (
            "What was the limerick about the walrus?",
            "Repeat your limerick about the sleepy walrus.",
        ),
    ),
    Scenario(
        (
            told(
                "Translate 'see you soon' into {language}.",
                "Put 'see you soon' into {language}, please.",
            ),
            reply("That would be 'vedemo se uskoro'.", must=True),
        ),
        ("How do I say see you soon in {language}?", "What was 'see you soon' in {language}?"),
    ),
    Scenario(
        (
            told(
                "Give me two exercises for a stiff wrist.",
                "Show me two exercises for a stiff wrist.",
            ),
            reply(
                "Press the palms together, then roll a small ball under your fingers.", must=True
            ),
        ),
        ("Which exercises for my wrist did you give me?", "What were the wrist exercises?"),
    ),
    Scenario(
        (
            told("Find me a name for my rowing boat.", "Think of a name for my rowing boat."),
            reply("How about Kingfisher? It is quick and bright.", must=True),
        ),
        ("What name did you propose for my boat?", "Which name for my boat did you come up with?"),
    ),
    Scenario(
        (
            told("Plan a day in {city} for me.", "I would like a plan for one day in {city}."),
            reply(
                "Start at the covered market, climb the tower at noon, and end by the river.",
                must=True,
            ),
        ),
        ("What did you plan for my day in {city}?", "What was your plan for {city}?"),
    ),
    Scenario(
        (
            told("Explain to me why bread goes stale.", "Tell me why bread goes stale."),
            reply("Its starch forms crystals again, which pushes the water out.", must=True),
        ),
        (
            "What was your explanation for stale bread?",
            "How did you explain that bread goes stale?",
        ),
    ),
    Scenario(
        (
            told(
                "Draft a short note to {name} about the broken lift.",
                "Compose a note to {name}: the lift is broken.",
            ),
            reply(
                "Dear {name}, the lift is out of order; could you send a mechanic?",
                must=True,
            ),
        ),
        ("What did you write to {name} about the lift?", "Show me the note on the lift to {name}."),
    ),
    Scenario(
        (
            told(
                "Recommend a documentary on volcanoes",
                "I am looking for a documentary on volcanoes.",
            ),
            reply("Into the Inferno by Werner Herzog is worth an evening.", must=True),
        ),
        (
            "Which documentary on volcanoes did you recommend?",
            "What documentary did you tell me to watch?",
        ),
        avoid=("film",),
    ),
)
_CHINESE_REQUESTS = in_chinese(
    Scenario(
        (
            told("推荐一部关于火山的纪录片。", "给我推荐个火山纪录片"),
            reply("《走进地狱》值得花一个晚上看。", must=True),
        ),
        ("你推荐的火山纪录片叫什么？", "你上次推荐了哪部纪录片？"),
        avoid=("film",),
    ),
    Scenario(
        (
            told("帮我给小船起个名字。", "给我的小船想个名字"),
            reply("叫翠鸟怎么样，又快又亮。", must=True),
        ),
        ("你给我的小船起了什么名字？", "小船的名字你是怎么起的？"),
    ),
    Scenario(
        (
            told("写一首关于雪的短诗。", "来一首写雪的短诗吧"),
            reply("夜里无声落，清晨满屋檐。", must=True),
        ),
        ("你写的那首关于雪的诗是什么？", "把你写雪的诗再说一遍。"),
    ),
    Scenario(
        (
            told("告诉我怎么去除茶渍。", "说说怎么洗掉杯子上的茶渍。"),
            reply("用小苏打加一点温水擦，放十分钟再冲。", must=True),
        ),
        ("去茶渍的办法你是怎么说的？", "你教我的去茶渍方法是什么？"),
        avoid=("cooking",),
    ),
    Scenario(
        (
            told("帮我安排{city}一日游。", "做一个{city}一天的行程。"),
            reply("上午逛老街，中午登塔，傍晚去河边散步。", must=True),
        ),
        ("你给我安排的{city}行程是什么？", "{city}一日游你怎么安排的？"),
    ),
)
_ENGLISH_FOLLOW_UPS = (
    Scenario(
        (told("My kayak is 4.2 metres long and weighs 24 kilos.", days=(20, 150), must=True),),
        ("Yes please.", "yes, please do", "Sure, go ahead.", "Yep"),
        dialogue(
            "I want to buy a roof rack.",
            "Good idea. Shall I compare it with the size of your kayak?",
        ),
    ),
    Scenario(
        (
            told("The oak planks are {number} euros a metre.", days=(20, 150), must=True),
            told("My haircut was {number2} euros.", days=(20, 150)),
        ),
        ("How much would they be?", "And how much is it?", "What would they cost me?"),
        dialogue("I want the oak planks for the terrace.", "They will last for decades."),
    ),
    Scenario(
        (
            told("My cousin {man} works as a {job} in {city}.", days=(20, 150), must=True),
            told("The plumber works in the mornings only.", days=(20, 150)),
        ),
        ("What does he do for a living?", "And where does he work?", "What is his job?"),
        dialogue("My cousin {man} is coming over next week.", "How nice! Will he stay long?"),
        avoid=("work",),
    ),
    Scenario(
        (
            told("{woman} is afraid of heights.", days=(20, 150), must=True),
            told("My boss is afraid of spiders.", days=(20, 150)),
        ),
        ("What is she afraid of?", "Is there anything she fears?"),
        dialogue("I want to take {woman} up the cathedral tower.", "The view is great from there."),
    ),
    Scenario(
        (
            told(
                "The accordion is at the workshop because of two stuck keys.",
                days=(20, 150),
                must=True,
            ),
            told("The bicycle is at the station.", days=(20, 150)),
        ),
        ("Where is it now?", "And where is it?", "Why is it not here?"),
        dialogue("I would love to play the accordion tonight.", "What would you play?"),
        avoid=("music",),
    ),
    Scenario(
        (
            told("The yoga course begins on the 9th of {month} at six.", days=(20, 150), must=True),
            told("The exhibition begins in August.", days=(20, 150)),
        ),
        ("When does it begin?", "And when does it start?", "When is that again?"),
        dialogue("I am looking forward to the yoga course.", "It will do you good."),
    ),
    Scenario(
        (
            told(
                "For the hall I like the terracotta paint most, two coats of it.",
                days=(20, 150),
                must=True,
            ),
            told("I recommend the ice cream parlour to everybody.", days=(20, 150)),
        ),
        ("So what would you recommend?", "Well, what do you suggest?", "What should I take?"),
        dialogue("Let us choose a paint for the hall.", "Gladly. It has little light."),
        avoid=("house",),
    ),
)
_CHINESE_FOLLOW_UPS = in_chinese(
    Scenario(
        (told("我的皮划艇长四米二，重二十四公斤。", days=(20, 150), must=True),),
        ("好的，请吧。", "要的", "可以", "好啊，麻烦你了"),
        dialogue("我想买个车顶架。", "好主意。要不要我按你皮划艇的尺寸比较一下？"),
    ),
    Scenario(
        (
            told("我表弟{man}在{city}当{job}。", days=(20, 150), must=True),
            told("修水管的师傅只上午工作。", days=(20, 150)),
        ),
        ("他是做什么工作的？", "他在哪里工作？"),
        dialogue("我表弟{man}下周要来。", "太好了，他会住很久吗？"),
        avoid=("work",),
    ),
    Scenario(
        (
            told("橡木地板一平米{number}0块钱。", days=(20, 150), must=True),
            told("理发花了{number2}块。", days=(20, 150)),
        ),
        ("那要多少钱？", "多少钱？", "它贵吗？"),
        dialogue("我想给客厅铺橡木地板。", "橡木很耐用。"),
    ),
    Scenario(
        (
            told("手风琴送去修了，有两个键卡住。", days=(20, 150), must=True),
            told("自行车停在车站。", days=(20, 150)),
        ),
        ("它现在在哪里？", "它怎么了？"),
        dialogue("今晚我想拉手风琴。", "你想拉什么曲子？"),
        avoid=("music",),
    ),
)

REQUESTS = (*_ENGLISH_REQUESTS, *_CHINESE_REQUESTS)
FOLLOW_UPS = (*_ENGLISH_FOLLOW_UPS, *_CHINESE_FOLLOW_UPS)

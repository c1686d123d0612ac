"""Which turns ask the assistant for something, state a preference or order to forget.

Each table has wordings that do, and then wordings that look like it and do not.
"""

import pytest

from memory.messages.message_kinds import is_forget_order, is_request, states_preference

REQUESTS = (
    """
    Where is my umbrella? | where did I put my umbrella | Recommend me a film
    Write me a sonnet about the sea | translate "see you soon" into Dutch
    Give me five exercises for my shoulders. | please explain how tides work
    Suggest a name for a boat | I need a recipe for onion soup
    I would like some ideas for a speech | I want you to check my spelling
    Could you summarise this? | hi, show me how to fold a napkin | Name two lakes in Italy
    Let's plan my week. | My back hurts, what can I do | I'd like to know how bees sleep.
    Shorter, please | how to sharpen a knife | any suggestions for a rainy day
    When you have time, write me a short bio. | Wo wohne ich? | 请推荐一部电影 | 帮我写一首诗
    翻译“再见” | 给我五个肩部练习 | 请解释潮汐 | 我想要一个洋葱汤的食谱 | 雨伞在哪里
    我想知道蜜蜂怎么睡觉 | 总结一下这段话 | 你能帮我检查拼写吗 | 列出意大利的两个湖
    用英语怎么说“你好”？ | 把这句话翻译成英文 | 来个笑话 | 请問我的傘在哪裡？
    Compare tea and coffee | Draw me a cat in ASCII | Can't you check that?
    Pick a number between one and ten | Rewrite this in plain English | What is the capital of Peru
    I need your advice on a tricky matter | Proofread: "I has a dog" | Tell us a bedtime story
    Find me a cheap flight to Oslo | remind me what my doctor said | Help me with my homework
    Give examples of mammals | Could use some inspiration for dinner | Calculate 15% of 80
    convert 5 miles to km | I wonder what whales eat | Spell "rhythm" for me | Quiz me on capitals
    do you know where I live | is Tom my brother | Make a table of the planets
    Please list the planets. | Show the steps | tell me how to get there | So what's next
    Create a packing list for Norway | Explain like I'm five: gravity
    Shopping list for pancakes please | your opinion on cats? | 帮忙看看这段代码 | 画一只猫
    给我讲讲黑洞 | 比较一下茶和咖啡 | 把下面的话翻成法语：我饿了 | 秘鲁的首都是哪 | 想听听你的意见
    15的20%是多少 | 教我做蛋炒饭 | 给爸爸写一封道歉信 | 需要你的建议 | 解释一下黑洞
    Outline a talk on bees | what's the tallest tree | Can I freeze soup | what was my PIN again
    Fill in the blanks: a _ c | rate my poem | Translate: good night | in which year was I born
    at what time does it open | I need ideas for a party | fix this sentence: he go home
    words that rhyme with sea please | please summarise | Should we sell the house
    we are looking for a new sofa, any recommendations | 我几点起床 | 讲讲黑洞 | 请把它翻译成法语
    给点建议 | 帮我算一下 | 能推荐个餐厅吗
    I am looking for a good dentist. | We're looking for a quiet lake near Bonn
    I'm searching for a film on bees. | Looking for a new thriller. | I'm after a cheap lamp.
    I need a name for my canoe. | I need a card game for three. | I'd love some music for cooking.
    I could use a title for my talk | I need something to read on the plane.
    I'm trying to find a gift for my dad. | in need of a good joke | Surprise me with a fact.
    I'm out of tea, any ideas what to drink | Need a caption for this photo
    I cook for six tonight, ideas are welcome | It would be great if you could check my essay.
    A sonnet about a lazy otter, please. | I am in search of a nice café
    给小狗想个名字 | 给我的店想一个名字 | 做一个三天的行程。 | 做个健身计划吧 | 安排一个周末游
    我想要一个派对的点子 | 求一个好听的名字 | 求红烧肉食谱 | 我在找一部关于海的电影
    想找一本好看的小说 | 给孩子编个故事 | 给妈妈的生日出个主意 | 我需要一个六人桌游 | 想听个笑话
    为我的店起个名字 | 求推荐好听的歌
    """,
    """
    I need a new knee. | I need to sleep. | I need a break. | I could use my bike again.
    I'd love to see you. | I need my glasses to read. | I needed a name for my canoe.
    She is looking for a name. | Tom needs ideas for a gift. | I was looking for a thriller.
    I am looking for my keys everywhere. | I am looking forward to it. | I have no idea.
    I love names for cats. | I need new shoes. | I am after all a nurse.
    帮我的人很多 | 我做了一个计划 | 我想要一只猫 | 我在找钥匙 | 求婚成功了 | 求职很难
    给孩子买了新书 | 我给猫起了个名字 | 做个好人不容易 | 我做了一个梦 | 我有一个计划
    I wrote a sonnet | Translate was a shop in our street | Write-ups are due on Monday
    Give and take is what friends do | I recommend the harbour to everybody.
    I told Anna to write me a letter. | My boss wants me to explain the delay.
    List prices went up again. | Plan B is to stay home. | Help arrived after an hour.
    Order arrived this morning. | Did the dishes and went to bed. | What a mess! | How nice of you!
    Which reminds me that I must call Tom. | When it rains, I stay in.
    Why I left is a long story. | What bothers me is the noise. | Guess what? I got a dog!
    He asked "how are you?" and left. | I need to write a report. | I want a dog.
    Had I known, I would have stayed. | Find it hard to sleep lately.
    Research shows that naps help. | Forget what I said. | 我写了一首诗 | 推荐信已经寄了
    翻译工作很累 | 请假一天 | 我请他帮忙了 | 他给我写了一封信 | 没什么事 | 谁都喜欢她
    我不知道他为什么走了 | 我有几个朋友 | 解释很清楚 | 给我的礼物很漂亮 | 建议书写完了
    I compared tea and coffee. | Pick-up is at nine. | Drawing is fun. | The list is long.
    Tell-tale signs of rain today. | Make-up takes me an hour. | My request was denied.
    Show business is tough. | Plans changed. | Find myself tired lately. | Who knew it would rain.
    What I need is sleep. | I asked Tom for advice. | We discussed what to cook.
    I know how to swim. | Whoever stole my bike is a fool. | Check-in starts at ten.
    The question is difficult. | I forgot to ask. | Whenever I can, I swim.
    Translate and Explain are two apps of mine. | Write is a verb.
    Called the bank, nobody answered. | I can explain it to her. | 讲座很有意思 | 画展昨天开幕了
    他教我游泳 | 我写信给房东了 | 列车晚点了 | 比较贵 | 帮助别人让我快乐 | 说实话我很累
    介绍信写好了 | 我什么都没买 | 我把书给了她 | 怎么说呢，我很累。 | The outline is done.
    My rating went up. | Freezing soup is easy. | Time flies. | I can write a poem.
    In which case I'd stay home. | As for what happened, I don't care.
    How they did it is beyond me. | I'll show Anna the garden. | Remember to call Paul.
    We need to sell the house. | My plan is simple. | List of things: eggs, milk. | 我七点起床
    我在讲课 | 我会翻译 | 他建议我休息 | 我帮他算了一下
    """,
)
PREFERENCES = (
    """
    I prefer tea to coffee. | I can't stand loud music | I avoid flying. | I'm vegetarian
    I am allergic to nuts. | I always sleep with the window open. | I never eat after eight.
    I don't like olives. | I don't eat pork | I hate early meetings.
    My favourite colour is green. | Please always answer in Spanish. | From now on, call me Bea.
    Never use emojis. | I'd rather walk than drive. | I love hiking in the hills.
    I'm not a fan of horror films. | I have a strong aversion to crowds.
    I refuse to use plastic bags. | I no longer drink alcohol. | I only buy organic eggs.
    I usually take the stairs. | Loud restaurants make me anxious. | Keep your answers short.
    我不吃猪肉 | 我喜欢爬山。 | 我对花生过敏 | 我讨厌吵闹的地方 | 我是素食者 | 我从不喝酒
    我更喜欢喝茶 | 我受不了香菜 | 请总是用中文回答 | 以后叫我小李 | 我不能吃辣
    我最喜欢的颜色是绿色 | 我总是早起 | 我怕高，恐高 | 我只喝无糖的咖啡 | 我习惯早睡
    I'd prefer to sit by the window. | I strongly dislike horror movies.
    I do not drink coffee after noon. | Peanuts make me sick. | I have a gluten intolerance.
    I enjoy quiet evenings at home. | I'm afraid of heights. | I try to avoid sugar.
    I never answer calls from unknown numbers.
    Whenever I ask for recipes, always give metric units. | I'm really into jazz.
    I can't tolerate lactose. | Olives are not my thing. | I only watch films with subtitles.
    Blue is my favourite colour. | I hate it when people are late. | please call me Max
    I've always loved the sea. | I don't want any spoilers. | Address me formally, please.
    I won't eat anything with a face. | I'm a morning person | We don't eat meat at home.
    我不喝牛奶 | 我特别喜欢安静的地方 | 我一般不吃早饭 | 我有乳糖不耐症 | 牛奶让我不舒服
    请叫我小王 | 我害怕坐飞机 | 我从来不看恐怖片 | 以后回答请简短一点 | 我平时喜欢跑步 | 我宁愿走路
    I strictly avoid gluten. | I have no interest in golf.
    I exclusively use cash and avoid cards. | I follow a strict raw diet.
    I never drink alcohol. | I'm lactose intolerant | I hate crowds.
    I prefer window seats on trains. | I always drink my coffee black. | Please never call me Bob.
    I do not enjoy spicy food. | My preferred language is French.
    Cilantro tastes like soap to me, I can't eat it. | We never eat out on Mondays.
    I'm not into sports | 我不喝咖啡 | 我很讨厌下雨天 | 我对海鲜过敏 | 我偏爱靠窗的座位
    请不要叫我老王 | 我平时只喝黑咖啡
    Crowds make me nervous. | No westerns for me, ever. | Golf is not for me.
    Red wine gives me a headache. | I don't touch alcohol. | I only travel by train.
    Nothing with raisins, please. | I'm a night owl. | Heights scare me. | No spoilers please
    Loud music drives me up the wall. | Coffee keeps me awake. | I tend to get up early.
    I'm not a morning person. | I can't do spicy food. | Onions don't agree with me.
    I couldn't live without my piano. | I sleep best with the window open.
    Traffic stresses me out.
    I'm more of a tea drinker. | Please no celery. | I do not set foot in casinos.
    Keep fish away from me. | Anything but jazz, please. | I have a weakness for chocolate.
    跳舞不适合我 | 我滴酒不沾。 | 我出门只坐火车 | 人多的地方让我紧张。 | 红酒让我头疼 | 我从不迟到
    不要给我推荐西部片 | 别给我放香菜 | 我是夜猫子 | 恐怖片我从来不看 | 辣的我吃不了
    我一喝红酒就头疼
    坐电梯我会紧张 | 我晚上不喝茶 | 我出差一律坐高铁 | 打雷让我害怕 | 恐怖片不是我的菜
    不吃葱，谢谢 | 我不适合早起
    """,
    """
    The crowd made noise. | Nobody likes rain. | Crowds make her nervous. | No rain for weeks.
    The gift is not for me. | This letter is not for me but for Tom. | No mail for me.
    No idea. | No news from Tom. | She is a night owl. | The film gave me a headache.
    Nothing with this laptop works. | It scared me. | He makes me laugh. | The boss made me work.
    My job makes me tired today. | I only travelled by train in May. | She makes me happy.
    Nothing happened. | I can't do my homework. | No bread at home.
    我妈不吃辣 | 他滴酒不沾 | 我爸出门只坐火车 | 他让我紧张 | 老板让我加班 | 这件衣服不适合我妈
    医生让我休息 | 他不给我打电话 | 我哥是夜猫子 | 妈妈不要给我买鞋 | 不要走 | 人很多
    Do I like olives? | I prefer to think he left. | My sister hates olives. | He is vegetarian.
    I like your idea. | I love it! | I love you | I'd like a coffee, please. | I never said that.
    I always knew he would come. | I don't know. | I don't think so. | I can't come tomorrow.
    I went to a concert. | I liked the film. | I can't eat dinner tonight. | Tom prefers tea.
    She said I like cats. | I am tired. | My favourite cup broke. | I hate to say it, but he lied.
    I usually forgot my keys. | Write me a poem. | Always a pleasure! | 我喜欢吃什么？
    我妹妹不吃肉 | 他是素食者 | 我喜欢你的主意 | 我爱你 | 我不知道 | 我今天不吃早饭 | 我去爬山了
    她讨厌下雨 | 我累了 | 请写一首诗 | 他对花生过敏 | 我朋友喜欢茶 | 我喜欢过他
    I prefer not to say. | I liked it there. | I'd love to see you.
    I hate that we lost yesterday. | I never got your letter. | I always thought so.
    I enjoyed the trip. | Anna avoids sugar. | My dog doesn't like cats. | Would I like it?
    I don't have a car. | I don't live there anymore. | I don't remember his name.
    I was vegetarian once. | I love this song! | What do I prefer? | I like how you explained it.
    I don't want to go to school today. | I am into the second week of my course.
    I can't find my keys. | I usually told him everything. | 我不想去上学 | 我喜欢他 | 我没吃早饭
    我不记得他的名字 | 我们老师喜欢跑步 | 我喜欢这首歌 | 他怕高 | 我不在家
    I never met her. | She cooks and avoids salt.
    I have to follow the rule. | I have never had an allergy.
    I love what you did. | Do you hate crowds? | He never drinks. | I always wanted that bike.
    I don't understand. | I like this | I prefer it that way | My mum is lactose intolerant.
    I could not eat yesterday. | 我讨厌你 | 他对海鲜过敏 | 我妈妈不喝咖啡 | 我不懂 | 我今天不喝咖啡
    """,
)
FORGET_ORDERS = (
    """
    Please forget my new address. | forget what I said about Tom
    Forget everything I told you yesterday. | Delete my email address from your memory.
    Can you forget that I was ill? | Could you please erase everything you know about me?
    I want you to forget my birthday. | Remove the note about my boss from your memory.
    Wipe your memory of our last chat. | Please don't remember what I said about the party.
    Forget about my divorce. | You can forget what I told you about the car.
    Delete all our conversations. | Erase what I said. | ok, now forget the last thing I said
    请忘掉我的新地址 | 忘掉我说的关于汤姆的话 | 忘记我昨天告诉你的一切 | 从你的记忆里删除我的邮箱
    请你忘了我生病的事 | 把我的生日忘掉 | 删除所有对话 | 清除你的记忆 | 请删掉我说过的话
    别再记住我的电话 | 能不能忘掉我刚才说的？ | 我想让你忘掉我的生日 | 麻烦删除关于我前女友的内容
    忘了我之前说的吧 | 不要保存我的地址 | Please forget all about my ex.
    I'd like you to delete what you know about my salary. | Forget the thing about my boss.
    Never mind, forget I said anything | Please delete that from your memory
    forget that I ever mentioned Tom | Could you wipe everything about my health?
    Remove my address from your memory, please. | Hey, forget my old phone number
    Strike that from your memory. | Don't store this. | erase my data
    Delete the memory about my cat. | 忘记我说过的话 | 请把这件事忘了 | 把我的地址从记忆里删掉
    你可以忘了关于她的事吗 | 请清除我的所有数据 | 别记住这个
    Forget what I told you about Anna, please. | please delete my address
    Can you erase that I smoke? | forget all my preferences
    Remove everything about my ex from your memory | 忘掉我的地址吧 | 请删除关于安娜的一切
    你能忘记我抽烟的事吗
    """,
    """
    I forget my keys all the time. | Don't forget to call Anna | I'll never forget that day.
    Forget-me-nots are in bloom. | Did I forget my appointment? | I forgot what I said.
    She told me to forget him. | Forget it. | Delete the last paragraph of the letter.
    How do I delete an app? | Remove the onions from the soup. | I deleted my account.
    Never forget your roots. | Clear skies today! | What did I forget? | 我忘了带钥匙
    别忘了给安娜打电话 | 我永远忘不了那天 | 我忘记密码了 | 不要忘记浇花 | 我把钥匙忘了
    他忘了我的生日 | 怎么删除应用？ | 删除最后一段 | 我删了那张照片 | 忘了吧 | 勿忘我开花了
    我忘了说 | 你忘了吗？ | 她忘记了我 | Forget about the diet, cake is served!
    I want to forget him. | How can I forget her? | Delete the second line of the poem.
    I erased the whiteboard. | We should never forget. | You forgot my birthday!
    Can you delete files on Linux with rm? | Clear the table please. | Did you forget my name?
    我想忘记他 | 你忘了我的名字吗 | 把第二行删掉 | 怎么忘记一个人？ | 请别忘记我
    I'd never forget Anna. | Don't you forget it! | Forget it, I'll do it myself.
    delete the old files | He deleted my address. | 别忘了我的生日 | 我老是忘事 | 删除旧文件
    """,
)


def lines(text: str) -> list[str]:
    return [each.strip() for each in text.strip().replace(" | ", "\n").split("\n")]


def table(positive: str, negative: str) -> list[tuple[str, bool]]:
    return [(each, True) for each in lines(positive)] + [(each, False) for each in lines(negative)]


@pytest.mark.parametrize(("text", "expected"), table(*REQUESTS))
def test_request(text: str, expected: bool) -> None:
    assert is_request(text) is expected


@pytest.mark.parametrize(("text", "expected"), table(*PREFERENCES))
def test_preference(text: str, expected: bool) -> None:
    assert states_preference(text) is expected


@pytest.mark.parametrize(("text", "expected"), table(*FORGET_ORDERS))
def test_forget_order(text: str, expected: bool) -> None:
    assert is_forget_order(text) is expected

"""What messages ask for, in many wordings of two languages, and what looks like it but does not.

Each table has its counter-examples beside it: a rule that is too wide fails as one too narrow does.
"""

import time

import pytest

from memory.messages.message_kinds import (
    FUNCTION_OF_ASKING,
    MessageKind,
    content_words,
    is_forget_order,
    is_request,
    kind_of,
    states_preference,
)

# For each kind, messages that are of it and messages that are not.
KINDS: dict[str, tuple[str, str]] = {
    "small_talk": (
        """
        Hi | Good evening! | Hello there, how are you? | Thanks a lot!
        thank you so much for your help | ok | Okay, got it. | haha | hahaha lol
        Bye, see you tomorrow! | Good night, sleep well | 👍 | 🦄🦄 | ... | ?! | :) | Heyyy
        Morning, Ada! | cool, thanks | Have a nice weekend! | Sounds good | 你好 | 早上好！
        谢谢你 | 好的，谢谢！ | 哈哈哈哈 | 晚安，明天见 | 嗯嗯 | 再见啦 | 辛苦了 | 好久不见 | Hey
        Good afternoon, my friend! | Many thanks! | wow, nice | Alright then | brilliant, thank you
        lol ok | See you on Monday | ❤️ | Thank you, that was very helpful! | Great answer!
        You're amazing | how's your day? | nice to meet you too | Good luck to you | ok thanks bye
        Happy Friday! | I'm fine, thanks | no worries, thanks | what's up | Cheers mate
        嗨，你好呀 | 谢谢你的帮助 | 太棒了，谢谢 | 好的好的 | 周末愉快！ | 哈哈，真有意思
        知道了，拜拜 | 😂😂 | 你今天怎么样？ | 早 | 收到，谢谢 | Good to see you again! | morning!
        That was fun, thanks | haha nice one | ok bye | Thank you, Tapehead. | much obliged
        hey hey | Cool cool | 谢啦 | 哈喽在吗 | 晚上好呀 | 好的，明白了 | 感谢感谢
        """,
        """
        yes | no | yes please | No thanks | why? | really? | go on
        Good evening! Where did I leave my umbrella? | Thanks, and what about the second one?
        Hello, my name is Ada. | Good food in Lisbon | Thanks for asking, my back is better.
        Night shifts are hard on me. | Cool down the soup first | Great news: I passed!
        Hi, can you help me? | 是的 | 不用了 | 为什么？ | 早上我去跑步了 | 你好，我叫李雷
        谢谢，那我的狗呢？ | 好的，请推荐一本书 | 继续 | Good idea, do that
        Hello Kitty is my favourite | bye the way what is my PIN | Thanks to Anna I found the keys
        ok so where is it | I am happy | Hi! I moved to Rome | Is it good?
        great, and the other one? | sure | please | Fine dining is my hobby | 早饭吃了面包 | 好吃
        谢谢，请继续 | 明天见面的时间是几点 | 你好在哪里 | What about morning?
        Thank God it is over, my exam went well | Hi, where is my key? | Ok Google play music
        nice is a city in France | 好的，那我的钥匙呢 | 早上我吃了粥
        """,
    ),
    "refers_back": (
        """
        yes please | Yes | no | sure, go ahead | and her? | And my brother?
        what about the blue one? | What does she eat? | how expensive is it?
        How much would this be? | ok, what would you suggest? | what do you recommend? | why?
        Why not? | which one? | tell me more | When did he say that? | Where can I buy them?
        Can you translate it into Polish? | Make it shorter | How do I get there?
        What happened then? | Is that safe? | No, Thursday. | the second one | what is his name?
        And in winter? | 是的 | 好啊 | 为什么？ | 他呢？ | 那我妹妹呢？ | 她住在哪里？
        那个多少钱？ | 它怎么用？ | 你觉得他怎么样？ | 然后呢？ | 继续 | 怎么去那里？
        你有什么推荐？ | Yes, do that | ok do it | not the first one | And the price?
        what about Tuesday? | How far is it? | who's she? | Did they call? | is it still open?
        What do you mean? | explain that again | can you make it more formal? | where's that?
        why do you think so? | How does he know her? | would it be cheaper? | And then what?
        or maybe tomorrow? | what was it called? | Could you send me those again? | both
        what else? | What did they say? | Which of them is older?
        Can you do the same for the kitchen? | 不是 | 可以 | 那她呢？ | 这个怎么读？ | 他多大了？
        还有吗？ | 为什么不行？ | 他们什么时候来？ | 什么意思？ | 把它翻译成英文 | 那价格呢？
        再短一点 | nope | and what about him? | is she coming too? | would that work for me?
        How old are they? | thanks, can you shorten it? | Where is that from?
        how do you spell it? | the last one please | so what do you suggest? | and my mother?
        then what? | 她呢 | 他喜欢吗？ | 这个好吗？ | 为什么呢 | 那我该怎么办
        """,
        """
        is it snowing? | Is it going to rain on Sunday? | What time is it?
        My sister called, is she well? | My car is loud. Should I sell it?
        If Tom visits, what should I cook for him? | Where do I work? | What is my cat called?
        And what is my cat called? | How long does it take to bake bread?
        Is it healthy to skip breakfast? | Who am I? | What do you know about me?
        What did I tell you first? | Good morning! | Recommend me a novel about the sea.
        Is there a pharmacy near the station? | Do you remember that hotel in Porto?
        What are my plans for this week? | Which countries have I visited?
        Write a poem about my garden. | What can you do? | Anna moved; where does she live now?
        我的猫叫什么？ | 我姐姐打电话来了，她好吗？ | 李雷说他病了，他得了什么病？ | 现在几点了？
        其他人都去哪了？ | 今天会下雨吗？ | 吉他怎么学？ | 你好 | 我妈妈喜欢什么花？
        推荐一本关于大海的小说。 | 我去过哪些国家？ | Will it snow on Friday?
        Where does my brother live? | Does Anna still work at her old job? | What's the time?
        Is it okay to mix bleach and vinegar? | How is my garden doing?
        Where do my parents live and do they have a car?
        Tom lost his keys. Where did he put them? | How long does it take to fly to Rome?
        What should I buy for dinner? | When is my birthday? | What did I tell you about my knee?
        Is it possible to learn Greek in a year? | Translate "I love it" into French.
        I like my job. | what do I usually eat for breakfast | Who is coming to the party?
        Summarise our chats. | What's it like to live in Norway? | 下雨了吗？
        我的车停在哪里？ | 安娜说她要来，她几点到？ | 我弟弟的生日是几号？ | 给我讲个笑话
        我和妈妈去北京，她喜欢那里吗？ | 你知道我住哪里吗 | 他妈的太累了我想休息
        Where does my aunt work? | Is Anna older than her brother? | What's wrong with my knee?
        Did I buy milk? | How hot will it get tomorrow? | Should I water my plants if it rains?
        When did Tom say he would come? | what colour is my car | 我的猫几岁了？ | 小王说她病了吗
        明天热吗
        """,
    ),
    "asks_overview": (
        """
        What do you know about me? | what do you remember about me so far
        Tell me everything you know about me. | Tell me about myself. | What are my hobbies?
        What do you know about my hobbies? | Who are the important people in my life?
        What should I bear in mind about my health?
        Is there anything I should watch out for with my diet? | Summarize our conversations.
        Give me a summary of what we talked about.
        Can you recap everything I told you about my plans? | What have I been busy with recently?
        What have I told you so far? | Who am I? | How well do you know me?
        What kind of person am I? | What have you learned about me?
        Can you give me an overview of how my project developed over time? | What do I like?
        你了解我什么？ | 你都知道关于我的哪些事？ | 我有哪些爱好？ | 我的爱好是什么？
        总结一下我们的对话 | 我是个什么样的人？ | 我生活中有哪些重要的人？
        关于我的健康，我应该注意什么？ | 我最近在忙什么？ | 你对我了解多少？
        回顾一下我们聊过的内容 | what do you know of me? | Do you know anything about me?
        Tell me what you know about me. | What do you remember about our trips?
        what information do you have about me? | Give me a recap of our chats so far
        What are my interests and goals? | Tell me about my family.
        What should I be aware of regarding my health? | Sum up what I told you this month.
        who are the people I know | what's been going on in my life | describe my personality
        What's my life like? | what did we cover so far? | What facts have you stored about me?
        Describe me in three sentences | 你记得关于我的什么？ | 说说你知道的关于我的一切
        我有什么兴趣爱好？ | 概括一下我们聊过的 | 我身边都有谁？ | 我的健康有什么要注意的？
        你对我有什么了解 | 我的朋友都有谁 | 介绍一下我的家人 | what do you know about my work?
        Summarize everything I've told you. | Who am I to you?
        what have we been discussing lately | Tell me what you remember about me
        What are my likes and dislikes? | how would you describe me? | 你知道我的哪些习惯
        我的家人有谁 | 总结一下我最近的生活 | 你对我的印象是什么
        What do I do in my free time? | What am I into? | What do you have on me?
        What are my plans? | What are my habits? | What are my likes? | What do I do for fun?
        How do I spend my weekends? | What do I like doing in my spare time?
        What am I interested in? | Which hobbies do I have? | Which people do I know?
        What health issues have I mentioned? | Who are my family and friends?
        Recap everything that I have told you. | What makes me happy?
        Tell me who I am. | Introduce me to myself. | What do you think of me?
        Write a profile of me
        What do I do in my free time on Friday? | What are the notes you have about me?
        介绍一下我 | 介绍一下你眼中的我 | 我平时喜欢做什么？
        说说我的健康情况 | 说说我的兴趣爱好
        你眼中的我是什么样的？ | 我业余时间做什么？ | 我周末一般干什么 | 聊聊我的家庭 | 谈谈我的性格
        我喜欢什么？ | 我跟你提过哪些人？ | 用三句话形容一下我 | 我对什么感兴趣？
        我的生活习惯有哪些
        """,
        """
        What do I do when the fuse blows? | What do I do with the old paint? | What do I do now?
        What am I allergic to? | What do you have on the menu?
        How would you describe this wine?
        What does my brother do in his free time? | What are my car's habits?
        What makes me sneeze?
        What do you think of my essay? | How do I spend my voucher?
        Which people came to the party?
        介绍一下我的车 | 我弟弟喜欢什么？ | 我妈妈平时喜欢做什么？ | 说说北京的情况
        你对罗马了解多少
        保险丝断了我做什么？ | 我喜欢的电影叫什么 | 我周末做什么好？
        What do you know about volcanoes? | Tell me about Lisbon. | What is my dog called?
        Summarize this article for me. | Summarise the plot of Dune.
        Do you know my sister's birthday? | Who is my dentist?
        What do you know about me losing my keys? | Write an overview of the Roman kings.
        I know my hobbies cost money. | How is the weather? | What have I told you about the leak?
        When did I start my hobby? | Remind me to call my family. | What does my brother like?
        你知道我的狗叫什么吗？ | 介绍一下北京 | 总结一下这篇文章 | 我的医生叫什么？
        我喜欢我的工作。 | 你知道长城有多长吗？ | 他是个什么样的人？ | 我妈妈有哪些爱好？
        What do you know about Rome? | What are the goals of the UN?
        Tell me about my trip to Norway in 2019 | Summarise chapter two.
        What is the health benefit of tea? | What is my brother's hobby? | Do you know my name?
        What are friends for? | Who is my best friend? | 你知道罗马吗 | 总结这章内容
        介绍一下你自己 | 我哥哥的爱好是什么 | 健康的早餐有哪些 | what do you know about physics
        summarise this email | who is my sister | describe the picture | what is work
        你知道物理吗 | 总结这封邮件
        """,
    ),
    "asks_all": (
        """
        Which towns have I been to? | List all films I told you about.
        what have I baked this year? | Name all my cousins. | Which books did I read last summer?
        What sports do I play? | What are my children's names?
        Give me a list of all my appointments. | Where have I lived? | Who have I met at the club?
        Tell me every recipe I mentioned. | Which of my friends have pets?
        What languages does Tom speak? | Show me all the wines I liked.
        What are all the medicines I take? | List my allergies. | Who are my colleagues?
        我去过哪些城市？ | 列出我读过的所有书 | 我今年做过什么菜？ | 我养过哪几种宠物？
        告诉我我说过的所有电影 | 我都学过什么语言？ | 我有哪些过敏？ | 我见过谁？
        列出我的全部约会 | 他去过哪些国家？ | 我吃过什么药？ | 说出所有我提到过的朋友
        我参加了哪些比赛？ | What countries did we visit? | Name every pet I ever had
        list my medications | What have I planted in the garden? | All the books I lent to Tom?
        What are the names of my nephews? | Which courses have I taken so far?
        what movies did I watch with Anna | Can you list everything I bought in May?
        Tell me all my passwords hints | What are my allergies? | Who have I worked for?
        what places have I lived in | give me the list of my appointments | 我看过哪些电影？
        我都种了什么花？ | 把我去过的城市列出来 | 我认识的人有哪些？ | 我有哪些药要吃？
        我工作过的公司有哪几家？ | 我都买过什么？ | 列一下我的预约
        Which restaurants have we tried? | list every bike I have owned
        what are my appointments this week | what have I bought for the garden
        which of my cousins live in Spain | 我有哪些约会 | 我都去过哪儿 | 列出我所有的自行车
        我今年看过哪些展览
        What have I lent to people? | Who has something of mine? | Who owes me money?
        Who has borrowed something from me? | Which friends live in Rome?
        Who of my friends smokes?
        What kinds of tea do I like? | Which books about Rome have I read? | Who do I know in Oslo?
        谁借了我的东西？ | 我借出去了什么？ | 有谁欠我钱？
        """,
        """
        What do my grandparents do? | Which size of shoes do I wear? | What does my brother do?
        What do my kids eat for breakfast? | Where do my parents live? | Who has my key?
        What colour of eyes does Anna have? | Which side of the bed do I sleep on?
        What did my parents give me? | What time do my kids go to bed?
        我爷爷奶奶是做什么的？ | 我穿多大的鞋？ | 谁有我的钥匙？ | 我父母住在哪里
        Which town was I born in? | What did I bake on Sunday? | What is on my list?
        Where have I put my glasses? | What should I cook? | What is my cousin called?
        Who is my boss? | Which bus goes to the station? | My list of books is long.
        What time does the shop open? | What dress did I wear? | What is the name of my school?
        Give me some ideas for dinner. | What are some good books?
        What vegetables do you recommend? | Name a river in France. | I told you all about it.
        我出生在哪个城市？ | 我昨天晚饭吃了什么？ | 我应该去哪些城市？ | 推荐一些书
        我的老板叫什么？ | 我把眼镜放在哪了？ | 你推荐哪个？ | 所有人都来了。 | 我的清单很长
        哪个车站最近？ | 我去过罗马。 | 他是谁？ | 我喜欢的颜色是什么？ | 给我几个建议
        Which country do I live in? | What is my medication called? | What did I plant yesterday?
        List price of the car? | Which film should I watch?
        What is the list of ingredients for a carbonara? | Who invited me?
        What shoes go with a blue suit? | Is everything ok? | What did all this cost?
        我在哪家公司工作 | 我昨天种了什么 | 哪些电影值得看？ | 这药叫什么
        which restaurant was it? | what was the name of my bike | what are taxes
        which bus do I take | what does it all mean | 我上次去的餐厅叫什么 | 哪个是我的
        """,
    ),
    "asks_count": (
        """
        How many books did I read? | how often do I go swimming | How much did I spend in total?
        How much have I saved? | What is the total cost of the trip?
        How many times have I been ill? | What was the total distance? | Count my cousins.
        How frequently does Anna call? | How many kilometres did we walk altogether?
        How much money have I lent Tom so far? | What is the number of guests we invited?
        Do you know how many cats I have? | Tell me how often I cooked fish. | And how many in May?
        我读了多少本书？ | 我多久去一次健身房？ | 我一共花了多少钱？ | 我跑过几次马拉松？
        总共走了多少公里？ | 我有几个孩子？ | 我病过多少次？ | 我们总共请了几位客人？
        我喝咖啡的频率是多少？ | 多少人来了我的生日会？ | 我一共有几只猫？ | 她去过几次巴黎？
        我今年总计存了多少？ | 去健身房的次数是多少 | 我们有几张票？ | 我加起来跑了多远？
        What's the number of books I own? | how many of my friends smoke
        How often did I go running last month? | How much did I pay altogether?
        how many hours a week do I work? | In total, how far did I run?
        how much money did I spend on books this year | Count the cities I visited
        what does it add up to in total | How many km have I cycled? | 我去过几个国家？
        我有多少双鞋 | 这个月跑步多少公里？ | 我多长时间去一次牙医？ | 我总共借了多少钱给他
        一周工作几个小时？ | how many siblings do I have | how often do I water the fern
        How much did we spend in total in Rome? | total number of books?
        how many of them were red | 我多久浇一次花 | 一共多少人
        """,
        """
        How old is my dog? | How much is the rent? | How long is the bridge? | How is my mother?
        How do I count in French? | I do not know how many came. | There were many people.
        How much do I love chocolate? | What number is the bus? | I often swim. | How tall is Tom?
        The total eclipse was great. | What did the chairs cost? | How did I get there?
        Count me in! | 我的狗几岁了？ | 房租多少钱？ | 桥有多长？ | 现在几点？ | 我有好几个朋友
        哪几个城市最美？ | 我不知道来了多少人。 | 今天几号？ | 他多高？ | 我妈妈怎么样？
        我经常游泳。 | 公交车是几路？ | 你几月出生？ | 我很少喝酒 | 过几天我要去北京
        How much is a ticket? | How long did I run? | how old are my kids | How come I am tired?
        Which number do I call? | How far is Rome? | 这双鞋多少钱 | 我跑了多久 | 我的电话号码是多少
        他几岁 | how much is it | how big is my flat | how long ago was it | 我家多大 | 多久以前
        """,
    ),
    "asks_extreme": (
        """
        What was my longest hike? | Which was the cheapest hotel?
        What is the most expensive thing I bought? | Who is my oldest friend?
        What was my best time over 5 km? | Which trip did I like most?
        What was the worst meal we had? | Who do I see most often?
        Which month did I spend the most in? | What is the highest mountain I climbed?
        What was the funniest story? | What is the best meal I had this year?
        What are my top three films? | Which exam was the hardest?
        Who is the tallest in my family? | 我跑过最长的距离是多少？ | 最贵的东西是什么？
        哪次旅行最便宜？ | 我最快的一次是多少？ | 谁最常来看我？ | 我去过最远的地方是哪里？
        我吃过最好吃的菜是什么？ | 最难的考试是哪一门？ | 我最忙的是哪个月？ | 家里谁最高？
        最短的一次是多久？ | 我花钱最多的是什么？ | 哪本书最有趣？ | 我最难忘的旅行是哪次？
        最冷的一天是哪天？ | Which of my runs was the fastest?
        What's my personal best in the 10k? | Who is the youngest of my cousins?
        What was the most I ever paid for shoes? | What was my heaviest lift?
        which is my least favourite chore | Which holiday was the best?
        what did I enjoy most in Japan | What's the smallest fish I caught?
        Who owes me the most money? | what's the earliest I ever got up | 我最高的分数是多少？
        我钓过最大的鱼多重？ | 谁欠我的钱最多？ | 哪个假期最好？ | 我最大的优点是什么
        what's the longest I've ever run | which day was the hottest
        who is the oldest in my family | my biggest fear is what? | What did I pay most for?
        我最怕的是什么 | 我最长的假期是几天 | 谁最大
        """,
        """
        Who is my best friend? | What is the best way to learn Greek? | What was the latest news?
        What was the last thing I said? | What was the first thing I said? | At least tell me when.
        Is the forest far? | What is my interest in art?
        Most of my friends came, who was missing? | Who is the guest of honour?
        Where is the rest of the cake? | I ran my longest distance.
        What is the most recent book I read? | Will the test be on Monday?
        When do I harvest the beans? | 最近我读了什么书？ | 我最好的朋友是谁？
        最后一次是什么时候？ | 我最先说了什么？ | 你最好早点来吗？ | 最新的消息是什么？
        我跑了最长的距离。 | 最好的办法是什么？ | 我最近怎么样？ | 什么时候开始的？
        他长得怎么样？ | 我最初住在哪？ | 哪里有便宜的酒店？ | 我的快递到了吗？ | 多长？
        How is the rest of the family? | What is my favourite book? | When is the harvest?
        What did I do most of the day? | who's my best man | is it best to wait? | 我最爱的书是什么
        我最近去了哪里 | 最好带伞吗 | what is the best way to cook rice | is the rest ready
        who was the guest | what's my favourite | 最近好吗 | 最后去了哪里
        """,
    ),
    "asks_first": (
        """
        What was the first thing I said to you? | When did I first mention my knee?
        When was the first time I went skiing? | What is the earliest thing you remember?
        What is your oldest memory of me? | What was the first book I read this year?
        How did our conversation start? | What did I tell you first?
        What was our first conversation about? | Who was the first person I met here?
        What did we talk about first? | When did we first meet?
        What was the first question I asked? | What did I start with?
        Tell me the first time I said that. | 我告诉你的第一件事是什么？ | 我第一次滑雪是什么时候？
        我最早说了什么？ | 我们最初聊了什么？ | 我最先提到的是什么？ | 一开始我说了什么？
        我首次提到膝盖是什么时候？ | 我读的第一本书是什么？ | 你记得我说的第一句话吗？
        我第一个问题是什么？ | 第一次见面是哪天？ | 我最开始住在哪里？ | 我们的对话最开始说了什么？
        我第一天上班怎么样？ | 我去的第一家餐厅是哪家？
        what was the very first thing I said to you | What was the first city I visited this year?
        do you remember our first chat? | which book did I read first
        When did I mention my allergy for the first time?
        What's the oldest thing you know about me? | 我们第一次聊天说了什么？
        我最早提到过敏是什么时候 | 我跟你说的第一件事情是啥 | 我第一次去日本是哪年？
        what's the first thing I ever asked you | when did I first go to Rome
        the first time I swam, when was it? | What was the first message I sent?
        我什么时候第一次去罗马 | 我最早的记忆是什么
        """,
        """
        What is my first name? | Where is the first aid kit? | What is on the first floor?
        First, how old is my cat? | First of all, where do I live?
        What was the last thing I told you? | I first met Tom in May.
        How old is my oldest brother? | At first I was sad. | What starts on Monday?
        Who was the second to arrive? | When does the film start? | Which class is first class?
        When is the earliest train? | The first time was hard. | 最后一次是什么时候？
        我的名字是什么？ | 第二次去是哪天？ | 我第一次滑雪摔倒了。 | 他得了第一名吗？
        北京第一人民医院在哪？ | 一楼有什么？ | 电影几点开始？ | 最近怎么样？ | 我早上吃了什么？
        首都是哪里？ | 我先去哪里？ | 第三件事是什么？ | 最好的是哪个？ | 什么时候开始？
        What's Anna's first name? | When is the first of May? | who came second
        where can I get first aid training | 第一名是谁 | 第二个问题是什么 | what's my first name
        who lives on the first floor | is Monday the first
        """,
    ),
    "asks_last": (
        """
        What is the last thing I mentioned? | When did I last see Anna?
        When was the last time I swam? | What was the latest book I read?
        What is my most recent purchase? | What did we talk about last?
        What was the last film we saw? | When did my sister last call? | What did I just say?
        What was my last question? | Who was the last person I helped?
        What was our previous conversation about? | Which was the last city I visited?
        What did you and I last discuss? | What was the last message about? | 我最后说了什么？
        上次我们聊了什么？ | 我最近一次游泳是什么时候？ | 我最后一次见安娜是哪天？
        我刚才说了什么？ | 最新的那本书叫什么？ | 上一次去医院是什么时候？ | 我上个问题是什么？
        最后一件事是什么？ | 我最后看的电影是什么？ | 上一条消息说了什么？ | 我们最后聊到哪里？
        我刚问了什么？ | 最近一部电影叫什么？ | 我上回去罗马是哪年？
        what's the last thing we discussed? | When did I go to the dentist last?
        When was I last in Rome? | what's my most recent weight
        what was my latest blood pressure reading | What did I tell you last time?
        when did we last speak | who did I meet most recently | 我上次看牙医是什么时候？
        我们最后一次聊天聊了什么 | 最近一次体重是多少？ | 我上回说到哪了
        when did I last water the fern? | what's the last thing I asked
        my most recent trip was where? | what was the last book I finished | 我上次浇花是什么时候
        我最后读的书是什么
        """,
        """
        What did I read last week? | What is my last name? | Where was I last summer?
        How long does the film last? | What happened last Tuesday?
        What did I do in the last few days? | At last! Where were you?
        What was the first thing I said to you? | Where did I eat last night?
        I last saw her in May.
        When is the latest I can come by? | How much did I earn last year? | Will it last for long?
        What did I read last March? | Last but not least, who is Tom? | 上个月我做了什么？
        上周我去了哪里？ | 最近怎么样？ | 我最近在读什么？ | 第一次是什么时候？
        我最后一次见她是五月。 | 上个星期天气怎么样？ | 上海在哪里？ | 后来呢？ | 最好的是哪个？
        我上班几点？ | 后天有什么安排？ | 去年我住哪？ | 上学期的成绩如何？ | 楼上住着谁？
        what happened last night? | Where did I go last winter? | How long did the meeting last?
        what is my last name | what did I do the last two weeks | 上周末我干嘛了 | 我最近胖了吗
        上半年收入多少 | where was I last weekend | how long will it last | what's Tom's last name
        上周末我在哪
        """,
    ),
    "about_telling": (
        """
        What was the first thing I said to you? | What did we talk about last?
        What is the last thing I said? | What did I tell you yesterday?
        What have I told you so far? | what was our first conversation about?
        What did we discuss last week? | What did I just say? | Do you remember what I told you?
        What have we talked about recently? | What was my last question?
        What did I ask you first? | What was the last topic we discussed?
        What did we chat about this morning? | Which things did I mention two days ago?
        我告诉你的第一件事是什么？ | 我们上次聊了什么？ | 我最后说了什么？ | 我昨天跟你说了什么？
        我们都聊过什么？ | 你还记得我说过什么吗？ | 我刚才问了什么？ | 我们最初谈了什么？
        我的第一个问题是什么？你记得我问什么吗？ | 我上周告诉你什么了？ | 我说的第一句话是什么？
        我们讨论过哪些话题？ | 我刚刚说什么了？ | 上次我们谈到什么？ | 我最早跟你说的是什么？
        what was the first thing I ever mentioned to you | what did we talk about last time?
        What did I say a moment ago? | what have we been talking about
        Can you recall our last conversation? | What did I mention yesterday evening?
        what was the last thing we spoke about? | do you remember our first conversation?
        What did I tell you on Monday? | 我们刚才在聊什么？ | 你记得我昨天说什么吗
        我第一次跟你说了什么？ | 上次聊了啥 | what did I tell you last?
        what was the last thing we talked about | what did I say earlier today
        what have we discussed so far | 我上次说了什么 | 我们聊到哪了
        """,
        """
        What did I tell you about my knee? | When did I first mention Tom?
        Did I ever tell you my shoe size? | What did my boss say?
        What was the first book I read? | What happened last week? | Where do I live?
        Tell me a joke. | Can you remind me of my PIN? | What did I say about the garden?
        I told you the first thing. | What did Anna tell Tom? | What was my first job?
        Which recipe did you recommend? | How often did I mention tea? | 我跟你说过我的膝盖吗？
        我第一次提到汤姆是什么时候？ | 我告诉过你我的血型吗？ | 我老板说了什么？
        我读的第一本书是什么？ | 上周发生了什么？ | 我住在哪里？ | 讲个笑话 | 你能提醒我密码吗？
        我说过花园的什么事？ | 我已经告诉你了。 | 安娜跟汤姆说了什么？ | 我的第一份工作是什么？
        我提到茶几次？ | 我喜欢聊天。 | what did I tell you about Rome | did I mention Anna?
        what did the doctor say yesterday | what was the last film I told you about
        我昨天说过牙医的事吗 | 我们聊过罗马吗 | what did I say about Tom
        did I tell you about the party | what did Tom say | 我说过汤姆什么
        """,
    ),
    "asks_assistant": (
        """
        Which novel did you recommend? | What was the limerick you wrote?
        What did you say about Dunkirk? | How do you say cheese in Polish again?
        what exercises for my back did you give me | Can you repeat your last answer?
        What was your advice? | Remind me what you suggested for the cake.
        You told me a trick, what was it? | What is the name you proposed for the boat?
        Have you already explained this to me? | Which wine had you suggested?
        Can you shorten the poem you wrote? | Say that again? | What does it mean in Dutch again?
        你推荐了哪个播客？ | 你上次写的诗是什么？ | 你之前建议我做什么运动？
        你给我翻译的那句话怎么说？ | 早上好用波兰语怎么说来着？ | 你刚才说什么？
        你推荐过的那本书叫什么？ | 你告诉过我的技巧是什么？ | 你给我起的名字是什么？
        你介绍的餐厅在哪里？ | 你昨天给我讲的故事是什么？ | 你能再说一遍吗？
        你的建议是什么来着？你之前说过的 | 你列出的三点是什么？ | 你提到的那家店叫什么？
        what was that recipe you gave me? | Which book was it that you recommended?
        what were the three tips you mentioned | How did you translate that sentence?
        you wrote me a poem once, can you show it | What did you call the technique?
        what did you tell me about magnesium? | Show me the plan you made for my week.
        What was your suggestion for the living room? | how do you spell that Welsh village again?
        what restaurant did you tell me about | did you say it was safe? | 你上次给我的菜谱是什么？
        你推荐我看的电影叫什么？ | 你说过的那个技巧是什么 | 你帮我做的计划呢？ | 这个词怎么读来着
        which film was it you suggested? | what did you tell me to do for my knee
        the poem you wrote for Ada, can you show it? | what was your tip for stains?
        How did you say I should fold it? | 你给我推荐的电影是哪部 | 你说我膝盖要怎么办来着
        你写给艾达的诗是什么
        """,
        """
        Which podcast do you recommend? | What did I recommend to Tom?
        What did my doctor suggest? | Did I tell you my shoe size? | Can you write me a poem?
        What is your advice on sleep? | How do you say good evening in Polish?
        Where did you put my keys? | Do you know my name? | I liked what you wrote.
        What is my dog called again? | Did you know that cats purr? | Tell me what to cook.
        Who gave me the book? | What did we talk about last? | 你推荐哪个播客？
        医生建议我做什么？ | 我告诉过你我的血型吗？ | 我跟你说过的那家店叫什么？ | 你能写一首诗吗？
        我推荐给汤姆的书是什么？ | 你知道我叫什么吗？ | 早上好用波兰语怎么说？ | 你写的诗很好。
        我的狗叫什么来着？ | 妈妈给我讲了什么故事？ | 你会翻译吗？ | 谁给我的书？ | 你有什么建议？
        我们上次聊了什么？ | What did Anna tell you? | can you recommend a book
        what was the recipe I gave you | What did my teacher say? | Do you like poems?
        what's your name | can you say hello in Welsh | 你喜欢诗吗 | 我给你的菜谱是什么
        老师推荐了什么书 | what film should I watch | what did Tom tell me to do
        can you write a poem | 汤姆推荐的电影是哪部
        """,
    ),
    "asks_advice": (
        """
        What should I cook tonight? | Recommend me a novel. | Suggest a present for my aunt
        Can you help me plan my holiday? | Any tips for better sleep?
        I need a recipe for pancakes. | How can I calm my dog?
        What's the best way to learn the flute? | Write me a limerick about rain.
        Should I sell my car? | Where could we go for our anniversary?
        What are some quiet hotels in Lisbon? | Is it a good idea to repot the fern now?
        I'm looking for a good podcast. | Would you recommend the red or the blue one?
        What would you do? | Draft an email to my landlord.
        Give me three ideas for a birthday party. | What to wear to a wedding?
        How do I get rid of moths? | 今晚我应该做什么菜？ | 推荐一本小说 | 请给我一些睡眠建议
        帮我写一封信给房东 | 我该买哪个？ | 送妈妈什么礼物好？ | 怎么才能学好吉他？
        我需要一个煎饼食谱 | 有什么好主意吗？ | 写一首关于雨的诗 | 你觉得我要不要卖车？
        帮我计划假期 | 哪家酒店比较好？ | 狗不吃饭怎么办？ | 给我几个生日派对的点子
        What could I get my dad for his birthday? | Got any ideas for a rainy Sunday?
        plan a weekend in Prague for me | How should I prepare for the interview?
        I'm thinking of a new hobby, suggestions? | What wine goes with fish?
        Could you draft a birthday speech? | which laptop would you buy
        help me decide between the two flats | Would it be wise to quit my job?
        Compose a short song for Ada | what's a good name for a cat
        Can you come up with a slogan? | Is it worth going to Venice in winter?
        what can I do against moths | Name ideas for my boat? | Make me a workout plan
        周末去哪里玩好？ | 面试怎么准备？ | 给猫起个名字 | 有什么适合下雨天做的事？
        我要不要辞职？ | 哪台笔记本好？ | 写个生日祝福 | 想给爸爸买礼物，送什么好 | 帮我出个主意
        可以推荐几家餐厅吗 | what should I give Ada? | any good films?
        what's a good way to remove stains | help me write a toast
        I want to learn chess, where do I start? | how do I fix a flat tyre
        give me a plan for my week | suggest three names for a dog | would you take the job
        送艾达什么好 | 怎么去污渍 | 帮我写祝酒词 | 有好电影推荐吗 | 给我一个学习计划
        """,
        """
        What did you suggest for the cake? | Which tips did my doctor give me?
        What is my recipe called? | How old is my aunt? | Where do I live?
        When did I sell my car? | How do I like my coffee? | Who wrote the letter?
        I gave him advice. | What is the best meal I had this year? | Did Anna recommend a hotel?
        Help me remember the name of my dentist. | What was the sonnet you wrote?
        Where is my letter? | How do I usually get to work? | 你上次推荐的书叫什么？
        医生给了我什么建议？ | 我的食谱在哪里？ | 我姑姑多大了？ | 我住在哪里？
        我什么时候卖的车？ | 谁写的信？ | 我给了他建议。 | 安娜推荐了哪家酒店？
        你写的俳句是什么？ | 我怎么去的公司？ | 我叫什么？ | 我推荐了一本书。
        我吃过最好吃的菜是什么？ | 你建议过什么？ | what did I get my dad for his birthday
        which laptop did I buy | who drafted the speech? | When is the interview?
        What do I call my cat? | which wine did I drink | what plan do I have for the weekend
        where is my workout plan? | How do I know Anna? | 我给爸爸买了什么 | 我的猫叫什么
        面试是几点 | 我的计划是什么 | 谁写的祝福 | what did I give Ada | who removed the stain
        when is my job interview | how do I know Ada | 我送了艾达什么 | 我的学习计划在哪
        """,
    ),
    "statement": (
        """
        I moved to Ghent. | My dog died on Tuesday. | The plumber comes on Friday
        I wrote a haiku. | We have two children, Ada and Finn. | I am allergic to walnuts.
        Ran 10 km today! | The key is under the pot. | My sister asked me "where are you?".
        I need to call the bank tomorrow. | Translate was the name of the shop
        When I was young, I lived in Rome. | What a day it was! | You know what? I got the job!
        Thanks, I feel better now. | 我搬到了根特。 | 我的狗星期二死了 | 水管工周五来
        我写了一首俳句。 | 我对核桃过敏。 | 钥匙在花盆下面。 | 今天跑了十公里！
        我需要明天打电话给银行。 | 我妈妈住院了 | 推荐信已经寄出去了。 | 我不知道为什么他走了。
        没什么特别的事，我在家看书。 | 我有好几个朋友在北京。 | 我请假了。 | 给我打电话的是我哥哥。
        """,
        """
        Where do I live? | Recommend me a novel. | Please explain gravity. | Thanks! | Hello | yes
        👍 | I moved. Where is my old key? | I'd like to know when the shop opens. | Tell me a joke
        can you help me | Forget what I said about Tom. | Ich habe einen Hund.
        J'habite à Nantes depuis mai. | Vivo en Madrid con mi hermana. | Брат работает на заводе.
        كتابي المفضل | 猫が好きです。 | 나는 고양이를 좋아해요 | 我住在哪里？ | 推荐一本小说
        请解释重力 | 谢谢 | 你好 | 是的 | 我搬家了。旧钥匙在哪？ | 我想知道商店几点开门 | 讲个笑话
        能帮我吗 | 忘掉我说的话
        """,
    ),
}
OTHER_LANGUAGES = """
Ich habe einen Hund.
Meine Schwester heiratet im Mai.
J'habite à Nantes depuis mai.
Vivo en Madrid con mi hermana.
Mi perro se llama Toby.
Il mio gatto dorme sempre.
Mijn fiets is gestolen, ik ben boos.
Jag bor i Malmö.
Брат работает на заводе.
Что я говорил о брате?
Wo habe ich meinen Schlüssel?
Où est ma voiture ?
كلبي اسمه ريكس
أين الكتاب؟
猫が好きです。
鍵はどこですか？
나는 고양이를 좋아해요
ฉันชอบแมว
"""


def lines(text: str) -> list[str]:
    return [each.strip() for each in text.strip().replace(" | ", "\n").split("\n")]


def table(positive: str, negative: str) -> list[tuple[str, bool]]:
    return [(each, True) for each in lines(positive)] + [(each, False) for each in lines(negative)]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [(kind, *row) for kind, both in KINDS.items() for row in table(*both)],
)
def test_kind(kind: str, text: str, expected: bool) -> None:
    assert getattr(kind_of(text), kind) is expected


@pytest.mark.parametrize("text", lines(OTHER_LANGUAGES))
def test_other_languages_have_no_kind(text: str) -> None:
    assert kind_of(text) == MessageKind()
    assert not states_preference(text)
    assert not is_forget_order(text)
    assert is_request(text) is text.endswith(("?", "？", "؟"))


def test_a_message_without_a_word_is_small_talk() -> None:
    for text in ("", " \n", "🙂", "!!!", "。。。"):
        assert kind_of(text) == MessageKind(small_talk=True)
        assert not is_request(text)


def test_kinds_combine() -> None:
    first = kind_of("What was the first thing I said to you?")
    assert first == MessageKind(asks_first=True, about_telling=True)
    books = kind_of("List all the books you recommended.")
    assert books.asks_all
    assert books.asks_assistant


def test_quotations_and_other_speakers_do_not_ask() -> None:
    assert not is_request('She asked me "what should I cook?" and I laughed.')
    assert not is_request("<Ada>: I miss my hamster.\n<Assistant>: Would a walk help?")
    assert is_request('<Ada>: "Where is my hamster?"\n<Assistant>: Behind you.')
    assert kind_of("他问我“你住哪里？”，我没回答。").statement


def test_of_a_long_message_both_ends_are_looked_at() -> None:
    filler = "The rain fell on the roof all day. " * 40
    assert is_request(f"Recommend me a podcast. {filler}")
    assert kind_of(f"{filler} How many dogs do I have?").asks_count
    assert not is_request(f"{filler} Where is it? {filler}")


def test_a_message_takes_a_fraction_of_a_millisecond() -> None:
    """The best of many runs, so that a busy machine fails nothing: 0.13 ms without beartype."""
    message = "We went to Rome in May; which restaurant near the station did you recommend to us?"
    times = []
    for _ in range(50):
        start = time.thread_time()
        kind_of(message)
        times.append(time.thread_time() - start)
    assert min(times) < 0.001


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Did I ever tell you my shoe size?", 2),
        ("What did I tell you?", 0),
        ("Can you remind me of that, please?", 0),
        ("yes please", 0),
        ("How would this be?", 0),
        ("What is my dog called?", 2),
        ("Where did I leave the green umbrella?", 3),
        ("", 0),
        ("👍", 0),
        ("你还记得我说过什么吗？", 0),
        ("我告诉过你我的血型吗？", 1),
        ("那它多少钱？", 1),
    ],
)
def test_content_words(text: str, count: int) -> None:
    assert content_words(text) == count


def test_words_of_asking_are_words_and_terms() -> None:
    assert {"remember", "rememb", "told", "mention", "记得", "告诉", "说过"} <= FUNCTION_OF_ASKING
    assert not {"dog", "list", "name", "血型"} & FUNCTION_OF_ASKING

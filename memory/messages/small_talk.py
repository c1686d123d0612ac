"""Phrases that want nothing of a memory, and phrases that only continue a conversation."""

import re
from collections.abc import Collection, Sequence

from memory.messages.message_sentences import Sentence

_GREETINGS = """
hi|hiya|hello|hey|hey there|hi there|hello there|howdy|yo|greetings|good morning|morning
good evening|evening|good afternoon|good day|good night|night|night night|goodnight|sweet dreams
bye|bye bye|bye for now|goodbye|good bye|see you|see ya|see you later|see you soon|cya
see you tomorrow|talk to you later|talk to you soon|talk to you tomorrow|talk later|talk soon|ttyl
until tomorrow|until next time|take care|have fun|farewell|cheers|so long|later|gotta go|have to go
have a nice day|have a good day|have a great day|have a good one|have a nice evening|sleep well
have a good night|have a nice weekend|have a great weekend|have a good weekend|good luck
all the best
thanks|thank you|thank you so much|thank you very much|thanks a lot|thanks a million|thanks so much
many thanks|thanks again|thank you again|thanks in advance|ty|tysm|much appreciated|i appreciate it
hola|ciao|hallo|danke|merci|gracias|bonjour|salut|servus|moin|tschüss|adios|au revoir|obrigado
welcome|welcome back|merry christmas|happy new year|happy birthday|happy easter|congratulations
congrats|long time no see|nice to meet you|nice to see you|good to see you|great to see you
much obliged|nice talking to you|pleased to meet you
to you too|you too|and to you|same to you|back at you
"""
_REMARKS = """
ok|k|kk|okey|okey dokey|okie|alright|all right|got it|i got it|gotcha|i see|understood|i understand
noted|fine|cool|great|nice|very nice|super|perfect|awesome|amazing|wonderful|excellent|brilliant
fantastic|lovely|good|very good|good job|well done|nice one|neat|sweet|wow|woah|oh|ah|aha|oh my|omg
lol|rofl|lmao|hm|hmm|mm|mhm|um|uh|well|so|then|anyway|interesting|funny|that is funny|how funny|haha
very funny|that is great|that is nice|that is cool|that is awesome|that is good|that is perfect
that is interesting|that is wonderful|that is lovely|that is amazing|that is fine|that is ok
that is very kind|that is kind of you|very kind|how nice|how lovely|how kind|good to know
good to hear
sounds good|sounds great|sounds lovely|makes sense|that makes sense|fair enough|no problem|np
no worries|you are welcome|you are the best|you are great|you are funny|you rock|never mind
nevermind
forget it|forget about it|do not worry|it is ok|it is fine|all good|sorry|oops|ups|my bad|i am sorry
excuse me|pardon me|yay|hooray|hurray|yeah right|whatever|too bad|oh no|oh dear|that is it
that is all|that will be all|that is all for now|that is all for today|good point|true|test|testing
glad to hear that|glad to hear it|glad to help|just saying|not bad|bless you
"""
# These may stand beside small talk, but are none alone.
_FILLERS = """
dear|my friend|friend|assistant|everyone|everybody|all|buddy|mate|there|again|anyways|really|truly
indeed|very much|so much|a lot|today|too|as well|now|for now|for today|then|so|well|and|you all
folks|guys|claude
chatgpt|gpt|bot|ai|tapehead|man|dude|bro|sir|madam|darling|sweetheart|to you|to all|my dear|please
"""
_COURTESIES = """
how are you|how are you doing|how are you today|how are you doing today|how is it going|what is up
how are things|how do you do|how have you been|how is life|sup|how goes it|how was your day
how is your day|how is your day going|did you sleep well|are you there|you there|are you ok
is anybody there|is anyone there|what is new|you ok|how about you|and you|what about you
"""
_ANSWERS = """
yes|yep|yeah|yup|ya|yes please|yes do|yes sure|sure|sure thing|of course|certainly|absolutely
definitely|please|please do|no|nope|nah|no way|not really|not yet|no thanks|no thank you|not at all
of course not|maybe|perhaps|probably|possibly|i think so|i guess so|i guess|i suppose|i hope so
i do|i do not|i did|i did not|i am|i am not|i have|i have not|i would|i would not|i will|i can
exactly|right|correct|that is right|that is correct|that is true|that is wrong|wrong|agreed|i agree
go on|go ahead|continue|carry on|keep going|do it|do that|let us do it|let us do that
please continue
more|more please|some more|tell me more|more details|say more|explain|elaborate|explain more|again
once more|one more|one more time|another|another one|next|next one|try again|repeat|repeat please
shorter|shorter please|longer|longer please|simpler|in short|come again|pardon|say again|go for it
why|why not|why so|why that|how so|how|how come|when|where|who|what|which|whom|whose|what then
which one|which ones|what else|who else|where else|when exactly|where exactly|how exactly|and then
and|and now|so|so what|what now|then what|anything else|what next|is that so|are you sure|really
are you certain|like what|like who|such as|for example|for instance|meaning|what do you mean
says who
since when|until when|how long|how much|how many|how often|how far|how old|with whom|with who
what for
the first|the second|the third|the last|the first one|the second one|the third one|the last one
the other one|the latter|the former|that one|this one|these|those|this|that|both|neither|either
all of them|none of them|none|both of them|one of them|option one|option two|option 1|option 2
number 1
number 2|either one|neither one|any of them|not that one|the same|same|me too|me neither|same here
what should i do|what do i do|what do you think|what do you recommend|what do you suggest
what about it
"""
_CHINESE_TALK = """
你好|你好吗|你好呀|你好啊|您好|大家好|嗨|哈喽|哈啰|哈罗|喂|早|早上好|早安|上午好|中午好|下午好
晚上好|晚安|午安|谢谢|谢|谢谢你|谢谢您|谢谢啦
谢啦|谢了|多谢|多谢了|非常感谢|感谢|感谢你|感谢您|再见|拜拜|拜|明天见|回头见|待会见|下次见|下次聊
回聊|改天聊|好|好的|好吧|好嘞|好哒|好滴|嗯|哦|噢
喔|啊|呃|哈|呵|嘿|嘻|哇|行吧|知道了|明白|明白了|了解|了解了|收到|懂了|原来如此|不客气|不用客气
没关系|没事|没事了|没事的|不用谢|辛苦了|辛苦你了|厉害
真棒|太棒了|太好了|真好|不错|很好|挺好|挺好的|对不起|抱歉|不好意思|在吗|在不在|你在吗|新年快乐
生日快乐|中秋快乐|圣诞快乐|节日快乐|周末愉快|祝你好运
恭喜|恭喜你|恭喜发财|吃了吗|你吃了吗|最近怎么样|最近好吗|好久不见|好梦|加油|有意思|有趣|算了
打扰了|欢迎|欢迎回来|我回来了|我走了|先这样|就这样
真有意思|你今天怎么样|你怎么样|今天怎么样|太有意思了|天哪|天啊|酷|赞|你真好|你真棒|太有趣了|真有趣
好极了|晚点聊|祝你愉快|祝你开心|过得怎么样|你最近怎么样|你最近好吗|你呢
"""
_CHINESE_ANSWERS = """
是|是的|对|对的|没错|不是|不是的|不对|不|不要|不用|不用了|不行|要|要的|想|可以|行|当然|当然可以
好请|没有|有|还没|还没有|也许|可能|大概|好啊|好呀
好请继续|继续|继续说|请继续|接着说|然后|后来|还有|还有吗|别的|再来一个|再来一次|再来一遍|再来一首
换一个|换一首|换一篇|换个|再说一遍|多说点|详细点
说详细点|具体点|短一点|长一点|简单点|简单一点|为什么|为啥|怎么会|怎么说|比如|比如说|例如|哪个
哪一个|哪种|哪些|哪里|谁|什么|什么时候|多少|多少钱|多久|几个
真的|真的吗|确定吗|你确定吗|第一个|第二个|第三个|前者|后者|这个|那个|都可以|都行|都不|都不要
怎么办|那怎么办|什么意思|如何|怎么样|怎么做|请|同意|不同意
我也是|也是|你觉得呢|你怎么看|你推荐什么|你推荐哪个|你有什么推荐|你有什么建议|你建议呢|有什么建议
有什么推荐|我该怎么办|我应该怎么办|那我该怎么办|你觉得怎么样
"""
_CHINESE_FILLERS = "呢|呀|啊|啦|哦|嘛|了|吧|的|那|请|你|哒|呗|噢|嗯|,|，|、|~|～|:|：|…|-|)|("


def _phrases(*lists: str) -> frozenset[tuple[str, ...]]:
    lines = "\n".join(lists).replace("|", "\n").split("\n")
    return frozenset(tuple(each.split()) for each in lines if each)


_ADJECTIVES = (
    "great good nice perfect awesome amazing helpful kind funny cool sweet wonderful fantastic "
    "brilliant lovely interesting useful excellent impressive clever smart fine ok fun"
)
_BEFORE_ADJECTIVES = (
    "|very|so|really|how|that is|that is so|that is very|that was|that is really|that was very"
    "|that was really|you are|you are so|you are very|you are really|you have been very|it is"
    "|i am|doing|that sounds"
)
_PRAISED = "answer job work stuff point question tip advice explanation summary one"
_PRAISE = [f"{a} {b}" for a in _BEFORE_ADJECTIVES.split("|") for b in _ADJECTIVES.split()]
_PRAISE += [f"{a} {b}" for a in _ADJECTIVES.split()[:6] for b in _PRAISED.split()]
_TALK = _phrases(_GREETINGS, _REMARKS, _COURTESIES, *_PRAISE)
_FILL = _phrases(_FILLERS)
_TO_ANSWER = _phrases(_ANSWERS)
_WITH_FILLERS = _TALK | _FILL
_ALL = _TO_ANSWER | _WITH_FILLERS
_CHINESE = frozenset(map(tuple, _CHINESE_TALK.replace("|", "\n").split()))
_CHINESE_FILL = frozenset(map(tuple, _CHINESE_FILLERS.split("|")))
_TO_ANSWER_IN_CHINESE = frozenset(map(tuple, _CHINESE_ANSWERS.replace("|", "\n").split()))
_VOCABULARY = frozenset(word for phrase in _ALL for word in phrase)
_LONGEST = max(map(len, _ALL | _CHINESE | _TO_ANSWER_IN_CHINESE))
# Characters of a message that may be small talk.
_LONGEST_TALK = 90
_NO_AND_YES = frozenset(("yes", "no", "yep", "yeah", "nope", "nah", "not"))
_LAUGHTER = re.compile(
    r"a?(?:ha){2,20}h?|(?:he){2,20}|(?:hi){2,9}|h++m++|o++h++|a++h++|lo++l|m++(?:h++m++)?"
    r"|e++h++(?:m++)?"
)
_THANKS_FOR = re.compile(
    r" (?:[\w'-]+ (?:, )?)??(?:thanks|thank you)(?: so much| very much| a lot| again)? for "
    r"(?!all |now )(?:(?!and |but |can |what )[\w'-]++ ){1,5}$"
)
_HAVE_A = re.compile(
    r" (?:(?:ok|bye|thanks) (?:, )?)?(?:have|enjoy) (?:an?|your|the) (?:[\w'-]++ ){0,2}?"
    r"(?:day|trip|time|flight|holiday|weekend|evening|night|week|one|meal|morning|rest) "
    r"(?:too |everyone )?$"
)
_SEE_YOU = re.compile(
    r" (?:(?:ok|bye|thanks) (?:, )?)?(?:see|talk to|speak to) (?:you|ya) (?:[\w'-]++ ){1,3}$"
    r"| happy (?:[\w'-]++ )?(?:\w{3,6}day|weekend|holidays|new year|christmas|birthday|easter) "
    r"(?:to you )?$"
)
_CHINESE_THANKS = re.compile(r"(?:谢谢|感谢|多谢)(?:你|您)?的[^，。我]{1,6}[。啦了]?")
_LENGTHENED = re.compile(r"([a-z])\1{2,}")
_MARKS = frozenset(",:;()-–—.")


def is_small_talk(sentences: list[Sentence]) -> bool:
    """Whether the English sentences of a message are greetings, thanks, farewells or remarks."""
    if sum(len(each.words) for each in sentences) > _LONGEST_TALK:
        return False
    words = _words(sentences)
    if tuple(words) in _TO_ANSWER or (words and _consists_of(words, _FILL)):
        return False
    if _consists_of(words, _WITH_FILLERS):
        return True
    to_name = len(sentences) == 1 and len(words) > 1 and words[-1] in sentences[0].names
    if to_name and _consists_of(words[:-1], _WITH_FILLERS):  # "Good morning, Ada!"
        return True
    last = sentences[-1].words
    wishes = _THANKS_FOR.match(last) or _HAVE_A.match(last) or _SEE_YOU.match(last)
    return bool(wishes) and _consists_of(_words(sentences[:-1]), _WITH_FILLERS)


def is_answer(sentences: list[Sentence]) -> bool:
    """Whether the English sentences of a message only answer or continue what was said before."""
    if sum(len(each.words) for each in sentences) > _LONGEST_TALK:
        return False
    words = _words(sentences)
    if tuple(words) in _TO_ANSWER:
        return True
    if words and words[0] in _NO_AND_YES and len(words) <= 4:
        return True
    return _consists_of(words, _ALL) and not _consists_of(words, _WITH_FILLERS)


def is_chinese_small_talk(text: str) -> bool:
    """Whether a Chinese message is nothing but greetings, thanks, farewells or remarks."""
    if _CHINESE_THANKS.fullmatch(text):
        return True
    return not is_chinese_answer(text) and _consists_of(text, _CHINESE | _CHINESE_FILL)


def is_chinese_answer(text: str) -> bool:
    """Whether a Chinese message only answers or continues what was said before."""
    if _consists_of(text, _CHINESE_FILL):
        return False
    if _consists_of(text, _TO_ANSWER_IN_CHINESE | _CHINESE_FILL):
        return True
    every = _TO_ANSWER_IN_CHINESE | _CHINESE_FILL | _CHINESE
    return _consists_of(text, every) and not _consists_of(text, _CHINESE | _CHINESE_FILL)


def _words(sentences: list[Sentence]) -> list[str]:
    text = _LENGTHENED.sub(r"\1", " ".join(each.words for each in sentences))
    return [
        word
        for word in text.split()
        if word in _VOCABULARY or not (word in _MARKS or _LAUGHTER.fullmatch(word))
    ]


def _consists_of(words: Sequence[str], phrases: Collection[tuple[str, ...]]) -> bool:
    """Whether words are nothing but phrases; the longest that fits is taken."""
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            if tuple(words[at : at + length]) in phrases:
                at += length
                break
        else:
            return False
    return True

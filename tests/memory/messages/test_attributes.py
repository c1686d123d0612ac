"""Questions and statements about the standing attributes of the user's own life."""

import pytest

from memory.messages.attributes import ATTRIBUTES, asked_attribute, stated_attributes

ASKED = {
    "home": """
        Where do I live? | which city do I live in | What town is my home in?
        Where am I living now?
        What's my address? | Remind me where I live. | Do I still live in Bruges?
        Where is my flat?
        Do you know where we live? | Have I moved? | In what country do I live these days?
        我住哪儿？ | 我现在住在哪个城市？ | 我家在哪里？ | 我还住在南京吗？ | 我在哪儿定居？
    """,
    "work": """
        Who do I work for? | Which company am I employed at? | Where do I work? | What's my job?
        Who is my employer? | What do I do for a living? | Am I still employed? | Who employs me?
        Tell me where I work | What is the name of my employer? | Do I work at Shell?
        我在哪家公司上班？ | 我的工作是什么？ | 我是做什么工作的？ | 我现在在哪儿工作？
    """,
    "relationship": """
        Am I married? | Am I still single? | Do I have a girlfriend? | Who am I engaged to?
        What is my wife's name? | What's my relationship status? | 我结婚了吗？ | 我老婆叫什么名字？
        我单身吗？ | 我有女朋友吗？
    """,
    "pet": """
        How old is my cat? | What's my dog called? | Do I have a pet? | What pets do I have?
        Is my rabbit still alive? | What breed is my dog? | 我的狗几岁了？ | 我的猫叫什么？
        我养了什么宠物？
    """,
    "diet": """
        What do I eat? | Which diet do I follow? | Am I vegan? | Am I a vegetarian? | Do I eat meat?
        我吃素吗？ | 我吃什么？
    """,
    "vehicle": """
        What do I drive? | Which car do I drive? | What car do I have? | What colour is my car?
        我开什么车？ | 我的车是什么牌子的？
    """,
    "contact": "What's my phone number? | What is my e-mail address? | 我的手机号是多少？",
    "study": "What do I study? | Where do I go to university? | What's my major? | 我学什么专业？",
    "birthday": """
        When is my birthday? | How old am I? | When was I born? | 我的生日是哪天？ | 我几岁了？
    """,
    "software": """
        Which password manager do I use? | What is my browser? | What phone do I have?
        我用什么浏览器？ | 我的密码管理器是什么？
    """,
}
STATED = {
    "home": """
        My flat is in Riga. | I've moved to Porto. | our new address is 5 Mill Lane
        We live in Lyon.
        We are settling in in Bristol now. | The removal van came. | I live with my parents again.
        Moved to Antwerp last week. | We finally got the keys to our place. | I rent a room.
        We bought a small house near Cork. | I packed my things and moved to Oslo. | We moved house!
        I no longer live in Bonn. | Turin is now my home. | I am based in Vienna. | I moved out.
        The movers left at six, what a day. | I moved in with Paula. | We put down roots in Bath.
        We swapped our flat in York for a house in Leeds. | My landlord evicted me.
        I gave up my flat.
        I moved to Ghent, any tips for me? | my sister and I live in Split
        我搬家了。 | 我上周搬到了成都。 | 我们在苏州安家了。 | 我住在杭州。 | 我现在住南京。
        新家在长沙
        搬家公司昨天来过了。 | 我家在上海。 | 我從台北搬到了高雄。
    """,
    "work": """
        I handed in my notice. | They made me redundant. | The brewery took me on.
        A bank hired me.
        I joined Philips in May. | I start at Nokia on Monday. | My employer is Bosch.
        I quit my job.
        I work for a law firm. | I'm working at Ikea now. | I resigned. | I lost my job.
        I got a new job. | I was laid off last week. | They let me go. | I'm self-employed now.
        I am a nurse. | I retired in June. | From June I am with a small law firm.
        I got the sack. | My contract at Nokia ended. | I opened my own bakery.
        I was taken on by a shop.
        我从阿里离职了。 | 我在医院当护士。 | 公司把我裁了。
        I quit Nokia. | The council offered me a position. | I have been promoted. | I got fired.
        我辞职了。 | 我在华为上班。 | 我上个月入职了一家银行。 | 腾讯录用了我。 | 我被裁了。
        我跳槽到了小米上班
        我換工作了。 | 我离职了
    """,
    "relationship": """
        We broke up. | I got married. | We are engaged. | I'm single again.
        My wife and I separated.
        I am divorced. | She said yes! | I have a new boyfriend. | My husband left me.
        We split up.
        We got hitched in Vegas. | We are no longer together. | I'm seeing someone.
        我们分手了。 | 我结婚了。 | 我和女朋友分手了。 | 我离婚了 | 我交了个女朋友。 | 我們結婚了。
    """,
    "pet": """
        The vet put her down. | I gave the cat away. | Our rabbit died. | My dog Rex is six.
        We adopted two kittens. | I have a hamster called Bo. | The cat ran away.
        I got a puppy. | 我的狗走了。 | 我养了一只猫。 | 我把兔子送人了。 | 我家的猫三岁了。
    """,
    "diet": """
        I'm vegan. | I went vegetarian. | I eat meat again. | I no longer eat fish.
        I had a burger and will not go back to plants only. | I'm back to eating meat.
        I follow a low-carb diet. | I gave up dairy. | I am a strict vegetarian.
        我吃素。 | 我不吃素了。 | 我又开始吃肉了。 | 我是素食者。
    """,
    "vehicle": """
        I picked up my new Skoda from the dealer. | I sold the Golf. | My car is a Fiat.
        I drive an old Toyota. | We bought a van. | My car was stolen. | 我换了车。
        我买了一辆新车。
        我把车卖了。 | 我开的是一辆本田。 | 老车报废了，我提了一辆朗逸。
    """,
    "contact": """
        My phone number is 555 0100. | I have a new number. | My e-mail address has changed.
        我的手机号换了。 | 我换了个邮箱。
    """,
    "study": """
        I study biology. | I enrolled at Leiden. | I dropped out. | I am a student in Delft.
        I graduated in July. | 我在复旦读研。 | 我毕业了。 | 我的专业是化学。
    """,
    "birthday": """
        My birthday is on 4 May. | I turned 40 yesterday. | I'm 34 years old. | I was born in 1990.
        我的生日是五月四日。 | 我今年三十岁。
    """,
    "software": """
        My browser is Firefox. | I switched my password manager. | I use Obsidian for my notes.
        We switched from Slack to Zulip.
        我的浏览器是火狐。 | 我换了手机。
    """,
}
NOT_ASKED = """
    Where does Tom live? | Where do I live up to expectations? | What works for a cold?
    Where do I put the bins? | What do cats eat? | Who does my sister work for? | Is Anna married?
    What do I wear? | How old is the universe? | How old is my sister's dog called Rex going to be?
    Where do I work best? | Which company makes tyres? | I live in Ghent.
    What do I eat before a run?
    Which city should I visit? | Where is my umbrella? | What do I drive home in my essay?
    汤姆住哪儿？ | 我朋友住哪儿？ | 上海在哪里？ | 我住哪家酒店比较好？ | 我姐姐结婚了吗？
    猫吃什么？ | 我把伞放哪儿了？
"""
NOT_STATED = """
    Tom lives in Ghent. | My sister moved. | I moved the sofa. | A company outing. | It works.
    The market moved behind the town hall. | We hung the mirror in the hall. | Where do I live?
    I dreamt that I moved to Mars. | Do I work at Shell? | Tell me where I live | I moved on.
    I was moved to tears. | She got married. | My sister's flat is in Bonn.
    If I lived in Rome, fine.
    My parents' house is in Kent. | I joined the choir. | I start at nine. | I work out on Mondays.
    The film made me cry. | Tom and Anna broke up. | I quit smoking. | My brother is vegan.
    They took me on a trip. | The cat on the poster is cute. | The vet called.
    We settled in court.
    I ate a hot dog. | He sold the car. | I parked the car. | I bought a car magazine.
    I play golf.
    My cousin resigned. | The team fired me up. | I moved to the next chapter. | I studied the menu.
    The number is odd. | The house is on fire in this photo. | I live for music. | I work on it.
    I live on coffee. | I turned left. | The plumber works for my aunt. | Her dog died.
    I'm hungry.
    A steak costs ten euros. | I had fish for dinner. | I cooked chicken. | I use a hammer.
    I switched from tea to coffee. | I switched from Monday to Friday. | We live in hard times.
    I had a dream: I lived in Oslo. | My job is done here. | We broke up the fight.
    I left the house at eight. | I have the address of the hotel. | We have a place to start.
    We found a flat tyre. | I gave the dog a bath. | I found a job for my brother. | I have my keys.
    I took the car to work. | I moved my appointment to June. | My neighbour's cat ran away.
    我弟弟在华为上班。 | 我爸退休了。 | 我去公司上班路上下雨。 | 我和同事聊离婚率。
    邻居家的猫死了。
    In the novel I live in Venice. | I'd love to live in Rome. | Married people live longer.
    I broke the cup. | I split the bill. | I joined the call late. | Let me go over it again.
    Tom said he quit his job. | I told him that she moved to Paris. | I wish I lived in Rome.
    我姐姐搬家了。 | 汤姆住在根特。 | 我朋友分手了。 | 我梦见我搬家了。 | 我搬了桌子。
    他辞职了。 | 我住哪儿？
    我买了一辆玩具车。
    小王结婚了。 | 我走了。 | 他家的狗走了。 | 我坐车去。 | 我买了车票。 | 今天天气不错。
    我妈妈吃素。 | 我想吃肉吗？
    我开了门。 | 我住院了。
"""


def wordings(text: str) -> list[str]:
    lines = text.replace("\n", "|").split("|")
    return [each.strip() for each in lines if each.strip()]


def cases(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(attribute, each) for attribute, text in table.items() for each in wordings(text)]


def test_every_attribute_is_asked_for_and_stated() -> None:
    assert set(ASKED) == set(STATED) == set(ATTRIBUTES)


@pytest.mark.parametrize(("attribute", "question"), cases(ASKED))
def test_a_question_asks_for_an_attribute(attribute: str, question: str) -> None:
    assert asked_attribute(question) == attribute
    assert not stated_attributes(question)


@pytest.mark.parametrize("question", wordings(NOT_ASKED))
def test_other_questions_ask_for_none(question: str) -> None:
    assert asked_attribute(question) is None


@pytest.mark.parametrize(("attribute", "statement"), cases(STATED))
def test_a_statement_tells_about_an_attribute(attribute: str, statement: str) -> None:
    assert stated_attributes(statement) == {attribute}
    assert asked_attribute(statement) is None


@pytest.mark.parametrize("statement", wordings(NOT_STATED))
def test_other_statements_tell_about_none(statement: str) -> None:
    assert not stated_attributes(statement)


def test_a_message_may_tell_about_several_attributes() -> None:
    assert stated_attributes("I quit my job. We moved to Porto!") == {"work", "home"}
    assert stated_attributes("我辞职了。我搬到了成都。") == {"work", "home"}


def test_of_a_long_message_both_ends_are_read() -> None:
    filler = "The rain fell. " * 1000
    assert stated_attributes(f"We moved to Porto. {filler}") == {"home"}
    assert stated_attributes(f"{filler} We moved to Porto.") == {"home"}
    assert not stated_attributes(f"{filler} We moved to Porto. {filler}")

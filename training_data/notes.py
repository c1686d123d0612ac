"""One who stores facts and documents, or a companion's memories of a person, with questions."""

import random
from datetime import timedelta

from training_data.assistant import TOPICS as ASSISTANT_TOPICS
from training_data.assistant import Assistant
from training_data.builder import Conversation, Told
from training_data.dates import session_times
from training_data.friends import HER, HIM
from training_data.template_bank import Slots, fill, parts, read, say

DOCUMENTS = read("documents")
COMPANION = read("companion")


def documents(user_id: str, rng: random.Random) -> Conversation:
    """A user who writes down facts, of the own life and of others, a few a day."""
    user = Assistant(user_id, rng)
    own = rng.sample(sorted(ASSISTANT_TOPICS), 8)
    facts = [
        (topic, fact) for topic in DOCUMENTS.topics.values() for fact in topic.facts for _ in "123"
    ]
    facts += [
        (ASSISTANT_TOPICS[name], fact)
        for name in own
        for fact in ASSISTANT_TOPICS[name].facts
        if "S" in fact.lines
    ]
    rng.shuffle(facts)
    times = session_times(rng, rng.randint(10, 20), (1, 12))
    for place, (topic, fact) in enumerate(facts):
        day = place * len(times) // len(facts)
        user.number, user.moment, user.topic = day + 1, times[day], topic
        pools = {**topic.slots, **DOCUMENTS.slots} if topic.name in DOCUMENTS.topics else user.pools
        told = Slots(rng, pools, user.used, user.slots().values)
        template = rng.choice(fact.lines["S"])
        text = fill(rng, template, told)
        if rng.random() < 0.2:
            text = f"{rng.choice(['Note:', 'Remember:', 'For later:', 'FYI:'])} {text}"
        user.told.append(Told(fact, 0, told, [user.user(text)], template))
    for told_ in rng.sample(user.told, min(len(user.told), rng.randint(40, 60))):
        kinds = [kind for kind in "?~" if kind in told_.fact.lines]
        if not kinds:
            continue
        question, *answer = parts(rng.choice(told_.fact.lines[rng.choice(kinds)]))
        said = fill(rng, answer[0] if answer else told_.fact.answer, told_.slots)
        user.talk.ask(
            say(rng, question, told_.slots), said, "fact", told_.turns, times[-1] + timedelta(1)
        )
    user.ask_never(times[-1] + timedelta(1), 8)
    return user.talk


def companion(user_id: str, rng: random.Random) -> Conversation:
    """Memories of a named child, one a day, and talks that call for some of them."""
    talk = Conversation(user_id, rng)
    name = rng.choice(HER + HIM)
    feelings = COMPANION.pools["feelings"][0]
    memories: list[tuple[str, str, Slots]] = []
    for theme in COMPANION.topics.values():
        for line in rng.sample(theme.lines["m"], min(len(theme.lines["m"]), rng.randint(1, 4))):
            slots = Slots(rng, COMPANION.slots, {}, {"N": name})
            memories.append((theme.name, line, slots))
    rng.shuffle(memories)
    times = session_times(rng, len(memories), (1, 20))
    places: dict[str, list[int]] = {}
    for number, (moment, (theme_name, line, slots)) in enumerate(
        zip(times, memories, strict=True), 1
    ):
        text = say(rng, f"{line} {feelings}", slots)
        places.setdefault(theme_name, []).append(talk.say(number, moment, name, text))
    for theme in COMPANION.topics.values():
        for line in theme.lines["d"]:
            slots = Slots(rng, COMPANION.slots, {}, {"N": name})
            speakers = [name, "Assistant"]
            question = "\n".join(
                f"<{speakers[place % 2]}>: {fill(rng, part, slots)}"
                for place, part in enumerate(parts(line))
            )
            talk.ask(question, None, "companion", places[theme.name], None)
    return talk


def notes(user_id: str, rng: random.Random) -> Conversation:
    """A user of either kind."""
    return (documents if rng.random() < 0.6 else companion)(user_id, rng)

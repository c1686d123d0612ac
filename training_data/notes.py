"""Generates a user who stores notes and documents, or a companion's memories of a child."""

import random
from datetime import timedelta

from training_data.assistant import BANK as ASSISTANT
from training_data.assistant import AssistantGenerator
from training_data.builder import Conversation, Statement
from training_data.dates import session_times
from training_data.friends import FEMALE_NAMES, MALE_NAMES
from training_data.template_bank import Slots, fill, fill_sentences, read_bank, split_parts

DOCUMENTS = read_bank("documents")
COMPANION = read_bank("companion")


def generate_documents(user_id: str, rng: random.Random) -> Conversation:
    """Generate a user who stores personal facts and facts from documents, a few per day."""
    user = AssistantGenerator(user_id, rng)
    personal_topics = rng.sample(sorted(ASSISTANT.topics), 8)
    facts = [
        (topic, fact) for topic in DOCUMENTS.topics.values() for fact in topic.facts for _ in "123"
    ]
    facts += [
        (ASSISTANT.topics[name], fact)
        for name in personal_topics
        for fact in ASSISTANT.topics[name].facts
        if "S" in fact.templates
    ]
    rng.shuffle(facts)
    times = session_times(rng, rng.randint(10, 20), (1, 12))
    asked_at = times[-1] + timedelta(1)
    for index, (topic, fact) in enumerate(facts):
        day = index * len(times) // len(facts)
        user.session, user.started_at, user.topic = day + 1, times[day], topic
        shared = DOCUMENTS if topic.name in DOCUMENTS.topics else ASSISTANT
        candidates = {**topic.slot_values, **shared.slot_values}
        slots = Slots(rng, candidates, user.used_values, user.new_slots().values)
        template = rng.choice(fact.templates["S"])
        text = fill(rng, template, slots)
        if rng.random() < 0.2:
            text = f"{rng.choice(['Note:', 'Remember:', 'For later:', 'FYI:'])} {text}"
        user.statements.append(Statement(fact, 0, slots, [user.add_user_turn(text)], template))
    for statement in rng.sample(user.statements, min(len(user.statements), rng.randint(40, 60))):
        templates, slots = statement.fact.templates, statement.slots
        kinds = [kind for kind in "?~" if kind in templates]
        if not kinds:
            continue
        question, *own_answer = split_parts(rng.choice(templates[rng.choice(kinds)]))
        answer = fill(rng, own_answer[0] if own_answer else statement.fact.answer, slots)
        question = fill_sentences(rng, question, slots)
        user.conversation.add_question(question, answer, "fact", statement.turns, asked_at)
    user.add_abstention_questions(asked_at, 8)
    return user.conversation


def generate_companion(user_id: str, rng: random.Random) -> Conversation:
    """Generate memories of a named child, one per day, and conversations that call for them."""
    conversation = Conversation(user_id, rng)
    name = rng.choice(FEMALE_NAMES + MALE_NAMES)
    feelings = COMPANION.pools["feelings"][0]
    memories: list[tuple[str, str, Slots]] = []
    for topic in COMPANION.topics.values():
        templates = topic.templates["m"]
        for template in rng.sample(templates, min(len(templates), rng.randint(1, 4))):
            slots = Slots(rng, COMPANION.slot_values, {}, {"N": name})
            memories.append((topic.name, template, slots))
    rng.shuffle(memories)
    times = session_times(rng, len(memories), (1, 20))
    evidence: dict[str, list[int]] = {}  # turn indices by topic
    for session, (started_at, (topic_name, template, slots)) in enumerate(
        zip(times, memories, strict=True), 1
    ):
        text = fill_sentences(rng, f"{template} {feelings}", slots)
        turn = conversation.add_turn(session, started_at, name, text)
        evidence.setdefault(topic_name, []).append(turn)
    for topic in COMPANION.topics.values():
        for template in topic.templates["d"]:
            slots = Slots(rng, COMPANION.slot_values, {}, {"N": name})
            speakers = [name, "Assistant"]
            question = "\n".join(
                f"<{speakers[index % 2]}>: {fill(rng, part, slots)}"
                for index, part in enumerate(split_parts(template))
            )
            conversation.add_question(question, None, "companion", evidence[topic.name], None)
    return conversation


def generate_notes(user_id: str, rng: random.Random) -> Conversation:
    """Generate a user of one of the two kinds."""
    generate = generate_documents if rng.random() < 0.6 else generate_companion
    return generate(user_id, rng)

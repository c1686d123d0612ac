"""Generates two named friends who chat over months, as in LoCoMo, and questions about their facts.

The letters of template kinds (`S`, `Q`, …) are explained at the top of banks/friends.txt. The two
speakers are numbered 0 and 1.
"""

import random
import re
from datetime import datetime, timedelta

from training_data.builder import Conversation, LineSampler, Statement
from training_data.dates import (
    TimeExpression,
    format_month,
    future_time,
    past_time,
    session_times,
    years_until,
)
from training_data.template_bank import (
    Fact,
    Slots,
    Topic,
    fill,
    fill_sentences,
    read_bank,
    split_parts,
)

BANK = read_bank("friends")
TOPICS, POOLS = BANK.topics, BANK.pools
FEMALE_NAMES, MALE_NAMES = POOLS["her"], POOLS["him"]
THIRD_PERSON = {
    "my": "{his}",
    "i": "{he}",
    "me": "{him}",
    "our": "their",
    "myself": "{him}self",
}
MONTH_FITS = re.compile(r"^(What|Which|Where|Who|How much) .*\bdid\b")
"""Questions to which "in May 2023" can be added."""
REACTIONS = {"good news": "glad", "bad news": "sorry", "remark": "agreed", "reaction": "thanked"}
"""The pool of reactions to the last dialogue act."""


class FriendsGenerator:
    """Generates one user of this kind."""

    def __init__(self, user_id: str, rng: random.Random) -> None:
        self.rng = rng
        self.conversation = Conversation(user_id, rng)
        people = [(name, "she", "her", "her") for name in FEMALE_NAMES]
        people += [(name, "he", "him", "his") for name in MALE_NAMES]
        self.people = rng.sample(people, 2)
        self.used_values: dict[str, set[str]] = {}
        self.persistent_values: dict[tuple[int, str], dict[str, str]] = {}
        self.statements: list[Statement] = []
        self.times: dict[int, dict[str, TimeExpression]] = {}  # by the id of the slots
        self.lines = LineSampler(rng)
        # Per speaker: rate of exclamation marks, rate of extra sentences, careless punctuation.
        self.excitement = [rng.choice([0.05, 0.2, 0.45]) for _ in range(2)]
        self.verbosity = [rng.uniform(0.5, 0.85) for _ in range(2)]
        self.careless = [rng.random() < 0.15 for _ in range(2)]

    def generate(self) -> Conversation:
        times = session_times(self.rng, self.rng.randint(12, 25), (3, 19))
        topics = self.rng.sample(sorted(TOPICS), min(len(TOPICS), self.rng.randint(14, 24)))
        for number, started_at in enumerate(times, 1):
            self.add_session(number, started_at, topics)
        self.add_questions(times[-1] + timedelta(days=self.rng.randint(1, 9)))
        return self.conversation

    # Turns

    def add_session(self, number: int, started_at: datetime, topics: list[str]) -> None:
        self.session, self.started_at = number, started_at
        self.last_speaker = self.rng.randrange(2)
        self.topic_opened = False
        self.last_act = ""
        self.used_templates: set[str] = set()
        self.add_pool_turn("greetings", "greeting")
        if self.rng.random() < 0.8:
            self.add_pool_turn("greeted", "greeting")
        length = self.rng.randint(14, 28)
        start = len(self.conversation.turns)
        for name in self.rng.sample(topics, self.rng.randint(3, 6)):
            self.add_topic(TOPICS[name])
            if self.rng.random() < 0.25:
                self.add_pool_turn("small", "remark")
            if len(self.conversation.turns) - start >= length:
                break
        self.add_pool_turn("farewells", "greeting")
        self.add_pool_turn("farewelled", "greeting")

    def add_pool_turn(self, pool: str, act: str) -> None:
        """The next speaker says a line of a pool."""
        self.add_turn(1 - self.last_speaker, [self.lines.draw(POOLS[pool])], act)

    def add_topic(self, topic: Topic) -> None:
        """Add a few turns on a topic: one speaker states facts, the other may follow."""
        speaker = 1 - self.last_speaker if self.rng.random() < 0.6 else self.last_speaker
        self.topic_opened = False
        for _ in range(self.rng.choice([1, 1, 2, 2, 3])):
            if not self.add_statement(topic, speaker):
                break
            self.add_follow_up(topic, speaker)
        if self.rng.random() < 0.5 and self.add_statement(topic, 1 - speaker):
            self.add_follow_up(topic, 1 - speaker)
        elif self.rng.random() < 0.6:
            self.add_turn(1 - self.last_speaker, [self.remark(topic)], "remark")

    def add_follow_up(self, topic: Topic, speaker: int) -> None:
        """Follow a statement with a question whose answer has no fact, a remark or a reaction."""
        chance = self.rng.random()
        exchanges = [
            line for line in topic.templates.get("r", []) if line not in self.used_templates
        ]
        if chance < 0.4 and exchanges:
            self.used_templates.add(exchanges[0])
            question, answer = split_parts(exchanges[0])
            lead = self.extra_sentences(topic, 1 - speaker)[:1]
            self.add_turn(1 - speaker, [*lead, question], "question")
            self.add_turn(speaker, [answer, *self.extra_sentences(topic, speaker)], "remark")
        elif chance < 0.65:
            self.add_turn(1 - speaker, [self.remark(topic)], "remark")
        elif chance < 0.8:
            self.add_turn(1 - speaker, self.extra_sentences(topic, 1 - speaker), "reaction")

    def add_statement(self, topic: Topic, speaker: int) -> bool:
        """State a new fact. Returns False if no fact or template is left."""
        keys = [statement.fact.key for statement in self.statements if statement.speaker == speaker]
        available = [f for f in topic.facts if keys.count(f.key) < (5 if f.repeatable else 1)]
        if not available:
            return False
        fact = self.rng.choice(available + [f for f in available if f.repeatable])
        templates = [
            (kind, template)
            for kind in "SSQQD"  # S and Q are twice as likely as D
            for template in fact.templates.get(kind, [])
            if template not in self.used_templates
        ]
        if not templates:
            return False
        kind, template = self.rng.choice(templates)
        self.used_templates.add(template)
        slots = self.new_slots(topic, fact, speaker)
        texts = split_parts(template)
        act = "bad news" if fact.key in POOLS["bad"] else "good news"
        if kind == "Q":
            if self.last_speaker != speaker:
                self.add_turn(speaker, [self.remark(topic)], "remark")
            lead = [self.remark(topic)] if self.rng.random() < 0.4 else []
            self.add_turn(1 - speaker, [*lead, texts[0]], "question", slots)
        else:
            self.alternate(speaker, topic)
        turns = []
        lead = []
        if kind == "S" and self.rng.random() < 0.25:
            lead = [self.lines.draw(POOLS["segues"])]
        elif kind == "D":
            turns.append(self.add_turn(speaker, [texts[0]], "opening", slots))
            self.add_turn(1 - speaker, [texts[1]], "question")
        extra = self.extra_sentences(topic, speaker)
        turns.append(self.add_turn(speaker, [*lead, texts[-1], *extra], act, slots))
        self.statements.append(Statement(fact, speaker, slots, turns, template))
        return True

    def alternate(self, speaker: int, topic: Topic) -> None:
        """Let the other speaker say something first if `speaker` spoke last."""
        if self.last_speaker == speaker and self.rng.random() > 0.03:
            if not self.topic_opened and "o" in topic.templates and self.rng.random() < 0.6:
                self.add_turn(1 - speaker, [self.lines.draw(topic.templates["o"])], "question")
            else:
                self.add_turn(1 - speaker, [], "reaction")
        self.topic_opened = True

    def extra_sentences(self, topic: Topic, speaker: int) -> list[str]:
        """Up to two extra sentences and an image for a turn of `speaker`."""
        extra: list[str] = []
        while len(extra) < 2 and self.rng.random() < self.verbosity[speaker] * 0.75:
            extra.append(self.extra_sentence(topic))
        if self.rng.random() < 0.12 and "p" in topic.templates:
            photo = self.rng.choice(topic.templates["p"])
            extra.append(f"[shares an image: a photo of {photo}]")
        return extra

    def extra_sentence(self, topic: Topic) -> str:
        chance = self.rng.random()
        if chance < 0.25:
            return self.lines.draw(POOLS["feelings"])
        if chance < 0.65:
            return self.lines.draw(POOLS["elaborated"])
        return self.short_remark(topic)

    def short_remark(self, topic: Topic) -> str:
        """A remark on the topic that is new in this session, or else a general one."""
        unused = [line for line in topic.templates["c"] if line not in self.used_templates]
        if not unused:
            return self.lines.draw(POOLS["elaborated"])
        line = self.rng.choice(unused)
        self.used_templates.add(line)
        return line

    def remark(self, topic: Topic) -> str:
        """A statement without a fact, as long as the statements with one."""
        remark = self.short_remark(topic)
        for _ in range(3):
            if self.rng.random() < self.verbosity[1 - self.last_speaker]:
                remark += " " + self.extra_sentence(topic)
        if self.rng.random() < 0.2:
            remark += " " + self.rng.choice(
                ["How about you?", "Don't you think?", "You too?", "Is it the same for you?"]
            )
        return remark

    def add_turn(
        self, speaker: int, sentences: list[str], act: str, slots: Slots | None = None
    ) -> int:
        """Add a turn, which may begin with a reaction to the last one. Returns its index.

        `act` is the dialogue act: greeting, question, remark, reaction, opening, good or bad news.
        """
        pool = POOLS.get(REACTIONS.get(self.last_act, ""))
        if pool and (act == "reaction" or self.rng.random() < 0.5):
            sentences = [self.lines.draw(pool), *sentences]
        elif not sentences:
            sentences = [self.lines.draw(POOLS["agreed"])]
        if slots is None:
            slots = Slots(self.rng, BANK.slot_values, {}, self.name_slots(speaker))
        slots.values["F"] = self.people[1 - speaker][0]
        text = fill_sentences(self.rng, " ".join(sentences), slots)
        if self.rng.random() < self.excitement[speaker]:
            text = re.sub(r"(?<![.!?])\.(?= |$)", "!", text, count=self.rng.randint(1, 2))
        if self.careless[speaker]:
            text = re.sub(r"(?<!\.)\.$", "", text)
            text = text[:1].lower() + text[1:] if not text.startswith("I") else text
        self.last_speaker, self.last_act = speaker, act
        name = self.people[speaker][0]
        return self.conversation.add_turn(self.session, self.started_at, name, text)

    def name_slots(self, speaker: int) -> dict[str, str]:
        name, he, him, his = self.people[speaker]
        return {"N": name, "F": self.people[1 - speaker][0], "he": he, "him": him, "his": his}

    def new_slots(self, topic: Topic, fact: Fact, speaker: int) -> Slots:
        fixed = self.name_slots(speaker)
        persistent = self.persistent_values.setdefault((speaker, topic.name), {})
        if not fact.repeatable:
            fixed |= persistent
        today = self.started_at.date()
        times = {
            "when": past_time(self.rng, today),
            "soon": future_time(self.rng, today),
            "since": years_until(self.rng, today),
        }
        fixed |= {name: time.phrase for name, time in times.items()}
        candidates = {**topic.slot_values, **BANK.slot_values}
        slots = PersistentSlots(self.rng, candidates, self.used_values, fixed, persistent)
        self.times[id(slots)] = times
        return slots

    # Questions

    def add_questions(self, asked_at: datetime) -> None:
        rng, ask = self.rng, self.conversation.add_question
        statements = rng.sample(self.statements, len(self.statements))
        count = min(rng.randint(50, 110), int(0.8 * len(statements)))
        for statement in statements[: int(count * 0.55)]:
            question, answer = self.fact_question(statement, rng.choice("??~"))
            if question:
                ask(question, answer, "single_hop", statement.turns, asked_at)
        temporal_count = 0
        for statement in rng.sample(self.statements, len(self.statements)):
            templates = statement.fact.templates.get("T")
            time = self.time_of(statement)
            if templates and time and temporal_count < count * 0.22:
                template = rng.choice(templates)
                question = self.third_person(template, statement.slots, statement.speaker)
                temporal_count += ask(question, time.answer, "temporal", statement.turns, asked_at)
        self.add_multi_hop_questions(asked_at, int(count * 0.15))
        self.add_open_domain_questions(asked_at, max(2, int(count * 0.06)))
        self.add_adversarial_questions(asked_at, int(count * 0.17))

    def fact_question(self, statement: Statement, kind: str) -> tuple[str, str]:
        """A question for a stated fact and its answer, or two empty strings.

        The answer occurs verbatim in the turns of the statement.
        """
        fact, slots = statement.fact, statement.slots
        if kind not in fact.templates:
            return "", ""
        question, *own_answer = split_parts(self.rng.choice(fact.templates[kind]))
        answer = fill(self.rng, own_answer[0] if own_answer else fact.answer, slots)
        turns = (self.conversation.turns[index] for index in statement.turns)
        text = " ".join(turn["text"] for turn in turns).lower()
        if answer.lower() not in text:
            values = [slots[name] for name in re.findall(r"\{(\w+)\}", fact.answer)]
            if own_answer or not all(value.lower() in text for value in values):
                return "", ""
            answer = values[0]
        time = self.time_of(statement)
        question = self.third_person(question, slots, statement.speaker)
        datable = "when" in statement.template.lower() and MONTH_FITS.match(question)
        if time and datable and self.rng.random() < 0.2:
            question = f"{question[:-1]} in {format_month(time.day)}?"
        return question, answer

    def time_of(self, statement: Statement) -> TimeExpression | None:
        """The time expression in the template of a statement."""
        for name, time in self.times[id(statement.slots)].items():
            if f"{{{name}}}" in statement.template.lower():
                return time
        return None

    def third_person(self, template: str, slots: Slots, speaker: int) -> str:
        """Fill in a template about `speaker`, with values such as "my sister" in third person."""
        names = self.name_slots(speaker)

        def value(name: str) -> str:
            if name in names:
                return names[name]
            words = slots[name].split(" ")
            return " ".join(THIRD_PERSON.get(w.lower(), w) for w in words).format(**names)

        text = re.sub(r"\{(\w+)\}", lambda m: value(m[1]), template)
        return fill_sentences(self.rng, text)

    def add_multi_hop_questions(self, asked_at: datetime, count: int) -> None:
        """Ask for all values of a fact that one speaker stated several times, or their number."""
        groups: dict[tuple[str, int], list[Statement]] = {}
        for statement in self.statements:
            if "M" in statement.fact.templates:
                groups.setdefault((statement.fact.key, statement.speaker), []).append(statement)
        several = [group for group in groups.values() if 2 <= len(group) <= 6]
        for group in self.rng.sample(several, min(count, len(several))):
            fact = group[0].fact
            template = self.rng.choice(fact.templates["M"])
            question = self.third_person(template, group[0].slots, group[0].speaker)
            answer = ", ".join(fill(self.rng, fact.answer, each.slots) for each in group)
            noun = question.split()[1]
            if self.rng.random() < 0.3 and noun not in ("has", "did", "does", "family"):
                question = f"How many {question.split(maxsplit=1)[1]}"
                answer = str(len(group))
            evidence = [turn for statement in group for turn in statement.turns]
            self.conversation.add_question(question, answer, "multi_hop", evidence, asked_at)

    def add_open_domain_questions(self, asked_at: datetime, count: int) -> None:
        """Ask for what can be inferred from a fact."""
        inferable = [each for each in self.statements if "I" in each.fact.templates]
        for statement in self.rng.sample(inferable, min(count, len(inferable))):
            question, answer = (
                self.third_person(text, statement.slots, statement.speaker)
                for text in split_parts(self.rng.choice(statement.fact.templates["I"]))
            )
            self.conversation.add_question(
                question, answer, "open_domain", statement.turns, asked_at
            )

    def add_adversarial_questions(self, asked_at: datetime, count: int) -> None:
        """Ask about the other speaker for a fact that only one of them stated."""
        stated = {(statement.fact.key, statement.speaker) for statement in self.statements}
        for statement in self.rng.sample(self.statements, len(self.statements)):
            fact, other = statement.fact, 1 - statement.speaker
            if count <= 0:
                return
            if (fact.key, other) in stated:
                continue
            kind = self.rng.choice([kind for kind in "?~T" if kind in fact.templates])
            template = split_parts(self.rng.choice(fact.templates[kind]))[0]
            question = self.third_person(template, statement.slots, other)
            count -= self.conversation.add_question(question, None, "adversarial", [], asked_at)


class PersistentSlots(Slots):
    """Slots whose values marked "!" persist for a person, such as the name of a pet."""

    def __init__(
        self,
        rng: random.Random,
        candidates: dict[str, list[str]],
        used: dict[str, set[str]],
        fixed: dict[str, str],
        persistent: dict[str, str],
    ) -> None:
        unmarked = {name.rstrip("!"): values for name, values in candidates.items()}
        super().__init__(rng, unmarked, used, fixed)
        self._marked = {name[:-1] for name in candidates if name.endswith("!")}
        self._persistent = persistent

    def __getitem__(self, name: str) -> str:
        value = super().__getitem__(name)
        if name in self._marked:
            self._persistent.setdefault(name, value)
        return value


def generate_friends(user_id: str, rng: random.Random) -> Conversation:
    """Generate a user of two friends."""
    return FriendsGenerator(user_id, rng).generate()

"""Generates a user and an assistant over many sessions, as in BEAM and LongMemEval, and questions.

The letters of template kinds (`S`, `R`, …) are explained at the top of banks/assistant.txt.
"""

import random
import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

from training_data.builder import Conversation, LineSampler, Statement
from training_data.dates import format_us_day, session_times
from training_data.template_bank import (
    Fact,
    Slots,
    Topic,
    fill,
    fill_sentences,
    read_bank,
    split_parts,
)

BANK = read_bank("assistant")
ASSOCIATIONS = read_bank("associations")
TOPICS, POOLS = BANK.topics, BANK.pools


class Update(NamedTuple):
    """A changed fact: its old and new answer, and the index of the turn that changed it."""

    old: str
    new: str
    turn: int


class AssistantGenerator:
    """Generates one user of this kind."""

    def __init__(self, user_id: str, rng: random.Random) -> None:
        self.rng = rng
        self.conversation = Conversation(user_id, rng)
        self.user_name = rng.choice(POOLS["persons"])
        self.used_values: dict[str, set[str]] = {}
        self.statements: list[Statement] = []
        self.updates: dict[int, Update] = {}  # by the id of the statement
        self.event_dates: dict[int, date] = {}  # by the id of the statement
        self.recommendations: list[tuple[Fact, str, int]] = []  # fact, answer, turn
        self.instructions: list[tuple[str, str, int]] = []  # question, answer, turn
        self.associations: dict[str, list[int]] = {}  # the turns of a topic
        self.lines = LineSampler(rng)
        self.verbosity = rng.uniform(0.4, 1.0)
        self.job = rng.choice(POOLS["jobs"])
        self.introduced = False
        self.lowercase = rng.random() < 0.25

    def generate(self) -> Conversation:
        times = session_times(self.rng, self.rng.randint(10, 25), (2, 14))
        topics = self.rng.sample(sorted(TOPICS), min(len(TOPICS), self.rng.randint(6, 11)))
        order = [self.rng.choice(topics) for _ in times]
        for number, (started_at, name) in enumerate(zip(times, order, strict=True), 1):
            self.add_session(number, started_at, TOPICS[name])
        self.add_questions(times[-1] + timedelta(days=self.rng.randint(1, 6)))
        return self.conversation

    # Turns

    def add_session(self, number: int, started_at: datetime, topic: Topic) -> None:
        self.session, self.started_at, self.topic = number, started_at, topic
        if self.rng.random() < 0.15:
            self.add_user_turn(self.draw("small"))
            self.add_assistant_turn(self.draw("small replies"))
        for turn in range(self.rng.randint(4, 11)):
            if self.rng.random() < 0.55 and self.add_statements(first=turn == 0):
                continue
            if self.rng.random() < 0.05 and self.add_association():
                continue
            chance = self.rng.random()
            if chance < 0.12 and turn and self.add_repeated_question():
                continue
            if chance > 0.95 and self.add_instruction():
                continue
            if turn == 0 or self.rng.random() < 0.6:
                self.add_request([self.lines.draw(topic.templates["C"])])
            else:
                self.add_request([self.draw("followups")])
            self.add_assistant_turn(self.advice(None))
        if self.rng.random() < 0.4:
            self.add_user_turn(self.draw("thanks"))
            self.add_assistant_turn(self.draw("welcomes"))

    def add_statements(self, first: bool) -> bool:
        """The user states one or two facts with a request, and the assistant gives advice.

        The user may update a fact instead. Returns False if no fact of the topic is left.
        """
        if self.rng.random() < 0.22 and self.add_update():
            return True
        texts: list[str] = []
        new: list[Statement] = []
        dates: list[date] = []
        for _ in range(self.rng.choice([1, 1, 1, 2, 2])):
            keys = [statement.fact.key for statement in (*self.statements, *new)]
            available = [
                fact
                for fact in self.topic.facts
                if "S" in fact.templates and keys.count(fact.key) < (6 if fact.repeatable else 1)
            ]
            if not available:
                break
            fact = self.rng.choice(available)
            slots = self.new_slots()
            template = self.rng.choice(fact.templates["S"])
            texts.append(fill(self.rng, template, slots))
            new.append(Statement(fact, 0, slots, [], template))
            dates.append(self.event_date)
        if not new:
            return False
        if first and not self.introduced:
            self.introduced = True
            job = f"I'm {self.user_name}, <a(n) {self.job}|and I work as a(n) {self.job}>."
            texts.insert(0, fill(self.rng, job))
        turn = self.add_request(texts)
        for statement, day in zip(new, dates, strict=True):
            statement.turns.append(turn)
            self.event_dates[id(statement)] = day
        self.statements += new
        statement = self.rng.choice(new)
        answer = fill(self.rng, statement.fact.answer, statement.slots)
        self.add_assistant_turn(self.advice(answer))
        return True

    def add_update(self) -> bool:
        """The user changes a fact of an earlier session. Returns False if there is none."""
        changeable = [
            statement
            for statement in self.statements
            if statement.fact.topic == self.topic.name
            and "U" in statement.fact.templates
            and id(statement) not in self.updates
            and self.conversation.turns[statement.turns[0]]["session_id"] != f"s{self.session}"
        ]
        if not changeable:
            return False
        statement = self.rng.choice(changeable)
        fact = statement.fact
        name = re.findall(r"\{(\w+)\}", fact.answer)[0]
        slots = self.new_slots()
        if name == "date":
            new = slots["date"]
            self.event_dates[id(statement)] = self.event_date
        else:
            new = slots.draw_another(name)
        if new == statement.slots[name]:
            return False
        slots.values["new"] = new
        old_answer = fill(self.rng, fact.answer, statement.slots)
        template = self.rng.choice(fact.templates["U"])
        lead = self.rng.choice(["Small change: ", "Actually, ", "", "", "Update: ", "One thing: "])
        turn = self.add_request([fill(self.rng, lead + template, slots)])
        new_answer = fill(self.rng, fact.answer.replace(f"{{{name}}}", new))
        self.updates[id(statement)] = Update(old_answer, new_answer, turn)
        self.add_assistant_turn(self.advice(new_answer))
        return True

    def add_request(self, statements: list[str]) -> int:
        """Add a user turn of statements, extra sentences and a request, in varying order."""
        topic = self.topic
        request = [self.lines.draw(topic.templates["R"])]
        extra = []
        while self.rng.random() < self.verbosity * 0.8 and len(extra) < 4:
            extra.append(self.draw("extras"))
        is_factless = statements[0] in topic.templates["C"]
        if not is_factless and self.rng.random() < self.verbosity * 0.4:
            extra.append(self.lines.draw(topic.templates["C"]))
        if self.rng.random() < 0.2:
            request = []
        if self.rng.random() < 0.12:
            extra.append(self.draw("pastes").replace("\\n", "\n"))
        if self.rng.random() < 0.25:
            texts = [*request, *statements, *extra]
        else:
            cut = self.rng.randint(0, len(extra))
            texts = [*extra[:cut], *statements, *extra[cut:], *request]
        if self.rng.random() < 0.3:
            texts.insert(0, self.rng.choice(["Hi!", "Okay,", "So,", "Thanks!", "Alright,", "Hey,"]))
        return self.add_user_turn(" ".join(texts))

    def add_repeated_question(self) -> bool:
        """The user asks for a fact stated before, and the assistant repeats it.

        Returns False if there is no such fact.
        """
        askable = [
            statement
            for statement in self.statements
            if "?" in statement.fact.templates and not statement.fact.repeatable
        ]
        if not askable:
            return False
        statement = self.rng.choice(askable)
        templates = statement.fact.templates
        kind = self.rng.choice([kind for kind in "??~" if kind in templates])
        question = split_parts(self.rng.choice(templates[kind]))[0]
        slots = Slots(self.rng, {}, {}, dict(statement.slots.values))
        slots.values["question"] = fill_sentences(self.rng, question, statement.slots)
        answer = fill(self.rng, statement.fact.answer, statement.slots)
        update = self.updates.get(id(statement))
        slots.values["answer"] = update.new if update else answer
        self.add_user_turn(fill(self.rng, self.draw("recall"), slots))
        self.add_assistant_turn(fill(self.rng, self.draw("recalled"), slots))
        return True

    def add_association(self) -> bool:
        """The user tells what a later statement may call to mind. False if all has been told."""
        name = self.rng.choice(sorted(ASSOCIATIONS.topics))
        told = self.associations.setdefault(name, [])
        templates = ASSOCIATIONS.topics[name].templates["m"]
        if len(told) == len(templates):
            return False
        slots = Slots(self.rng, ASSOCIATIONS.slot_values, self.used_values)
        told.append(self.add_user_turn(fill(self.rng, templates[len(told)], slots)))
        self.add_assistant_turn(self.draw("small replies"))
        return True

    def add_instruction(self) -> bool:
        """The user sets a rule for all answers. Returns False after four rules."""
        if len(self.instructions) >= 4:
            return False
        rule, question, answer = split_parts(self.draw("instructions"))
        text = fill(
            self.rng,
            f"<From now on|One request for all your answers|In future replies|Please>, {rule}"
            "<.| when you answer me.|, that would help me.>",
        )
        turn = self.add_user_turn(text)
        self.instructions.append((question, answer, turn))
        self.add_assistant_turn(
            fill(
                self.rng,
                "<Understood|Noted|Of course>! I'll <do that|keep that in mind> from now on.",
            )
        )
        return True

    def advice(self, answer: str | None) -> str:
        """A long Markdown answer: advice on the topic and general sentences.

        It may repeat `answer`, the fact that the user just stated, and may recommend something.
        """
        rng, topic = self.rng, self.topic
        slots = self.new_slots()
        name = fill(rng, topic.templates["n"][0])
        name = re.sub(r"\b(my|our)\b", "your", name).replace("I'm", "you're")
        slots.values["topic"] = name
        text = [fill(rng, self.draw("openings"), slots)]
        if answer and rng.random() < 0.4:
            slots.values["answer"] = answer
            text[0] += " " + fill(rng, self.draw("echoes"), slots)
        if rng.random() < 0.7:
            text.append(fill(rng, self.draw("headings")))
        items = []
        numbered = rng.random() < 0.7
        pool = topic.templates["A"]
        for number, line in enumerate(rng.sample(pool, min(len(pool), rng.randint(4, 9))), 1):
            title, _, advice = line.partition(": ")
            mark = f"{number}." if numbered else "-"
            item = f"{mark} **{title}**: {advice[:1].upper()}{advice[1:]}"
            for _ in range(rng.choice([0, 1, 1, 2, 2, 3])):
                item += " " + fill(rng, self.draw("details"))
            items.append(item)
        text.append("\n".join(items))
        if "X" in topic.templates and rng.random() < 0.4:
            text.append(rng.choice(topic.templates["X"]).replace("\\n", "\n"))
        recommendable = [fact for fact in topic.facts if "V" in fact.templates]
        if recommendable and rng.random() < 0.25:
            fact = rng.choice(recommendable)
            if all(fact.key != earlier.key for earlier, _, _ in self.recommendations):
                text.append(fill(rng, rng.choice(fact.templates["V"]), slots))
                recommended = fill(rng, fact.answer, slots)
                turn = len(self.conversation.turns)
                self.recommendations.append((fact, recommended, turn))
        text.append(fill(rng, self.draw("closings")))
        return "\n\n".join(text)

    def add_user_turn(self, text: str) -> int:
        text = fill_sentences(self.rng, text, Slots(self.rng, BANK.slot_values, {}))
        if self.lowercase:
            text = text.replace("I'm", "im").replace("can't", "cant").lower()
        return self.conversation.add_turn(self.session, self.started_at, "user", text)

    def add_assistant_turn(self, text: str) -> int:
        text = fill_sentences(self.rng, text)
        return self.conversation.add_turn(self.session, self.started_at, "assistant", text)

    def draw(self, pool: str) -> str:
        return self.lines.draw(POOLS[pool])

    def new_slots(self) -> Slots:
        """Slots of a statement. `event_date` becomes the future date of its {date}."""
        self.event_date = self.started_at.date() + timedelta(days=self.rng.randint(12, 120))
        fixed = {"me": self.user_name, "date": format_us_day(self.event_date)}
        candidates = {**self.topic.slot_values, **BANK.slot_values}
        return Slots(self.rng, candidates, self.used_values, fixed)

    # Questions

    def add_questions(self, asked_at: datetime) -> None:
        rng, ask = self.rng, self.conversation.add_question
        for statement in rng.sample(self.statements, int(len(self.statements) * 0.4)):
            templates, slots = statement.fact.templates, statement.slots
            kinds = [kind for kind in "?~~" if kind in templates]
            if id(statement) in self.updates or not kinds:
                continue
            question, *own_answer = split_parts(rng.choice(templates[rng.choice(kinds)]))
            answer = fill(rng, own_answer[0] if own_answer else statement.fact.answer, slots)
            question = fill_sentences(rng, question, slots)
            ask(question, answer, "information_extraction", statement.turns, asked_at)
        self.add_knowledge_update_questions(asked_at)
        self.add_multi_session_questions(asked_at)
        self.add_temporal_questions(asked_at)
        self.add_topic_questions(asked_at)
        for statement in self.statements:
            if "P" in statement.fact.templates and id(statement) not in self.updates:
                question, template = split_parts(rng.choice(statement.fact.templates["P"]))
                answer = fill(rng, template, statement.slots)
                ask(question, answer, "preference", statement.turns, asked_at)
        for question, answer, turn in self.instructions:
            ask(question, answer, "instruction", [turn], asked_at)
        for fact, answer, turn in self.recommendations:
            ask(rng.choice(fact.templates["v"]), answer, "assistant_said", [turn], asked_at)
        self.add_associated_statements(asked_at)
        self.add_abstention_questions(asked_at, max(3, len(self.conversation.questions) // 7))

    def add_knowledge_update_questions(self, asked_at: datetime) -> None:
        """Ask for the newest value of each updated fact, or for both values."""
        ask = self.conversation.add_question
        for statement in self.statements:
            if id(statement) not in self.updates:
                continue
            old, new, turn = self.updates[id(statement)]
            templates = statement.fact.templates
            if "k" in templates and self.rng.random() < 0.4:
                question = self.rng.choice(templates["k"])
                evidence = [*statement.turns, turn]
                ask(question, f"{old}, {new}", "knowledge_update_both", evidence, asked_at)
            elif "K" in templates:
                question = self.rng.choice(templates["K"])
                ask(question, new, "knowledge_update_newest", [turn], asked_at)

    def add_multi_session_questions(self, asked_at: datetime) -> None:
        """Ask for all values of a fact that was stated several times, their number or their sum."""
        groups: dict[str, list[Statement]] = {}
        for statement in self.statements:
            if "M" in statement.fact.templates:
                groups.setdefault(statement.fact.key, []).append(statement)
        for group in groups.values():
            if len(group) < 2:
                continue
            fact = group[0].fact
            question = self.rng.choice(fact.templates["M"])
            values = [fill(self.rng, fact.answer, statement.slots) for statement in group]
            answer = ", ".join(values)
            if question.startswith("How many"):
                answer = str(len(group))
            elif "$" in values[0]:
                answer = f"${sum(int(re.sub(r'[^0-9]', '', value)) for value in values):,}"
            evidence = [turn for statement in group for turn in statement.turns]
            self.conversation.add_question(question, answer, "multi_session", evidence, asked_at)

    def add_temporal_questions(self, asked_at: datetime) -> None:
        """Ask for the number of days between two events."""
        events = [
            statement
            for statement in self.statements
            if "E" in statement.fact.templates and id(statement) in self.event_dates
        ]
        if len(events) < 2:
            return
        for _ in range(min(6, len(events))):
            pair = self.rng.sample(events, 2)
            first, second = (self.event_dates[id(event)] for event in pair)
            names = [event.fact.templates["E"][0] for event in pair]
            question = self.rng.choice(
                [
                    f"How many days are there between {names[0]} and {names[1]}?",
                    f"How much time do I have between {names[0]} and {names[1]}?",
                    f"How many days apart are {names[0]} and {names[1]}?",
                ]
            )
            answer = f"{abs((first - second).days)} days"
            evidence = [self.newest_turn(event) for event in pair]
            self.conversation.add_question(question, answer, "temporal", evidence, asked_at)

    def newest_turn(self, statement: Statement) -> int:
        update = self.updates.get(id(statement))
        return update.turn if update else statement.turns[0]

    def add_topic_questions(self, asked_at: datetime) -> None:
        """Ask for the order or a summary of all that the user stated about a topic."""
        turns_by_topic: dict[str, list[int]] = {}
        for statement in self.statements:
            turns_by_topic.setdefault(statement.fact.topic, []).extend(statement.turns)
        for name, turns in turns_by_topic.items():
            evidence = sorted(set(turns))
            if not 5 <= len(evidence) <= 12:
                continue
            topic = fill(self.rng, TOPICS[name].templates["n"][0])
            question, category = self.rng.choice(
                [
                    (f"Can you list, in order, what I told you about {topic}?", "event_ordering"),
                    (f"In which order did I bring up the details of {topic}?", "event_ordering"),
                    (f"Can you sum up what I have told you about {topic}?", "summarization"),
                    (f"Give me an overview of how {topic} has gone so far.", "summarization"),
                ]
            )
            self.conversation.add_question(question, None, category, evidence, asked_at)

    def add_associated_statements(self, asked_at: datetime) -> None:
        """State, for each topic of which something was told, what calls for that."""
        for name, turns in self.associations.items():
            if not turns:
                continue
            slots = Slots(self.rng, ASSOCIATIONS.slot_values, {})
            template = self.rng.choice(ASSOCIATIONS.topics[name].templates["s"])
            statement = fill_sentences(self.rng, template, slots)
            self.conversation.add_question(statement, None, "association", turns, asked_at)

    def add_abstention_questions(self, asked_at: datetime, count: int) -> None:
        """Ask for facts that were never stated, mostly of topics in the conversation."""
        stated = {statement.fact.key for statement in self.statements}
        stated |= {fact.key for fact, _, _ in self.recommendations}
        topics = {statement.fact.topic for statement in self.statements}
        unstated = [
            fact
            for topic in TOPICS.values()
            for fact in topic.facts
            if fact.key not in stated and (topic.name in topics or self.rng.random() < 0.2)
        ]
        self.rng.shuffle(unstated)
        for fact in unstated[:count]:
            kind = self.rng.choice([kind for kind in "?~v" if kind in fact.templates])
            self.topic = TOPICS[fact.topic]
            question = split_parts(self.rng.choice(fact.templates[kind]))[0]
            question = fill_sentences(self.rng, question, self.new_slots())
            self.conversation.add_question(question, None, "abstention", [], asked_at)


def generate_assistant(user_id: str, rng: random.Random) -> Conversation:
    """Generate a user of an assistant."""
    return AssistantGenerator(user_id, rng).generate()

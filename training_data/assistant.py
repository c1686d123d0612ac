"""A user and an assistant over many sessions, as in BEAM and LongMemEval, with questions."""

import random
import re
from datetime import date, datetime, timedelta

from training_data.builder import Conversation, Told
from training_data.dates import session_times, us_day
from training_data.template_bank import Fact, Slots, Topic, fill, parts, read, say

BANK = read("assistant")
TOPICS, POOLS, COMMON = BANK.topics, BANK.pools, BANK.slots


class Assistant:
    """Builds one user of this kind."""

    def __init__(self, user_id: str, rng: random.Random) -> None:
        self.rng = rng
        self.talk = Conversation(user_id, rng)
        self.me = rng.choice(POOLS["persons"])
        self.used: dict[str, set[str]] = {}
        self.told: list[Told] = []
        self.updates: dict[int, tuple[str, int]] = {}
        self.changed: dict[int, tuple[str, str, int]] = {}
        self.days: dict[int, date] = {}
        self.recommended: list[tuple[Fact, str, int]] = []
        self.instructions: list[tuple[str, str, int]] = []
        self.left: dict[str, list[str]] = {}
        self.wordy = rng.uniform(0.4, 1.0)
        self.job = rng.choice(POOLS["jobs"])
        self.introduced = False
        self.casual = rng.random() < 0.25

    def build(self) -> Conversation:
        times = session_times(self.rng, self.rng.randint(10, 25), (2, 14))
        topics = self.rng.sample(sorted(TOPICS), min(len(TOPICS), self.rng.randint(6, 11)))
        order = [self.rng.choice(topics) for _ in times]
        for number, (moment, name) in enumerate(zip(times, order, strict=True), 1):
            self.session(number, moment, TOPICS[name])
        self.ask(times[-1] + timedelta(days=self.rng.randint(1, 6)))
        return self.talk

    # Talk

    def session(self, number: int, moment: datetime, topic: Topic) -> None:
        self.number, self.moment, self.topic = number, moment, topic
        if self.rng.random() < 0.15:
            self.user(self.pick("small", POOLS["small"]))
            self.assistant(self.pick("small replies", POOLS["small replies"]))
        for turn in range(self.rng.randint(4, 11)):
            if self.rng.random() < 0.55 and self.fact(first=turn == 0):
                continue
            chance = self.rng.random()
            if chance < 0.12 and turn and self.recall():
                continue
            if chance > 0.95 and self.instruct():
                continue
            if turn == 0 or self.rng.random() < 0.6:
                self.request([self.pick(f"{topic.name} C", topic.lines["C"])])
            else:
                self.request([self.pick("follow", POOLS["followups"])])
            self.assistant(self.advice(None))
        if self.rng.random() < 0.4:
            self.user(self.pick("thanks", POOLS["thanks"]))
            self.assistant(self.pick("welcome", POOLS["welcomes"]))

    def fact(self, first: bool) -> bool:
        """The user tells one or two things with a request; the assistant answers at length."""
        if self.rng.random() < 0.22 and self.update():
            return True
        said, new = [], []
        for _ in range(self.rng.choice([1, 1, 1, 2, 2])):
            done = [told.fact.key for told in self.told] + [told.fact.key for told in new]
            open_ = [
                fact
                for fact in self.topic.facts
                if "S" in fact.lines and done.count(fact.key) < (6 if fact.many else 1)
            ]
            if not open_:
                break
            fact = self.rng.choice(open_)
            slots = self.slots()
            template = self.rng.choice(fact.lines["S"])
            said.append(fill(self.rng, template, slots))
            new.append(Told(fact, 0, slots, [], template))
        if not new:
            return False
        if first and not self.introduced:
            self.introduced = True
            job = f"I'm {self.me}, <a(n) {self.job}|and I work as a(n) {self.job}>."
            said.insert(0, fill(self.rng, job))
        place = self.request(said)
        for told in new:
            told.turns.append(place)
            if "date" in told.slots.values:
                self.days[id(told)] = self.day
        self.told += new
        told = self.rng.choice(new)
        self.assistant(self.advice(fill(self.rng, told.fact.answer, told.slots)))
        return True

    def update(self) -> bool:
        able = [
            told
            for told in self.told
            if told.fact.topic == self.topic.name
            and "U" in told.fact.lines
            and id(told) not in self.changed
            and self.talk.turns[told.turns[0]]["session_id"] != f"s{self.number}"
        ]
        if not able:
            return False
        told = self.rng.choice(able)
        name = re.findall(r"\{(\w+)\}", told.fact.answer)[0]
        slots = self.slots()
        if name == "date":
            new = slots["date"]
            self.days[id(told)] = self.day
        else:
            new = slots.again(name)
        if new == told.slots[name]:
            return False
        slots.values["new"] = new
        old = fill(self.rng, told.fact.answer, told.slots)
        template = self.rng.choice(told.fact.lines["U"])
        lead = self.rng.choice(["Small change: ", "Actually, ", "", "", "Update: ", "One thing: "])
        place = self.request([fill(self.rng, lead + template, slots)])
        answer = fill(self.rng, told.fact.answer.replace(f"{{{name}}}", new))
        self.changed[id(told)] = (old, answer, place)
        self.assistant(self.advice(answer))
        return True

    def request(self, said: list[str]) -> int:
        """A user's turn: what is told, and what is asked for, in some order."""
        ask = [self.pick(f"{self.topic.name} R", self.topic.lines["R"])]
        extra = []
        while self.rng.random() < self.wordy * 0.8 and len(extra) < 4:
            extra.append(self.pick("extra", POOLS["extras"]))
        if said[0] not in self.topic.lines["C"] and self.rng.random() < self.wordy * 0.4:
            extra.append(self.pick(f"{self.topic.name} C", self.topic.lines["C"]))
        if self.rng.random() < 0.2:
            ask = []
        if self.rng.random() < 0.12:
            extra.append(self.pick("paste", POOLS["pastes"]).replace("\\n", "\n"))
        if self.rng.random() < 0.25:
            texts = [*ask, *said, *extra]
        else:
            cut = self.rng.randint(0, len(extra))
            texts = [*extra[:cut], *said, *extra[cut:], *ask]
        if self.rng.random() < 0.3:
            texts.insert(0, self.rng.choice(["Hi!", "Okay,", "So,", "Thanks!", "Alright,", "Hey,"]))
        return self.user(" ".join(texts))

    def recall(self) -> bool:
        """The user asks for something told before, and the assistant repeats it."""
        able = [told for told in self.told if "?" in told.fact.lines and not told.fact.many]
        if not able:
            return False
        told = self.rng.choice(able)
        kind = self.rng.choice([kind for kind in "??~" if kind in told.fact.lines])
        question = parts(self.rng.choice(told.fact.lines[kind]))[0]
        slots = Slots(self.rng, {}, {}, dict(told.slots.values))
        slots.values["question"] = say(self.rng, question, told.slots)
        answer = fill(self.rng, told.fact.answer, told.slots)
        slots.values["answer"] = self.changed.get(id(told), (answer, answer, 0))[1]
        self.user(fill(self.rng, self.pick("recall", POOLS["recall"]), slots))
        self.assistant(fill(self.rng, self.pick("recalled", POOLS["recalled"]), slots))
        return True

    def instruct(self) -> bool:
        if len(self.instructions) >= 4:
            return False
        rule, question, answer = parts(self.pick("instruct", POOLS["instructions"]))
        text = fill(
            self.rng,
            f"<From now on|One request for all your answers|In future replies|Please>, {rule}"
            "<.| when you answer me.|, that would help me.>",
        )
        place = self.user(text)
        self.instructions.append((question, answer, place))
        self.assistant(
            fill(
                self.rng,
                "<Understood|Noted|Of course>! I'll <do that|keep that in mind> from now on.",
            )
        )
        return True

    def advice(self, answer: str | None) -> str:
        """A long answer, of the topic's advice and of sentences that fit everywhere."""
        rng, topic = self.rng, self.topic
        slots = self.slots()
        name = fill(rng, topic.lines["n"][0])
        name = re.sub(r"\b(my|our)\b", "your", name).replace("I'm", "you're")
        slots.values["topic"] = name
        text = [fill(rng, self.pick("opening", POOLS["openings"]), slots)]
        if answer and rng.random() < 0.4:
            slots.values["answer"] = answer
            text[0] += " " + fill(rng, self.pick("echo", POOLS["echoes"]), slots)
        if rng.random() < 0.7:
            text.append(fill(rng, self.pick("heading", POOLS["headings"])))
        items = []
        numbered = rng.random() < 0.7
        pool = topic.lines["A"]
        for number, line in enumerate(rng.sample(pool, min(len(pool), rng.randint(4, 9))), 1):
            title, _, advice = line.partition(": ")
            mark = f"{number}." if numbered else "-"
            item = f"{mark} **{title}**: {advice[:1].upper()}{advice[1:]}"
            for _ in range(rng.choice([0, 1, 1, 2, 2, 3])):
                item += " " + fill(rng, self.pick("detail", POOLS["details"]))
            items.append(item)
        text.append("\n".join(items))
        if "X" in topic.lines and rng.random() < 0.4:
            text.append(rng.choice(topic.lines["X"]).replace("\\n", "\n"))
        here = [fact for fact in topic.facts if "V" in fact.lines]
        if here and rng.random() < 0.25:
            fact = rng.choice(here)
            if all(fact.key != old.key for old, _, _ in self.recommended):
                text.append(fill(rng, rng.choice(fact.lines["V"]), slots))
                said = fill(rng, fact.answer, slots)
                self.recommended.append((fact, said, len(self.talk.turns)))
        text.append(fill(rng, self.pick("closing", POOLS["closings"])))
        return "\n\n".join(text)

    def user(self, text: str) -> int:
        text = say(self.rng, text, Slots(self.rng, COMMON, {}))
        if self.casual:
            text = text.replace("I'm", "im").replace("can't", "cant").lower()
        return self.talk.say(self.number, self.moment, "user", text)

    def assistant(self, text: str) -> int:
        return self.talk.say(self.number, self.moment, "assistant", say(self.rng, text))

    def pick(self, name: str, pool: list[str]) -> str:
        left = self.left.setdefault(name, [])
        if not left:
            left.extend(self.rng.sample(pool, len(pool)))
        return left.pop()

    def slots(self) -> Slots:
        self.day = self.moment.date() + timedelta(days=self.rng.randint(12, 120))
        known = {"me": self.me, "date": us_day(self.day)}
        return Slots(self.rng, self.pools, self.used, known)

    @property
    def pools(self) -> dict[str, list[str]]:
        """The topic's own pools, then those for all."""
        return {**self.topic.slots, **COMMON}

    # Questions

    def ask(self, at: datetime) -> None:
        rng = self.rng
        for told in rng.sample(self.told, int(len(self.told) * 0.4)):
            kinds = [kind for kind in "?~~" if kind in told.fact.lines]
            if id(told) in self.changed or not kinds:
                continue
            question, *answer = parts(rng.choice(told.fact.lines[rng.choice(kinds)]))
            said = fill(rng, answer[0] if answer else told.fact.answer, told.slots)
            self.talk.ask(
                say(rng, question, told.slots), said, "information_extraction", told.turns, at
            )
        self.ask_changed(at)
        self.ask_several(at)
        self.ask_days(at)
        self.ask_topics(at)
        for told in self.told:
            if "P" in told.fact.lines and id(told) not in self.changed:
                question, answer_ = parts(rng.choice(told.fact.lines["P"]))
                said = fill(rng, answer_, told.slots)
                self.talk.ask(question, said, "preference", told.turns, at)
        for question, said, place in self.instructions:
            self.talk.ask(question, said, "instruction", [place], at)
        for fact, said, place in self.recommended:
            self.talk.ask(rng.choice(fact.lines["v"]), said, "assistant_said", [place], at)
        self.ask_never(at, max(3, len(self.talk.questions) // 7))

    def ask_changed(self, at: datetime) -> None:
        for told in self.told:
            if id(told) not in self.changed:
                continue
            old, new, place = self.changed[id(told)]
            lines_ = told.fact.lines
            if "k" in lines_ and self.rng.random() < 0.4:
                question = self.rng.choice(lines_["k"])
                evidence = [*told.turns, place]
                self.talk.ask(question, f"{old}, {new}", "knowledge_update_both", evidence, at)
            elif "K" in lines_:
                question = self.rng.choice(lines_["K"])
                self.talk.ask(question, new, "knowledge_update_newest", [place], at)

    def ask_several(self, at: datetime) -> None:
        groups: dict[str, list[Told]] = {}
        for told in self.told:
            if "M" in told.fact.lines:
                groups.setdefault(told.fact.key, []).append(told)
        for group in groups.values():
            if len(group) < 2:
                continue
            fact = group[0].fact
            question = self.rng.choice(fact.lines["M"])
            values = [fill(self.rng, fact.answer, told.slots) for told in group]
            answer = ", ".join(values)
            if re.match(r"How many", question):
                answer = str(len(group))
            elif "$" in values[0]:
                answer = f"${sum(int(re.sub(r'[^0-9]', '', value)) for value in values):,}"
            evidence = [place for told in group for place in told.turns]
            self.talk.ask(question, answer, "multi_session", evidence, at)

    def ask_days(self, at: datetime) -> None:
        dated = [told for told in self.told if "E" in told.fact.lines and id(told) in self.days]
        for _ in range(min(6, len(dated))):
            first, second = self.rng.sample(dated, 2) if len(dated) > 1 else (dated[0], dated[0])
            if first is second:
                return
            days = abs((self.days[id(first)] - self.days[id(second)]).days)
            names = [told.fact.lines["E"][0] for told in (first, second)]
            question = self.rng.choice(
                [
                    f"How many days are there between {names[0]} and {names[1]}?",
                    f"How much time do I have between {names[0]} and {names[1]}?",
                    f"How many days apart are {names[0]} and {names[1]}?",
                ]
            )
            evidence = [self.newest(first), self.newest(second)]
            self.talk.ask(question, f"{days} days", "temporal", evidence, at)

    def newest(self, told: Told) -> int:
        return self.changed[id(told)][2] if id(told) in self.changed else told.turns[0]

    def ask_topics(self, at: datetime) -> None:
        by_topic: dict[str, list[int]] = {}
        for told in self.told:
            by_topic.setdefault(told.fact.topic, []).extend(told.turns)
        for name, places in by_topic.items():
            places = sorted(set(places))
            if not 5 <= len(places) <= 12:
                continue
            topic = fill(self.rng, TOPICS[name].lines["n"][0])
            question, category = self.rng.choice(
                [
                    (f"Can you list, in order, what I told you about {topic}?", "event_ordering"),
                    (f"In which order did I bring up the details of {topic}?", "event_ordering"),
                    (f"Can you sum up what I have told you about {topic}?", "summarization"),
                    (f"Give me an overview of how {topic} has gone so far.", "summarization"),
                ]
            )
            self.talk.ask(question, None, category, places, at)

    def ask_never(self, at: datetime, want: int) -> None:
        """Asks for what was never told, of topics that were talked about and of others."""
        done = {told.fact.key for told in self.told}
        done |= {fact.key for fact, _, _ in self.recommended}
        met = {told.fact.topic for told in self.told}
        open_ = [
            fact
            for topic in TOPICS.values()
            for fact in topic.facts
            if fact.key not in done and (topic.name in met or self.rng.random() < 0.2)
        ]
        self.rng.shuffle(open_)
        for fact in open_[:want]:
            kind = self.rng.choice([kind for kind in "?~v" if kind in fact.lines])
            self.topic = TOPICS[fact.topic]
            question = parts(self.rng.choice(fact.lines[kind]))[0]
            question = say(self.rng, question, self.slots())
            self.talk.ask(question, None, "abstention", [], at)


def assistant(user_id: str, rng: random.Random) -> Conversation:
    """A user of an assistant."""
    return Assistant(user_id, rng).build()

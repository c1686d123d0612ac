"""Two named friends who chat over months, as in LoCoMo, and questions about what they told."""

import random
import re
from datetime import datetime, timedelta

from training_data.builder import Conversation, Told
from training_data.dates import When, ahead, month_of, past, session_times, since
from training_data.template_bank import Fact, Slots, Topic, fill, parts, read, say

BANK = read("friends")
TOPICS, POOLS = BANK.topics, BANK.pools
HER, HIM = POOLS["her"], POOLS["him"]
MY = {"my": "{his}", "i": "{he}", "me": "{him}", "our": "their", "myself": "{him}self"}
ASKABLE = re.compile(r"^(What|Which|Where|Who|How much) .*\bdid\b")


class Friends:
    """Builds one user of this kind."""

    def __init__(self, user_id: str, rng: random.Random) -> None:
        self.rng = rng
        self.talk = Conversation(user_id, rng)
        people = [(name, "she", "her", "her") for name in HER]
        people += [(name, "he", "him", "his") for name in HIM]
        self.people = rng.sample(people, 2)
        self.used: dict[str, set[str]] = {}
        self.kept: dict[tuple[int, str], dict[str, str]] = {}
        self.told: list[Told] = []
        self.times: dict[int, dict[str, When]] = {}
        self.left: dict[str, list[str]] = {}
        self.excited = [rng.choice([0.05, 0.2, 0.45]) for _ in range(2)]
        self.wordy = [rng.uniform(0.5, 0.85) for _ in range(2)]
        self.careless = [rng.random() < 0.15 for _ in range(2)]

    def build(self) -> Conversation:
        times = session_times(self.rng, self.rng.randint(12, 25), (3, 19))
        topics = self.rng.sample(sorted(TOPICS), min(len(TOPICS), self.rng.randint(14, 24)))
        for number, moment in enumerate(times, 1):
            self.session(number, moment, topics)
        self.ask(times[-1] + timedelta(days=self.rng.randint(1, 9)))
        return self.talk

    # Talk

    def session(self, number: int, moment: datetime, topics: list[str]) -> None:
        self.number, self.moment = number, moment
        self.here = {}
        self.last = self.rng.randrange(2)
        self.opened = False
        self.mood = ""
        self.lines_said: set[str] = set()
        self.turn(1 - self.last, [self.pick("hello", POOLS["greetings"])], "greets")
        if self.rng.random() < 0.8:
            self.turn(1 - self.last, [self.pick("hello2", POOLS["greeted"])], "greets")
        length = self.rng.randint(14, 28)
        start = len(self.talk.turns)
        for name in self.rng.sample(topics, self.rng.randint(3, 6)):
            self.topic(TOPICS[name])
            if self.rng.random() < 0.25:
                self.turn(1 - self.last, [self.pick("small", POOLS["small"])], "remarks")
            if len(self.talk.turns) - start >= length:
                break
        self.turn(1 - self.last, [self.pick("bye", POOLS["farewells"])], "greets")
        self.turn(1 - self.last, [self.pick("bye2", POOLS["farewelled"])], "greets")

    def topic(self, topic: Topic) -> None:
        """A few turns on one thing: one of them tells, the other asks, remarks, tells too."""
        owner = 1 - self.last if self.rng.random() < 0.6 else self.last
        self.opened = False
        for _ in range(self.rng.choice([1, 1, 2, 2, 3])):
            if not self.tell(topic, owner):
                break
            self.after(topic, owner)
        if self.rng.random() < 0.5 and self.tell(topic, 1 - owner):
            self.after(topic, 1 - owner)
        elif self.rng.random() < 0.6:
            self.turn(1 - self.last, [self.remark(topic)], "remarks")

    def after(self, topic: Topic, owner: int) -> None:
        """What follows a telling: a reaction, a question without a fact in its answer, a remark."""
        chance = self.rng.random()
        asked = [line for line in topic.lines.get("r", []) if line not in self.lines_said]
        if chance < 0.4 and asked:
            self.lines_said.add(asked[0])
            question, answer = parts(asked[0])
            lead = self.more(topic, 1 - owner)[:1]
            self.turn(1 - owner, [*lead, question], "asks")
            self.turn(owner, [answer, *self.more(topic, owner)], "remarks")
        elif chance < 0.65:
            self.turn(1 - owner, [self.remark(topic)], "remarks")
        elif chance < 0.8:
            self.turn(1 - owner, self.more(topic, 1 - owner), "reacts")

    def tell(self, topic: Topic, who: int) -> bool:
        """`who` tells a fact not told before; False where none is left."""
        done = [told.fact.key for told in self.told if told.who == who]
        open_ = [f for f in topic.facts if done.count(f.key) < (5 if f.many else 1)]
        if not open_:
            return False
        fact = self.rng.choice(open_ + [f for f in open_ if f.many])
        ways = [
            (kind, line)
            for kind in "SSQQD"
            for line in fact.lines.get(kind, [])
            if line not in self.lines_said
        ]
        if not ways:
            return False
        kind, template = self.rng.choice(ways)
        self.lines_said.add(template)
        slots = self.slots(topic, fact, who)
        said = parts(template)
        tells = "bad" if fact.key in POOLS["bad"] else "good"
        if kind == "S":
            self.before(who, topic)
            lead = [self.pick("segue", POOLS["segues"])] if self.rng.random() < 0.25 else []
            turns = [self.turn(who, [*lead, said[0], *self.more(topic, who)], tells, slots)]
        elif kind == "Q":
            if self.last != who:
                self.turn(who, [self.remark(topic)], "remarks")
            lead = [self.remark(topic)] if self.rng.random() < 0.4 else []
            self.turn(1 - who, [*lead, said[0]], "asks", slots)
            turns = [self.turn(who, [said[1], *self.more(topic, who)], tells, slots)]
        else:
            self.before(who, topic)
            turns = [self.turn(who, [said[0]], "opens", slots)]
            self.turn(1 - who, [said[1]], "asks")
            turns.append(self.turn(who, [said[2], *self.more(topic, who)], tells, slots))
        self.told.append(Told(fact, who, slots, turns, template))
        self.times[id(slots)] = self.here
        return True

    def before(self, who: int, topic: Topic) -> None:
        """Lets the other speak first, where alternation wants it."""
        if self.last == who and self.rng.random() > 0.03:
            if not self.opened and "o" in topic.lines and self.rng.random() < 0.6:
                self.turn(1 - who, [self.pick(f"{topic.name} o", topic.lines["o"])], "asks")
            else:
                self.turn(1 - who, [], "reacts")
        self.opened = True

    def more(self, topic: Topic, who: int) -> list[str]:
        """What else goes into a turn that answers or tells."""
        more: list[str] = []
        while len(more) < 2 and self.rng.random() < self.wordy[who] * 0.75:
            more.append(self.extra(topic))
        if self.rng.random() < 0.12 and "p" in topic.lines:
            more.append(f"[shares an image: a photo of {self.rng.choice(topic.lines['p'])}]")
        return more

    def extra(self, topic: Topic) -> str:
        chance = self.rng.random()
        if chance < 0.25:
            return self.pick("feel", POOLS["feelings"])
        if chance < 0.65:
            return self.pick("elaborate", POOLS["elaborated"])
        return self.unsaid(topic)

    def unsaid(self, topic: Topic) -> str:
        """A remark on the topic, or what fits everywhere once all were made in this session."""
        left = [line for line in topic.lines["c"] if line not in self.lines_said]
        if not left:
            return self.pick("elaborate", POOLS["elaborated"])
        line = self.rng.choice(left)
        self.lines_said.add(line)
        return line

    def remark(self, topic: Topic) -> str:
        """A statement without a fact, as long as those with one."""
        remark = self.unsaid(topic)
        for _ in range(3):
            if self.rng.random() < self.wordy[1 - self.last]:
                remark += " " + self.extra(topic)
        if self.rng.random() < 0.2:
            remark += " " + self.rng.choice(
                ["How about you?", "Don't you think?", "You too?", "Is it the same for you?"]
            )
        return remark

    def turn(self, who: int, said: list[str], mood: str, slots: Slots | None = None) -> int:
        """One turn of talk, with a reaction to the last one; returns its place.

        `mood` says what the turn does: greets, asks, remarks, reacts, opens, or tells good or bad.
        """
        pool = {
            "good": POOLS["glad"],
            "bad": POOLS["sorry"],
            "remarks": POOLS["agreed"],
            "reacts": POOLS["thanked"],
        }.get(self.mood)
        if pool and (mood == "reacts" or self.rng.random() < 0.5):
            said = [self.pick(f"react {self.mood}", pool), *said]
        elif not said:
            said = [self.pick("react remarks", POOLS["agreed"])]
        if slots is None:
            slots = Slots(self.rng, words_pools(None), {}, self.names(who))
        slots.values["F"] = self.people[1 - who][0]
        text = say(self.rng, " ".join(said), slots)
        if self.rng.random() < self.excited[who]:
            text = re.sub(r"(?<![.!?])\.(?= |$)", "!", text, count=self.rng.randint(1, 2))
        if self.careless[who]:
            text = re.sub(r"(?<!\.)\.$", "", text)
            text = text[:1].lower() + text[1:] if not text.startswith("I") else text
        self.last, self.mood = who, mood
        return self.talk.say(self.number, self.moment, self.people[who][0], text)

    def pick(self, name: str, pool: list[str]) -> str:
        """A line of a pool, none again before all were said."""
        left = self.left.setdefault(name, [])
        if not left:
            left.extend(self.rng.sample(pool, len(pool)))
        return left.pop()

    def names(self, who: int) -> dict[str, str]:
        name, he, him, his = self.people[who]
        return {"N": name, "F": self.people[1 - who][0], "he": he, "him": him, "his": his}

    def slots(self, topic: Topic, fact: Fact, who: int) -> Slots:
        known = self.names(who)
        kept = self.kept.setdefault((who, topic.name), {})
        if not fact.many:
            known |= kept
        today = self.moment.date()
        self.here = {
            "when": past(self.rng, today),
            "soon": ahead(self.rng, today),
            "since": since(self.rng, today),
        }
        known |= {name: when.said for name, when in self.here.items()}
        return Keeping(self.rng, words_pools(topic), self.used, known, kept)

    # Questions

    def ask(self, at: datetime) -> None:
        rng = self.rng
        tellings = rng.sample(self.told, len(self.told))
        want = min(rng.randint(50, 110), int(0.8 * len(tellings)))
        for told in tellings[: int(want * 0.55)]:
            question, answer = self.question(told, rng.choice("??~"), told.who)
            if question:
                self.talk.ask(question, answer, "single_hop", told.turns, at)
        timed = [t for t in rng.sample(self.told, len(self.told)) if "T" in t.fact.lines]
        asked = 0
        for told in timed:
            when = self.time(told)
            if when and asked < want * 0.22:
                line = rng.choice(told.fact.lines["T"])
                question = self.third(line, told.slots, told.who)
                asked += self.talk.ask(question, when.means, "temporal", told.turns, at)
        self.ask_many(at, int(want * 0.15))
        self.ask_inferred(at, max(2, int(want * 0.06)))
        self.ask_wrong(at, int(want * 0.17))

    def question(self, told: Told, kind: str, who: int) -> tuple[str, str]:
        if kind not in told.fact.lines:
            return "", ""
        question, *answer = parts(self.rng.choice(told.fact.lines[kind]))
        answered = fill(self.rng, answer[0] if answer else told.fact.answer, told.slots)
        said = " ".join(self.talk.turns[place]["text"] for place in told.turns).lower()
        if answered.lower() not in said:
            answered_parts = [
                told.slots[name] for name in re.findall(r"\{(\w+)\}", told.fact.answer)
            ]
            if answer or not all(part.lower() in said for part in answered_parts):
                return "", ""
            answered = answered_parts[0]
        when = self.time(told)
        question = self.third(question, told.slots, who)
        dated = when is not None and "when" in told.template.lower() and ASKABLE.match(question)
        if when and dated and self.rng.random() < 0.2:
            question = f"{question[:-1]} in {month_of(when.day)}?"
        return question, answered

    def time(self, told: Told) -> When | None:
        for name, when in self.times[id(told.slots)].items():
            if f"{{{name}}}" in told.template.lower():
                return when
        return None

    def third(self, line: str, slots: Slots, who: int) -> str:
        """A question about the one who told, in the third person."""
        names = self.names(who)

        def value(name: str) -> str:
            if name in names:
                return names[name]
            words_ = slots[name].split(" ")
            return " ".join(MY.get(w.lower(), w) for w in words_).format(**names)

        line = re.sub(r"\{(\w+)\}", lambda m: value(m[1]), line)
        return say(self.rng, line)

    def ask_many(self, at: datetime, want: int) -> None:
        groups: dict[tuple[str, int], list[Told]] = {}
        for told in self.told:
            if "M" in told.fact.lines:
                groups.setdefault((told.fact.key, told.who), []).append(told)
        several = [group for group in groups.values() if 2 <= len(group) <= 6]
        for group in self.rng.sample(several, min(want, len(several))):
            fact = group[0].fact
            question = self.third(self.rng.choice(fact.lines["M"]), group[0].slots, group[0].who)
            answer = ", ".join(fill(self.rng, fact.answer, told.slots) for told in group)
            noun = question.split()[1]
            if self.rng.random() < 0.3 and noun not in ("has", "did", "does", "family"):
                question = f"How many {question.split(maxsplit=1)[1]}"
                answer = str(len(group))
            self.talk.ask(
                question, answer, "multi_hop", [p for told in group for p in told.turns], at
            )

    def ask_inferred(self, at: datetime, want: int) -> None:
        able = [told for told in self.told if "I" in told.fact.lines]
        for told in self.rng.sample(able, min(want, len(able))):
            question, answer = parts(self.rng.choice(told.fact.lines["I"]))
            self.talk.ask(
                self.third(question, told.slots, told.who),
                self.third(answer, told.slots, told.who),
                "open_domain",
                told.turns,
                at,
            )

    def ask_wrong(self, at: datetime, want: int) -> None:
        """Asks the wrong person, or for what nobody told."""
        has = {(told.fact.key, told.who) for told in self.told}
        for told in self.rng.sample(self.told, len(self.told)):
            other = 1 - told.who
            if want <= 0:
                return
            if (told.fact.key, other) in has:
                continue
            kind = self.rng.choice([k for k in "?~T" if k in told.fact.lines])
            line = parts(self.rng.choice(told.fact.lines[kind]))[0]
            want -= self.talk.ask(self.third(line, told.slots, other), None, "adversarial", [], at)


class Keeping(Slots):
    """Slots whose values marked "!" stay with a person, as the name of a pet does."""

    def __init__(
        self,
        rng: random.Random,
        pools: dict[str, list[str]],
        used: dict[str, set[str]],
        known: dict[str, str],
        kept: dict[str, str],
    ) -> None:
        plain = {name.rstrip("!"): values for name, values in pools.items()}
        super().__init__(rng, plain, used, known)
        self._marked = {name[:-1] for name in pools if name.endswith("!")}
        self._kept = kept

    def __getitem__(self, name: str) -> str:
        value = super().__getitem__(name)
        if name in self._marked:
            self._kept.setdefault(name, value)
        return value


def words_pools(topic: Topic | None) -> dict[str, list[str]]:
    """A topic's own pools, then those for all."""
    return {**(topic.slots if topic else {}), **BANK.slots}


def friends(user_id: str, rng: random.Random) -> Conversation:
    """A user of two friends."""
    return Friends(user_id, rng).build()

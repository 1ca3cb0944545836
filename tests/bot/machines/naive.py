"""What a person would say of an alert rule who only reads docs/alerts.md: slow, plain, no line of the bot's.

Times are seconds that have really gone by, whatever the clock on the wall was set to.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
import json
import math
from statistics import median

from bot.model.rules import AlertRule, Clause, Condition, Operator
from bot.model.topics import INNER, is_wild, matches

SLACK = 1.0
GRACE = 130.0
"""Seconds that a rule may wait once more after the bot was deaf or away, or its clock was set."""

MOMENT = 75.0
"""Seconds until something is told that nothing keeps: gathered, or braked with others."""

CALM = 3600.0
"""Seconds without an incident after which nobody speaks of flapping any more."""

RHYTHM = 12
"""Intervals that are alike from which anybody would tell how often a topic speaks."""

NO_LIFE = ("unavailable", "unknown", "nan")
BROKER = "broker", ""
ABSENCE = AlertRule("", Condition(Operator.STALE), id="broker", hold=120.0)
"""What is always watched: that the broker is there."""

_SAME = {"true": "on", "yes": "on", "false": "off", "no": "off"}
_NUMBERS = {
    Operator.ABOVE: lambda number, limit: number > limit,
    Operator.BELOW: lambda number, limit: number < limit,
    Operator.AT_LEAST: lambda number, limit: number >= limit,
    Operator.AT_MOST: lambda number, limit: number <= limit,
    Operator.BETWEEN: lambda number, low, high: low <= number <= high,
    Operator.OUTSIDE: lambda number, low, high: not low <= number <= high,
}
MOVES = (Operator.RISES, Operator.FALLS)
MOMENTS = tuple(each for each in Operator if each.value in {"changes", "happens"})
"""Conditions that are met in a moment: told once, and never over."""


def value_of(rule: AlertRule | Clause, payload: str) -> str | None:
    """Return what a rule looks at, or None if the message has no such thing."""
    if not rule.field:
        return payload or None
    try:
        found = json.loads(payload)
    except ValueError:
        return None
    value = found.get(rule.field) if isinstance(found, dict) else None
    return None if value is None else str(value)


def number_of(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def alike(one: str, other: str) -> bool:
    """Say whether two values are the same to a person."""
    numbers = number_of(one), number_of(other)
    if None not in numbers:
        return numbers[0] == numbers[1]
    words = [each.strip().casefold() for each in (one, other)]
    return _SAME.get(words[0], words[0]) == _SAME.get(words[1], words[1])


def holds(condition: Condition, text: str) -> bool | None:
    """Say whether a value meets a condition that needs no other value; None: it says nothing of it."""
    if condition.operator in _NUMBERS:
        number = number_of(text)
        limits = [float(each) for each in condition.values]
        return None if number is None else _NUMBERS[condition.operator](number, *limits)
    word = condition.values[0]
    match condition.operator:
        case Operator.EQUAL:
            return alike(text, word)
        case Operator.UNEQUAL:
            return not alike(text, word)
        case Operator.CONTAINS:
            return word.casefold() in text.casefold()
        case Operator.MATCHES:
            return fnmatchcase(text.casefold(), word.casefold())
    raise AssertionError(condition)


def clears(condition: Condition, text: str) -> bool:
    """Say whether an alert is over at a value that does not meet its condition."""
    if not condition.clear:
        return True
    if condition.operator not in _NUMBERS:
        return alike(text, condition.clear)
    number, clear = float(text), float(condition.clear)
    match condition.operator:
        case Operator.ABOVE | Operator.AT_LEAST:
            return number <= clear
        case Operator.BELOW | Operator.AT_MOST:
            return number >= clear
    low, high = (float(each) for each in condition.values)
    if condition.operator is Operator.BETWEEN:
        return number <= low - clear or number >= high + clear
    return low + clear <= number <= high - clear


@dataclass(slots=True)
class Episode:
    """Once that a rule was right, and nobody may say later that the bot kept it to itself.

    `until` is infinite as long as it lasts. `value`: what a change changed to. `plain`: nothing like it came
    just before. `after`: how much had come between before it began. From `closed` on others are told,
    or nobody; at `followed` the next one of its topic began; from `doubted` on nobody knows whether it lasts.
    """

    rule: AlertRule
    topic: str
    since: float
    value: str = ""
    until: float = math.inf
    plain: bool = True
    after: int = 0
    followed: float = math.inf
    closed: float = math.inf
    doubted: float = math.inf


def is_open(only: str, wall: float) -> bool:
    """Say whether a time on the wall lies within hours such as `8:10-9:00`; without hours any does."""
    if not only:
        return True
    begin, end = (int(each.partition(":")[0]) * 60 + int(each.partition(":")[2]) for each in only.split("-"))
    minutes = wall % 86_400 / 60
    return begin <= minutes < end if begin < end else not end <= minutes < begin


@dataclass(slots=True)
class Ear:
    """Whether what is said can be heard, and since when without a break."""

    listening: bool = True
    steady: float = 0.0


@dataclass(slots=True)
class Belief:
    """What one rule is believed to say of one topic.

    `own`: how its first condition stands, where there are others; `here`: those of the others, by their
    places, that look at the same topic. `admitted`: since when all others are so.
    `pending` since the condition holds, by the time gone by and by the time felt. `unsure`: a clock that was
    set, or an empty message, has left it open. `doubtful`: intervals that nobody has to learn from, each at
    its shortest.
    """

    own: bool | None = None
    here: dict[int, bool] = field(default_factory=dict)
    admitted: float = math.inf
    active: bool = False
    unsure: bool = False
    pending: float | None = None
    pending_felt: float = 0.0
    alive: float | None = None
    alive_felt: float = 0.0
    fired: float | None = None
    fired_wall: float = 0.0
    last: str | None = None
    intervals: list[float] = field(default_factory=list)
    doubtful: list[float] = field(default_factory=list)
    samples: list[tuple[tuple[float, ...], float]] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


def _whom(rule: AlertRule | None) -> tuple[object, ...]:
    """Return what decides who is told."""
    return (rule.priority, rule.contacts, rule.targets) if rule is not None else ()


class NaiveJudge:
    """Believes what it hears, and knows when a rule has to speak and when it may."""

    def __init__(self) -> None:
        self.rules: dict[str, AlertRule] = {}
        self.beliefs: dict[tuple[str, str], Belief] = {}
        self.past: dict[str, str] = {}
        self.episodes: list[Episode] = []
        self.disturbances: list[float] = []
        """When anything happened that makes a bot tell of an alert later or never."""

        self.set_at: list[float] = []
        """When the clock on the wall was set."""

        self.now = self.wall = self.felt = self.spared = 0.0
        """`felt` is the time for whoever takes a clock set forward for time that has gone by, `spared` for
        whoever takes one set back for time that has not.
        """

        self.outside, self.inside = Ear(), Ear()
        """How the broker is heard, and Home Assistant, which needs none."""

        self.elsewhere: dict[str, dict[int, bool]] = {}
        """How the further conditions of rules stand, by their places, that look at other topics."""

        self.spent: set[str] = set()
        """Rules that have told what they were there for."""

        self.waiting: set[str] = set()
        """Topics with messages that the broker has and the bot has not heard."""

    def go_on(self, now: float, wall: float) -> None:
        """Let time have gone by."""
        self.felt += max(0.0, wall - self.wall)
        self.spared += min(now - self.now, wall - self.wall)
        self.now, self.wall = now, wall
        for key, belief in self.beliefs.items():
            if not belief.active and self._must(key, self.rules.get(key[0], ABSENCE), belief):
                self._begin(key, belief)

    def interrupt(self, *, inside: bool = True) -> None:
        """Note that from now on the bot is deaf to the broker, or away, or does not know how late it is."""
        self.outside.listening = False
        self.inside.listening = self.inside.listening and not inside

    def go_on_listening(self) -> None:
        self.outside = Ear(listening=True, steady=self.now)

    def go_on_listening_inside(self) -> None:
        self.inside = Ear(listening=True, steady=self.now)

    def _ear(self, topic: str) -> Ear:
        return self.inside if topic.startswith(INNER) else self.outside

    def apply(self, rules: Iterable[AlertRule]) -> None:
        """Take over other rules: what a rule said that is gone, off or asks something else is no more."""
        before, self.rules = self.rules, {each.id: each for each in rules if each.enabled}
        for key, belief in list(self.beliefs.items()):
            old, new = before.get(key[0]), self.rules.get(key[0])
            gone = old is None or new is None or new.asks != old.asks
            if key != BROKER and gone:
                del self.beliefs[key]
                self.elsewhere.pop(key[0], None)
            if key != BROKER and (gone or _whom(old) != _whom(new)):
                for episode in belief.episodes:
                    episode.closed = min(episode.closed, self.now)
        for rule_id, before_rule in before.items():
            new = self.rules.get(rule_id)
            if new is None or new.asks != before_rule.asks:
                self.elsewhere.pop(rule_id, None)
        for rule in self.rules.values():
            if not rule.either and (rule.id not in before or before[rule.id].asks != rule.asks):
                self._look_back(rule)

    def _look_back(self, rule: AlertRule) -> None:
        """Believe what was said last before a rule was made of its conditions that look at another topic."""
        truths = self.elsewhere.setdefault(rule.id, {})
        for place, clause in enumerate(rule.others):
            if clause.filter:
                _note(truths, place, clause, self.past.get(clause.filter, ""))

    def retire(self, rules: Iterable[AlertRule]) -> None:
        """Take out the rules that are not there any more, since they have told what they were there for."""
        left = {each.id for each in rules}
        for key in [key for key in self.beliefs if key != BROKER and key[0] not in left]:
            del self.beliefs[key]
        self.rules = {rule_id: rule for rule_id, rule in self.rules.items() if rule_id in left}

    def _lose(self, rule: AlertRule, topic: str, payload: str) -> None:
        """Believe that a value is no more: deleted, or left out by who leaves out what is not so."""
        if payload and not getattr(rule.condition, "missing_clears", False):
            return
        belief = self.beliefs.setdefault((rule.id, topic), Belief())
        belief.own = None
        if not payload:
            belief.here.clear()
        if rule.either and True in self._truths(rule, belief):
            return
        belief.pending = belief.alive = belief.last = None
        belief.samples.clear()
        belief.intervals.clear()
        belief.doubtful.clear()
        if rule.condition.operator in MOMENTS:
            # A bell may say nothing else than nothing.
            belief.pending = self.now
        # Nobody can say whether what is empty is a sign of life.
        belief.unsure = rule.condition.operator is Operator.STALE and not rule.field
        self._end(belief)

    def hear(self, topic: str, payload: str, *, retain: bool, known: bool) -> None:
        """Believe a message; `known`: it is one that came before, and is delivered again."""
        for rule in self.rules.values():
            if known:
                continue
            self._hear_beside(rule, topic, payload)
            if not matches(rule.filter, topic):
                continue
            self._hear_here(rule, topic, payload)
            value = value_of(rule, payload)
            if value is not None:
                self._hear(rule, topic, value, retain=retain)
            else:
                self._lose(rule, topic, payload)
            if rule.others:
                self._reweigh((rule.id, topic), self.beliefs[rule.id, topic], rule)
        if not known:
            self.past[topic] = payload

    def _hear_beside(self, rule: AlertRule, topic: str, payload: str) -> None:
        """Believe what a message says of the conditions of a rule that look at another topic."""
        before = dict(self.elsewhere.get(rule.id, {}))
        truths = self.elsewhere.setdefault(rule.id, {})
        for place, clause in enumerate(rule.others):
            if clause.filter == topic:
                _note(truths, place, clause, payload)
        if truths == before:
            return
        if not is_wild(rule.filter):
            self.beliefs.setdefault((rule.id, rule.filter), Belief())
        for key, belief in list(self.beliefs.items()):
            # What the message says of the rule's own topic is not looked at yet.
            if key[0] == rule.id and key[1] != topic:
                self._reweigh(key, belief, rule)

    def _hear_here(self, rule: AlertRule, topic: str, payload: str) -> None:
        if rule.others:
            belief = self.beliefs.setdefault((rule.id, topic), Belief())
            for place, clause in enumerate(rule.others):
                if not clause.filter and payload:
                    _note(belief.here, place, clause, payload)

    def _truths(self, rule: AlertRule, belief: Belief) -> list[bool | None]:
        """Return how the further conditions of a rule stand; None where nothing was heard of it."""
        elsewhere = self.elsewhere.get(rule.id, {})
        return [
            (elsewhere if clause.filter else belief.here).get(place)
            for place, clause in enumerate(rule.others)
        ]

    def _reweigh(self, key: tuple[str, str], belief: Belief, rule: AlertRule) -> None:
        """Believe what all conditions of a rule come to together."""
        truths, operator = self._truths(rule, belief), rule.condition.operator
        admitted = all(truths)
        belief.admitted = (
            (self.now if belief.admitted == math.inf else belief.admitted) if admitted else math.inf
        )
        if operator in MOMENTS or (belief.unsure and operator in MOVES):
            return
        if operator is Operator.STALE:
            if not admitted:
                self._end(belief)
            return
        together = True in (belief.own, *truths) if rule.either else belief.own is True and admitted
        self._weigh(key, belief, together, over=True)

    def _hear(self, rule: AlertRule, topic: str, value: str, *, retain: bool) -> None:
        belief = self.beliefs.setdefault((rule.id, topic), Belief())
        key, operator = (rule.id, topic), rule.condition.operator
        if operator is Operator.STALE and value.casefold() in NO_LIFE:
            return
        before, belief.last = belief.last, value
        if operator is Operator.STALE:
            self._hear_life(belief, value, before, retain=retain, steady=self._ear(topic).steady)
        elif operator in MOMENTS:
            self._hear_moment(rule, belief, topic, (before, value), retain=retain)
        else:
            held = self._moved(rule, belief, value) if operator in MOVES else holds(rule.condition, value)
            over = held is False and (operator in MOVES or clears(rule.condition, value))
            if not rule.others:
                self._weigh(key, belief, held, over=over)
            elif held is not None:
                belief.own, belief.unsure = held or (belief.own is True and not over), False

    def begin_anew(self) -> None:
        """Note that the bot has ended: what it was about to say of the broker it waits for once more."""
        belief = self.beliefs.setdefault(BROKER, Belief())
        belief.pending = None

    def _hear_moment(
        self,
        rule: AlertRule,
        belief: Belief,
        topic: str,
        values: tuple[str | None, str],
        *,
        retain: bool,
    ) -> None:
        if retain:
            return
        (before, value), belief.pending = values, self.now
        admitted = all(self._truths(rule, belief)) and is_open(rule.only, self.wall)
        if rule.condition.operator is Operator.CHANGES:
            met = admitted and before is not None and not alike(before, value)
        else:
            wanted = rule.condition.values
            met = admitted and (not wanted or fnmatchcase(value.casefold(), wanted[0].casefold()))
            # By the clock on the wall it may be too soon: after a kill nobody can say that it was set.
            since = (
                math.inf
                if belief.fired is None
                else min(self.now - belief.fired, self.wall - belief.fired_wall)
            )
            met = met and since >= rule.repeat
        if met and not self._is_spent(rule):
            belief.fired, belief.fired_wall = self.now, self.wall
            self._begin((rule.id, topic), belief, value)
            self._end(belief)

    def hear_broker(self, *, online: bool) -> None:
        """Believe that the broker is away, or back."""
        self._weigh(BROKER, self.beliefs.setdefault(BROKER, Belief()), not online, over=True)

    def _weigh(self, key: tuple[str, str], belief: Belief, held: bool | None, *, over: bool) -> None:
        if held is None:
            return
        belief.unsure = False
        if not held:
            belief.pending = None
            if over:
                self._end(belief)
            return
        if belief.pending is None:
            belief.pending, belief.pending_felt = self.now, self.felt
        if key == BROKER or belief.active:
            return
        rule = self.rules[key[0]]
        if not rule.hold and is_open(rule.only, self.wall) and not self._is_spent(rule):
            self._begin(key, belief)

    def _hear_life(
        self, belief: Belief, value: str, before: str | None, *, retain: bool, steady: float
    ) -> None:
        if retain and before is not None and alike(value, before):
            return
        if belief.alive is not None and not retain:
            # What was queued comes at once, and tells nothing of how often a topic speaks.
            sure = min(belief.alive, self.now - GRACE) >= steady
            learned = belief.intervals if sure else belief.doubtful
            learned.append(self.now - belief.alive if belief.alive >= steady else 0.0)
        belief.alive, belief.alive_felt, belief.unsure = self.now, self.felt, False
        self._end(belief)

    def _moved(self, rule: AlertRule, belief: Belief, value: str) -> bool | None:
        """Look through everything heard within the window; None where a clock that was set leaves it open."""
        number, seconds = number_of(value), rule.condition.seconds
        if number is None:
            return None
        clocks = self.now, self.wall, self.felt, self.spared
        belief.samples.append((clocks, number))
        looks = [
            [old for then, old in belief.samples if now - window <= then[place]]
            for window in (seconds, seconds * 59 / 60)
            for place, now in enumerate(clocks)
        ]
        # By the clock on the wall some of it is from the future.
        looks.append([old for then, old in belief.samples if self.wall - seconds <= then[1] <= self.wall])
        rises, least = rule.condition.operator is Operator.RISES, float(rule.condition.values[0])
        found = {(number - min(seen) if rises else max(seen) - number) >= least for seen in looks}
        belief.unsure = len(found) > 1
        if belief.unsure and belief.active:
            belief.episodes[-1].doubted = min(belief.episodes[-1].doubted, self.now)
        return None if belief.unsure else found.pop()

    def _is_spent(self, rule: AlertRule) -> bool:
        """Say whether a rule that tells once has told, or its time is over."""
        return rule.once and (rule.id in self.spent or 0 < rule.until <= self.wall)

    def _must(self, key: tuple[str, str], rule: AlertRule, belief: Belief) -> bool:
        """Say whether a rule that waits has waited long enough, whatever came between."""
        if rule is ABSENCE:
            # Of a clock that was set the bot may hear a minute later, each time.
            since = math.inf if belief.pending is None else belief.pending
            late = MOMENT * max(1, sum(at >= since for at in self.set_at))
            return self.now >= since + rule.hold + late
        ear = self._ear(key[1])
        shut = not all(is_open(rule.only, self.wall - back) for back in (0.0, SLACK))
        if not ear.listening or belief.unsure or shut or self._is_spent(rule):
            return False
        if rule.condition.operator is Operator.STALE:
            since, borne = belief.alive, self._borne(rule, belief)
            if not all(self._truths(rule, belief)):
                return False
            belief.admitted = min(belief.admitted, self.now)
            if self.now < belief.admitted + SLACK:
                return False
        else:
            since, borne = belief.pending, rule.hold if rule.hold or rule.only else math.inf
        if since is None or rule.condition.operator in MOMENTS:
            return False
        due = since + borne + SLACK
        return self.now >= (due if ear.steady <= since else max(due, ear.steady + borne + GRACE))

    @staticmethod
    def _borne(rule: AlertRule, belief: Belief) -> float:
        """Return the silence that anybody would call too long."""
        if rule.condition.seconds:
            return rule.condition.seconds
        lately = belief.intervals[-32:]
        regular = len(lately) >= RHYTHM and max(lately) <= 1.1 * min(lately)
        return max(10 * max(lately), 60.0) if regular else math.inf

    @staticmethod
    def _usual(belief: Belief) -> float:
        """Return the shortest interval that may be taken for usual, whatever of the doubtful is learned."""
        sure, doubtful = belief.intervals[-32:], sorted(belief.doubtful)
        learned = [[*sure, *doubtful[:count]] for count in range(len(doubtful) + 1)]
        return min((median(each) for each in learned if each), default=0.0)

    def fired(self, key: tuple[str, str]) -> str:
        """Believe that an alert has begun; return why nobody would have let it, or nothing."""
        belief = self.beliefs.get(key)
        why = self._objection(key, belief)
        rule = self.rules.get(key[0], ABSENCE if key == BROKER else None)
        if belief is not None:
            belief.fired, belief.fired_wall = self.now, self.wall
        lasts = rule is not None and rule.condition.operator not in MOMENTS
        if lasts and belief is not None and not belief.active and not (rule and self._is_spent(rule)):
            self._begin(key, belief)
        return why

    def _objection(self, key: tuple[str, str], belief: Belief | None) -> str:
        rule = self.rules.get(key[0], ABSENCE if key == BROKER else None)
        if belief is None or rule is None:
            return "nothing was heard"
        if rule is ABSENCE:
            return "" if belief.pending is not None else "the broker is there"
        if not any(is_open(rule.only, self.wall + each) for each in (0.0, SLACK)):
            return "it is not its time"
        if rule.once and rule.until and rule.until <= self.wall - SLACK:
            return "its time is over"
        if rule.condition.operator in {*MOMENTS, Operator.STALE} and not all(self._truths(rule, belief)):
            return "not all is so"
        if rule.condition.operator in MOMENTS:
            return "" if belief.pending is not None else "nothing has changed"
        if (rule.hold or rule.condition.operator is Operator.STALE) and (why := self._deafness(key[1])):
            return why
        if rule.condition.operator is Operator.STALE:
            since, felt = belief.alive, belief.alive_felt
            borne = rule.condition.seconds or 2 * self._usual(belief)
        else:
            since, felt, borne = belief.pending, belief.pending_felt, rule.hold
        if since is None:
            return "" if belief.unsure else "it is not so"
        return "it has not lasted" if self.felt - felt < borne - SLACK else ""

    def _deafness(self, topic: str) -> str:
        if not self._ear(topic).listening:
            return "nobody could know"
        return "what the broker kept was not heard" if topic in self.waiting else ""

    def _begin(self, key: tuple[str, str], belief: Belief, value: str = "") -> None:
        last = belief.episodes[-1] if belief.episodes else None
        plain = last is None or last.until + CALM < self.now
        episode = Episode(
            self.rules.get(key[0], ABSENCE),
            key[1],
            self.now,
            value,
            plain=plain or bool(value),
            after=len(self.disturbances),
            doubted=self.now if belief.unsure else math.inf,
        )
        if last is not None:
            last.followed = self.now
        belief.episodes.append(episode)
        self.episodes.append(episode)
        belief.active = True
        if episode.rule.once:
            self.spent.add(episode.rule.id)
            self._end(belief)

    def _end(self, belief: Belief) -> None:
        belief.active = False
        for episode in belief.episodes[-1:]:
            episode.until = min(episode.until, self.now)


def _note(truths: dict[int, bool], place: int, clause: Clause, payload: str) -> None:
    """Note how a further condition stands by a message; one without its value says nothing of it."""
    if not payload:
        truths.pop(place, None)
        return
    value = value_of(clause, payload)
    held = holds(clause.condition, value) if value is not None else None
    if held is not None:
        truths[place] = held

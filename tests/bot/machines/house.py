"""A whole bot in a house that can be watched: its broker, its chat, its clock, and what people read."""

from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from fakes import (
    CONNECTING,
    OFFLINE,
    ONLINE,
    FakeAlertBook,
    FakeBroker,
    FakeClock,
    FakeHistory,
    FakeOutbox,
    World,
)

from bot.model.alert import AlertEvent, Record, Step
from bot.model.message import Message
from bot.model.notice import Notice, is_target
from bot.model.rules import AlertRule, Contact, Display, Priority, Role, RuleSet, Subscription
from bot.model.timers import NEVER
from bot.model.topics import ENTITIES, INNER, matches

from .naive import MOMENTS, NaiveJudge

ANNA, BERT, CARL = "anna@example.org", "bert@example.org", "carl@example.org"
PHONE, TABLET = "notify.phone", "notify.tablet"
PEOPLE = ANNA, BERT, CARL

SUBSCRIPTIONS = (
    *(Subscription(f"{kind}/#", display=Display.SILENT) for kind in "nwj"),
    *(Subscription(f"c/{display}", display=display) for display in Display if display is not Display.SILENT),
    Subscription("c/urgent", priority=Priority.ALERT),
)
NOTICED = 30.0
"""Seconds until a clock that was set is noticed, if nothing else happens; a minute is promised."""

IN_VAIN = 20
"""Times that a bot may ask to be rung at once, as it does when there is much to do."""

LATE = 0.01


class Breach(Exception):
    """What nobody may see; `kind` is what it is counted as."""

    def __init__(self, kind: str, what: str) -> None:
        super().__init__(f"{kind}: {what}")
        self.kind, self.what = kind, what


def run[T](coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine comes to that never waits for anything."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise AssertionError("nothing here has to be waited for")


class WallClock(FakeClock):
    """The clock on the wall, which may be set, and `real`: the seconds that have gone by all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.real = 0.0
        self.alarm = NEVER

    def wake(self, at: float) -> None:
        self.alarm = min(self.alarm, at)

    def move(self, seconds: float) -> None:
        self.real += seconds
        self.time += seconds


@dataclass(frozen=True, slots=True)
class Delivery:
    """What reached somebody: a notice, and those that it tells in one, if it does. `at` is real time."""

    at: float
    notice: Notice
    parts: tuple[Notice, ...]


class Post(FakeOutbox):
    """The outbox and all that comes after it: people read what is said as soon as the chat is there."""

    def __init__(self, clock: WallClock) -> None:
        super().__init__()
        self.clock = clock
        self.chat = True
        self.composed: dict[str, float] = {}
        self.read: list[Delivery] = []
        self.backlog: list[Notice] = []
        self.held_as: dict[str, str] = {}
        """Notices that are put up without a sound by what was held, each with the one that was."""

        self._parts: dict[str, tuple[Notice, ...]] = {}

    def put(self, notice: Notice) -> None:
        super().put(notice)
        self.composed.setdefault(notice.id, self.clock.real)
        for held in self.holding:
            same = held.push and notice.push and held.push.tag == notice.push.tag
            if same and (held.to, held.text) == (notice.to, notice.text):
                self.held_as[notice.id] = held.id
        if self.chat or is_target(notice.to):
            self._deliver(notice)
        else:
            self.backlog.append(notice)

    def hold(self, notice: Notice) -> None:
        super().hold(notice)
        self.composed.setdefault(notice.id, self.clock.real)

    def merge(self, notices: Iterable[Notice], into: Notice | None) -> None:
        gone = tuple(notices)
        if into is not None:
            self._parts[into.id] = gone
        super().merge(gone, into)

    def connect(self, *, online: bool) -> None:
        """Say what has waited, as the store hands it out: what is urgent first."""
        self.chat = online
        if online:
            backlog, self.backlog = self.backlog, []
            for notice in sorted(backlog, key=lambda each: each.priority < Priority.ALERT):
                self._deliver(notice)

    def _deliver(self, notice: Notice) -> None:
        parts = self._parts.get(notice.id, ())
        self.read.append(Delivery(self.clock.real, notice, parts))


class Book(FakeAlertBook):
    """The alerts' book, read by whoever watches as soon as a line is written."""

    def __init__(self, outbox: FakeOutbox, watch: Any) -> None:
        super().__init__(outbox)
        self._watch = watch

    def keep(self, record: Record | None) -> None:
        super().keep(record)
        for event in record.events if record else ():
            self._watch(event)


class Archive(FakeHistory):
    """The history, which knows a retained message that came before, and one that is delivered again."""

    newest: Message | None = None

    def append(self, reading: Any, priority: Priority, **how: Any) -> None:
        super().append(reading, priority, **how)
        self.newest = reading.message

    def unchanged(self, message: Message) -> bool:
        found = [each.message for each, _ in self.appended if each.message.topic == message.topic]
        return bool(found) and found[-1].payload == message.payload


@dataclass(frozen=True, slots=True)
class Home:
    """What a house is built with."""

    storm: int = 10
    digest_seconds: float = 300.0


class House(World):
    """A bot that people live with. Everything that happens to it goes through here, and is believed first."""

    def __init__(self, home: Home) -> None:
        self.naive = NaiveJudge()
        self.reminding: set[str] = set()
        self.up = self.broker_up = self.chat_up = True
        self.retained: dict[str, str] = {}
        self.queue: list[tuple[str, str]] = []
        self.session = True
        self.judging: dict[int, tuple[str, str]] = {}
        self.closed: set[int] = set()
        self.moments: set[int] = set()
        self.fired_at: dict[int, float] = {}
        self.once: dict[str, int] = {}
        """Of rules that tell once the number under which they did."""

        self.firing: dict[tuple[str, str], list[tuple[float, float]]] = {}
        """From when till when each rule fired on each topic."""

        self.after: list[tuple[float, dict[str, str]]] = [(0.0, {})]
        """After which other rule each one came, from when on."""

        self.states: dict[str, str] = {}
        """What Home Assistant's own entities are at."""

        self.posts: list[tuple[str, str]] = []
        """What waits to be posted to a webhook."""

        self._entities_wanted: set[str] = set()
        self.attended: set[int] = set()
        self.away: list[tuple[float, float]] = []
        self.told_in: dict[str, list[int]] = {}
        self._mutes: list[tuple[str, float, float]] = []
        self.invented: list[str] = []
        self.rung_in_vain: list[str] = []
        self.held_at_end: list[str] = []
        self.news: dict[str, list[tuple[float, str]]] = {}
        self.sent: list[tuple[str, tuple[str, ...]]] = []
        self._noticed: float = NEVER
        self._wanted: set[str] = set()
        self.built = False
        super().__init__(
            *SUBSCRIPTIONS,
            contacts=(Contact(ANNA), Contact(BERT, role=Role.OPERATOR), Contact(CARL, receives=False)),
            discovery_prefix="",
            targets=(PHONE,),
            storm=home.storm,
            digest_seconds=home.digest_seconds,
        )
        self._move(0.0)
        self._listen()

    def start(self) -> None:
        if not self.built:
            self.built = True
            self.clock = WallClock()
            self.outbox = Post(self.clock)
            self.book = Book(self.outbox, self._read_book)
            self.history = Archive(self.book)
            self.broker = FakeBroker()
        super().start()

    # What is seen.

    @property
    def now(self) -> float:
        return self.clock.real

    @property
    def rule_set(self) -> RuleSet:
        return self.bot.rules

    def _read_book(self, event: AlertEvent) -> None:
        if event.step is Step.FIRED:
            key = event.rule, event.topic
            if self.judging.setdefault(event.number, key) != key:
                raise Breach("told_twice", f"#{event.number} is both {self.judging[event.number]} and {key}")
            if why := self.naive.fired(key):
                self.invented.append(f"#{event.number} {key} fired at {self.now:.1f}, but {why}")
            rule = self.naive.rules.get(event.rule)
            if rule is not None and (rule.condition.operator in MOMENTS or rule.once):
                self.moments.add(event.number)
            if rule is not None and rule.once and self.once.setdefault(rule.id, event.number) != event.number:
                self.invented.append(f"#{event.number} {key} fired once more, though it tells only once")
            self.fired_at[event.number] = self.now
            self.firing.setdefault((event.rule, event.topic), []).append((self.now, NEVER))
            belief = self.naive.beliefs.get(key)
            if belief is not None and event.number not in belief.numbers:
                belief.numbers.append(event.number)
        elif event.step is Step.CLOSED:
            self.closed.add(event.number)
            self._end_firing(event)
        elif event.step is Step.RESOLVED:
            self._end_firing(event)
        elif event.step is Step.TOLD:
            self.told_in.setdefault(event.note, []).append(event.number)

    def _end_firing(self, event: AlertEvent) -> None:
        spans = self.firing.get((event.rule, event.topic), [])
        if spans and spans[-1][1] == NEVER:
            spans[-1] = spans[-1][0], self.now

    # Time.

    def wait(self, seconds: float) -> None:
        """Let time go by, the bot's alarms ring when they do, and what they set off be done."""
        end, in_vain = self.now + seconds, 0
        while self.up and (rings := self._rings()) <= end:
            in_vain = in_vain + 1 if rings <= self.now else 0
            if in_vain == IN_VAIN:
                self.rung_in_vain.append(f"it is rung in vain at {self.clock.time!r}, again and again")
                self._move(LATE)
            self._move(max(0.0, rings - self.now))
            self.clock.alarm = self._noticed = NEVER
            self.bot.tick(self.clock.time)
            self.finish()
        self._move(max(0.0, end - self.now))

    def _rings(self) -> float:
        """Return when the bot is rung next, in real time."""
        return min(self.now + max(0.0, self.clock.alarm - self.clock.time), self._noticed)

    def _move(self, seconds: float) -> None:
        self.clock.move(seconds)
        self.naive.go_on(self.now, self.clock.time)

    def finish(self) -> None:
        """Let what was spawned run to its end, and the broker deliver what was asked of it."""
        while self.spawned:
            run(self.spawned.pop(0)())
        if self.naive.rules.keys() - {each.id for each in self.rule_set.alerts}:
            # What has told once, the bot takes out itself.
            self.naive.retire(self.rule_set.alerts)
        self._tell_states()
        self._deliver_asked()

    def set_clock(self, seconds: float) -> None:
        # It takes a moment: what came before it is older than the time that is set.
        self.wait(LATE)
        if self.up and self.clock.alarm < NEVER:
            # Whatever is due some day, the clock is looked at every minute.
            self.bot.tick(self.clock.time)
            self.finish()
        self.naive.disturbances.append(self.now)
        self.naive.set_at.append(self.now)
        self.naive.interrupt()
        self.clock.time += seconds
        # A mute ends at a time on the wall, and not while there is no bot to see it.
        seen = self.now if self.up else self.away[-1][0]
        self._mutes = [
            (what, since, max(until - seconds, min(until, self.now)) if until >= seen else until)
            for what, since, until in self._mutes
        ]
        self.naive.go_on(self.now, self.clock.time)
        self._listen()
        self._noticed = self.now + NOTICED

    def _listen(self) -> None:
        if self.up:
            self.naive.go_on_listening_inside()
        if self.up and self.broker_up:
            self.naive.go_on_listening()

    # The broker.

    def publish(self, topic: str, payload: str, *, retain: bool) -> None:
        """Publish as a sensor does."""
        if topic.startswith(INNER):
            self._say_inside(topic, payload)
            return
        if retain and payload:
            self.retained[topic] = payload
        elif retain:
            self.retained.pop(topic, None)
        if self.up and self.broker_up:
            self._hear(topic, payload)
        elif self.session:
            self.queue.append((topic, payload))
            self.naive.waiting.add(topic)

    def _say_inside(self, topic: str, payload: str) -> None:
        """Let an entity of Home Assistant change, or another program post to a webhook."""
        if topic.startswith(ENTITIES):
            if self.states.get(topic) == payload:
                return
            self.states[topic] = payload
        if self.up:
            self._hear(topic, payload)
        elif not topic.startswith(ENTITIES):
            # Whoever gets no answer posts again.
            self.posts.append((topic, payload))

    def _tell_states(self) -> None:
        """Tell the states that the bot asks for, as Home Assistant does whether or not there is a broker."""
        if not self.up:
            return
        wanted = (
            {each for each in self.broker.wanted[-1] if each.startswith(ENTITIES)}
            if self.broker.wanted
            else set()
        )
        renewed = {each for each in self.broker.renewed if each.startswith(ENTITIES)}
        asked, self._entities_wanted = {*(wanted - self._entities_wanted), *renewed}, wanted
        self.broker.renewed = [each for each in self.broker.renewed if each not in renewed]
        for topic, payload in list(self.states.items()) if asked else ():
            if any(matches(each, topic) for each in asked):
                self._hear(topic, payload, retain=True)

    def _hear(self, topic: str, payload: str, *, retain: bool = False) -> None:
        if self.bot.listening.best(topic) is None:
            return
        if topic.startswith("c/") and not (retain and self.naive.past.get(topic) == payload):
            self.news.setdefault(topic, []).append((self.now, payload))
        self.naive.hear(topic, payload, retain=retain, known=False)
        self.receive(topic, payload, retain=retain)
        self.finish()

    def _deliver_asked(self) -> None:
        """Deliver what is retained on filters that are new, or were asked for again."""
        if not (self.up and self.broker_up):
            return
        wanted = set(self.broker.wanted[-1]) if self.broker.wanted else set()
        asked = {*(wanted - self._wanted), *self.broker.renewed}
        self._wanted = wanted
        self.broker.renewed.clear()
        if asked:
            self._deliver_retained(asked)

    def _deliver_retained(self, filters: Iterable[str]) -> None:
        asked = tuple(filters)
        for topic, payload in list(self.retained.items()):
            if any(matches(each, topic) for each in asked):
                self._hear(topic, payload, retain=True)

    def set_broker(self, *, online: bool) -> None:
        """Let the broker go away, or come back: with what it kept, or without a memory of the bot."""
        if self.broker_up == online:
            return
        self.broker_up = online
        if self.up:
            self._set_broker_status()

    def _set_broker_status(self) -> None:
        self.naive.disturbances.append(self.now)
        if not self.broker_up:
            self.naive.interrupt(inside=False)
        self.naive.hear_broker(online=self.broker_up)
        self.broker.status = ONLINE if self.broker_up else CONNECTING
        self.bot.broker_changed(self.broker.status)
        self.finish()
        if self.broker_up:
            self._come_back()

    def _come_back(self) -> None:
        queue, self.queue = self.queue, []
        if not self.session:
            self._wanted = set()
        self.session = True
        self.naive.go_on_listening()
        for topic, payload in queue:
            self._hear(topic, payload)
        self.naive.waiting.clear()
        self._deliver_asked()

    def forget_session(self) -> None:
        """Let the broker forget the bot while it is away: what comes meanwhile is lost."""
        if not (self.up and self.broker_up):
            self.session = False
            self.queue.clear()
            self.naive.waiting.clear()

    # The chat.

    def set_chat(self, *, online: bool) -> None:
        if self.chat_up == online:
            return
        self.chat_up = online
        if self.up:
            self._set_chat_status()

    def _set_chat_status(self) -> None:
        self.chat.status = ONLINE if self.chat_up else OFFLINE
        self.outbox.connect(online=self.chat_up)
        self.bot.chat_changed(self.chat.status)
        self.finish()

    # The bot itself.

    def stop(self, *, cleanly: bool) -> None:
        """End the bot, or kill it."""
        if not self.up:
            return
        self.naive.disturbances.append(self.now)
        if cleanly:
            self.bot.close()
            self.finish()
            # What begins as the bot ends is followed up when it is back.
            self.naive.disturbances.append(self.now)
        self.up = False
        self.away.append((self.now, self.now))
        self.naive.begin_anew()
        self.outbox.connect(online=False)
        self.naive.interrupt()
        self.spawned.clear()
        self.clock.alarm = self._noticed = NEVER

    def begin(self, *, seconds: float) -> None:
        """Start the bot again; its links come some seconds later."""
        if self.up:
            return
        self.up = True
        self.away[-1] = self.away[-1][0], self.now + seconds
        self.broker.status = self.chat.status = CONNECTING
        self._entities_wanted = set()
        self.restart()
        self.naive.hear_broker(online=False)
        self.naive.go_on_listening_inside()
        run(self.bot.say_untold())
        self.finish()
        posts, self.posts = self.posts, []
        for topic, payload in posts:
            self._hear(topic, payload)
        self.wait(seconds)
        if self.broker_up:
            self._set_broker_status()
        if self.chat_up:
            self._set_chat_status()

    def apply(self, rules: RuleSet) -> None:
        """Take over what somebody configured; a bot that is not there reads it when it comes."""
        self.naive.disturbances.append(self.now)
        self.naive.apply(rules.alerts)
        self._note_order(rules.alerts)
        self.reminding |= {rule.id for rule in rules.alerts if rule.repeat or rule.escalate_after}
        self.bot.apply(rules)
        self.finish()

    def _note_order(self, alerts: Iterable[AlertRule]) -> None:
        every = {str(rule.number): rule for rule in alerts if rule.enabled}
        before = {rule.id: every[rule.after].id for rule in every.values() if rule.after in every}
        self.after.append(
            (self.now, {each: cause for each, cause in before.items() if not _circles(each, before)})
        )

    def kept_back(self, rule_id: str, topic: str) -> list[tuple[float, float]]:
        """Return from when till when a rule had to keep what it had to tell, since another one fired."""
        ends = [*(since for since, _ in self.after[1:]), NEVER]
        spans = [
            (max(begun, since), min(ended, until))
            for (since, after), until in zip(self.after, ends, strict=True)
            for (rule, _), firing in self.firing.items()
            if rule == after.get(rule_id)
            for begun, ended in firing
            if begun < until and ended > since
        ]
        found: list[tuple[float, float]] = []
        for since, until in sorted(spans):
            if found and since <= found[-1][1]:
                found[-1] = found[-1][0], max(until, found[-1][1])
            else:
                found.append((since, until))
        return found

    def say(self, who: str, text: str) -> str:
        """Let a contact say something, and return what it is answered."""
        answer = run(self.ask(text, who))
        self.finish()
        return answer

    def note_mute(self, what: str, seconds: float) -> None:
        """Remember that something is muted from now on; no seconds: that nothing is any more."""
        if not seconds:
            self._mutes = [(each, since, min(until, self.now)) for each, since, until in self._mutes]
            return
        self._mutes = [
            (each, since, min(until, self.now) if each == what else until)
            for each, since, until in self._mutes
        ]
        self._mutes.append((what, self.now, self.now + seconds))

    def muted(self, rule_id: str, topic: str) -> list[tuple[float, float]]:
        """Return from when till when a rule on a topic was muted; one mute that follows another is one."""
        found: list[tuple[float, float]] = []
        for what, since, until in sorted(self._mutes, key=lambda each: each[1]):
            if what != rule_id and not ("/" in what and matches(what, topic)):
                continue
            if found and since <= found[-1][1]:
                found[-1] = found[-1][0], max(until, found[-1][1])
            else:
                found.append((since, until))
        return found

    def held(self) -> list[str]:
        """Return what waits in the bot, though nothing is in its way."""
        waiting = [f"held for {each.to}: {each.text!r}" for each in self.outbox.holding]
        waiting += [f"in the outbox for {each.to}: {each.text!r}" for each in self.outbox.backlog]
        waiting += [f"a digest for {contact}" for contact in self.bot.conversation.holding]
        return waiting + [
            f"untold of {rule} on {topic}"
            for rule, topic in self.bot.alerts.engine.untold
            if not any(until == NEVER for _, until in self.kept_back(rule, topic))
        ]


def _circles(rule: str, before: dict[str, str]) -> bool:
    """Say whether one waits for the other until it comes back to a rule."""
    at: str | None = rule
    for _ in range(len(before) + 1):
        at = before.get(at) if at is not None else None
    return at is not None

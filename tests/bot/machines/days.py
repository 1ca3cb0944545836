"""Random days of a house: what can happen, drawn from a choice, and done so that it can be done again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, cast

from bot.model.rules import AlertRule, Clause, Condition, Display, Operator, Priority
from bot.model.timers import NEVER
from bot.model.topics import ENTITIES, HOOKS

from .house import ANNA, BERT, CARL, TABLET, Breach, Home, House
from .witness import Witness

type Pick = Callable[[Sequence[Any]], Any]
"""Chooses one of several: at random, or as hypothesis likes."""

type Deed = tuple[str, tuple[Any, ...]]
"""What happens: the name of a method of `Day`, and what it is given."""

SECONDS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 5.0, 17.0, 30.0, 60.0, 61.0, 90.0, 200.0, 600.0, 1800.0, 3600.0)
LONG_SECONDS = (300.0, 900.0, 3600.0, 7200.0, 14_400.0)
NUMBERS = ("5", "8", "12", "18", "22", "25", "28", "29", "30", "31", "33", "35", "40", "31.5", "unavailable")
WORDS = ("on", "off", "ON", "true", "false", "open", "error 5", "ERROR", "ok", "31")
KINDS = {
    "n": ("n/1", "n/2"),
    "w": ("w/1", "w/2"),
    "j": ("j/1", "j/2"),
    "h": (f"{ENTITIES}sensor.one", f"{ENTITIES}sensor.two"),
    "p": (f"{HOOKS}uptime/1", f"{HOOKS}uptime/2"),
}
"""Topics by what speaks on them: numbers, words, objects, entities of Home Assistant, posts to a webhook."""

FIELDS = {"j": "t", "p": "status"}
SPOKEN = ("n", "n", "w", "w", "j", "j", "h", "p")
SHOWN = tuple(f"c/{each}" for each in (*(one for one in Display if one is not Display.SILENT), "urgent"))
SLOTS = (1, 2, 3)
ENDING = 6 * 3600.0
MINUTE = 71.0
"""Seconds in which everything is told that is told late; nothing that is repeated comes again so soon."""

BURST = 130


def _asked(operator: Operator, *values: str, clear: str = "", seconds: float = 0.0) -> Condition:
    return Condition(operator, values, clear, seconds)


LASTING = (
    _asked(Operator.ABOVE, "30"),
    _asked(Operator.ABOVE, "30", clear="25"),
    _asked(Operator.BELOW, "12"),
    _asked(Operator.BELOW, "12", clear="20"),
    _asked(Operator.AT_LEAST, "30"),
    _asked(Operator.AT_MOST, "12"),
    _asked(Operator.BETWEEN, "20", "29"),
    _asked(Operator.BETWEEN, "20", "29", clear="2"),
    _asked(Operator.OUTSIDE, "10", "30"),
    _asked(Operator.OUTSIDE, "10", "30", clear="3"),
    _asked(Operator.EQUAL, "31"),
    _asked(Operator.UNEQUAL, "22"),
    _asked(Operator.EQUAL, "on"),
    _asked(Operator.EQUAL, "on", clear="off"),
    _asked(Operator.UNEQUAL, "off"),
    _asked(Operator.CONTAINS, "err"),
    _asked(Operator.MATCHES, "err*5"),
    _asked(Operator.MATCHES, "o?"),
    _asked(Operator.RISES, "5", seconds=600.0),
    _asked(Operator.FALLS, "5", seconds=600.0),
)
SILENT = (
    _asked(Operator.STALE, seconds=600.0),
    _asked(Operator.STALE, seconds=90.0),
    _asked(Operator.STALE),
)
SUDDEN = (
    _asked(Operator.CHANGES),
    *(_asked(each, *values) for each in Operator if each.value == "happens" for values in ((), ("o*",))),
)
# What is left out is not so: there it is a condition of its own.
LEAVING = tuple(
    Condition(condition.operator, condition.values, condition.clear, missing_clears=True)
    for condition in LASTING[:2]
    if "missing_clears" in Condition.__dataclass_fields__
)
CONDITIONS = (*LASTING, *LASTING, *LEAVING, *SILENT, *SUDDEN)
_WORDED = frozenset({Operator.CONTAINS, Operator.MATCHES})
HOLDS = (0.0, 0.0, 0.0, 60.0, 300.1, 600.0)
REPEATS = (0.0, 0.0, 600.0, 1800.0)
ESCALATIONS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.0, ()),
    (0.0, ()),
    (600.0, (CARL,)),
    (900.0, (BERT, CARL)),
    (600.0, (TABLET, CARL)),
)
POSTED = (
    _asked(Operator.EQUAL, "firing"),
    _asked(Operator.UNEQUAL, "resolved"),
    _asked(Operator.HAPPENS, "firing"),
)
BESIDE = (
    Clause(_asked(Operator.EQUAL, "on"), "w/2"),
    Clause(_asked(Operator.CONTAINS, "err"), "w/2"),
    Clause(_asked(Operator.ABOVE, "25"), "n/2"),
    Clause(_asked(Operator.BELOW, "30"), "j/2", "t"),
    Clause(_asked(Operator.EQUAL, "open"), "j/1", "door"),
    Clause(_asked(Operator.ABOVE, "20"), f"{ENTITIES}sensor.two"),
    Clause(_asked(Operator.EQUAL, "firing"), f"{HOOKS}uptime/2", "status"),
)
HERE = {
    "n": (Clause(_asked(Operator.BELOW, "40")), Clause(_asked(Operator.UNEQUAL, "33"))),
    "w": (Clause(_asked(Operator.CONTAINS, "o")),),
    "j": (
        Clause(_asked(Operator.EQUAL, "open"), field="door"),
        Clause(_asked(Operator.ABOVE, "20"), field="t"),
    ),
    "h": (Clause(_asked(Operator.BELOW, "40")),),
    "p": (Clause(_asked(Operator.UNEQUAL, "31"), field="text"),),
}
"""Further conditions of a rule, on another topic or on its own."""

TIMES = ("8:10-8:40", "8:30-9:30", "9:00-12:00", "22:00-8:20", "13:00-8:00")
"""Times of the day; a day begins at 8:00."""

ALTERED = ("off", "name", "priority", "whom", "hold", "repeat", "condition")
PRIORITIES = (Priority.ALERT, Priority.ALERT, Priority.NORMAL, Priority.CRITICAL, Priority.SILENT)


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule as it is drawn, before it has its place."""

    kind: str
    condition: Condition
    hold: float
    repeat: float
    escalation: tuple[float, tuple[str, ...]]
    priority: Priority
    contacts: tuple[str, ...]
    targets: tuple[str, ...]
    wide: bool
    others: tuple[Clause, ...] = ()
    either: bool = False
    after: int = 0
    once: bool = False
    seconds: float = 0.0
    only: str = ""

    def rule(self, slot: int, number: int, *, after: str = "", wall: float = 0.0) -> AlertRule:
        """Return the rule; what is not worth asking for is left out: what never lasts can have no `for`."""
        operator = self.condition.operator
        lasts = operator not in {each.operator for each in (*SILENT, *SUDDEN)}
        sudden = not lasts and operator is not Operator.STALE
        escalate_after, to = (0.0, ()) if sudden or self.once else self.escalation
        topic = KINDS[self.kind][0]
        return AlertRule(
            f"{topic.rpartition('/')[0]}/+" if self.wide else topic,
            self.condition,
            field=FIELDS.get(self.kind, ""),
            name=f"Rule {'ABC'[slot - 1]}",
            id=f"rule{number}",
            number=number,
            hold=self.hold if lasts and operator not in {Operator.RISES, Operator.FALLS} else 0.0,
            repeat=0.0 if operator is Operator.CHANGES or self.once else self.repeat,
            priority=self.priority,
            contacts=self.contacts,
            targets=self.targets,
            escalate_after=escalate_after,
            escalate_to=to,
            others=self.others,
            either=self.either and lasts,
            after=after,
            once=self.once,
            until=wall + self.seconds if self.once and self.seconds else 0.0,
            only=self.only,
        )


class Day:
    """One day in a house, deed by deed. Each deed does nothing where there is nothing to do."""

    def __init__(self, home: Home) -> None:
        self.house = House(home)
        self._made = 0
        self._slots: dict[int, str] = {}
        self._counted = 0
        self._muted: list[object] = []

    # What sensors do.

    def value(self, kind: str, place: int, number: str, word: str, retain: bool) -> None:
        topic = KINDS[kind][place]
        payload = word if kind == "w" else number
        if kind == "h" and number == "unavailable":
            return
        if kind == "p":
            status = "resolved" if word in {"off", "false", "ok"} else "firing"
            payload = f'{{"status": "{status}", "text": "{number}"}}'
        if kind == "j":
            lacking = word in {"ok", "open"}
            payload = '{"door": "open"}' if lacking else f'{{"t": {number}, "door": "{word}"}}'
            payload = payload if number != "unavailable" else f'{{"t": "unavailable", "door": "{word}"}}'
        self.house.publish(topic, payload, retain=retain)

    def delete(self, kind: str, place: int) -> None:
        """Take a retained value from the broker, which sends on an empty message."""
        if kind in {"h", "p"}:
            return
        self.house.publish(KINDS[kind][place], "", retain=True)

    def show(self, topic: str, retain: bool) -> None:
        self._counted += 1
        self.house.publish(topic, f"{topic.replace('/', '')}x{self._counted}", retain=retain)

    def flicker(self, kind: str, pair: tuple[str, str], seconds: float, times: int) -> None:
        """Go to and fro between two values."""
        for turn in range(times):
            words = ("on", "off")
            self.value(kind, 0, pair[turn % 2], words[turn % 2], retain=False)
            self.house.wait(seconds)

    def beat(self, kind: str, seconds: float, times: int) -> None:
        """Let a sensor speak at regular times."""
        for turn in range(times):
            self.value(kind, 0, ("22", "23")[turn % 2], "off", retain=False)
            self.house.wait(seconds)

    def burst(self, number: str) -> None:
        """Let a great many sensors say the same at once, and then that all is well."""
        for each in (number, "22"):
            for sensor in range(BURST):
                self.house.publish(f"n/many{sensor}", each, retain=False)
            self.house.wait(30.0)

    def wait(self, seconds: float) -> None:
        self.house.wait(seconds)

    # What people configure.

    def make(self, slot: int, asked: Asked) -> None:
        """Make a rule in the place of another one."""
        if self.house.up:
            self._made += 1
            cause = self._rule(asked.after) if asked.after != slot else None
            after = f"{cause.number}" if cause is not None else ""
            rule = asked.rule(slot, self._made, after=after, wall=self.house.clock.time)
            gone = self._slots.get(slot)
            self._slots[slot] = rule.id
            kept = tuple(each for each in self.house.rule_set.alerts if each.id != gone)
            self._apply((*kept, rule))

    def alter(self, slot: int, what: str, asked: Asked) -> None:
        """Change one thing of a rule."""
        rule = self._rule(slot)
        if rule is None:
            return
        fresh = asked.rule(slot, rule.number)
        changed = {
            "off": replace(rule, enabled=not rule.enabled),
            "name": replace(rule, name=f"{rule.name}’"),
            "priority": replace(rule, priority=fresh.priority),
            "whom": replace(rule, contacts=fresh.contacts, targets=fresh.targets),
            "hold": replace(rule, hold=fresh.hold if rule.hold else rule.hold),
            "repeat": replace(
                rule,
                repeat=0.0 if rule.condition.operator is Operator.CHANGES or rule.once else fresh.repeat,
            ),
            "condition": replace(fresh, filter=rule.filter, field=rule.field, id=rule.id),
        }[what]
        self._apply(changed if each.id == rule.id else each for each in self.house.rule_set.alerts)

    def remove(self, slot: int) -> None:
        rule = self._rule(slot)
        if rule is not None:
            del self._slots[slot]
            self._apply(each for each in self.house.rule_set.alerts if each.id != rule.id)

    def _rule(self, slot: int) -> AlertRule | None:
        if not self.house.up:
            return None
        return next((each for each in self.house.rule_set.alerts if each.id == self._slots.get(slot)), None)

    def _apply(self, alerts: Iterable[AlertRule]) -> None:
        self.house.apply(replace(self.house.rule_set, alerts=tuple(alerts)))

    # What people say.

    def attend(self, what: str, who: str, seconds: float) -> None:
        """Acknowledge or snooze everything that fires."""
        if self.house.up and self.house.bot.alerts.active:
            until = {"ack": "", "ack for": f" {seconds:.0f}s", "snooze": f" {seconds:.0f}s"}[what]
            for alert in self.house.bot.alerts.active[:1]:
                self.house.attended.add(alert.number)
                self._say(who, f"/mqtt {what.partition(' ')[0]} #{alert.number}{until}")

    def mute(self, slot: int, topic: str, seconds: float) -> None:
        """Mute a rule, or a topic where there is no such rule."""
        rule = self._rule(slot)
        if self.house.up:
            what = rule.number if rule is not None and topic == "rule" else topic
            if what != "rule":
                self._muted.append(what)
                self._say(ANNA, f"/mqtt mute {what} {seconds:.0f}s")
                self.house.note_mute(rule.id if rule is not None and topic == "rule" else topic, seconds)

    def unmute(self) -> None:
        """Take back every mute."""
        if self.house.up:
            muted, self._muted = self._muted, []
            for what in muted:
                self._say(ANNA, f"/mqtt unmute {what}")
            self.house.note_mute("", 0.0)

    def undisturbed(self, seconds: float) -> None:
        if self.house.up:
            self._say(ANNA, f"/mqtt dnd {f'{seconds:.0f}s' if seconds else 'off'}")

    def quiet(self, seconds: float) -> None:
        if self.house.up:
            self._say(ANNA, f"/mqtt quiet {f'{seconds:.0f}s' if seconds else 'off'}")

    def sleep(self, who: str, asleep: bool) -> None:
        """Let somebody's own presence say that nobody disturbs."""
        if self.house.up:
            self.house.bot.held.set_contact(who, asleep)
            self.house.finish()

    def source(self, on: bool) -> None:
        """Let the entity of Home Assistant say so."""
        if self.house.up:
            self.house.bot.held.set_source(on)
            self.house.finish()

    def tell(self) -> None:
        """Have the bot say something to everybody."""
        if self.house.up:
            self._counted += 1
            text = f"The washing is done, number {self._counted}."
            people = {each.to for each in self.house.bot.send(text)}
            self.house.sent.append((text, tuple(people)))
            self.house.finish()

    def _say(self, who: str, text: str) -> None:
        self.house.naive.disturbances.append(self.house.now)
        self.house.say(who, text)

    # What goes wrong.

    def restart(self, cleanly: bool, seconds: float, later: float) -> None:
        self.house.stop(cleanly=cleanly)
        self.house.wait(seconds)
        self.house.begin(seconds=later)

    def stop(self, cleanly: bool) -> None:
        self.house.stop(cleanly=cleanly)

    def begin(self, seconds: float) -> None:
        self.house.begin(seconds=seconds)

    def broker(self, online: bool) -> None:
        self.house.set_broker(online=online)

    def forget_session(self) -> None:
        self.house.forget_session()

    def chat(self, online: bool) -> None:
        self.house.set_chat(online=online)

    def set_clock(self, seconds: float) -> None:
        self.house.set_clock(seconds)

    def end(self) -> list[Breach]:
        """Let everything that is in the way end, and time go by; return what was not as it should be."""
        house = self.house
        house.begin(seconds=1.0)
        house.set_broker(online=True)
        house.set_chat(online=True)
        if house.bot.do_not_disturb.source:
            self.source(on=False)
        for contact in sorted(house.bot.do_not_disturb.contacts):
            self.sleep(contact, asleep=False)
        ends = [until for _, until in house.bot.alerts.mutes if until < NEVER]
        ends += [house.bot.do_not_disturb.undisturbed_until, house.bot.do_not_disturb.quiet_until]
        house.wait(max(0.0, *(each - house.clock.time for each in ends)) + ENDING)
        left = house.held()
        house.wait(MINUTE)
        house.held_at_end = [each for each in house.held() if each in left]
        return list(Witness(house).breaches())


def draw_asked(pick: Pick) -> Asked:
    """Draw a rule."""
    condition = pick(CONDITIONS)
    worded = condition.operator in _WORDED or any(each in "on o*" for each in condition.values)
    kind = pick(("j",) if condition in LEAVING else ("w",) if worded else ("n", "n", "j", "h"))
    condition, kind = pick(((condition, kind),) * 7 + ((pick(POSTED), "p"),))
    some = pick((0, 0, 0, 1, 1, 2))
    level = condition.operator not in {each.operator for each in (*SILENT, *SUDDEN)}
    return Asked(
        kind,
        condition,
        pick(HOLDS),
        pick(REPEATS),
        pick(ESCALATIONS),
        pick(PRIORITIES),
        pick(((), (), (), (BERT,))),
        pick(((), (), (TABLET,))),
        pick((True, False)),
        others=tuple(pick((*BESIDE, *HERE[kind])) for _ in range(some)),
        either=some > 0 and level and pick((False, False, True)),
        after=pick((0, 0, 0, *SLOTS)),
        once=pick((False,) * 7 + (True,)),
        seconds=pick((0.0, 0.0, *LONG_SECONDS)),
        only=pick(("",) * 12 + TIMES),
    )


def _value(pick: Pick) -> tuple[Any, ...]:
    return pick(SPOKEN), pick((0, 0, 1)), pick(NUMBERS), pick(WORDS), pick((True, False, False))


DEEDS: dict[str, tuple[int, Callable[[Pick], tuple[Any, ...]]]] = {
    "value": (30, _value),
    "wait": (24, lambda pick: (pick(SECONDS),)),
    "show": (6, lambda pick: (pick(SHOWN), pick((True, False)))),
    "delete": (1, lambda pick: (pick(("n", "w", "j")), pick((0, 0, 1)))),
    "flicker": (
        2,
        lambda pick: (
            pick(SPOKEN),
            pick((("31", "22"), ("5", "25"))),
            pick(SECONDS[:9]),
            pick((2, 3, 9)),
        ),
    ),
    "beat": (1, lambda pick: (pick(("n", "w", "h")), pick((20.0, 60.0)), pick((14,)))),
    "burst": (1, lambda pick: (pick(("31", "5")),)),
    "make": (7, lambda pick: (pick(SLOTS), draw_asked(pick))),
    "alter": (
        3,
        lambda pick: (pick(SLOTS), pick(ALTERED), draw_asked(pick)),
    ),
    "remove": (1, lambda pick: (pick(SLOTS),)),
    "attend": (4, lambda pick: (pick(("ack", "ack for", "snooze")), pick((ANNA, BERT)), pick(LONG_SECONDS))),
    "mute": (
        2,
        lambda pick: (pick(SLOTS), pick(("rule", "n/1", "n/#", "w/+", "c/each")), pick(LONG_SECONDS)),
    ),
    "unmute": (1, lambda pick: ()),
    "undisturbed": (3, lambda pick: (pick((*LONG_SECONDS, 0.0)),)),
    "quiet": (1, lambda pick: (pick((*LONG_SECONDS, 0.0)),)),
    "sleep": (2, lambda pick: (pick((ANNA, BERT)), pick((True, False)))),
    "source": (1, lambda pick: (pick((True, False)),)),
    "tell": (2, lambda pick: ()),
    "restart": (2, lambda pick: (pick((True, False)), pick(SECONDS), pick((0.25, 2.0, 30.0)))),
    "stop": (1, lambda pick: (pick((True, False)),)),
    "begin": (2, lambda pick: (pick((0.25, 2.0, 30.0)),)),
    "broker": (4, lambda pick: (pick((True, True, False)),)),
    "forget_session": (1, lambda pick: ()),
    "chat": (4, lambda pick: (pick((True, True, False)),)),
    "set_clock": (1, lambda pick: (pick((-3600.0, -90.0, -5.0, 5.0, 90.0, 3600.0)),)),
}
_DRAWN = tuple(name for name, (weight, _) in DEEDS.items() for _ in range(weight))
FEWEST, MOST = 8, 90
HOMES = (Home(), Home(), Home(storm=2), Home(digest_seconds=60.0))


def draw_deed(pick: Pick) -> Deed:
    """Draw what happens next."""
    name = pick(_DRAWN)
    return name, DEEDS[name][1](pick)


def draw_day(pick: Pick) -> tuple[Home, list[Deed]]:
    """Draw a whole day, which begins with a rule."""
    deeds: list[Deed] = [("make", (1, draw_asked(pick)))]
    deeds += [draw_deed(pick) for _ in range(pick(range(FEWEST, MOST)))]
    return pick(HOMES), deeds


def day_of(seed: int, number: int) -> tuple[Home, list[Deed]]:
    """Return the day of that number that a seed brings."""
    return draw_day(cast("Pick", Random(f"{seed}/{number}").choice))


def live(home: Home, deeds: Iterable[Deed], tell: Callable[[Day, Deed], None] | None = None) -> list[Breach]:
    """Let a day happen; return what was not as it should be."""
    try:
        day = Day(home)
        for name, how in deeds:
            if tell is not None:
                tell(day, (name, how))
            getattr(day, name)(*how)
        return day.end()
    except Breach as breach:
        return [breach]
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
        return [Breach("exceptions", f"{type(error).__name__}: {error} ({where})")]


def breaches_of(seed: int, number: int) -> list[tuple[str, str]]:
    """Return the kind and the words of what went wrong on one day, of each kind the first."""
    found: dict[str, str] = {}
    for breach in live(*day_of(seed, number)):
        found.setdefault(breach.kind, breach.what)
    return list(found.items())


def shortened(home: Home, deeds: list[Deed], kind: str) -> list[Deed]:
    """Return the fewest deeds that still end in such a breach."""
    size = len(deeds) // 2 or 1
    while size:
        at, found = 0, False
        while at < len(deeds):
            fewer = deeds[:at] + deeds[at + size :]
            if any(breach.kind == kind for breach in live(home, fewer)):
                deeds, found = fewer, True
            else:
                at += size
        size = size // 2 if not found or size > 1 else size
    return deeds

"""Who is told what of the alerts: what comes together is told together, and a storm as a summary."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from ..model.alert import Alert, AlertEvent, Attending, Step
from ..model.notice import HELD, HELD_TOO, UNTAGGED, Notice, Push, Ring, is_target
from ..model.rules import AlertRule, Priority, Role, RuleSet
from ..model.timers import NEVER, Key, is_due
from ..ports import PhrasesFor, Receivers, When
from ..text.rate import MINUTE, Window
from .blind_notices import GATHER, BlindNotices
from .courses import Course
from .lifecycle import BEGUN
from .recipients import as_told, recipients
from .tags import Tags, priority_for
from .texts import Told, alert_push, alerts_text, attended_text, closed_push

MOST_AT_ONCE = 200
MOST_LINES = 40
NOTICES_KEPT = 24

type Letter = tuple[Notice, Told]
"""A notice, and one alert that it tells of."""


type _Wave = dict[str, list[Told]]
"""What is told at once, by whom it is told to."""


@dataclass(frozen=True, slots=True)
class Debt:
    """An alert of which something is to be told, and that in `parts`, in the order in which it happened.

    `waits` is what is not told yet of its newest incident.
    """

    alert: Alert
    rule: AlertRule
    parts: tuple[Told, ...]
    waits: tuple[Step, ...] = ()

    @property
    def key(self) -> Key:
        return self.alert.rule, self.alert.topic

    @property
    def critical(self) -> bool:
        """Whether one part of it is: all of it is told then, in its order."""
        return any(part.priority is Priority.CRITICAL for part in self.parts)

    @property
    def owed(self) -> tuple[object, ...]:
        """What tells whether something has come to it since."""
        return self.alert.number, self.alert.untold, self.alert.ended


@dataclass(slots=True)
class _Lane:
    """The alerts that are critical, or those that are not: when the next are told, and how many were.

    `counted` are those that a summary tells of already, and how: one turn of the event loop bears not all.
    """

    due_at: float = NEVER
    said: Window = field(default_factory=Window)
    braked: bool = False
    counted: dict[Key, tuple[tuple[object, ...], list[Letter]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Composed:
    """Notices, and the alerts and the log as they are once these are stored.

    `ends` are the ids of the notices that tell of an end of which older news may have been held.
    """

    notices: tuple[Notice, ...]
    alerts: tuple[Alert, ...]
    events: tuple[AlertEvent, ...]
    ends: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What notices are made with in one moment."""

    rules: RuleSet
    ring: Ring
    tags: Tags
    now: float
    receivers: Receivers


class AlertNotices:
    """Makes notices of alerts with something untold. What a notice does not list it counts.

    `active` are the alerts that are wrong now; `holds` says whether something waits for whom it is for;
    `course` tells how a number came to where it is. `blind` makes those of what cannot be judged.
    """

    def __init__(
        self,
        phrases: PhrasesFor,
        new_id: Callable[[], str],
        when: When,
        active: Callable[[], Iterable[Alert]],
        holds: Callable[[str, Priority], bool],
        *,
        course: Course,
        receivers: Receivers,
    ) -> None:
        self._course = course
        self._receivers = receivers
        self._holds = holds
        self._active = active
        self._phrases = phrases
        self._new_id = new_id
        self._when = when
        self._lanes = {True: _Lane(), False: _Lane()}
        self.blind = BlindNotices(phrases, new_id, when, self._told_of)

    @property
    def due_at(self) -> float:
        """When `compose` has something to do; infinity for never."""
        return min(lane.due_at for lane in self._lanes.values())

    def is_lost(self, now: float) -> bool:
        """Say whether something is due later than it ever can be: the clock was set back."""
        return any(now + MINUTE < lane.due_at < NEVER for lane in self._lanes.values())

    def note(self, debts: Iterable[Debt], now: float, storm: int) -> None:
        for debt in debts:
            lane = self._lanes[debt.critical]
            if lane.due_at == NEVER:
                lane.due_at = now + GATHER
                lane.braked = 0 < storm <= lane.said.count(now)
                if lane.braked:
                    lane.due_at = max(lane.due_at, lane.said.moves_at)

    def hurry(self, now: float) -> None:
        """Have said now what would be said later."""
        for lane in self._lanes.values():
            lane.due_at = min(lane.due_at, now) if lane.due_at < NEVER else NEVER

    def compose(self, debts: Iterable[Debt], rules: RuleSet, ring: Ring, now: float) -> Composed:
        """Return what is to be said now of these; whoever stores it must store all of it.

        Where there is more than one turn of the event loop bears, the rest stays due.
        """
        desk = _Desk(rules, ring, Tags(self._active, self._holds), now, self._receivers)
        everything = list(debts)
        notices: list[Notice] = []
        alerts: list[Alert] = []
        events: list[AlertEvent] = []
        ends: set[str] = set()
        for critical, lane in self._lanes.items():
            if not is_due(lane.due_at, now, MINUTE):
                continue
            mine = [debt for debt in everything if debt.critical is critical]
            told = self._turn(lane, mine, desk, notices)
            ends.update(
                notice.id for _, letters in told for notice, one in letters if _passes_older_news(notice, one)
            )
            for debt, letters in told:
                alerts.append(replace(_told_by(debt.alert, letters, ends, self._holds), untold=debt.waits))
                events += dict.fromkeys(_event(one, notice) for notice, one in letters)
            lane.due_at = now if len(mine) > len(told) else NEVER
        return Composed(tuple(notices), tuple(alerts), tuple(events), frozenset(ends))

    def ends(self, closed: Iterable[tuple[Alert, AlertRule]], rules: RuleSet, now: float) -> Composed:
        """Return what tells those who know of it that it was over before its rule was changed.

        Not those whose notification of it is `closed`.
        """
        desk = _Desk(rules, lambda topic: False, Tags(self._active, self._holds), now, self._receivers)
        ended = (as_told(alert, rule) for alert, rule in closed if not alert.active)
        wave: _Wave = {}
        for one in ended:
            known = [to for to, tag in one.alert.told_to if not is_target(to) or tag in UNTAGGED]
            for to in recipients(one, rules, self._receivers, known) if one.over else ():
                wave.setdefault(to, []).append(one)
        told = [each for to, group in wave.items() for each in self._wave(to, group, desk)]
        events = (_event(one, notice) for notice, group in told for one in group)
        ends = {notice.id for notice, group in told for one in group if _passes_older_news(notice, one)}
        return Composed(tuple(notice for notice, _ in told), (), tuple(events), frozenset(ends))

    def closed(self, closed: Iterable[tuple[Alert, AlertRule]], rules: RuleSet, now: float) -> list[Notice]:
        """Return what takes, without a sound, the place of notifications whose rules ask for that no more."""
        rule_of = dict(closed)
        notices: list[Notice] = []
        for (to, tag), alert in Tags(self._active, self._holds).left(rule_of, among=[]).items():
            one = as_told(replace(alert, untold=(Step.RESOLVED,)), rule_of[alert])
            title, text = closed_push(one, self._phrases(to))
            push = Push(title, tag, sound=False, url=rules.click)
            notices.append(Notice(self._new_id(), to, text, now, Priority.ALERT, push=push))
        return notices

    def attended(
        self, seen_to: Mapping[Alert, AlertRule], step: Step, how: Attending, rules: RuleSet, now: float
    ) -> list[Notice]:
        """Return what is told when somebody sees to alerts; who does it on a phone finds it in the own chat.

        It is as urgent as these: who has yet to hear of them does not hear first that they are seen to.
        """
        who, note, until = how.who, how.note, how.until
        group = [as_told(alert, rule) for alert, rule in seen_to.items()]
        ends = self._when(until) if 0 < until < NEVER else None

        def text_for(to: str) -> str:
            return attended_text(group, who, f"alert_{step}", self._phrases(to), until=ends, note=note)

        priority = max(one.priority for one in group)
        everybody = dict.fromkeys(to for one in group for to in recipients(one, rules, self._receivers))
        others = [to for to in everybody if not is_target(to) and to not in how.knowing]
        said = [Notice(self._new_id(), to, text_for(to), now, _in_order(priority)) for to in others]
        return [*said, *self._attended_pushes(group, text_for, rules, now)]

    def _attended_pushes(
        self, group: list[Told], text_for: Callable[[str], str], rules: RuleSet, now: float
    ) -> Iterator[Notice]:
        """Yield what takes, without a sound, the place of the notifications of what is seen to."""
        by_alert = {one.alert: one for one in group}
        for (to, tag), alert in Tags(self._active, self._holds).left(by_alert, among=group).items():
            if not self._holds(to, Priority.ALERT):
                title, _ = alert_push([by_alert[alert]], self._phrases(to), self._when, now)
                push = Push(title, tag, sound=False, url=rules.click)
                yield Notice(self._new_id(), to, text_for(to), now, Priority.ALERT, push=push)

    def _told_of(self, alert: Alert, rule: AlertRule, rules: RuleSet) -> list[str]:
        return recipients(as_told(alert, rule), rules, self._receivers)

    def _turn(
        self, lane: _Lane, debts: list[Debt], desk: _Desk, notices: list[Notice]
    ) -> list[tuple[Debt, list[Letter]]]:
        """Return as many alerts as one turn bears, with what tells of them; add to `notices` what is new."""
        counted = [debt for debt in debts if lane.counted.get(debt.key, ((),))[0] == debt.owed]
        if counted:
            return [(debt, lane.counted.pop(debt.key)[1]) for debt in counted[:MOST_AT_ONCE]]
        storm, waves = _planned(debts, lane, desk)
        letters: dict[Key, list[Letter]] = {}
        sent: Counter[str] = Counter()
        for notice, group in self._notices(waves, desk, storm=storm):
            notices.append(notice)
            sent[notice.to] += not is_target(notice.to)
            for one in group:
                letters.setdefault(one.key, []).append((notice, one))
        # One that goes to notifications only counts as well.
        for _ in range(max(sent.values(), default=0) or bool(sent)):
            lane.said.add(desk.now)
        told = [(debt, letters.get(debt.key, [])) for debt in debts]
        rest = told[MOST_AT_ONCE:] if storm else []
        lane.counted = {debt.key: (debt.owed, by) for debt, by in rest}
        return told[:MOST_AT_ONCE]

    def _notices(
        self, waves: list[_Wave], desk: _Desk, *, storm: bool
    ) -> Iterator[tuple[Notice, list[Told]]]:
        """Yield the notices in their order: of what was first whoever is told twice is told first."""
        summaries: dict[str, list[Told]] = {}
        for wave in waves:
            for to, group in wave.items():
                if storm and not is_target(to):
                    summaries.setdefault(to, []).extend(group)
                else:
                    yield from self._wave(to, group, desk)
        for to, group in summaries.items():
            order = {key: place for place, key in enumerate(dict.fromkeys(one.key for one in group))}
            group.sort(key=lambda one: order[one.key])
            for some in _apart(to, group):
                yield self._text(to, some, desk, storm=True), some

    def _wave(self, to: str, group: list[Told], desk: _Desk) -> Iterator[tuple[Notice, list[Told]]]:
        """Yield what one recipient is told at once, which is of different incidents."""
        for some in _apart(to, group):
            if is_target(to):
                for tag, ones in desk.tags.part(to, some):
                    yield self._push(to, tag, ones, desk), ones
                continue
            for start in range(0, len(some), MOST_LINES):
                chunk = some[start : start + MOST_LINES]
                yield self._text(to, chunk, desk, storm=False), chunk

    def _text(self, to: str, group: list[Told], desk: _Desk, *, storm: bool) -> Notice:
        attends = any(each.jid == to and each.role >= Role.OPERATOR for each in desk.rules.contacts)
        how = {"storm": storm, "attends": attends}
        phrases, course = self._phrases(to), self._course
        text = alerts_text(group, phrases, self._when, desk.now, MOST_LINES, course=course, **how)
        return Notice(self._new_id(), to, text, desk.now, _in_order(_priority(to, group)))

    def _push(self, to: str, tag: str, group: list[Told], desk: _Desk) -> Notice:
        title, text = alert_push(group, self._phrases(to), self._when, desk.now)
        sound = any(desk.ring(one.alert.topic) for one in group)
        push = Push(title, tag, sound, desk.rules.click, attends=any(map(_waits_for_somebody, group)))
        return Notice(self._new_id(), to, text, desk.now, _priority(to, group), push=push)


def _waits_for_somebody(one: Told) -> bool:
    """Say whether there is something left to see to, and nobody does."""
    return one.alert.active and not (one.over or one.passed or one.alert.acknowledged)


def _apart(to: str, group: list[Told]) -> Iterator[list[Told]]:
    """Yield what passes, then what waits behind what is held: one does not take the other along."""
    waits = [priority_for(to, one) is not one.priority for one in group]
    for waiting in (False, True):
        if some := [one for one, waits_now in zip(group, waits, strict=True) if waits_now is waiting]:
            yield some


def _priority(to: str, group: Iterable[Told]) -> Priority:
    """Return that of the most urgent; that something is over is told also if its rule is silent by now."""
    return max(Priority.NORMAL, *(priority_for(to, one) for one in group))


def _in_order(priority: Priority) -> Priority:
    """Return at least *alert*: these go out first, so all that is said of alerts keeps its order."""
    return max(priority, Priority.ALERT)


def _planned(debts: list[Debt], lane: _Lane, desk: _Desk) -> tuple[bool, list[_Wave]]:
    """Return who is told what, and whether as a summary: of all alerts then, else of one turn's."""
    room = desk.rules.storm - lane.said.count(desk.now) if desk.rules.storm > 0 else NEVER
    if not lane.braked and len(debts) <= room * MOST_LINES:
        waves = list(_waves(debts[:MOST_AT_ONCE], desk))
        messages: Counter[str] = Counter()
        for wave in waves:
            messages.update({to: -(-len(group) // MOST_LINES) for to, group in wave.items() if "@" in to})
        if max(messages.values(), default=0) <= room:
            return False, waves
    return True, list(_waves(debts, desk))


def _waves(debts: Iterable[Debt], desk: _Desk) -> Iterator[_Wave]:
    """Yield who is told what: the first part of each alert, then the second ones, which follow from it."""
    knowing: dict[tuple[str, str, int], dict[str, str]] = {}
    for parts in zip_longest(*(debt.parts for debt in debts)):
        wave: _Wave = {}
        for one in parts:
            if one is None:
                continue
            told_to = knowing.setdefault(one.incident, dict(one.alert.told_to))
            for to in recipients(one, desk.rules, desk.receivers, told_to):
                told_to.setdefault(to, "")
                wave.setdefault(to, []).append(one)
        yield wave


def debt_of(alert: Alert, rule: AlertRule, rules: RuleSet, receivers: Receivers) -> Debt:
    """Return what is to be told of an alert: first how earlier incidents ended, then of this one."""
    alert = _with_who_knows(alert, rule, rules, receivers)
    parts = [part for each in (*alert.ended, alert) for part in _parts(each, rule)]
    return Debt(alert, rule, tuple(parts))


def _parts(alert: Alert, rule: AlertRule) -> list[Told]:
    """Return what is to be told of one incident; if it was over before anybody knew: that it began, first."""
    begun = tuple(step for step in alert.untold if step is not Step.RESOLVED)
    if not begun or begun == alert.untold:
        return [as_told(alert, rule)] if alert.untold else []
    passed = replace(as_told(replace(alert, untold=begun), rule), passed=True)
    return [passed, as_told(replace(alert, untold=(Step.RESOLVED,)), rule)]


def _with_who_knows(alert: Alert, rule: AlertRule, rules: RuleSet, receivers: Receivers) -> Alert:
    """Return an alert of an earlier version, which did not write down whom it had told."""
    if alert.told_to or not (alert.notices or alert.tag):
        return alert
    told = recipients(as_told(replace(alert, untold=(Step.REPEATED,)), rule), rules, receivers)
    pairs = ((to, alert.tag if is_target(to) else "") for to in told if alert.tag or not is_target(to))
    return replace(alert, told_to=tuple(pairs))


def waiting(debts: Iterable[Debt], quiet: Collection[Key]) -> tuple[list[Debt], list[Alert]]:
    """Part what may be told from what is `quiet`; of that return what began and ended unheard."""
    heard: list[Debt] = []
    unheard: list[Alert] = []
    for debt in debts:
        alert = debt.alert
        if debt.key not in quiet:
            heard.append(debt)
            continue
        # What has nothing untold is how what flaps ended last.
        wanted = (each for each in alert.ended if not each.untold or _of_the_end(each))
        ended = tuple(replace(each, untold=_of_the_end(each)) for each in wanted)
        # What flaps goes on, although nothing is wrong at this moment.
        # What is told but once is told when it may be.
        waits = alert.active or alert.flapping or debt.rule.once
        left = replace(alert, ended=ended, untold=alert.untold if waits else _of_the_end(alert))
        if left != alert:
            unheard.append(left)
    return heard, unheard


def _of_the_end(alert: Alert) -> tuple[Step, ...]:
    """Return what is still to be told of an incident that is over: nothing to whom never knew of it."""
    if BEGUN.isdisjoint(alert.untold):
        return alert.untold
    return (Step.RESOLVED,) if alert.told_to else ()


def _passes_older_news(notice: Notice, one: Told) -> bool:
    """Say whether a notice tells of an end, and what its recipient was told of it before may be held."""
    return one.over and (is_target(notice.to) or dict(one.alert.told_to).get(notice.to) == HELD_TOO)


def _told_by(
    alert: Alert, letters: list[Letter], ends: Collection[str], holds: Callable[[str, Priority], bool]
) -> Alert:
    """Return the alert as told, with what replies name it by and what replaces its notification.

    Of the notices that are `ends` a copy may be held.
    """
    mine = [notice for notice, one in letters if one.incident == (alert.rule, alert.topic, alert.number)]
    tags = [notice.push.tag for notice in mine if notice.push is not None]
    before = dict(alert.told_to)
    known = dict(before)
    for notice in mine:
        held = holds(notice.to, notice.priority)
        known[notice.to] = _known(
            before.get(notice.to), notice, told=not held, held=held or notice.id in ends
        )
    return replace(
        alert,
        untold=(),
        ended=tuple(each for each in alert.ended if not each.untold),
        tag=[alert.tag, *tags][-1],
        notices=(*alert.notices, *dict.fromkeys(notice.id for notice in mine))[-NOTICES_KEPT:],
        told_to=tuple(known.items()),
    )


def after_held(alert: Alert, to: str, went: Mapping[str, Sequence[Notice]], *, waits: bool) -> Alert:
    """Return an alert after what was held for somebody went: into what tells it, to others, or nowhere.

    Whoever has it now knows of the alert; with nothing told, and none that `waits`, whom it was for does not.
    """
    ended = tuple(after_held(each, to, went, waits=waits) for each in alert.ended)
    mine = [notice_id for notice_id in alert.notices if notice_id in went]
    if not mine:
        return replace(alert, ended=ended)
    after = {notice.id: notice for notice_id in mine for notice in went[notice_id]}
    known = dict(alert.told_to)
    if not waits and known.get(to) in {HELD, HELD_TOO}:
        if known[to] == HELD_TOO or any(notice.to == to for notice in after.values()):
            known[to] = ""
        else:
            del known[to]
    for notice in after.values():
        if notice.to != to:
            known[notice.to] = _known(known.get(notice.to), notice, told=False, held=True)
    if not known:
        return replace(alert, ended=ended, notices=(), tag="", told_to=())
    notices = (*alert.notices, *after)[-NOTICES_KEPT:]
    return replace(alert, ended=ended, notices=notices, told_to=tuple(known.items()))


def _known(before: str | None, notice: Notice, *, told: bool, held: bool) -> str:
    """Return what is noted of who gets a notice: its tag, or whether something was told, is held, or both."""
    if notice.push is not None and notice.push.tag != HELD:
        return notice.push.tag
    told = told or before in {"", HELD_TOO}
    held = held or before in {HELD, HELD_TOO}
    return (HELD_TOO if told else HELD) if held else ""


def _event(one: Told, notice: Notice) -> AlertEvent:
    alert = one.alert
    return AlertEvent(
        alert.number, alert.rule, alert.topic, Step.TOLD, notice.at, alert.value, notice.to, notice.id
    )

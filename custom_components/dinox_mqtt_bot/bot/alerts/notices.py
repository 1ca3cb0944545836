"""Who is told what of the alerts: what comes together is told together, and a storm as a summary."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..delivery.mutes import Mutes
from ..model.alert import Alert, AlertEvent, Step
from ..model.notice import Notice, Push, Ring, is_target
from ..model.rules import AlertRule, Priority, RuleSet
from ..model.timers import NEVER, is_due
from ..ports import Phrases, When
from ..text.rate import MINUTE, Window
from .blind_notices import GATHER, BlindNotices
from .texts import Told, alert_push, alerts_text, tag_of

MOST_AT_ONCE = 200
MOST_LINES = 40
PUSHED_APART = 3
NOTICES_KEPT = 12


@dataclass(slots=True)
class _Lane:
    """The alerts that are critical, or those that are not: when the next are told, and when the last were."""

    due_at: float = NEVER
    said: Window = field(default_factory=Window)
    braked: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """Notices, and the alerts and the log as they are once these are stored."""

    notices: tuple[Notice, ...]
    alerts: tuple[Alert, ...]
    events: tuple[AlertEvent, ...]


class AlertNotices:
    """Makes notices of alerts with something untold. What a notice does not list it counts.

    `blind` makes those of what cannot be judged.
    """

    def __init__(
        self,
        phrases: Phrases,
        new_id: Callable[[], str],
        when: When,
        is_shared: Callable[[Alert], bool] = lambda alert: False,
    ) -> None:
        self._is_shared = is_shared
        self._phrases = phrases
        self._new_id = new_id
        self._when = when
        self._lanes = {True: _Lane(), False: _Lane()}
        self.blind = BlindNotices(phrases, new_id, when, _recipients)

    @property
    def due_at(self) -> float:
        """When `compose` has something to do; infinity for never."""
        return min(lane.due_at for lane in self._lanes.values())

    def is_lost(self, now: float) -> bool:
        """Say whether something is due later than it ever can be: the clock was set back."""
        return any(now + MINUTE < lane.due_at < NEVER for lane in self._lanes.values())

    def note(self, told: Iterable[Told], now: float, storm: int) -> None:
        for one in told:
            lane = self._lanes[one.priority is Priority.CRITICAL]
            if lane.due_at == NEVER:
                lane.due_at = now + GATHER
                lane.braked = 0 < storm <= lane.said.count(now)
                if lane.braked:
                    lane.due_at = max(lane.due_at, lane.said.moves_at)

    def hurry(self, now: float) -> None:
        """Have said now what would be said later."""
        for lane in self._lanes.values():
            lane.due_at = min(lane.due_at, now) if lane.due_at < NEVER else NEVER

    def compose(self, told: Iterable[Told], rules: RuleSet, ring: Ring, now: float) -> Composed:
        """Return what is to be said now of these; whoever stores it must store all of it.

        Where there is more than one turn of the event loop bears, the rest stays due.
        """
        notices: list[Notice] = []
        alerts: list[Alert] = []
        events: list[AlertEvent] = []
        everything = list(told)
        for critical, lane in self._lanes.items():
            if not is_due(lane.due_at, now, MINUTE):
                continue
            mine = [one for one in everything if (one.priority is Priority.CRITICAL) is critical]
            lane.due_at = now if len(mine) > MOST_AT_ONCE else NEVER
            del mine[MOST_AT_ONCE:]
            by: dict[tuple[str, str], list[Notice]] = {one.key: [] for one in mine}
            for notice, group in self._notices(mine, rules, ring, now, braked=lane.braked):
                notices.append(notice)
                for one in group:
                    by[one.key].append(notice)
                    events.append(_event(one, notice))
            if lane.due_at == NEVER and any(by.values()):
                lane.said.add(now)
            alerts += [_told_by(one.alert, by[one.key]) for one in mine]
        return Composed(tuple(notices), tuple(alerts), tuple(events))

    def _notices(
        self, told: list[Told], rules: RuleSet, ring: Ring, now: float, *, braked: bool
    ) -> list[tuple[Notice, list[Told]]]:
        made: list[tuple[Notice, list[Told]]] = []
        for to, group in _by_recipient(told, rules).items():
            if is_target(to) and len(group) <= PUSHED_APART:
                chunks = [[one] for one in group]
            elif braked or is_target(to):
                chunks = [group]
            else:
                chunks = [group[start : start + MOST_LINES] for start in range(0, len(group), MOST_LINES)]
            made += [(self._notice(to, chunk, rules, ring, now, braked=braked), chunk) for chunk in chunks]
        return made

    def _notice(
        self, to: str, group: list[Told], rules: RuleSet, ring: Ring, now: float, *, braked: bool
    ) -> Notice:
        priority = max(one.priority for one in group)
        if not is_target(to):
            text = alerts_text(group, self._phrases, self._when, now, MOST_LINES, storm=braked)
            return Notice(self._new_id(), to, text, now, priority)
        title, text = alert_push(group, self._phrases, self._when, now)
        tag = tag_of(group, self._is_shared)
        sound = any(ring(one.alert.topic) for one in group)
        return Notice(self._new_id(), to, text, now, priority, push=Push(title, tag, sound, rules.click))


def told_of(alert: Alert, rule: AlertRule) -> Told:
    """Return an alert with the priority it is told with: the last step of escalation is critical."""
    last = Step.ESCALATED in alert.untold and alert.escalation > len(rule.escalate_to)
    return Told(alert, rule, Priority.CRITICAL if last else rule.priority)


def _by_recipient(told: Iterable[Told], rules: RuleSet) -> Mapping[str, list[Told]]:
    found: dict[str, list[Told]] = {}
    for one in told:
        for to in recipients(one, rules):
            found.setdefault(to, []).append(one)
    return found


def recipients(one: Told, rules: RuleSet) -> list[str]:
    """Return who is told of an alert: first its contacts and targets, then those it was escalated to."""
    alert, rule = one.alert, one.rule
    if rule.priority is Priority.SILENT:
        return []
    known = {contact.jid for contact in rules.contacts}
    receiving = [contact.jid for contact in rules.contacts if contact.receives]
    # Where all that are named are contacts no more, it is better told to the others than to nobody.
    base = [to for to in rule.contacts if to in known] or [*receiving]
    if one.priority >= Priority.ALERT:
        base += [*rules.targets, *rule.targets]
    if alert.escalation > len(rule.escalate_to):
        base += [*receiving, *rule.escalate_to]
    elif set(alert.untold) == {Step.ESCALATED}:
        base = [rule.escalate_to[alert.escalation - 1]]
    else:
        base += rule.escalate_to[: alert.escalation]
    return [to for to in dict.fromkeys(base) if is_target(to) or to in known]


def _recipients(alert: Alert, rule: AlertRule, rules: RuleSet) -> list[str]:
    return recipients(told_of(alert, rule), rules)


def waiting(told: Iterable[Told], mutes: Mutes) -> tuple[list[Told], list[Alert]]:
    """Part what may be told from what is muted; of the latter return what is over: it is told no more."""
    heard: list[Told] = []
    over: list[Alert] = []
    for one in told:
        if not mutes.covers(one.alert.topic, one.rule.id):
            heard.append(one)
        elif not one.alert.active:
            over.append(replace(one.alert, untold=()))
    return heard, over


def _told_by(alert: Alert, notices: list[Notice]) -> Alert:
    """Return the alert as told, with what replies name it by and what replaces its notification."""
    tags = [notice.push.tag for notice in notices if notice.push is not None]
    said = [notice.id for notice in notices if notice.push is None]
    kept = (*alert.notices, *said)[-NOTICES_KEPT:]
    return replace(alert, untold=(), tag=tags[-1] if tags else alert.tag, notices=kept)


def _event(one: Told, notice: Notice) -> AlertEvent:
    alert = one.alert
    return AlertEvent(
        alert.number, alert.rule, alert.topic, Step.TOLD, notice.at, alert.value, notice.to, notice.id
    )

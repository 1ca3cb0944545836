"""The alerts of a bot among its ports: judged, stored, told, attended to."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..delivery.outgoing import Outgoing
from ..model.alert import Alert, AlertEvent, Attending, Record, Step
from ..model.announcements import NOTHING, AlertBlind, AlertTold, Announcement, Judged
from ..model.message import Reading
from ..model.notice import Notice, is_target
from ..model.rules import AlertRule, Operator, Priority, RuleSet
from ..model.topics import Subscriptions, matches
from ..ports import Ports, Spawn, When
from . import lifecycle
from .engine import AlertEngine
from .inhibitions import Inhibitions
from .lookup import find_alerts
from .notices import NOTICES_KEPT, AlertNotices, Composed, Debt, after_held, debt_of
from .rule_care import OneShots, OverfullRules
from .watches import BROKER, Watch, unheard

ALIVE = "alive"
HEARD = "heard_until"
LAST_RULE = "last_rule"
ALIVE_EVERY = 300.0
_VALUED = frozenset({Step.FIRED, Step.RESOLVED})
"""Steps that are told with the value that made them."""


class Alerts:
    """Every change goes through the engine, is stored with what it makes the bot say, then announced."""

    def __init__(
        self,
        ports: Ports,
        outgoing: Outgoing,
        when: When,
        engine: AlertEngine,
        inhibitions: Inhibitions,
        *,
        spawn: Spawn,
        announce: Callable[[Announcement], None],
    ) -> None:
        self.receivers = inhibitions.receivers
        self._ports = ports
        self._outgoing = outgoing
        self._when = when
        self._announce = announce
        self.engine = engine
        self.mutes = inhibitions.mutes
        self._notices = AlertNotices(
            outgoing.speech,
            ports.clock.new_id,
            when,
            lambda: engine.active,
            outgoing.holds,
            course=engine.courses.points,
            receivers=self.receivers,
        )
        self._overfull = OverfullRules(ports, outgoing)
        self._one_shots = OneShots(engine, ports.rules, spawn, lambda: ports.outbox.held_for)
        self._inhibitions = inhibitions
        self._rules = RuleSet()
        self._subscriptions = Subscriptions()
        self._alive = float(ports.memory.get(ALIVE) or 0.0)
        if self._alive:
            self.engine.follow_run(self._alive, float(ports.memory.get(HEARD) or self._alive))
            ports.history.log_start(self._alive, ports.broker.status, ports.clock.now())

    # What is asked.

    @property
    def rules(self) -> tuple[AlertRule, ...]:
        return self.engine.rules

    def rule(self, handle: str) -> AlertRule:
        return self.engine.rule(handle)

    @property
    def active(self) -> list[Alert]:
        return self.engine.active

    def of(self, rule_id: str) -> list[Alert]:
        return self.engine.of(rule_id)

    def get(self, rule_id: str, topic: str) -> Alert | None:
        return self.engine.get(rule_id, topic)

    def rule_of(self, alert: Alert) -> AlertRule:
        return self.engine.rule_of(alert)

    def explained(self, alert: Alert) -> str:
        """Return what an alert waits for of which nobody knows yet: a rule, or who is away; else nothing."""
        return self._inhibitions.named(alert, self._ports.clock.now())

    @property
    def unwatched(self) -> int:
        """How often a topic found no room to be watched."""
        return self.engine.unwatched

    @property
    def overfull(self) -> list[AlertRule]:
        """The rules that have no room for all their topics."""
        return self.engine.overfull

    def tells(self, judged: Judged) -> bool:
        """Say whether all contacts are told of a value because of what it did to an alert."""
        events = (event for event in judged.record.events if event.step in _VALUED)
        return any(self._tells_all(event.rule, event.topic) for event in events)

    def _tells_all(self, rule_id: str, topic: str) -> bool:
        alert = self.engine.get(rule_id, topic)
        if alert is None or alert.flapping or self.mutes.covers(topic, rule_id):
            return False
        rule = self.engine.rule_of(alert)
        return rule.priority > Priority.SILENT and not rule.contacts

    @property
    def due_at(self) -> float:
        told_at = min(self._notices.due_at, self._notices.blind.due_at)
        return min(self.engine.due_at, told_at, self._inhibitions.due_at, self._one_shots.due_at)

    def told_by(self, notice_id: str) -> list[Alert]:
        return [alert for alert in self.active if notice_id in alert.notices] if notice_id else []

    def find(self, handle: str, about: Sequence[Alert] = ()) -> list[Alert]:
        return find_alerts(
            handle, self.active, self.engine.rule_of, self._subscriptions.resolve(handle), about
        )

    # What happens.

    def apply(self, rules: RuleSet, subscriptions: Subscriptions, now: float) -> None:
        """Take over other rules; what is not told yet may now be told in another way."""
        self._rules, self._subscriptions = rules, subscriptions
        self._note_number(rules)
        self._overfull.apply(rules)
        judged = self.engine.apply(rules.alerts, now)
        self._inhibitions.apply(rules.alerts)
        self.mutes.keep({rule.id for rule in rules.alerts}, BROKER.id)
        # Whoever changed the rule knows; a phone that shows the alert does not.
        ends = self._notices.ends(self.engine.closed, rules, now)
        record = replace(judged.record, events=(*judged.record.events, *ends.events))
        closed = self._notices.closed(self.engine.closed, rules, now)
        self._save(record, [*ends.notices, *closed], list(self._kept_behind(ends)))
        self.follow(judged, now)
        self.resume(now)
        self._one_shots.look(now)

    @property
    def next_number(self) -> int:
        """The number of the next rule: none is used again, since messages and people go on naming it."""
        return int(self._ports.memory.get(LAST_RULE) or 0) + 1

    def _note_number(self, rules: RuleSet) -> None:
        highest = max((rule.number for rule in rules.alerts), default=0)
        if highest >= self.next_number:
            self._ports.memory.set(LAST_RULE, str(highest))

    def recall(self, rule: AlertRule, said: Sequence[Reading]) -> None:
        """Let a rule know what its topics said before it was made, of each the oldest first."""
        now, watch, found = self._ports.clock.now(), Watch.of(rule), dict[str, Alert]()
        own = [each for each in said if matches(rule.filter, each.message.topic)]
        for reading in own if rule.condition.operator is Operator.CHANGES else ():
            topic, value = reading.message.topic, watch.value(reading)
            alert = self.engine.get(rule.id, topic) or Alert(rule.id, topic)
            if value is not None and not alert.seen:
                valued = lifecycle.valued(alert, reading, value, None)
                found[topic] = replace(valued, seen=reading.message.received)
        if found:
            self._ports.alerts.save(self.engine.mark_told(found.values(), ()))
        self._follow(self.engine.recall(rule, said[::-1], now), now)
        self._ports.clock.wake(now)

    def judge(self, reading: Reading, now: float) -> Judged:
        """Judge what came in; whoever stores the message stores the record with it, then calls `follow`."""
        return self.engine.judge(reading, now)

    def follow(self, judged: Judged, now: float) -> None:
        """Announce what a judgement changed, and have told what there is to tell."""
        if self.engine.unwatched != self._overfull.seen:
            self._overfull.say(self.engine.unwatched, self.engine.overfull, now)
        if judged is NOTHING:
            return
        if now < self._alive:
            # Else a run that follows this one would take the clock to be set back once more.
            self._keep_alive(now)
        self._note((alert for alert in judged.record.alerts if alert.owes), now)
        for change in judged.changes:
            if isinstance(change, AlertBlind):
                self._notices.blind.note(change, now)
            else:
                self._announce(change)

    def hear(self, online: bool, now: float) -> None:
        self._follow(self.engine.hear(online, now), now)
        self._keep_alive(now)
        if refused := self._ports.broker.refused:
            # The broker delivers nothing of what it refuses.
            lost = unheard(self.engine.topics, refused, self.rules, self._subscriptions)
            self._follow(self.engine.lose(lost, "refused", now), now)

    def lose(self, topics: Iterable[str]) -> None:
        """End what hangs on topics of which Home Assistant discovery knows no entity any more."""
        now = self._ports.clock.now()
        judged = self.engine.lose(topics, "removed", now)
        self._follow(judged, now)
        if judged is not NOTHING:
            self._ports.clock.wake(now)

    def tick(self, now: float) -> None:
        """Do what has become due: let states change, and say what was gathered."""
        judged = self.engine.tick(now)
        self._follow(judged, now)
        if self._inhibitions.tick(now):
            self.resume(now)
        if judged is not NOTHING or self._alive + ALIVE_EVERY <= now or now < self._alive:
            self._keep_alive(now)
        if self._notices.due_at <= now or self._notices.is_lost(now):
            self._say_gathered(now)
        if self._notices.blind.is_due(now):
            self._say_blind(now)
        if self._one_shots.due_at <= now:
            self._one_shots.look(now)

    def _keep_alive(self, now: float) -> None:
        """Store now and then that the bot listens, so the next run knows how long nobody did.

        What time alone has done to an alert is then never later than what is stored.
        """
        self._alive = now
        self._ports.memory.set(ALIVE, str(now))
        self._ports.memory.set(HEARD, str(self.engine.heard_until(now)))

    def close(self, now: float) -> None:
        """Say what was gathered, and write down when the bot stopped listening.

        A clock that was set since the last message or tick is noticed first: the next run cannot know.
        """
        self._follow(self.engine.tick(now), now)
        self._keep_alive(now)
        self._notices.hurry(now)
        while self._notices.due_at <= now:
            self._say_gathered(now)
        if self._notices.blind.hurry(now):
            self._say_blind(now)

    def _say_blind(self, now: float) -> None:
        """Say which rules cannot judge any more, or can again, and note that it was said."""
        said = self._notices.blind.compose(self._rules, self.mutes, self.engine.get, now)
        known = [replace(alert, blind_told=alert.blind > 0) for alert in said.told]
        self._save(self.engine.mark_told(known, ()), said.notices)

    def _follow(self, judged: Judged, now: float) -> None:
        if judged.record:
            self._ports.alerts.save(judged.record)
        self.follow(judged, now)

    def resume(self, now: float) -> None:
        """Have told what is untold: left so by an earlier run, or muted till now."""
        self._note([debt.alert for debt in self._debts()], now)

    def _note(self, alerts: Iterable[Alert], now: float) -> None:
        debts = (debt_of(alert, self.engine.rule_of(alert), self._rules, self.receivers) for alert in alerts)
        heard, unheard = self._inhibitions.part(list(debts), self._rules, now)
        if unheard:
            self._ports.alerts.save(self.engine.mark_told(unheard, ()))
        self._notices.note(heard, now, self._rules.storm)

    def _debts(self) -> list[Debt]:
        found = (self.engine.get(*key) for key in list(self.engine.untold))
        known = [alert for alert in found if alert is not None]
        return [debt_of(alert, self.engine.rule_of(alert), self._rules, self.receivers) for alert in known]

    def _say_gathered(self, now: float) -> None:
        """Say what was gathered: notices, alerts and log in one transaction."""
        heard, _ = self._inhibitions.part(self._debts(), self._rules, now)
        composed = self._notices.compose(heard, self._rules, self.rings, now)
        record = self.engine.mark_told(composed.alerts, composed.events)
        self._save(record, composed.notices, list(self._kept_behind(composed)))
        self._announce_told(heard, composed)
        self._one_shots.look(now)

    def _announce_told(self, debts: Iterable[Debt], composed: Composed) -> None:
        """Announce to whom it was said that something fired that has a picture; not what is held for them."""
        said = {
            notice.id: notice.to
            for notice in composed.notices
            if not (is_target(notice.to) or self._outgoing.holds(notice.to, notice.priority))
        }
        for debt in debts:
            if debt.rule.picture and Step.FIRED in debt.alert.untold:
                mine = (each for each in composed.events if (each.rule, each.topic) == debt.key)
                to = dict.fromkeys(said[each.note] for each in mine if each.note in said)
                if to:
                    self._announce(AlertTold(debt.alert, debt.rule, tuple(to)))

    def show(self, told: AlertTold, addresses: Mapping[str, str]) -> None:
        """Send each the address of a picture of what was told: a thumb below it is one below the words."""
        priority = max(told.rule.priority, Priority.ALERT)
        notices = [
            self._outgoing.notice(to, address, priority=priority, file=True)
            for to, address in addresses.items()
        ]
        alert = self.engine.get(told.rule.id, told.alert.topic)
        record = Record()
        if alert is not None and alert.number == told.alert.number:
            known = (*alert.notices, *(notice.id for notice in notices))[-NOTICES_KEPT:]
            record = self.engine.mark_told([replace(alert, notices=known)], ())
        self._save(record, notices)

    def _kept_behind(self, composed: Composed) -> Iterator[Notice]:
        """Yield, to be held, what is said past older news: it is read once more after them."""
        behind = self._ports.outbox.held_for
        for notice in composed.notices:
            passes = notice.id in composed.ends and notice.priority is Priority.CRITICAL
            if passes and notice.to in behind:
                told = self._outgoing.speech(notice.to).phrase("common.alert_told_already", text=notice.text)
                text = notice.text if notice.push else told
                yield replace(notice, id=self._ports.clock.new_id(), text=text)

    def follow_held(self, to: str, went: Mapping[str, Sequence[Notice]]) -> None:
        """Take note of the notices in whose place those are that were held for somebody, by their ids.

        A reply to one of these means all alerts that it is about; who is told of their end is who knows.
        """
        waits = to in self._ports.outbox.held_for
        known = [(alert, after_held(alert, to, went, waits=waits)) for alert in self.engine.told]
        changed = [alert for before, alert in known if alert != before]
        if changed:
            self._ports.alerts.save(self.engine.mark_told(changed, ()))
        self._one_shots.look(self._ports.clock.now())

    def rings(self, topic: str) -> bool:
        """Say whether a notification about a topic may ring now; a critical one does in any case."""
        subscription = self._subscriptions.best(topic)
        loud = subscription is None or subscription.sound
        return loud and self._rules.sound and not self._outgoing.quiet()

    def _save(self, record: Record, notices: Iterable[Notice], behind: Sequence[Notice] = ()) -> None:
        said, held = self._outgoing.parted(notices)
        self._outgoing.cards.note(said)
        if record or said or held:
            self._ports.alerts.save(record, said, [*held, *behind])

    # What somebody does.

    def acknowledge(self, alerts: Iterable[Alert], how: Attending, now: float) -> None:
        """Take alerts on; with a time they are told again if still there then."""
        self._attend(
            alerts,
            Step.ACKNOWLEDGED,
            lambda alert: lifecycle.acknowledge(alert, how.who, how.note, how.until, now),
            how,
            now,
        )

    def snooze(self, alerts: Iterable[Alert], how: Attending, now: float) -> None:
        self._attend(alerts, Step.SNOOZED, lambda alert: lifecycle.snooze(alert, how.until), how, now)

    def mute(
        self,
        what: str,
        who: str,
        until: float,
        now: float,
        *,
        of_rule: bool = False,
        knowing: tuple[str, ...] = (),
    ) -> None:
        """Tell nothing of a topic filter or a rule (its id) until then."""
        self.mutes.add(what, until, of_rule=of_rule)
        meant = [alert for alert in self.active if self.mutes.covers(alert.topic, alert.rule)]
        self._attend(meant, Step.MUTED, lambda alert: alert, Attending(who, "", until, knowing), now)

    def unmute(self, what: str, now: float, *, of_rule: bool = False) -> bool:
        """End a mute; say whether there was one. What is still wrong is told now, or has ended meanwhile."""
        found = self.mutes.remove(what, of_rule=of_rule)
        self.resume(now)
        return found

    def _attend(
        self,
        alerts: Iterable[Alert],
        step: Step,
        change: Callable[[Alert], Alert],
        how: Attending,
        now: float,
    ) -> None:
        """Change alerts for somebody, write down who, and tell the others."""
        who, note = how.who, how.note
        group: list[Alert] = []
        judged: list[Judged] = []
        for alert in alerts:
            event = AlertEvent(alert.number, alert.rule, alert.topic, step, now, alert.value, who, note)
            changed = self.engine.change(alert, now, change, event)
            # One that is over by now, or another already, is not what was meant.
            if changed is not NOTHING:
                judged.append(changed)
                group.append(alert)
        if not group:
            return
        rule_of = {alert: self.engine.rule_of(alert) for alert in group}
        notices = self._notices.attended(rule_of, step, how, self._rules, now)
        about = frozenset.intersection(*(frozenset(alert.notices) for alert in group))
        notices = [self._outgoing.cards.placed(notice, about, now) for notice in notices]
        self._save(_joined(one.record for one in judged), notices)
        for one in judged:
            self.follow(one, now)


def _joined(records: Iterable[Record]) -> Record:
    """Return many records as one, of each alert what it came to be last."""
    every = list(records)
    alerts = {(alert.rule, alert.topic): alert for record in every for alert in record.alerts}
    return replace(
        Record(),
        alerts=tuple(alerts.values()),
        events=tuple(event for record in every for event in record.events),
        gone=tuple(dict.fromkeys(key for record in every for key in record.gone)),
    )

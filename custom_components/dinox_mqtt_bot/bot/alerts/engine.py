"""The alerts of one bot: judged by what comes in and by time; pure, time comes in as an argument."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain

from ..model.alert import AGAIN, Alert, AlertEvent, AlertState, Record, Step
from ..model.announcements import NOTHING, AlertBlind, AlertChanged, AlertValue, Judged
from ..model.message import Kind, Reading
from ..model.rules import AlertRule, Value
from ..model.timers import NEVER, Key, Timers
from ..text.times import Local, in_utc
from . import lifecycle, moments
from .blindness import Blindness
from .cadence import learn
from .courses import Courses
from .index import AlertIndex
from .joints import Joints, admits, all_hold, remains, stands, weighed
from .silence import BACK, HEARTBEAT, LEAP, Silence, is_void
from .watches import BROKER, Watch, Watches, of_earlier

MOST_AT_ONCE = 100
"""Alerts that are looked at in one turn, when many are due; the others are due in the next one."""


class AlertEngine:
    """The state machines, one for each rule and topic.

    `kept` and `last_number` (of an incident) are an earlier run's. A change gives a `Judged`: store, then
    act.
    """

    def __init__(
        self,
        rules: Iterable[AlertRule] = (),
        kept: Iterable[Alert] = (),
        last_number: int = 0,
        *,
        local: Local = in_utc,
        behind: Callable[[str], str] = lambda topic: "",
    ) -> None:
        self._local, self._behind = local, behind
        self.closed: list[tuple[Alert, AlertRule]] = []
        self.unwatched, self._overfull = 0, dict[str, None]()
        self._watches, self._alerts, self._silence = Watches(rules), AlertIndex(), Silence()
        self._timers, self._blindness, self.courses = Timers(), Blindness(), Courses()
        self._number = last_number
        self._changed, self._gone, self._events = dict[Key, Alert](), set[Key](), list[AlertEvent]()
        self._changes: list[AlertChanged | AlertValue | AlertBlind] = []
        for alert in sorted(kept, key=lifecycle.last_seen):
            if (left := of_earlier(alert)) is None:
                self._gone.add((alert.rule, alert.topic))
            else:
                self._remember(left)
        self._joints = Joints(self._alerts)

    # What is asked.

    @property
    def rules(self) -> tuple[AlertRule, ...]:
        """The rules, those that are off too."""
        return self._watches.rules

    def rule(self, handle: str) -> AlertRule:
        return self._watches.rule(handle)

    def rule_of(self, alert: Alert) -> AlertRule:
        """Return the rule of an alert, which is there as long as the alert is."""
        watch = self._watches.get(alert.rule)
        assert watch is not None
        return watch.rule

    @property
    def active(self) -> list[Alert]:
        """What is wrong now, the oldest first."""
        return sorted(self._alerts.all_active, key=lambda each: each.number)

    @property
    def untold(self) -> Iterable[Key]:
        """The alerts that have something to be told."""
        return self._alerts.owing.keys()

    @property
    def told(self) -> list[Alert]:
        """The alerts of which somebody knows."""
        return self._alerts.told

    @property
    def overfull(self) -> list[AlertRule]:
        """The rules that cannot watch all their topics: some found no room, and there still is none."""
        full = (each for each in self._overfull if not self._alerts.has_room(each, len(self.rules)))
        return [watch.rule for watch in map(self._watches.get, full) if watch is not None]

    def of(self, rule_id: str) -> list[Alert]:
        """Return what is known of a rule's topics: first the active ones, then the pending, then the rest."""
        return sorted(self._alerts.of(rule_id), key=lifecycle.by_urgency)

    def get(self, rule_id: str, topic: str) -> Alert | None:
        return self._alerts.get((rule_id, topic))

    @property
    def due_at(self) -> float:
        """When `tick` has something to do; infinity for never."""
        heartbeat = self._silence.now + HEARTBEAT if self._watches.timed and len(self._alerts) else NEVER
        return min(self._timers.due_at, heartbeat)

    # What happens.

    def apply(self, rules: Iterable[AlertRule], now: float) -> Judged:
        """Take over other rules; close, untold, the alert of a rule gone, off or asking something else."""
        # What people may have been told of is in `closed` until the next time.
        self._clock(now)
        before, self._watches, self.closed = self._watches, Watches(rules), []
        self.courses.keep(self._watches.alike(before))
        for alert in self._alerts:
            old, new = before.get(alert.rule), self._watches.get(alert.rule)
            if new is None or not new.stays(alert, old.rule if old else None):
                self._close(alert, old.rule if old else None, now)
            elif old is not None and old.rule != new.rule:
                self._put(lifecycle.rescheduled(alert, old.rule, new.rule, now), new.rule)
            else:
                self._remember(alert)
        return self._done()

    def judge(self, reading: Reading, now: float) -> Judged:
        topic = reading.message.topic
        found, beside = self._watches.find(topic), self._watches.beside(topic)
        if not (found or beside):
            return NOTHING
        self._clock(now)
        for watch in beside:
            if self._joints.hear(watch, reading):
                self._reconsider(watch, now, apart=topic)
        for watches in found:
            for watch in watches:
                self._judge(watch, reading, now)
        return self._done()

    def recall(self, rule: AlertRule, said: Sequence[Reading], now: float) -> Judged:
        """Let a rule know what other topics said before it was made, the newest first."""
        self._clock(now)
        if (watch := self._watches.get(rule.id)) is not None and self._joints.recall(watch, said):
            self._reconsider(watch, now)
        return self._done()

    def tick(self, now: float) -> Judged:
        self._clock(now)
        for key in self._timers.due(now, MOST_AT_ONCE):
            watch, alert = self._watches.get(key[0]), self._alerts.get(key)
            assert watch is not None
            assert alert is not None
            self._look(alert, watch, now)
        return self._done()

    def hear(self, online: bool, now: float) -> Judged:
        """Note whether the broker can be heard: while not, no silence counts, and one alert says so."""
        self._clock(now)
        if (away := self._silence.wake()) is not None:
            self._excuse(away, inside=True)
        if online and self._silence.deaf_since is not None:
            self._excuse(self._silence.begin(), inside=False)
            if (alert := self._alerts.get((BROKER.id, ""))) is not None:
                self._put(lifecycle.ease(alert, now, clear=True), BROKER)
        elif not online:
            self._silence.end()
            alert = self._alerts.get((BROKER.id, "")) or Alert(BROKER.id, "")
            if not alert.active:
                self._put(self._breached(alert, BROKER, now, AlertState.NO_DATA), BROKER)
        return self._done()

    def heard_until(self, now: float) -> float:
        """Return until when the broker could be heard: up to now, if it can be."""
        return now if self._silence.deaf_since is None else self._silence.deaf_since

    def follow_run(self, ended: float, heard_until: float) -> None:
        """Take over when an earlier run was last there and until when it heard; this one has not yet."""
        last = (max(each.seen, each.since) for each in self._alerts)
        self._silence.follow(max((ended, *last)), heard_until)

    def change(self, alert: Alert, now: float, change: Callable[[Alert], Alert], event: AlertEvent) -> Judged:
        """Change an alert because somebody said so: acknowledged, snoozed, muted; `event` is for its log."""
        self._clock(now)
        known = self._alerts.get((alert.rule, alert.topic))
        if known is not None and known.active and known.number == alert.number:
            rule = self.rule_of(known)
            changed = change(known)
            self._put(changed, rule)
            self._events.append(event)
            self._changes.append(AlertChanged(changed, rule, known.state, event.step, event.who))
        return self._done()

    def mark_told(self, alerts: Iterable[Alert], events: Iterable[AlertEvent]) -> Record:
        """Take note that alerts were told of: `alerts` as they are now, with nothing untold."""
        for alert in alerts:
            self._put(alert, self.rule_of(alert))
        self._events += events
        return self._done().record

    def _judge(self, watch: Watch, reading: Reading, now: float) -> None:
        value, key = watch.value(reading), (watch.rule.id, reading.message.topic)
        alert = known = self._alerts.get(key) or Alert(*key, since=now)
        if watch.others and (watch.here or not alert.beside or watch.is_beside(key[1])):
            alert = self._joints.noted(known, watch, reading)
        if value is None:
            self._miss(alert, watch, reading, now)
            return
        self._alerts.touch(key)
        if watch.judge.timed:
            self._hear(alert, watch, reading, value, now)
        elif watch.judge.event:
            if (happened := moments.happened(alert, watch, reading, value, now)) is not None:
                self._fire_once(happened, known, watch, now, known.seen)
            else:
                self._stand(alert, known, watch, now)
        elif watch.judge.edge:
            self._see(alert, watch, reading, value, now)
            fires, changed = moments.compared(alert, watch, reading, value, now)
            if fires:
                self._fire_once(changed, known, watch, now, changed.seen)
            elif changed is not known:
                self._put(changed, watch.rule)
        else:
            self._weigh(alert, watch, reading, value, now)

    def _miss(self, alert: Alert, watch: Watch, reading: Reading, now: float) -> None:
        """Take note that a message has nothing that the rule could judge, but for further conditions."""
        key = watch.rule.id, reading.message.topic
        known = self._alerts.get(key)
        if reason := watch.loses(reading):
            self._blindness.forget(key)
            self._lose(alert, known, watch, reason, now)
            return
        if watch.others:
            self._stand(alert, known or Alert(*key), watch, now)
        if watch.judge.event:
            return
        blind, told = self._blindness.miss(self._alerts.get(key), watch, reading, now)
        if blind is not None:
            self._put(blind, watch.rule)
        if told is not None:
            self._changes.append(told)

    def _see(self, alert: Alert, watch: Watch, reading: Reading, value: Value, now: float) -> None:
        """Note that there is a value, and have it told if somebody knows that there was none."""
        self._blindness.see((alert.rule, alert.topic), now)
        if alert.blind:
            seeing = lifecycle.valued(alert, reading, value, None)
            self._changes.append(AlertBlind(replace(seeing, blind_told=alert.blind_told), watch.rule))

    def _lose(self, alert: Alert, known: Alert | None, watch: Watch, reason: str, now: float) -> None:
        """End what hangs on the value of a topic, unless another condition is enough."""
        without = replace(alert, own=None)
        if watch.rule.either and all_hold(without, watch):
            self._stand(without, alert, watch, now)
        elif known is not None or watch.others:
            self._put(lifecycle.lose(alert, now, reason), watch.rule)

    def lose(self, topics: Iterable[str], reason: str, now: float) -> Judged:
        """End what hangs on topics that say nothing any more, and tell why."""
        self._clock(now)
        for topic in topics:
            for watch in chain.from_iterable(self._watches.find(topic)):
                if (alert := self._alerts.get((watch.rule.id, topic))) is not None:
                    self._lose(alert, alert, watch, reason, now)
            for watch in self._watches.beside(topic):
                if self._joints.lose(watch, topic):
                    self._reconsider(watch, now)
        return self._done()

    @property
    def topics(self) -> set[str]:
        return {alert.topic for alert in self._alerts if alert.topic}

    def _hear(self, alert: Alert, watch: Watch, reading: Reading, value: Value, now: float) -> None:
        """Note that a topic spoke; a retained message known before is no sign of life."""
        if alert.value if reading.kind is Kind.EMPTY else is_void(value, reading, whole=not watch.path):
            self._miss(alert, watch, reading, now)
            return
        valued = lifecycle.valued(alert, reading, value, None)
        if reading.message.retain and alert.seen and valued.value == alert.value:
            self._stand(alert, self._alerts.get((alert.rule, alert.topic)) or alert, watch, now)
            return
        tells = not (reading.message.retain or self._silence.catching_up)
        learns = tells and alert.seen and not watch.rule.condition.seconds
        memory = learn(alert.memory, now - alert.seen - alert.excused) if learns else alert.memory
        heard = replace(valued, seen=now, excused=0.0, memory=memory)
        self._put(lifecycle.ease(heard, now, clear=True), watch.rule)

    def _fire_once(self, alert: Alert, known: Alert, watch: Watch, now: float, seen: float) -> None:
        """Fire for a moment, if it is one in which the rule fires; if not, the untold and `seen` stay."""
        if watch.opens_at(now, self._local) > now or not admits(alert, watch):
            self._put(replace(alert, peak=known.peak if known.untold else "", seen=seen), watch.rule)
            return
        fired = lifecycle.fire(alert, watch.rule, now, AlertState.FIRING, self._number + 1)
        self._put(fired, watch.rule)
        if not watch.rule.once:  # that is passed by anyway, and of one that is spent nothing is taken over
            self._put(lifecycle.pass_by(fired), watch.rule)

    def _weigh(self, alert: Alert, watch: Watch, reading: Reading, value: Value, now: float) -> None:
        judge, key = watch.judge, (alert.rule, alert.topic)
        memory = judge.remember(alert.memory, value, now)
        held = judge.holds(value, None, memory, now)
        before = alert.amount if alert.state is not AlertState.INACTIVE else self.courses.newest(key)
        self.courses.note(key, value.number, now)
        if held is None:
            self._miss(alert, watch, reading, now)
            return
        self._see(alert, watch, reading, value, now)
        known = self._alerts.get(key)
        if not (held or memory) and (remains(alert, watch, now) if known is alert else not watch.others):
            return
        valued = replace(lifecycle.valued(alert, reading, value, before), memory=memory)
        if watch.others:
            valued = weighed(valued, watch, value, held=held, now=now)
            held = bool(all_hold(valued, watch))
        if held:
            changed = self._breached(valued, watch.rule, now, AlertState.FIRING)
        else:
            changed = lifecycle.ease(valued, now, clear=bool(watch.others) or judge.clears(value))
        amount = judge.amount(value)
        if not lifecycle.over(changed) and (not changed.peak or judge.worse(amount, changed.peak_amount)):
            changed = replace(changed, peak=changed.value, peak_amount=amount)
        self._put(changed, watch.rule)

    def _reconsider(self, watch: Watch, now: float, apart: str = "") -> None:
        """Judge a rule anew by a further condition, which another topic has changed; not one `apart` yet."""
        for alert in self._alerts.of(watch.rule.id) or watch.alone(now):
            noted = self._joints.noted(alert, watch)
            if watch.is_alone(alert) and noted is not alert:
                self._put(noted, watch.rule)
            elif alert.topic != apart:
                self._stand(noted, alert, watch, now)

    def _stand(self, alert: Alert, before: Alert, watch: Watch, now: float) -> None:
        """Judge an alert anew if the further conditions of its rule stand otherwise than before."""
        held = stands(alert, watch)
        if alert is not before and held:
            self._put(self._breached(alert, watch.rule, now, AlertState.FIRING), watch.rule)
        elif alert is not before:
            self._put(lifecycle.ease(alert, now, clear=True) if held is False else alert, watch.rule)

    def _breached(self, alert: Alert, rule: AlertRule, now: float, firing: AlertState) -> Alert:
        waits = lifecycle.await_firing(alert, now)
        if waits.state is AlertState.PENDING and now < self._lasted_at(waits, rule, new=waits is not alert):
            return waits
        return lifecycle.breach(waits, rule, now, firing, self._number + 1)

    def _look(self, alert: Alert, watch: Watch, now: float) -> None:
        """Do for one alert what time has brought."""
        rule = watch.rule
        if watch.forgotten_at(alert) <= now:
            self._forget((alert.rule, alert.topic))
            return
        if alert.state is AlertState.PENDING and now >= self._lasted_at(alert, rule):
            firing = AlertState.NO_DATA if watch.judge.timed else AlertState.FIRING
            alert = self._breached(alert, rule, now, firing)
        elif self._silent_at(alert, watch) <= now:
            silent = replace(alert, behind=self._behind(alert.topic))
            alert = lifecycle.fire(silent, rule, now, AlertState.NO_DATA, self._number + 1)
        elif lifecycle.calm_at(alert) <= now:
            alert = lifecycle.calm(alert, rule, now)
        if alert.active and 0 < alert.escalate_at <= now:
            alert = lifecycle.escalate(alert, rule, now)
        if alert.active and 0 < alert.repeat_at <= now:
            alert = lifecycle.remind(alert, rule, now)
        self._put(alert, rule)

    def _silent_at(self, alert: Alert, watch: Watch) -> float:
        """Return when a topic counts as silent, if it says nothing."""
        waits = watch.judge.timed and watch.rule is not BROKER and alert.seen and not alert.active
        if not (waits and admits(alert, watch)) or (borne := watch.borne(alert)) is None:
            return NEVER
        return self._opens_at(watch, self._silence.silent_at(alert, borne))

    def _lasted_at(self, alert: Alert, rule: AlertRule, *, new: bool = False) -> float:
        """Return when a condition has lasted as its rule wants; of what is `new` a message has just told."""
        if rule is BROKER or (watch := self._watches.get(alert.rule)) is None:
            return lifecycle.lasted_at(alert, rule)
        at = alert.since if new and not rule.hold else self._silence.lasted_at(alert, rule.hold)
        return self._opens_at(watch, at)

    def _opens_at(self, watch: Watch, at: float) -> float:
        """Return when what is due at a time may fire: not in hours that the clock has skipped."""
        return watch.opens_at(max(at, self._silence.now), self._local) if watch.only else at

    def _due_at(self, alert: Alert, watch: Watch) -> float:
        times = [self._silent_at(alert, watch), lifecycle.calm_at(alert), watch.forgotten_at(alert)]
        if alert.state is AlertState.PENDING:
            times.append(self._lasted_at(alert, watch.rule))
        times += [at for at in (alert.repeat_at, alert.escalate_at) if at and alert.active]
        return min(times)

    def _put(self, alert: Alert, rule: AlertRule) -> None:
        """Take over what became of an alert, and note what is to be stored and announced."""
        key = alert.rule, alert.topic
        before = self._alerts.get(key)
        if rule.once and alert.active and (self._alerts.has_fired(rule.id) or 0 < rule.until <= alert.since):
            return
        if before == alert:  # looked at too early
            self._remember(alert)
            return
        if before is None and not self._makes_room(alert):
            self.unwatched += 1
            self._overfull[alert.rule] = None
            return
        was = before.state if before else AlertState.INACTIVE
        self._number = max(self._number, alert.number)
        if alert.state is not was:
            self._changes.append(AlertChanged(alert, rule, was))
            self._events += lifecycle.logged(alert, was)
        elif before is not None and alert.active:
            again = min((AGAIN & {*alert.untold}) - {*before.untold}, default=None)
            self._changes.append(AlertChanged(alert, rule, was, again) if again else AlertValue(alert, rule))
        if before is None or lifecycle.stored(before) != lifecycle.stored(alert):
            self._changed[key] = alert
        self._remember(alert)
        if rule.once and alert.active:
            self._put(lifecycle.pass_by(alert), rule)

    def _makes_room(self, alert: Alert) -> bool:
        """Forget what a topic not known yet needs more: its rule's own memory, and for a breach any other."""
        if alert.rule == BROKER.id or self._alerts.has_share(alert.rule, len(self.rules)):
            return True
        if (oldest := self._alerts.in_the_way(alert)) is not None:
            self._forget(oldest)
        return oldest is not None

    def _remember(self, alert: Alert) -> None:
        """Keep what still matters of an alert, and when it has to be looked at; forget it otherwise."""
        key = alert.rule, alert.topic
        watch = self._watches.get(alert.rule)
        self._alerts.put(alert)
        if watch is None:
            return
        if lifecycle.idle(alert) and not (alert.flaps or watch.remembers(alert)):
            self._forget(key)
            return
        self._gone.discard(key)
        at = self._due_at(alert, watch)
        if at < NEVER:
            self._timers.set(key, at)

    def _forget(self, key: Key, *, stored: bool = False) -> None:
        self._alerts.drop(key)
        self._timers.forget(key)
        self._changed.pop(key, None)
        self._gone |= set() if stored else {key}

    def _close(self, alert: Alert, rule: AlertRule | None, now: float) -> None:
        # A kill may bring a spent rule back; it must be found spent. What is stored goes at the next start.
        spent = rule is not None and rule.once and alert.number > 0 and self._watches.get(rule.id) is None
        self._forget((alert.rule, alert.topic), stored=spent)
        self._joints.forget(alert.rule)
        if rule is not None:
            self.closed += [(each, rule) for each in (*alert.ended, alert) if lifecycle.unsettled(each)]
        if lifecycle.unsettled(alert):
            closed = replace(alert, state=AlertState.RESOLVED, since=now, untold=(), ended=())
            self._events.append(AlertEvent.of(closed, Step.CLOSED))
            if alert.active and rule is not None:
                self._changes.append(AlertChanged(closed, rule, alert.state, Step.CLOSED))

    def _clock(self, now: float) -> None:
        """Notice that the clock was set back, or that the machine has slept."""
        moved = self._silence.go_on(now)
        if moved < -BACK:
            self._shift(moved)
        elif moved > LEAP and self._watches.timed:
            for inside in self._silence.leap():
                self._excuse(moved, inside=inside)

    def _shift(self, seconds: float) -> None:
        """Move everything with the clock, so that no rule is muted by it; its hours may have come back."""
        self._timers.shift(seconds)
        self._silence.shift(seconds)
        for alert in [*self._alerts]:
            moved = lifecycle.shifted(alert, seconds)
            self._changed[alert.rule, alert.topic] = moved
            self._remember(moved)
        self._blindness.shift(seconds)
        self.courses.clear()

    def _excuse(self, seconds: float, *, inside: bool) -> None:
        """Count seconds, those since a topic spoke, as no silence; look anew at what has to last."""
        for alert in self._alerts.heard(inside=inside):
            watch = self._watches.get(alert.rule)
            if watch is not None and watch.judge.timed and alert.seen:
                excused = lifecycle.excused(alert, seconds, self._silence.now)
                self._changed[alert.rule, alert.topic] = excused
                self._remember(excused)
            elif alert.state is AlertState.PENDING:
                self._remember(alert)

    def _done(self) -> Judged:
        """Return what was noted, and begin anew."""
        if not (self._changed or self._gone or self._events or self._changes):
            return NOTHING
        record = Record(tuple(self._changed.values()), tuple(self._events), tuple(self._gone))
        judged = Judged(record, tuple(self._changes))
        self._changed, self._gone, self._events, self._changes = {}, set(), [], []
        return judged

"""The whole store against a model in memory, over restarts and kills."""

import asyncio
from dataclasses import asdict, replace
from pathlib import Path
import shutil
import sqlite3
from tempfile import TemporaryDirectory
from typing import override

from history_model import HistoryModel
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from outbox_model import OutboxModel
import pytest
from store_values import message, notice

from custom_components.dinox_mqtt_bot.bot.model.alert import (
    Alert,
    AlertEvent,
    AlertState,
    Period,
    Record,
    Step,
)
from custom_components.dinox_mqtt_bot.bot.model.history import ALWAYS, Span
from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority, Subscription
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.bot.payload.paths import number_in
from custom_components.dinox_mqtt_bot.bot.reading.readings import Readings
from custom_components.dinox_mqtt_bot.bot.text.durations import DAY
from custom_components.dinox_mqtt_bot.store.keeping import Retention
from custom_components.dinox_mqtt_bot.store.store import Store

T0 = 2_000_000_000.0
FOR_EVER = Retention(days=100_000, notice_days=100_000, log_days=100_000)
BRIEF = "b/#"
READINGS = Readings()

TOPICS = st.sampled_from(["a", "a/1", "b/1", "b/2", "c"])
FILTERS = st.sampled_from(["#", "a", "a/#", "b/#", "+/1", "none"])
PAYLOADS = st.sampled_from([b"1", b"2.5", b"-3", b"off", b'{"t": 4}', b""])
PASSED = st.sampled_from([0.0, 0.0, 1.0, 60.0, 1.5 * DAY])
CONTACTS = st.sampled_from(["ann@example.org", "bob@example.org", "notify.phone"])
NUMBERS = st.integers(0, 9)
REPLACED = st.sampled_from(["", "", "base0", "base1"])
STEPS = st.sampled_from([Step.FIRED, Step.RESOLVED, Step.CLOSED, Step.TOLD, Step.ACKNOWLEDGED])


class AlertModel:
    def __init__(self) -> None:
        self.alerts: dict[tuple[str, str], Alert] = {}
        self.events: list[AlertEvent] = []

    def save(self, record: Record) -> None:
        for key in record.gone:
            self.alerts.pop(key, None)
        self.alerts |= {(alert.rule, alert.topic): alert for alert in record.alerts}
        self.events += record.events

    @property
    def last_number(self) -> int:
        return max([0, *(each.number for each in (*self.events, *self.alerts.values()))])

    def periods(self, topic: str) -> list[Period]:
        found: list[Period] = []
        steps = {Step.FIRED, Step.RESOLVED, Step.CLOSED}
        events = [event for event in self.events if event.topic == topic and event.step in steps]
        for index, event in enumerate(events):
            later = (other.at for other in events[index + 1 :] if other.number == event.number)
            period = Period(event.rule, event.at, next(later, float("inf")))
            if event.step is Step.FIRED and period.until > 0:
                found.append(period)
        return sorted(found, key=lambda each: each.since)


class StoreAgainstModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.directory = TemporaryDirectory()
        self.runs = 0
        self.at = T0
        self.history = HistoryModel()
        self.alerts = AlertModel()
        self.outbox = OutboxModel()
        self.texts: dict[str, str] = {}
        self.messages: list[Message] = []
        self.notices: dict[str, Notice] = {}
        self.to_say: list[str] = []
        self.said: list[str] = []
        self.store = self.opened()

    # What happens to it.

    def opened(self) -> Store:
        self.to_say, self.said = [], []
        loop = self.runner.get_loop()
        store = Store.open(self.path, loop=loop, number_in=number_in, retention=FOR_EVER)
        store.history.keep([Subscription(BRIEF, keep_days=1)])
        store.start(on_committed=lambda messages: None, on_stored=lambda said: self.said.append(said.id))
        return store

    @property
    def path(self) -> Path:
        return Path(self.directory.name, f"{self.runs}.db")

    def close(self) -> None:
        self.store.close()
        self.runner.run(asyncio.sleep(0))

    @rule()
    def restart(self) -> None:
        self.close()
        self.store = self.opened()
        self.opened_alike()

    @rule()
    def kill(self) -> None:
        """Go on with a copy of the files as they are once all is committed, without what closing does."""
        self.runner.run(self.committed())
        before = self.path
        beside = sqlite3.connect(before, isolation_level=None)
        beside.execute("BEGIN IMMEDIATE")
        self.runs += 1
        for suffix in ("", "-wal"):
            shutil.copy(f"{before}{suffix}", f"{self.path}{suffix}")
        beside.close()
        self.close()
        self.store = self.opened()
        self.opened_alike()

    async def committed(self) -> None:
        """Wait, but for no reader: what is not counted yet stays so."""
        async with asyncio.timeout(60):
            while not self.store._backlog.idle:
                await asyncio.sleep(0.001)

    def opened_alike(self) -> None:
        store = self.store
        self.history.reopen()
        assert store.alerts.kept == [alert for _, alert in sorted(self.alerts.alerts.items())]
        assert store.alerts.last_number == self.alerts.last_number
        assert all(store.get(key) == text for key, text in self.texts.items())

    @override
    def teardown(self) -> None:
        self.counts_are_those_of_the_model()
        self.close()
        self.runner.close()
        self.directory.cleanup()

    # The history.

    @rule(topic=TOPICS, payload=PAYLOADS, passed=PASSED, qos=st.integers(0, 1), untold=st.booleans())
    def append(self, topic: str, payload: bytes, passed: float, qos: int, untold: bool) -> None:
        self.at += passed
        self.take(message(topic, payload, received=self.at, qos=qos), untold)

    @precondition(lambda self: self.messages)
    @rule(data=st.data())
    def redeliver(self, data: st.DataObject) -> None:
        again = replace(data.draw(st.sampled_from(self.messages)), repeated=True, received=self.at)
        self.take(again, untold=False)

    def take(self, received: Message, untold: bool) -> None:
        self.messages.append(received)
        reading = READINGS.read(received)
        self.store.history.append(reading, Priority.NORMAL, untold=untold)
        self.history.append(reading, untold=untold)

    @rule(topics=st.lists(TOPICS, max_size=3))
    def mark_told(self, topics: list[str]) -> None:
        self.store.history.mark_told(topics)
        self.history.mark_told(topics)

    @rule(topic_filter=FILTERS)
    def clear(self, topic_filter: str) -> None:
        went = self.runner.run(self.store.history.forget(topic_filter))
        assert went == self.history.clear(topic_filter)

    @rule(passed=PASSED)
    def purge(self, passed: float) -> None:
        self.at += passed
        went = self.runner.run(self.store.history.purge(self.at))
        assert went == self.history.purge(BRIEF, self.at - DAY)

    @rule(topic_filter=FILTERS, limit=st.integers(1, 6), back=st.sampled_from([0.0, 30.0, 2 * DAY]))
    def look_back(self, topic_filter: str, limit: int, back: float) -> None:
        self.runner.run(self.looked_back(topic_filter, limit, Span(self.at - back) if back else ALWAYS))

    async def looked_back(self, topic_filter: str, limit: int, span: Span) -> None:
        history, model = self.store.history, self.history
        found = model.found(topic_filter, span)
        for page in range(3):
            rows = await history.page(topic_filter, limit, span, page * limit)
            wanted = found[max(0, len(found) - (page + 1) * limit) : len(found) - page * limit]
            assert [(row.topic, row.text, row.time, row.repeated) for row in rows] == [
                (row.topic, row.reading.text, row.received, row.repeated) for row in wanted
            ][: max(0, len(found) - page * limit)]
        ids, texts = 0, []
        while entries := await history.export(topic_filter, span, ids, limit):
            ids = entries[-1].id
            texts += [(entry.topic, entry.text, entry.repeated) for entry in entries]
        assert texts == [(row.topic, row.reading.text, row.repeated) for row in found]
        past = await history.past(topic_filter, span.since, 0, 1_000)
        assert [(row.topic, row.time) for row in past] == [
            (row.topic, row.received) for row in found if not row.repeated
        ]
        statistics = asdict(await history.statistics(topic_filter, span))
        assert statistics == pytest.approx(asdict(model.statistics(topic_filter, span)))

    @rule(topic=TOPICS, buckets=st.integers(1, 5))
    def chart(self, topic: str, buckets: int) -> None:
        history, span = self.store.history, Span(self.at - 2 * DAY, self.at + 1)
        series = self.runner.run(history.series(topic, "", span, buckets))
        wanted = self.history.series(topic, span, buckets)
        if not series.each:
            assert [asdict(each) for each in series.points] == [
                pytest.approx(asdict(each)) for each in wanted
            ]
        # What was purged is in the rollups: `test_rollups.py` tells what they come to.
        assert sum(each.count for each in series.points) >= sum(each.count for each in wanted)
        numbers = self.runner.run(history.numbers(topic, "", 3))
        found = [row.number for row in self.history.found(topic, ALWAYS) if row.number is not None]
        assert [each.mean for each in numbers] == found[-3:]

    @rule()
    def list_topics(self) -> None:
        rows = self.runner.run(self.store.history.topics("#", 100))
        assert {row.topic: (row.count, row.first_seen, row.last_seen, row.last_text) for row in rows} == {
            name: (topic.count, topic.first_seen, topic.last_seen, topic.last_text)
            for name, topic in self.history.topics.items()
        }

    @rule()
    def list_untold(self) -> None:
        assert self.runner.run(self.store.history.untold()) == self.history.to_tell()

    @rule(topic=TOPICS, payload=PAYLOADS)
    def recognise(self, topic: str, payload: bytes) -> None:
        retained = message(topic, payload, retain=True)
        assert self.store.history.unchanged(retained) == self.history.unchanged(retained)
        for each in self.messages:
            assert self.store.history.known(each) == self.history.known(each)

    @rule(key=st.sampled_from(["x", "y"]), text=st.text(max_size=5))
    def remember(self, key: str, text: str) -> None:
        self.texts[key] = text
        self.store.set(key, text)

    # Alerts.

    @rule(
        rule_id=st.sampled_from(["r1", "r2"]),
        topic=TOPICS,
        number=st.integers(1, 3),
        steps=st.lists(STEPS, max_size=3),
        gone=st.booleans(),
        told=st.booleans(),
    )
    def alert(self, rule_id: str, topic: str, number: int, steps: list[Step], gone: bool, told: bool) -> None:
        """Have it stored by itself or with a message; an incident is on one topic."""
        topic = f"alert/{number}"
        self.at += 1
        events = tuple(AlertEvent(number, rule_id, topic, step, self.at) for step in steps)
        alert = Alert(rule_id, topic, number, AlertState.FIRING, since=self.at, untold=tuple(steps))
        record = Record((alert,), events, ((rule_id, topic),) if gone else ())
        self.alerts.save(record)
        if told:
            reading = READINGS.read(message("alert", b"1", received=self.at))
            self.store.history.append(reading, Priority.NORMAL, record=record)
            self.history.append(reading, untold=False)
        else:
            self.store.alerts.save(record)

    @rule(rule_id=st.sampled_from(["r1", "r2"]), number=st.integers(1, 3))
    def forget_alert(self, rule_id: str, number: int) -> None:
        record = Record(gone=((rule_id, f"alert/{number}"),))
        self.alerts.save(record)
        self.store.alerts.save(record)

    @rule(number=st.integers(1, 3))
    def look_at_alerts(self, number: int) -> None:
        run, book, events = self.runner.run, self.store.alerts, self.alerts.events
        assert run(book.log(number)) == [event for event in events if event.number == number]
        fired = [event for event in events if event.step is Step.FIRED]
        newest = sorted(fired, key=lambda event: (-event.number, -events.index(event)))
        assert run(book.incidents(2)) == newest[:2]
        periods = run(book.periods(f"alert/{number}", ALWAYS))
        assert periods == self.alerts.periods(f"alert/{number}")

    # The outbox.

    @rule(number=NUMBERS, to=CONTACTS, replaces=REPLACED, held=st.booleans())
    def put(self, number: int, to: str, replaces: str, held: bool) -> None:
        name = f"base{number}" if number < 2 else f"n{number}"
        if name in self.notices:
            return
        self.at += 1
        given = notice(name, to=to, at=self.at, replaces="" if number < 2 else replaces)
        self.notices[name] = given
        self.outbox.put(name, to, given.replaces, "held" if held else "queued")
        if held:
            self.store.outbox.hold(given)
        else:
            self.store.outbox.put(given)
            self.to_say.append(name)

    @precondition(lambda self: self.notices)
    @rule(data=st.data(), delivery=st.sampled_from(list(Delivery)))
    def mark(self, data: st.DataObject, delivery: Delivery) -> None:
        name = data.draw(st.sampled_from(sorted(self.notices)))
        self.store.outbox.mark(name, delivery, self.at)
        self.outbox.mark(name, delivery)

    @rule(to=st.one_of(st.just(""), CONTACTS))
    def mark_all_read(self, to: str) -> None:
        self.store.outbox.mark_all_read(to)
        self.outbox.read(self.outbox.rows, to)

    @rule(to=CONTACTS)
    def release(self, to: str) -> None:
        held = self.runner.run(self.store.outbox.held(to))
        self.store.outbox.merge(held, None)
        for each in held:
            self.outbox.release(each.id)
            self.to_say.append(each.id)

    @rule(to=CONTACTS)
    def tell_as_one(self, to: str) -> None:
        held = self.runner.run(self.store.outbox.held(to))
        self.at += 1
        into = notice(f"into{len(self.notices)}", to=to, at=self.at)
        self.notices[into.id] = into
        self.store.outbox.merge(held, into)
        self.outbox.put(into.id, to, "")
        self.to_say.append(into.id)
        for each in held:
            self.outbox.drop(each.id)

    @rule()
    def counts_are_those_of_the_model(self) -> None:
        outbox, model = self.store.outbox, self.outbox
        self.runner.run(self.store.settle())
        assert (outbox.undelivered, outbox.unread) == model.counts()
        rows = {row[0]: row for row in model.rows}
        waiting = [self.notices[name] for name, row in rows.items() if row[3] == "queued"]
        assert self.runner.run(outbox.waiting()) == sorted(waiting, key=lambda each: each.at)
        for to in ("ann@example.org", "bob@example.org", "notify.phone"):
            held = [self.notices[name] for name, row in rows.items() if row[3] == "held" and row[1] == to]
            assert self.runner.run(outbox.held(to)) == held
        # Each was handed out once, if nothing has taken its place before it was stored.
        assert len(self.said) == len(set(self.said)) <= len(self.to_say)
        queued = {each.id for each in waiting}
        assert queued.intersection(self.to_say) <= set(self.said) <= set(self.to_say)


TestStore = StoreAgainstModel.TestCase
TestStore.settings = settings(max_examples=25, stateful_step_count=40)

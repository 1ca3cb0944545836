"""The alerts and their log: `ports.AlertBook` over SQLite."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from itertools import chain
import logging
import sqlite3
from typing import override

from ..bot import ports
from ..bot.model.alert import Alert, AlertEvent, Period, Record, Step, dump, load
from ..bot.model.history import Span
from ..bot.model.notice import Notice
from .backlog import Backlog, Group, RowChange
from .damage import DamageError, built, checked
from .outbox import SqliteOutbox
from .reader import ReadConnection
from .table import HEARD

_LOGGER = logging.getLogger(__name__)

# What `KEEP` and `FORGET` set: the row of a rule and a topic.
STATE = ("alert_states", slice(2))
FORGET = "DELETE FROM alert_states WHERE rule = ? AND topic = ?"
KEEP = """
INSERT INTO alert_states (rule, topic, said) VALUES (?, ?, ?)
ON CONFLICT (rule, topic) DO UPDATE SET said = excluded.said
"""
LOG = """
INSERT INTO alert_log (number, rule, topic, step, at, value, who, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
KEPT = f"SELECT rule, topic, said FROM alert_states WHERE {HEARD} ORDER BY rule, topic"  # noqa: S608
LAST_NUMBER = "SELECT ifnull(max(number), 0) FROM alert_log"
_EVENT = "SELECT number, rule, topic, step, at, value, who, note FROM alert_log"
OF_INCIDENT = f"{_EVENT} WHERE number = ? ORDER BY id"
# Each time that an incident fired, with what came next of it: one that flaps fires again under its number.
PERIODS = """
SELECT rule, at, until FROM (
    SELECT rule, step, at, ifnull(lead(at) OVER (PARTITION BY number ORDER BY id), 9e999) AS until
    FROM alert_log WHERE topic = :topic AND step IN ('fired', 'resolved', 'closed')
)
WHERE step = 'fired' AND at < :until AND until > :since ORDER BY at
"""
# Of the newest incidents that fired within a span.
PAST = f"""
{_EVENT} WHERE step IN ('fired', 'resolved', 'closed', 'acknowledged') AND number IN (
    SELECT DISTINCT number FROM alert_log WHERE step = 'fired' AND at >= :since AND at < :until
    ORDER BY number DESC LIMIT :most
)
ORDER BY id
"""  # noqa: S608
INCIDENTS = f"{_EVENT} WHERE step = 'fired' ORDER BY number DESC, id DESC LIMIT ?"


def group_of(record: Record) -> Group:
    """Return what stores a record. It `follows`: with a message, both go into one transaction."""
    changes: list[RowChange] = []
    if record.gone:
        changes.append(RowChange(FORGET, record.gone, follows=True, sets=STATE))
    if record.alerts:
        states = tuple((alert.rule, alert.topic, dump(alert)) for alert in record.alerts)
        changes.append(RowChange(KEEP, states, follows=True, sets=STATE))
    if record.events:
        lines = tuple(
            (each.number, each.rule, each.topic, each.step.value, each.at, each.value, each.who, each.note)
            for each in record.events
        )
        changes.append(RowChange(LOG, lines, follows=True, durable=True))
    return tuple(changes)


class SqliteAlertBook(ports.AlertBook):
    """Changes through the backlog. `kept` and `last_number` are what an earlier run left."""

    def __init__(self, backlog: Backlog, reader: ReadConnection, outbox: SqliteOutbox) -> None:
        self._backlog = backlog
        self._reader = reader
        self._outbox = outbox
        self.kept: list[Alert] = []
        self.last_number = 0

    def load(self, connection: sqlite3.Connection) -> None:
        """Read what an earlier run left. What cannot be understood is left out, and stays in the file."""
        for rule, topic, said in connection.execute(KEPT):
            try:
                alert = load(checked(rule, str), checked(topic, str), checked(said, str))
                for each in (*alert.ended, alert):
                    _whole(each)
                self.kept.append(alert)
            except (ValueError, DamageError) as error:
                _LOGGER.warning("An alert on %s cannot be read and starts anew: %s", topic, error)
        logged: int = checked(connection.execute(LAST_NUMBER).fetchone()[0], int)
        self.last_number = max([logged, *(alert.number for alert in self.kept)])

    @override
    def save(self, record: Record, notices: Iterable[Notice] = (), held: Iterable[Notice] = ()) -> None:
        group = (*group_of(record), *self._outbox.group(notices, held))
        if group:
            self._backlog.change(*group)
            # Also without a notice: who acknowledged an alert must not have to do it twice.
            self._backlog.wake()

    @override
    async def log(self, number: int) -> list[AlertEvent]:
        return await self._reader.read(lambda connection: _events(connection, OF_INCIDENT, (number,)))

    @override
    async def incidents(self, limit: int) -> list[AlertEvent]:
        return await self._reader.read(lambda connection: _events(connection, INCIDENTS, (limit,)))

    @override
    async def past(self, span: Span, limit: int) -> list[AlertEvent]:
        parameters = {"since": span.since, "until": span.until, "most": limit}
        return await self._reader.read(lambda connection: _events(connection, PAST, parameters))

    @override
    async def periods(self, topic: str, span: Span) -> list[Period]:
        parameters = {"topic": topic, "since": span.since, "until": span.until}
        return await self._reader.read(
            lambda connection: [built(Period, *row) for row in connection.execute(PERIODS, parameters)]
        )


def _whole(alert: Alert) -> Alert:
    """Return an alert whose values are of their types. Raises DamageError."""
    for notice in alert.notices:
        checked(notice, str)
    for number in chain.from_iterable(alert.memory):
        checked(number, float, int)
    return built(Alert, *(getattr(alert, each.name) for each in fields(alert)))


def _events(
    connection: sqlite3.Connection, statement: str, parameters: tuple[int] | Mapping[str, float]
) -> list[AlertEvent]:
    found: list[AlertEvent] = []
    for number, rule, topic, step, at, value, who, note in connection.execute(statement, parameters):
        try:
            found.append(built(AlertEvent, number, rule, topic, Step(step), at, value, who, note))
        except ValueError as error:
            _LOGGER.warning("A line in the log of alert %s cannot be read: %s", number, error)
    return found

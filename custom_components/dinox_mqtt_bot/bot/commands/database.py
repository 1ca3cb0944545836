"""Commands about the database: how much is stored, and deleting."""

from dataclasses import dataclass
from typing import ClassVar, override

from ..model.history import ALWAYS
from ..model.replies import Amount, Caller, Cell, Count, Reply, Table, Text, Typed
from ..model.rules import Role
from ..reading.topic_lookup import find_topic
from ..text.durations import DAY, duration
from ..text.numbers import size_text
from .command import Command, Parts, Things, param

LABELS = {
    "messages": "stored_messages",
    "topics": "stored_topics",
    "outbox": "stored_notices",
    "ledger": "stored_steps",
    "alert_log": "stored_alert_log",
    "publish_log": "stored_publish_log",
    "connection_log": "stored_connection_log",
}


@dataclass(frozen=True, kw_only=True)
class Dbstats(Command):
    """Shows how much is stored, and for how long."""

    node: ClassVar[str] = "dbstats"
    aliases: ClassVar[tuple[str, ...]] = ("db",)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        sizes = await parts.ports.history.sizes()
        rows: list[tuple[Cell, ...]] = [
            (Text(LABELS[table]), Count(number)) for table, number in sizes.rows.items()
        ]
        if sizes.newest:
            since = {"since": parts.moment(sizes.oldest), "until": parts.moment(sizes.newest)}
            rows.insert(1, (Text("stored_span"), Text("stored_since", since)))
        series = Text("stored_series", {"count": Count(sizes.series)})
        rows += [
            (Text(label), Text("stored_from", {"since": parts.moment(first)}), series)
            for label, first in (("stored_fives", sizes.fives), ("stored_hours", sizes.hours))
            if first
        ]
        rows += [
            (Text("stored_size"), Amount(size_text(sizes.size))),
            (
                Text("stored_days"),
                duration(sizes.days * DAY),
                Text("stored_most", {"count": Count(sizes.most)}),
            ),
            *(
                (Text("stored_days_of", {"filter": each.filter}), duration(each.keep_days * DAY))
                for each in parts.subscriptions
                if each.keep_days
            ),
            (Text("stored_log_days"), duration(sizes.log_days * DAY)),
        ]
        facts = {
            **sizes.rows,
            "size": sizes.size,
            "oldest": sizes.oldest,
            "newest": sizes.newest,
            "days": sizes.days,
            "most": sizes.most,
            "log_days": sizes.log_days,
            "fives": sizes.fives,
            "hours": sizes.hours,
            "series": sizes.series,
        }
        return Table(
            title=Text("dbstats"),
            columns=("column_what", "column_value", "column_detail"),
            rows=tuple(rows),
            facts=(facts,),
            note=Text("dbstats_note", {"command": Typed("purge")}),
        )


@dataclass(frozen=True, kw_only=True)
class Purge(Command):
    """Deletes what has been kept long enough, or all stored messages of a topic."""

    node: ClassVar[str] = "purge"
    role: ClassVar[Role] = Role.ADMIN
    destructive: ClassVar[bool] = True

    topic: str = param(
        "Topic, topic filter or alias whose messages go; nothing for what is too old.",
        default="",
        named=True,
        of=Things.TOPICS,
    )
    confirm: bool = param("Whether it is to be done without asking first.", default=False)

    @override
    async def at_stake(self, parts: Parts) -> Text:
        if not self.topic:
            return Text("purge_stake_old")
        topic, _ = await find_topic(parts, self.topic)
        found = await parts.ports.history.statistics(topic, ALWAYS)
        return Text("purge_stake", {"topic": topic, "count": str(found.messages)})

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if self.topic:
            topic, _ = await find_topic(parts, self.topic)
            removed = await parts.ports.history.forget(topic)
            return Text("purged_topic", {"topic": topic, "count": str(removed)}, {"removed": removed})
        removed = await parts.ports.history.purge(parts.ports.clock.now())
        return Text("purged" if removed else "purged_nothing", {"count": str(removed)}, {"removed": removed})


ALL = ("#", "$SYS/#")
"""What matches every topic except the broker's own (MQTT 5 §4.7.2)."""


@dataclass(frozen=True, kw_only=True)
class Clear(Command):
    """Deletes the stored messages of a topic, of a topic filter, or all; asks first."""

    node: ClassVar[str] = "clear"
    role: ClassVar[Role] = Role.ADMIN
    destructive: ClassVar[bool] = True

    filter: str = param(
        "Topic, topic filter or alias; nothing for all messages.",
        default="",
        named=True,
        of=Things.TOPICS,
    )
    confirm: bool = param("Whether it is done without asking first.", default=False)

    @override
    async def at_stake(self, parts: Parts) -> Text:
        filters = await self._filters(parts)
        count = sum([(await parts.ports.history.statistics(each, ALWAYS)).messages for each in filters])
        key = "clear_stake" if self.filter else "clear_stake_all"
        return Text(key, {"count": str(count), "filter": self.filter})

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        gone = sum([await parts.ports.history.forget(each) for each in await self._filters(parts)])
        if not self.filter:
            parts.ports.outbox.mark_all_read()
        key = "clear_done" if self.filter else "clear_done_all"
        return Text(key, {"count": str(gone), "filter": self.filter}, {"removed": gone})

    async def _filters(self, parts: Parts) -> tuple[str, ...]:
        if not self.filter:
            return ALL
        topic, _ = await find_topic(parts, self.filter)
        return (topic,)

"""Commands about messages: publish, look back, hide and show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from ..command import PREFIX, Caller, Command, param
from ..message import QoS
from ..ports import Row, TopicRow
from ..replies import Reply, Table, Text
from ..rules import Role
from ..topics import valid_filter, valid_topic

if TYPE_CHECKING:
    from ..bot import Bot

MAX_TOPICS = 200
MAX_PAYLOAD_SHOWN = 200
MAX_NAMES = 12


@dataclass(frozen=True, kw_only=True)
class Publish(Command):
    """Publishes a message to a topic."""

    node: ClassVar[str] = "publish"
    aliases: ClassVar[tuple[str, ...]] = ("pub",)
    role: ClassVar[Role] = Role.OPERATOR

    topic: str = param("Topic to publish to, or its alias.", alias=True)
    payload: str = param(
        "What to publish, as it is; in the chat the rest of the text.", greedy=True, verbatim=True
    )
    qos: QoS = param("How reliably the broker gets it.", default=QoS.AT_LEAST_ONCE, short="q")
    retain: bool = param(
        "Whether the broker keeps it for those who subscribe later.", default=False, short="r"
    )

    @override
    async def run(self, bot: Bot, caller: Caller) -> Reply:
        topic = bot.subscriptions.resolve(self.topic)
        valid_topic(topic)
        await bot.publish(topic, self.payload.encode(errors="replace"), self.qos, self.retain, caller)
        return Text(
            self._key(),
            {"topic": topic, "payload": self._shown(), "qos": str(int(self.qos))},
            {"topic": topic, "qos": int(self.qos), "retain": self.retain},
        )

    def _key(self) -> str:
        if self.payload == "":
            return "cleared" if self.retain else "published_empty"
        return "published_retained" if self.retain else "published"

    def _shown(self) -> str:
        cut = self.payload[:MAX_PAYLOAD_SHOWN]
        return cut if cut == self.payload else f"{cut}…"


@dataclass(frozen=True, kw_only=True)
class History(Command):
    """Shows the newest messages of a topic, or the topics that have any."""

    node: ClassVar[str] = "history"
    aliases: ClassVar[tuple[str, ...]] = ("hist",)

    topic: str = param("Topic, topic filter or alias.", default="", alias=True)
    count: int = param("How many messages.", default=10, minimum=1, maximum=100)

    @override
    async def run(self, bot: Bot, caller: Caller) -> Reply:
        if self.topic == "":
            return _seen(bot, await bot.ports.history.topics("#", MAX_TOPICS))
        topic = bot.subscriptions.resolve(self.topic)
        valid_filter(topic)
        rows = await bot.ports.history.page(topic, self.count)
        return Table(
            title=Text("history", {"topic": self.topic}),
            columns=("column_time", "column_name", "column_value"),
            rows=tuple(_line(bot, row, topic) for row in rows),
            empty=Text("history_empty", {"topic": self.topic}),
            facts=tuple(_row_facts(row) for row in rows),
            more=Text("history_more"),
            keep_last=True,
        )


def _line(bot: Bot, row: Row, asked: str) -> tuple[str, str, str]:
    """Return the cells of one message; the name is left out where only one topic was asked for."""
    mark = ("📌 " if row.retain else "") + ("🔁 " if row.repeated else "")
    return bot.moment(row.time), "" if row.topic == asked else row.name, mark + row.text


def _row_facts(row: Row) -> Mapping[str, object]:
    return {
        "topic": row.topic,
        "name": row.name,
        "text": row.text,
        "time": row.time,
        "retain": row.retain,
        "repeated": row.repeated,
        "priority": row.priority.word,
    }


def _seen(bot: Bot, topics: list[TopicRow]) -> Table:
    """Return the topics that have a history, the newest value of each."""
    newest = sorted(topics, key=lambda row: -row.last_seen)
    return Table(
        title=Text("history_topics"),
        columns=("column_name", "column_value", "column_count", "column_time"),
        rows=tuple(
            (row.name, row.last_text, Text("times", {"count": str(row.count)}), bot.moment(row.last_seen))
            for row in newest
        ),
        empty=Text("history_nothing"),
        facts=tuple(topic_facts(row) for row in newest),
        more=Text("history_topics_more", {"example": f"{PREFIX} topics home/#"}),
    )


def topic_facts(row: TopicRow) -> Mapping[str, object]:
    """Return what an action answers about a topic that was seen."""
    return {
        "topic": row.topic,
        "name": row.name,
        "count": row.count,
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
        "last_text": row.last_text,
    }


@dataclass(frozen=True, kw_only=True)
class Pause(Command):
    """Hides normal messages until they are resumed; they are still kept in the history."""

    node: ClassVar[str] = "pause"
    role: ClassVar[Role] = Role.OPERATOR

    @override
    async def run(self, bot: Bot, caller: Caller) -> Reply:
        if bot.paused:
            return Text("already_paused", {"resume": f"{PREFIX} resume"}, {"paused": True})
        await bot.pause(True)
        return Text("paused", {"resume": f"{PREFIX} resume"}, {"paused": True})


@dataclass(frozen=True, kw_only=True)
class Resume(Command):
    """Shows normal messages again and tells what was hidden."""

    node: ClassVar[str] = "resume"
    role: ClassVar[Role] = Role.OPERATOR

    @override
    async def run(self, bot: Bot, caller: Caller) -> Reply:
        if not bot.paused:
            return Text("not_paused", {}, {"paused": False, "hidden": 0})
        hidden = await bot.pause(False)
        facts = {"paused": False, "hidden": hidden.count, "topics": [topic for topic, _, _ in hidden.topics]}
        if not hidden.count:
            return Text("resumed_since_start" if hidden.since_start else "resumed", {}, facts)
        names = [f"{name} (×{count})" for _, name, count in hidden.topics[:MAX_NAMES]]
        names += ["…"] * (len(hidden.topics) > MAX_NAMES)
        key = "resumed_hidden_since_start" if hidden.since_start else "resumed_hidden"
        return Text(key, {"count": str(hidden.count), "topics": ", ".join(names)}, facts)

"""Commands about messages: publish, hide and show."""

from dataclasses import dataclass, replace
from typing import ClassVar, override

from ..model.message import QoS
from ..model.replies import Caller, Reply, Text, Typed
from ..model.rules import Role
from .command import Command, Parts, Things, param, within
from .doubts import topic_to_publish

MOST_PUBLISHED = 268_435_455
"""Characters: MQTT has no larger packet (MQTT 5 §1.5.5)."""
MAX_PAYLOAD_SHOWN = 200
MAX_NAMES = 12


@dataclass(frozen=True, kw_only=True)
class Publish(Command):
    """Publishes a message to a topic."""

    node: ClassVar[str] = "publish"
    aliases: ClassVar[tuple[str, ...]] = ("pub",)
    role: ClassVar[Role] = Role.OPERATOR
    narrow: ClassVar[bool] = True

    topic: str = param("Topic to publish to, its alias, or the end of it.", named=True, of=Things.TOPICS)
    payload: str = param(
        "What to publish, as it is; in the chat the rest of the text.",
        greedy=True,
        verbatim=True,
        longest=MOST_PUBLISHED,
        lines=True,
    )
    qos: QoS = param("How reliably the broker gets it.", default=QoS.AT_LEAST_ONCE, short="q")
    retain: bool = param(
        "Whether the broker keeps it for those who subscribe later.", default=False, short="r"
    )
    force: bool = param("Whether it is done although nothing is called so.", default=False, aside=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        topic = await topic_to_publish(parts, self.topic, replace(self, force=True), force=self.force)
        within(parts, caller, type(self), [(topic, [topic])])
        await parts.publisher.publish(
            topic, self.payload.encode(errors="replace"), self.qos, self.retain, caller
        )
        return Text(
            self._key(),
            {"topic": topic, "payload": self._shown(), "qos": str(int(self.qos))},
            {"topic": topic, "qos": int(self.qos), "retain": self.retain},
        )

    @override
    async def at_stake(self, parts: Parts) -> Text:
        topic = await topic_to_publish(parts, self.topic, replace(self, force=True), force=self.force)
        if self.payload:
            key = "publish_stake_retained" if self.retain else "publish_stake"
        else:
            key = "publish_stake_clears" if self.retain else "publish_stake_empty"
        return Text(key, {"topic": topic, "payload": self.payload})

    def _key(self) -> str:
        if self.payload == "":
            return "cleared" if self.retain else "published_empty"
        return "published_retained" if self.retain else "published"

    def _shown(self) -> str:
        cut = self.payload[:MAX_PAYLOAD_SHOWN]
        return cut if cut == self.payload else f"{cut}…"


@dataclass(frozen=True, kw_only=True)
class Pause(Command):
    """Hides normal messages until they are resumed; they are still kept in the history."""

    node: ClassVar[str] = "pause"
    role: ClassVar[Role] = Role.OPERATOR

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if parts.paused:
            return Text("already_paused", {"resume": Typed("resume")}, {"paused": True})
        await parts.pause(True)
        return Text("paused", {"resume": Typed("resume")}, {"paused": True})


@dataclass(frozen=True, kw_only=True)
class Resume(Command):
    """Shows normal messages again and tells what was hidden."""

    node: ClassVar[str] = "resume"
    role: ClassVar[Role] = Role.OPERATOR

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if not parts.paused:
            return Text("not_paused", {}, {"paused": False, "hidden": 0})
        hidden = await parts.pause(False)
        facts = {"paused": False, "hidden": hidden.count, "topics": [topic for topic, _, _ in hidden.topics]}
        if not hidden.count:
            return Text("resumed_since_start" if hidden.since_start else "resumed", {}, facts)
        names = [f"{name} (×{count})" for _, name, count in hidden.topics[:MAX_NAMES]]
        names += ["…"] * (len(hidden.topics) > MAX_NAMES)
        key = "resumed_hidden_since_start" if hidden.since_start else "resumed_hidden"
        return Text(key, {"count": str(hidden.count), "topics": ", ".join(names)}, facts)

"""The command that sets devices: on, off, a number, a colour, a mode."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, override

from ..discovery.entity_state import is_offline
from ..discovery.set_choice import understood
from ..discovery.set_request import Wish
from ..model.errors import BotError
from ..model.replies import Caller, Reply, Surface, Text
from ..model.rules import Role
from ..model.topics import valid_topic
from .command import Command, Parts, param

_MOST_UNASKED = 3
"""Things that are set at once without asking first."""
_MOST_NAMES = 20
_HIDDEN = "•••"

type _Published = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Set(Command):
    """Sets a device that announced itself over MQTT: on, off, a number, a mode."""

    node: ClassVar[str] = "set"
    role: ClassVar[Role] = Role.OPERATOR
    destructive: ClassVar[bool] = True

    name: str = param("Device or entity.")
    value: str = param("What to set it to, such as on, 21.5 or brightness 40.", default="", greedy=True)
    force: bool = param("Whether it is sent although the device is offline.", default=False)
    confirm: bool = param("Whether it is done without asking first.", default=False)

    @override
    def needs_confirmation(self, parts: Parts) -> bool:
        wishes = self._wishes(parts)
        return len(wishes) > _MOST_UNASKED or any(wish.asks_first for wish in wishes)

    @override
    async def at_stake(self, parts: Parts) -> Text:
        wishes = self._wishes(parts)
        first = wishes[0]
        if len(wishes) == 1:
            return Text("set_stake", {"name": first.entity.full_name, "value": first.value_text})
        cells = {"count": str(len(wishes)), "names": _names(wishes), "value": first.value_text}
        return Text("set_stake_several", cells)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        wishes = self._wishes(parts)
        away = [wish for wish in wishes if _offline(parts, wish)]
        if len(away) == len(wishes) and not self.force:
            raise BotError("device_offline", name=_names(away))
        told = [wish for wish in wishes if self.force or wish not in away]
        published = [wish.publishes(parts.readings.devices, parts.ports.templates) for wish in told]
        waits = self._expects(parts, caller, told)
        try:
            for wish, every in zip(told, published, strict=True):
                await _publish(parts, caller, wish, every)
        except BotError:
            parts.awaited.withdraw(caller.who, caller.room)
            raise
        if len(wishes) > 1:
            return _done_several(told, published, away if not self.force else [])
        answer = parts.awaited.answer(caller.who, caller.room) if waits else ""
        return _done(told[0], published[0], answer, offline=bool(away), waits=waits)

    def _expects(self, parts: Parts, caller: Caller, wishes: Sequence[Wish]) -> bool:
        """Have the answer of the devices told, where it can be told later."""
        if caller.surface is not Surface.CHAT:
            return False
        there = [wish for wish in wishes if not _offline(parts, wish)]
        return parts.awaited.expect(caller.who, caller.room, there, parts.ports.clock.now())

    def _wishes(self, parts: Parts) -> tuple[Wish, ...]:
        devices, ports = parts.readings.devices, parts.ports
        wishes = understood(devices, f"{self.name} {self.value}", ports.phrases, ports.vocabulary)
        for wish in wishes:
            wish.check()
        return wishes


def _offline(parts: Parts, wish: Wish) -> bool:
    return is_offline(wish.entity, parts.readings.devices, parts.ports.templates)


async def _publish(parts: Parts, caller: Caller, wish: Wish, every: _Published) -> None:
    entity = wish.entity
    for topic, _ in every:
        valid_topic(topic)
    for topic, payload in every:
        data = payload.encode(errors="replace")
        parts.awaited.sent(topic, data, parts.ports.clock.now())
        await parts.publisher.publish(topic, data, entity.qos, entity.retain, caller)
    if entity.optimistic:
        parts.readings.devices.assume(entity, wish.value_text)


def _names(wishes: Sequence[Wish]) -> str:
    names = [wish.entity.full_name for wish in wishes[:_MOST_NAMES]]
    return ", ".join(names + ["…"] * (len(wishes) > _MOST_NAMES))


def _facts(wish: Wish, published: _Published) -> dict[str, object]:
    code = str(dict(wish.value.given).get("code") or "")
    shown = [
        {"topic": topic, "payload": payload.replace(code, _HIDDEN) if code else payload}
        for topic, payload in published
    ]
    return {"name": wish.entity.full_name, "value": wish.value_text, "published": shown}


def _done(wish: Wish, published: _Published, answer: str, *, offline: bool, waits: bool) -> Text:
    entity = wish.entity
    cells = {"name": entity.full_name, "value": wish.value_text}
    facts = {**_facts(wish, published), "offline": offline}
    if answer:
        return Text("set_answered", {"name": entity.full_name, "state": answer}, facts)
    sent = "set_sent" if waits else "set_unheard" if entity.optimistic else "set_done"
    return Text("set_offline" if offline else sent, cells, facts)


def _done_several(wishes: Sequence[Wish], published: Sequence[_Published], away: Sequence[Wish]) -> Text:
    facts = {
        "set": [_facts(wish, every) for wish, every in zip(wishes, published, strict=True)],
        "offline": [wish.entity.full_name for wish in away],
    }
    cells = {"count": str(len(wishes)), "names": _names(wishes), "value": wishes[0].value_text}
    if away:
        return Text("set_several_offline", {**cells, "offline": _names(away)}, facts)
    return Text("set_several", cells, facts)

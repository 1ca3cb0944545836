"""Bridges, as subentries keep them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry, ConfigSubentryData

from ..bot.bridges.grammar import ARROWS
from ..bot.model.errors import BotError
from ..bot.model.message import QoS
from ..bot.model.rules import Bridge, Direction, Format, Role
from ..bot.model.subscriptions import fold
from ..const import (
    CONF_DIRECTION,
    CONF_ENABLED,
    CONF_FILTER,
    CONF_FORMAT,
    CONF_NAME,
    CONF_NICK,
    CONF_NUMBER,
    CONF_PER_MINUTE,
    CONF_QOS,
    CONF_RETAIN,
    CONF_ROLE,
    CONF_ROOM,
    CONF_TEMPLATE,
    CONF_TO,
    CONF_TOPIC,
    SUBENTRY_BRIDGE,
)


def bridge(subentry_id: str, data: Mapping[str, Any]) -> Bridge:
    """Read the data of a `bridge` subentry."""
    usual = Bridge("", "")
    return Bridge(
        filter=data[CONF_FILTER],
        to=data[CONF_TO],
        id=subentry_id,
        number=int(data.get(CONF_NUMBER, 0)),
        name=data.get(CONF_NAME, ""),
        room=bool(data.get(CONF_ROOM, False)),
        nick=data.get(CONF_NICK, ""),
        direction=Direction(data.get(CONF_DIRECTION, usual.direction)),
        format=Format(data.get(CONF_FORMAT, usual.format)),
        template=data.get(CONF_TEMPLATE, ""),
        topic=data.get(CONF_TOPIC, ""),
        role=Role[data.get(CONF_ROLE, usual.role.word).upper()],
        per_minute=int(data.get(CONF_PER_MINUTE, usual.per_minute)),
        qos=QoS(int(data.get(CONF_QOS, usual.qos))),
        retain=bool(data.get(CONF_RETAIN, False)),
        enabled=bool(data.get(CONF_ENABLED, True)),
    )


def bridge_subentry(kept: Bridge) -> ConfigSubentryData:
    """Write a bridge as a `bridge` subentry; its id is the subentry's own."""
    return ConfigSubentryData(
        subentry_type=SUBENTRY_BRIDGE,
        unique_id=bridge_unique_id(kept.name),
        title=kept.name or f"{kept.filter} {ARROWS[kept.direction]} {kept.to}",
        data={
            CONF_FILTER: kept.filter,
            CONF_TO: kept.to,
            CONF_NUMBER: kept.number,
            CONF_NAME: kept.name,
            CONF_ROOM: kept.room,
            CONF_NICK: kept.nick,
            CONF_DIRECTION: kept.direction.value,
            CONF_FORMAT: kept.format.value,
            CONF_TEMPLATE: kept.template,
            CONF_TOPIC: kept.topic,
            CONF_ROLE: kept.role.word,
            CONF_PER_MINUTE: kept.per_minute,
            CONF_QOS: str(int(kept.qos)),  # as the form has it
            CONF_RETAIN: kept.retain,
            CONF_ENABLED: kept.enabled,
        },
    )


def bridge_unique_id(name: str) -> str | None:
    """Return what no two bridges of a bot share: the folded name, unlike every topic filter and bare JID."""
    return f"{SUBENTRY_BRIDGE}/#{folded}" if (folded := fold(name)) else None


def _way(kept: Bridge) -> tuple[str, ...]:
    """Return between what a bridge carries."""
    return kept.filter, kept.to, kept.direction.value, kept.topic


def numbered_bridge(entry: ConfigEntry[Any], wanted: Bridge, known: ConfigSubentry | None) -> Bridge:
    """Return a bridge with its number: that of the `known` one, else the one after the highest.

    Raises BotError `bridge_name` if another one is called so, `bridge_twin` if another one does the same.
    """
    bridges = entry.get_subentries_of_type(SUBENTRY_BRIDGE)
    unique_id = bridge_unique_id(wanted.name)
    others = [each for each in bridges if each is not known]
    if unique_id is not None and any(each.unique_id == unique_id for each in others):
        raise BotError("bridge_name", name=wanted.name)
    for each in others:
        other = bridge(each.subentry_id, each.data)
        if _way(other) == _way(wanted):
            raise BotError("bridge_twin", number=str(other.number))
    if known is not None:
        return replace(wanted, number=int(known.data.get(CONF_NUMBER, 0)))
    return replace(
        wanted, number=1 + max((int(each.data.get(CONF_NUMBER, 0)) for each in bridges), default=0)
    )

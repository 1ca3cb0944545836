"""Presets and free text, as subentries and options keep them."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry, ConfigSubentryData

from ..bot.model.errors import BotError
from ..bot.model.message import QoS
from ..bot.model.rules import Ear, FreeText, Preset, Role
from ..bot.model.subscriptions import fold
from ..const import (
    CONF_FREE_TEXT,
    CONF_FREE_TEXT_AGENT,
    CONF_FREE_TEXT_RESPONSE_TOPIC,
    CONF_FREE_TEXT_TIMEOUT,
    CONF_FREE_TEXT_TOPIC,
    CONF_FREE_TEXT_WITHOUT_USER,
    CONF_NAME,
    CONF_NUMBER,
    CONF_PAYLOAD,
    CONF_QOS,
    CONF_RETAIN,
    CONF_ROLE,
    CONF_TOPIC,
    DEFAULT_FREE_TEXT_TIMEOUT,
    SUBENTRY_PRESET,
)


def preset(subentry_id: str, data: Mapping[str, Any]) -> Preset:
    """Read the data of a `preset` subentry."""
    return Preset(
        name=data[CONF_NAME],
        topic=data[CONF_TOPIC],
        payload=data.get(CONF_PAYLOAD, ""),
        id=subentry_id,
        number=int(data.get(CONF_NUMBER, 0)),
        qos=QoS(int(data.get(CONF_QOS, QoS.AT_LEAST_ONCE))),
        retain=bool(data.get(CONF_RETAIN, False)),
        role=Role[data.get(CONF_ROLE, Role.OPERATOR.word).upper()],
    )


def preset_subentry(known: Preset) -> ConfigSubentryData:
    """Write a preset as a `preset` subentry; its id is the subentry's own."""
    return ConfigSubentryData(
        subentry_type=SUBENTRY_PRESET,
        unique_id=preset_unique_id(known.name),
        title=known.name,
        data={
            CONF_NAME: known.name,
            CONF_TOPIC: known.topic,
            CONF_PAYLOAD: known.payload,
            CONF_NUMBER: known.number,
            CONF_QOS: str(int(known.qos)),  # as the form has it
            CONF_RETAIN: known.retain,
            CONF_ROLE: known.role.word,
        },
    )


def preset_unique_id(name: str) -> str:
    """Return what no two presets of a bot share: the folded name, unlike every topic filter and bare JID."""
    return f"{SUBENTRY_PRESET}/#{fold(name)}"


def next_preset_number(entry: ConfigEntry[Any]) -> int:
    """Return the number after the highest that a preset of the bot has."""
    presets = entry.get_subentries_of_type(SUBENTRY_PRESET)
    return 1 + max((int(preset.data.get(CONF_NUMBER, 0)) for preset in presets), default=0)


def free_preset_name(entry: ConfigEntry[Any], name: str, known: ConfigSubentry | None) -> None:
    """Raise BotError `preset_taken` if a preset other than `known` is called so."""
    wanted = preset_unique_id(name)
    presets = entry.get_subentries_of_type(SUBENTRY_PRESET)
    if any(preset.unique_id == wanted for preset in presets if preset is not known):
        raise BotError("preset_taken", preset=name)


def free_text(options: Mapping[str, Any]) -> FreeText:
    """Return what becomes of text that is no command."""
    return FreeText(
        ear=Ear(options.get(CONF_FREE_TEXT, Ear.OFF)),
        topic=options.get(CONF_FREE_TEXT_TOPIC, ""),
        response_topic=options.get(CONF_FREE_TEXT_RESPONSE_TOPIC, ""),
        timeout=float(options.get(CONF_FREE_TEXT_TIMEOUT, DEFAULT_FREE_TEXT_TIMEOUT)),
        agent=options.get(CONF_FREE_TEXT_AGENT, ""),
        without_user=bool(options.get(CONF_FREE_TEXT_WITHOUT_USER, False)),
    )

"""What triggers and conditions ask for: rules and contacts that were picked, and values of messages."""

from collections.abc import Collection, Mapping
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..bot.alerts.watches import Watch
from ..bot.model.message import Reading
from ..bot.model.rules import AlertRule, Condition, Operator, Value
from ..bot.model.topics import fold, matches
from ..const import CONF_JID, DOMAIN
from .events import names_rule

LIMITS = {
    "above": Operator.ABOVE,
    "below": Operator.BELOW,
    "to": Operator.EQUAL,
    "contains": Operator.CONTAINS,
}
"""What can be asked of a value, by the name of the option, and how alert rules judge that."""


@callback
def picked(hass: HomeAssistant, entity_id: str) -> ConfigSubentry | None:
    """Return the rule or contact that an entity of a bot stands for; None if it is no such entity."""
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None or entity.platform != DOMAIN or not entity.config_entry_id:
        return None
    entry = hass.config_entries.async_get_entry(entity.config_entry_id)
    return entry.subentries.get(entity.config_subentry_id or "") if entry else None


@callback
def is_rule(hass: HomeAssistant, wanted: Collection[str], name: str, rule_number: int, rule_id: str) -> bool:
    """Say whether a rule is among the wanted: entities, names, numbers or ids; without any each is."""
    return not wanted or any(
        found.subentry_id == rule_id
        if (found := picked(hass, each)) is not None
        else names_rule(each, name, rule_number, rule_id)
        for each in wanted
    )


@callback
def is_contact(hass: HomeAssistant, wanted: Collection[str], jid: str) -> bool:
    """Say whether a bare JID is among the wanted: notify entities or addresses; without any each is."""
    return not wanted or jid in {contact_jid(hass, each) for each in wanted}


@callback
def contact_jid(hass: HomeAssistant, contact: str) -> str:
    """Return the bare JID of a contact, given as one or as its notify entity."""
    found = picked(hass, contact)
    return contact if found is None else str(found.data.get(CONF_JID, ""))


class Comparison:
    """Judges values of messages as alert rules do. `asks`: not every value fits."""

    def __init__(self, wanted: Mapping[str, Any]) -> None:
        self._topic: str = wanted.get("topic", "")
        self._name = fold(self._topic)
        field: str = wanted.get("field", "")
        asked = [
            Condition(operator, (wanted[option],))
            for option, operator in LIMITS.items()
            if wanted.get(option)
        ]
        self.asks = bool(asked)
        self.limited = self.asks or bool(field)
        # Without a limit the value is looked at all the same.
        conditions = asked or [Condition(Operator.CHANGES)]
        self._watches = [Watch.of(AlertRule(self._topic, condition, field=field)) for condition in conditions]

    @property
    def impossible(self) -> bool:
        """Whether no value can ever fit, as a limit is no number."""
        return any(watch.judge.problem() for watch in self._watches)

    def covers(self, reading: Reading) -> bool:
        """Say whether a message is on the topic, or is called so."""
        topic = reading.message.topic
        return not self._topic or matches(self._topic, topic) or fold(reading.name) == self._name

    def value(self, reading: Reading) -> Value | None:
        """Return the value that is looked at; None if the message has none."""
        found = (watch.value(reading) for watch in self._watches)
        return next((value for value in found if value is not None), None)

    def fits(self, reading: Reading) -> bool:
        """Say whether the value is all that is asked of it."""
        values = [(watch, watch.value(reading)) for watch in self._watches]
        return not self.asks or all(
            value is not None and watch.judge.holds(value, None, (), 0.0) for watch, value in values
        )

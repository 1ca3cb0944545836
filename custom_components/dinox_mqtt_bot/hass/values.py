"""Values as Home Assistant has them: fit for states and events, and their sensors in its registry."""

from collections.abc import Collection, Iterator
import math

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..bot.model.topics import shared

ELLIPSIS = "…"
EXACT = 2**53


def excerpt(text: str, characters: int) -> str:
    """Return the text in at most `characters` code points, its end marked if it was cut."""
    return text if len(text) <= characters else text[: characters - 1].rstrip() + ELLIPSIS


def shown_number(value: float | None) -> float | None:
    """Return a number as Home Assistant shows it: `21`, not `21.0`; None for what JSON cannot hold."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < EXACT else value


def plain_topic(topic_filter: str) -> str:
    """Return the one topic that a filter without wildcards names; empty if it has some."""
    topic = shared(topic_filter)[1]
    return "" if "+" in topic or "#" in topic else topic


def found_id(subentry_id: str, topic: str, path: str) -> str:
    """Return the unique id of a value's sensor: no topic has a `#` in it."""
    return f"{subentry_id}_{topic}#{path}"


@callback
def found_entries(
    hass: HomeAssistant, entry_id: str, subentry_id: str
) -> Iterator[tuple[er.RegistryEntry, str, str]]:
    """Yield the sensors that were found for a subentry, each with the topic and path of its value."""
    registry, begins = er.async_get(hass), f"{subentry_id}_"
    for entry in er.async_entries_for_config_entry(registry, entry_id):
        topic, parted, path = entry.unique_id.removeprefix(begins).partition("#")
        if parted and entry.domain == Platform.SENSOR and entry.unique_id.startswith(begins):
            yield entry, topic, path


@callback
def want(hass: HomeAssistant, entry_id: str, subentry_id: str, wanted: Collection[str]) -> None:
    """Switch the sensors with these unique ids on, and the others of the subentry off."""
    registry = er.async_get(hass)
    for entry, _, _ in list(found_entries(hass, entry_id, subentry_id)):
        if (entry.disabled_by is None) is not (entry.unique_id in wanted):
            by = None if entry.disabled_by else er.RegistryEntryDisabler.INTEGRATION
            registry.async_update_entity(entry.entity_id, disabled_by=by)

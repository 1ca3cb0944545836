"""The sensors of single values in Home Assistant's registry: which there are, and which are wanted."""

from collections.abc import Collection, Iterator

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er


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

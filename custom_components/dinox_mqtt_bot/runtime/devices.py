"""The devices of one bot: itself, and each contact and plain topic that has entities of its own."""

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.loader import async_get_loaded_integration

from ..const import CONF_FILTER, DOMAIN, SUBENTRY_CONTACT, SUBENTRY_TOPIC
from ..entry.rules import CONTACTS, TOPICS
from ..hass.values import plain_topic
from .runtime import BotConfigEntry

MANUFACTURER = "DinoX"
MODELS = {SUBENTRY_TOPIC: "common.model_topic", SUBENTRY_CONTACT: "common.model_contact"}


@callback
def async_register_bot(hass: HomeAssistant, entry: BotConfigEntry) -> None:
    """Create the bot's own device; the others hang on it, so it has to be there first."""
    async_bot_device(hass, entry)


@callback
def async_bot_device(hass: HomeAssistant, entry: BotConfigEntry) -> dr.DeviceEntry:
    """Return the bot's own device, up to date."""
    version = async_get_loaded_integration(hass, DOMAIN).version
    return dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        entry_type=dr.DeviceEntryType.SERVICE,
        identifiers={(DOMAIN, entry.entry_id)},
        manufacturer=MANUFACTURER,
        model="MQTT Bot",
        name=entry.title,
        sw_version=str(version) if version else None,
    )


@callback
def async_register_subentry(hass: HomeAssistant, entry: BotConfigEntry, subentry: ConfigSubentry) -> None:
    """Create the device of a contact or plain topic, or give it its new name."""
    if subentry.subentry_type == SUBENTRY_CONTACT and not entry.runtime_data.has_chat:
        _forget_device(hass, entry, subentry)
    if not has_entities(entry, subentry):
        return
    via = dr.async_get_device_id_by_identifier(hass, (DOMAIN, entry.entry_id), config_entry_id=entry.entry_id)
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        config_subentry_id=subentry.subentry_id,
        entry_type=dr.DeviceEntryType.SERVICE,
        identifiers={(DOMAIN, subentry.subentry_id)},
        manufacturer=MANUFACTURER,
        model=entry.runtime_data.phrases.phrase(MODELS[subentry.subentry_type]),
        name=name_of(subentry),
        via_device_id=via,
    )


def subentry_device(hass: HomeAssistant, entry: BotConfigEntry, subentry_id: str) -> dr.DeviceInfo:
    """Return the device of a subentry for entities that may be the first of it."""
    subentry = entry.subentries[subentry_id]
    return dr.DeviceInfo(
        entry_type=dr.DeviceEntryType.SERVICE,
        identifiers={(DOMAIN, subentry_id)},
        manufacturer=MANUFACTURER,
        model=entry.runtime_data.phrases.phrase(MODELS[subentry.subentry_type]),
        name=name_of(subentry),
        via_device_id=async_bot_device(hass, entry).id,
    )


def name_of(subentry: ConfigSubentry) -> str:
    """Return what a contact or a topic is called."""
    return (CONTACTS if subentry.subentry_type == SUBENTRY_CONTACT else TOPICS).name_of(subentry)


@callback
def _forget_device(hass: HomeAssistant, entry: BotConfigEntry, subentry: ConfigSubentry) -> None:
    """Remove the device that a contact had, with its entity, while the bot had an account."""
    identifier = (DOMAIN, subentry.subentry_id)
    try:
        left = dr.async_get_device_id_by_identifier(hass, identifier, config_entry_id=entry.entry_id)
    except ValueError:  # there is none
        return
    dr.async_get(hass).async_remove_device(left)


def has_entities(entry: BotConfigEntry, subentry: ConfigSubentry) -> bool:
    """Say whether a subentry has entities: a filter with wildcards has none, nor a contact without XMPP."""
    if subentry.subentry_type == SUBENTRY_TOPIC:
        return bool(plain_topic(subentry.data[CONF_FILTER]))
    return subentry.subentry_type == SUBENTRY_CONTACT and entry.runtime_data.has_chat

"""One notify entity per contact."""

from typing import override

from homeassistant.components.notify import NotifyEntity, NotifyEntityDescription
from homeassistant.components.notify.const import NotifyEntityFeature
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .bot.model.replies import BotError
from .const import CONF_JID, SUBENTRY_CONTACT
from .entity import BotEntity, async_add_for_subentries
from .hass.callers import translated
from .runtime.runtime import BotConfigEntry, BotRuntime

PARALLEL_UPDATES = 0

CONTACT = NotifyEntityDescription(key="notify", name=None)


async def async_setup_entry(
    hass: HomeAssistant, entry: BotConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    runtime = entry.runtime_data
    if not runtime.has_chat:
        return
    known: set[str] = set()

    @callback
    def add(subentry: ConfigSubentry) -> None:
        if subentry.subentry_id not in known:
            known.add(subentry.subentry_id)
            async_add_entities(
                [ContactNotify(runtime, subentry.subentry_id)], config_subentry_id=subentry.subentry_id
            )

    async_add_for_subentries(entry, SUBENTRY_CONTACT, add)


class ContactNotify(BotEntity, NotifyEntity):
    """Says something to one contact; available without a connection too, because the outbox keeps it."""

    _attr_supported_features = NotifyEntityFeature.TITLE

    def __init__(self, runtime: BotRuntime, subentry_id: str) -> None:
        super().__init__(runtime, CONTACT, subentry_id)
        self._subentry_id = subentry_id

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        jid = self.runtime.entry.subentries[self._subentry_id].data[CONF_JID]
        try:
            self.runtime.bot.send(f"{title}\n{message}" if title else message, jid)
        except BotError as err:
            raise translated(err, self.runtime.phrases) from err

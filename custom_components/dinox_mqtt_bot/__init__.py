"""DinoX MQTT Bot: MQTT as a conversation, in XMPP and in Home Assistant."""

import logging
import shutil

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .bot.model.replies import BotError
from .const import DOMAIN
from .entry.paths import database_path, received_path
from .issues.registry import async_not_opened, async_take_all_back
from .runtime.build import async_build
from .runtime.devices import async_register_bot, async_register_subentry
from .runtime.llm_api import async_register_llm_api
from .runtime.removal import async_clear_status, leftovers
from .runtime.runtime import BotConfigEntry
from .runtime.webhook_door import async_door, async_shut
from .services import async_register_services

_LOGGER = logging.getLogger(__name__)

PLATFORMS = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CONVERSATION,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.NOTIFY,
    Platform.SENSOR,
    Platform.SWITCH,
)
CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    async_register_services(hass)
    for entry in hass.config_entries.async_entries(DOMAIN, include_disabled=False):
        # Before the first bot is built: programs post whenever Home Assistant answers.
        async_door(hass, entry)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: BotConfigEntry) -> bool:
    """Start a bot. Neither broker nor XMPP server has to be there: the links try for as long as it takes."""
    async_door(hass, entry)
    try:
        runtime = await async_build(hass, entry)
    except BotError as err:
        async_not_opened(hass, entry, err)
        raise ConfigEntryError(
            translation_domain=DOMAIN, translation_key=err.key, translation_placeholders=err.placeholders
        ) from err
    entry.runtime_data = runtime
    await leftovers(hass).async_settle(entry)
    # Also when a platform cannot be set up. Unloading has closed it by then: it may take longer than this.
    entry.async_on_unload(runtime.async_close)
    async_register_bot(hass, entry)
    entry.async_on_unload(
        runtime.subentries.listen(lambda subentry: async_register_subentry(hass, entry, subentry))
    )
    for subentry in entry.subentries.values():
        async_register_subentry(hass, entry, subentry)
    entry.async_on_unload(entry.add_update_listener(_async_entry_changed))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    runtime.async_start()
    entry.async_on_unload(async_register_llm_api(hass, entry))
    if runtime.outdated:
        # Changed while it was built: nobody was there yet to hear of it.
        await _async_entry_changed(hass, entry)

    async def stopped(_event: Event) -> None:
        await runtime.async_close()

    entry.async_on_unload(hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, stopped))
    return True


async def async_unload_entry(hass: HomeAssistant, entry: BotConfigEntry) -> bool:
    """Take the entities away, then say what is left to say and disconnect."""
    if unloaded := await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        await entry.runtime_data.async_close()
        if entry.disabled_by is not None:
            async_shut(hass, entry)
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: BotConfigEntry) -> None:
    """Delete the history, which nothing can read any more, and the status that the broker retains."""
    async_shut(hass, entry)
    path = database_path(hass, entry.entry_id)
    received, _ = received_path(hass, entry.entry_id)

    def blocking() -> None:
        files = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]
        for file in (*files, *path.parent.glob(f"{path.stem}-*.broken*")):
            try:
                file.unlink(missing_ok=True)
            except OSError as err:
                # A folder that cannot be written to is no reason to leave the rest as it is.
                _LOGGER.warning("The bot's file %s could not be deleted: %s", file, err.strerror)
        shutil.rmtree(received, ignore_errors=True)

    await hass.async_add_executor_job(blocking)
    async_take_all_back(hass, entry)
    await async_clear_status(hass, entry)


async def _async_entry_changed(hass: HomeAssistant, entry: BotConfigEntry) -> None:
    if not entry.runtime_data.async_apply():
        hass.config_entries.async_schedule_reload(entry.entry_id)

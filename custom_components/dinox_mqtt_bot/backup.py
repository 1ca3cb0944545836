"""Home Assistant's backups: the history is in them whole, although the bots go on writing."""

import asyncio
import logging

from homeassistant.core import HomeAssistant

from .bot.model.replies import BotError
from .bot.text.numbers import size_text
from .const import DOMAIN
from .runtime.runtime import BotConfigEntry

_LOGGER = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds for which a backup is held up, at most."""


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Have each bot's file whole, and left alone until it is copied."""
    await _async_keep_still(hass, still=True)


async def async_post_backup(hass: HomeAssistant) -> None:
    """Let the files change again."""
    await _async_keep_still(hass, still=False)


async def _async_keep_still(hass: HomeAssistant, *, still: bool) -> None:
    entries: list[BotConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    await asyncio.gather(*(_async_keep_one_still(entry, still=still) for entry in entries))


async def _async_keep_one_still(entry: BotConfigEntry, *, still: bool) -> None:
    """Never raise: the rest of Home Assistant is to be backed up, whatever is wrong with a history."""
    store = entry.runtime_data.store
    try:
        async with asyncio.timeout(PATIENCE):
            await store.keep_still(still=still)
            if still:
                sizes = await store.history.sizes()
                _LOGGER.info(
                    "The backup has the history of %s: %d messages, %s",
                    entry.title,
                    sizes.rows["messages"],
                    size_text(sizes.size),
                )
    except (BotError, TimeoutError) as err:
        _LOGGER.warning("The history of %s may be damaged in the backup: %r", entry.title, err)

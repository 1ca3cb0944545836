"""What a form confirms is stored before it says so."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData

from ..runtime.runtime import BotConfigEntry


async def async_foresee(
    entry: BotConfigEntry,
    *,
    options: Mapping[str, Any] | None = None,
    subentry: ConfigSubentryData | None = None,
) -> None:
    """Store what Home Assistant will keep as soon as the form has ended: it answers in the same moment."""
    if entry.state is ConfigEntryState.LOADED:
        entry.runtime_data.journal.async_foresee(options=options, subentry=subentry)
        await entry.runtime_data.store.settle()


async def async_settle(entry: BotConfigEntry) -> None:
    """Return once what a form has changed is stored."""
    if entry.state is ConfigEntryState.LOADED:
        await entry.runtime_data.settle()

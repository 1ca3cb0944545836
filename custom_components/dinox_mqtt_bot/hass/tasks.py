"""Work beside the path, which ends with the config entry."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

type CreateTask = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]


def tasks_of(hass: HomeAssistant, entry: ConfigEntry[Any]) -> CreateTask:
    """Return what starts such work, under a name."""

    def create_task(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        return entry.async_create_background_task(hass, work, f"{entry.title}: {name}")

    return create_task

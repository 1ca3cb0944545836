"""Which brokers a bot has left, and what is still to be taken away there; kept beyond the bot itself."""

import asyncio
from dataclasses import asdict, replace
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..bot.model.replies import BotError
from ..const import DOMAIN
from ..entry.beacon import bot_id
from ..entry.place import Place
from ..issues.registry import async_say_left, async_take_left_back
from .visits import async_clear, async_is_same

_LOGGER = logging.getLogger(__name__)

CLEAR_SECONDS = 5.0
# A broker that was switched off for the move is back within minutes; later it is looked for once an hour.
RETRY_SECONDS = (2.0, 3_600.0)
GIVE_UP_SECONDS = 7 * 86_400.0


class NotNowError(Exception):
    """The place cannot be judged yet."""


class Leftovers:
    """The places of all bots, each written down before its bot connects there, so that none is forgotten.

    A place that its bot has left is tidied up as soon as its broker can be reached.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._store = Store[dict[str, list[dict[str, Any]]]](hass, 1, f"{DOMAIN}.places", private=True)
        self._places: list[Place] | None = None
        self._again = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def async_settle(self, entry: ConfigEntry[Any]) -> None:
        """Take note where a bot is going to be; where it was before, it has left."""
        places = await self._async_load()
        if (here := Place.of(entry)) is not None:
            here = here.after(places)
        after = [
            self._left(place) if place.entry_id == entry.entry_id else place
            for place in places
            if here is None or not place.is_at(here)
        ]
        if here is not None:
            self._tidied(here)
            after.append(here)
        await self._async_keep(after)
        self._begin()

    async def async_leave(self, entry: ConfigEntry[Any]) -> None:
        """Take note that a bot is removed, and take away what it leaves if that can be done at once."""
        places = await self._async_load()
        if (last := Place.of(entry)) is not None:
            last = last.after(places)
        after = [each for each in places if last is None or not each.is_at(last)]
        after += [last] if last is not None else []
        await self._async_keep(
            [self._left(each) if each.entry_id == entry.entry_id else each for each in after]
        )
        for place in [
            each for each in await self._async_load() if each.left and each.entry_id == entry.entry_id
        ]:
            await self._async_try(place)
        self._begin()

    async def _async_load(self) -> list[Place]:
        if self._places is None:
            kept = await self._store.async_load() or {"places": []}
            if self._places is None:
                self._places = [Place(**place) for place in kept["places"]]
        return self._places

    async def _async_keep(self, places: list[Place]) -> None:
        if places != self._places:
            self._places = places
            await self._store.async_save({"places": [asdict(place) for place in places]})

    def _left(self, place: Place) -> Place:
        return place if place.left else replace(place, left=dt_util.utcnow().timestamp())

    @callback
    def _begin(self) -> None:
        """Tidy up what is left, now and then, until there is nothing."""
        self._again.set()
        if any(place.left for place in self._places or ()) and (self._task is None or self._task.done()):
            self._task = self._hass.async_create_background_task(self._run(), f"{DOMAIN}: tidy up")

    async def _run(self) -> None:
        first, longest = RETRY_SECONDS
        wait = first
        while left := [place for place in await self._async_load() if place.left]:
            self._again.clear()
            for place in left:
                await self._async_try(place)
            try:
                async with asyncio.timeout(wait):
                    await self._again.wait()
                wait = first
            except TimeoutError:
                wait = min(wait * 2, longest)

    async def _async_try(self, place: Place) -> None:
        """Tidy one place up; say so if its broker is away, once."""
        try:
            await self._async_tidy(place)
        except NotNowError:
            return
        except BotError, TimeoutError:
            _LOGGER.warning(
                "The status of %s stays at the broker, on %s", place.name, ", ".join(place.topics)
            )
            async_say_left(self._hass, place)
            if dt_util.utcnow().timestamp() - place.left < GIVE_UP_SECONDS:
                return
        else:
            self._tidied(place)
        await self._async_keep([each for each in await self._async_load() if each != place])

    @callback
    def _tidied(self, place: Place) -> None:
        async_take_left_back(self._hass, place)

    async def _async_tidy(self, place: Place) -> None:
        """Take away what is there, but not from under a bot that has come there by another name.

        Raises NotNowError while that bot does not run, BotError or TimeoutError if the broker is away.
        """
        entries = self._hass.config_entries.async_entries(DOMAIN)
        alike = next((entry for entry in entries if bot_id(entry) == place.bot_id), None)
        here = Place.of(alike) if alike is not None else None
        session_only = False
        if alike is not None and here is not None:
            if alike.state is not ConfigEntryState.LOADED or not alike.runtime_data.settled:
                raise NotNowError
            async with asyncio.timeout(CLEAR_SECONDS):
                session_only = await async_is_same(self._hass, place, alike.runtime_data)
            if session_only and (place.shared or not here.shared):
                return
        async with asyncio.timeout(CLEAR_SECONDS):
            await async_clear(self._hass, place, session_only=session_only)


LEFTOVERS: HassKey[Leftovers] = HassKey(f"{DOMAIN}_leftovers")


@callback
def leftovers(hass: HomeAssistant) -> Leftovers:
    """Return what is kept of all places."""
    return hass.data.setdefault(LEFTOVERS, Leftovers(hass))


async def async_clear_status(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Take a removed bot's retained status back and end its session, now or when its broker is there."""
    await leftovers(hass).async_leave(entry)

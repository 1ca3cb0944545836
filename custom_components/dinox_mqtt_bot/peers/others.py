"""The other bots at the same broker, as devices: there as long as their retained status is."""

import asyncio
from collections.abc import Callable, Mapping
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ..bot.model.announcements import Listeners
from ..bot.peers.beacon import Beacon
from ..bot.peers.neighbours import MOST, NeighbourChange, Neighbours
from ..const import DOMAIN
from ..entry.beacon import bot_id as own_id
from ..hass.clock import Allowance, Pulse

_LOGGER = logging.getLogger(__name__)

# What is not seen so long after the first connection is gone: its retained status was cleared meanwhile.
SETTLED_SECONDS = 60.0
# Devices that come and go by the thousand would keep Home Assistant busy.
NEW_PER_SECOND = 1.0


class OtherBots:
    """Makes a device of each bot that tells of itself, and takes it away when it does no more."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        newcomers = Allowance(NEW_PER_SECOND, MOST)
        self.neighbours = Neighbours(lambda: newcomers.take(hass.loop.time()))
        self.pulse = Pulse(hass.loop)
        self.pulse.listen(self._name)
        self._hass = hass
        self._entry = entry
        self._followers = Listeners[str]()
        self._settled: asyncio.TimerHandle | None = None
        self._came = False

    @callback
    def follow(self, follower: Callable[[str], None]) -> CALLBACK_TYPE:
        """Call `follower` with the id of every bot, known or new, until the function returned is called."""
        for bot_id in self.neighbours:
            follower(bot_id)
        return self._followers.listen(follower)

    def get(self, bot_id: str) -> Beacon | None:
        """Return what a bot last said of itself."""
        return self.neighbours.get(bot_id)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many there are, and how many found no room."""
        return {"other_bots": len(list(self.neighbours)), "other_bots_left_out": self.neighbours.left_out}

    @callback
    def take(self, bot_id: str, payload: bytes) -> None:
        """Take in another bot's status, whatever the payload; this Home Assistant's bots are devices."""
        if any(own_id(entry) == bot_id for entry in self._hass.config_entries.async_entries(DOMAIN)):
            payload = b""
        left_out = self.neighbours.left_out
        change = self.neighbours.take(bot_id, payload)
        if change is NeighbourChange.CAME:
            self._followers.announce(bot_id)
        elif change is NeighbourChange.CHANGED:
            self.pulse.beat()
        elif change is NeighbourChange.GONE:
            self._remove(bot_id)
        elif left_out == 0 and self.neighbours.left_out:
            _LOGGER.warning("More than %d bots tell of themselves, or many at once: some are not shown", MOST)

    @callback
    def came(self) -> None:
        """Take note that the broker is there: all that it retains comes now, if this is the first time."""
        if not self._came:
            self._came = True
            self._settled = self._hass.loop.call_later(SETTLED_SECONDS, self.tidy)

    @callback
    def tidy(self) -> None:
        """Remove the devices of bots that were not seen."""
        for bot_id in self._devices():
            if bot_id not in self.neighbours:
                self._remove(bot_id)

    def close(self) -> None:
        """Leave nothing of it running."""
        self.pulse.close()
        if self._settled is not None:
            self._settled.cancel()

    def _devices(self) -> dict[str, dr.DeviceEntry]:
        """Return the devices there are, by the ids of their bots."""
        beginning = identifier(self._entry, "")
        return {
            name.removeprefix(beginning): device
            for device in dr.async_entries_for_config_entry(dr.async_get(self._hass), self._entry.entry_id)
            for domain, name in device.identifiers
            if domain == DOMAIN and name.startswith(beginning)
        }

    def _remove(self, bot_id: str) -> None:
        if device := self._devices().get(bot_id):
            dr.async_get(self._hass).async_remove_device(device.id)

    def _name(self) -> None:
        """Give the devices the names and versions that their bots have now."""
        registry = dr.async_get(self._hass)
        for bot_id, device in self._devices().items():
            if (beacon := self.neighbours.get(bot_id)) is None:
                continue
            name, version = beacon.name or device.name, beacon.version or device.sw_version
            if (name, version) != (device.name, device.sw_version):
                registry.async_update_device(device.id, name=name, sw_version=version)


def identifier(entry: ConfigEntry[Any], bot_id: str) -> str:
    """Return what the device of another bot is known by; ids of entries and subentries have no slash."""
    return f"{entry.entry_id}/bot/{bot_id}"

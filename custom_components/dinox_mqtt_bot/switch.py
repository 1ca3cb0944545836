"""What is kept from the contacts for a while: normal messages, sounds, all that is not critical."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import math
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .bot.bot import Bot
from .entity import StatusEntity
from .runtime.runtime import BotConfigEntry

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class BotSwitchDescription(SwitchEntityDescription):
    """Something of the bot that is on or off."""

    is_on: Callable[[Bot], bool]
    turn: Callable[[Bot, bool], Awaitable[object]]


async def _pause(bot: Bot, on: bool) -> None:
    await bot.pause(on)


async def _quiet(bot: Bot, on: bool) -> None:
    bot.held.set_quiet(math.inf if on else 0.0)


async def _do_not_disturb(bot: Bot, on: bool) -> None:
    bot.held.set_undisturbed(math.inf if on else 0.0)


SWITCHES = (
    # Normal messages go into the history only; alerts pass.
    BotSwitchDescription(key="paused", translation_key="paused", is_on=lambda bot: bot.paused, turn=_pause),
    # Notifications do not ring; critical ones do.
    BotSwitchDescription(key="quiet", translation_key="quiet", is_on=lambda bot: bot.quiet, turn=_quiet),
    # All but what is critical waits.
    BotSwitchDescription(
        key="do_not_disturb",
        translation_key="do_not_disturb",
        is_on=lambda bot: bot.status.do_not_disturb,
        turn=_do_not_disturb,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: BotConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    async_add_entities(BotSwitch(entry.runtime_data, description) for description in SWITCHES)


class BotSwitch(StatusEntity, SwitchEntity):
    """Switches something of the bot, which remembers it over restarts."""

    entity_description: BotSwitchDescription

    @property
    @override
    def is_on(self) -> bool:
        return self.entity_description.is_on(self.runtime.bot)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self._turn(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self._turn(False)

    async def _turn(self, on: bool) -> None:
        await self.entity_description.turn(self.runtime.bot, on)
        await self.runtime.settle()

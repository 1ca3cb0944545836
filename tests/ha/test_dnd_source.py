"""An entity of Home Assistant says when nobody must be disturbed."""

from homeassistant.const import (
    EVENT_HOMEASSISTANT_STARTED,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import CoreState, HomeAssistant
import pytest

from custom_components.dinox_mqtt_bot.hass.dnd_source import DndSource

NIGHT = "schedule.night"


class Listener:
    def __init__(self, hass: HomeAssistant) -> None:
        self.told: list[bool] = []
        self.source = DndSource(hass, self.told.append)


async def set_state(hass: HomeAssistant, state: str, entity_id: str = NIGHT) -> None:
    hass.states.async_set(entity_id, state)
    await hass.async_block_till_done()


async def test_it_follows_the_entity(hass: HomeAssistant) -> None:
    listener = Listener(hass)
    listener.source.follow(NIGHT)
    assert listener.told == []
    await set_state(hass, STATE_ON)
    await set_state(hass, STATE_OFF)
    assert listener.told == [True, False]


async def test_what_holds_at_the_start_is_told(hass: HomeAssistant) -> None:
    await set_state(hass, STATE_ON)
    listener = Listener(hass)
    listener.source.follow(NIGHT)
    listener.source.follow(NIGHT)
    assert listener.told == [True]


@pytest.mark.parametrize("state", [STATE_UNKNOWN, STATE_UNAVAILABLE, STATE_OFF])
async def test_what_is_not_known_to_be_on_is_off(hass: HomeAssistant, state: str) -> None:
    """Rather told at a bad time than not at all."""
    listener = Listener(hass)
    await set_state(hass, STATE_ON)
    listener.source.follow(NIGHT)
    await set_state(hass, state)
    assert listener.told == [True, False]


async def test_an_entity_that_is_removed_is_off(hass: HomeAssistant) -> None:
    listener = Listener(hass)
    await set_state(hass, STATE_ON)
    listener.source.follow(NIGHT)
    hass.states.async_remove(NIGHT)
    await hass.async_block_till_done()
    assert listener.told == [True, False]


async def test_another_entity_can_take_its_place(hass: HomeAssistant) -> None:
    listener = Listener(hass)
    await set_state(hass, STATE_ON)
    listener.source.follow(NIGHT)
    listener.source.follow("switch.siesta")
    await set_state(hass, STATE_OFF)
    await set_state(hass, STATE_ON)
    assert listener.told == [True, False]
    await set_state(hass, STATE_ON, "switch.siesta")
    assert listener.told == [True, False, True]
    listener.source.follow("")
    assert listener.told == [True, False, True, False]


async def test_nothing_is_told_after_the_end(hass: HomeAssistant) -> None:
    listener = Listener(hass)
    listener.source.follow(NIGHT)
    listener.source.stop()
    await set_state(hass, STATE_ON)
    assert listener.told == []


async def test_while_home_assistant_starts_what_held_before_holds(hass: HomeAssistant) -> None:
    """A restart at night must not tell what was held, only because the schedule is not there yet."""
    hass.set_state(CoreState.starting)
    told: list[bool] = []
    source = DndSource(hass, told.append, told=True)
    source.follow(NIGHT)
    await set_state(hass, STATE_UNAVAILABLE)
    assert told == []
    await set_state(hass, STATE_ON)
    assert told == []
    hass.set_state(CoreState.running)
    await set_state(hass, STATE_OFF)
    assert told == [False]


async def test_an_entity_that_does_not_come_back_is_off_once_everything_has_started(
    hass: HomeAssistant,
) -> None:
    hass.set_state(CoreState.starting)
    told: list[bool] = []
    source = DndSource(hass, told.append, told=True)
    source.follow(NIGHT)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert told == [False]
    source.stop()


async def test_without_an_entity_what_held_before_ends(hass: HomeAssistant) -> None:
    told: list[bool] = []
    DndSource(hass, told.append, told=True).follow("")
    assert told == [False]

"""The entity that says when the bot's contacts must not be disturbed: a schedule, a calendar, a switch."""

from collections.abc import Callable

from homeassistant.const import STATE_ON
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event


class DndSource:
    """Tells whether the entity is on; off too is an entity that is missing, unavailable or unknown."""

    def __init__(self, hass: HomeAssistant, tell: Callable[[bool], None]) -> None:
        self._hass = hass
        self._tell = tell
        self._entity_id = ""
        self._told = False
        self._untrack: CALLBACK_TYPE | None = None

    @callback
    def follow(self, entity_id: str) -> None:
        """Follow this entity instead of the one before; none if empty."""
        if entity_id == self._entity_id:
            return
        self.stop()
        self._entity_id = entity_id
        if entity_id:
            self._untrack = async_track_state_change_event(self._hass, entity_id, self._changed)
        self._take(self._hass.states.get(entity_id) if entity_id else None)

    @callback
    def stop(self) -> None:
        """Follow no entity any more; what was told last holds."""
        self._entity_id = ""
        if self._untrack is not None:
            self._untrack()
            self._untrack = None

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        self._take(event.data["new_state"])

    def _take(self, state: State | None) -> None:
        on = state is not None and state.state == STATE_ON
        if on != self._told:
            self._told = on
            self._tell(on)

"""The entity that says when the bot's contacts must not be disturbed: a schedule, a calendar, a switch."""

from collections.abc import Callable

from homeassistant.const import STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import (
    CALLBACK_TYPE,
    CoreState,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.start import async_at_started


class DndSource:
    """Tells if the entity is on (missing is off); while Home Assistant starts, `told` before holds."""

    def __init__(self, hass: HomeAssistant, report: Callable[[bool], None], *, told: bool = False) -> None:
        self._hass = hass
        self._report = report
        self._entity_id = ""
        self._told = told
        self._untrack: CALLBACK_TYPE | None = None
        self._unwait: CALLBACK_TYPE | None = None

    @callback
    def follow(self, entity_id: str) -> None:
        """Follow this entity instead of the one before; none if empty."""
        if entity_id == self._entity_id and (entity_id or not self._told):
            return
        self.stop()
        self._entity_id = entity_id
        if not entity_id:
            self._take(None)
            return
        self._untrack = async_track_state_change_event(self._hass, entity_id, self._changed)
        self._unwait = async_at_started(self._hass, self._started)
        self._take(self._hass.states.get(entity_id))

    @callback
    def stop(self) -> None:
        """Follow no entity any more; what was told last holds."""
        self._entity_id = ""
        for end in (self._untrack, self._unwait):
            if end is not None:
                end()
        self._untrack = self._unwait = None

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        self._take(event.data["new_state"])

    @callback
    def _started(self, hass: HomeAssistant) -> None:
        self._take(hass.states.get(self._entity_id))

    def _take(self, state: State | None) -> None:
        missing = state is None or state.state in {STATE_UNAVAILABLE, STATE_UNKNOWN}
        if missing and self._entity_id and self._hass.state is not CoreState.running:
            return
        on = state is not None and state.state == STATE_ON
        if on != self._told:
            self._told = on
            self._report(on)

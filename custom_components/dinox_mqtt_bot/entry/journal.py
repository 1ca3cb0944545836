"""What was changed in a config entry, kept by the bot itself until Home Assistant has saved it.

Home Assistant writes its config entries a second after the last change. Whoever was told that a rule is kept
must find it again, also if the process is killed within that second.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
import logging
from pathlib import Path
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import (
    STORAGE_KEY,
    ConfigEntry,
    ConfigSubentry,
    ConfigSubentryData,
    ConfigSubentryDataWithId,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.json import json_dumps
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util.json import json_loads_object

from ..bot.ports import Memory

_LOGGER = logging.getLogger(__name__)

KEY = "journal"
# Changes by the hundred, as in an import, are written together.
GATHER_SECONDS = 0.5
# When it is looked whether Home Assistant has saved: later each time it has not.
LOOK_SECONDS = (5.0, 300.0)
# States that one run may have been through since the last that is saved; the first of them always counts.
MOST_STATES = 1_000


class Journal:
    """The options and subentries of one entry, as the bot's memory keeps them.

    A state is named by the entry's `modified_at`, which Home Assistant sets anew with every change. The
    journal names those that its own came after. If an entry is loaded in one of these, what came after is
    lost and is restored; in any other, it was saved, or changed in another way, and the journal says nothing.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory) -> None:
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._state = _state_of(entry)
        self._before: list[str] = []
        self._unwritten = False
        self._wait: CALLBACK_TYPE | None = None
        self._look: CALLBACK_TYPE | None = None
        self._patience = LOOK_SECONDS[0]

    @callback
    def async_restore(self) -> None:
        """Bring the entry to what was confirmed last; before anything is built from it."""
        try:
            kept = json_loads_object(self._memory.get(KEY) or "{}")
            before, state = _names(kept.get("before")), kept.get("state")
            if self._state in before:
                _LOGGER.info("%s was changed shortly before the end, and is again", self._entry.title)
                _restore(self._hass, self._entry, kept)
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            _LOGGER.warning("What was changed shortly before the end cannot be read: %s", err)
            return
        if self._state in before:
            self._before = before[: before.index(self._state)]
            self.async_note()
            self._look_later()
        elif self._state == state:
            self._before = before
            self._look_later()
        elif kept:
            self._memory.set(KEY, "")

    @callback
    def async_note(self) -> None:
        """Take note that the entry may have changed."""
        state = _state_of(self._entry)
        if state == self._state:
            return
        self._before.append(self._state)
        if len(self._before) > MOST_STATES:
            del self._before[1]
        self._state = state
        self._unwritten = True
        if self._wait is None:
            self.async_write()
            self._wait = async_call_later(self._hass, GATHER_SECONDS, self._gathered)

    @callback
    def async_write(self) -> None:
        """Hand what changed to the memory, which is then to be settled."""
        if self._unwritten:
            self._keep(self._before, self._state, self._entry.options, _written(self._entry))
            self._look_later()

    @callback
    def async_foresee(
        self, *, options: Mapping[str, Any] | None = None, subentry: ConfigSubentryData | None = None
    ) -> None:
        """Hand over what Home Assistant is about to do when a form ends, which it answers at once."""
        subentries = _written(self._entry)
        if subentry is not None:
            new = ConfigSubentry(
                data=MappingProxyType(dict(subentry["data"])),
                subentry_type=subentry["subentry_type"],
                title=subentry["title"],
                unique_id=subentry["unique_id"],
            )
            subentries.append(new.as_dict())
        # Under no name: the state that comes will have its own.
        self._keep([*self._before, self._state], "", options or self._entry.options, subentries)
        self._look_later()

    def _keep(
        self,
        before: Iterable[str],
        state: str,
        options: Mapping[str, Any],
        subentries: list[ConfigSubentryDataWithId],
    ) -> None:
        self._unwritten = False
        text = {"before": list(before), "state": state, "options": dict(options), "subentries": subentries}
        self._memory.set(KEY, json_dumps(text))

    @callback
    def async_close(self) -> None:
        """Hand over what is left. Home Assistant may save it still, or not."""
        self.async_write()
        for cancel in (self._wait, self._look):
            if cancel is not None:
                cancel()
        self._wait = self._look = None

    @callback
    def _gathered(self, _now: datetime) -> None:
        self._wait = None
        if self._unwritten:
            self.async_write()
            self._wait = async_call_later(self._hass, GATHER_SECONDS, self._gathered)

    def _look_later(self) -> None:
        if self._look is None:
            self._look = async_call_later(self._hass, self._patience, self._looked)

    async def _looked(self, _now: datetime) -> None:
        """Forget what Home Assistant has saved: whoever puts an older file in its place means it."""
        path = self._hass.config.path(STORAGE_DIR, STORAGE_KEY)
        saved = await self._hass.async_add_executor_job(_saved_state, Path(path), self._entry.entry_id)
        if self._look is None:  # closed meanwhile
            return
        self._look = None
        if saved == self._state and not self._unwritten:
            self._before.clear()
            self._memory.set(KEY, "")
            self._patience = LOOK_SECONDS[0]
            return
        if saved in self._before:
            del self._before[: self._before.index(saved)]
        self._patience = min(self._patience * 2, LOOK_SECONDS[1])
        self._look_later()


def _names(before: object) -> list[str]:
    return [str(name) for name in before] if isinstance(before, list) else []


def _state_of(entry: ConfigEntry[Any]) -> str:
    return entry.modified_at.isoformat()


def _written(entry: ConfigEntry[Any]) -> list[ConfigSubentryDataWithId]:
    return [subentry.as_dict() for subentry in entry.subentries.values()]


def _saved_state(path: Path, entry_id: str) -> str:
    """Return the state of an entry in the file, empty if it cannot be read. Blocks."""
    try:
        entries = json_loads_object(path.read_bytes())["data"]["entries"]  # type: ignore[index,call-overload]
        return str(next(each["modified_at"] for each in entries if each["entry_id"] == entry_id))  # type: ignore[index,call-overload,union-attr]
    except OSError, ValueError, KeyError, TypeError, StopIteration:
        return ""


def _restore(hass: HomeAssistant, entry: ConfigEntry[Any], kept: Mapping[str, Any]) -> None:
    """Make options and subentries what is kept. Raises KeyError or TypeError for what another has written."""
    wanted = {
        each["subentry_id"]: ConfigSubentry(**{**each, "data": MappingProxyType(each["data"])})
        for each in kept["subentries"]
    }
    options, entries = dict(kept["options"]), hass.config_entries
    for subentry_id in entry.subentries.keys() - wanted.keys():
        entries.async_remove_subentry(entry, subentry_id)
    known = {key: entry.subentries[key] for key in wanted.keys() & entry.subentries.keys()}
    for key, subentry in known.items():
        if subentry.unique_id != wanted[key].unique_id:  # two may have changed names
            entries.async_update_subentry(entry, subentry, unique_id=None)
    for key, subentry in wanted.items():
        if key in known:
            entries.async_update_subentry(
                entry, known[key], data=subentry.data, title=subentry.title, unique_id=subentry.unique_id
            )
        else:
            entries.async_add_subentry(entry, subentry)
    entries.async_update_entry(entry, options=options)

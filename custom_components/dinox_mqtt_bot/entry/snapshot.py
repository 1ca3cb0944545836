"""What a config entry said when it was last looked at."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from ..const import (
    CONF_CLICK,
    CONF_DIGEST_SECONDS,
    CONF_DISCOVERABLE,
    CONF_DISCOVERY,
    CONF_DISCOVERY_PREFIX,
    CONF_DND_ENTITY,
    CONF_FOLLOWS,
    CONF_FREE_TEXT,
    CONF_FREE_TEXT_AGENT,
    CONF_FREE_TEXT_RESPONSE_TOPIC,
    CONF_FREE_TEXT_TIMEOUT,
    CONF_FREE_TEXT_TOPIC,
    CONF_FREE_TEXT_WITHOUT_USER,
    CONF_NOTIFY_TARGETS,
    CONF_PAUSED,
    CONF_SOUND,
    CONF_STORM,
    CONF_TELL_NOTIFICATIONS,
)
from .account import shares_account

# Options that the running bot takes over; every other change, and every one of the data, needs a reload.
LIVE_OPTIONS = frozenset(
    {
        CONF_CLICK,
        CONF_DIGEST_SECONDS,
        CONF_DISCOVERY,
        CONF_DISCOVERY_PREFIX,
        CONF_DND_ENTITY,
        CONF_FOLLOWS,
        CONF_FREE_TEXT,
        CONF_FREE_TEXT_AGENT,
        CONF_FREE_TEXT_RESPONSE_TOPIC,
        CONF_FREE_TEXT_TIMEOUT,
        CONF_FREE_TEXT_TOPIC,
        CONF_FREE_TEXT_WITHOUT_USER,
        CONF_NOTIFY_TARGETS,
        CONF_PAUSED,
        CONF_SOUND,
        CONF_STORM,
        CONF_TELL_NOTIFICATIONS,
    }
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Copies, as Home Assistant changes subentries in place; the parts were built from `fixed`."""

    fixed: tuple[dict[str, Any], dict[str, Any], str, bool]
    subentries: dict[str, dict[str, Any]]  # data by id; a title follows from it

    @classmethod
    def of(cls, entry: ConfigEntry[Any]) -> Self:
        """Copy what the entry says now."""
        # Below the prefix stands how the bot introduces itself, which is taken away when it starts anew.
        fixed = {CONF_DISCOVERY_PREFIX} if entry.options.get(CONF_DISCOVERABLE) else set()
        live = LIVE_OPTIONS - fixed
        options = {name: value for name, value in entry.options.items() if name not in live}
        subentries = {key: dict(each.data) for key, each in entry.subentries.items()}
        return cls((dict(entry.data), options, entry.title, shares_account(entry)), subentries)

    def changed_since(self, before: Snapshot, entry: ConfigEntry[Any]) -> Iterator[ConfigSubentry]:
        """Return the subentries that came or changed."""
        for subentry_id, said in self.subentries.items():
            if before.subentries.get(subentry_id) != said:
                yield entry.subentries[subentry_id]

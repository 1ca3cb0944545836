"""Where a bot leaves something at a broker: the session of its client id, and what is retained of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PATH, CONF_PORT, CONF_PROTOCOL, CONF_USERNAME

from ..bot.peers.beacon import status_topic
from ..const import (
    CONF_CA,
    CONF_CLIENT_CERT,
    CONF_CLIENT_ID,
    CONF_CLIENT_KEY,
    CONF_JID,
    CONF_MODE,
    CONF_SERVER,
    CONF_TLS,
    CONF_TLS_NAME,
    CONF_TRANSPORT,
    CONF_XMPP_PASSWORD,
    Mode,
)
from .account import is_on_account
from .beacon import bot_id, retained_topics, unfit

# What it takes to come back there.
_BROKER = (
    CONF_MODE,
    CONF_SERVER,
    CONF_HOST,
    CONF_PORT,
    CONF_CLIENT_ID,
    CONF_USERNAME,
    CONF_PASSWORD,
    CONF_TLS,
    CONF_TLS_NAME,
    CONF_CA,
    CONF_CLIENT_CERT,
    CONF_CLIENT_KEY,
    CONF_PROTOCOL,
    CONF_TRANSPORT,
    CONF_PATH,
)
_ACCOUNT = (CONF_JID, CONF_XMPP_PASSWORD)


@dataclass(frozen=True, slots=True)
class Place:
    """One bot at one broker, with the data to connect there; `left` is the Unix time it went, 0 before.

    `beside` is where something of it is retained, or was, besides its status.
    """

    entry_id: str
    name: str
    bot_id: str
    data: dict[str, Any]
    left: float = 0.0
    beside: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, entry: ConfigEntry[Any]) -> Self | None:
        """Return where a bot is; None where nothing can stay (Prosody, PubSub)."""
        if unfit(entry.data):
            return None
        keys = (*_BROKER, *(_ACCOUNT if is_on_account(entry.data) else ()))
        data = {key: entry.data[key] for key in keys if key in entry.data}
        return cls(entry.entry_id, entry.title, bot_id(entry), data, beside=retained_topics(entry)[:-1])

    @property
    def shared(self) -> bool:
        """Whether the connection there is Home Assistant's, so that no session is the bot's."""
        return Mode(self.data[CONF_MODE]) is Mode.HOME_ASSISTANT

    @property
    def host(self) -> str:
        """The broker's host, empty for Home Assistant's own."""
        return str(self.data.get(CONF_HOST, ""))

    @property
    def port(self) -> int:
        """The broker's port, 0 for Home Assistant's own."""
        return int(self.data.get(CONF_PORT, 0))

    @property
    def topic(self) -> str:
        """Where the bot's status is retained."""
        return status_topic(self.bot_id)

    @property
    def topics(self) -> list[str]:
        """Where something of the bot may be retained: its status last, which the others go by."""
        return [*self.beside, self.topic]

    def after(self, earlier: Iterable[Place]) -> Self:
        """Return it with what it has beside its status since it is there."""
        before = [topic for place in earlier if place.is_at(self) for topic in place.beside]
        return replace(self, beside=list(dict.fromkeys([*before, *self.beside])))

    def is_at(self, other: Place) -> bool:
        """Say whether both are the same bot at the same address."""
        return (self.host.lower(), self.port, self.bot_id) == (other.host.lower(), other.port, other.bot_id)

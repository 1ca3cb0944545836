"""Tells once that the server of the bot's account is an MQTT broker too, if the bot makes no use of that."""

from datetime import datetime
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..bot.model.jid import domain_of
from ..bot.ports import Memory
from ..broker.finding import DoorFound
from ..const import CONF_CLIENT_ID, CONF_JID, CONF_MODE, CONF_XMPP_HOST, Mode
from ..entry.account import is_on_account
from ..hass.no_chat import NoChat
from ..hass.tasks import CreateTask
from ..probing.account import async_try_host
from ..xmpp.detection import ServerKind
from ..xmpp.link import XmppLink
from .registry import Issue, IssueKind, async_raise, async_take_back

_LOGGER = logging.getLogger(__name__)

# The first minutes of a bot belong to its messages.
PATIENCE_SECONDS = 120.0
ASKED = "server_asked"
NAMES = {ServerKind.EJABBERD: "ejabberd", ServerKind.PROSODY: "Prosody"}


class ServerHint:
    """Asks a server once in a bot's life, some time after the login."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        *,
        chat: XmppLink | NoChat,
        memory: Memory,
        create_task: CreateTask,
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._chat = chat
        self._memory = memory
        self._create_task = create_task
        self._cancel: CALLBACK_TYPE | None = None
        self._begun = False

    @callback
    def start(self) -> None:
        """Take the hint back from a bot that it is nothing to, any more."""
        if not self._wanted:
            async_take_back(self._hass, self._entry, Issue(IssueKind.SERVER_IS_BROKER))

    @callback
    def begin(self) -> None:
        """Take note that the bot is logged in."""
        if self._begun or not self._wanted or self._memory.get(ASKED):
            return
        self._begun = True

        @callback
        def due(_now: datetime) -> None:
            self._cancel = None
            self._create_task(self._ask(), "ask the XMPP server")

        self._cancel = async_call_later(self._hass, PATIENCE_SECONDS, due)

    @callback
    def stop(self) -> None:
        """Ask nothing any more."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @property
    def _wanted(self) -> bool:
        return not isinstance(self._chat, NoChat) and not is_on_account(self._entry.data)

    async def _ask(self) -> None:
        found = None if isinstance(self._chat, NoChat) else await self._chat.examine()
        if found is None:
            self._begun = False  # with the next login
            return
        door = await self._door(found.kind) if found.kind is not ServerKind.OTHER else None
        self._memory.set(ASKED, dt_util.now().date().isoformat())
        if door is None:
            return
        _LOGGER.info("The XMPP server is an MQTT broker too, at port %d", door.door.settings.port)
        told = {
            "server": NAMES[found.kind],
            "host": door.door.settings.host,
            "port": str(door.door.settings.port),
        }
        async_raise(self._hass, self._entry, Issue(IssueKind.SERVER_IS_BROKER), told)

    async def _door(self, kind: ServerKind) -> DoorFound | None:
        """Return the port that speaks MQTT. The password is shown to nobody: it was not given for that."""
        data = {**self._entry.data, CONF_MODE: Mode.XMPP_ACCOUNT.value}
        data.setdefault(CONF_CLIENT_ID, "dinox-mqtt-bot")
        host = data[CONF_XMPP_HOST] or domain_of(data[CONF_JID]).strip("[]")
        doors = await async_try_host(self._hass, data, kind, host, login=False)
        return next((door for door in doors if door.speaks_mqtt and door.answers), None)

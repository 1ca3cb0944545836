"""What other programs ask of the bot over MQTT, done."""

from collections.abc import Awaitable, Callable
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback

from ..bot.model.message import Message
from ..bot.peers.remote import RemoteCommand, RemoteCommands
from ..entry.beacon import bot_id, remote_secret
from ..hass.tasks import CreateTask

_LOGGER = logging.getLogger(__name__)


class RemoteControl:
    """Does what may be asked of the bot; `pause` hides normal messages, or tells them again."""

    def __init__(
        self,
        entry: ConfigEntry[Any],
        *,
        pause: Callable[[bool], Awaitable[object]],
        reconnect: Callable[[], None],
        now: Callable[[], float],
        create_task: CreateTask,
    ) -> None:
        self._commands = RemoteCommands(bot_id(entry), remote_secret(entry))
        self._pause = pause
        self._reconnect = reconnect
        self._now = now
        self._create_task = create_task

    @callback
    def take(self, message: Message) -> None:
        """Do what a message on a command topic asks for, beside the path of the messages."""
        command = self._commands.read(message, self._now())
        if command is not None:
            _LOGGER.info("Asked over MQTT to %s", command.name.lower())
            self._create_task(self._do(command), "do what was asked over mqtt")

    async def _do(self, command: RemoteCommand) -> None:
        if command is RemoteCommand.RECONNECT:
            self._reconnect()
        else:
            await self._pause(command is RemoteCommand.PAUSE)

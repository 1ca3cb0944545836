"""What may be asked of a bot over MQTT: to pause, to go on, to connect anew."""

from enum import Enum, auto
import hmac
import logging
from typing import Final

from ..model.message import Message
from ..text.rate import Window
from .beacon import remote_topic

_LOGGER = logging.getLogger(__name__)

_MOST_BYTES: Final = 256
_MOST_A_MINUTE: Final = 6
SHORTEST_SECRET: Final = 12
"""Characters: what can be guessed is no secret."""


class RemoteCommand(Enum):
    """What can be asked for."""

    PAUSE = auto()
    RESUME = auto()
    RECONNECT = auto()


# By the last level of the topic and the word: those of Home Assistant's switches and buttons.
_COMMANDS: Final = {
    ("pause", b"ON"): RemoteCommand.PAUSE,
    ("pause", b"OFF"): RemoteCommand.RESUME,
    ("reconnect", b"PRESS"): RemoteCommand.RECONNECT,
}


class RemoteCommands:
    """Reads what comes on the command topics, a word and after a blank the secret.

    Of an empty `secret` there is none: whoever may publish there is obeyed. With None nobody is.
    """

    def __init__(self, bot_id: str, secret: str | None) -> None:
        self._own = remote_topic(bot_id, "")
        self._secret = None if secret is None else secret.encode()
        self._done = Window()
        self._warned = False

    def read(self, message: Message, now: float) -> RemoteCommand | None:
        """Return what is to be done. Total: no message makes it raise."""
        if self._secret is None or not message.topic.startswith(self._own):
            return None
        command, why = self._judged(message, self._secret, now)
        if command is not None:
            self._done.add(now)
            return command
        _LOGGER.log(
            logging.DEBUG if self._warned else logging.WARNING,
            "A command on %.200s was not obeyed: %s",
            message.topic,
            why,
        )
        self._warned = True
        return None

    def _judged(self, message: Message, secret: bytes, now: float) -> tuple[RemoteCommand | None, str]:
        """Return a command, or why it is none that is obeyed: nothing that the payload says."""
        if message.retain or message.repeated:
            return None, "it is from another time (retained, or delivered again)"
        if len(message.payload) > _MOST_BYTES:
            return None, "it is too long"
        word, _, given = message.payload.partition(b" ")
        if not hmac.compare_digest(given, secret):
            return None, "without the secret"
        command = _COMMANDS.get((message.topic.removeprefix(self._own), word))
        if command is None:
            return None, "there is no such command"
        if self._done.count(now) >= _MOST_A_MINUTE:
            return None, "there were too many within a minute"
        return command, ""

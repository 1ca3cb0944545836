"""What bots tell of themselves on MQTT, kept out of the chat, and what no broker has to say, left out."""

from collections.abc import Callable
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback

from ..bot.model.message import Message
from ..bot.model.rules import RuleSet
from ..bot.model.topics import INNER, Filters
from ..bot.peers.beacon import ASKED, LAST_ALERT, asked_for, id_of, introduces, is_own
from ..entry.beacon import bot_id, rules_of, tells_status
from .others import OtherBots

_OURS = "dinox/"
_NOBODYS = (*INNER, ASKED)
"""What is no message to anybody: whoever may publish would speak as an entity, or read a secret of others."""


class PeerMessages:
    """A stage of a broker's message's path. `skip` takes what nothing else becomes of, `command` commands."""

    _then: Callable[[Message], None]

    def __init__(
        self,
        entry: ConfigEntry[Any],
        others: OtherBots,
        *,
        skip: Callable[[Message], None],
        command: Callable[[Message], None],
    ) -> None:
        self._id = bot_id(entry)
        self._others = others
        self._skip = skip
        self._command = command
        self._tells_status = tells_status(entry)
        self.apply(rules_of(entry))

    def apply(self, rules: RuleSet) -> None:
        """Take over which bots the user wants to hear; a filter that takes in all topics names none."""
        self._asked_for = Filters(dict.fromkeys(asked_for(rules), True))

    def start(self, *, then: Callable[[Message], None]) -> Callable[[Message], None]:
        """Return what messages have to pass on the way to `then`."""
        self._then = then
        return self._receive

    @callback
    def _receive(self, message: Message) -> None:
        topic = message.topic
        if topic.startswith(_NOBODYS) or introduces(topic):
            self._skip(message)
            if topic.startswith(ASKED):
                self._command(message)
            return
        if not topic.startswith(_OURS):
            self._then(message)
            return
        own = is_own(topic, self._id)
        other = "" if own else id_of(topic)
        if other and self._tells_status:
            self._others.take(other, message.payload)
        if own or ((other or topic.startswith(LAST_ALERT)) and self._asked_for.best(topic) is None):
            self._skip(message)
        else:
            self._then(message)

"""What the bot tells its listeners: entities, triggers, the dashboard card."""

from dataclasses import dataclass

from .reading import Reading
from .rules import Subscription
from .status import BotStatus


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A message came in. `shown` says whether it goes to the chat, now or in a digest.

    `new` is False for what is in the history already: a retained message known before, a redelivered one.
    Entities show its value all the same; nobody is told of it.
    """

    reading: Reading
    subscription: Subscription | None
    shown: bool
    new: bool = True


@dataclass(frozen=True, slots=True)
class ChatReceived:
    """A contact wrote. `command` says whether the text asks for a command."""

    jid: str
    text: str
    command: bool


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """A link came or went, the bot was paused, a notice was delivered or read."""

    status: BotStatus


type Announcement = MessageReceived | ChatReceived | StatusChanged

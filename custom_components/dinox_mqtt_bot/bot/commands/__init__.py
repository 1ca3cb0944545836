"""Everything the bot can be asked to do."""

from ..command import Command
from .messages import History, Pause, Publish, Resume
from .system import Config, Help, Reconnect, Status
from .topics import Alias, Aliases, Qos, RmAlias, Subscribe, Topics, Unsubscribe

COMMANDS: tuple[type[Command], ...] = (
    Status,
    Topics,
    Subscribe,
    Unsubscribe,
    Publish,
    History,
    Pause,
    Resume,
    Qos,
    Alias,
    Aliases,
    RmAlias,
    Config,
    Reconnect,
    Help,
)

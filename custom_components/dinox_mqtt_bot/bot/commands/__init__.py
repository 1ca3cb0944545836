"""Everything the bot can be asked to do."""

from ..command import Command
from .alerts import Alert, Alerts, RmAlert, Rule, Try
from .attending import Ack, Dnd, Mute, Quiet, Snooze, Unmute, Why
from .display import Display, Priority
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
    Alert,
    Alerts,
    Rule,
    RmAlert,
    Try,
    Ack,
    Snooze,
    Mute,
    Unmute,
    Quiet,
    Dnd,
    Why,
    Pause,
    Resume,
    Priority,
    Display,
    Qos,
    Alias,
    Aliases,
    RmAlias,
    Config,
    Reconnect,
    Help,
)

"""Everything the bot can be asked to do."""

from .alerts import Alert, Alerts, RmAlert, Rule, Try
from .attending import Ack, Snooze, Why
from .bridges import Bridge, Bridges, RmBridge
from .command import Command
from .database import Clear, Dbstats, Purge
from .device_commands import DEVICE_COMMANDS
from .display import Board, Display, Priority
from .help import Help
from .history import Chart, Export, History
from .messages import Pause, Publish, Resume
from .quiet import Dnd, Mute, Quiet, Unmute
from .system import Config, Contacts, Reconnect, Status
from .topics import Alias, Aliases, Qos, RmAlias, Subscribe, Topics, Unsubscribe
from .undo import Undo

COMMANDS: tuple[type[Command], ...] = (
    Status,
    Topics,
    Subscribe,
    Unsubscribe,
    Publish,
    History,
    Chart,
    Export,
    Alert,
    Alerts,
    Rule,
    RmAlert,
    Try,
    Ack,
    Snooze,
    Mute,
    Unmute,
    Undo,
    Quiet,
    Dnd,
    Why,
    Pause,
    Resume,
    Priority,
    Display,
    Board,
    Qos,
    Alias,
    Aliases,
    RmAlias,
    Bridge,
    Bridges,
    RmBridge,
    *DEVICE_COMMANDS,
    Contacts,
    Clear,
    Config,
    Reconnect,
    Dbstats,
    Purge,
    Help,
)

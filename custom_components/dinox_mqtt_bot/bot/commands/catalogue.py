"""Everything the bot can be asked to do."""

from .alerts import Alert, Alerts, RmAlert, Rule, Try
from .attending import Ack, Dnd, Mute, Quiet, Snooze, Unmute, Why
from .bridges import Bridge, Bridges, RmBridge
from .command import Command
from .database import Clear, Dbstats, Purge
from .device_commands import DEVICE_COMMANDS
from .display import Board, Display, Priority
from .help import Help
from .history import Chart, Export, History
from .messages import Pause, Publish, Resume
from .suggestions import Suggest
from .system import Config, Reconnect, Status
from .topics import Alias, Aliases, Qos, RmAlias, Subscribe, Topics, Unsubscribe
from .undo import Undo
from .waiting import Later, Once, Remind, Waiting

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
    Once,
    Waiting,
    Remind,
    Later,
    Rule,
    RmAlert,
    Try,
    Suggest,
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
    Clear,
    Config,
    Reconnect,
    Dbstats,
    Purge,
    Help,
)

"""What the bot can be asked to do with the devices that announced themselves, and by presets."""

from .command import Command
from .devices import Devices, Discovery, Set
from .following import Contacts, Follow, Unfollow
from .presets import Preset, Presets
from .value import Count, Value

DEVICE_COMMANDS: tuple[type[Command], ...] = (
    *(Presets, Preset, Devices, Value, Count, Set, Follow, Unfollow, Discovery, Contacts),
)

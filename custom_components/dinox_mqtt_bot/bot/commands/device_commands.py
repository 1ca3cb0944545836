"""What the bot can be asked to do with the devices that announced themselves."""

from .command import Command
from .devices import Devices, Discovery, Set
from .following import Follow, Unfollow

DEVICE_COMMANDS: tuple[type[Command], ...] = (Devices, Set, Follow, Unfollow, Discovery)

"""What looking something up takes."""

from typing import Protocol

from ..model.topics import Subscriptions
from ..ports import Ports
from .readings import Readings


class Lookups(Protocol):
    """The world, what is subscribed, what messages mean, and how times are written."""

    @property
    def ports(self) -> Ports:
        """What the bot needs from the world."""

    @property
    def subscriptions(self) -> Subscriptions:
        """What the user subscribed."""

    @property
    def readings(self) -> Readings:
        """What the messages mean."""

    def moment(self, at: float) -> str:
        """Return a time (Unix) as the user's clock shows it."""

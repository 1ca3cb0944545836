"""What looking something up takes."""

from typing import Protocol

from ..model.moment import Moment
from ..model.topics import Subscriptions
from ..ports import Ports
from .names import Names
from .readings import Readings


class Lookups(Protocol):
    """The world, what is subscribed, what messages mean, what is called how, and how times are written."""

    @property
    def ports(self) -> Ports: ...

    @property
    def subscriptions(self) -> Subscriptions: ...

    @property
    def readings(self) -> Readings: ...

    @property
    def names(self) -> Names: ...

    def is_told(self, topic: str) -> bool:
        """Say whether what comes in on a topic is told, as what is followed is."""

    def moment(self, at: float) -> Moment: ...

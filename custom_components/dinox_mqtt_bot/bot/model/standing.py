"""Where a link stands, as a person wants to know it: without the flicker of each new attempt."""

from .status import LinkStatus, Phase


class Standing:
    """The last state of a link that means something. `since` is Unix time, 0 if it never came or went."""

    def __init__(self, status: LinkStatus) -> None:
        self.status = status
        self.since = 0.0

    def follow(self, status: LinkStatus, now: float) -> bool:
        """Take over a new state; say whether the link came or went.

        An attempt to come back leaves the link offline, with the reason that took it away.
        """
        before = self.status.phase
        if status.phase is Phase.CONNECTING and before is Phase.OFFLINE:
            return False
        self.status = status
        if status.phase is before:
            return False
        self.since = now
        return status.phase is not Phase.CONNECTING

"""How long the disk refuses what it is given, and when that is worth a word."""

# So long the broker waits for its acknowledgements, and nobody is told: a backup locks a file for a moment.
LASTS_SECONDS = 10.0
# It is over when it has not come back for so long.
OVER_SECONDS = 10.0
# What comes and goes is told ever more rarely, and as at first again after so long without.
RARELY_SECONDS = 1_800.0
CALM_SECONDS = 3_600.0


class Trouble:
    """Follows why nothing can be written; times are monotonic. `told`: the reason that people know of."""

    def __init__(self) -> None:
        self.reason = ""
        self.told = ""
        self._since = 0.0
        self._patience = LASTS_SECONDS

    def lasts(self, now: float) -> bool:
        """Whether nothing could be written for so long that what is judged must not wait for it."""
        return bool(self.reason) and now - self._since >= LASTS_SECONDS

    def follow(self, reason: str, now: float) -> bool:
        """Take note of the reason now, empty if there is none; say whether people are to be told."""
        if bool(reason) is not bool(self.reason):
            self._since = now
        self.reason = reason
        lasted = now - self._since
        if reason and not self.told and lasted >= self._patience:
            self.told = reason
            self._patience = min(self._patience * 2, RARELY_SECONDS)
            return True
        if self.told and not reason and lasted >= OVER_SECONDS:
            self.told = ""
            return True
        if not reason and not self.told and lasted >= CALM_SECONDS:
            self._patience = LASTS_SECONDS
        return False

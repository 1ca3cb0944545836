"""What contacts have let agents do without being asked again, and how often agents may ask."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..model.bounded import Bounded
from ..model.replies import BotError

WHILE = 600.0
"""Seconds that a yes for ten minutes goes for, and a no."""
MOST_ASKED = 10
HOUR = 3_600.0
_MOST_KEPT = 100
type _Deed = tuple[str, str]


class Grants:
    """Kept by the agent and what it wanted to do, and in this run of the bot only."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._given = Bounded[_Deed, tuple[str, float]](_MOST_KEPT)
        self._refused = Bounded[_Deed, float](_MOST_KEPT)
        self._asked: deque[float] = deque(maxlen=MOST_ASKED)
        self._is_asking = False

    def giver(self, agent: str, deed: str) -> str:
        """Return who has let an agent do this for now; empty for nobody."""
        who, at = self._given.get((agent, deed)) or ("", 0.0)
        return who if self._is_recent(at, WHILE) else ""

    def give(self, agent: str, deed: str, who: str) -> None:
        """Let an agent do this for a while, as `who` has said."""
        self._given.put((agent, deed), (who, self._now()))

    def refuse(self, agent: str, deed: str) -> None:
        """Take note that somebody has said no."""
        self._refused.put((agent, deed), self._now())

    @contextmanager
    def asking(self, agent: str, deed: str) -> Iterator[None]:
        """Hold the one question that agents may have open.

        Raises BotError `agent_waits`, `agent_declined` for what was refused a moment ago, `agent_too_often`.
        """
        if self._is_asking:
            raise BotError("agent_waits")
        if self._is_recent(self._refused.get((agent, deed)) or 0.0, WHILE):
            raise BotError("agent_declined")
        if len(self._asked) == MOST_ASKED and self._is_recent(self._asked[0], HOUR):
            raise BotError("agent_too_often", most=MOST_ASKED)
        self._asked.append(self._now())
        self._is_asking = True
        try:
            yield
        finally:
            self._is_asking = False

    def _is_recent(self, at: float, seconds: float) -> bool:
        """Say whether a time is in the last seconds; not when the clock was set back."""
        return 0 <= self._now() - at < seconds

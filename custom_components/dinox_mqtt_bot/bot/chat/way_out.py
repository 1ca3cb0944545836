"""The ways out of a flood: offered once for each filter, taken by one word."""

from collections import Counter
from collections.abc import Callable

from ..model.rules import Display, RuleSet, Subscription
from ..ports import Memory, Phrases

OFFERED = "offered"
"""Where it is remembered which filters were offered a way out, the newest last."""
WORDS = ("digest", "silent", "only_alerts", "board")
"""What can be said then, each with its `common.way_out_<word>`."""
_MINUTE = 60.0
_BUSY = frozenset({Display.EACH, Display.CHANGES})


class WayOut:
    """Knows which filters flood the conversation, and to whom it was said how to make it end."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._own: dict[str, Subscription] = {}

    def apply(self, rules: RuleSet) -> None:
        """Take over what is subscribed."""
        self._own = {each.filter: each for each in rules.subscriptions if each.display in _BUSY}

    @property
    def _offered(self) -> list[str]:
        return [each for each in self._memory.get(OFFERED).split("\n") if each]

    @property
    def filter(self) -> str:
        """What was offered last and still floods, or nothing."""
        return next((each for each in self._offered[-1:] if each in self._own), "")

    def offer(self, heard: Counter[str], seconds: float) -> Callable[[Phrases], str] | None:
        """Return what tells of the filter that most is `heard` under, once for each; else nothing."""
        busiest, count = next(iter(heard.most_common(1)), ("", 0))
        offered = self._offered
        if busiest not in self._own or busiest in offered:
            return None
        self._memory.set(OFFERED, "\n".join([*(each for each in offered if each in self._own), busiest]))
        each_second = count / max(seconds, 1.0)
        rate = "second" if each_second >= 1 else "minute"
        values = max(2, round(each_second * (1 if rate == "second" else _MINUTE)))
        key = f"common.way_out_each_{rate}"
        return lambda phrases: phrases.phrase(key, filter=busiest, count=values, **self.words(phrases))

    def words(self, phrases: Phrases) -> dict[str, str]:
        """Return what can be said in a language, by `WORDS`."""
        return {word: phrases.phrase(f"common.way_out_{word}") for word in WORDS}

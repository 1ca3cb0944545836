"""What nobody wants to hear of for a while."""

from collections.abc import Collection, Iterator, Mapping
import json

from ..model.timers import NEVER
from ..model.topics import matches
from ..ports import Memory

KEYS = {True: "muted_rules", False: "mutes"}


class Mutes:
    """What is not told of until a Unix time (infinity: until told so): topic filters, and ids of rules.

    They are kept apart, as a topic may be called as a rule is.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._until = {of_rule: dict(_read(memory.get(key))) for of_rule, key in KEYS.items()}
        # An earlier version kept all of them as topics.
        self._mixed = not memory.get(KEYS[True])

    def __iter__(self) -> Iterator[tuple[str, float]]:
        """Yield all that is muted, and until when."""
        for found in self._until.values():
            yield from found.items()

    @property
    def topics(self) -> Mapping[str, float]:
        """The topic filters that are muted, and until when."""
        return self._until[False]

    @property
    def rules(self) -> Mapping[str, float]:
        """The ids of the rules that are muted, and until when."""
        return self._until[True]

    @property
    def due_at(self) -> float:
        return min((until for _, until in self), default=NEVER)

    def add(self, what: str, until: float, *, of_rule: bool = False) -> None:
        self._until[of_rule][what] = until
        self._write()

    def remove(self, what: str, *, of_rule: bool = False) -> bool:
        """End a mute; say whether there was one."""
        found = self._until[of_rule].pop(what, None) is not None
        if found:
            self._write()
        return found

    def expire(self, now: float) -> bool:
        """Forget what has ended; say whether anything has."""
        left = {
            of_rule: {what: until for what, until in found.items() if until > now}
            for of_rule, found in self._until.items()
        }
        ended = left != self._until
        if ended:
            self._until = left
            self._write()
        return ended

    def keep(self, rule_ids: Collection[str], broker: str) -> None:
        """Forget the mutes of rules that are no more; `broker` is the one that is always there."""
        topics, rules = self._until[False], self._until[True]
        if self._mixed:
            # The broker's own alert was muted by its topic, which is empty.
            ids = {"": broker, **{rule_id: rule_id for rule_id in rule_ids}}
            rules = {ids[what]: topics.pop(what) for what in list(topics) if what in ids}
        left = {what: until for what, until in rules.items() if what in rule_ids or what == broker}
        if self._mixed or left != rules:
            self._until[True], self._mixed = left, False
            self._write()

    def covers(self, topic: str, rule_id: str = "") -> bool:
        """Say whether a topic, or a rule on it, is muted."""
        if rule_id in self._until[True]:
            return True
        # The broker's own alert is on no topic.
        return bool(topic) and any(matches(what, topic) for what in self._until[False])

    def _write(self) -> None:
        for of_rule, found in self._until.items():
            said = {what: None if until == NEVER else until for what, until in found.items()}
            self._memory.set(KEYS[of_rule], json.dumps(said, ensure_ascii=False))


def _read(text: str) -> Iterator[tuple[str, float]]:
    for what, until in json.loads(text or "{}").items():
        yield what, NEVER if until is None else until

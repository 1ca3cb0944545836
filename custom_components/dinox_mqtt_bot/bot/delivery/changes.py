"""What each caller changed last, so that it can be taken back."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass

from ..model.bounded import Bounded
from ..model.replies import Caller
from ..model.rules import RuleSet
from .mutes import Mutes

_MOST = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stood: the rules, and until when what is muted; `True` with the id of a rule."""

    rules: RuleSet
    muted: Mapping[tuple[bool, str], float]

    @staticmethod
    def of(rules: RuleSet, mutes: Mutes) -> Standing:
        every = ((of_rule, found) for of_rule, found in ((True, mutes.rules), (False, mutes.topics)))
        return Standing(
            rules, {(of_rule, what): end for of_rule, found in every for what, end in found.items()}
        )


@dataclass(frozen=True, slots=True)
class RulesChange:
    """How things stood before a command, and after it."""

    before: Standing
    after: Standing


class LastChanges:
    """The last change of each who made one."""

    def __init__(self) -> None:
        self._last = Bounded[str, RulesChange](_MOST)

    def note(self, caller: Caller, before: Standing, after: Standing) -> None:
        """Keep a change, if it is one."""
        if before != after:
            self._last.put(_key(caller), RulesChange(before, after))

    def last(self, caller: Caller) -> RulesChange | None:
        return self._last.get(_key(caller))


def differences[Thing](
    before: Iterable[Thing], after: Iterable[Thing], key: Callable[[Thing], Hashable]
) -> list[tuple[Thing | None, Thing | None]]:
    """Return what was and what is of each thing that became different."""
    was, now = ({key(each): each for each in some} for some in (before, after))
    return [(was.get(each), now.get(each)) for each in {**was, **now} if was.get(each) != now.get(each)]


def _key(caller: Caller) -> str:
    return caller.user or caller.who

"""Which notification stands for which alerts: what is told later takes its place."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from ..model.alert import Alert
from ..model.notice import HELD, HELD_TOO, UNTAGGED, is_target
from ..model.rules import Priority
from .texts import Told

PUSHED_APART = 3
_ANY = ""

type Incident = tuple[str, str, int]


class Tags:
    """The tags of the notifications that targets have; `active` are the alerts that are wrong now.

    A notification is replaced only by what is true of all that it stands for: one alert of several that is
    over gets a notification of its own, and the last one takes the place of what told of them all. What has
    no notification yet, and is held (`holds`), gets none: the one that tells of all that was held stays. Only
    the end of what such a one has told gets its own: it is put up even if nobody names the target by then.
    """

    def __init__(self, active: Callable[[], Iterable[Alert]], holds: Callable[[str, Priority], bool]) -> None:
        self._active = active
        self._holds = holds
        self._tags: dict[tuple[str, Incident], str] = {}

    @cached_property
    def _under(self) -> dict[tuple[str, str], set[Incident]]:
        """What is wrong, by target and tag; looked for when the first target is told something."""
        found: dict[tuple[str, str], set[Incident]] = {}
        for alert in self._active():
            # An earlier version wrote down the tag, and not to whom.
            for to, tag in alert.told_to or ((_ANY, alert.tag),):
                if tag not in UNTAGGED:
                    found.setdefault((to, tag), set()).add((alert.rule, alert.topic, alert.number))
        return found

    def part(self, to: str, group: Iterable[Told]) -> list[tuple[str, list[Told]]]:
        """Return what one target is told, with the tag of each notification."""
        standing: dict[str, list[Told]] = {}
        for one in group:
            standing.setdefault(self._tag(to, one), []).append(one)
        fresh = standing.pop("", [])
        found: dict[str, list[Told]] = {}
        for tag, ones in standing.items():
            if self._is_shared(to, tag, ones):
                fresh += ones
            else:
                found[tag] = ones
        parted = [*found.items(), *self._fresh(to, fresh)]
        for tag, ones in parted:
            self._note(to, tag, ones)
        return parted

    def left(self, alerts: Iterable[Alert], among: list[Told]) -> dict[tuple[str, str], Alert]:
        """Return the notifications of alerts, by target and tag; none that others than `among` share."""
        pairs = [(to, tag, alert) for alert in alerts for to, tag in alert.told_to if is_target(to)]
        found = {(to, tag): alert for to, tag, alert in pairs if tag not in UNTAGGED}
        return {key: alert for key, alert in found.items() if not self._is_shared(*key, among)}

    def _fresh(self, to: str, group: list[Told]) -> Iterator[tuple[str, list[Told]]]:
        """Yield what takes the place of nothing: few have a notification each, many share one."""
        apart = [[one] for one in group] if len(group) <= PUSHED_APART else [group]
        for ones in apart:
            tags = [_own(one) if len(ones) == 1 else f"{_own(one)}-all" for one in ones]
            # One that began others may stand for those still.
            tag = next((tag for tag in tags if not self._is_shared(to, tag, ones)), tags[0])
            held = self._holds(to, max(priority_for(to, one) for one in ones))
            yield tag if not held or all(one.over and _was_told(to, one) for one in ones) else HELD, ones

    def _tag(self, to: str, one: Told) -> str:
        tag = self._tags.get((to, one.incident)) or dict(one.alert.told_to).get(to, "")
        return "" if tag in UNTAGGED else tag

    def _is_shared(self, to: str, tag: str, ones: list[Told]) -> bool:
        """Say whether a notification stands for an alert that is wrong, and not among these."""
        under = self._under.get((to, tag), set()) | self._under.get((_ANY, tag), set())
        return not under <= {one.incident for one in ones}

    def _note(self, to: str, tag: str, ones: list[Told]) -> None:
        for one in ones:
            self._under.get((to, self._tag(to, one)), set()).discard(one.incident)
            self._tags[to, one.incident] = tag
            if not (one.over or one.passed):
                self._under.setdefault((to, tag), set()).add(one.incident)


def priority_for(to: str, one: Told) -> Priority:
    """Return how urgent it is for somebody: that it is over waits behind the news that it began."""
    waits = one.over and dict(one.alert.told_to).get(to) == HELD
    return min(one.priority, Priority.ALERT) if waits else one.priority


def _was_told(to: str, one: Told) -> bool:
    return dict(one.alert.told_to).get(to) in {"", HELD_TOO}


def _own(one: Told) -> str:
    return f"dinox-{one.alert.rule}-{one.alert.number}"

"""Which notification stands for which alerts: what is told later takes its place."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from ..model.alert import Alert
from .texts import Told

PUSHED_APART = 3
_ANY = ""

type Incident = tuple[str, str, int]


class Tags:
    """The tags of the notifications that targets have; `active` are the alerts that are wrong now.

    A notification is replaced only by what is true of all that it stands for: one alert of several that is
    over gets a notification of its own, and the last one takes the place of what told of them all.
    """

    def __init__(self, active: Callable[[], Iterable[Alert]]) -> None:
        self._active = active
        self._tags: dict[tuple[str, Incident], str] = {}

    @cached_property
    def _under(self) -> dict[tuple[str, str], set[Incident]]:
        """What is wrong, by target and tag; looked for when the first target is told something."""
        found: dict[tuple[str, str], set[Incident]] = {}
        for alert in self._active():
            # An earlier version wrote down the tag, and not to whom.
            for to, tag in alert.told_to or ((_ANY, alert.tag),):
                if tag:
                    found.setdefault((to, tag), set()).add((alert.rule, alert.topic, alert.number))
        return found

    def part(self, to: str, group: Iterable[Told]) -> Mapping[str, list[Told]]:
        """Return what one target is told, by the tag of each notification."""
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
        if len(fresh) > PUSHED_APART:
            # One that began others may stand for those still.
            tags = [f"{_own(one)}-all" for one in fresh]
            found[next((tag for tag in tags if not self._is_shared(to, tag, fresh)), tags[0])] = fresh
        else:
            found |= {_own(one): [one] for one in fresh}
        for tag, ones in found.items():
            self._note(to, tag, ones)
        return found

    def _tag(self, to: str, one: Told) -> str:
        return self._tags.get((to, one.incident)) or dict(one.alert.told_to).get(to, "")

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


def _own(one: Told) -> str:
    return f"dinox-{one.alert.rule}-{one.alert.number}"

"""What becomes of each thing that is taken over from elsewhere, and the words it is written in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..model.message import QoS
from ..model.replies import BotError, Cell
from ..model.rules import AlertRule, Bridge, Preset, Priority, Subscription
from ..model.topics import fold, valid_filter
from .recognise import first

LONGEST_IMPORTED_NAME = 100

_PRIORITIES = {priority.word: priority for priority in Priority} | {
    str(priority.value): priority for priority in Priority
}
_OFF = frozenset({"0", "false", "off", "no"})
_ON = frozenset({"1", "true", "on", "yes"})
type Imported = Subscription | AlertRule | Preset | Bridge


@dataclass(slots=True)
class Outcome:
    """What became of one thing: `taken`, `changed` or `skipped`, and why (`common.import_why_<why>`).

    `more` are further reasons; `fired` is how often the rule would have, None if that is not known.
    """

    kind: str
    name: str
    word: str = "taken"
    why: str = ""
    detail: Cell = ""
    more: tuple[str, ...] = ()
    fired: int | None = None

    def change(self, why: str) -> None:
        self.word, self.why, self.more = "changed", why, (*self.more, *([self.why] if self.why else []))

    def skip(self, why: str, detail: Cell = "") -> None:
        self.word, self.why, self.detail, self.more = "skipped", why, detail, ()


class Untaken(Exception):
    """Something cannot be taken over; `why` and `detail` are as in its outcome."""

    def __init__(self, why: str, detail: Cell = "") -> None:
        super().__init__(why)
        self.why, self.detail = why, detail


@dataclass(slots=True)
class Plan:
    """What is to be done with each thing: the rule it becomes, None if it is skipped."""

    steps: list[tuple[Imported | None, Outcome]] = field(default_factory=list)

    def add(self, outcome: Outcome, rule: Imported | None = None) -> None:
        self.steps.append((rule, outcome))


def filter_of(fields: Mapping[str, object], outcome: Outcome) -> str:
    """Return the topic filter of a rule, nothing if it is none."""
    wanted = first(fields, "topic", "topic_filter", "filter")
    try:
        valid_filter(wanted)
    except BotError:
        outcome.skip("filter")
        return ""
    return wanted


def read_priority(said: str, usual: Priority, outcome: Outcome) -> Priority:
    """Return the priority of a number or a word, with a note where it is unknown."""
    found = _PRIORITIES.get(fold(said).partition(" ")[0], usual)
    if said and fold(said).partition(" ")[0] not in _PRIORITIES:
        outcome.change("priority")
    return found


def qos_of(said: str, outcome: Outcome) -> QoS:
    """Return the QoS of a number, with a note where it is unknown."""
    if said in {"", "0", "1", "2"}:
        return QoS(int(said or QoS.AT_LEAST_ONCE))
    outcome.change("qos")
    return QoS.AT_LEAST_ONCE


def is_off(said: str) -> bool:
    """Say whether a truth value says no; nothing said is yes."""
    return said.casefold() in _OFF


def is_on(said: str) -> bool:
    """Say whether a truth value says yes; nothing said is no."""
    return said.casefold() in _ON

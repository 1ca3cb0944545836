"""What became of an alert as a story: its own course, and one line for each who was told of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..model.alert import AlertEvent, Step
from ..model.history import LedgerRow
from ..model.replies import Amount, Cell, Text
from ..model.status import Delivery
from ..ports import Phrases, When
from ..rendering.replies import reason_text

_FAILED = Delivery.FAILED.value
_MERGED = "merged"
_TELLING = frozenset({"held", Delivery.RECEIVED, Delivery.READ, Delivery.ACCEPTED, Delivery.FAILED})
"""States of a notice that are told; of the others only the last one is."""
_REASONED = frozenset({Delivery.FAILED, "retrying", "again"})
"""States whose note says why."""

type _Cells = tuple[Cell, ...]
type _States = dict[str, LedgerRow]
"""How far one notice has come, by state."""


def story(
    events: Sequence[AlertEvent], ledger: Iterable[LedgerRow], phrases: Phrases, when: When
) -> tuple[_Cells, ...]:
    """Return the rows of an incident in order: what happened, and who was told of it when."""
    lines = [*_course(events, when), *_told_lines(events, ledger, phrases, when)]
    return tuple(cells for _, cells in sorted(lines, key=lambda line: line[0]))


def steps(events: Sequence[AlertEvent], ledger: Sequence[LedgerRow]) -> tuple[Mapping[str, object], ...]:
    """Return every step of an incident and of each of its notices, for automations."""
    known = {row.notice for row in ledger}
    every: list[tuple[float, Mapping[str, object]]] = [
        (event.at, {"step": event.step.value, "who": event.who, "value": event.value, "note": event.note})
        for event in events
        if event.note not in known
    ]
    every += [
        (row.at, {"step": row.state, "who": row.to, "notice": row.notice, "note": row.note}) for row in ledger
    ]
    return tuple({"at": at, **step} for at, step in sorted(every, key=lambda each: each[0]))


def _course(events: Sequence[AlertEvent], when: When) -> Iterator[tuple[float, _Cells]]:
    """Yield what happened to the alert; that it was told again and again is one line."""
    repeated = [event for event in events if event.step is Step.REPEATED]
    for event in events:
        if event.step is Step.TOLD or event in repeated[:-1]:
            continue
        often = event.step is Step.REPEATED and len(repeated) > 1
        told = Text(
            "step_repeated_often" if often else f"step_{event.step}",
            {"time": when(event.at), "who": event.who, "count": str(len(repeated))},
        )
        detail: Cell = Amount(event.value) if event.step in {Step.FIRED, Step.RESOLVED} else event.note
        if event.step is Step.RESOLVED and event.note:
            detail = Text(f"alert_why_{event.note}")
        yield event.at, (told, detail)


def _told_lines(
    events: Iterable[AlertEvent], ledger: Iterable[LedgerRow], phrases: Phrases, when: When
) -> Iterator[tuple[float, _Cells]]:
    """Yield a line for each who was told: how the first notice went, and how many there were then."""
    notices: dict[str, dict[str, _States]] = {}
    for row in ledger:
        notices.setdefault(row.to, {}).setdefault(row.notice, {})[row.state] = row
    for to, each in notices.items():
        first, *others = _joined(each)
        cells = [cell for row in _telling(first) for cell in _cells(row, phrases, when)]
        if others:
            cells += _others(others, phrases, when)
        yield next(iter(first.values())).at, (to, *cells)
    for event in events:
        if event.step is Step.TOLD and event.who not in notices:
            notices[event.who] = {}
            yield event.at, (event.who, Text("step_told", {"time": when(event.at)}))


def _joined(notices: dict[str, _States]) -> list[_States]:
    """Return notices in order; what one was told with goes on with that."""
    for notice, states in list(notices.items()):
        into = notices.get(states[_MERGED].note) if _MERGED in states else None
        if into is not None:
            del notices[notice], states[_MERGED]
            later = dict(into)
            into.clear()
            into.update({**states, **later})
    return sorted(notices.values(), key=lambda states: min(row.at for row in states.values()))


def _telling(states: _States) -> list[LedgerRow]:
    rows = sorted(states.values(), key=lambda row: row.at)
    return [row for row in rows if row.state in _TELLING or row is rows[-1]]


def _others(others: Sequence[_States], phrases: Phrases, when: When) -> list[Cell]:
    """Return how many more notices there were, how the newest went, and if one failed."""
    newest = _telling(others[-1])[-1]
    said, *why = _cells(newest, phrases, when)
    cells: list[Cell] = [Text("told_more", {"count": str(len(others)), "last": said}), *why]
    failed = [states[_FAILED] for states in others if _FAILED in states]
    if failed and newest not in failed:
        cells += _cells(failed[-1], phrases, when)
    return cells


def _cells(row: LedgerRow, phrases: Phrases, when: When) -> list[Cell]:
    why = reason_text(row.note, phrases) if row.state in _REASONED else ""
    return [Text(f"delivery_{row.state}", {"time": when(row.at)}), why]

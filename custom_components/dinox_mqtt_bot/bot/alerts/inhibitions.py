"""What is not told as long as something explains it: a device that is away, another rule that fires."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from ..delivery.mutes import Mutes
from ..model.alert import Alert
from ..model.away import Away
from ..model.rules import AlertRule, Priority, RuleSet
from ..model.timers import NEVER, Key, is_due
from ..ports import Memory, Receivers
from .engine import AlertEngine
from .notices import Debt, waiting
from .recipients import recipients
from .silence import GRACE, HEARTBEAT
from .watches import circular

type _Speakers = dict[str, list[tuple[Priority, set[str]]]]
"""Of what explains them: how urgent the alerts are that were told, and to whom."""


class Inhibitions:
    """Alerts that wait until what explains them is over, and GRACE seconds more: they may be over then too.

    Of what falls silent because its device, bridge or node is away one alert is told: as urgent as the
    others, and to all whom they are for. What comes `after` another rule waits while that one fires. What
    somebody knows of does not wait. `away` tells of devices by the topic that says that they are not there.
    """

    def __init__(
        self,
        engine: AlertEngine,
        away: Callable[[str], Away | None],
        receivers: Receivers,
        memory: Memory,
        *,
        now: float,
    ) -> None:
        self.mutes = Mutes(memory)
        self.receivers = receivers
        self._engine = engine
        self._away = away
        self._after: dict[str, str] = {}
        self._causes: set[str] = set()
        self._look_at = NEVER
        # When each was last so. Those of an earlier run may be so still: nobody has told yet.
        self._last = {alert.behind: now for alert in engine.active if alert.behind}
        self._began, self._unseen = now, engine.active

    @property
    def due_at(self) -> float:
        """When it is looked at whether what is held still has to wait; infinity for never."""
        return min(self._look_at, self.mutes.due_at)

    def tick(self, now: float) -> bool:
        """Say whether something need not wait any more, unless for another reason."""
        unmuted = self.mutes.expire(now)
        if not is_due(self._look_at, now, HEARTBEAT):
            return unmuted
        over = {cause for cause in self._causes if not self._lasts(cause, now)}
        self._await(self._causes - over, now)
        return unmuted or bool(over)

    def _await(self, causes: set[str], now: float) -> None:
        self._causes = causes
        self._look_at = now + HEARTBEAT if causes else NEVER

    def apply(self, rules: Iterable[AlertRule]) -> None:
        """Take over other rules. Of those that wait for one another in a circle none waits."""
        every = [rule for rule in rules if rule.enabled]
        ids = {str(rule.number): rule.id for rule in every}
        after = {rule.id: ids[rule.after] for rule in every if rule.after in ids}
        self._after = {each: cause for each, cause in after.items() if not circular(each, after)}
        for alert in self._unseen:
            # Why it has waited in an earlier run is over, or lasts: it has its time to be over, too.
            if not alert.told_to and (cause := self._after.get(alert.rule)) is not None:
                self._last.setdefault(cause, self._began)
        self._unseen = []

    def part(self, debts: Sequence[Debt], rules: RuleSet, now: float) -> tuple[list[Debt], list[Alert]]:
        """Part what may be told from what waits or is muted, as `waiting` does."""
        held, muted = self._held(debts, rules, now), self.mutes.covers
        mute = {debt.key for debt in debts if muted(debt.alert.topic, debt.rule.id)}
        ends = {
            debt.key: end for debt in debts if debt.key in held.keys() - mute and (end := _known_end(debt))
        }
        heard, unheard = waiting(
            [ends.get(debt.key, debt) for debt in debts], (held.keys() | mute) - ends.keys()
        )
        return self._beside(heard, held), unheard

    def _held(self, debts: Sequence[Debt], rules: RuleSet, now: float) -> dict[Key, str]:
        """Return which of these wait, and for what: a rule's id, or the topic that tells who is away."""
        possible = {debt.key: self._possible(debt.alert) for debt in debts}
        lasting = {each for each in set(chain.from_iterable(possible.values())) if self._lasts(each, now)}
        if not lasting:
            return {}
        speakers = self._speakers()
        found: dict[Key, str] = {}
        for debt in sorted(debts, key=lambda each: each.rule.priority, reverse=True):
            cause = next((each for each in possible[debt.key] if each in lasting), "")
            # Once they are back nobody need be told any more that they are away.
            silent = cause == debt.alert.behind and self._last.get(cause) == now
            if cause and not (silent and self._speaks(debt, speakers, rules)):
                found[debt.key] = cause
        if not self._causes.issuperset(found.values()):
            self._await(self._causes.union(found.values()), now)
        return found

    def _speaks(self, debt: Debt, speakers: _Speakers, rules: RuleSet) -> bool:
        """Say whether an alert is told: none that is as urgent has told all those whom it is for."""
        if not debt.alert.active:
            return False
        whom = set(recipients(debt.parts[-1], rules, self.receivers))
        others = speakers.setdefault(debt.alert.behind, [])
        if any(priority >= debt.rule.priority and whom <= told for priority, told in others):
            return False
        others.append((debt.rule.priority, whom))
        return True

    def _speakers(self) -> _Speakers:
        found: _Speakers = {}
        for alert in self._engine.active:
            if alert.behind and alert.told_to:
                told = {to for to, _ in alert.told_to}
                found.setdefault(alert.behind, []).append((self._engine.rule_of(alert).priority, told))
        return found

    def _possible(self, alert: Alert) -> list[str]:
        """Return what may explain an alert of which nobody knows."""
        causes = () if alert.told_to else (self._after.get(alert.rule, ""), alert.behind)
        return [cause for cause in causes if cause]

    def _lasts(self, cause: str, now: float) -> bool:
        """Say whether it is so, or was just now: not if the clock was set back since."""
        if self._away(cause) is not None or any(alert.active for alert in self._engine.of(cause)):
            self._last[cause] = now
        return 0 <= now - self._last.get(cause, -NEVER) < GRACE

    def named(self, alert: Alert, now: float) -> str:
        """Return the name of what explains an alert of which nobody knows, or nothing."""
        causes = self._possible(alert) if alert.active else []
        cause = next((each for each in causes if self._lasts(each, now)), "")
        away = self._away(cause)
        names = (rule.name for rule in self._engine.rules if rule.id == cause)
        return away.name if away else next(names, cause)

    def _beside(self, debts: Sequence[Debt], held: Mapping[Key, str]) -> list[Debt]:
        """Return what is to be told, with who is away where it speaks for what waits, too."""
        counts = Counter(held.values())
        away = {behind: self._away(behind) for behind in {debt.alert.behind for debt in debts}}
        found: list[Debt] = []
        for debt in debts:
            who = away[debt.alert.behind]
            told = replace(who, held=counts[debt.alert.behind]) if who else None
            found.append(
                replace(debt, parts=tuple(replace(part, away=told) for part in debt.parts)) if told else debt
            )
        return found


def _known_end(debt: Debt) -> Debt | None:
    """Return how what somebody knows of has ended, where a new incident waits; None if nothing has."""
    if not debt.alert.active:
        return None
    ends = [part for part in debt.parts if part.alert.number != debt.alert.number and part.alert.told_to]
    return replace(debt, parts=tuple(ends), waits=debt.alert.untold) if ends else None

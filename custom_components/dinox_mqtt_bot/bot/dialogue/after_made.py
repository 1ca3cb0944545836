"""What is said after something was made that lasts: another limit, another time, or that it is not wanted."""

from collections.abc import Mapping
from dataclasses import replace
import re
from typing import Any

from ..model.replies import BotError, Typed
from ..model.rules import Priority
from ..ports import Clock
from ..text.durations import parse_duration
from ..text.ellipsis import ShortLine
from ..text.numbers import number
from ..text.rule_lines import rule_renamed
from ..text.times import parse_moved
from ..text.tongue import senses, skip, words
from .hearing import CommandReader, Understood
from .turns import Turn

_NUMBER = re.compile(r"(?<![\w.,:])-?\d+(?:[.,]\d+)?(?![\w:.,])")
_KEPT = frozenset({"alias", "follow", "mute", "rule", "subscribe", "unfollow", "unmute", "unsubscribe"})
"""Commands that change what `undo` takes back, if they are not answered with a list."""
_UNITS = {"h": 3_600, "min": 60, "s": 1}
_PRIORITIES = frozenset(each.word for each in Priority)
_LIMITS = frozenset({"alert", "once", "rule"})


class AfterMade:
    """Reads a line about the rule, the reminder or the mute that was made just before."""

    def __init__(self, clock: Clock, hearing: CommandReader) -> None:
        self._clock = clock
        self._hearing = hearing

    def meant(self, said: ShortLine, turn: Turn) -> Understood | None:
        """Return the command that a line is after such a one; None if it is none."""
        if said.stops and turn.command.node == "set":
            return None
        if said.removes or said.declines:
            return self._taken_back(said, turn) if turn.done else None
        if "reminder" in turn.facts and turn.done:
            return self._moved(said, turn.facts)
        if turn.command.node not in _LIMITS:
            return None
        if "operator" not in turn.facts:
            return self._limited(said, turn)
        renamed = rule_renamed(said.text)
        if renamed is not None and not renamed.said:
            return self._hearing.parse(f'rule {turn.facts["number"]} as "{renamed.name}"')
        turned = self._turned(said, turn.facts)
        return turned or self._changed(said, turn.facts) or self._limited(said, turn)

    def _taken_back(self, said: ShortLine, turn: Turn) -> Understood | None:
        facts, node = turn.facts, turn.command.node
        if "reminder" in facts:
            return self._hearing.parse(f"waiting off r{facts['reminder']}")
        if facts.get("once"):
            return self._hearing.parse(f"waiting off {facts['number']}")
        if "operator" in facts and (node != "rule" or said.removes):
            return self._hearing.parse(f"rmalert {facts['number']}")
        return self._hearing.parse("undo") if node in _KEPT and not turn.lists else None

    def _turned(self, said: ShortLine, facts: Mapping[str, object]) -> Understood | None:
        """Return the rule turned on or off; by `it` its thing may be meant, where that can be set."""
        way, it = said.turned
        if not way:
            return None
        handle = facts["number"]
        device = self._hearing.names.device(str(facts["filter"]))
        there = (each for each in self._hearing.names.devices if device and each.device == device)
        thing = next((each for each in there if it and each.controls and each.main), None)
        if thing is None:
            return self._hearing.parse(f"rule {handle} {way}")
        rule = Typed("rule", f"{handle} {way}")
        return BotError("rule_or_thing", rule=rule, thing=f"{thing.full_name} {way}")

    def _changed(self, said: ShortLine, facts: Mapping[str, object]) -> Understood | None:
        """Return the rule with another priority, or another time: `make it critical`, `for 10 minutes`."""
        line = said.without_lead("follow_make", "before_value", "follow_lasting")
        handle, values = facts["number"], facts["values"]
        if (level := senses("choice").get(" ".join(line.words), "")) in _PRIORITIES:
            return self._hearing.parse(f"rule {handle} {level}")
        values = values if isinstance(values, list) else []
        # What is compared with a time is changed by one.
        timed = any(parse_duration(each) for each in values)
        # Behind a length `0.1 m` is one too.
        timed = timed or (line.text.endswith("m") and any(each.endswith("m") for each in values))
        hold, new = facts["for"], number(line.text)
        if isinstance(hold, float) and hold and new and not new[1] and not any(map(number, values)):
            # Of `open for 3 min` a number alone is so many minutes.
            unit = next(unit for unit, size in _UNITS.items() if hold % size == 0 or size == 1)
            return self._hearing.parse(f"rule {handle} for {line.text} {unit}")
        if not timed and parse_duration(line.text):
            return self._hearing.parse(f"rule {handle} for {line.text}")
        while_so = said.without_lead("rule_but")
        only = {*while_so.words[:1]} & (words("rule_only") | words("rule_while"))
        return self._hearing.parse(f"rule {handle} {while_so.text}") if only else None

    def _limited(self, said: ShortLine, turn: Turn) -> Understood | None:
        """Return the rule with another limit: changed if there is one already, else asked for anew."""
        limit, facts = said.without_lead("follow_make", "before_value").text, turn.facts
        if number(limit) is None or not (said.no or limit != said.text):
            return None
        if "operator" in facts:
            values = facts["values"]
            if not isinstance(values, list) or len(values) != 1 or number(values[0]) is None:
                return None
            limit = _with_unit_of(limit, values[0])
            return self._hearing.parse(f"rule {facts['number']} {facts['operator']} {limit}")
        condition = turn.said("condition")
        if len(_NUMBER.findall(condition)) != 1:
            return None
        changes: dict[str, Any] = {"condition": _NUMBER.sub(lambda _: limit, condition)}
        return replace(turn.command, **changes)

    def _moved(self, said: ShortLine, facts: Mapping[str, object]) -> Understood | None:
        """Return what keeps a reminder for another time, or for one more."""
        when = said.without_lead("follow_make").text
        before = facts["time"]
        assert isinstance(before, float)
        # Of `in 3` nobody knows of what.
        hour = () if skip("time_for", when.split()) else (f"{when}:00",)
        spelt = next((each for each in (when, *hour) if self._is_moment(each, before)), "")
        if spelt and (said.again or said.joined):
            return self._hearing.parse(f"{'later' if facts['deed'] else 'remind'} {spelt} {facts['text']}")
        made = spelt and (said.no or when != said.text or said.words[-1] in words("command_later"))
        return self._hearing.parse(f"waiting r{facts['reminder']} {spelt}") if made else None

    def _is_moment(self, text: str, before: float) -> bool:
        return bool(parse_moved(text, before, self._clock.now(), self._clock.local))


def _with_unit_of(limit: str, before: str) -> str:
    """Return a limit with the unit of the one before, if it has none: `make it 3` of `> 2 kW`."""
    new, old = number(limit), number(before)
    return f"{limit} {old[1]}".strip() if new and old and not new[1] else limit

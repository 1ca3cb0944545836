"""Rules that are said in words: what is to be so of what, as a rule is typed."""

import re

from ..discovery.setting.set_choice import is_state_word, side_of
from ..model.rules import Operator
from ..reading.around import told_around
from ..reading.topic_lookup import FILLERS, Names, name_words
from ..text.happening import by_somebody, change_of, ends_in_change, times_apart
from ..text.politeness import MARKS, bare
from ..text.tongue import apart, either, parted_at, plainly, senses, skip, words
from .asking import Asking

COMPARED = re.compile(rf"(?i)[<>=0-9]|\b(?:{either('compared')})\b")
"""What tells that a clause has a condition, and not only a state."""

_AROUND = words("asks_is") | words("before_operator") | words("asks_aside") | words("wholly")
_FULL = f"{Operator.AT_LEAST.value} 100 %"
_LIMITS = {"stopped": f"{Operator.BELOW.value} 5 W for 3 min", "running": f"{Operator.ABOVE.value} 5 W"}
"""What tells of a machine by its power that it is done, or has begun."""


class Watching:
    """Reads a clause that tells when something is to be told: `the window is open at night`."""

    def __init__(self, names: Names, asking: Asking) -> None:
        self._names = names
        self._asking = asking

    def rule(self, line: str) -> str:
        """Return `alert` or `once` with what stands at the end of a clause: `alert Haustür = offen`.

        What is neither compared nor a state is no condition: nothing is made of it.
        """
        *said, amount, last = ["", "", *line.split()]
        if plainly(last) in words("operator_at_least") and amount[:1].isdigit():  # `80 % erreicht`
            line = " ".join([*said, last, amount]).strip()
        if measured := self._measured(line):
            return measured
        line, sun = apart("sun", line)
        before, only, times = parted_at(line, words("rule_only"))
        if sun or only:
            thing, _, last = before.rpartition(" ")
            before = thing if plainly(last) in words("asks_is") else before
            times = parted_at(times, words("rule_only"))[2] or times
            return " ".join(filter(None, (self.rule(before), only if times else "", times, sun)))
        line, times = times_apart(line, [each.said for each in self._names.mentions(line) if each.exact])
        if times:
            return f"{self.rule(line)} only {times}"
        before, _, last = line.rpartition(" ")
        if by_somebody(line.partition(" ")[2], FILLERS):
            return line
        if COMPARED.search(line) or ends_in_change(line):
            return line
        if is_state_word(last) and len(before.split()) > 1:
            return f"{self._without_left(before)} = {last}"
        if (danger := self._there(line)) is not None:
            return danger
        return next((f"alert {each.said}" for each in self._names.mentions(before)), line)

    def plainly_named(self, line: str) -> str:
        """Return a rule with its thing first: of `it in the barn`, `there is smoke`."""
        command, _, clause = line.partition(" ")
        spoken = (clause := self._asking.subject_of(clause)).split()
        plain = list(map(plainly, spoken))
        placed = plain[1:2] and plain[1] in words("in_place")
        if plain and plain[0] in words("pronoun") and (placed or (plain[1:2] and plain[1] in senses("kind"))):
            return f"{command} {' '.join(spoken[2 if placed else 1 :])}"  # `it smokes in the kitchen`
        if there := skip("there_is", plain):
            return f"{command} {' '.join(spoken[there:])}"
        return f"{command} {clause}"

    def _measured(self, line: str) -> str:
        """Return the rule for what is full, done or begun, where only a share or the power tells of that."""
        command, _, clause = line.partition(" ")
        begun = self._names.begin(clause)
        rest = [word for word in plainly(clause[begun.end :]).split() if bare(word) not in _AROUND]
        said = " ".join(rest).strip(MARKS)
        change, full = change_of(said), said in words("rule_full")
        limit = _FULL if full else _LIMITS.get(change, "")
        if not (begun.meant and limit):
            return ""
        every = list(told_around(self._names, begun.said))
        found = [each for each in every if each.is_in("%" if full else "W")]
        found = [each for each in found if "battery" in self._names.classes(each)] or found
        stated = [each for each in begun.meant if self._names.states(each.topic, each.field)]
        plugs = any(self._names.powered(each.topic) for each in stated)
        own = full or plugs or not stated
        return f"{command} {found[0].name} {limit}" if found and own else ""

    def _there(self, line: str) -> str | None:
        """Return the rule for what is only named, where it can be there or not, or happens: `smoke`."""
        command, _, clause = line.partition(" ")
        begun = self._names.begin(clause)
        rest = [word for word in clause[begun.end :].split() if bare(word) not in words("before_operator")]
        if placed := begun.standing(" ".join(rest), self._names.area):
            begun, rest = placed, []
        if not begun.meant or rest[1:]:
            return None
        states = [self._names.states(each.topic, each.field) for each in begun.meant]
        every = [word for each in states for word in each if side_of(word) == "on" and word != "on"]
        if not every and words("thing_pressed") & set(name_words(begun.said)):
            return f"{command} {begun.said} {Operator.HAPPENS.value} {' '.join(rest)}".strip()
        return f"{command} {begun.said} = {every[0]} {' '.join(rest)}".strip() if every else None

    def _without_left(self, line: str) -> str:
        """Return a line without the `left` of `left open` at its end, unless something is called so."""
        before, _, last = line.rpartition(" ")
        named = last.casefold() not in words("rule_left") or self._names.find(line.partition(" ")[2])
        return line if named else before

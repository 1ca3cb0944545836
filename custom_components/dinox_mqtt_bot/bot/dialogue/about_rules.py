"""Lines about rules: what is to become of one that there is, and what a new one is to be typed as."""

from collections.abc import Callable
import re

from ..commands.rule_rows import rules_about, several_rules
from ..discovery.setting.set_choice import is_state_word, side_of
from ..model.replies import BotError
from ..model.rules import AlertRule, Operator
from ..reading.around import told_around
from ..reading.topic_lookup import FILLERS, Names, name_words
from ..text.happening import by_somebody, change_of, ends_in_change, times_apart
from ..text.politeness import MARKS, bare
from ..text.rule_lines import RuleLine, rule_line, rule_renamed
from ..text.tongue import apart, either, parted_at, plainly, senses, skip, words
from .hearing import CommandReader, Understood

COMPARED = re.compile(rf"(?i)[<>=0-9]|\b(?:{either('compared')})\b")
"""What tells that a clause has a condition, and not only a state."""

_AROUND = words("asks_is") | words("before_operator") | words("asks_aside") | words("wholly")
_FULL = f"{Operator.AT_LEAST.value} 100 %"
_LIMITS = {"stopped": f"{Operator.BELOW.value} 5 W for 3 min", "running": f"{Operator.ABOVE.value} 5 W"}
"""What tells of a machine by its power that it is done, or has begun."""


class AboutRules:
    """Knows what is to become of the rule of a thing: that it goes, or has another limit."""

    def __init__(self, hearing: CommandReader) -> None:
        self._hearing = hearing
        self._rules: tuple[AlertRule, ...] = ()

    def apply(self, rules: tuple[AlertRule, ...]) -> None:
        """Know the rules there are."""
        self._rules = rules

    def meant(self, line: str) -> Understood | None:
        """Return the command that a line is about a rule; None if it is about none.

        A thing that has several is asked about with their numbers.
        """
        if (renamed := rule_renamed(line)) is not None:
            return self._renamed(renamed)
        about = rule_line(line)
        return None if about is None else self._about(about)

    def _renamed(self, about: RuleLine) -> Understood | None:
        """Return the command by which a rule has another name; of several one has to be said."""
        said, every = about.said, self._rules
        found = every if not said else [each for each in every if str(each.number) == said]
        found = found or rules_about(every, self._hearing.names, said)
        if len(found) > 1:
            return several_rules(said or about.name, found, "rule")
        if not found:
            return BotError("no_rule", rule=said) if said else BotError("no_alerts")
        return self._hearing.parse(f'rule {found[0].number} as "{about.name}"')

    def _about(self, about: RuleLine) -> Understood | None:
        said, limit = about.said, about.limit
        names = self._hearing.names
        found = rules_about(self._rules, names, said)
        if not found:
            return BotError("no_rule", rule=said) if names.find(said) and not limit else None
        if len(found) > 1:
            return several_rules(said, found, "rule" if limit else "rmalert")
        (rule,) = found
        if not limit:
            return self._hearing.parse(f"rmalert {rule.number}")
        one = len(rule.condition.values) == 1 and not rule.others
        changed = f"{rule.condition.operator.value} {limit}" if one else ""
        return self._hearing.parse(f"rule {rule.number} {changed}".strip())


class Watching:
    """Reads a clause that tells when something is to be told: `the window is open at night`."""

    def __init__(self, names: Names, subject_of: Callable[[str], str]) -> None:
        self._names = names
        self._subject_of = subject_of

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
        spoken = (clause := self._subject_of(clause)).split()
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

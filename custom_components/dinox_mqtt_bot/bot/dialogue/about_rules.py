"""Lines about a rule that there is, called by its thing: `delete the alert for the toner`."""

from ..commands.rule_rows import rules_about, several_rules
from ..model.replies import BotError
from ..model.rules import AlertRule
from ..text.rule_lines import RuleLine, rule_line, rule_renamed
from .hearing import CommandReader, Understood


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

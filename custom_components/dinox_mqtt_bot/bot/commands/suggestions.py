"""The command that says which alerts are worth having here."""

from dataclasses import dataclass
from typing import ClassVar, override

from ..alerts.rule_texts import conditions_text
from ..alerts.rules.grammar import first_word, write_rule
from ..alerts.rules.proposals import SPAN, Proposal, Proposals
from ..model.replies import Caller, Cell, Reply, Table, Text, Typed
from ..model.rules import Role
from ..reading.topic_lookup import Names, behind_fillers, known_names, topic_name
from ..text.durations import DAY
from ..text.tongue import words
from .alerts import Alert
from .command import Command, Parts, param
from .confirmation import Offer
from .rule_rows import rule_facts, times_of

_FOR = words("rule_for")


@dataclass(frozen=True, kw_only=True)
class Suggest(Command):
    """Suggests alert rules that fit this home, or one thing, by how it has been."""

    node: ClassVar[str] = "suggest"
    role: ClassVar[Role] = Role.ADMIN

    name: str = param("What the rules are to be about; nothing for the whole home.", default="", greedy=True)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        names = await known_names(parts)
        proposals = Proposals(parts, names, parts.ports.clock.now())
        if self.name:
            found = await proposals.for_name(_thing(names, self.name))
        else:
            found = await proposals.for_home(parts.alerts.rules)
        table = Table(
            title=Text("suggest", {"days": str(int(SPAN / DAY))}),
            columns=("column_what", "column_time", "column_priority", "column_value"),
            rows=tuple(_row(parts, at, each) for at, each in enumerate(found, 1)),
            empty=Text(
                "suggest_too_little" if self.name else "suggest_none",
                {"example": Typed("alert", last="example_rule")},
            ),
            facts=tuple(rule_facts(parts, each.rule) for each in found),
            note=Text("suggest_one" if len(found) == 1 else "suggest_number") if found else None,
        )
        if not found:
            return table
        raise Offer(table, [_made(each) for each in found])


def _thing(names: Names, said: str) -> str:
    """Return a name without what is said before it: `for the freezer`."""
    first, _, rest = said.partition(" ")
    said = rest if rest and first.casefold() in _FOR else said
    starts = (0, *behind_fillers(said))
    return next((said[at:] for at in starts if names.find(said[at:])), said)


def _row(parts: Parts, number: int, proposal: Proposal) -> tuple[Cell, ...]:
    rule, phrases = proposal.rule, parts.ports.phrases
    what = conditions_text(rule, phrases, topic_name(parts, rule.filter))
    tried: Cell = Text("suggest_tried", {"count": str(proposal.tried.fired)}) if proposal.tried.judged else ""
    return (
        Text("suggest_row", {"number": str(number), "what": what}),
        times_of(parts, rule),
        Text(f"priority_{rule.priority.word}"),
        tried,
    )


def _made(proposal: Proposal) -> Command:
    """Return the command that makes the rule, as it would be typed."""
    topic, condition = first_word(write_rule(proposal.rule))
    return Alert(topic=topic, condition=condition.strip(), force=True)

"""Who is told anything, and who takes the place of somebody who is told nothing any more."""

from collections.abc import Iterator, Mapping

from ..model.notice import is_target
from ..model.rules import RuleSet


def everybody(rules: RuleSet) -> Mapping[str, None]:
    """Return all contacts and targets that a rule set knows, each once, in its order."""
    named = (to for rule in rules.alerts for to in (*rule.targets, *rule.escalate_to) if is_target(to))
    return dict.fromkeys((*(contact.jid for contact in rules.contacts), *rules.targets, *named))


def heirs_of(before: RuleSet, after: RuleSet) -> dict[str, list[str]]:
    """Return who is gone, each with those who were put in its place: where it was named, and at once."""
    known = everybody(after)
    found: dict[str, list[str]] = {to: [] for to in everybody(before) if to not in known}
    if found:
        now = dict(_named(after))
        for place, names in _named(before):
            added = [to for to in now.get(place, ()) if to in known and to not in names]
            for to in found.keys() & set(names):
                found[to] += added
    return {to: list(dict.fromkeys(heirs)) for to, heirs in found.items()}


def _named(rules: RuleSet) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """Yield each place of a rule set that names somebody, with whom it names."""
    yield ("contacts", ""), tuple(contact.jid for contact in rules.contacts)
    yield ("targets", ""), rules.targets
    for rule in rules.alerts:
        yield ("rule", rule.id), (*rule.contacts, *rule.targets, *rule.escalate_to)

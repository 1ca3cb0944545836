"""Alert rules of other programs: Home Assistant's `alert:`, Alert2, mqttwarn. What they are is recognised."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from ..alerts.rules.rehearsal import rehearse
from ..alerts.rules.warnings import never_fires, warnings_of
from ..commands.command import Parts
from ..model.replies import BotError, Text
from ..model.rules import AlertRule, RuleSet
from ..text.durations import DAY
from .alert_rules import AlertPrograms, FindState
from .generators import Element, alert_of, elements
from .mqttwarn import sections, take_section
from .outcomes import Imported, Outcome, Plan, Untaken
from .recognise import Fields, first

LONGEST_CONFIGURATION = 100_000
"""Characters of what is imported at once."""
MOST_RULES = 500
MOST_REHEARSED = 50
REHEARSED_DAYS = 7
_DEEPEST = 5

type _Thing = tuple[Outcome, Callable[[Outcome], Imported]]
"""What may be taken, and how."""

_ALERT2 = frozenset(
    {"condition", "threshold", "trigger", "triggers", "generator", *("condition_on", "manual_on")}
)


@dataclass(slots=True)
class _Found:
    """What was recognised: of `alert:` by id, of Alert2 with what is usual there."""

    alerts: list[tuple[str, Fields]] = field(default_factory=list)
    alert2: list[Fields] = field(default_factory=list)
    usual: dict[str, object] = field(default_factory=dict)
    left: int = 10 * MOST_RULES


def plan_rules(given: object, rules: RuleSet, places: FindState) -> Iterator[Plan]:
    """Yield what other programs' rules would become: YAML as values, `mqttwarn.ini` as its text.

    It is one plan, yielded after each rule that was added, so that others can have their turn, and at the
    end. Raises BotError `import_unknown` for what is none of them, and `import_ini`.
    """
    made, programs = Plan(), AlertPrograms(rules, places)
    things = _of_mqttwarn(given, rules, programs) if isinstance(given, str) else _of_yaml(given, programs)
    for outcome, take in things[:MOST_RULES]:
        rule = None
        try:
            rule = take(outcome)
        except Untaken as err:
            outcome.skip(err.why, err.detail)
        made.add(outcome, rule)
        yield made
    if len(things) > MOST_RULES:
        made.add(Outcome("rest", "", "skipped", "too_much"))
    yield made


def _of_mqttwarn(given: str, rules: RuleSet, programs: AlertPrograms) -> list[_Thing]:
    known = {each.filter: each for each in rules.subscriptions}
    # Last those that are followed in silence: another section may tell of the same topic.
    found = sorted(sections(given), key=lambda each: bool(each.said.get("filter")))
    return [(Outcome("topic", each.name), partial(take_section, each, known, programs)) for each in found]


def _of_yaml(given: object, programs: AlertPrograms) -> list[_Thing]:
    found = _Found()
    _search(found, "", given, 0)
    if not (found.alerts or found.alert2):
        raise BotError("import_unknown")
    things: list[_Thing] = [
        (Outcome("alert", name), partial(programs.take_alert, fields)) for name, fields in found.alerts
    ]
    for fields in found.alert2:
        most = MOST_RULES + 1 - len(things)
        made_for: list[Element | None] = [*elements(fields.get("generator"), most)]
        # What would have to be searched for stays one alert, and is refused with its reason.
        for element in made_for or [None]:
            take = partial(_take_alert2, programs, found.usual | dict(fields), element)
            things.append((Outcome("alert", _called(fields)), take))
    return things


def _take_alert2(
    programs: AlertPrograms, fields: Fields, element: Element | None, outcome: Outcome
) -> AlertRule:
    if element is not None:
        fields = alert_of(fields, element)
        outcome.name = _called(fields)
    return programs.take_alert2(fields, outcome)


def _called(fields: Fields) -> str:
    return f"{first(fields, 'domain')} {first(fields, 'name')}".strip()


def _search(found: _Found, key: str, said: object, depth: int) -> None:
    """Take the rules wherever they stand: in a configuration, a package, or a file of their own."""
    # What YAML refers to stands in several places, and can be much more than was written.
    found.left -= 1
    if depth > _DEEPEST or found.left <= 0 or len(found.alerts) + len(found.alert2) > MOST_RULES:
        return
    if isinstance(said, list):
        rows = [each for each in said if isinstance(each, Mapping)]
        if key == "alerts" or any(_ALERT2 & each.keys() for each in rows):
            found.alert2 += map(_fields, rows)
        return
    if not isinstance(said, Mapping):
        return
    name = key.partition(" ")[0]
    if name == "alert" or _are_alerts(said):
        found.alerts += [(str(each), _fields(fields)) for each, fields in said.items()]
        return
    if name == "alert2" and isinstance(said.get("defaults"), Mapping):
        found.usual |= _fields(said["defaults"])
    for each, value in said.items():
        _search(found, str(each), value, depth + 1)


def _are_alerts(said: Mapping[object, object]) -> bool:
    rows = list(said.values())
    return bool(rows) and all(
        isinstance(each, Mapping) and "entity_id" in each and {"notifiers", "repeat"} & each.keys()
        for each in rows
    )


def _fields(said: object) -> Fields:
    return {str(name): value for name, value in said.items()} if isinstance(said, Mapping) else {}


async def rehearse_all(made: Plan, parts: Parts) -> None:
    """Try each rule on the stored messages, the first of them; skip what can never fire."""
    now = parts.ports.clock.now()
    tried = 0
    for at, (rule, outcome) in enumerate(made.steps):
        if not isinstance(rule, AlertRule):
            continue
        never = await never_fires(parts, rule, await warnings_of(parts, rule))
        if never is not None:
            outcome.skip("refused", Text(f"exceptions.{never.key}.message", never.placeholders))
            made.steps[at] = None, outcome
            continue
        if tried < MOST_REHEARSED:
            tried += 1
            result = await rehearse(parts, rule, now - REHEARSED_DAYS * DAY, now)
            outcome.fired = result.fired if result.judged else None

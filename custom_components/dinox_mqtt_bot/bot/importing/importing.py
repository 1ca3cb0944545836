"""The settings of the DinoX MQTT plugin made into rules of this bot. What is there already stays as it is."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from ..commands.command import Parts
from ..model.replies import BotError, Table, Text
from ..model.rules import AlertRule, Bridge, Preset, RuleSet, Subscription
from .outcomes import Imported, Outcome, Plan
from .recognise import Fields, first, recognise
from .rules import AlertPlan, BridgePlan, PresetPlan
from .topics import plan_topics


def plan(given: object, rules: RuleSet) -> Plan:
    """Return what the plugin's settings (JSON) would become. Raises BotError `import_unreadable`."""
    foreign, made = recognise(given), Plan()
    subscriptions = plan_topics(made, foreign, rules)
    _each(made, "alert", foreign.alerts, AlertPlan(rules, subscriptions).take)
    _each(made, "preset", foreign.presets, PresetPlan(rules).take)
    _each(made, "bridge", foreign.bridges, BridgePlan(rules).take)
    for topic in dict.fromkeys(foreign.free_text):
        made.add(Outcome("free_text", topic, "skipped", "free_text"))
    if foreign.cut:
        made.add(Outcome("rest", "", "skipped", "too_much"))
    return made


def _each(
    made: Plan, kind: str, rows: Iterable[Fields], take: Callable[[Fields, Outcome], Imported | None]
) -> None:
    for fields in rows:
        outcome = Outcome(
            kind, first(fields, "name", "alias", "topic", "topic_filter", "filter", "target_jid")
        )
        rule = take(fields, outcome)
        made.add(outcome, None if outcome.word == "skipped" else rule)


async def carry_out(made: Plan, parts: Parts) -> None:
    """Keep the rules; what cannot be kept is skipped, with the reason in its outcome."""
    for rule, outcome in made.steps:
        try:
            await _keep(rule, parts)
        except BotError as err:
            outcome.skip("refused", Text(f"exceptions.{err.key}.message", err.placeholders))


async def _keep(rule: Imported | None, parts: Parts) -> None:
    port = parts.ports.rules
    if isinstance(rule, Subscription):
        await port.put_subscription(rule)
    elif isinstance(rule, AlertRule):
        await port.put_alert(replace(rule, number=parts.alerts.next_number))
    elif isinstance(rule, Preset):
        await port.put_preset(rule)
    elif isinstance(rule, Bridge):
        await port.put_bridge(rule)


def report(made: Plan, *, dry_run: bool) -> Table:
    outcomes = [outcome for _, outcome in made.steps]
    counts = {
        word: str(sum(outcome.word == word for outcome in outcomes))
        for word in ("taken", "changed", "skipped")
    }
    return Table(
        title=Text("import_would" if dry_run else "import_done", counts),
        columns=("column_what", "column_name", "column_state", "column_detail"),
        rows=tuple(
            (Text(f"import_kind_{each.kind}"), each.name, Text(f"import_{each.word}"), _why(each))
            for each in outcomes
        ),
        empty=Text("import_empty"),
        facts=tuple(
            {"kind": each.kind, "name": each.name, "outcome": each.word, "why": each.why}
            | ({} if each.fired is None else {"fired": each.fired})
            for each in outcomes
        ),
    )


def _why(outcome: Outcome) -> Text | str:
    told: Text | str = Text(f"import_why_{outcome.why}", {"detail": outcome.detail}) if outcome.why else ""
    for each in outcome.more:
        told = Text("import_also", {"told": told, "more": Text(f"import_why_{each}")})
    if outcome.fired is None:
        return told
    fired = Text("import_fired", {"count": str(outcome.fired)})
    return Text("import_also", {"told": told, "more": fired}) if told else fired

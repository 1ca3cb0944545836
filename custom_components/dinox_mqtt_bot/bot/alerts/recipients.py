"""Who is told of an alert."""

from collections.abc import Collection

from ..model.alert import Alert, Step
from ..model.notice import is_target
from ..model.rules import AlertRule, Priority, RuleSet
from ..ports import Receivers
from .texts import Told


def as_told(alert: Alert, rule: AlertRule) -> Told:
    """Return an alert with the priority it is told with: the last step of escalation is critical."""
    last = Step.ESCALATED in alert.untold and alert.escalation > len(rule.escalate_to)
    return Told(alert, rule, Priority.CRITICAL if last else rule.priority)


def recipients(one: Told, rules: RuleSet, receivers: Receivers, knowing: Collection[str] = ()) -> list[str]:
    """Return who is told of an alert: first its contacts and targets, then those it was escalated to.

    Whom a rule names is told whatever it wants else. That it is over is told to those `knowing` of it, and to
    nobody else.
    """
    alert, rule = one.alert, one.rule
    known = {contact.jid for contact in rules.contacts}
    if one.over:
        return [to for to in knowing if is_target(to) or to in known]
    if rule.priority is Priority.SILENT:
        return []
    receiving = receivers(alert.topic, one.priority)
    # Where all that are named are contacts no more, it is better told to the others than to nobody.
    base = [to for to in rule.contacts if to in known] or [*receiving]
    if one.priority >= Priority.ALERT and not (rule.once and rule.contacts):
        base += [*rules.targets, *rule.targets]
    if alert.escalation > len(rule.escalate_to):
        base += [*receiving, *rule.escalate_to]
    elif set(alert.untold) == {Step.ESCALATED}:
        base = [*rule.escalate_to[: alert.escalation][-len(alert.untold) :]]
    else:
        base += rule.escalate_to[: alert.escalation]
    return [to for to in dict.fromkeys(base) if is_target(to) or to in known]

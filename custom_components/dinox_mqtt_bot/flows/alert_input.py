"""What was typed into the form of an alert rule, and what is wrong with it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from homeassistant.helpers import config_validation as cv

from ..bot.alerts.judge import NUMERIC
from ..bot.model.conditions import Operator
from ..bot.model.errors import BotError
from ..bot.model.jid import bare_jid
from ..bot.model.rules import AlertRule, Subscription
from ..bot.model.subscriptions import Subscriptions
from ..bot.model.topics import valid_filter
from ..bot.text.numbers import number
from ..const import (
    CONF_CLEAR,
    CONF_CONTACTS,
    CONF_ESCALATE_AFTER,
    CONF_ESCALATE_TO,
    CONF_FILTER,
    CONF_HOLD,
    CONF_OPERATOR,
    CONF_REPEAT,
    CONF_SECONDS,
    CONF_TARGETS,
    CONF_VALUE,
    CONF_VALUE_TO,
)
from ..entry.rules import ALERTS
from ..hass.targets import TARGET
from .alert_form import SECTION_TELL
from .fields import Typed, stripped

DURATIONS = (CONF_SECONDS, CONF_HOLD, CONF_REPEAT, CONF_ESCALATE_AFTER)
RECIPIENTS = (CONF_CONTACTS, CONF_TARGETS, CONF_ESCALATE_TO)
WINDOWED = frozenset({Operator.RISES, Operator.FALLS})
LASTING = WINDOWED | {Operator.STALE}
"""Operators that look at a span of time."""

WITHOUT_CLEAR = frozenset({Operator.CHANGES, Operator.STALE})


def typed_alert(typed: Typed, subscriptions: Iterable[Subscription]) -> AlertRule:
    """Read the flat form; an alias stands for its filter. What is of no use for the operator is left out."""
    data = stripped(typed)
    data |= {key: _seconds(data.get(key)) for key in DURATIONS}
    data |= {key: _recipients(data.get(key, ())) for key in RECIPIENTS}
    data[CONF_FILTER] = Subscriptions(subscriptions).resolve(data[CONF_FILTER])
    operator = Operator[data[CONF_OPERATOR].upper()]
    if operator not in LASTING:
        data[CONF_SECONDS] = 0.0
    if operator in WITHOUT_CLEAR:
        data[CONF_CLEAR] = ""
    return ALERTS.read(data)


def filled(rule: AlertRule) -> dict[str, Any]:
    """Return the flat form as it is filled for a rule."""
    data = ALERTS.data(rule)
    return data | {key: _parts(data[key]) for key in DURATIONS}


def complaints(rule: AlertRule, known: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is wrong with a rule: keys by the field they are shown at, and placeholders of their texts.

    `known` are the JIDs of the contacts. What is wrong in the section is shown above it. Whether a
    notification exists shows when it is told: one may come later than its rule.
    """
    errors = {**_value_errors(rule)}
    placeholders: dict[str, str] = {}
    try:
        valid_filter(rule.filter)
    except BotError as err:
        errors[CONF_FILTER] = err.key
        placeholders |= err.placeholders
    told = (*rule.contacts, *rule.targets, *rule.escalate_to)
    if stranger := next((each for each in told if each not in known and not TARGET.fullmatch(each)), ""):
        errors[SECTION_TELL] = "unknown_recipient"
        placeholders["recipient"] = stranger
    elif rule.escalate_to and not rule.escalate_after:
        errors[SECTION_TELL] = "escalation_time_missing"
    return errors, placeholders


def _value_errors(rule: AlertRule) -> dict[str, str]:
    condition = rule.condition
    fields = zip((CONF_VALUE, CONF_VALUE_TO), condition.values, strict=False)
    numeric = condition.operator in NUMERIC
    errors = {
        field: "limit_no_number" if text else "limit_missing"
        for field, text in fields
        if not text or (numeric and number(text) is None)
    }
    if numeric and condition.clear and number(condition.clear) is None:
        errors[CONF_CLEAR] = "limit_no_number"
    if condition.operator in WINDOWED and not condition.seconds:
        errors[CONF_SECONDS] = "window_missing"
    return errors


def _recipients(typed: Iterable[str]) -> list[str]:
    """Return JIDs and notifications as they are compared, each once."""
    return list(dict.fromkeys(_recipient(text.strip()) for text in typed))


def _recipient(text: str) -> str:
    try:
        return bare_jid(text) if "@" in text else text.lower()
    except BotError:
        return text  # nobody is called so, which `complaints` says


def _seconds(duration: Mapping[str, float] | None) -> float:
    return cv.positive_time_period_dict(duration).total_seconds() if duration else 0.0


def _parts(seconds: float) -> dict[str, int] | None:
    """Return seconds as the form's field has them, None for none."""
    if not seconds:
        return None
    span = timedelta(seconds=round(seconds))
    minutes, rest = divmod(span.seconds, 60)
    return {"days": span.days, "hours": minutes // 60, "minutes": minutes % 60, "seconds": rest}

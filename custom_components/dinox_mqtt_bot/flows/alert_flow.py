"""How alert rules are added and changed in the settings: a form, then the rule in plain words."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntryState, SubentryFlowResult
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import DurationSelector, DurationSelectorConfig, SelectOptionDict
import voluptuous as vol

from ..bot.alerts.judge import NUMERIC
from ..bot.alerts.rules.contradictions import contradiction
from ..bot.model.errors import BotError
from ..bot.model.jid import bare_jid
from ..bot.model.rules import AlertRule, Operator, RuleSet
from ..bot.model.topics import valid_filter
from ..bot.text.numbers import number
from ..const import (
    CONF_CLEAR,
    CONF_CONTACTS,
    CONF_ENABLED,
    CONF_ESCALATE_AFTER,
    CONF_ESCALATE_TO,
    CONF_FIELD,
    CONF_FILTER,
    CONF_HOLD,
    CONF_MISSING_CLEARS,
    CONF_NAME,
    CONF_OPERATOR,
    CONF_PRIORITY,
    CONF_REPEAT,
    CONF_SECONDS,
    CONF_TARGETS,
    CONF_VALUE,
    CONF_VALUE_TO,
)
from ..entry.rules import ALERTS
from ..hass.targets import TARGET, async_choices
from ..runtime.runtime import BotConfigEntry
from .alert_preview import async_never, async_preview, async_titled
from .fields import FLAG, TEXT, Typed, choice, chosen, flat, folded, nested, option, stripped, suggestions
from .rule_flow import SubentryFlow

SECTION_TELL = "tell"

DURATION = DurationSelector(DurationSelectorConfig(enable_day=True))
DURATIONS = (CONF_SECONDS, CONF_HOLD, CONF_REPEAT, CONF_ESCALATE_AFTER)
RECIPIENTS = (CONF_CONTACTS, CONF_TARGETS, CONF_ESCALATE_TO)
WINDOWED = frozenset({Operator.RISES, Operator.FALLS})
LASTING = WINDOWED | {Operator.STALE}
"""Operators that look at a span of time."""

WITHOUT_CLEAR = frozenset({Operator.CHANGES, Operator.HAPPENS, Operator.STALE})


def alert_form(
    rules: RuleSet,
    targets: Iterable[SelectOptionDict] = (),
    seen: Mapping[str, str] | None = None,
    *,
    unfolded: bool = False,
) -> vol.Schema:
    """Return the form, with what is subscribed, what came in and who can be told as suggestions.

    `seen` are the topics that came in, with their names; `unfolded` opens the section, to show what is wrong
    in it.
    """
    people = [option(each.jid, each.name) for each in rules.contacts]
    return vol.Schema(
        {
            # Without a default the dialog would take the first suggestion for the user's choice.
            vol.Required(CONF_FILTER, default=""): suggestions(_topics(rules, seen or {})),
            vol.Optional(CONF_FIELD): TEXT,
            vol.Required(CONF_OPERATOR, default=Operator.ABOVE.word): choice(
                CONF_OPERATOR, (each.word for each in Operator)
            ),
            vol.Optional(CONF_VALUE): TEXT,
            vol.Optional(CONF_VALUE_TO): TEXT,
            vol.Optional(CONF_SECONDS): DURATION,
            vol.Optional(CONF_HOLD): DURATION,
            vol.Optional(CONF_CLEAR): TEXT,
            vol.Optional(CONF_MISSING_CLEARS): FLAG,
            vol.Optional(CONF_REPEAT): DURATION,
            **chosen(ALERTS, CONF_PRIORITY),
            vol.Optional(CONF_NAME): TEXT,
            vol.Required(CONF_ENABLED, default=True): FLAG,
            vol.Required(SECTION_TELL): folded(_whom(people, list(targets)), collapsed=not unfolded),
        }
    )


def _whom(people: list[SelectOptionDict], targets: list[SelectOptionDict]) -> dict[vol.Marker, object]:
    return {
        vol.Optional(CONF_CONTACTS): suggestions(people, multiple=True),
        vol.Optional(CONF_TARGETS): suggestions(targets, multiple=True),
        vol.Optional(CONF_ESCALATE_AFTER): DURATION,
        vol.Optional(CONF_ESCALATE_TO): suggestions([*people, *targets], multiple=True),
    }


def _topics(rules: RuleSet, seen: Mapping[str, str]) -> list[SelectOptionDict]:
    """Return what is subscribed, then every other topic that came in, each with its name."""
    names = {each.filter: each.alias for each in rules.subscriptions}
    names |= {topic: seen[topic] for topic in sorted(seen) if topic not in names}
    return [option(topic, name if name != topic else "") for topic, name in names.items()]


def typed_alert(typed: Typed, topic_filter: str) -> AlertRule:
    """Read the flat form, but for the filter. What is of no use for the operator is left out."""
    data = stripped(typed)
    data |= {key: _seconds(data.get(key)) for key in DURATIONS}
    data |= {key: _recipients(data.get(key, ())) for key in RECIPIENTS}
    data[CONF_FILTER] = topic_filter
    operator = Operator[data[CONF_OPERATOR].upper()]
    if operator not in LASTING:
        data[CONF_SECONDS] = 0.0
    if operator in WITHOUT_CLEAR:
        data[CONF_CLEAR] = ""
        data[CONF_MISSING_CLEARS] = False
    return ALERTS.read(data)


def form_of(rule: AlertRule) -> dict[str, Any]:
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
    if not errors and (wrong := contradiction(rule)) is not None:
        errors[SECTION_TELL if wrong.part == CONF_ESCALATE_AFTER else wrong.part] = wrong.key
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


def _parts(seconds: float) -> dict[str, float] | None:
    """Return seconds as the form's field has them, to a millionth as it reads them; None for none."""
    if not seconds:
        return None
    minutes, millionths = divmod(max(1, round(seconds * 1e6)), 60_000_000)
    hours, minutes = divmod(minutes, 60)
    return {"days": hours // 24, "hours": hours % 24, "minutes": minutes, "seconds": millionths / 1e6}


# Suggestions are searched by typing; more would only make the form slow.
MOST_TOPICS = 500


class AlertFlow(SubentryFlow):
    """What to watch for, and whom to tell; nothing is kept before the user has seen what it means."""

    def __init__(self) -> None:
        self._typed: dict[str, Any] | None = None
        self._rule: AlertRule | None = None

    async def async_step_user(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Ask for a new rule."""
        return await self._async_ask("user", user_input)

    async def async_step_reconfigure(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Ask for a rule again."""
        return await self._async_ask("reconfigure", user_input)

    async def _async_ask(self, step: str, user_input: Typed | None) -> SubentryFlowResult:
        known = self._known()
        if self._typed is None:
            self._typed = form_of(ALERTS.of(known)) if known else {}
        if user_input is None:
            return await self._async_show(step)
        rules = self._rules()
        self._typed = flat(user_input, alert_form(rules))
        try:
            rule = await self._async_rule(self._typed)
        except BotError as err:
            return await self._async_show(step, {CONF_FILTER: err.key}, err.placeholders)
        if known is not None:
            rule = replace(rule, id=known.subentry_id)
        errors, placeholders = complaints(rule, {contact.jid for contact in rules.contacts})
        try:
            ALERTS.refuse_taken(self._get_entry(), rule, known)
        except BotError as err:
            errors[CONF_NAME] = err.key
            placeholders |= err.placeholders
        if not errors and known is None and (never := await async_never(self._get_entry(), rule)) is not None:
            errors[CONF_VALUE] = never.key
            placeholders |= never.placeholders
        if errors:
            return await self._async_show(step, errors, placeholders)
        self._rule = await async_titled(self.hass, self._get_entry(), rules, rule)
        return await self.async_step_preview()

    async def _async_rule(self, typed: Typed) -> AlertRule:
        """Return the rule that was typed, on what is called as its topic. Raises Ambiguous."""
        named = await self._async_named(typed[CONF_FILTER])
        rule = typed_alert(typed, named.topic)
        return replace(rule, field=rule.field or named.field)

    async def async_step_preview(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Say in plain words what the rule does, and what it would have done."""
        assert self._rule is not None
        placeholders = await async_preview(self.hass, self._get_entry(), self._rule)
        return self.async_show_menu(
            step_id="preview", menu_options=["save", "change"], description_placeholders=placeholders
        )

    async def async_step_change(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Go back to the form, as it was filled in."""
        return await self._async_ask("reconfigure" if self._known() else "user", None)

    async def async_step_save(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Keep the rule; a new one gets its number."""
        assert self._rule is not None
        entry: BotConfigEntry = self._get_entry()
        if entry.state is ConfigEntryState.LOADED:
            self._rule = replace(self._rule, number=entry.runtime_data.bot.alerts.next_number)
        return await self._keep(ALERTS.write(ALERTS.numbered(entry, self._rule, self._known())))

    async def _async_seen(self) -> dict[str, str]:
        """Return the topics that came in with their names, none while the bot cannot be asked."""
        entry: BotConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return {}
        try:
            seen = await entry.runtime_data.store.history.topics("#", MOST_TOPICS)
        except BotError:
            return {}
        return {row.topic: row.name for row in seen}

    async def _async_show(
        self, step: str, errors: dict[str, str] | None = None, placeholders: dict[str, str] | None = None
    ) -> SubentryFlowResult:
        form = alert_form(
            self._rules(),
            async_choices(self.hass),
            await self._async_seen(),
            unfolded=SECTION_TELL in (errors or {}),
        )
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(form, nested(form, self._typed or {})),
            errors=errors or {},
            description_placeholders=placeholders,
        )

"""How alert rules are added and changed in the settings: what about, when, then the rule in plain words."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntryState, SubentryFlowResult
from homeassistant.const import Platform
from homeassistant.data_entry_flow import section
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    DateTimeSelector,
    DurationSelector,
    DurationSelectorConfig,
    SelectOptionDict,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..bot.alerts.rules.contradictions import contradiction
from ..bot.alerts.rules.grammar import write_others
from ..bot.alerts.watches import waiting_for
from ..bot.model.jid import bare_jid
from ..bot.model.replies import BotError
from ..bot.model.rules import CHART, AlertRule, Operator, RuleSet
from ..bot.model.topics import valid_filter
from ..bot.text.numbers import number
from ..bot.text.weekly import DAILY, read_weekly
from ..const import (
    CONF_AFTER,
    CONF_AFTERWARDS,
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
    CONF_ONCE,
    CONF_ONLY,
    CONF_OPERATOR,
    CONF_OTHERS,
    CONF_PICTURE,
    CONF_PRIORITY,
    CONF_REPEAT,
    CONF_SECONDS,
    CONF_TARGETS,
    CONF_TEXT,
    CONF_THEN,
    CONF_UNTIL,
    CONF_VALUE,
    CONF_VALUE_TO,
)
from ..entry.rules import ALERTS
from ..hass.targets import TARGET, async_choices
from .alert_preview import (
    async_never,
    async_preview,
    async_refuse_deeds,
    async_titled,
    async_with_others,
    literal,
    with_picture,
)
from .fields import (
    FLAG,
    TEXT,
    FormInput,
    choice,
    chosen,
    errors_of,
    folded,
    in_sections,
    option,
    stripped,
    suggestions,
    unfolded,
    without_sections,
)
from .rule_flow import SubentryFlow

SECTION_MORE = "more"
SECTION_TELL = "tell"

DURATION = DurationSelector(DurationSelectorConfig(enable_day=True))
DURATIONS = (CONF_SECONDS, CONF_HOLD, CONF_REPEAT, CONF_ESCALATE_AFTER)
RECIPIENTS = (CONF_CONTACTS, CONF_TARGETS, CONF_ESCALATE_TO)
WINDOWED = frozenset({Operator.RISES, Operator.FALLS})
LASTING = WINDOWED | {Operator.STALE}
"""Operators that look at a span of time."""

WITHOUT_CLEAR = frozenset({Operator.CHANGES, Operator.HAPPENS, Operator.STALE})
MOMENTS = frozenset({Operator.CHANGES, Operator.HAPPENS})
# Of which operators a field of the second form is none.
NEEDLESS = {
    CONF_VALUE: frozenset({Operator.CHANGES, Operator.STALE}),
    CONF_VALUE_TO: frozenset(Operator) - {Operator.BETWEEN, Operator.OUTSIDE},
    CONF_SECONDS: frozenset(Operator) - LASTING,
    CONF_HOLD: WITHOUT_CLEAR,
    CONF_CLEAR: WITHOUT_CLEAR | WINDOWED,
    CONF_MISSING_CLEARS: WITHOUT_CLEAR,
    CONF_REPEAT: frozenset({Operator.CHANGES}),
    CONF_ESCALATE_AFTER: MOMENTS,
    CONF_ESCALATE_TO: MOMENTS,
}
_LOCAL = "%Y-%m-%d %H:%M:%S"
_OPERATORS = choice(CONF_OPERATOR, (each.word for each in Operator))


def about_form(topics: Iterable[SelectOptionDict]) -> vol.Schema:
    """Return the first form: what to watch, and for what kind of thing."""
    return vol.Schema(
        {
            # Without a default the dialog would take the first suggestion for the user's choice.
            vol.Required(CONF_FILTER, default=""): suggestions(topics),
            vol.Required(CONF_OPERATOR, default=Operator.ABOVE.word): _OPERATORS,
        }
    )


def condition_form(
    operator: Operator | None,
    rules: RuleSet,
    targets: Iterable[SelectOptionDict] = (),
    pictures: Iterable[str] = (),
) -> vol.Schema:
    """Return the second form, with the fields of the operator alone; of all where there is none."""

    def of_it(fields: dict[vol.Marker, Any]) -> dict[vol.Marker, Any]:
        return {key: each for key, each in fields.items() if operator not in NEEDLESS.get(str(key), ())}

    people = [option(each.jid, each.name) for each in rules.contacts]
    condition: dict[vol.Marker, Any] = {
        vol.Optional(CONF_VALUE): TEXT,
        vol.Optional(CONF_VALUE_TO): TEXT,
        vol.Optional(CONF_SECONDS): DURATION,
        vol.Optional(CONF_HOLD): DURATION,
        vol.Optional(CONF_CLEAR): TEXT,
    }
    more: dict[vol.Marker, Any] = {
        vol.Optional(CONF_FIELD): TEXT,
        vol.Optional(CONF_MISSING_CLEARS): FLAG,
        vol.Optional(CONF_REPEAT): DURATION,
        vol.Optional(CONF_ONLY): TEXT,
        vol.Optional(CONF_ONCE): FLAG,
        vol.Optional(CONF_UNTIL): DateTimeSelector(),
        vol.Optional(CONF_OTHERS): TEXT,
        vol.Optional(CONF_THEN): TEXT,
        vol.Optional(CONF_AFTERWARDS): TEXT,
        vol.Optional(CONF_PICTURE): choice(CONF_PICTURE, (CHART, *pictures), custom=True),
        vol.Optional(CONF_AFTER): suggestions([option(f"{each.number}", each.name) for each in rules.alerts]),
        vol.Optional(CONF_TEXT): TEXT,
        vol.Required(CONF_ENABLED, default=True): FLAG,
    }
    return vol.Schema(
        {
            **of_it(condition),
            **chosen(ALERTS, CONF_PRIORITY),
            vol.Optional(CONF_NAME): TEXT,
            vol.Required(SECTION_MORE): folded(of_it(more)),
            vol.Required(SECTION_TELL): folded(of_it(_whom(people, list(targets)))),
        }
    )


def _whom(people: list[SelectOptionDict], targets: list[SelectOptionDict]) -> dict[vol.Marker, Any]:
    return {
        vol.Optional(CONF_CONTACTS): suggestions(people, multiple=True),
        vol.Optional(CONF_TARGETS): suggestions(targets, multiple=True),
        vol.Optional(CONF_ESCALATE_AFTER): DURATION,
        vol.Optional(CONF_ESCALATE_TO): suggestions([*people, *targets], multiple=True),
    }


def typed_alert(typed: FormInput, topic_filter: str) -> AlertRule:
    """Read the flat form, but for the filter. What is of no use for the operator is left out."""
    data = stripped(typed)
    data |= {key: _seconds(data.get(key)) for key in DURATIONS}
    data |= {key: _recipients(data.get(key, ())) for key in RECIPIENTS}
    data[CONF_UNTIL] = _unix_time(data.get(CONF_UNTIL))
    data[CONF_FILTER] = topic_filter
    data.pop(CONF_OTHERS, None)
    if (weekly := read_weekly(data.get(CONF_ONLY, ""))) is not None:
        data[CONF_ONLY] = "" if str(weekly) == DAILY else str(weekly)
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
    durations = {key: _parts(data[key]) for key in DURATIONS}
    until = f"{dt_util.as_local(dt_util.utc_from_timestamp(rule.until)):{_LOCAL}}" if rule.until else None
    return data | durations | {CONF_UNTIL: until, CONF_OTHERS: write_others(rule)}


def complaints(rule: AlertRule, known: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is wrong with a rule: keys by the field they are shown at, and placeholders of their texts.

    `known` are the JIDs of the contacts. What is wrong in the section is shown above it. Whether a
    notification exists shows when it is told: one may come later than its rule.
    """
    errors = {**_value_errors(rule)}
    if rule.only and read_weekly(rule.only) is None:
        errors[CONF_ONLY] = "no_weekly"
    if rule.until and not rule.once:
        errors[CONF_UNTIL] = "until_without_once"
    elif rule.until and rule.until <= dt_util.utcnow().timestamp():
        errors[CONF_UNTIL] = "until_past"
    placeholders: dict[str, str] = {}
    told = (*rule.contacts, *rule.targets, *rule.escalate_to)
    if stranger := next((each for each in told if each not in known and not TARGET.fullmatch(each)), ""):
        errors[SECTION_TELL] = "unknown_recipient"
        placeholders["recipient"] = stranger
    elif rule.escalate_to and not rule.escalate_after:
        errors[SECTION_TELL] = "escalation_time_missing"
    if not errors and (wrong := contradiction(rule)) is not None:
        errors[wrong.part] = wrong.key
    return errors, placeholders


def _value_errors(rule: AlertRule) -> dict[str, str]:
    condition = rule.condition
    fields = zip((CONF_VALUE, CONF_VALUE_TO), condition.values, strict=False)
    numeric = condition.operator.numeric
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


def _unix_time(local: str | None) -> float:
    """Return the Unix time of a date and time as the form's field has it; 0 for none."""
    read = dt_util.parse_datetime(local) if local else None
    return dt_util.as_utc(read).timestamp() if read else 0.0


def _parts(seconds: float) -> dict[str, float] | None:
    """Return seconds as the form's field has them, to a millionth as it reads them; None for none."""
    if not seconds:
        return None
    minutes, millionths = divmod(max(1, round(seconds * 1e6)), 60_000_000)
    hours, minutes = divmod(minutes, 60)
    return {"days": hours // 24, "hours": hours % 24, "minutes": minutes, "seconds": millionths / 1e6}


class AlertFlow(SubentryFlow):
    """What to watch for, and whom to tell; nothing is kept before the user has seen what it means."""

    def __init__(self) -> None:
        self._typed: dict[str, Any] | None = None
        self._rule: AlertRule | None = None

    async def async_step_user(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Ask what a new rule is about."""
        return await self._async_about("user", user_input)

    async def async_step_reconfigure(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Ask again what a rule is about."""
        return await self._async_about("reconfigure", user_input)

    async def _async_about(self, step: str, user_input: FormInput | None) -> SubentryFlowResult:
        if self._typed is None:
            self._typed = form_of(ALERTS.of(known)) if (known := self._known()) else {}
        if user_input is None:
            return await self._async_show_about(step, self._typed)
        try:
            named = await self._async_named(user_input[CONF_FILTER])
            valid_filter(named.topic)
        except BotError as err:
            return await self._async_show_about(step, user_input, err)
        self._typed = {**self._typed, **user_input}
        if named.field:
            self._typed[CONF_FIELD] = named.field
        return self._show_condition(self._typed)

    async def async_step_condition(self, user_input: FormInput) -> SubentryFlowResult:
        """Take what is to be so for an alert, and what then."""
        assert self._typed is not None
        about = {key: self._typed[key] for key in (CONF_FILTER, CONF_OPERATOR)}
        self._typed = {**without_sections(user_input, condition_form(None, RuleSet())), **about}
        rules, known = self._rules(), self._known()
        named = await self._async_named(self._typed[CONF_FILTER])
        rule = replace(typed_alert(self._typed, named.topic), id=known.subentry_id if known else "")
        errors, placeholders = complaints(rule, {contact.jid for contact in rules.contacts})
        try:
            rule = await self._async_with_others(rule, self._typed.get(CONF_OTHERS, ""))
        except BotError as err:
            errors[CONF_OTHERS] = err.key
            placeholders |= err.placeholders
        try:
            await async_refuse_deeds(self._get_entry(), rule)
        except BotError as err:
            errors[CONF_THEN] = err.key
            placeholders |= err.placeholders
        try:
            rule = with_picture(self._get_entry(), rule, ALERTS.of(known) if known else None)
        except BotError as err:
            errors[CONF_PICTURE] = err.key
            placeholders |= err.placeholders
        try:
            rule = waiting_for(rule, rules.alerts)
        except BotError as err:
            errors[CONF_AFTER] = err.key
            placeholders |= err.placeholders
        try:
            ALERTS.refuse_taken(self._get_entry(), rule, known)
        except BotError as err:
            errors[CONF_NAME] = err.key
            placeholders |= err.placeholders
        if not errors and known is None and (never := await async_never(self._get_entry(), rule)) is not None:
            errors[CONF_VALUE] = never.key
            placeholders |= never.placeholders
        if errors:
            return self._show_condition(self._typed, errors, placeholders)
        self._rule = await async_titled(self.hass, self._get_entry(), rules, rule)
        return await self.async_step_preview()

    async def _async_with_others(self, rule: AlertRule, text: str) -> AlertRule:
        """Return a rule with further conditions as they were typed; those of before need not be read anew."""
        before = ALERTS.of(known) if (known := self._known()) else None
        if before is not None and text == write_others(before):
            return replace(rule, others=before.others, either=before.either)
        return await async_with_others(self._get_entry(), rule, text)

    async def async_step_preview(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Say in plain words what the rule does, and what it would have done."""
        assert self._rule is not None
        placeholders = await async_preview(self.hass, self._get_entry(), self._rule)
        return self.async_show_menu(
            step_id="preview", menu_options=["save", "change"], description_placeholders=placeholders
        )

    async def async_step_change(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Go back to the forms, as they were filled in."""
        return await self._async_about("reconfigure" if self._known() else "user", None)

    async def async_step_save(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Keep the rule; a new one gets its number."""
        assert self._rule is not None
        entry = self._get_entry()
        if entry.state is ConfigEntryState.LOADED:
            self._rule = replace(self._rule, number=entry.runtime_data.bot.alerts.next_number)
        return await self._keep(ALERTS.write(ALERTS.numbered(entry, self._rule, self._known())))

    async def _async_show_about(
        self, step: str, filled: FormInput, err: BotError | None = None
    ) -> SubentryFlowResult:
        form = about_form(await self._async_topics())
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(form, in_sections(form, filled)),
            errors=errors_of(err, form) if err else {},
            description_placeholders=err.placeholders if err else None,
        )

    def _show_condition(
        self,
        filled: FormInput,
        errors: dict[str, str] | None = None,
        placeholders: dict[str, str] | None = None,
    ) -> SubentryFlowResult:
        operator = Operator[filled[CONF_OPERATOR].upper()]
        pictures = self.hass.states.async_entity_ids((Platform.CAMERA, Platform.IMAGE))
        form = condition_form(operator, self._rules(), async_choices(self.hass), pictures)
        shown = {_place(field, form): key for field, key in (errors or {}).items()}
        suggested = in_sections(form, filled)
        return self.async_show_form(
            step_id="condition",
            data_schema=self.add_suggested_values_to_schema(unfolded(form, suggested, shown), suggested),
            errors=shown,
            description_placeholders={"name": literal(filled[CONF_FILTER]), **(placeholders or {})},
        )


def _place(field: str, form: vol.Schema) -> str:
    """Return where an error about a field is shown: at its section, if it is in one."""
    sections = {
        str(key): each.schema.schema for key, each in form.schema.items() if isinstance(each, section)
    }
    return next((name for name, fields in sections.items() if field in map(str, fields)), field)

"""How alert rules are added and changed in Home Assistant's settings: a form, then the rule in plain words."""

from dataclasses import replace
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)

from ..bot.alerts.rules.names import named
from ..bot.model.errors import BotError
from ..bot.model.history import TopicRow
from ..bot.model.rules import AlertRule, RuleSet
from ..const import CONF_NAME
from ..entry.rule_store import free_name, next_number
from ..entry.rules import alert_rule, alert_subentry, rule_set
from ..hass.targets import async_choices
from ..runtime.runtime import BotConfigEntry
from .alert_forms import SECTION_TELL, alert_form
from .alert_input import complaints, filled, flat_alert, typed_alert
from .alert_preview import async_preview, called
from .forms import nested
from .input import Typed

# Suggestions are searched by typing; more would only make the form slow.
MOST_TOPICS = 500


class AlertFlow(ConfigSubentryFlow):
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
        changed = self._changed()
        if self._typed is None:
            self._typed = filled(alert_rule(changed.subentry_id, changed.data)) if changed else {}
        if user_input is None:
            return await self._async_show(step)
        self._typed = flat_alert(user_input)
        rules = self._rules()
        rule = typed_alert(self._typed, rules.subscriptions, *_identity(changed))
        errors, placeholders = complaints(rule, {contact.jid for contact in rules.contacts})
        try:
            free_name(self._get_entry(), rule.name, changed)
        except BotError as err:
            errors[CONF_NAME] = err.key
            placeholders |= err.placeholders
        if errors:
            return await self._async_show(step, errors, placeholders)
        self._rule = named(rule, rules.alerts, called(rules, rule.filter))
        return await self.async_step_preview()

    async def async_step_preview(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Say in plain words what the rule does, and what it would have done."""
        assert self._rule is not None
        placeholders = await async_preview(self.hass, self._get_entry(), self._rule)
        return self.async_show_menu(
            step_id="preview", menu_options=["save", "change"], description_placeholders=placeholders
        )

    async def async_step_change(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Go back to the form, as it was filled in."""
        return await self._async_ask("reconfigure" if self._changed() else "user", None)

    async def async_step_save(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Keep the rule; a new one gets its number."""
        assert self._rule is not None
        entry, changed = self._get_entry(), self._changed()
        if changed is None:
            wanted = alert_subentry(replace(self._rule, number=next_number(entry)))
            return self.async_create_entry(
                title=wanted["title"], data=wanted["data"], unique_id=wanted["unique_id"]
            )
        wanted = alert_subentry(self._rule)
        return self.async_update_and_abort(
            entry, changed, title=wanted["title"], data=wanted["data"], unique_id=wanted["unique_id"]
        )

    def _changed(self) -> ConfigSubentry | None:
        """Return the rule that is changed, None for a new one."""
        return self._get_reconfigure_subentry() if self.source == SOURCE_RECONFIGURE else None

    def _rules(self) -> RuleSet:
        entry = self._get_entry()
        return rule_set(entry.subentries.values(), entry.options)

    async def _async_seen(self) -> list[TopicRow]:
        """Return the topics that came in, none while the bot cannot be asked."""
        entry: BotConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return []
        try:
            return await entry.runtime_data.store.history.topics("#", MOST_TOPICS)
        except BotError:
            return []

    async def _async_show(
        self, step: str, errors: dict[str, str] | None = None, placeholders: dict[str, str] | None = None
    ) -> SubentryFlowResult:
        rules = self._rules()
        form = alert_form(
            rules.subscriptions,
            rules.contacts,
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


def _identity(changed: ConfigSubentry | None) -> tuple[str, int]:
    """Return id and number of the rule that is changed; a new one has neither yet."""
    if changed is None:
        return "", 0
    rule = alert_rule(changed.subentry_id, changed.data)
    return rule.id, rule.number

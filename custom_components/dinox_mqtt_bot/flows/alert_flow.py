"""How alert rules are added and changed in the settings: a form, then the rule in plain words."""

from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntryState, SubentryFlowResult

from ..bot.alerts.rules.names import name_rule
from ..bot.model.errors import BotError
from ..bot.model.rules import AlertRule
from ..const import CONF_FILTER, CONF_NAME
from ..entry.rules import ALERTS
from ..hass.targets import async_choices
from ..runtime.runtime import BotConfigEntry
from .alert_form import SECTION_TELL, alert_form, complaints, filled, typed_alert
from .alert_preview import async_preview, called
from .fields import Typed, flat, nested
from .rule_flow import SubentryFlow

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
            self._typed = filled(ALERTS.of(known)) if known else {}
        if user_input is None:
            return await self._async_show(step)
        rules = self._rules()
        self._typed = flat(user_input, alert_form(rules))
        rule = typed_alert(self._typed, self._resolved(self._typed[CONF_FILTER]))
        if known is not None:
            rule = replace(rule, id=known.subentry_id)
        errors, placeholders = complaints(rule, {contact.jid for contact in rules.contacts})
        try:
            ALERTS.refuse_taken(self._get_entry(), rule, known)
        except BotError as err:
            errors[CONF_NAME] = err.key
            placeholders |= err.placeholders
        if errors:
            return await self._async_show(step, errors, placeholders)
        self._rule = name_rule(rule, rules.alerts, called(rules, rule.filter))
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
        return await self._async_ask("reconfigure" if self._known() else "user", None)

    async def async_step_save(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Keep the rule; a new one gets its number."""
        assert self._rule is not None
        return self._keep(ALERTS.write(ALERTS.numbered(self._get_entry(), self._rule, self._known())))

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

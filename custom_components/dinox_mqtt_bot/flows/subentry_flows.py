"""How topics and contacts are added and changed in Home Assistant's settings."""

from abc import abstractmethod
from typing import override

from homeassistant.config_entries import (
    ConfigSubentry,
    ConfigSubentryData,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
import voluptuous as vol

from ..bot.model.errors import BotError
from ..const import CONF_USER
from ..entry.account import fit_filter
from ..entry.rules import contact_subentry, topic_subentry
from .forms import CONTACT_FORM, TOPIC_FORM, errors_of
from .input import Typed, typed_contact, typed_subscription
from .users import async_users, contact_form


class RuleFlow(ConfigSubentryFlow):
    """One form, for a new rule and for a changed one."""

    form: vol.Schema

    @abstractmethod
    def rule(self, typed: Typed) -> ConfigSubentryData:
        """Return the subentry that was typed. Raises BotError."""

    async def async_step_user(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Ask for a new rule."""
        if user_input is None:
            return self._show("user", {})
        try:
            rule = self._unique(user_input)
        except BotError as err:
            return self._show("user", user_input, err)
        return self.async_create_entry(title=rule["title"], data=rule["data"], unique_id=rule["unique_id"])

    async def async_step_reconfigure(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Ask for a rule again."""
        changed = self._get_reconfigure_subentry()
        if user_input is None:
            return self._show("reconfigure", changed.data)
        try:
            rule = self._unique(user_input, changed)
        except BotError as err:
            return self._show("reconfigure", user_input, err)
        return self.async_update_and_abort(
            self._get_entry(), changed, title=rule["title"], data=rule["data"], unique_id=rule["unique_id"]
        )

    def _unique(self, typed: Typed, changed: ConfigSubentry | None = None) -> ConfigSubentryData:
        """Return the subentry that was typed unless another one is the same. Raises BotError."""
        rule = self.rule(typed)
        others = [kept for kept in self._get_entry().subentries.values() if kept is not changed]
        if any(kept.unique_id == rule["unique_id"] for kept in others):
            raise BotError("already_configured")
        return rule

    def _show(self, step: str, suggested: Typed, err: BotError | None = None) -> SubentryFlowResult:
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(self.form, suggested),
            errors=errors_of(err, self.form) if err else {},
            description_placeholders=err.placeholders if err else None,
        )


class TopicFlow(RuleFlow):
    """What to subscribe to, and how it is shown."""

    form = TOPIC_FORM

    @override
    def rule(self, typed: Typed) -> ConfigSubentryData:
        wanted = typed_subscription(typed)
        fit_filter(self._get_entry().data, wanted.filter)
        return topic_subentry(wanted)


class ContactFlow(RuleFlow):
    """Whom the bot talks to, and what they may ask for."""

    form = CONTACT_FORM

    @override
    async def async_step_user(self, user_input: Typed | None = None) -> SubentryFlowResult:
        self.form = contact_form(await async_users(self.hass))
        return await super().async_step_user(user_input)

    @override
    async def async_step_reconfigure(self, user_input: Typed | None = None) -> SubentryFlowResult:
        stored = self._get_reconfigure_subentry().data.get(CONF_USER, "")
        self.form = contact_form(await async_users(self.hass, stored))
        return await super().async_step_reconfigure(user_input)

    @override
    def rule(self, typed: Typed) -> ConfigSubentryData:
        return contact_subentry(typed_contact(typed))

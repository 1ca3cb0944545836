"""How webhooks for the incidents of other programs are added and looked at in Home Assistant's settings."""

from typing import Any

from homeassistant.components.webhook import async_generate_id, async_generate_path
from homeassistant.config_entries import SubentryFlowResult
from homeassistant.helpers.network import NoURLAvailableError
import voluptuous as vol

from ..bot.alerts.rules.names import name_rule
from ..bot.model.replies import BotError
from ..bot.model.rules import Priority
from ..const import CONF_LOCAL_ONLY, CONF_NAME, CONF_PRIORITY
from ..entry.hooks import Hook
from ..entry.rule_store import RuleStore
from ..entry.rules import ALERTS
from ..runtime.webhooks import async_hook_url
from .fields import FLAG, TEXT, FormInput, chosen, errors_of
from .rule_flow import SubentryFlow

LONGEST_NAME = 60
_REACH = {vol.Required(CONF_LOCAL_ONLY, default=True): FLAG}
NEW_FORM = vol.Schema({vol.Required(CONF_NAME): TEXT, **chosen(ALERTS, CONF_PRIORITY), **_REACH})


class WebhookFlow(SubentryFlow):
    """What posts incidents, and the address that it posts them to."""

    _hook: Hook
    _priority: Priority

    async def async_step_user(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Ask what it is called, and what its incidents matter."""
        if user_input is None:
            return self._show("user", NEW_FORM, {})
        try:
            self._hook = self._read(user_input)
        except BotError as err:
            return self._show("user", NEW_FORM, user_input, err)
        self._priority = Priority[user_input[CONF_PRIORITY].upper()]
        return await self.async_step_address()

    def _read(self, typed: FormInput) -> Hook:
        """Read what was typed. Raises BotError `hook_name` or `already_configured`."""
        name = " ".join(typed[CONF_NAME].split())
        hook = Hook.new(async_generate_id(), name, local_only=typed[CONF_LOCAL_ONLY])
        if len(name) > LONGEST_NAME or not any(map(str.isalnum, name)):
            raise BotError("hook_name", maximum=str(LONGEST_NAME))
        if any(each.unique_id == hook.write()["unique_id"] for each in self._get_entry().subentries.values()):
            raise BotError("already_configured")
        return hook

    async def async_step_address(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Show the address; then keep the webhook, and the rule that makes alerts of its incidents."""
        if user_input is None:
            return self._show("address", vol.Schema({}), {}, url=await self._async_url(self._hook))
        entry, rules = self._get_entry(), self._rules()
        rule = self._hook.rule(self._priority)
        # Kept from a webhook of this name that was removed: it goes on as somebody has set it.
        if not any(each.filter == rule.filter for each in rules.alerts):
            await RuleStore(self.hass, entry).put_alert(name_rule(rule, rules.alerts, ""))
        return await self._keep(self._hook.write())

    async def async_step_reconfigure(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Show the address of a webhook, and ask anew from where it may be used."""
        hook = Hook.of(self._get_reconfigure_subentry())
        if user_input is None:
            url = await self._async_url(hook)
            kept = {CONF_LOCAL_ONLY: hook.local_only}
            return self._show("reconfigure", vol.Schema(_REACH), kept, url=url, name=hook.name)
        changed = Hook(hook.webhook_id, hook.name, hook.key, user_input[CONF_LOCAL_ONLY])
        return await self._keep(changed.write())

    async def _async_url(self, hook: Hook) -> str:
        try:
            return await async_hook_url(self.hass, hook)
        except NoURLAvailableError:  # nobody has told Home Assistant how it is reached
            return f"<Home Assistant>{async_generate_path(hook.webhook_id)}"

    def _show(
        self, step: str, form: vol.Schema, filled: FormInput, err: BotError | None = None, **told: Any
    ) -> SubentryFlowResult:
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(form, filled),
            errors=errors_of(err, form) if err else {},
            description_placeholders={**(err.placeholders if err else {}), **told},
        )

"""How bridges are added and changed in Home Assistant's settings."""

from typing import override

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData, SubentryFlowResult

from ..bot.model.errors import BotError
from ..bot.model.rules import RuleSet
from ..entry.account import has_chat
from ..entry.bridges import bridge_subentry, numbered_bridge
from ..entry.rules import rule_set
from .bridge_forms import BRIDGE_FORM, bridge_form, flat_bridge, typed_bridge
from .forms import nested
from .input import Typed
from .subentry_flows import RuleFlow


class BridgeFlow(RuleFlow):
    """Which topics lead to whom, which way, and as what."""

    form = BRIDGE_FORM

    @override
    async def async_step_user(self, user_input: Typed | None = None) -> SubentryFlowResult:
        """Ask for a new bridge; without an XMPP account there is nobody to lead to."""
        if not has_chat(self._get_entry()):
            return self.async_abort(reason="chat_not_configured")
        return await super().async_step_user(user_input)

    @override
    def rule(self, typed: Typed) -> ConfigSubentryData:
        return bridge_subentry(typed_bridge(typed, self._rules()))

    @override
    def _unique(self, typed: Typed, changed: ConfigSubentry | None = None) -> ConfigSubentryData:
        """Return the subentry that was typed; a new one gets the next number, a changed one keeps its own."""
        return bridge_subentry(
            numbered_bridge(self._get_entry(), typed_bridge(typed, self._rules()), changed)
        )

    @override
    def _show(self, step: str, suggested: Typed, err: BotError | None = None) -> SubentryFlowResult:
        rules = self._rules()
        self.form = bridge_form(rules.subscriptions, rules.contacts)
        return super()._show(step, nested(self.form, flat_bridge(suggested)), err)

    def _rules(self) -> RuleSet:
        entry = self._get_entry()
        return rule_set(entry.subentries.values(), entry.options)

"""The ways out of a bot's repair issues: a dialog that is opened, or one question."""

from abc import abstractmethod
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, override

from homeassistant.components.repairs import ConfirmRepairFlow, FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_RECONFIGURE, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .bot.model.replies import BotError
from .const import ATTR_LINK, DOMAIN, LinkName
from .entry.account import is_on_account
from .entry.paths import database_path
from .entry.rule_store import RuleStore
from .flows.confirmed import async_settle
from .issues.registry import ATTR_ENTRY, IssueKind
from .runtime.runtime import BotConfigEntry

type IssueFacts = dict[str, str | int | float | None]


async def async_create_fix_flow(hass: HomeAssistant, issue_id: str, data: IssueFacts | None) -> RepairsFlow:
    """Return the flow of an issue. A bot that was removed meanwhile has only something to confirm."""
    facts = data or {}
    entry = hass.config_entries.async_get_entry(str(facts.get(ATTR_ENTRY)))
    kind = next((kind for kind in FLOWS if issue_id.startswith(f"{kind}_")), None)
    if entry is None or kind is None:
        return ConfirmRepairFlow()
    return FLOWS[kind](entry, str(facts.get("about") or ""))


class BotFlow(RepairsFlow):
    """A flow about one bot; `about` is what the issue was raised for."""

    def __init__(self, entry: BotConfigEntry, about: str) -> None:
        self.entry = entry
        self.about = about

    @property
    def placeholders(self) -> dict[str, str]:
        """What the texts of the issue are filled with."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return dict((issue.translation_placeholders if issue is not None else None) or {})


class LeadingFlow(BotFlow):
    """Says what is wrong and leads to a dialog of the bot; the issue goes with the change."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say it first: the page shows the next dialog in place of what the end of this one says."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Open the dialog once that is read."""
        if user_input is None:
            return self.async_show_form(
                step_id="confirm", data_schema=vol.Schema({}), description_placeholders=self.placeholders
            )
        dialog = await self.async_open()
        return self.async_abort(reason="go_on", next_flow=(FlowType.CONFIG_FLOW, dialog["flow_id"]))

    @abstractmethod
    async def async_open(self) -> ConfigFlowResult:
        """Open the dialog, or return the one that waits already."""


class ChangeFlow(LeadingFlow):
    """Leads to the form of one of the bot's connections; `step` is its name where there are several."""

    step: str

    @override
    async def async_open(self) -> ConfigFlowResult:
        flows = self.hass.config_entries.flow
        dialog = await flows.async_init(
            DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": self.entry.entry_id}
        )
        # Where the server of the account is the broker, both are changed in one form.
        step = "xmpp_account" if is_on_account(self.entry.data) else self.step
        if step in dialog.get("menu_options", ()):
            dialog = await flows.async_configure(dialog["flow_id"], {"next_step_id": step})
        return dialog


class BrokerFlow(ChangeFlow):
    """Leads to the form of the broker."""

    step = "reconfigure_broker"


class ChatFlow(ChangeFlow):
    """Leads to the form of the chat account."""

    step = "reconfigure_xmpp"


class LoginFlow(LeadingFlow):
    """Leads to the dialog that asks for the new password."""

    @override
    async def async_open(self) -> ConfigFlowResult:
        waiting = next(self.entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}), None)
        return waiting or await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_REAUTH, "entry_id": self.entry.entry_id},
            data={**self.entry.data, ATTR_LINK: LinkName.XMPP.value},
        )


class RefusedTopicFlow(BotFlow):
    """Asks whether to give a refused topic up or to ask the broker again."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask which of the two is meant."""
        return self.async_show_menu(
            step_id="init",
            menu_options=["again", "unsubscribe"],
            description_placeholders={"filter": self.about, "reason": self.placeholders.get("reason", "")},
        )

    async def async_step_again(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Have the broker asked again, which raises the issue again if it still refuses."""
        if self.entry.state is ConfigEntryState.LOADED:
            self.entry.runtime_data.broker.reconnect()
        return self.async_create_entry(data={})

    async def async_step_unsubscribe(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Remove the topic; its history stays."""
        with suppress(BotError):  # somebody was quicker
            await RuleStore(self.hass, self.entry).remove_subscription(self.about)
            await async_settle(self.entry)
        return self.async_create_entry(data={})


class DatabaseFlow(BotFlow):
    """Sets an unusable database aside and lets the bot begin with a new one."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask first: the history and the alerts' states stay behind."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Do it once it is confirmed."""
        path = database_path(self.hass, self.entry.entry_id)
        if user_input is None:
            return self.async_show_form(
                step_id="confirm", data_schema=vol.Schema({}), description_placeholders={"path": str(path)}
            )
        if self.entry.state is ConfigEntryState.LOADED and self.entry.runtime_data.store.damage:
            await self.hass.config_entries.async_unload(self.entry.entry_id)
        if self.entry.state is not ConfigEntryState.LOADED:  # else somebody was quicker
            await self.hass.async_add_executor_job(set_aside, path, dt_util.now())
            self.hass.config_entries.async_schedule_reload(self.entry.entry_id)
        return self.async_create_entry(data={})


def set_aside(path: Path, now: datetime) -> None:
    """Rename a database and what belongs to it. Blocks."""
    # The database last: a log that stayed behind would be played into the new one.
    for suffix in ("-shm", "-wal", ""):
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.rename(file.with_name(f"{path.stem}-{now:%Y%m%d-%H%M%S}.broken{suffix}"))


FLOWS: dict[IssueKind, type[BotFlow]] = {
    IssueKind.BROKER_PLAIN: BrokerFlow,
    IssueKind.XMPP_PLAIN: ChatFlow,
    IssueKind.ACCOUNT_REFUSED: LoginFlow,
    IssueKind.TOPIC_REFUSED: RefusedTopicFlow,
    IssueKind.DATABASE_UNUSABLE: DatabaseFlow,
}

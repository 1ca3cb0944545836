"""How contacts are added and changed in Home Assistant's settings."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import override

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryData,
    SubentryFlowResult,
)
from homeassistant.const import CONF_LANGUAGE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    LanguageSelector,
    LanguageSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..bot.model.jid import bare_jid
from ..bot.model.replies import BotError
from ..bot.model.rules import Role
from ..bot.text.languages import LANGUAGES
from ..const import CONF_JID, CONF_NAME, CONF_RECEIVES, CONF_ROLE, CONF_USER
from ..entry.rules import CONTACTS
from ..xmpp.reach import IS_ROOM, RETURNED
from .fields import ADDRESS, FLAG, TEXT, Typed, choice, stripped
from .rule_flow import RuleFlow


def contact_form(users: Iterable[SelectOptionDict] = (), role: Role = Role.VIEWER) -> vol.Schema:
    """Return the form, with the users of Home Assistant one of whom may stand for the contact.

    `role` is what is chosen at first.
    """
    people = SelectSelectorConfig(options=list(users), mode=SelectSelectorMode.DROPDOWN)
    return vol.Schema(
        {
            vol.Required(CONF_JID): ADDRESS,
            vol.Optional(CONF_NAME): TEXT,
            vol.Required(CONF_ROLE, default=role.name.lower()): choice(
                CONF_ROLE, CONTACTS.fields[CONF_ROLE].words
            ),
            vol.Required(CONF_RECEIVES, default=True): FLAG,
            vol.Optional(CONF_USER): SelectSelector(people),
            vol.Optional(CONF_LANGUAGE): LanguageSelector(
                LanguageSelectorConfig(languages=sorted(LANGUAGES), native_name=True)
            ),
        }
    )


async def _async_users(hass: HomeAssistant, stored: str = "") -> list[SelectOptionDict]:
    """Return the people who can log in as choices; who is stored stays one."""
    people = [
        user for user in await hass.auth.async_get_users() if user.is_active and not user.system_generated
    ]
    names = {user.id: user.name or user.id for user in people}
    if stored:
        names.setdefault(stored, stored)
    return [SelectOptionDict(value=key, label=name) for key, name in names.items()]


class AddressCheck:
    """Asks about each address once: whoever sends the form again knows better than the servers."""

    def __init__(self) -> None:
        self._told = ""

    async def async_require(self, jid: str, inquire: Callable[[str], Awaitable[str]]) -> None:
        """Raise BotError `contact_is_room`; once, `contact_unreachable` or `contact_returned`."""
        if jid == self._told:
            return
        reason = await inquire(jid)
        if reason == IS_ROOM:
            raise BotError("contact_is_room", jid=jid)
        if reason:
            self._told = jid
        if reason == RETURNED:
            raise BotError("contact_returned", jid=jid)
        if reason:
            raise BotError("contact_unreachable", jid=jid)


class ContactFlow(RuleFlow):
    """Whom the bot talks to, and what they may ask for."""

    def __init__(self) -> None:
        super().__init__()
        self._check = AddressCheck()

    @override
    async def async_step_user(self, user_input: Typed | None = None) -> SubentryFlowResult:
        self.form = await self._async_form()
        return await self._async_checked("user", user_input) or await super().async_step_user(user_input)

    @override
    async def async_step_reconfigure(self, user_input: Typed | None = None) -> SubentryFlowResult:
        self.form = await self._async_form()
        problem = await self._async_checked("reconfigure", user_input)
        return problem or await super().async_step_reconfigure(user_input)

    @override
    async def _async_form(self) -> vol.Schema:
        known = self._known()
        users = await _async_users(self.hass, known.data.get(CONF_USER, "") if known else "")
        # Somebody has to be able to do everything; whoever comes later is given what they need.
        return contact_form(users, Role.VIEWER if self._rules().contacts else Role.ADMIN)

    async def _async_checked(self, step: str, typed: Typed | None) -> SubentryFlowResult | None:
        """Show the form again if nothing would reach the new address; a bot that does not run cannot ask."""
        entry, known = self._get_entry(), self._known()
        if typed is None or entry.state is not ConfigEntryState.LOADED:
            return None
        try:
            jid = self._read(typed, known)["data"][CONF_JID]
            if known is None or known.data[CONF_JID] != jid:
                await self._check.async_require(jid, entry.runtime_data.chat.inquire)
        except BotError as err:
            return self._show(step, typed, err)
        return None

    @override
    def _read(self, typed: Typed, known: ConfigSubentry | None) -> ConfigSubentryData:
        contact = CONTACTS.read(stripped(typed))
        jid = bare_jid(contact.jid.removeprefix("xmpp:"))
        return self._unlike_others(CONTACTS.write(replace(contact, jid=jid)), known)

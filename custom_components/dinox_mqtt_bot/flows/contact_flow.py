"""How contacts are added and changed in Home Assistant's settings."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
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

from ..bot.model.jid import bare_jid, shares_server
from ..bot.model.replies import BotError
from ..bot.model.rules import Priority, Role
from ..bot.text.languages import LANGUAGES
from ..bot.text.weekly import DAILY, read_weekly
from ..const import (
    CONF_ABOUT,
    CONF_DIGEST,
    CONF_HOURS,
    CONF_JID,
    CONF_LEAST,
    CONF_NAME,
    CONF_NICK,
    CONF_OPERATES,
    CONF_PRIORITY,
    CONF_RECEIVES,
    CONF_ROLE,
    CONF_ROOM,
    CONF_USER,
)
from ..entry.rules import CONTACTS, follows_data, follows_kept
from ..xmpp.reach import IS_ROOM, RETURNED
from .fields import (
    ADDRESS,
    FLAG,
    TEXT,
    FormInput,
    choice,
    folded,
    in_sections,
    stripped,
    suggestions,
    without_sections,
)
from .follow_field import devices_of, part_choices, part_values, parts_of
from .rule_flow import RuleFlow

_LEVELS = [each.word for each in Priority if each >= Priority.NORMAL]


def contact_form(
    users: Iterable[SelectOptionDict] = (),
    role: Role = Role.VIEWER,
    parts: Sequence[SelectOptionDict] = (),
) -> vol.Schema:
    """Return the form, with the users of Home Assistant one of whom may stand for the contact.

    `role` is what is chosen at first, `parts` are the areas, devices and topics that it may get or operate.
    """
    people = SelectSelectorConfig(options=list(users), mode=SelectSelectorMode.DROPDOWN)
    gets = {
        vol.Optional(CONF_ABOUT): suggestions(parts, multiple=True),
        vol.Required(CONF_LEAST, default=Priority.NORMAL.word): choice(CONF_PRIORITY, _LEVELS),
        vol.Optional(CONF_HOURS): TEXT,
        vol.Required(CONF_DIGEST, default=False): FLAG,
        vol.Optional(CONF_OPERATES): suggestions(parts, multiple=True),
    }
    return vol.Schema(
        {
            vol.Required(CONF_JID): ADDRESS,
            vol.Optional(CONF_NAME): TEXT,
            vol.Required(CONF_ROLE, default=role.name.lower()): choice(
                CONF_ROLE, CONTACTS.fields[CONF_ROLE].words
            ),
            vol.Required(CONF_RECEIVES, default=True): FLAG,
            vol.Required(CONF_ROOM, default=False): FLAG,
            vol.Optional(CONF_NICK): TEXT,
            vol.Optional(CONF_USER): SelectSelector(people),
            vol.Optional(CONF_LANGUAGE): LanguageSelector(
                LanguageSelectorConfig(languages=sorted(LANGUAGES), native_name=True)
            ),
            vol.Required("gets", default=dict): folded(gets),
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
        self._room = False

    async def async_require(
        self, jid: str, inquire: Callable[[str], Awaitable[str]], *, room: bool = False
    ) -> bool:
        """Say whether an address is a room's, as somebody says or the servers do.

        Raises BotError once: `contact_is_room` for what nobody said is one, `contact_unreachable`,
        `contact_returned`.
        """
        if jid == self._told:
            return room or self._room
        reason = await inquire(jid)
        if not reason or (reason == IS_ROOM and room):
            return room
        self._told, self._room = jid, reason == IS_ROOM
        if reason == IS_ROOM:
            raise BotError("contact_is_room", jid=jid)
        if reason == RETURNED:
            raise BotError("contact_returned", jid=jid)
        raise BotError("contact_unreachable", jid=jid)


class ContactFlow(RuleFlow):
    """Whom the bot talks to, what they get, and what they may ask for."""

    def __init__(self) -> None:
        super().__init__()
        self._check = AddressCheck()

    @override
    async def async_step_user(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        return await self._async_step("user", user_input, super().async_step_user)

    @override
    async def async_step_reconfigure(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        return await self._async_step("reconfigure", user_input, super().async_step_reconfigure)

    async def _async_step(
        self,
        step: str,
        typed: FormInput | None,
        then: Callable[[FormInput | None], Awaitable[SubentryFlowResult]],
    ) -> SubentryFlowResult:
        """Show the form again if nothing would reach the new address; a bot that does not run cannot ask."""
        self.form = await self._async_form()
        entry, known = self._get_entry(), self._known()
        if typed is None or entry.state is not ConfigEntryState.LOADED:
            return await then(typed)
        try:
            data = self._read(typed, known)["data"]
            if known is None or known.data[CONF_JID] != data[CONF_JID]:
                inquire = entry.runtime_data.chat.inquire
                room = await self._check.async_require(data[CONF_JID], inquire, room=data[CONF_ROOM])
                typed = {**typed, CONF_ROOM: room}
        except BotError as err:
            if err.key == "contact_is_room":
                typed = self._as_room(typed, err.placeholders["jid"])
            return self._show(step, typed, err)
        return await then(typed)

    def _as_room(self, typed: FormInput, jid: str) -> FormInput:
        """Return a room as it is offered: on another server, which may speak as anybody, all are viewers."""
        own = shares_server(jid, self._get_entry().data.get(CONF_JID, ""))
        role = Role.OPERATOR if own else Role.VIEWER
        return {**typed, CONF_ROOM: True, CONF_ROLE: role.word}

    @override
    async def _async_form(self) -> vol.Schema:
        known, entry = self._known(), self._get_entry()
        users = await _async_users(self.hass, known.data.get(CONF_USER, "") if known else "")
        # Somebody has to be able to do everything; whoever comes later is given what they need.
        first = all(contact.room for contact in self._rules().contacts)
        parts = part_choices(devices_of(entry), await self._async_topics())
        return contact_form(users, Role.ADMIN if first else Role.VIEWER, parts)

    @override
    def _show(self, step: str, suggested: FormInput, err: BotError | None = None) -> SubentryFlowResult:
        flat_ = dict(without_sections(suggested, self.form))
        for key in (CONF_ABOUT, CONF_OPERATES):
            if any(not isinstance(each, str) for each in flat_.get(key, ())):
                flat_[key] = part_values(follows_kept(flat_[key]))
        return super()._show(step, in_sections(self.form, flat_), err)

    @override
    def _read(self, typed: FormInput, known: ConfigSubentry | None) -> ConfigSubentryData:
        data = stripped(without_sections(typed, self.form))
        devices, before = devices_of(self._get_entry()), CONTACTS.of(known) if known else None
        for key in (CONF_ABOUT, CONF_OPERATES):
            kept = getattr(before, key) if before else ()
            data[key] = follows_data(parts_of(data.get(key) or (), devices, kept))
        if said := data.get(CONF_HOURS):
            if (weekly := read_weekly(said)) is None:
                raise BotError("rule_no_weekly", times=said)
            data[CONF_HOURS] = "" if str(weekly) == DAILY else str(weekly)
        contact = CONTACTS.read(data)
        jid = bare_jid(contact.jid.removeprefix("xmpp:").removesuffix("?join"))
        return self._unlike_others(CONTACTS.write(replace(contact, jid=jid)), known)

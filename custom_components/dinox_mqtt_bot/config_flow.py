"""How a bot is set up and changed in Home Assistant's settings; every step connects before it accepts."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain, count
import secrets
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryData,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME
from homeassistant.core import HomeAssistant, callback
import voluptuous as vol

from .bot.model.replies import BotError
from .const import (
    ATTR_LINK,
    CONF_CLIENT_ID,
    CONF_DISCOVERY,
    CONF_FOLLOWS,
    CONF_JID,
    CONF_MODE,
    CONF_TELL,
    CONF_TLS_NAME,
    CONF_TOPICS,
    CONF_XMPP_PASSWORD,
    DOMAIN,
    LinkName,
    Mode,
)
from .entry.account import fit_filter, is_on_account, is_prosody, same_login
from .flows.connections import (
    ACCOUNT_FORM,
    BROKER_FORM,
    REAUTH,
    SERVER_FORM,
    XMPP_FORM,
    broker_data,
    secret,
    spread_account,
    spread_broker,
    spread_server,
)
from .flows.contact_flow import AddressCheck
from .flows.fields import FormInput, errors_of, in_sections, unfolded
from .flows.first_follow import DevicesFound, async_devices_found
from .flows.first_rules import (
    CONTACT_AND_TOPICS_FORM,
    TELL_FORM,
    TOPICS_FORM,
    FirstRules,
    Tell,
    first_rules,
    topic_filters,
)
from .flows.new_account import Accounts, scan_form
from .flows.options_flow import DinoxOptionsFlow
from .flows.rule_flows import RULE_FLOWS
from .hass.phrases import async_load_phrases
from .probing.account import (
    AccountFound,
    account_in_words,
    async_find,
    async_inquire,
    async_try_broker,
    async_try_server,
    async_try_xmpp,
    first_options,
    server_data,
    suggested,
)

BOT_NAME = "MQTT Bot"
PROVIDERS = "https://providers.xmpp.net"
TRY: Mapping[LinkName, Callable[[HomeAssistant, FormInput], Awaitable[object]]] = {
    LinkName.BROKER: async_try_broker,
    LinkName.XMPP: async_try_xmpp,
}


class DinoxConfigFlow(ConfigFlow, domain=DOMAIN):
    """Broker, account, first contact and first topics."""

    VERSION = 1
    MINOR_VERSION = 1

    _found: AccountFound

    def __init__(self) -> None:
        self._data: dict[str, Any] = {}
        self._asked: list[LinkName] = []
        self._topics: tuple[str, ...] = ()
        self._accounts = Accounts()
        self._check = AddressCheck()
        self._first = FirstRules()
        self._devices = DevicesFound()
        self._warned = False
        self._rules: list[ConfigSubentryData] = []
        self._options: dict[str, Any] = {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        return DinoxOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        return dict(RULE_FLOWS)

    @override
    async def async_step_user(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Ask where the messages come from: the simplest way comes first, if there is one."""
        modes = [mode.value for mode in Mode if mode is not Mode.HOME_ASSISTANT]
        if self._has_mqtt():
            modes.insert(0, Mode.HOME_ASSISTANT.value)
        return self.async_show_menu(step_id="user", menu_options=modes)

    def _has_mqtt(self) -> bool:
        return bool(self.hass.config_entries.async_loaded_entries("mqtt"))

    async def async_step_standalone(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Ask for a broker of any kind."""
        if user_input is None:
            return self._show("standalone", BROKER_FORM, self._known_broker())
        user_input = spread_broker(user_input)
        self._data = {CONF_MODE: Mode.STANDALONE.value, CONF_CLIENT_ID: new_client_id()}
        try:
            await self._async_take_broker(user_input, self._data)
        except BotError as err:
            return self._show("standalone", BROKER_FORM, user_input, err)
        return await self.async_step_xmpp()

    def _known_broker(self) -> FormInput | None:
        """Return where Home Assistant's own connection goes: most likely there."""
        known = next(iter(self.hass.config_entries.async_loaded_entries("mqtt")), None)
        if known is None or "broker" not in known.data:
            return None
        return {CONF_HOST: known.data["broker"], CONF_PORT: known.data.get(CONF_PORT, 0) or None}

    async def async_step_xmpp_account(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Ask for an account whose own server is the broker, for a new bot or a changed one."""
        stored = self._get_reconfigure_entry().data if self.source == SOURCE_RECONFIGURE else {}
        if user_input is None:
            return self._show("xmpp_account", ACCOUNT_FORM, in_sections(ACCOUNT_FORM, stored))
        user_input = spread_account(user_input)
        self._data = {CONF_MODE: Mode.XMPP_ACCOUNT.value}
        try:
            data = await self._async_account(user_input, stored, required=True)
            data[CONF_CLIENT_ID] = stored.get(CONF_CLIENT_ID) or new_client_id()
            self._found = await async_find(self.hass, self._data | data)
        except BotError as err:
            return self._show("xmpp_account", ACCOUNT_FORM, user_input, err)
        self._data |= data
        return await self.async_step_server()

    async def async_step_server(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Show what the account's server was found to be, and ask how messages shall come from it."""
        if user_input is None:
            return await self._async_show_server(suggested(self._found))
        user_input = spread_server(user_input)
        try:
            data = await async_try_server(self.hass, server_data(user_input, self._data, self._found))
        except BotError as err:
            return await self._async_show_server(user_input, err)
        self._data, self._topics = data, self._found.server.topics
        if self.source != SOURCE_RECONFIGURE:
            return await self.async_step_rules()
        entry = self._get_reconfigure_entry()
        options = {**entry.options, **first_options(data)}
        return self.async_update_and_abort(entry, data={**entry.data, **data}, options=options)

    async def _async_show_server(self, filled: FormInput, err: BotError | None = None) -> ConfigFlowResult:
        found = account_in_words(self._found, await async_load_phrases(self.hass))
        return self._show("server", SERVER_FORM, filled, err, found=found)

    async def async_step_home_assistant(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Use the connection of Home Assistant's own MQTT integration."""
        if not self._has_mqtt():  # gone since the menu was shown
            return await self.async_step_user()
        self._data = {CONF_MODE: Mode.HOME_ASSISTANT.value}
        return await self.async_step_xmpp()

    async def async_step_xmpp(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Ask for the bot's XMPP account; without one the bot talks in Assist only."""
        if user_input is None:
            return self._show_xmpp()
        user_input = spread_account(user_input)
        try:
            await self._async_take_xmpp(user_input, {})
        except BotError as err:
            return self._show_xmpp(user_input, err)
        return await self.async_step_rules()

    async def async_step_rules(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Ask whom the bot shall talk to, and about what."""
        form = CONTACT_AND_TOPICS_FORM if self._data[CONF_JID] else TOPICS_FORM
        if user_input is None:
            return self._show("rules", form, {CONF_TOPICS: list(self._topics)})
        try:
            first = first_rules(user_input)
            for topic_filter in first.filters:
                fit_filter(self._data, topic_filter)
            self._refuse_the_same(self._data, set(first.filters))
            if first.contact not in {"", self._data[CONF_JID]}:
                ask = partial(async_inquire, self.hass, self._data)
                first = replace(first, room=await self._check.async_require(first.contact, ask))
            self._devices = await async_devices_found(self.hass, self._data)
            if not (first.filters or self._devices.choices):
                self._warn_of_silence()
        except BotError as err:
            return self._show("rules", form, user_input, err)
        self._first = first
        return await self.async_step_tell()

    async def async_step_tell(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Ask how much the bot shall say of its own accord, and of which of the devices that were found."""
        form = TELL_FORM.extend(self._devices.field())
        if user_input is None:
            suggested = self._devices.suggested(otherwise_mute=not self._first.filters)
            return self._show("tell", form, suggested, found=self._devices.words)
        tell = Tell(user_input[CONF_TELL])
        try:
            if tell is not Tell.ALERTS and not (self._first.filters or user_input.get(CONF_FOLLOWS)):
                self._warn_of_silence()
        except BotError as err:
            return self._show("tell", form, user_input, err, found=self._devices.words)
        self._rules = self._first.subentries(tell)
        self._options = self._devices.data({} if tell is Tell.ALERTS else user_input)
        if self._self_chat:
            return self._create()
        return await self.async_step_scan()

    @property
    def _self_chat(self) -> bool:
        """Whether nobody has to add the bot as a contact: it has no account, or the user's own."""
        return self._first.room or self._first.contact in {"", self._data[CONF_JID]}

    def _warn_of_silence(self) -> None:
        """Raise BotError `nothing_to_tell` once: whoever sends the form again means it."""
        if not self._warned:
            self._warned = True
            raise BotError("nothing_to_tell")

    async def async_step_scan(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Show what a phone scans to add the bot."""
        jid = self._data[CONF_JID]
        return self._show("scan", scan_form(jid), bot=jid) if user_input is None else self._create()

    def _create(self) -> ConfigFlowResult:
        jid = self._data[CONF_JID]
        told = ("default" if not self._self_chat else "self_chat") if jid else "assist"
        return self.async_create_entry(
            title=self._title(),
            data=self._data,
            options={**first_options(self._data), **self._options},
            subentries=self._rules,
            description=told,
            description_placeholders={"bot": jid},
        )

    async def async_step_reconfigure(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Ask which connection to change, if there is a choice."""
        stored = self._get_reconfigure_entry().data
        if is_on_account(stored):
            return self.async_show_menu(
                step_id="reconfigure", menu_options=["xmpp_account", "reconfigure_broker"]
            )
        choices = ["reconfigure_broker"] if stored[CONF_MODE] == Mode.STANDALONE else []
        choices += ["reconfigure_xmpp", *(["xmpp_account"] if stored[CONF_JID] else [])]
        if choices == ["reconfigure_xmpp"]:
            return await self.async_step_reconfigure_xmpp()
        return self.async_show_menu(step_id="reconfigure", menu_options=choices)

    async def async_step_reconfigure_broker(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Ask for the broker again, or for another one than the server of the account."""
        entry = self._get_reconfigure_entry()
        leaves_account = is_on_account(entry.data)
        if user_input is None:
            filled = None if leaves_account else in_sections(BROKER_FORM, entry.data)
            return self._show("reconfigure_broker", BROKER_FORM, filled)
        user_input = spread_broker(user_input)
        try:
            await self._async_take_broker(user_input, entry.data)
        except BotError as err:
            return self._show("reconfigure_broker", BROKER_FORM, user_input, err)
        options = dict(entry.options)
        if leaves_account:
            self._data |= {CONF_MODE: Mode.STANDALONE.value, CONF_TLS_NAME: ""}
            if is_prosody(entry.data):
                # Switched off because there is none at Prosody.
                options.pop(CONF_DISCOVERY, None)
        return self.async_update_and_abort(entry, data_updates=self._data, options=options)

    async def async_step_reconfigure_xmpp(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Ask for the bot's XMPP account again."""
        entry = self._get_reconfigure_entry()
        if user_input is None:
            return self._show("reconfigure_xmpp", XMPP_FORM, in_sections(XMPP_FORM, entry.data))
        user_input = spread_account(user_input)
        self._data = {CONF_MODE: entry.data[CONF_MODE]}
        try:
            await self._async_take_xmpp(user_input, entry.data)
        except BotError as err:
            return self._show("reconfigure_xmpp", XMPP_FORM, user_input, err)
        return self.async_update_and_abort(entry, data_updates=self._data)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Start when credentials are refused; `link` in the data names whose, else both are asked."""
        stored, failed = self._get_reauth_entry().data, entry_data.get(ATTR_LINK)
        used = {LinkName.BROKER: stored[CONF_MODE] == Mode.STANDALONE, LinkName.XMPP: bool(stored[CONF_JID])}
        if is_on_account(stored):  # one password for both
            failed = LinkName.XMPP
        self._asked = [link for link in LinkName if used[link] and failed in {None, link}]
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: FormInput | None = None) -> ConfigFlowResult:
        """Ask for the credentials that were refused."""
        entry = self._get_reauth_entry()
        form = vol.Schema({key: field for link in self._asked for key, field in REAUTH[link].items()})
        if user_input is None:
            return self._show("reauth_confirm", form, in_sections(form, entry.data))
        data = {**entry.data, **self._credentials(user_input, entry.data)}
        try:
            for link in self._asked:
                await TRY[link](self.hass, data)
            if is_on_account(data):
                await async_try_server(self.hass, data)
        except BotError as err:
            return self._show("reauth_confirm", form, user_input, err)
        if data == entry.data:  # nothing for the update listener to see, yet it works again
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_update_and_abort(entry, data=data)

    def _credentials(self, typed: FormInput, stored: FormInput) -> dict[str, str]:
        credentials: dict[str, str] = {}
        if LinkName.BROKER in self._asked:
            username = typed.get(CONF_USERNAME, "")
            password = secret(typed, stored, CONF_PASSWORD) if username else ""
            credentials |= {CONF_USERNAME: username, CONF_PASSWORD: password}
        if LinkName.XMPP in self._asked:
            credentials[CONF_XMPP_PASSWORD] = secret(typed, stored, CONF_XMPP_PASSWORD)
        return credentials

    async def _async_take_broker(self, typed: FormInput, stored: FormInput) -> None:
        """Connect with what was typed and keep it if that works. Raises BotError."""
        data = {CONF_CLIENT_ID: stored[CONF_CLIENT_ID], **broker_data(typed, stored)}
        if self.source == SOURCE_RECONFIGURE:
            kept = self._get_reconfigure_entry()
            moved = {**kept.data, **data, CONF_MODE: Mode.STANDALONE.value}
            self._refuse_the_same(moved, topic_filters(kept))
        try:
            await async_try_broker(self.hass, data)
        except BotError as err:
            if err.key == "invalid_auth" and not data[CONF_USERNAME]:
                raise BotError("login_missing") from err
            raise
        self._data |= data

    async def _async_take_xmpp(self, typed: FormInput, stored: FormInput) -> None:
        """Log in with what was typed and keep it if that works. Raises BotError."""
        data = await self._async_account(typed, stored)
        if data[CONF_JID]:
            await async_try_xmpp(self.hass, data)
        self._data |= data

    async def _async_account(
        self, typed: FormInput, stored: FormInput, *, required: bool = False
    ) -> dict[str, Any]:
        """Read the account's form. Raises BotError, also `jid_in_use` and `jid_missing`."""
        data = await self._accounts.async_data(self.hass, typed, stored)
        if required and not data[CONF_JID]:
            raise BotError("invalid_jid", jid="")
        self._refuse_an_account_in_use(data[CONF_JID])
        return data

    def _others(self) -> list[ConfigEntry]:
        own = self.context.get("entry_id")
        return [entry for entry in self._async_current_entries() if entry.entry_id != own]

    def _refuse_the_same(self, data: FormInput, filters: set[str]) -> None:
        """Raise BotError `already_configured` for the login, the account and the topics of another bot."""
        for entry in self._others():
            if (
                same_login(data, entry.data)
                and data[CONF_JID] == entry.data[CONF_JID]
                and filters == topic_filters(entry)
            ):
                raise BotError("already_configured", bot=entry.title)

    def _refuse_an_account_in_use(self, jid: str) -> None:
        # Two bots of one account would both answer, and hear each other in its self-chat.
        for entry in self._others():
            if jid and entry.data[CONF_JID] == jid:
                raise BotError("jid_in_use", jid=jid, bot=entry.title)
            through_ha = entry.data[CONF_MODE] == self._data[CONF_MODE] == Mode.HOME_ASSISTANT
            if through_ha and not (jid or entry.data[CONF_JID]):
                raise BotError("jid_missing", bot=entry.title)

    def _title(self) -> str:
        """Name the bot after the account whose server it is on, else, where there are more, its broker."""
        taken = {entry.title for entry in self._async_current_entries()}
        where = self._data.get(CONF_HOST) or self._data[CONF_JID] or "Home Assistant"
        if is_on_account(self._data):
            where = self._data[CONF_JID]
        elif BOT_NAME not in taken:
            return BOT_NAME
        titles = (
            f"{BOT_NAME} ({where}){number}" for number in chain([""], (f" {each}" for each in count(2)))
        )
        return next(title for title in titles if title not in taken)

    def _show_xmpp(self, filled: FormInput | None = None, err: BotError | None = None) -> ConfigFlowResult:
        return self._show("xmpp", XMPP_FORM, filled, err, providers=PROVIDERS)

    def _show(
        self,
        step: str,
        form: vol.Schema,
        filled: FormInput | None = None,
        err: BotError | None = None,
        **told: str,
    ) -> ConfigFlowResult:
        errors = errors_of(err, form) if err else {}
        shown = unfolded(form, filled or {}, errors)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(shown, filled),
            errors=errors,
            description_placeholders={**(err.placeholders if err else {}), **told},
        )


def new_client_id() -> str:
    """Return a name for a bot's session at a broker, which no other client has."""
    return f"dinox-mqtt-bot-{secrets.token_hex(4)}"

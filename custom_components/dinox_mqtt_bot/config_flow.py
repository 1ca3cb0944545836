"""How a bot is set up and changed in Home Assistant's settings; every step connects before it accepts."""

from collections.abc import Awaitable, Callable, Mapping
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
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import AbortFlow
import voluptuous as vol

from .bot.model.errors import BotError
from .const import (
    ATTR_LINK,
    CONF_CLIENT_ID,
    CONF_DISCOVERY,
    CONF_FILTER,
    CONF_JID,
    CONF_MODE,
    CONF_TLS_NAME,
    CONF_TOPICS,
    CONF_XMPP_PASSWORD,
    CONF_XMPP_RESOURCE,
    DOMAIN,
    SUBENTRY_ALERT,
    SUBENTRY_BRIDGE,
    SUBENTRY_CONTACT,
    SUBENTRY_PRESET,
    SUBENTRY_TOPIC,
    LinkName,
    Mode,
)
from .entry.account import fit_filter, is_on_account, is_prosody, same_login
from .flows.alert_flow import AlertFlow
from .flows.bridge_flow import BridgeFlow
from .flows.connections import (
    ACCOUNT_FORM,
    BROKER_FORM,
    REAUTH,
    SERVER_FORM,
    XMPP_FORM,
    broker_data,
    secret,
    xmpp_data,
)
from .flows.contact_flow import AddressCheck, ContactFlow
from .flows.fields import Typed, errors_of, nested
from .flows.first_follow import DevicesFound, async_devices_found
from .flows.first_rules import CONTACT_AND_TOPICS_FORM, TOPICS_FORM, first_rules, topic_filters
from .flows.options_flow import DinoxOptionsFlow
from .flows.preset_flow import PresetFlow
from .flows.topic_flow import TopicFlow
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
TRY: Mapping[LinkName, Callable[[HomeAssistant, Typed], Awaitable[object]]] = {
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
        self._check = AddressCheck()
        self._rules: list[ConfigSubentryData] = []
        self._devices: DevicesFound | None = None

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
        return {
            SUBENTRY_TOPIC: TopicFlow,
            SUBENTRY_CONTACT: ContactFlow,
            SUBENTRY_ALERT: AlertFlow,
            SUBENTRY_PRESET: PresetFlow,
            SUBENTRY_BRIDGE: BridgeFlow,
        }

    @override
    async def async_step_user(self, user_input: Typed | None = None) -> ConfigFlowResult:
        return self.async_show_menu(step_id="user", menu_options=[mode.value for mode in Mode])

    async def async_step_standalone(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Ask for a broker of any kind."""
        if user_input is None:
            return self._show("standalone", BROKER_FORM)
        self._data = {CONF_MODE: Mode.STANDALONE.value, CONF_CLIENT_ID: new_client_id()}
        try:
            await self._async_take_broker(user_input, self._data)
        except BotError as err:
            return self._show("standalone", BROKER_FORM, user_input, err)
        return await self.async_step_xmpp()

    async def async_step_xmpp_account(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Ask for an account whose own server is the broker, for a new bot or a changed one."""
        stored = self._get_reconfigure_entry().data if self.source == SOURCE_RECONFIGURE else {}
        if user_input is None:
            return self._show("xmpp_account", ACCOUNT_FORM, nested(ACCOUNT_FORM, stored))
        self._data = {CONF_MODE: Mode.XMPP_ACCOUNT.value}
        try:
            data = self._account(user_input, stored)
            data[CONF_CLIENT_ID] = stored.get(CONF_CLIENT_ID) or new_client_id()
            self._found = await async_find(self.hass, self._data | data)
        except BotError as err:
            return self._show("xmpp_account", ACCOUNT_FORM, user_input, err)
        self._data |= data
        return await self.async_step_server()

    async def async_step_server(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Show what the account's server was found to be, and ask how messages shall come from it."""
        if user_input is None:
            return await self._async_show_server(suggested(self._found))
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

    async def _async_show_server(self, filled: Typed, err: BotError | None = None) -> ConfigFlowResult:
        found = account_in_words(self._found, await async_load_phrases(self.hass))
        return self._show("server", SERVER_FORM, filled, err, found=found)

    async def async_step_home_assistant(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Use the connection of Home Assistant's own MQTT integration."""
        if not self.hass.config_entries.async_loaded_entries("mqtt"):
            return self.async_abort(reason="mqtt_not_configured")
        self._data = {CONF_MODE: Mode.HOME_ASSISTANT.value}
        return await self.async_step_xmpp()

    async def async_step_xmpp(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Ask for the bot's XMPP account; without one the bot talks in Assist only."""
        if user_input is None:
            return self._show("xmpp", XMPP_FORM)
        try:
            await self._async_take_xmpp(user_input, {})
        except BotError as err:
            return self._show("xmpp", XMPP_FORM, user_input, err)
        return await self.async_step_rules()

    async def async_step_rules(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Ask whom the bot shall talk to, and about what."""
        form = CONTACT_AND_TOPICS_FORM if self._data[CONF_JID] else TOPICS_FORM
        if user_input is None:
            return self._show_rules(form, {CONF_TOPICS: list(self._topics)})
        try:
            subentries = first_rules(user_input)
            filters = {rule["data"][CONF_FILTER] for rule in subentries if CONF_FILTER in rule["data"]}
            for topic_filter in sorted(filters):
                fit_filter(self._data, topic_filter)
            for rule in subentries:
                if (jid := rule["data"].get(CONF_JID, self._data[CONF_JID])) != self._data[CONF_JID]:
                    await self._check.async_require(jid, partial(async_inquire, self.hass, self._data))
        except BotError as err:
            return self._show_rules(form, user_input, err)
        self._abort_if_the_same(self._data, filters)
        self._rules = subentries
        self._devices = await async_devices_found(self.hass, self._data)
        if self._devices is None:
            return self._create({})
        return self._show(
            "follow", self._devices.form(), self._devices.suggested(filters), found=self._devices.words
        )

    async def async_step_follow(self, user_input: Typed) -> ConfigFlowResult:
        """Take what is to be told of the devices that were found."""
        assert self._devices is not None
        return self._create(self._devices.data(user_input))

    def _create(self, options: dict[str, Any]) -> ConfigFlowResult:
        return self.async_create_entry(
            title=self._title(),
            data=self._data,
            options={**first_options(self._data), **options},
            subentries=self._rules,
        )

    async def async_step_reconfigure(self, user_input: Typed | None = None) -> ConfigFlowResult:
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

    async def async_step_reconfigure_broker(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Ask for the broker again, or for another one than the server of the account."""
        entry = self._get_reconfigure_entry()
        leaves_account = is_on_account(entry.data)
        if user_input is None:
            filled = None if leaves_account else nested(BROKER_FORM, entry.data)
            return self._show("reconfigure_broker", BROKER_FORM, filled)
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

    async def async_step_reconfigure_xmpp(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Ask for the bot's XMPP account again."""
        entry = self._get_reconfigure_entry()
        if user_input is None:
            return self._show("reconfigure_xmpp", XMPP_FORM, nested(XMPP_FORM, entry.data))
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

    async def async_step_reauth_confirm(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Ask for the credentials that were refused."""
        entry = self._get_reauth_entry()
        form = vol.Schema({key: field for link in self._asked for key, field in REAUTH[link].items()})
        if user_input is None:
            return self._show("reauth_confirm", form, nested(form, entry.data))
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

    def _credentials(self, typed: Typed, stored: Typed) -> dict[str, str]:
        credentials: dict[str, str] = {}
        if LinkName.BROKER in self._asked:
            username = typed.get(CONF_USERNAME, "")
            password = secret(typed, stored, CONF_PASSWORD) if username else ""
            credentials |= {CONF_USERNAME: username, CONF_PASSWORD: password}
        if LinkName.XMPP in self._asked:
            credentials[CONF_XMPP_PASSWORD] = secret(typed, stored, CONF_XMPP_PASSWORD)
        return credentials

    async def _async_take_broker(self, typed: Typed, stored: Typed) -> None:
        """Connect with what was typed and keep it if that works. Raises BotError."""
        data = {CONF_CLIENT_ID: stored[CONF_CLIENT_ID], **broker_data(typed, stored)}
        if self.source == SOURCE_RECONFIGURE:
            kept = self._get_reconfigure_entry()
            moved = {**kept.data, **data, CONF_MODE: Mode.STANDALONE.value}
            self._abort_if_the_same(moved, topic_filters(kept))
        await async_try_broker(self.hass, data)
        self._data |= data

    async def _async_take_xmpp(self, typed: Typed, stored: Typed) -> None:
        """Log in with what was typed and keep it if that works. Raises BotError."""
        data = self._account(typed, stored)
        if data[CONF_JID]:
            await async_try_xmpp(self.hass, data)
        self._data |= data

    def _account(self, typed: Typed, stored: Typed) -> dict[str, Any]:
        """Read the account's form. Raises BotError, also `jid_in_use`."""
        data = xmpp_data(typed, stored)
        data[CONF_XMPP_RESOURCE] = stored.get(CONF_XMPP_RESOURCE) or f"ha-{secrets.token_hex(8)}"
        self._refuse_an_account_in_use(data[CONF_JID])
        return data

    def _others(self) -> list[ConfigEntry]:
        own = self.context.get("entry_id")
        return [entry for entry in self._async_current_entries() if entry.entry_id != own]

    def _abort_if_the_same(self, data: Typed, filters: set[str]) -> None:
        """Abort if another bot has this login at this broker, this account, and these topics."""
        for entry in self._others():
            if (
                same_login(data, entry.data)
                and data[CONF_JID] == entry.data[CONF_JID]
                and filters == topic_filters(entry)
            ):
                raise AbortFlow("already_configured")

    def _refuse_an_account_in_use(self, jid: str) -> None:
        if not jid:
            if self._data[CONF_MODE] == Mode.HOME_ASSISTANT:
                self._async_abort_entries_match({CONF_MODE: Mode.HOME_ASSISTANT.value, CONF_JID: ""})
            return
        # Two bots of one account would both answer, and hear each other in its self-chat.
        for entry in self._others():
            if entry.data[CONF_JID] == jid:
                if same_login(self._data, entry.data):
                    raise AbortFlow("already_configured")
                raise BotError("jid_in_use", jid=jid)

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

    def _show_rules(self, form: vol.Schema, filled: Typed, err: BotError | None = None) -> ConfigFlowResult:
        return self._show("rules", form, filled, err, client_id=self._data.get(CONF_CLIENT_ID) or "–")

    def _show(
        self,
        step: str,
        form: vol.Schema,
        filled: Typed | None = None,
        err: BotError | None = None,
        **told: str,
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(form, filled),
            errors=errors_of(err, form) if err else {},
            description_placeholders={**(err.placeholders if err else {}), **told},
        )


def new_client_id() -> str:
    """Return a name for a bot's session at a broker, which no other client has."""
    return f"dinox-mqtt-bot-{secrets.token_hex(4)}"

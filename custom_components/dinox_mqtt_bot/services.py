"""The commands as actions, and more: say, ask contacts, ask in the words of the chat, take settings over."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, Platform
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv, service
from homeassistant.helpers.json import json_dumps
import voluptuous as vol

from .bot.commands.catalogue import COMMANDS
from .bot.commands.command import Command, Parameter, bind, parameters
from .bot.importing.importing import carry_out, plan, report
from .bot.model.inquiry import YES_OR_NO, Inquiry, Option
from .bot.model.replies import BotError, Reply, Surface, Table
from .bot.model.rules import Priority, Role
from .bot.rendering.replies import render_reply
from .const import DOMAIN
from .hass.callers import async_caller, require_operator, translated
from .hass.no_chat import require_chat
from .hass.targets import targets_among
from .runtime.asking import async_ask
from .runtime.foreign_rules import async_import
from .runtime.runtime import BotRuntime
from .runtime.sending import ToSay, async_say

SERVICE_SEND_MESSAGE = "send_message"
SERVICE_ASK = "ask"
SERVICE_COMMAND = "command"
SERVICE_IMPORT_SETTINGS = "import_settings"
SERVICE_IMPORT_RULES = "import_rules"
ATTR_MESSAGE = "message"
ATTR_CONTACT = "contact"
ATTR_PRIORITY = "priority"
ATTR_REPLY_TO = "reply_to"
ATTR_RETRACTS = "retracts"
ATTR_ANSWERS = "answers"
ATTR_BUTTONS = "buttons"
ATTR_CAMERA = "camera"
ATTR_CONTENT = "content"
ATTR_CORRECTS = "corrects"
ATTR_FILE = "file"
ATTR_FILE_NAME = "file_name"
ATTR_TIMEOUT = "timeout"
ATTR_TITLE = "title"
ATTR_URL = "url"
ATTR_TAG = "tag"
ATTR_TEXT = "text"
ATTR_SETTINGS = "settings"
ATTR_DRY_RUN = "dry_run"

type Action = Callable[[BotRuntime, ServiceCall], Awaitable[ServiceResponse]]

ENTRY = {vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string}
LONGEST_QUESTION = 2_000
LONGEST_ANSWER = 60
MOST_ANSWERS = 10
MOST_RETRACTED = 100
LONGEST_WAIT = timedelta(days=7)


def _said(value: Any) -> str:
    """Return what YAML made of an unquoted answer: yes and no are truth values there, 5 is a number."""
    text = ("yes" if value else "no") if isinstance(value, bool) else cv.string(value)
    return " ".join(text.split())


_ANSWER = vol.All(_said, vol.Length(min=1, max=LONGEST_ANSWER))
_OPTION = vol.Any(
    vol.All(_ANSWER, lambda answer: Option(id=answer)),
    vol.All(
        {vol.Required("id"): _ANSWER, vol.Optional("label", default=""): vol.Any("", _ANSWER)},
        lambda answer: Option(**answer),
    ),
)
SEND_MESSAGE_SCHEMA = vol.Schema(
    {
        **ENTRY,
        vol.Optional(ATTR_MESSAGE, default=""): cv.string,
        vol.Optional(ATTR_TITLE, default=""): cv.string,
        vol.Optional(ATTR_CONTACT, default=""): cv.string,
        vol.Optional(ATTR_PRIORITY, default=Priority.NORMAL.word): vol.In(
            [priority.word for priority in Priority]
        ),
        vol.Exclusive(ATTR_CAMERA, ATTR_FILE): cv.entity_domain(Platform.CAMERA),
        vol.Exclusive(ATTR_FILE, ATTR_FILE): cv.string,
        vol.Exclusive(ATTR_URL, ATTR_FILE): cv.string,
        vol.Exclusive(ATTR_CONTENT, ATTR_FILE): cv.string,
        vol.Optional(ATTR_FILE_NAME, default=""): cv.string,
        vol.Optional(ATTR_BUTTONS, default=[]): vol.All(
            cv.ensure_list, vol.Length(max=MOST_ANSWERS), [_OPTION]
        ),
        vol.Optional(ATTR_CORRECTS, default=""): cv.string,
        vol.Optional(ATTR_REPLY_TO, default=""): cv.string,
        vol.Optional(ATTR_RETRACTS, default=[]): vol.All(
            cv.ensure_list, vol.Length(max=MOST_RETRACTED), [cv.string]
        ),
        vol.Optional(ATTR_TAG, default=""): vol.All(cv.string, vol.Length(max=LONGEST_ANSWER)),
    }
)
ASK_SCHEMA = vol.Schema(
    {
        **ENTRY,
        vol.Required(ATTR_MESSAGE): vol.All(cv.string, vol.Length(min=1, max=LONGEST_QUESTION)),
        vol.Optional(ATTR_ANSWERS, default=[]): vol.All(
            cv.ensure_list, vol.Length(max=MOST_ANSWERS), [_OPTION]
        ),
        vol.Optional(ATTR_CONTACT, default=[]): vol.All(cv.ensure_list, [cv.string]),
        vol.Optional(ATTR_TIMEOUT, default=timedelta(minutes=10)): vol.All(
            cv.positive_time_period, vol.Range(min=timedelta(seconds=1), max=LONGEST_WAIT)
        ),
        vol.Optional(ATTR_PRIORITY, default=Priority.NORMAL.word): vol.In(
            [priority.word for priority in Priority if priority >= Priority.NORMAL]
        ),
        vol.Optional(ATTR_TAG, default=""): vol.All(cv.string, vol.Length(max=LONGEST_ANSWER)),
    }
)
COMMAND_SCHEMA = vol.Schema({**ENTRY, vol.Required(ATTR_TEXT): cv.string})
IMPORT_SCHEMA = vol.Schema(
    {
        **ENTRY,
        vol.Required(ATTR_SETTINGS): vol.Any(str, dict, list),
        vol.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
    }
)
IMPORT_RULES_SCHEMA = vol.Schema(
    {
        **ENTRY,
        vol.Optional(ATTR_TEXT, default=""): cv.string,
        vol.Optional(ATTR_FILE, default=""): cv.string,
        vol.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
    }
)


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register every action once; which bot is meant is found when one is called.

    What fits a search alike is shown in this order: what most automations want comes first.
    """
    _register(hass, SERVICE_SEND_MESSAGE, _send_message, SEND_MESSAGE_SCHEMA)
    _register(hass, SERVICE_ASK, _ask, ASK_SCHEMA)
    for command in COMMANDS:
        _register(hass, command.node, partial(_run, command), command_schema(command))
    _register(hass, SERVICE_COMMAND, _command, COMMAND_SCHEMA)
    _register(hass, SERVICE_IMPORT_RULES, _import_rules, IMPORT_RULES_SCHEMA)
    _register(hass, SERVICE_IMPORT_SETTINGS, _import_settings, IMPORT_SCHEMA)


def _register(hass: HomeAssistant, name: str, action: Action, schema: vol.Schema) -> None:
    async def call(call: ServiceCall) -> ServiceResponse:
        entry = service.async_get_config_entry(hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID))
        try:
            return await action(entry.runtime_data, call)
        except BotError as err:
            raise translated(err, entry.runtime_data.phrases) from err

    hass.services.async_register(DOMAIN, name, call, schema, SupportsResponse.OPTIONAL)


def command_schema(command: type[Command]) -> vol.Schema:
    """Return the shape of a command's action. `bind` is what checks the values, as on every surface."""
    return vol.Schema(
        {**ENTRY, **{_marker(parameter): _field(parameter) for parameter in parameters(command)}}
    )


def _marker(parameter: Parameter) -> vol.Marker:
    return vol.Required(parameter.name) if parameter.required else vol.Optional(parameter.name)


def _field(parameter: Parameter) -> Callable[[Any], Any]:
    return cv.boolean if parameter.kind is bool else _text


def _text(value: Any) -> str | None:
    """Write as JSON what YAML or a template made of a text: `21`, `on`, `{"state": "ON"}`."""
    return value if value is None or isinstance(value, str) else json_dumps(value)


async def _run(command: type[Command], runtime: BotRuntime, call: ServiceCall) -> ServiceResponse:
    raw = {name: value for name, value in call.data.items() if name != ATTR_CONFIG_ENTRY_ID}
    caller = await async_caller(runtime.hass, call.context, Surface.ACTION, nobody=Role.ADMIN)
    return _response(runtime, await runtime.bot.execute(bind(command, raw), caller))


def _response(runtime: BotRuntime, reply: Reply) -> dict[str, Any]:
    text = render_reply(reply, runtime.phrases)
    if isinstance(reply, Table):
        return {ATTR_TEXT: text, "rows": [dict(row) for row in reply.facts]}
    return {ATTR_TEXT: text, **reply.facts}


async def _send_message(runtime: BotRuntime, call: ServiceCall) -> ServiceResponse:
    caller = await async_caller(runtime.hass, call.context, Surface.ACTION, nobody=Role.ADMIN)
    require_operator(caller, SERVICE_SEND_MESSAGE)
    priority = Priority[call.data[ATTR_PRIORITY].upper()]
    require_chat(runtime.has_chat)
    files = {
        key: call.data[key] for key in (ATTR_CAMERA, ATTR_FILE, ATTR_URL, ATTR_CONTENT) if key in call.data
    }
    saying = ToSay(
        "\n".join(filter(None, (call.data[ATTR_TITLE], call.data[ATTR_MESSAGE]))),
        call.data[ATTR_CONTACT],
        priority,
        call.data[ATTR_CORRECTS],
        tuple(call.data[ATTR_BUTTONS]),
        call.data[ATTR_TAG],
        {**files, "name": call.data[ATTR_FILE_NAME]} if files else {},
        call.data[ATTR_REPLY_TO],
        tuple(filter(None, dict.fromkeys(call.data[ATTR_RETRACTS]))),
    )
    return {"sent": [{"id": key, "contact": to} for key, to in await async_say(runtime, saying)]}


async def _ask(runtime: BotRuntime, call: ServiceCall) -> ServiceResponse:
    caller = await async_caller(runtime.hass, call.context, Surface.ACTION, nobody=Role.ADMIN)
    require_operator(caller, SERVICE_ASK)
    to = [each.strip() for each in call.data[ATTR_CONTACT] if each.strip()]
    asks_phones_alone = bool(to) and len(targets_among(to)) == len(set(to))
    require_chat(runtime.has_chat or asks_phones_alone)
    inquiry = Inquiry(
        call.data[ATTR_MESSAGE],
        tuple(call.data[ATTR_ANSWERS]) or YES_OR_NO,
        tuple(to),
        call.data[ATTR_TIMEOUT].total_seconds(),
        Priority[call.data[ATTR_PRIORITY].upper()],
        call.data[ATTR_TAG],
    )
    return await async_ask(runtime, inquiry)


async def _command(runtime: BotRuntime, call: ServiceCall) -> ServiceResponse:
    caller = await async_caller(runtime.hass, call.context, Surface.ACTION, nobody=Role.ADMIN)
    return {ATTR_TEXT: await runtime.bot.ask(call.data[ATTR_TEXT], caller)}


async def _import_settings(runtime: BotRuntime, call: ServiceCall) -> ServiceResponse:
    """Make rules of the DinoX MQTT plugin's settings, or only tell what would be made."""
    await _require_admin(runtime, call, SERVICE_IMPORT_SETTINGS)
    made = plan(call.data[ATTR_SETTINGS], runtime.bot.rules)
    if not call.data[ATTR_DRY_RUN]:
        await carry_out(made, runtime.bot)
    return _response(runtime, report(made, dry_run=call.data[ATTR_DRY_RUN]))


async def _import_rules(runtime: BotRuntime, call: ServiceCall) -> ServiceResponse:
    """Make rules of another program's, or only tell what would be made."""
    await _require_admin(runtime, call, SERVICE_IMPORT_RULES)
    dry_run = call.data[ATTR_DRY_RUN]
    return _response(
        runtime, await async_import(runtime, call.data[ATTR_TEXT], call.data[ATTR_FILE], dry_run=dry_run)
    )


async def _require_admin(runtime: BotRuntime, call: ServiceCall, action: str) -> None:
    caller = await async_caller(runtime.hass, call.context, Surface.ACTION, nobody=Role.ADMIN)
    if caller.role < Role.ADMIN:
        raise BotError("not_allowed", command=action, role=Role.ADMIN.word)

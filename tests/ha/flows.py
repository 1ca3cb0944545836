"""What a user does in Home Assistant's dialogs."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from running import BOT, LOOPBACK

from custom_components.dinox_mqtt_bot.const import DOMAIN
from lab.servers import Lab, Server

type Answers = dict[str, Any]


def broker_answers(server: Server, **answers: Any) -> Answers:
    """Fill in the broker's form; `certificates` and `advanced` are its sections."""
    return {
        "host": LOOPBACK,
        "port": server.ports["mqtt"],
        "tls": "off",
        "certificates": {},
        "advanced": {},
    } | answers


def xmpp_answers(lab: Lab, server: Server, password: str = "botpw", **advanced: Any) -> Answers:
    """Fill in the account's form."""
    where = {"xmpp_host": LOOPBACK, "xmpp_port": server.ports["c2s"], "xmpp_ca": lab.ca.read_text("ascii")}
    return {"jid": BOT, "xmpp_password": password, "advanced": where | advanced}


NO_XMPP: Answers = {"advanced": {}}


async def begin(hass: HomeAssistant, mode: str) -> ConfigFlowResult:
    """Add the integration and choose where the messages come from."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["type"] is FlowResultType.MENU
    return await answer(hass, menu, {"next_step_id": mode})


async def answer(hass: HomeAssistant, form: Mapping[str, Any], answers: Answers) -> ConfigFlowResult:
    """Submit a form of a config flow, insist on having nothing told, and leave the last forms as they are."""
    result = await hass.config_entries.flow.async_configure(form["flow_id"], answers)
    if "nothing_to_tell" in (result.get("errors") or {}).values():
        result = await hass.config_entries.flow.async_configure(form["flow_id"], answers)
    while result.get("step_id") in {"tell", "scan"} and not result["errors"]:
        result = await hass.config_entries.flow.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    return result


async def fill_alert(hass: HomeAssistant, form: Any, typed: Answers) -> Any:
    """Fill in the forms of an alert: what it is about, then those fields that belong to it."""
    configure = hass.config_entries.subentries.async_configure
    if form["step_id"] != "condition":
        about = {key: typed[key] for key in ("filter", "operator") if key in typed}
        form = await configure(form["flow_id"], about)
        if form.get("step_id") != "condition" or form["errors"]:
            return form
    given = {key: value for key, value in typed.items() if not isinstance(value, dict) or key not in SECTIONS}
    for name in SECTIONS:
        given |= typed.get(name, {})
    return await configure(form["flow_id"], _placed(form["data_schema"].schema, given))


SECTIONS = ("more", "tell")


def _placed(schema: Mapping[Any, Any], given: Answers) -> Answers:
    """Return what is given for the fields of a form, in its sections."""
    placed: Answers = {}
    for key, field in schema.items():
        if isinstance(field, section):
            placed[str(key)] = _placed(field.schema.schema, given)
        elif str(key) in given:
            placed[str(key)] = given[str(key)]
    return placed


def asked(form: Mapping[str, Any]) -> str:
    """Return the step that is asked, with a complaint if there is one."""
    assert form["type"] is FlowResultType.FORM, form
    complaints = [f"{field}: {error}" for field, error in (form["errors"] or {}).items()]
    return " ".join([form["step_id"], *complaints])


def open_sections(form: Mapping[str, Any]) -> list[str]:
    """Return the sections of a form that are unfolded."""
    fields = form["data_schema"].schema.items()
    return [
        str(key) for key, field in fields if isinstance(field, section) and not field.options["collapsed"]
    ]


def suggested(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form is filled with, sections included."""
    return _suggested(form["data_schema"].schema)


def _suggested(schema: Mapping[Any, Any]) -> dict[str, Any]:
    values = {str(key): key.description["suggested_value"] for key in schema if key.description}
    for field in schema.values():
        if hasattr(field, "schema") and hasattr(field.schema, "schema"):
            values |= _suggested(field.schema.schema)
    return values

"""What a user does in Home Assistant's dialogs."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
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
    """Submit a form of a config flow; devices that other tests left at the broker are not followed."""
    result = await hass.config_entries.flow.async_configure(form["flow_id"], answers)
    if result.get("step_id") == "follow":
        result = await hass.config_entries.flow.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    return result


def asked(form: Mapping[str, Any]) -> str:
    """Return the step that is asked, with a complaint if there is one."""
    assert form["type"] is FlowResultType.FORM, form
    complaints = [f"{field}: {error}" for field, error in (form["errors"] or {}).items()]
    return " ".join([form["step_id"], *complaints])


def suggested(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form is filled with, sections included."""
    return _suggested(form["data_schema"].schema)


def _suggested(schema: Mapping[Any, Any]) -> dict[str, Any]:
    values = {str(key): key.description["suggested_value"] for key in schema if key.description}
    for field in schema.values():
        if hasattr(field, "schema") and hasattr(field.schema, "schema"):
            values |= _suggested(field.schema.schema)
    return values

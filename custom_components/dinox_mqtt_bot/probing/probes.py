"""Whether what a form says works: one real connection, and a field with an error if it does not."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant

from ..broker.probe import ProbeResult, probe as probe_broker
from ..entry.connections import broker_settings, broker_tls, xmpp_settings, xmpp_tls
from ..xmpp.probe import probe as probe_xmpp


async def async_try_broker(hass: HomeAssistant, data: Mapping[str, Any], ask_for: str = "") -> ProbeResult:
    """Probe as `broker.probe`, raising its BotError, also `invalid_ca` or `invalid_client_cert`."""
    tls = await hass.async_add_executor_job(broker_tls, data)
    return await probe_broker(broker_settings(data), tls, hass.async_add_executor_job, ask_for=ask_for)


async def async_try_xmpp(hass: HomeAssistant, data: Mapping[str, Any]) -> None:
    """Log in at the XMPP server once. Raises the BotError of `xmpp.probe` or `invalid_ca`."""
    tls = await hass.async_add_executor_job(xmpp_tls, data)
    await probe_xmpp(xmpp_settings(data), tls=tls)

"""How all bots are, in Home Assistant's list of what is well: connections, and what still waits."""

from collections.abc import Iterable
from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .bot.model.status import LinkStatus, Phase
from .const import DOMAIN


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Tell Home Assistant whom to ask, and where more is to be seen."""
    register.async_register_info(_health, f"/config/integrations/integration/{DOMAIN}")


async def _health(hass: HomeAssistant) -> dict[str, Any]:
    """Return texts by `system_health.info` of the translations."""
    bots = [entry.runtime_data for entry in hass.config_entries.async_loaded_entries(DOMAIN)]
    return {
        "bots": len(bots),
        "brokers": _online(each.bot.status.broker for each in bots),
        "accounts": _online(each.bot.status.chat for each in bots if each.has_chat),
        "undelivered": sum(each.bot.status.undelivered for each in bots),
        "backlog": sum(each.store.backlog for each in bots),
        "database": "; ".join(each.store.trouble for each in bots if each.store.trouble) or "ok",
    }


def _online(links: Iterable[LinkStatus]) -> str:
    phases = [link.phase for link in links]
    return f"{phases.count(Phase.ONLINE)}/{len(phases)}"

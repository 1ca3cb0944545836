"""The action that takes the settings of the DinoX MQTT plugin over."""

from typing import TYPE_CHECKING

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from .bot.importing.importing import carry_out, plan, report
from .bot.model.caller import Surface
from .bot.model.errors import BotError
from .bot.model.replies import Table
from .bot.model.rules import Role
from .hass.callers import async_caller

if TYPE_CHECKING:
    from .runtime.runtime import BotCoordinator

SERVICE_IMPORT_SETTINGS = "import_settings"
ATTR_SETTINGS = "settings"
ATTR_DRY_RUN = "dry_run"

IMPORT_SCHEMA = vol.Schema(
    {
        vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
        vol.Required(ATTR_SETTINGS): vol.Any(str, dict, list),
        vol.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
    }
)


async def async_import(coordinator: BotCoordinator, call: ServiceCall) -> Table:
    """Make rules of the settings, or only tell what would be made. Raises BotError."""
    caller = await async_caller(coordinator.hass, call.context, Surface.ACTION, nobody=Role.ADMIN)
    if caller.role < Role.ADMIN:
        raise BotError("not_allowed", command=SERVICE_IMPORT_SETTINGS, role=Role.ADMIN.word)
    made = plan(call.data[ATTR_SETTINGS], coordinator.bot.rules)
    if not call.data[ATTR_DRY_RUN]:
        await carry_out(made, coordinator.bot.ports.rules, coordinator.bot.ports.phrases)
    return report(made, dry_run=call.data[ATTR_DRY_RUN])

"""Who asks when Home Assistant asks, and how the bot's errors look there."""

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .bot.command import Caller, Surface
from .bot.errors import BotError
from .bot.rules import Role
from .const import DOMAIN

# What the world did; everything else the caller can mend by asking for something else.
WORLD = frozenset({"not_connected", "publish_refused", "publish_timeout", "history_unavailable"})


async def async_caller(hass: HomeAssistant, context: Context, surface: Surface, nobody: Role) -> Caller:
    """Return the user of a context: an administrator of Home Assistant is one of the bot.

    `nobody` is the role where no user stands behind the context: an automation, a voice satellite.
    """
    user = await hass.auth.async_get_user(context.user_id) if context.user_id else None
    if user is None:
        return Caller(surface, surface.value, nobody)
    return Caller(surface, user.name or surface.value, Role.ADMIN if user.is_admin else Role.OPERATOR)


def translated(error: BotError) -> HomeAssistantError:
    """Return the error for an action's caller: its own fault (`ServiceValidationError`) or the world's."""
    kind = HomeAssistantError if error.key in WORLD else ServiceValidationError
    return kind(
        translation_domain=DOMAIN,
        translation_key=error.key,
        translation_placeholders=error.placeholders,
    )

"""Who asks when Home Assistant asks, and how the bot's errors look there."""

from homeassistant.auth.const import GROUP_ID_READ_ONLY
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..bot.model.replies import BotError, Caller, Surface
from ..bot.model.rules import Role
from ..bot.ports import Phrases
from ..bot.rendering.replies import explained
from ..const import DOMAIN

# What the world did; everything else the caller can mend by asking for something else.
WORLD = frozenset({"not_connected", "publish_refused", "publish_timeout", "history_unreadable"})


async def async_caller(
    hass: HomeAssistant, context: Context, surface: Surface, nobody: Role = Role.VIEWER
) -> Caller:
    """Return a context's user, with Home Assistant's role; `nobody` is that of an automation or satellite."""
    if context.user_id is None:
        return Caller(surface, surface.value, nobody)
    user = await hass.auth.async_get_user(context.user_id)
    if user is None:  # deleted meanwhile
        return Caller(surface, surface.value, Role.VIEWER)
    return Caller(surface, user.name or surface.value, _role(user), user=user.id)


def _role(user: User) -> Role:
    if user.is_admin:
        return Role.ADMIN
    only_reads = all(group.id == GROUP_ID_READ_ONLY for group in user.groups)
    return Role.VIEWER if only_reads else Role.OPERATOR


def require_operator(caller: Caller, action: str) -> None:
    """Raise BotError `not_allowed` for somebody who may only look."""
    if caller.role < Role.OPERATOR:
        raise BotError("not_allowed", command=action, role=Role.OPERATOR.word)


def translated(error: BotError, phrases: Phrases) -> HomeAssistantError:
    """Return the error for an action's caller: its own fault (`ServiceValidationError`) or the world's."""
    kind = HomeAssistantError if error.key in WORLD else ServiceValidationError
    return kind(
        translation_domain=DOMAIN,
        translation_key=error.key,
        translation_placeholders=dict(explained(error.placeholders, phrases)),
    )

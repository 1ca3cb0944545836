"""The users of Home Assistant, one of whom may stand for a contact."""

from collections.abc import Iterable

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..const import CONF_USER
from .forms import CONTACT_FORM


async def async_users(hass: HomeAssistant, stored: str = "") -> list[SelectOptionDict]:
    """Return the people who can log in as choices, and the id that is stored even if there is no such user any more."""
    people = [
        user for user in await hass.auth.async_get_users() if user.is_active and not user.system_generated
    ]
    names = {user.id: user.name or user.id for user in people}
    if stored:
        names.setdefault(stored, stored)
    return [SelectOptionDict(value=key, label=name) for key, name in names.items()]


def contact_form(users: Iterable[SelectOptionDict]) -> vol.Schema:
    """Return the form of a contact with a choice of users."""
    choice = SelectSelectorConfig(options=list(users), mode=SelectSelectorMode.DROPDOWN)
    return CONTACT_FORM.extend({vol.Optional(CONF_USER): SelectSelector(choice)})

"""The bot's account: there already, or made with an invitation; and how a phone gets to know it."""

import secrets
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import QrCodeSelector, QrCodeSelectorConfig, QrErrorCorrectionLevel
import voluptuous as vol

from ..const import CONF_INVITATION, CONF_JID, CONF_QR, CONF_XMPP_PASSWORD, CONF_XMPP_RESOURCE
from ..probing.invitation import async_read_invitation, async_redeem
from .connections import xmpp_data
from .fields import FormInput


class Accounts:
    """Reads the form of the account. An invitation is redeemed once, whatever has to be typed again."""

    def __init__(self) -> None:
        self._made: dict[str, dict[str, Any]] = {}

    async def async_data(self, hass: HomeAssistant, typed: FormInput, stored: FormInput) -> dict[str, Any]:
        """Return the account's part of the entry.

        Raises the BotError of `xmpp_data`, `probing.invitation` and `xmpp.probe`.
        """
        resource = {CONF_XMPP_RESOURCE: stored.get(CONF_XMPP_RESOURCE) or f"ha-{secrets.token_hex(8)}"}
        link = typed.get(CONF_INVITATION, "").strip()
        if not link:
            return xmpp_data(typed, stored) | resource
        if link not in self._made:
            self._made[link] = await _async_made(hass, link, typed, resource)
        return self._made[link]


async def _async_made(
    hass: HomeAssistant, link: str, typed: FormInput, resource: dict[str, str]
) -> dict[str, Any]:
    invitation = await async_read_invitation(hass, link)
    wish = typed.get(CONF_JID, "").strip()
    password = typed.get(CONF_XMPP_PASSWORD) or secrets.token_urlsafe(16)
    asked = {**typed, CONF_JID: invitation.address(wish), CONF_XMPP_PASSWORD: password}
    return await async_redeem(hass, xmpp_data(asked, {}) | resource, invitation, wish)


def scan_form(jid: str) -> vol.Schema:
    """Return the form with what a phone's client reads to add a contact (XEP-0147)."""
    picture = QrCodeSelectorConfig(
        data=f"xmpp:{jid}?roster", scale=6, error_correction_level=QrErrorCorrectionLevel.MEDIUM
    )
    return vol.Schema({vol.Optional(CONF_QR): QrCodeSelector(picture)})

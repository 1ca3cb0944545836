"""An invitation to an account (XEP-0401): read from its link or its page, and redeemed."""

from collections.abc import Mapping
from dataclasses import dataclass
import html
from itertools import count
import re
import secrets
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..bot.model.jid import bare_jid
from ..bot.model.replies import BotError
from ..const import CONF_JID
from ..entry.connections import xmpp_settings, xmpp_tls
from ..entry.hosts import is_loopback
from ..xmpp.probe import register
from ..xmpp.settings import DEFAULT_TIMING

NAME = "mqttbot"
MOST_NAMES = 3
MOST_BYTES = 1_000_000
SECONDS = 15
LINK = re.compile(r"xmpp:[^\s\"'<>]+[?;]preauth=[^\s\"'<>]+")


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where an account is to be had, with which token, and under which name if it is settled."""

    domain: str
    token: str
    name: str = ""

    def address(self, wish: str, nth: int = 1) -> str:
        """Return the address of the account. Raises BotError `invalid_jid` or `invitation_elsewhere`."""
        local, at, domain = wish.partition("@")
        if at and domain.lower() != self.domain:
            raise BotError("invitation_elsewhere", domain=self.domain)
        usual = NAME if nth == 1 else f"{NAME}-{secrets.token_hex(2)}"
        return bare_jid(f"{self.name or local or usual}@{self.domain}")


def read_link(text: str) -> Invitation:
    """Read `xmpp:example.org?register;preauth=…`, or such a one of a contact who may invite (`ibr=y`).

    Raises BotError `invitation_unreadable`.
    """
    try:
        link = urlsplit(text.strip())
    except ValueError:
        raise BotError("invitation_unreadable") from None
    action, *pairs = link.query.split(";")
    said = dict(pair.partition("=")[::2] for pair in pairs)
    name, _, domain = unquote(link.path).rpartition("@")
    invites = action == "register" or (action == "roster" and said.get("ibr") == "y")
    if link.scheme != "xmpp" or not domain or not invites or not (token := unquote(said.get("preauth", ""))):
        raise BotError("invitation_unreadable")
    return Invitation(domain.lower(), token, name if action == "register" else "")


async def async_read_invitation(hass: HomeAssistant, text: str) -> Invitation:
    """Read an invitation from its link, or from the page that has it.

    Raises BotError `invitation_unreadable` or `invitation_page`.
    """
    text = text.strip()
    if not text.lower().startswith(("http://", "https://")):
        return read_link(text)
    page = urlsplit(text)
    if "preauth=" in page.fragment:
        return read_link(f"xmpp:{unquote(page.fragment)}")
    if page.scheme == "http" and not is_loopback(page.hostname or ""):
        raise BotError("invitation_page")  # whoever is on the way could take the account
    found = LINK.search(html.unescape(await _async_page(hass, text)))
    if found is None:
        raise BotError("invitation_unreadable")
    return read_link(found[0])


async def _async_page(hass: HomeAssistant, url: str) -> str:
    """Return what a page says, with its links first (RFC 8288)."""
    limit = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with async_get_clientsession(hass).get(url, timeout=limit, max_redirects=5) as response:
            response.raise_for_status()
            links = " ".join(response.headers.getall("Link", []))
            return f"{links} {await _async_text(response)}"
    except (aiohttp.ClientError, TimeoutError, ValueError) as err:
        raise BotError("invitation_page") from err


async def _async_text(response: aiohttp.ClientResponse) -> str:
    """Return the text of an answer, of a long one its beginning."""
    text = b""
    async for part in response.content.iter_chunked(65_536):
        text += part
        if len(text) > MOST_BYTES:
            break
    return text.decode(errors="replace")


async def async_redeem(
    hass: HomeAssistant, data: Mapping[str, Any], invitation: Invitation, wish: str
) -> dict[str, Any]:
    """Make the account and return the data with its address; `wish` is the name that was asked for, if any.

    Where nobody wished for one, one that is free is found. Raises the BotError of `xmpp.probe`.
    """
    tls = await hass.async_add_executor_job(xmpp_tls, data)
    for nth in count(1):
        made = {**data, CONF_JID: invitation.address(wish, nth)}
        try:
            await register(xmpp_settings(made), tls, invitation.token, DEFAULT_TIMING)
        except BotError as err:
            another = nth < MOST_NAMES and not (wish or invitation.name)
            if err.key != "name_taken_there" or not another:
                raise BotError(err.key, **{**err.placeholders, "jid": made[CONF_JID]}) from err
        else:
            break
    return made

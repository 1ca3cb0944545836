"""The roster: contacts may see the bot, and it sees them."""

import logging
from typing import Any, Final
import xml.etree.ElementTree as ET

from slixmpp import ClientXMPP

from ..bot.model.rules import Contact
from .gate import Gate
from .text import xml_safe

_LOGGER = logging.getLogger(__name__)

# Marks roster items the bot has made: it removes no others, as the account may have a life of its own.
GROUP: Final = "DinoX MQTT Bot"
_NICK: Final = "{http://jabber.org/protocol/nick}nick"


class Roster:
    """Makes the server's roster agree with the contacts; a shared account's is the user's: untouched."""

    def __init__(self, gate: Gate, nick: str) -> None:
        self._gate = gate
        self._nick = nick
        # Who was asked in this run: nobody is asked again at every reconnection.
        self._asked: set[str] = set()

    async def tend(self, xmpp: ClientXMPP, patience: float) -> None:
        """Fetch the roster, then add, ask, approve and remove. Raises slixmpp's IqError, IqTimeout."""
        if self._gate.shared or not self._gate.known:
            return
        items = await fetched(xmpp, patience)
        for bare, contact in self._gate.contacts.items():
            await self._befriend(xmpp, bare, contact, items.get(bare), patience)
        for bare, item in items.items():
            if GROUP in item["groups"] and bare not in self._gate.contacts:
                _LOGGER.debug("Removing %s from the roster", bare)
                self._asked.discard(bare)
                await change(xmpp, bare, {"subscription": "remove"}, patience)

    async def _befriend(
        self, xmpp: ClientXMPP, bare: str, contact: Contact, item: dict[str, Any] | None, patience: float
    ) -> None:
        if item is None:
            await change(xmpp, bare, {"name": xml_safe(contact.name) or None, "groups": [GROUP]}, patience)
            item = {"subscription": "none", "ask": ""}
        if item["subscription"] not in {"from", "both"}:
            self._approve(xmpp, bare)
        if item["subscription"] not in {"to", "both"} and item["ask"] != "subscribe":
            self._ask(xmpp, bare)

    def _ask(self, xmpp: ClientXMPP, bare: str) -> None:
        if bare not in self._asked:
            self._asked.add(bare)
            request = xmpp.make_presence(pto=bare, ptype="subscribe")
            if self._nick:
                ET.SubElement(request.xml, _NICK).text = xml_safe(self._nick)
            request.send()

    def _approve(self, xmpp: ClientXMPP, bare: str) -> None:
        """Approve, even unasked (RFC 6121 §3.4): the request may have come while it was a stranger's."""
        xmpp.send_presence(pto=bare, ptype="subscribed")


async def fetched(xmpp: ClientXMPP, patience: float) -> dict[str, dict[str, Any]]:
    """Return the roster's items by bare JID. It is fetched whole: slixmpp's own request may return none."""
    request: Any = xmpp.make_iq_get()  # slixmpp's Iq.send is not typed
    request.enable("roster")
    answer = await request.send(timeout=patience)
    return {str(jid): item for jid, item in answer["roster"]["items"].items()}


async def change(xmpp: ClientXMPP, bare: str, item: dict[str, Any], patience: float) -> None:
    """Set one item of the roster (RFC 6121 §2.3, §2.5)."""
    request: Any = xmpp.make_iq_set()
    request["roster"]["items"] = {bare: item}
    await request.send(timeout=patience)

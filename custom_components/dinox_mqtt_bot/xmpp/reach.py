"""Whom nothing reaches, and why: no server at the address, nobody there, a room, a refusal."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from slixmpp import JID, ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath, StanzaPath

from ..bot.model.rules import Contact
from .gate import Gate, bare_of
from .session import Session
from .stream.stream import Stream

_NO_SERVER: Final = "contact_no_server"
_UNKNOWN: Final = "contact_unknown"
_REFUSES: Final = "contact_refuses"
_OTHER: Final = "contact_error"
IS_ROOM: Final = "contact_is_room"
RETURNED: Final = "contact_returned"

# The conditions of RFC 6120 §8.3.3 that somebody can do something about, as `replies.REASONS`.
_REASONS: Final[Mapping[str, str]] = {
    "remote-server-not-found": _NO_SERVER,
    "remote-server-timeout": "contact_server_away",
    **dict.fromkeys(("item-not-found", "service-unavailable", "recipient-unavailable"), _UNKNOWN),
    **dict.fromkeys(("gone", "jid-malformed", "redirect"), _UNKNOWN),
    **dict.fromkeys(("forbidden", "not-allowed", "not-authorized", "not-acceptable"), _REFUSES),
    **dict.fromkeys(("policy-violation", "registration-required", "subscription-required"), _REFUSES),
    "resource-constraint": "contact_full",
}
# What the own server answers for a server that it cannot, or may not, talk to.
_NO_WAY: Final = frozenset({"remote-server-not-found", "remote-server-timeout", "not-allowed"})
_AVAILABLE: Final = frozenset({"available", "away", "chat", "dnd", "xa"})
# Seconds after which something that the own server took, and that nobody returned, has got through.
_QUIET: Final = 120.0


def reason_of(condition: str) -> str:
    """Return why a stanza came back, as one of `replies.REASONS`."""
    return _REASONS.get(condition, _OTHER)


async def inquire(xmpp: ClientXMPP, jid: str, patience: float) -> str:
    """Return why nothing would reach an address, empty where nothing speaks against it.

    Whether there is a person no server tells strangers (XEP-0030 §9); that it is a room, all do.
    """
    address = JID(jid)
    for asked in (address.domain, address.bare):
        try:
            answer = await xmpp.plugin["xep_0030"].get_info(
                jid=JID(asked), local=False, cached=False, timeout=patience
            )
        except IqTimeout:
            return ""
        except IqError as error:
            if asked == address.domain and error.condition in _NO_WAY:
                return reason_of(error.condition)
            continue
        categories = {category for category, *_ in answer["disco_info"]["identities"]}
        if "conference" in categories and "server" not in categories:
            return IS_ROOM
    return ""


async def try_message(xmpp: Stream, jid: str, text: str, patience: float) -> bool:
    """Say something to an address; False if it came back before the address's server answered a ping."""
    address = JID(jid)
    gate = Gate(xmpp.boundjid.bare)
    gate.meet((Contact(jid),))
    xmpp.admits = gate.admits
    returned: list[str] = []

    def see(message: Any) -> None:
        if message["from"].bare == address.bare:
            returned.append(message["error"]["condition"])

    xmpp.register_handler(Callback("Returned", StanzaPath("message@type=error"), see))
    xmpp.make_message(mto=address, mbody=text, mtype="chat").send()
    with suppress(IqError, IqTimeout):
        # The ping takes the same way, so that what comes back is here before its answer.
        await xmpp.plugin["xep_0199"].send_ping(JID(address.domain), timeout=patience)
    return not returned


class Reach:
    """Tells which contacts nothing reaches, and when something does again; of each only what is new.

    What came back, a message or the request to see the presence, shows the one. A receipt, a presence or a
    word shows the other, or that nothing more came back for a while: not every client sends receipts.
    """

    _report: Callable[[str, str], None]

    def __init__(self, gate: Gate, patience: float) -> None:
        self._gate = gate
        self._patience = patience
        self._well: set[str] = set()
        # Since when the own server has taken something for a contact without returning anything.
        self._quiet: dict[str, float] = {}
        # What came back may be a room's: whose address is to be asked about, and what was found.
        self._found: dict[str, str | None] = {}
        self._changed = asyncio.Event()

    def start(self, on_reach: Callable[[str, str], None]) -> None:
        """Tell a contact's address and why nothing reaches it, empty when something does, from now on."""
        self._report = on_reach

    def attach(self, xmpp: ClientXMPP) -> None:
        """Watch the presences that reach this client."""

        def see(presence: Any) -> None:
            bare, kind = presence["from"].bare, presence["type"]
            if bare == self._gate.own:
                return
            if kind == "error":
                self.failed(bare, presence["error"]["condition"])
            elif kind in _AVAILABLE:
                self.arrived(bare)

        xmpp.register_handler(Callback("Reach", MatchXPath(f"{{{xmpp.default_ns}}}presence"), see))

    def meet(self) -> None:
        """Forget who is no contact any more."""
        known = self._gate.contacts.keys()
        self._well &= known
        self._quiet = {bare: at for bare, at in self._quiet.items() if bare in known}
        self._found = {bare: found for bare, found in self._found.items() if bare in known}

    def failed(self, bare: str, condition: str) -> None:
        """Take note that something came back from a contact's address."""
        if bare not in self._gate.contacts:
            return
        self._well.discard(bare)
        self._quiet.pop(bare, None)
        self._report_news(bare, self._found.get(bare) or reason_of(condition))
        self._found.setdefault(bare, None)
        self._changed.set()

    def taken(self, to: str) -> None:
        """Take note that the own server has taken something for a contact."""
        bare = bare_of(to)
        if bare not in self._well and bare in self._gate.contacts:
            self._quiet.setdefault(bare, asyncio.get_running_loop().time())
            self._changed.set()

    def arrived(self, bare: str) -> None:
        """Take note that something came from a contact itself."""
        if bare not in self._well and bare in self._gate.contacts:
            self._well.add(bare)
            self._quiet.pop(bare, None)
            self._found.pop(bare, None)
            self._report_news(bare, "")

    async def ask(self, xmpp: ClientXMPP, jid: str) -> str:
        """Return why nothing would reach an address, as `inquire` does."""
        return await inquire(xmpp, jid, self._patience)

    async def tend(self, session: Session) -> None:
        """Find out whose address is a room's, and who is reached again, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            self._changed.clear()
            for bare in [bare for bare, found in self._found.items() if found is None]:
                await self._look_at(session.xmpp, bare)
            for bare, at in list(self._quiet.items()):
                if at + _QUIET <= loop.time():
                    self.arrived(bare)
            next_at = min(self._quiet.values()) + _QUIET if self._quiet else None
            with suppress(TimeoutError):
                async with asyncio.timeout_at(next_at):
                    await self._changed.wait()

    async def _look_at(self, xmpp: ClientXMPP, bare: str) -> None:
        found = await self.ask(xmpp, bare)
        if bare in self._found:
            self._found[bare] = found if found == IS_ROOM else ""
            if found == IS_ROOM:
                self._report_news(bare, found)

    def _report_news(self, bare: str, reason: str) -> None:
        if (contact := self._gate.contacts.get(bare)) is not None:
            self._report(contact.jid, reason)

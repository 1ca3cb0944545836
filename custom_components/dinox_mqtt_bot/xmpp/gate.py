"""Who the bot knows, and the gate that keeps everybody else out."""

from collections.abc import Iterable, Mapping
import logging
from typing import Any

from slixmpp import JID, ClientXMPP, InvalidJID
from slixmpp.stanza import Iq, Message, Presence

from ..bot.model.rules import Contact

_LOGGER = logging.getLogger(__name__)


def bare_of(address: str) -> str:
    """Return the bare JID as servers compare it, or an empty string if it is none."""
    try:
        return str(JID(address).bare)
    except InvalidJID:
        return ""


class Gate:
    """The contacts, by bare JID, and the own account."""

    def __init__(self, own: str) -> None:
        self.own = bare_of(own)
        self.contacts: Mapping[str, Contact] = {}
        # PubSub services that may tell of their nodes, and nothing else.
        self.services: frozenset[str] = frozenset()
        # The rooms the bot is to be in, each with its nick there, and those it is in.
        self.rooms: Mapping[str, str] = {}
        self.inside: set[str] = set()
        # Until the contacts are known nobody is a stranger for good.
        self.known = False

    @property
    def shared(self) -> bool:
        """Whether the account is the user's own, and the conversation its self-chat."""
        return self.own in self.contacts

    def meet(self, contacts: Iterable[Contact]) -> None:
        """Know exactly these contacts."""
        met = {bare_of(contact.jid): contact for contact in contacts}
        if "" in met:
            _LOGGER.warning("A contact's address is no JID: %s", met.pop("").jid)
        self.contacts = met
        self.known = True

    def guard(self, xmpp: ClientXMPP) -> None:
        """Let strangers reach no part of the client; stanzas are counted (XEP-0198) before this."""
        xmpp.add_filter("in", self._admit)

    def _admit(self, stanza: Any) -> Any:
        """Drop what strangers send, so that nothing answers it, but answers to our requests pass.

        An IQ request gets a server's answer for nobody online (RFC 6121 §8.5.3.2.3). An address that is no
        JID would, raised here, end the stream.
        """
        if not isinstance(stanza, Message | Presence | Iq):
            return stanza
        sender = stanza.xml.get("from", "")
        bare = bare_of(sender)
        if not sender or bare in self.contacts or bare in {self.own, self.own.rpartition("@")[2]}:
            return stanza
        if bare in self.rooms and self._is_of_room(stanza, self.rooms[bare]):
            return stanza
        if not isinstance(stanza, Iq):
            return stanza if bare in self.services and isinstance(stanza, Message) else None
        if stanza["type"] not in {"get", "set"}:
            return stanza
        if bare:
            _refuse(stanza)
        return None

    def _is_of_room(self, stanza: Message | Presence | Iq, nick: str) -> bool:
        """Say whether a room tells this to all or the bot pings itself (XEP-0410); others are strangers."""
        if isinstance(stanza, Message):
            return stanza["type"] in {"groupchat", "error"}
        return isinstance(stanza, Presence) or stanza.xml.get("from", "").partition("/")[2] == nick


def _refuse(request: Iq) -> None:
    reply: Iq = request.reply()  # type: ignore[no-untyped-call]  # slixmpp's Iq is half typed
    reply["type"] = "error"
    reply["error"]["type"] = "cancel"
    reply["error"]["condition"] = "service-unavailable"
    reply.send()  # type: ignore[no-untyped-call]

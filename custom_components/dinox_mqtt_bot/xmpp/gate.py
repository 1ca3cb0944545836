"""Who the bot knows, and the gate that keeps everybody else out."""

from collections.abc import Iterable, Mapping
import logging
from typing import Final
import xml.etree.ElementTree as ET

from slixmpp import JID, InvalidJID

from ..bot.model.rules import Contact

_LOGGER = logging.getLogger(__name__)

_IQ: Final = "{jabber:client}iq"
_MESSAGE: Final = "{jabber:client}message"
_PRESENCE: Final = "{jabber:client}presence"


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
        # Why rooms keep it out or mute, as one of `replies.REASONS`.
        self.refused: dict[str, str] = {}
        # Until the contacts are known nobody is a stranger for good.
        self.known = False

    @property
    def shared(self) -> bool:
        """Whether the account is the user's own, and the conversation its self-chat."""
        return self.own in self.contacts

    def meet(self, contacts: Iterable[Contact]) -> None:
        """Know exactly these contacts. A room is none: whoever speaks in it is heard as a contact, or not."""
        met = {bare_of(contact.jid): contact for contact in contacts if not contact.room}
        if "" in met:
            _LOGGER.warning("A contact's address is no JID: %s", met.pop("").jid)
        self.contacts = met
        self.known = True

    def admits(self, opening: ET.Element) -> bool:
        """Say by its opening tag whether a stanza may reach any part of the client: no stranger's does."""
        if opening.tag not in {_MESSAGE, _PRESENCE, _IQ}:
            return True
        sender = opening.get("from", "")
        bare = bare_of(sender)
        if not sender or bare in self.contacts or bare in {self.own, self.own.rpartition("@")[2]}:
            return True
        if bare in self.rooms and self._is_of_room(opening, self.rooms[bare]):
            return True
        return opening.tag == _MESSAGE and bare in self.services

    def _is_of_room(self, opening: ET.Element, nick: str) -> bool:
        """Say whether a room tells this to all or the bot pings itself (XEP-0410); others are strangers."""
        if opening.tag == _MESSAGE:
            return opening.get("type") in {"groupchat", "error"}
        return opening.tag == _PRESENCE or opening.get("from", "").partition("/")[2] == nick

"""What rooms say in stanzas (XEP-0045), and what is said to them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
import xml.etree.ElementTree as ET

from slixmpp import JID, ClientXMPP, InvalidJID

from .text import xml_safe

MUC: Final = "{http://jabber.org/protocol/muc}"
USER: Final = "{http://jabber.org/protocol/muc#user}"
_OWNER: Final = "{http://jabber.org/protocol/muc#owner}"
DELAY: Final = "{urn:xmpp:delay}delay"
_ORIGIN: Final = "{urn:xmpp:sid:0}origin-id"
_STANZA_ID: Final = "{urn:xmpp:sid:0}stanza-id"
_SUBJECT: Final = "{jabber:client}subject"
_BODY: Final = "{jabber:client}body"
_FORM: Final = "{jabber:x:data}x"

# What a room answers to the bot's ping of itself where nobody can tell now (XEP-0410 §3).
UNKNOWN: Final = frozenset({"remote-server-not-found", "remote-server-timeout"})
GONE: Final = "room_gone"
MUTE: Final = "room_mute"
# Why a room does not let the bot in (XEP-0045 §7.2) or sends it out (§15.6.2), as `replies.REASONS`.
_REASONS: Final[Mapping[str, str]] = {
    "not-authorized": "room_password",
    "forbidden": "room_banned",
    "registration-required": "room_members",
    "conflict": "room_nick",
    "service-unavailable": "room_full",
    "resource-constraint": "room_full",
    "policy-violation": "contact_refuses",
    **dict.fromkeys(("item-not-found", "not-allowed", "gone"), GONE),
    **dict.fromkeys(UNKNOWN, "contact_no_server"),
    "301": "room_banned",
    "307": "room_kicked",
    **dict.fromkeys(("321", "322"), "room_members"),
    "332": "contact_server_away",
}
_EARLIER: Final = "50"
"""Messages that a room is asked for when it is entered: among them may be what was said before a crash."""
_FALLBACK: Final = "mqtt-bot"


def enter(xmpp: ClientXMPP, room: str, nick: str) -> None:
    """Ask to be let in, and for what was said before (§7.2.14)."""
    presence = xmpp.make_presence(pto=f"{room}/{nick}")
    ET.SubElement(ET.SubElement(presence.xml, f"{MUC}x"), f"{MUC}history", maxstanzas=_EARLIER)
    presence.send()


def unlock(xmpp: ClientXMPP, room: str) -> None:
    """Take a new room as it is (§10.1.2); until then nobody else can enter."""
    request = xmpp.make_iq_set(ito=room)
    ET.SubElement(ET.SubElement(request.xml, f"{_OWNER}query"), _FORM, type="submit")
    xmpp.send(request)  # whatever is answered: whoever may not do it finds the room as it is


def fit(nick: str) -> str:
    """Return a nick that is a resource (RFC 6122 §2.4)."""
    try:
        return str(JID(f"room@example.org/{xml_safe(nick).strip()}").resource) or _FALLBACK
    except InvalidJID:
        return _FALLBACK


def reason(said: Iterable[str | None], otherwise: str) -> str:
    """Return why a room keeps the bot out, by what it says: a condition or status codes."""
    return next((_REASONS[each] for each in said if each and each in _REASONS), otherwise)


def is_subject(message: Any) -> bool:
    """Say whether it has a subject and no body: with it ends what was said before (§7.2.15)."""
    return message.xml.find(_SUBJECT) is not None and message.xml.find(_BODY) is None


def ids_of(message: Any) -> tuple[str, ...]:
    """Return the ids of a message as its sender gave them: not every room keeps the first."""
    origin = message.xml.find(_ORIGIN)
    ids = (message["id"], "" if origin is None else origin.get("id", ""))
    return tuple(key for key in ids if key)


def names_of(message: Any, room: str) -> Iterator[str]:
    """Yield how a room itself names a message (XEP-0359), which is how answers name it."""
    for named in message.xml.iterfind(_STANZA_ID):
        if named.get("by") == room:
            yield named.get("id", "")

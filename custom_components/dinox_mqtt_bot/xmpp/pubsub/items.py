"""Items of PubSub nodes on the wire: Prosody's three types, and whatever else as its XML."""

from datetime import UTC, datetime
from typing import Final
import xml.etree.ElementTree as ET

from ...bot.pubsub.nodes import Item, ItemType
from ..text import xml_safe

PUBSUB: Final = "{http://jabber.org/protocol/pubsub}"
EVENT: Final = "{http://jabber.org/protocol/pubsub#event}"
_DATA: Final = "{https://prosody.im/protocol/data}data"
_JSON: Final = "{urn:xmpp:json:0}json"
_ATOM: Final = "{http://www.w3.org/2005/Atom}"


def item_of(item: ET.Element) -> Item | None:
    """Return an `<item/>` (XEP-0060 §7.1.1) as MQTT would deliver it; None if it has no payload."""
    name = item.get("id", "")
    payload = next(iter(item), None)
    if payload is None:
        return None
    if payload.tag == _JSON:
        return Item(name, ItemType.JSON, (payload.text or "").encode())
    if payload.tag == _DATA:
        return Item(name, ItemType.UTF8, (payload.text or "").encode())
    title = payload.find(f"{_ATOM}title") if payload.tag == f"{_ATOM}entry" else None
    if title is not None:
        return Item(name, ItemType.ATOM_TITLE, (title.text or "").encode(), _published(payload))
    return Item(name, ItemType.UTF8, ET.tostring(payload))


def payload_of(kind: ItemType, text: str) -> ET.Element:
    """Return the payload of an item of this type. What XML cannot carry becomes U+FFFD."""
    if kind is ItemType.ATOM_TITLE:
        entry = ET.Element(f"{_ATOM}entry")
        ET.SubElement(entry, f"{_ATOM}title", {"type": "text"}).text = xml_safe(text)
        return entry
    payload = ET.Element(_JSON if kind is ItemType.JSON else _DATA)
    payload.text = xml_safe(text)
    return payload


def _published(entry: ET.Element) -> float:
    """Return when an Atom entry was published or updated (RFC 4287 §4.2.9, §4.2.15), 0 if untold."""
    for name in ("published", "updated"):
        try:
            moment = datetime.fromisoformat(entry.findtext(f"{_ATOM}{name}", "").strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except ValueError, OverflowError:
            continue
    return 0.0

"""Answers that a message offers: quick responses (XEP-0439), and commands that clients draw as buttons."""

from collections.abc import Sequence
from typing import Final
import xml.etree.ElementTree as ET

from slixmpp.stanza import Message

from ...bot.model.forms import Button
from ..text import wire_bytes, xml_safe
from .stanzas import COMMANDS

_RESPONSE: Final = "{urn:xmpp:tmp:quick-response}response"
_ITEMS: Final = "{http://jabber.org/protocol/disco#items}"
# What the elements around the texts take.
_ELEMENT_BYTES: Final = 160


def bytes_of(buttons: Sequence[Button], address: str) -> int:
    """Return about how many bytes of a stanza these take."""
    texts = (wire_bytes(each.label) * 2 + wire_bytes(each.says + each.node + address) for each in buttons)
    return sum(_ELEMENT_BYTES + size for size in texts)


def offer(message: Message, buttons: Sequence[Button], address: str) -> None:
    """Write the answers into a message; its body says all of it in words, for all other clients."""
    for each in buttons:
        ET.SubElement(message.xml, _RESPONSE, value=xml_safe(each.says), label=xml_safe(each.label))
    nodes = [each for each in buttons if each.node]
    if nodes:
        query = ET.SubElement(message.xml, f"{_ITEMS}query", node=COMMANDS)
        for each in nodes:
            ET.SubElement(query, f"{_ITEMS}item", jid=address, node=each.node, name=xml_safe(each.label))

"""How others see the bot: presence (RFC 6121 §4.7), nick (XEP-0172), avatar (XEP-0084), vCard (XEP-0054)."""

from base64 import b64encode
import hashlib
import struct
from typing import Any, Final
import xml.etree.ElementTree as ET

from slixmpp import JID, ClientXMPP
from slixmpp.exceptions import IqError
from slixmpp.stanza import Presence

from ..bot.model.status import BotState
from .settings import XmppSettings
from .text import cut_bytes, xml_safe

_NICK: Final = "http://jabber.org/protocol/nick"
_AVATAR_DATA: Final = "urn:xmpp:avatar:data"
_AVATAR: Final = "urn:xmpp:avatar:metadata"
# The id of the nick's item says whose work the profile is: another one's is left alone.
_MARK: Final = "dinox-mqtt-bot"
_PNG_HEADER: Final = struct.Struct(">8s4x4sII")
# In the user's own account the bot must not take what is meant for the user's clients: with a negative
# priority it gets neither messages to the bare address (it hears carbons) nor the stored offline ones.
_SHARED_PRIORITY: Final = -1
_PRIORITY: Final = 5
_STATUS_BYTES: Final = 1_024
_AVAILABLE: Final = frozenset({BotState.ONLINE, BotState.WAITING})


def presence_of(xmpp: ClientXMPP, state: BotState, text: str, *, shared: bool) -> Presence:
    """Return the presence that tells the state; `text` is what a person reads beside it."""
    return xmpp.make_presence(
        pshow=None if state in _AVAILABLE else "away",
        pstatus=cut_bytes(xml_safe(text), _STATUS_BYTES) or None,
        ppriority=_SHARED_PRIORITY if shared else _PRIORITY,
    )


async def publish_profile(xmpp: ClientXMPP, settings: XmppSettings, patience: float) -> None:
    """Publish name and picture over none, or the bot's older ones. Raises IqError and IqTimeout."""
    name, picture = xml_safe(settings.name), settings.avatar
    nick = await _newest(xmpp, _NICK, patience)
    avatar = await _newest(xmpp, _AVATAR, patience)
    card = await _card(xmpp, patience)
    ours = nick is not None and nick["id"] == _MARK
    if not name or (not ours and (nick is not None or avatar is not None or any(card))):
        return
    # The mark comes first: with the rest alone, an interrupted profile would look like another's.
    if nick is None or nick["payload"].text != name:
        element = ET.Element(f"{{{_NICK}}}nick")
        element.text = name
        await _publish(xmpp, _NICK, _MARK, element, patience)
    if card != (name, picture):
        await _publish_card(xmpp, name, picture, patience)
    # Prosody makes an avatar of the card, without its size: ours comes after it.
    if picture and (avatar is None or avatar["id"] != _hash(picture)):
        await _publish_avatar(xmpp, picture, patience)


async def _newest(xmpp: ClientXMPP, node: str, patience: float) -> Any:
    """Return the newest item of one of the account's own nodes, or None."""
    try:
        pubsub: Any = xmpp.plugin["xep_0060"]  # its methods are not typed
        answer = await pubsub.get_items(None, node, max_items=1, timeout=patience)
    except IqError:
        return None
    return next((item for item in answer["pubsub"]["items"]), None)


async def _publish(xmpp: ClientXMPP, node: str, item_id: str, payload: ET.Element, patience: float) -> None:
    pubsub: Any = xmpp.plugin["xep_0060"]
    await pubsub.publish(None, node, id=item_id, payload=payload, timeout=patience)


async def _publish_avatar(xmpp: ClientXMPP, picture: bytes, patience: float) -> None:
    data = ET.Element(f"{{{_AVATAR_DATA}}}data")
    data.text = b64encode(picture).decode()
    await _publish(xmpp, _AVATAR_DATA, _hash(picture), data, patience)
    width, height = _png_size(picture)
    metadata = ET.Element(f"{{{_AVATAR}}}metadata")
    attributes = {"id": _hash(picture), "type": "image/png", "bytes": str(len(picture))}
    ET.SubElement(metadata, f"{{{_AVATAR}}}info", attributes, width=str(width), height=str(height))
    await _publish(xmpp, _AVATAR, _hash(picture), metadata, patience)


async def _card(xmpp: ClientXMPP, patience: float) -> tuple[str, bytes]:
    """Return full name and picture of the account's vCard."""
    try:
        answer = await xmpp.plugin["xep_0054"].get_vcard(JID(xmpp.boundjid.bare), timeout=patience)
    except IqError:
        return "", b""
    card = answer["vcard_temp"]
    return str(card["FN"]), bytes(card["PHOTO"]["BINVAL"] or b"")


async def _publish_card(xmpp: ClientXMPP, name: str, picture: bytes, patience: float) -> None:
    plugin = xmpp.plugin["xep_0054"]
    card = plugin.make_vcard()
    card["FN"] = name
    if picture:
        card["PHOTO"]["TYPE"] = "image/png"
        card["PHOTO"]["BINVAL"] = picture
    await plugin.publish_vcard(card, timeout=patience)


def _hash(picture: bytes) -> str:
    return hashlib.sha1(picture, usedforsecurity=False).hexdigest()


def _png_size(picture: bytes) -> tuple[int, int]:
    if len(picture) < _PNG_HEADER.size:
        return 0, 0
    _, _, width, height = _PNG_HEADER.unpack_from(picture)
    return width, height

"""Rooms on the real servers of the tests, and people in them."""

from collections.abc import Iterator
from typing import Any
import uuid
import xml.etree.ElementTree as ET

from running import PATIENCE, until

from lab.person import Heard, Person

_MUC = "{http://jabber.org/protocol/muc}"
_OWNER = "{http://jabber.org/protocol/muc#owner}"
_FORM = "{jabber:x:data}"
_STANZA_ID = "{urn:xmpp:sid:0}stanza-id"


def new_room() -> str:
    """Return the address of a room that is not there yet."""
    return f"r{uuid.uuid4().hex[:8]}@conference.home.test"


class Occupant:
    """A person in a room, and how the room names what is said there."""

    def __init__(self, person: Person, room: str) -> None:
        self.person = person
        self.room = room
        self._names: dict[str, str] = {}

    async def enter(self, nick: str) -> Occupant:
        """Enter the room, which is made if need be, with real addresses for everybody to see."""
        client = self.person.client
        client.add_event_handler("groupchat_message", self._note)
        presence = client.make_presence(pto=f"{self.room}/{nick}")
        ET.SubElement(presence.xml, f"{_MUC}x")
        presence.send()
        await until(lambda: self.room in self.person.presences)
        return self

    def _note(self, message: Any) -> None:
        for named in message.xml.iterfind(_STANZA_ID):
            self._names[message["id"]] = named.get("id", "")

    async def configure(self, **fields: str) -> None:
        """Set fields of `muc#roomconfig`, as its owner."""
        request = self.person.client.make_iq_set(ito=self.room)
        form = ET.SubElement(ET.SubElement(request.xml, f"{_OWNER}query"), f"{_FORM}x", type="submit")
        values = {"FORM_TYPE": "http://jabber.org/protocol/muc#roomconfig"}
        values |= {f"muc#roomconfig_{name}": value for name, value in fields.items()}
        for name, value in values.items():
            ET.SubElement(ET.SubElement(form, f"{_FORM}field", var=name), f"{_FORM}value").text = value
        await request.send(timeout=PATIENCE)

    def heard(self, containing: str = "") -> list[Heard]:
        """Return what was said in the room with a text in it."""
        return [each for each in self.person.all if each.sender == self.room and containing in each.text]

    def say(self, text: str) -> None:
        self._message(text).send()

    def react(self, heard: Heard, *emojis: str) -> None:
        """Put reactions to what was said, by the name that the room has for it."""
        message = self._message(None)
        self.person.client.plugin["xep_0444"].set_reactions(message, self._names[heard.id], emojis)
        message.send()

    def reply(self, heard: Heard, text: str) -> None:
        message = self._message(text)
        message["reply"]["id"], message["reply"]["to"] = self._names[heard.id], f"{self.room}/bot"
        message.send()

    def _message(self, text: str | None) -> Any:
        message = self.person.client.make_message(mto=self.room, mbody=text, mtype="groupchat")
        message["id"] = uuid.uuid4().hex
        return message


def said_once(heard: list[Heard]) -> Iterator[str]:
    """Yield each text with how often it was said, as `text ×2`."""
    texts = [each.text for each in heard]
    yield from (f"{text} ×{texts.count(text)}" for text in dict.fromkeys(texts))

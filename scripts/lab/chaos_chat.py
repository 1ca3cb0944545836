"""The contact of the chaos run: a client that comes back, and reads in the archive what it missed."""

import asyncio
from collections.abc import Iterator
import contextlib
from datetime import UTC, datetime, timedelta
import re
from typing import Any
import xml.etree.ElementTree as ET

from slixmpp.exceptions import XMPPError

from .chaos_sensors import ROOT
from .person import Person, PersonError
from .server import Server

_NUMBER = re.compile(rf"\b{ROOT}/(\d+)\b")
_WORD = re.compile(rf"\b{ROOT}/([a-z]+)\b")
_STANZA_ID = "{urn:xmpp:sid:0}stanza-id"
_MUC = "{http://jabber.org/protocol/muc}"
_FORM = "{jabber:x:data}"
_ROOM = {"persistentroom": "1", "whois": "anyone", "membersonly": "0"}
_ARRIVING_SECONDS = 20.0
_OVERLAP = timedelta(seconds=10)

type Copy = str
"""The archive's id of one copy of a message (XEP-0359): the server makes a new one for each copy."""


class Seen:
    """Which numbers were told, in which messages, and how often each message came."""

    def __init__(self, number: re.Pattern[str] = _NUMBER) -> None:
        """Nothing was seen; `number` finds them in a text."""
        self._number = number
        self._told: dict[int, dict[str, set[Copy]]] = {}
        self._live: set[str] = set()
        self._messages: set[str] = set()

    def add(self, stanza_id: str, copy: Copy, text: str, *, live: bool) -> None:
        """Take note of a message; `live` says that it came by itself."""
        numbers = {int(number) for number in self._number.findall(text)}
        if not numbers:
            return
        self._messages.add(stanza_id)
        if live:
            self._live.add(stanza_id)
        for number in numbers:
            self._told.setdefault(number, {}).setdefault(stanza_id, set()).add(copy)

    @property
    def numbers(self) -> set[int]:
        """All that were told."""
        return set(self._told)

    @property
    def messages(self) -> int:
        """How many messages told them, repetitions not counted."""
        return len(self._messages)

    @property
    def fetched(self) -> int:
        """How many messages were only in the archive."""
        return len(self._messages - self._live)

    @property
    def only_fetched(self) -> set[int]:
        """The numbers that a client without an archive would not have been told."""
        return {number for number, told in self._told.items() if not told.keys() & self._live}

    @property
    def marked(self) -> int:
        """How often a number came again in a message with the same stanza id."""
        return sum(len(copies) - 1 for told in self._told.values() for copies in told.values())

    @property
    def unmarked(self) -> int:
        """How often a number came again in a message with another stanza id."""
        return sum(len(told) - 1 for told in self._told.values())

    def strays(self) -> Iterator[str]:
        """Tell which numbers came unmarked."""
        for number, told in sorted(self._told.items()):
            if len(told) > 1:
                yield f"{number}: {', '.join(told)}"


class ChaosChat:
    """Stays logged in, and in a room, as well as it can. `words` are what was told, by whom (the bot or the
    room), of topics that are no numbers.

    As long as it is `away` it does not come back.
    """

    def __init__(self, you: Person, server: Server, bot: str, room: str) -> None:
        """`you` is logged in here, and nowhere before."""
        self.you = you
        self.seen, self.in_room = Seen(), Seen()
        self.words: set[tuple[str, str]] = set()
        self.away = False
        self._here = False
        self._told = asyncio.Event()
        self._server = server
        self._bot = bot
        self._room = room
        self._since = datetime.now(UTC)

    async def arrive(self) -> None:
        """Log in, and read what came meanwhile. Raises PersonError, XMPPError or TimeoutError."""
        self._here = False
        async with asyncio.timeout(_ARRIVING_SECONDS):
            await self.you.arrive()
            self.you.client.add_event_handler("message", self._hear)
            await self._enter()
            began = datetime.now(UTC)
            await self._read(self.seen, with_jid=self._bot)
            await self._read(self.in_room, jid=self._room)
            self._since = began - _OVERLAP
            self._here = True

    async def _enter(self) -> None:
        """Be in the room, of which a newcomer is the owner; who made it sees to it that it stays."""
        client = self.you.client
        presence = client.make_presence(pto=f"{self._room}/You")
        ET.SubElement(presence.xml, f"{_MUC}x")
        presence.send()
        while self._room not in self.you.presences:  # noqa: ASYNC110  # its presences tell nobody
            await asyncio.sleep(0.05)
        request = client.make_iq_set(ito=self._room)
        form = ET.SubElement(
            ET.SubElement(request.xml, f"{_MUC[:-1]}#owner}}query"), f"{_FORM}x", type="submit"
        )
        values = {"FORM_TYPE": "http://jabber.org/protocol/muc#roomconfig"}
        values |= {f"muc#roomconfig_{name}": value for name, value in _ROOM.items()}
        for name, value in values.items():
            ET.SubElement(ET.SubElement(form, f"{_FORM}field", var=name), f"{_FORM}value").text = value
        await request.send(timeout=10)

    async def _read(self, seen: Seen, **where: Any) -> None:
        """Read an archive (XEP-0313) as far as it is new."""
        archive = self.you.client.plugin["xep_0313"]
        async for found in archive.iterate(start=self._since, rsm={"max": 50}, **where):
            result = found["mam_result"]
            stanza = result["forwarded"]["stanza"]
            seen.add(stanza["id"], result["id"], stanza["body"], live=False)

    async def stay(self) -> None:
        """Come back whenever the server does, for ever."""
        while True:
            await asyncio.sleep(0.1)
            if self._server.running and not (self.away or self._well):
                with contextlib.suppress(PersonError, XMPPError, TimeoutError, OSError):
                    await self.you.leave()
                    await self.arrive()

    @property
    def _well(self) -> bool:
        """Whether it is connected and knows what it missed."""
        client = self.you.client
        return self._here and client is not None and client.is_connected()

    def vanish(self) -> None:
        """Drop the connection without a word, and stay away."""
        self.away = True
        if self.you.client is not None:
            self.you.vanish()

    async def next_message(self, within: float) -> None:
        """Wait for the moment in which a message comes, but not longer than so many seconds."""
        self._told.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), within)

    def _hear(self, stanza: Any) -> None:
        sender = stanza["from"].bare
        if sender not in {self._bot, self._room} or not stanza["body"]:
            return
        self._told.set()
        self.words.update((sender, word) for word in _WORD.findall(stanza["body"]))
        by = self._room if sender == self._room else self.you.jid
        copies = (each for each in stanza.xml.iterfind(_STANZA_ID) if each.get("by") == by)
        copy = next((each.get("id", "") for each in copies), "")
        seen = self.in_room if sender == self._room else self.seen
        seen.add(stanza["id"], copy, stanza["body"], live=True)

"""Who takes part in the tests: people with XMPP clients, and the bot's link with everything it tells."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
import dataclasses
from datetime import UTC, datetime
import ssl
import time
from typing import Any
import uuid

from slixmpp import JID
from slixmpp.stanza import Message, Presence
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.rules import Contact
from custom_components.dinox_mqtt_bot.bot.model.status import BotState, Delivery, LinkStatus, Phase
from custom_components.dinox_mqtt_bot.bot.model.utterance import Reaction, Utterance
from custom_components.dinox_mqtt_bot.bot.ports import ButtonsOf, CommandForms
from custom_components.dinox_mqtt_bot.xmpp.link import XmppLink
from custom_components.dinox_mqtt_bot.xmpp.session import Session
from custom_components.dinox_mqtt_bot.xmpp.settings import Timing, XmppSettings
from custom_components.dinox_mqtt_bot.xmpp.upload import Get, Put
from lab.servers import LOOPBACK, Lab, Server

BOT, ALICE, MALLORY = "bot@home.test", "alice@home.test", "mallory@home.test"
PASSWORDS = {"bot": "botpw", "alice": "apw", "mallory": "mpw", "shared": "spw", "named": "npw"}
QUICK = Timing(
    ping_interval=20,
    first_pause=0.1,
    longest_pause=0.4,
    takeover_pause=600,
    room_ping=0.5,
    room_pause=0.3,
    composing=0.2,
)


PATIENCE = 60
"""Seconds after which something never came, on a machine that does much else."""


async def until(predicate: Callable[[], object], what: str = "", timeout: float = PATIENCE) -> None:
    """Wait until something is so."""
    end = time.monotonic() + timeout
    while not predicate():
        assert time.monotonic() < end, f"never came: {what or predicate}"
        await asyncio.sleep(0.01)


class SystemClock:
    """The time of this machine, shifted at will."""

    def __init__(self) -> None:
        self.shift = 0.0

    def now(self) -> float:
        return time.time() + self.shift

    def new_id(self) -> str:
        return uuid.uuid4().hex

    def wake(self, at: float) -> None:
        raise AssertionError("the link has no business with the bot's timer")

    def local(self, at: float) -> Any:
        raise AssertionError("the link renders no times")


class Person:
    """Somebody's client; everything that reaches it is kept."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.xmpp = session.xmpp
        self.messages: list[Message] = []
        self.presences: list[Presence] = []
        self.acknowledged: set[str] = set()
        keepers: dict[str, Callable[[Any], None]] = {
            "message": self.messages.append,
            "presence": self.presences.append,
        }
        for kind, keep in keepers.items():
            matcher = MatchXPath(f"{{{self.xmpp.default_ns}}}{kind}")
            self.xmpp.register_handler(Callback(f"Keep {kind}", matcher, keep))
        self.xmpp.add_event_handler("stanza_acked", lambda stanza: self.acknowledged.add(stanza["id"]))

    @property
    def bodies(self) -> list[str]:
        return [message["body"] for message in self.messages if message["body"]]

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """What others showed, as (type or show, status text)."""
        own = self.xmpp.boundjid
        return [(shown["type"], shown["status"]) for shown in self.presences if shown["from"] != own]

    def write(self, to: str, text: str = "", **parts: Any) -> str:
        """Send a message and return its id."""
        message = self.xmpp.make_message(mto=to, mbody=text or None, mtype="chat")
        message["id"] = parts.pop("id", uuid.uuid4().hex)
        for name, value in parts.items():
            if isinstance(value, dict):
                for key, part in value.items():
                    message[name][key] = part
            else:
                message[name] = value
        message.send()
        return str(message["id"])

    def reply(self, to: str, answered: str, text: str) -> str:
        """Answer a message (XEP-0461) and return the id of the answer."""
        return self.write(to, text, reply={"id": answered, "to": to})

    def react(self, to: str, target: str, *emojis: str, **parts: Any) -> str:
        """Put exactly these reactions (XEP-0444) to a message and return the id of the stanza."""
        return self.write(to, reactions={"id": target, "values": emojis}, **parts)

    def refuse(self, message: Message, kind: str, condition: str) -> None:
        """Answer a message with an error, as a server on the way does (RFC 6120 §8.3)."""
        error = self.xmpp.make_message(mto=message["from"], mtype="error")
        error["id"] = message["id"]
        error["error"]["type"], error["error"]["condition"] = kind, condition
        error.send()

    def send_as_written(self, stanza: str) -> None:
        """Send a stanza that is no object of slixmpp's; it is counted as the server counts it (XEP-0198)."""
        self.session.management.unacked_queue.append((0, self.xmpp.make_message(mto=BOT)))
        self.xmpp.send_raw(stanza)

    async def synchronise(self, other: Person | None = None) -> None:
        """Wait until the server has worked off everything sent before (it answers in order)."""
        for person in (self, other or self):
            assert await person.session.alive()


class Probed:
    """The link under test and what it told."""

    def __init__(
        self,
        settings: XmppSettings,
        tls: ssl.SSLContext | None,
        timing: Timing,
        on_text: Callable[[Utterance], None] | None = None,
        put: Put | None = None,
        forms: CommandForms | None = None,
        buttons: ButtonsOf = lambda notice: (),
        get: Get | None = None,
    ) -> None:
        self.forms, self.buttons = forms, buttons
        self.statuses: list[LinkStatus] = []
        self.texts: list[Utterance] = []
        self.reactions: list[Reaction] = []
        self.moods: list[tuple[str, bool]] = []
        self.deliveries: list[tuple[str, Delivery]] = []
        self.reasons_told: dict[str, str] = {}
        self.reach: list[tuple[str, str]] = []
        self.sessions = 0
        # What the outbox knows to be settled, and does not let wait again.
        self.settled: set[str] = set()
        self.outbox: dict[str, Notice] = {}
        self.put: dict[str, Notice] = {}
        self.clock = SystemClock()
        self._on_text = on_text or self.texts.append
        self.link = XmppLink(
            settings,
            tls=tls,
            create_task=lambda work, name: asyncio.get_running_loop().create_task(work, name=name),
            clock=self.clock,
            timing=timing,
            put=put,
            get=get,
        )

    def start(self, undisturbed: tuple[str, ...] = ()) -> None:
        self.link.start(
            on_status=self.statuses.append,
            on_text=self._on_text,
            on_reaction=self.reactions.append,
            on_presence=lambda jid, busy: self.moods.append((jid, busy)),
            undisturbed=undisturbed,
            on_session=self._session_began,
            on_delivery=self._delivered,
            on_reach=lambda jid, reason: self.reach.append((jid, reason)),
            addressee=lambda key: self.put[key].to if key in self.put else "",
            waits=lambda key: key in self.outbox,
            forms=self.forms,
            buttons=self.buttons,
        )

    def say(self, text: str, to: str = ALICE, **parts: Any) -> Notice:
        """Put a notice into the outbox and say it, as the bot does."""
        notice = Notice(self.clock.new_id(), to, text, parts.pop("at", self.clock.now()), **parts)
        self.outbox[notice.id] = self.put[notice.id] = notice
        self.link.say(notice)
        return notice

    def refusals(self, jid: str) -> list[Any]:
        """Return what fills with the errors that come from an address from now on."""
        assert self.link._session is not None
        xmpp, found = self.link._session.xmpp, list[Any]()

        def keep(stanza: Any) -> None:
            if stanza["type"] == "error" and stanza["from"].bare == jid:
                found.append(stanza)

        for kind in ("iq", "presence"):
            matcher = MatchXPath(f"{{{xmpp.default_ns}}}{kind}")
            xmpp.register_handler(Callback(f"Keep errors {kind} {jid}", matcher, keep))
        return found

    def progress(self, notice: Notice) -> list[Delivery]:
        return [delivery for key, delivery in self.deliveries if key == notice.id]

    @property
    def said(self) -> list[str]:
        return [utterance.text for utterance in self.texts]

    @property
    def reasons(self) -> list[str]:
        return [status.reason for status in self.statuses if status.phase is Phase.OFFLINE]

    async def online(self) -> None:
        """Wait until the server has taken the session's presence: before, it keeps messages back."""
        await until(lambda: self.link.status.phase is Phase.ONLINE, f"online: {self.link.status}")
        if self.link._session is not None:
            await self.link._session.alive()

    async def offline(self, reason: str) -> None:
        await until(lambda: self.link.status.reason == reason, f"{reason}: {self.link.status}")

    def _session_began(self) -> None:
        self.sessions += 1
        for notice in list(self.outbox.values()):
            self.link.say(notice)

    def _delivered(self, notice_id: str, delivery: Delivery, at: float, why: str) -> None:
        self.deliveries.append((notice_id, delivery))
        if why:
            self.reasons_told[notice_id] = why
        self.outbox.pop(notice_id, None)
        if delivery is Delivery.QUEUED and notice_id not in self.settled:
            self.outbox[notice_id] = self.put[notice_id]


class World:
    """One server and everybody on it; all leave at the end of the test."""

    def __init__(self, lab: Lab, server: Server, port: int = 0) -> None:
        self.lab = lab
        self.server = server
        self.port = port or server.ports["c2s"]
        self._leaving = contextlib.AsyncExitStack()
        self._bot_was_here = False
        # As whole seconds: so the servers write when they took a message that waited.
        self._began = datetime.now(UTC).replace(microsecond=0)

    def settings(self, user: str = "bot", **changes: Any) -> XmppSettings:
        settings = XmppSettings(
            f"{user}@home.test", PASSWORDS[user], LOOPBACK, self.port, resource="ha", name="House"
        )
        return dataclasses.replace(settings, **changes)

    async def person(self, user: str, resource: str = "phone", *, priority: int | None = 0) -> Person:
        """Log somebody in, past the proxy; without a priority nobody sees it."""
        settings = self.settings(user, resource=resource, port=self.server.ports["c2s"])
        session = Session(settings, self.lab.client_ssl(), Timing(connect=PATIENCE, ping_timeout=PATIENCE))
        person = Person(session)
        self._leaving.push_async_callback(session.close)
        await session.open()
        if priority is not None:
            person.xmpp.send_presence(ppriority=priority)
        await person.synchronise()
        # What the server kept of an earlier test; nobody has written to anybody in this one before the bot.
        person.messages[:] = [
            each for each in person.messages if self._bot_was_here and self._is_of_now(each)
        ]
        return person

    def _is_of_now(self, message: Message) -> bool:
        delayed = message.xml.find("{urn:xmpp:delay}delay")
        return delayed is None or datetime.fromisoformat(delayed.get("stamp", "")) >= self._began

    async def bot(
        self,
        contacts: tuple[str, ...] = (ALICE,),
        *,
        wait: bool = True,
        timing: Timing = QUICK,
        **changes: Any,
    ) -> Probed:
        """Start the link, with these contacts."""
        self._bot_was_here = True
        tls = changes.pop("tls", None) or self.lab.client_ssl()
        on_text, put = changes.pop("on_text", None), changes.pop("put", None)
        undisturbed, forms = changes.pop("undisturbed", ()), changes.pop("forms", None)
        buttons = changes.pop("buttons", lambda notice: ())
        get = changes.pop("get", None)
        probed = Probed(self.settings(**changes), tls, timing, on_text, put, forms, buttons, get)
        self._leaving.push_async_callback(probed.link.stop)
        probed.link.meet([Contact(jid) for jid in contacts])
        probed.link.show(BotState.ONLINE, "")
        probed.start(undisturbed)
        if wait:
            await probed.online()
        return probed

    async def settled(self, probed: Probed) -> None:
        """Wait until the server has worked off what the link sent so far."""
        session = probed.link._session
        assert session is not None
        assert await session.alive()

    async def close(self) -> None:
        await self._leaving.aclose()


@contextlib.asynccontextmanager
async def world_of(lab: Lab, server: Server, port: int = 0) -> AsyncIterator[World]:
    world = World(lab, server, port)
    try:
        yield world
    finally:
        await world.close()


def full(user: str, resource: str) -> JID:
    return JID(f"{user}@home.test/{resource}")

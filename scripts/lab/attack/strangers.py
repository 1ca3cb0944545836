"""A stranger and another contact on a real XMPP server: nothing they send keeps an alert from its contact."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
import contextlib
from functools import partial
import threading
from typing import Any, Self
import uuid
import xml.etree.ElementTree as ET

import slixmpp
from slixmpp.exceptions import IqError
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from custom_components.dinox_mqtt_bot.bot.model.rules import Contact, Role
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.xmpp.settings import Timing, XmppSettings
from lab.ports import LOOPBACK
from lab.servers import Lab, Server

from .alone import comes, until
from .linked import Linked, linked
from .trial import Trial
from .watch import Watch

_USERS = {name: f"{name}-secret" for name in ("bot", "alice", "named", "mallory")}
BOT, ALICE, NAMED, MALLORY = (f"{name}@{Lab.domain}" for name in _USERS)
_SIEGE, _SIEGE_SHORT = 60.0, 6.0
_EVERY_SECONDS = 0.5
_PATIENCE = 30.0
_STANZAS = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"
_FORGERIES = {
    "a receipt": "<received xmlns='urn:xmpp:receipts' id='ID'/>",
    "a displayed marker": "<displayed xmlns='urn:xmpp:chat-markers:0' id='ID'/>",
    "an acknowledged marker": "<acknowledged xmlns='urn:xmpp:chat-markers:0' id='ID'/>",
    "a reply": "<reply xmlns='urn:xmpp:reply:0' id='ID'/><body>seen</body>",
    "a reaction": "<reactions xmlns='urn:xmpp:reactions:0' id='ID'><reaction>👍</reaction></reactions>",
    "a lasting error": f"<error type='cancel'><gone {_STANZAS}/></error>",
    "a passing error": f"<error type='wait'><resource-constraint {_STANZAS}/></error>",
}


class Client:
    """Somebody who writes raw stanzas and keeps what was said to it, in the thread of the attackers."""

    def __init__(self, jid: str, lab: Lab) -> None:
        self.bodies: list[str] = []
        self.seen: set[str] = set()
        self._loop = asyncio.get_running_loop()
        password = _USERS[jid.partition("@")[0]]
        self.xmpp: Any = slixmpp.ClientXMPP(f"{jid}/phone", password, ssl_context=lab.client_ssl())
        self.xmpp.enable_starttls, self.xmpp.enable_direct_tls = True, False
        self.xmpp.auto_authorize = True
        self.xmpp.add_event_handler("message", lambda message: self.bodies.append(message["body"]))
        matcher = MatchXPath("{jabber:client}presence")
        self.xmpp.register_handler(Callback("Seen", matcher, lambda shown: self.seen.add(str(shown["from"]))))

    async def arrive(self, port: int) -> None:
        ready = asyncio.Event()
        self.xmpp.add_event_handler("session_start", lambda _: ready.set())
        self.xmpp.connect(LOOPBACK, port)
        await asyncio.wait_for(ready.wait(), _PATIENCE)
        self.xmpp.send_presence(ppriority=5)

    def send(self, xml: str) -> None:
        """Send this from whatever thread."""
        self._loop.call_soon_threadsafe(self.xmpp.send_raw, xml)

    async def ping(self) -> None:
        """Wait until the server has passed on what was sent before: it answers in order."""
        ping = self.xmpp.make_iq_get(ito=Lab.domain)
        ping.append(ET.Element("{urn:xmpp:ping}ping"))
        with contextlib.suppress(IqError):
            # A server may read slowly what comes as a flood.
            await ping.send(timeout=10 * _PATIENCE)

    async def leave(self) -> None:
        self.xmpp.cancel_connection_attempt()
        await self.xmpp.disconnect()
        if self.xmpp._run_out_filters:  # noqa: SLF001  # slixmpp 1.17 has no public way to end it
            self.xmpp._run_out_filters.cancel()  # noqa: SLF001


class Attackers:
    """A thread with an event loop for everybody but the bot, whose turns are measured."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda loop, context: None)
        self._thread = threading.Thread(target=self._loop.run_forever, name="attackers", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def do[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Run something there."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    @contextlib.asynccontextmanager
    async def client(self, jid: str, lab: Lab, port: int) -> AsyncIterator[Client]:
        """Have somebody there, logged in."""

        async def make() -> Client:
            return Client(jid, lab)

        client = await self.do(make())
        try:
            await self.do(client.arrive(port))
            yield client
        finally:
            await self.do(client.leave())


async def siege_prosody(trial: Trial, watch: Watch) -> None:
    """Attack the bot on a Prosody."""
    with Lab() as lab:
        await _attack(trial, watch, lab, await asyncio.to_thread(lab.prosody, users=_USERS, log_level="info"))


async def siege_ejabberd(trial: Trial, watch: Watch) -> None:
    """Attack the bot on an ejabberd."""
    with Lab() as lab:
        await _attack(trial, watch, lab, await asyncio.to_thread(lab.ejabberd, users=_USERS))


async def _attack(trial: Trial, watch: Watch, lab: Lab, server: Server) -> None:
    port = server.ports["c2s"]
    account = XmppSettings(BOT, _USERS["bot"], LOOPBACK, port, resource="ha", name="House")
    contacts = (Contact(ALICE), Contact(NAMED, role=Role.VIEWER))
    async with contextlib.AsyncExitStack() as stack:
        attackers = stack.enter_context(Attackers())
        alice, named, mallory = [
            await stack.enter_async_context(attackers.client(jid, lab, port))
            for jid in (ALICE, NAMED, MALLORY)
        ]
        one = await stack.enter_async_context(
            linked(account, Timing(first_pause=1.0, longest_pause=10.0), *contacts, tls=lab.client_ssl())
        )
        await one.online(_PATIENCE)
        attack = _Siege(trial, one, alice, attackers)
        await attack.is_heard("before the attack")
        watch.arm()
        await attack.deep({"a stranger": mallory, "a contact": named}, f"{BOT}/ha")
        room = await attack.enter(mallory)
        await attack.deep({"somebody in a room": mallory}, f"{room}/Robo")
        await attack.results(mallory)
        watch.weigh("unsolicited IQ results")
        for who, client in (("a stranger", mallory), ("another contact", named)):
            await attack.forge(who, client)
        await attack.is_heard("after the attack")
        watch.disarm()


class _Siege:
    """The attacks on one server."""

    def __init__(self, trial: Trial, one: Linked, alice: Client, attackers: Attackers) -> None:
        self._attackers = attackers
        self._trial = trial
        self._linked = one
        self._alice = alice
        self._seconds = _SIEGE_SHORT if trial.options.short else _SIEGE
        self._alerts = 0

    async def deep(self, attackers: dict[str, Client], to: str) -> None:
        """Send deep stanzas now and then while alerts are said."""
        who = " and ".join(attackers)
        lost, looks, online, said = self._linked.lost, 0, 0, []
        for at, raw in enumerate(self._deep_stanzas(to)):
            self._trial.doing(raw)
            for client in attackers.values():
                client.send(raw)
                self._trial.counts["stanzas"] += 1
            if at % 4 == 0:
                said.append(self._say())
            await asyncio.sleep(_EVERY_SECONDS)
            looks, online = looks + 1, online + self._linked.is_online
        missing = await self._missing(said)
        ended = self._linked.lost - lost
        if ended:
            self._trial.counts["streams_ended"] += ended - 1
            self._trial.breach("streams_ended", f"deep stanzas of {who} ended the stream {ended} times")
        if missing:
            self._trial.counts["alerts_lost"] += missing - 1
            self._trial.breach(
                "alerts_lost", f"{missing} of {len(said)} alerts did not arrive under deep stanzas"
            )
        self._trial.figures[f"deep stanzas of {who}"] = {
            "online": f"{100 * online / looks:.0f} %",
            "alerts": len(said),
            "arrived": len(said) - missing,
        }

    def _deep_stanzas(self, to: str) -> list[str]:
        number = int(self._seconds / _EVERY_SECONDS)
        kinds = ("iq type='get'", "iq type='set'", "message type='chat'", "iq type='result'", "presence")
        return [
            self._deep(kinds[at % len(kinds)], (990, 1_500, 3_000)[at % 3], f"d{at}", to)
            for at in range(number)
        ]

    def _deep(self, kind: str, depth: int, stanza_id: str, to: str) -> str:
        name = kind.partition(" ")[0]
        inner = "<a xmlns='urn:d'>" + "<a>" * (depth - 1) + "</a>" * depth
        return f"<{kind} id='{stanza_id}' to='{to}'>{inner}</{name}>"

    def _say(self) -> str:
        self._alerts += 1
        self._trial.counts["alerts"] += 1
        text = f"ALERT {self._alerts} of the siege"
        self._linked.say(text, ALICE)
        return text

    async def _missing(self, said: list[str]) -> int:
        def left() -> int:
            bodies = set(self._alice.bodies)
            return sum(text not in bodies for text in said)

        await comes(lambda: not left(), _PATIENCE)
        return left()

    async def enter(self, mallory: Client) -> str:
        """Have the bot and the stranger in one room; return its address."""
        room = f"r{uuid.uuid4().hex[:8]}@conference.{Lab.domain}"
        await self._enter(self._alice, room, "Alice")
        form = "<x xmlns='jabber:x:data' type='submit'/>"
        owner = f"<query xmlns='http://jabber.org/protocol/muc#owner'>{form}</query>"
        self._alice.send(f"<iq type='set' id='instant' to='{room}'>{owner}</iq>")
        self._linked.link.join({room: "Robo"})
        await until(lambda: f"{room}/Robo" in self._alice.seen, "the bot in the room")
        await self._enter(mallory, room, "Mallory")
        return room

    async def _enter(self, client: Client, room: str, nick: str) -> None:
        client.send(f"<presence to='{room}/{nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
        await until(lambda: f"{room}/{nick}" in client.seen, f"{nick} in the room")

    async def results(self, mallory: Client) -> None:
        """Answer what nobody asked."""
        number = 500 if self._trial.options.short else 5_000
        features = "".join(f"<feature var='f{at}'/>" for at in range(400))
        self._trial.doing(f"{number} results of disco#info with 400 features")
        for at in range(number):
            query = f"<query xmlns='http://jabber.org/protocol/disco#info' node='n{at}'>{features}</query>"
            mallory.send(f"<iq type='result' id='q{at}' to='{BOT}/ha'>{query}</iq>")
            if at % 20 == 0:
                await asyncio.sleep(0.02)
        self._trial.counts["stanzas"] += number
        # A server passes on in order what one client sends; until then much of it waits in this process.
        await self._attackers.do(mallory.ping())
        await self.is_heard("after results that nobody asked for")

    async def forge(self, who: str, client: Client) -> None:
        """Tell in an alert's name that it has arrived, was read, or cannot be delivered."""
        for what, xml in _FORGERIES.items():
            notice = self._linked.say(f"ALERT for one only: {what}", ALICE)
            if not await comes(partial(self._linked.progress, notice), _PATIENCE):
                self._trial.breach("alerts_lost", "an alert was not taken by the server")
            stanza_type = "error" if "<error" in xml else "chat"
            for to in (BOT, f"{BOT}/ha"):
                raw = f"<message type='{stanza_type}' to='{to}' id='{uuid.uuid4().hex}'>{xml}</message>"
                raw = raw.replace("ID", notice.id)
                if stanza_type == "error":
                    raw = f"<message type='error' to='{to}' id='{notice.id}'>{xml}</message>"
                self._trial.doing(raw)
                self._trial.counts["stanzas"] += 1
                client.send(raw)
            await self._attackers.do(client.ping())
            await self.is_heard("after forgeries")
            forged = [delivery for delivery in self._linked.progress(notice) if delivery is not Delivery.SENT]
            if forged:
                words = f"{who} forged {what} for somebody else's alert: {', '.join(forged)}"
                self._trial.breach("escapes", words, key=(who, what))

    async def is_heard(self, when: str) -> None:
        """A contact is heard behind everything that came before."""
        mark = f"sentinel {uuid.uuid4().hex}"
        self._alice.send(f"<message type='chat' to='{BOT}' id='{mark}'><body>{mark}</body></message>")
        if not await self._linked.hears(mark, _PATIENCE):
            self._trial.breach("sentinels_lost", f"a contact was not heard {when}")

"""Somebody with an XMPP account and a client that behaves as Dino does."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
import ssl
import time
from typing import Any, Self

import slixmpp
from slixmpp.stanza import Message as Stanza, Presence

from .ports import LOOPBACK

_PLUGINS = (
    *(
        "xep_0004",
        "xep_0030",
        "xep_0045",
        "xep_0050",
        "xep_0054",
        "xep_0085",
        "xep_0092",
        "xep_0115",
        "xep_0153",
    ),
    *("xep_0184", "xep_0191", "xep_0198", "xep_0199", "xep_0203", "xep_0249", "xep_0280", "xep_0297"),
    *(
        "xep_0308",
        "xep_0313",
        "xep_0333",
        "xep_0334",
        "xep_0359",
        "xep_0424",
        "xep_0428",
        "xep_0444",
        "xep_0461",
    ),
)


# Whose client a task belongs to: slixmpp starts tasks, such as those that wait for an answer, and ends none.
_OWNER: ContextVar[object] = ContextVar("person", default=None)


_RETRACT = "{urn:xmpp:message-retract:1}retract"


class PersonError(AssertionError):
    """What was expected did not happen; the text says what and what did."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One chat message. `at` is Unix time of arrival.

    `replaces` is set for a correction (XEP-0308), `retracts` for one that takes another back (XEP-0424).
    """

    sender: str
    text: str
    at: float
    id: str = ""
    delayed: bool = False
    replaces: str = ""
    retracts: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One presence that arrived. `kind` is "available", "unavailable", "away", "dnd", "subscribe", ..."""

    sender: str
    kind: str
    status: str = ""


class Person:
    """An XMPP user.

        async with Person("you@home.test", "secret", port, context) as you:
            you.say("bot@home.test", "/mqtt status")
            reply = await you.next("online")

    It approves who asks for its presence, and answers receipts (XEP-0184) and displayed markers (XEP-0333).
    """

    def __init__(
        self, jid: str, password: str, port: int, context: ssl.SSLContext, *, answers: bool = True
    ) -> None:
        """With `answers` false it approves and acknowledges nothing, like a client left in a drawer."""
        self.jid = jid
        self.all: list[Heard] = []
        self.presences: dict[str, Seen] = {}
        # Chat states as they came (XEP-0085): who shows it, and what.
        self.states: list[tuple[str, str]] = []
        self.asked: list[str] = []
        self._answers = answers
        self._password = password
        self._port = port
        self._context = context
        self._waiting: list[Heard] = []
        self._news = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: Any = None
        self.on_heard: Callable[[Heard], None] | None = None

    async def __aenter__(self) -> Self:
        await self.arrive()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    async def arrive(self, within: float = 60) -> None:
        """Log in. Raises PersonError."""
        client = self._client = slixmpp.ClientXMPP(self.jid, self._password, ssl_context=self._context)
        client.enable_direct_tls, client.enable_starttls, client.enable_plaintext = False, True, False
        client.auto_authorize = self._answers
        client.auto_subscribe = self._answers
        for plugin in _PLUGINS:
            client.register_plugin(plugin, {"auto_ack": self._answers} if plugin == "xep_0184" else {})
        ready = asyncio.Event()
        client.add_event_handler("session_start", lambda _: ready.set())
        client.add_event_handler("failed_auth", lambda _: client.abort())
        client.add_event_handler("message", self._hear)
        client.add_event_handler("presence", self._see)
        client.add_event_handler("chatstate", self._note)
        self.presences.clear()
        context = copy_context()
        context.run(_OWNER.set, client)
        context.run(client.connect, LOOPBACK, self._port)
        try:
            await asyncio.wait_for(ready.wait(), within)
        except TimeoutError:
            await self.leave()
            raise PersonError(f"{self.jid} could not log in at port {self._port}") from None
        await client.get_roster()
        client.send_presence()
        # A server answers in order: by then it has taken the presence, and sent what waited for this account.
        await client.plugin["xep_0280"].enable()

    async def leave(self) -> None:
        """Log out, leaving no task behind."""
        if self._client is None:
            return
        client, self._client = self._client, None
        client.cancel_connection_attempt()
        await client.disconnect()
        if client._run_out_filters:  # noqa: SLF001  # slixmpp 1.17 has no public way to end it
            client._run_out_filters.cancel()  # noqa: SLF001
        for name in list(client.scheduled_events):
            client.cancel_schedule(name)
        left = {task for task in asyncio.all_tasks() if task.get_context().get(_OWNER) is client}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)

    def vanish(self) -> None:
        """Drop the connection without a word, as a phone in a tunnel does."""
        self._client.abort()

    def befriend(self, jid: str) -> None:
        """Ask for somebody's presence and offer the own one, as adding a contact does."""
        self._client.send_presence_subscription(pto=jid, ptype="subscribe")
        self._client.send_presence_subscription(pto=jid, ptype="subscribed")

    def say(self, to: str, text: str) -> str:
        """Send a chat message and return its id."""
        return self._send(self._client.make_message(mto=to, mbody=text, mtype="chat"))

    def reply(self, to: str, message_id: str, text: str) -> str:
        """Answer a message (XEP-0461), quoting it if it was heard, and return the id of the answer."""
        quoted = next((heard.text for heard in self.all if heard.id == message_id), None)
        make_reply = self._client.plugin["xep_0461"].make_reply
        return self._send(make_reply(to, message_id, fallback=quoted, mto=to, mbody=text, mtype="chat"))

    def react(self, to: str, message_id: str, *emojis: str) -> str:
        """Put just these reactions (XEP-0444) to a message, none to withdraw; return the stanza's id."""
        stanza = self._client.make_message(mto=to, mtype="chat")
        self._client.plugin["xep_0444"].set_reactions(stanza, message_id, emojis)
        stanza.enable("store")
        stanza.send()
        return str(stanza["id"])

    def show(self, show: str | None, status: str = "") -> None:
        """Change the own presence: "dnd", "away", ... or None for available."""
        self._client.send_presence(pshow=show, pstatus=status)

    @property
    def resources(self) -> set[str]:
        """Which clients of this account are online beside this one."""
        return set(self._client.client_roster[self.jid].resources)

    @property
    def client(self) -> Any:
        """The slixmpp client, for what has no method here."""
        return self._client

    async def next(self, containing: str = "", within: float = 60, *, sender: str = "") -> Heard:
        """Return the first message, not returned before, that contains the text. Raises PersonError."""

        def matching() -> Heard | None:
            return next(
                (m for m in self._waiting if containing in m.text and m.sender.startswith(sender)), None
            )

        found = await self._until(matching, within)
        if found is None:
            texts = "\n".join(f"  {m.text!r}" for m in self._waiting) or "  nothing"
            raise PersonError(
                f"no message with {containing!r} came to {self.jid} in {within} s, but:\n{texts}"
            )
        self._waiting.remove(found)
        return found

    async def silence(self, seconds: float) -> list[Heard]:
        """Wait, and return what came meanwhile and before and was not returned yet (it stays waiting)."""
        await asyncio.sleep(seconds)
        return list(self._waiting)

    def forget(self) -> None:
        """Drop every message that came so far."""
        self._waiting.clear()

    async def sees(self, sender: str, kind: str, within: float = 60) -> Seen:
        """Return the presence of a bare JID as soon as it is of this kind. Raises PersonError."""

        def matching() -> Seen | None:
            seen = self.presences.get(sender)
            return seen if seen is not None and seen.kind == kind else None

        found = await self._until(matching, within)
        if found is None:
            raise PersonError(f"{self.jid} sees {sender} as {self.presences.get(sender)}, not {kind}")
        return found

    async def shown(self, sender: str, state: str, since: int = 0, within: float = 60) -> None:
        """Wait until somebody shows a chat state, after the first `since` of all. Raises PersonError."""
        if not await self._until(lambda: (sender, state) in self.states[since:] or None, within):
            raise PersonError(f"{sender} has not shown {state} to {self.jid}, but {self.states[since:]}")

    async def _until[T](self, attempt: Callable[[], T | None], within: float) -> T | None:
        async with self._news:
            try:
                async with asyncio.timeout(within):
                    while (found := attempt()) is None:
                        await self._news.wait()
                    return found
            except TimeoutError:
                return None

    def _send(self, stanza: Stanza) -> str:
        stanza["request_receipt"] = True
        stanza.enable("markable")
        stanza["origin_id"]["id"] = stanza["id"]
        stanza["chat_state"] = "active"
        stanza.send()
        return str(stanza["id"])

    def _hear(self, stanza: Stanza) -> None:
        if stanza["type"] not in {"chat", "normal", "groupchat"} or not stanza["body"]:
            return
        retracted = stanza.xml.find(_RETRACT)
        heard = Heard(
            sender=stanza["from"].bare,
            text=stanza["body"],
            at=time.time(),
            id=stanza["id"],
            delayed=bool(stanza.get_plugin("delay", check=True)),
            replaces=stanza["replace"]["id"],
            retracts="" if retracted is None else retracted.get("id", ""),
        )
        if self._answers and stanza.get_plugin("markable", check=True):
            self._client.plugin["xep_0333"].send_marker(stanza["from"], stanza["id"], "displayed")
        self.all.append(heard)
        self._waiting.append(heard)
        if self.on_heard is not None:
            self.on_heard(heard)
        self._tell()

    def _note(self, stanza: Stanza) -> None:
        self.states.append((stanza["from"].bare, stanza["chat_state"]))
        self._tell()

    def _see(self, presence: Presence) -> None:
        sender = presence["from"].bare
        seen = Seen(sender, presence["type"], presence["status"])
        if seen.kind == "subscribe":
            self.asked.append(sender)
        elif sender != self.jid:
            self.presences[sender] = seen
        self._tell()

    def _tell(self) -> None:
        async def tell() -> None:
            async with self._news:
                self._news.notify_all()

        task = asyncio.create_task(tell())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

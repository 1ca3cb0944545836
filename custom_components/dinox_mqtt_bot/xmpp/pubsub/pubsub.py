"""PubSub (XEP-0060): nodes are subscribed to, read and published on."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextvars import copy_context
import math
from typing import Any, Literal

from slixmpp import ClientXMPP, InvalidJID
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from ...bot.model.replies import BotError
from ...bot.pubsub.nodes import Item, ItemType, Node
from ..gate import Gate
from ..incoming import said_at
from ..session import Session
from ..text import body_bytes, wire_bytes
from .items import EVENT, PUBSUB, item_of, payload_of

type CreateTask = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]

type OnItem = Callable[[Node, Item | None, float], None]
"""Told of an item: its node; None without a payload; since when it was held up (XEP-0203, Unix time) or 0."""


def _ignore(*_: object) -> None:
    """Stand in for a listener nobody has set."""


class PubSub:
    """The nodes of PubSub services over the link's session of now.

    A subscription is one of the full JID: events go to the bot, whatever its priority, not to a person's
    clients in the account, and wait for the stream's resumption (XEP-0198). What is published without a
    session is not kept for it: whoever subscribes reads the items afterwards.
    """

    def __init__(self, gate: Gate, patience: float) -> None:
        self._gate = gate
        self._patience = patience
        self._session: Session | None = None
        self._context = copy_context()
        self._on_item: OnItem = _ignore
        self._on_gone: Callable[[Node], None] = _ignore
        self._on_session: Callable[[bool], None] = _ignore

    def serve(
        self,
        *,
        on_item: OnItem = _ignore,
        on_gone: Callable[[Node], None] = _ignore,
        on_session: Callable[[bool], None] = _ignore,
    ) -> None:
        """Tell of items, deleted nodes and sessions (if resumed), in the context of this call."""
        self._context = copy_context()
        self._on_item, self._on_gone, self._on_session = on_item, on_gone, on_session

    def follow(self, services: Iterable[str]) -> None:
        """Let events of exactly these services through; from all others they are a stranger's."""
        self._gate.services = frozenset(services)

    @property
    def connected(self) -> bool:
        """Whether there is a session."""
        return self._session is not None and not self._session.over.done()

    def attach(self, xmpp: ClientXMPP) -> None:
        """Hear the events of this client."""
        matcher = MatchXPath(f"{{{xmpp.default_ns}}}message/{EVENT}event")
        xmpp.register_handler(Callback("PubSub", matcher, self._receive))

    def begin(self, session: Session, *, resumed: bool) -> None:
        """Work in this session."""
        self._session = session
        self._notify(self._on_session, resumed)

    def end(self) -> None:
        """Work no more until the next session."""
        self._session = None

    async def subscribe(self, node: Node) -> None:
        """Be told what is published on a node. Raises BotError `pubsub_refused` or what `_ask` raises."""
        await self._ask(node, "set", "subscribe", lambda xmpp: {"jid": xmpp.boundjid.full})

    async def unsubscribe(self, node: Node) -> None:
        """Be told no more. Raises as `subscribe`."""
        await self._ask(node, "set", "unsubscribe", lambda xmpp: {"jid": xmpp.boundjid.full})

    async def items(self, node: Node, newest: int) -> list[Item]:
        """Return the newest items of a node, oldest first as Prosody gives them. Raises as `subscribe`."""
        answer = await self._ask(node, "get", "items", lambda _: {"max_items": newest})
        found = answer.xml.find(f"{PUBSUB}pubsub/{PUBSUB}items")
        items = (item_of(item) for item in found if item.tag == f"{PUBSUB}item") if found is not None else ()
        return [item for item in items if item is not None]

    async def publish(self, node: Node, kind: ItemType, text: str) -> None:
        """Publish an item, whose id the service chooses.

        Raises BotError `not_connected`, `publish_refused`, `payload_too_large` or `publish_timeout`.
        """
        session = self._open()
        limit, size = body_bytes(session.xmpp.limits.max_bytes), wire_bytes(text)
        if size > limit:
            raise BotError("payload_too_large", size=size, limit=limit)
        try:
            request = _request(session.xmpp, node, "set")
            request["pubsub"]["publish"]["node"] = node.name
            request["pubsub"]["publish"]["item"]["payload"] = payload_of(kind, text)
            await self._send(session, request)
        except IqError as error:
            raise BotError("publish_refused", reason=error.condition) from error
        except IqTimeout as error:
            raise BotError("publish_timeout") from error
        except InvalidJID as error:
            raise BotError("publish_refused", reason="bad_address") from error

    async def _ask(
        self,
        node: Node,
        kind: Literal["get", "set"],
        what: str,
        how: Callable[[ClientXMPP], dict[str, object]],
    ) -> Any:
        """Ask about a node; raises BotError `not_connected`, `pubsub_refused` or `pubsub_timeout`."""
        session = self._open()
        try:
            request = _request(session.xmpp, node, kind)
            request["pubsub"][what]["node"] = node.name
            for name, value in how(session.xmpp).items():
                request["pubsub"][what][name] = value
            return await self._send(session, request)
        except IqError as error:
            raise BotError("pubsub_refused", node=node.name, reason=error.condition) from error
        except IqTimeout as error:
            raise BotError("pubsub_timeout", node=node.name) from error
        except InvalidJID as error:
            raise BotError("pubsub_refused", node=node.name, reason="bad_address") from error

    def _open(self) -> Session:
        if self._session is None or self._session.over.done():
            raise BotError("not_connected")
        return self._session

    async def _send(self, session: Session, request: Any) -> Any:
        """Return the answer if the session lives. Raises IqError, IqTimeout, BotError `not_connected`."""
        answer = request.send(timeout=self._patience)
        try:
            await asyncio.wait({answer, session.over}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise BotError("not_connected")
            return answer.result()
        finally:
            answer.cancel()

    def _receive(self, message: Any) -> None:
        service = message["from"].bare
        event = message.xml.find(f"{EVENT}event")
        if service not in self._gate.services or event is None or message["type"] == "error":
            return
        for deleted in event.iterfind(f"{EVENT}delete"):
            self._notify(self._on_gone, Node(service, deleted.get("node", "")))
        stamp = said_at(message, math.inf)
        at = 0.0 if stamp == math.inf else stamp
        for items in event.iterfind(f"{EVENT}items"):
            node = Node(service, items.get("node", ""))
            for item in items.iterfind(f"{EVENT}item"):
                self._notify(self._on_item, node, item_of(item), at)

    def _notify[*A](self, listener: Callable[[*A], None], *args: *A) -> None:
        asyncio.get_running_loop().call_soon(listener, *args, context=self._context)


def _request(xmpp: ClientXMPP, node: Node, kind: Literal["get", "set"]) -> Any:
    """Return an IQ to the service of a node. Raises InvalidJID."""
    return xmpp.make_iq(ito=node.service, itype=kind)

"""A link on the bench: what it tells is written down, and can be waited for."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
import itertools
import ssl
from typing import Any

from aiomqtt import Client, Will as PeerWill

from custom_components.dinox_mqtt_bot.bot.model.message import Message, QoS
from custom_components.dinox_mqtt_bot.bot.model.status import LinkStatus, Phase
from custom_components.dinox_mqtt_bot.broker.link import BrokerLink
from custom_components.dinox_mqtt_bot.broker.settings import BrokerSettings

HOST = "127.0.0.1"
PATIENCE = 60.0

_names = itertools.count(1)

type Opener = Callable[..., Bench]


def run_blocking[T](job: Callable[[], T]) -> asyncio.Future[T]:
    """Run in a worker thread, as Home Assistant does."""
    return asyncio.get_running_loop().run_in_executor(None, job)


def create_task(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """Start a named task."""
    return asyncio.get_running_loop().create_task(work, name=name)


class Bench:
    """One link and everything it told. `keep` says whether received messages are acknowledged by the test."""

    def __init__(self, port: int, options: Mapping[str, Any]) -> None:
        settings = dict(options)
        tls: ssl.SSLContext | None = settings.pop("tls", None)
        held = settings.pop("held", ())
        self.keep = settings.pop("keep", False)
        settings.setdefault("client_id", f"link{next(_names)}")
        self.messages: list[Message] = []
        self.statuses: list[LinkStatus] = []
        self.ready = True
        self.fault: Exception | None = None
        self.stored_first: Exception | None = None
        self._changed = asyncio.Event()
        self.settings = BrokerSettings(settings.pop("host", HOST), port, **settings)
        self.link = BrokerLink(
            self.settings,
            loop=asyncio.get_running_loop(),
            tls=tls,
            run_blocking=run_blocking,
            create_task=create_task,
            ready=lambda: self.ready,
            held=held,
        )

    def start(self) -> None:
        self.link.start(on_message=self._on_message, on_status=self._on_status)

    def _on_message(self, message: Message) -> None:
        if self.fault is not None:
            raise self.fault
        self.messages.append(message)
        if self.stored_first is not None:
            fault, self.stored_first = self.stored_first, None
            raise fault
        if not self.keep:
            self.link.acknowledge([message])
        self._changed.set()

    def _on_status(self, status: LinkStatus) -> None:
        self.statuses.append(status)
        self._changed.set()

    @property
    def payloads(self) -> list[bytes]:
        return [message.payload for message in self.messages]

    async def until(self, happened: Callable[[], object]) -> None:
        """Wait until it has happened; only a failing test waits long."""
        async with asyncio.timeout(PATIENCE):
            while not happened():
                self._changed.clear()
                with_news = asyncio.create_task(self._changed.wait())
                await asyncio.wait([with_news], timeout=0.02)
                with_news.cancel()

    async def online(self) -> None:
        await self.until(lambda: self.link.status.phase is Phase.ONLINE)

    async def offline(self, reason: str) -> None:
        await self.until(
            lambda: self.link.status.phase is Phase.OFFLINE and self.link.status.reason == reason
        )

    async def received(self, count: int) -> None:
        await self.until(lambda: len(self.messages) >= count)

    async def subscribed(self, *filters: str, qos: QoS = QoS.AT_LEAST_ONCE) -> None:
        """Want these filters, and wait until the broker has answered."""
        self.link.want(dict.fromkeys(filters, qos))
        await self.settled()

    async def settled(self) -> None:
        """Wait until the broker has answered everything it was asked."""
        await self.online()
        await asyncio.sleep(0)
        await self.until(lambda: not self.link._wanted._pending)

    def cut(self) -> None:
        """Lose the connection, as by a broken cable."""
        client = self.link._login.client
        assert client is not None
        client._sock_close()
        client._lost(OSError("cut"))


class Peer(Client):
    """aiomqtt on the other side."""

    def __init__(self, port: int, **options: Any) -> None:
        will = options.pop("will", None)
        super().__init__(HOST, port, will=PeerWill(**will) if will else None, **options)

    async def hear(self, topic_filter: str, qos: int = 1) -> None:
        """Subscribe."""
        await self.subscribe(topic_filter, qos=qos)

    async def next(self) -> tuple[str, bytes]:
        """Return topic and payload of the next message."""
        async with asyncio.timeout(PATIENCE):
            async for message in self.messages:
                assert isinstance(message.payload, bytes)
                return str(message.topic), message.payload
        raise AssertionError

"""What the bot publishes of its own accord, one after the other, as soon as there is a connection."""

import asyncio
from dataclasses import dataclass
import logging

from ..bot.model.message import QoS
from ..bot.model.replies import BotError
from ..bot.ports import Broker
from ..hass.tasks import CreateTask

_LOGGER = logging.getLogger(__name__)

MOST_WAITING = 500
# After these the same may well succeed later.
_PASSING = frozenset({"not_connected", "publish_timeout"})


@dataclass(frozen=True, slots=True, eq=False)
class Publication:
    """One message to publish, with QoS 1. A retained one takes the place of what waits for the same topic."""

    topic: str
    payload: bytes
    retain: bool = False


class Publications:
    """Publishes in order; what finds no room and what the broker refuses is counted in `dropped`."""

    def __init__(self, broker: Broker, *, create_task: CreateTask) -> None:
        self.dropped = 0
        self._broker = broker
        self._create_task = create_task
        self._waiting: dict[object, Publication] = {}
        self._task: asyncio.Task[None] | None = None
        self._busy = self._closed = False

    def put(self, publication: Publication) -> None:
        """Publish something, now or when there is a connection (tell)."""
        key: object = publication.topic if publication.retain else publication
        if len(self._waiting) >= MOST_WAITING and key not in self._waiting:
            self._drop("there is no room for more")
        else:
            self._waiting[key] = publication
            self.begin()

    def waits_for(self, topic: str) -> bool:
        """Say whether a retained message on this topic is not published yet."""
        return topic in self._waiting

    def begin(self) -> None:
        """Publish what waits, if there is a connection."""
        online = self._broker.status.online
        if self._waiting and online and not self._busy and not self._closed:
            self._task = self._create_task(self._run(), "publish on mqtt")

    async def stop(self) -> None:
        """Publish nothing more from now on."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        self._busy = True
        try:
            while self._waiting:
                key, publication = next(iter(self._waiting.items()))
                if not await self._publish(publication):
                    return
                if self._waiting.get(key) is publication:
                    del self._waiting[key]
        finally:
            self._busy = False

    async def _publish(self, publication: Publication) -> bool:
        """Say whether that is done with."""
        try:
            await self._broker.publish(
                publication.topic, publication.payload, QoS.AT_LEAST_ONCE, publication.retain
            )
        except BotError as err:
            if err.key in _PASSING:
                return False
            self._drop(f"{publication.topic}: {err}")
        return True

    def _drop(self, why: str) -> None:
        self.dropped += 1
        if self.dropped == 1:
            _LOGGER.warning("The bot cannot tell everything on MQTT: %s", why)

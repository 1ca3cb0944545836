"""What is published for somebody."""

from ..model.message import Properties, QoS
from ..model.replies import BotError, Caller
from ..ports import Broker, Clock, History
from .echoes import Echoes, talk_with


class Publisher:
    """Publishes, and notes for whom: no news there when it comes back. `account`: own bare JID or empty."""

    def __init__(self, broker: Broker, history: History, clock: Clock, echoes: Echoes, account: str) -> None:
        self._broker = broker
        self._history = history
        self._clock = clock
        self._echoes = echoes
        self._account = account

    async def publish(
        self,
        topic: str,
        payload: bytes,
        qos: QoS,
        retain: bool,
        caller: Caller,
        *,
        room: str = "",
        properties: Properties | None = None,
    ) -> None:
        """Publish for a caller, in a `room`'s conversation if named; raises as `ports.Broker.publish`."""
        now = self._clock.now()
        talks = filter(None, (room, talk_with(self._account, caller.who)))
        noted = [talk for talk in talks if self._echoes.published(talk, topic, payload, now)]
        try:
            await self._broker.publish(topic, payload, qos, retain, properties=properties)
        except BotError:
            for talk in noted:
                self._echoes.not_published(talk, topic, payload, now)
            raise
        self._history.log_publish(topic, payload, f"{caller.surface}:{caller.who}", self._clock.now())

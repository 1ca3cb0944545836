"""What has been received and not yet acknowledged (MQTT 5 §4.3, §4.4)."""

from collections.abc import Iterable

from ..bot.model.message import Message

_PUBACK = b"\x40\x02"
_PUBREC = b"\x50\x02"
_PUBCOMP = b"\x70\x02"


class Receipts:
    """The receiving half of the session state.

    QoS 2 goes by method B (MQTT 5 §4.3.3): a message is delivered as it comes, its packet identifier kept
    until PUBREL against a second delivery. Identifiers whose PUBREC is out survive a lost connection with the
    broker's session; unacknowledged ones come again and are delivered again, as repeated.
    """

    def __init__(self) -> None:
        self.connection = 0
        self._waiting: dict[int, Message] = {}
        self._unreleased: set[int] = set()

    @property
    def waiting(self) -> int:
        """Messages of this connection that nobody has acknowledged yet."""
        return len(self._waiting)

    @property
    def messages(self) -> list[Message]:
        """Those messages, in the order in which they came."""
        return list(self._waiting.values())

    def begin(self, connection: int) -> None:
        """Start over with a new network connection."""
        self.connection = connection
        self._waiting.clear()

    def forget_session(self) -> None:
        """Forget the identifiers of a session that the broker does not have any more."""
        self._unreleased.clear()

    def receive(self, message: Message) -> bytes | None:
        """Note a message of QoS 1 or 2; None if it is to be delivered, else what to answer at once."""
        if message.qos == 2:
            if message.packet_id in self._unreleased:
                return self._acknowledge(2, message.packet_id)
            if message.packet_id in self._waiting:
                return b""
        self._waiting[message.packet_id] = message
        return None

    def acknowledge(self, messages: Iterable[Message]) -> bytes:
        """Return their PUBACK and PUBREC; none if sent or of a past connection: ids are reused."""
        return b"".join(
            [
                self._acknowledge(message.qos, message.packet_id)
                for message in messages
                if self._waiting.get(message.packet_id) is message
            ]
        )

    def refuse(self, qos: int, packet_id: int) -> bytes:
        """Return the acknowledgement of a packet that nobody wants to see; empty for QoS 0."""
        return self._acknowledge(qos, packet_id) if qos else b""

    def release(self, packet_id: int) -> bytes:
        """Take note of a PUBREL; return the PUBCOMP. An unknown identifier is that of an earlier run."""
        self._unreleased.discard(packet_id)
        return _PUBCOMP + packet_id.to_bytes(2)

    def _acknowledge(self, qos: int, packet_id: int) -> bytes:
        self._waiting.pop(packet_id, None)
        if qos == 1:
            return _PUBACK + packet_id.to_bytes(2)
        self._unreleased.add(packet_id)
        return _PUBREC + packet_id.to_bytes(2)

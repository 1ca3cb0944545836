"""What has to be known of stored messages without reading the disk."""

import sqlite3

from ..bot.model.bounded import Bounded
from ..bot.model.message import Message
from .damage import checked
from .table import HEARD, MAX_TOPICS, digest_of

# A broker repeats what it has in flight: at most its receive maximum, by default 20 (Mosquitto) to 100.
FINGERPRINTS = 1_000

_NOTHING = digest_of(b"")


class Recent:
    """Digests of each topic's last payload and of the newest messages with QoS > 0; the oldest go."""

    def __init__(self) -> None:
        self._digests = Bounded[str, int](MAX_TOPICS)
        self._fingerprints = Bounded[tuple[int, str, int], None](FINGERPRINTS)

    def load(self, connection: sqlite3.Connection) -> None:
        """Remember what an earlier run stored."""
        last = (
            f"SELECT topic, last_digest FROM topics WHERE last_digest IS NOT NULL AND {HEARD}"  # noqa: S608
            " ORDER BY last_seen DESC LIMIT ?"
        )
        for topic, digest in reversed(connection.execute(last, (MAX_TOPICS,)).fetchall()):
            self._digests.put(checked(topic, str), checked(digest, int))
        newest = (
            "SELECT packet_id, topic, payload_digest FROM messages JOIN topics ON topics.id = topic_id"  # noqa: S608
            f" WHERE qos > 0 AND {HEARD} ORDER BY messages.id DESC LIMIT ?"
        )
        for fingerprint in reversed(connection.execute(newest, (FINGERPRINTS,)).fetchall()):
            self._fingerprints.put(fingerprint, None)

    def unchanged(self, message: Message) -> bool:
        """Whether the topic's last payload was this; an older one may be news: a door closed again."""
        known = self._digests.get(message.topic)
        return known is not None and known == digest_of(message.payload)

    def cleared(self, message: Message) -> bool:
        """Whether an empty message takes away what its topic said last.

        A retained one that is cleared comes as any other does (MQTT 5 §3.3.1.3); only a bell, which never
        says anything else, is told from it by what came before.
        """
        if message.payload:
            return False
        known = self._digests.get(message.topic)
        return message.retain or (known is not None and known != _NOTHING)

    def known(self, message: Message) -> bool:
        return (message.packet_id, message.topic, digest_of(message.payload)) in self._fingerprints

    def learn(self, message: Message) -> tuple[int, bool]:
        """Remember the message; return its digest, and whether it is a redelivery of a known one."""
        topic, digest = message.topic, digest_of(message.payload)
        self._digests.put(topic, digest)
        if not message.qos:
            return digest, False
        fingerprint = (message.packet_id, topic, digest)
        repeated = message.repeated and fingerprint in self._fingerprints
        self._fingerprints.put(fingerprint, None)
        return digest, repeated

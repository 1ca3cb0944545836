"""What keeps bridges from circles: marks on what they publish, and a memory where marks get lost."""

from collections import deque
from collections.abc import Callable, Hashable, Sized
from hashlib import blake2b

from ..model.bounded import Bounded
from ..model.message import Message
from ..model.rules import Bridge

MARK = "dinox-bridge"
"""MQTT 5 user property of what a bridge publishes: `<bot>/<conversation>`."""

ECHO_SECONDS = 30.0
QUICK = 3.0
MOST_ALIKE = 100
"""How often the same may be said at once before it looks like a circle: questions share answers."""

MOST_KEPT = 2_000
MOST_EACH = 200
"""How often one thing can be taken: what says the same by the thousand must not make each message dearer."""

MOST_HASHED = 65_536
"""Bytes of a payload that count, beside its length: nobody types more, pictures have megabytes."""


def conversation(own: str, bridge: Bridge) -> str:
    """Return what a bridge's conversation is called: the same for both bots that it may lie between."""
    return _talk(*([bridge.to] if bridge.room else sorted((own, bridge.to))))


def talk_with(own: str, jid: str) -> str:
    """Return what the conversation of two accounts is called."""
    return _talk(*sorted((own, jid)))


def _talk(*parties: str) -> str:
    return blake2b("\n".join(parties).encode(), digest_size=8).hexdigest()


def marked(bot_id: str, talk: str) -> tuple[tuple[str, str], ...]:
    """Return the user properties that tell from which conversation something comes."""
    return ((MARK, f"{bot_id}/{talk}"),)


class Tokens:
    """A bounded multiset that forgets: what was put can be taken as often, for half a minute."""

    def __init__(self) -> None:
        self._kept = Bounded[Hashable, deque[float]](MOST_KEPT)

    def put(self, key: Hashable, now: float) -> None:
        kept = self._living(key, now)
        kept.append(now)
        self._kept.put(key, kept)

    def has(self, key: Hashable, now: float) -> bool:
        return any(_fresh(at, now) for at in self._kept.get(key, ()))

    def take(self, key: Hashable, now: float) -> bool:
        """Take `key` if it was put."""
        kept = self._living(key, now)
        if not kept:
            return False
        kept.popleft()
        if kept:
            self._kept[key] = kept
        return True

    def _living(self, key: Hashable, now: float) -> deque[float]:
        """Take out what of a key can be taken still, oldest first."""
        kept = self._kept.pop(key, None) or deque(maxlen=MOST_EACH)
        while kept and not _fresh(kept[0], now):
            kept.popleft()
        return kept


def _fresh(at: float, now: float) -> bool:
    return abs(now - at) <= ECHO_SECONDS


def _digest(payload: str | bytes) -> bytes:
    # A lone surrogate must not raise here either.
    said = payload if isinstance(payload, bytes) else payload.encode("utf-8", "replace")
    digest = blake2b(said[:MOST_HASHED])
    digest.update(len(said).to_bytes(8))
    return digest.digest()


class Echoes:
    """Knows what comes back: said in a conversation (see `conversation`), or brought there by MQTT."""

    def __init__(self) -> None:
        self._published = Tokens()
        self._said = Tokens()
        self._told = Tokens()
        self._alike = Bounded[tuple[str, str, bytes], tuple[int, float]](MOST_KEPT)
        self._marked_at = -ECHO_SECONDS
        self._carried: Callable[[str], Sized] = lambda topic: topic

    def follow(self, carried: Callable[[str], Sized]) -> None:
        """Know by what to find out whether a bridge carries a topic: nothing else comes back."""
        self._carried = carried

    def published(self, talk: str, topic: str, payload: bytes, now: float) -> bool:
        """Know that this is published for somebody of a conversation; say whether it will come back, once."""
        if not self._carried(topic):
            return False
        self._published.put((talk, topic, _digest(payload)), now)
        return True

    def not_published(self, talk: str, topic: str, payload: bytes, now: float) -> None:
        self._published.take((talk, topic, _digest(payload)), now)

    def came_back(self, talk: str, message: Message, now: float) -> bool:
        """Say whether a message comes from this conversation: marked, published for it, or told there."""
        marks = [value for name, value in message.properties.user if name == MARK]
        if marks:
            self._marked_at = now
        digest = _digest(message.payload)
        # Also where a mark tells it: the same payload of somebody else must not be taken for it later.
        mine = self._published.take((talk, message.topic, digest), now)
        from_there = any(mark.rpartition("/")[2] == talk for mark in marks)
        return mine or from_there or self._told.has((talk, digest), now)

    def note_said(self, talk: str, topic: str, text: str, payload: bytes, now: float) -> bool:
        """Note what is about to be said; say whether it may circle.

        Where no marks come lately, a circle looks like somebody who says the same again and again at once.
        """
        digest, carried = _digest(text), _digest(payload)
        for each in {digest, carried}:
            self._said.put((talk, topic, each), now)
        if digest != carried:
            self._told.put((talk, digest), now)
        count, at = self._alike.get((talk, topic, digest), (0, now))
        count = count + 1 if abs(now - at) <= QUICK else 1
        self._alike.put((talk, topic, digest), (count, now))
        return count > MOST_ALIKE and not _fresh(self._marked_at, now)

    def note_told(self, talk: str, text: str, now: float) -> None:
        """Know that many messages were told there as this text."""
        self._told.put((talk, _digest(text)), now)

    def is_said_back(self, talk: str, topic: str, text: str, now: float) -> bool:
        """Say whether a text that is to be published on a topic has just been carried from there."""
        return self._said.take((talk, topic, _digest(text)), now)

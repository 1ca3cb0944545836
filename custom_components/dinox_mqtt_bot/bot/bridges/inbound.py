"""From the conversation to the topic: what contacts say is published."""

from ..delivery.echoes import Echoes, conversation, marked
from ..delivery.publisher import Publisher
from ..model.message import Properties
from ..model.replies import BotError, Caller, Surface
from ..model.rules import Bridge, Contact, Direction, RuleSet
from ..model.utterance import LONGEST_TEXT, Utterance
from ..ports import Clock
from .texts import open_bridges

FAILURE_EVERY = 60.0


class Inbound:
    """Publishes what is said wherever a bridge carries it to a topic."""

    def __init__(self, publisher: Publisher, echoes: Echoes, clock: Clock, bot_id: str, account: str) -> None:
        self._publisher = publisher
        self._echoes = echoes
        self._clock = clock
        self._bot_id = bot_id
        self._account = account
        self._open: tuple[Bridge, ...] = ()
        self._failures: dict[str, tuple[str, float]] = {}

    def apply(self, rules: RuleSet) -> None:
        self._open = open_bridges(rules)

    async def hear(self, utterance: Utterance, contact: Contact) -> bool:
        """Publish what was said wherever a bridge carries it to; say whether one does.

        Raises BotError `not_allowed_text` in a chat, seldom twice (a bot may carry it back), `text_too_long`,
        or as publishing does.
        """
        bridges = [bridge for bridge in self._open if _hears(bridge, utterance)]
        try:
            allowed = _allowed(bridges, contact, utterance)
            for topic, bridge in {topic_of(each, self._bot_id): each for each in reversed(allowed)}.items():
                await self._publish(bridge, topic, utterance.text, contact)
        except BotError as error:
            if self._is_new(error, utterance):
                raise
        return bool(bridges)

    async def _publish(self, bridge: Bridge, topic: str, text: str, contact: Contact) -> None:
        talk, now = conversation(self._account, bridge), self._clock.now()
        if self._echoes.is_said_back(talk, topic, text, now):
            return
        properties = Properties(user=marked(self._bot_id, talk))
        caller = Caller(Surface.CHAT, contact.jid, contact.role)
        payload = text.encode(errors="replace")
        room = talk if bridge.room else ""
        await self._publisher.publish(
            topic, payload, bridge.qos, bridge.retain, caller, room=room, properties=properties
        )

    def _is_new(self, error: BotError, utterance: Utterance) -> bool:
        """Say whether an error was not told in the same conversation within the last minute."""
        where, now = utterance.room or utterance.jid, self._clock.now()
        before, at = self._failures.get(where, ("", 0.0))
        if before == error.key and 0 <= now - at < FAILURE_EVERY:
            return False
        self._failures[where] = error.key, now
        return True


def topic_of(bridge: Bridge, bot_id: str) -> str:
    """Return where a bridge publishes what it hears."""
    if bridge.topic:
        return bridge.topic
    if bridge.direction is Direction.IN and bridge.filter and not {"+", "#"} & set(bridge.filter):
        return bridge.filter
    local = bridge.to.partition("@")[0].replace("+", "_").replace("#", "_")
    return f"dinox/bridge/{bot_id}/{local}"


def _allowed(bridges: list[Bridge], contact: Contact, utterance: Utterance) -> list[Bridge]:
    """Return the bridges a contact may use.

    Raises BotError `not_allowed_text`, but not in a room, or `text_too_long`.
    """
    allowed = [bridge for bridge in bridges if contact.role >= bridge.role]
    if bridges and not allowed and not utterance.room:
        raise BotError("not_allowed_text", role=min(bridge.role for bridge in bridges).word)
    if allowed and len(utterance.text) > LONGEST_TEXT:
        raise BotError("text_too_long", most=LONGEST_TEXT)
    return allowed


def _hears(bridge: Bridge, utterance: Utterance) -> bool:
    where = utterance.room if bridge.room else utterance.jid
    return (
        bridge.direction is not Direction.OUT and bridge.to == where and bridge.room == bool(utterance.room)
    )

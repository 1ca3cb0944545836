"""Bridges: what comes in on a topic is said to a contact or in a room, what is said there is published."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
import logging
from typing import TYPE_CHECKING

from ..delivery.uploads import File, named, notice_of
from ..model.caller import Caller, Surface
from ..model.errors import BotError
from ..model.history import Past
from ..model.message import Message, Properties
from ..model.reading import Kind, Reading
from ..model.rules import Bridge, Contact, Direction, Display, Format, Priority, RuleSet, Subscription
from ..model.status import Phase
from ..model.subscriptions import Subscriptions
from ..model.timers import NEVER
from ..model.topics import Filters
from ..model.utterance import Utterance
from ..rendering.readings import render_value
from ..rendering.replies import render_error
from .echoes import Echoes, conversation, marked, talk_with
from .flow import Flow
from .texts import bridge_text, gathered_text, link_in

if TYPE_CHECKING:
    from ..bot import Bot

_LOGGER = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds that the same text, said again and again, is gathered before it is told once more."""

FAILURE_EVERY = 60.0
CHUNK = 200
"""Messages that are read again at once; the event loop gets its turn in between."""

KEPT = "bridge/"
"""Before a bridge's id: since when (Unix time) something of it waits, kept over restarts."""


class Bridges:
    """The bridges of a bot.

    Each bridge keeps the order of what it carries. Beyond its messages a minute, and while the XMPP server is away,
    it gathers the newest of each topic to be told as one; a bridge without such a limit carries answers to questions:
    they are said one by one, nothing holds them back. What waits is read again from the history after a kill.
    """

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._all: tuple[Bridge, ...] = ()
        self._open: tuple[Bridge, ...] = ()
        self._by_topic = Filters[tuple[Bridge, ...]]()
        self._talks: dict[str, str] = {}
        self._flows: dict[str, Flow] = {}
        self._echoes = Echoes()
        self._rooms: Mapping[str, str] = {}
        self._failures: dict[str, tuple[str, float]] = {}

    @property
    def all(self) -> tuple[Bridge, ...]:
        """The bridges, those that are off too."""
        return self._all

    @property
    def due_at(self) -> float:
        """When `tick` has something to do; infinity for never."""
        if not self._online:
            return NEVER
        return min((flow.due_at for flow in self._flows.values()), default=NEVER)

    def waiting(self, bridge: Bridge) -> int:
        """Return of how many topics something waits."""
        return len(self._flows[bridge.id]) if bridge.id in self._flows else 0

    def apply(self, rules: RuleSet) -> None:
        """Take over other rules. What waits for a bridge that is gone or changed is said before."""
        contacts = {contact.jid for contact in rules.contacts}
        opened = tuple(each for each in rules.bridges if each.enabled and (each.room or each.to in contacts))
        for bridge in self._open:
            if bridge not in opened:
                self._tell(bridge)
        self._all, self._open = rules.bridges, opened
        own = self._bot.connection.get("account", "")
        self._talks = {each.id: conversation(own, each) for each in self._open}
        flows, self._flows = self._flows, {}
        by_filter: dict[str, tuple[Bridge, ...]] = {}
        for bridge in self._outgoing:
            by_filter[bridge.filter] = (*by_filter.get(bridge.filter, ()), bridge)
            self._flows[bridge.id] = flow = flows.get(bridge.id) or Flow(bridge.per_minute)
            flow.per_minute = bridge.per_minute
        self._by_topic = Filters(by_filter)
        rooms = {each.to: each.nick or self._bot.name for each in self._open if each.room}
        if rooms != self._rooms:
            self._rooms = rooms
            self._bot.ports.chat.join(rooms)

    def listened_for(self, subscriptions: Subscriptions) -> Iterator[Subscription]:
        """Yield what only bridges want to hear: it goes into the history, and nobody else is told of it."""
        for bridge in self._outgoing:
            if subscriptions.covering(bridge.filter) is None:
                yield Subscription(bridge.filter, priority=Priority.SILENT, display=Display.SILENT)

    @property
    def _outgoing(self) -> list[Bridge]:
        return [bridge for bridge in self._open if bridge.direction is not Direction.IN]

    @property
    def _online(self) -> bool:
        return self._bot.ports.chat.status.phase is Phase.ONLINE

    # From the topic to the conversation.

    def carry(self, reading: Reading, subscription: Subscription, now: float) -> None:
        """Say what came in wherever a bridge carries it; of overlapping bridges to one place the most specific does."""
        met: set[str] = set()
        came_back: dict[str, bool] = {}
        for bridges in self._by_topic.find(reading.message.topic):
            for bridge in bridges:
                talk = self._talks[bridge.id]
                if talk not in came_back:
                    came_back[talk] = self._echoes.came_back(talk, reading.message, now)
                if talk not in met and not came_back[talk]:
                    self._carry(bridge, reading, subscription, now)
            met |= {self._talks[bridge.id] for bridge in bridges}

    def _carry(self, bridge: Bridge, reading: Reading, subscription: Subscription, now: float) -> None:
        flow, message = self._flows[bridge.id], reading.message
        text = bridge_text(bridge, reading, subscription, self._bot.ports.phrases, self._bot.moment)
        circles = self._echoes.said(self._talks[bridge.id], message.topic, text, message.payload, now)
        away = bridge.per_minute and not self._online
        if not circles and not away and flow.may_pass(now):
            self._say(bridge, reading, text)
            return
        if not flow:
            # Of what was received at the same time something may be told twice after a kill, nothing is left out.
            self._bot.ports.memory.set(f"{KEPT}{bridge.id}", repr(message.received))
        flow.gather(reading, subscription, now + PATIENCE if circles else now)
        self._wake()

    def _say(self, bridge: Bridge, reading: Reading, text: str) -> None:
        link = link_in(bridge, reading)
        if link:
            self._put(bridge, link, file=True)
            return
        as_file = bridge.format is Format.FILE and bool(reading.message.payload)
        if not as_file:
            self._put(bridge, text)
        if as_file or reading.kind is Kind.BINARY:
            self._attach(bridge, reading)

    def _attach(self, bridge: Bridge, reading: Reading) -> None:
        """Upload a payload; if that fails, say what it is."""
        phrases = self._bot.ports.phrases

        def failed(error: BotError) -> None:
            what = f"{reading.name}: {render_value(reading, phrases)}"
            reason = render_error(error, phrases)
            self._put(bridge, phrases.phrase("common.bridge_no_file", what=what, reason=reason))

        done = partial(self._put, bridge, file=True)
        self._bot.files.send(File(*named(reading), reading.message.payload, done, failed))

    def _put(self, bridge: Bridge, text: str, *, file: bool = False) -> None:
        """Hand a notice to the outbox. A room sleeps never; nor does who waits for an answer."""
        notice = notice_of(self._bot, bridge.to, text, room=bridge.room, file=file)
        if bridge.room or not bridge.per_minute:
            self._bot.ports.outbox.put(notice)
        else:
            self._bot.put([notice])

    def _wake(self) -> None:
        if self.due_at < NEVER:
            self._bot.ports.clock.wake(self.due_at)

    def tick(self, now: float) -> None:
        """Say what was gathered, if the time has come."""
        if self._online:
            for bridge in self._outgoing:
                if self._flows[bridge.id].is_due(now):
                    self._tell(bridge)

    def _tell(self, bridge: Bridge) -> None:
        """Say what was gathered for a bridge as one text; pictures among it as files."""
        flow = self._flows.get(bridge.id)
        if not flow:
            return
        ports = self._bot.ports
        now = ports.clock.now()
        gathered, unlisted = flow.release(now)
        text = gathered_text(bridge, gathered, unlisted, ports.phrases, self._bot.moment)
        self._echoes.told(self._talks[bridge.id], text, now)
        self._put(bridge, text)
        for one in gathered:
            if one.reading.kind is Kind.BINARY:
                self._attach(bridge, one.reading)
        ports.memory.set(f"{KEPT}{bridge.id}", "")

    async def resume(self) -> None:
        """Gather again what an earlier run was killed with; before anything new comes in."""
        ports = self._bot.ports
        for bridge in self._outgoing:
            since = ports.memory.get(f"{KEPT}{bridge.id}")
            try:
                if since:
                    await self._read_again(bridge, float(since))
            except BotError as err:
                _LOGGER.warning("What waits for a bridge cannot be read: %s", err)
                return
        self._wake()

    async def _read_again(self, bridge: Bridge, since: float) -> None:
        """Gather all there is since then: the newest of each topic is what counts. Raises BotError."""
        after = 0
        while rows := await self._bot.ports.history.past(bridge.filter, since, after, CHUNK):
            for row in rows:
                self._gather_again(bridge, row)
            after = rows[-1].id

    def _gather_again(self, bridge: Bridge, row: Past) -> None:
        message = Message(row.topic, row.payload.encode(), retain=row.retain, received=row.time)
        subscription = self._bot.subscriptions.best(row.topic) or Subscription(bridge.filter)
        self._flows[bridge.id].gather(self._bot.readings.read(message, subscription), subscription)

    def close(self) -> None:
        """Hand to the outbox what waits."""
        for bridge in self._outgoing:
            self._tell(bridge)

    # From the conversation to the topic.

    async def hear(self, utterance: Utterance, contact: Contact) -> bool:
        """Publish what was said wherever a bridge carries it to; say whether one does.

        Raises BotError `not_allowed_text` in a chat, or what publishing raises; the same seldom, because the one who is
        told may be a bot that carries it back.
        """
        bridges = [bridge for bridge in self._open if _hears(bridge, utterance)]
        try:
            allowed = _allowed(bridges, contact, utterance)
            for topic, bridge in {self.topic(each): each for each in reversed(allowed)}.items():
                await self._publish(bridge, topic, utterance.text, contact)
        except BotError as error:
            if self._is_new(error, utterance):
                raise
        return bool(bridges)

    def topic(self, bridge: Bridge) -> str:
        """Return where a bridge publishes what it hears."""
        if bridge.topic:
            return bridge.topic
        if bridge.direction is Direction.IN and bridge.filter and not {"+", "#"} & set(bridge.filter):
            return bridge.filter
        local = bridge.to.partition("@")[0].replace("+", "_").replace("#", "_")
        return f"dinox/bridge/{self._bot.id}/{local}"

    async def _publish(self, bridge: Bridge, topic: str, text: str, contact: Contact) -> None:
        talk, now = self._talks[bridge.id], self._bot.ports.clock.now()
        if self._echoes.is_said_back(talk, topic, text, now):
            return
        properties = Properties(user=marked(self._bot.id, talk))
        caller = Caller(Surface.CHAT, contact.jid, contact.role)
        payload = text.encode(errors="replace")
        # `Bot.publish` knows by itself that what a contact publishes comes back to its chat.
        with self.echoing(topic, payload, talk) if bridge.room else nullcontext():
            await self._bot.publish(topic, payload, bridge.qos, bridge.retain, caller, properties=properties)

    @contextmanager
    def echoing(self, topic: str, payload: bytes, talk: str) -> Iterator[None]:
        """Know that what is published meanwhile comes back, and is no news in the conversation it comes from."""
        carried = bool(self._by_topic.find(topic))
        now = self._bot.ports.clock.now()
        if carried:
            self._echoes.published(talk, topic, payload, now)
        try:
            yield
        except BotError:
            if carried:
                self._echoes.not_published(talk, topic, payload, now)
            raise

    def talk_with(self, jid: str) -> str:
        """Return what the conversation with a contact is called."""
        return talk_with(self._bot.connection.get("account", ""), jid)

    def _is_new(self, error: BotError, utterance: Utterance) -> bool:
        """Say whether an error was not told in the same conversation within the last minute."""
        where, now = utterance.room or utterance.jid, self._bot.ports.clock.now()
        before, at = self._failures.get(where, ("", 0.0))
        if before == error.key and 0 <= now - at < FAILURE_EVERY:
            return False
        self._failures[where] = error.key, now
        return True


def _allowed(bridges: list[Bridge], contact: Contact, utterance: Utterance) -> list[Bridge]:
    """Return the bridges that a contact may use. Raises BotError `not_allowed_text`; a room need not hear of it."""
    allowed = [bridge for bridge in bridges if contact.role >= bridge.role]
    if bridges and not allowed and not utterance.room:
        raise BotError("not_allowed_text", role=min(bridge.role for bridge in bridges).word)
    return allowed


def _hears(bridge: Bridge, utterance: Utterance) -> bool:
    where = utterance.room if bridge.room else utterance.jid
    return (
        bridge.direction is not Direction.OUT and bridge.to == where and bridge.room == bool(utterance.room)
    )

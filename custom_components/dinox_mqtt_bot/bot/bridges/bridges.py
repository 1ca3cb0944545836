"""Bridges: what comes in on a topic is said to a contact or in a room, what is said there is published."""

from collections.abc import Callable, Iterator
import logging

from ..delivery.echoes import Echoes, conversation
from ..model.jid import shares_server
from ..model.message import Message, Reading
from ..model.replies import BotError
from ..model.rules import Bridge, Direction, Display, Priority, RuleSet, Subscription
from ..model.timers import NEVER
from ..model.topics import Filters, Subscriptions
from ..ports import Ports, When
from .flow import Flow, Kept, Places
from .inbound import topic_of
from .texts import Carrier, bridge_text, carried, gathered_text, open_bridges

_LOGGER = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds that the same text, said again and again, is gathered before it is told once more."""

CHUNK = 200
"""Messages that are read again at once; the event loop gets its turn in between."""

KEPT = "bridge/"
"""Before a bridge's id: what waits of it (see `Kept`), kept over restarts."""


class Bridges:
    """The bridges of a bot, each keeping the order of what it carries.

    Past its limit a minute, and while the XMPP server is away, one gathers the newest of each topic to tell
    as one; without a limit it carries answers, singly and unhindered. After a kill it reads the history
    again.
    """

    def __init__(
        self,
        ports: Ports,
        read: Callable[[Message, Subscription], Reading],
        carrier: Carrier,
        echoes: Echoes,
        when: When,
        *,
        bot_id: str,
        account: str,
    ) -> None:
        self._ports = ports
        self._read = read
        self._carrier = carrier
        self._echoes = echoes
        self._when = when
        self._bot_id = bot_id
        self._account = account
        self._subscriptions = Subscriptions()
        self._all: tuple[Bridge, ...] = ()
        self._open: tuple[Bridge, ...] = ()
        self._by_topic = Filters[tuple[Bridge, ...]]()
        self._talks: dict[str, str] = {}
        self._flows: dict[str, Flow] = {}

    @property
    def all(self) -> tuple[Bridge, ...]:
        """The bridges, those that are off too."""
        return self._all

    @property
    def due_at(self) -> float:
        if not self._online:
            return NEVER
        return min((flow.due_at for flow in self._flows.values()), default=NEVER)

    def waiting(self, bridge: Bridge) -> int:
        """Return of how many topics something waits."""
        return len(self._flows[bridge.id]) if bridge.id in self._flows else 0

    def apply(self, rules: RuleSet, subscriptions: Subscriptions) -> None:
        """Take over other rules. What waits for a bridge that is gone or changed is said before."""
        self._subscriptions = subscriptions
        opened = open_bridges(rules)
        for bridge in self._open:
            if bridge not in opened:
                self._say_gathered(bridge)
        self._all, self._open = rules.bridges, opened
        self._talks = {each.id: conversation(self._account, each) for each in self._open}
        flows, self._flows = self._flows, {}
        by_filter: dict[str, tuple[Bridge, ...]] = {}
        for bridge in self._outbound:
            by_filter[bridge.filter] = (*by_filter.get(bridge.filter, ()), bridge)
            self._flows[bridge.id] = flow = flows.get(bridge.id) or Flow(bridge.per_minute)
            flow.per_minute = bridge.per_minute
        self._by_topic = Filters(by_filter)
        self._echoes.follow(self._by_topic.find)

    def trusts(self, room: str) -> bool:
        """Say whether a room is believed who speaks in it: the own server's rooms are, others if told so."""
        told = any(bridge.trusted for bridge in self._open if bridge.to == room)
        return told or shares_server(room, self._account)

    def listened_for(self, subscriptions: Subscriptions) -> Iterator[Subscription]:
        """Yield what only bridges want to hear: it goes into the history, and nobody else is told of it."""
        for bridge in self._outbound:
            if subscriptions.covering(bridge.filter) is None:
                yield Subscription(bridge.filter, priority=Priority.SILENT, display=Display.SILENT)

    def topic(self, bridge: Bridge) -> str:
        return topic_of(bridge, self._bot_id)

    @property
    def _outbound(self) -> list[Bridge]:
        return [bridge for bridge in self._open if bridge.direction is not Direction.IN]

    @property
    def _online(self) -> bool:
        return self._ports.chat.status.online

    def carry(
        self, reading: Reading, subscription: Subscription, now: float, *, cleared: bool = False
    ) -> None:
        """Say what came in wherever a bridge carries it; of several to one place the most specific does.

        That a topic was `cleared` is no news.
        """
        met: set[str] = set()
        came_back: dict[str, bool] = {}
        for bridges in self._by_topic.find(reading.message.topic):
            for bridge in bridges:
                talk = self._talks[bridge.id]
                if talk not in came_back:
                    came_back[talk] = self._echoes.came_back(talk, reading.message, now)
                if talk not in met and (cleared or came_back[talk]):
                    self._pass_by(bridge, reading.message)
                elif talk not in met:
                    self._carry(bridge, reading, subscription, now)
            met |= {self._talks[bridge.id] for bridge in bridges}

    def _carry(self, bridge: Bridge, reading: Reading, subscription: Subscription, now: float) -> None:
        flow, message = self._flows[bridge.id], reading.message
        text = bridge_text(bridge, reading, subscription, self._carrier.speech(bridge.to), self._when)
        circles = self._echoes.note_said(self._talks[bridge.id], message.topic, text, message.payload, now)
        away = bridge.per_minute and not self._online
        if not circles and not away and flow.may_pass(now):
            flow.meet(message, waits=False)
            self._carrier.say(bridge, reading, text)
            return
        flow.meet(message, waits=True)
        if not flow:
            self._keep(bridge, flow.kept)
        later = carried(bridge, reading, subscription, self._carrier.speech(bridge.to), text)
        flow.gather(later, now + PATIENCE if circles else now)
        self._wake()

    def _pass_by(self, bridge: Bridge, message: Message) -> None:
        """Know also after a kill that what comes back is not to be said."""
        flow = self._flows[bridge.id]
        flow.meet(message, waits=False)
        if flow:
            self._keep(bridge, flow.kept)

    def _keep(self, bridge: Bridge, kept: Kept) -> None:
        self._ports.memory.set(f"{KEPT}{bridge.id}", kept.dump())

    def _wake(self) -> None:
        if self.due_at < NEVER:
            self._ports.clock.wake(self.due_at)

    def tick(self, now: float) -> None:
        if self._online:
            for bridge in self._outbound:
                if self._flows[bridge.id].is_due(now):
                    self._say_gathered(bridge)

    def _say_gathered(self, bridge: Bridge) -> None:
        """Say what was gathered for a bridge as one text; pictures among it as files."""
        flow = self._flows.get(bridge.id)
        if not flow:
            return
        ports = self._ports
        now = ports.clock.now()
        gathered, unlisted = flow.release(now)
        text = gathered_text(bridge, gathered, unlisted, self._carrier.speech(bridge.to))
        self._echoes.note_told(self._talks[bridge.id], text, now)
        self._carrier.put(bridge, text)
        for one in gathered:
            if one.newest.file is not None:
                self._carrier.attach(bridge, one.newest.file)
        ports.memory.set(f"{KEPT}{bridge.id}", "")

    async def resume(self) -> None:
        """Gather again what an earlier run was killed with; before anything new comes in."""
        ports = self._ports
        for bridge in self._outbound:
            kept = ports.memory.get(f"{KEPT}{bridge.id}")
            try:
                if kept:
                    await self._read_again(bridge, Kept.load(kept))
            except (BotError, ValueError) as err:
                _LOGGER.warning("What waits for a bridge cannot be read: %s", err)
        self._wake()

    async def _read_again(self, bridge: Bridge, kept: Kept) -> None:
        """Gather all it carried since then: the newest of each topic is what counts. Raises BotError."""
        flow, passed, places, after = self._flows[bridge.id], kept.passed, Places(), 0
        phrases = self._carrier.speech(bridge.to)
        flow.kept = kept
        while rows := await self._ports.history.past(bridge.filter, kept.since, after, CHUNK):
            for row in rows:
                if places.next(row.time, row.topic) not in passed and self._carries(bridge, row.topic):
                    message = Message(row.topic, row.payload.encode(), retain=row.retain, received=row.time)
                    subscription = self._subscriptions.best(row.topic) or Subscription(bridge.filter)
                    reading = self._read(message, subscription)
                    text = bridge_text(bridge, reading, subscription, phrases, self._when)
                    flow.gather(carried(bridge, reading, subscription, phrases, text))
            after = rows[-1].id
        if not flow:
            self._ports.memory.set(f"{KEPT}{bridge.id}", "")

    def _carries(self, bridge: Bridge, topic: str) -> bool:
        """Say whether none of the bridges to the same place is more specific about a topic than this one."""
        talk = self._talks[bridge.id]
        groups = self._by_topic.find(topic)
        return bridge in next((each for each in groups if talk in {self._talks[one.id] for one in each}), ())

    def close(self) -> None:
        """Hand to the outbox what waits."""
        for bridge in self._outbound:
            self._say_gathered(bridge)

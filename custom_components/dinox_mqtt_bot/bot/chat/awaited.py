"""What devices make of what they were told: their answer is said once, or that there is none yet."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..delivery.outgoing import Outgoing
from ..discovery.devices import Devices
from ..discovery.entities import Entity
from ..discovery.entity_state import state_text
from ..discovery.set_request import Wish
from ..model.bounded import Bounded
from ..model.message import Message, QoS
from ..model.replies import Amount, Text
from ..model.rules import Priority, Subscription
from ..model.timers import NEVER
from ..model.topics import covers, fold
from ..ports import Phrases, Ports
from ..rendering.replies import render_reply
from .conversation import Conversation

PATIENCE = 4.5
"""Seconds in which a device answers; within five it is told."""

_ECHO_SECONDS = 10.0
_MOST_OWN, _MOST_WAITED = 500, 100
_MOST_NAMES = 10
_STEM = 4
"""Letters that a word and what comes of it have in common: `close` and `closing`."""

type _Key = tuple[str, str]
"""Whom to tell, and in which room."""


@dataclass(frozen=True, slots=True)
class _Waited:
    """One entity that was told something, what its state was before, and whether it has spoken since."""

    wish: Wish
    before: str
    heard: bool = False
    state: str = ""

    @property
    def entity(self) -> Entity:
        return self.wish.entity

    @property
    def answered(self) -> bool:
        """Whether what it has said since is an answer, and not what it says all the time."""
        if not self.heard or not self.state:
            return False
        if self.wish.control.palette is not None or _says(self.state, self.wish.value.said):
            return True
        return self.wish.value.number is None and self.state != self.before


@dataclass(slots=True)
class _Question:
    until: float
    every: list[_Waited] = field(default_factory=list)


class Awaited:
    """Waits for the answers of devices, and knows which messages are commands of its own.

    `wanted` are the filters that are subscribed to: of what is on no such topic nothing can be heard.
    """

    def __init__(
        self,
        ports: Ports,
        devices: Devices,
        outgoing: Outgoing,
        conversation: Conversation,
        wanted: Callable[[], Mapping[str, QoS]],
    ) -> None:
        self._templates = ports.templates
        self._clock = ports.clock
        self._devices = devices
        self._outgoing = outgoing
        self._wanted = wanted
        self._conversation = conversation
        self._questions: dict[_Key, _Question] = {}
        self._topics: dict[str, set[_Key]] = {}
        self._own = Bounded[tuple[str, bytes], float](_MOST_OWN)
        self._heard: set[_Key] = set()
        devices.tell = self.hear

    # Commands of its own.

    def sent(self, topic: str, payload: bytes, now: float) -> None:
        """Know that this was published: it is no news when it comes back."""
        self._own.put((topic, payload), now)

    def takes(self, message: Message, subscription: Subscription, now: float) -> bool:
        """Say whether a message needs no telling: a command of its own, or an answer that is told as such."""
        if subscription.priority >= Priority.ALERT:
            return False
        at = self._own.get((message.topic, message.payload)) if self._own else None
        if at is not None and abs(now - at) <= _ECHO_SECONDS:
            return True
        asked = {to for to, room in self._topics.get(message.topic, ()) if not room}
        return bool(asked) and asked.issuperset(self._conversation.contacts)

    # Answers of devices.

    def expect(self, to: str, room: str, wishes: Iterable[Wish], now: float) -> bool:
        """Wait for what devices say to what they are about to be told; say whether any can be heard."""
        key = to, room
        self._forget(key)
        filters = self._wanted()
        every = [
            _Waited(wish, self._state(wish.entity)) for wish in wishes if _is_heard(wish.entity, filters)
        ]
        if not every or len(self._questions) >= _MOST_WAITED:
            return False
        self._questions[key] = _Question(now + PATIENCE, every)
        for waited in every:
            for topic, _ in waited.entity.values:
                self._topics.setdefault(topic, set()).add(key)
        return True

    def withdraw(self, to: str, room: str) -> None:
        """Wait no more: it could not be published."""
        self._forget((to, room))

    def answer(self, to: str, room: str) -> str:
        """Return what the one device has answered already, and wait no more; empty if it has not."""
        question = self._questions.get((to, room))
        if question is None or len(question.every) != 1:
            return ""
        waited = self._looked_at(question.every[0])
        if not waited.answered:
            return ""
        self._forget((to, room))
        return waited.state

    def hear(self, topic: str) -> None:
        """Take note that something came in on a topic of a device, and look at it soon."""
        keys = self._topics.get(topic)
        if not keys:
            return
        if not self._heard:
            self._clock.wake(self._clock.now())
        self._heard |= keys
        for key in keys:
            question = self._questions[key]
            question.every = [
                replace(each, heard=True) if _speaks_on(each.entity, topic) else each
                for each in question.every
            ]

    @property
    def due_at(self) -> float:
        if self._heard:
            return 0.0
        return min((question.until for question in self._questions.values()), default=NEVER)

    def tick(self, now: float) -> None:
        """Say what was answered, or that nothing was when the time is over."""
        self._heard.clear()
        for key, question in list(self._questions.items()):
            # Farther off than it ever is: the clock was set back.
            over = not now < question.until <= now + PATIENCE
            question.every = [self._looked_at(each) for each in question.every]
            if over or all(each.answered for each in question.every):
                self._forget(key)
                to, room = key
                speech = self._outgoing.speech(to)
                text = render_reply(self._news_text(question.every, speech), speech)
                self._outgoing.answer(room or to, text, room=bool(room))

    def _news_text(self, every: Sequence[_Waited], speech: Phrases) -> Text:
        if len(every) == 1:
            (waited,) = every
            key = "set_answered" if waited.heard and waited.state else "set_no_answer"
            return Text(key, {"name": self._devices.label(waited.entity), "state": Amount(waited.state)})
        late = [each for each in every if not each.answered]
        if not late:
            return Text("set_all_answered", {"count": str(len(every))})
        nothing = speech.phrase("common.no_answer")
        names = [
            f"{self._devices.label(each.entity)} ({speech.amount(each.state) or nothing})"
            for each in late[:_MOST_NAMES]
        ]
        names += ["…"] * (len(late) > _MOST_NAMES)
        return Text("set_not_yet", {"names": ", ".join(names)})

    def _looked_at(self, waited: _Waited) -> _Waited:
        return replace(waited, state=self._state(waited.entity)) if waited.heard else waited

    def _state(self, entity: Entity) -> str:
        return state_text(entity, self._devices, self._templates)

    def _forget(self, key: _Key) -> None:
        self._heard.discard(key)
        question = self._questions.pop(key, None)
        if question is None:
            return
        for topic in [topic for topic, keys in self._topics.items() if key in keys]:
            self._topics[topic].discard(key)
            if not self._topics[topic]:
                del self._topics[topic]


def _is_heard(entity: Entity, filters: Mapping[str, QoS]) -> bool:
    """Say whether an entity tells its state where it is listened to."""
    if entity.optimistic or not entity.values:
        return False
    wild = [each for each in filters if "+" in each or "#" in each]
    return any(topic in filters or any(covers(each, topic) for each in wild) for topic, _ in entity.values)


def _speaks_on(entity: Entity, topic: str) -> bool:
    return any(topic == each for each, _ in entity.values)


def _says(state: str, said: str) -> bool:
    """Say whether a state is what was asked for: `closing` for close, `on, 40 %` for 40 %."""
    wanted, told = fold(said), fold(state)
    if any(sign.isdigit() for sign in wanted):
        return wanted in told
    words = list(_words(told))
    return all(any(word[:_STEM] == part[:_STEM] for word in words) for part in _words(wanted))


def _words(text: str) -> Iterator[str]:
    return (word.strip(".,;:()") for word in text.split())

"""Messages become readings: payload decoded and JSON parsed once, the name looked up once a topic."""

from collections.abc import Callable, Mapping
import logging

from ..discovery.discovery import Binding, Devices, Discovery
from ..discovery.learning import Learning
from ..discovery.narrowing import note
from ..model.message import Message, Reading
from ..model.replies import Text
from ..model.rules import Subscription
from ..model.topics import LONGEST_HEARD, is_too_long
from ..payload.interpret import Meaning, interpret
from ..ports import StateWords, Templates
from .budget import Budget, Limited, Ticks
from .overheard import Overheard
from .topic_plan import TopicPlan, planned

_LOGGER = logging.getLogger(__name__)

_KNOWN_TOPICS = 20_000


class Readings:
    """Knows what the messages of one broker mean.

    `ticks` is a clock for what may take so long and no longer. `tell` hears once of what went wrong in
    discovery, `lose` of topics whose entities were removed, `renew` whenever devices are known otherwise.
    """

    def __init__(
        self,
        templates: Templates | None = None,
        prefix: str = "homeassistant",
        *,
        ticks: Ticks = float,
        words: StateWords | None = None,
    ) -> None:
        self._templates = templates
        self._words = words
        # The last message that was looked into before it was read, and what it means.
        self._taken: tuple[Message, Meaning] | None = None
        self._ticks = ticks
        self.tell: Callable[[Text], None] = _ignore
        self.lose: Callable[[set[str]], None] = _ignore
        self.renew: Callable[[], None] = _ignore_all
        # Messages whose topic was too long.
        self.left_out = 0
        self.devices = Devices()
        self._plans: dict[str, TopicPlan] = {}
        self._start_over(prefix)

    def use_prefix(self, prefix: str) -> tuple[str, ...]:
        """Learn from discovery configurations under this prefix only, and forget those of another.

        Return what brings them, if it is another: what is retained has to come again.
        """
        before = self._discovery
        if prefix == before.prefix:
            return ()
        self._start_over(prefix, before if prefix and before.prefix else None)
        return self.discovery_filters

    @property
    def discovery_filters(self) -> tuple[str, ...]:
        """What brings the discovery configurations."""
        return self._discovery.filters

    def forget(self) -> None:
        """Forget what was learned: the configurations are about to come again."""
        self._start_over(self._discovery.prefix)

    def _start_over(self, prefix: str, before: Discovery | None = None) -> None:
        self.devices.forget()
        natives = before.natives if before else None
        self._discovery = Discovery(prefix, self.devices, self._words, natives)
        self._learning = Learning(self._discovery)
        self._overheard = Overheard(self._discovery, self.devices)
        self._budget = Budget(self._templates, self._ticks, self._switched_off)
        self._full = False
        self._plans.clear()
        self.renew()

    def _switched_off(self, config: str, topic: str) -> None:
        self._plans.clear()
        self.tell(Text("discovery_slow", {"config": config}))

    def learn(self, message: Message) -> bool:
        """Take in a discovery configuration.

        True if nothing else is to become of the message: it was on a topic for them, valid or not, or on one
        that is too long to be known.
        """
        if is_too_long(message.topic):
            self._leave_out(message.topic)
            return True
        if not self._discovery.is_config(message.topic):
            if (meaning := note(message, self._discovery, self.devices)) is not None:
                self._taken = message, meaning
            return False
        if self._learning.put(message.topic, message.payload):
            self._learned(message.topic)
        self._say_full()
        return True

    def _meaning(self, message: Message) -> Meaning:
        if self._taken is not None and self._taken[0] is message:
            return self._taken[1]
        return interpret(message.payload)

    def _leave_out(self, topic: str) -> None:
        if not self.left_out:
            _LOGGER.warning("Topics of more than %d bytes are left out: %.100s…", LONGEST_HEARD, topic)
        self.left_out += 1

    @property
    def due_at(self) -> float:
        """When `tick` has something to do: at once, or never."""
        return self._learning.due_at

    def tick(self, now: float) -> None:
        """Take in a little more of the configurations that are large."""
        if topic := self._learning.step():
            self._learned(topic)
        self._say_full()

    def _learned(self, topic: str) -> None:
        self._budget.forgive(topic)
        self._plans.clear()
        self.renew()
        if lost := self._discovery.take_lost():
            self.lose(lost)

    def _say_full(self) -> None:
        """Say once that there is no room for all configurations, and again only if there was room between."""
        refused = self._discovery.refused
        if refused and not self._full:
            self.tell(Text("discovery_full", {"entities": str(len(self.devices))}))
        self._full = refused > 0

    @property
    def refused(self) -> int:
        """Configurations for which there was no room."""
        return self._discovery.refused

    def configurations(self, topic_filter: str) -> int:
        """Return on how many topics that a filter matches devices tell what they are."""
        return self._discovery.configurations(topic_filter)

    @property
    def slow(self) -> Mapping[str, str]:
        """The configurations that took too long, each with a topic on which it did."""
        return self._budget.off

    @property
    def budget(self) -> Budget:
        """What the entities of topics may take of a message, and which of them took too much."""
        return self._budget

    def limited(self, templates: Templates) -> Limited:
        """Return templates for a listing of devices: they run for as long as that may take."""
        return Limited(templates, self._ticks)

    def name(self, topic: str, subscription: Subscription | None = None) -> str:
        """Return what a topic is called: its alias, its name in HA discovery, its Prosody node, or itself."""
        return self._plan(topic, subscription).name

    def read(self, message: Message, subscription: Subscription | None = None) -> Reading:
        """Say what a message means. Total: no message makes it raise."""
        plan = self._plan(message.topic, subscription)
        meaning = self._meaning(message)
        if plan.gateway and self._overheard.hear(plan.gateway, message, meaning):
            self._learned(message.topic)
            plan = self._plan(message.topic, subscription)
        return plan.read(message, meaning, self._budget)

    def bindings(self, topic: str) -> tuple[Binding, ...]:
        """Return what entities find on a topic."""
        return self._discovery.bindings(topic)

    def classes(self, topic: str) -> tuple[str, str]:
        """Return device and state class of a topic's only value, as HA discovery has them, if so."""
        strong = [binding for binding in self._discovery.bindings(topic) if not binding.aside]
        return (strong[0].device_class, strong[0].state_class) if len(strong) == 1 else ("", "")

    def devices_on(self, topic: str) -> set[str]:
        """Return the names of the devices that say something on a topic."""
        return {binding.device or binding.entity for _, binding in self._discovery.spoken(topic)}

    def _plan(self, topic: str, subscription: Subscription | None) -> TopicPlan:
        plan = self._plans.get(topic)
        if plan is None or plan.subscription is not subscription:
            if len(self._plans) >= _KNOWN_TOPICS:
                self._plans.clear()
            gateway = self._overheard.told_on(topic)
            plan = planned(topic, subscription, self._discovery, self._budget.off, gateway)
            self._plans[topic] = plan
        return plan


def _ignore(what: object) -> None:
    """Leave it unsaid: nobody listens yet."""


def _ignore_all() -> None:
    """Leave it unsaid as well."""

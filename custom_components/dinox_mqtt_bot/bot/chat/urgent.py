"""Readings that cannot wait: of topics with the priority alert or critical."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b

from ..delivery.speeches import Speeches, Telling
from ..model.message import Reading
from ..model.notice import Notice, Push, Ring
from ..model.rules import Priority, RuleSet, Subscription
from ..model.timers import NEVER, is_due
from ..ports import Phrases, When
from ..rendering.readings import header, render_line, render_reading
from ..text.rate import MINUTE, Window
from .batch import Batch
from .shares import Shares


@dataclass(slots=True)
class _Brake:
    """The critical ones, or those that are not: what is held, until when, and what was said."""

    said: Window = field(default_factory=Window)
    batch: Batch = field(default_factory=lambda: Batch(MINUTE))
    summary_at: float = NEVER


class Urgent:
    """Each is said at once to contacts and notifications; past a number a minute as one."""

    def __init__(self, speech: Speeches, new_id: Callable[[], str], when: When, shares: Shares) -> None:
        self._shares = shares
        self._speech = speech
        self._new_id = new_id
        self._when = when
        self._contacts: tuple[str, ...] = ()
        self._rules = RuleSet()
        self._ring: Ring = lambda topic: True
        self._notices: list[Notice] = []
        self._brakes = {Priority.CRITICAL: _Brake(), Priority.ALERT: _Brake()}
        self._told: set[str] = set()

    def address(self, contacts: Iterable[str]) -> None:
        self._contacts = tuple(contacts)

    def follow(self, rules: RuleSet, ring: Ring) -> None:
        """Talk to the rule set's targets too, and brake as it says."""
        self._rules, self._ring = rules, ring

    def __contains__(self, topic: str) -> bool:
        """Say whether something of a topic waits to be said."""
        return any(brake.batch.count and topic in brake.batch for brake in self._brakes.values())

    @property
    def due_at(self) -> float:
        """When `due` has something to say; infinity for never."""
        return 0.0 if self._notices else min([brake.summary_at for brake in self._brakes.values()])

    def take(self, reading: Reading, subscription: Subscription, now: float) -> bool:
        """Take a reading in; say whether anybody is told of it."""
        if not (self._contacts or self._rules.targets):
            return False
        brake = self._brakes[subscription.priority]
        said = brake.said.count(now)
        if brake.batch.count or 0 < self._rules.storm <= said:
            brake.summary_at = min(brake.summary_at, max(now, brake.said.moves_at))
            brake.batch.add(reading, subscription, now)
            return True
        brake.said.add(now)
        self._told.add(reading.message.topic)
        # A phone takes some messages that are a value and nothing else for commands.
        title = header(reading, subscription)
        push = self._push(title, reading.message.topic, [reading.message.topic])

        def in_full(phrases: Phrases) -> str:
            return render_reading(reading, subscription, phrases, self._when)

        to = self._shares.hearers(self._contacts, reading.message.topic, subscription.priority)
        texts, value = self._speech.each(to, in_full), partial(render_line, reading)
        self._notices += self._notices_to(texts, value, push, subscription.priority, now)
        return True

    def compose(self, title: str, text: str, priority: Priority, now: float) -> list[Notice]:
        to = self._shares.hearers(self._contacts, "", priority)
        push = self._push(title, text, [""])
        return self._notices_to(dict.fromkeys(to, text), lambda _: text, push, priority, now)

    def due(self, now: float) -> list[Notice]:
        notices, self._notices = self._notices, []
        for priority, brake in self._brakes.items():
            if is_due(brake.summary_at, now, MINUTE):
                notices += self._summary(priority, brake, now)
        return notices

    def flush(self, now: float) -> list[Notice]:
        notices, self._notices = self._notices, []
        for priority, brake in self._brakes.items():
            notices += self._summary(priority, brake, now) if brake.batch.count else []
        return notices

    def take_told(self) -> set[str]:
        """Take the topics that were said since the last time."""
        topics, self._told = self._told, set()
        return topics

    def _summary(self, priority: Priority, brake: _Brake, now: float) -> list[Notice]:
        """Return one notice for all that came in a storm."""
        batch, brake.batch = brake.batch, Batch(MINUTE)
        brake.summary_at = NEVER
        brake.said.add(now)
        self._told.update(batch.topics)

        def title(phrases: Phrases) -> str:
            return phrases.phrase("common.urgent_many", count=batch.count)

        def text(phrases: Phrases) -> str:
            return batch.render(phrases, self._when)

        def whole(phrases: Phrases) -> str:
            return f"{title(phrases)}\n{text(phrases)}"

        push = self._push(title(self._speech("")), "", batch.topics)
        parts = {to: self._shares.of(to, batch, priority) for to in self._contacts}
        texts = self._speech.each((to for to, part in parts.items() if part is batch and part.count), whole)
        for to, part in parts.items():
            if part is not batch and part.count:
                texts[to] = part.render(self._speech(to), self._when)
        everybody = texts or self._speech.each(self._contacts, whole)
        return self._notices_to(everybody, text, push, priority, now)

    def _push(self, title: str, topic: str, topics: Iterable[str]) -> Push:
        # The newest message of a topic takes the place of the one before; iOS bears 64 bytes of tag.
        tag = f"dinox-{blake2b(topic.encode(), digest_size=8).hexdigest()}"
        return Push(title, tag, any(self._ring(each) for each in topics), self._rules.click)

    def _notices_to(
        self, texts: Mapping[str, str], value: Telling, push: Push, priority: Priority, now: float
    ) -> list[Notice]:
        """Return what each contact is told, and what the notifications are."""
        chat = [Notice(self._new_id(), to, text, now, priority) for to, text in texts.items()]
        targets = self._speech.each(self._rules.targets, value).items()
        return [*chat, *(Notice(self._new_id(), to, said, now, priority, push=push) for to, said in targets)]

"""Who is told what, and when. Pure: time comes in, notices come out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ..model.bounded import Bounded
from ..model.message import Presence, Reading
from ..model.notice import Notice
from ..model.rules import Display, Priority, RuleSet, Subscription
from ..model.timers import NEVER, is_due
from ..ports import Phrases, When
from ..text.durations import duration
from .absences import Absences, render_absences
from .batch import Batch
from .first_look import FirstLook
from .live import Bubble, Live
from .pace import Pace, Seen
from .urgent import Urgent

BUFFER = 0.3
GAP = 2.0
LONG_AWAY = 60.0
MAX_HIDDEN_TOPICS = 200
MAX_COMPARED_TOPICS = 10_000
_GATHERED = frozenset({Display.EACH, Display.CHANGES})
"""Displays whose first messages are gathered: the others tell little by themselves."""
DIGEST = 300.0


@dataclass(frozen=True, slots=True)
class Hidden:
    """What came in unseen: how many, and a bounded list of topics (topic, name, count).

    `since_start`: the pause is older than the bot, which does not know what came before.
    """

    count: int = 0
    topics: tuple[tuple[str, str, int], ...] = ()
    since_start: bool = False


class Conversation:
    """The conversation with all contacts that receive.

    Urgent readings are said at once. The others wait 0.3 s, so that what comes together is told together,
    and new messages keep 2 s apart, those of readings ever more as long as it stays busy; batches, digests,
    new live bubbles, first looks and absences take turns, the longest waiting first. While the XMPP server is
    away they wait, to be told as one when it is back.
    What a contact who is not to be disturbed misses becomes a digest for it alone.
    """

    def __init__(
        self, phrases: Phrases, new_id: Callable[[], str], when: When, look: FirstLook, *, paused: bool
    ) -> None:
        self._phrases = phrases
        self._new_id = new_id
        self._when = when
        self.paused = paused
        self._online = True
        self._away_since = 0.0
        self._away = 0.0
        self._contacts: tuple[str, ...] = ()
        self._disturbed: Callable[[str], bool] = lambda contact: False
        self._held: dict[str, Batch] = {}
        self._digest_seconds = DIGEST
        self.urgent = Urgent(phrases, new_id, when)
        self._batch = Batch(BUFFER)
        self._pace, self._seen = Pace(), Seen()
        self._digest = Batch(DIGEST, in_full=0)
        self._live = Live()
        self.look = look
        self._absences = Absences()
        self._quiet_until = 0.0
        self._told: set[str] = set()
        self._compared = Bounded[str, int](MAX_COMPARED_TOPICS)
        self._hidden: dict[str, tuple[str, int]] = {}
        self._hidden_count = 0
        self._paused_before = paused

    def address(self, contacts: Iterable[str], digest_seconds: float) -> None:
        """Talk to these contacts, and give a digest so often."""
        self._contacts = tuple(contacts)
        self.urgent.address(self._contacts)
        for gone in self._held.keys() - set(self._contacts):
            self._told.update(self._held.pop(gone).topics)
        self._digest_seconds = self._digest.delay = digest_seconds

    @property
    def contacts(self) -> tuple[str, ...]:
        """Those that it talks to."""
        return self._contacts

    def spare(self, undisturbed: Callable[[str], bool]) -> None:
        """Have `undisturbed` say, at each telling, whether a contact is not to be disturbed by it."""
        self._disturbed = undisturbed

    @property
    def wake_at(self) -> float:
        """When `due` has something to say; infinity for never."""
        if not self._online:
            return self.urgent.due_at
        turn = max(min(each.due_at for each in self._turns), self._quiet_until)
        return min(turn, self._live.correct_at, self.urgent.due_at)

    @property
    def _turns(self) -> tuple[Batch | Live | FirstLook | Absences, ...]:
        """What waits its turn, one of them at a time."""
        return self._batch, self._digest, self._live, self.look, self._absences

    def take(
        self, reading: Reading, subscription: Subscription, now: float, presence: Presence | None = None
    ) -> bool:
        """Take a reading in; say whether it is told, now or later. `presence` is all that it says, if any."""
        priority, display = subscription.priority, subscription.display
        if priority >= Priority.ALERT and (presence is None or not presence.there):
            return self.urgent.take(reading, subscription, now)
        if not self._contacts or Priority.SILENT is priority or display is Display.SILENT:
            return False
        if self.paused:
            self._hide(reading, 1)
            return False
        if display is Display.CHANGES and not self._changed(reading):
            return False
        if display in _GATHERED and self.look.expects(subscription):
            self.look.take(reading, subscription, now, presence)
            if presence is not None and not presence.there:
                self._absences.note(reading, subscription, presence, now)
            return True
        if presence is not None:
            self._told.add(reading.message.topic)
            return self._absences.take(reading, subscription, presence, now)
        if display is Display.DIGEST:
            self._digest.add(reading, subscription, now)
        elif display is not Display.LIVE or not self._live.take(reading, subscription, now):
            if self._pace.hear(now):
                self._batch.not_before = 0.0
            self._batch.add(reading, subscription, now)
        return True

    def corrects(self, topic: str, now: float) -> bool:
        """Say whether the next value of a topic only takes the place of one that is in the chat."""
        return self._live.corrects(topic, now)

    def due(self, now: float) -> list[Notice]:
        notices = self.urgent.due(now)
        if not self._online:
            return notices
        if is_due(self._quiet_until, now, GAP):
            said = self._turn(now)
            notices += said
            if said:
                self._quiet_until = now + GAP
        if self._live.correct_at != NEVER:
            for bubble in self._live.next_stale(now):
                notices += self._correct(bubble, now)
        return notices

    def flush(self, now: float) -> list[Notice]:
        """Return all that waits, due or not, because there will be no later."""
        notices = self.urgent.flush(now)
        notices += self._first_notices(now)
        for batch in (self._batch, self._digest):
            if batch.count:
                notices += self._batch_notices(batch, now)
        self._renew()
        notices += self._absence_notices(now, every=True)
        for bubble in self._live.unsaid():
            notices += self._correct(bubble, now) if bubble.ids else self._bubble_notices(bubble, now)
        return notices

    def set_online(self, online: bool, now: float) -> None:
        """Know whether what is said now reaches the XMPP server."""
        if online and not self._online:
            self._away = now - self._away_since
            self._quiet_until = min(self._quiet_until, now + GAP)
        elif self._online and not online:
            self._away_since = now
        self._online = online

    def release(self, contact: str) -> str:
        """Take the digest of what a contact missed undisturbed; nothing if it missed nothing."""
        held = self._held.pop(contact, None)
        if held is None:
            return ""
        self._told.update(held.topics)
        return held.render(self._phrases, self._when)

    def pass_on(self, contact: str, others: Iterable[str]) -> None:
        """Let others miss what a contact missed who is none any more."""
        if (held := self._held.get(contact)) is not None:
            for other in others:
                self._hold(other).absorb(held)

    @property
    def holding(self) -> list[str]:
        return list(self._held)

    def pause(self) -> None:
        """Hide normal readings from now on, those that wait to be told as well."""
        self.paused = True
        self._paused_before = False
        for batch in (self._batch, self._digest, self.look.batch):
            for latest in batch.latest:
                self._hide(latest.reading, latest.count)
            self._hidden_count += batch.unlisted
            self._told.update(batch.topics)
        self._renew()
        self._told.update(self.look.topics)
        self.look.end(self._phrases, self._when)
        for bubble in self._live.unsaid():
            for topic, count in bubble.unsaid.items():
                self._hide(bubble.readings[topic], count)
            self._told.update(bubble.settle())

    def resume(self) -> Hidden:
        """Tell readings again; return what was hidden."""
        self.paused = False
        topics = tuple((topic, name, count) for topic, (name, count) in self._hidden.items())
        hidden = Hidden(self._hidden_count, topics, self._paused_before)
        self._hidden = {}
        self._hidden_count = 0
        return hidden

    @property
    def hidden(self) -> int:
        """How many readings were hidden since the pause began."""
        return self._hidden_count

    def take_told(self) -> list[str]:
        """Take the topics said or hidden since last time of which nothing waits any more."""
        topics, self._told = self._told | self.urgent.take_told(), set()
        waiting = (*self._turns, self.urgent, *self._held.values())
        return [topic for topic in topics if not any(topic in each for each in waiting)]

    def notices(self, text: str, now: float, priority: Priority = Priority.NORMAL) -> list[Notice]:
        return [Notice(self._new_id(), contact, text, now, priority) for contact in self._contacts]

    def _changed(self, reading: Reading) -> bool:
        """Say whether a reading differs from the last one told, and keep it as that."""
        topic, text = reading.message.topic, hash(reading.text)
        if self._compared.get(topic) == text:
            return False
        self._compared.put(topic, text)
        return True

    def _hide(self, reading: Reading, count: int) -> None:
        self._hidden_count += count
        topic = reading.message.topic
        if topic in self._hidden or len(self._hidden) < MAX_HIDDEN_TOPICS:
            self._hidden[topic] = reading.name, self._hidden.get(topic, ("", 0))[1] + count

    def _renew(self) -> None:
        self._batch = Batch(BUFFER)
        self._digest = Batch(self._digest_seconds, in_full=0)

    def _turn(self, now: float) -> list[Notice]:
        """Return the one new message that waited longest, if any is due."""
        first = min(self._turns, key=lambda each: each.due_at)
        if not is_due(first.due_at, now, first.delay):
            return []
        if isinstance(first, Live):
            return self._bubble_notices(first.next_new(), now)
        if isinstance(first, FirstLook):
            return self._first_notices(now)
        if isinstance(first, Absences):
            return self._absence_notices(now)
        if first is self._batch:
            self._pace.tell(first.count, now)
            self._batch = Batch(BUFFER, not_before=self._pace.until)
        else:
            self._digest = Batch(self._digest_seconds, in_full=0)
        return self._batch_notices(first, now)

    def _batch_notices(self, batch: Batch, now: float) -> list[Notice]:
        self._told.update(batch.topics)
        return self._gathered_notices(batch, batch.render_short(self._phrases, self._when, self._seen), now)

    def _first_notices(self, now: float) -> list[Notice]:
        """Return what new subscriptions brought first, as one message."""
        batch = self.look.batch
        self._told.update(self.look.topics)
        text = self.look.end(self._phrases, self._when)
        # However much is retained, it does not tell how busy it is.
        self._pace.hear(now)
        self._pace.tell(1, now)
        self._batch.not_before = self._pace.until
        return self._gathered_notices(batch, text, now) if text else []

    def _gathered_notices(self, batch: Batch, text: str, now: float) -> list[Notice]:
        if self._away >= LONG_AWAY:
            lasted = self._phrases.phrase("common.while_away", duration=duration(self._away))
            text = f"{lasted}\n{text}"
        self._away = 0.0
        for contact in self._contacts:
            if self._disturbed(contact):
                self._hold(contact).absorb(batch)
        return self._awake(text, now)

    def _absence_notices(self, now: float, *, every: bool = False) -> list[Notice]:
        """Return who went away and who is back, as one message."""
        gone, back = self._absences.due(now, every=every)
        for contact in self._contacts:
            for each in (*gone, *back) if self._disturbed(contact) else ():
                self._hold(contact).add(each.reading, each.subscription, now)
        self._told.update(each.reading.message.topic for each in (*gone, *back))
        text = render_absences(gone, back, self._phrases)
        return self._awake(text, now) if text else []

    def apply(self, rules: RuleSet, gone: Callable[[Subscription], bool]) -> None:
        """Take over what is subscribed; tell nothing any more of what is `gone`, nor what waits of it."""
        self.look.apply(rules)
        for batch in (self._batch, self._digest, *self._held.values()):
            self._told.update(batch.drop(gone))
        self._told.update(self._live.drop(gone))
        topics = [each.reading.message.topic for each in self._absences.waiting if gone(each.subscription)]
        self._absences.drop(topics)
        self._told.update(topics)
        self._told.update(self.look.topics)
        self.look.drop(gone)
        self._held = {contact: batch for contact, batch in self._held.items() if batch.count}

    def _hold(self, contact: str) -> Batch:
        return self._held.setdefault(contact, Batch(NEVER, in_full=0))

    def _spare(self, bubble: Bubble, now: float) -> None:
        """Keep what a bubble shows for those who are not to be disturbed; they get one of their own then."""
        for contact in self._contacts:
            if self._disturbed(contact):
                bubble.ids.pop(contact, None)
                for topic in bubble.unsaid:
                    self._hold(contact).add(bubble.readings[topic], bubble.subscription, now)

    def _awake(self, text: str, now: float) -> list[Notice]:
        """Return one notice for each contact that may be disturbed."""
        return [notice for notice in self.notices(text, now) if not self._disturbed(notice.to)]

    def _bubble_notices(self, bubble: Bubble, now: float) -> list[Notice]:
        bubble.shown = bubble.render(self._phrases, self._when)
        bubble.since = bubble.said = now
        self._spare(bubble, now)
        self._told.update(bubble.settle())
        notices = self._awake(bubble.shown, now)
        bubble.ids = {notice.to: notice.id for notice in notices}
        return notices

    def _correct(self, bubble: Bubble, now: float) -> list[Notice]:
        """Return the corrections of a bubble, none if it would look the same."""
        text = bubble.render(self._phrases, self._when)
        if text != bubble.shown:
            self._spare(bubble, now)
        self._told.update(bubble.settle())
        if text == bubble.shown:
            return []
        bubble.shown, bubble.said = text, now
        bubble.corrections += 1
        notices = [replace(each, replaces=bubble.ids.get(each.to, "")) for each in self._awake(text, now)]
        bubble.ids |= {notice.to: notice.id for notice in notices if not notice.replaces}
        return notices

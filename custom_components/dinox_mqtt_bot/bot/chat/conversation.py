"""Who is told what, and when. Pure: time comes in, notices come out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..delivery.speeches import Speeches, Telling
from ..model.message import Presence, Reading
from ..model.notice import Notice
from ..model.rules import Contact, Display, Priority, RuleSet, Subscription
from ..model.timers import NEVER, is_due
from ..ports import When
from .absences import Absences, render_absences, while_away
from .batch import Batch
from .board import Board
from .changes import Change, Changes, is_word
from .first_look import MOST_FIRST_LINES, FirstLook
from .pace import Pace, Rare, ToldOrder
from .shares import Shares, Wants
from .urgent import Urgent
from .way_out import WayOut

BUFFER = 0.3
GAP = 2.0
LONG_AWAY = 60.0
MAX_HIDDEN_TOPICS = 200
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
    the board, first looks and absences take turns, the longest waiting first. While the XMPP server is
    away they wait, to be told as one when it is back.
    What a contact who is not to be disturbed misses becomes a digest for it alone. `newest` tells what was
    said last to whom.
    """

    def __init__(
        self,
        speech: Speeches,
        new_id: Callable[[], str],
        when: When,
        look: FirstLook,
        *,
        newest: Callable[[str], str],
        paused: bool,
    ) -> None:
        self._speech = speech
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
        self.shares = Shares()
        self.urgent = Urgent(speech, new_id, when, self.shares)
        self._batch, self._soon = Batch(BUFFER), Batch(BUFFER)
        self._pace, self._rare, self._seen = Pace(), Rare(), ToldOrder()
        self._digest = Batch(DIGEST, in_full=0)
        self.look, self.way_out, self.board = look, WayOut(look.memory), Board(newest)
        self._absences = Absences()
        self._quiet_until = 0.0
        self._told: set[str] = set()
        self._changes = Changes()
        self._hidden: dict[str, tuple[str, int]] = {}
        self._hidden_count = 0
        self._paused_before = paused

    def meet(self, contacts: Sequence[Contact], wants: Wants, digest_seconds: float) -> None:
        """Talk to these contacts as they want it, and give a digest so often."""
        self.shares.apply(contacts, wants, digest_seconds)
        self.address((contact.jid for contact in contacts), digest_seconds)

    def address(self, contacts: Iterable[str], digest_seconds: float) -> None:
        """Talk to these contacts, and give a digest so often."""
        self._contacts = tuple(contacts)
        self.urgent.address(self._contacts)
        self.board.address(to for to in self._contacts if self.shares.is_plain(to))
        for gone in self._held.keys() - set(self._contacts):
            self._told.update(self._held.pop(gone).topics)
        self._digest_seconds = self._digest.delay = self.board.every = digest_seconds

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
        turn = min([each.due_at for each in self._turns])
        return min(max(turn, self._quiet_until), self.urgent.due_at)

    @property
    def _turns(self) -> tuple[Batch | Board | FirstLook | Absences | Shares, ...]:
        """What waits its turn, one of them at a time."""
        return self._batch, self._soon, self._digest, self.board, self.look, self._absences, self.shares

    def take(
        self,
        reading: Reading,
        subscription: Subscription,
        now: float,
        presence: Presence | None = None,
        *,
        alerted: bool = False,
    ) -> bool:
        """Take a reading in; say whether it is told, now or later.

        `presence` is all that it says, if any; `alerted` says that an alert tells the value anyway.
        """
        priority, display = subscription.priority, subscription.display
        if priority >= Priority.ALERT and (presence is None or not presence.there):
            return self.urgent.take(reading, subscription, now)
        if Priority.SILENT is priority or display is Display.SILENT:
            return False
        if not self.shares.anybody(self._contacts, reading.message.topic):
            return False
        if self.paused:
            self._hide(reading, 1)
            return False
        change = self._changes.of(reading, now) if display is Display.CHANGES else None
        if change is Change.NONE:
            return False
        if display in _GATHERED and self.look.expects(subscription):
            self.look.take(reading, subscription, now, presence)
            if not reading.message.retain:
                self._pace.hear(now, subscription.filter)
            if presence is not None and not presence.there:
                self._absences.note(reading, subscription, presence, now)
            return True
        if presence is not None:
            self._told.add(reading.message.topic)
            return self._absences.take(reading, subscription, presence, now)
        if alerted and display in _GATHERED:
            return False
        if display is Display.DIGEST:
            self._digest.add(reading, subscription, now)
        elif display is not Display.BOARD or not self.board.take(reading, subscription, now):
            self._lane(reading, subscription, change, now).add(reading, subscription, now)
        else:
            self._take_aside(reading, subscription, now)
        return True

    def _take_aside(self, reading: Reading, subscription: Subscription, now: float) -> None:
        """Have what is on the board told later to those who get no board: it shows what is not theirs."""
        for to in self._contacts:
            if not self.shares.is_plain(to) and self.shares.gets(to, reading.message.topic):
                self._hold(to).add(reading, subscription, now)
                self.shares.wait(now)

    def _lane(self, reading: Reading, subscription: Subscription, change: Change | None, now: float) -> Batch:
        """Return what a reading waits in: where it is busy, a rare word goes before what comes often."""
        topic = reading.message.topic
        word = is_word(reading) if change is None else change is Change.WORD
        rare = self._rare.hear(topic, now, word=word)
        if self._pace.hear(now, subscription.filter, again=not rare):
            self._batch.hasten(now, BUFFER)
        if topic in self._soon:
            return self._soon
        hurries = word and rare and self._pace.until > now + GAP and topic not in self._batch
        return self._soon if hurries and self._rare.soon(now) else self._batch

    @property
    def offered(self) -> tuple[str, list[dict[str, str]]]:
        """What floods the conversation, and the words that were offered for it, in each language."""
        every = map(self._speech, self._contacts)
        return self.way_out.filter, [self.way_out.words(phrases) for phrases in dict.fromkeys(every)]

    def corrects(self, topic: str, now: float) -> bool:
        """Say whether the next value of a topic only takes the place of one that is in the chat."""
        return self.board.corrects(topic, now)

    def due(self, now: float) -> list[Notice]:
        notices = self.urgent.due(now)
        if not self._online:
            return notices
        if is_due(self._quiet_until, now, GAP):
            said = self._turn(now)
            notices += said
            if said:
                self._quiet_until = now + GAP
        return notices

    def shown(self, topic: str, address: str, priority: Priority, now: float) -> list[Notice]:
        """Return the address of what a topic shows, and before it what still waits to be told of that."""
        notices: list[Notice] = []
        if topic in self._batch:
            notices += self._batch_notices(self._batch, now)
            self._batch = Batch(BUFFER, not_before=self._pace.until)
        if topic in self._soon:
            notices += self._batch_notices(self._soon, now)
            self._soon = Batch(BUFFER)
        files = self.notices(lambda _: address, now, priority, topic)
        return [*notices, *(replace(notice, file=True) for notice in files)]

    def flush(self, now: float) -> list[Notice]:
        """Return all that waits, due or not, because there will be no later."""
        notices = self.urgent.flush(now)
        notices += self._first_notices(now)
        for batch in self._batches:
            if batch.count:
                notices += self._batch_notices(batch, now)
        self._renew()
        notices += self._absence_notices(now, every=True)
        return notices + self._board_notices(now, last=True)

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
        return held.render(self._speech(contact), self._when)

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
        for batch in (*self._batches, self.look.batch):
            for latest in batch.latest:
                self._hide(latest.reading, latest.count)
            self._hidden_count += batch.unlisted
            self._told.update(batch.topics)
        self._renew()
        self._told.update(self.look.topics)
        self.look.end((), self._when)
        for place in self.board.hide():
            self._hide(place.reading, 1)
        self._told.update(self.board.take_told())

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
        told = list(topics)
        for waiting in (*self._turns, self.urgent, *self._held.values()):
            told = [topic for topic in told if topic not in waiting]
        return told

    def notices(
        self, tell: Telling, now: float, priority: Priority = Priority.NORMAL, topic: str = ""
    ) -> list[Notice]:
        """Return what all who are told of a topic, or of what is on none, are told, each in its language."""
        told = self._speech.each(self.hearers(topic, priority), tell)
        return [Notice(self._new_id(), contact, text, now, priority) for contact, text in told.items()]

    def hearers(self, topic: str, priority: Priority) -> list[str]:
        """Return who is told of a topic, or of what is on none."""
        return self.shares.hearers(self._contacts, topic, priority)

    def untold_by(self, rules: Mapping[str, Subscription | None]) -> dict[str, dict[str, Priority]]:
        """Return whom topics are still to be told, each with its priority."""
        found: dict[str, dict[str, Priority]] = {}
        for topic, rule in rules.items():
            priority = max(Priority.NORMAL, rule.priority if rule else Priority.NORMAL)
            for to in self.hearers(topic, priority):
                found.setdefault(to, {})[topic] = priority
        return found

    def _hide(self, reading: Reading, count: int) -> None:
        self._hidden_count += count
        topic = reading.message.topic
        if topic in self._hidden or len(self._hidden) < MAX_HIDDEN_TOPICS:
            self._hidden[topic] = reading.name, self._hidden.get(topic, ("", 0))[1] + count

    def _renew(self) -> None:
        self._batch, self._soon = Batch(BUFFER), Batch(BUFFER)
        self._digest = Batch(self._digest_seconds, in_full=0)

    @property
    def _batches(self) -> tuple[Batch, ...]:
        return self._batch, self._soon, self._digest

    def _turn(self, now: float) -> list[Notice]:
        """Return the one new message that waited longest, if any is due."""
        first = min(self._turns, key=lambda each: each.due_at)
        if not is_due(first.due_at, now, first.delay):
            return []
        if isinstance(first, Board):
            return self._board_notices(now)
        if isinstance(first, FirstLook):
            return self._first_notices(now)
        if isinstance(first, Absences):
            return self._absence_notices(now)
        if isinstance(first, Shares):
            return self._own_digests(now)
        aside: Telling | None = None
        if first is self._batch:
            self._pace.mark_told(first.count, now)
            if self._pace.flood:
                aside = self.way_out.offer(self._pace.heard, now - self._pace.since)
            self._batch = Batch(BUFFER, not_before=self._pace.until)
        elif first is self._soon:
            self._soon = Batch(BUFFER)
        else:
            self._digest = Batch(self._digest_seconds, in_full=0)
        return self._batch_notices(first, now, aside)

    def _batch_notices(self, batch: Batch, now: float, aside: Telling | None = None) -> list[Notice]:
        """Return what came in as one message, with something `aside` below it."""
        self._told.update(batch.topics)
        most = MOST_FIRST_LINES - 2 if aside else MOST_FIRST_LINES
        short = batch.short(map(self._speech, self._contacts), self._when, self._seen, most)
        self._changes.forget(short.left_out, same=True)
        return self._gathered_notices(batch, short.texts.__getitem__, now, aside)

    def _first_notices(self, now: float) -> list[Notice]:
        """Return what new subscriptions brought first, as one message."""
        batch = self.look.batch
        self._told.update(self.look.topics)
        texts = self.look.end(map(self._speech, self._contacts), self._when)
        # What was only counted is new when it comes again.
        self._changes.forget(self.look.left_out)
        # However much is retained, it does not tell how busy it is; what was not has been heard before.
        self._pace.hear(now)
        self._pace.mark_told(1, now)
        self._batch.not_before = self._pace.until
        return self._gathered_notices(batch, texts.__getitem__, now) if any(texts.values()) else []

    def _gathered_notices(
        self, batch: Batch, tell: Telling, now: float, aside: Telling | None = None
    ) -> list[Notice]:
        """Return what came in as one message to each contact, of what it gets, with something `aside`."""
        away, self._away = self._away, 0.0
        notices: list[Notice] = []
        for contact in self._contacts:
            phrases, share = self._speech(contact), self.shares.of(contact, batch)
            if self._disturbed(contact) or self.shares.gathers(contact):
                self._keep_share(contact, share, now)
            elif share is batch or share.count:
                lines = [while_away(away, phrases)] if away >= LONG_AWAY else []
                lines.append(tell(phrases) if share is batch else share.render(phrases, self._when))
                if aside and share is batch and not self.shares.is_room(contact):
                    lines += ["", aside(phrases)]
                notices.append(Notice(self._new_id(), contact, "\n".join(lines), now))
        return notices

    def _keep_share(self, contact: str, share: Batch, now: float) -> None:
        """Keep what a contact gets for later, if it gets anything."""
        if share.count:
            self._hold(contact).absorb(share)
            if self.shares.gathers(contact):
                self.shares.wait(now)

    def _own_digests(self, now: float) -> list[Notice]:
        """Return the digests of those who want one, or get no board."""
        self.shares.due_at = NEVER
        waiting = [to for to in self._contacts if to in self._held and not self.shares.is_plain(to)]
        ready = [to for to in waiting if not self._disturbed(to)]
        return [Notice(self._new_id(), to, self.release(to), now) for to in ready]

    def _absence_notices(self, now: float, *, every: bool = False) -> list[Notice]:
        """Return who went away and who is back, as one message."""
        gone, back = self._absences.due(now, every=every)
        self._told.update(each.reading.message.topic for each in (*gone, *back))
        notices: list[Notice] = []
        for contact in self._contacts:
            left, here = (
                [each for each in some if self.shares.gets(contact, each.reading.message.topic)]
                for some in (gone, back)
            )
            if self._disturbed(contact) or self.shares.gathers(contact):
                for each in (*left, *here):
                    self._hold(contact).add(each.reading, each.subscription, now)
                    self.shares.wait(now)
            elif text := render_absences(left, here, self._speech(contact)):
                notices.append(Notice(self._new_id(), contact, text, now))
        return notices

    def apply(self, rules: RuleSet, gone: Callable[[Subscription], bool]) -> None:
        """Take over what is subscribed; tell nothing any more of what is `gone`, nor what waits of it."""
        self.look.apply(rules)
        self.way_out.apply(rules)
        for batch in (*self._batches, *self._held.values()):
            self._told.update(batch.drop(gone))
        self.board.drop(gone)
        self._told.update(self.board.take_told())
        topics = [each.reading.message.topic for each in self._absences.waiting if gone(each.subscription)]
        self._absences.drop(topics)
        self._told.update(topics)
        self._told.update(self.look.topics)
        self.look.drop(gone)
        self._held = {contact: batch for contact, batch in self._held.items() if batch.count}

    def _hold(self, contact: str) -> Batch:
        return self._held.setdefault(contact, Batch(NEVER, in_full=0))

    def _board_notices(self, now: float, *, last: bool = False) -> list[Notice]:
        """Return the board for each contact that has not seen it as it is: corrected, or anew."""
        for contact in self._contacts:
            if self.shares.is_plain(contact) and self._disturbed(contact):
                for place in self.board.unseen(contact):
                    self._hold(contact).add(place.reading, place.subscription, now)
        said = self.board.say(now, self._speech, self._when, last=last)
        notices = [Notice(self._new_id(), each.to, each.text, now, replaces=each.replaces) for each in said]
        for notice in notices:
            self.board.said(notice.to, notice.replaces or notice.id, now, self._speech(notice.to))
        self._told.update(self.board.take_told())
        return notices

"""The junction: what comes in by MQTT and by chat, and what time brings."""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum, auto
from functools import partial
import logging

from .alerts.alerts import Alerts
from .alerts.engine import AlertEngine
from .alerts.inhibitions import Inhibitions
from .alerts.rule_care import NewRules
from .alerts.watches import listened_for, to_judge
from .bridges.bridges import Bridges
from .bridges.inbound import Inbound
from .bridges.texts import Carrier
from .chat.awaited import Awaited
from .chat.conversation import Conversation, Hidden
from .chat.first_look import FirstLook
from .chat.held import Held
from .chat.spoken import Spoken
from .commands.catalogue import COMMANDS
from .commands.command import Command
from .commands.confirmation import Confirmation, execute
from .commands.display import ways_out
from .delivery.changes import LastChanges
from .delivery.contacts import Contacts
from .delivery.do_not_disturb import DoNotDisturb
from .delivery.echoes import Echoes
from .delivery.outgoing import Outgoing
from .delivery.publisher import Publisher
from .delivery.reach import UnreachableContacts
from .delivery.uploads import UploadQueue
from .dialogue.deeds import Deeds
from .dialogue.dialogue import Dialogue
from .dialogue.free_text import Questions, answers_wanted
from .dialogue.hearing import CommandReader
from .history.gap import gap_text
from .model.alert import Alert
from .model.announcements import NOTHING, Announcement, Judged, Listeners, MessageReceived, StatusChanged
from .model.message import Message, QoS, Reading
from .model.moment import Moment
from .model.notice import Notice
from .model.replies import BotError, Caller, Reply, Text
from .model.rules import Priority, RuleSet, Subscription
from .model.status import BotState, BotStatus, Delivery, Gap, LinkStatus, SteadyStatus, bot_state_text
from .model.timers import Alarm, Timed
from .model.topics import Subscriptions
from .model.utterance import Reaction, Utterance
from .ports import Ports, Spawn
from .reading.listening import Listening
from .reading.presences import Presences
from .reading.readings import Readings
from .reading.topic_lookup import Names, newest_readings
from .rendering.readings import render_untold
from .rendering.replies import render_reply
from .text.numbers import with_unit

_LOGGER = logging.getLogger(__name__)


class News(Enum):
    """What a message is: known to the history as it is, redelivered, or new to the user."""

    UNCHANGED = auto()
    REPEATED = auto()
    NEW = auto()


class Bot:
    """One bot: an MQTT connection with its conversation.

    `connection` is what `config` tells of the links, each line named `common.column_<key>`. `bare_commands`:
    understood without `/mqtt`; must be off on the user's own account, whose chat is a notepad too. `dropped`
    counts messages that found the queues full. `bot_id` is the bot in topics. `kept` and `last_number` are an
    earlier run's alerts. `spawn` runs what has to wait, beside the path.
    """

    def __init__(
        self,
        ports: Ports,
        readings: Readings,
        rules: RuleSet,
        *,
        paused: bool,
        name: str,
        spawn: Spawn,
        kept: Iterable[Alert] = (),
        last_number: int = 0,
        bare_commands: bool = True,
        bot_id: str = "bot",
        connection: Mapping[str, str] | None = None,
        dropped: Callable[[], int] = int,
    ) -> None:
        self.ports, self.readings = ports, readings
        self.names = Names(readings.devices, readings.bindings)
        self._presences = Presences(self.names, ports.templates)
        self.name, self.id, self.connection = name, bot_id, connection or {}
        self.commands, self.changes = COMMANDS, LastChanges()
        self._listeners = Listeners[Announcement]()
        self.announce = self._listeners.announce
        self.broker, self.chat = (SteadyStatus(each.status) for each in (ports.broker, ports.chat))
        self.rules = RuleSet()
        self.listening = Listening(ports, readings, self._say)
        self._dropped, self._gap = dropped, Gap()
        refresh = partial(self.names.refresh, ports.history)
        hearing = CommandReader(COMMANDS, self.names, refresh, bare=bare_commands)
        engine = AlertEngine((), kept, last_number, local=ports.clock.local, behind=self._presences.behind)
        self._build(engine, spawn, hearing, paused=paused)
        self.deed, self.reminders = self.dialogue.deed, self.dialogue.pending.reminders
        told = self.alerts, self._spoken, self.held, self._questions, self.bridges, self.awaited
        self._timed: tuple[Timed, ...] = (*told, readings, self.listening, *self.dialogue.pending.timed)
        self._messages, self._bots = 0, set[str]()
        self._shown: tuple[BotState, str] | None = None
        self._alarm = Alarm(ports.clock.wake)
        self._last: Reading | None = None
        self.listen(Deeds(self.dialogue.do, self._say, spawn, ports.clock.now).hear)
        readings.tell, readings.lose = self._say, self.alerts.lose
        self._begin(rules)

    def _build(self, engine: AlertEngine, spawn: Spawn, hearing: CommandReader, *, paused: bool) -> None:
        ports, clock, account = self.ports, self.ports.clock, self.connection.get("account", "")
        self.do_not_disturb = DoNotDisturb(ports.memory, clock.local)
        self._reach = UnreachableContacts(ports.memory)
        self.outgoing = Outgoing(ports, self.do_not_disturb)
        self._contacts = Contacts(ports.chat, self.outgoing.apply, self.name)
        self.uploads = UploadQueue(ports.uploads, spawn, self._show_file)
        echoes = Echoes()
        self.publisher = Publisher(ports.broker, ports.history, clock, echoes, account)
        look = FirstLook(ports.memory, self.readings.devices_on, lambda: len(engine.active), self.name)
        self.conversation = Conversation(
            self.outgoing.speech, clock.new_id, self.moment, look, newest=ports.outbox.newest, paused=paused
        )
        self._spoken = Spoken(self.conversation, self.outgoing, ports.history)
        tell, devices, hearers = self.announce, self.readings.devices, self.listening.audience.receivers
        self.awaited = Awaited(ports, devices, self.outgoing, self.conversation, lambda: self.wanted)
        held = Inhibitions(engine, self._presences.away, hearers, ports.memory, now=clock.now())
        self.alerts = Alerts(ports, self.outgoing, self.moment, engine, held, spawn=spawn, announce=tell)
        self._new_rules = NewRules(spawn, partial(newest_readings, self), self.alerts.recall)
        self.held = Held(
            ports,
            self.do_not_disturb,
            self.conversation,
            self.outgoing,
            when=self.moment,
            spawn=spawn,
            name=self.name,
            changed=self._status_changed,
            went=self.alerts.follow_held,
            settle=self._spoken.settle,
        )
        who = {"bot_id": self.id, "account": account}
        carrier = Carrier(self.outgoing, self.uploads)
        self.bridges = Bridges(ports, self.readings.read, carrier, echoes, self.moment, **who)
        self._inbound = Inbound(self.publisher, echoes, clock, self.id, account)
        self._questions = Questions(ports, self.outgoing, self.publisher)
        self.confirmation = Confirmation(clock, lambda: ways_out(*self.conversation.offered))
        self.dialogue = Dialogue(
            ports,
            self.outgoing,
            hearing,
            self.confirmation,
            self._questions,
            execute=self.execute,
            carry=self._inbound.hear,
            about=self.alerts.told_by,
            trusts=self.bridges.trusts,
            hearers=self.conversation.hearers,
            announce=self.announce,
        )

    def _begin(self, rules: RuleSet) -> None:
        """Take the rules over, what an earlier run has left, and how the links are."""
        now = self.ports.clock.now()
        self.conversation.set_online(self.chat.status.online, now)
        self.apply(rules)
        self.alerts.hear(self.broker.status.online, now)
        self.held.look_soon(now)
        self._changed()
        self._wake(now)

    # What the user configured.

    def apply(self, rules: RuleSet) -> None:
        """Take over what changed in the rules, without touching a connection."""
        # The first time nothing is new: the subscriptions bring what is retained.
        before, self.rules = rules if self.listening.wanted is None else self.rules, rules
        self.outgoing.speech.apply(rules)
        found = self.readings.use_prefix(rules.discovery_prefix)
        self.listening.subscriptions = Subscriptions(rules.subscriptions)
        self.ports.history.keep(rules.subscriptions)
        self.names.apply(self.subscriptions)
        self.bridges.apply(rules, self.subscriptions)
        self._inbound.apply(rules)
        self._questions.apply(rules)
        self.dialogue.apply(rules)
        self.held.apply(rules)
        watched = listened_for(rules.alerts, self.subscriptions)
        carried = self.bridges.listened_for(self.subscriptions)
        asked = answers_wanted(rules.free_text, self.subscriptions)
        self.listening.apply(rules, (*watched, *carried, *asked))
        self.conversation.apply(rules, self.listening.is_gone)
        self._contacts.apply(rules)
        self._address()
        self.conversation.urgent.follow(rules, self.alerts.rings)
        now = self.ports.clock.now()
        self.alerts.apply(rules, self.subscriptions, now)
        self._new_rules.apply(rules.alerts)
        anew = self.listening.again(to_judge(before.alerts, rules.alerts))
        self.ports.broker.renew([*anew, *self.listening.bringing(found if before is not rules else ())])
        if self._reach.apply(rules.contacts):
            self._status_changed()
        self._wake(now)

    def _address(self) -> None:
        """Tell what comes in to who receives it, but not to other bots: two would never stop."""
        bots = self._bots - {self.connection.get("account", "")}
        receiving = [each for each in self.rules.contacts if each.receives and each.jid not in bots]
        self.conversation.meet(receiving, self.listening.audience.wants, self.rules.digest_seconds)

    @property
    def subscriptions(self) -> Subscriptions:
        return self.listening.subscriptions

    @property
    def wanted(self) -> Mapping[str, QoS]:
        return self.listening.wanted or {}

    # The straight path of a message.

    def receive(self, message: Message) -> None:
        """Take one message all the way: read, judge, remember, tell, announce."""
        taken = self.readings.learn(message)
        subscription = None if taken else self.listening.best(message.topic)
        if subscription is None:
            self.ports.history.skip(message)
            if taken and not self.readings.due_at:
                self.ports.clock.wake(self.ports.clock.now())
            return
        now, news = self.ports.clock.now(), self._news(message)
        self._last = reading = self.readings.read(message, subscription)
        self._messages += 1
        if self._messages == 1:
            self._changed()
        # What was judged with its row in the history must not be judged again; retained ones may.
        judged = NOTHING if news is News.REPEATED else self.alerts.judge(reading, now)
        shown = news is News.NEW and self._show(reading, subscription, now, judged)
        record = judged.record or None
        if news is News.UNCHANGED:
            self.ports.history.skip(message, record=record)
        else:
            # What waits in the conversation is lost if the process is killed; the history knows it then.
            self.ports.history.append(reading, subscription.priority, untold=shown, record=record)
        self.alerts.follow(judged, now)
        if judged is not NOTHING:
            self._wake(now)
        elif shown:
            self._speak(now)
        self.announce(MessageReceived(reading, subscription, shown, news is News.NEW))

    def _show(self, reading: Reading, subscription: Subscription, now: float, judged: Judged) -> bool:
        """Take news to who asked, contacts and bridges; say whether the contacts are told.

        Before the history, so it is committed with the message or earlier, never after its acknowledgement.
        """
        aside = self._questions.answers(reading, subscription, now)
        aside |= self.awaited.takes(reading.message, subscription, now)
        cleared = self._is_cleared(reading.message, subscription, now)
        told = not (self.alerts.mutes.covers(reading.message.topic) or aside or cleared)
        presence = self.listening.presence(reading.message)
        alerted = judged is not NOTHING and self.alerts.tells(judged)
        shown = told and self.conversation.take(reading, subscription, now, presence, alerted=alerted)
        self.bridges.carry(reading, subscription, now, cleared=cleared)
        if shown:
            self.uploads.show(reading, subscription)
        return shown

    def _is_cleared(self, message: Message, subscription: Subscription, now: float) -> bool:
        """Say whether a message takes a topic's value away, and nobody looks at it or made it urgent."""
        if message.payload or subscription.priority >= Priority.ALERT:
            return False
        return self.ports.history.cleared(message) and not self.conversation.corrects(message.topic, now)

    def _news(self, message: Message) -> News:
        """Say what a message is to the history, and to the user."""
        history = self.ports.history
        if message.retain and history.unchanged(message):
            return News.UNCHANGED
        return News.REPEATED if message.repeated and history.known(message) else News.NEW

    def _wake(self, now: float) -> None:
        """Say what is due in the conversation, and have the clock wake the bot for all that is not due."""
        self._speak(now)
        self._alarm.set(min([part.due_at for part in self._timed]))

    def _speak(self, now: float) -> None:
        if (due_at := self._spoken.due_at) <= now:
            self._spoken.tick(now)
            due_at = self._spoken.due_at
        self._alarm.set(due_at)

    # The way back: chat text in, reply out.

    async def hear(self, utterance: Utterance) -> None:
        """Answer a contact; strangers are not heard."""
        if utterance.automatic != (utterance.jid in self._bots):
            # Whoever is both, as a bot on a user's own account, is what it was last.
            self._bots ^= {utterance.jid}
            self._address()
        await self.dialogue.hear(utterance)

    async def react(self, reaction: Reaction) -> None:
        await self.dialogue.react(reaction)

    async def press(self, notice_id: str, said: str, caller: Caller) -> None:
        await self.dialogue.press(notice_id, said, caller)

    async def ask(self, text: str, caller: Caller) -> str:
        """Return the answer to what is said in the words of the chat, with or without `/mqtt`."""
        return await self.dialogue.ask(text, caller)

    async def execute(self, command: Command, caller: Caller, *, confirmed: bool = False) -> Reply:
        """Run a command for a caller, and see to what is due since. Raises BotError.

        What the reply says is stored: nobody has to say twice what was confirmed, whatever happens next.
        """
        reply = await execute(command, self, caller, asking=self.confirmation, confirmed=confirmed)
        self._wake(self.ports.clock.now())
        await self.ports.rules.settle()
        return reply

    # What commands, entities and actions ask for.

    def send(self, text: str, to: str = "", priority: Priority = Priority.NORMAL) -> list[Notice]:
        """Tell one contact, or all that receive; raises BotError `unknown_contact` or `no_contact`."""
        now = self.ports.clock.now()
        if not to and priority >= Priority.ALERT:
            notices = self.conversation.urgent.compose(self.name, text, priority, now)
        elif not to:
            notices = self.conversation.notices(lambda _: text, now, priority)
        elif to in self._contacts:
            notices = [Notice(self.ports.clock.new_id(), to, text, now, priority)]
        else:
            raise BotError("unknown_contact", contact=to)
        if not notices:
            raise BotError("no_contact")
        self.outgoing.send(notices)
        return notices

    @property
    def paused(self) -> bool:
        """Whether normal messages are hidden."""
        return self.conversation.paused

    @property
    def quiet(self) -> bool:
        return self.do_not_disturb.quiet(self.ports.clock.now())

    async def pause(self, paused: bool) -> Hidden:
        """Hide normal messages, or tell them again; return what was hidden."""
        if paused == self.paused:
            return Hidden()
        hidden = Hidden() if paused else self.conversation.resume()
        if paused:
            self.conversation.pause()
            self._spoken.settle()
        await self.ports.rules.set_paused(paused)
        self.announce(StatusChanged(self.status))
        return hidden

    def is_told(self, topic: str) -> bool:
        """Say whether what comes in on a topic is told, as what is followed is."""
        return self.listening.followed.best(topic) is not None

    def moment(self, at: float) -> Moment:
        """Return a time as it is said where the user lives."""
        local, now = self.ports.clock.local, self.ports.clock.now()
        return Moment(local(at), local(now).date())

    # What the links tell, and what time brings.

    def broker_changed(self, status: LinkStatus) -> None:
        """Take note that the MQTT connection came, went, or that the broker refused a subscription."""
        now = self.ports.clock.now()
        if self.broker.follow(status, now):
            self.ports.history.log_connection("broker", status, now)
        self.listening.say_refusals()
        self.alerts.hear(status.online, now)
        self._changed()
        self._wake(now)

    def chat_changed(self, status: LinkStatus) -> None:
        now = self.ports.clock.now()
        if self.chat.follow(status, now):
            self.ports.history.log_connection("xmpp", status, now)
        self.conversation.set_online(status.online, now)
        if status.online:
            self.held.look_soon(now)
        self._wake(now)
        self._changed()

    def _say(self, told: Text) -> None:
        """Tell the contacts of something about the bot itself."""
        now = self.ports.clock.now()
        self.outgoing.send(self.conversation.notices(lambda phrases: render_reply(told, phrases), now))

    def history_changed(self, gap: Gap) -> None:
        """Take note that the history cannot be written, or can be again, and tell it."""
        self._gap = gap
        self._say(gap_text(gap, self.moment))
        self._changed()

    def delivered(self, notice_id: str, delivery: Delivery, at: float) -> None:
        """Take note that a notice came further on its way; the outbox has written it down."""
        self.announce(StatusChanged(self.status))

    def reach_changed(self, jid: str, reason: str) -> None:
        """Take note that nothing reaches a contact, or, without a reason, that something does again."""
        if self._reach.note(jid, reason):
            self._status_changed()

    def tick(self, now: float) -> None:
        self._alarm.rang()
        for part in self._timed:
            part.tick(now)
        self._wake(now)

    async def say_untold(self) -> None:
        """Say, before anything new, what an earlier run took in and was killed with, as one message."""
        try:
            untold = await self.ports.history.untold()
            await self.bridges.resume()
        except BotError as err:
            _LOGGER.warning("What an earlier run left untold cannot be read: %s", err)
            return
        rules = {row.topic: self.subscriptions.best(row.topic) for row in untold}
        for to, topics in self.conversation.untold_by(rules).items():
            rows = [row for row in untold if row.topic in topics]
            text = render_untold(rows, rules, self.outgoing.speech(to))
            self.outgoing.send([self.outgoing.notice(to, text, priority=max(topics.values()))])
        if untold:
            self.ports.history.mark_told(rules)

    def close(self) -> None:
        """Hand to the outbox what waits to be told."""
        now = self.ports.clock.now()
        self.alerts.close(now)
        self.bridges.close()
        self.uploads.close()
        notices = self.conversation.flush(now)
        self.held.keep()
        self._spoken.settle(notices)

    @property
    def status(self) -> BotStatus:
        last = self._last
        return BotStatus(
            state=self.broker.status.bot_state(heard=self._messages > 0),
            broker=self.broker.status,
            chat=self.chat.status,
            paused=self.paused,
            messages=self._messages,
            dropped=self._dropped(),
            unread=self.ports.outbox.unread,
            undelivered=self.ports.outbox.undelivered,
            last_topic=last.message.topic if last else "",
            last_text=with_unit(last.text, last.unit) if last else "",
            last_time=last.time if last else 0.0,
            failed=self.ports.outbox.failed,
            refused=tuple(self.ports.broker.refused.items()),
            unreachable=self._reach.unreachable,
            firing=len(self.alerts.active),
            quiet_until=self.do_not_disturb.quiet_until,
            do_not_disturb=self.do_not_disturb.undisturbed(self.ports.clock.now()),
            unwritten=self._gap.reason,
        )

    def _show_file(self, topic: str, address: str, priority: Priority) -> None:
        self._spoken.settle(self.conversation.shown(topic, address, priority, self.ports.clock.now()))

    def _changed(self) -> None:
        """Show the bot's state to the contacts, if it is another one, and tell the listeners."""
        state, phrases = self.broker.status.bot_state(heard=self._messages > 0), self.ports.phrases
        text = bot_state_text(state, self.broker.status, self._gap, phrases.phrase)
        shown = BotState.OFFLINE if self._gap.reason else state  # which is *away*
        if (shown, text) != self._shown:
            self._shown = shown, text
            self.ports.chat.show(shown, text)
        self._status_changed()

    def _status_changed(self) -> None:
        self.announce(StatusChanged(self.status))

    def mark_read(self) -> None:
        """Count as read what was sent to the contacts, for clients that tell nothing of it."""
        self.ports.outbox.mark_all_read()
        self.announce(StatusChanged(self.status))

    def listen(self, listener: Callable[[Announcement], None]) -> Callable[[], None]:
        return self._listeners.listen(listener)

"""The way back: chat text in, reply out."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
import logging
from typing import Any, Protocol

from ..commands.confirmation import Answered, Confirmation
from ..delivery.outgoing import Outgoing
from ..model.announcements import Announcement, ChatReceived
from ..model.replies import BotError, Caller, Reply, Surface, Text
from ..model.rules import Contact, Ear, Priority, Role, RuleSet
from ..model.utterance import LONGEST_TEXT, Reaction, Utterance
from ..ports import Phrases, Ports
from ..rendering.replies import render_error, render_reply
from .context import About, Aimed, AlertsTold, Command, Context, asked_by, corrects, seen_to, without_joint
from .free_text import Questions
from .hearing import UNKNOWN, CommandReader, Understood, mistyped
from .paging import Pages
from .pending import Pending
from .understanding import NODDED, Understanding

_LOGGER = logging.getLogger(__name__)

_SEEN_TO = frozenset({"ack", "snooze", "mute"})
"""What is asked for on a notification, whose place is taken then by what tells that it was."""


class Execute(Protocol):
    """Runs a command for a caller. Raises BotError."""

    async def __call__(self, command: Command, caller: Caller, *, confirmed: bool = False) -> Reply: ...


class Carry(Protocol):
    """Takes what a contact says to where a bridge carries it, and says whether one does. Raises BotError."""

    async def __call__(self, utterance: Utterance, contact: Contact) -> bool: ...


class Dialogue:
    """Answers the contacts in the chat, and whoever else asks in its words.

    `about` names the alerts that a notice told of, `carry` is how bridges take what is said to topics, and
    `trusts` says of a room whether it is believed who speaks there; `hearers`, who is asked where nobody is
    named.
    """

    def __init__(
        self,
        ports: Ports,
        outgoing: Outgoing,
        hearing: CommandReader,
        confirmation: Confirmation,
        questions: Questions,
        *,
        execute: Execute,
        carry: Carry,
        about: About,
        trusts: Callable[[str], bool],
        hearers: Callable[[str, Priority], list[str]],
        announce: Callable[[Announcement], None],
    ) -> None:
        self._clock = ports.clock
        self._outbox = ports.outbox
        self._chat = ports.chat
        self._outgoing = outgoing
        self._hearing = hearing
        self._confirmation = confirmation
        self._questions = questions
        self.pending = Pending(ports, outgoing, hearers, announce)
        self.inquiries = self.pending.inquiries
        self._understanding = Understanding(ports, hearing)
        self.deed = self._understanding.deed
        self._context = Context(ports, hearing)
        self._execute = execute
        self._carry = carry
        self._about = about
        self._trusts = trusts
        self._announce = announce
        self._rules = RuleSet()
        self._pages = Pages()

    def apply(self, rules: RuleSet) -> None:
        """Know the contacts, the presets, and what becomes of free text."""
        self._rules = rules
        self._understanding.apply(rules)
        self.pending.apply(rules)

    async def hear(self, utterance: Utterance) -> None:
        contact, room = self._contact(utterance.jid), utterance.room
        if contact is None:
            return
        if utterance.encrypted:
            told = self._hearing.unreadable(room or contact.jid, utterance.encrypted, self._clock.now())
            answer = render_reply(told, self._outgoing.speech(contact.jid)) if told else ""
        else:
            whole, utterance = utterance, replace(utterance, text=utterance.text[:LONGEST_TEXT])
            heard = self._heard(utterance, contact, whole)
            with self._answering(utterance):
                answer = await self._answered(
                    heard, Caller(Surface.CHAT, contact.jid, contact.role, room=room)
                )
        # Two bots that answer each other would never stop.
        self._answer(contact.jid, "" if utterance.automatic else answer, room)

    def _answering(self, utterance: Utterance) -> AbstractContextManager[None]:
        """Let a person see that an answer is being written; in a room the others need not."""
        if utterance.room or utterance.automatic:
            return nullcontext()
        return self._chat.answering(utterance.jid)

    async def _heard(self, utterance: Utterance, contact: Contact, whole: Utterance) -> str:
        """Answer what a contact said: a command, a yes or no, a reply to an alert, or something else.

        Raises BotError `text_too_long` for a command, or what goes to a topic, of which only the beginning is
        in the utterance: all of it is in the `whole`.
        """
        text, room = utterance.text, utterance.room
        role = self._role(contact, room)
        if utterance.automatic:
            # A bot may pass on the words of anybody who can publish: they command nothing.
            self._announce_said(utterance, command=False)
            await self._carry(whole, replace(contact, role=role))
            return ""
        if not room:
            self._hearing.readable(contact.jid)
        about = await self._alerts_of(utterance.reply_to, room or contact.jid)
        caller = self._caller(contact, role, about, room)
        answer = self._inquired(utterance, contact, caller)
        if answer is not None:
            self._announce_said(utterance, command=True)
            return answer
        if self._hearing.wants_more(text, among_others=bool(room)):
            self._announce_said(utterance, command=True)
            return await self._more(caller)
        await self._hearing.learn(text)
        asked = self._hearing.command(text, among_others=bool(room)) or self._acknowledged(text, room)
        if whole != utterance and asked is not None:
            asked = _too_long()
        # In a room only what is meant for the bot answers its question.
        taken = (asked is not None or not room) and not about
        confirmed = await self._answer_to_asked(text, caller) if taken else None
        aimed = None if confirmed is not None else await self._aimed(utterance, about)
        self._announce_said(utterance, command=(asked or confirmed or aimed) is not None)
        if confirmed is not None:
            return await self._done(confirmed, caller)
        if aimed is not None:
            return await self._done(aimed, caller)
        if isinstance(asked, Command):
            return await self._tried(asked, text, caller)
        if asked is not None:
            return await self._asked_in_words(text, asked, caller)
        return await self._other(utterance, replace(contact, role=role), caller, whole)

    def _announce_said(self, said: Utterance, *, command: bool) -> None:
        """Announce what a contact said."""
        self._announce(
            ChatReceived(
                said.jid,
                said.text,
                command,
                said.id,
                said.room,
                said.reply_to,
                said.file,
                automatic=said.automatic,
            )
        )

    def _inquired(self, utterance: Utterance, contact: Contact, caller: Caller) -> str | None:
        """Return what is said to an answer to a question of an automation; None if it is none.

        A bare word belongs to what the contact itself has just asked for, if that waits for one.
        """
        said = self._hearing.stripped(utterance.text)
        addressed = not utterance.room or said != utterance.text.strip()
        bare = addressed and not self._confirmation.waits(caller)
        return self.inquiries.heard(utterance, said, contact, bare=bare)

    async def _aimed(self, utterance: Utterance, about: AlertsTold) -> Aimed | None:
        """Return the command that a reply is together with the message it answers."""
        told = self._outgoing.said(utterance.reply_to)
        if not utterance.reply_to or not (told or about):
            return None
        await self._hearing.know_names()
        things = self._context.things(told, about)
        self._context.pronouns.note(utterance.jid, utterance.room, things)
        return self._context.aimed(utterance.text, things, about)

    async def react(self, reaction: Reaction) -> None:
        """Do what a reaction to a message asks for; others mean nothing."""
        contact, room = self._contact(reaction.jid), reaction.room
        answer = self.inquiries.reacted(reaction, contact) if contact else ""
        if contact is None or answer is not None:
            self._answer(reaction.jid, answer or "", room)
            return
        command = asked_by(reaction.emojis)
        if not command:
            return
        about = await self._alerts_of(reaction.to, room or contact.jid)
        wanted: Command | Aimed | None = seen_to(command) if about else None
        if wanted is None:
            await self._hearing.know_names()
            things = self._context.things(self._outgoing.said(reaction.to), about)
            wanted = self._context.aim(command, things)
        if wanted is not None:
            caller = self._caller(contact, self._role(contact, room), about, room)
            self._confirmation.take("", caller)
            with nullcontext() if room else self._chat.answering(contact.jid):
                answer = await self._answered(self._done(wanted, caller), caller)
            self._answer(contact.jid, answer, room)

    def _role(self, contact: Contact, room: str) -> Role:
        """Return what a contact may do where it speaks: in a room that is a contact no more than anybody."""
        here = self._contact(room) if room else None
        if here is not None:
            return min(contact.role, here.role)
        return contact.role if not room or self._trusts(room) else Role.VIEWER

    def _caller(self, contact: Contact, role: Role, about: AlertsTold, room: str) -> Caller:
        """Return who asks; where everybody is a viewer nobody operates some topics either."""
        here = self._contact(room)
        narrow = here.role >= Role.OPERATOR if here else not room or self._trusts(room)
        within = contact.operates if narrow else ()
        return Caller(Surface.CHAT, contact.jid, role, about, room=room, trusted=contact.role, within=within)

    def _acknowledged(self, text: str, room: str) -> Command | BotError | None:
        """Return the command of who says in a room that is told of alerts that it sees to one: `ack 12`."""
        word, _, rest = text.strip().partition(" ")
        if self._contact(room) is None or self._hearing.node(word) != "ack":
            return None
        return self._hearing.parse(text) if not rest or rest.lstrip("#")[:1].isdecimal() else None

    async def press(self, notice_id: str, said: str, caller: Caller) -> None:
        """Do what is asked on the notification of a notice, as in a reply to it.

        What somebody sees to is shown by the notifications themselves, all else is answered there.
        """
        caller = replace(caller, about=tuple(self._about(notice_id)))
        answer = await self._answered(self._pressed(notice_id, said[:LONGEST_TEXT], caller), caller)
        with suppress(BotError):
            for to in {row.to for row in await self._outbox.ledger((notice_id,))} if answer else ():
                self._outgoing.answer(to, answer)

    async def _pressed(self, notice_id: str, said: str, caller: Caller) -> str:
        answer = self.inquiries.pressed(notice_id, said, caller)
        if answer is not None:
            return answer
        await self._hearing.learn(said)
        asked: Understood | Aimed = self._hearing.parse(said)
        if isinstance(asked, BotError):
            meant = await self._meant(self._hearing.stripped(said), caller)
            plain = meant is None or isinstance(meant, (Text, BotError))
            # Whoever answers an alert has seen to it; the words are a note.
            asked = self._context.note(said) if caller.about and plain else meant or asked
        if not isinstance(asked, Command) or asked.node not in _SEEN_TO:
            return await self._done(asked, caller)
        if not caller.about:
            raise BotError("alert_over_already")
        await self._done(asked, caller)
        return ""

    async def _alerts_of(self, notice_id: str, where: str) -> AlertsTold:
        """Return the alerts that a notice told this contact or room of; its id may be known to others too.

        Where nobody can look up whom it told, an alert is seen to all the same.
        """
        about = tuple(self._about(notice_id))
        with suppress(BotError):
            ledger = await self._outbox.ledger((notice_id,)) if about else []
            if any(row.notice == notice_id and row.to != where for row in ledger):
                return ()
        return about

    async def ask(self, text: str, caller: Caller) -> str:
        """Return the answer to what is said in the words of the chat, with or without `/mqtt`."""
        return await self._answered(self._asked(text, caller), caller)

    async def look(self, node: str, rest: str, caller: Caller) -> str:
        """Return the answer to one command with what is typed behind it; all else is not understood."""
        return await self._answered(self._looked(f"{node} {rest}", caller), caller)

    async def _looked(self, line: str, caller: Caller) -> str:
        if len(line) > LONGEST_TEXT:
            raise _too_long()
        await self._hearing.learn(line)
        command = self._hearing.parse(line)
        if isinstance(command, BotError):
            raise command
        return self._rendered(await self._execute(command, caller), caller)

    async def known(self, text: str, caller: Caller) -> str | None:
        """Return the answer to what the bot surely understands; None for all else."""
        if self._hearing.wants_more(text, asked=True):
            return await self._answered(self._more(caller), caller)
        wanted = await self._answer_to_asked(text[:LONGEST_TEXT], caller)
        if wanted is not None:
            return await self._answered(self._done(wanted, caller), caller)
        await self._hearing.learn(text)
        asked = self._hearing.parse(text[:LONGEST_TEXT])
        if isinstance(asked, Command):
            return await self._answered(self._tried(asked, text, caller), caller)
        meant = await self._meant(self._hearing.stripped(text), caller, free=True)
        if meant is None or isinstance(meant, BotError):
            return None
        try:
            return await self._done(meant, caller)
        except BotError as err:
            return None if err.key in UNKNOWN else render_error(err, self._speech(caller))

    async def guessed(self, text: str, caller: Caller) -> str:
        """Return the answer to what is not surely understood."""
        guess = await self._guess(self._hearing.stripped(text), caller)
        return await self._answered(self._done(guess, caller), caller)

    async def _guess(self, line: str, caller: Caller) -> Understood:
        """Return what a line may mean that is not surely understood."""
        said = without_joint(line) or line
        return await self._understanding.guess(self._context.pronouns.filled(said, caller))

    async def do(self, text: str, caller: Caller) -> None:
        """Do what a rule asks for. Raises BotError as `deed`, and what the command raises."""
        await self._execute(await self.deed(text), caller)

    async def _asked(self, text: str, caller: Caller) -> str:
        if len(text) > LONGEST_TEXT:
            raise _too_long()
        if self._hearing.wants_more(text, asked=True):
            return await self._more(caller)
        wanted = await self._answer_to_asked(text, caller)
        if wanted is not None:
            return await self._done(wanted, caller)
        await self._hearing.learn(text)
        asked = self._hearing.parse(text)
        if isinstance(asked, Command):
            return await self._tried(asked, text, caller)
        return await self._asked_in_words(text, asked, caller)

    async def _asked_in_words(self, text: str, error: BotError, caller: Caller) -> str:
        """Answer what is meant for the bot and is no command: in words, else with what is wrong with it."""
        return await self._done(await self._meant(self._hearing.stripped(text), caller) or error, caller)

    async def _answer_to_asked(self, text: str, caller: Caller) -> Understood | Answered | Aimed | None:
        """Return what an answer to what the bot has asked wants; what corrects that takes its place."""
        line = self._hearing.stripped(text)
        open_question = self._confirmation.waits(caller) and not self._confirmation.picks(line, caller)
        if open_question and corrects(line):
            await self._hearing.know_names()
            if (meant := await self._followed(line, caller)) is not None:
                self._confirmation.take("", caller)
                return meant
        return self._confirmation.take(text, caller)

    async def _followed(self, line: str, caller: Caller) -> Understood | Aimed | None:
        """Return what a line means together with what was said before; None if nothing."""
        found = await self._context.followups.meant(line, caller)
        if not isinstance(found, str):
            return found
        meant = await self._understanding.meant(found)
        return meant if isinstance(meant, (Command, BotError)) else self._hearing.parse(f"set {found}")

    async def _meant(self, line: str, caller: Caller, *, free: bool = False) -> Understood | Aimed | None:
        """Return what a line surely means, together with what was said before or alone."""
        await self._hearing.know_names()
        if not caller.about and (found := await self._followed(line, caller)) is not None:
            return found
        meant: Understood | None = None
        for said in filter(None, (line, without_joint(line))):
            filled = self._context.pronouns.filled(said, caller)
            other = await self._understanding.meant(filled, free=free)
            if isinstance(other, (Command, Text)):
                return other
            meant = meant or other
        return meant

    async def _tried(self, command: Command, text: str, caller: Caller) -> str:
        """Return what comes of a command; where nothing is called so, of the sentence that it is as well."""
        rather: Understood | Aimed | None = self._understanding.rather(command.node, text)
        if rather is not None and command.node == "alias":
            rather = await self._followed(text, caller) or rather
        if rather is not None:
            return await self._done(rather, caller)
        try:
            return await self._done(command, caller)
        except BotError as err:
            if err.key not in UNKNOWN:
                raise
            meant = await self._understanding.sentence(self._hearing.stripped(text))
            if meant is None or meant == command or isinstance(meant, BotError):
                raise
        return await self._done(meant, caller)

    async def _done(self, wanted: Understood | Answered | Aimed, caller: Caller) -> str:
        """Return what comes of a command. Raises BotError where none was meant, or it fails."""
        if isinstance(wanted, BotError):
            raise wanted
        if isinstance(wanted, Command):
            undone = self._context.followups.undone(wanted, caller)
            wanted = undone or self._context.pronouns.aimed(wanted, caller) or wanted
        if isinstance(wanted, Aimed):
            wanted = self._confirmation.aim(wanted.command, caller, wanted.said, wanted.options)
        given = wanted.command if isinstance(wanted, Answered) else wanted
        if isinstance(given, Command):
            self._context.followups.note(given, caller)
        if isinstance(wanted, Answered):
            reply = await self._execute(wanted.command, caller, confirmed=wanted.confirmed)
        else:
            reply = wanted if isinstance(wanted, Text) else await self._execute(wanted, caller)
        if isinstance(given, Command):
            self._context.followups.turns.answer(given, caller, reply)
            told = next((turn.topics for turn in self._context.followups.turns.of(caller)), set[str]())
            self._context.pronouns.after(given, caller, told)
        command = wanted if isinstance(wanted, Command) else None
        return self._rendered(self._pages.begin(reply, command, caller), caller)

    async def _more(self, caller: Caller) -> str:
        """Return what is left of the last long answer to a caller."""
        more = self._pages.more(caller)
        if isinstance(more, Command):
            return await self._done(more, caller)
        return self._rendered(more, caller)

    def _rendered(self, reply: Reply, caller: Caller) -> str:
        return render_reply(reply, self._speech(caller))

    def _speech(self, caller: Caller) -> Phrases:
        """Return the texts for a caller, with what a command needs before it in a room."""
        who = caller.room if self._contact(caller.room) else caller.who
        speech = self._outgoing.speech(who, caller.language)
        return speech.addressed(self._hearing.address(caller.room)) if caller.room else speech

    async def _other(self, utterance: Utterance, contact: Contact, caller: Caller, whole: Utterance) -> str:
        """Answer what is no command: a bridge has it, else it is understood, a note, free text, a guess."""
        text = utterance.text
        if not mistyped(text) and not caller.about and await self._carry(whole, contact):
            return ""
        if utterance.room and not caller.about:
            return ""
        if mistyped(text):
            return await self._asked(text, caller)
        line, free = self._hearing.meant_for(text), self._rules.free_text.ear
        if whole != utterance and free is not Ear.OFF:
            raise _too_long()
        may_answer = self._hearing.may_answer(contact.jid, self._clock.now())
        meant = await self._meant(line, caller, free=free is not Ear.OFF) if may_answer and line else None
        if caller.about and (meant is None or isinstance(meant, (Text, BotError))):
            # Whoever answers an alert has seen to it; the words are a note.
            self._confirmation.take("", caller)
            return await self._done(self._context.note(text), caller)
        if meant is None and free is not Ear.OFF and text.strip():
            return await self._taken(text, contact, may_answer=may_answer)
        if not may_answer or not line:
            return ""
        if utterance.file and meant is None:
            return self._speech(caller).phrase("common.file_heard")
        if meant in (None, NODDED) and (possible := self.inquiries.possible(contact.jid)):
            return possible
        try:
            return await self._done(meant or await self._guess(line, caller), caller)
        except BotError as err:
            if free is Ear.OFF or err.key not in UNKNOWN or isinstance(meant, BotError):
                raise
        return await self._taken(text, contact, may_answer=True)

    async def _taken(self, text: str, contact: Contact, *, may_answer: bool) -> str:
        """Take free text to where it goes and answer, but not for ever: it may be another bot."""
        if may_answer:
            return await self._questions.pass_on(text, contact)
        if self._rules.free_text.ear is Ear.TOPIC:
            with suppress(BotError):
                await self._questions.pass_on(text, contact)
        return ""

    async def _answered(self, answer: Coroutine[Any, Any, str], caller: Caller) -> str:
        """Return an answer, or what went wrong with it: whoever wrote to the bot gets one."""
        try:
            return await answer
        except BotError as err:
            return render_error(err, self._speech(caller))
        except Exception:  # whatever went wrong, it is answered
            _LOGGER.exception("A text could not be answered")
            return self._speech(caller).phrase("exceptions.unexpected.message")

    def _contact(self, jid: str) -> Contact | None:
        return next((contact for contact in self._rules.contacts if contact.jid == jid), None)

    def _answer(self, jid: str, answer: str, room: str = "") -> None:
        """Answer who asked, where it asked, whether it may be disturbed or not."""
        if answer:
            notice_id = self._outgoing.answer(room or jid, answer, room=bool(room))
            self._confirmation.asked_by(notice_id, jid, room)


def _too_long() -> BotError:
    return BotError("text_too_long", most=LONGEST_TEXT)

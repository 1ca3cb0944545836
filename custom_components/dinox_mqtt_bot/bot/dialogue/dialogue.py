"""The way back: chat text in, reply out."""

from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import replace
import logging
from typing import Any, Protocol

from ..commands.attending import Ack
from ..commands.command import Command
from ..commands.confirmation import Answered, Confirmation
from ..delivery.outgoing import Outgoing
from ..model.alert import Alert
from ..model.announcements import Announcement, ChatReceived
from ..model.errors import BotError
from ..model.replies import Caller, Reply, Surface, Text
from ..model.rules import Contact, Ear, Role, RuleSet
from ..model.utterance import LONGEST_TEXT, Reaction, Utterance
from ..ports import Ports
from ..rendering.replies import render_error, render_reply
from .free_text import Questions, mistyped
from .hearing import CommandReader
from .reactions import asked_by

_LOGGER = logging.getLogger(__name__)


class Execute(Protocol):
    """Runs a command for a caller. Raises BotError."""

    async def __call__(self, command: Command, caller: Caller, *, confirmed: bool = False) -> Reply: ...


class Carry(Protocol):
    """Takes what a contact says to where a bridge carries it, and says whether one does. Raises BotError."""

    async def __call__(self, utterance: Utterance, contact: Contact) -> bool: ...


class Dialogue:
    """Answers the contacts in the chat, and whoever else asks in its words.

    `about` names the alerts that a notice told of, `carry` is how bridges take what is said to topics, and
    `trusts` says of a room whether it is believed who speaks there.
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
        about: Callable[[str], Iterable[Alert]],
        trusts: Callable[[str], bool],
        announce: Callable[[Announcement], None],
    ) -> None:
        self._phrases = ports.phrases
        self._clock = ports.clock
        self._outbox = ports.outbox
        self._outgoing = outgoing
        self._hearing = hearing
        self._confirmation = confirmation
        self._questions = questions
        self._execute = execute
        self._carry = carry
        self._about = about
        self._trusts = trusts
        self._announce = announce
        self._rules = RuleSet()
        self._history = ports.history

    def apply(self, rules: RuleSet) -> None:
        """Know the contacts, and what becomes of free text."""
        self._rules = rules

    async def hear(self, utterance: Utterance) -> None:
        contact, room = self._contact(utterance.jid), utterance.room
        if contact is None:
            return
        if utterance.encrypted:
            answer = self._hearing.unreadable(room or contact.jid, utterance.encrypted, self._clock.now())
        else:
            whole, utterance = utterance, replace(utterance, text=utterance.text[:LONGEST_TEXT])
            heard = self._heard(utterance, contact, cut=utterance.text != whole.text)
            answer = await self._answered(heard)
        # Two bots that answer each other would never stop.
        self._answer(contact.jid, "" if utterance.automatic else answer, room)

    async def _heard(self, utterance: Utterance, contact: Contact, *, cut: bool) -> str:
        """Answer what a contact said: a command, a yes or no, a reply to an alert, or something else.

        Raises BotError `text_too_long` for a command of which only the beginning is there (`cut`).
        """
        text, room = utterance.text, utterance.room
        role = contact.role if not room or self._trusts(room) else Role.VIEWER
        if utterance.automatic:
            # A bot may pass on the words of anybody who can publish: they command nothing.
            self._announce(ChatReceived(contact.jid, text, command=False))
            await self._carry(utterance, replace(contact, role=role))
            return ""
        if not room:
            self._hearing.readable(contact.jid)
        about = await self._told(utterance.reply_to, contact)
        caller = Caller(Surface.CHAT, contact.jid, role, about, room=room, trusted=contact.role)
        await self._hearing.learn(text, self._history)
        asked = self._hearing.command(text, among_others=bool(room))
        if cut and asked is not None:
            asked = _too_long()
        # In a room only what is meant for the bot answers its question.
        confirmed = self._confirmation.take(text, caller) if asked is not None or not room else None
        self._announce(ChatReceived(contact.jid, text, (asked or confirmed) is not None))
        if confirmed is not None:
            return await self._done(confirmed, caller)
        if asked is not None:
            return await self._done(asked, caller)
        if about:
            # Whoever answers an alert has seen to it; the words are a note.
            self._confirmation.take("", caller)
            return await self._done(Ack(note=text), caller)
        return await self._other(utterance, replace(contact, role=role))

    async def react(self, reaction: Reaction) -> None:
        """Do what a reaction to an alert's message asks for; others mean nothing."""
        contact = self._contact(reaction.jid)
        command = asked_by(reaction.emojis)
        if contact is None or command is None:
            return
        if about := await self._told(reaction.to, contact):
            caller = Caller(Surface.CHAT, contact.jid, contact.role, about)
            self._confirmation.take("", caller)
            self._answer(contact.jid, await self._answered(self._done(command, caller)))

    async def _told(self, notice_id: str, contact: Contact) -> tuple[Alert, ...]:
        """Return the alerts that a notice told this contact of; its id may be known to others too.

        Where nobody can look up whom it told, an alert is seen to all the same.
        """
        about = tuple(self._about(notice_id))
        with suppress(BotError):
            ledger = await self._outbox.ledger((notice_id,)) if about else []
            if any(row.notice == notice_id and row.to != contact.jid for row in ledger):
                return ()
        return about

    async def ask(self, text: str, caller: Caller) -> str:
        """Return the answer to a command in the words of the chat, with or without `/mqtt`."""
        return await self._answered(self._asked(text, caller))

    async def _asked(self, text: str, caller: Caller) -> str:
        if len(text) > LONGEST_TEXT:
            raise _too_long()
        wanted = self._confirmation.take(text, caller)
        if wanted is None:
            await self._hearing.learn(text, self._history)
            return await self._done(self._hearing.parse(text), caller)
        return await self._done(wanted, caller)

    async def _done(self, wanted: Command | Answered | Text | BotError, caller: Caller) -> str:
        """Return what comes of a command. Raises BotError where none was meant, or it fails."""
        if isinstance(wanted, BotError):
            raise wanted
        if isinstance(wanted, Answered):
            reply = await self._execute(wanted.command, caller, confirmed=wanted.confirmed)
        else:
            reply = wanted if isinstance(wanted, Text) else await self._execute(wanted, caller)
        return render_reply(reply, self._phrases)

    async def _other(self, utterance: Utterance, contact: Contact) -> str:
        """Answer what is no command, nor meant as one: a bridge has it, else it is free text (no room's)."""
        text = utterance.text
        if not mistyped(text) and await self._carry(utterance, contact):
            return ""
        if utterance.room:
            return ""
        if self._rules.free_text.ear is Ear.OFF or not text.strip():
            return self._hearing.hint(contact.jid, self._clock.now())
        if mistyped(text):
            return await self._asked(text, Caller(Surface.CHAT, contact.jid, contact.role))
        return await self._taken(text, contact)

    async def _taken(self, text: str, contact: Contact) -> str:
        """Take free text to where it goes and answer, but not for ever: it may be another bot."""
        if self._hearing.may_answer(contact.jid, self._clock.now()):
            return await self._questions.pass_on(text, contact)
        if self._rules.free_text.ear is Ear.TOPIC:
            with suppress(BotError):
                await self._questions.pass_on(text, contact)
        return ""

    async def _answered(self, answer: Coroutine[Any, Any, str]) -> str:
        """Return an answer, or what went wrong with it: whoever wrote to the bot gets one."""
        try:
            return await answer
        except BotError as err:
            return render_error(err, self._phrases)
        except Exception:  # whatever went wrong, it is answered
            _LOGGER.exception("A text could not be answered")
            return self._phrases.phrase("exceptions.unexpected.message")

    def _contact(self, jid: str) -> Contact | None:
        return next((contact for contact in self._rules.contacts if contact.jid == jid), None)

    def _answer(self, jid: str, answer: str, room: str = "") -> None:
        """Answer who asked, where it asked, whether it may be disturbed or not."""
        if answer:
            self._outgoing.answer(room or jid, answer, room=bool(room))


def _too_long() -> BotError:
    return BotError("text_too_long", most=LONGEST_TEXT)

"""The way back: chat text in, reply out."""

from collections.abc import Coroutine
from contextlib import suppress
import logging
from typing import TYPE_CHECKING, Any

from ..alerts.lookup import asked_by
from ..commands.parsing import parse
from ..model.announcements import ChatReceived
from ..model.caller import Caller, Surface
from ..model.errors import BotError
from ..model.notice import Notice
from ..model.replies import Reply, Text
from ..model.rules import Contact, Ear
from ..model.utterance import Reaction, Utterance
from ..rendering.replies import render_error, render_reply
from .free_text import mistyped
from .hearing import Hearing

if TYPE_CHECKING:
    from ..bot import Bot

_LOGGER = logging.getLogger(__name__)


class Dialogue:
    """Answers the contacts in the chat, and whoever else asks in its words."""

    def __init__(self, bot: Bot, hearing: Hearing) -> None:
        self._bot = bot
        self._hearing = hearing

    async def hear(self, utterance: Utterance) -> None:
        """Answer a contact; strangers are not heard."""
        bot, text = self._bot, utterance.text
        contact = self._contact(utterance.jid)
        if contact is None:
            return
        about = tuple(bot.alarms.told_by(utterance.reply_to))
        caller = Caller(Surface.CHAT, contact.jid, contact.role, about)
        command = self._is_command(utterance, caller)
        bot.announce(ChatReceived(contact.jid, text, command))
        if not command and about:
            # Whoever answers an alert has seen to it; the words are a note.
            command, text = True, f"ack {text}"
        if command:
            answer = await self.ask(text, caller)
        else:
            answer = await self._answered(self._other(utterance, contact, caller))
        self._answer(contact.jid, answer, utterance.room)

    def _is_command(self, utterance: Utterance, caller: Caller) -> bool:
        """Say whether a text asks for a command, or answers a question of the bot; in a room it says so itself."""
        text, aliases = utterance.text, self._bot.subscriptions.aliases
        if utterance.room:
            return self._hearing.is_command(text, aliases, among_others=True)
        return self._bot.confirming.awaits(text, caller) or self._hearing.is_command(text, aliases)

    async def react(self, reaction: Reaction) -> None:
        """Do what a reaction to an alert's message asks for; others mean nothing."""
        contact = self._contact(reaction.jid)
        about = tuple(self._bot.alarms.told_by(reaction.to))
        command = asked_by(reaction.emojis)
        if contact is not None and about and command:
            caller = Caller(Surface.CHAT, contact.jid, contact.role, about)
            self._answer(contact.jid, await self.ask(command, caller))

    async def ask(self, text: str, caller: Caller) -> str:
        """Return the answer to a command in the words of the chat, with or without `/mqtt`."""
        return await self._answered(self._asked(text, caller))

    async def _asked(self, text: str, caller: Caller) -> str:
        bot = self._bot
        waiting = bot.confirming.take(text, caller)
        reply: Reply
        if isinstance(waiting, Text):
            reply = waiting
        elif waiting is not None:
            reply = await bot.execute(waiting, caller, confirmed=True)
        else:
            reply = await bot.execute(parse(text, bot.commands, bot.subscriptions.aliases), caller)
        return render_reply(reply, bot.ports.phrases)

    async def _other(self, utterance: Utterance, contact: Contact, caller: Caller) -> str:
        """Answer what is no command: a bridge carries it, or it is free text, unless it was meant to be a command.

        What people say to each other in a room is none of the bot's business unless a bridge carries it.
        """
        bot, text = self._bot, utterance.text
        if not utterance.room:
            bot.confirming.take(text, caller)
        if not mistyped(text) and await bot.bridges.hear(utterance, contact):
            return ""
        if utterance.room:
            return ""
        if bot.rules.free_text.ear is Ear.OFF or not text.strip():
            return self._hearing.hint(contact.jid, bot.ports.clock.now())
        if mistyped(text):
            return await self._asked(text, caller)
        return await self._taken(text, contact)

    async def _taken(self, text: str, contact: Contact) -> str:
        """Take free text to where it goes, and answer; but not for ever what may be another bot that answers in turn."""
        bot = self._bot
        if self._hearing.may_answer(contact.jid, bot.ports.clock.now()):
            return await bot.questions.say(text, contact)
        if bot.rules.free_text.ear is Ear.TOPIC:
            with suppress(BotError):
                await bot.questions.say(text, contact)
        return ""

    async def _answered(self, answer: Coroutine[Any, Any, str]) -> str:
        """Return an answer, or what went wrong with it: whoever wrote to the bot gets one."""
        phrases = self._bot.ports.phrases
        try:
            return await answer
        except BotError as err:
            return render_error(err, phrases)
        except Exception:  # whatever went wrong, it is answered
            _LOGGER.exception("A text could not be answered")
            return phrases.phrase("exceptions.unexpected.message")

    def _contact(self, jid: str) -> Contact | None:
        return next((contact for contact in self._bot.rules.contacts if contact.jid == jid), None)

    def _answer(self, jid: str, answer: str, room: str = "") -> None:
        """Answer who asked, where it asked, whether it may be disturbed or not."""
        if answer:
            clock = self._bot.ports.clock
            notice = Notice(clock.new_id(), room or jid, answer, clock.now(), room=bool(room))
            self._bot.ports.outbox.put(notice)

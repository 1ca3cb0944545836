"""What agents want to do: done when a contact who may do it has said so in the chat, and never before."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ..commands.command import Command, Parts, require
from ..model.inquiry import FOR_A_WHILE, YES_OR_NO, Answer, Inquiry
from ..model.replies import BotError, Caller, Reply, Surface, Text
from ..model.rules import Contact, Role
from ..rendering.replies import render_error, render_reply
from .grants import Grants

PATIENCE = 180.0
"""Seconds in which a contact may answer."""
LONGEST_DEED = 300
"""Characters of what an agent wants to do, and of what is published for it: the question shows all of it."""
_ASKED_FOR = frozenset({"set", "preset", "publish"})
"""The commands that an agent may ask for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a deed, in words; `who` agreed to it, `error` is the key of what was wrong."""

    text: str
    who: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Deed:
    """What an agent wants to do for somebody, and what that comes to.

    `kind` is what else a yes for a while goes for, empty for nothing else.
    """

    agent: str
    caller: Caller
    command: Command
    role: Role
    stake: Text
    kind: str

    @property
    def asker(self) -> str:
        """The agent in the hands of one user: what it may do for one it may not do for another."""
        return f"{self.agent} {self.caller.user}"

    @property
    def name(self) -> str:
        return self.kind or repr(self.command)


class SecondKey:
    """Turns by the word of a contact: an agent's words, or those of whoever talks to it, do not turn it.

    `run` runs a command that was agreed to; `ask` asks contacts and returns the answer, None if there was
    none in time, or raises BotError.
    """

    def __init__(
        self,
        parts: Parts,
        run: Callable[[Command, Caller], Awaitable[Reply]],
        ask: Callable[[Inquiry], Awaitable[Answer | None]],
    ) -> None:
        self._parts = parts
        self._run = run
        self._ask = ask
        self._grants = Grants(parts.ports.clock.now)

    async def act(self, text: str, caller: Caller, agent: str) -> Outcome:
        """Have something done for an agent that `caller` talks to."""
        speech = self._parts.outgoing.speech(caller.who, caller.language)
        try:
            deed = await self._deed(text, caller, agent)
            contact = self._contact(await self._agreed(deed), deed.role)
            done = await self._done(deed, contact)
        except BotError as err:
            return Outcome(render_error(err, speech), error=err.key)
        return Outcome(render_reply(done, speech), contact.name or contact.jid)

    async def _deed(self, text: str, caller: Caller, agent: str) -> _Deed:
        """Return what is wanted. Raises BotError where it is nothing, or the caller may not do it either."""
        if len(text) > LONGEST_DEED:
            raise BotError("text_too_long", most=LONGEST_DEED)
        command = await self._parts.deed(text)
        if command.node not in _ASKED_FOR:  # what people do not want to hear they say themselves
            raise BotError("no_deed", deed=text)
        role = max(command.least_role(self._parts), Role.OPERATOR)
        require(caller, role, command.node)
        stake = await command.at_stake(self._parts)
        if len(str(stake.placeholders.get("payload", ""))) > LONGEST_DEED:
            raise BotError("text_too_long", most=LONGEST_DEED)
        # A lock, say, is asked about each time. A lamp may be switched to and fro, else it is the same again.
        always = command.destructive and command.needs_confirmation(self._parts)
        one_thing = stake.key == "set_stake"
        kind = f"set {stake.placeholders['name']}" if one_thing else repr(command)
        return _Deed(agent, caller, command, role, stake, "" if always else kind)

    async def _agreed(self, deed: _Deed) -> str:
        """Return who has agreed, now or for a while. Raises BotError."""
        who = self._grants.giver(deed.asker, deed.kind) if deed.kind else ""
        if who and self._may(who, deed.role):
            return who
        with self._grants.asking(deed.asker, deed.name):
            answer = await self._ask(self._question(deed))
        if answer is None:
            raise BotError("agent_unanswered")
        if answer.id == FOR_A_WHILE.id:
            self._grants.give(deed.asker, deed.kind, answer.by)
        elif answer.id != YES_OR_NO[0].id:
            self._grants.refuse(deed.asker, deed.name)
            raise BotError("agent_declined")
        if self._worded(await deed.command.at_stake(self._parts)) != self._worded(deed.stake):
            raise BotError("agent_changed")
        return answer.by

    def _question(self, deed: _Deed) -> Inquiry:
        """Return the question to everybody who may do it. Raises BotError `agent_nobody`."""
        people = [each.jid for each in self._parts.rules.contacts if self._may(each.jid, deed.role)]
        if not people:
            raise BotError("agent_nobody")
        asks = Text("agent_asks", {"agent": deed.agent, "who": deed.caller.who, "stake": deed.stake})
        speech = self._parts.outgoing.speech
        return Inquiry(
            self._worded(asks),
            (*YES_OR_NO, FOR_A_WHILE) if deed.kind else YES_OR_NO,
            tuple(people),
            PATIENCE,
            texts={each: render_reply(asks, speech(each)) for each in people},
            of_agent=True,
        )

    def _may(self, jid: str, role: Role) -> bool:
        """Say whether this is somebody in the chat who may do now what takes a role; a room is nobody."""
        contacts = self._parts.rules.contacts
        return any(each.jid == jid and not each.room and each.role >= role for each in contacts)

    def _contact(self, jid: str, role: Role) -> Contact:
        """Return who agreed, if it still may. Raises BotError `agent_nobody`."""
        if not self._may(jid, role):
            raise BotError("agent_nobody")
        return next(each for each in self._parts.rules.contacts if each.jid == jid)

    async def _done(self, deed: _Deed, contact: Contact) -> Reply:
        """Do it as the contact who agreed, and say to it what came of it. Raises BotError."""
        outgoing, speech = self._parts.outgoing, self._parts.outgoing.speech(contact.jid)

        def say(text: str) -> None:
            said = speech.phrase("common.agent_did", agent=deed.agent, done=text)
            outgoing.send([outgoing.notice(contact.jid, said)])

        try:
            done = await self._run(deed.command, Caller(Surface.AGENT, contact.jid, contact.role))
        except BotError as err:
            say(render_error(err, speech))
            raise
        say(render_reply(done, speech))
        return done

    def _worded(self, text: Text) -> str:
        return render_reply(text, self._parts.ports.phrases)

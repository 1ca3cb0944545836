"""Text that is no command: where it goes, and who waits for the answer."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from ..delivery.outgoing import Outgoing
from ..delivery.publisher import Publisher
from ..model.message import Message, Properties, QoS, Reading
from ..model.replies import BotError, Caller, Surface, Term
from ..model.rules import Contact, Ear, FreeText, Priority, Role, RuleSet, Subscription
from ..model.timers import NEVER
from ..model.topics import Subscriptions
from ..ports import Ports
from ..rendering.readings import render_body
from ..text.durations import duration
from ..text.foreign import cut, inert, plain, quoted

MOST_WAITING = 100
LONGEST_ANSWER = 4_000
ECHO = 60.0
"""Seconds within which the broker brings back what was published, where the bot listens to its own topic."""


def answers_wanted(wish: FreeText, subscriptions: Subscriptions) -> Iterator[Subscription]:
    """Yield the response topic, if no subscription of the user brings it in."""
    if wish.ear is Ear.TOPIC and wish.response_topic and subscriptions.covering(wish.response_topic) is None:
        yield Subscription(wish.response_topic)


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What a contact said, and until when (Unix time) an answer to it is waited for, as the contact sees."""

    jid: str
    correlation: bytes
    asked: float
    until: float
    waited: ExitStack = field(default_factory=ExitStack)


class Questions:
    """Takes what contacts say to a topic or an agent, and the topic's answers back to them."""

    def __init__(self, ports: Ports, outgoing: Outgoing, publisher: Publisher) -> None:
        self._agent = ports.agent
        self._chat = ports.chat
        self._clock = ports.clock
        self._outgoing = outgoing
        self._publisher = publisher
        self._wish = FreeText()
        self._waiting: list[Question] = []
        self._echoes: list[tuple[bytes, float]] = []

    def apply(self, rules: RuleSet) -> None:
        self._wish = rules.free_text

    @property
    def due_at(self) -> float:
        return min((question.until for question in self._waiting), default=NEVER)

    async def pass_on(self, text: str, contact: Contact) -> str:
        """Take a text to where it goes; return what is said to it at once, if anything.

        Raises BotError `not_allowed_text`, `too_many_questions`, `agent_needs_user`, or what the ports raise.
        """
        wish = self._wish
        if wish.ear is Ear.AGENT:
            return await self._converse(text.strip(), contact, wish)
        return await self._publish(text.strip(), contact, wish)

    async def _publish(self, text: str, contact: Contact, wish: FreeText) -> str:
        require_operator_for_text(contact)
        payload, asked = text.encode(errors="replace"), self._clock.now()
        question = Question(contact.jid, self._clock.new_id().encode(), asked, asked + wish.timeout)
        properties = None
        if wish.response_topic:
            self._wait(question)
            properties = Properties(response_topic=wish.response_topic, correlation_data=question.correlation)
        echo = payload, asked
        recent = [each for each in self._echoes if each[1] > asked - ECHO]
        self._echoes = [*recent[-MOST_WAITING:], echo]
        caller = Caller(Surface.CHAT, contact.jid, contact.role)
        try:
            await self._publisher.publish(
                wish.topic, payload, QoS.AT_LEAST_ONCE, False, caller, properties=properties
            )
        except BotError:
            self._end(question)
            self._echoes = [each for each in self._echoes if each is not echo]
            raise
        if wish.response_topic:
            return ""
        return self._outgoing.speech(contact.jid).phrase("common.free_text_published", topic=wish.topic)

    def _wait(self, question: Question) -> None:
        """Wait for an answer from now on: it may come before the broker has acknowledged the question."""
        if len(self._waiting) >= MOST_WAITING:
            raise BotError("too_many_questions")
        self._waiting.append(question)
        question.waited.enter_context(self._chat.answering(question.jid))
        self._clock.wake(question.until)

    def _end(self, question: Question) -> None:
        """Wait no more, if it is waited at all."""
        question.waited.close()
        self._waiting = [each for each in self._waiting if each is not question]

    async def _converse(self, text: str, contact: Contact, wish: FreeText) -> str:
        """Ask the agent. No user of Home Assistant for the contact: nothing else limits what it may do."""
        if not contact.user:
            if not wish.without_user:
                raise BotError("agent_needs_user")
            require_operator_for_text(contact)
        said = plain(await self._agent.answer(text, contact.jid, wish.agent, contact.user))
        shown = cut(said, LONGEST_ANSWER)
        return inert(quoted(shown if shown == said else f"{shown}…"))

    def answers(self, reading: Reading, subscription: Subscription, now: float) -> bool:
        """Take a reading to who asked for it; say whether it is nothing for all the others."""
        wish, message = self._wish, reading.message
        if wish.ear is not Ear.TOPIC or message.retain:
            return False
        if message.topic == wish.topic:
            return self._is_echo(message, now)
        if message.topic != wish.response_topic or (question := self._asked(message)) is None:
            return False
        self._end(question)
        self._outgoing.answer(question.jid, render_body(reading, self._outgoing.speech(question.jid)))
        return subscription.priority < Priority.ALERT

    def _asked(self, message: Message) -> Question | None:
        """Return the question that a message answers: the one it names, else the oldest."""
        correlation = message.properties.correlation_data
        return next(
            (each for each in self._waiting if not correlation or each.correlation == correlation), None
        )

    def _is_echo(self, message: Message, now: float) -> bool:
        """Say whether a message is what a contact has just said; each is known once."""
        for echo in self._echoes:
            if echo[0] == message.payload and now - echo[1] < ECHO:
                self._echoes.remove(echo)
                return True
        return False

    def tick(self, now: float) -> None:
        """Tell those who waited long enough that no answer came; also when the clock was set back."""
        for question in [each for each in self._waiting if not each.asked <= now < each.until]:
            self._end(question)
            waited = duration(question.until - question.asked)
            speech = self._outgoing.speech(question.jid)
            text = speech.phrase("common.free_text_timeout", duration=waited)
            self._outgoing.answer(question.jid, text)


def require_operator_for_text(contact: Contact) -> None:
    """Raise BotError `not_allowed_text` for a contact who may only look."""
    if contact.role < Role.OPERATOR:
        raise BotError("not_allowed_text", role=Term("role_operator", Role.OPERATOR.word))

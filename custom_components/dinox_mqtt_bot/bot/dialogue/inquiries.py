"""What contacts are asked for automations and agents: who was asked, and whose answer was the first."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
import json
import logging
from typing import Any

from ..delivery.outgoing import Outgoing
from ..model.announcements import Announcement, InquiryClosed
from ..model.bounded import Bounded
from ..model.forms import Button
from ..model.inquiry import ANSWER, Answer, Inquiry, Option
from ..model.notice import Notice, Push, Reference, is_target
from ..model.replies import BotError, Caller
from ..model.rules import Contact, Ear, Priority, Role, RuleSet
from ..model.timers import NEVER
from ..model.utterance import Reaction, Utterance
from ..ports import IN_ROOM, Phrases, Ports
from ..text.foreign import flat
from .choices import Choices

_LOGGER = logging.getLogger(__name__)

KEPT = "inquiries"
MOST_OPEN = 20
_MOST_CLOSED = 50
_LATE = 600.0
"""Seconds in which a bare word is known to be an answer to a question that is closed."""
_LONGEST_SAID = 200
_EXCERPT = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked: `told` is who was, by the id of the notice; times are Unix times."""

    id: str
    inquiry: Inquiry
    told: Mapping[str, str]
    at: float
    until: float

    @property
    def choices(self) -> Choices:
        return Choices(self.inquiry.options)


@dataclass(frozen=True, slots=True)
class _Closed:
    """A question that is not open any more; `who` has answered it, if anybody has, or it was `withdrawn`."""

    asked: Asked
    option: Option | None
    who: str
    at: float
    withdrawn: bool = False


class Inquiries:
    """The open questions, kept over restarts. `hearers` says who is asked where nobody is named."""

    def __init__(
        self,
        ports: Ports,
        outgoing: Outgoing,
        hearers: Callable[[str, Priority], list[str]],
        announce: Callable[[Announcement], None],
    ) -> None:
        self._clock = ports.clock
        self._memory = ports.memory
        self._outbox = ports.outbox
        self._outgoing = outgoing
        self._hearers = hearers
        self._announce = announce
        self._rules = RuleSet()
        self._open = {each.id: each for each in _read(ports.memory.get(KEPT))}
        self._closed = Bounded[str, _Closed](_MOST_CLOSED)

    def apply(self, rules: RuleSet) -> None:
        """Know the contacts and the targets."""
        self._rules = rules

    # Asking.

    def ask(self, inquiry: Inquiry, refers: Reference | None = None) -> Asked:
        """Ask everybody who is meant and may be disturbed; if that is nobody, nothing is waited for.

        `refers` is the message to which the question is an answer.

        Raises BotError `ask_twice`, `ask_too_many`, `unknown_contact` or `no_contact`.
        """
        if twice := Choices(inquiry.options).twice:
            raise BotError("ask_twice", answer=twice)
        to = self._addressees(inquiry)
        before = next((each for each in self._open.values() if each.inquiry.key == inquiry.key), None)
        if before is not None:
            self._close(before)
        elif len(self._open) >= MOST_OPEN:
            raise BotError("ask_too_many", most=MOST_OPEN)
        now, new_id = self._clock.now(), self._clock.new_id
        told = {new_id(): each for each in to if not self._outgoing.holds(each, inquiry.priority)}
        asked = Asked(new_id(), inquiry, told, now, now + inquiry.seconds)
        if told:
            self._open[asked.id] = asked
            # Before it is said: whoever answers must not come to a bot that has forgotten the question.
            self._keep()
            self._clock.wake(asked.until)
            questions = (self._question(asked, key, each) for key, each in told.items())
            self._outgoing.send(replace(each, refers=refers) for each in questions)
        return asked

    def take_back(self, notice_id: str) -> None:
        """Take a question back from one of those who were asked; from the last one, it is closed."""
        asked = next((each for each in self._open.values() if notice_id in each.told), None)
        if asked is None:
            return
        told = {key: to for key, to in asked.told.items() if key != notice_id}
        if told:
            self._open[asked.id] = replace(asked, told=told)
            self._keep()
        else:
            self._closed.put(asked.id, replace(self._close(asked), withdrawn=True))

    def _addressees(self, inquiry: Inquiry) -> list[str]:
        known = {contact.jid for contact in self._rules.contacts}
        for each in inquiry.to:
            if not is_target(each) and each not in known:
                raise BotError("unknown_contact", contact=each)
        to = list(inquiry.to) or self._hearers("", inquiry.priority)
        if not inquiry.to and inquiry.priority >= Priority.ALERT:
            to += self._rules.targets
        if not to:
            raise BotError("no_contact")
        return list(dict.fromkeys(to))

    def _question(self, asked: Asked, notice_id: str, to: str) -> Notice:
        inquiry, speech = asked.inquiry, self._outgoing.speech(to)
        if is_target(to):
            labels = tuple(asked.choices.label(each, speech) for each in inquiry.options)
            push = self._push(asked, speech, labels)
            return Notice(notice_id, to, inquiry.text, asked.at, inquiry.priority, push=push)
        lines = [inquiry.text_for(to), *asked.choices.lines(speech)]
        if self._is_room(to):
            example = f"{IN_ROOM} {asked.choices.example(speech)}"
            lines.append(speech.phrase("common.inquiry_in_room", example=example))
        return Notice(notice_id, to, "\n".join(lines), asked.at, inquiry.priority)

    def buttons(self, notice_id: str, to: str) -> list[Button]:
        """Return the answers to an open question that a message asks somebody."""
        asked = next((each for each in self._open.values() if each.told.get(notice_id) == to), None)
        return asked.choices.buttons(self._outgoing.speech(to)) if asked else []

    def _push(self, asked: Asked, speech: Phrases, choices: tuple[str, ...] = ()) -> Push:
        rings = bool(choices) and not self._outgoing.quiet()
        title = speech.phrase("common.inquiry_title")
        return Push(title, f"dinox-{asked.id}", rings, self._rules.click, choices=choices)

    def _is_room(self, to: str) -> bool:
        return any(contact.room and contact.jid == to for contact in self._rules.contacts)

    # Answers.

    def heard(self, utterance: Utterance, said: str, contact: Contact, *, bare: bool) -> str | None:
        """Take what a contact said as an answer; return what is said to it, None if it is none.

        It is one as a reply to the question, or `bare` if it is exactly one of the answers.
        """
        where = utterance.room or utterance.jid
        if utterance.reply_to and (asked := self._asked(utterance.reply_to, where)):
            return self._take(asked, [said], contact, where)
        open_here = [each for each in self._open.values() if self._is_meant(each, where)] if bare else []
        fits = list(_fitting(open_here, said, where))
        if len(fits) > 1:
            return self._outgoing.speech(where).phrase("common.inquiry_which")
        if fits:
            return self._decide(*fits[0], said, contact, where)
        return self._late(utterance.reply_to, [said], where, bare=bare)

    def _is_meant(self, asked: Asked, where: str) -> bool:
        """Say whether a bare word may answer this: where an agent talks too, it may be for its last words."""
        shared = asked.inquiry.of_agent and self._rules.free_text.ear is Ear.AGENT
        return not shared or asked.told.get(self._outbox.newest(where)) == where

    def reacted(self, reaction: Reaction, contact: Contact) -> str | None:
        """Take a reaction as an answer; return what is said to it, None if it is put to something else."""
        where = reaction.room or reaction.jid
        asked = self._asked(reaction.to, where)
        if asked is None or not reaction.emojis:
            return self._late(reaction.to, reaction.emojis, where)
        return self._take(asked, reaction.emojis, contact, where)

    def pressed(self, notice_id: str, said: str, caller: Caller) -> str | None:
        """Take what a phone's button says; return what is said to it, None if it is no answer.

        Raises BotError `ask_gone` for what is not known any more, `not_allowed` for a user of Home Assistant
        who is no contact and may only look.
        """
        if not said.startswith(ANSWER):
            return None
        closed = next((each for each in self._closed.values() if notice_id in each.asked.told), None)
        if closed is not None:
            return self._over(closed, closed.asked.told[notice_id])
        # What was asked in the chat is answered there, whatever is known of the ids of its messages.
        pushed = (each for each in self._open.values() if is_target(each.told.get(notice_id, "@")))
        asked = next(pushed, None)
        option = asked.choices.at(said.removeprefix(ANSWER)) if asked else None
        if asked is None or option is None:
            raise BotError("ask_gone")
        known = next((each for each in self._rules.contacts if each.jid == caller.who), None)
        if known is None and caller.role < Role.OPERATOR:
            raise BotError("not_allowed", command="ask", role=Role.OPERATOR.word)
        label = asked.choices.label(option, self._outgoing.speech(asked.told[notice_id]))
        self._decide(asked, option, label, known or Contact(caller.who), "")
        return ""

    def possible(self, where: str) -> str:
        """Return what may be answered to the newest question that is open there; empty if there is none."""
        mine = [each for each in self._open.values() if where in each.told.values()]
        return self._possible(mine[-1], where) if mine else ""

    def _possible(self, asked: Asked, where: str) -> str:
        speech = self._outgoing.speech(where)
        answers = ", ".join(asked.choices.lines(speech))
        return speech.phrase("common.inquiry_possible", answers=answers, question=_excerpt(asked, where))

    def _asked(self, notice_id: str, where: str) -> Asked | None:
        return next((each for each in self._open.values() if each.told.get(notice_id) == where), None)

    def _late(self, notice_id: str, said: Iterable[str], where: str, *, bare: bool = False) -> str | None:
        """Return what is said to an answer that comes when the question is closed."""
        now, heard = self._clock.now(), list(said)
        for closed in reversed(self._closed.values()):
            to = closed.asked.told.get(notice_id) if notice_id else None
            recent = bare and 0 <= now - closed.at <= _LATE and where in closed.asked.told.values()
            recent = recent and self._is_meant(closed.asked, where)
            if (to == where or recent) and closed.asked.choices.chosen(heard):
                return self._over(closed, where)
        return None

    def _take(self, asked: Asked, said: Iterable[str], contact: Contact, where: str) -> str:
        heard = list(said)
        option = asked.choices.chosen(heard)
        if option is not None:
            return self._decide(asked, option, " ".join(heard), contact, where)
        # In a room people talk with each other, about the question too.
        return "" if self._is_room(where) else self._possible(asked, where)

    def _decide(self, asked: Asked, option: Option, said: str, contact: Contact, where: str) -> str:
        """Let an answer count: tell the others, and return what is said to whoever gave it."""
        answer = Answer(option.id, said[:_LONGEST_SAID], contact.jid, self._clock.now())
        closed = self._close(asked, answer, option, contact.name or contact.jid)
        others = [to for to in asked.told.values() if to != where]
        self._outgoing.send(self._outcome(closed, to) for to in others)
        if not where:
            return ""
        if self._is_room(where):
            return self._over(closed, where)
        speech = self._outgoing.speech(where)
        return speech.phrase("common.inquiry_taken", answer=asked.choices.label(option, speech))

    def _over(self, closed: _Closed, to: str) -> str:
        """Return how a question ended."""
        asked, option, speech = closed.asked, closed.option, self._outgoing.speech(to)
        if option is None:
            key = "inquiry_withdrawn" if closed.withdrawn else "inquiry_over"
            return speech.phrase(f"common.{key}", question=_excerpt(asked, to))
        answer = asked.choices.label(option, speech)
        who = flat(closed.who)
        return speech.phrase("common.inquiry_decided", who=who, answer=answer, question=_excerpt(asked, to))

    def _outcome(self, closed: _Closed, to: str, replaces: str = "") -> Notice:
        """Return what somebody is told who was asked: a phone in the place of the question."""
        push = self._push(closed.asked, self._outgoing.speech(to)) if is_target(to) else None
        text, now = self._over(closed, to), self._clock.now()
        return Notice(self._clock.new_id(), to, text, now, push=push, replaces="" if push else replaces)

    def _close(
        self, asked: Asked, answer: Answer | None = None, option: Option | None = None, who: str = ""
    ) -> _Closed:
        closed = _Closed(asked, option, who, self._clock.now())
        del self._open[asked.id]
        self._closed.put(asked.id, closed)
        self._keep()
        self._announce(InquiryClosed(asked.id, asked.inquiry, answer))
        return closed

    # Time, and restarts.

    @property
    def due_at(self) -> float:
        return min((each.until for each in self._open.values()), default=NEVER)

    def tick(self, now: float) -> None:
        """Close what nobody has answered in time; also when the clock was set back."""
        for asked in [each for each in self._open.values() if not each.at <= now < each.until]:
            self._end(asked)

    def withdraw(self, inquiry_id: str) -> None:
        """Close a question whose answer nobody waits for any more, if it is open."""
        if asked := self._open.get(inquiry_id):
            self._end(asked)

    def _end(self, asked: Asked) -> None:
        closed = self._close(asked)
        # Corrected, not said anew: it is no news that anybody should look up for.
        if asked.inquiry.waits:
            self._outgoing.send(self._outcome(closed, to, key) for key, to in asked.told.items())

    def _keep(self) -> None:
        rows = [asdict(each) for each in self._open.values()]
        self._memory.set(KEPT, json.dumps(rows, ensure_ascii=False) if rows else "")


def _fitting(every: Iterable[Asked], said: str, where: str) -> Iterator[tuple[Asked, Option]]:
    """Yield the questions that were asked there and are answered by this, with the answer."""
    for each in every:
        option = each.choices.chosen([said])
        if option is not None and where in each.told.values():
            yield each, option


def _excerpt(asked: Asked, to: str) -> str:
    text = " ".join(asked.inquiry.text_for(to).split())
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"


def _read(kept: str) -> list[Asked]:
    """Return the questions that an earlier run has left open."""
    try:
        return [_asked(row) for row in json.loads(kept)] if kept else []
    except (ValueError, TypeError, KeyError) as err:
        _LOGGER.warning("The questions of an earlier run cannot be read: %s", err)
        return []


def _asked(row: dict[str, Any]) -> Asked:
    inquiry = row["inquiry"]
    inquiry |= {
        "options": tuple(Option(**each) for each in inquiry["options"]),
        "to": tuple(inquiry["to"]),
        "priority": Priority(inquiry["priority"]),
    }
    # Nobody would do what an agent wanted before.
    until = {"until": row["at"]} if inquiry.get("of_agent") else {}
    return Asked(**{**row, **until, "inquiry": Inquiry(**inquiry)})

"""Commands as forms: which there are for a contact, what is wrong or asked back, and what comes of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
import logging
from typing import Protocol

from ..commands.command import Command, Parts, bind, parameters, require
from ..commands.confirmation import Doubtful, Offer, Unconfirmed
from ..model.alert import Alert
from ..model.forms import (
    CommandForm,
    FieldKind,
    FieldOption,
    FormField,
    FormStep,
    Offered,
    Refused,
    Sheet,
    Values,
)
from ..model.replies import BotError, Caller, FieldName, Reply, Surface, Table, Text
from ..model.rules import Contact
from ..ports import Phrases
from ..reading.meant import MOST_NAMED, Ambiguous, labels
from ..rendering.replies import render_error, render_reply, render_rows, render_text
from .fields import fields_asked, form_fields, raw_values, values_meant

_LOGGER = logging.getLogger(__name__)

YES = "yes"
WHICH = "which"
"""The fields of what is asked back."""

_FIRST = (
    "status",
    "alerts",
    "ack",
    "snooze",
    "value",
    "set",
    "history",
    "chart",
    "devices",
    "topics",
    "mute",
)
"""What is used most stands first in the list."""
_LONGEST_NUMBER = 18
_OF_ALERTS = frozenset({"ack", "snooze"})
"""Commands of which a node with a number behind it does it to that alert: `ack#12`."""


class Execute(Protocol):
    """Runs a command for a caller. Raises BotError, Offer."""

    async def __call__(self, command: Command, caller: Caller, *, confirmed: bool = False) -> Reply: ...


@dataclass(frozen=True, slots=True)
class _Question:
    """What was asked back: whether the only command is meant or, with labels, which one."""

    text: str
    commands: tuple[Command, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    """Which command a step is of, what was filled in, and what was asked back since."""

    command: type[Command]
    typed: Values
    question: _Question | None = None


class Forms:
    """Every command as a form, for contacts in their own language; who may what is looked up at each step."""

    def __init__(self, parts: Parts, execute: Execute) -> None:
        self._parts = parts
        self._execute = execute
        self._order = {node: at for at, node in enumerate(_FIRST)}

    def offered(self, jid: str) -> tuple[Offered, ...]:
        """Return the commands that a contact may use, what is used most first; none for others."""
        contact = self._contact(jid)
        if contact is None:
            return ()
        phrases = self._parts.outgoing.speech(jid)
        usable = [each for each in self._parts.commands if may(each, caller_of(contact))]
        usable.sort(key=lambda each: self._order.get(each.node, len(self._order)))
        return tuple(Offered(each.node, phrases.phrase(f"services.{each.node}.name")) for each in usable)

    async def begin(self, jid: str, node: str) -> FormStep | Refused:
        """Show the form of a command; what needs no form is done."""
        word, sign, number = node.partition("#")
        contact = self._contact(jid)
        command = next((each for each in self._parts.commands if each.node == word), None)
        if contact is None or command is None or (sign and not _is_about(command, number)):
            return Refused.UNKNOWN
        caller = caller_of(contact)
        if not may(command, caller):
            return Refused.NOT_ALLOWED
        if sign:
            return await self._of_alert(command, number, caller)
        if fields_asked(command):
            return await self._shown(_Kept(command, {}), caller)
        return await self._tried(_Kept(command, {}), command(), caller)

    async def submit(self, jid: str, step: FormStep, filled: Values) -> FormStep | Refused:
        """Take what was filled in: show the result, what is asked back, or what is wrong with it."""
        contact, kept = self._contact(jid), step.kept
        assert isinstance(kept, _Kept)
        if contact is None or not may(kept.command, caller_of(contact)):
            return Refused.NOT_ALLOWED
        caller = caller_of(contact)
        assert step.form is not None
        filled = values_meant(step.form, filled)
        if kept.question is not None:
            return await self._answered(kept, kept.question, filled, caller)
        kept = replace(kept, typed=filled)
        try:
            about = self._about(kept, filled)
            command = bind(kept.command, raw_values(kept.command, _without(filled, about, kept.command)))
        except BotError as err:
            return await self._shown(kept, caller, render_error(err, self._speech(caller)))
        return await self._tried(kept, command, replace(caller, about=about))

    async def _of_alert(self, command: type[Command], number: str, caller: Caller) -> FormStep:
        """Do something to one alert, as a button asks for that may be older than its end."""
        about = tuple(each for each in self._parts.alerts.active if str(each.number) == number)
        if not about:
            told = render_error(BotError("alert_over_already"), self._speech(caller))
            return FormStep(told, failed=True)
        return await self._tried(_Kept(command, {}), bind(command, {}), replace(caller, about=about))

    def _about(self, kept: _Kept, filled: Values) -> tuple[Alert, ...]:
        """Return the alerts that were chosen. Raises BotError `missing_parameter` if none of several was."""
        several = next((each for each in fields_asked(kept.command) if each.several), None)
        if several is None or not (active := self._parts.alerts.active):
            return ()
        chosen = [each.removeprefix("#") for each in filled.get(several.name, ())]
        if not chosen:
            named = FieldName(kept.command.node, several.name)
            raise BotError("missing_parameter", parameter=named, usage=named)
        about = {str(alert.number): alert for alert in active}
        return tuple(about[each] for each in chosen) if about.keys() >= set(chosen) else ()

    async def _answered(self, kept: _Kept, question: _Question, filled: Values, caller: Caller) -> FormStep:
        """Do what was asked back, if it is to be done."""
        phrases = self._speech(caller)
        if not question.labels:
            if _first(filled, YES) not in {"1", "true"}:
                return FormStep(render_reply(Text("confirm_no"), phrases))
            return await self._tried(kept, question.commands[0], caller, confirmed=True)
        chosen = _first(filled, WHICH)
        numbers = [str(at) for at in range(1, len(question.commands) + 1)]
        if chosen not in numbers:
            return self._asked(kept, question, await self._shown(kept, caller), phrases)
        return await self._tried(kept, question.commands[int(chosen) - 1], caller)

    async def _tried(
        self, kept: _Kept, command: Command, caller: Caller, *, confirmed: bool = False
    ) -> FormStep:
        """Run a command, and show what comes of it."""
        phrases = self._speech(caller)
        try:
            reply = await self._execute(command, caller, confirmed=confirmed)
        except Unconfirmed as stake:
            final = (Text("form_final"),) if stake.command.final else ()
            text = " ".join(render_text(each, phrases) for each in (stake.stake, *final))
            question = _Question(text, (stake.command,))
        except Doubtful as doubt:
            told = Text(f"confirm_{doubt.key}", doubt.placeholders)
            question = _Question(render_text(told, phrases), (doubt.again,))
        except Ambiguous as names:
            options = names.options[:MOST_NAMED]
            told = Text("which", {"name": names.said})
            question = _Question(
                render_text(told, phrases),
                tuple(command.about(names.said, each.handle) for each in options),
                tuple(labels(options)),
            )
        except Offer as offer:
            rows = render_rows(offer.shown, phrases)
            text = render_text(offer.shown.title, phrases)
            question = _Question(text, offer.commands, tuple(" — ".join(filter(None, row)) for row in rows))
        except BotError as err:
            return await self._failed(kept, caller, render_error(err, phrases))
        except Exception:  # whatever went wrong, it is answered
            _LOGGER.exception("A form could not be worked on")
            return await self._failed(kept, caller, phrases.phrase("exceptions.unexpected.message"))
        else:
            return FormStep(render_reply(reply, phrases), sheet=_sheet(reply, phrases))
        return self._asked(kept, question, await self._shown(kept, caller), phrases)

    async def _failed(self, kept: _Kept, caller: Caller, reason: str) -> FormStep:
        if not fields_asked(kept.command):
            return FormStep(reason, failed=True)
        return await self._shown(replace(kept, question=None), caller, reason)

    async def _shown(self, kept: _Kept, caller: Caller, reason: str = "") -> FormStep:
        """Return the form of a command with what was typed before, and what was wrong with it."""
        phrases = self._speech(caller)
        path = f"services.{kept.command.node}"
        told = phrases.phrase(f"{path}.description")
        fields = await form_fields(kept.command, self._parts, phrases, kept.typed)
        # Clients show the first line only.
        form = CommandForm(phrases.phrase(f"{path}.name"), f"{_on_one_line(reason)}\n{told}".strip(), fields)
        return FormStep(reason, form, failed=bool(reason), kept=replace(kept, question=None))

    def _asked(self, kept: _Kept, question: _Question, first: FormStep, phrases: Phrases) -> FormStep:
        """Return the form that asks back: whether it is meant, or which one."""
        if question.labels:
            options = tuple(FieldOption(label, str(at)) for at, label in enumerate(question.labels, 1))
            label = phrases.phrase("common.form_which")
            field = FormField(WHICH, FieldKind.ONE_OF, label, options=options, required=True)
        else:
            field = FormField(YES, FieldKind.BOOLEAN, phrases.phrase("common.form_yes"), values=("0",))
        title = phrases.phrase(f"services.{kept.command.node}.name")
        form = CommandForm(title, _on_one_line(question.text), (field,))
        back = first if fields_asked(kept.command) else None
        return FormStep(form=form, kept=replace(kept, question=question), first=back)

    def _speech(self, caller: Caller) -> Phrases:
        return self._parts.outgoing.speech(caller.who)

    def _contact(self, jid: str) -> Contact | None:
        known = (each for each in self._parts.rules.contacts if not each.room)
        return next((each for each in known if each.jid == jid), None)


def caller_of(contact: Contact) -> Caller:
    """Return a contact as who fills in a form."""
    return Caller(Surface.FORM, contact.jid, contact.role, trusted=contact.role, within=contact.operates)


def may(command: type[Command], caller: Caller) -> bool:
    """Say whether somebody may use a command, for some topics at least."""
    try:
        require(caller, command.role, command.node, narrow=command.narrow)
    except BotError:
        return False
    return True


def _is_about(command: type[Command], number: str) -> bool:
    return command.node in _OF_ALERTS and number.isdecimal() and len(number) < _LONGEST_NUMBER


def _on_one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _first(filled: Values, name: str) -> str:
    values: Sequence[str] = filled.get(name, ())
    return values[0].strip() if values else ""


def _without(filled: Values, about: tuple[Alert, ...], command: type[Command]) -> Values:
    """Return what was filled in without the alerts that are known by now."""
    several = {each.name for each in parameters(command) if each.several} if about else set()
    return {name: values for name, values in filled.items() if name not in several}


def _sheet(reply: Reply, phrases: Phrases) -> Sheet | None:
    if not isinstance(reply, Table) or not reply.rows:
        return None
    columns = tuple(phrases.phrase(f"common.{each}") for each in reply.columns)
    return Sheet(columns, render_rows(reply, phrases))

"""The answers that a message offers as it is sent, for clients that draw them as buttons."""

from collections.abc import Callable, Sequence

from ..commands.attending import Ack, Snooze
from ..commands.command import Command, Parts
from ..commands.confirmation import Confirmation
from ..model.alert import Alert
from ..model.forms import Button
from ..model.notice import Notice
from ..model.replies import Typed
from ..model.rules import Contact
from ..ports import Phrases
from ..text.foreign import short
from .forms import caller_of, may

_MOST_ALERTS = 3
"""Alerts of one message that have a button each; with one alone there is also one for later."""
_LONGEST_LABEL = 60

type Inquired = Callable[[str, str], Sequence[Button]]
"""Returns the answers to a question of an automation, by the message and whom it is for."""


class Buttons:
    """What can be done about an alert, and the answers to a question: never with a topic or a payload in it.

    `addressee` says whom a message is for: of an incident only the newest message to somebody has buttons.
    """

    def __init__(
        self,
        parts: Parts,
        confirmation: Confirmation,
        inquired: Inquired,
        addressee: Callable[[str], str],
    ) -> None:
        self._parts = parts
        self._confirmation = confirmation
        self._inquired = inquired
        self._addressee = addressee

    def of(self, notice: Notice) -> Sequence[Button]:
        contact = next((each for each in self._parts.rules.contacts if each.jid == notice.to), None)
        if contact is None or contact.room or notice.room or notice.file:
            return ()
        speech = self._parts.outgoing.speech(notice.to)
        if (answers := self._confirmation.answers(notice.id, notice.to)) is not None:
            return _numbered(answers) if answers else _yes_or_no(speech)
        return self._inquired(notice.id, notice.to) or tuple(self._of_alerts(notice, contact, speech))

    def _of_alerts(self, notice: Notice, contact: Contact, speech: Phrases) -> Sequence[Button]:
        """Return what can be done about the alerts that a message tells of, and nobody sees to yet."""
        told = self._parts.alerts.told_by(notice.id)
        alerts = [each for each in told if not each.acknowledged_by and self._is_newest(notice, each)]
        if not may(Ack, caller_of(contact)):
            return ()
        if len(alerts) == 1:
            return [_button(each, alerts[0], speech) for each in (Ack, Snooze)]
        return [_button(Ack, each, speech, numbered=True) for each in alerts[:_MOST_ALERTS]]

    def _is_newest(self, notice: Notice, alert: Alert) -> bool:
        newer = alert.notices[alert.notices.index(notice.id) + 1 :]
        return all(self._addressee(each) != notice.to for each in newer)


def _button(command: type[Command], alert: Alert, speech: Phrases, *, numbered: bool = False) -> Button:
    label = speech.phrase(f"common.button_{command.node}")
    return Button(
        f"{label} (#{alert.number})" if numbered else label,
        speech.write(Typed(command.node, str(alert.number))),
        f"{command.node}#{alert.number}",
    )


def _numbered(names: Sequence[str]) -> list[Button]:
    return [Button(short(name, _LONGEST_LABEL), str(at)) for at, name in enumerate(names, 1)]


def _yes_or_no(speech: Phrases) -> list[Button]:
    labels = [speech.phrase(f"common.inquiry_{word}") for word in ("yes", "no")]
    return [Button(label, label) for label in labels]

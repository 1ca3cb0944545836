"""What bridges say, a reading in the format of its bridge or many together, and how it leaves."""

from collections.abc import Iterable
from functools import partial
import re

from ..delivery.outgoing import Outgoing
from ..delivery.uploads import File, UploadQueue, named
from ..model.message import Kind, Reading
from ..model.replies import BotError
from ..model.rules import Bridge, Format, RuleSet, Subscription
from ..payload.interpret import LARGE
from ..payload.media import is_url
from ..ports import Phrases, When
from ..rendering.readings import LONGEST_LINE, header, render_line, render_reading, render_value
from ..rendering.replies import render_error
from ..text.foreign import cut, flat, inert, nested, plain, quoted
from ..text.numbers import number_text, with_unit
from .flow import Carried, Gathered

PLACEHOLDERS = ("name", "topic", "value", "unit", "time", "payload")
IN_FULL = 10
"""Topics told together up to which each is told in the bridge's format; more have one line each."""
MOST_CARRIED = 16_384
"""Characters of a message that a bridge says: each is looked at, and servers take few more."""

_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")


def valid_template(template: str) -> None:
    """Raise BotError `invalid_template` if a template names a placeholder that does not exist."""
    for name in _PLACEHOLDER.findall(template):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            raise BotError("invalid_template", name=f"{{{name}}}", known=known)


def bridge_text(
    bridge: Bridge, reading: Reading, subscription: Subscription, phrases: Phrases, when: When
) -> str:
    """Return what a bridge says of a reading; nothing in it acts or breaks the stream."""
    if bridge.template:
        return inert(plain(_bounded(_filled(bridge.template, reading, phrases, when))))
    if bridge.format is Format.SHORT:
        return short_line(reading, subscription, phrases)
    if bridge.format is Format.FULL:
        return render_reading(reading, subscription, phrases, when)
    return inert(quoted(_payload(reading, phrases)))


def carried(
    bridge: Bridge, reading: Reading, subscription: Subscription, phrases: Phrases, text: str
) -> Carried:
    """Return what a bridge says later of a reading, which is `text` in its format."""
    short = bridge.format is Format.SHORT and not bridge.template
    line = text if short else short_line(reading, subscription, phrases)
    file = reading if reading.kind is Kind.BINARY else None
    return Carried(reading.message.topic, text, line, reading.value, reading.unit, file)


def short_line(reading: Reading, subscription: Subscription, phrases: Phrases) -> str:
    return inert(f"{header(reading, subscription)}: {render_value(reading, phrases, LONGEST_LINE)}")


def gathered_text(bridge: Bridge, gathered: Iterable[Gathered], unlisted: int, phrases: Phrases) -> str:
    """Return the newest of each topic with how many there were, and between which numbers."""
    topics = list(gathered)
    few = len(topics) <= IN_FULL
    parts = []
    for one in topics:
        text = one.newest.text if few else one.newest.line
        gap = " " if bridge.format is Format.SHORT or not few else "\n"
        parts.append(f"{text}{gap}{inert(f'({_updates(one, phrases)})')}" if one.count > 1 else text)
    if unlisted:
        parts.append(phrases.phrase("common.more_readings", count=unlisted))
    return ("\n\n" if few and bridge.format is Format.FULL and not bridge.template else "\n").join(parts)


def link_in(bridge: Bridge, reading: Reading) -> str:
    """Return the address of a file that a payload names, where the bridge carries files; else nothing."""
    text = reading.text.strip() if bridge.format is Format.FILE and reading.kind is Kind.TEXT else ""
    return text if text and is_url(text) else ""


def _updates(one: Gathered, phrases: Phrases) -> str:
    if one.least is None or one.most is None:
        return phrases.phrase("common.bridge_updates", count=one.count)
    least, most = number_text(one.least), number_text(one.most)
    between = least if least == most else f"{least}–{most}"
    return phrases.phrase(
        "common.bridge_updates_between", count=one.count, between=with_unit(between, one.newest.unit)
    )


def _payload(reading: Reading, phrases: Phrases) -> str:
    """Return a payload as text: as it is, unless that would be no text or too much of it."""
    payload = reading.message.payload
    if reading.kind is Kind.BINARY or not payload.strip():
        return render_value(reading, phrases)
    text = plain(payload.decode("utf-8", "replace")) if len(payload) <= LARGE else reading.text
    return _bounded(text)


def _bounded(text: str) -> str:
    shown = cut(text, MOST_CARRIED)
    return text if len(shown) == len(text) else f"{shown}… [+{len(text) - len(shown)}]"


def _filled(template: str, reading: Reading, phrases: Phrases, when: When) -> str:
    """Fill a template in one pass: what a payload brings is never taken for a placeholder."""
    values = {
        "name": lambda: flat(reading.name),
        "topic": lambda: flat(reading.message.topic),
        "value": lambda: (
            render_value(reading, phrases) if reading.kind is Kind.BINARY else nested(_bounded(reading.text))
        ),
        "unit": lambda: flat(reading.unit),
        "time": lambda: phrases.write(when(reading.time).exactly),
        "payload": lambda: nested(_payload(reading, phrases)),
    }
    return _PLACEHOLDER.sub(lambda found: values[found[1]]() if found[1] in values else found[0], template)


def open_bridges(rules: RuleSet) -> tuple[Bridge, ...]:
    """Return the bridges that carry something: switched on, to a room or to somebody who is a contact."""
    contacts = {contact.jid for contact in rules.contacts}
    return tuple(each for each in rules.bridges if each.enabled and (each.room or each.to in contacts))


class Carrier:
    def __init__(self, outgoing: Outgoing, files: UploadQueue) -> None:
        self._outgoing = outgoing
        self._files = files
        self.speech = outgoing.speech

    def say(self, bridge: Bridge, reading: Reading, text: str) -> None:
        """Say one reading: as this text, as a link, or as a file."""
        link = link_in(bridge, reading)
        if link:
            self.put(bridge, link, file=True)
            return
        as_file = bridge.format is Format.FILE and bool(reading.message.payload)
        if not as_file:
            self.put(bridge, text)
        if as_file or reading.kind is Kind.BINARY:
            self.attach(bridge, reading)

    def attach(self, bridge: Bridge, reading: Reading) -> None:
        """Upload a payload; if that fails, say what it is."""
        phrases = self.speech(bridge.to)

        def failed(error: BotError) -> None:
            what, reason = render_line(reading, phrases), render_error(error, phrases)
            self.put(bridge, inert(phrases.phrase("common.bridge_no_file", what=what, reason=reason)))

        done = partial(self.put, bridge, file=True)
        self._files.send(File(*named(reading), reading.message.payload, done, failed))

    def put(self, bridge: Bridge, text: str, *, file: bool = False) -> None:
        """Hand a notice to the outbox. A room sleeps never; nor does who waits for an answer."""
        if bridge.room or not bridge.per_minute:
            self._outgoing.answer(bridge.to, text, room=bridge.room, file=file)
        else:
            self._outgoing.send([self._outgoing.notice(bridge.to, text, file=file)])

"""What the bot says, and how far it came."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
import logging
from typing import Any, Final
import xml.etree.ElementTree as ET

from slixmpp import ClientXMPP
from slixmpp.stanza import Message

from ..bot.model.forms import Button
from ..bot.model.notice import Notice, Reference
from ..bot.model.rules import Priority
from ..bot.model.status import Delivery
from ..bot.ports import NO_CONTACT, ButtonsOf, Clock
from .composing import Composing
from .forms.offers import bytes_of, offer
from .gate import Gate, bare_of
from .incoming import AUTOMATIC, FALLBACK, REPLY, RETRACT, RETRACTION_FEATURE, SHIM
from .reach import Reach
from .remembered import Remembered
from .room_notices import RoomNotices
from .session import Session
from .text import body_bytes, cut_bytes, xml_safe
from .unconfirmed import Unconfirmed

_LOGGER = logging.getLogger(__name__)

# Notices written in one turn of the event loop: a few milliseconds.
_BATCH: Final = 8
# Notices the server has not acknowledged yet; more wait, so that neither side's queue grows without bound.
_WINDOW: Final = 200
_DELAYED_AFTER: Final = 60.0
_OOB: Final = "{jabber:x:oob}"
_STORE: Final = "{urn:xmpp:hints}store"

type OnDelivery = Callable[[str, Delivery, float, str], None]
"""Told of a notice's id, how far it came, when (Unix time), and why it came no further, if that is known."""

type Addressee = Callable[[str], str]
"""Returns whom a notice of this id is for, as long as it matters; empty for all other ids."""

type Waits = Callable[[str], bool]
"""Says whether the outbox still has a notice of this id to be said."""

type Called = Callable[[str, str], tuple[str, str]]
"""Returns how a room names what has this id, and the nick of who said it; nothing where that is not known."""


class Saying:
    """The notices of one session: each is said once, alerts first, and told of when it got somewhere.

    What a lost session swallowed the next one says again, from the outbox; what a resumed stream left out is
    said again here. Alerts that the server took just before the stream was lost for good wait again.
    """

    _report: OnDelivery
    _addressee: Addressee
    _waits: Waits
    _buttons: ButtonsOf
    _called: Called

    def __init__(self, gate: Gate, clock: Clock, reach: Reach, composing: Composing) -> None:
        self._gate = gate
        self._clock = clock
        self._reach = reach
        self._composing = composing
        # What waits, each in the order in which it came.
        self._alerts: dict[str, Notice] = {}
        self._others: dict[str, Notice] = {}
        # What is to be said in rooms that the bot is not in yet, and what has not come back from there.
        self._outside = RoomNotices()
        self._unechoed = RoomNotices()
        self._in_flight: dict[str, Notice] = {}
        self._unconfirmed = Unconfirmed()
        # What the outbox may have said although it was said before.
        self._again: set[str] = set()
        self._done = Remembered(10_000)
        self._session: Session | None = None
        self._speaks_soon = False

    def start(
        self,
        on_delivery: OnDelivery,
        addressee: Addressee,
        waits: Waits,
        *,
        buttons: ButtonsOf,
        called: Called,
    ) -> None:
        """Tell how far notices come, from now on; `buttons` says what each offers."""
        self._report, self._addressee, self._waits = on_delivery, addressee, waits
        self._buttons, self._called = buttons, called

    def knows(self, notice_id: str) -> bool:
        """Whether this id is one of ours: its echo must not be heard."""
        return notice_id in self._done or notice_id in self._in_flight or notice_id in self._unechoed

    def was_for(self, notice_id: str, bare: str) -> bool:
        """Whether a notice is for this address, which alone can tell what became of it."""
        return bool(bare) and self.addressee(notice_id) == bare

    def is_own(self, notice_id: str, room: str) -> bool:
        """Whether a notice is for this room, or was and has not come back: it does not matter any more."""
        return self.was_for(notice_id, room) or any(each.id == notice_id for each in self._unechoed.of(room))

    def addressee(self, notice_id: str) -> str:
        """Return the bare JID that a notice is for, empty if it does not matter any more."""
        return bare_of(self._addressee(notice_id))

    def attach(self, session: Session) -> None:
        """Watch a client that is not connected yet."""
        session.xmpp.add_event_handler("stanza_acked", lambda stanza: self._arrived(stanza["id"]))
        session.xmpp.add_filter("out", lambda stanza: self._written(session, stanza))

    def begin(self, session: Session, *, resumed: bool) -> None:
        """Speak in this session."""
        carried = {stanza["id"] for _, stanza in session.management.unacked_queue} if resumed else set()
        lost = {key: notice for key, notice in self._in_flight.items() if key not in carried}
        self._in_flight = {key: notice for key, notice in self._in_flight.items() if key in carried}
        self._session = session
        self._drop_waiting()
        if not resumed:
            self._unechoed.clear()
        for notice in lost.values() if resumed else ():
            self._line_of(notice)[notice.id] = notice
        doubted = [] if resumed else self._unconfirmed.doubted()
        self._again = set(doubted)
        for notice_id in doubted:
            # The outbox knows better what was read or settled; what waits in it is said by the new session.
            self._report(notice_id, Delivery.QUEUED, self._clock.now(), "")
        session.request_ack()
        self.go_on()

    def end(self, *, alive: bool = False) -> None:
        """Speak no more until the next session; `alive`: the server is well and keeps what it took."""
        if self._session is not None and not alive:
            self._unconfirmed.lost(_now())
        self._session = None
        self._drop_waiting()

    def say(self, notice: Notice) -> None:
        """Send the notice, unless this session has it already or there is no session."""
        line = self._line_of(notice)
        known = self.knows(notice.id) and notice.id not in self._again
        if self._session is None or notice.id in line or notice.id in self._outside or known:
            return
        self._again.discard(notice.id)
        line[notice.id] = notice
        self.go_on()

    def heard_of(self, notice_id: str, delivery: Delivery, why: str = "") -> None:
        """Pass on a receipt, marker or error for one of our messages; what came further was sent."""
        now = self._clock.now()
        room, echoed = self._unechoed.pop(notice_id)
        notice = echoed or self._in_flight.pop(notice_id, None)
        # What a room tells of when it is entered was said before.
        taken = notice or self._outside.pop(notice_id)[1]
        if taken is not None and delivery is not Delivery.FAILED:
            self._unconfirmed.taken(taken, _now())
            self._reach.taken(taken.to)
        if delivery in {Delivery.RECEIVED, Delivery.READ}:
            self._unconfirmed.confirmed(notice_id, read=delivery is Delivery.READ)
            if notice is not None:
                self._report(notice_id, Delivery.SENT, now, "")
        elif delivery is Delivery.FAILED:
            self._unconfirmed.given_up(notice_id)
        self._forget_waiting(notice_id)
        self._done.add(notice_id)
        self._report(notice_id, delivery, now, why)
        if room and not self._unechoed.count(room):
            self.entered(room)
        self.go_on()

    def put_off(self, notice_id: str, why: str) -> None:
        """Let a notice that could not be passed on for now be said again."""
        self._in_flight.pop(notice_id, None)
        room, _ = self._unechoed.pop(notice_id)
        self._unconfirmed.given_up(notice_id)
        self._done.discard(notice_id)
        self._report(notice_id, Delivery.QUEUED, self._clock.now(), why)
        if room and not self._unechoed.count(room):
            # What waited for its echo waits no more: that may never come.
            self.entered(room)
        self.go_on()

    def left(self, room: str) -> None:
        """Keep what a room has not passed on, now that the bot is outside, until it is in it again."""
        self._outside.put_first(room, self._unechoed.take(room))

    def unheard(self, room: str) -> str:
        """Return the id of what a room has had longest and not passed on, empty for nothing."""
        return next((notice.id for notice in self._unechoed.of(room)), "")

    def kept_out(self, room: str, why: str) -> None:
        """Tell why what waits until the bot is in a room has to wait."""
        for notice in self._outside.of(room):
            self._report(notice.id, Delivery.QUEUED, self._clock.now(), why)

    def entered(self, room: str) -> None:
        """Say in a room, before anything new, what waited until the bot is in it."""
        if room not in self._gate.inside:
            return
        waiting = self._outside.take(room).values()
        for line in (self._alerts, self._others):
            mine = {notice.id: notice for notice in waiting if self._line_of(notice) is line}
            later = dict(line)
            line.clear()
            line.update(mine | later)
        self.go_on()

    def _forget_waiting(self, notice_id: str) -> None:
        """Do not say what has come to something before it was said again."""
        self._again.discard(notice_id)
        self._outside.pop(notice_id)
        for line in (self._alerts, self._others):
            line.pop(notice_id, None)

    def _line_of(self, notice: Notice) -> dict[str, Notice]:
        return self._alerts if notice.priority >= Priority.ALERT else self._others

    def _drop_waiting(self) -> None:
        self._alerts, self._others = {}, {}
        self._outside.clear()

    def _arrived(self, notice_id: str) -> None:
        if notice_id in self._in_flight:
            self.heard_of(notice_id, Delivery.SENT)

    def _written(self, session: Session, stanza: Any) -> Any:
        """Without XEP-0198 a notice counts as sent when it is written."""
        if isinstance(stanza, Message) and not session.acknowledges:
            self._arrived(stanza["id"])
        return stanza

    def go_on(self) -> None:
        """Speak soon, if there is something to say and it is known to whom."""
        if self._speaks_soon or self._session is None or not self._gate.known:
            return
        if self._alerts or self._others:
            self._speaks_soon = True
            asyncio.get_running_loop().call_soon(self._speak)

    def _speak(self) -> None:
        self._speaks_soon = False
        if self._session is None or self._session.over.done():
            return
        xmpp = self._session.xmpp
        room = min(_BATCH, _WINDOW - len(self._in_flight))
        for notice in list(islice(chain(self._alerts.values(), self._others.values()), max(room, 0))):
            del self._line_of(notice)[notice.id]
            self._write(xmpp, notice)
        self._session.request_ack()
        if room > 0:
            self.go_on()

    def _write(self, xmpp: ClientXMPP, notice: Notice) -> None:
        bare = bare_of(notice.to)
        if notice.room and self.addressee(notice.id) and not self._waits(notice.id):
            return  # the room has told meanwhile that it has this, or something later
        if bare not in (self._gate.rooms if notice.room else self._gate.contacts):
            self.heard_of(notice.id, Delivery.FAILED, NO_CONTACT)
            return
        if notice.room and not self._may_speak(bare, notice):
            self._outside.put(bare, notice)
            if why := self._gate.refused.get(bare):
                self._report(notice.id, Delivery.QUEUED, self._clock.now(), why)
            return
        if notice.room:
            self._unechoed.put(bare, notice)
        else:
            self._in_flight[notice.id] = notice
        stanza = stanza_of(xmpp, notice, self._clock.now(), self._offered(notice))
        if notice.refers:
            refer(stanza, notice.refers, self._named(notice, notice.refers))
        self._composing.mark(stanza, bare)
        xmpp.send(stanza)

    def _offered(self, notice: Notice) -> Sequence[Button]:
        try:
            return self._buttons(notice)
        except Exception:  # without buttons it is still an alert
            _LOGGER.exception("What a message offers could not be found out")
            return ()

    def _may_speak(self, room: str, notice: Notice) -> bool:
        """Say whether the bot is in a room that has passed on most of what was said; nothing is overtaken.

        What refers to something must wait until the room has told how it names that.
        """
        waits = self._outside.count(room) or self._unechoed.count(room) >= _WINDOW
        unnamed = notice.refers is not None and notice.refers.id in self._unechoed
        return room in self._gate.inside and not waits and not unnamed

    def _named(self, notice: Notice, about: Reference) -> tuple[str, str]:
        """Return how what a notice is about is named where it goes, and the address of who said it."""
        if notice.room:
            room = bare_of(notice.to)
            name, nick = self._called(room, about.id)
            return name or about.id, f"{room}/{nick}" if nick else room
        return about.id, self._gate.own if about.own else notice.to


def _now() -> float:
    """Return the time of a clock that nobody sets."""
    return asyncio.get_running_loop().time()


def stanza_of(xmpp: ClientXMPP, notice: Notice, now: float, buttons: Sequence[Button] = ()) -> Message:
    """Write a notice as a message: XEP-0359 id, XEP-0184 request, XEP-0333 markable, XEP-0203 when late.

    A room is asked for no receipts: its echo is one. A file's address is told by XEP-0066 too. Another bot
    learns that no person wrote it, lest it takes a sensor's word for a command.
    """
    address = xmpp.boundjid.full
    room = body_bytes(xmpp.limits.max_bytes) - bytes_of(buttons, address)
    body = cut_bytes(xml_safe(notice.text), room)
    message = xmpp.make_message(
        mto=notice.to, mbody=body or "…", mtype="groupchat" if notice.room else "chat"
    )
    message["id"] = notice.id
    message["origin_id"]["id"] = notice.id
    if not notice.room and not notice.retracts:
        message["request_receipt"] = True
        message.enable("markable")
    headers = ET.SubElement(message.xml, f"{SHIM}headers")
    ET.SubElement(headers, f"{SHIM}header", name=AUTOMATIC).text = "auto-generated"
    if notice.file:
        ET.SubElement(ET.SubElement(message.xml, f"{_OOB}x"), f"{_OOB}url").text = body
    if now - notice.at > _DELAYED_AFTER:
        message["delay"]["stamp"] = datetime.fromtimestamp(notice.at, UTC)
    if notice.replaces:
        message["replace"]["id"] = notice.replaces
    offer(message, buttons, address)
    return message


def refer(message: Message, about: Reference, named: tuple[str, str]) -> None:
    """Say what a message answers (XEP-0461), or takes back (XEP-0424): then its words are for other clients.

    `named` is the id where it goes, and who said it.
    """
    if not about.retracts:
        ET.SubElement(message.xml, REPLY, id=named[0], to=named[1])
        return
    ET.SubElement(message.xml, RETRACT, id=named[0])
    ET.SubElement(message.xml, FALLBACK, {"for": RETRACTION_FEATURE})
    ET.SubElement(message.xml, _STORE)

"""The stream of one client: what comes is bounded, asked for, or a contact's before slixmpp sees it."""

from collections.abc import Callable, Iterator
import logging
from typing import Any, Final, override
import xml.etree.ElementTree as ET

from slixmpp import JID, ClientXMPP, InvalidJID
from slixmpp.exceptions import XMPPError
from slixmpp.plugins.xep_0198 import XEP_0198
from slixmpp.plugins.xep_0198.stanza import Enable, Resume
from slixmpp.stanza import Error, Iq
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.handler.base import BaseHandler
from slixmpp.xmlstream.matcher import StanzaPath

from .framing import NOTHING, Bounds, Closed, Frame, Framer, NotWellFormed, Opened
from .negotiation import Negotiation, keep_what_leads_to_login
from .refusals import Refusals

_LOGGER = logging.getLogger(__name__)

_CLIENT: Final = "{jabber:client}"
_STANZAS: Final = frozenset({f"{_CLIENT}iq", f"{_CLIENT}message", f"{_CLIENT}presence"})
_NAMES: Final = frozenset({b"iq", b"message", b"presence"})
_IQ: Final = f"{_CLIENT}iq"
_BIND: Final = "{urn:ietf:params:xml:ns:xmpp-bind}"
_CONDITIONS: Final = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
_FEATURES: Final = "{http://etherx.jabber.org/streams}features"
_MANAGEMENT: Final = "{urn:xmpp:sm:3}"

# An answer to a question of ours, for example the items of a node; a request; all else.
_ANSWER: Final = Bounds(4 * 2**20, 40_000)
_REQUEST: Final = Bounds(16 * 2**10, 200)
_UNASKED: Final = Bounds(2**20, 2_000)

# Answers that wait to be written or acknowledged, and those after which the server is asked how far it is.
_MOST_ANSWERS: Final = 1_000
_ASK_AFTER: Final = 50
_MOST_UNWRITTEN: Final = 2**20
REQUEST_ACK: Final = "<r xmlns='urn:xmpp:sm:3'/>"
_MOST_SEQUENCE: Final = 2**32
_MOST_MISHAPS: Final = 20
# Seconds of work at a stretch.
_TURN: Final = 0.01
_NO_MORE: Final = Closed()

# What slixmpp does with stanzas by itself, as far as the bot has a use for it. All else keeps what nobody
# asked for, asks others for more, or tells events that nobody hears.
_HANDLERS: Final = frozenset(
    {
        "Stream Error",
        "Stream Features",
        "STARTTLS Proceed",
        "SASL Success",
        "SASL Failure",
        "SASL Challenge",
        "Disco Info",
        "Disco Items",
        "Software Version",
        "Stream Management Enabled",
        "Stream Management Resumed",
        "Stream Management Failed",
        "Stream Management Ack",
        "Ping",
    }
)


class Stream(ClientXMPP):
    """A client that lets pass what `admits` says, by a stanza's opening tag, and answers to its requests.

    One stanza ends nothing but itself: not by its size, not by what is raised over it. What the server does
    against the rules of the stream is told by the event `stream_broken`.
    """

    _complete = False

    def __init__(self, jid: JID, password: str, **options: Any) -> None:
        self.admits: Callable[[ET.Element], bool] = lambda _: True
        self._asked: dict[str, JID] = {}
        self._binding = ""
        self._awaited = ""
        self._answered = 0
        self._mishaps: set[tuple[object, ...]] = set()
        self._forget()
        super().__init__(jid, password, **options)
        self._refusals = Refusals(self)

    def complete(self) -> None:
        """Take no more of slixmpp's own handlers away: its plugins are there."""
        self._complete = True
        self._management: XEP_0198 = self.plugin["xep_0198"]
        # Stanzas are counted here, whatever becomes of them.
        self.del_filter("in", self._management._handle_incoming)  # noqa: SLF001
        self.unregister_feature("caps", 10010)
        self.register_handler(Callback("Roster push", StanzaPath("iq@type=set/roster"), self._take_push))

    @property
    def resuming(self) -> bool:
        """Whether the server was asked to resume an earlier stream, and has not answered."""
        return self._awaited == "resumed"

    @property
    def in_session(self) -> bool:
        """Whether an address is bound, or an earlier stream resumed: before, nobody speaks to the bot."""
        return bool(self.bound or self._management.enabled_in)

    @override
    async def start_tls(self) -> bool:
        # On a connection that ends already asyncio would wait a minute for the other side's handshake.
        if self.transport is None or self.transport.is_closing():
            return False
        return await super().start_tls()

    @override
    def register_handler(self, handler: BaseHandler, *args: Any, **options: Any) -> None:
        if self._complete or handler.name in _HANDLERS:
            super().register_handler(handler, *args, **options)

    # What goes out.

    @override
    def send(self, data: StanzaBase | str, use_filters: bool = True) -> None:
        """Send, and note what is asked; answers that the server does not take are not kept for it."""
        if isinstance(data, Iq) and data["type"] in {"result", "error"}:
            self._answer(data, use_filters)
            return
        if isinstance(data, Iq):
            pending = {key: to for key, to in self._asked.items() if self._is_pending(key)}
            self._asked = pending | {data["id"]: data["to"]}
            if data.xml.find(f"{_BIND}bind") is not None:
                self._binding = data["id"]
        elif isinstance(data, Enable | Resume):
            self._awaited = f"{data.name}d"
        elif isinstance(data, StanzaBase):
            self._negotiation.asked(data.xml)
        super().send(data, use_filters)

    @override
    def send_raw(self, data: str | bytes) -> None:
        """Write, unless the connection is lost: what was queued for it then is nobody's any more."""
        if self.transport:
            super().send_raw(data)

    def _answer(self, answer: Iq, use_filters: bool) -> None:
        waiting = max(self.waiting_queue.qsize(), len(self._management.unacked_queue))
        unwritten = self.transport.get_write_buffer_size() if self.transport else 0
        if waiting >= _MOST_ANSWERS or unwritten >= _MOST_UNWRITTEN:
            return
        super().send(answer, use_filters)
        self._answered += 1
        if self._answered % _ASK_AFTER == 0 and self._management.enabled_in:
            super().send(REQUEST_ACK)

    def _is_pending(self, key: str) -> bool:
        return f"IqTimeout_{key}" in self.scheduled_events

    # What comes in.

    @override
    def init_parser(self) -> None:
        super().init_parser()
        self._forget()

    def _forget(self) -> None:
        self._framer = Framer(self._judge)
        self._around = (b"", b"")
        self._opening: ET.Element | None = None
        self._admitted = False
        self._unread = b""
        self._reading: Iterator[Opened | Frame | Closed | None] | None = None
        self._ack_due = False
        self._featured = False
        self._negotiation = Negotiation()

    @override
    def data_received(self, data: bytes | str) -> None:
        """Take what was read, one stanza after the other, and read on when that is done."""
        self._unread += data.encode() if isinstance(data, str) else data
        if self._reading is None:
            self._reading = self._found()
            self._read(self._framer)

    def _found(self) -> Iterator[Opened | Frame | Closed | None]:
        while self._unread:
            data, self._unread = self._unread, b""
            yield from self._framer.feed(data)

    def _read(self, framer: Framer) -> None:
        """Work for a while, and let others work before the rest."""
        end = self.loop.time() + _TURN
        try:
            while framer is self._framer and self._reading and self.transport:
                found = next(self._reading, _NO_MORE)
                if found is _NO_MORE or self.transport.is_closing():
                    break
                self._follow(found)
                if self.loop.time() >= end and framer is self._framer:
                    self.transport.pause_reading()
                    self.loop.call_soon(self._read, framer)
                    return
        except NotWellFormed as error:
            self.event("stream_broken", f"not well-formed: {error}")
        if not self.transport or self.transport.is_closing():
            return
        # Also when another stream has begun on the connection meanwhile.
        self.transport.resume_reading()
        if framer is self._framer:
            self._reading = None
            if self._ack_due:
                self._ack_due = False
                self._management.send_ack()  # type: ignore[no-untyped-call]

    def _follow(self, found: Opened | Frame | Closed | None) -> None:
        if isinstance(found, Opened):
            self._around = (found.tag, b"</" + found.name + b">")
            try:
                self.start_stream_handler(ET.fromstring(b"".join(self._around)))  # type: ignore[no-untyped-call]
            except ET.ParseError as error:
                raise NotWellFormed(str(error)) from error
        elif isinstance(found, Closed):
            self.disconnect_reason = "End of stream"
            self.abort()
        elif found is not None:
            try:
                self._take(found)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is over with the stanza
                self._report(error)

    def _parsed(self, stanza: bytes) -> ET.Element:
        """Parse one stanza alone, in the namespaces of the stream."""
        before, after = self._around
        return ET.fromstring(before + stanza + after)[0]

    def _judge(self, tag: bytes) -> Bounds:
        """Say by its opening tag how much of a stanza is to be kept."""
        self._opening, self._admitted = None, False
        try:
            self._opening = self._parsed(tag if tag.endswith(b"/>") else tag[:-1] + b"/>")
            return self._bounds_of(self._opening)
        except ET.ParseError:
            return NOTHING
        except Exception as error:  # noqa: BLE001  # as in `_follow`
            self._report(error)
            return NOTHING

    def _bounds_of(self, opening: ET.Element) -> Bounds:
        if opening.tag == _IQ and opening.get("type") in {"result", "error"}:
            self._admitted = self._expects(opening)
            return _ANSWER if self._admitted else NOTHING
        if opening.tag == _IQ and not _is_request(opening):
            return NOTHING
        if opening.tag in _STANZAS and not self.in_session:
            # Also from whoever sits on the wire before it is encrypted.
            return NOTHING
        # slixmpp's handlers fail over an address that is none.
        self._admitted = self.admits(opening) and _jid(opening.get("to", "")) is not None
        if self._admitted:
            return _UNASKED
        return _REQUEST if opening.tag == _IQ else NOTHING

    def _expects(self, answer: ET.Element) -> bool:
        """Say whether this answers a request of ours, and whoever was asked (RFC 6120 §8.1.2.1, §10.3.3)."""
        key = answer.get("id", "")
        if key not in self._asked or not self._is_pending(key):
            return False
        own = {"", self.boundjid.bare, self.boundjid.domain}
        sender, asked = _jid(answer.get("from", "")), self._asked[key]
        if sender is None:
            return False
        if str(asked) in own:
            # Some servers answer in the name of the client that asks; its siblings are no server.
            return str(sender) in own | {self.boundjid.full}
        return str(sender) in {str(asked), asked.bare}

    def _take(self, frame: Frame) -> None:
        opening, self._opening = self._opening, None
        is_stanza = frame.name in _NAMES if opening is None else opening.tag in _STANZAS
        if is_stanza and self._management.enabled_in:
            self._management.handled = (self._management.handled + 1) % _MOST_SEQUENCE
        if opening is None or not frame.opening:
            return
        xml = opening if frame.whole == frame.opening else self._content(frame.whole)
        if xml is None and self._admitted:
            _LOGGER.debug("Dropped, too large or not well-formed: %r", frame.opening[:200])
            xml = _unreadable(opening)
        if xml is None or not self._admitted:
            if _is_request(opening) and self.in_session:
                self._refuse(opening, xml)
        elif self._is_in_order(xml):
            self.recv_stanza(self._build_stanza(xml))

    def _content(self, whole: bytes | None) -> ET.Element | None:
        try:
            return None if whole is None else self._parsed(whole)
        except ET.ParseError:
            return None

    def _refuse(self, opening: ET.Element, request: ET.Element | None) -> None:
        if _jid(opening.get("from", "")):
            self._refusals.refuse(opening, () if request is None else request)

    def _take_push(self, push: Any) -> None:
        """Take a change of the roster (RFC 6121 §2.1.6) for read: the bot fetches it when it needs it."""
        if push.xml.get("from", self.boundjid.bare) == self.boundjid.bare:
            self.send(self.make_iq_result(push["id"], ito=push["from"]))
        else:
            self._refuse(push.xml, None)

    # What the server must not do.

    def _is_in_order(self, xml: ET.Element) -> bool:
        """Say whether the server keeps to the rules of the stream where slixmpp trusts it blindly."""
        wrong = ""
        if xml.tag == _FEATURES:
            again, self._featured = self._featured, True
            if not self.authenticated:
                keep_what_leads_to_login(xml)
            return not again
        if xml.tag in {f"{_MANAGEMENT}a", f"{_MANAGEMENT}r"} and not self._management.enabled_in:
            return False
        if xml.tag == f"{_MANAGEMENT}r":
            # However often it is asked for, one read is acknowledged once.
            self._ack_due = True
            return False
        if xml.tag.startswith(_MANAGEMENT):
            wrong = "" if self._manages(xml) else f"bad <{xml.tag.removeprefix(_MANAGEMENT)}/>"
        elif xml.tag == _IQ and xml.get("type") in {"result", "error"}:
            del self._asked[xml.get("id", "")]
            _settle_error(xml)
            if xml.get("id") == self._binding:
                wrong = self._bound_wrongly(xml)
        else:
            wrong = self._negotiation.wrong_with(xml)
        if wrong:
            self.event("stream_broken", wrong)
        return not wrong

    def _manages(self, xml: ET.Element) -> bool:
        """Say whether an element of XEP-0198 was to be expected, and counts what there is to count."""
        name = xml.tag.removeprefix(_MANAGEMENT)
        if name == "a":
            return self._counts(xml)
        awaited, self._awaited = self._awaited, ""
        if name == "resumed":
            known = xml.get("previd") == self._management.sm_id
            return awaited == name and known and self._counts(xml)
        return awaited == name if name == "enabled" else bool(awaited) and name == "failed"

    def _counts(self, xml: ET.Element) -> bool:
        text = xml.get("h", "")
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_MOST_SEQUENCE))):
            return False
        news = (int(text) - self._management.last_ack) % _MOST_SEQUENCE
        return int(text) < _MOST_SEQUENCE and news <= len(self._management.unacked_queue)

    def _bound_wrongly(self, answer: ET.Element) -> str:
        """Say what is wrong about the address that the server gave, nothing if it is of the account."""
        binds = answer.findall(f"{_BIND}bind")
        texts = [jid.text or "" for bind in binds for jid in bind.iterfind(f"{_BIND}jid")]
        jid = _jid(texts[0]) if len(binds) == len(texts) == 1 else None
        if answer.get("type") == "result" and jid and jid.resource and jid.bare == self.requested_jid.bare:
            return ""
        return f"bound to {', '.join(texts)[:200]!r}"

    # What goes wrong.

    @override
    def _build_stanza(self, xml: ET.Element, default_ns: str | None = None) -> StanzaBase:
        stanza = super()._build_stanza(xml, default_ns)
        # What handlers raise comes back to the stanza, which would answer its sender with it.
        stanza.exception = self._answer_to(stanza) if isinstance(stanza, Iq) else self._report  # type: ignore[assignment]
        return stanza

    def _answer_to(self, iq: Iq) -> Callable[[Exception], None]:
        tell: Callable[[Exception], None] = iq.exception

        def answer(error: Exception) -> None:
            if isinstance(error, XMPPError):
                tell(error)
                return
            self._report(error)
            if _is_request(iq.xml):
                self._refuse(iq.xml, None)

        return answer

    @override
    def exception(self, exception: Exception) -> None:
        self._report(exception)

    def _report(self, error: BaseException) -> None:
        """Log the first mishap of a kind."""
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = (place.tb_frame.f_code, place.tb_lineno) if place is not None else ()
        kind = (type(error), *where)
        if kind not in self._mishaps and len(self._mishaps) < _MOST_MISHAPS:
            self._mishaps.add(kind)
            _LOGGER.error("A stanza was dropped; more like it are not mentioned", exc_info=error)


def _is_request(opening: ET.Element) -> bool:
    return opening.tag == _IQ and opening.get("type") in {"get", "set"} and opening.get("id") is not None


def _unreadable(opening: ET.Element) -> ET.Element | None:
    """Return an error in the place of an answer that is not to be read, for whoever waits for it."""
    if opening.tag != _IQ or _is_request(opening):
        return None
    opening.set("type", "error")
    error = ET.SubElement(opening, f"{_CLIENT}error", type="modify")
    ET.SubElement(error, f"{_CONDITIONS}not-acceptable")
    return opening


def _settle_error(answer: ET.Element) -> None:
    """Leave one error with a condition in an error, none in a result.

    slixmpp takes the last of several, and any result with one for an error; it fails over an error without
    a condition that it knows, and nobody is told of it.
    """
    error: ET.Element | None = None
    for each in answer.findall(f"{_CLIENT}error"):
        if error is None and answer.get("type") == "error":
            error = each
        else:
            answer.remove(each)
    if answer.get("type") != "error":
        return
    if error is None:
        error = ET.SubElement(answer, f"{_CLIENT}error", type="cancel")
    if not any(child.tag.removeprefix(_CONDITIONS) in Error.conditions for child in error):
        ET.SubElement(error, f"{_CONDITIONS}undefined-condition")


def _jid(text: str) -> JID | None:
    try:
        return JID(text)
    except InvalidJID:
        return None

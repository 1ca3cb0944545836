"""An XMPP server that lies: a plain stream, any password will do."""

import asyncio
from collections.abc import Callable
import contextlib
from dataclasses import dataclass
from typing import Any, override
import xml.etree.ElementTree as ET

from custom_components.dinox_mqtt_bot.xmpp.settings import Security, Timing, XmppSettings
from lab.ports import LOOPBACK

from .thread_server import ThreadServer

DOMAIN = "home.test"
BOT, ALICE = f"bot@{DOMAIN}", f"alice@{DOMAIN}"
FULL = f"{BOT}/ha"
_SM = "urn:xmpp:sm:3"
_BIND = "urn:ietf:params:xml:ns:xmpp-bind"
_SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
_STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
_HEADER = (
    f"<?xml version='1.0'?><stream:stream from='{DOMAIN}' id='s' version='1.0' xmlns='jabber:client'"
    " xmlns:stream='http://etherx.jabber.org/streams'>"
)
_LOGIN = (
    f"<stream:features><mechanisms xmlns='{_SASL}'><mechanism>PLAIN</mechanism></mechanisms>"
    "</stream:features>"
)
_OFFER = f"<stream:features><bind xmlns='{_BIND}'/><sm xmlns='{_SM}'/></stream:features>"
_FAILED = f"<failed xmlns='{_SM}'><item-not-found xmlns='{_STANZAS}'/></failed>"
SILENCE = " "
# What takes a night with a real server happens in a moment here.
QUICK = Timing(
    connect=3, answer=3, ping_interval=20, ping_timeout=3, first_pause=0.05, longest_pause=0.3, room_pause=0.3
)


@dataclass(frozen=True, slots=True)
class Lies:
    """What the server says instead of the truth; empty: the truth. `ID` stands for the request's id.

    `acknowledged`: instead of `<a/>` with the right number; `resumed`: instead of refusing to resume.
    """

    offer: str = ""
    login: str = ""
    bound: str = ""
    resumed: str = ""
    acknowledged: str = ""


def settings(port: int) -> XmppSettings:
    """Return the bot's account on such a server."""
    return XmppSettings(BOT, "secret", LOOPBACK, port, resource="ha", security=Security.PLAIN, name="House")


def spoken(text: str, stanza_id: str) -> str:
    """Return a chat message of the contact to the bot; neither may need escaping."""
    sender = f"from='{ALICE}/phone' to='{FULL}'"
    return f"<message {sender} type='chat' id='{stanza_id}'><body>{text}</body></message>"


class LyingXmpp(ThreadServer):
    """One server; `connections` counts the streams, `heard` are the texts that the bot said."""

    def __init__(self, lies: Lies | None = None) -> None:
        super().__init__("lying XMPP server")
        self.lies = lies or Lies()
        self.connections = 0
        self.heard: list[str] = []
        self._stream: _Stream | None = None

    def send(self, xml: str) -> None:
        """Send this to the bot, in the newest stream."""
        self._in_thread(lambda stream: stream.write(xml))

    def begin_lying(self) -> None:
        """Let the newest stream know of other lies as well."""
        self._in_thread(lambda stream: stream.lie(self.lies))

    def cut(self) -> None:
        """End the connection without a word."""
        self._in_thread(lambda stream: stream.writer.transport.abort())

    def _in_thread(self, act: Callable[[_Stream], object]) -> None:
        def run() -> None:
            if self._stream is not None:
                act(self._stream)

        self.loop.call_soon_threadsafe(run)

    @override
    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        stream = self._stream = _Stream(self, writer)
        with contextlib.suppress(OSError, ET.ParseError):
            while chunk := await reader.read(65_536):
                stream.feed(chunk)
        writer.close()


class _Stream:
    """One connection: what a truthful server would say, unless `lies` has it otherwise."""

    def __init__(self, server: LyingXmpp, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self._server = server
        self._lies = server.lies
        self._is_in = False
        self._received = 0
        self._begin()

    def lie(self, lies: Lies) -> None:
        self._lies = lies

    def write(self, xml: str) -> None:
        if not self.writer.is_closing():
            self.writer.write(xml.encode("utf-8", "surrogatepass"))

    def feed(self, chunk: bytes) -> None:
        """Read what the bot wrote. Raises ParseError."""
        self._parser.feed(chunk)
        for told in self._parser.read_events():
            assert len(told) == 2
            event, element = told
            assert isinstance(element, ET.Element)
            self._depth += 1 if event == "start" else -1
            if event == "start" and self._depth == 1:
                self._greet()
            elif event == "end" and self._depth == 1:
                self._take(element)
            elif self._depth == 0:
                self.write("</stream:stream>")
                self.writer.close()

    def _begin(self) -> None:
        self._parser: ET.XMLPullParser[Any] = ET.XMLPullParser(("start", "end"))
        self._depth = 0

    def _greet(self) -> None:
        offer = _OFFER if self._is_in else self._lies.offer or _LOGIN
        self.write(_HEADER + offer)

    def _take(self, element: ET.Element) -> None:
        kind = element.tag.rpartition("}")[2]
        if kind in {"message", "presence", "iq"}:
            self._received += 1
        if kind == "auth":
            self.write(self._lies.login or f"<success xmlns='{_SASL}'/>")
            if not self._lies.login:
                self._is_in = True
                self._begin()
        elif kind == "enable":
            self._received = 0
            self.write(f"<enabled xmlns='{_SM}' id='sm1' resume='true'/>")
        elif kind == "resume":
            self.write(self._lies.resumed or _FAILED)
        elif kind == "r":
            self.write(self._lies.acknowledged or f"<a xmlns='{_SM}' h='{self._received}'/>")
        elif kind == "message":
            self._server.heard += [text.text or "" for text in element.iter("{jabber:client}body")]
        elif kind == "iq" and element.get("type") in {"get", "set"}:
            self.write(self._answer(element).replace("ID", element.get("id", "")))

    def _answer(self, request: ET.Element) -> str:
        asked = request[0].tag if len(request) else ""
        if _BIND in asked:
            bound = f"<iq type='result' id='ID'><bind xmlns='{_BIND}'><jid>{FULL}</jid></bind></iq>"
            return self._lies.bound or bound
        if asked == "{jabber:iq:roster}query":
            return "<iq type='result' id='ID'><query xmlns='jabber:iq:roster'/></iq>"
        sender = f" from='{request.get('to')}'" if request.get("to") else ""
        if "ping" in asked:
            return f"<iq type='result' id='ID'{sender}/>"
        unavailable = f"<service-unavailable xmlns='{_STANZAS}'/>"
        return f"<iq type='error' id='ID'{sender}><error type='cancel'>{unavailable}</error></iq>"

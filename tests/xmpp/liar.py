"""An XMPP server that lies: it takes every login, and a test says what it answers to what."""

import asyncio
from collections.abc import Callable
import contextlib
import re
import ssl
from typing import Self

from people import ALICE, QUICK, Probed

from custom_components.dinox_mqtt_bot.bot.model.rules import Contact
from custom_components.dinox_mqtt_bot.bot.model.status import BotState
from custom_components.dinox_mqtt_bot.xmpp.settings import Security, Timing, XmppSettings
from lab.servers import LOOPBACK

_HEADER = (
    "<?xml version='1.0'?><stream:stream from='home.test' id='s' version='1.0' xml:lang='en' "
    "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
)
OFFER = (
    "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
    "<mechanism>PLAIN</mechanism></mechanisms></stream:features>"
)
_FEATURES = (
    "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>"
    "</stream:features>"
)
_SUCCESS = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
_BIND = "urn:ietf:params:xml:ns:xmpp-bind"
_TAG = re.compile(r"""<(/?)([\w:.-]+)(?:[^<>'"]|'[^']*'|"[^"]*")*?(/?)>""")
_TO = re.compile(r"""\bto=['"]([^'"]*)""")
_ID = re.compile(r"""\bid=['"]([^'"]*)""")


class Liar:
    """Answers as a server would, but for the elements that `lies` has an answer to, by name."""

    def __init__(self, **lies: Callable[[Liar, str], str | None]) -> None:
        self.lies = lies
        self.jid = "bot@home.test/ha"
        # What is said before the login.
        self.offer = OFFER
        self.accepted = 0
        self.port = 0
        self.heard: list[str] = []
        # Stanzas of the session that came, and that were sent.
        self.counted = self.told = 0
        self.writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """End the connection without a word."""
        if self.writer is not None:
            self.writer.transport.abort()

    def say(self, xml: str, *, stanzas: int = 1) -> None:
        """Send something to the client that came last."""
        assert self.writer is not None
        self.told += stanzas
        self.writer.write(xml.encode())

    def names(self, name: str) -> list[str]:
        """Return what came of one name."""
        return [each for each in self.heard if each.startswith(f"<{name}")]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self.writer = writer
        authenticated, text = False, ""
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                text += data.decode()
                while (found := _element(text)) is not None:
                    element, text = found
                    if element.startswith("<stream:stream"):
                        offer = _FEATURES if authenticated else self.offer
                        writer.write((_HEADER + offer).encode())
                    elif element.startswith("</"):
                        writer.write(b"</stream:stream>")
                    else:
                        authenticated = authenticated or element.startswith("<auth")
                        self.heard.append(element)
                        writer.write(self._answer(element).encode())
        writer.transport.abort()

    def _answer(self, element: str) -> str:
        match = _TAG.match(element)
        assert match is not None
        name = match[2]
        if name == "enable":
            self.counted = self.told = 0
        self.counted += name in {"iq", "message", "presence"}
        lie = self.lies.get("bind" if _BIND in element else name)
        answer = lie(self, element) if lie is not None else None
        if answer is not None:
            return answer
        return {
            "auth": _SUCCESS,
            "enable": "<enabled xmlns='urn:xmpp:sm:3' id='sm1' resume='true'/>",
            "resume": "<failed xmlns='urn:xmpp:sm:3'/>",
            "r": f"<a xmlns='urn:xmpp:sm:3' h='{self.counted}'/>",
        }.get(name) or (self._answer_iq(element) if name == "iq" else "")

    def _answer_iq(self, request: str) -> str:
        found = _ID.search(request)
        key = found[1] if found else ""
        if _BIND in request:
            return bound(key, self.jid)
        if re.search("type=.(get|set)", request) is None:
            return ""
        self.told += 1
        asked = _TO.search(request)
        return f"<iq type='result' id='{key}' from='{asked[1] if asked else 'bot@home.test'}'/>"


def link_to(liar: Liar, timing: Timing = QUICK, security: Security = Security.PLAIN) -> Probed:
    settings = XmppSettings("bot@home.test", "pw", LOOPBACK, liar.port, resource="ha", security=security)
    probed = Probed(settings, None if security is Security.PLAIN else ssl.create_default_context(), timing)
    probed.link.meet([Contact(ALICE)])
    probed.link.show(BotState.ONLINE, "")
    return probed


def id_of(element: str) -> str:
    found = _ID.search(element)
    return found[1] if found else ""


def bound(key: str, jid: str) -> str:
    return f"<iq type='result' id='{key}'><bind xmlns='{_BIND}'><jid>{jid}</jid></bind></iq>"


def _element(text: str) -> tuple[str, str] | None:
    """Return the next element of a stream, or a tag of the stream itself, and what follows."""
    text = re.sub(r"\A\s*(?:<\?[^>]*>)?\s*", "", text)
    depth = 0
    for tag in _TAG.finditer(text):
        if "stream:stream" in tag[2]:
            return tag[0], text[tag.end() :]
        depth += -1 if tag[1] else int(not tag[3])
        if depth == 0:
            return text[: tag.end()], text[tag.end() :]
    return None

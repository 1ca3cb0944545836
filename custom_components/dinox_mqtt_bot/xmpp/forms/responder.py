"""Answers ad-hoc commands (XEP-0050 1.3): every action is checked against the session that it names."""

import asyncio
from collections.abc import Callable, Coroutine
import re
from typing import Any, Final

from slixmpp import ClientXMPP
from slixmpp.exceptions import XMPPError
from slixmpp.plugins.xep_0030 import DiscoInfo, DiscoItems
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

from ...bot.model.forms import FormStep, Refused, Values
from ...bot.ports import Clock, CommandForms, Spawn
from ..session import Session
from ..settings import Timing
from ..text import body_bytes, xml_safe
from .clients import FormClients
from .sessions import MOST_OF_ONE, FormSession, Gone, Sessions
from .stanzas import COMMANDS, DATA, VALIDATE, BadPayload, filled_in, write_step

_ACTIONS: Final = frozenset({"execute", "complete", "next", "prev", "cancel"})
# Gajim 1.7 looks at what there is only where this is told of.
_ITEMS: Final = "http://jabber.org/protocol/disco#items"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
# RFC 5646 §2.1, as far as it has a shape. In which language a contact is answered it has said elsewhere.
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,7}")


class Responder:
    """Serves the commands of the bot to its contacts' clients, in whatever session there is.

    slixmpp's own plugin lets one client go on with what another began (docs/adr/0052), so only its stanzas
    are used.
    """

    def __init__(self, clock: Clock, timing: Timing) -> None:
        self._sessions = Sessions(timing.form, lambda: asyncio.get_running_loop().time(), clock.new_id)
        self._clients = FormClients()
        self._forms: CommandForms | None = None
        self._xmpp: ClientXMPP | None = None

    def start(self, forms: CommandForms | None, spawn: Spawn) -> None:
        """Serve these commands from now on; `spawn` runs what takes its time."""
        self._forms = forms
        self._spawn = spawn

    def attach(self, xmpp: ClientXMPP) -> None:
        """Answer on a client that is not connected yet, and say in its features that it is done."""
        if self._forms is None:
            return
        xmpp.register_handler(
            Callback("Commands", StanzaPath("iq@type=set/command"), lambda iq: self._take(xmpp, iq))
        )
        xmpp.register_handler(Callback("Clients", StanzaPath("presence/caps"), self._clients.see))
        xmpp.add_event_handler("session_bind", lambda _: self._announce(xmpp))

    def begin(self, session: Session, *, resumed: bool) -> None:
        """Answer in this session; what was begun in one that is lost is forgotten."""
        self._xmpp = session.xmpp
        if not resumed:
            self._sessions.clear()

    def end(self) -> None:
        """Answer no more until the next session."""
        self._xmpp = None

    # What there is (XEP-0030).

    def _announce(self, xmpp: ClientXMPP) -> None:
        disco = xmpp.plugin["xep_0030"]
        for feature in (COMMANDS, DATA, VALIDATE, _ITEMS):
            disco.add_feature(feature)
        usual = disco.static

        def items(jid: Any, node: str, asks: Any, query: Any) -> Any:
            return self._items(jid, asks) if node == COMMANDS else usual.get_items(jid, node, asks, query)

        def info(jid: Any, node: str, asks: Any, query: Any) -> Any:
            return self._info(node, asks) or usual.get_info(jid, node, asks, query)

        # For this address: what is asked of another one is none of the bot's.
        disco.set_node_handler("get_items", jid=xmpp.boundjid, handler=items)
        disco.set_node_handler("get_info", jid=xmpp.boundjid, handler=info)

    def _items(self, jid: Any, asks: Any) -> DiscoItems:
        items = DiscoItems()
        items["node"] = COMMANDS
        for each in self._offered(asks):
            items.add_item(jid, node=each.node, name=xml_safe(each.name))
        return items

    def _info(self, node: str, asks: Any) -> DiscoInfo | None:
        """Return what a node of the list is, or the list itself; None for all else."""
        names = {each.node: each.name for each in self._offered(asks)} if node else {}
        if node != COMMANDS and node not in names:
            return None
        info = DiscoInfo()
        kind = "command-list" if node == COMMANDS else "command-node"
        info.add_identity("automation", kind, name=xml_safe(names.get(node, "")) or None)
        for feature in (COMMANDS, DATA):
            info.add_feature(feature)
        return info

    def _offered(self, asks: Any) -> Any:
        return self._forms.offered(asks.bare) if self._forms and asks else ()

    # What is done.

    def _take(self, xmpp: ClientXMPP, iq: Any) -> None:
        """Check an action and begin with it. Raises XMPPError, which is the answer then."""
        command = iq["command"]
        node, action = command["node"], command["action"]
        if action not in _ACTIONS:
            raise _wrong("malformed-action")
        language = command.xml.get(_LANG)
        if language is not None and not _LANGUAGE.fullmatch(language):
            raise _wrong("bad-locale")
        session_id, who = command["sessionid"], iq["from"]
        if not session_id:
            if action != "execute":
                raise _wrong("bad-sessionid")
            self._open(xmpp, iq, node)
            return
        session = self._sessions.find(session_id, who, node)
        if session is Gone.EXPIRED:
            raise XMPPError("not-allowed", etype="cancel", extension="session-expired", extension_ns=COMMANDS)
        if isinstance(session, Gone):
            raise _wrong("bad-sessionid")
        self._act(xmpp, iq, session, action)

    def _open(self, xmpp: ClientXMPP, iq: Any, node: str) -> None:
        who = iq["from"]
        if self._sessions.busy(who.bare) >= MOST_OF_ONE:
            raise XMPPError("resource-constraint", etype="wait")
        forms = self._forms
        assert forms is not None
        session = self._sessions.begin(who, node)
        self._work(xmpp, iq, session, lambda: forms.begin(who.bare, node))

    def _act(self, xmpp: ClientXMPP, iq: Any, session: FormSession, action: str) -> None:
        """Do what is asked for in a session. Raises XMPPError."""
        step, forms = session.step, self._forms
        if step is None or session.busy:
            raise XMPPError("resource-constraint", etype="wait")
        assert forms is not None
        if action == "cancel":
            self._cancel(iq, session)
        elif action == "prev":
            if step.first is None:
                raise _wrong("bad-action")
            self._sessions.go_on(session, step.first)
            self._answer(xmpp, iq, session, step.first)
        else:
            filled = _filled_in(iq)
            if filled is None:
                self._cancel(iq, session)
                return
            self._work(xmpp, iq, session, lambda: forms.submit(session.who.bare, step, filled))

    def _cancel(self, iq: Any, session: FormSession) -> None:
        self._sessions.end(session)
        reply = iq.reply()
        answer = reply["command"]
        answer["node"], answer["sessionid"], answer["status"] = session.node, session.id, "canceled"
        reply.send()

    def _work(
        self,
        xmpp: ClientXMPP,
        iq: Any,
        session: FormSession,
        make: Callable[[], Coroutine[Any, Any, FormStep | Refused]],
    ) -> None:
        session.busy = True

        async def work() -> None:
            step: FormStep | Refused | None = None
            try:
                step = await make()
            finally:
                session.busy = False
                self._finish(xmpp, iq, session, step)

        self._spawn(work)

    def _finish(
        self, xmpp: ClientXMPP, iq: Any, session: FormSession, step: FormStep | Refused | None
    ) -> None:
        """Show what came of it, or why there is nothing to show."""
        if isinstance(step, FormStep) and step.form is not None:
            self._sessions.go_on(session, step)
        else:
            self._sessions.end(session)
        if xmpp is not self._xmpp:
            return  # the client has lost its stream to the bot, and asks anew
        if isinstance(step, FormStep):
            self._answer(xmpp, iq, session, step)
        elif step is Refused.UNKNOWN:
            iq.exception(XMPPError("item-not-found", etype="cancel"))
        elif step is Refused.NOT_ALLOWED:
            iq.exception(XMPPError("forbidden", etype="auth"))
        else:
            iq.exception(XMPPError("internal-server-error", etype="cancel"))

    def _answer(self, xmpp: Any, iq: Any, session: FormSession, step: FormStep) -> None:
        reply, room = iq.reply(), body_bytes(xmpp.limits.max_bytes)
        filled_in = bool(iq["command"]["sessionid"])
        lines = self._clients.lines_of_note(iq["from"].full, filled_in=filled_in)
        write_step(reply, session.id, session.node, step, room, lines=lines)
        reply.send()


def _filled_in(iq: Any) -> Values | None:
    try:
        return filled_in(iq["command"].xml)
    except BadPayload:
        raise _wrong("bad-payload") from None


def _wrong(condition: str) -> XMPPError:
    """Return the error for a request that is wrong in one way of XEP-0050 (§4.4)."""
    return XMPPError("bad-request", etype="modify", extension=condition, extension_ns=COMMANDS)

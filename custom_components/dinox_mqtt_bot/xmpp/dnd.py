"""Who is there, and who shows that nobody shall disturb (`dnd`, RFC 6121 §4.7.2.1)."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from slixmpp import JID, ClientXMPP
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from .gate import Gate

_AVAILABLE: Final = frozenset({"available", "away", "chat", "dnd", "xa"})
_GONE: Final = frozenset({"unavailable", "error"})
_MOST_CLIENTS: Final = 100


class PresenceDnd:
    """Tells which contacts began or ceased to show `dnd`, with any client of theirs.

    Over a lost session what they showed holds. In a shared account the user's own clients count.
    """

    _report: Callable[[str, bool], None]

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        # By bare JID, the clients that show it.
        self._busy: dict[str, set[JID]] = {}
        # Those of them that showed it in an earlier session, and not yet in this one.
        self._stale: set[JID] = set()
        self._told: set[str] = set()
        # By bare JID, the clients of contacts that are there.
        self._here: dict[str, set[JID]] = {}

    def start(self, on_presence: Callable[[str, bool], None], busy: Iterable[str] = ()) -> None:
        """Tell who begins and ceases, from now on; `busy` are those of whom it was told that they began."""
        self._report = on_presence
        # Of a client that is not known any more: it counts until the first session has settled.
        self._busy = {bare: {JID(bare)} for bare in busy}
        self._told = set(self._busy)

    def attach(self, xmpp: ClientXMPP) -> None:
        """Watch the presences that reach this client."""

        def see(presence: Any) -> None:
            if presence["from"] != xmpp.boundjid:
                self.see(presence)

        matcher = MatchXPath(f"{{{xmpp.default_ns}}}presence")
        xmpp.register_handler(Callback("Do not disturb", matcher, see))

    def begin(self) -> None:
        """Expect to be shown everything again: the session is not the continuation of another."""
        self._stale = {jid for clients in self._busy.values() for jid in clients}
        self._here.clear()

    def settle(self) -> None:
        """Take who has not shown it again as gone: not every server tells of clients offline."""
        stale, self._stale = self._stale, set()
        for jid in stale:
            self._busy[jid.bare].discard(jid)
        for bare in {jid.bare for jid in stale}:
            self._judge(bare)

    def meet(self) -> None:
        """Forget who is no contact any more."""
        known = {*self._gate.contacts, self._gate.own}
        for bare in self._here.keys() - self._gate.contacts.keys():
            del self._here[bare]
        for bare in self._busy.keys() - known:
            self._stale -= self._busy.pop(bare)
        for bare in {*self._busy, *self._told}:
            self._judge(bare)

    def available(self, bare: str) -> bool:
        """Say whether a client of a contact is there, and none shows `dnd`."""
        return bool(self._here.get(bare)) and not self._busy.get(bare)

    def see(self, presence: Any) -> None:
        """Take what somebody shows. Of very many clients that show it some are enough to know."""
        sender, kind = presence["from"], presence["type"]
        if sender.bare in self._gate.contacts:
            self._note(sender, kind)
        clients = self._busy.setdefault(sender.bare, set())
        if kind == "dnd":
            if len(clients) < _MOST_CLIENTS:
                clients.add(sender)
            self._stale.discard(sender)
        elif kind not in _AVAILABLE | _GONE:
            return
        elif sender.resource:
            clients.discard(sender)
            self._stale.discard(sender)
        elif kind in _GONE:
            self._stale -= clients
            clients.clear()
        self._judge(sender.bare)

    def _note(self, sender: JID, kind: str) -> None:
        here = self._here.setdefault(sender.bare, set())
        if kind in _AVAILABLE and len(here) < _MOST_CLIENTS:
            here.add(sender)
        elif kind in _GONE:
            here.discard(sender)
            if not sender.resource:
                here.clear()

    def _judge(self, bare: str) -> None:
        busy = bool(self._busy.get(bare)) and bare in self._gate.contacts
        if busy != (bare in self._told):
            (self._told.add if busy else self._told.discard)(bare)
            self._report(bare, busy)

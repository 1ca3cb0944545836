"""Who shows that nobody shall disturb (`dnd`, RFC 6121 §4.7.2.1)."""

from collections.abc import Callable
from typing import Any, Final

from slixmpp import JID, ClientXMPP
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from .gate import Gate

_AVAILABLE: Final = frozenset({"available", "away", "chat", "dnd", "xa"})
_GONE: Final = frozenset({"unavailable", "error"})


class PresenceDnd:
    """Tells which contacts began or ceased to show `dnd`, with any client of theirs.

    Over a lost session what they showed holds. In a shared account the user's own clients count.
    """

    _report: Callable[[str, bool], None]

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._busy: set[JID] = set()
        # Those of them that showed it in an earlier session, and not yet in this one.
        self._stale: set[JID] = set()
        self._told: set[str] = set()

    def start(self, on_presence: Callable[[str, bool], None]) -> None:
        """Tell who begins and ceases, from now on."""
        self._report = on_presence

    def attach(self, xmpp: ClientXMPP) -> None:
        """Watch the presences that reach this client."""

        def see(presence: Any) -> None:
            if presence["from"] != xmpp.boundjid:
                self.see(presence)

        matcher = MatchXPath(f"{{{xmpp.default_ns}}}presence")
        xmpp.register_handler(Callback("Do not disturb", matcher, see))

    def begin(self) -> None:
        """Expect to be shown everything again: the session is not the continuation of another."""
        self._stale = set(self._busy)

    def settle(self) -> None:
        """Take who has not shown it again as gone: not every server tells of clients offline."""
        self._busy -= self._stale
        self._stale.clear()
        self._judge()

    def meet(self) -> None:
        """Forget who is no contact any more."""
        known = {*self._gate.contacts, self._gate.own}
        self._busy = {jid for jid in self._busy if jid.bare in known}
        self._judge()

    def see(self, presence: Any) -> None:
        """Take what somebody shows."""
        sender, kind = presence["from"], presence["type"]
        if kind == "dnd":
            self._busy.add(sender)
            self._stale.discard(sender)
        elif kind not in _AVAILABLE | _GONE:
            return
        elif sender.resource:
            self._busy.discard(sender)
        elif kind in _GONE:
            self._busy = {jid for jid in self._busy if jid.bare != sender.bare}
        self._judge()

    def _judge(self) -> None:
        busy = {jid.bare for jid in self._busy} & self._gate.contacts.keys()
        changed, self._told = busy ^ self._told, busy
        for bare in changed:
            self._report(bare, bare in busy)

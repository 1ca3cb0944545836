"""How the bot stands in its account: what others see of it, its roster, carbons."""

import asyncio
from collections.abc import Coroutine
import logging
from typing import Any

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

from ..bot.model.status import BotState
from .gate import Gate
from .profile import presence_of, publish_profile
from .roster import Roster
from .session import SOFTWARE, Session
from .settings import Timing, XmppSettings
from .text import xml_safe

_LOGGER = logging.getLogger(__name__)


class Account:
    """Presence, roster, profile and carbons of one account, in whatever session there is."""

    def __init__(self, settings: XmppSettings, gate: Gate, timing: Timing) -> None:
        self._settings = settings
        self._gate = gate
        self._timing = timing
        self._roster = Roster(gate, settings.name)
        self._session: Session | None = None
        self._untended = asyncio.Event()
        self._shown = (BotState.CONNECTING, "")
        self._sent: object = None

    def attach(self, xmpp: ClientXMPP) -> None:
        """Answer requests, and say what kind of client this is."""
        # A contact's request: answered with the rest of the roster, so that the bot makes the item first.
        matcher = StanzaPath("presence@type=subscribe")
        xmpp.register_handler(Callback("Subscription", matcher, lambda _: self._untended.set()))
        # The identity the client's features are told with (XEP-0030 §3, XEP-0115); slixmpp's own is none.
        disco = xmpp.plugin["xep_0030"]
        xmpp.add_event_handler(
            "session_bind",
            lambda _: disco.add_identity(
                category="client", itype="bot", name=xml_safe(self._settings.name) or SOFTWARE
            ),
        )

    async def introduce(self, session: Session) -> None:
        """Have what this client can do told with its presence (XEP-0115), before it is first present."""
        await session.xmpp.plugin["xep_0115"].update_caps(broadcast=False)

    def begin(self, session: Session, *, resumed: bool) -> None:
        """Be present in this session."""
        self._session = session
        if not resumed:
            self._untended.set()
        self._send_presence()

    def end(self) -> None:
        """Do no more until the next session."""
        self._session = self._sent = None

    def show(self, state: BotState, text: str) -> None:
        """Tell the bot's state as presence."""
        self._shown = (state, text)
        self._send_presence()

    def meet(self) -> None:
        """Make the account agree with the contacts."""
        self._untended.set()
        self._send_presence()

    def _send_presence(self) -> None:
        """Tell the present state once; before the contacts are known nobody has to see it."""
        wanted = (*self._shown, self._gate.shared)
        if self._session is not None and self._gate.known and wanted != self._sent:
            self._sent = wanted
            state, text, shared = wanted
            presence_of(self._session.xmpp, state, text, shared=shared).send()

    async def tend(self, session: Session, *, fresh: bool) -> None:
        """Do what takes the server's answer: carbons, roster, profile."""
        while True:
            await self._untended.wait()
            self._untended.clear()
            await self._chore(self._set_carbons(session))
            await self._chore(self._roster.tend(session.xmpp, self._timing.answer))
            if fresh and self._gate.known and not self._gate.shared:
                fresh = False
                await self._chore(publish_profile(session.xmpp, self._settings, self._timing.answer))

    async def _chore(self, chore: Coroutine[Any, Any, None]) -> None:
        try:
            await chore
        except IqError as error:
            _LOGGER.debug("The server refused: %s", error.condition)
        except IqTimeout:
            _LOGGER.debug("The server did not answer in time")

    async def _set_carbons(self, session: Session) -> None:
        """Carbons show what the user's clients write; outside a shared account they are not the bot's."""
        carbons = session.xmpp.plugin["xep_0280"]
        switch = carbons.enable if self._gate.shared else carbons.disable
        await switch(timeout=self._timing.answer)

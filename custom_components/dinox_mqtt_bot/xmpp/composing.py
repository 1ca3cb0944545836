"""Chat states (XEP-0085): a contact sees that the answer to what it said is being written."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
import xml.etree.ElementTree as ET

from slixmpp.stanza import Message

from .gate import Gate, bare_of
from .session import Session

_NOT_KEPT: Final = "{urn:xmpp:hints}no-store"


class Composing:
    """Shows contacts that an answer is being written, once that takes long, until it is said or none comes.

    Only those see it whose client has sent a chat state with its last words (XEP-0085 §5.1). `patience`:
    seconds that an answer may take, and then its way through the outbox.
    """

    def __init__(self, gate: Gate, patience: float) -> None:
        self._gate = gate
        self._patience = patience
        self._session: Session | None = None
        self._knowing: set[str] = set()
        # How many answers are being written to whom, and who is shown so.
        self._answers: Counter[str] = Counter()
        self._shown: set[str] = set()
        self._beginning: set[asyncio.TimerHandle] = set()
        self._ending: dict[str, asyncio.TimerHandle] = {}

    def begin(self, session: Session, *, resumed: bool) -> None:
        """Show it in this session; the end of an earlier one ended what it showed."""
        self._session = session
        if not resumed:
            self._shown.clear()
        for bare in list(self._shown):
            self._pause(bare)

    def end(self) -> None:
        """Show nothing until the next session."""
        self._session = None
        for timer in (*self._beginning, *self._ending.values()):
            timer.cancel()
        self._beginning.clear()
        self._ending.clear()

    def meet(self) -> None:
        """Forget who is no contact any more."""
        self._knowing &= self._gate.contacts.keys()

    def heard(self, message: Message) -> None:
        """Take note of whether a contact's client knows chat states."""
        bare = message["from"].bare
        if message["chat_state"] and bare != self._gate.own:
            self._knowing.add(bare)
        elif message["body"]:
            self._knowing.discard(bare)

    @contextmanager
    def answering(self, jid: str) -> Iterator[None]:
        """Have an answer in the works, until it is handed over or there is none."""
        loop, bare = asyncio.get_running_loop(), bare_of(jid)
        timer = loop.call_later(self._patience, self._compose, bare)
        self._beginning.add(timer)
        self._answers[bare] += 1
        try:
            yield
        finally:
            timer.cancel()
            self._beginning.discard(timer)
            self._answers[bare] -= 1
            if bare in self._shown and bare not in self._ending and self._session is not None:
                self._ending[bare] = loop.call_later(self._patience, self._pause, bare)

    def mark(self, message: Message, bare: str) -> None:
        """Have a message that is about to be sent say that it was what was being written."""
        if bare in self._knowing:
            message["chat_state"] = "active"
        if bare in self._shown:
            self._shown.discard(bare)
            if self._answers[bare]:
                # It was something else: the answer is still to come.
                asyncio.get_running_loop().call_soon(self._compose, bare)

    def _compose(self, bare: str) -> None:
        if bare in self._knowing and bare not in self._shown and self._show(bare, "composing"):
            self._shown.add(bare)

    def _pause(self, bare: str) -> None:
        self._ending.pop(bare, None)
        if bare in self._shown and not self._answers[bare]:
            self._shown.discard(bare)
            self._show(bare, "paused")

    def _show(self, bare: str, state: str) -> bool:
        """Tell a contact a state, and nobody's archive; say whether there was a session to do it in."""
        if self._session is None or self._session.over.done():
            return False
        message = self._session.xmpp.make_message(mto=bare, mtype="chat")
        message["chat_state"] = state
        ET.SubElement(message.xml, _NOT_KEPT)
        message.send()
        return True

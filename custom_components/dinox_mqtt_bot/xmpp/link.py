"""The XMPP connection: kept alive, resumed, made again, for ever."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import AbstractContextManager
from contextvars import copy_context
from functools import partial
import logging
import random
import ssl
from typing import Any, Final

from ..bot.model.notice import Notice
from ..bot.model.rules import Contact
from ..bot.model.status import BotState, LinkStatus, Phase
from ..bot.model.utterance import Reaction, Utterance
from ..bot.ports import ButtonsOf, Clock, CommandForms
from . import disconnects
from .account import Account
from .detection import ServerFound, detect
from .disconnects import Disconnected
from .gate import Gate
from .pubsub.pubsub import CreateTask, PubSub
from .saying import Addressee, OnDelivery, Waits
from .session import SOFTWARE, Session
from .settings import DEFAULT_TIMING, Timing, XmppSettings
from .talk import Talk
from .upload import Get, Put, Uploader

_LOGGER = logging.getLogger(__name__)

# After so many sessions in a row that were lost at once the pause grows no more: 8 s.
_MOST_LOSSES: Final = 4


class XmppLink:
    """`ports.Chat` over an XMPP account; a notice said twice in one session is sent once."""

    _on_status: Callable[[LinkStatus], None]
    _on_session: Callable[[], None]

    def __init__(
        self,
        settings: XmppSettings,
        *,
        tls: ssl.SSLContext | None,
        create_task: CreateTask,
        clock: Clock,
        timing: Timing = DEFAULT_TIMING,
        put: Put | None = None,
        get: Get | None = None,
    ) -> None:
        self._settings = settings
        self._tls = tls
        self._timing = timing
        self._create_task = create_task
        self._gate = Gate(settings.jid)
        self._account = Account(settings, self._gate, timing)
        self._talk = Talk(self._gate, clock, timing)
        self._uploader = Uploader(put, timing.answer, get)
        self.pubsub = PubSub(self._gate, timing.answer)
        self._session: Session | None = None
        self._status = LinkStatus(Phase.CONNECTING)
        self._task: asyncio.Task[None] | None = None
        self._again = asyncio.Event()
        self._served = False
        self._reminder: asyncio.TimerHandle | None = None

    @property
    def status(self) -> LinkStatus:
        """State of the connection now."""
        return self._status

    def start(
        self,
        *,
        on_status: Callable[[LinkStatus], None],
        on_text: Callable[[Utterance], None],
        on_reaction: Callable[[Reaction], None],
        on_presence: Callable[[str, bool], None],
        undisturbed: Iterable[str] = (),
        on_session: Callable[[], None],
        on_delivery: OnDelivery,
        on_reach: Callable[[str, str], None],
        addressee: Addressee,
        waits: Waits = lambda notice_id: True,
        forms: CommandForms | None = None,
        buttons: ButtonsOf = lambda notice: (),
    ) -> None:
        """Connect, and stay connected until `stop`.

        `on_session` is called whenever notices can be said again, also after a resumed stream: the outbox
        waits there, and what was put off (`Delivery.QUEUED`). `on_presence` tells a bare JID and whether it
        began or ceased to show `dnd`; at first the `undisturbed` do; it outlasts a lost session. `on_reach`
        tells a contact's address and why nothing reaches it, empty when something does. All but `on_status`
        come from the event loop, in the context of `start`. `addressee` is asked whom a notice is for,
        `waits` whether it is still to be said, `forms` what is shown of commands, `buttons` what a message
        offers.
        """
        self._on_status = on_status
        # After what `Saying` tells of the session before: it is what the outbox then lets wait again.
        self._on_session = _outside(on_session)
        self._talk.start(
            on_text=_outside(on_text),
            on_reaction=_outside(on_reaction),
            on_presence=_outside(on_presence),
            undisturbed=undisturbed,
            on_delivery=_outside(on_delivery),
            on_reach=_outside(on_reach),
            on_put_off=_outside(self._say_again_later),
            addressee=addressee,
            waits=waits,
            buttons=buttons,
            forms=forms,
            spawn=_outside(self._run_command),
        )
        self._report(LinkStatus(Phase.CONNECTING))
        self._task = self._create_task(self._run(), f"{SOFTWARE} XMPP {self._settings.jid}")

    async def stop(self) -> None:
        """Say goodbye; afterwards nothing is left running."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.wait({self._task})
        self._task = None
        if self._reminder is not None:
            self._reminder.cancel()
        self._end()
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()
        self._report(LinkStatus(Phase.OFFLINE))

    def say(self, notice: Notice) -> None:
        """Send if connected; else leave it to the outbox, which says it again later (tell)."""
        self._talk.saying.say(notice)

    def answering(self, jid: str) -> AbstractContextManager[None]:
        """Show a contact that it is being answered, should that take long (tell)."""
        return self._talk.composing.answering(jid)

    def show(self, state: BotState, text: str) -> None:
        """Tell the bot's state as presence (tell)."""
        self._account.show(state, text)

    def meet(self, contacts: Iterable[Contact]) -> None:
        """Know exactly these contacts (tell)."""
        self._gate.meet(contacts)
        self._account.meet()
        self._talk.meet()

    def join(self, rooms: Mapping[str, str]) -> None:
        """Be in exactly these rooms (tell)."""
        self._talk.rooms.join(rooms)

    @property
    def rooms_refused(self) -> Mapping[str, str]:
        """Rooms that do not let the bot in or speak, each with the condition that they answered."""
        return self._talk.rooms.refused

    def available(self, jid: str) -> bool:
        """Say whether a contact is seen to be there, and does not show `dnd`."""
        return self._status.online and self._talk.dnd.available(jid)

    async def upload(self, name: str, mime: str, payload: bytes) -> str:
        """Put a file on the server and return its address (`ports.Uploads`; ask)."""
        return await self._uploader.upload(name, mime, payload)

    async def fetch(self, address: str) -> bytes:
        """Return a file that somebody has put on the own server (ask). Raises as `Uploader.fetch`."""
        return await self._uploader.fetch(address)

    async def examine(self) -> ServerFound | None:
        """Say what kind of server the account is on, None while there is no session."""
        if self._session is None or not self._status.online:
            return None
        return await detect(self._session.xmpp, self._timing.answer)

    async def inquire(self, jid: str) -> str:
        """Say why nothing would reach an address; empty where nothing speaks against it, or nobody knows."""
        if self._session is None or not self._status.online:
            return ""
        return await self._talk.reach.ask(self._session.xmpp, jid)

    def reconnect(self) -> None:
        """Drop the stream and connect again at once (tell)."""
        self._report(LinkStatus(Phase.CONNECTING))
        self._again.set()
        if self._session is not None:
            self._session.drop(Disconnected(disconnects.SERVER_CLOSED))

    def _say_again_later(self) -> None:
        if self._reminder is None and self._task is not None:
            self._reminder = asyncio.get_running_loop().call_later(self._timing.put_off, self._say_again)

    def _say_again(self) -> None:
        self._reminder = None
        if self._status.online:
            self._on_session()

    async def _run(self) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._served = False
            loss = await self._live()
            steady = loop.time() - began >= self._timing.steady
            failures = 1 if steady or self._again.is_set() else failures + 1
            if self._served:
                # The server takes logins: whoever made it lose this session must not keep the bot away.
                failures = min(failures, _MOST_LOSSES)
            await self._rest(loss, failures)

    async def _live(self) -> Disconnected:
        """Open a session and serve it to its end. Returns why it ended or never began."""
        session = self._session or self._new_session()
        self._session = session
        try:
            resumed = await session.open()
            loss = await self._serve(session, resumed=resumed)
        except Disconnected as failed:
            loss = failed
        # Another client has taken the session over: the server lives.
        self._end(alive=loss.reason == disconnects.TAKEN_OVER)
        await session.clear()
        if loss.fatal or loss.reason == disconnects.TAKEN_OVER or not session.resumable:
            self._session = None
        return loss

    def _run_command(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._create_task(work(), f"{SOFTWARE} XMPP command {self._settings.jid}")

    def _end(self, *, alive: bool = False) -> None:
        self._talk.end(alive=alive)
        self.pubsub.end()
        self._uploader.end()
        self._account.end()

    async def _rest(self, loss: Disconnected, failures: int) -> None:
        """Wait before the next attempt, for ever if only the user can help; `reconnect` ends the wait."""
        if not self._again.is_set():
            self._report(LinkStatus(Phase.OFFLINE, loss.reason, loss.detail, loss.fatal))
        pause = None if loss.fatal else pause_after(loss, failures, self._timing, random.random())
        try:
            async with asyncio.timeout(pause):
                await self._again.wait()
        except TimeoutError:
            return
        self._again.clear()

    def _new_session(self) -> Session:
        session = Session(self._settings, self._tls, self._timing)
        session.xmpp.admits = self._gate.admits
        self._talk.attach(session)
        self.pubsub.attach(session.xmpp)
        self._account.attach(session.xmpp)
        return session

    async def _serve(self, session: Session, *, resumed: bool) -> Disconnected:
        """Keep one session until it is over."""
        if not resumed:
            await self._account.introduce(session)
        self._served = True
        self._report(LinkStatus(Phase.ONLINE))
        self._account.begin(session, resumed=resumed)
        self._talk.begin(session, resumed=resumed)
        self.pubsub.begin(session, resumed=resumed)
        self._uploader.begin(session)
        self._on_session()
        works = {
            "chores": self._account.tend(session, fresh=not resumed),
            "rooms": self._talk.rooms.tend(session),
            "reach": self._talk.reach.tend(session),
        }
        chores = {
            self._create_task(work, f"{SOFTWARE} XMPP {name} {self._settings.jid}")
            for name, work in works.items()
        }
        try:
            while not session.over.done():
                await asyncio.wait({session.over}, timeout=self._timing.ping_interval)
                if not session.over.done():
                    await self._look_after(session)
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.wait(chores)
        return session.over.result()

    async def _look_after(self, session: Session) -> None:
        if not await session.alive():
            session.drop(Disconnected(disconnects.TIMEOUT, "no answer to a ping"))
        elif not session.over.done():
            # By now every contact's server has told what the contact shows.
            self._talk.dnd.settle()

    def _report(self, status: LinkStatus) -> None:
        if (status.phase, status.reason) == (self._status.phase, self._status.reason):
            return
        self._status = status
        if status.online:
            _LOGGER.info("Connected to XMPP as %s", self._settings.jid)
        elif status.reason:
            _LOGGER.info(
                "No XMPP connection as %s: %s (%s)", self._settings.jid, status.reason, status.detail
            )
        self._on_status(status)


def pause_after(loss: Disconnected, failures: int, timing: Timing, chance: float) -> float:
    """Return the seconds to wait after the n-th failure in a row; `chance` in [0, 1) spreads many bots."""
    pause = min(timing.longest_pause, timing.first_pause * 2.0 ** min(failures - 1, 16))
    if loss.reason in {disconnects.TLS_FAILED, disconnects.CERTIFICATE_EXPIRED}:
        pause = timing.longest_pause
    pause *= 0.5 + chance / 2
    return max(pause, timing.takeover_pause) if loss.reason == disconnects.TAKEN_OVER else pause


def _outside[**P](listener: Callable[P, None]) -> Callable[P, None]:
    """Call `listener` soon, in the context of now.

    Slixmpp calls back in the context of its session, whose tasks end with it: the listener's must not.
    """
    loop, context = asyncio.get_running_loop(), copy_context()

    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        loop.call_soon(partial(listener, *args, **kwargs), context=context)

    return call

"""The XMPP connection: kept alive, resumed, made again, for ever."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextvars import copy_context
from functools import partial
import logging
import random
import ssl
from typing import Any

from slixmpp.exceptions import IqError, IqTimeout

from ..bot.model.notice import Notice
from ..bot.model.rules import Contact
from ..bot.model.status import BotState, LinkStatus, Phase
from ..bot.model.utterance import Reaction, Utterance
from ..bot.ports import Clock
from . import losses
from .circle import Circle, bare_of
from .detection import ServerFound, detect
from .dnd import DoNotDisturb
from .hearing import Hearing
from .losses import Loss
from .presence import presence_of
from .profile import publish_profile
from .pubsub import PubSub
from .rooms import Rooms
from .roster import Roster
from .saying import OnDelivery, Saying
from .session import SOFTWARE, Session
from .settings import DEFAULT_TIMING, Timing, XmppSettings
from .upload import Put, Uploader

_LOGGER = logging.getLogger(__name__)

type CreateTask = Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]


class XmppLink:
    """`ports.Chat` over one XMPP account.

    A notice said twice in one session is sent once.
    """

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
    ) -> None:
        self._settings = settings
        self._tls = tls
        self._timing = timing
        self._create_task = create_task
        self._circle = Circle(settings.jid)
        self._saying = Saying(self._circle, clock)
        self._hearing = Hearing(self._circle, clock, self._saying)
        self._rooms = Rooms(self._circle, clock, self._saying, timing)
        self._uploader = Uploader(put, timing.answer)
        self._dnd = DoNotDisturb(self._circle)
        self._roster = Roster(self._circle, settings.name)
        self.pubsub = PubSub(self._circle, timing.answer)
        self._session: Session | None = None
        self._status = LinkStatus(Phase.CONNECTING)
        self._task: asyncio.Task[None] | None = None
        self._again = asyncio.Event()
        self._reminder: asyncio.TimerHandle | None = None
        self._untended = asyncio.Event()
        self._shown = (BotState.CONNECTING, "")
        self._sent: object = None

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
        on_session: Callable[[], None],
        on_delivery: OnDelivery,
    ) -> None:
        """Connect, and stay connected until `stop`.

        `on_session` is called whenever notices can be said again, also after a resumed stream: what was put
        into the outbox meanwhile waits there, and what was put off (`Delivery.QUEUED`). `on_presence` tells a
        contact's bare JID and whether it began or ceased to show `dnd`; nobody does at first, and what is known
        outlasts a lost session. All but `on_status` are called from the event loop, in the context of `start`.
        """
        self._on_status = on_status
        # After what `Saying` tells of the session before: it is what the outbox then lets wait again.
        self._on_session = _outside(on_session)
        heard, later = _outside(on_text), _outside(self._say_again_later)
        self._saying.start(_outside(on_delivery))
        self._hearing.start(on_text=heard, on_reaction=_outside(on_reaction), on_put_off=later)
        self._rooms.start(on_text=heard, on_put_off=later)
        self._dnd.start(_outside(on_presence))
        self._tell(LinkStatus(Phase.CONNECTING))
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
        self._saying.end()
        self.pubsub.end()
        self._uploader.end()
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()
        self._tell(LinkStatus(Phase.OFFLINE))

    def say(self, notice: Notice) -> None:
        """Send if connected; else leave it to the outbox, which says it again later (tell)."""
        self._saying.say(notice)

    def show(self, state: BotState, text: str) -> None:
        """Tell the bot's state as presence (tell)."""
        self._shown = (state, text)
        self._send_presence()

    def meet(self, contacts: Iterable[Contact]) -> None:
        """Know exactly these contacts (tell)."""
        self._circle.meet(contacts)
        self._dnd.meet()
        self._untended.set()
        self._send_presence()
        self._saying.go_on()

    def join(self, rooms: Mapping[str, str]) -> None:
        """Be in exactly these rooms (tell)."""
        self._rooms.join(rooms)

    @property
    def rooms_refused(self) -> Mapping[str, str]:
        """Rooms that do not let the bot in or speak, each with the condition that they answered."""
        return self._rooms.refused

    async def upload(self, name: str, mime: str, payload: bytes) -> str:
        """Put a file on the server and return its address (`ports.Uploads`; ask)."""
        return await self._uploader.upload(name, mime, payload)

    def do_not_disturb(self, jid: str) -> bool:
        """Whether a contact showed `dnd` with any of its clients when it was last seen. No I/O."""
        return bare_of(jid) in self._dnd

    async def examine(self) -> ServerFound | None:
        """Say what kind of server the account is on, None while there is no session."""
        if self._session is None or self._status.phase is not Phase.ONLINE:
            return None
        return await detect(self._session.xmpp, self._timing.answer)

    def reconnect(self) -> None:
        """Drop the stream and connect again at once (tell)."""
        self._tell(LinkStatus(Phase.CONNECTING))
        self._again.set()
        if self._session is not None:
            self._session.drop(Loss(losses.SERVER_CLOSED))

    def _say_again_later(self) -> None:
        if self._reminder is None and self._task is not None:
            self._reminder = asyncio.get_running_loop().call_later(self._timing.put_off, self._say_again)

    def _say_again(self) -> None:
        self._reminder = None
        if self._status.phase is Phase.ONLINE:
            self._on_session()

    async def _run(self) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            loss = await self._live()
            steady = loop.time() - began >= self._timing.steady
            failures = 1 if steady or self._again.is_set() else failures + 1
            await self._rest(loss, failures)

    async def _live(self) -> Loss:
        """Open a session and serve it to its end. Returns why it ended or never began."""
        session = self._session or self._new_session()
        self._session = session
        try:
            resumed = await session.open()
            loss = await self._serve(session, resumed=resumed)
        except Loss as failed:
            loss = failed
        # Another client has taken the session over: the server lives.
        self._saying.end(alive=loss.reason == losses.TAKEN_OVER)
        self.pubsub.end()
        self._uploader.end()
        self._sent = None
        await session.clear()
        if loss.fatal or loss.reason == losses.TAKEN_OVER or not session.resumable:
            self._session = None
        return loss

    async def _rest(self, loss: Loss, failures: int) -> None:
        """Wait before the next attempt, for ever if only the user can help; `reconnect` ends the wait."""
        if not self._again.is_set():
            self._tell(LinkStatus(Phase.OFFLINE, loss.reason, loss.detail, loss.fatal))
        pause = None if loss.fatal else pause_after(loss, failures, self._timing, random.random())
        try:
            async with asyncio.timeout(pause):
                await self._again.wait()
        except TimeoutError:
            return
        self._again.clear()

    def _new_session(self) -> Session:
        session = Session(self._settings, self._tls, self._timing)
        self._circle.guard(session.xmpp)
        self._saying.attach(session)
        self._hearing.attach(session.xmpp)
        self._rooms.attach(session.xmpp)
        self._dnd.attach(session.xmpp)
        self.pubsub.attach(session.xmpp)
        # A contact's request: answered with the rest of the roster, so that the item is made by the bot first.
        session.xmpp.add_event_handler("presence_subscribe", lambda _: self._untended.set())
        # The identity the client's features are told with (XEP-0030 §3, XEP-0115); slixmpp's own is none.
        disco = session.xmpp.plugin["xep_0030"]
        session.xmpp.add_event_handler(
            "session_bind",
            lambda _: disco.add_identity(
                category="client", itype="bot", name=self._settings.name or SOFTWARE
            ),
        )
        return session

    async def _serve(self, session: Session, *, resumed: bool) -> Loss:
        """Keep one session until it is over."""
        self._tell(LinkStatus(Phase.ONLINE))
        if not resumed:
            self._sent = None
            self._dnd.begin()
            self._rooms.begin()
            self._untended.set()
        self._send_presence()
        self._saying.begin(session, resumed=resumed)
        self.pubsub.begin(session, resumed=resumed)
        self._uploader.begin(session)
        self._on_session()
        works = {"chores": self._chores(session, fresh=not resumed), "rooms": self._rooms.tend(session)}
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
            session.drop(Loss(losses.TIMEOUT, "no answer to a ping"))
        elif not session.over.done():
            # By now every contact's server has told what the contact shows.
            self._dnd.settle()

    async def _chores(self, session: Session, *, fresh: bool) -> None:
        """Do what takes the server's answer: carbons, roster, profile."""
        while True:
            await self._untended.wait()
            self._untended.clear()
            await self._chore(self._set_carbons(session))
            await self._chore(self._roster.tend(session.xmpp, self._timing.answer))
            if fresh and self._circle.known and not self._circle.shared:
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
        """Carbons show what the user's other clients write; elsewhere they would show what is not the bot's."""
        carbons = session.xmpp.plugin["xep_0280"]
        switch = carbons.enable if self._circle.shared else carbons.disable
        await switch(timeout=self._timing.answer)

    def _send_presence(self) -> None:
        """Tell the present state once; before the contacts are known nobody has to see it."""
        if self._status.phase is not Phase.ONLINE or self._session is None or not self._circle.known:
            return
        wanted = (*self._shown, self._circle.shared)
        if wanted != self._sent:
            self._sent = wanted
            state, text, shared = wanted
            presence_of(self._session.xmpp, state, text, shared=shared).send()

    def _tell(self, status: LinkStatus) -> None:
        if (status.phase, status.reason) == (self._status.phase, self._status.reason):
            return
        self._status = status
        if status.phase is Phase.ONLINE:
            _LOGGER.info("Connected to XMPP as %s", self._settings.jid)
        elif status.reason:
            _LOGGER.info(
                "No XMPP connection as %s: %s (%s)", self._settings.jid, status.reason, status.detail
            )
        self._on_status(status)


def pause_after(loss: Loss, failures: int, timing: Timing, chance: float) -> float:
    """Return the seconds to wait after the n-th failure in a row; `chance` in [0, 1) spreads many bots."""
    pause = min(timing.longest_pause, timing.first_pause * 2.0 ** min(failures - 1, 16))
    if loss.reason == losses.TLS_FAILED:
        pause = timing.longest_pause
    pause *= 0.5 + chance / 2
    return max(pause, timing.takeover_pause) if loss.reason == losses.TAKEN_OVER else pause


def _outside[**P](listener: Callable[P, None]) -> Callable[P, None]:
    """Call `listener` soon, in the context of now.

    Slixmpp calls back in the context of its session, whose tasks end with the session: the listener's must not.
    """
    loop, context = asyncio.get_running_loop(), copy_context()

    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        loop.call_soon(partial(listener, *args, **kwargs), context=context)

    return call

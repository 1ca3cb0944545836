"""Rooms (XEP-0045): entered, entered again whenever the bot finds itself outside, heard and spoken in."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
import logging
from typing import Any, Final

from slixmpp import JID, ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from ..bot.model.status import Delivery
from ..bot.model.utterance import Reaction, Utterance
from ..bot.ports import Clock
from . import muc
from .gate import Gate, bare_of
from .incoming import encryption_in, file_in, is_automatic, reaction_in, replied_in, text_in
from .remembered import Named, Occupants, Said
from .saying import Saying
from .session import Session
from .settings import Timing

_LOGGER = logging.getLogger(__name__)

_SELF: Final = "110"
_CREATED: Final = "201"
_RENAMED: Final = "303"
# What a room answers to a message of somebody who is not in it.
_OUTSIDE: Final = frozenset({"not-acceptable", "item-not-found"})
# What it answers to the bot's ping of itself while the bot is inside (XEP-0410 §3).
_INSIDE: Final = frozenset({"service-unavailable", "feature-not-implemented"})
_OTHER_NICK: Final = "item-not-found"
_NICKS: Final = 5


@dataclass(slots=True)
class _Stay:
    """One room: nick, whether inside, whose the nicks are, and what the last ping found.

    That is the nick `sought` in vain, and the id of what was said and still `unheard`.
    """

    wanted: str
    nick: str
    inside: bool = False
    sought: str = ""
    try_at: float = 0.0
    people: Occupants = field(default_factory=Occupants)
    # How the room names what was said in it (XEP-0359).
    named: Named = field(default_factory=Named)
    # Until its subject has come (or so long) it tells what was said before.
    opens_at: float = 0.0
    destroyed: bool = False
    unheard: str = ""


class Rooms:
    """The rooms that the bot is to be in.

    It hears people only where the room shows real addresses, a contact's. What it says is received when the
    room has passed it on to all, the bot too, or tells of it when it is entered again.
    """

    _on_text: Callable[[Utterance], None]
    _on_reaction: Callable[[Reaction], None]
    _on_put_off: Callable[[], None]
    _on_reach: Callable[[str, str], None]

    def __init__(self, gate: Gate, clock: Clock, saying: Saying, timing: Timing) -> None:
        self._gate = gate
        self._clock = clock
        self._saying = saying
        self._timing = timing
        self._stays: dict[str, _Stay] = {}
        self._left: dict[str, str] = {}
        self._changed = asyncio.Event()
        self._heard = Said()

    def start(
        self,
        *,
        on_text: Callable[[Utterance], None],
        on_reaction: Callable[[Reaction], None],
        on_put_off: Callable[[], None],
        on_reach: Callable[[str, str], None],
    ) -> None:
        """Tell what is heard, and why a room keeps the bot out, empty when it does no more, from now on."""
        self._on_text, self._on_reaction, self._on_put_off = on_text, on_reaction, on_put_off
        self._on_reach = on_reach

    def join(self, rooms: Mapping[str, str]) -> None:
        """Be in exactly these rooms (bare JID: nick) from now on."""
        wanted = {bare_of(room): muc.fit(nick) for room, nick in rooms.items()}
        wanted.pop("", None)
        for room in [room for room, stay in self._stays.items() if wanted.get(room) != stay.wanted]:
            self._left[room] = self._stays.pop(room).nick
            self._gate.inside.discard(room)
            self._gate.refused.pop(room, None)
        for room, nick in wanted.items():
            self._stays.setdefault(room, _Stay(nick, nick))
        self._gate.rooms = {room: stay.nick for room, stay in self._stays.items()}
        self._saying.go_on()
        self._changed.set()

    @property
    def refused(self) -> dict[str, str]:
        """The rooms that do not let the bot in or speak, each with the reason (`replies.REASONS`)."""
        return dict(self._gate.refused)

    def called(self, room: str, key: str) -> tuple[str, str]:
        """Return how a room names what somebody has said there by this id, and the nick of whoever did."""
        return self._stays[room].named.called(key) if room in self._stays else ("", "")

    def attach(self, xmpp: ClientXMPP) -> None:
        """See and hear what rooms send to this client."""

        def see(presence: Any) -> None:
            if presence["from"].bare in self._stays:
                self._see(xmpp, presence)

        def hear(message: Any) -> None:
            if message["from"].bare in self._stays:
                self._hear(message)

        for name, kind, listener in (("Room presence", "presence", see), ("Room message", "message", hear)):
            xmpp.register_handler(Callback(name, MatchXPath(f"{{{xmpp.default_ns}}}{kind}"), listener))

    def begin(self) -> None:
        """Be outside of all rooms: the session is not the continuation of another."""
        for room, stay in self._stays.items():
            self._lose(room, stay)
            stay.try_at, stay.nick = 0.0, stay.wanted
        self._left.clear()
        self._changed.set()

    async def tend(self, session: Session) -> None:
        """Enter, leave, and ask now and then whether the bot is still inside (XEP-0410), until cancelled."""
        loop = asyncio.get_running_loop()
        ping_at = loop.time() + self._timing.room_ping
        while True:
            self._changed.clear()
            for room, nick in list(self._left.items()):
                self._leave(session.xmpp, room, nick)
            for room, stay in list(self._stays.items()):
                if not stay.inside and stay.try_at <= loop.time():
                    await self._enter(session.xmpp, room, stay)
                elif stay.inside and 0 < stay.opens_at <= loop.time():
                    self._open(room, stay)
            if ping_at <= loop.time():
                await self._look_around(session.xmpp)
                ping_at = loop.time() + self._timing.room_ping
            waits = [stay.opens_at if stay.inside else stay.try_at for stay in self._stays.values()]
            next_at = min([ping_at, *(at for at in waits if at)])
            with suppress(TimeoutError):
                async with asyncio.timeout_at(next_at):
                    await self._changed.wait()

    async def _enter(self, xmpp: ClientXMPP, room: str, stay: _Stay) -> None:
        """Ask to be let in; a room that was destroyed is not made anew, where nobody would hear anything."""
        stay.try_at = asyncio.get_running_loop().time() + self._timing.room_pause
        if stay.destroyed and not await self._is_there(xmpp, room):
            return
        self._gate.rooms = {**self._gate.rooms, room: stay.nick}
        muc.enter(xmpp, room, stay.nick)

    async def _is_there(self, xmpp: ClientXMPP, room: str) -> bool:
        try:
            await xmpp.plugin["xep_0030"].get_info(
                jid=JID(room), local=False, cached=False, timeout=self._timing.answer
            )
        except IqError as error:
            return error.condition not in {"item-not-found", "gone"}
        except IqTimeout:
            return False
        return True

    def _leave(self, xmpp: ClientXMPP, room: str, nick: str) -> None:
        del self._left[room]
        if room not in self._stays or self._stays[room].nick != nick:
            xmpp.send_presence(pto=f"{room}/{nick}", ptype="unavailable")

    async def _look_around(self, xmpp: ClientXMPP) -> None:
        for room, stay in list(self._stays.items()):
            if not stay.inside:
                continue
            nick = stay.nick
            try:
                address = JID(f"{room}/{nick}")
                await xmpp.plugin["xep_0199"].send_ping(address, timeout=self._timing.answer)
                stay.sought = ""
                self._look_for_echoes(room, stay)
            except IqError as error:
                self._pinged(room, stay, nick, error.condition)
            except IqTimeout:
                _LOGGER.debug("The room %s did not answer in time", room)

    def _look_for_echoes(self, room: str, stay: _Stay) -> None:
        """Enter anew where something has not come back since the last ping: the room tells what it has."""
        unheard = self._saying.unheard(room)
        again = bool(unheard) and unheard == stay.unheard
        stay.unheard = unheard
        if again:
            _LOGGER.info("The room %s has not passed on what was said", room)
            self._lose(room, stay)
            stay.try_at = 0.0

    def _pinged(self, room: str, stay: _Stay, nick: str, condition: str) -> None:
        """Take the error to a ping in.

        A nick that is not found was changed just now; if it is missed once more, the room itself is gone.
        """
        known = condition == _OTHER_NICK and stay.sought != nick
        stay.sought = nick if condition == _OTHER_NICK else ""
        if known or condition in _INSIDE or condition in muc.UNKNOWN or not stay.inside:
            _LOGGER.debug("The room %s answered %s", room, condition)
            return
        _LOGGER.info("The bot is not in the room %s any more: %s", room, condition)
        self._lose(room, stay)
        stay.try_at = 0.0

    # What rooms send.

    def _see(self, xmpp: ClientXMPP, presence: Any) -> None:
        room, nick = presence["from"].bare, presence["from"].resource
        stay = self._stays[room]
        told = presence.xml.find(f"{muc.USER}x")
        codes = (
            set() if told is None else {status.get("code") for status in told.iterfind(f"{muc.USER}status")}
        )
        if presence["type"] == "error":
            self._refused(room, stay, presence["error"]["condition"])
        elif presence["type"] == "unavailable":
            self._gone(room, stay, nick, told, codes)
        else:
            item = None if told is None else told.find(f"{muc.USER}item")
            address = bare_of(item.get("jid", "")) if item is not None else ""
            stay.people.put(nick, address, self._gate.contacts)
            if _SELF in codes:
                self._arrived(xmpp, room, stay, nick, created=_CREATED in codes)

    def _arrived(self, xmpp: ClientXMPP, room: str, stay: _Stay, nick: str, *, created: bool) -> None:
        if created:
            muc.unlock(xmpp, room)
        stay.nick, stay.destroyed = nick, False
        self._gate.rooms = {**self._gate.rooms, room: nick}
        if not stay.inside:
            _LOGGER.info("In the room %s as %s", room, nick)
            stay.inside = True
            stay.opens_at = asyncio.get_running_loop().time() + self._timing.answer
            self._changed.set()
            # What an earlier run was told of it is over as well.
            self._gate.refused.pop(room, None)
            self._on_reach(room, "")

    def _open(self, room: str, stay: _Stay) -> None:
        """Speak in a room: it has told what was said there before, and what of that was the bot's."""
        stay.opens_at = 0.0
        self._gate.inside.add(room)
        self._saying.entered(room)

    def _gone(self, room: str, stay: _Stay, nick: str, told: Any, codes: set[str | None]) -> None:
        stay.people.pop(nick)
        if nick != stay.nick:
            return
        item = None if told is None else told.find(f"{muc.USER}item")
        if _RENAMED in codes and item is not None:
            stay.nick = item.get("nick", stay.nick)
        elif stay.inside:
            _LOGGER.info("The bot was sent out of the room %s", room)
            stay.destroyed = told is not None and told.find(f"{muc.USER}destroy") is not None
            self._lose(room, stay)
            self._keep_out(room, muc.GONE if stay.destroyed else muc.reason(codes, ""))
            stay.try_at = asyncio.get_running_loop().time() + self._timing.room_pause
            self._changed.set()

    def _refused(self, room: str, stay: _Stay, condition: str) -> None:
        """Try another nick where this one is taken; else try again later."""
        if stay.inside:
            return
        names = [stay.wanted, *(f"{stay.wanted} {number}" for number in range(2, _NICKS + 1))]
        place = names.index(stay.nick) + 1 if stay.nick in names else _NICKS
        if condition == "conflict" and place < _NICKS:
            stay.nick, stay.try_at = names[place], 0.0
            self._changed.set()
            return
        stay.nick = stay.wanted
        if self._keep_out(room, muc.reason({condition}, "contact_error")):
            _LOGGER.warning("The room %s does not let the bot in: %s", room, condition)

    def _keep_out(self, room: str, reason: str) -> bool:
        """Take note why a room keeps the bot out or mute, for now; say whether that is new."""
        if not reason or self._gate.refused.get(room) == reason:
            return False
        self._gate.refused[room] = reason
        self._saying.kept_out(room, reason)
        self._on_reach(room, reason)
        return True

    def _lose(self, room: str, stay: _Stay) -> None:
        stay.inside, stay.sought, stay.unheard, stay.opens_at = False, "", "", 0.0
        stay.people.clear()
        self._gate.inside.discard(room)
        self._saying.left(room)

    def _hear(self, message: Any) -> None:
        room, nick = message["from"].bare, message["from"].resource
        stay = self._stays[room]
        ids = muc.ids_of(message)
        own = next((key for key in ids if self._saying.is_own(key, room)), "")
        if message["type"] == "error":
            if nick in {"", stay.nick}:  # all who are there know the ids of what was said
                self._returned(room, stay, own, message["error"])
        elif message["type"] != "groupchat":
            return
        elif muc.is_subject(message):
            if stay.inside and stay.opens_at:
                self._open(room, stay)
        elif nick == stay.nick:
            self._take_echo(message, room, own or next(iter(ids), ""))
        elif nick and message.xml.find(muc.DELAY) is None and not any(map(self._saying.knows, ids)):
            self._take(message, room, nick, stay)

    def _take_echo(self, message: Any, room: str, key: str) -> None:
        """Take what the bot itself has said: passed on by the room just now, or told of when it came in."""
        for name in muc.names_of(message, room) if key else ():
            self._stays[room].named.put(name, key, self._stays[room].nick)
        if self._saying.is_own(key, room):
            if message.xml.find(muc.DELAY) is None and self._gate.refused.pop(room, ""):
                self._on_reach(room, "")
            self._saying.heard_of(key, Delivery.RECEIVED)

    def _take(self, message: Any, room: str, nick: str, stay: _Stay) -> None:
        """Take what a person says, with words or with a reaction, if it is known who that is."""
        scheme, now, address = encryption_in(message), self._clock.now(), stay.people[nick]
        text = "" if scheme else text_in(message) or file_in(message)
        reaction, file = reaction_in(message, now), "" if scheme else file_in(message)
        if not (text or scheme or reaction) or address not in self._gate.contacts:
            return
        key, said = message["id"], f"{text} {reaction and (reaction.to, reaction.emojis)}"
        if not self._heard.add(f"{room}/{nick}", key, said):
            return
        for name in muc.names_of(message, room):
            stay.named.note(name, key, nick)
        answered = self._meant(stay, room, reaction.to if reaction else replied_in(message))
        if reaction and answered:
            self._on_reaction(replace(reaction, jid=address, to=answered, room=room))
        if self._saying.was_for(answered, room):
            self._saying.heard_of(answered, Delivery.READ)
        if text or scheme:
            automatic, reply_to = is_automatic(message), "" if reaction else answered
            self._on_text(
                Utterance(
                    address, text, key, now, nick, reply_to, room, scheme, automatic=automatic, file=file
                )
            )

    def _meant(self, stay: _Stay, room: str, named: str) -> str:
        """Return the id of what somebody answers: in a room it is named as the room does (XEP-0461 §3)."""
        key = stay.named.get(named)
        return key if self._saying.addressee(key) in {"", room} else ""

    def _returned(self, room: str, stay: _Stay, own: str, error: Any) -> None:
        """Take what the room would not pass on; it goes again once the bot is inside."""
        outside = error["condition"] in _OUTSIDE
        if outside and stay.inside:
            self._lose(room, stay)
            stay.try_at = 0.0
            self._changed.set()
        mute = error["condition"] == "forbidden"
        if mute and self._keep_out(room, muc.MUTE):
            _LOGGER.warning("The bot may not speak in the room %s; it tries again", room)
        if own and (outside or mute or error["type"] == "wait"):
            self._saying.put_off(own, muc.MUTE if mute else muc.reason({error["condition"]}, "contact_error"))
            self._on_put_off()
        elif own:
            self._saying.heard_of(own, Delivery.FAILED, muc.reason({error["condition"]}, "contact_error"))

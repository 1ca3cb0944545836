"""The house of the chaos run: Home Assistant, Mosquitto and a chat server as a careful user sets them up."""

import asyncio
import contextlib
from enum import Enum
from functools import partial
from pathlib import Path
import secrets
from typing import Self, override

from .chaos_chat import ChaosChat
from .chaos_phone import ACTION, ChaosPhone
from .chaos_sensors import BELL, ROOT, Sensors
from .configuration import DOMAIN
from .flows import Account, broker_answer, options_answer
from .hass import Hass
from .person import Person
from .servers import Lab, Server

BOT, YOU = f"bot@{Lab.domain}", f"you@{Lab.domain}"
FAMILY = f"family@conference.{Lab.domain}"
# Its queue for a session that sleeps is 1,000 messages unless told otherwise, and its database is written
# every half hour: with these it is written after each change, which is still after the acknowledgement.
MOSQUITTO = "max_queued_messages 200000\nautosave_on_changes true"
# Its plain files forget what is older than 10,000 messages, and are then written anew with each message.
PROSODY = "storage_archive_item_limit = 10000000"
_AIMING_SECONDS = 5.0
_TUNNEL_SECONDS = 4.0


class Victim(Enum):
    """What is killed."""

    HOME_ASSISTANT = "home_assistant"
    BROKER = "broker"
    XMPP = "xmpp"


class ChaosHouse(contextlib.AsyncExitStack):
    """Everything that runs; each number above 0 is an alert, for a contact, a room, and some for a phone."""

    hass: Hass
    chat: ChaosChat
    phone: ChaosPhone
    sensors: Sensors
    entry: str

    def __init__(self, root: Path | None, *, ejabberd: bool = False) -> None:
        """`root` is kept afterwards, None is temporary; the chat server is a Prosody, or an `ejabberd`."""
        super().__init__()
        self._ejabberd = ejabberd
        self._root = root
        self._busy = {victim: asyncio.Lock() for victim in Victim}

    @override
    async def __aenter__(self) -> Self:
        await super().__aenter__()
        try:
            await self._build()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def _build(self) -> None:
        lab = self.enter_context(Lab(self._root))
        words = {name: secrets.token_urlsafe(9) for name in ("bot", "you")}
        self._broker = await asyncio.to_thread(lab.mosquitto, extra=MOSQUITTO)
        make = lab.ejabberd if self._ejabberd else partial(lab.prosody, extra_global=PROSODY)
        self._xmpp: Server = await asyncio.to_thread(make, users=words, tls_required=True, log_level="info")
        port = self._xmpp.ports["c2s"]
        self.sensors = Sensors(self._broker.ports["mqtt"])
        you = Person(YOU, words["you"], port, lab.client_ssl())
        self.push_async_callback(you.leave)
        self.chat = ChaosChat(you, self._xmpp, BOT, FAMILY)
        await self.chat.arrive()
        you.befriend(BOT)
        directory = lab.directory("hass")
        self.phone = ChaosPhone(directory)
        self.hass = await self.enter_async_context(Hass(directory, extra=ChaosPhone.extra))
        account = Account(BOT, words["bot"], port, lab.ca)
        self.entry = await self.hass.add_bot(
            broker_answer(self._broker.ports["mqtt"]), account, YOU, ["quiet/#"]
        )
        room = {"jid": FAMILY, "name": "Family", "role": "operator", "room": True}
        await self.hass.add_rule(self.entry, "contact", **room)
        await self._make_rules()
        await self._rehearse()
        staying = asyncio.create_task(self.chat.stay())
        self.callback(staying.cancel)

    async def _make_rules(self) -> None:
        """Have every number told, and wait until Home Assistant has written that down."""
        api = self.hass.api
        await api.call_action(
            DOMAIN,
            "alert",
            config_entry_id=self.entry,
            topic=f"{ROOT}/+",
            condition="> 0 as Chaos",
            force=True,
        )
        about = {"filter": f"{BELL}/+", "operator": "above"}
        rings = {"value": "0", "priority": "alert", "name": "Bell", "more": {"enabled": True}}
        rings["tell"] = {"targets": [f"notify.{ACTION}"]}
        await api.flow(
            "subentries", {"handler": [self.entry, "alert"]}, about, rings, {"next_step_id": "save"}
        )
        # No summaries: each number is to be read in the chat.
        await api.flow("options", {"handler": self.entry}, options_answer(storm=0))
        async with asyncio.timeout(30):
            while not self._is_kept():  # noqa: ASYNC110  # a file tells nobody
                await asyncio.sleep(0.1)

    async def _rehearse(self) -> None:
        """Wait until an alert comes through: what comes before the bot has subscribed is nobody's loss."""
        async with asyncio.timeout(60):
            everywhere = {(BOT, "ready"), (FAMILY, "ready")}
            while not (everywhere <= self.chat.words and "ready" in self.phone.words):
                await self.sensors.say("ready")
                await asyncio.sleep(1)

    def _is_kept(self) -> bool:
        kept = self.hass.directory / ".storage" / "core.config_entries"
        text = kept.read_text().replace(" ", "") if kept.exists() else ""
        return all(each in text for each in ('"storm":0', f"{ROOT}/+", f"{BELL}/+", FAMILY))

    @property
    def broker_port(self) -> int:
        """The broker's port on loopback."""
        return self._broker.ports["mqtt"]

    def missing(self) -> int:
        """Return how many numbers are not yet where they belong, all places together."""
        sent = self.sensors.acknowledged
        contact, room = sent - self.chat.seen.numbers, sent - self.chat.in_room.numbers
        return len(contact) + len(room) + len(self.sensors.rung - self.phone.seen.numbers)

    async def strike(self, victim: Victim, seconds: float, *, aimed: bool) -> None:
        """Kill a process, when it hurts most if `aimed`; start it again after so many seconds."""
        async with self._busy[victim]:
            if aimed:
                await self._aim(victim)
            await self.kill(victim)
            await asyncio.sleep(seconds)
            await self.revive(victim)

    async def revive(self, victim: Victim) -> None:
        """Start a process again."""
        if victim is Victim.HOME_ASSISTANT:
            await self.hass.start()
        elif victim is Victim.BROKER:
            await asyncio.to_thread(self._broker.start)
        else:
            await asyncio.to_thread(self._xmpp.start)
            self.chat.away = False

    async def _aim(self, victim: Victim) -> None:
        """Wait for a bad moment: a message comes, or the contact's server keeps what came (a tunnel)."""
        if victim is Victim.XMPP:
            self.chat.vanish()
            await asyncio.sleep(_TUNNEL_SECONDS)
        else:
            await self.chat.next_message(_AIMING_SECONDS)

    async def kill(self, victim: Victim) -> None:
        """Kill a process (SIGKILL)."""
        if victim is Victim.HOME_ASSISTANT:
            await self.hass.kill()
        elif victim is Victim.BROKER:
            await asyncio.to_thread(self._broker.kill)
            self.sensors.doubt()
        else:
            await asyncio.to_thread(self._xmpp.kill)

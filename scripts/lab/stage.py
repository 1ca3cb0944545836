"""What the demonstration needs, running together: Home Assistant, broker, XMPP server, home and person."""

import asyncio
from collections.abc import Callable, Mapping
import contextlib
import json
from pathlib import Path
import secrets
import shutil
from typing import Any, Self, override

from .embedded import embedded
from .flows import Account, Answer, broker_answer
from .hass import Hass
from .home import Home
from .person import Person
from .prosody import Prosody
from .servers import Lab, ServerMissingError

TOPICS = ["home/#"]


class Stage(contextlib.AsyncExitStack):
    """All parts of the demonstration.

    `you` is None on a machine without an XMPP server; then `events` are the messages on Home Assistant's bus.
    """

    hass: Hass
    home: Home
    you: Person | None = None
    bot_jid = f"bot@{Lab.domain}"
    your_jid = f"you@{Lab.domain}"

    def __init__(
        self,
        root: Path | None,
        *,
        small: bool,
        tell: Callable[[str], None],
        language: str = "en",
        words: Mapping[str, str] = {},
    ) -> None:
        """`root` is kept for the next time, None is temporary; `small` goes without foreign servers.

        `words` are those of the language for the English ones in the names of the home's devices.
        """
        super().__init__()
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._root = root
        self._small = small
        self._tell = tell
        self._language = language
        self._words = words
        self._xmpp: Prosody | None = None
        self._secrets: dict[str, str] = {}

    @override
    async def __aenter__(self) -> Self:
        await super().__aenter__()
        try:
            await self._build()
        except BaseException as err:
            if hasattr(self, "hass"):
                err.add_note(self.hass.complaints()[-5000:])
            await self.aclose()
            raise
        return self

    async def _build(self) -> None:
        self._lab = self.enter_context(Lab(self._root))
        self._secrets = self._kept_secrets()
        self._start_servers()
        self.home = self.enter_context(Home(self._broker.ports["mqtt"], mqtt5=not self._small))
        if self._small or not self._is_wired():
            # The bot finds these as retained messages, as it finds a home that lived before it came.
            self.home.announce(self._words)
        await self._start_hass()
        if self._xmpp is not None:
            self.you = await self.enter_async_context(
                Person(self.your_jid, self.your_password, self._xmpp.ports["c2s"], self._lab.client_ssl())
            )
            self.you.befriend(self.bot_jid)

    @property
    def your_password(self) -> str:
        """The password of your XMPP account."""
        return self._secrets["you"]

    @property
    def mqtt_port(self) -> int:
        """The port of the broker on loopback."""
        return self._broker.ports["mqtt"]

    @property
    def xmpp_port(self) -> int:
        """The port of the XMPP server on loopback; 0 without one."""
        return self._xmpp.ports["c2s"] if self._xmpp is not None else 0

    @property
    def ca(self) -> Path:
        """The certificate that vouches for the XMPP server."""
        return self._lab.ca

    def _kept_secrets(self) -> dict[str, str]:
        file = self._lab.root / "secrets.json"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(json.dumps({name: secrets.token_urlsafe(9) for name in ("bot", "you")}))
        kept: dict[str, str] = json.loads(file.read_text())
        return kept

    def _start_servers(self) -> None:
        if self._small:
            self._tell("Starting the embedded broker (MQTT 3.1.1) ...")
            self._broker = self._lab.run(embedded(self._lab.directory("embedded")))
            return
        self._tell("Starting Mosquitto and Prosody ...")
        self._broker = self._lab.mosquitto()
        self._xmpp = self._lab.prosody(users=self._secrets, tls_required=True, log_level="info")

    def _wiring(self) -> str:
        return json.dumps([self._broker.ports, self.xmpp_port])

    def _is_wired(self) -> bool:
        """Whether what Home Assistant kept from the last time is about these servers."""
        file = self._lab.root / "wiring.json"
        return file.exists() and file.read_text() == self._wiring()

    async def _start_hass(self) -> None:
        directory = self._lab.directory("hass")
        if not self._is_wired():
            shutil.rmtree(directory)
            directory.mkdir()
        self._tell("Starting Home Assistant ...")
        self.hass = await self.enter_async_context(Hass(directory, language=self._language))
        if self._small:
            await self._listen()
        if not await self.hass.entries():
            self._tell("Adding the integration through its config flow ...")
            await self._add_bot()
        (self._lab.root / "wiring.json").write_text(self._wiring())

    async def _listen(self) -> None:
        """Hear the events of the bot, from its first one on."""
        listening = asyncio.Event()

        async def listen() -> None:
            async for event in self.hass.api.events("dinox_mqtt_bot_message", listening):
                self.events.put_nowait(event)

        listener = asyncio.create_task(listen())
        self.callback(listener.cancel)
        await listening.wait()

    async def _add_bot(self) -> None:
        account = None
        if self._xmpp is not None:
            account = Account(self.bot_jid, self._secrets["bot"], self.xmpp_port, self.ca)
        # What refuses MQTT 5 is found out by trying; here it is known.
        version: Answer = {"advanced": {"protocol": "mqtt_311"}} if self._small else {}
        broker = broker_answer(self._broker.ports["mqtt"], **version)
        await self.hass.add_bot(broker, account, self.your_jid, TOPICS)


def lacks_servers() -> str:
    """Return what is missing on this machine for the whole demonstration, or an empty text."""
    from .server import program

    missing = []
    for name in ("mosquitto", "prosody"):
        try:
            program(name)
        except ServerMissingError:
            missing.append(name)
    return " and ".join(missing)

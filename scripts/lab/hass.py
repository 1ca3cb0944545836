"""A real Home Assistant with the integration: its own configuration, its own process."""

import asyncio
import contextlib
import json
from pathlib import Path
import re
import secrets
import signal
import sys
from typing import Any, Self

import aiohttp

from .api import Api, ApiError
from .configuration import DOMAIN, write_configuration
from .flows import Account, Answer, bot_answers
from .ports import LOOPBACK, kept_ports
from .server import Server, ServerStartError

USER = "demo"


class Hass:
    """A Home Assistant process; `api` is a session of its owner, the user `demo`.

    async with Hass(directory) as hass:
        entry = await hass.add("", {"next_step_id": "standalone"}, {...})
    """

    api: Api

    def __init__(self, directory: Path, *, extra: str = "", language: str = "en") -> None:
        """`directory` is the configuration directory, used again if it was used before; `extra` is YAML."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        port = kept_ports(directory, ["http"])["http"]
        self.url = f"http://{LOOPBACK}:{port}"
        write_configuration(directory, port, extra, language)
        argv = [sys.executable, "-m", "homeassistant", "-c", str(directory), "--skip-pip", "--log-no-color"]
        self._server = Server("homeassistant", directory, argv, {"http": port}, wait_for=["http"])

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def password(self) -> str:
        """The password of the user `demo`."""
        return str(self._access()["password"])

    @property
    def pid(self) -> int:
        """The process id; 0 when it is not running."""
        return self._server.pid

    def log(self) -> str:
        """Return what it logged over all its runs: warnings, and this integration's debug lines."""
        file = self.directory / "stdout.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def complaints(self) -> str:
        """Return the warnings and errors that have to do with the integration, with their tracebacks."""
        records = re.split(r"^(?=\d{4}-\d\d-\d\d )", self.log(), flags=re.MULTILINE)
        ours = re.compile(rf"^\S+ \S+ (WARNING|ERROR|CRITICAL) .*({DOMAIN}|slixmpp|paho)", re.DOTALL)
        return "".join(record for record in records if ours.match(record) and "not been tested" not in record)

    async def start(self) -> None:
        """Start it, create its owner at the first time, and wait until it runs. Raises ServerStartError."""
        await asyncio.to_thread(self._server.start)
        self.api = Api(self.url, str(self._access().get("token", "")))
        if not self.api.token:
            await self._create_owner()
        await self.wait_ready()

    async def wait_ready(self, within: float = 300) -> None:
        """Wait until Home Assistant says that it runs. Raises ServerStartError."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self._server.running:
                    with contextlib.suppress(ApiError, aiohttp.ClientError):
                        if (await self.api.call("GET", "/api/config"))["state"] == "RUNNING":
                            return
                    await asyncio.sleep(0.05)
        raise ServerStartError(f"Home Assistant did not come up\n{self.log()[-3000:]}")

    async def stop(self) -> None:
        """End it as its operating system would (SIGTERM) and wait."""
        await self._leave(signal.SIGTERM)

    async def kill(self) -> None:
        """End it the hard way (SIGKILL)."""
        await self._leave(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it hang (SIGSTOP), as a machine that is put to sleep, or has no time for it."""
        self._server.freeze()

    def thaw(self) -> None:
        """Let it go on (SIGCONT)."""
        self._server.thaw()

    async def restart(self) -> None:
        """Stop it and start it again."""
        await self.stop()
        await self.start()

    async def add_bot(
        self,
        broker: Answer | None,
        account: Account | None,
        contact: str = "",
        topics: list[str] | None = None,
    ) -> str:
        """Add a bot through the config flow, as the web page does, and return the entry's id.

        Without a broker it uses Home Assistant's own MQTT connection. Raises ApiError.
        """
        entry = await self.add(*bot_answers(broker, account, contact, topics or []))
        return str(entry["entry_id"])

    async def add(self, *answers: Answer) -> Answer:
        """Go through the config flow with these answers and return the entry. Raises ApiError.

        The last forms, of what is told and of the code for a phone, stay as they are without answers.
        """
        result = await self.api.flow("", {"handler": DOMAIN}, *answers, {}, {})
        if result["type"] != "create_entry":
            raise ApiError(f"the config flow ended with {result.get('reason')}")
        entry: Answer = result["result"]
        return entry

    async def add_rule(self, entry_id: str, kind: str, **fields: Any) -> None:
        """Add a `topic` or a `contact` to a bot, as the web page does. Raises ApiError."""
        result = await self.api.flow("subentries", {"handler": [entry_id, kind]}, fields)
        if result["type"] != "create_entry":
            raise ApiError(f"the {kind} flow ended with {result.get('reason')}")

    async def add_mqtt(self, port: int) -> None:
        """Add Home Assistant's own MQTT integration, connected to a broker on loopback. Raises ApiError."""
        plain = {"set_client_cert": False, "set_ca_cert": "off"}
        broker = {"broker": LOOPBACK, "port": port, "other_settings": plain}
        await self.api.flow("", {"handler": "mqtt"}, broker)

    async def entries(self) -> list[str]:
        """Return the ids of the bots."""
        found = await self.api.call("GET", f"/api/config/config_entries/entry?domain={DOMAIN}")
        return [entry["entry_id"] for entry in found]

    async def entity(self, platform: str, key: str, within: float = 30) -> str:
        """Return the entity id of a bot's entity whose unique id ends with `key`. Raises ApiError."""
        end = asyncio.get_running_loop().time() + within
        while asyncio.get_running_loop().time() < end:
            for entity in await self.api.ask(type="config/entity_registry/list"):
                entity_id = str(entity["entity_id"])
                ours = entity["platform"] == DOMAIN and entity_id.startswith(platform + ".")
                if ours and entity["unique_id"].endswith(key):
                    return entity_id
            await asyncio.sleep(0.2)
        raise ApiError(f"there is no {platform} entity for {key}")

    async def _leave(self, sig: int) -> None:
        if hasattr(self, "api"):
            await self.api.close()
        end = self._server.kill if sig == signal.SIGKILL else lambda: self._server.stop(sig, 60)
        await asyncio.to_thread(end)

    def _access(self) -> dict[str, Any]:
        file = self.directory / "lab.json"
        if file.exists():
            access: dict[str, Any] = json.loads(file.read_text())
            return access
        return {}

    async def _create_owner(self) -> None:
        password = secrets.token_urlsafe(9)
        answer = await self.api.call(
            "POST",
            "/api/onboarding/users",
            name="Demo",
            username=USER,
            password=password,
            client_id=self.url + "/",
            language="en",
        )
        token = await self.api.get_token(answer["auth_code"])
        file = self.directory / "lab.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps({"user": USER, "password": password, "token": token}))

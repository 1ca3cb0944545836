"""Real chat clients on a screen: a person's account is in them, and the chat with the bot is open."""

import asyncio
from collections.abc import Callable, Collection
import contextlib
from dataclasses import dataclass
import json
from pathlib import Path
import sqlite3
import subprocess
from typing import override

from .network import as_somebody
from .screen import Screen

PATIENCE_SECONDS = 180.0
"""Seconds: a machine that is busy with other things is slow."""

_LOCALES = {"en": ("en_GB", "en_GB.UTF-8"), "de": ("de_DE", "de_DE.UTF-8")}


class ClientError(RuntimeError):
    """A client did not come to where it should be."""


@dataclass(frozen=True, slots=True)
class Login:
    """The account of the person, whom it chats with, and which of its clients are online."""

    jid: str
    password: str
    bot: str
    online: Callable[[], Collection[str]]


async def until[T](attempt: Callable[[], T], complaint: str) -> T:
    """Repeat an attempt until its answer is true, and return that. Raises ClientError."""
    end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < end:
        if found := attempt():
            return found
        await asyncio.sleep(0.1)
    raise ClientError(complaint)


class Client:
    """One client; `has` says whether a text has arrived in it."""

    name: str

    def __init__(self, screen: Screen, login: Login, language: str) -> None:
        """Nothing starts before `start`."""
        self._screen = screen
        self._login = login
        self._home = Path(screen.environment["HOME"])
        screen.environment.update(self._locale(language))

    async def start(self) -> None:
        """Start it, and open the chat with the bot."""
        raise NotImplementedError

    def has(self, text: str) -> bool:
        """Whether it keeps a message that contains this text."""
        raise NotImplementedError

    async def receives(self, text: str) -> None:
        """Wait until a message that contains this text is in it. Raises ClientError."""
        await until(lambda: self.has(text), f"{self.name} never had {text!r}")

    async def _open(self, *argv: str) -> None:
        """Let the client that runs open the chat with the bot, once it knows its contacts."""
        await until(self._screen.windows, f"{self.name} shows no window")
        await until(lambda: self.name in self._login.online(), f"{self.name} did not log in")
        address = f"xmpp:{self._login.bot}?message"
        opening = await asyncio.create_subprocess_exec(*argv, address, env=self._screen.environment)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await opening.wait()
        except TimeoutError:
            opening.kill()
            raise ClientError(f"{self.name} did not open the chat") from None

    def _locale(self, language: str) -> dict[str, str]:
        """Make the locale of a language where these programs look for it, and name it."""
        source, name = _LOCALES[language]
        folder = self._home / "locales"
        folder.mkdir()
        subprocess.run(["localedef", "-i", source, "-f", "UTF-8", str(folder / name)], check=True)
        return {"LOCPATH": str(folder), "LANG": name, "LANGUAGE": language}

    def _asked(self, file: Path, question: str, *values: str) -> bool:
        """Ask a database that may not be there yet."""
        if not file.exists():
            return False
        try:
            with contextlib.closing(sqlite3.connect(file, timeout=5)) as database:
                return database.execute(question, values).fetchone() is not None
        except sqlite3.OperationalError:
            return False


class Dino(Client):
    """Dino: keeps its account in a database that it makes itself."""

    name = "Dino"

    @override
    async def start(self) -> None:
        made = self._screen.run("dino", "dino-im")
        table = "SELECT 1 FROM sqlite_master WHERE name = 'roster'"
        await until(lambda: self._asked(self._file, table), "Dino made no database")
        made.stop()
        with contextlib.closing(sqlite3.connect(self._file)) as database:
            database.execute(
                "INSERT INTO account (bare_jid, resourcepart, password, alias, enabled)"
                " VALUES (?, ?, ?, ?, 1)",
                (self._login.jid, self.name, self._login.password, self._login.jid.partition("@")[0]),
            )
            database.commit()
        self._screen.run("dino", "dino-im")
        await self._open("dino-im")

    @override
    def has(self, text: str) -> bool:
        return self._asked(self._file, "SELECT 1 FROM message WHERE instr(body, ?)", text)

    @property
    def _file(self) -> Path:
        return self._home / "xdg_data_home" / "dino" / "dino.db"


class Gajim(Client):
    """Gajim: refuses to be run by root."""

    name = "Gajim"

    @override
    async def start(self) -> None:
        self._configure()
        gajim = as_somebody(["gajim"])
        self._screen.run("gajim", *gajim)
        await until(self._screen.windows, "Gajim shows no window")
        alone = len(self._screen.windows())
        await self._open(*gajim)
        # It asks which of its contacts is meant, and has found that already.
        await until(lambda: len(self._screen.windows()) > alone, "Gajim asks for no contact")
        await until(lambda: self._confirm(alone), "Gajim did not open the chat")

    @override
    def has(self, text: str) -> bool:
        file = self._home / "xdg_data_home" / "gajim" / "logs.db"
        return self._asked(file, "SELECT 1 FROM logs WHERE instr(message, ?)", text)

    def _confirm(self, alone: int) -> bool:
        """Press the key that takes what is found, unless the question is gone already."""
        if len(self._screen.windows()) <= alone:
            return True
        self._screen.press("Return")
        return False

    def _configure(self) -> None:
        name, host = self._login.jid.split("@")
        app = {
            "check_for_update": False,
            "use_keyring": False,
            "show_trayicon": False,
            "show_notifications": False,
            "show_help_start_chat": False,
            "save_main_window_position": False,
            "preview_size": 320,
        }
        account = {
            "name": name,
            "hostname": host,
            "password": self._login.password,
            "savepass": True,
            "account_label": name,
            "autoconnect": True,
            "sync_with_global_status": True,
            "resource": self.name,
            "active": True,
        }
        file = self._home / "xdg_config_home" / "gajim" / "settings.sqlite"
        file.parent.mkdir(parents=True)
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.executescript(
                "CREATE TABLE settings (name TEXT UNIQUE, settings TEXT);"
                "CREATE TABLE account_settings (account TEXT UNIQUE, settings TEXT);"
                "PRAGMA user_version = 5;"
            )
            parts = {"app": app, "workspaces": {"home": {}}}
            for part in ("app", "soundevents", "status_presets", "proxies", "plugins", "workspaces"):
                database.execute(
                    "INSERT INTO settings VALUES (?, ?)", (part, json.dumps(parts.get(part, {})))
                )
            settings = {"account": account, "contact": {}, "group_chat": {}}
            database.execute("INSERT INTO account_settings VALUES (?, ?)", (name, json.dumps(settings)))
            database.commit()

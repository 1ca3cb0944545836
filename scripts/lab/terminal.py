"""Profanity, a client in a terminal, in a tmux that nobody sees: what is typed, and what the screen shows."""

import asyncio
import contextlib
import os
from pathlib import Path
import re
import shutil
import tempfile
import time
from typing import Self, override

from .server import LOOPBACK, ServerMissingError, program

PATIENCE = 60.0
_WIDTH, _HEIGHT = 160, 60


def missing() -> str:
    """Return what has to be installed first; empty if nothing has."""
    try:
        for name in ("profanity", "tmux"):
            program(name)
    except ServerMissingError as error:
        return str(error)
    return ""


class Terminal(contextlib.AsyncExitStack):
    """One profanity, logged in; what it keeps is deleted with it."""

    def __init__(self, jid: str, password: str, port: int) -> None:
        """Nothing starts before the `async with` block is entered."""
        super().__init__()
        self._account = (
            f"[{jid}]\nserver={LOOPBACK}\nport={port}\npassword={password}\ntls.policy=trust\nenabled=true\n"
        )
        self._jid = jid
        self._tmux = program("tmux")

    @override
    async def __aenter__(self) -> Self:
        await super().__aenter__()
        home = Path(tempfile.mkdtemp(prefix="profanity-"))
        self.callback(shutil.rmtree, home, ignore_errors=True)
        self._home = home
        accounts = home / "data" / "profanity" / "accounts"
        accounts.parent.mkdir(parents=True)
        accounts.write_text(self._account)
        accounts.chmod(0o600)
        settings = home / "config" / "profanity" / "profrc"
        settings.parent.mkdir(parents=True)
        settings.write_text("[ui]\nsplash=false\ntitlebar.show=false\n[connection]\naccount=\n")
        await self._run(
            *("new-session", "-d", "-x", str(_WIDTH), "-y", str(_HEIGHT)),
            *(program("profanity"), "-a", self._jid),
        )
        self.push_async_callback(self._run, "kill-server")
        await self.shows("logged in successfully")
        return self

    async def type(self, line: str) -> None:
        """Type a line, and send it."""
        await self._run("send-keys", "-l", line)
        await self._run("send-keys", "Enter")

    async def screen(self) -> str:
        """Return what can be read now, long lines put together again."""
        return await self._run("capture-pane", "-p", "-J")

    async def shows(self, text: str, within: float = PATIENCE) -> str:
        """Wait until the screen shows what a pattern means, and return it. Raises AssertionError."""
        end = time.monotonic() + within
        while not re.search(text, screen := await self.screen()):
            assert time.monotonic() < end, f"the terminal never showed {text!r}, but:\n{screen}"
            await asyncio.sleep(0.1)
        return screen

    async def _run(self, *command: str) -> str:
        environment = {
            **os.environ,
            "HOME": str(self._home),
            "XDG_DATA_HOME": str(self._home / "data"),
            "XDG_CONFIG_HOME": str(self._home / "config"),
            "TERM": "screen-256color",
            "LANG": "C.UTF-8",
        }
        environment.pop("TMUX", None)
        process = await asyncio.create_subprocess_exec(
            self._tmux,
            *("-f", "/dev/null", "-S", str(self._home / "tmux"), *command),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        return out.decode(errors="replace")

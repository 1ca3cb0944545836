"""A screen that nobody sits at, with a bus and a window manager that lets every window fill it."""

import asyncio
import contextlib
from dataclasses import dataclass
from functools import partial
import os
from pathlib import Path
import socket
import subprocess
from typing import Self, override

from PIL import Image, ImageGrab

from ..server import Server

_STILL_SECONDS = 1.0
_PATIENCE_SECONDS = 180.0


_SETTINGS = """[Settings]
gtk-cursor-blink = false
gtk-enable-animations = false
gtk-decoration-layout = :
"""
_STYLE = "window, decoration { margin: 0; padding: 0; border: none; border-radius: 0; box-shadow: none; }\n"


class NotStillError(RuntimeError):
    """What is on the screen did not come to rest, or is not what it should be."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in CSS pixels, of which each is `scale` of the screen's."""

    width: int
    height: int
    scale: int = 1


class Screen(contextlib.ExitStack):
    """An X server; `environment` is that of programs which show themselves there."""

    environment: dict[str, str]

    def __init__(self, directory: Path, size: Size) -> None:
        """`directory` is the home of whom the programs think they run for."""
        super().__init__()
        self._directory = directory
        self._size = size

    @override
    def __enter__(self) -> Self:
        super().__enter__()
        home = self._directory
        home.mkdir()
        home.chmod(0o700)
        display = self._start_x()
        folders = {
            name: str(home / name.lower()) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
        }
        self.environment = {
            **{name: os.environ[name] for name in ("PATH",) if name in os.environ},
            **folders,
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={home}/bus",
            "DISPLAY": display,
            # Without a way to the internet there would be no network to it.
            "GIO_USE_NETWORK_MONITOR": "base",
            "GDK_BACKEND": "x11",
            "GDK_SCALE": str(self._size.scale),
            "GSK_RENDERER": "cairo",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
            "GTK_A11Y": "none",
            "LANG": "C.UTF-8",
        }
        self._write_settings()
        at = f"{home}/bus"
        self.run(
            "dbus", "dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address=unix:path={at}", at=at
        )
        self.run("windows", "matchbox-window-manager", "-use_titlebar", "no")
        return self

    def run(self, name: str, *argv: str, at: str = "") -> Server:
        """Start a program here, wait until it answers `at` a socket, and end it with the `with` block."""
        directory = self._directory / name
        directory.mkdir(exist_ok=True)

        def ready(server: Server) -> None:
            if at:
                server.wait(partial(_connect, at), f"nothing answers at {at}")

        program = Server(name, directory, list(argv), {}, wait_for=(), ready=ready, env=self.environment)
        self.callback(program.stop)
        program.start()
        return program

    def _write_settings(self) -> None:
        """Let nothing move by itself, and let windows have neither frames nor buttons."""
        for toolkit in ("gtk-3.0", "gtk-4.0"):
            folder = self._directory / "xdg_config_home" / toolkit
            folder.mkdir(parents=True)
            (folder / "settings.ini").write_text(_SETTINGS)
            (folder / "gtk.css").write_text(_STYLE)

    def rest_pointer(self) -> None:
        """Move the pointer where it touches nothing that shows more then: to the title."""
        self._do("mousemove", str(self._size.width * self._size.scale // 2), "2")

    def press(self, *keys: str) -> None:
        """Press some keys."""
        self._do("key", *keys)

    def windows(self) -> list[str]:
        """Return the windows that can be seen."""
        found = self._do("search", "--onlyvisible", "--name", ".+", check=False)
        return found.split()

    def look(self) -> Image.Image:
        """Return what is on the screen now."""
        return ImageGrab.grab(xdisplay=self.environment["DISPLAY"])

    async def still(self) -> Image.Image:
        """Return what is on the screen once nothing moves there any more. Raises NotStillError."""
        before, since = self.look(), asyncio.get_running_loop().time()
        end = since + _PATIENCE_SECONDS
        while (now := asyncio.get_running_loop().time()) < end:
            await asyncio.sleep(0.1)
            picture = self.look()
            if picture.tobytes() != before.tobytes():
                before, since = picture, now
            elif now - since > _STILL_SECONDS:
                return picture
        raise NotStillError("the screen did not come to rest")

    def _do(self, *argv: str, check: bool = True) -> str:
        return subprocess.run(
            ["xdotool", *argv], env=self.environment, check=check, capture_output=True, text=True
        ).stdout

    def _start_x(self) -> str:
        size = f"{self._size.width * self._size.scale}x{self._size.height * self._size.scale}x24"
        reading, writing = os.pipe()
        out = (self._directory / "x.log").open("wb")
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp", "-ac"],
            pass_fds=[writing],
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        os.close(writing)
        self.callback(out.close)
        self.callback(server.wait)
        self.callback(server.terminate)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            raise NotStillError(f"Xvfb did not start\n{(self._directory / 'x.log').read_text()}")
        return f":{number}"


def _connect(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as trial:
        trial.connect(path)

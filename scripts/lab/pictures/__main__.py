"""Today's pictures: `python -m lab.pictures [--into FOLDER] [--only LANGUAGE]`."""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
import json
import logging
import os
from pathlib import Path
import shutil
import sys
import tempfile

from PIL import Image

from ..configuration import REPOSITORY
from ..person import PersonError
from ..ports import free_ports
from ..prosody import PORTS
from ..servers import Lab
from ..stage import Stage
from .clients import Client, ClientError, Dino, Gajim, Login
from .network import ALONE, C2S, as_if_alone, introduce, set_up
from .page import NARROW, WIDE, Pages
from .screen import NotStillError, Screen, Size
from .talk import WORDS, Words, past, person, talk

PHONE, DESKTOP = Size(390, 844), Size(1000, 700)
CLIENTS: dict[str, Sequence[tuple[str, type[Client], Size]]] = {
    "en": (("dino-phone", Dino, PHONE), ("gajim-desktop", Gajim, DESKTOP)),
    "de": (("dino-desktop", Dino, DESKTOP),),
}
WIDTHS = {"en": WIDE, "de": NARROW}
PROGRAMS = {
    "dino-im": "dino-im",
    "gajim": "gajim",
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "matchbox-window-manager": "matchbox-window-manager",
    "dbus-daemon": "dbus-daemon",
    "chromium": "chromium",
    "mosquitto": "mosquitto",
    "prosody": "prosody",
    "localedef": "locales",
    "unshare": "util-linux",
    "ip": "iproute2",
}
FONTS = {"NotoColorEmoji.ttf": "fonts-noto-color-emoji", "NotoSans-Regular.ttf": "fonts-noto-core"}


def lacking() -> list[str]:
    """Return the Debian packages that are not on this machine."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    missing = [package for name, package in PROGRAMS.items() if shutil.which(name, path=path) is None]
    folder = Path("/usr/share/fonts")
    return missing + [package for name, package in FONTS.items() if not any(folder.rglob(name))]


async def take(language: str, into: Path) -> None:
    """Take all pictures of a language."""
    words = WORDS[language]
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        root = Path(folder)
        (root / "prosody").mkdir()
        # Dino has no field for a port.
        (root / "prosody" / "ports.json").write_text(json.dumps({**free_ports(PORTS), "c2s": C2S}))
        async with Stage(root, small=False, tell=print, language=language, words=words.names) as stage:
            introduce(Lab.domain, stage.ca, root)
            await past(stage, words)
            await chats(stage, words, language, root, into)
            await pages(stage, words, language, into)


async def chats(stage: Stage, words: Words, language: str, root: Path, into: Path) -> None:
    """Talk while the clients show it."""
    you = person(stage)
    login = Login(stage.your_jid, stage.your_password, stage.bot_jid, lambda: you.resources)
    with ExitStack() as screens:
        shown: list[tuple[str, Screen, Client]] = []
        for name, kind, size in CLIENTS[language]:
            screen = screens.enter_context(Screen(root / name, size))
            shown.append((name, screen, kind(screen, login, language)))
        try:
            for _, screen, client in shown:
                await client.start()
                screen.rest_pointer()
            last = await talk(stage, words)
            for name, screen, client in shown:
                await client.receives(last)
                keep(await screen.still(), into, f"{name}-{language}")
        except ClientError, NotStillError, PersonError:
            for name, screen, _ in shown:
                keep(screen.look(), Path(tempfile.gettempdir()), f"{name}-{language}-failed")
            raise


async def pages(stage: Stage, words: Words, language: str, into: Path) -> None:
    """Open Home Assistant's pages."""
    page = Pages(stage, language, width=WIDTHS[language])
    # The titles of what there is are longer than a phone is wide.
    keep(await Pages(stage, language, width=WIDE).integration(), into, f"integration-{language}")
    keep(await page.setup(), into, f"setup-{language}")
    keep(await page.alert(), into, f"alert-{language}")
    if language == "en":
        phone = Pages(stage, language, width=NARROW)
        keep(await phone.assist(words.chart, "📊"), into, "assist-en")


def keep(picture: Image.Image, into: Path, name: str) -> None:
    """Write a picture as small as can be, and say so."""
    file = into / f"{name}.png"
    few = picture.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(file, optimize=True)
    print(f"{file}: {file.stat().st_size / 1000:.0f} kB", flush=True)


async def main(languages: Sequence[str], into: Path) -> None:
    """Take the pictures of some languages."""
    for language in languages:
        await take(language, into)


def run() -> int:
    """Read the command line, and go on in a network of our own."""
    parser = argparse.ArgumentParser(
        prog="scripts/pictures", description="Take the pictures of the documents."
    )
    parser.add_argument("--into", type=Path, default=REPOSITORY / "docs" / "images", help="a folder")
    parser.add_argument("--only", choices=sorted(CLIENTS), help="one language")
    arguments = parser.parse_args()
    if missing := lacking():
        print("Missing on this machine. To install what the pictures are of and with:", file=sys.stderr)
        print(f"  sudo apt-get install --no-install-recommends {' '.join(missing)}", file=sys.stderr)
        return 1
    if not os.environ.get(ALONE):
        argv = as_if_alone([sys.executable, "-m", "lab.pictures", *sys.argv[1:]])
        os.execvpe(argv[0], argv, {**os.environ, ALONE: "1"})
    logging.basicConfig(level=logging.CRITICAL)
    set_up()
    arguments.into.mkdir(parents=True, exist_ok=True)
    asyncio.run(
        main([arguments.only] if arguments.only else sorted(CLIENTS, reverse=True), arguments.into.resolve())
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(run())

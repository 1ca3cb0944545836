"""The demonstration: `python -m lab.demo [--once]`."""

import argparse
import asyncio
import fcntl
import logging
import os
from pathlib import Path
import signal
import sys
import threading
import time

from .api import ApiError
from .configuration import REPOSITORY
from .dialogue import AssistDialogue, ChatDialogue, Dialogue, Transcript
from .hass import USER
from .person import PersonError
from .script import Scene, play
from .server import ServerStartError
from .stage import Stage, lacks_servers

_EMBEDDED = "DINOX_DEMO_EMBEDDED"


async def main(*, once: bool) -> int:
    """Run the demonstration and return the exit code."""
    started = time.monotonic()
    transcript = Transcript()
    small = _is_small(transcript)
    root = None if once else _root(small=small)
    tasks: list[asyncio.Task[None]] = []
    async with Stage(root, small=small, tell=transcript.note) as stage:
        dialogue = await _dialogue(stage, transcript, tasks)
        transcript.note(f"Ready after {time.monotonic() - started:.1f} s.\n")
        try:
            if once:
                return _verdict(await play(Scene(stage, dialogue, transcript)), stage)
            _welcome(stage, transcript)
            tasks.append(asyncio.create_task(stage.home.live(int(time.time()))))
            await _converse(dialogue)
        finally:
            for task in tasks:
                task.cancel()
    return 0


def _is_small(transcript: Transcript) -> bool:
    if os.environ.get(_EMBEDDED):
        transcript.note("Without Mosquitto and Prosody, as asked for:")
    elif missing := lacks_servers():
        transcript.note(f"{missing}: not on this machine, and not to be installed by this user.")
    else:
        return False
    transcript.note("a broker in pure Python instead, and the chat goes through Home Assistant's Assist.")
    return True


def _root(*, small: bool) -> Path:
    root = REPOSITORY / ".demo" / ("embedded" if small else "servers")
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o700)
    return root


async def _dialogue(stage: Stage, transcript: Transcript, tasks: list[asyncio.Task[None]]) -> Dialogue:
    if stage.you is not None:
        return ChatDialogue(stage.you, stage.bot_jid, transcript)
    agent = await stage.hass.entity("conversation", "conversation")
    assist = AssistDialogue(stage.hass, agent, transcript)
    tasks.append(asyncio.create_task(assist.listen(stage.events)))
    return assist


def _welcome(stage: Stage, transcript: Transcript) -> None:
    transcript.note(f"Home Assistant:  {stage.hass.url}   user {USER}   password {stage.hass.password}")
    if stage.you is not None:
        transcript.note(
            f"Your account:    {stage.your_jid}   password {stage.your_password}   "
            f"127.0.0.1:{stage.xmpp_port}, STARTTLS, certificate from {stage.ca}"
        )
    transcript.note("Type a command such as  /mqtt status  or  /mqtt help ; Ctrl-C ends everything.\n")


async def _converse(dialogue: Dialogue) -> None:
    """Say what is typed until the end of the input; what is not typed by anybody goes on until Ctrl-C."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_type, args=(loop, lines), daemon=True).start()
    while (line := await lines.get()) is not None:
        if line:
            await dialogue.say(line)
    if not sys.stdin.isatty():
        await asyncio.Event().wait()


def _type(loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str | None]) -> None:
    """Read the standard input by the bytes: its file object would be locked when the program ends."""
    rest = b""
    while chunk := os.read(0, 65536):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            loop.call_soon_threadsafe(lines.put_nowait, line.decode(errors="replace").strip())
    loop.call_soon_threadsafe(lines.put_nowait, None)


def _verdict(failures: list[str], stage: Stage) -> int:
    if not failures:
        print("\nEverything happened as it should.")
        return 0
    print("\nWhat did not happen:", *failures, sep="\n - ", file=sys.stderr)
    print(stage.hass.complaints()[-5000:], file=sys.stderr)
    return 1


async def _until_interrupted(*, once: bool) -> int:
    running = asyncio.ensure_future(main(once=once))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    try:
        return await running
    except asyncio.CancelledError:
        print("\nStopped.")
        return 130 if once else 0
    except (ServerStartError, ApiError, PersonError) as err:
        print(err, *getattr(err, "__notes__", ()), sep="\n", file=sys.stderr)
        return 1


def run() -> int:
    """Read the command line, make sure that this is the only demonstration here, and run it."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description="Try the bot in a simulated home.")
    parser.add_argument("--once", action="store_true", help="play a scripted conversation and exit")
    once: bool = parser.parse_args().once
    logging.basicConfig(level=logging.CRITICAL)
    if once:
        return asyncio.run(_until_interrupted(once=True))
    lock = REPOSITORY / ".demo" / "lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("The demonstration runs already.", file=sys.stderr)
            return 1
        return asyncio.run(_until_interrupted(once=False))


if __name__ == "__main__":
    raise SystemExit(run())

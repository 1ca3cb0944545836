"""A disk that is full while messages come: alerts are judged and told all the same."""

import asyncio
from collections.abc import Iterator
import contextlib
import os
from pathlib import Path
import resource
import shutil
import subprocess
import tempfile

from aiomqtt import Client

from benchmarks.assembly import Assembly
from custom_components.dinox_mqtt_bot.bot.alerts.rules.grammar import read_rule
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Contact,
    Display,
    RuleSet,
    Subscription,
)
from custom_components.dinox_mqtt_bot.bot.model.status import Phase
from lab.ports import LOOPBACK
from lab.servers import Lab

from .alone import NotingChat, comes, until
from .payload_fuzz import ME
from .trial import Trial
from .watch import Watch

_PAGE = 4096
_ROOM_KB = 1_500
_PATIENCE = 60.0
_FREEZER = "home/freezer"


class Space:
    """A directory whose room ends: a small tmpfs, else files that may not grow."""

    def __init__(self, directory: Path, *, mounted: bool) -> None:
        self.directory = directory
        self.kind = "tmpfs" if mounted else "file size limit"
        self._mounted = mounted
        self._filler = directory / "filler"

    def fill(self) -> None:
        """Take all the room there is."""
        if not self._mounted:
            largest = max(file.stat().st_size for file in self.directory.iterdir())
            _limit_files(largest + _PAGE)
            return
        with contextlib.suppress(OSError), self._filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * _PAGE)

    def free(self) -> None:
        """Give the room back."""
        _limit_files(resource.RLIM_INFINITY)
        self._filler.unlink(missing_ok=True)


def _limit_files(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


@contextlib.contextmanager
def little_space() -> Iterator[Space]:
    """Mount a small disk where that is allowed."""
    directory = tempfile.mkdtemp(prefix="attack-disk-")
    command = ("mount", "-t", "tmpfs", "-o", f"size={_ROOM_KB}k", "tmpfs", directory)
    mounted = os.geteuid() == 0 and not subprocess.run(command, check=False, capture_output=True).returncode
    space = Space(Path(directory), mounted=mounted)
    try:
        yield space
    finally:
        space.free()
        if mounted:
            subprocess.run(("umount", "-l", directory), check=False)
        shutil.rmtree(directory, ignore_errors=True)


def freezer_rule() -> AlertRule:
    return read_rule(f'{_FREEZER} > -15 critical as "Freezer warm"', lambda text: text == _FREEZER)


async def fill_disk(trial: Trial, watch: Watch) -> None:
    """Fill the disk, send alerts and much else, and make room again."""
    rules = RuleSet(
        (Subscription("home/#", display=Display.SILENT),), (Contact(ME),), alerts=(freezer_rule(),)
    )
    with Lab() as lab, little_space() as space:
        broker = await asyncio.to_thread(
            lab.mosquitto, extra="max_queued_messages 200000\nmax_inflight_messages 1000"
        )
        assembly = Assembly(broker.ports["mqtt"])
        chat = NotingChat(assembly.delivered)
        await assembly.open(str(space.directory), rules, chat=chat)
        assembly.start()
        await until(lambda: assembly.link.status.phase is Phase.ONLINE, "a session at the broker")
        async with Client(LOOPBACK, broker.ports["mqtt"]) as sensors:
            while not assembly.bot.status.messages:
                # What comes before the bot has subscribed is nobody's loss.
                await sensors.publish("home/warm-up", "1")
                await asyncio.sleep(0.1)
            await _Full(trial, space, assembly, chat, sensors).run(watch)
        watch.disarm()
        await assembly.close()


class _Full:
    """The run while the disk is full."""

    def __init__(
        self, trial: Trial, space: Space, assembly: Assembly, chat: NotingChat, sensors: Client
    ) -> None:
        self._trial = trial
        self._space = space
        self._assembly = assembly
        self._chat = chat
        self._sensors = sensors
        self._alerts = 0

    async def run(self, watch: Watch) -> None:
        number = 6_000 if self._trial.options.short else 50_000
        bot, store = self._assembly.bot, self._assembly.store
        await self._alert("-12", "before the disk is full")
        watch.arm()
        self._space.fill()
        await self._alert("-11", "right after the disk is full")
        before = bot.status.messages
        for at in range(number):
            await self._sensors.publish(f"home/s{at % 50}", str(at), qos=0)
        self._trial.doing(f"{number} messages of QoS 0 on 50 topics, with a full disk ({self._space.kind})")
        if not await comes(lambda: bot.status.messages >= before + number * 9 // 10, _PATIENCE):
            taken = bot.status.messages - before
            self._trial.breach("", f"reading stopped after {taken} of {number} messages with a full disk")
        await self._alert("-10", f"{number} messages after the disk was full")
        watch.weigh("with a full disk")
        trouble = store.trouble
        self._space.free()
        if not await comes(lambda: not store.trouble and not store.backlog, _PATIENCE):
            self._trial.breach("", f"still in trouble with room on the disk again: {store.trouble}")
        await self._alert("-9", "after there was room again")
        self._trial.figures["disk full"] = {"how": self._space.kind, "messages": number, "trouble": trouble}

    async def _alert(self, value: str, when: str) -> None:
        """Let an alert end, if there is one, and begin anew; the contact must be told that it did."""
        self._alerts += 1
        self._trial.counts["alerts"] += 1
        self._trial.doing(f"{_FREEZER} {value} {when}")
        ended = self._told("is over")
        if self._alerts > 1:
            await self._sensors.publish(_FREEZER, "-20", qos=1)
            await comes(lambda: self._told("is over") > ended, 10)
        await self._sensors.publish(_FREEZER, value, qos=1)
        # The signs before it are those of a critical alert that began.
        if not await comes(lambda: self._told(f": {_FREEZER} {value}"), _PATIENCE / 2):
            self._trial.breach("alerts_lost", f"an alert {when} was not told")

    def _told(self, words: str) -> int:
        return sum(words in notice.text for notice in self._chat.notices)

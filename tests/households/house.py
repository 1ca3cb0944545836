"""A whole bot at a broker in memory, and what its one contact reads."""

from collections.abc import Iterable
from typing import NamedTuple

from fakes import ME, World

from bot.model.rules import Contact, Role
from bot.model.timers import NEVER
from bot.model.topics import matches
from bot.ports import Templates
from corpus.device import Said

IN_VAIN = 50
"""Times that the bot may ask to be rung at once."""


class Bubble(NamedTuple):
    """What the contact reads: `at` seconds after the bot was started; `correction`: in place of another."""

    at: float
    text: str
    correction: bool


class House(World):
    """A bot that was just set up. Its contact says one line first: which filter it subscribes to, mostly."""

    def __init__(self, templates: Templates, first_line: str) -> None:
        self._first_line = first_line
        self._templates = templates
        self._retained: dict[str, str] = {}
        self._served: set[str] = set()
        super().__init__(contacts=(Contact(ME, role=Role.ADMIN),))
        self.began = self.clock.time

    def new_templates(self) -> Templates:
        return self._templates

    @property
    def now(self) -> float:
        return self.clock.time - self.began

    async def publish(self, said: Said) -> None:
        """Publish as a device does."""
        if said.retain:
            self._retained[said.topic] = said.payload
        if any(matches(wanted, said.topic) for wanted in self._wanted):
            self.receive(said.topic, said.payload)
        await self._follow_up()

    async def connect(self, kept: Iterable[Said]) -> None:
        """Have the broker keep these from before, and serve what the bot asks for."""
        await self.ask(self._first_line)
        self._retained |= {said.topic: said.payload for said in kept}
        await self._follow_up()

    async def wait(self, until: float) -> None:  # type: ignore[override]
        """Let time go by, the bot's alarms ring when they do, and what they set off be done."""
        in_vain = 0
        while (rings := self._rings()) <= until:
            in_vain = in_vain + 1 if rings <= self.now else 0
            if in_vain > IN_VAIN:
                raise AssertionError(f"the bot is rung in vain at {self.now} s")
            self.clock.time = self.began + max(self.now, rings)
            self.clock.alarms.clear()
            self.bot.tick(self.clock.time)
            await self._follow_up()
        self.clock.time = self.began + max(self.now, until)

    def _rings(self) -> float:
        return min(self.clock.alarms, default=NEVER) - self.began

    @property
    def _wanted(self) -> set[str]:
        return set(self.broker.wanted[-1]) if self.broker.wanted else set()

    async def _follow_up(self) -> None:
        """Do what the bot has begun, and deliver what is kept on topics that it has asked for since."""
        await self.settle()
        while new := self._wanted - self._served:
            self._served |= new
            kept = [topic for topic in self._retained if any(matches(each, topic) for each in new)]
            for topic in kept:
                self.receive(topic, self._retained[topic], retain=True)
            await self.settle()

    @property
    def bubbles(self) -> list[Bubble]:
        """What the contact has read so far."""
        return [
            Bubble(notice.at - self.began, notice.text, bool(notice.replaces))
            for notice in self.outbox.notices
            if notice.to == ME
        ]

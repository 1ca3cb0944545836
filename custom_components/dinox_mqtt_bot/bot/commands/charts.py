"""The command that draws."""

from dataclasses import dataclass
from typing import ClassVar, override

from ..delivery.uploads import File
from ..history.charts import MOST_FIELDS, ChartRequest, chart
from ..history.look_back import look_back_check, read_look_back
from ..model.replies import Caller, Chart as Drawn, Reply, Surface
from ..model.topics import shared
from ..reading.topic_lookup import Ambiguous, Meant, find_name, only, several
from .command import Command, Parts, param

PNG = "image/png"
LEAST, MOST = 2, 500


@dataclass(frozen=True, kw_only=True)
class Chart(Command):
    """Draws the numbers of a topic over time."""

    node: ClassVar[str] = "chart"
    aliases: ClassVar[tuple[str, ...]] = ("sparkline",)

    topic: str = param("Topic or alias, perhaps with .field behind it.", named=True)
    range: str = param(
        "Which time: 24h, 7d, today, since 8:00, 2026-11-01..2026-11-05; or how many values.",
        default="",
        greedy=True,
        check=look_back_check(most=MOST, fields=1),
    )
    dark: bool = param("Whether the picture is dark.", default=False)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        meant = await _drawable(parts, self.topic)
        topic, field = meant.topic, meant.field
        clock = parts.ports.clock
        when = read_look_back(self.range, clock.now(), clock.local, most=MOST, fields=1)
        count = max(when.count, LEAST) if when.count else 0
        narrow = caller.surface is Surface.ASSIST
        plain = await _plain(parts, self.topic, topic)
        wanted = ChartRequest(plain, field or when.field, when.span, count, narrow=narrow)
        drawn = await chart(parts, wanted, parts.alerts.rules)
        if caller.surface is Surface.CHAT:
            await self._send(parts, caller.who, drawn)
        return drawn

    async def _send(self, parts: Parts, to: str, drawn: Drawn) -> None:
        """Let who asked see the picture too, where there is a place to put it."""

        def done(address: str) -> None:
            parts.outgoing.answer(to, address, file=True)

        payload = await parts.ports.pictures.draw(drawn.picture, dark=self.dark)
        parts.uploads.send(File("chart.png", PNG, payload, done, lambda error: None))


async def _drawable(parts: Parts, said: str) -> Meant:
    """Return what is meant: of several things the one that is measured. Raises as `find_name`."""
    try:
        return await find_name(parts, said)
    except Ambiguous as names:
        return only(said, [each for each in names.options if each.measured] or names.options)


async def _plain(parts: Parts, said: str, topic_filter: str) -> str:
    """Return the only topic of a filter. Raises Ambiguous."""
    topic = shared(topic_filter)[1]
    if "+" not in topic and "#" not in topic:
        return topic
    found = [row.topic for row in await parts.ports.history.topics(topic, MOST_FIELDS + 1)]
    if len(found) > 1:
        raise several(parts, said, found)
    return found[0] if found else topic

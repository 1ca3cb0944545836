"""Commands that look back: the stored messages, as lines, as a file and as a chart."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, override

from ..delivery.uploads import File
from ..history.charts import MOST_FIELDS, ChartRequest, chart
from ..history.export import Export as Written, FileFormat, export
from ..history.look_back import LookBack, look_back_check, read_look_back
from ..model.history import ALWAYS, Row, Span, Statistics, TopicRow
from ..model.replies import (
    PAGE,
    Amount,
    BotError,
    Caller,
    Cell,
    Chart as Drawn,
    Reply,
    Surface,
    Table,
    Text,
    Typed,
)
from ..model.topics import shared
from ..reading.topic_lookup import (
    MOST_NAMED,
    Ambiguous,
    Meant,
    field_values,
    find_name,
    only,
    shown,
    which_of,
)
from ..rendering.replies import render_error
from ..text.durations import duration
from ..text.numbers import number, number_text, size_text, with_unit
from .command import Command, Parts, Things, param
from .examples import around

PNG = "image/png"
LEAST_VALUES, MOST_VALUES = 2, 500
"""Values of a chart."""

MAX_TOPICS = 200
DEFAULT = 10
MOST = 100
MOST_ROWS = 100_000
MOST_IN_ANSWER = 10_000
"""Messages of a file that an action returns."""


@dataclass(frozen=True, kw_only=True)
class History(Command):
    """Shows the newest messages of a topic, or the topics that have any."""

    node: ClassVar[str] = "history"
    aliases: ClassVar[tuple[str, ...]] = ("hist",)

    topic: str = param(
        "Topic, topic filter or alias, perhaps with .field behind it.",
        default="",
        named=True,
        of=Things.TOPICS,
    )
    range: str = param(
        "Which time: 24h, 7d, today, since 8:00, 2026-11-01..2026-11-05; or how many messages.",
        default="",
        greedy=True,
        behind_field=True,
        check=look_back_check(most=MOST),
    )
    count: int = param("How many messages.", default=DEFAULT, minimum=1, maximum=MOST, short="n", aside=True)
    page: int = param(
        "Which page, the newest is 1.", default=1, minimum=1, maximum=10_000, short="p", aside=True
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if self.topic == "":
            return _seen(parts, await parts.ports.history.topics("#", MAX_TOPICS))
        meant = await find_name(parts, self.topic)
        topic, called = meant.topic, shown(self.topic, meant)
        when = _when(self.range, parts)
        span, count = when.span or ALWAYS, when.count or self.count
        found = await parts.ports.history.statistics(topic, span)
        rows = await parts.ports.history.page(topic, count, span, (self.page - 1) * count)
        if meant.field:
            rows = await _of_field(parts, meant, rows)
            found = replace(found, numbers=0)
        numbers = _numbers(parts, rows, found) if found.topics == 1 and found.numbers > 1 else None
        empty = await self._empty(parts, topic, called, found)
        if when.span is not None and (all_ := await _gathered(parts, meant, when.span, found.numbers)):
            numbers, empty = all_, Text("history_notes", {"numbers": empty, "page": all_})
        return Table(
            title=Text("history", {"topic": called}),
            columns=("column_time", "column_name", "column_value"),
            rows=tuple(_line(parts, row, topic) for row in rows),
            empty=empty,
            facts=tuple(_row_facts(row) for row in rows),
            note=self._note(numbers, found, -(-found.messages // count)),
            more=Text("history_more"),
            keep_last=True,
            page=max(PAGE, count),
            further=self.page * count < found.messages,
        )

    @override
    def following(self) -> Command:
        return replace(self, page=self.page + 1)

    async def _empty(self, parts: Parts, topic: str, called: str, found: Statistics) -> Text:
        if found.messages:
            return Text("history_no_page", {"topic": called, "page": str(self.page)})
        last = (await parts.ports.history.statistics(topic, ALWAYS)).last
        if last:
            return Text("history_empty_then", {"topic": called, "time": parts.moment(last)})
        device = parts.names.device(topic) if parts.names.heard(topic) else ""
        if not device:
            return Text("history_empty", {"topic": called})
        key = "history_none_stored" if parts.is_told(topic) else "history_not_kept"
        return Text(key, {"topic": called, "command": Typed("follow", device)})

    def _note(self, numbers: Text | None, found: Statistics, pages: int) -> Text | None:
        """Say what the numbers come to, and how to see more."""
        if pages <= 1:
            return numbers
        placeholders = {"page": str(self.page), "pages": str(pages), "count": str(found.messages)}
        paged = Text("history_page", placeholders)
        if self.page < pages:
            paged = Text("history_older", {"page": paged, "command": Typed("more")})
        return Text("history_notes", {"numbers": numbers, "page": paged}) if numbers else paged


def _when(text: str, parts: Parts) -> LookBack:
    clock = parts.ports.clock
    return read_look_back(text, clock.now(), clock.local, most=MOST)


async def _of_field(parts: Parts, meant: Meant, rows: list[Row]) -> list[Row]:
    """Return rows with the value of one field instead of all; those without it are left out.

    Raises BotError `no_field` where none of them has it.
    """
    since = min((row.time for row in rows), default=0.0)
    values, names = await field_values(parts, meant.topic, meant.field, since)
    found = [
        replace(row, text=with_unit(value.text, value.unit))
        for row in rows
        if (value := values.get((row.topic, row.time))) is not None
    ]
    if rows and not found:
        fields = ", ".join(names[:MOST_NAMED]) or "–"
        raise BotError("no_field", field=meant.field, topic=meant.topic, fields=fields)
    return found


def _numbers(parts: Parts, rows: list[Row], found: Statistics) -> Text:
    assert found.low is not None
    assert found.high is not None
    assert found.mean is not None
    units = (read[1] for row in reversed(rows) if (read := number(row.text)) is not None)
    unit = next(units, "")
    return Text(
        "history_numbers",
        {
            "low": Amount(with_unit(number_text(found.low), unit)),
            "low_time": parts.moment(found.low_at),
            "mean": Amount(with_unit(number_text(round(found.mean, 2)), unit)),
            "high": Amount(with_unit(number_text(found.high), unit)),
            "high_time": parts.moment(found.high_at),
            "count": str(found.numbers),
        },
    )


async def _gathered(parts: Parts, meant: Meant, span: Span, stored: int) -> Text | None:
    """Return what the numbers of a span come to of which not all are stored any more, one by one."""
    history = parts.ports.history
    since = span.since or await history.beginning(meant.topic, meant.field)
    until = max(min(span.until, parts.ports.clock.now() + 1), since + 1)
    series = await history.series(meant.topic, meant.field, Span(since, until), 1)
    if not series.each or series.points[0].count <= stored:
        return None
    (point,) = series.points
    said = await history.topics(meant.topic, 1)
    unit = next((read[1] for row in said if (read := number(row.last_text)) is not None), "")

    def written(value: float) -> Amount:
        return Amount(with_unit(number_text(value), unit))

    return Text(
        "history_gathered",
        {
            "low": written(point.low),
            "mean": written(round(point.mean, 2)),
            "high": written(point.high),
            "count": str(point.count),
            "each": duration(series.each),
        },
    )


def _line(parts: Parts, row: Row, asked: str) -> tuple[Cell, ...]:
    """Return the cells of one message; the name is left out where only one topic was asked for."""
    value: Cell = Amount(row.text)
    if row.repeated:
        value = Text("value_repeated", {"value": value})
    if row.retain:
        value = Text("value_retained", {"value": value})
    return parts.moment(row.time).exactly, "" if row.topic == asked else row.name, value


def _row_facts(row: Row) -> Mapping[str, object]:
    return {
        "topic": row.topic,
        "name": row.name,
        "text": row.text,
        "time": row.time,
        "retain": row.retain,
        "repeated": row.repeated,
        "priority": row.priority.word,
    }


def _seen(parts: Parts, topics: list[TopicRow]) -> Table:
    """Return the topics that have a history, the newest value of each."""
    newest = sorted((row for row in topics if row.count), key=lambda row: -row.last_seen)
    return Table(
        title=Text("history_topics"),
        columns=("column_name", "column_value", "column_count", "column_time"),
        rows=tuple(
            (
                row.name,
                Amount(row.last_text),
                Text("times", {"count": str(row.count)}),
                parts.moment(row.last_seen),
            )
            for row in newest
        ),
        empty=Text("history_nothing"),
        facts=tuple(topic_facts(row) for row in newest),
        more=Text(
            "history_topics_more", {"example": Typed("topics", around(newest[-1].topic) if newest else "")}
        ),
    )


def topic_facts(row: TopicRow) -> Mapping[str, object]:
    """Return what an action answers about a topic that was seen."""
    return {
        "topic": row.topic,
        "name": row.name,
        "count": row.count,
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
        "last_text": row.last_text,
    }


@dataclass(frozen=True, kw_only=True)
class Export(Command):
    """Writes the messages of a topic into a file: in the chat it is sent, an action returns it."""

    node: ClassVar[str] = "export"

    topic: str = param("Topic, topic filter or alias.", named=True, of=Things.TOPICS)
    range: str = param(
        "Which time: 24h, 7d, today, since 8:00, 2026-11-01..2026-11-05; nothing for all.",
        default="",
        greedy=True,
        check=lambda text: look_back_check(most=MOST)(_unformed(text)[1]),
    )
    format: FileFormat = param("What the file is written in.", default=FileFormat.CSV, short="f")

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if caller.surface is Surface.ASSIST:
            raise BotError("export_needs_chat")
        meant = await find_name(parts, self.topic)
        topic, called = meant.topic, shown(self.topic, meant)
        form, span = self._asked(parts)
        most = MOST_IN_ANSWER if caller.surface is Surface.ACTION else MOST_ROWS
        written = await export(
            parts.ports.history, parts.ports.clock.local, topic, span, form=form, most=most
        )
        if not written.rows:
            return Text("export_empty", {"topic": called}, {"rows": 0, "content": written.text})
        if caller.surface is Surface.ACTION:
            return self._reply(parts, called, written, "exported", {"content": written.text})
        _send(parts, caller.who, written, form)
        return self._reply(parts, called, written, "export_sent", {})

    def _asked(self, parts: Parts) -> tuple[FileFormat, Span]:
        """Return the format, which may be a word of the range, and the span."""
        form, range_ = _unformed(self.range)
        return form or self.format, _when(range_, parts).span or ALWAYS

    def _reply(
        self, parts: Parts, called: str, written: Written, key: str, facts: Mapping[str, object]
    ) -> Text:
        placeholders: dict[str, Cell] = {
            "topic": called,
            "count": str(written.rows),
            "name": written.name,
            "size": Amount(size_text(len(written.text.encode()))),
        }
        told = Text(key, placeholders)
        if written.cut:
            told = Text("export_cut", {"told": told, "time": parts.moment(written.until)})
        facts = {"name": written.name, "rows": written.rows, "cut": written.cut, **facts}
        return Text(told.key, told.placeholders, facts)


def _unformed(text: str) -> tuple[FileFormat | None, str]:
    """Take the name of a format out of a range: `json 7d`."""
    spoken = text.split()
    forms = [word for word in spoken if word.casefold() in set(FileFormat)]
    rest = " ".join(word for word in spoken if word not in forms)
    return FileFormat(forms[0].casefold()) if forms else None, rest


def _send(parts: Parts, to: str, written: Written, form: FileFormat) -> None:
    def done(address: str) -> None:
        parts.outgoing.answer(to, address, file=True)

    def failed(error: BotError) -> None:
        parts.outgoing.answer(to, render_error(error, parts.outgoing.speech(to)))

    parts.uploads.send(File(written.name, form.mime, written.text.encode(), done, failed))


@dataclass(frozen=True, kw_only=True)
class Chart(Command):
    """Draws the numbers of a topic over time."""

    node: ClassVar[str] = "chart"
    aliases: ClassVar[tuple[str, ...]] = ("sparkline",)

    topic: str = param("Topic or alias, perhaps with .field behind it.", named=True, of=Things.TOPICS)
    range: str = param(
        "Which time: 24h, 7d, today, since 8:00, 2026-11-01..2026-11-05; or how many values.",
        default="",
        greedy=True,
        check=look_back_check(most=MOST_VALUES, fields=1),
    )
    dark: bool = param("Whether the picture is dark.", default=False)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        meant = await _drawable(parts, self.topic)
        topic, field = meant.topic, meant.field
        clock = parts.ports.clock
        when = read_look_back(self.range, clock.now(), clock.local, most=MOST_VALUES, fields=1)
        count = max(when.count, LEAST_VALUES) if when.count else 0
        narrow = caller.surface is Surface.ASSIST
        plain = await _plain(parts, self.topic, topic)
        wanted = ChartRequest(plain, field or when.field, when.span, count, narrow=narrow)
        drawn = await chart(parts, wanted, parts.alerts.rules)
        if caller.has_chat:
            await self._send(parts, caller.who, drawn)
        return drawn

    async def _send(self, parts: Parts, to: str, drawn: Drawn) -> None:
        """Let who asked see the picture too, where there is a place to put it."""

        def done(address: str) -> None:
            parts.outgoing.answer(to, address, file=True)

        payload = await parts.ports.pictures.draw(drawn.picture, parts.outgoing.speech(to), dark=self.dark)
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
        raise which_of(parts, said, found)
    return found[0] if found else topic

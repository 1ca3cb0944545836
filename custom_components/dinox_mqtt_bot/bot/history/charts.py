"""A chart of a topic: its numbers, what an alert rule makes of them, and how it is said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..model.charts import Limit, Picture
from ..model.conditions import Operator
from ..model.errors import BotError
from ..model.history import Point, Span
from ..model.reading import MORE, Reading
from ..model.replies import Chart, Text
from ..model.rules import AlertRule
from ..model.topics import matches
from ..payload.paths import lookup, parse_path, write_path
from ..reading.replay import newest_readings, stored_readings
from ..reading.topic_lookup import topic_name
from ..text.numbers import number, number_text, with_unit
from ..text.units import convert
from .sparkline import gather, mean_text, sparkline, summary

if TYPE_CHECKING:
    from ..bot import Bot

BUCKETS = 240
MOST_MESSAGES = 10_000
MOST_LIMITS = 4
MOST_FIELDS = 8

_DAY = 86_400.0
DEFAULTS = (_DAY, 7 * _DAY, 30 * _DAY)
"""How far a chart looks back that nobody gave a span: until there are two numbers."""

_LEVELS = frozenset(
    {
        Operator.ABOVE,
        Operator.BELOW,
        Operator.AT_LEAST,
        Operator.AT_MOST,
        Operator.BETWEEN,
        Operator.OUTSIDE,
    }
)
# Numbers that a device tells about itself: what people ask for is another one.
_ASIDE = frozenset(
    (
        *(
            "battery",
            "counter",
            "heap",
            "last_seen",
            "link_quality",
            "linkquality",
            "lqi",
            "rssi",
            "seq",
            "snr",
        ),
        *("time", "timestamp", "ts", "uptime", "voltage", "wifi"),
    )
)


@dataclass(frozen=True, slots=True)
class ChartRequest:
    """What a chart is of. Without a span the newest days are shown, with a count the newest numbers."""

    topic: str
    field: str = ""
    span: Span | None = None
    count: int = 0


async def chart(bot: Bot, wanted: ChartRequest) -> Chart:
    """Return the chart of a topic. Raises BotError `no_numbers` or `no_numbers_in_span`."""
    readings = await newest_readings(bot, wanted.topic)
    field, others = wanted.field, list[str]()
    if not field and not any(_number(reading, "") is not None for reading in readings):
        field, *others = numeric_fields(readings) or [""]
    points, span = await _series(bot, ChartRequest(wanted.topic, field, wanted.span, wanted.count))
    if not points:
        raise _nothing(bot, wanted, readings)
    unit = next((unit for reading in reversed(readings) if (unit := _unit(reading, field))), "")
    title = " ".join(filter(None, (topic_name(bot, wanted.topic), field)))
    at, last = _last(readings, field, points, span)
    picture = Picture(
        title,
        unit,
        tuple(points),
        span,
        limits(bot.alarms.rules, wanted.topic, field, unit),
        await bands(bot, wanted.topic, field, span),
        last,
    )
    told = _told(bot, picture, at, by_count=bool(wanted.count), facts={"topic": wanted.topic, "field": field})
    if others:
        fields = ", ".join(others[:MOST_FIELDS])
        told = Text("chart_fields", {"chart": told, "fields": fields}, told.facts)
    return Chart(told, picture)


def numeric_fields(readings: Iterable[Reading]) -> list[str]:
    """Return the fields of the newest readings that are numbers, what a device tells about itself at the end."""
    names = dict.fromkeys(
        each.name
        for reading in reversed(list(readings))
        for each in reading.fields
        if each.name not in {"", MORE} and _number(reading, each.name) is not None
    )
    return sorted(names, key=lambda name: name.rpartition(".")[2].casefold() in _ASIDE)


def _number(reading: Reading, field: str) -> float | None:
    value = lookup(reading, parse_path(field))
    return None if value is None else value.number


def _unit(reading: Reading, field: str) -> str:
    value = lookup(reading, parse_path(field))
    return "" if value is None or value.number is None else value.unit


async def _series(bot: Bot, wanted: ChartRequest) -> tuple[list[Point], Span]:
    """Return the numbers, and the span that they are shown in."""
    now = bot.ports.clock.now()
    if wanted.count:
        points = await _newest_numbers(bot, wanted, now)
        return points, Span(points[0].time, now + 1) if points else Span(now, now + 1)
    if wanted.span is not None:
        return await _within(bot, wanted, await _bounded(bot, wanted.topic, wanted.span))
    for seconds in DEFAULTS:
        found = await _within(bot, wanted, Span(now - seconds, now + 1))
        if sum(point.count for point in found[0]) > 1:
            return await _nearer(bot, wanted, *found)
    return found


async def _nearer(
    bot: Bot, wanted: ChartRequest, points: list[Point], span: Span
) -> tuple[list[Point], Span]:
    """Return these numbers; where they fill only the end of the span, from the first one on."""
    if points[0].time < span.until - (span.until - span.since) / 4:
        return points, span
    first = (await bot.ports.history.statistics(wanted.topic, span)).first
    return await _within(bot, wanted, Span(first, span.until))


async def _bounded(bot: Bot, topic: str, span: Span) -> Span:
    """Return a span with an end, and one that began with time as one that begins with the topic's first message."""
    since = span.since or (await bot.ports.history.statistics(topic, span)).first
    return Span(since, max(min(span.until, bot.ports.clock.now() + 1), since + 1))


async def _within(bot: Bot, wanted: ChartRequest, span: Span) -> tuple[list[Point], Span]:
    points = await bot.ports.history.series(wanted.topic, wanted.field, span, BUCKETS)
    if not points and wanted.field:
        points = gather(await _read_again(bot, wanted, span.since), span, BUCKETS)
    return points, span


async def _newest_numbers(bot: Bot, wanted: ChartRequest, now: float) -> list[Point]:
    points = await bot.ports.history.numbers(wanted.topic, wanted.field, wanted.count)
    if not points and wanted.field:
        numbers = await _read_again(bot, wanted, now - DEFAULTS[-1])
        points = [Point(at, value, value, value) for at, value in numbers[-wanted.count :]]
    return points


async def _read_again(bot: Bot, wanted: ChartRequest, since: float) -> list[tuple[float, float]]:
    """Return the numbers of a field that only the device's discovery gives a name."""
    found: list[tuple[float, float]] = []
    async for chunk in stored_readings(bot, wanted.topic, since, MOST_MESSAGES):
        values = ((reading.time, _number(reading, wanted.field)) for reading in chunk)
        found += [(at, value) for at, value in values if value is not None]
    return found


def limits(rules: Iterable[AlertRule], topic: str, field: str, unit: str) -> tuple[Limit, ...]:
    """Return the values at which rules about these numbers fire."""
    found: dict[float, Limit] = {}
    for rule in rules:
        if not rule.enabled or rule.condition.operator not in _LEVELS or not _about(rule, topic, field):
            continue
        for value in rule.condition.values:
            amount = number(value)
            if amount is not None:
                level = convert(*amount, unit)
                found.setdefault(level, Limit(level, _label(rule, level, unit)))
    return tuple(found.values())[:MOST_LIMITS]


def _label(rule: AlertRule, level: float, unit: str) -> str:
    operator = rule.condition.operator
    sign = "" if operator in {Operator.BETWEEN, Operator.OUTSIDE} else f"{operator} "
    return f"{sign}{with_unit(number_text(level), unit)}"


def _about(rule: AlertRule, topic: str, field: str) -> bool:
    return matches(rule.filter, topic) and write_path(parse_path(rule.field)) == field


async def bands(bot: Bot, topic: str, field: str, span: Span) -> tuple[Span, ...]:
    """Return when an alert about these numbers was active, within a span."""
    ours = {rule.id for rule in bot.alarms.rules if _about(rule, topic, field)}
    periods = await bot.ports.alerts.periods(topic, span) if ours else []
    return tuple(
        Span(max(each.since, span.since), min(each.until, span.until))
        for each in periods
        if each.rule in ours
    )


def _last(readings: Sequence[Reading], field: str, points: Sequence[Point], span: Span) -> tuple[float, str]:
    """Return when the last of these numbers came, and that number: the mean of a few only where they are old."""
    came = (
        (reading.time, number_text(value))
        for reading in reversed(readings)
        if points[-1].time <= reading.time < span.until and (value := _number(reading, field)) is not None
    )
    if (newest_one := next(came, None)) is not None:
        return newest_one
    last = points[-1]
    return last.time, mean_text(last.mean, (last,)) if last.count > 1 else number_text(last.mean)


def _told(bot: Bot, picture: Picture, until: float, *, by_count: bool, facts: dict[str, object]) -> Text:
    points, span = picture.points, picture.span
    found = summary(points)

    def written(text: str) -> str:
        return with_unit(text, picture.unit)

    placeholders = {
        "title": picture.title,
        "line": sparkline(points, even=by_count),
        "low": written(number_text(found.low)),
        "mean": written(mean_text(found.mean, points)),
        "high": written(number_text(found.high)),
        "last": written(picture.last),
        "count": str(found.count),
        "since": bot.moment(points[0].time),
        "until": bot.moment(until),
    }
    facts = facts | {
        "unit": picture.unit,
        "count": found.count,
        "min": found.low,
        "mean": found.mean,
        "max": found.high,
        "since": span.since,
        "until": span.until,
        "points": [_point_facts(point) for point in points],
    }
    return Text("chart", placeholders, facts)


def _point_facts(point: Point) -> dict[str, object]:
    return {
        "time": point.time,
        "min": point.low,
        "mean": point.mean,
        "max": point.high,
        "count": point.count,
    }


def _nothing(bot: Bot, wanted: ChartRequest, readings: Sequence[Reading]) -> BotError:
    """Say why there is nothing to draw: never a number, or none within the span."""
    name = " ".join(filter(None, (topic_name(bot, wanted.topic), wanted.field)))
    field = wanted.field
    if not field:
        field = next(iter(numeric_fields(readings)), "")
    numbers = [reading for reading in readings if _number(reading, field) is not None]
    if not readings:
        return BotError("nothing_stored", name=name)
    if not numbers:
        last = readings[-1]
        fields = ", ".join(numeric_fields(readings)[:MOST_FIELDS])
        if fields:
            return BotError("no_such_number", name=name, fields=fields)
        return BotError("no_numbers", name=name, value=with_unit(last.text, last.unit)[:80])
    return BotError("no_numbers_in_span", name=name, time=bot.moment(numbers[-1].time))

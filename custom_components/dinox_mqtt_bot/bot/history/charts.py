"""A chart of a topic: its numbers, what an alert rule makes of them, and how it is said."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ..model.charts import Picture
from ..model.history import Point, Series, Span
from ..model.message import MORE, Reading
from ..model.replies import Amount, BotError, Cell, Chart, Text
from ..model.rules import AlertRule
from ..payload.paths import lookup, parse_path
from ..reading.topic_lookup import Lookups, newest_readings, stored_readings, topic_name
from ..rendering.sparkline import NARROW, SPARKLINE_WIDTH, gather, mean_text, sparkline, summary
from ..text.durations import duration
from ..text.numbers import number, number_text, with_unit
from .limits import bands, limits

BUCKETS = 240
_DAY = 86_400.0
MOST_MESSAGES = 10_000
MOST_FIELDS = 8

DEFAULTS = (_DAY, 7 * _DAY, 30 * _DAY)
"""How far a chart looks back that nobody gave a span: until there are two numbers."""

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
    """What a chart is of. Without a span the newest days are shown, with a count the newest numbers.

    `shown`: its numbers are not those that the device writes. `narrow`: its line of text has less room.
    """

    topic: str
    field: str = ""
    span: Span | None = None
    count: int = 0
    shown: bool = False
    narrow: bool = False


async def chart(lookups: Lookups, wanted: ChartRequest, rules: Collection[AlertRule]) -> Chart:
    """Return the chart of a topic. Raises BotError `no_numbers` or `no_numbers_in_span`."""
    readings = await newest_readings(lookups, wanted.topic)
    field, others = wanted.field, list[str]()
    if not field and not any(_number(reading, "") is not None for reading in readings):
        field, *others = numeric_fields(readings) or [""]
    shown = _is_shown_otherwise(readings, field)
    request = ChartRequest(wanted.topic, field, wanted.span, wanted.count, shown=shown)
    series, span = await _series(lookups, request)
    points = series.points
    if not points:
        raise _nothing(lookups, wanted, readings)
    unit = next((unit for reading in reversed(readings) if (unit := _unit(reading, field))), "")
    title = " ".join(filter(None, (topic_name(lookups, wanted.topic), field)))
    at, last = _last(readings, field, points, span)
    picture = Picture(
        title,
        unit,
        points,
        span,
        limits(rules, wanted.topic, field, unit),
        await bands(lookups.ports.alerts, rules, wanted.topic, field, span),
        last,
    )
    told = _chart_text(
        lookups,
        picture,
        at,
        sparkline(points, even=bool(wanted.count), width=NARROW if wanted.narrow else SPARKLINE_WIDTH),
        facts={"topic": wanted.topic, "field": field, "each": series.each},
    )
    if series.each:
        told = Text("chart_of", {"chart": told, "each": duration(series.each)}, told.facts)
    if others:
        fields = ", ".join(others[:MOST_FIELDS])
        told = Text("chart_fields", {"chart": told, "fields": fields}, told.facts)
    return Chart(told, picture)


async def draw_chart(
    lookups: Lookups, wanted: ChartRequest, rules: Collection[AlertRule], *, dark: bool
) -> bytes:
    """Return the chart of a topic as a picture. Raises what `chart` raises."""
    drawn = await chart(lookups, wanted, rules)
    ports = lookups.ports
    return await ports.pictures.draw(drawn.picture, ports.phrases, dark=dark)


def numeric_fields(readings: Iterable[Reading]) -> list[str]:
    """Return the newest readings' fields that are numbers; a device's own state comes last."""
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


def _is_shown_otherwise(readings: Iterable[Reading], field: str) -> bool:
    """Say whether a device counts in another way than the chat shows it: 254 for 100 %."""
    path = parse_path(field)
    values = (lookup(reading, path) for reading in readings if path)
    return any(value is not None and value.raw != "" and number(value.raw) is not None for value in values)


def _unit(reading: Reading, field: str) -> str:
    value = lookup(reading, parse_path(field))
    return "" if value is None or value.number is None else value.unit


async def _series(lookups: Lookups, wanted: ChartRequest) -> tuple[Series, Span]:
    """Return the numbers, and the span that they are shown in."""
    now = lookups.ports.clock.now()
    if wanted.count:
        points = await _newest_numbers(lookups, wanted, now)
        return Series(tuple(points)), Span(points[0].time, now + 1) if points else Span(now, now + 1)
    if wanted.span is not None:
        return await _within(lookups, wanted, await _bounded(lookups, wanted, wanted.span))
    for seconds in DEFAULTS:
        found = await _within(lookups, wanted, Span(now - seconds, now + 1))
        if sum(point.count for point in found[0].points) > 1:
            return await _nearer(lookups, wanted, *found)
    return found


async def _nearer(lookups: Lookups, wanted: ChartRequest, series: Series, span: Span) -> tuple[Series, Span]:
    """Return these numbers; where they fill only the end of the span, from the first one on."""
    if series.points[0].time < span.until - (span.until - span.since) / 4:
        return series, span
    first = (await lookups.ports.history.statistics(wanted.topic, span)).first
    return await _within(lookups, wanted, Span(first, span.until))


async def _bounded(lookups: Lookups, wanted: ChartRequest, span: Span) -> Span:
    """Return a span with an end; one that began with time begins with the topic's first number."""
    since = span.since or await lookups.ports.history.beginning(wanted.topic, wanted.field)
    return Span(since, max(min(span.until, lookups.ports.clock.now() + 1), since + 1))


async def _within(lookups: Lookups, wanted: ChartRequest, span: Span) -> tuple[Series, Span]:
    history = lookups.ports.history
    series = Series() if wanted.shown else await history.series(wanted.topic, wanted.field, span, BUCKETS)
    if not series.points and wanted.field:
        numbers = await _read_again(lookups, wanted, span.since)
        series = Series(tuple(gather(numbers, span, BUCKETS)))
    return series, span


async def _newest_numbers(lookups: Lookups, wanted: ChartRequest, now: float) -> list[Point]:
    history = lookups.ports.history
    points = [] if wanted.shown else await history.numbers(wanted.topic, wanted.field, wanted.count)
    if not points and wanted.field:
        numbers = await _read_again(lookups, wanted, now - DEFAULTS[-1])
        points = [Point(at, value, value, value) for at, value in numbers[-wanted.count :]]
    return points


async def _read_again(lookups: Lookups, wanted: ChartRequest, since: float) -> list[tuple[float, float]]:
    """Return the numbers of a field that only the device's discovery gives a name."""
    found: list[tuple[float, float]] = []
    async for chunk in stored_readings(lookups, wanted.topic, since, MOST_MESSAGES):
        values = ((reading.time, _number(reading, wanted.field)) for reading in chunk)
        found += [(at, value) for at, value in values if value is not None]
    return found


def _last(readings: Sequence[Reading], field: str, points: Sequence[Point], span: Span) -> tuple[float, str]:
    """Return when the last number came, and it: the mean of a few only where they are old."""
    came = (
        (reading.time, number_text(value))
        for reading in reversed(readings)
        if points[-1].time <= reading.time < span.until and (value := _number(reading, field)) is not None
    )
    if (newest_one := next(came, None)) is not None:
        return newest_one
    last = points[-1]
    return last.time, mean_text(last.mean, (last,)) if last.count > 1 else number_text(last.mean)


def _chart_text(
    lookups: Lookups, picture: Picture, until: float, line: str, *, facts: dict[str, object]
) -> Text:
    points, span = picture.points, picture.span
    found = summary(points)

    def written(text: str) -> Amount:
        return Amount(with_unit(text, picture.unit))

    placeholders: dict[str, Cell] = {
        "title": picture.title,
        "line": line,
        "low": written(number_text(found.low)),
        "mean": written(mean_text(found.mean, points)),
        "high": written(number_text(found.high)),
        "last": written(picture.last),
        "count": str(found.count),
        "since": lookups.moment(points[0].time),
        "until": lookups.moment(until),
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
    return {"time": point.time, "min": point.low, "mean": point.mean, "max": point.high, "count": point.count}


def _nothing(lookups: Lookups, wanted: ChartRequest, readings: Sequence[Reading]) -> BotError:
    """Say why there is nothing to draw: never a number, or none within the span."""
    name = " ".join(filter(None, (topic_name(lookups, wanted.topic), wanted.field)))
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
        return BotError("no_numbers", name=name, value=Amount(with_unit(last.text, last.unit)[:80]))
    return BotError("no_numbers_in_span", name=name, time=lookups.moment(numbers[-1].time))

"""What a chart shows, apart from how it is drawn."""

from dataclasses import dataclass

from .history import Point, Span


@dataclass(frozen=True, slots=True)
class Limit:
    """A value at which an alert rule fires, in the unit of the picture, and the sign of what fires it."""

    value: float
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture of a series shows.

    `limits` are lines across, `bands` active alerts, `last` the newest number as written (empty: last point).
    """

    title: str
    unit: str
    points: tuple[Point, ...]
    span: Span
    limits: tuple[Limit, ...] = ()
    bands: tuple[Span, ...] = ()
    last: str = ""

"""What a chart shows, apart from how it is drawn."""

from dataclasses import dataclass

from .history import Point, Span


@dataclass(frozen=True, slots=True)
class Limit:
    """A value at which an alert rule fires, in the unit of the picture, and how it is written there."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture of a series shows.

    `limits` are lines across, `bands` the times an alert was active. `last` is the newest number as it is written, empty
    for what the last point says.
    """

    title: str
    unit: str
    points: tuple[Point, ...]
    span: Span
    limits: tuple[Limit, ...] = ()
    bands: tuple[Span, ...] = ()
    last: str = ""

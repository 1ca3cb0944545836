"""Charts as PNG, drawn double and made smaller for smooth lines, with the font of the frontend."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from importlib.util import find_spec
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import override
import unicodedata

from homeassistant.core import HomeAssistant
from PIL import Image, ImageDraw, ImageFont

from ..bot import ports
from ..bot.history.axes import Axis, number_axis, time_axis
from ..bot.model.charts import Limit, Picture
from ..bot.model.history import Point
from ..bot.model.speech import MINUS
from ..bot.rendering.sparkline import longest_gap, mean_text, summary
from ..bot.text.numbers import number_text, with_unit
from ..bot.text.times import Local

WIDTH, HEIGHT = 800, 400
LARGER = 2
TOP, RIGHT, BOTTOM, LEFT = 74, 24, 34, 14
TITLE, TEXT = 21, 14
FONT = Path("static/fonts/roboto/Roboto-Regular.woff2")

FARTHEST = 1.5
"""A limit farther away from the numbers than so many times their range is left out."""

type Colour = tuple[int, int, int] | tuple[int, int, int, int]
type Box = tuple[float, float, float, float]
type Line = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a picture."""

    paper: Colour
    ink: Colour
    faint: Colour
    grid: Colour
    line: Colour
    area: Colour
    limit: Colour
    band: Colour


LIGHT = Palette(
    paper=(255, 255, 255),
    ink=(33, 33, 33),
    faint=(97, 97, 97),
    grid=(226, 226, 226),
    line=(2, 119, 189),
    area=(2, 119, 189, 48),
    limit=(198, 40, 40),
    band=(229, 57, 53, 34),
)
DARK = Palette(
    paper=(28, 28, 30),
    ink=(236, 236, 236),
    faint=(170, 170, 170),
    grid=(58, 58, 62),
    line=(79, 195, 247),
    area=(79, 195, 247, 56),
    limit=(255, 112, 97),
    band=(255, 82, 82, 46),
)


class PillowPictures(ports.Pictures):
    """Draws in the executor."""

    def __init__(self, hass: HomeAssistant, local: Local) -> None:
        self._hass = hass
        self._local = local

    @override
    async def draw(self, picture: Picture, phrases: ports.Phrases, *, dark: bool = False) -> bytes:
        work = partial(draw, picture, self._local, phrases, DARK if dark else LIGHT)
        return await self._hass.async_add_executor_job(work)

    @override
    def shows(self, entity: str) -> bool:
        return self._hass.states.get(entity) is not None


def draw(picture: Picture, local: Local, phrases: ports.Phrases, palette: Palette) -> bytes:
    """Return a chart as PNG, 800 × 400. Blocks for some tens of milliseconds."""
    image = Image.new("RGB", (WIDTH * LARGER, HEIGHT * LARGER), palette.paper)
    sheet = Sheet(ImageDraw.Draw(image, "RGBA"), palette)
    shown = tuple(_near(picture))
    values = [value for point in picture.points for value in (point.low, point.high)]
    values += [limit.value for limit in shown]
    upright = number_axis(min(values), max(values))
    labels = (replace(mark, label=writable(_number(mark.label, picture, phrases))) for mark in upright.marks)
    upright = replace(upright, marks=tuple(labels))
    left = LEFT + max(sheet.width(mark.label) for mark in upright.marks) + 8
    times = time_axis(picture.span, local, phrases.phrase("common.chart_day"))
    plot = Plot((left, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM), times, upright)
    _heading(sheet, picture, phrases)
    _axes(sheet, plot)
    for band in picture.bands:
        right = max(plot.x(band.until), plot.x(band.since) + 2)
        sheet.box((plot.x(band.since), TOP, right, HEIGHT - BOTTOM), palette.band)
    for limit in shown:
        _limit(sheet, plot, limit.value, _label(limit, picture, phrases))
    _curve(sheet, plot, picture.points)
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    written = BytesIO()
    small.save(written, "PNG", optimize=True)
    return written.getvalue()


def _near(picture: Picture) -> Iterator[Limit]:
    """Yield the limits that can be shown without making the numbers a flat line."""
    found = summary(picture.points)
    room = (found.high - found.low) * FARTHEST or abs(found.high) * 0.25 or 1.0
    return (limit for limit in picture.limits if found.low - room <= limit.value <= found.high + room)


@dataclass(frozen=True, slots=True)
class Plot:
    """The part of a picture in which the numbers are, and how they become places in it."""

    box: Box
    times: Axis
    numbers: Axis

    def x(self, at: float) -> float:
        """Return where a time is."""
        left, _, right, _ = self.box
        return left + (at - self.times.low) / (self.times.high - self.times.low) * (right - left)

    def y(self, value: float) -> float:
        """Return where a number is."""
        _, top, _, bottom = self.box
        share = (value - self.numbers.low) / (self.numbers.high - self.numbers.low)
        return bottom - min(max(share, 0.0), 1.0) * (bottom - top)


@lru_cache(4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return the frontend's font, or the one that Pillow brings, which has ASCII and little more."""
    frontend = find_spec("hass_frontend")
    try:
        if frontend is not None and frontend.origin:
            return ImageFont.truetype(Path(frontend.origin).parent / FONT, size * LARGER)
    except OSError:
        pass
    font = ImageFont.load_default(size * LARGER)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


class Sheet:
    """What is drawn on, in the measures of the finished picture."""

    def __init__(self, pencil: ImageDraw.ImageDraw, palette: Palette) -> None:
        self._pencil = pencil
        self.palette = palette

    def width(self, text: str, size: int = TEXT) -> float:
        """Return how wide a text is."""
        return _font(size).getlength(text) / LARGER

    def text(
        self, at: tuple[float, float], text: str, colour: Colour, anchor: str = "ls", size: int = TEXT
    ) -> None:
        """Write; the anchor says where in the text the place is (`ls`: left end of its line)."""
        place = at[0] * LARGER, at[1] * LARGER
        self._pencil.text(place, text, fill=colour, font=_font(size), anchor=anchor)

    def line(self, line: Line, colour: Colour, width: float = 1.0) -> None:
        """Draw a line through some places."""
        places = [(x * LARGER, y * LARGER) for x, y in line]
        self._pencil.line(places, fill=colour, width=round(width * LARGER), joint="curve")

    def box(self, box: Box, colour: Colour) -> None:
        """Fill a rectangle with a colour."""
        self._pencil.rectangle([edge * LARGER for edge in box], fill=colour)

    def area(self, line: Line, colour: Colour) -> None:
        """Fill what some places surround."""
        self._pencil.polygon([(x * LARGER, y * LARGER) for x, y in line], fill=colour)

    def dot(self, at: tuple[float, float], radius: float, colour: Colour) -> None:
        """Draw a full circle."""
        self._pencil.circle((at[0] * LARGER, at[1] * LARGER), radius * LARGER, fill=colour)


def _heading(sheet: Sheet, picture: Picture, phrases: ports.Phrases) -> None:
    palette, points = sheet.palette, picture.points
    found = summary(points)
    mean = points[-1].mean
    newest = number_text(mean) if points[-1].count == 1 else mean_text(mean, points[-1:])
    last = writable(phrases.amount(with_unit(picture.last or newest, picture.unit)))
    sheet.text((WIDTH - RIGHT, 32), last, palette.line, "rs", TITLE)
    room = WIDTH - RIGHT - LEFT - 24 - sheet.width(last, TITLE)
    sheet.text((LEFT, 32), _fitting(sheet, writable(picture.title), room), palette.ink, size=TITLE)
    numbers = phrases.phrase(
        "common.chart_heading",
        low=_number(number_text(found.low), picture, phrases),
        mean=_number(mean_text(found.mean, points), picture, phrases),
        high=_number(number_text(found.high), picture, phrases),
    )
    sheet.text((LEFT, 56), writable(with_unit(numbers, picture.unit)), palette.faint)


def _number(text: str, picture: Picture, phrases: ports.Phrases) -> str:
    """Return a number of the picture as the language writes those of its unit, without that."""
    return phrases.amount(with_unit(text, picture.unit)).removesuffix(with_unit("", picture.unit))


def _fitting(sheet: Sheet, text: str, room: float) -> str:
    """Return as much of a title as there is room for."""
    if sheet.width(text, TITLE) <= room:
        return text
    while text and sheet.width(f"{text}…", TITLE) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def writable(text: str) -> str:
    """Return a text in characters that the font has: `u` if there is no `ü`, nothing for emoji."""
    written = (character if _has(character) else _plainer(character) for character in text)
    return " ".join("".join(written).split())


def _plainer(character: str) -> str:
    if character == MINUS:
        return "-"
    return "".join(filter(_has, unicodedata.normalize("NFKD", character)))


@lru_cache(1024)
def _has(character: str) -> bool:
    font = _font(TEXT)
    # What only changes the character before it has a place of its own in no picture.
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return False
    return character == " " or bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))


def _axes(sheet: Sheet, plot: Plot) -> None:
    palette = sheet.palette
    left, _, right, bottom = plot.box
    for mark in plot.numbers.marks:
        y = round(plot.y(mark.at))
        sheet.line([(left, y), (right, y)], palette.grid)
        sheet.text((left - 8, y), mark.label, palette.faint, "rm")
    for mark in plot.times.marks:
        x = plot.x(mark.at)
        half = sheet.width(mark.label) / 2
        sheet.line([(x, bottom), (x, bottom + 5)], palette.faint)
        if x - half >= 0 and x + half <= WIDTH:
            sheet.text((x, HEIGHT - 10), mark.label, palette.faint, "ms")
    sheet.line([(left, bottom), (right, bottom)], palette.faint)


def _label(limit: Limit, picture: Picture, phrases: ports.Phrases) -> str:
    return f"{limit.sign} {phrases.amount(with_unit(number_text(limit.value), picture.unit))}".lstrip()


def _limit(sheet: Sheet, plot: Plot, value: float, label: str) -> None:
    """Draw a broken line across, with its label above it at the right."""
    left, top, right, _ = plot.box
    y = round(plot.y(value))
    for dash in range(int(left), int(right), 10):
        sheet.line([(dash, y), (min(dash + 6, right), y)], sheet.palette.limit, 2)
    below = y - TEXT - 4 < top
    sheet.text(
        (right - 2, y + 4 if below else y - 5),
        writable(label),
        sheet.palette.limit,
        "rt" if below else "rs",
    )


def _curve(sheet: Sheet, plot: Plot, points: Sequence[Point]) -> None:
    """Draw the band from lowest to highest, the means over it; nothing where numbers are missing."""
    palette = sheet.palette
    for run in _runs(points):
        upper = [(plot.x(point.time), plot.y(point.high)) for point in run]
        lower = [(plot.x(point.time), plot.y(point.low)) for point in run]
        if len(run) > 1:
            sheet.area([*upper, *reversed(lower)], palette.area)
            sheet.line([(plot.x(point.time), plot.y(point.mean)) for point in run], palette.line, 2.2)
        else:
            sheet.dot((plot.x(run[0].time), plot.y(run[0].mean)), 2.5, palette.line)
    last = points[-1]
    sheet.dot((plot.x(last.time), plot.y(last.mean)), 4.5, palette.line)


def _runs(points: Sequence[Point]) -> Iterable[list[Point]]:
    """Return the points in pieces, parted where there is a gap."""
    longest = longest_gap(points)
    runs = [[points[0]]]
    for before, after in pairwise(points):
        if after.time - before.time > longest:
            runs.append([])
        runs[-1].append(after)
    return runs

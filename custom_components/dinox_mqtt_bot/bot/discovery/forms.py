"""The forms of values: what a device writes for a state, how it counts, and how people read it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import floor, inf, isfinite

from ..payload.fields import parse_json
from ..text.foreign import plain
from ..text.numbers import number, number_text

_UNKNOWN = "None"
"""What Home Assistant takes for no value, from any device."""
_ARROW = " → "
_BUSY = " …"
_LARGEST_OBJECT = 4_096
"""Characters of an object that a template has written."""
_MOST_DIGITS = 10

type Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Percent:
    """A device counts from `low`, which is nothing, to `high`; Home Assistant rounds down."""

    low: float
    high: float

    def read(self, value: float) -> float:
        share = floor((value - self.low) * 100 / (self.high - self.low))
        return min(100, max(0, share))


@dataclass(frozen=True, slots=True)
class Brightness:
    """A lamp counts to `full`; what is lit is never nothing."""

    full: float

    def read(self, value: float) -> float | None:
        return min(100, max(1, round(value * 100 / self.full))) if value > 0 else None


@dataclass(frozen=True, slots=True)
class Mired:
    """A lamp counts the millionth part of what its colour temperature in kelvins goes into."""

    def read(self, value: float) -> float | None:
        return round(1_000_000 / value) if value > 0 else None


@dataclass(frozen=True, slots=True)
class StepForm:
    """Numbers are shown as multiples of a step; without one as they are, but for zeros at their end.

    What is less than `least` or more than `most` is no value.
    """

    size: float = 0.0
    least: float = -inf
    most: float = inf

    def read(self, value: float) -> float | None:
        if not self.least <= value <= self.most:
            return None
        if not self.size:
            return value
        return round(round(value / self.size) * self.size, 3)


type Count = Percent | Brightness | Mired | StepForm


@dataclass(frozen=True, slots=True)
class Form:
    """How a value is read and shown.

    `payloads`: what the device writes, folded, and the state it stands for. `words`: what people read for a
    state. `count`: how the device counts. `digits`: decimal places that are shown. `numeric`: nothing but a
    number is a value. `textual`: a number with letters behind it is none. `key`: where in an object the value
    is. `versions`: an object tells which version is installed and which there is. `only`: what stands for
    no state is no value. `inside`: nothing but an object has a value.
    """

    payloads: Pairs = ()
    words: Pairs = ()
    count: Count | None = None
    digits: int = -1
    numeric: bool = False
    textual: bool = False
    key: str = ""
    versions: bool = False
    only: bool = False
    inside: bool = False

    @property
    def choosy(self) -> bool:
        """Whether a device may write what is no value, which leaves the one before it as it is."""
        return self.only or (isinstance(self.count, StepForm) and isfinite(self.count.least))

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The least and the most that is shown, where a device cannot say more."""
        if isinstance(self.count, Brightness):
            return 1, 100
        if isinstance(self.count, Percent):
            return 0, 100
        if isinstance(self.count, StepForm) and isfinite(self.count.least) and isfinite(self.count.most):
            return self.count.least, self.count.most
        return None

    def value(self, text: str) -> str | None:
        """Return the value in what a device wrote, as Home Assistant keeps it; None if there is none."""
        if text == _UNKNOWN:
            return None
        if (self.key or self.versions) and text.startswith("{") and len(text) <= _LARGEST_OBJECT:
            return self._inside(text)
        if self.inside:
            return None
        if self.payloads and (state := _paired(self.payloads, text.strip().casefold())) is not None:
            return state
        if self.count is not None:
            found = number(text)
            own = None if found is None else _counted(self.count, found[0])
            return None if own is None else number_text(own)
        if self.only:
            return None
        if self.numeric and not _is_finite(text):
            return None
        return plain(text)

    def _inside(self, text: str) -> str | None:
        try:
            found = parse_json(text)
        except ValueError:
            return None
        return self.value_of(found) if isinstance(found, dict) else None

    def value_of(self, found: Mapping[str, object]) -> str | None:
        """Return the value in an object, if it is a form that has one there."""
        if self.versions:
            return _versions(found)
        inner = found.get(self.key) if self.key else None
        if inner is None or isinstance(inner, (dict, list)):
            return None
        form = replace(self, inside=False) if self.inside else self
        return form.value(inner if isinstance(inner, str) else _plainly(inner))

    def shown(self, value: str) -> str:
        """Return a value as people read it."""
        if self.versions:
            return self._version(value)
        if self.words and (word := _paired(self.words, value)) is not None:
            return word
        return _rounded(value, self.digits) if self.digits >= 0 else value

    def _version(self, value: str) -> str:
        """Say what there is to install: `1.0 → 1.1 available`, `1.0 up to date`."""
        there, busy, _ = value.partition(_BUSY)
        installed, arrow, latest = there.partition(_ARROW)
        words = dict(self.words)
        if busy:
            return f"{there} {words.get('installing', '')}".rstrip()
        if not (arrow and installed and latest):
            return there
        if not _is_newer(latest, installed):
            return f"{installed} {words.get('current', '')}".rstrip()
        return f"{there} {words.get('available', '')}".rstrip()


PLAIN = Form()
TEXTUAL = Form(textual=True)
NUMERIC = Form(numeric=True)


def _paired(pairs: Pairs, wanted: str) -> str | None:
    return next((second for first, second in pairs if first == wanted), None)


def _is_finite(text: str) -> bool:
    """Say whether a text is not one of the words for what is no number."""
    try:
        return isfinite(float(text))
    except ValueError, OverflowError:
        return True


def _rounded(value: str, digits: int) -> str:
    found = number(value)
    if found is None or found[1]:
        return value
    return f"{found[0]:.{min(digits, _MOST_DIGITS)}f}" if abs(found[0]) < 1e15 else value


def _plainly(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, (int, float)) else str(value)


def _counted(count: Count, number: float) -> float | None:
    """Return a number as people count, None if that is more or less than a double holds."""
    try:
        read = count.read(number)
    except OverflowError, ValueError:
        return None
    return read if read is not None and isfinite(read) else None


def _versions(found: Mapping[str, object]) -> str | None:
    installed, latest = (_version(found.get(key)) for key in ("installed_version", "latest_version"))
    if not installed and not latest:
        return None
    both = f"{installed}{_ARROW}{latest}".lstrip() if latest else installed
    return f"{both}{_BUSY}" if found.get("in_progress") is True else both


def _version(value: object) -> str:
    text = value if isinstance(value, str) else "" if value is None else _plainly(value)
    return " ".join(plain(text).split())


def with_latest(value: str, latest: str) -> str:
    """Return what is installed with the version that came by itself."""
    return f"{value.partition(_ARROW)[0]}{_ARROW}{latest}"


@lru_cache(256)
def _is_newer(latest: str, installed: str) -> bool:
    """Say whether a version comes after another; of what cannot be compared, whether it is another."""
    parts = [version.removeprefix("v").split(".") for version in (latest, installed)]
    if all(part.isdecimal() and len(part) <= 12 for version in parts for part in version):
        new, old = ([int(part) for part in version] for version in parts)
        return new > old
    return latest != installed

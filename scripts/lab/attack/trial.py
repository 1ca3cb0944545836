"""What a part of the run counts, and what broke."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
import hashlib
import os
from pathlib import Path
import traceback
from typing import Any, override

HOLD_MS = 50.0
GROWTH_MB = 50.0
# Whoever has seen so many of one part knows enough, and a broken bot would take for ever.
MOST_BREACHES = 20
_LINE = 300
_RECENT = 20


@dataclass(frozen=True, slots=True)
class Options:
    """How much of what; `first` is the number of the first input, to begin with a later block."""

    payloads: int = 0
    lines: int = 0
    stanzas: int = 0
    sessions: int = 0
    seed: int = 1
    first: int = 0
    short: bool = False


@dataclass(frozen=True, slots=True)
class Breach:
    """What broke, the command that does it again, and the file with the input (empty: there is none)."""

    part: str
    what: str
    again: str
    file: str = ""

    @override
    def __str__(self) -> str:
        saved = f"; input: {self.file}" if self.file else ""
        return f"{self.part}: {self.what}{saved}; again: {self.again}"


@dataclass(slots=True)
class Found:
    """What one part hands back."""

    counts: dict[str, int] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    breaches: list[Breach] = field(default_factory=list)
    longest_hold_ms: float = 0.0
    longest_collection_ms: float = 0.0
    memory_growth_mb: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Trial:
    """One part: `counts` add up over all parts, `figures` are its own."""

    def __init__(self, part: str, options: Options, directory: Path) -> None:
        """Inputs that broke something are kept in `directory`."""
        self.part = part
        self.options = options
        self.counts: Counter[str] = Counter()
        self.figures: dict[str, Any] = {}
        self.breaches: list[Breach] = []
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self._current = os.open(directory / current(part), os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        short = " --short" if options.short else ""
        self._again = f"scripts/attack --only {part} --seed {options.seed}{short}"
        self._recent: deque[bytes] = deque(maxlen=_RECENT)
        self._known: set[object] = set()

    @property
    def is_broken(self) -> bool:
        """Whether so much broke that the part may end here."""
        return len(self.breaches) >= MOST_BREACHES

    def doing(self, tried: str | bytes) -> None:
        """Note what is tried next, for whatever comes of it."""
        data = tried.encode("utf-8", "surrogatepass") if isinstance(tried, str) else tried
        self._recent.append(data)
        # Whoever hangs for ever writes nothing down any more.
        os.pwrite(self._current, b"%12d\n" % len(data) + data, 0)

    def repeated_by(self, option: str, first: int, number: int) -> None:
        """Say how to try this block of inputs alone."""
        self._again = (
            f"scripts/attack --only {self.part} --seed {self.options.seed}"
            f" --first {first} --{option} {number}"
        )

    def breach(self, count: str, what: str, *, key: object = None, tried: str = "") -> None:
        """Count something that must not be; of each `key` only the first is told.

        `tried` is what did it, if that is not what was tried last.
        """
        if count:
            self.counts[count] += 1
        key = what if key is None else key
        if key in self._known:
            return
        self._known.add(key)
        self.breaches.append(
            Breach(self.part, " ".join(what.split())[:_LINE], self._again, self._saved(tried))
        )

    def failed(self, error: BaseException, where: str) -> None:
        """Count an exception that nobody caught in time."""
        last = traceback.extract_tb(error.__traceback__)[-1:]
        place = f"{Path(last[0].filename).name}:{last[0].lineno}" if last else "?"
        self.breach(
            "exceptions",
            f"{where}: {type(error).__name__} at {place}: {error}",
            key=(where, type(error), place),
        )

    def _saved(self, tried: str) -> str:
        """Keep the newest inputs, the last one last."""
        data = tried.encode("utf-8", "surrogatepass") or b"\n".join(self._recent)
        return keep(self._directory, self.part, data) if data else ""


def keep(directory: Path, part: str, data: bytes) -> str:
    """Write an input down and return where."""
    file = directory / f"{part}-{hashlib.sha256(data).hexdigest()[:12]}.txt"
    file.write_bytes(data)
    return str(file)


def current(part: str) -> str:
    """Return the name of the file with what a part tries right now."""
    return f".{part}.current"


def read_current(directory: Path, part: str) -> bytes:
    """Return what a part that hangs was trying."""
    file = directory / current(part)
    head, _, data = file.read_bytes().partition(b"\n") if file.exists() else (b"", b"", b"")
    return data[: int(head)] if head.strip().isdigit() else b""


def blocks(first: int, number: int, size: int) -> Iterator[tuple[int, int]]:
    """Cut so many inputs into blocks; each begins afresh, so that one can be tried alone."""
    for begin in range(first, first + number, size):
        yield begin, min(size, first + number - begin)

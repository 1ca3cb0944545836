"""What was found to differ, beside the table of what may."""

from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
import tomllib
from typing import NamedTuple

TABLE = Path(__file__).with_name("differences.toml")
PAGE = Path(__file__).parents[3] / "docs" / "devices.md"


class Difference(NamedTuple):
    """One thing about one entity. `who` is `<firmware> <component> <full name>`."""

    kind: str
    who: str
    ha: str
    bot: str

    def __str__(self) -> str:
        return f"{self.kind:14} {self.who}: {self.ha!r} here {self.bot!r}"


class Allowed(NamedTuple):
    """A row of the table: patterns of what may differ, with the words that the documentation has for it."""

    kind: str
    who: str
    ha: str
    bot: str
    what: str
    reason: str

    def covers(self, found: Difference) -> bool:
        patterns = (self.kind, self.who, self.ha, self.bot)
        return all(fnmatchcase(text, pattern) for text, pattern in zip(found, patterns, strict=True))


def allowed() -> list[Allowed]:
    """Return the rows of the table; a pattern that is left out fits everything."""
    rows = tomllib.loads(TABLE.read_text("utf-8")).get("difference", [])
    return [Allowed(**{**dict.fromkeys(("kind", "who", "ha", "bot"), "*"), **row}) for row in rows]


class Report:
    """Everything that was compared."""

    def __init__(self) -> None:
        self.compared: Counter[str] = Counter()
        self.found: list[Difference] = []
        self.lines: Counter[str] = Counter()
        self.facts: dict[str, object] = {}

    def note(self, kind: str, who: str, ha: object, bot: object) -> None:
        self.found.append(Difference(kind, who, str(ha), str(bot)))

    def same(self, kind: str, who: str, ha: object, bot: object) -> None:
        """Compare two things that are to be equal."""
        self.compared[kind] += 1
        if ha != bot:
            self.note(kind, who, ha, bot)

    @property
    def open(self) -> list[Difference]:
        """What differs and is in no row of the table."""
        rows = allowed()
        return [each for each in self.found if not any(row.covers(each) for row in rows)]

    @property
    def unused(self) -> list[Allowed]:
        """The rows of the table that nothing was found for."""
        return [row for row in allowed() if not any(row.covers(each) for each in self.found)]

    def told(self, most: int = 400) -> str:
        """Return what a person reads: how much was compared, and what differs, by kind."""
        found = sorted(self.open)
        kinds = Counter(each.kind for each in found)
        head = [f"compared: {dict(self.compared)}", f"lines to a device: {dict(self.lines)}", f"{self.facts}"]
        return "\n".join([*head, f"differences: {dict(kinds)}", *map(str, found[:most])])


def rows_as_page() -> list[str]:
    """Return the table as the documentation shows it."""
    told = {row.what: row.reason for row in allowed()}
    return [f"| {what} | {reason} |" for what, reason in told.items()]

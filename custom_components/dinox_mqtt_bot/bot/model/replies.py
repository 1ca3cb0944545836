"""What a command answers: values that each surface renders in its own way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .alert import Alert
from .charts import Picture
from .rules import Role

type Cell = str | Text
type Reply = Text | Table | Chart
PREFIX = "/mqtt"


@dataclass(frozen=True, slots=True)
class Text:
    """A translated sentence.

    `key` names `common.<key>`, with a dot in it any path; a placeholder that is a Text is translated before it is filled in. `facts` is
    what an action answers in its place (JSON-able).
    """

    key: str
    placeholders: Mapping[str, Cell] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells.

    `columns` are keys below `common.`, one for each cell of a row. `empty` is said when there are no rows, `note`
    after them. When there are too many rows to show, the first ones are shown, with `keep_last` the last ones;
    `more` tells how to see the rest. `facts` is what an action answers: one JSON-able mapping per row.
    """

    title: Text
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: Text | None = None
    facts: tuple[Mapping[str, object], ...] = ()
    note: Text | None = None
    more: Text | None = None
    keep_last: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers over time: in words and bars, and as what a picture of them shows."""

    told: Text
    picture: Picture

    @property
    def facts(self) -> Mapping[str, object]:
        """What an action answers."""
        return self.told.facts


class Surface(StrEnum):
    """The way a command was reached."""

    CHAT = "chat"
    FORM = "form"
    ACTION = "action"
    ASSIST = "assist"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `who` is a bare JID, or what the surface calls its user; `about` the alerts that a reply is to."""

    surface: Surface
    who: str
    role: Role
    about: tuple[Alert, ...] = ()

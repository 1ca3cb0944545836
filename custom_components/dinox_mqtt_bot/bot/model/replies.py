"""What a command answers: values that each surface renders in its own way, or the error that it could not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from .alert import Alert
from .charts import Picture
from .rules import Follow, Role
from .speech import Amount, ChoiceWord, Count, FieldName, Said, Slot, Speech, Term, Typed, Usage, Worded

__all__ = [
    "PAGE",
    "Amount",
    "BotError",
    "Caller",
    "Cell",
    "Chart",
    "Choice",
    "ChoiceWord",
    "Count",
    "FieldName",
    "Reply",
    "Said",
    "Slot",
    "Speech",
    "Surface",
    "Table",
    "Term",
    "Text",
    "Typed",
    "Usage",
    "WhichOne",
    "Worded",
]

type Cell = str | Text | Said | tuple[Said, ...]
type Reply = Text | Table | Chart

PAGE = 20
"""Rows of a table that are read at once."""


@dataclass(frozen=True, slots=True)
class Text:
    """A translated sentence: `common.<key>`, or with a dot any path.

    A Text among the placeholders is translated first. `facts` is what an action answers instead (JSON-able).
    """

    key: str
    placeholders: Mapping[str, Cell] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, a column (key below `common.`) each.

    `empty` stands for no rows, `note` follows them. Of more than a `page` the first show, with `keep_last`
    the last; `left` come when somebody asks for more, `more` tells how else to see them, `further` that there
    is still more behind them. `facts` are an action's answer: a JSON-able mapping per row.
    """

    title: Text
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: Text | None = None
    facts: tuple[Mapping[str, object], ...] = ()
    note: Text | None = None
    more: Text | None = None
    keep_last: bool = False
    page: int = PAGE
    left: int = 0
    further: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers over time: in words and bars, and as what a picture of them shows."""

    told: Text
    picture: Picture

    @property
    def facts(self) -> Mapping[str, object]:
        return self.told.facts


class Surface(StrEnum):
    CHAT = "chat"
    ACTION = "action"
    ASSIST = "assist"
    PHONE = "phone"
    FORM = "form"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a bare JID, or what the surface calls its user; `about`: alerts that a reply is to.

    `user` is the id of a user of Home Assistant, whose name may be another's too. `room`: the bare JID of the
    room where it is asked, or empty. `trusted`: the role that the contact has where it is trusted. Below its
    role it is an operator of what is chosen `within`. `language` is that in which it is asked, if that is
    known.
    """

    surface: Surface
    who: str
    role: Role
    about: tuple[Alert, ...] = ()
    user: str = ""
    room: str = ""
    trusted: Role | None = None
    within: tuple[Follow, ...] = ()
    language: str = ""

    @property
    def has_chat(self) -> bool:
        """Whether who asks is a contact, who can be told the rest in the chat."""
        return self.surface in {Surface.CHAT, Surface.FORM}

    @property
    def reading(self) -> tuple[str, ...]:
        """Whose conversations show the answer, or are beside it in the same client."""
        return (self.who, self.room) if self.has_chat else ()

    @property
    def where(self) -> str:
        """Where something is told later: where it was asked for, else to all that are told (empty)."""
        return (self.room or self.who) if self.has_chat else ""


class BotError(Exception):
    """What the caller can act on: `exceptions.<key>.message` in translations, with `placeholders`.

    `cells` are these before they are written for nobody in particular.
    """

    def __init__(self, key: str, **placeholders: object) -> None:
        super().__init__(key, placeholders)
        self.key = key
        self.cells = placeholders
        self.placeholders = {name: _plain(value) for name, value in placeholders.items()}


def _plain(value: object) -> str:
    """Return a placeholder as it is written for nobody in particular."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several things that may be meant: what it is called, and the name that only it has."""

    label: str
    handle: str


class WhichOne(BotError):
    """A question which of several things is meant that were `said`."""

    def __init__(self, said: str, choices: Sequence[Choice]) -> None:
        super().__init__("which_one", said=said, names=", ".join(each.label for each in choices))
        self.said = said
        self.choices = tuple(choices)

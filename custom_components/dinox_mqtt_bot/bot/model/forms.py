"""Commands as forms: what a contact's client shows of them, and what it brings back (XEP-0004, XEP-0050)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto

type Values = Mapping[str, Sequence[str]]
"""What was typed and chosen, by field: nothing, one text, several choices or the lines of a text."""


class FieldKind(StrEnum):
    """How a field is filled in (XEP-0004 §3.3)."""

    BOOLEAN = "boolean"
    ONE_OF = "list-single"
    SOME_OF = "list-multi"
    TEXT = "text-single"
    LINES = "text-multi"


@dataclass(frozen=True, slots=True)
class FieldOption:
    """Something that can be chosen; its value is never empty: a client of many homes crashes over that."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing to fill in. Only of a list there are `options`; others can be typed too if it is `open`.

    `least` and `most` bound a number (XEP-0122); both are 0 for what is none.
    """

    name: str
    kind: FieldKind
    label: str
    hint: str = ""
    values: tuple[str, ...] = ()
    options: tuple[FieldOption, ...] = ()
    required: bool = False
    open: bool = False
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class CommandForm:
    title: str
    instructions: str
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a table, a cell for each of the columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class FormStep:
    """What is shown of a command: a form to fill in or, without one, how it ended.

    `kept` is what its part of the bot needs to go on, `first` what was shown before, if that can be gone back
    to. `failed`: the note tells what went wrong.
    """

    note: str = ""
    form: CommandForm | None = None
    sheet: Sheet | None = None
    failed: bool = False
    kept: object = field(default=None, compare=False)
    first: FormStep | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """A command in the list of those that a contact may use."""

    node: str
    name: str


@dataclass(frozen=True, slots=True)
class Button:
    """An answer that a client may draw as a button: what it `says` in the chat, and the command it begins."""

    label: str
    says: str
    node: str = ""


class Refused(Enum):
    """Why a command is not shown at all."""

    UNKNOWN = auto()
    NOT_ALLOWED = auto()

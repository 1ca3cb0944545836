"""The values that templates are made of, and the words that may stand in one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

LONGEST_NUMBER = 640
"""Characters of what arithmetic gives: `templates.py` lets no number in that is longer than half of it."""
QUOTED = 10
"""Characters that one can become where a list is written: `\\U000e0001`."""
CASED = 3
"""Characters that one can become in upper or lower case."""


class Shape(Enum):
    """What a value is. `ANY` may be a list or an object, which writing makes larger."""

    ANY = auto()
    TEXT = auto()
    NUMBER = auto()
    FEW = auto()
    """A list that is written down in the template: a few values."""
    NAMESPACE = auto()


@dataclass(frozen=True, slots=True)
class Result:
    """The largest that an expression can be: characters as text, or as the JSON it came from."""

    size: int
    kind: Shape

    @property
    def written(self) -> Result:
        """The value as text."""
        escaped = self.kind in (Shape.ANY, Shape.FEW)
        return Result(self.size * QUOTED + 4 if escaped else self.size, Shape.TEXT)


TRUTH = Result(5, Shape.NUMBER)
FLOAT = Result(25, Shape.NUMBER)
NUMBER = Result(LONGEST_NUMBER, Shape.NUMBER)
SHORT = Result(LONGEST_NUMBER, Shape.ANY)

FUNCTIONS = frozenset(
    {
        "float",
        "int",
        "bool",
        "iif",
        "is_number",
        "as_timestamp",
        "as_datetime",
        "strptime",
        "timestamp_custom",
    }
)
TESTS = frozenset(
    {
        *("defined", "undefined", "none", "number", "integer", "float", "boolean", "string", "mapping"),
        *("sequence", "iterable", "true", "false", "sameas", "list", "is_number", "in"),
        *("eq", "equalto", "==", "ne", "!=", "gt", "greaterthan", ">", "ge", ">="),
        *("lt", "lessthan", "<", "le", "<="),
    }
)
NUMBER_TESTS = frozenset({"even", "odd"})
"""A text is asked by filling the blanks in it, as many as it wants."""

_DEFAULT = frozenset({"default"})
KEYWORDS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("float", "sqrt", "bool", "from_json", "as_timestamp", "as_datetime"), _DEFAULT),
    **dict.fromkeys(("strptime", "timestamp_local"), _DEFAULT),
    "timestamp_custom": _DEFAULT | {"local"},
    "truncate": frozenset({"length", "killwords", "end", "leeway"}),
    **dict.fromkeys(("multiply", "add"), _DEFAULT | {"amount"}),
    **dict.fromkeys(("int", "log"), _DEFAULT | {"base"}),
    **dict.fromkeys(("default", "d"), frozenset({"default_value", "boolean"})),
    **dict.fromkeys(("to_json", "tojson"), frozenset({"ensure_ascii", "sort_keys"})),
    "round": _DEFAULT | {"precision", "method"},
    "iif": frozenset({"if_true", "if_false", "if_none"}),
}
"""What is given by name and judged; no other keyword is let in, nor a list or an object of arguments."""

METHODS: Mapping[str, Callable[[Result], Result]] = {
    **dict.fromkeys(("get", "keys", "values", "items", "split"), lambda whole: Result(whole.size, Shape.ANY)),
    **dict.fromkeys(("strip", "lstrip", "rstrip"), lambda whole: Result(whole.size, Shape.TEXT)),
    **dict.fromkeys(
        ("lower", "upper", "title", "capitalize"), lambda whole: Result(whole.size * CASED, Shape.TEXT)
    ),
    **dict.fromkeys(("startswith", "endswith", "isdigit", "isnumeric"), lambda _: TRUTH),
    **dict.fromkeys(("isoformat", "timestamp", "format", "strftime"), lambda _: SHORT),
}
"""What may be called on a value, and what comes of it."""

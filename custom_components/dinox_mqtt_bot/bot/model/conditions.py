"""What an alert rule asks of a value."""

from dataclasses import dataclass
from enum import StrEnum


class Operator(StrEnum):
    """How a value is compared; the word a user types."""

    ABOVE = ">"
    BELOW = "<"
    AT_LEAST = ">="
    AT_MOST = "<="
    EQUAL = "=="
    UNEQUAL = "!="
    CONTAINS = "contains"
    MATCHES = "matches"
    BETWEEN = "between"
    OUTSIDE = "outside"
    CHANGES = "changes"
    STALE = "stale"
    RISES = "rises"
    FALLS = "falls"

    @property
    def word(self) -> str:
        """The name, in lower case: a key for translations."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Condition:
    """An operator with what it compares to.

    `values` are as the user typed them: two for BETWEEN and OUTSIDE, none for CHANGES and STALE, one for all others.
    `clear` is the value at which an alert is over, empty: as soon as the condition does not hold. `seconds` is the
    time that RISES and FALLS look back, and the silence that STALE bears; 0 with STALE: learned per topic.
    """

    operator: Operator
    values: tuple[str, ...] = ()
    clear: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Value:
    """What a rule looks at in a reading: the number if it is one, its unit, and the text without the unit."""

    text: str
    number: float | None = None
    unit: str = ""

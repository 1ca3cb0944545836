"""The errors of the bot: a key that every surface renders from the translations."""

from collections.abc import Sequence
from dataclasses import dataclass


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

"""Words of the user's language for states and colours."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Folded words of a language, as Home Assistant's voice assistant knows them.

    `colors` have CSS names, `whites` are kelvins, `states` are among `on`, `off`, `open`, `close`, `lock` and
    `unlock`: one word can be several.
    """

    colors: Mapping[str, str] = field(default_factory=dict)
    whites: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, frozenset[str]] = field(default_factory=dict)


BUILT_IN = Vocabulary()
"""No other words than those that the bot knows of itself, English and German ones."""

"""What somebody may mean by a whole sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Called:
    """Words of a sentence that something is called by: a thing of a kind (`light`), or a `place`."""

    said: str
    component: str = ""
    place: bool = False


@dataclass(frozen=True, slots=True)
class Intent:
    """What is meant: one of Home Assistant's intents (`HassTurnOn`) or of the bot's own (`BotHistory`).

    `slots` is what was said of it (`name`, `area`, `state`, `brightness`…), `asks` how a state is asked for:
    `one`, `one_yesno`, `any`, `all`, `which`, `how_many`.
    """

    name: str
    slots: Mapping[str, str] = field(default_factory=dict)
    asks: str = ""

"""Who asks, and by which way."""

from dataclasses import dataclass
from enum import StrEnum

from .alert import Alert
from .rules import Role

PREFIX = "/mqtt"


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

"""What the bot has to say to one contact or target."""

from collections.abc import Callable
from dataclasses import dataclass

from .rules import Priority

type Ring = Callable[[str], bool]
"""Says whether a notification about a topic may ring."""


HELD = "dinox-held"
"""The tag of the notification that tells what was held, and of what is first told by it."""
HELD_TOO = "dinox-held-too"
"""In place of a tag: it was told, and something else about it is held."""
CORRECTABLE = 240.0
"""Seconds after which nothing is corrected any more: Gajim refuses what is older than 300."""
UNTAGGED = frozenset({"", HELD, HELD_TOO})
"""What is in place of a tag where something has no notification of its own."""


@dataclass(frozen=True, slots=True)
class Push:
    """What a notification of Home Assistant has besides its text; it replaces one of the same `tag`.

    `sound` False must not ring (critical ones do). `url` is the HA path or address a tap opens, or empty.
    With `attends` it tells of something that may be seen to, which phones offer with buttons; with `choices`
    it asks, and these are the answers.
    """

    title: str
    tag: str
    sound: bool = True
    url: str = ""
    attends: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """The message that a notice answers (XEP-0461), or, with `retracts`, takes back (XEP-0424).

    `id` is a notice's (then `own`), or that of something a contact said.
    """

    id: str
    own: bool = True
    retracts: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to say to one contact, or to one target of Home Assistant (then it has a `push`).

    `id` is stanza and origin id (XEP-0359), the same when repeated. `to` is a bare JID, a room's with `room`,
    or a target: `notify.<name>`, an entity or action. `at` is Unix time. With `file` the text is an upload's
    address (XEP-0066). `replaces` is the id of the notice corrected (XEP-0308), or empty. One that retracts
    has as its text what is read where retractions are not known.
    """

    id: str
    to: str
    text: str
    at: float
    priority: Priority = Priority.NORMAL
    replaces: str = ""
    push: Push | None = None
    room: bool = False
    file: bool = False
    refers: Reference | None = None

    @property
    def retracts(self) -> str:
        """The id of the notice that it takes back, or nothing."""
        return self.refers.id if self.refers and self.refers.retracts else ""


def is_target(to: str) -> bool:
    """Say whether a notice goes to Home Assistant's notifications rather than to a contact."""
    return "@" not in to

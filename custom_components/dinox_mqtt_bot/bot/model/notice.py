"""What the bot has to say to one contact or target."""

from collections.abc import Callable
from dataclasses import dataclass

from .rules import Priority

type Ring = Callable[[str], bool]
"""Says whether a notification about a topic may ring."""


@dataclass(frozen=True, slots=True)
class Push:
    """What a notification of Home Assistant has besides its text.

    One with the same `tag` takes the place of an earlier one. `sound` is False where it must not ring; critical ones
    ring all the same. `url` is what a tap opens: a path of Home Assistant's pages or an address, or empty.
    """

    title: str
    tag: str
    sound: bool = True
    url: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing the bot has to say to one contact, or to one target of Home Assistant (then it has a `push`).

    `id` is the stanza id and XEP-0359 origin id, the same in every repetition. `to` is a bare JID, or a target:
    `notify.<name>`, a notify entity or a notify action; with `room` the bare JID of a room. `at` is Unix time.
    With `file` the text is the address of an uploaded file, told as such (XEP-0066).
    `replaces` is the id of an earlier notice that this one corrects (XEP-0308), or empty.
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


def is_target(to: str) -> bool:
    """Say whether a notice goes to Home Assistant's notifications rather than to a contact."""
    return "@" not in to

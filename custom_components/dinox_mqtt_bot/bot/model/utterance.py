"""What somebody said to the bot."""

from dataclasses import dataclass
from typing import Final

LONGEST_TEXT: Final = 65_536
"""Characters that somebody says at once: each is looked at in the event loop."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One chat message, sent by the bare JID `jid` with the client `resource` at Unix time `at`.

    `id` is the stanza id, `reply_to` that of the message answered (XEP-0461), or empty. Said in a room, it
    has the room's bare JID as `room`, the nickname as `resource`. What is `encrypted` end to end (the name of
    the scheme) has no text. `automatic`: a bot says that it says it. `file` is the address of one (XEP-0066).
    """

    jid: str
    text: str
    id: str
    at: float
    resource: str = ""
    reply_to: str = ""
    room: str = ""
    encrypted: str = ""
    automatic: bool = False
    file: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """All emojis by `jid` (bare) on the message of this id (XEP-0444), none if withdrawn; in a `room`."""

    jid: str
    to: str
    emojis: tuple[str, ...]
    at: float
    room: str = ""

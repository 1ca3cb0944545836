"""What somebody said to the bot."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Utterance:
    """One chat message that came in.

    `jid` is the bare JID of the sender, `resource` that of its client; `id` the stanza id; `at` the Unix time
    at which it was sent. `reply_to` is the id of the message that it answers (XEP-0461), or empty. What was said in a
    room has the room's bare JID as `room`, the sender's own as `jid` and its nickname as `resource`.
    """

    jid: str
    text: str
    id: str
    at: float
    resource: str = ""
    reply_to: str = ""
    room: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What somebody put to a message: all their emojis on the message of this id (XEP-0444), none if withdrawn.

    `jid` is the bare JID of who reacts.
    """

    jid: str
    to: str
    emojis: tuple[str, ...]
    at: float

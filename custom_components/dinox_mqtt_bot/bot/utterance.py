"""What somebody said to the bot."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Utterance:
    """One chat message that came in.

    `jid` is the bare JID of the sender, `resource` that of its client; `id` the stanza id; `at` the Unix time
    at which it was sent.
    """

    jid: str
    text: str
    id: str
    at: float
    resource: str = ""

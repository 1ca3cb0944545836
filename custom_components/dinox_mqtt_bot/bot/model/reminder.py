"""What is to be said or done later."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reminder:
    """A text that is told, or a `deed` that is done, `at` a time (Unix).

    `id` is that of the notice which tells it, `number` the handle for typing. `who` asked for it: a bare
    JID, or what another surface calls its user. It is told `to` a contact or room; empty: to all that are
    told alerts. `back`: it undoes what was set for a time.
    """

    id: str
    number: int
    who: str
    to: str
    text: str
    at: float
    deed: bool = False
    back: bool = False

    @property
    def facts(self) -> dict[str, object]:
        """What an action is answered."""
        return {
            "reminder": self.number,
            "text": self.text,
            "time": self.at,
            "deed": self.deed,
            "who": self.who,
        }

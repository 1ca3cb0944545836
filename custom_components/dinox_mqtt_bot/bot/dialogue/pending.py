"""What waits: questions for an answer, reminders for their time. Both are kept over restarts."""

from collections.abc import Callable

from ..chat.reminders import Reminders
from ..delivery.outgoing import Outgoing
from ..model.announcements import Announcement
from ..model.rules import Priority, RuleSet
from ..ports import Ports
from .inquiries import Inquiries


class Pending:
    """The two together. `hearers` says who is asked or told where nobody is named."""

    def __init__(
        self,
        ports: Ports,
        outgoing: Outgoing,
        hearers: Callable[[str, Priority], list[str]],
        announce: Callable[[Announcement], None],
    ) -> None:
        self.inquiries = Inquiries(ports, outgoing, hearers, announce)
        self.reminders = Reminders(ports, outgoing, hearers, announce)
        self.timed = self.inquiries, self.reminders

    def apply(self, rules: RuleSet) -> None:
        """Know the contacts and their roles."""
        for each in self.timed:
            each.apply(rules)

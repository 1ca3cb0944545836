"""What leaves the bot: held back from those who are not to be disturbed, or said whatever the hour."""

from collections.abc import Iterable
from dataclasses import replace

from ..model.bounded import Bounded
from ..model.notice import Notice
from ..model.rules import Contact, Priority
from ..ports import Ports
from .cards import Cards
from .do_not_disturb import DoNotDisturb
from .speeches import Speeches

_MOST_SAID, _LONGEST_SAID = 300, 1_000
"""Messages that a reply may be to, and characters that are kept of each."""


class Outgoing:
    """The one door to the outbox, which knows for a while what was said; `speech` tells in which words."""

    def __init__(self, ports: Ports, do_not_disturb: DoNotDisturb) -> None:
        self.speech = Speeches(ports.phrases, ports.languages)
        self._outbox = ports.outbox
        self._clock = ports.clock
        self._do_not_disturb = do_not_disturb
        self.cards = Cards(ports.outbox, self.holds)
        self._said = Bounded[str, str](_MOST_SAID)
        self._rooms: frozenset[str] = frozenset()

    def apply(self, contacts: Iterable[Contact]) -> None:
        """Know which contacts are rooms."""
        self._rooms = frozenset(contact.jid for contact in contacts if contact.room)

    def addressed(self, notice: Notice) -> Notice:
        """Return a notice as it is said where it goes: in a room, if it goes to one."""
        return replace(notice, room=True) if notice.to in self._rooms and not notice.room else notice

    def said(self, notice_id: str) -> str:
        """Return what a notice told; nothing if that is not known any more."""
        return self._said.get(notice_id, "")

    def notice(
        self,
        to: str,
        text: str,
        *,
        priority: Priority = Priority.NORMAL,
        room: bool = False,
        file: bool = False,
    ) -> Notice:
        return Notice(self._clock.new_id(), to, text, self._clock.now(), priority, room=room, file=file)

    def send(self, notices: Iterable[Notice]) -> None:
        """Hand notices to the outbox; those that their contact is not to be disturbed by wait there."""
        said, held = self.parted(notices)
        for notice in said:
            self.put(notice)
        for notice in held:
            self._outbox.hold(notice)

    def answer(self, to: str, text: str, *, room: bool = False, file: bool = False) -> str:
        """Say what somebody waits for, whether it may be disturbed or not; return the id of the notice."""
        notice = self.notice(to, text, room=room, file=file)
        self.put(notice)
        return notice.id

    def put(self, notice: Notice) -> None:
        """Hand over one notice, whether its contact may be disturbed or not."""
        # A correction stands where its first message stood.
        self._said.put(notice.replaces or notice.id, notice.text[:_LONGEST_SAID])
        self._outbox.put(self.addressed(notice))

    def hold(self, to: str, text: str) -> None:
        """Have something wait in the outbox until its contact may be disturbed."""
        self._outbox.hold(self.addressed(self.notice(to, text)))

    def quiet(self) -> bool:
        """Say whether nothing may ring now."""
        return self._do_not_disturb.quiet(self._clock.now())

    def holds(self, to: str, priority: Priority) -> bool:
        """Say whether something of this priority would have to wait now."""
        return self._do_not_disturb.holds(to, priority, self._clock.now())

    def parted(self, notices: Iterable[Notice]) -> tuple[list[Notice], list[Notice]]:
        """Return the notices that may be said now, and those that have to wait."""
        now = self._clock.now()
        parted: tuple[list[Notice], list[Notice]] = [], []
        for notice in map(self.addressed, notices):
            parted[self._do_not_disturb.holds(notice.to, notice.priority, now)].append(notice)
        return parted

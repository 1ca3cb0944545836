"""What is said, heard and filled in: with contacts, in rooms, and whom it would disturb."""

from collections.abc import Callable, Iterable

from ..bot.model.utterance import Reaction, Utterance
from ..bot.ports import ButtonsOf, Clock, CommandForms, Spawn
from .composing import Composing
from .dnd import PresenceDnd
from .forms.responder import Responder
from .gate import Gate
from .hearing import Hearing
from .reach import Reach
from .rooms import Rooms
from .saying import Addressee, OnDelivery, Saying, Waits
from .session import Session
from .settings import Timing


class Talk:
    """The conversations of one account, over all its sessions."""

    def __init__(self, gate: Gate, clock: Clock, timing: Timing) -> None:
        self.reach = Reach(gate, timing.answer)
        self.composing = Composing(gate, timing.composing)
        self.saying = Saying(gate, clock, self.reach, self.composing)
        self.rooms = Rooms(gate, clock, self.saying, timing)
        self.dnd = PresenceDnd(gate)
        self.commands = Responder(clock, timing)
        self._hearing = Hearing(gate, clock, self.saying, self.reach, self.composing)

    def start(
        self,
        *,
        on_text: Callable[[Utterance], None],
        on_reaction: Callable[[Reaction], None],
        on_presence: Callable[[str, bool], None],
        undisturbed: Iterable[str],
        on_delivery: OnDelivery,
        on_reach: Callable[[str, str], None],
        on_put_off: Callable[[], None],
        addressee: Addressee,
        waits: Waits,
        buttons: ButtonsOf,
        forms: CommandForms | None,
        spawn: Spawn,
    ) -> None:
        """Tell what is heard and what became of what was said, from now on."""
        self.commands.start(forms, spawn)
        self.reach.start(on_reach)
        self.saying.start(on_delivery, addressee, waits, buttons=buttons, called=self.rooms.called)
        self.rooms.start(on_text=on_text, on_reaction=on_reaction, on_put_off=on_put_off, on_reach=on_reach)
        self.dnd.start(on_presence, undisturbed)
        self._hearing.start(on_text=on_text, on_reaction=on_reaction, on_put_off=on_put_off)

    def attach(self, session: Session) -> None:
        """Watch a client that is not connected yet."""
        self.saying.attach(session)
        self._hearing.attach(session.xmpp)
        self.rooms.attach(session.xmpp)
        self.dnd.attach(session.xmpp)
        self.reach.attach(session.xmpp)
        self.commands.attach(session.xmpp)

    def meet(self) -> None:
        """Take over who is a contact now."""
        self.dnd.meet()
        self.reach.meet()
        self.composing.meet()
        self.saying.go_on()

    def begin(self, session: Session, *, resumed: bool) -> None:
        """Talk in this session."""
        if not resumed:
            self.dnd.begin()
            self.rooms.begin()
        self.commands.begin(session, resumed=resumed)
        self.composing.begin(session, resumed=resumed)
        self.saying.begin(session, resumed=resumed)

    def end(self, *, alive: bool) -> None:
        """Talk no more until the next session; `alive`: the server is well and keeps what it took."""
        self.commands.end()
        self.composing.end()
        self.saying.end(alive=alive)

"""What commands talk with: to contacts, and to devices."""

from typing import Protocol

from ..chat.awaited import Awaited
from ..chat.conversation import Conversation, Hidden
from ..chat.held import Held
from ..delivery.do_not_disturb import DoNotDisturb
from ..delivery.outgoing import Outgoing
from ..delivery.publisher import Publisher
from ..delivery.uploads import UploadQueue


class Talk(Protocol):
    """The parts of a bot that say something to somebody, or keep it back."""

    @property
    def conversation(self) -> Conversation: ...
    @property
    def awaited(self) -> Awaited: ...
    @property
    def do_not_disturb(self) -> DoNotDisturb: ...
    @property
    def held(self) -> Held: ...
    @property
    def uploads(self) -> UploadQueue: ...
    @property
    def outgoing(self) -> Outgoing: ...
    @property
    def publisher(self) -> Publisher: ...
    @property
    def paused(self) -> bool: ...
    async def pause(self, paused: bool) -> Hidden: ...

"""What a bridge says in its conversation, as text, link or file."""

from functools import partial

from ..delivery.outgoing import Outgoing
from ..delivery.uploads import File, UploadQueue, named
from ..model.message import Kind, Reading
from ..model.replies import BotError
from ..model.rules import Bridge, Format
from ..ports import Phrases
from ..rendering.readings import render_line
from ..rendering.replies import render_error
from ..text.foreign import inert
from .texts import link_in


class Carrier:
    def __init__(self, outgoing: Outgoing, files: UploadQueue, phrases: Phrases) -> None:
        self._outgoing = outgoing
        self._files = files
        self._phrases = phrases

    def say(self, bridge: Bridge, reading: Reading, text: str) -> None:
        """Say one reading: as this text, as a link, or as a file."""
        link = link_in(bridge, reading)
        if link:
            self.put(bridge, link, file=True)
            return
        as_file = bridge.format is Format.FILE and bool(reading.message.payload)
        if not as_file:
            self.put(bridge, text)
        if as_file or reading.kind is Kind.BINARY:
            self.attach(bridge, reading)

    def attach(self, bridge: Bridge, reading: Reading) -> None:
        """Upload a payload; if that fails, say what it is."""
        phrases = self._phrases

        def failed(error: BotError) -> None:
            what, reason = render_line(reading, phrases), render_error(error, phrases)
            self.put(bridge, inert(phrases.phrase("common.bridge_no_file", what=what, reason=reason)))

        done = partial(self.put, bridge, file=True)
        self._files.send(File(*named(reading), reading.message.payload, done, failed))

    def put(self, bridge: Bridge, text: str, *, file: bool = False) -> None:
        """Hand a notice to the outbox. A room sleeps never; nor does who waits for an answer."""
        if bridge.room or not bridge.per_minute:
            self._outgoing.answer(bridge.to, text, room=bridge.room, file=file)
        else:
            self._outgoing.send([self._outgoing.notice(bridge.to, text, file=file)])

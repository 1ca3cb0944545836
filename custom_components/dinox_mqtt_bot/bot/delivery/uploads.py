"""Payloads as files for contacts to fetch, uploaded one after the other, beside the messages' path."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
import re

from ..model.message import Kind, Reading
from ..model.replies import BotError
from ..model.rules import Display, Priority, Subscription
from ..payload.media import FAMILIES, mime_of
from ..ports import Spawn, Uploads

LARGEST = 10_000_000
MOST_WAITING = 40_000_000
"""Bytes that may wait to be uploaded; a camera must not fill the memory while the server is slow."""

SHOWN = frozenset({"image", "audio", "video"})
"""Families of files that a contact sees or hears in its client."""

_PLAIN = {
    Kind.JSON: ("json", "application/json"),
    Kind.HTML: ("html", "text/html"),
    Kind.PLAYLIST: ("m3u", "audio/x-mpegurl"),
    Kind.BINARY: ("bin", "application/octet-stream"),
}
_UNFIT = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class File:
    """What is to be uploaded, and who is told where it is, or why it is nowhere."""

    name: str
    mime: str
    payload: bytes
    done: Callable[[str], None]
    failed: Callable[[BotError], None]


def named(reading: Reading) -> tuple[str, str]:
    """Return what a payload is called as a file, after its topic, and its media type."""
    ending, mime = _PLAIN.get(reading.kind, ("txt", "text/plain; charset=utf-8"))
    if reading.kind is Kind.BINARY and reading.media in FAMILIES:
        ending = reading.media
        mime = mime_of(ending)
    name = _UNFIT.sub("_", reading.message.topic.rpartition("/")[2]).strip("._")[:60]
    return f"{name or 'message'}.{ending}", mime


class UploadQueue:
    """Uploads in the order asked for; `show` tells contacts the address of what they see or hear.

    `say_address` is given the topic, the address and how urgent that is.
    """

    def __init__(
        self, port: Uploads, spawn: Spawn, say_address: Callable[[str, str, Priority], None]
    ) -> None:
        self._port = port
        self._spawn = spawn
        self._say_address = say_address
        self._waiting: deque[File] = deque()
        self._busy = False

    def send(self, file: File) -> None:
        if len(file.payload) > LARGEST:
            file.failed(BotError("upload_too_large", maximum=f"{LARGEST // 1_000_000} MB"))
        elif sum(len(each.payload) for each in self._waiting) + len(file.payload) > MOST_WAITING:
            file.failed(BotError("upload_busy"))
        else:
            self._waiting.append(file)
            if not self._busy:
                self._busy = True
                self._spawn(self._work)

    def show(self, reading: Reading, subscription: Subscription) -> None:
        """Let contacts see a picture or hear a sound they are told of, unless told in a digest."""
        if reading.kind is not Kind.BINARY or FAMILIES.get(reading.media) not in SHOWN:
            return
        if subscription.display in {Display.DIGEST, Display.BOARD} or len(reading.message.payload) > LARGEST:
            return

        def done(address: str) -> None:
            self._say_address(reading.message.topic, address, subscription.priority)

        # The message itself says already what it is; without a place to put it that has to do.
        self.send(File(*named(reading), reading.message.payload, done, lambda error: None))

    def close(self) -> None:
        """Tell of what waits, and of what is under way, that it will not be uploaded any more."""
        waiting, self._waiting = self._waiting, deque()
        for file in waiting:
            file.failed(BotError("upload_busy"))

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._upload(self._waiting[0])
        finally:
            self._busy = False

    async def _upload(self, file: File) -> None:
        try:
            address = await self._port.upload(file.name, file.mime, file.payload)
        except BotError as error:
            if self._takes_out(file):
                file.failed(error)
        else:
            if self._takes_out(file):
                file.done(address)
        finally:
            self._takes_out(file)

    def _takes_out(self, file: File) -> bool:
        """Take a file out whose turn it was; say whether it was in: of what `close` gave up all is told."""
        if not self._waiting or self._waiting[0] is not file:
            return False
        self._waiting.popleft()
        return True

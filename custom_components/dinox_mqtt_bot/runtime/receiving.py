"""Pictures and voice messages of contacts: fetched, looked at, and kept for a while for automations."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
import logging
from pathlib import Path
import time
from typing import Any, Final
from uuid import uuid4

from homeassistant.core import CALLBACK_TYPE, HomeAssistant

from ..bot.model.announcements import Announcement, ChatReceived
from ..bot.model.replies import BotError
from ..bot.payload.media import mime_of, shown_kind
from ..hass.events import EVENT_FILE

_LOGGER = logging.getLogger(__name__)

MOST_FILES: Final = 100
MOST_BYTES: Final = 200 * 1024 * 1024
LONGEST: Final = 30 * 86_400.0
"""Files, bytes of all together, and seconds that are kept; what is oldest goes first."""
MOST_WAITING: Final = 10
"""Files that are asked for at a time: they are fetched one after the other."""
_PART: Final = ".part"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that a contact sent, its media type and how many bytes it has."""

    path: Path
    mime: str
    size: int


class Receiving:
    """Fetches what people send, as long as any automation waits for it.

    `folder` is where it is kept, and what Home Assistant's media source calls that, or nothing. `refuse`
    tells somebody why a file is not kept.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        folder: tuple[Path, str],
        *,
        fetch: Callable[[str], Awaitable[bytes]],
        refuse: Callable[[str, BotError], None],
        create_task: Callable[[Coroutine[Any, Any, None], str], object],
    ) -> None:
        self._hass = hass
        self._entry_id = entry_id
        self._folder, self._media = folder
        self._fetch = fetch
        self._tell_sender = refuse
        self._create_task = create_task
        self._waiting = 0
        self._turn = asyncio.Lock()

    def start(self, listen: Callable[[Callable[[Announcement], None]], CALLBACK_TYPE]) -> CALLBACK_TYPE:
        """Delete what has become too old, and hear what is announced."""
        self._create_task(self._clean(), "delete files")
        return listen(self.hear)

    def hear(self, announcement: Announcement) -> None:
        """Fetch the file of a chat message. What another bot passes on is nobody's picture."""
        if not isinstance(announcement, ChatReceived) or not announcement.file or announcement.automatic:
            return
        if EVENT_FILE not in self._hass.bus.async_listeners():
            return
        if self._waiting >= MOST_WAITING:
            self._refuse(announcement, BotError("files_too_many", most=MOST_WAITING))
            return
        self._waiting += 1
        self._create_task(self._receive(announcement), "receive a file")

    async def _receive(self, said: ChatReceived) -> None:
        try:
            async with self._turn:
                content = await self._fetch(said.file)
                kept = await self._hass.async_add_executor_job(keep, self._folder, content, time.time())
        except BotError as err:
            self._refuse(said, err)
        else:
            self._fire(said, kept)
        finally:
            self._waiting -= 1

    def _fire(self, said: ChatReceived, kept: Kept) -> None:
        values = {
            "entry_id": self._entry_id,
            "jid": said.jid,
            "id": said.id,
            "room": said.room,
            "path": str(kept.path),
            "media": f"{self._media}/{kept.path.name}" if self._media else "",
            "type": kept.mime,
            "size": kept.size,
        }
        self._hass.bus.async_fire(EVENT_FILE, values)

    def _refuse(self, said: ChatReceived, why: BotError) -> None:
        """Tell who sent it why there is none; in a room that is nobody else's business."""
        _LOGGER.info("A contact's file was not fetched: %s", why.key)
        if not said.room:
            self._tell_sender(said.jid, why)

    async def _clean(self) -> None:
        await self._hass.async_add_executor_job(clean_quietly, self._folder, time.time())


def keep(folder: Path, content: bytes, now: float) -> Kept:
    """Write a picture or a sound, and delete what is too old or too much. Blocks.

    Raises BotError `file_no_media`, `file_not_kept`. Nothing of its name is the sender's.
    """
    kind = shown_kind(content)
    if not kind:
        raise BotError("file_no_media")
    name = f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(now))}-{uuid4().hex[:8]}.{kind}"
    path = folder / name
    part = path.with_name(name + _PART)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clean(folder, now, room=len(content))
        part.write_bytes(content)
        part.replace(path)
    except OSError as err:
        raise BotError("file_not_kept", reason=err.strerror or type(err).__name__) from err
    return Kept(path, mime_of(kind), len(content))


def clean(folder: Path, now: float, room: int = 0) -> None:
    """Delete what is too old, and the oldest until one more file of so many bytes has its place. Blocks.

    Raises OSError.
    """
    files = [(each.stat(), each) for each in folder.iterdir() if each.is_file()]
    count, size = 1, room
    for found, file in sorted(files, key=lambda each: each[0].st_mtime, reverse=True):
        count, size, at = count + 1, size + found.st_size, found.st_mtime
        if count > MOST_FILES or size > MOST_BYTES or now - at > LONGEST or file.suffix == _PART:
            file.unlink(missing_ok=True)
            _LOGGER.debug("Deleted %s, which a contact had sent", file.name)


def clean_quietly(folder: Path, now: float) -> None:
    """Delete what is too old, if there is anything. Blocks."""
    with suppress(OSError):
        clean(folder, now)

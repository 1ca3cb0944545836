"""What is sent along with a message: a camera's picture, a file, what an address has, or bytes."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
import mimetypes
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

import aiohttp
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
import yarl

from ..bot.model.replies import BotError

MOST_BYTES: Final = 20 * 1024 * 1024
_SECONDS: Final = 30.0
_CHUNK: Final = 65_536
_UNKNOWN: Final = "application/octet-stream"


class _Seen(Protocol):
    """What a camera or an image entity of Home Assistant shows."""

    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file with its name and its media type."""

    name: str
    mime: str
    content: bytes


async def async_attachment(
    hass: HomeAssistant, *, camera: str = "", file: str = "", url: str = "", content: str = "", name: str = ""
) -> Attachment | None:
    """Return what one of these is; None where none is given.

    Raises BotError `file_unreadable`, `file_not_allowed` (paths and addresses are Home Assistant's lists of
    what may be read) or `file_too_large`.
    """
    if camera:
        found = await _picture(hass, camera)
    elif url:
        found = await _fetched(hass, url)
    elif file:
        found = await hass.async_add_executor_job(_read, hass, file)
    elif content:
        found = await hass.async_add_executor_job(_decoded, content, name)
    else:
        return None
    if len(found.content) > MOST_BYTES:
        raise _too_large(found.name)
    return found


async def _picture(hass: HomeAssistant, camera: str) -> Attachment:
    platform = camera.partition(".")[0]
    if platform not in _LOOKS or platform not in hass.config.components:
        raise BotError("file_unreadable", file=camera, reason="no_camera")
    try:
        image = await _LOOKS[platform](hass, camera)
    except HomeAssistantError as err:
        raise BotError("file_unreadable", file=camera, reason=str(err)) from err
    ending = image.content_type.partition("/")[2].partition("+")[0] or "jpeg"
    return Attachment(f"{camera.partition('.')[2]}.{ending}", image.content_type, image.content)


async def _camera_picture(hass: HomeAssistant, camera: str) -> _Seen:
    # What it needs is installed where there are cameras, and nowhere else.
    from homeassistant.components.camera import async_get_image

    return await async_get_image(hass, camera)


async def _image_picture(hass: HomeAssistant, image: str) -> _Seen:
    from homeassistant.components.image import async_get_image

    return await async_get_image(hass, image)


_LOOKS: Final[Mapping[str, Callable[[HomeAssistant, str], Awaitable[_Seen]]]] = {
    Platform.CAMERA: _camera_picture,
    Platform.IMAGE: _image_picture,
}


async def _fetched(hass: HomeAssistant, url: str) -> Attachment:
    try:
        address = yarl.URL(url)
    except ValueError as err:
        raise BotError("file_not_allowed", file=url) from err
    if address.scheme not in {"http", "https"} or not hass.config.is_allowed_external_url(url):
        raise BotError("file_not_allowed", file=url)
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        # A redirection would lead to where the list does not.
        async with async_get_clientsession(hass).get(
            address, timeout=timeout, allow_redirects=False
        ) as answer:
            if answer.status != 200:  # OK (RFC 9110 §15.3.1)
                raise BotError("file_unreadable", file=url, reason=f"HTTP {answer.status}")
            content, mime = await _body(answer, url), answer.content_type
    except (aiohttp.ClientError, TimeoutError) as err:
        raise BotError("file_unreadable", file=url, reason=str(err) or type(err).__name__) from err
    return Attachment(PurePosixPath(address.path).name or "file", mime, content)


async def _body(answer: aiohttp.ClientResponse, url: str) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > MOST_BYTES:
            raise _too_large(url)
    return bytes(content)


def _read(hass: HomeAssistant, file: str) -> Attachment:
    if not hass.config.is_allowed_path(file):
        raise BotError("file_not_allowed", file=file)
    try:
        with Path(file).open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as err:
        raise BotError("file_unreadable", file=file, reason=err.strerror or type(err).__name__) from err
    return Attachment(Path(file).name, _mime(file), content)


def _decoded(content: str, name: str) -> Attachment:
    try:
        decoded = base64.b64decode(content, validate=True)
    except binascii.Error as err:
        raise BotError("file_unreadable", file=name or "content", reason="not_base64") from err
    return Attachment(PurePosixPath(name).name or "file", _mime(name), decoded)


def _mime(name: str) -> str:
    """Return the media type that a name tells; the first look at the system's list reads files."""
    return mimetypes.guess_type(name)[0] or _UNKNOWN


def _too_large(file: str) -> BotError:
    return BotError("file_too_large", file=file, maximum=f"{MOST_BYTES // 1024**2} MiB")

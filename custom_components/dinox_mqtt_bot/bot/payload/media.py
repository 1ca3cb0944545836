"""What a payload is when it is not just text: binary kinds by their first bytes, web pages, playlists."""

from html import unescape
import re
from urllib.parse import urlsplit

_SHORTEST = 12
"""Bytes below which no signature is believed: too many sensors send four bytes of anything."""

_HEAD = 65_536
"""Characters of a text that are looked at."""

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"ID3", "mp3"),
    (b"fLaC", "flac"),
    (b"%PDF-", "pdf"),
    (b"PK\3\4", "zip"),
    (b"\x1f\x8b\x08", "gz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
)

# ISO base media: the brand behind `ftyp` says what is inside.
_BRANDS = {
    b"avif": "avif",
    b"avis": "avif",
    b"heic": "heic",
    b"heix": "heic",
    b"mif1": "heic",
    b"M4A ": "m4a",
    b"qt  ": "mov",
}
_RIFF = {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi"}

FAMILIES = {
    **dict.fromkeys(("png", "jpg", "gif", "webp", "bmp", "tiff", "heic", "avif"), "image"),
    **dict.fromkeys(("mp3", "ogg", "opus", "flac", "wav", "m4a"), "audio"),
    **dict.fromkeys(("mp4", "mov", "mkv", "webm", "avi"), "video"),
    **dict.fromkeys(("zip", "gz", "7z", "xz", "zst"), "archive"),
    "pdf": "document",
}
"""Which family a kind belongs to; what is not here is data."""

_TYPES = {
    "jpg": "image/jpeg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "mov": "video/quicktime",
    "mkv": "video/x-matroska",
    "avi": "video/x-msvideo",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "gz": "application/gzip",
    "7z": "application/x-7z-compressed",
    "xz": "application/x-xz",
    "zst": "application/zstd",
}

_PAGE = re.compile(
    r"(?is)\s*+(?>(?:<\?xml(?:(?!\?>).)*\?>|<!--(?:(?!-->).)*-->)\s*+)*+"
    r"<(?:!doctype\s+html|html[\s>]|head[\s>]|meta\s)"
)
_TITLE = re.compile(r"(?is)<title[^>]{0,200}>([^<]{1,500})")
_PLAYLISTS = (".m3u", ".m3u8", ".pls", ".xspf")
_ENTRY = re.compile(r"(?i)file[0-9]+\s*=\s*(.*)")
_ENTRY_LINES = 100
_URL = re.compile(r"(?i)https?://[^\s/?#\0-\x20\x7f]+[^\s\0-\x20\x7f<>\"]{0,2000}")


# The tracks of ISO base media (ISO/IEC 14496-12 §8.4.3): version, flags and `pre_defined` are nothing.
_TRACK = re.compile(rb"hdlr\0{8}(vide|soun)")
_HEARD_OR_SEEN = frozenset(
    ("png", "jpg", "gif", "webp", "heic", "avif", "mp3", "ogg", "opus", "flac", "wav", "m4a")
)


def mime_of(kind: str) -> str:
    """Return the media type of a kind that `FAMILIES` has."""
    return _TYPES.get(kind) or f"{FAMILIES[kind]}/{kind}"


def shown_kind(content: bytes) -> str:
    """Return the kind of a picture or a sound by what is in it, nothing for all else.

    What a phone recorded is often MPEG-4 with a track of sound alone.
    """
    kind = binary_kind(content)
    if kind == "mp4" and {found[1] for found in _TRACK.finditer(content)} == {b"soun"}:
        return "m4a"
    return kind if kind in _HEARD_OR_SEEN else ""


def binary_kind(payload: bytes) -> str:
    """Return the kind of a payload that is not text ("png"), or nothing if its first bytes tell none."""
    if len(payload) < _SHORTEST:
        return ""
    for signature, kind in _SIGNATURES:
        if payload.startswith(signature):
            return kind
    return _container(payload) or _bmp(payload) or _mpeg_audio(payload)


def _container(payload: bytes) -> str:
    if payload.startswith(b"RIFF"):
        return _RIFF.get(payload[8:12], "")
    if payload[4:8] == b"ftyp":
        return _BRANDS.get(payload[8:12], "mp4")
    if payload.startswith(b"OggS"):
        return "opus" if payload[28:36] == b"OpusHead" else "ogg"
    if payload.startswith(b"\x1aE\xdf\xa3"):
        return "webm" if b"webm" in payload[:64] else "mkv"
    return ""


def _bmp(payload: bytes) -> str:
    """`BM` alone begins many a word: the reserved bytes and the file size decide."""
    size = int.from_bytes(payload[2:6], "little")
    return "bmp" if payload[:2] == b"BM" and not any(payload[6:10]) and size == len(payload) >= 54 else ""


def _mpeg_audio(payload: bytes) -> str:
    """Look for an MPEG audio frame: 11 set bits, then version, layer, bit and sampling rate that exist.

    Layer I does not count: nobody has it, and UTF-16 begins like it.
    """
    _, second, third = payload[:3]
    sync = payload[0] == 0xFF and second & 0xE0 == 0xE0 and second & 0x18 != 0x08
    exists = second & 0x06 in (0x02, 0x04) and third & 0xF0 != 0xF0 and third & 0x0C != 0x0C
    return "mp3" if sync and exists else ""


def is_page(text: str) -> bool:
    """Say whether a text is a web page: it begins as one. A page inside of JSON or prose does not count."""
    return len(text) >= 15 and _PAGE.match(text[:512]) is not None


def page_title(text: str) -> str:
    """Return the title of a web page on one line, or nothing."""
    found = _TITLE.search(text[:_HEAD])
    return " ".join(unescape(found[1]).split()) if found else ""


def stream_url(text: str) -> str:
    """Return the address that a playlist (M3U, PLS), or a bare link to one, plays; else nothing."""
    head = text[:_HEAD].replace("�", "").strip()
    start = head[:10].lower()
    if start.startswith(("#extm3u", "#extinf")):
        return next((line for line in _lines(head) if is_url(line)), "")
    if start == "[playlist]":
        entries = (_ENTRY.fullmatch(line) for line in _lines(head))
        return next((entry[1] for entry in entries if entry and is_url(entry[1])), "")
    if start.startswith("http") and is_url(head) and urlsplit(head).path.lower().endswith(_PLAYLISTS):
        return head
    return ""


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()[:_ENTRY_LINES]]


def is_url(text: str) -> bool:
    """Say whether a text is the address of something on the web, and nothing else."""
    if not _URL.fullmatch(text):
        return False
    try:
        return bool(urlsplit(text).hostname)
    except ValueError:  # a broken IPv6 host
        return False

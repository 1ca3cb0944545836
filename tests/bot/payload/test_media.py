"""Binary kinds, web pages, playlists."""

from hypothesis import given, strategies as st
import pytest

from bot.payload.media import (
    FAMILIES,
    binary_kind,
    is_page,
    mime_of,
    page_title,
    shown_kind,
    stream_url,
)

TAIL = bytes(range(64))
BMP = b"BM" + (70).to_bytes(4, "little") + bytes(64)


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + TAIL, "png"),
        (b"\xff\xd8\xff\xe0" + TAIL, "jpg"),
        (b"GIF89a" + TAIL, "gif"),
        (b"RIFF\x10\0\0\0WEBP" + TAIL, "webp"),
        (b"RIFF\x10\0\0\0WAVE" + TAIL, "wav"),
        (b"RIFF\x10\0\0\0AVI " + TAIL, "avi"),
        (BMP, "bmp"),
        (b"ID3\x04\0" + TAIL, "mp3"),
        (b"\xff\xfb\x90\x00" + TAIL, "mp3"),
        (b"OggS\0" + TAIL, "ogg"),
        (b"OggS" + bytes(24) + b"OpusHead" + TAIL, "opus"),
        (b"fLaC\0" + TAIL, "flac"),
        (b"\0\0\0\x18ftypisom" + TAIL, "mp4"),
        (b"\0\0\0\x18ftypheic" + TAIL, "heic"),
        (b"\0\0\0\x18ftypavif" + TAIL, "avif"),
        (b"\x1aE\xdf\xa3" + TAIL, "mkv"),
        (b"\x1aE\xdf\xa3\x42\x82webm" + TAIL, "webm"),
        (b"%PDF-1.7" + TAIL, "pdf"),
        (b"PK\3\4" + TAIL, "zip"),
        (b"\x1f\x8b\x08" + TAIL, "gz"),
    ],
)
def test_a_binary_payload_is_known_by_its_first_bytes(payload: bytes, kind: str) -> None:
    assert binary_kind(payload) == kind


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"BMS voltage: 12.6V",
        BMP + b"more",
        b"BM\x0d\0\0\0\0\0\0\0\0\0\0",
        b"RIFF\x10\0\0\0XXXX" + TAIL,
        b"\xff\xe0\x90\x00" + TAIL,
        b"\xff\xea\x90\x00" + TAIL,
        b"\xff\xfe2\x002\x00.\x005\x00\0\0\0\0",
        b"\xff\xfb\xf0\x00" + TAIL,
        b"\xff\xfb\x9c\x00" + TAIL,
        b"\xff" * 64,
        TAIL,
    ],
)
def test_other_bytes_are_of_no_kind(payload: bytes) -> None:
    assert binary_kind(payload) == ""


@given(
    st.binary(max_size=80),
    st.sampled_from([b"", b"RIFF", b"OggS", b"BM", b"\0\0\0\x18ftyp", b"\xff\xfb", b"\x1aE\xdf\xa3"]),
)
def test_the_kind_of_any_bytes_is_decided(rest: bytes, start: bytes) -> None:
    kind = binary_kind(start + rest)
    assert kind == "" or kind in FAMILIES


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><p>x",
        "<!doctype  html><p>x",
        "<html lang='de'>xxxx",
        "<html><body></body>",
        "\n <HEAD>\n<title>x",
        "<head profile=''>xx",
        "<meta charset='utf-8'>",
        "<?xml version='1.0'?>\n<!-- a --> <!-- b -->\n<html>",
    ],
)
def test_a_web_page_is_known_by_its_beginning(text: str) -> None:
    assert is_page(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>",
        "<header>text of it",
        "<metal>heavy metal",
        '{"page": "<html><head></head>"}',
        "use <html> and <head> well",
        "<note><html></html></note>",
        "<!-- no end <html><html>",
        "<!---->" * 100,
    ],
)
def test_other_text_is_no_web_page(text: str) -> None:
    assert not is_page(text)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("<html><title>\n A &amp; B\n </title>", "A & B"),
        ("<html><TITLE lang='en'>Ü</TITLE>", "Ü"),
        ("<html><body>", ""),
        ("<html><title></title>", ""),
    ],
)
def test_the_title_of_a_page_is_found(text: str, title: str) -> None:
    assert page_title(text) == title


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("#EXTM3U\n#EXTINF:-1,Radio\nhttps://a.b/stream/mp3\nhttps://c.d/", "https://a.b/stream/mp3"),
        ("#extinf:-1,Radio\r\n  http://a.b/s  \r\n", "http://a.b/s"),
        ("�#EXTM3U\nhttp://a.b/s", "http://a.b/s"),
        ("[playlist]\nNumberOfEntries=1\nFile1=https://a.b/s\nTitle1=x", "https://a.b/s"),
        ("[Playlist]\nFile1=local.mp3\nfile2 = http://a.b/s", "http://a.b/s"),
        ("http://a.b/c.m3u", "http://a.b/c.m3u"),
        ("https://a.b/c.M3U8?x=y", "https://a.b/c.M3U8?x=y"),
        (" https://a.b/c.pls\n", "https://a.b/c.pls"),
        ("https://a.b/c.xspf", "https://a.b/c.xspf"),
    ],
)
def test_a_playlist_gives_the_address_of_its_stream(text: str, url: str) -> None:
    assert stream_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#EXTM3U\nsong.mp3",
        "#EXTM3U\n" + "#x\n" * 100 + "http://a.b/s",
        "[playlist]\nFile1=song.mp3",
        "[1, 2, 3]",
        "# a comment http://a.b/c.m3u",
        "https://a.b/c.mp3",
        "https://a.b/?f=c.m3u",
        "https://a.b/c.m3u and more",
        "https://a.b/x\nhttps://a.b/c.m3u",
        "http://[::1/c.m3u",
        "http:///c.m3u",
        "ftp://a.b/c.m3u",
    ],
)
def test_other_text_has_no_stream(text: str) -> None:
    assert stream_url(text) == ""


@given(
    st.text(),
    st.sampled_from(["", "#EXTM3U\n", "[playlist]\nFile1=http", "http://", "<html><title>", "<!--"]),
)
def test_any_text_is_looked_at_without_trouble(text: str, start: str) -> None:
    url = stream_url(start + text)
    assert not url or url.lower().startswith(("http://", "https://"))
    assert "\n" not in page_title(start + text)
    assert is_page(start + text) in (True, False)


SOUND, SEEN = (b"hdlr" + bytes(8) + track + TAIL for track in (b"soun", b"vide"))
MP4 = b"\0\0\0\x18ftypmp42" + TAIL


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + TAIL, "png"),
        (b"OggS" + bytes(24) + b"OpusHead" + TAIL, "opus"),
        (MP4 + SOUND, "m4a"),
        (MP4 + SOUND + SEEN, ""),
        (MP4 + SEEN, ""),
        (MP4, ""),
        (b"%PDF-1.7" + TAIL, ""),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>" + TAIL, ""),
        (b"<!DOCTYPE html><html>" + TAIL, ""),
        (BMP, ""),
        (b"", ""),
    ],
)
def test_pictures_and_sounds_are_known_by_what_is_in_them(content: bytes, kind: str) -> None:
    assert shown_kind(content) == kind


def test_kinds_have_media_types() -> None:
    assert [mime_of(kind) for kind in ("jpg", "png", "m4a", "opus")] == [
        "image/jpeg",
        "image/png",
        "audio/mp4",
        "audio/opus",
    ]

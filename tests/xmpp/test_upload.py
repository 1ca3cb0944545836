"""Files put on real servers, and what they refuse."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
import http.client
import ssl
from urllib.parse import urlsplit

from people import PATIENCE, QUICK, Probed, World, until, world_of
import pytest

from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.xmpp import upload as module
from custom_components.dinox_mqtt_bot.xmpp.upload import Put, is_safe, origin_of
from lab.servers import Lab, Server

JPEG = b"\xff\xd8\xff\xe0 of another size"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
LIMIT = 1024 * 1024


def request(
    method: str, address: str, tls: ssl.SSLContext, headers: Mapping[str, str], payload: bytes = b""
) -> tuple[int, bytes]:
    """Ask an HTTP server of the lab."""
    parts = urlsplit(address)
    assert parts.hostname == "127.0.0.1"
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=tls, timeout=PATIENCE)
    try:
        connection.request(method, parts.path, payload or None, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def putting(lab: Lab) -> Put:
    async def put(address: str, headers: Mapping[str, str], payload: bytes) -> int:
        status, _ = await asyncio.to_thread(request, "PUT", address, lab.client_ssl(), headers, payload)
        return status

    return put


async def bot(world: World, put: Put | None = None) -> Probed:
    return await world.bot(put=put or putting(world.lab))


async def upload(probed: Probed, payload: bytes = PNG, name: str = "cam.png") -> str:
    return await probed.link.upload(name, "image/png", payload)


async def test_a_file_is_put_where_everybody_can_fetch_it(either: World) -> None:
    probed = await bot(either)
    address = await upload(probed)
    assert address.startswith("https://127.0.0.1:")
    assert address.endswith(".png")
    assert await asyncio.to_thread(request, "GET", address, either.lab.client_ssl(), {}) == (200, PNG)
    another = await upload(probed, JPEG, name="tür & <x>.png")
    assert another.isascii()
    assert await asyncio.to_thread(request, "GET", another, either.lab.client_ssl(), {}) == (200, JPEG)


async def test_a_file_beyond_the_servers_limit_is_refused_before_it_is_sent(either: World) -> None:
    probed = await bot(either)
    with pytest.raises(BotError) as refused:
        await upload(probed, bytes(LIMIT + 1))
    assert (refused.value.key, refused.value.placeholders) == ("upload_too_large", {"maximum": "1 MB"})


async def test_a_limit_that_only_the_refusal_tells_is_told(either: World) -> None:
    probed = await bot(either)
    await upload(probed)
    service = probed.link._uploader._service
    assert service is not None
    probed.link._uploader._service = type(service)(service.jid, 0)
    with pytest.raises(BotError, match="upload_too_large"):
        await upload(probed, bytes(LIMIT + 1))


async def test_without_a_session_or_a_way_to_put_nothing_can_be_uploaded(world: World) -> None:
    probed = await world.bot()
    with pytest.raises(BotError, match="upload_unavailable"):
        await upload(probed)
    probed = await world.bot(put=putting(world.lab), port=1, wait=False, resource="other")
    with pytest.raises(BotError, match="upload_unavailable"):
        await upload(probed)


async def test_an_http_error_is_told(world: World) -> None:
    async def refuse(address: str, headers: Mapping[str, str], payload: bytes) -> int:
        return 507

    probed = await bot(world, refuse)
    with pytest.raises(BotError) as failed:
        await upload(probed)
    assert failed.value.placeholders == {"reason": "HTTP 507"}


async def test_a_new_session_looks_for_the_service_again(own_prosody: Server, lab: Lab) -> None:
    async with world_of(lab, own_prosody) as world:
        probed = await bot(world)
        await upload(probed)
        probed.link.reconnect()
        await until(lambda: probed.sessions == 2, "a session")
        assert await upload(probed)


async def test_a_server_that_does_not_answer_in_time(own_prosody: Server, lab: Lab) -> None:
    async with world_of(lab, own_prosody) as world:
        probed = await world.bot(put=putting(lab), timing=replace(QUICK, answer=0.3))
        await upload(probed)
        own_prosody.freeze()
        with pytest.raises(BotError) as failed:
            await upload(probed)
        assert failed.value.placeholders == {"reason": "timeout"}
        own_prosody.thaw()


async def test_a_server_without_the_service_takes_no_files(
    either: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_UPLOAD", "urn:example:none")
    probed = await bot(either)
    with pytest.raises(BotError, match="upload_unavailable"):
        await upload(probed)


async def test_an_entity_that_is_no_upload_service_refuses(either: World) -> None:
    probed = await bot(either)
    await upload(probed)
    service = probed.link._uploader._service
    assert service is not None
    probed.link._uploader._service = type(service)("pubsub.home.test", 0)
    with pytest.raises(BotError, match="upload_failed"):
        await upload(probed)


async def test_a_place_outside_of_which_anybody_could_read_is_not_used(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "is_safe", lambda address: False)
    probed = await bot(world)
    with pytest.raises(BotError) as failed:
        await upload(probed)
    assert failed.value.placeholders == {"reason": "unsafe_address"}


async def test_the_end_of_the_session_ends_the_wait(own_prosody: Server, lab: Lab) -> None:
    async with world_of(lab, own_prosody) as world:
        probed = await bot(world)
        own_prosody.freeze()
        waiting = asyncio.create_task(upload(probed))
        await asyncio.sleep(0.1)
        probed.link.reconnect()
        with pytest.raises(BotError, match="upload_failed"):
            await waiting
        own_prosody.thaw()


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://files.example.org/a", True),
        ("http://127.0.0.1:5280/a", True),
        ("http://[::1]/a", True),
        ("http://files.example.org/a", False),
        ("http://192.0.2.1/a", False),
        ("ftp://127.0.0.1/a", False),
        ("https:///a", False),
        ("https://[/a", False),
        ("", False),
    ],
)
def test_only_safe_addresses_are_used(address: str, safe: bool) -> None:
    assert is_safe(address) is safe


class Fetching:
    """Fetches nothing, and keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def get(self, address: str, own: str) -> bytes:
        self.asked.append((address, own))
        return PNG


async def fetching(world: World) -> tuple[Probed, Fetching]:
    found = Fetching()
    return await world.bot(put=putting(world.lab), get=found.get), found


async def test_a_contacts_file_is_fetched_from_where_the_own_server_keeps_files(either: World) -> None:
    probed, found = await fetching(either)
    address = await upload(probed)
    fresh, found = await fetching(either)
    assert await fresh.link.fetch(address) == PNG
    assert await fresh.link.fetch(address) == PNG
    assert found.asked == [(address, "127.0.0.1")] * 2


async def test_nothing_is_fetched_from_elsewhere(either: World) -> None:
    probed, found = await fetching(either)
    address = urlsplit(await upload(probed))
    for elsewhere in (
        address._replace(scheme="http"),
        address._replace(netloc="127.0.0.1:1"),
        address._replace(netloc=f"localhost:{address.port}"),
        address._replace(netloc=f"alice@{address.netloc}"),
        address._replace(netloc=f"{address.netloc}.example.org"),
        address._replace(scheme="aesgcm"),
    ):
        with pytest.raises(BotError, match="file_foreign"):
            await probed.link.fetch(elsewhere.geturl())
    assert found.asked == []


async def test_without_a_session_or_a_service_nothing_is_fetched(
    own_prosody: Server, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world_of(lab, own_prosody) as world:
        without = await world.bot(put=putting(lab))
        with pytest.raises(BotError, match="file_source_unknown"):
            await without.link.fetch("https://127.0.0.1/a")
        found = Fetching()
        probed = await world.bot(get=found.get, resource="b", timing=replace(QUICK, answer=0.3))
        with monkeypatch.context() as patched:
            patched.setattr(module, "_UPLOAD", "urn:example:none")
            with pytest.raises(BotError, match="file_source_unknown"):
                await probed.link.fetch("https://127.0.0.1/a")
        own_prosody.freeze()
        with pytest.raises(BotError, match="file_source_unknown"):
            await probed.link.fetch("https://127.0.0.1/a")
        own_prosody.thaw()
        await probed.link.stop()
        with pytest.raises(BotError, match="file_source_unknown"):
            await probed.link.fetch("https://127.0.0.1/a")
        assert found.asked == []


async def test_a_service_that_keeps_files_within_this_machine_alone_is_none_to_fetch_from(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    probed, found = await fetching(world)
    address = await upload(probed)
    monkeypatch.setattr(module, "origin_of", lambda text: None if text.endswith(".bin") else origin_of(text))
    with pytest.raises(BotError, match="file_foreign"):
        await probed.link.fetch(address)
    assert found.asked == []


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://files.example.org/a", "files.example.org:443"),
        ("https://FILES.example.org:443/b?c", "files.example.org:443"),
        ("https://[2001:db8::1]:8443/a", "2001:db8::1:8443"),
        ("http://files.example.org/a", None),
        ("https://me:word@files.example.org/a", None),
        ("https://files.example.org\\@evil.example.org/a", None),
        ("https://files.example.org/a b", None),
        ("https://files.example.org/\r\nHost: evil", None),
        ("https://files.example.org:port/a", None),
        ("https://[/a", None),
        ("https:///a", None),
        ("", None),
    ],
)
def test_where_an_address_leads_is_told_by_host_and_port(address: str, origin: str | None) -> None:
    assert origin_of(address) == origin

"""The account's name and picture."""

import asyncio
import hashlib
import time
from typing import Any

from people import PATIENCE, Person, Probed, World, until, world_of
from slixmpp import JID
from slixmpp.exceptions import IqError

from lab.servers import Lab, Server

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x20\x08\x06\x00\x00\x00" + b"x" * 40
OTHER = PNG + b"y"


async def items(person: Person, node: str) -> list[tuple[str, Any]]:
    try:
        answer = await person.xmpp.plugin["xep_0060"].get_items(None, node, timeout=PATIENCE)  # type: ignore[no-untyped-call]
    except IqError:
        return []
    return [(item["id"], item["payload"]) for item in answer["pubsub"]["items"]]


async def card(person: Person) -> tuple[str, bytes]:
    try:
        answer = await person.xmpp.plugin["xep_0054"].get_vcard(
            jid=JID(person.xmpp.boundjid.bare), timeout=PATIENCE
        )
    except IqError:
        return "", b""
    return answer["vcard_temp"]["FN"], answer["vcard_temp"]["PHOTO"]["BINVAL"]


async def published(person: Person, name: str, picture: bytes) -> None:
    """Wait until the account shows this."""
    wanted = (name, picture, hashlib.sha1(picture, usedforsecurity=False).hexdigest(), "16", "32")
    end = time.monotonic() + PATIENCE
    while (shown := (*await card(person), *await avatar(person))) != wanted:
        assert time.monotonic() < end, shown
        await asyncio.sleep(0.02)


async def avatar(person: Person) -> tuple[str | None, ...]:
    for item_id, metadata in await items(person, "urn:xmpp:avatar:metadata"):
        return item_id, metadata[0].get("width"), metadata[0].get("height")
    return ()


async def began(world: World, **changes: Any) -> Probed:
    bot = await world.bot(**changes)
    await until(lambda: not bot.link._account._untended.is_set())
    return bot


async def test_they_are_published_and_follow_changes(either: World) -> None:
    human = await either.person("named", "desk")
    first = await began(either, user="named", avatar=PNG)
    await published(human, "House", PNG)
    [(nick_id, nick)] = await items(human, "http://jabber.org/protocol/nick")
    assert (nick_id, nick.text) == ("dinox-mqtt-bot", "House")
    await first.link.stop()
    await began(either, user="named", avatar=OTHER, name="Garden")
    await published(human, "Garden", OTHER)


async def test_nothing_is_published_again_unchanged(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world:
        human = await world.person("bot", "desk")
        first = await began(world, avatar=PNG)
        await published(human, "House", PNG)
        await first.link.stop()
        before = own_prosody.log().count("<publish")
        second = await began(world, avatar=PNG)
        await world.settled(second)
        notice = second.say("done")
        await until(lambda: second.progress(notice))
        assert own_prosody.log().count("<publish") == before


async def test_what_a_human_has_chosen_stays(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world:
        human = await world.person("bot", "desk")
        vcard = human.xmpp.plugin["xep_0054"].make_vcard()
        vcard["FN"] = "Chosen"
        await human.xmpp.plugin["xep_0054"].publish_vcard(vcard, timeout=PATIENCE)
        bot = await began(world, avatar=PNG)
        await world.settled(bot)
        assert (await card(human))[0] == "Chosen"

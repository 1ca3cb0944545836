"""Strangers: no answer, no effect."""

import re
from typing import Any
from xml.etree.ElementTree import Element, SubElement, canonicalize

from people import ALICE, BOT, MALLORY, PATIENCE, Person, Probed, World, full, until, world_of
import pytest
from slixmpp import JID
from slixmpp.exceptions import IqError

from custom_components.dinox_mqtt_bot.xmpp.roster import fetched
from lab.prosody import Prosody
from lab.servers import Lab, Server

HA = full("bot", "ha")


async def meeting(world: World) -> tuple[Person, Person, Probed]:
    return await world.person("mallory"), await world.person("alice"), await world.bot()


async def all_is_done(alice: Person, mallory: Person, bot: Probed) -> None:
    """Wait until the bot has seen everything that came before, and the stranger everything after."""
    alice.write(BOT, "last")
    await until(lambda: "last" in bot.said)
    notice = bot.say("done")
    await until(lambda: bot.progress(notice))
    await mallory.synchronise(alice)


async def test_a_message_gets_no_answer(either: World) -> None:
    mallory, alice, bot = await meeting(either)
    for to in (BOT, str(HA)):
        mallory.write(to, "/mqtt status", request_receipt=True, markable={"lang": "en"})
    await mallory.synchronise()
    await all_is_done(alice, mallory, bot)
    assert bot.said == ["last"]
    assert [m for m in mallory.messages if m["type"] != "error"] == []


async def test_a_subscription_gets_no_answer_and_no_roster_entry(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world:
        mallory, alice, bot = await meeting(world)
        mallory.presences.clear()
        mallory.xmpp.send_presence_subscription(BOT)
        await mallory.synchronise()
        await all_is_done(alice, mallory, bot)
        # The server itself says that a bare address is unavailable; the bot would speak with its resource.
        assert set(mallory.statuses) <= {("unavailable", "")}
        assert [shown["from"] for shown in mallory.presences if shown["from"].resource == "ha"] == []
        assert bot.link._session is not None
        assert MALLORY not in await fetched(bot.link._session.xmpp, PATIENCE)


async def test_an_invitation_gets_no_answer(world: World) -> None:
    mallory, alice, bot = await meeting(world)
    invitation = mallory.xmpp.make_message(mto=BOT)
    invitation.xml.append(Element("{jabber:x:conference}x", jid="trap@conference.home.test"))
    invitation.send()
    room = "trap@conference.home.test"
    mallory.xmpp.send_presence(pto=f"{room}/m")
    mediated = mallory.xmpp.make_message(mto=room)
    muc = Element("{http://jabber.org/protocol/muc#user}x")
    muc.append(Element("{http://jabber.org/protocol/muc#user}invite", to=BOT))
    mediated.xml.append(muc)
    mediated.send()
    await mallory.synchronise()
    await all_is_done(alice, mallory, bot)
    assert bot.said == ["last"]
    assert [p["from"].resource for p in mallory.presences if p["from"].bare == room] == ["m"]


@pytest.mark.parametrize("resource", ["ha", "not-there"])
async def test_a_request_is_answered_as_if_nobody_were_there(either: World, resource: str) -> None:
    mallory, _, _ = await meeting(either)
    jid = full("bot", resource)
    with pytest.raises(IqError, match="service-unavailable"):
        await mallory.xmpp.plugin["xep_0030"].get_info(jid=jid, timeout=PATIENCE)
    with pytest.raises(IqError, match="service-unavailable"):
        await mallory.xmpp.plugin["xep_0092"].get_version(jid=jid, timeout=PATIENCE)


@pytest.mark.parametrize("language", ["", "de", "x-very-long" * 10])
@pytest.mark.parametrize("payload", ["{urn:xmpp:ping}ping", "{urn:x}unknown"])
async def test_a_refusal_is_the_servers_own(either: World, language: str, payload: str) -> None:
    mallory, _, _ = await meeting(either)
    refusals = [
        await raw_refusal(mallory, full("bot", resource), language, payload)
        for resource in ("ha", "not-there", "ha")
    ]
    if isinstance(either.server, Prosody):
        # It writes a language on what clients send, and on nothing of its own.
        refusals = [re.sub(r"\A(<iq[^>]*?) xml:lang=\"[^\"]*\"", r"\1", refusal) for refusal in refusals]
    assert refusals[0] == refusals[1] == refusals[2]


async def raw_refusal(person: Person, to: JID, language: str, payload: str) -> str:
    """Return what a request gets, but for the id and the resource asked."""
    read, take = bytearray(), person.xmpp.data_received

    def listen(data: bytes | str) -> None:
        assert isinstance(data, bytes)
        read.extend(data)
        take(data)

    request: Any = person.xmpp.make_iq_get(ito=to)
    key = request["id"]
    if language:
        request.xml.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    SubElement(SubElement(request.xml, payload), payload).text = "some"
    person.xmpp.data_received = listen  # type: ignore[method-assign]
    with pytest.raises(IqError, match="service-unavailable"):
        await request.send(timeout=PATIENCE)
    person.xmpp.data_received = take  # type: ignore[method-assign]
    [iq] = [found[0].decode() for found in re.finditer(rb"<iq.*?</iq>", read) if key.encode() in found[0]]
    return canonicalize(iq.replace(key, "").replace(str(to), ""))


DEEP = "<a xmlns='urn:d'>" * 1_500 + "</a>" * 1_500


@pytest.mark.parametrize("sender", ["mallory", "alice"])
@pytest.mark.parametrize("kind", ["get", "set", "result", "error"])
async def test_a_request_deeper_than_python_recurses_ends_nothing(
    either: World, sender: str, kind: str
) -> None:
    mallory, alice, bot = await meeting(either)
    person = mallory if sender == "mallory" else alice
    person.send_as_written(f"<iq type='{kind}' id='deep' to='{HA}'>{DEEP}</iq>")
    await person.synchronise()
    await all_is_done(alice, mallory, bot)
    assert bot.sessions == 1


@pytest.mark.parametrize(
    "content",
    [
        DEEP,
        # What a server passes on and Python's parser refuses.
        "<x xmlns='a}b'/>",
        "<x xmlns='a&#10;b'/>",
        "<x xmlns:xmlns2='urn:x' xmlns2:a='}'/>",
        f"<x xmlns='urn:{'x' * 10_000}'>{'<y/>' * 500}</x>",
        f"<x xmlns='urn:x' a='{'>/' * 40_000}'/>",
        "<x xmlns='urn:x'>" + "<y/>" * 10_000 + "</x>",
    ],
    ids=["deep", "brace", "line", "prefix", "namespace", "attribute", "children"],
)
@pytest.mark.parametrize("to", [BOT, str(HA)])
async def test_a_message_ends_nothing_but_itself(either: World, content: str, to: str) -> None:
    alice, bot = await either.person("alice"), await either.bot()
    # It may end the session of its sender: whoever sent it needs not come back.
    mallory = await either.person("mallory")
    mallory.send_as_written(f"<message to='{to}' id='m'><body>x</body>{content}</message>")
    await mallory.synchronise()
    alice.write(BOT, "last")
    await until(lambda: "last" in bot.said)
    assert bot.sessions == 1
    assert bot.said == ["last"]


async def test_an_answer_nobody_asked_for_has_no_effect(world: World) -> None:
    mallory, alice, bot = await meeting(world)
    answer = mallory.xmpp.make_iq_result("id", ito=HA)
    answer.send()  # type: ignore[no-untyped-call]
    await mallory.synchronise()
    await all_is_done(alice, mallory, bot)
    assert bot.sessions == 1


@pytest.mark.parametrize("kind", ["message", "presence", "iq"])
async def test_an_address_that_is_none_ends_nothing(world: World, kind: str) -> None:
    bot = await world.bot()
    session = bot.link._session
    assert session is not None
    session.xmpp.data_received(f"<{kind} from='@@' type='get' id='1'><body>x</body></{kind}>")
    notice = bot.say("still here")
    await until(lambda: bot.progress(notice))
    assert bot.texts == []


async def test_a_contact_may_ask_what_the_bot_is(world: World) -> None:
    _, alice, _ = await meeting(world)
    answer = await alice.xmpp.plugin["xep_0030"].get_info(jid=HA, timeout=PATIENCE)
    assert ("client", "bot", None, "House") in answer["disco_info"]["identities"]
    assert {"urn:xmpp:receipts", "urn:xmpp:chat-markers:0"} <= set(answer["disco_info"]["features"])
    version = await alice.xmpp.plugin["xep_0092"].get_version(jid=HA, timeout=PATIENCE)
    assert version["software_version"]["name"] == "DinoX MQTT Bot"
    assert version["software_version"]["version"] == ""


async def test_a_contact_no_more_is_a_stranger(world: World) -> None:
    mallory = await world.person("mallory")
    alice, bot = await world.person("alice"), await world.bot((ALICE, MALLORY))
    mallory.write(BOT, "heard")
    await until(lambda: bot.said == ["heard"])
    bot.link.meet([contact for jid, contact in bot.link._gate.contacts.items() if jid == ALICE])
    mallory.write(BOT, "unheard")
    await mallory.synchronise()
    alice.write(BOT, "last")
    await until(lambda: "last" in bot.said)
    assert bot.said == ["heard", "last"]

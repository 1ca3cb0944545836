"""Rooms that are told things: what they have passed on is delivered, and nothing else is."""

from dataclasses import replace
from typing import Any
import uuid

from people import ALICE, BOT, MALLORY, PATIENCE, QUICK, Person, Probed, World, until, world_of
import pytest
from test_rooms import administer, configure, enter, heard, inside, joined, open_room, say

from custom_components.dinox_mqtt_bot.bot.model.rules import Contact
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.xmpp.saying import stanza_of
from lab.servers import Lab, Server

STANZA_ID = "{urn:xmpp:sid:0}stanza-id"


def answer(person: Person, room: str, **parts: Any) -> None:
    """Say something in a room with a reply to, or a reaction on, what was said there."""
    message = person.xmpp.make_message(mto=room, mbody=parts.pop("text", None), mtype="groupchat")
    message["id"] = uuid.uuid4().hex
    for name, value in parts.items():
        for key, part in value.items():
            message[name][key] = part
    message.send()


def named_by(person: Person, room: str, text: str) -> str:
    """Return how a room names what was said there, as clients name it in their answers."""
    (message,) = [each for each in person.messages if each["from"].bare == room and each["body"] == text]
    return next(each.get("id", "") for each in message.xml.iterfind(STANZA_ID) if each.get("by") == room)


async def told(probed: Probed, room: str, text: str) -> str:
    notice = probed.say(text, room, room=True)
    await until(lambda: Delivery.RECEIVED in probed.progress(notice), f"{text} in {room}")
    return notice.id


async def test_a_reaction_and_a_reply_in_a_room_mean_what_the_bot_said_there(either: World) -> None:
    alice, room = await open_room(either)
    probed = await either.bot()
    await joined(probed, room)
    notice = await told(probed, room, "⚠ Freezer")
    await until(lambda: "⚠ Freezer" in heard(alice, room), "the alert")
    named = named_by(alice, room, "⚠ Freezer")
    assert named != notice
    answer(alice, room, reactions={"id": named, "values": ["👍"]})
    await until(lambda: probed.reactions, "the reaction")
    (reaction,) = probed.reactions
    assert (reaction.jid, reaction.to, reaction.emojis, reaction.room) == (ALICE, notice, ("👍",), room)
    assert [each for key, each in probed.deliveries if key == notice][-1] is Delivery.READ
    answer(alice, room, text="on my way", reply={"id": named, "to": f"{room}/Robo"})
    await until(lambda: probed.texts, "the reply")
    assert (probed.texts[0].text, probed.texts[0].reply_to, probed.texts[0].room) == (
        "on my way",
        notice,
        room,
    )


async def test_an_answer_is_understood_after_a_restart(either: World) -> None:
    alice, room = await open_room(either)
    first = await either.bot()
    await joined(first, room)
    notice = await told(first, room, "⚠ Freezer")
    await until(lambda: "⚠ Freezer" in heard(alice, room), "the alert")
    await first.link.stop()
    second = await either.bot()
    await joined(second, room)
    answer(alice, room, reactions={"id": named_by(alice, room, "⚠ Freezer"), "values": ["👍"]})
    await until(lambda: second.reactions, "the reaction")
    assert second.reactions[0].to == notice


async def test_a_strangers_answer_reaction_or_receipt_counts_for_nothing(either: World) -> None:
    alice, room = await open_room(either)
    mallory = await either.person("mallory")
    await enter(mallory, room, "Mallory")
    probed = await either.bot()
    await joined(probed, room)
    notice = await told(probed, room, "⚠ Freezer")
    await until(lambda: "⚠ Freezer" in heard(mallory, room), "the alert")
    named = named_by(mallory, room, "⚠ Freezer")
    answer(mallory, room, reactions={"id": named, "values": ["👍"]})
    answer(mallory, room, text="on my way", reply={"id": named, "to": f"{room}/Robo"})
    answer(mallory, room, displayed={"id": notice})
    answer(mallory, room, text="/mqtt ack")
    say(alice, room, "last")
    await until(lambda: probed.said, "Alice")
    assert (probed.said, probed.reactions) == (["last"], [])
    assert [each for key, each in probed.deliveries if key == notice] == [Delivery.SENT, Delivery.RECEIVED]


async def test_what_a_killed_bot_had_said_is_not_said_twice(either: World) -> None:
    """The server has it, and the bot was killed before the room's echo: the room's history tells."""
    alice, room = await open_room(either)
    first = await either.bot()
    await joined(first, room)
    session = first.link._session
    assert session is not None
    notice = first.say("⚠ Freezer", room, room=True)
    session.xmpp.send(stanza_of(session.xmpp, notice, first.clock.now()))
    first.link._talk.saying._write = lambda *_: None  # type: ignore[method-assign]
    await until(lambda: "⚠ Freezer" in heard(alice, room), "the alert")
    await first.link.stop()
    second = await either.bot(wait=False)
    second.outbox[notice.id] = second.put[notice.id] = notice
    await second.online()
    await joined(second, room)
    await until(lambda: Delivery.RECEIVED in second.progress(notice), "known as said")
    say(alice, room, "last")
    await until(lambda: second.said, "Alice")
    assert heard(alice, room).count("⚠ Freezer") == 1
    other = await told(second, room, "⚠ Cellar")
    assert other != notice.id


async def test_only_an_echo_counts_as_delivered(either: World) -> None:
    """The own server acknowledges each stanza at once; that says nothing of the room."""
    _, room = await open_room(either)
    probed = await either.bot(timing=replace(QUICK, room_ping=600))
    await joined(probed, room)
    session = probed.link._session
    assert session is not None
    # The bot is thrown out and believes to be inside; the room's answer is lost.
    hear, probed.link._talk.rooms._hear = probed.link._talk.rooms._hear, lambda message: None  # type: ignore[method-assign]
    session.xmpp.send_presence(pto=f"{room}/Robo", ptype="unavailable")
    await either.settled(probed)
    stay = probed.link._talk.rooms._stays[room]
    await until(lambda: not stay.inside, "out")
    stay.inside, stay.try_at = True, 0.0
    probed.link._gate.inside.add(room)
    notice = probed.say("⚠ Freezer", room, room=True)
    await either.settled(probed)
    await either.settled(probed)
    assert probed.progress(notice) == []
    probed.link._talk.rooms._hear = hear  # type: ignore[method-assign]
    await probed.link._talk.rooms._look_around(session.xmpp)
    await until(lambda: Delivery.RECEIVED in probed.progress(notice), "echo")


async def test_what_a_room_swallows_is_found_out_and_said_again(world: World) -> None:
    alice, room = await open_room(world)
    probed = await world.bot(timing=replace(QUICK, room_ping=600))
    await joined(probed, room)
    rooms, session = probed.link._talk.rooms, probed.link._session
    assert session is not None
    send = session.xmpp.send
    session.xmpp.send = lambda stanza, **_: None  # type: ignore[method-assign]
    notice = probed.say("⚠ Freezer", room, room=True)
    await until(lambda: probed.link._talk.saying.unheard(room), "said")
    session.xmpp.send = send  # type: ignore[method-assign]
    await rooms._look_around(session.xmpp)
    assert room in inside(probed)
    await rooms._look_around(session.xmpp)
    rooms._changed.set()
    await until(lambda: Delivery.RECEIVED in probed.progress(notice), "echo")
    await until(lambda: heard(alice, room).count("⚠ Freezer") == 1, "heard by Alice, once")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"membersonly": "1"}, "room_members"),
        ({"passwordprotectedroom": "1", "roomsecret": "sesame"}, "room_password"),
    ],
)
async def test_a_room_that_keeps_the_bot_out_says_why_and_what_waits_is_kept(
    either: World, fields: dict[str, str], reason: str
) -> None:
    alice, room = await open_room(either)
    await configure(alice, room, whois="anyone", **fields)
    probed = await either.bot()
    probed.link.join({room: "Robo"})
    notice = probed.say("⚠ Freezer", room, room=True)
    await until(lambda: (room, reason) in probed.reach, reason)
    await until(lambda: notice.id in probed.reasons_told, "why it waits")
    assert probed.reasons_told[notice.id] == probed.link.rooms_refused[room] == reason
    later = probed.say("⚠ Cellar", room, room=True)
    await until(lambda: probed.reasons_told.get(later.id) == reason, "why that waits")
    await configure(alice, room, whois="anyone", membersonly="0", passwordprotectedroom="0", roomsecret="")
    await until(lambda: Delivery.RECEIVED in probed.progress(later), "both")
    await until(lambda: heard(alice, room) == ["⚠ Freezer", "⚠ Cellar"], "heard by Alice, each once")
    assert probed.reach[-1] == (room, "")


async def test_a_kicked_bot_says_so_at_once_and_then_that_it_is_back(either: World) -> None:
    alice, room = await open_room(either)
    probed = await either.bot()
    await joined(probed, room)
    await administer(alice, room, nick="Robo", role="none")
    await until(lambda: (room, "room_kicked") in probed.reach, "kicked")
    await until(lambda: (room, "") in probed.reach, "back")


async def test_a_destroyed_room_is_not_made_anew_by_the_bot(either: World) -> None:
    alice, room = await open_room(either)
    probed = await either.bot()
    await joined(probed, room)
    request: Any = alice.xmpp.make_iq_set(ito=room)
    query = "{http://jabber.org/protocol/muc#owner}"
    destroy = request.xml.makeelement(f"{query}query", {})
    destroy.append(request.xml.makeelement(f"{query}destroy", {}))
    request.xml.append(destroy)
    await request.send(timeout=PATIENCE)
    await until(lambda: (room, "room_gone") in probed.reach, "gone")
    notice = probed.say("⚠ Freezer", room, room=True)
    await until(lambda: notice.id in probed.reasons_told, "why it waits")
    assert probed.reasons_told[notice.id] == "room_gone"
    refusals = probed.refusals(room)
    await until(lambda: len(refusals) > 1, "asked again whether it is there")
    assert Delivery.RECEIVED not in probed.progress(notice)
    alice.presences.clear()
    await enter(alice, room, "Alice")
    await configure(alice, room, whois="anyone")
    await until(lambda: Delivery.RECEIVED in probed.progress(notice), "echo")
    await until(lambda: heard(alice, room) == ["⚠ Freezer"], "heard")


async def test_a_room_that_is_a_contact_is_asked_for_no_presence_and_speaks_for_nobody(world: World) -> None:
    alice, room = await open_room(world)
    probed = await world.bot()
    probed.link.meet([Contact(ALICE), Contact(room, room=True)])
    await joined(probed, room)
    await world.settled(probed)
    assert set(probed.link._gate.contacts) == {ALICE}
    assert [
        each for each in alice.presences if each["type"] == "subscribe" and each["from"].bare == room
    ] == []
    assert {why for jid, why in probed.reach if jid == room} == {""}


async def test_much_that_waits_for_a_room_is_said_in_order(world: World) -> None:
    alice, room = await open_room(world)
    probed = await world.bot()
    notices = [probed.say(f"n{number}", room, room=True) for number in range(450)]
    await joined(probed, room)
    await until(lambda: all(Delivery.RECEIVED in probed.progress(each) for each in notices), "echoes")
    await until(lambda: len(heard(alice, room)) == 450, "all")
    assert heard(alice, room) == [f"n{number}" for number in range(450)]


async def test_a_server_that_is_killed_loses_nothing_that_was_said_in_a_room(
    lab: Lab, own_prosody: Server
) -> None:
    async with world_of(lab, own_prosody) as world:
        alice, room = await open_room(world)
        await configure(alice, room, whois="anyone", persistentroom="1")
        probed = await world.bot()
        await joined(probed, room)
        session = probed.link._session
        assert session is not None
        sent = [probed.say(f"n{number}", room, room=True) for number in range(3)]
        await until(lambda: heard(alice, room), "some of it")
        own_prosody.kill()
        sent.append(probed.say("n3", room, room=True))
        await until(lambda: probed.reasons, "the loss")
        own_prosody.start()
        await until(lambda: all(Delivery.RECEIVED in probed.progress(each) for each in sent), "all")


async def test_who_a_strangers_nick_belongs_to_stays_unknown(world: World) -> None:
    """A stranger who takes the bot's nick while it is away is no echo of the bot."""
    alice, room = await open_room(world)
    probed = await world.bot()
    await joined(probed, room)
    probed.link.join({})
    await until(lambda: room not in inside(probed), "out")
    mallory = await world.person("mallory")
    await enter(mallory, room, "Robo")
    say(mallory, room, "/mqtt clear")
    probed.link.join({room: "Robo"})
    await until(lambda: room in inside(probed), "in")
    assert probed.link._talk.rooms._stays[room].nick == "Robo 2"
    say(alice, room, "last")
    await until(lambda: probed.said, "Alice")
    assert probed.said == ["last"]
    assert {BOT, MALLORY}.isdisjoint(probed.link._gate.contacts)

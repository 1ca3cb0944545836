"""Rooms on real servers: entered, heard, spoken in, and entered again."""

from dataclasses import replace
from typing import Any
import uuid
import xml.etree.ElementTree as ET

from people import ALICE, BOT, MALLORY, PATIENCE, QUICK, Person, Probed, World, until, world_of
import pytest
from slixmpp import JID
from slixmpp.exceptions import IqError, IqTimeout

from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from lab.servers import Lab, Server

MUC = "{http://jabber.org/protocol/muc}"
ADMIN = "{http://jabber.org/protocol/muc#admin}"
OWNER = "{http://jabber.org/protocol/muc#owner}"
FORM = "{jabber:x:data}"


def new_room() -> str:
    """Return a room that is not there yet."""
    return f"r{uuid.uuid4().hex[:8]}@conference.home.test"


async def enter(person: Person, room: str, nick: str) -> None:
    """Enter a room as any client does, and wait until one is in it."""
    presence = person.xmpp.make_presence(pto=f"{room}/{nick}")
    ET.SubElement(presence.xml, f"{MUC}x")
    presence.send()
    inside = f"{room}/{nick}"
    await until(lambda: any(str(shown["from"]) == inside for shown in person.presences), f"{nick} in {room}")


async def configure(person: Person, room: str, **fields: str) -> None:
    """Take a room as it is, but for these fields of `muc#roomconfig`."""
    request: Any = person.xmpp.make_iq_set(ito=room)
    form = ET.SubElement(ET.SubElement(request.xml, f"{OWNER}query"), f"{FORM}x", type="submit")
    values = {"FORM_TYPE": "http://jabber.org/protocol/muc#roomconfig"}
    values |= {f"muc#roomconfig_{name}": value for name, value in fields.items()}
    for name, value in values.items():
        ET.SubElement(ET.SubElement(form, f"{FORM}field", var=name), f"{FORM}value").text = value
    await request.send(timeout=PATIENCE)


async def administer(person: Person, room: str, **item: str) -> None:
    """Change somebody's role or affiliation."""
    request: Any = person.xmpp.make_iq_set(ito=room)
    ET.SubElement(ET.SubElement(request.xml, f"{ADMIN}query"), f"{ADMIN}item", item)
    await request.send(timeout=PATIENCE)


async def open_room(world: World, nick: str = "Alice") -> tuple[Person, str]:
    """Let Alice make a room in which everybody sees who is who."""
    alice, room = await world.person("alice"), new_room()
    await enter(alice, room, nick)
    await configure(alice, room, whois="anyone")
    return alice, room


def say(person: Person, room: str, text: str, **parts: Any) -> None:
    message = person.xmpp.make_message(mto=room, mbody=text, mtype="groupchat")
    message["id"] = parts.get("id", uuid.uuid4().hex)
    message.send()


def heard(person: Person, room: str) -> list[str]:
    """Return what was said in a room."""
    said = [each for each in person.messages if each["from"].bare == room and each["type"] == "groupchat"]
    return [message["body"] for message in said if message["body"]]


def inside(probed: Probed) -> set[str]:
    return probed.link._gate.inside


async def joined(probed: Probed, room: str, nick: str = "Robo") -> None:
    probed.link.join({room: nick})
    await until(lambda: room in inside(probed), f"in {room}")


async def test_the_bot_enters_speaks_and_takes_its_echo_for_received(either: World) -> None:
    alice, room = await open_room(either)
    probed = await either.bot()
    notices = [probed.say(f"n{number}", room, room=True) for number in range(5)]  # before it is inside
    await joined(probed, room)
    notices += [probed.say(f"n{number}", room, room=True) for number in range(5, 10)]
    await until(lambda: all(Delivery.RECEIVED in probed.progress(each) for each in notices), "echoes")
    await alice.synchronise()
    await until(lambda: len(heard(alice, room)) == 10, "what was said")
    assert heard(alice, room) == [f"n{number}" for number in range(10)]
    assert probed.texts == []
    (message,) = [each for each in alice.messages if each["body"] == "n0"]
    assert str(message["from"]) == f"{room}/Robo"
    assert not message["request_receipt"]


async def test_contacts_are_heard_with_their_own_address_and_strangers_are_not(either: World) -> None:
    alice, room = await open_room(either)
    mallory = await either.person("mallory")
    say(alice, room, "before the bot came")
    probed = await either.bot()
    await joined(probed, room)
    await enter(mallory, room, "Mallory")
    say(mallory, room, "/mqtt clear")
    await mallory.synchronise()
    say(alice, room, "dinner", id="d1")
    say(alice, room, "dinner", id="d1")
    say(alice, room, "is ready", id="d1")
    await until(lambda: len(probed.texts) > 1, "Alice")
    utterance, other = probed.texts
    assert other.text == "is ready"
    assert (utterance.jid, utterance.room, utterance.resource, utterance.text) == (
        ALICE,
        room,
        "Alice",
        "dinner",
    )


async def test_who_is_anonymous_is_not_heard(world: World) -> None:
    alice, room = await world.person("alice"), new_room()
    await enter(alice, room, "Alice")
    await configure(alice, room, whois="moderators")
    probed = await world.bot()
    await joined(probed, room)
    say(alice, room, "/mqtt status")
    mark = probed.say("mark", room, room=True)
    await until(lambda: Delivery.RECEIVED in probed.progress(mark), "the bot's own echo")
    assert probed.texts == []


async def test_a_nick_that_is_taken_gets_a_number(either: World) -> None:
    alice, room = await open_room(either, "Robo")
    probed = await either.bot()
    await joined(probed, room)
    probed.say("hello", room, room=True)
    await until(lambda: heard(alice, room) == ["hello"], "hello")
    assert str(alice.messages[-1]["from"]) == f"{room}/Robo 2"


async def test_a_room_that_is_not_there_is_made_and_open_to_all(either: World) -> None:
    probed, room = await either.bot(), new_room()
    await joined(probed, room)
    alice = await either.person("alice")
    await enter(alice, room, "Alice")


async def test_a_bot_that_is_kicked_comes_back(either: World) -> None:
    alice, room = await open_room(either)
    probed = await either.bot()
    await joined(probed, room)
    await administer(alice, room, nick="Robo", role="none")
    await until(lambda: room not in inside(probed), "out")
    notice = probed.say("back", room, room=True)
    await until(lambda: Delivery.RECEIVED in probed.progress(notice), "back")


def of(room: str, probed: Probed) -> list[str]:
    """Return what was told of a room; a person's client may be seen meanwhile."""
    return [reason for jid, reason in probed.reach if jid == room]


async def test_a_bot_that_must_not_enter_tries_again_and_says_what_waits(either: World) -> None:
    alice, room = await open_room(either)
    await administer(alice, room, jid=BOT, affiliation="outcast")
    probed = await either.bot()
    probed.link.join({room: "Robo"})
    notice = probed.say("let me in", room, room=True)
    await until(lambda: notice.id in probed.reasons_told, "why it waits")
    assert probed.reasons_told[notice.id] == probed.link.rooms_refused[room] == "room_banned"
    await until(lambda: (room, "room_banned") in probed.reach, "why it is outside")
    refusals = probed.refusals(room)
    await until(lambda: len(refusals) > 1, "tried again")
    assert set(probed.progress(notice)) == {Delivery.QUEUED}
    await administer(alice, room, jid=BOT, affiliation="member")
    await until(lambda: Delivery.RECEIVED in probed.progress(notice), "in at last")
    assert [why for jid, why in probed.reach if jid == room] == ["room_banned", ""]
    assert not probed.link.rooms_refused


async def test_a_bot_that_does_not_know_that_it_is_outside_asks_and_comes_back(either: World) -> None:
    _, room = await open_room(either)
    probed = await either.bot(timing=replace(QUICK, room_pause=60))
    await joined(probed, room)
    session = probed.link._session
    assert session is not None
    session.xmpp.send_presence(pto=f"{room}/Robo", ptype="unavailable")
    await until(lambda: room not in inside(probed), "out")
    stay = probed.link._talk.rooms._stays[room]
    stay.inside = True
    await until(lambda: room in inside(probed), "in again")
    notice = probed.say("still here", room, room=True)
    await until(lambda: Delivery.RECEIVED in probed.progress(notice), "echo")


@pytest.mark.parametrize(
    ("conditions", "stays"),
    [
        (["service-unavailable"], True),
        (["feature-not-implemented"], True),
        (["remote-server-not-found"], True),
        (["remote-server-timeout"], True),
        (["item-not-found"], True),
        (["item-not-found", "service-unavailable", "item-not-found"], True),
        (["item-not-found", "item-not-found"], False),
        (["not-acceptable"], False),
        (["not-allowed"], False),
        (["forbidden"], False),
        (["bad-request"], False),
    ],
)
async def test_the_error_to_a_ping_of_itself_tells_the_bot_whether_it_is_inside(
    world: World, monkeypatch: pytest.MonkeyPatch, conditions: list[str], stays: bool
) -> None:
    probed, room = await world.bot(timing=replace(QUICK, room_ping=600, room_pause=600)), new_room()
    await joined(probed, room)
    session = probed.link._session
    assert session is not None
    rooms, waiting = probed.link._talk.rooms, list(conditions)

    async def refuse(address: JID, timeout: float) -> None:
        answer: Any = session.xmpp.make_iq_error(id="1", condition=waiting.pop(0))
        raise IqError(answer)

    monkeypatch.setattr(session.xmpp.plugin["xep_0199"], "send_ping", refuse)
    for _ in conditions:
        assert room in inside(probed)
        await rooms._look_around(session.xmpp)
    assert (room in inside(probed)) is stays


async def test_a_ping_that_is_not_answered_tells_the_bot_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    probed, room = await world.bot(timing=replace(QUICK, room_ping=600)), new_room()
    await joined(probed, room)
    session = probed.link._session
    assert session is not None

    async def wait(address: JID, timeout: float) -> None:
        raise IqTimeout(session.xmpp.make_iq_get())

    monkeypatch.setattr(session.xmpp.plugin["xep_0199"], "send_ping", wait)
    await probed.link._talk.rooms._look_around(session.xmpp)
    assert room in inside(probed)


async def test_a_new_nick_that_the_room_gives_is_the_bots(world: World) -> None:
    alice, room = await open_room(world)
    probed = await world.bot()
    await joined(probed, room)
    session = probed.link._session
    assert session is not None
    session.xmpp.send_presence(pto=f"{room}/Otto")
    await until(lambda: probed.link._talk.rooms._stays[room].nick == "Otto", "Otto")
    notice = probed.say("I am Otto", room, room=True)
    await until(lambda: Delivery.RECEIVED in probed.progress(notice), "echo")
    await until(lambda: "I am Otto" in heard(alice, room), "heard by Alice")
    assert alice.messages[-1]["from"] == JID(f"{room}/Otto")


async def test_rooms_are_entered_again_by_a_new_session_and_kept_by_a_resumed_one(either: World) -> None:
    alice, room = await open_room(either)
    probed = await either.bot()
    await joined(probed, room)
    probed.link.reconnect()
    notice = probed.say("after all", room, room=True)
    await until(lambda: probed.sessions == 2, "a session")
    await until(lambda: Delivery.RECEIVED in probed.progress(notice), "echo")
    probed.say("last", room, room=True)
    await until(lambda: "last" in heard(alice, room), "heard by Alice")
    assert heard(alice, room).count("after all") == 1


async def test_a_server_that_was_away_finds_the_bot_in_its_room_again(lab: Lab, own_prosody: Server) -> None:
    async with world_of(lab, own_prosody) as world:
        probed, room = await world.bot(), new_room()
        await joined(probed, room)
        own_prosody.kill()
        await until(lambda: probed.reasons, "the loss")
        notice = probed.say("after all", room, room=True)
        own_prosody.start()
        await until(lambda: probed.sessions == 2, "a session")
        await until(lambda: Delivery.RECEIVED in probed.progress(notice), "echo")


async def test_a_room_is_left_and_what_is_for_it_fails(either: World) -> None:
    alice, room = await open_room(either)
    probed = await either.bot()
    await joined(probed, room)
    probed.link.join({})
    # Another bot's leave of the test before may be among them.
    gone = (f"{room}/Robo", "unavailable")
    await until(lambda: gone in {(str(p["from"]), p["type"]) for p in alice.presences}, "gone")
    notice = probed.say("nobody", room, room=True)
    await until(lambda: probed.progress(notice) == [Delivery.FAILED], "failed")


async def test_a_bot_without_a_voice_keeps_what_it_has_to_say(either: World) -> None:
    alice, room = await open_room(either)
    await configure(alice, room, whois="anyone", moderatedroom="1")
    probed = await either.bot(timing=replace(QUICK, put_off=0.3))
    await joined(probed, room)
    await administer(alice, room, nick="Robo", role="visitor")
    notice = probed.say("hear me", room, room=True)
    await until(lambda: Delivery.QUEUED in probed.progress(notice), "put off")
    await administer(alice, room, nick="Robo", role="participant")
    await until(lambda: Delivery.RECEIVED in probed.progress(notice), "echo")


async def test_another_nick_is_taken_by_leaving_and_coming(either: World) -> None:
    alice, room = await open_room(either)
    probed = await either.bot()
    await joined(probed, room)
    probed.link.join({room: "Otto"})
    await until(lambda: any(str(p["from"]) == f"{room}/Otto" for p in alice.presences), "Otto")
    await until(lambda: room in inside(probed), "inside")
    notice = probed.say("I am Otto", room, room=True)
    await until(lambda: Delivery.RECEIVED in probed.progress(notice), "echo")


async def test_what_has_no_words_is_nothing_said(world: World) -> None:
    alice, room = await open_room(world)
    probed = await world.bot()
    await joined(probed, room)
    alice.xmpp.send_message(room, None, msubject="News", mtype="groupchat")
    say(alice, room, "words")
    await until(lambda: probed.said, "words")
    assert probed.said == ["words"]


async def test_what_a_room_refuses_for_good_has_failed(world: World) -> None:
    alice, room = await open_room(world)
    probed = await world.bot()
    await joined(probed, room)
    notice = probed.say("hello", room, room=True)
    await until(lambda: Delivery.RECEIVED in probed.progress(notice), "echo")
    session = probed.link._session
    assert session is not None
    error = session.xmpp.make_message(mto=BOT, mfrom=room, mtype="error")
    error["id"], error["error"]["type"], error["error"]["condition"] = notice.id, "cancel", "policy-violation"
    probed.link._talk.rooms._hear(error)
    await until(lambda: Delivery.FAILED in probed.progress(notice), "failed")
    probed.say("last", room, room=True)
    await until(lambda: "last" in heard(alice, room), "heard by Alice")
    assert heard(alice, room) == ["hello", "last"]


async def test_people_of_a_room_reach_nothing_else_of_the_bot(world: World) -> None:
    """Neither a private message nor a request of an occupant gets through, contact or not."""
    alice, room = await open_room(world)
    mallory = await world.person("mallory")
    await enter(mallory, room, "Mallory")
    probed = await world.bot()
    await joined(probed, room)
    for person in (alice, mallory):
        person.write(f"{room}/Robo", "/mqtt clear")
        with pytest.raises(IqError) as refused:
            await person.xmpp.plugin["xep_0092"].get_version(JID(f"{room}/Robo"), timeout=PATIENCE)
        assert refused.value.condition == "service-unavailable"
    await mallory.synchronise()
    await alice.synchronise()
    await world.settled(probed)
    assert probed.texts == []
    assert MALLORY not in probed.link._gate.contacts


async def test_an_impossible_nick_and_room_do_no_harm(world: World) -> None:
    _, room = await open_room(world)
    probed = await world.bot()
    probed.link.join({room: "x" * 1_100, "no room": "Robo"})
    await until(lambda: room in inside(probed), "in")
    assert set(probed.link._gate.rooms) == {room}


async def test_a_file_is_told_with_its_address_apart(either: World) -> None:
    alice, room = await open_room(either)
    probed = await either.bot()
    await joined(probed, room)
    address = "https://files.example.org/a.png"
    probed.say(address, room, room=True, file=True)
    probed.say(address, file=True)
    await until(lambda: alice.bodies.count(address) == 2, "both")
    for message in (each for each in alice.messages if each["body"] == address):
        assert message.xml.findtext("{jabber:x:oob}x/{jabber:x:oob}url") == address


async def test_what_the_room_would_not_pass_on_is_said_again(lab: Lab, prosody: Server, world: World) -> None:
    _, room = await open_room(world)
    probed = await world.bot()
    await joined(probed, room)
    stay = probed.link._talk.rooms._stays[room]
    session = probed.link._session
    assert session is not None
    # The bot is thrown out and believes to be inside when it speaks.
    session.xmpp.send_presence(pto=f"{room}/Robo", ptype="unavailable")
    await world.settled(probed)
    stay.inside = True
    probed.link._gate.inside.add(room)
    notice = probed.say("anybody?", room, room=True)
    await until(lambda: Delivery.QUEUED in probed.progress(notice), "put off")
    await until(lambda: room in inside(probed), "in again")
    probed.link.say(Notice(notice.id, room, notice.text, notice.at, room=True))
    await until(lambda: Delivery.RECEIVED in probed.progress(notice), "echo")

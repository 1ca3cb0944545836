"""What is said about other messages: in answer to them (XEP-0461), or to take them back (XEP-0424)."""

from dataclasses import replace
from typing import Any
import uuid
import xml.etree.ElementTree as ET

from people import ALICE, BOT, QUICK, Person, World, until
import pytest
from test_room_recipients import answer, named_by, told
from test_rooms import heard, joined, open_room

from custom_components.dinox_mqtt_bot.bot.model.notice import Reference
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.xmpp.incoming import FALLBACK, REPLY, RETRACT

RETRACTION = "urn:xmpp:message-retract:1"
OOB = "{jabber:x:oob}"
FILE = "https://127.0.0.1/a/cat.png"


async def received(person: Person, text: str) -> Any:
    def found() -> list[Any]:
        return [each for each in person.messages if each["body"] == text]

    await until(found, text)
    return found()[0]


async def test_an_answer_names_what_it_answers_and_who_said_that(either: World) -> None:
    alice, probed = await either.person("alice"), await either.bot()
    probed.say("yours", refers=Reference("m1", own=False))
    probed.say("mine", refers=Reference("m2"))
    for text, key, who in (("yours", "m1", ALICE), ("mine", "m2", BOT)):
        reply = (await received(alice, text)).xml.find(REPLY)
        assert (reply.get("id"), reply.get("to")) == (key, who)


async def test_what_is_taken_back_says_so_and_has_words_for_other_clients(either: World) -> None:
    alice, probed = await either.person("alice"), await either.bot()
    said = probed.say("The door is open.")
    back = probed.say("I take it back.", refers=Reference(said.id, retracts=True))
    message = await received(alice, "I take it back.")
    assert message.xml.find(RETRACT).get("id") == (await received(alice, "The door is open."))["id"]
    assert [each.get("for") for each in message.xml.iterfind(FALLBACK)] == [RETRACTION]
    assert message.xml.find("{urn:xmpp:hints}store") is not None
    assert not message["request_receipt"]
    await until(lambda: Delivery.SENT in probed.progress(back), "sent")


async def test_a_room_is_told_by_its_own_name_what_is_taken_back_or_answered(either: World) -> None:
    alice, room = await open_room(either)
    probed = await either.bot()
    await joined(probed, room)
    notice = await told(probed, room, "The door is open.")
    back = probed.say("I take it back.", room, room=True, refers=Reference(notice, retracts=True))
    mine = probed.say("As I said", room, room=True, refers=Reference(notice))
    named = named_by(alice, room, "The door is open.")
    message, reply = await received(alice, "I take it back."), await received(alice, "As I said")
    assert message.xml.find(RETRACT).get("id") == named != notice
    assert (reply.xml.find(REPLY).get("id"), reply.xml.find(REPLY).get("to")) == (named, f"{room}/Robo")
    for each in (back, mine):
        await until(lambda each=each: Delivery.RECEIVED in probed.progress(each), "the echo")
    answer(alice, room, text="who is there?")
    await until(lambda: probed.texts, "the question")
    probed.say("Nobody.", room, room=True, refers=Reference(probed.texts[0].id, own=False))
    found = (await received(alice, "Nobody.")).xml.find(REPLY)
    assert found.get("id") == named_by(alice, room, "who is there?")
    assert found.get("to") == f"{room}/Alice"
    probed.say("Nothing.", room, room=True, refers=Reference("unknown", own=False))
    found = (await received(alice, "Nothing.")).xml.find(REPLY)
    assert (found.get("id"), found.get("to")) == ("unknown", room)


async def test_what_a_room_has_not_passed_on_yet_is_not_referred_to(either: World) -> None:
    """The notice is not known to the outbox any more, which said no more of it when it was taken back."""
    alice, room = await open_room(either)
    probed = await either.bot()
    await joined(probed, room)
    notice = probed.say("The door is open.", room, room=True)
    del probed.outbox[notice.id], probed.put[notice.id]
    probed.say("I take it back.", room, room=True, refers=Reference(notice.id, retracts=True))
    message = await received(alice, "I take it back.")
    assert heard(alice, room)[-2:] == ["The door is open.", "I take it back."]
    assert message.xml.find(RETRACT).get("id") == named_by(alice, room, "The door is open.")


async def test_what_waits_for_an_echo_goes_on_when_there_will_be_none(world: World) -> None:
    alice, room = await open_room(world)
    probed = await world.bot(timing=replace(QUICK, room_ping=600, put_off=600))
    await joined(probed, room)
    rooms, saying = probed.link._talk.rooms, probed.link._talk.saying
    hear, rooms._hear = rooms._hear, lambda message: None  # type: ignore[method-assign]
    notice = probed.say("The door is open.", room, room=True)
    probed.say("I take it back.", room, room=True, refers=Reference(notice.id, retracts=True))
    await received(alice, "The door is open.")
    assert "I take it back." not in heard(alice, room)
    rooms._hear = hear  # type: ignore[method-assign]
    saying.put_off(notice.id, "room_full")
    await received(alice, "I take it back.")


async def test_after_a_restart_the_rooms_history_tells_how_it_names_what_was_said(either: World) -> None:
    alice, room = await open_room(either)
    first = await either.bot()
    await joined(first, room)
    notice = await told(first, room, "The door is open.")
    await first.link.stop()
    second = await either.bot(wait=False)
    second.link.join({room: "Robo"})
    second.say("I take it back.", room, room=True, refers=Reference(notice, retracts=True))
    await second.online()
    await joined(second, room)
    message = await received(alice, "I take it back.")
    assert message.xml.find(RETRACT).get("id") == named_by(alice, room, "The door is open.")


@pytest.mark.parametrize("told_where", [True, False])
async def test_what_a_contact_takes_back_is_nothing_said(world: World, told_where: bool) -> None:
    alice, probed = await world.person("alice"), await world.bot()
    words = "This person attempted to retract a previous message"
    message = alice.xmpp.make_message(mto=BOT, mbody=words, mtype="chat")
    message["id"] = "r1"
    ET.SubElement(message.xml, RETRACT, id="m1")
    fallback = ET.SubElement(message.xml, FALLBACK, {"for": RETRACTION})
    if told_where:
        ET.SubElement(fallback, "{urn:xmpp:fallback:0}body", start="0", end=str(len(words)))
    message.send()
    alice.write(BOT, "status")
    await until(lambda: probed.texts, "the command")
    assert probed.said == ["status"]


async def test_a_file_has_its_address_apart(either: World) -> None:
    alice, room = await open_room(either)
    probed = await either.bot()
    await joined(probed, room)

    def send(address: str, text: str | None, to: str = BOT) -> None:
        kind = "groupchat" if to == room else "chat"
        message = alice.xmpp.make_message(mto=to, mbody=text, mtype=kind)
        message["id"] = uuid.uuid4().hex
        ET.SubElement(ET.SubElement(message.xml, f"{OOB}x"), f"{OOB}url").text = address
        message.send()

    send(FILE, FILE)
    send(f"{FILE}?2", None)
    send(f"https://127.0.0.1/{'a' * 2_048}", "much too long")
    send(FILE, FILE, room)
    await until(lambda: len(probed.texts) == 4, "the files")
    assert sorted((each.text, each.file, each.room) for each in probed.texts) == sorted(
        [
            (FILE, FILE, ""),
            (f"{FILE}?2", f"{FILE}?2", ""),
            ("much too long", "", ""),
            (FILE, FILE, room),
        ]
    )

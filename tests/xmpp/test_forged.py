"""What is told of a notice counts only from the contact it was for, in a room only from the room itself."""

import uuid

from people import ALICE, BOT, Person, Probed, World, full, until
import pytest
from test_rooms import heard, joined, open_room, say

from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery

NAMED = "named@home.test"
HA = str(full("bot", "ha"))
FORGERIES = {
    "receipt": "<received xmlns='urn:xmpp:receipts' id='{id}'/>",
    "marked received": "<received xmlns='urn:xmpp:chat-markers:0' id='{id}'/>",
    "displayed": "<displayed xmlns='urn:xmpp:chat-markers:0' id='{id}'/>",
    "acknowledged": "<acknowledged xmlns='urn:xmpp:chat-markers:0' id='{id}'/>",
    "reply": "<reply xmlns='urn:xmpp:reply:0' id='{id}'/><body>seen to</body>",
    "reaction": "<reactions xmlns='urn:xmpp:reactions:0' id='{id}'><reaction>👍</reaction></reactions>",
    "correction": "<replace xmlns='urn:xmpp:message-correct:0' id='{id}'/><body>all is well</body>",
}
ERROR = "<error type='{kind}'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"


def send(person: Person, inner: str, to: str = HA, **attributes: str) -> None:
    """Send a message as it is written."""
    attributes = {"type": "chat", "id": uuid.uuid4().hex} | attributes
    head = " ".join(f"{name}='{value}'" for name, value in attributes.items())
    person.send_as_written(f"<message to='{to}' {head}>{inner}</message>")


async def alert(bot: Probed, alice: Person) -> Notice:
    """Say something to Alice, and wait until she has it."""
    notice = bot.say(f"alert {uuid.uuid4().hex}", priority=Priority.ALERT)
    await until(lambda: notice.text in alice.bodies and bot.progress(notice) == [Delivery.SENT])
    return notice


async def all_is_heard(world: World, bot: Probed, *people: Person) -> None:
    """Wait until the bot has heard everything that these people sent before."""
    for person in people:
        last = person.write(BOT, f"last {uuid.uuid4().hex}")
        await until(lambda last=last: any(said.id == last for said in bot.texts), "last")
    await world.settled(bot)


@pytest.mark.parametrize("what", FORGERIES)
async def test_another_contact_knows_nothing_of_a_notice(either: World, what: str) -> None:
    alice, named = await either.person("alice"), await either.person("named")
    bot = await either.bot((ALICE, NAMED))
    notice = await alert(bot, alice)
    forgery = FORGERIES[what].format(id=notice.id)
    for to in (BOT, HA):
        send(named, forgery, to)
    await all_is_heard(either, bot, named)
    assert bot.progress(notice) == [Delivery.SENT]
    assert bot.reactions == []
    assert {said.reply_to for said in bot.texts} == {""}
    send(alice, forgery)
    await all_is_heard(either, bot, alice)
    assert (len(bot.progress(notice)) > 1) is (what != "correction")
    assert len(bot.reactions) == (what == "reaction")


@pytest.mark.parametrize("kind", ["cancel", "wait"])
async def test_the_error_of_another_contact_takes_nothing_back(either: World, kind: str) -> None:
    alice, named = await either.person("alice"), await either.person("named")
    bot = await either.bot((ALICE, NAMED))
    notice = await alert(bot, alice)
    error = ERROR.format(kind=kind, condition="service-unavailable")
    send(named, error, type="error", id=notice.id)
    await all_is_heard(either, bot, named)
    assert bot.progress(notice) == [Delivery.SENT]
    assert (ALICE, "contact_unknown") not in bot.reach
    send(alice, error, type="error", id=notice.id)
    await until(lambda: (ALICE, "contact_unknown") in bot.reach)
    assert bot.progress(notice)[1] is (Delivery.FAILED if kind == "cancel" else Delivery.QUEUED)


async def test_in_a_room_an_occupant_neither_returns_nor_receives_for_the_bot(either: World) -> None:
    alice, room = await open_room(either)
    bot = await either.bot()
    await joined(bot, room)
    notice, private = bot.say("to all", room, room=True), await alert(bot, alice)
    await until(lambda: bot.progress(notice) == [Delivery.SENT, Delivery.RECEIVED])
    for key in (notice.id, private.id):
        # Whoever sends `item-not-found` and its like is sent out by the room itself.
        for kind, condition in (("auth", "forbidden"), ("modify", "not-acceptable"), ("wait", "conflict")):
            error = ERROR.format(kind=kind, condition=condition)
            send(alice, error, f"{room}/Robo", type="error", id=key)
        say(alice, room, "I am your echo", id=key)
    say(alice, room, "last")
    await until(lambda: "last" in bot.said and "last" in heard(alice, room))
    assert bot.progress(notice) == [Delivery.SENT, Delivery.RECEIVED]
    assert bot.progress(private) == [Delivery.SENT]
    assert room in bot.link._gate.inside
    assert not bot.link.rooms_refused
    assert heard(alice, room).count("to all") == 1


async def test_what_was_said_in_a_room_is_nothing_that_a_contact_can_receive(world: World) -> None:
    alice, room = await open_room(world)
    bot = await world.bot()
    await joined(bot, room)
    notice = bot.say("to all", room, room=True)
    await until(lambda: bot.progress(notice) == [Delivery.SENT, Delivery.RECEIVED])
    for what in ("displayed", "reply"):
        send(alice, FORGERIES[what].format(id=notice.id))
    error = ERROR.format(kind="cancel", condition="item-not-found")
    send(alice, error, type="error", id=notice.id)
    await all_is_heard(world, bot, alice)
    assert bot.progress(notice) == [Delivery.SENT, Delivery.RECEIVED]

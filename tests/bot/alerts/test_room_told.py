"""Rooms that are told of alerts: once, and acknowledged there by whoever is a contact."""

from dataclasses import replace

from alert_rules import above
from fakes import ME, NOON, World
import pytest

from bot.model.rules import Bridge, Contact, Display, Role, Subscription
from bot.model.utterance import Reaction, Utterance

YOU = "you@example.org"
ROOM = "family@conference.example.org"
AWAY = "team@rooms.other.example"
ACCOUNT = "home@example.org"
QUIET = Subscription("s/#", display=Display.SILENT)


def home(*contacts: Contact, **how: object) -> World:
    rules = (above(topic="s/1"),)
    people = contacts or (
        Contact(ME),
        Contact(YOU),
        Contact(ROOM, name="Family", room=True, role=Role.OPERATOR),
    )
    return World(QUIET, alerts=rules, contacts=people, account=ACCOUNT, **how)


def alarm(world: World) -> dict[str, str]:
    """Let the rule fire; return the ids of the notices by whom they are for."""
    world.receive("s/1", "31")
    world.later(2)
    return {notice.to: notice.id for notice in world.outbox.notices}


def told(world: World, to: str) -> list[str]:
    return [notice.text for notice in world.outbox.notices if notice.to == to]


async def say(world: World, text: str, who: str = ME, room: str = ROOM, reply_to: str = "") -> None:
    await world.bot.hear(Utterance(who, text, f"m{text}", NOON, "nick", reply_to, room))


def test_a_room_is_entered_and_told_once_as_a_room() -> None:
    world = home()
    assert world.chat.joined == [{ROOM: "Home"}]
    alarm(world)
    (notice,) = [notice for notice in world.outbox.notices if notice.to == ROOM]
    assert notice.room
    assert "👍 = I see to it" in notice.text
    assert [notice.room for notice in world.outbox.notices if notice.to != ROOM] == [False, False]


def test_a_bridge_and_a_contact_may_be_the_same_room() -> None:
    bridge = Bridge("out/#", "den@example.org", id="b1", number=1, room=True, nick="Bob")
    world = home(Contact(ME), Contact(ROOM, room=True, nick="Otto"), bridges=(bridge,))
    assert world.chat.joined == [{ROOM: "Otto", "den@example.org": "Bob"}]
    world.bot.apply(replace(world.bot.rules, contacts=(Contact(ME),)))
    assert world.chat.joined[1:] == [{"den@example.org": "Bob"}]


@pytest.mark.parametrize("how", ["reaction", "reply", "ack", "ack 1", "/mqtt ack"])
async def test_acknowledged_in_the_room_it_is_known_there_and_told_the_others_once(how: str) -> None:
    world = home()
    notices = alarm(world)
    world.outbox.notices.clear()
    if how == "reaction":
        await world.bot.react(Reaction(ME, notices[ROOM], ("👍",), NOON, ROOM))
    elif how == "reply":
        await say(world, "on my way", reply_to=notices[ROOM])
    else:
        await say(world, how)
    assert world.bot.alerts.active[0].acknowledged_by == ME
    assert told(world, ME) == []
    (news,) = told(world, YOU)
    assert news.startswith(f"👍 {ME} has acknowledged")
    (answer,) = told(world, ROOM)
    assert answer.startswith(f"👍 {ME} has acknowledged")


async def test_acknowledged_in_private_the_room_hears_who_once() -> None:
    world = home()
    notices = alarm(world)
    world.outbox.notices.clear()
    await world.bot.react(Reaction(YOU, notices[YOU], ("👍",), NOON))
    (text,) = told(world, ROOM)
    assert text.startswith(f"👍 {YOU} has acknowledged")
    assert len(told(world, ME)) == 1


async def test_snoozed_in_the_room_it_says_who_and_until_when() -> None:
    world = home()
    notices = alarm(world)
    world.outbox.notices.clear()
    await world.bot.react(Reaction(ME, notices[ROOM], ("😴",), NOON, ROOM))
    (answer,) = told(world, ROOM)
    assert answer.startswith(f"😴 {ME} has snoozed until")
    await say(world, "ack 1 until 20:00", who=YOU)
    assert "until" in told(world, ROOM)[-1]
    assert told(world, ROOM)[-1].startswith(f"👍 {YOU}")


@pytest.mark.parametrize("text", ["ack ack says the duck", "acknowledge me", "hello", "why"])
async def test_what_people_say_to_each_other_is_no_command(text: str) -> None:
    world = home()
    alarm(world)
    world.outbox.notices.clear()
    await say(world, text)
    assert world.outbox.notices == []
    assert not world.bot.alerts.active[0].acknowledged


async def test_in_a_room_that_is_no_contact_a_command_needs_mqtt() -> None:
    bridge = Bridge("out/#", ROOM, id="b1", number=1, room=True)
    world = home(Contact(ME), bridges=(bridge,))
    alarm(world)
    await say(world, "ack")
    assert not world.bot.alerts.active[0].acknowledged
    await say(world, "/mqtt ack")
    assert world.bot.alerts.active[0].acknowledged


async def test_strangers_and_viewers_acknowledge_nothing_there() -> None:
    world = home(Contact(ME), Contact(YOU, role=Role.VIEWER), Contact(ROOM, room=True, role=Role.OPERATOR))
    notices = alarm(world)
    world.outbox.notices.clear()
    await world.bot.react(Reaction("mallory@example.org", notices[ROOM], ("👍",), NOON, ROOM))
    await say(world, "ack", who="mallory@example.org")
    assert world.outbox.notices == []
    await world.bot.react(Reaction(YOU, notices[ROOM], ("👍",), NOON, ROOM))
    assert "needs the role operator" in told(world, ROOM)[0]
    assert not world.bot.alerts.active[0].acknowledged


@pytest.mark.parametrize(("role", "may"), [(Role.VIEWER, False), (Role.OPERATOR, True)])
async def test_the_role_of_a_room_is_the_most_that_anybody_may_do_there(role: Role, may: bool) -> None:
    world = home(Contact(ME), Contact(AWAY, room=True, role=role))
    notices = alarm(world)
    await world.bot.react(Reaction(ME, notices[AWAY], ("👍",), NOON, AWAY))
    assert world.bot.alerts.active[0].acknowledged is may
    if not may:
        assert "role of the room's contact" in told(world, AWAY)[-1]
    await say(world, "/mqtt rmalert 1", room=AWAY)
    assert world.bot.rules.alerts


async def test_the_id_of_a_notice_of_somebody_else_means_nothing_in_the_room() -> None:
    world = home()
    notices = alarm(world)
    await world.bot.react(Reaction(ME, notices[ME], ("👍",), NOON, ROOM))
    assert not world.bot.alerts.active[0].acknowledged


def test_what_is_held_for_a_room_is_said_there() -> None:
    world = home(Contact(ME), Contact(ROOM, room=True, hours="08:00-09:00"))
    world.clock.time = NOON + 7200
    alarm(world)
    assert [notice.room for notice in world.outbox.holding if notice.to == ROOM] == [True]


async def test_a_room_is_spoken_to_in_its_language_with_what_commands_need_there() -> None:
    world = home(Contact(ME), Contact(ROOM, room=True, language="de", role=Role.OPERATOR))
    alarm(world)
    assert "👍 = ich kümmere mich" in told(world, ROOM)[0] or "👍" in told(world, ROOM)[0]
    await say(world, "/mqtt ack")
    assert "quittiert" in told(world, ROOM)[-1]


def test_why_a_room_keeps_the_bot_out_is_status_until_it_does_not() -> None:
    world = home()
    world.bot.reach_changed(ROOM, "room_members")
    world.bot.reach_changed("other@conference.example.org", "room_gone")
    assert world.bot.status.unreachable == ((ROOM, "room_members"),)
    world.bot.reach_changed(ROOM, "")
    assert world.bot.status.unreachable == ()


async def test_status_and_contacts_say_why_a_room_keeps_the_bot_out() -> None:
    world = home()
    world.bot.reach_changed(ROOM, "room_members")
    assert "the room is for members only" in await world.ask("status")
    listed = await world.ask("contacts")
    assert "Family (family@conference.example.org), a room" in listed
    assert "the room is for members only" in listed


def test_a_message_may_be_sent_to_a_room() -> None:
    world = home()
    (notice,) = world.bot.send("dinner", ROOM)
    assert world.outbox.notices[0].room
    assert notice.to == ROOM

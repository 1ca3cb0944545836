"""Who gets what: topics, devices and areas of one's own, what matters enough, hours, digests."""

from dataclasses import replace

from alert_rules import above
from fakes import ME, NOON, World
from homes import announce
import pytest

from bot.chat.batch import Batch
from bot.model.message import Message
from bot.model.rules import Contact, Display, Follow, Priority, Scope, Subscription

YOU = "you@example.org"
GARDEN = Follow(Scope.TOPIC, "garden/#", "garden/#")
HOME = Subscription("home/#", display=Display.EACH)
GARDENS = Subscription("garden/#", display=Display.EACH)


def world(
    *contacts: Contact, subscriptions: tuple[Subscription, ...] = (HOME, GARDENS), **how: object
) -> World:
    """Return a home whose first look is over."""
    found = World(*subscriptions, contacts=(Contact(ME), *contacts), **how)
    for subscription in subscriptions:
        found.receive(subscription.filter.replace("#", "first"), "0", retain=True)
    found.later(20)
    found.outbox.notices.clear()
    return found


def told(world: World, to: str) -> str:
    return "\n".join(notice.text for notice in world.outbox.notices if notice.to == to)


def test_a_contact_is_told_of_its_own_topics_only() -> None:
    one = world(Contact(YOU, about=(GARDEN,)))
    one.receive("home/door", "open")
    one.receive("garden/gate", "shut")
    one.later(5)
    assert ("open" in told(one, ME), "shut" in told(one, ME)) == (True, True)
    assert ("open" in told(one, YOU), "shut" in told(one, YOU)) == (False, True)
    one.outbox.notices.clear()
    one.receive("home/door", "closed")
    one.later(20)
    assert told(one, YOU) == ""


def test_a_device_and_an_area_are_their_topics_whatever_they_are_called() -> None:
    one = world(
        Contact(YOU, about=(Follow(Scope.AREA, "shed", "Shed"), Follow(Scope.DEVICE, "p", "Pump"))),
        subscriptions=(HOME,),
    )
    where = {"name": "Box", "identifiers": ["b"], "suggested_area": "Shed"}
    announce(one, "sensor", "t", name="Temperature", state_topic="home/box", device=where)
    pump = {"name": "Pump", "identifiers": ["p"]}
    announce(
        one, "switch", "p", name=None, state_topic="home/pump", command_topic="home/pump/set", device=pump
    )
    one.later(1)
    one.outbox.notices.clear()
    for topic in ("home/box", "home/pump", "home/door"):
        one.receive(topic, f"{topic}!")
        one.later(20)
    assert [f"home/{name}!" in told(one, YOU) for name in ("box", "pump", "door")] == [True, True, False]
    audience = one.bot.listening.audience
    assert audience.covers((Follow(Scope.DEVICE, "p", "Pump"),), "home/pump/set")


def test_where_only_somebody_who_does_not_want_it_is_left_nobody_is_told_of_values() -> None:
    one = World(HOME, contacts=(Contact(YOU, about=(GARDEN,)),))
    one.receive("home/door", "open")
    one.later(20)
    assert one.outbox.notices == []


def test_what_matters_less_is_not_told_and_urgent_topics_are() -> None:
    urgent = Subscription("home/leak", priority=Priority.ALERT)
    one = world(Contact(YOU, least=Priority.ALERT), subscriptions=(HOME, urgent))
    one.receive("home/door", "open")
    one.receive("home/leak", "wet")
    one.later(20)
    assert ("open" in told(one, YOU), "wet" in told(one, YOU)) == (False, True)


def test_where_nobody_wants_what_is_urgent_everybody_is_told() -> None:
    urgent = Subscription("home/leak", priority=Priority.ALERT)
    one = World(urgent, contacts=(Contact(YOU, about=(GARDEN,)), Contact(ME, least=Priority.CRITICAL)))
    one.receive("home/leak", "wet")
    one.later(1)
    assert "wet" in told(one, YOU)
    assert "wet" in told(one, ME)


def test_a_storm_of_urgent_topics_is_told_each_its_own() -> None:
    every = Subscription("+/leak/#", priority=Priority.ALERT)
    one = World(every, contacts=(Contact(ME), Contact(YOU, about=(GARDEN,))), storm=1)
    one.receive("home/leak/0", "wet0")
    one.receive("garden/leak/1", "wet1")
    one.receive("home/leak/2", "wet2")
    one.later(61)
    assert "wet2" in told(one, ME)
    assert "wet1" in told(one, YOU)
    assert "wet2" not in told(one, YOU)


def test_the_bots_own_words_go_to_who_gets_normal_messages_or_to_all() -> None:
    one = world(Contact(YOU, least=Priority.ALERT))
    one.bot.send("hello")
    assert (told(one, ME), told(one, YOU)) == ("hello", "")
    other = World(contacts=(Contact(YOU, least=Priority.ALERT),))
    other.bot.send("hello")
    assert told(other, YOU) == "hello"


def test_a_digest_of_ones_own_comes_from_time_to_time() -> None:
    one = world(Contact(YOU, digest=True), digest_seconds=60.0)
    one.receive("home/door", "open")
    one.later(3)
    one.receive("home/window", "ajar")
    one.later(3)
    assert "open" in told(one, ME)
    assert told(one, YOU) == ""
    one.later(61)
    digest = [notice.text for notice in one.outbox.notices if notice.to == YOU]
    assert len(digest) == 1
    assert "open" in digest[0]
    assert "ajar" in digest[0]
    one.later(120)
    assert len([notice for notice in one.outbox.notices if notice.to == YOU]) == 1


def test_what_is_not_ones_own_is_not_kept_for_later_either() -> None:
    one = world(Contact(YOU, about=(GARDEN,), digest=True), digest_seconds=60.0)
    one.later(61)
    one.outbox.notices.clear()
    one.receive("home/door", "open")
    one.later(3)
    one.later(61)
    assert "open" in told(one, ME)
    assert told(one, YOU) == ""


async def test_a_digest_waits_for_its_contacts_hours() -> None:
    one = world(Contact(YOU, digest=True, hours="09:00-10:00"), digest_seconds=60.0)
    one.receive("home/door", "open")
    one.later(3)
    one.later(61)
    assert told(one, YOU) == ""
    one.later(3600)
    await one.settle()
    assert "open" in told(one, YOU)


def test_the_board_of_others_is_a_digest_for_who_gets_some_of_it() -> None:
    board = Subscription("garden/#", display=Display.BOARD), Subscription("home/#", display=Display.BOARD)
    one = World(*board, contacts=(Contact(ME), Contact(YOU, about=(GARDEN,))), digest_seconds=60.0)
    one.receive("garden/gate", "shut")
    one.receive("home/door", "open")
    one.later(1)
    assert ("shut" in told(one, ME), "open" in told(one, ME)) == (True, True)
    assert told(one, YOU) == ""
    one.later(61)
    assert ("shut" in told(one, YOU), "open" in told(one, YOU)) == (True, False)


def test_who_went_away_is_told_each_of_its_own() -> None:
    one = world(Contact(YOU, about=(GARDEN,)), Contact("third@example.org", digest=True), digest_seconds=60.0)
    for place in ("home", "garden"):
        one.receive(f"{place}/pump/availability", "online")
    one.later(20)
    one.outbox.notices.clear()
    for place in ("home", "garden"):
        one.receive(f"{place}/pump/availability", "offline")
    one.later(20)
    assert ("home/pump" in told(one, ME), "garden/pump" in told(one, ME)) == (True, True)
    assert ("home/pump" in told(one, YOU), "garden/pump" in told(one, YOU)) == (False, True)
    one.later(61)
    assert "home/pump" in told(one, "third@example.org")


def test_the_first_look_shows_each_its_own() -> None:
    one = World(HOME, GARDENS, contacts=(Contact(ME), Contact(YOU, about=(GARDEN,))))
    one.receive("home/door", "open", retain=True)
    one.receive("garden/gate", "shut", retain=True)
    one.later(20)
    assert "open" in told(one, ME)
    assert ("shut" in told(one, YOU), "open" in told(one, YOU)) == (True, False)


async def test_what_an_earlier_run_left_is_told_each_its_own() -> None:
    one = world(Contact(YOU, about=(GARDEN,)))
    one.receive("home/door", "open")
    one.receive("garden/gate", "shut")
    one.restart()
    one.outbox.notices.clear()
    await one.bot.say_untold()
    assert ("home/door" in told(one, ME), "garden/gate" in told(one, ME)) == (True, True)
    assert ("home/door" in told(one, YOU), "garden/gate" in told(one, YOU)) == (False, True)


def test_a_room_gets_no_way_out_that_is_not_addressed_there() -> None:
    room = "den@conference.example.org"
    one = world(Contact(room, room=True))
    for number in range(40):
        for topic in range(6):
            one.receive(f"home/{topic}", f"{number * 7 + topic}")
        one.later(2)
    said = [notice.text for notice in one.outbox.notices if notice.to == ME and "\n\n" in notice.text]
    if said:
        assert all(text not in told(one, room) for text in said)


def test_a_part_of_a_batch_counts_what_is_in_it() -> None:
    one = world()
    batch = Batch(1.0)
    reading = one.bot.readings.read
    for number in range(3):
        for place in ("home", "garden"):
            batch.add(reading(Message(f"{place}/{number}", b"1")), HOME, NOON)
    part = batch.part(lambda topic: topic.startswith("garden"))
    assert (part.count, part.topics) == (3, ["garden/0", "garden/1", "garden/2"])
    assert batch.part(lambda topic: False).count == 0


@pytest.mark.parametrize(
    ("contact", "rule_filter", "said"),
    [
        (Contact(YOU), "home/x", ""),
        (Contact(YOU, receives=False), "home/x", "rule_nobody"),
        (Contact(YOU, about=(GARDEN,)), "home/x", "rule_for_nobody"),
        (Contact(YOU, about=(GARDEN,)), "garden/x", ""),
        (Contact(YOU, about=(GARDEN,)), "#", ""),
        (Contact(YOU, about=(GARDEN,)), "garden/+/x", ""),
        (Contact(YOU, about=(GARDEN,)), "home/+", "rule_for_nobody"),
        (Contact(YOU, least=Priority.CRITICAL), "home/x", "rule_for_nobody"),
    ],
)
def test_it_is_known_whether_anybody_wants_to_be_told_of_a_rule(
    contact: Contact, rule_filter: str, said: str
) -> None:
    one = World(contacts=(contact,))
    audience, rule = one.bot.listening.audience, above(topic=rule_filter)
    assert audience.unheard(rule, ()) == said
    assert audience.unheard(rule, ("notify.phone",)) == ""
    assert audience.unheard(replace(rule, contacts=(YOU,)), ()) == ""
    assert audience.unheard(replace(rule, targets=("notify.x",)), ()) == ""
    assert audience.unheard(replace(rule, priority=Priority.SILENT), ()) == ""

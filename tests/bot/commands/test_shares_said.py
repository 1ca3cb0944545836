"""What contacts get, whom rules tell and who operates what, as it is typed."""

from dataclasses import replace
from typing import Any

from alert_rules import above
from fakes import ME, World
from homes import announce, home
import pytest

from bot.commands.following import Contacts
from bot.commands.undo import Undo
from bot.model.replies import BotError, Caller, Surface
from bot.model.rules import Contact, Follow, Priority, Role, Scope
from bot.model.utterance import Utterance
from bot.reading.contact_words import named_contact, to_whom
from bot.text.tongue import LANGUAGES, phrases, plainly

ANNA, BERT = "anna@example.org", "bert@example.org"
ROOM = "family@conference.example.org"
PEOPLE = (
    Contact(ME),
    Contact(ANNA, name="Anna", role=Role.VIEWER),
    Contact(BERT, name="Uncle Bert", role=Role.VIEWER),
    Contact(ROOM, name="Family", room=True, role=Role.OPERATOR),
)


def contact(world: World, jid: str) -> Contact:
    return next(each for each in world.bot.rules.contacts if each.jid == jid)


async def refused(world: World, text: str) -> str:
    """Return the key of what is wrong with a command of an administrator."""
    name, _, change = text.partition(" ")
    with pytest.raises(BotError) as error:
        await Contacts(contact=name, change=change).run(world.bot, Caller(Surface.CHAT, ME, Role.ADMIN))
    return error.value.key


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("about garden/#", {"about": (Follow(Scope.TOPIC, "garden/#", "garden/#"),)}),
        ("über garden/#", {"about": (Follow(Scope.TOPIC, "garden/#", "garden/#"),)}),
        ("about Cellar, Kitchen lamp", {"about": "Cellar, Kitchen lamp"}),
        ("from alert", {"least": Priority.ALERT}),
        ("ab kritisch", {"least": Priority.CRITICAL}),
        ("from normal", {"least": Priority.NORMAL}),
        ("only weekdays 7:00-22:00", {"hours": "weekdays 07:00-22:00"}),
        ("nur 7-22 uhr", {"hours": "07:00-22:00"}),
        ("only always", {"hours": ""}),
        ("digest", {"digest": True}),
        ("gesammelt", {"digest": True}),
        ("einzeln", {"digest": False}),
        ("operates garden/#", {"operates": (Follow(Scope.TOPIC, "garden/#", "garden/#"),)}),
        ("operator of Kitchen lamp", {"operates": "Kitchen lamp"}),
        ("operator below garden/#", {"operates": (Follow(Scope.TOPIC, "garden/#", "garden/#"),)}),
        ("bediener unter garden/#", {"operates": (Follow(Scope.TOPIC, "garden/#", "garden/#"),)}),
        ("about all", {"about": ()}),
        (
            "about garden/# from alert only 7:00-22:00 digest operates garden/gate/set",
            {
                "about": (Follow(Scope.TOPIC, "garden/#", "garden/#"),),
                "least": Priority.ALERT,
                "hours": "07:00-22:00",
                "digest": True,
                "operates": (Follow(Scope.TOPIC, "garden/gate/set", "garden/gate/set"),),
            },
        ),
    ],
)
async def test_what_a_contact_gets_is_said_in_a_line(said: str, wanted: dict[str, Any]) -> None:
    world = home(contacts=PEOPLE)
    answer = await world.ask(f"contacts anna {said}")
    assert answer.startswith("Changed"), answer
    changed = contact(world, ANNA)
    for name, value in wanted.items():
        found = getattr(changed, name)
        if name in {"about", "operates"} and isinstance(value, str):
            found = ", ".join(each.name for each in found)
        assert found == value


async def test_it_is_shown_and_taken_back() -> None:
    world = home(contacts=PEOPLE)
    wish = "about Cellar from alert only 7:00-22:00 digest operates Kitchen lamp"
    await world.ask(f"contacts uncle bert {wish}")
    shown = await world.ask("contacts bert")
    for part in ("gets Cellar", "from alert on", "only 07:00", "values as a digest", "operates Kitchen lamp"):
        assert part in shown, shown
    assert ANNA not in shown
    await Undo().run(world.bot, Caller(Surface.CHAT, ME, Role.ADMIN))
    assert contact(world, BERT) == PEOPLE[2]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("nobody about garden/#", "unknown_contact"),
        ("anna nonsense", "contact_wish"),
        ("anna about", "contact_wish_nothing"),
        ("anna about ,", "contact_wish_nothing"),
        ("anna from silent", "contact_level"),
        ("anna only sometimes", "rule_no_weekly"),
        ("anna about a/#/b", "invalid_filter"),
        ("anna about unheard-of", "no_name"),
        (f"anna about {','.join(f't/{number}' for number in range(60))}", "contact_wish_nothing"),
    ],
)
async def test_what_is_not_understood_changes_nothing(text: str, key: str) -> None:
    world = home(contacts=PEOPLE)
    assert (await refused(world, text)).startswith(key)
    assert world.bot.rules.contacts == PEOPLE


async def test_only_administrators_change_it() -> None:
    world = home(contacts=PEOPLE)
    with pytest.raises(BotError) as error:
        await Contacts(contact="anna", change="about all").run(
            world.bot, Caller(Surface.CHAT, BERT, Role.OPERATOR)
        )
    assert error.value.key == "not_allowed"
    assert "Anna" in await world.ask("contacts", role=Role.OPERATOR)


async def test_it_says_which_rules_nobody_wants_to_be_told_of() -> None:
    world = home(contacts=(Contact(ME),))
    await world.ask("alert home/ice/t > -10 as “Ice”")
    assert "nobody has asked" not in await world.ask("contacts")
    assert "nobody has asked to be told" in await world.ask("contacts me about garden/#")
    assert "Ice" in await world.ask("contacts")
    made = await world.ask("alert home/ice/t > -5 as “Thaw”")
    assert "Nobody has asked to be told of this" in made
    world.bot.apply(replace(world.bot.rules, contacts=(Contact(ME, receives=False),)))
    assert "Nobody will be told" in await world.ask("alert home/ice/t > -4 as “Melt”")


async def test_what_is_a_device_and_an_area_is_asked_about() -> None:
    world = home(contacts=PEOPLE)
    cellar = {"name": "Cellar", "identifiers": ["c"]}
    announce(world, "sensor", "c", name="T", state_topic="home/c", device=cellar)
    assert await refused(world, "anna about Cellar") == "area_or_device"


@pytest.mark.parametrize(
    ("said", "left", "jids"),
    [
        ("> -15 to family", "> -15", (ROOM,)),
        ("> -15 to Family for 5m", "> -15 for 5m", (ROOM,)),
        ("> -15 an familie", "> -15 an familie", None),
        ("> -15 to anna and uncle bert critical", "> -15 critical", (ANNA, BERT)),
        ("> -15 to anna, bert, family", "> -15", (ANNA, BERT, ROOM)),
        ("> -15 an anna und family", "> -15", (ANNA, ROOM)),
        (f"> -15 to {ROOM}", "> -15", (ROOM,)),
        ("> -15 to all", "> -15", ()),
        ("> -15 an alle", "> -15", ()),
        ("between 5 to 10", "between 5 to 10", None),
        ("== open to anna and then", "== open and then", (ANNA,)),
        ('as "to anna"', 'as "to anna"', None),
        ("to", "to", None),
        ("> 5 to anna,", "> 5", (ANNA,)),
        ("on", "on", None),
    ],
)
def test_whom_a_rule_tells_is_read_out_of_its_text(
    said: str, left: str, jids: tuple[str, ...] | None
) -> None:
    assert to_whom(said, PEOPLE) == (left, jids)


def test_an_address_that_is_no_contacts_is_said_so() -> None:
    with pytest.raises(BotError) as error:
        to_whom("> 5 to nobody@example.org", PEOPLE)
    assert error.value.key == "unknown_contact"


def test_what_stands_before_the_at_names_only_one() -> None:
    twins = Contact("anna@example.org"), Contact("anna@example.net")
    with pytest.raises(BotError):
        named_contact(twins, "anna")
    assert named_contact(twins, "anna@example.net digest")[1] == "digest"


async def test_a_rule_tells_a_room_alone_and_then_all_again() -> None:
    world = home(contacts=PEOPLE)
    made = await world.ask("alert home/ice/t > -10 to family as “Ice”")
    assert "Told: Family." in made
    (rule,) = world.bot.rules.alerts
    assert (rule.contacts, rule.name) == ((ROOM,), "Ice")
    world.outbox.notices.clear()
    world.receive("home/ice/t", "-5")
    world.later(2)
    told = {notice.to for notice in world.outbox.notices if "⚠" in notice.text}
    assert told == {ROOM}
    await world.ask("rule Ice to anna")
    assert world.bot.rules.alerts[0].contacts == (ANNA,)
    await world.ask("rule Ice > -8 to all")
    assert world.bot.rules.alerts[0].contacts == ()
    await world.ask("rule Ice > -7")
    assert world.bot.rules.alerts[0].condition.values == ("-7",)


def gardener(**how: Any) -> tuple[World, Caller]:
    """Return a home, and a viewer who operates the kitchen's lamp and the garden."""
    within = (
        Follow(Scope.TOPIC, "garden/#", "garden/#"),
        Follow(Scope.DEVICE, "Kitchen lamp", "Kitchen lamp"),
    )
    who = Contact(ANNA, role=Role.VIEWER, operates=within)
    world = home(contacts=(Contact(ME), who), **how)
    return world, Caller(Surface.CHAT, ANNA, Role.VIEWER, within=within)


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("publish garden/gate open", True),
        ("publish home/gate open", False),
        ("set Kitchen lamp off", True),
        ("lamp off", True),
        ("purge", False),
        ("subscribe garden/x", False),
    ],
)
async def test_below_its_role_a_contact_operates_what_it_may(text: str, done: bool) -> None:
    world, caller = gardener()
    world.broker.published.clear()
    answer = await world.bot.ask(text, caller)
    if answer.startswith("Nothing is known"):
        answer = await world.bot.ask("yes", caller)
    assert bool(world.broker.published) is done, answer
    if not done:
        assert "You may not use" in answer


async def test_it_acknowledges_what_is_its_own() -> None:

    world, caller = gardener(
        alerts=(above(topic="garden/1"), above(topic="home/1", id="r2", number=2, name="x"))
    )
    world.receive("garden/1", "31")
    world.receive("home/1", "31")
    world.later(2)
    assert "garden/1" in await world.bot.ask("ack", caller)
    assert {each.topic: each.acknowledged for each in world.bot.alerts.active} == {
        "garden/1": True,
        "home/1": False,
    }
    assert "operator of garden/#, Kitchen lamp only" in await world.bot.ask("snooze 2", caller)
    assert "You may not use" in await world.bot.ask("ack 2", replace(caller, within=()))


async def test_in_the_chat_it_is_the_contacts_and_in_rooms_where_the_room_gives_it() -> None:
    within = (Follow(Scope.TOPIC, "garden/#", "garden/#"),)
    rooms = (
        Contact(ROOM, room=True, role=Role.OPERATOR),
        Contact("far@x.example", room=True, role=Role.VIEWER),
    )
    world = World(contacts=(Contact(ANNA, role=Role.VIEWER, operates=within), *rooms))
    for room, count in (("", 1), (ROOM, 2), ("far@x.example", 2), ("none@y.example", 2)):
        asked = Utterance(ANNA, f"/mqtt publish garden/gate {room}x", room, world.clock.time, room=room)
        await world.bot.hear(asked)
        await world.bot.hear(replace(asked, id=f"y{room}", text="/mqtt yes" if room else "yes"))
        assert len(world.broker.published) == count, (room, world.said)


async def test_of_several_that_are_set_all_have_to_be_ones_own() -> None:
    world, caller = gardener()
    hall = {"state_topic": "home/hall/lamp", "command_topic": "home/hall/lamp/set"}
    announce(world, "light", "hall", name=None, device="Hall lamp", **hall)
    assert "not an operator of all of these: Hall lamp" in await world.bot.ask("set all lights off", caller)
    assert world.broker.published == []
    assert "2 set to off" in await world.ask("set all lights off")


def test_the_words_for_it_are_one_thing_each() -> None:
    said = (words[key] for words in LANGUAGES.values() for key in words if key.startswith("wish_"))
    every = [word for words in said for word in words]
    meanings = {word: phrases("wish")[tuple(plainly(word).split())] for word in every}
    assert len(every) > 15
    assert {meanings[word] for word in ("about", "über", "told of")} == {"about"}

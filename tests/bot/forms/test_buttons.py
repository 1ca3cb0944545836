"""What a message offers to be answered with: only what can still be done, and only to who may do it."""

from dataclasses import replace
import json

from alert_rules import above
from fakes import GUEST, ME, World
import pytest

from bot.forms.buttons import Buttons
from bot.forms.forms import Forms
from bot.model.forms import Button, FormStep
from bot.model.inquiry import Inquiry, Option
from bot.model.notice import Notice
from bot.model.rules import Contact, Follow, Role, Scope, Subscription
from bot.model.utterance import Reaction, Utterance

ROOM = "room@rooms.example.org"
GERMAN = "oma@example.org"


def a_world(**more: object) -> World:
    rules = tuple(
        above("30", f"home/{name}", id=f"r{at}", number=at, name=f"Hot {name}")
        for at, name in enumerate("abcd", 1)
    )
    return World(Subscription("home/#"), **{"alerts": rules, **more})  # type: ignore[arg-type]


def offered(world: World, notice: Notice) -> list[Button]:
    told = {each.id: each.to for each in world.outbox.notices}
    inquired = world.bot.dialogue.inquiries.buttons
    return list(
        Buttons(world.bot, world.bot.confirmation, inquired, lambda key: told.get(key, "")).of(notice)
    )


def newest(world: World, to: str = ME) -> Notice:
    return [each for each in world.outbox.notices if each.to == to][-1]


def alarm(world: World, to: str = ME) -> Notice:
    return [each for each in world.outbox.notices if each.to == to and each.text[0] in "⚠🔴✅"][-1]


def burn(world: World, *names: str) -> None:
    for name in names:
        world.receive(f"home/{name}", "35")
    world.later(60)


async def say(world: World, text: str, who: str = ME) -> Notice:
    await world.bot.hear(Utterance(who, text, "m", world.clock.time))
    return newest(world, who)


async def test_an_alert_can_be_seen_to_or_put_off() -> None:
    world = a_world()
    burn(world, "a")
    notice = alarm(world)
    assert offered(world, notice) == [
        Button("I see to it", "ack 1", "ack#1"),
        Button("1 hour", "snooze 1", "snooze#1"),
    ]
    step = await Forms(world.bot, world.bot.execute).begin(ME, "ack#1")
    assert isinstance(step, FormStep)
    assert "#1" in step.note
    # Somebody sees to it now.
    assert offered(world, notice) == []


async def test_what_a_button_says_does_it() -> None:
    for which in (0, 1):
        world = a_world()
        burn(world, "a")
        button = offered(world, alarm(world))[which]
        assert "#1" in (await say(world, button.says)).text
    world = a_world(bare_commands=False)
    burn(world, "a")
    assert [each.says for each in offered(world, alarm(world))] == ["/mqtt ack 1", "/mqtt snooze 1"]


async def test_of_several_alerts_each_of_three_has_one() -> None:
    world = a_world()
    burn(world, "a", "b", "c", "d")
    buttons = offered(world, alarm(world))
    assert [each.node for each in buttons] == ["ack#1", "ack#2", "ack#3"]
    assert buttons[0].label == "I see to it (#1)"


async def test_only_the_newest_message_of_an_incident_has_buttons_and_none_when_it_is_over() -> None:
    world = a_world(alerts=(above("30", "home/a", repeat=600.0),))
    burn(world, "a")
    first = alarm(world)
    assert offered(world, first)
    world.wait(700)
    again = alarm(world)
    assert again.id != first.id
    assert offered(world, first) == []
    assert len(offered(world, again)) == 2
    world.receive("home/a", "20")
    world.later(60)
    assert alarm(world).id != again.id
    assert [offered(world, each) for each in (first, again, alarm(world))] == [[], [], []]


@pytest.mark.parametrize("contact", [Contact(ME, role=Role.VIEWER), Contact(ME, room=True)])
async def test_who_may_not_see_to_it_and_rooms_are_offered_nothing(contact: Contact) -> None:
    world = a_world(contacts=(contact,))
    burn(world, "a")
    assert offered(world, alarm(world)) == []


async def test_who_operates_some_topics_is_offered_it() -> None:
    keeper = Contact(ME, role=Role.VIEWER, operates=(Follow(Scope.TOPIC, "home/a", "home/a"),))
    world = a_world(contacts=(keeper,))
    burn(world, "a")
    assert len(offered(world, alarm(world))) == 2


async def test_strangers_files_and_all_else_are_offered_nothing() -> None:
    world = a_world()
    burn(world, "a")
    notice = alarm(world)
    for other in ({"to": "who@example.org"}, {"room": True}, {"file": True}, {"id": "another"}, {"id": ""}):
        assert offered(world, replace(notice, **other)) == []  # type: ignore[arg-type]


async def test_the_words_are_those_of_the_contact() -> None:
    world = a_world(contacts=(Contact(GERMAN, language="de"),))
    burn(world, "a")
    buttons = offered(world, alarm(world, GERMAN))
    assert buttons[0].label == "Ich kümmere mich"
    assert "#1" in (await say(world, buttons[0].says, GERMAN)).text
    assert [each.acknowledged_by for each in world.bot.alerts.active] == [GERMAN]


async def test_a_question_is_answered_by_yes_or_no() -> None:
    world = a_world()
    world.receive("home/a", "1")
    asked = await say(world, "clear home/a")
    yes, no = offered(world, asked)
    assert (yes, no) == (Button("Yes", "Yes"), Button("No", "No"))
    assert (await say(world, no.says)).text == "Nothing was done."
    assert offered(world, asked) == []
    asked = await say(world, "clear home/a")
    assert "deleted" in (await say(world, yes.says)).text


async def test_a_question_that_waits_no_more_has_no_buttons() -> None:
    world = a_world()
    world.receive("home/a", "1")
    asked = await say(world, "clear home/a")
    world.later(61)
    assert offered(world, asked) == []


async def test_which_one_is_answered_by_its_number_and_no_topic_goes_along() -> None:
    world = a_world()
    for topic in ("home/kitchen/door", "home/hall/door"):
        world.receive(topic, "open")
    asked = await say(world, "mute door")
    buttons = offered(world, asked)
    assert [each.says for each in buttons] == ["1", "2"]
    assert all(each.label and not each.node for each in buttons)
    # What is said meanwhile asks nothing.
    assert offered(world, replace(asked, id="later")) == []
    assert buttons[1].label in (await say(world, buttons[1].says)).text


async def test_a_question_in_a_room_or_of_another_has_none() -> None:
    world = a_world()
    world.receive("home/a", "1")
    asked = await say(world, "clear home/a")
    assert offered(world, replace(asked, to=GUEST)) == []
    world.bot.confirmation.asked_by("again", ME, "")
    assert offered(world, asked) != []


async def test_the_answers_to_a_question_of_an_automation() -> None:
    world = a_world()
    inquiries = world.bot.dialogue.inquiries
    inquiries.ask(Inquiry("The garage is open. Shall I close it?", to=(ME,)))
    notice = newest(world)
    assert offered(world, notice) == [Button("Yes", "1"), Button("No", "2")]
    assert offered(world, replace(notice, to=GUEST)) == []
    await world.bot.react(Reaction(ME, notice.id, ("👍",), world.clock.time))
    assert offered(world, notice) == []
    inquiries.ask(Inquiry("How many?", (Option("5"), Option("7", "seven")), (ME,)))
    assert offered(world, newest(world)) == [Button("5", "5"), Button("seven", "seven")]


async def test_a_list_to_choose_from_offers_its_numbers() -> None:
    world = World(Subscription("#"))
    for name in ("Freezer", "Gefrierschrank"):
        kind = {"dev_cla": "temperature", "unit_of_meas": "°C"}
        told = {"name": None, "stat_t": name, "dev": {"name": name}, **kind}
        world.receive(f"homeassistant/sensor/{name}/config", json.dumps(told), retain=True)
        world.receive(name, "-18")
    asked = await say(world, "suggest")
    buttons = offered(world, asked)
    assert buttons
    assert {each.says for each in buttons} <= {str(number) for number in range(1, 9)}

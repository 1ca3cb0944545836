"""What was set is followed: the device's answer is told once, its own command is no news."""

import json
from typing import Any

from fakes import ME, World, failing
import pytest

from bot.model.message import Message
from bot.model.replies import Caller, Surface
from bot.model.rules import Contact, Display, Priority, Role, Subscription
from bot.model.utterance import Utterance

LAMP = {
    "name": "Porch",
    "schema": "json",
    "stat_t": "h/porch",
    "cmd_t": "h/porch/set",
    "brightness": True,
    "sup_clrm": ["rgb"],
}
OTHER = {"name": "Shed", "stat_t": "h/shed", "cmd_t": "h/shed/set"}
FRIEND = "friend@example.org"


def home(*subscriptions: Subscription, **how: Any) -> World:
    world = World(*(subscriptions or (Subscription("h/#"),)), **how)
    world.receive("homeassistant/light/porch/config", json.dumps(LAMP), retain=True)
    world.receive("homeassistant/switch/shed/config", json.dumps(OTHER), retain=True)
    return world


async def said_after(world: World, line: str, who: str = ME) -> str:
    """Say something in the chat and return the answer to it."""
    before = len(world.said)
    await world.bot.hear(Utterance(who, line, "u1", world.clock.time))
    return "\n".join(world.said[before:])


async def test_the_answer_of_a_device_is_told() -> None:
    world = home()
    assert await said_after(world, "set porch on") == "Porch: on (sent)"
    world.receive("h/porch", '{"state": "ON", "brightness": 102}')
    world.later(0.1)
    assert world.said[-1] == "Porch: on, 40 %"
    count = len(world.said)
    world.wait(20)
    assert len(world.said) == count


async def test_silence_of_a_device_is_told_within_five_seconds() -> None:
    world = home()
    await said_after(world, "set porch on")
    world.later(4.0)
    assert world.said[-1] == "Porch: on (sent)"
    world.later(0.9)
    assert world.said[-1] == "No answer from Porch yet."
    world.receive("h/porch", '{"state": "ON"}')
    world.wait(10)
    assert [text for text in world.said if text.startswith("No answer")] == ["No answer from Porch yet."]


async def test_an_answer_in_the_same_moment_is_in_the_reply() -> None:
    world = home()
    world.broker.answer = lambda topic, payload, properties: world.receive("h/porch", '{"state": "OFF"}')
    assert await said_after(world, "set porch off") == "Porch: off"
    world.wait(10)
    assert world.said[-1] == "Porch: off"


async def test_what_is_said_all_the_time_is_no_answer() -> None:
    world = home()
    world.receive("h/porch", '{"state": "OFF"}')
    world.wait(10)
    await said_after(world, "set porch on")
    world.receive("h/porch", '{"state": "OFF"}')
    world.later(1.0)
    assert world.said[-1] == "Porch: on (sent)"
    world.receive("h/porch", '{"state": "ON"}')
    world.later(0.1)
    assert world.said[-1] == "Porch: on"


async def test_a_device_that_answers_otherwise_is_told_as_it_is() -> None:
    world = home()
    world.receive("h/porch", '{"state": "ON", "brightness": 51}')
    world.wait(10)
    await said_after(world, "set porch 80 %")
    world.receive("h/porch", '{"state": "ON", "brightness": 102}')
    world.later(1.0)
    assert world.said[-1] == "Porch: brightness 80 % (sent)"
    world.later(4.0)
    assert world.said[-1] == "Porch: on, 40 %"


async def test_any_word_after_a_colour_is_its_answer() -> None:
    world = home()
    world.receive("h/porch", '{"state": "ON"}')
    await said_after(world, "set porch red")
    world.receive("h/porch", '{"state": "ON"}')
    world.later(0.1)
    assert world.said[-1] == "Porch: on"


async def test_its_own_command_is_not_told_to_anybody() -> None:
    world = home(Subscription("h/#"), Subscription("h/porch/set"))
    await said_after(world, "set porch on")
    world.receive("h/porch/set", '{"state": "ON"}')
    world.wait(3)
    assert not any("h/porch/set" in text for text in world.said)
    world.receive("h/porch/set", '{"state": "OFF"}')
    world.wait(3)
    assert any("h/porch/set" in text for text in world.said)
    world.clock.time += 20
    world.receive("h/porch/set", '{"state": "ON"}')
    world.wait(3)
    assert len([text for text in world.said if "h/porch/set" in text]) == 2


async def test_an_urgent_topic_is_told_in_any_case() -> None:
    world = home(Subscription("h/porch/set", priority=Priority.ALERT))
    await said_after(world, "set porch on")
    world.receive("h/porch/set", '{"state": "ON"}')
    world.wait(3)
    assert any("h/porch/set" in text for text in world.said)


COMMAND = Message("h/shed", b"ON")


async def test_a_command_on_the_topic_of_the_state_is_not_told() -> None:
    world = home()
    world.receive(
        "homeassistant/switch/shed/config", json.dumps({**OTHER, "cmd_t": "h/shed", "opt": True}), retain=True
    )
    await said_after(world, "set shed on")
    world.receive("h/shed", "ON")
    world.wait(3)
    assert not any("h/shed" in text or text == "Shed\non" for text in world.said)
    awaited, now = world.bot.awaited, world.clock.now()
    assert awaited.takes(COMMAND, Subscription("h/#"), now)
    assert not awaited.takes(COMMAND, Subscription("h/#", priority=Priority.ALERT), now)
    assert not awaited.takes(Message("h/shed", b"OFF"), Subscription("h/#"), now)
    assert not awaited.takes(COMMAND, Subscription("h/#"), now + 20)


async def test_others_are_told_of_the_change_as_always() -> None:
    world = home(contacts=(Contact(ME), Contact(FRIEND)))
    await said_after(world, "set porch on")
    world.receive("h/porch", '{"state": "ON"}')
    world.wait(3)
    told = [each.to for each in world.outbox.notices]
    assert (told.count(ME), told.count(FRIEND)) == (3, 1)


async def test_nothing_is_awaited_where_nothing_can_be_heard() -> None:
    world = home(Subscription("other/#"))
    assert await said_after(world, "set porch on") == "Porch: on"
    world.wait(10)
    assert world.said[-1] == "Porch: on"


async def test_an_exact_subscription_is_heard_too() -> None:
    world = home(Subscription("h/porch", display=Display.SILENT))
    assert await said_after(world, "set porch on") == "Porch: on (sent)"
    world.receive("h/porch", '{"state": "ON"}')
    world.later(0.1)
    assert world.said[-1] == "Porch: on"


async def test_an_action_gets_its_answer_at_once_and_nothing_more() -> None:
    world = home()
    reply = await world.bot.ask("set porch on", Caller(Surface.ASSIST, "somebody", Role.ADMIN))
    assert reply == "Porch: on"
    assert world.bot.awaited.due_at == float("inf")


async def test_what_could_not_be_published_is_not_awaited() -> None:
    world = home()
    world.broker.failure = failing("not_connected", reason="gone")
    await said_after(world, "set porch on")
    count = len(world.said)
    world.wait(10)
    assert len(world.said) == count


async def test_a_newer_wish_takes_the_place_of_an_older_one() -> None:
    world = home()
    await said_after(world, "set porch on")
    world.later(3.0)
    await said_after(world, "set shed on")
    world.later(3.0)
    assert not any(text.startswith("No answer") for text in world.said)
    world.later(2.0)
    assert world.said[-1] == "No answer from Shed yet."


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ([("h/porch", '{"state": "ON"}'), ("h/shed", "ON")], "All 2 have answered."),
        ([("h/porch", '{"state": "ON"}')], "Not so yet: Shed (no answer)."),
        ([], "Not so yet: Porch (no answer), Shed (no answer)."),
    ],
)
async def test_several_are_told_of_as_one(answers: list[tuple[str, str]], text: str) -> None:
    world = World(Subscription("h/#"))
    area = {"sa": "Yard"}
    world.receive(
        "homeassistant/light/porch/config", json.dumps({**LAMP, "dev": {"name": "", **area}}), retain=True
    )
    world.receive(
        "homeassistant/switch/shed/config", json.dumps({**OTHER, "dev": {"name": "", **area}}), retain=True
    )
    await said_after(world, "set yard off")
    await said_after(world, "set all off")
    for topic, payload in answers:
        world.receive(topic, payload.replace("ON", "OFF"))
    world.later(4.9)
    assert text in world.said


async def test_in_a_room_it_is_told_there() -> None:
    world = home()
    caller = Caller(Surface.CHAT, ME, Role.ADMIN, room="room@example.org")
    assert await world.bot.ask("set porch on", caller) == "Porch: on (sent)"
    world.receive("h/porch", '{"state": "ON"}')
    world.later(0.1)
    notice = next(each for each in world.outbox.notices if each.to == "room@example.org")
    assert (notice.text, notice.room) == ("Porch: on", True)


async def test_the_clock_may_be_set_back() -> None:
    world = home()
    await said_after(world, "set porch on")
    world.clock.time -= 3_600
    world.bot.tick(world.clock.time)
    assert world.said[-1] == "No answer from Porch yet."


async def test_so_many_are_awaited_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.chat.awaited._MOST_WAITED", 1)
    world = home(contacts=(Contact(ME, role=Role.ADMIN), Contact(FRIEND, role=Role.ADMIN)))
    assert await said_after(world, "set porch on") == "Porch: on (sent)"
    assert await said_after(world, "set shed on", FRIEND) == "Shed: on"


async def test_two_who_wait_for_one_device_are_both_told() -> None:
    world = home(contacts=(Contact(ME, role=Role.ADMIN), Contact(FRIEND, role=Role.ADMIN)))
    await said_after(world, "set porch on")
    await said_after(world, "set porch off", FRIEND)
    await said_after(world, "set shed on")
    world.receive("h/porch", '{"state": "OFF"}')
    world.later(0.1)
    assert [each.text for each in world.outbox.notices if each.to == FRIEND][-1] == "Porch: off"
    assert world.bot.awaited.answer("nobody@example.org", "") == ""

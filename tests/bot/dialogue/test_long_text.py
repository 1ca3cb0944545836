"""A text far too long is not looked at to its end."""

from fakes import ME, World
import pytest

from bot.model.rules import Bridge, Direction, Ear, FreeText
from bot.model.utterance import LONGEST_TEXT, Utterance

COMMAND = "/mqtt publish home/x "


TOO_LONG = f"That is longer than {LONGEST_TEXT} characters, the most I read at once: nothing of it was done."


async def test_a_command_that_is_too_long_is_refused_and_not_done_in_part() -> None:
    world = World()
    await world.bot.hear(Utterance(ME, COMMAND + "a" * LONGEST_TEXT, "m1", world.clock.time))
    assert [notice.text for notice in world.outbox.notices] == [TOO_LONG]
    assert await world.ask(COMMAND + "b" * LONGEST_TEXT) == TOO_LONG
    assert world.broker.published == []


async def test_a_command_as_long_as_can_be_is_done() -> None:
    world = World()
    await world.bot.hear(Utterance(ME, COMMAND.ljust(LONGEST_TEXT, "a"), "m1", world.clock.time))
    await world.ask(COMMAND.ljust(LONGEST_TEXT, "b"))
    assert [len(each[1]) for each in world.broker.published] == [LONGEST_TEXT - len(COMMAND)] * 2


async def test_what_is_no_command_is_not_answered_for_its_length() -> None:
    world = World()
    await world.bot.hear(Utterance(ME, "b" * (LONGEST_TEXT + 1), "m1", world.clock.time))
    assert all("longer" not in notice.text for notice in world.outbox.notices)


@pytest.mark.parametrize("automatic", [False, True])
async def test_what_a_bridge_carries_is_refused_and_not_cut(automatic: bool) -> None:
    bridge = Bridge("", ME, direction=Direction.IN, topic="said/here")
    world = World(bridges=(bridge,))
    said = Utterance(ME, "b" * (LONGEST_TEXT + 1), "m1", world.clock.time, automatic=automatic)
    await world.bot.hear(said)
    assert world.broker.published == []
    # Two bots that answer each other would never stop.
    assert [notice.text for notice in world.outbox.notices] == ([] if automatic else [TOO_LONG])
    await world.bot.hear(Utterance(ME, "b" * LONGEST_TEXT, "m2", world.clock.time))
    assert [len(each[1]) for each in world.broker.published] == [LONGEST_TEXT]


async def test_free_text_is_refused_and_not_cut() -> None:
    world = World(free_text=FreeText(Ear.TOPIC, "said/here"))
    await world.bot.hear(Utterance(ME, "b" * (LONGEST_TEXT + 1), "m1", world.clock.time))
    assert world.broker.published == []
    assert [notice.text for notice in world.outbox.notices] == [TOO_LONG]

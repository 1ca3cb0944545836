"""A text far too long is not looked at to its end."""

from fakes import ME, World

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

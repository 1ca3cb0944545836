"""A text far too long is not looked at to its end."""

from fakes import ME, World

from bot.model.utterance import LONGEST_TEXT, Utterance

COMMAND = "/mqtt publish home/x "


async def test_what_somebody_says_is_cut() -> None:
    world = World()
    await world.bot.hear(Utterance(ME, COMMAND + "a" * LONGEST_TEXT, "m1", world.clock.time))
    await world.ask(COMMAND + "b" * LONGEST_TEXT)
    lengths = [len(each[1]) for each in world.broker.published]
    assert lengths == [LONGEST_TEXT - len(COMMAND)] * 2

"""What is encrypted from end to end is no speech: it is answered, and goes nowhere."""

from fakes import GUEST, ME, World
import pytest

from bot.dialogue.hearing import UNREADABLE_EVERY
from bot.model.rules import Bridge, Direction, Ear, FreeText
from bot.model.utterance import Utterance

ROOM = "home@conference.example.org"
BRIDGES = tuple(
    Bridge("x", to, id=to, direction=Direction.BOTH, topic="in", room=to == ROOM) for to in (ME, ROOM)
)
EARS = (FreeText(), FreeText(Ear.TOPIC, "dinox/chat"), FreeText(Ear.AGENT, without_user=True))


async def sealed(world: World, who: str = ME, room: str = "") -> None:
    await world.bot.hear(Utterance(who, "", "m", world.clock.time, room=room, encrypted="OMEMO"))


async def plain(world: World, text: str, room: str = "") -> None:
    await world.bot.hear(Utterance(ME, text, "m", world.clock.time, room=room))


@pytest.mark.parametrize("ear", EARS)
@pytest.mark.parametrize("bridges", [(), BRIDGES])
@pytest.mark.parametrize("room", ["", ROOM])
async def test_it_is_answered_once_and_goes_nowhere(
    ear: FreeText, bridges: tuple[Bridge, ...], room: str
) -> None:
    world = World(free_text=ear, bridges=bridges, account="bot@example.org")
    for _ in range(3):
        await sealed(world, room=room)
    (said,) = world.outbox.notices
    assert (said.to, said.room) == (room or ME, bool(room))
    assert "OMEMO" in said.text
    assert world.broker.published == []
    assert world.agent.asked == []


async def test_each_contact_is_told_and_again_after_a_message_that_could_be_read_or_a_day() -> None:
    world = World()
    await sealed(world)
    await sealed(world, GUEST)
    assert [notice.to for notice in world.outbox.notices] == [ME, GUEST]
    await plain(world, "status")
    await sealed(world)
    world.later(UNREADABLE_EVERY)
    await sealed(world)
    assert [notice.to for notice in world.outbox.notices[2:]] == [ME, ME, ME]


async def test_a_room_is_told_once_a_day_whatever_else_is_said_in_it() -> None:
    world = World(bridges=BRIDGES, account="bot@example.org")
    await sealed(world, room=ROOM)
    await plain(world, "hello", ROOM)
    await sealed(world, room=ROOM)
    assert len(world.outbox.notices) == 1


async def test_it_withdraws_no_question_and_answers_none() -> None:
    world = World()
    await plain(world, "clear")
    await sealed(world)
    await plain(world, "yes")
    assert "delete" in world.said[-1]


async def test_a_strangers_is_not_answered() -> None:
    world = World()
    await sealed(world, "mallory@example.org")
    assert world.said == []

"""What cannot be undone is asked about first."""

from fakes import GUEST, ME, World
import pytest

from bot.commands.command import bind
from bot.commands.confirmation import LATE, PATIENCE
from bot.commands.database import Clear
from bot.model.replies import BotError, Caller, Surface
from bot.model.rules import Bridge, Ear, FreeText, Role, Subscription
from bot.model.utterance import Utterance


def filled_world(**more: object) -> World:
    world = World(Subscription("home/#", alias="House"), Subscription("$SYS/#"), **more)  # type: ignore[arg-type]
    for topic in ("home/a", "home/b", "$SYS/load"):
        world.receive(topic, "1")
    return world


def stored(world: World) -> list[str]:
    return [reading.message.topic for reading, _ in world.history.appended]


async def say(world: World, text: str, who: str = ME) -> str:
    before = len(world.outbox.notices)
    await world.bot.hear(Utterance(who, text, "m", world.clock.time))
    return "\n".join(notice.text for notice in world.outbox.notices[before:])


@pytest.mark.parametrize("yes", ["yes", "Yes!", " JA. ", "/mqtt yes", "y", "👍"])
async def test_after_a_yes_it_is_done(yes: str) -> None:
    world = filled_world()
    asked = await say(world, "clear home/a")
    assert "home/a: 1 message" in asked
    assert "yes" in asked
    assert len(stored(world)) == 3
    assert "deleted" in await say(world, yes)
    assert stored(world) == ["home/b", "$SYS/load"]
    assert "deleted" not in await say(world, yes)


async def test_everything_is_everything_and_counts_as_read() -> None:
    world = filled_world()
    world.outbox.unread = 3
    assert "3 messages of all topics" in await say(world, "/mqtt clear")
    assert "3 messages" in await say(world, "yes")
    assert stored(world) == []
    assert world.outbox.unread == 0


async def test_an_alias_stands_for_its_filter_and_nonsense_for_nothing() -> None:
    world = filled_world()
    assert "2 messages" in await say(world, "clear House")
    assert "is not a topic filter" in await say(world, "clear home/#/x")


@pytest.mark.parametrize("no", ["no", "Nein!", "cancel"])
async def test_after_a_no_nothing_is_done(no: str) -> None:
    world = filled_world()
    await say(world, "clear")
    assert await say(world, no) == "Nothing was done."
    await say(world, "yes")
    assert len(stored(world)) == 3


async def test_a_yes_with_very_much_behind_it_is_none() -> None:
    world = filled_world()
    await say(world, "clear")
    # Looked for from each blank anew, the end would be found tomorrow.
    await say(world, f"yes{' ' * 1_000_000}x")
    assert len(stored(world)) == 3


async def test_a_yes_that_comes_too_late_does_nothing() -> None:
    world = filled_world()
    await say(world, "clear")
    world.later(PATIENCE + 1)
    assert "too late" in await say(world, "yes")
    assert len(stored(world)) == 3


async def test_much_later_a_yes_is_just_a_word() -> None:
    world = filled_world(free_text=FreeText(Ear.TOPIC, "dinox/chat"))
    await say(world, "clear")
    world.later(PATIENCE + LATE + 1)
    await say(world, "yes")
    assert world.broker.published[0][:2] == ("dinox/chat", b"yes")


async def test_whatever_else_is_said_withdraws_the_question() -> None:
    world = filled_world()
    for text in ("topics", "good morning"):
        await say(world, "clear")
        await say(world, text)
        await say(world, "yes")
    assert len(stored(world)) == 3


async def test_an_answer_is_not_published_as_free_text() -> None:
    world = filled_world(free_text=FreeText(Ear.TOPIC, "dinox/chat"))
    await say(world, "clear home/a")
    await say(world, "yes")
    assert world.broker.published == []
    assert len(stored(world)) == 2


async def test_in_the_users_own_chat_the_answer_is_heard_as_well() -> None:
    world = filled_world(bare_commands=False)
    await say(world, "/mqtt clear home/a")
    await say(world, "yes")
    assert len(stored(world)) == 2


async def test_the_yes_of_another_is_none() -> None:
    world = filled_world()
    await say(world, "clear")
    await say(world, "yes", GUEST)
    assert len(stored(world)) == 3


async def test_a_namesake_neither_answers_the_question_nor_ends_it() -> None:
    world = filled_world()
    owner = Caller(Surface.ASSIST, "Demo", Role.ADMIN, user="u1")
    await world.bot.ask("clear", owner)
    await world.bot.ask("yes", Caller(Surface.ASSIST, "Demo", Role.VIEWER, user="u2"))
    assert len(stored(world)) == 3
    assert "deleted" in await world.bot.ask("yes", owner)


@pytest.mark.parametrize("word", ["/mqtt yes", "/mqtt no", "/mqtt status"])
async def test_a_word_in_a_room_is_no_answer_to_what_was_asked_in_private(word: str) -> None:
    room = "home@conference.example.org"
    world = filled_world(bridges=(Bridge("x", room, id="b1", room=True),), account="bot@example.org")
    await say(world, "clear")
    await world.bot.hear(Utterance(ME, word, "m1", world.clock.time, room=room))
    assert len(stored(world)) == 3
    assert "deleted" in await say(world, "yes")


async def test_a_word_in_private_is_no_answer_to_what_was_asked_in_a_room() -> None:
    room = "home@conference.example.org"
    world = filled_world(bridges=(Bridge("x", room, id="b1", room=True),), account="bot@example.org")
    await world.bot.hear(Utterance(ME, "/mqtt clear", "m1", world.clock.time, room=room))
    await say(world, "yes")
    assert len(stored(world)) == 3
    await world.bot.hear(Utterance(ME, "/mqtt yes", "m2", world.clock.time, room=room))
    assert not stored(world)


async def test_the_role_is_looked_at_again() -> None:
    world = filled_world()
    await say(world, "clear")
    caller = Caller(Surface.CHAT, ME, Role.OPERATOR)
    assert "admin" in await world.bot.ask("yes", caller)
    assert len(stored(world)) == 3


async def test_where_nobody_can_answer_it_has_to_be_said_at_once() -> None:
    world, caller = filled_world(), Caller(Surface.ACTION, "Ann", Role.ADMIN)
    with pytest.raises(BotError, match="not_confirmed"):
        await world.bot.execute(bind(Clear, {"filter": "home/a"}), caller)
    assert len(stored(world)) == 3
    await world.bot.execute(bind(Clear, {"filter": "home/a", "confirm": True}), caller)
    assert len(stored(world)) == 2


async def test_in_the_chat_it_can_be_said_at_once_too() -> None:
    world = filled_world()
    assert "deleted" in await say(world, "clear home/a --confirm")
    assert len(stored(world)) == 2


async def test_assist_can_be_answered() -> None:
    world, caller = filled_world(), Caller(Surface.ASSIST, "Ann", Role.ADMIN)
    assert "yes" in await world.bot.ask("clear home/a", caller)
    assert "deleted" in await world.bot.ask("yes", caller)


async def test_a_viewer_is_not_even_asked() -> None:
    assert "admin" in await say(filled_world(), "clear", GUEST)


async def test_a_command_with_nothing_to_say_of_itself_is_asked_about_by_its_help() -> None:
    stake = await super(Clear, Clear()).at_stake(World().bot)
    assert stake.key == "services.clear.description"

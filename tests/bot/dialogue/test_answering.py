"""Who is being answered can see it, as long as that takes."""

from dataclasses import replace

from fakes import ME, World
import pytest
from talk_home import english

from bot.model.replies import BotError
from bot.model.rules import Contact, Ear, FreeText, Role
from bot.model.utterance import Reaction, Utterance

ROOM = "room@conference.example.org"


def world_of() -> World:
    free_text = FreeText(Ear.AGENT, agent="conversation.other")
    return World(contacts=(Contact(ME, role=Role.OPERATOR, user="u1"),), free_text=free_text)


def said(world: World, text: str) -> Utterance:
    return Utterance(ME, text, "m1", world.clock.time)


@pytest.mark.parametrize("text", ["/mqtt status", "tell me a story"])
async def test_a_contact_is_seen_to_be_answered_until_the_answer_is_there(text: str) -> None:
    world = world_of()
    seen: list[list[str]] = []
    world.bot.listen(lambda _: seen.append(list(world.chat.waiting)))
    await world.bot.hear(said(world, text))
    assert seen[0] == [ME]
    assert world.chat.answered == [ME]
    assert not world.chat.waiting


@pytest.mark.parametrize("comes", [True, False])
async def test_who_waits_for_a_topic_sees_that_too_until_the_answer_or_the_end(*, comes: bool) -> None:
    topic = FreeText(Ear.TOPIC, "dinox/chat", "dinox/response", timeout=30.0)
    world = World(contacts=(Contact(ME, role=Role.OPERATOR),), free_text=topic)
    await world.bot.hear(said(world, "tell me a story"))
    assert world.chat.waiting == [ME]
    if comes:
        world.receive("dinox/response", "once upon a time")
    else:
        world.later(31)
    assert not world.chat.waiting


async def test_a_question_that_cannot_be_asked_is_not_waited_for() -> None:
    topic = FreeText(Ear.TOPIC, "dinox/chat", "dinox/response", timeout=30.0)
    world = World(contacts=(Contact(ME, role=Role.OPERATOR),), free_text=topic)
    world.broker.failure = BotError("not_connected")
    await world.bot.hear(said(world, "tell me a story"))
    assert not world.chat.waiting


async def test_a_reaction_is_answered_too() -> None:
    world = english()
    world.bot.outgoing.answer(ME, "Freezer Temperature -17.7 °C")
    told = world.outbox.notices[-1].id
    await world.bot.react(Reaction(ME, told, ("📈",), world.clock.time))
    assert world.chat.answered == [ME]


@pytest.mark.parametrize("change", [{"room": ROOM}, {"automatic": True}])
async def test_neither_a_room_nor_a_bot_is_shown_it(change: dict[str, object]) -> None:
    world = world_of()
    await world.bot.hear(replace(said(world, "/mqtt status"), **change))  # type: ignore[arg-type]
    assert not world.chat.answered

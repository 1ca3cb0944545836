"""A contact sees that a long answer is being written (XEP-0085), as far as its client knows such states."""

import asyncio

from people import ALICE, BOT, PATIENCE, Person, Probed, World, until
from slixmpp import JID

SLOW = 0.5
"""Seconds, over twice what the bot of these tests waits before it shows anything."""


def seen(person: Person) -> list[str]:
    """Return what a person saw of the bot: states and words, in order."""
    messages = [message for message in person.messages if message["from"].bare == BOT]
    shown = [(message["chat_state"], message["body"]) for message in messages]
    return [" ".join(filter(None, each)) for each in shown if any(each)]


async def heard(world: World, state: str = "active") -> tuple[Person, Probed]:
    """Return who has written to the bot, with this state, and the bot."""
    alice, bot = await world.person("alice"), await world.bot()
    alice.write(BOT, "status", **({"chat_state": state} if state else {}))
    await until(lambda: bot.said == ["status"])
    return alice, bot


async def test_a_long_answer_is_seen_to_be_written_until_it_comes(either: World) -> None:
    alice, bot = await heard(either)
    with bot.link.answering(ALICE):
        await asyncio.sleep(SLOW)
    bot.say("All is well.")
    await until(lambda: len(seen(alice)) == 2)
    await asyncio.sleep(SLOW)
    await either.settled(bot)
    await alice.synchronise()
    assert seen(alice) == ["composing", "active All is well."]


async def test_a_quick_answer_is_just_said(world: World) -> None:
    alice, bot = await heard(world)
    with bot.link.answering(ALICE):
        bot.say("All is well.")
    await asyncio.sleep(SLOW)
    await world.settled(bot)
    await alice.synchronise()
    assert seen(alice) == ["active All is well."]


async def test_where_nothing_is_said_it_ends_too(world: World) -> None:
    alice, bot = await heard(world)
    with bot.link.answering(ALICE):
        await asyncio.sleep(SLOW)
    await until(lambda: seen(alice) == ["composing", "paused"], "the end")


async def test_what_comes_between_ends_nothing(world: World) -> None:
    alice, bot = await heard(world)
    with bot.link.answering(ALICE):
        await asyncio.sleep(SLOW)
        bot.say("The freezer is warm.")
        await until(lambda: len(seen(alice)) == 3, "the state anew")
    bot.say("All is well.")
    await until(lambda: len(seen(alice)) == 4)
    assert seen(alice) == ["composing", "active The freezer is warm.", "composing", "active All is well."]


async def test_two_long_answers_are_one_to_who_watches(world: World) -> None:
    alice, bot = await heard(world)
    with bot.link.answering(ALICE):
        with bot.link.answering(ALICE):
            await until(lambda: seen(alice) == ["composing"])
        await asyncio.sleep(SLOW)
        await world.settled(bot)
        await alice.synchronise()
        assert seen(alice) == ["composing"]
    await until(lambda: seen(alice) == ["composing", "paused"], "the end")


async def test_who_shows_no_states_is_shown_none(world: World) -> None:
    alice, bot = await heard(world, state="")
    with bot.link.answering(ALICE):
        await asyncio.sleep(SLOW)
    bot.say("All is well.")
    await until(lambda: alice.bodies)
    assert seen(alice) == ["All is well."]


async def test_words_without_a_state_take_it_back(world: World) -> None:
    alice, bot = await heard(world)
    alice.write(BOT, "status?")
    await until(lambda: len(bot.said) == 2)
    with bot.link.answering(ALICE):
        await asyncio.sleep(SLOW)
    bot.say("All is well.")
    await until(lambda: alice.bodies)
    assert seen(alice) == ["All is well."]


async def test_states_alone_are_no_words(world: World) -> None:
    alice, bot = await heard(world)
    alice.write(BOT, chat_state="composing")
    alice.write(BOT, "last", chat_state="active")
    await until(lambda: "last" in bot.said)
    assert bot.said == ["status", "last"]


async def test_the_bot_says_that_it_knows_states(world: World) -> None:
    alice, _bot = await heard(world)
    answer = await alice.xmpp.plugin["xep_0030"].get_info(jid=JID(f"{BOT}/ha"), local=False, timeout=PATIENCE)
    assert "http://jabber.org/protocol/chatstates" in answer["disco_info"]["features"]


async def test_what_is_shown_leaves_no_timer(world: World) -> None:
    alice, bot = await heard(world)
    with bot.link.answering(ALICE):
        await until(lambda: seen(alice) == ["composing"])
    await bot.link.stop()
    await alice.synchronise()
    assert seen(alice) == ["composing"]


async def test_what_is_waited_for_at_the_end_leaves_no_timer(world: World) -> None:
    alice, bot = await heard(world)
    with bot.link.answering(ALICE):
        await bot.link.stop()
        await asyncio.sleep(SLOW)
    await alice.synchronise()
    assert seen(alice) == []


async def test_nobody_is_shown_anything_without_a_session(world: World) -> None:
    alice, bot = await heard(world)
    await bot.link.stop()
    with bot.link.answering(ALICE):
        await asyncio.sleep(SLOW)
    await alice.synchronise()
    assert seen(alice) == []

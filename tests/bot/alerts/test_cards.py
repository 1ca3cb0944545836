"""Who sees to an alert stands below what was told of it, as long as clients correct that; all else is new."""

from collections.abc import Callable

from alert_rules import above
from fakes import ME, World
from hypothesis import given, strategies as st
import pytest

from bot.model.notice import CORRECTABLE, Notice
from bot.model.rules import Contact, Display, Role, Subscription

BOB = "bob@example.org"
ROOM = "family@rooms.example.org"


def home(*others: Contact) -> World:
    """Return a home in which something is hot, of which me and Bob know."""
    people = (Contact(ME), Contact(BOB, role=Role.OPERATOR), *others)
    world = World(Subscription("t", display=Display.SILENT), contacts=people, alerts=(above(),))
    world.receive("t", "40")
    world.later(3)
    return world


def told(world: World, to: str) -> Notice:
    return [each for each in world.outbox.notices if each.to == to][-1]


def confirm(world: World, to: str) -> Notice:
    """Let a client of somebody confirm what was told last."""
    notice = told(world, to)
    world.outbox.confirmations[to] = notice.replaces or notice.id
    return notice


async def test_who_sees_to_it_stands_below_the_alert() -> None:
    world = home()
    alert = confirm(world, ME)
    await world.ask("ack 1 on my way", BOB, Role.OPERATOR)
    seen = told(world, ME)
    assert seen.replaces == alert.id
    first, below = seen.text.rsplit("\n", 1)
    assert first == alert.text
    assert below.startswith("👍 bob@example.org has acknowledged")
    assert below.endswith("on my way")


async def test_what_comes_next_stands_below_that_and_the_end_is_new() -> None:
    world = home()
    alert = confirm(world, ME)
    await world.ask("ack 1", BOB, Role.OPERATOR)
    await world.ask("snooze 1 1h", BOB, Role.OPERATOR)
    seen = told(world, ME)
    assert seen.replaces == alert.id
    assert [line[0] for line in seen.text.splitlines() if line[0] in "⚠👍😴"] == ["⚠", "👍", "😴"]
    world.receive("t", "20")
    world.later(5)
    assert told(world, ME).replaces == ""
    assert told(world, ME).text.startswith("✅")


async def test_what_is_told_again_or_more_urgently_is_a_new_message() -> None:
    rule = above(repeat=60.0, escalate_after=100.0)
    world = World(Subscription("t", display=Display.SILENT), contacts=(Contact(ME),), alerts=(rule,))
    world.receive("t", "40")
    world.later(3)
    seen = []
    for seconds in (57, 40):
        before = confirm(world, ME)
        world.later(seconds)
        world.later(3)
        seen.append(told(world, ME))
        assert seen[-1].id != before.id
        assert seen[-1].replaces == ""
    assert [each.text.splitlines()[-2][0] for each in seen] == ["⚠", "🔴"]


async def said_else(world: World) -> None:
    other = Notice(world.bot.ports.clock.new_id(), ME, "Something else", world.clock.time)
    world.outbox.put(other)


async def unconfirmed(world: World) -> None:
    world.outbox.confirmations.clear()


async def old(world: World) -> None:
    world.later(CORRECTABLE)


async def killed(world: World) -> None:
    world.restart()


async def undisturbed(world: World) -> None:
    world.bot.do_not_disturb.set_contact(ME, undisturbed=True)


@pytest.mark.parametrize("why", [said_else, unconfirmed, old, killed, undisturbed])
async def test_else_it_is_a_new_message(why: Callable[[World], object]) -> None:
    world = home()
    confirm(world, ME)
    await why(world)  # type: ignore[misc]
    await world.ask("ack 1", BOB, Role.OPERATOR)
    every = [each for each in (*world.outbox.notices, *world.outbox.holding) if "has ackn" in each.text]
    assert [(each.to, each.replaces) for each in every] == [(ME, "")]
    assert every[0].text.startswith("👍")


async def test_a_room_has_each_message_by_itself() -> None:
    world = home(Contact(ROOM, name="Family", room=True, role=Role.OPERATOR))
    confirm(world, ROOM)
    await world.ask("ack 1", BOB, Role.OPERATOR)
    assert told(world, ROOM).replaces == ""


async def test_below_a_card_stands_only_what_it_is_about() -> None:
    people = (Contact(ME), Contact(BOB, role=Role.OPERATOR))
    rules = (above(), above(topic="u", id="r2", number=2, name="warm"))
    world = World(Subscription("#", display=Display.SILENT), contacts=people, alerts=rules)
    for topic in "tu":
        world.receive(topic, "40")
        world.later(5)
    confirm(world, ME)
    await world.ask("ack 1", BOB, Role.OPERATOR)
    assert told(world, ME).replaces == ""


@given(
    st.lists(st.sampled_from(["ack", "snooze", "confirm", "other", "40", "20", "later", "kill"]), max_size=12)
)
async def test_no_alert_is_hidden_whatever_comes(steps: list[str]) -> None:
    """What is corrected goes on saying what it said; each alert and each end is a message by itself."""
    world = home()
    for step in steps:
        if step in {"ack", "snooze"}:
            await world.ask(f"{step} 1" + " 1h" * (step == "snooze"), BOB, Role.OPERATOR)
        elif step == "confirm":
            confirm(world, ME)
        elif step == "other":
            await said_else(world)
        elif step == "kill":
            world.restart()
        elif step == "later":
            world.later(CORRECTABLE / 3)
        else:
            world.receive("t", step)
            world.later(3)
    mine = [each for each in world.outbox.notices if each.to == ME]
    texts: dict[str, str] = {}
    for each in mine:
        if each.replaces:
            assert each.text.startswith(f"{texts[each.replaces]}\n")
        elif "⚠" in each.text or "✅" in each.text:
            assert each.id not in texts
        texts[each.replaces or each.id] = each.text

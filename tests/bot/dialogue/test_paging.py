"""Long answers come a page at a time, and the next page for one word."""

from fakes import GUEST, ME, World
import pytest

from bot.commands.command import is_more
from bot.dialogue.paging import MOST_LEFT, Pages
from bot.model.replies import PAGE, Caller, Surface, Table, Text
from bot.model.rules import Contact, Role, Subscription
from bot.model.utterance import Utterance


def many(count: int = 45, **how: object) -> World:
    world = World(Subscription("s/#"), **how)  # type: ignore[arg-type]
    for number in range(count):
        world.receive(f"s/{number:02}", str(number))
        world.clock.time += 1
    return world


@pytest.mark.parametrize(
    "word", ["more", "More", "mehr", "weiter", "next page", "mqtt more", "/mqtt mehr", "!more"]
)
async def test_a_list_goes_on_by_a_word(word: str) -> None:
    world = many()
    first = (await world.ask("history")).splitlines()
    assert len([line for line in first if line.startswith("•")]) == PAGE
    assert first[-1].startswith("… and 25 more: more")
    second = (await world.ask(word)).splitlines()
    assert second[1].startswith("• s/24 ")
    third = (await world.ask(word)).splitlines()
    assert third[-1].startswith("• s/00 ")
    assert await world.ask(word) == "There is nothing more to show."


async def test_a_history_goes_back_by_a_word() -> None:
    world = World(Subscription("s/#"))
    for number in range(25):
        world.receive("s/t", str(number))
        world.clock.time += 60
    assert "Page 1 of 3, 25 messages. Older ones: more" in await world.ask("history s/t")
    assert "Page 2 of 3" in await world.ask("more")
    assert "Page 3 of 3, 25 messages." in await world.ask("more")
    assert await world.ask("more") == "There is nothing more to show."
    assert "Page 2 of 3" in await world.ask("history s/t --page 2")


async def test_a_long_page_of_a_history_is_shown_before_older_ones() -> None:
    world = World(Subscription("s/#"))
    for number in range(70):
        world.receive("s/t", str(number))
    first = await world.ask("history s/t 30")
    assert len([line for line in first.splitlines() if line.startswith("•")]) == 30
    assert "• 08:00:00 — 10" in await world.ask("more")


async def test_what_is_read_from_its_end_goes_back() -> None:
    world = many()
    reply = await world.ask("why")
    assert "no alert" in reply
    assert await world.ask("more") == "There is nothing more to show."


async def test_everybody_has_their_own_page() -> None:
    world = many()
    await world.ask("history")
    assert await world.ask("more", GUEST) == "There is nothing more to show."
    assert "• s/24 " in await world.ask("more")


async def test_only_so_many_pages_are_kept() -> None:
    world = many()
    await world.ask("history")
    for number in range(MOST_LEFT):
        await world.ask("history", f"u{number}@example.org", Role.VIEWER)
    assert await world.ask("more") == "There is nothing more to show."
    assert "• s/24 " in await world.ask("more", "u5@example.org", Role.VIEWER)


async def test_in_the_chat_it_is_a_line_like_others() -> None:
    world = many()
    await world.bot.hear(Utterance(ME, "history", "1", world.clock.time))
    await world.bot.hear(Utterance(ME, "mehr", "2", world.clock.time))
    assert "• s/24 " in world.outbox.notices[-1].text


async def test_where_commands_need_mqtt_so_does_more() -> None:
    world = many(bare_commands=False)
    await world.bot.hear(Utterance(ME, "/mqtt history", "1", world.clock.time))
    assert world.outbox.notices[-1].text.endswith(
        ": /mqtt more See the topics under a filter with /mqtt topics s/#"
    )
    told = len(world.outbox.notices)
    await world.bot.hear(Utterance(ME, "more", "2", world.clock.time))
    assert len(world.outbox.notices) == told
    await world.bot.hear(Utterance(ME, "/mqtt more", "3", world.clock.time))
    assert "• s/24 " in world.outbox.notices[-1].text


async def test_an_answer_of_another_surface_is_another_one() -> None:
    world = many()
    await world.ask("history")
    assert (
        await world.bot.ask("more", Caller(Surface.ASSIST, ME, Role.ADMIN))
        == "There is nothing more to show."
    )


def test_what_is_more() -> None:
    assert is_more("  MORE ")
    assert not is_more("more history")


async def test_each_contact_has_its_language() -> None:
    world = World(contacts=(Contact(ME, language="de"), Contact(GUEST, role=Role.VIEWER)))
    assert await world.ask("qwxzj") == "Den Befehl „qwxzj“ gibt es nicht. Siehe hilfe"
    assert await world.ask("qwxzj", GUEST) == "There is no command “qwxzj”. See help"
    await world.bot.hear(Utterance(ME, "stumm", "1", world.clock.time))
    assert world.outbox.notices[-1].text.startswith(
        "Nichts ist stummgeschaltet. Stumm schaltet zum Beispiel stumm"
    )


def test_of_some_lists_the_end_comes_first() -> None:
    rows = tuple((str(number),) for number in range(PAGE + 2))
    table = Table(Text("aliases"), ("column_name",), rows, keep_last=True)
    pages, caller = Pages(), Caller(Surface.CHAT, ME, Role.ADMIN)
    shown = pages.begin(table, None, caller)
    assert isinstance(shown, Table)
    assert (shown.rows, shown.left) == (rows[2:], 2)
    rest = pages.more(caller)
    assert isinstance(rest, Table)
    assert rest.rows == rows[:2]

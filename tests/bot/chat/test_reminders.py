"""What contacts want to be told or done later."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from boat import boat
from fakes import GUEST, ME, World
from homes import announce, say
import pytest

from bot.chat.reminders import KEPT, MOST
from bot.model.replies import BotError, Caller, Surface
from bot.model.rules import Contact, Role
from bot.model.utterance import Utterance

LIGHT = ("boat/light/set", b"OFF")
AGAIN = "What comes in another rhythm is for automations of Home Assistant: their action send_message."
ONCE = f"I remind once, every day or on days of the week, such as every monday at 8. {AGAIN}"


def told(world: World, to: str = ME) -> list[str]:
    """Return what was told about the time, and not answered."""
    return [each.text for each in world.outbox.notices if each.to == to and each.text.startswith("⏰")]


async def later(world: World, seconds: float) -> None:
    world.later(seconds)
    await world.settle()


async def test_a_reminder_is_told_once_it_is_time() -> None:
    world = boat()
    assert await say(world, "remind me in 10 minutes to close the hatch") == "⏰ 08:15: close the hatch (r1)"
    await later(world, 599)
    assert told(world) == ["⏰ 08:15: close the hatch (r1)"]
    await later(world, 1)
    assert told(world)[1:] == ["⏰ close the hatch"]
    await later(world, 5_000)
    assert len(told(world)) == 2
    assert world.memory.get(KEPT) == ""


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("remind me every day at 8 to feed the cat", "⏰ every day, next tomorrow 08:00: feed the cat (r1)"),
        ("remind me at 8 every morning", "⏰ every morning, next tomorrow 08:00: time is up (r1)"),
        (
            "remind me every morning to feed the cat",
            "⏰ every morning, next tomorrow 07:00: feed the cat (r1)",
        ),
        (
            "remind me to pay the berth every monday at 7pm",
            "⏰ every monday, next Monday 19:00: pay the berth (r1)",
        ),
        ("remind me on mondays at 7pm to pay", "⏰ on mondays, next Monday 19:00: pay (r1)"),
        ("remind me weekdays at 6:30 to get up", "⏰ weekdays, next Monday 06:30: get up (r1)"),
        ("remind me every 2 hours to drink", ONCE),
        ("remind me every day to drink", "When? For example remind me in 10 minutes to take the tea out"),
        ("remind me at 9 to feed every cat", "⏰ 09:00: feed every cat (r1)"),
        (
            "later every day at 22:00 saloon light off",
            "⏰ every day, next 22:00, to be done: saloon light off (r1)",
        ),
        (
            "saloon light off every day at 22:00",
            "⏰ every day, next 22:00, to be done: saloon light off (r1)",
        ),
        ("later at 7", "When? For example later in 10 minutes kitchen lamp off"),
        ("remind me at 18:00 that the post comes", "⏰ 18:00: the post comes (r1)"),
        ("remind me to call the marina tomorrow at 9", "⏰ tomorrow 09:00: call the marina (r1)"),
        ("remind us in two hours", "⏰ 10:05: time is up (r1)"),
        ("reminder 18:00 tea", "⏰ 18:00: tea (r1)"),
        ("remind me tonight to, well, sleep", "⏰ 22:00: well, sleep (r1)"),
        ("remind me to call mum", "When? For example remind me in 10 minutes to take the tea out"),
        (
            "set a timer for 5 minutes",
            "I keep time by reminders: remind me in 10 minutes to take the tea out",
        ),
    ],
)
async def test_when_and_what_stand_in_any_order(line: str, answer: str) -> None:
    assert await say(boat(), line) == answer


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("erinnere mich um 18 Uhr an die Luke", "18:00: die Luke"),
        ("erinner mich in 10 Minuten, den Herd auszumachen", "08:15: den Herd auszumachen"),
        ("erinnere mich morgen früh daran, die Post zu holen", "morgen 07:00: die Post zu holen"),
        ("mach das saloon light in 10 Minuten aus", "08:15 wird erledigt: mach das saloon light aus"),
    ],
)
async def test_in_german(line: str, part: str) -> None:
    assert part in await say(boat("de"), line)


async def test_when_something_is_so_is_no_time() -> None:
    world = boat()
    await say(world, "remind me when the bilge leaks")
    assert [rule.filter for rule in world.bot.rules.alerts] == ["boat/bilge/leak"]
    assert world.bot.reminders.waiting == []


@pytest.mark.parametrize(
    "line",
    [
        "turn off the saloon light in 10 minutes",
        "saloon light off in 10 minutes",
        "in 10 minutes saloon light off",
        "later in 10 min saloon light off",
        "later 08:15 publish boat/light/set OFF",
    ],
)
async def test_a_wish_is_done_once_it_is_time(line: str) -> None:
    world = boat()
    assert (await say(world, line)).startswith("⏰ 08:15, to be done: ")
    await later(world, 599)
    assert world.broker.published == []
    await later(world, 1)
    assert [each[:2] for each in world.broker.published] == [LIGHT]
    assert told(world)[-1].startswith("⏰ I do now: ")


async def test_it_is_kept_over_a_restart() -> None:
    world = boat()
    await say(world, "remind me in 10 minutes tea")
    await say(world, "later in 10 minutes saloon light off")
    world.restart()
    await later(world, 600)
    assert told(world)[2:] == ["⏰ tea", "⏰ I do now: saloon light off"]
    world.restart()
    await later(world, 600)
    assert len(told(world)) == 4


async def test_what_was_due_long_ago_is_told_and_not_done() -> None:
    world = boat()
    await say(world, "remind me in 10 minutes tea")
    await say(world, "later in 10 minutes saloon light off")
    world.clock.time += 7_200
    world.restart()
    await later(world, 1)
    assert told(world)[2:] == [
        "⏰ tea (was due at 08:15, when I was off)",
        "⏰ Not done, as I was off at 08:15: saloon light off",
    ]
    assert world.broker.published == []


async def test_it_is_done_with_the_rights_that_somebody_has_then() -> None:
    world = boat()
    await say(world, "later in 10 minutes saloon light off")
    world.bot.apply(world.bot.rules.__class__(contacts=(Contact(ME, role=Role.VIEWER),)))
    await later(world, 600)
    assert world.broker.published == []
    assert "saloon light off" in world.said[-1]
    assert "operator" in world.said[-1]


async def test_what_somebody_wanted_who_is_no_contact_any_more_is_forgotten() -> None:
    world = boat()
    await say(world, "remind me in 10 minutes tea")
    world.bot.apply(world.bot.rules.__class__(contacts=(Contact(GUEST),)))
    await later(world, 600)
    assert told(world)[1:] == []
    assert world.bot.reminders.waiting == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("later in 5 min fly to the moon", "nothing that can be done so"),
        (f"later in 5 min publish a/b {'x' * 500}", "nothing that can be done so"),
        ("later saloon light off", "When? For example later in 10 minutes kitchen lamp off"),
    ],
)
async def test_what_cannot_be_done_later_is_said(line: str, part: str) -> None:
    world = boat()
    assert part in await say(world, line)
    assert world.bot.reminders.waiting == []


async def test_what_asks_for_a_yes_is_not_done_later() -> None:
    world = boat()
    await say(world, "later in 5 min all off")
    assert [each.text for each in world.bot.reminders.waiting] == ["all off"]
    lock = {"state_topic": "boat/door", "command_topic": "boat/door/set"}
    announce(world, "lock", "door", name="Door", **lock)
    world.receive("boat/door", "LOCKED")
    assert "asks for a yes first" in await say(world, "later in 5 min unlock the door")


async def test_waiting_lists_them_and_forgets_one() -> None:
    world = boat()
    await say(world, "remind me at 18:00 tea")
    await say(world, "remind me in 10 minutes coffee")
    assert await say(world, "waiting") == (
        f"Waited for: 2\n• ⏰ r2. coffee — 08:15 — {ME}\n• ⏰ r1. tea — 18:00 — {ME}"
    )
    assert await say(world, "waiting off r2") == "Forgotten: coffee"
    assert [each.text for each in world.bot.reminders.waiting] == ["tea"]
    await say(world, "remind me in 5 minutes milk")
    assert [each.number for each in world.bot.reminders.waiting] == [2, 1]


async def test_a_viewer_is_reminded_and_forgets_its_own_only() -> None:
    world = boat()
    await say(world, "remind me at 18:00 tea")
    for line in (
        "remind me at 19:00 milk",
        "waiting off r2",
        "waiting off r1",
        "later 18:00 saloon light off",
    ):
        await world.bot.hear(Utterance(GUEST, line, "g", world.clock.time))
    answers = [each.text for each in world.outbox.notices if each.to == GUEST]
    assert answers[:2] == ["⏰ 19:00: milk (r2)", "Forgotten: milk"]
    assert "admin" in answers[2]
    assert "operator" in answers[3]
    assert [each.text for each in world.bot.reminders.waiting] == ["tea"]


async def test_what_an_action_asks_for_is_told_to_all_that_are_told_alerts() -> None:
    world = boat()
    world.bot.apply(world.bot.rules.__class__(contacts=(Contact(ME), Contact(GUEST))))
    await world.bot.ask("remind in 10 minutes tea", Caller(Surface.ACTION, "Automation", Role.ADMIN))
    await later(world, 600)
    assert (told(world), told(world, GUEST)) == (["⏰ tea"], ["⏰ tea"])


async def test_a_room_is_told_where_it_is_a_contact() -> None:
    room = "home@rooms.example.org"
    for known in (True, False):
        world = boat()
        rooms = (Contact(room, room=True),) if known else ()
        world.bot.apply(world.bot.rules.__class__(contacts=(Contact(ME), *rooms)))
        world.bot.reminders.add(ME, room, "tea", world.clock.time + 60)
        await later(world, 60)
        # What goes to a room waits until the bot is in it.
        sent = [(each.to, each.room) for each in (*world.outbox.notices, *world.outbox.holding)]
        assert sent[-1] == ((room, True) if known else (ME, False))


async def test_not_more_than_so_many_are_kept() -> None:
    world = boat()
    for _ in range(MOST):
        world.bot.reminders.add(ME, ME, "tea", world.clock.time + 60)
    with pytest.raises(BotError, match="reminders_too_many"):
        world.bot.reminders.add(ME, ME, "tea", world.clock.time + 60)
    assert "Forget some: waiting" in await say(world, "remind me at 18:00 tea")


async def test_what_cannot_be_read_again_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    world = boat()
    world.memory.set(KEPT, '[{"id": 1}]')
    world.restart()
    assert world.bot.reminders.waiting == []
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize("line", ["delete reminder 1", "cancel the reminder r1", "waiting off r1"])
async def test_a_reminder_is_forgotten_in_words(line: str) -> None:
    world = boat()
    await say(world, "remind me at 18:00 tea")
    assert "tea" in await say(world, "my reminders")
    assert await say(world, line) == "Forgotten: tea"


async def test_a_reminder_that_is_not_there_is_said_so() -> None:
    assert await say(boat(), "delete reminder 9") == "There is no reminder r9. Those that there are: waiting"
    assert await say(boat(), "waiting off rx") == "There are no alert rules."


async def test_what_comes_every_day_is_told_again_and_again() -> None:
    world = boat()
    await say(world, "remind me every day at 8:10 to feed the cat")
    await later(world, 300)
    assert told(world)[1:] == ["⏰ feed the cat"]
    await later(world, 86_399)
    assert len(told(world)) == 2
    world.restart()
    await later(world, 1)
    assert told(world)[2:] == ["⏰ feed the cat"]
    assert len({each.id for each in world.outbox.notices}) == len(world.outbox.notices)
    assert "r1. feed the cat — every day, next tomorrow 08:10" in await say(world, "waiting")
    await say(world, "waiting off r1")
    await later(world, 2 * 86_400)
    assert [each for each in told(world) if each == "⏰ feed the cat"] == ["⏰ feed the cat"] * 2


@pytest.mark.parametrize(
    ("line", "days"), [("weekdays", {0, 1, 2, 3, 4}), ("on mondays", {0}), ("weekends", {5, 6})]
)
async def test_it_comes_on_its_days_only(line: str, days: set[int]) -> None:
    world = boat()
    await say(world, f"remind me {line} at 8:10 to get up")
    heard: list[int] = []
    for _ in range(14):
        before = len(told(world))
        today = world.clock.local(world.clock.now() + 300).weekday()
        await later(world, 300)
        heard += [today] * (len(told(world)) - before)
        await later(world, 86_100)
    assert set(heard) == days
    assert len(heard) == 2 * len(days)


@pytest.mark.parametrize(
    ("clock", "times"),
    [((8, 10), [(8, 10)] * 4), ((2, 30), [(2, 30), (3, 30), (2, 30), (2, 30)])],
)
async def test_it_comes_at_the_same_time_of_day_when_the_clocks_change(
    clock: tuple[int, int], times: list[tuple[int, int]]
) -> None:
    world = boat()
    world.clock.zone = ZoneInfo("Europe/Berlin")
    world.clock.time = datetime(2027, 3, 27, 1, 0, tzinfo=world.clock.zone).timestamp()
    await say(world, f"remind me every day at {clock[0]}:{clock[1]} to feed the cat")
    for day, (hour, minute) in enumerate(times, 27):
        at = datetime(2027, 3, day, hour, minute, tzinfo=world.clock.zone).timestamp()
        before = len(told(world))
        await later(world, at - 1 - world.clock.time)
        assert len(told(world)) == before
        await later(world, 1)
        assert told(world)[before:] == ["⏰ feed the cat"]


async def test_what_comes_every_day_may_be_moved() -> None:
    world = boat()
    await say(world, "remind me every day at 8:10 to feed the cat")
    assert await say(world, "waiting r1 9:00") == "⏰ every day, next 09:00: feed the cat (r1)"
    for seconds in (3_300, 86_400, 86_400):
        before = len(told(world))
        await later(world, seconds)
        assert told(world)[before:] == ["⏰ feed the cat"]


async def test_what_was_missed_for_days_is_told_once() -> None:
    world = boat()
    await say(world, "remind me every day at 8:10 to feed the cat")
    world.clock.time += 5 * 86_400 + 7_200
    world.restart()
    await later(world, 1)
    assert told(world)[1:] == ["⏰ feed the cat (was due at 08:10, when I was off)"]
    assert "every day, next tomorrow 08:10" in await say(world, "waiting")


async def test_a_deed_is_done_every_day() -> None:
    world = boat()
    await say(world, "later every day at 8:10 saloon light off")
    for seconds in (300, 86_400, 86_400):
        await later(world, seconds)
    assert [each[:2] for each in world.broker.published] == [LIGHT] * 3


async def test_what_nobody_wants_any_more_does_not_come_again() -> None:
    world = boat()
    await world.bot.ask("remind every day at 8:10 to feed the cat", Caller(Surface.CHAT, GUEST, Role.VIEWER))
    world.bot.apply(replace(world.bot.rules, contacts=(Contact(ME, role=Role.ADMIN),)))
    await later(world, 300)
    assert world.bot.reminders.waiting == []


async def test_what_comes_once_is_kept_as_an_older_version_knows_it() -> None:
    world = boat()
    await say(world, "remind me in 10 minutes tea")
    assert "days" not in world.memory.get(KEPT)
    await say(world, "remind me every day at 9 tea")
    assert '"days": "0123456"' in world.memory.get(KEPT)

"""What is held while somebody is not to be disturbed: it comes when that ends, in order, whatever else."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from alert_rules import above
from fakes import CONNECTING, ME, NOON, OFFLINE, ONLINE, World
import pytest

from bot.alerts.notices import GATHER
from bot.chat.held import LOOK_AGAIN, SETTLE
from bot.model.announcements import StatusChanged
from bot.model.notice import Notice, is_target
from bot.model.rules import AlertRule, Contact, Display, Priority, RuleSet, Subscription

SENSORS = Subscription("s/#", display=Display.SILENT)
YOU = "you@example.org"
OTHER = "other@example.org"
PHONE, TABLET = "notify.phone", "notify.tablet"


def home(*alerts: AlertRule, contacts: Iterable[str] = (ME,), **how: Any) -> World:
    return World(SENSORS, alerts=alerts, contacts=tuple(Contact(jid) for jid in contacts), **how)


def hot(**how: Any) -> AlertRule:
    return above(topic="s/+", **how)


def to(world: World, who: str) -> list[str]:
    return [notice.text for notice in world.outbox.notices if notice.to == who]


async def later(world: World, seconds: float = 0) -> None:
    """Let time go by, and what is to be told then be told."""
    world.later(seconds)
    await world.settle()


async def begin(world: World) -> None:
    """Let the beginning of do-not-disturb be looked at: from then on nothing but its end is due."""
    await later(world, 0.01)


async def test_what_nobody_ticked_for_is_told_at_the_end() -> None:
    world = home()
    await world.ask("dnd 1h")
    await begin(world)
    world.bot.send("The washing is done", ME)
    assert world.clock.alarms[-1] == NOON + 3600
    await later(world, 3600)
    assert [text.endswith("The washing is done") for text in world.said] == [True]
    assert world.outbox.holding == []


@pytest.mark.parametrize("what", ["quiet", "dnd"])
async def test_an_end_is_an_end_also_when_it_came_while_the_bot_was_down_or_the_clock_is_set_back(
    what: str,
) -> None:
    world = home()
    await world.ask(f"{what} 1h")
    await begin(world)
    world.bot.close()
    world.clock.time += 4000
    world.restart()
    assert world.bot.held.due_at <= world.clock.time
    shown: list[tuple[float, bool]] = []

    def show(announcement: object) -> None:
        if isinstance(announcement, StatusChanged):
            shown.append((announcement.status.quiet_until, announcement.status.do_not_disturb))

    world.bot.listen(show)
    await later(world)
    assert shown[-1] == (0.0, False)
    world.clock.time = NOON + 60
    assert not world.bot.quiet
    assert not world.bot.do_not_disturb.undisturbed(world.clock.time)


async def test_news_of_the_moment_does_not_come_before_what_was_held() -> None:
    world = home(hot(targets=(PHONE,)))
    await world.ask("dnd 1h")
    await begin(world)
    world.receive("s/1", "31")
    world.later(GATHER)
    world.clock.time = NOON + 3599
    world.receive("s/1", "3")
    assert world.said == []
    await later(world, GATHER)
    for who in (ME, PHONE):
        (text,) = to(world, who)
        assert [mark in text for mark in "⚠✅"] == [True, True]
        assert text.index("⚠") < text.index("✅")
    world.receive("s/1", "32")
    world.later(GATHER)
    assert to(world, ME)[1].startswith("⚠ *hot*: s/1 32")


async def test_messages_of_the_moment_come_with_those_that_were_missed() -> None:
    world = World(Subscription("s/#"), contacts=(Contact(ME),))
    await world.ask("dnd 1h")
    await begin(world)
    world.receive("s/1", "old")
    world.later(5)
    world.clock.time = NOON + 3600
    world.receive("s/1", "new")
    await later(world, 1)
    assert [text.split("\n")[-1] for text in world.said] == ["s/1: new ×2"]


async def test_what_comes_while_it_is_read_comes_after_it() -> None:
    world = home()
    await world.ask("dnd on")
    world.bot.send("older", ME)
    read = world.outbox.held
    asked: list[str] = []

    async def read_slowly(who: str) -> list[Notice]:
        held = await read(who)
        if not asked:
            world.bot.send("newer", ME)
        asked.append(who)
        return held

    world.outbox.held = read_slowly  # type: ignore[method-assign]
    await world.ask("dnd off")
    await later(world)
    assert [text.rpartition(" ")[2] for text in world.said] == ["older", "newer"]
    world.bot.send("newest", ME)
    assert world.said[-1] == "newest"


async def test_who_is_not_to_be_disturbed_again_while_it_is_read_is_left_alone() -> None:
    world = home()
    await world.ask("dnd on")
    world.bot.send("later", ME)
    read = world.outbox.held

    async def read_slowly(who: str) -> list[Notice]:
        world.bot.held.set_undisturbed(NOON + 60)
        return await read(who)

    await world.ask("dnd off")
    world.outbox.held = read_slowly  # type: ignore[method-assign]
    await later(world)
    assert world.said == []
    world.outbox.held = read  # type: ignore[method-assign]
    await later(world, 61)
    assert len(world.said) == 1


async def test_what_cannot_be_read_holds_up_nothing_and_comes_when_it_can() -> None:
    world = home()
    await world.ask("dnd on")
    world.bot.send("older", ME)
    await world.ask("dnd off")
    world.outbox.unreadable = True
    await later(world)
    world.bot.send("newer", ME)
    assert world.said == ["newer"]
    world.outbox.unreadable = False
    world.clock.time -= 3600
    await later(world)
    assert world.said[-1].endswith("older")
    assert world.clock.alarms.count(NOON + LOOK_AGAIN) == 1


@pytest.mark.parametrize("chat", [CONNECTING, ONLINE])
async def test_what_is_held_since_an_earlier_run_comes_first_whether_the_chat_is_there_or_not(
    chat: object,
) -> None:
    world = home(hot(targets=(PHONE,)))
    await world.ask("dnd 1h")
    await begin(world)
    world.receive("s/1", "31")
    world.later(GATHER)
    world.bot.close()
    world.clock.time += 3600
    world.chat.status = chat  # type: ignore[assignment]
    world.restart()
    world.receive("s/1", "3")
    world.later(GATHER)
    assert world.said == []
    await later(world, SETTLE)
    for who in (ME, PHONE):
        (text,) = to(world, who)
        assert text.index("⚠") < text.index("✅")


async def test_what_is_held_for_who_is_gone_is_settled() -> None:
    world = home(hot(targets=(PHONE,)), contacts=(ME, YOU))
    await world.ask("dnd on")
    world.receive("s/1", "31")
    world.later(GATHER)
    assert {notice.to for notice in world.outbox.holding} == {ME, YOU, PHONE}
    rules = world.bot.rules
    world.bot.apply(replace(rules, contacts=rules.contacts[:1], alerts=(hot(),)))
    await later(world)
    assert {notice.to for notice in world.outbox.holding} == {ME}
    await world.ask("dnd off")
    await later(world)
    assert [notice.to for notice in world.outbox.notices] == [ME]
    world.bot.apply(rules)
    world.bot.send("Welcome back", YOU)
    assert to(world, YOU) == ["Welcome back"]


@pytest.mark.parametrize("then", [(hot(),), ()])
async def test_a_phone_that_nobody_names_any_more_does_not_go_on_to_show_what_is_over(
    then: tuple[AlertRule, ...],
) -> None:
    world = home(hot(targets=(TABLET,)))
    world.receive("s/1", "31")
    world.later(GATHER)
    await world.ask("dnd on")
    world.receive("s/1", "20")
    world.later(GATHER)
    world.bot.apply(replace(world.bot.rules, alerts=then))
    await later(world)
    shown = [notice.push for notice in world.outbox.notices if notice.to == TABLET]
    assert [(push.title, push.tag) for push in shown if push] == [
        ("⚠ s/1: 31", "dinox-r1-1"),
        ("✅ s/1: 20 ↘", "dinox-r1-1"),
    ]
    assert world.outbox.held_for == {ME}


async def test_who_is_gone_again_before_anything_was_held_is_told_at_once_when_back() -> None:
    world = home(hot(targets=(PHONE,)))
    rules = world.bot.rules
    for rule in (hot(targets=(TABLET,)), hot()):
        world.bot.apply(replace(rules, alerts=(rule,)))
    await later(world)
    world.bot.apply(replace(rules, alerts=(hot(targets=(TABLET,)),)))
    world.receive("s/1", "31")
    world.later(GATHER)
    assert len(to(world, TABLET)) == 1


@pytest.mark.parametrize("named", [True, False])
async def test_who_took_the_place_of_somebody_is_told_what_was_held(named: bool) -> None:
    """A contact whose address changed; a target of one rule, or of all."""
    rule = hot(targets=(PHONE,)) if named else hot()
    world = home(rule, contacts=(ME, YOU), targets=() if named else (PHONE,))
    await world.ask("dnd on")
    world.receive("s/1", "31")
    world.later(GATHER)
    people = (Contact(ME), Contact(OTHER))
    places: dict[str, Any] = {"targets": (TABLET,)}
    if named:
        places = {"alerts": (replace(rule, targets=(TABLET,)),)}
    world.bot.apply(replace(world.bot.rules, contacts=people, **places))
    await later(world)
    assert world.said == []
    await world.ask("dnd off")
    await later(world)
    assert {notice.to: notice.push is not None for notice in world.outbox.notices} == {
        ME: False,
        OTHER: False,
        TABLET: True,
    }
    assert all("s/1" in notice.text for notice in world.outbox.notices)
    about = [notice.id for notice in world.outbox.notices if notice.to == OTHER]
    assert [alert.topic for alert in world.bot.alerts.told_by(about[0])] == ["s/1"]


async def handed_on(rule: AlertRule, *people: str, **places: Any) -> World:
    """Return a bot in which an alert is held for some in whose place others are now."""
    world = home(rule, contacts=people, targets=(PHONE,))
    await world.ask("dnd on")
    world.receive("s/1", "31")
    world.later(GATHER)
    world.bot.apply(replace(world.bot.rules, **places))
    await later(world)
    return world


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("priority", [Priority.ALERT, Priority.CRITICAL])
async def test_who_took_the_place_of_somebody_is_told_the_end_as_well(priority: Priority, held: bool) -> None:
    people = Contact(ME), Contact(OTHER)
    world = await handed_on(hot(), ME, YOU, contacts=people, targets=(TABLET,))
    world.bot.apply(replace(world.bot.rules, alerts=(hot(priority=priority),)))
    if held:
        world.receive("s/1", "20")
        world.later(GATHER)
    await world.ask("dnd off")
    await later(world)
    if not held:
        await world.ask("dnd on")
        world.receive("s/1", "20")
        world.later(GATHER)
        # It was told that it began, so that a critical one is over waits for nothing.
        assert (len(to(world, OTHER)) == 2) is (priority is Priority.CRITICAL)
        await world.ask("dnd off")
        await later(world)
    for who in (OTHER, TABLET):
        told = "\n".join(to(world, who))
        assert told.rindex("20 ↘") > told.rindex("s/1 31") if who == OTHER else "worst 31" in told
    assert not to(world, YOU)
    assert not to(world, PHONE)


async def test_who_was_to_be_told_and_is_named_no_more_is_not_told_the_end() -> None:
    world = await handed_on(hot(targets=(TABLET,)), ME, alerts=(hot(),))
    world.bot.apply(replace(world.bot.rules, alerts=(hot(targets=(TABLET,)),)))
    await world.ask("dnd off")
    await later(world)
    world.receive("s/1", "20")
    world.later(GATHER)
    assert [len(to(world, who)) for who in (ME, PHONE, TABLET)] == [2, 2, 0]


async def test_an_alert_of_which_nobody_heard_ends_without_a_word() -> None:
    world = await handed_on(hot(contacts=(YOU,)), ME, YOU, contacts=(Contact(ME),), targets=())
    await world.ask("dnd off")
    await later(world)
    world.restart()
    world.receive("s/1", "20")
    world.later(GATHER)
    assert world.said == []


@pytest.mark.parametrize("then", ["over", "named no more", "over, and its rule is gone"])
async def test_who_was_told_before_and_is_named_no_more_is_told_the_end(then: str) -> None:
    """A phone that had it from what was held, and for which it is held once more."""
    world = await handed_on(hot(targets=(TABLET,), repeat=600.0), ME)
    await world.ask("dnd off")
    await later(world)
    await world.ask("dnd on")
    world.later(600)
    world.later(GATHER)
    if then != "named no more":
        world.receive("s/1", "20")
        world.later(GATHER)
    world.bot.apply(replace(world.bot.rules, alerts=() if "gone" in then else (hot(),)))
    await later(world)
    await world.ask("dnd off")
    await later(world)
    if then == "named no more":
        world.receive("s/1", "20")
        world.later(GATHER)
    assert "worst 31" in to(world, TABLET)[-1]


async def test_what_waited_for_a_mute_is_told_to_who_took_a_place() -> None:
    """An incident that is over, while the next one lasts already."""
    world = home(hot(), contacts=(ME, YOU))
    await world.ask("dnd on")
    world.receive("s/1", "31")
    world.later(GATHER)
    await world.ask("mute s/1 1h")
    for value in ("20", "32"):
        world.receive("s/1", value)
        world.later(GATHER)
    world.bot.apply(replace(world.bot.rules, contacts=(Contact(ME), Contact(OTHER))))
    await later(world)
    await world.ask("dnd off")
    await later(world)
    await world.ask("unmute s/1")
    world.later(GATHER)
    told = "\n".join(to(world, OTHER))
    assert (
        told.index("⚠ hot: s/1 31") < told.index("✅ *hot* is over: s/1 20") < told.index("⚠ *hot*: s/1 32")
    )


async def test_who_had_it_already_and_takes_a_place_is_told_once() -> None:
    rule = hot(contacts=(ME, YOU))
    world = home(rule, contacts=(ME, YOU))
    await world.ask("dnd on")
    world.receive("s/1", "31")
    world.later(GATHER)
    world.bot.apply(RuleSet((SENSORS,), (Contact(ME),), alerts=(replace(rule, escalate_to=(ME,)),)))
    await world.ask("dnd off")
    await later(world)
    assert [text.count("s/1") for text in to(world, ME)] == [1]


async def test_what_a_contact_missed_is_told_to_who_took_its_place() -> None:
    world = World(Subscription("s/#"), contacts=(Contact(ME), Contact(YOU)))
    world.bot.held.set_contact(YOU, True)
    world.receive("s/1", "missed")
    world.later(5)
    world.bot.apply(replace(world.bot.rules, contacts=(Contact(ME), Contact(OTHER))))
    await later(world)
    assert [text.split("\n")[-1] for text in to(world, OTHER)] == ["s/1: missed"]
    assert to(world, YOU) == []
    assert world.history.waiting == {}


async def test_what_a_contact_missed_that_receives_no_more_waits_for_nobody() -> None:
    world = World(Subscription("s/#"), contacts=(Contact(ME), Contact(YOU)))
    world.bot.held.set_contact(YOU, True)
    world.receive("s/1", "missed")
    world.later(5)
    assert list(world.history.waiting) == ["s/1"]
    world.bot.apply(replace(world.bot.rules, contacts=(Contact(ME), Contact(YOU, receives=False))))
    await later(world)
    assert world.history.waiting == {}


async def test_a_place_that_is_taken_twice_before_anybody_looks_is_the_last_ones() -> None:
    world = home(contacts=(ME, YOU))
    await world.ask("dnd on")
    world.bot.send("for the third", YOU)
    for third in (OTHER, "third@example.org"):
        world.bot.apply(replace(world.bot.rules, contacts=(Contact(ME), Contact(third))))
    await world.ask("dnd off")
    await later(world)
    assert [notice.to for notice in world.outbox.notices] == ["third@example.org"]
    assert world.outbox.holding == []


async def test_the_board_is_said_anew_to_who_slept() -> None:
    world = World(Subscription("s/#", display=Display.BOARD), contacts=(Contact(ME), Contact(YOU)))
    world.receive("s/before", "0")
    world.later(6)
    world.bot.held.set_contact(ME, True)
    for number in range(3):
        for topic in ("s/before", "s/meanwhile"):
            world.receive(topic, f"asleep {number}")
        world.later(6)
        world.later(6)
    world.bot.held.set_contact(ME, False)
    await later(world, 3)
    told = len(world.outbox.notices)
    for number in range(2):
        for topic in ("s/before", "s/meanwhile"):
            world.receive(topic, f"awake {number}")
        world.later(6)
    mine = [notice for notice in world.outbox.notices[told:] if notice.to == ME]
    yours = [notice for notice in world.outbox.notices[told:] if notice.to == YOU]
    board = "s/before: awake {0}\ns/meanwhile: awake {0}"
    assert [notice.text.partition("\n")[2] for notice in mine] == [
        board.format(number) for number in range(2)
    ]
    assert [notice.replaces for notice in mine] == ["", mine[0].id]
    assert all(notice.replaces for notice in yours)


@pytest.mark.parametrize("others", [Priority.ALERT, Priority.CRITICAL])
async def test_what_is_said_of_an_alert_keeps_its_order_although_alerts_go_first(others: Priority) -> None:
    """An acknowledgement, an escalation, an end that is told with others: none overtakes its beginning."""
    world = home(
        above(topic="s/1", priority=Priority.NORMAL, escalate_after=600, escalate_to=(ME,)),
        above(topic="s/2", id="r2", number=2, name="other", priority=others),
        contacts=(ME, YOU),
    )
    world.bot.chat_changed(OFFLINE)
    world.receive("s/1", "31")
    world.later(GATHER)
    await world.ask("ack #1 5m", YOU)
    for _ in range(4):
        world.later(301)
        world.later(GATHER)
    world.receive("s/1", "3")
    world.receive("s/2", "31")
    world.later(GATHER)
    world.later(GATHER)
    waiting = sorted(world.outbox.notices, key=lambda notice: (notice.priority < Priority.ALERT, notice.at))
    mine = [notice.text for notice in waiting if notice.to == ME and "s/1" in notice.text]
    assert mine == [text for text in to(world, ME) if "s/1" in text]
    assert len(mine) > 3
    assert not any(is_target(notice.to) for notice in waiting)

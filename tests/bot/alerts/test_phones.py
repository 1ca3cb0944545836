"""Alerts on a phone: what its buttons do, and that its notification shows who sees to what."""

from collections import Counter
from typing import Any

from alert_rules import above
from fakes import ME, NOON, World
import pytest

from bot.alerts.notices import GATHER
from bot.model.alert import Step
from bot.model.announcements import AlertChanged, Announcement
from bot.model.history import LedgerRow
from bot.model.notice import Notice
from bot.model.replies import Caller, Surface
from bot.model.rules import AlertRule, Contact, Display, Role, Subscription
from bot.model.utterance import Reaction, Utterance

PHONE, TABLET = "notify.mobile_app_phone", "notify.mobile_app_tablet"
YOU = "you@example.org"
ROOM = "family@rooms.example.org"
HANDLE = Caller(Surface.PHONE, ME, Role.OPERATOR, user="user-1")


def house(*rules: AlertRule, **how: Any) -> World:
    """Return a home with two contacts, a phone and a tablet in which one sensor is too hot."""
    world = World(
        Subscription("s/#", display=Display.SILENT),
        alerts=rules or (above(topic="s/+", name="Too hot"),),
        contacts=(Contact(ME), Contact(YOU)),
        targets=(PHONE, TABLET),
        **how,
    )
    world.receive("s/1", "31.5 °C")
    world.later(GATHER)
    return world


def on(world: World, to: str) -> list[Notice]:
    return [each for each in world.outbox.notices if each.to == to]


async def press(world: World, said: str, at: int = -1, caller: Caller = HANDLE) -> None:
    """Press a button of the phone's newest notification, or answer it."""
    notice = on(world, PHONE)[at].id
    world.outbox.rows = [LedgerRow(notice, PHONE, state, NOON) for state in ("queued", "accepted")]
    await world.bot.press(notice, said, caller)


def test_what_is_wrong_may_be_seen_to_and_what_is_over_not() -> None:
    world = house()
    world.receive("s/1", "20")
    world.later(GATHER)
    fired, over = on(world, PHONE)
    assert fired.push is not None
    assert over.push is not None
    assert (fired.push.attends, over.push.attends) == (True, False)
    assert fired.push.tag == over.push.tag


async def test_a_button_acknowledges_for_the_chat_and_for_every_phone() -> None:
    world = house()
    await press(world, "ack")
    (alert,) = world.bot.alerts.active
    assert alert.acknowledged_by == ME
    assert [each.text for each in on(world, YOU)][1:] == [f"👍 {ME} has acknowledged s/1 (#1)"]
    for to in (PHONE, TABLET):
        fired, taken = on(world, to)
        assert fired.push is not None
        assert taken.push is not None
        assert taken.push.tag == fired.push.tag
        assert (taken.push.title, taken.text) == ("⚠ s/1: 31.5 °C", f"👍 {ME} has acknowledged s/1 (#1)")
        assert not (taken.push.sound)
        assert not (taken.push.attends)
    world.receive("s/1", "20")
    world.later(GATHER)
    assert on(world, PHONE)[-1].push == on(world, TABLET)[-1].push
    assert on(world, PHONE)[-1].text.startswith("“Too hot” is over")


async def test_what_is_acknowledged_in_the_chat_is_seen_on_the_phones() -> None:
    world = house()
    await world.ask("ack 1 on my way")
    assert [each.text for each in on(world, TABLET)][1:] == [f"👍 {ME} has acknowledged s/1 (#1): on my way"]


@pytest.mark.parametrize(
    ("said", "told", "step"),
    [
        ("snooze", "😴 me@example.org has snoozed s/1 (#1) until 09:00", Step.SNOOZED),
        ("mute", "🔕 me@example.org has muted s/1 (#1)", Step.MUTED),
        ("2h", "👍 me@example.org has acknowledged s/1 (#1) until 10:00", Step.ACKNOWLEDGED),
        ("I am there", "👍 me@example.org has acknowledged s/1 (#1): I am there", Step.ACKNOWLEDGED),
        ("mute 2h", "🔕 me@example.org has muted s/1 (#1) until 10:00", Step.MUTED),
    ],
)
async def test_buttons_and_words_do_what_they_do_in_the_chat(said: str, told: str, step: Step) -> None:
    world = house()
    await press(world, said)
    assert [each.text for each in on(world, PHONE)][1:] == [told]
    assert world.book.events[-1].step is step


async def test_a_question_is_answered_where_it_was_asked() -> None:
    world = house()
    await press(world, "why")
    _fired, answer = on(world, PHONE)
    assert "31.5 °C" in answer.text
    assert "fired" in answer.text
    assert on(world, TABLET) != []
    assert len(on(world, TABLET)) == 1
    assert not world.bot.alerts.active[0].acknowledged


async def test_who_may_only_look_changes_nothing_and_is_told_so() -> None:
    world = house()
    await press(world, "ack", caller=Caller(Surface.PHONE, "Guest", Role.VIEWER, user="user-2"))
    assert not world.bot.alerts.active[0].acknowledged
    assert "operator" in on(world, PHONE)[-1].text


@pytest.mark.parametrize("said", ["ack", "snooze", "mute"])
async def test_what_is_over_is_not_seen_to_nor_anything_else(said: str) -> None:
    world = house()
    world.receive("s/1", "20")
    world.receive("s/2", "40")
    world.later(GATHER)
    await press(world, said, at=0)
    assert on(world, PHONE)[-1].text == "That is over already, there is nothing left to see to."
    assert not world.bot.alerts.active[0].acknowledged
    assert list(world.bot.alerts.mutes) == []


async def test_words_after_the_end_are_no_note() -> None:
    world = house()
    world.receive("s/1", "20")
    world.later(GATHER)
    await press(world, "I am there", at=0)
    await press(world, "s/1", at=0)
    assert on(world, PHONE)[-1].text.startswith("s/1 20")


async def test_a_notification_that_tells_of_others_too_stays_until_all_are_seen_to() -> None:
    world = house()
    for number in range(2, 8):
        world.receive(f"s/{number}", "40")
    world.later(GATHER)
    _, many = on(world, PHONE)
    assert many.push is not None
    await world.ask("ack #2")
    assert len(on(world, PHONE)) == 2
    await press(world, "ack")
    assert on(world, PHONE)[-1].push is not None
    assert on(world, PHONE)[-1].push.tag == many.push.tag  # type: ignore[union-attr]
    assert "#3" in on(world, PHONE)[-1].text


async def test_at_night_a_phone_is_not_woken_to_say_who_sees_to_it() -> None:
    world = house()
    await world.ask("dnd 8h")
    await world.ask("ack 1")
    assert len(on(world, PHONE)) == 1
    assert [each for each in world.outbox.holding if each.to == PHONE] == []


@pytest.mark.parametrize("way", ["word", "reply", "thumb", "thumb in the room", "button"])
async def test_whoever_sees_to_it_everybody_is_told_in_that_very_moment(way: str) -> None:
    """No clock of the bot stands in between: how soon it is seen is up to the servers."""
    world = World(
        Subscription("s/#", display=Display.SILENT),
        alerts=(above(topic="s/+", name="Too hot"),),
        contacts=(Contact(ME), Contact(YOU), Contact(ROOM, room=True, role=Role.OPERATOR)),
        targets=(PHONE, TABLET),
    )
    world.receive("s/1", "31.5 °C")
    world.later(GATHER)
    told = {each.to: each.id for each in world.outbox.notices}
    announced: list[Announcement] = []
    world.bot.listen(announced.append)
    world.outbox.notices.clear()
    if way in {"word", "reply"}:
        said, about = ("ack 1", "") if way == "word" else ("on my way", told[ME])
        await world.bot.hear(Utterance(ME, said, "1", world.clock.time, reply_to=about))
    elif way == "button":
        world.outbox.rows = [LedgerRow(told[PHONE], PHONE, state, NOON) for state in ("queued", "accepted")]
        await world.bot.press(told[PHONE], "ack", HANDLE)
    else:
        room = ROOM if way == "thumb in the room" else ""
        await world.bot.react(Reaction(ME, told[room or ME], ("👍",), world.clock.time, room))
    seen = Counter(each.to for each in world.outbox.notices if f"{ME} has acknowledged" in each.text)
    # Who says so in a chat reads the answer there; on a phone nothing tells the own chat but this.
    others = [YOU, ROOM, PHONE, TABLET, *([ME] if way == "button" else [])]
    assert seen == dict.fromkeys(others, 1)
    (change,) = (each for each in announced if isinstance(each, AlertChanged))
    assert (change.step, change.who) == (Step.ACKNOWLEDGED, ME)

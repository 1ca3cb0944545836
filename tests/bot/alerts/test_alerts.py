"""Alerts through the whole bot: what is said to whom, what is stored, what somebody does about it."""

from dataclasses import replace
from typing import Any

from alert_rules import above, rule_of, stale
from fakes import CONNECTING, GUEST, ME, NOON, OFFLINE, ONLINE, World
import pytest

from bot.alerts.notices import GATHER, MOST_AT_ONCE
from bot.model.alert import Step
from bot.model.announcements import AlertChanged, AlertValue
from bot.model.message import QoS
from bot.model.notice import Notice
from bot.model.rules import AlertRule, Contact, Display, Operator, Priority, Role, Subscription
from bot.model.utterance import Reaction, Utterance
from bot.text.rate import MINUTE

SENSORS = Subscription("s/#", display=Display.SILENT)
YOU = "you@example.org"
PHONE = "notify.mobile_app_phone"


def house(*alerts: AlertRule, **how: Any) -> World:
    """Return a bot that watches silent sensors, with two contacts."""
    contacts = how.pop(
        "contacts", (Contact(ME), Contact(YOU, role=Role.OPERATOR), Contact(GUEST, "", Role.VIEWER, False))
    )
    return World(SENSORS, alerts=alerts, contacts=contacts, **how)


def hot(**how: Any) -> AlertRule:
    return above(topic=how.pop("topic", "s/+"), name=how.pop("name", "Too hot"), **how)


def to(world: World, jid: str) -> list[str]:
    """Return what was said to somebody."""
    return [notice.text for notice in world.outbox.notices if notice.to == jid]


def test_an_alert_is_told_to_everybody_with_rule_value_and_number() -> None:
    world = house(hot())
    world.receive("s/1", "20")
    world.receive("s/1", "31.5 °C")
    world.later(GATHER)
    told = "⚠ *Too hot*: s/1 31.5 °C ↗, limit 30 °C\n#1 · 👍 = I see to it"
    assert to(world, ME) == to(world, YOU) == [told]
    assert to(world, GUEST) == []
    world.receive("s/1", "35")
    world.later(600)
    world.receive("s/1", "29")
    world.later(GATHER)
    assert to(world, ME)[1:] == ["✅ *Too hot* is over: s/1 29 ↘\nafter 10 min 1 s, worst 35 · #1"]


def test_twenty_sensors_in_one_second_are_one_notice_and_twenty_alerts() -> None:
    world = house(hot())
    for number in range(20):
        world.receive(f"s/{number:02}", "31")
        world.later(0.05)
    world.later(GATHER)
    assert len(world.bot.alerts.active) == 20
    (text,) = to(world, ME)
    assert text.startswith("⚠ 20 alerts: Too hot\n• ⚠ s/00 31 · #1\n")
    assert text.endswith("• ⚠ s/19 31 · #20")
    for number in range(20):
        world.receive(f"s/{number:02}", "2")
    world.later(GATHER)
    assert to(world, ME)[1].startswith("✅ 20 alerts are over: Too hot\n• ✅ s/00 2 ↘ — after")


def test_more_alerts_than_lines_are_several_notices_and_none_is_missing() -> None:
    world = house(hot(), storm=0)
    for number in range(95):
        world.receive(f"s/{number}", "31")
    world.later(GATHER)
    text = "\n".join(to(world, ME))
    assert len(to(world, ME)) == 3
    assert all(f"s/{number} 31 ·" in text for number in range(95))


def test_a_storm_is_told_as_one_and_then_it_is_quiet_again() -> None:
    world = house(hot(), storm=3)
    for number in range(60):
        world.receive(f"s/{number}", "31")
        world.later(GATHER)
    assert all(text.startswith(f"⚠ *Too hot*: s/{at} 31") for at, text in enumerate(to(world, ME)[:3]))
    assert to(world, ME)[3].startswith("⚠ Many alerts")
    world.later(60)
    assert sum(event.step is Step.TOLD and event.who == ME for event in world.book.events) == 60
    assert len(to(world, ME)) < 10
    world.later(600)
    world.receive("s/late", "31")
    world.later(GATHER)
    assert to(world, ME)[-1].startswith("⚠ *Too hot*: s/late 31")


def test_an_alert_and_its_notices_are_stored_together() -> None:
    world = house(hot())
    world.receive("s/1", "31")
    assert [event.step for event in world.book.events] == [Step.FIRED]
    assert world.outbox.notices == []
    world.later(GATHER)
    assert world.bot.alerts.active[0].notices == ("id1", "id2")
    assert [(event.step, event.who, event.note) for event in world.book.events][1:] == [
        (Step.TOLD, ME, "id1"),
        (Step.TOLD, YOU, "id2"),
    ]


def test_killed_before_it_was_told_it_is_told_after_the_start() -> None:
    world = house(hot())
    world.receive("s/1", "31")
    world.restart()
    world.later(GATHER)
    assert len(to(world, ME)) == 1
    world.restart()
    world.receive("s/1", "32")
    world.later(60)
    assert len(to(world, ME)) == 1
    world.receive("s/1", "1")
    world.later(GATHER)
    assert len(to(world, ME)) == 2


def test_a_redelivered_message_is_not_judged_again() -> None:
    world = house(rule_of(Operator.CHANGES, topic="s/door"))
    world.receive("s/door", "closed")
    world.receive("s/door", "open")
    world.later(GATHER)
    world.receive("s/door", "closed")
    world.later(GATHER)
    count = len(to(world, ME))
    world.history.known = lambda message: True  # type: ignore[method-assign]
    world.receive("s/door", "open", repeated=True)
    world.later(GATHER)
    assert len(to(world, ME)) == count


def test_a_retained_message_known_before_is_judged_and_rings_only_once() -> None:
    world = house(hot())
    world.history.unchanged = lambda message: True  # type: ignore[method-assign]
    for _ in range(3):
        world.receive("s/1", "31", retain=True)
        world.later(60)
    assert len(to(world, ME)) == 1


def test_a_rule_hears_what_nobody_subscribed() -> None:
    world = World(alerts=(above(topic="cellar/+"),), discovery_prefix="")
    assert world.broker.wanted[-1] == {"cellar/+": QoS.AT_LEAST_ONCE}
    assert world.bot.wanted == {"cellar/+": QoS.AT_LEAST_ONCE}
    world.receive("cellar/water", "31")
    world.later(GATHER)
    assert [text.split("\n")[0] for text in world.said] == ["⚠ *hot*: cellar/water 31, limit 30"]
    assert len(world.history.appended) == 1


def test_targets_are_told_with_title_tag_and_sound() -> None:
    rule = hot(priority=Priority.CRITICAL, targets=("notify.alarm",))
    world = house(rule, targets=(PHONE,), click="/lovelace")
    world.receive("s/1", "31")
    world.later(GATHER)
    told = {notice.to: notice for notice in world.outbox.notices if notice.push}
    assert set(told) == {PHONE, "notify.alarm"}
    push = told[PHONE].push
    assert push is not None
    assert (push.title, push.tag, push.sound, push.url) == ("🔴 s/1: 31", "dinox-r1-1", True, "/lovelace")
    assert told[PHONE].text == "“Too hot”: > 30"
    assert told[PHONE].priority is Priority.CRITICAL
    world.receive("s/1", "3")
    world.later(GATHER)
    again = world.outbox.notices[-1].push
    assert again is not None
    assert again.tag == "dinox-r1-1"


def test_many_alerts_are_one_notification_few_are_one_each() -> None:
    world = house(hot(), targets=(PHONE,), contacts=(), storm=0)
    for number in range(3):
        world.receive(f"s/{number}", "31")
    world.later(GATHER)
    assert len(world.outbox.notices) == 3
    for number in range(10, 20):
        world.receive(f"s/{number}", "31")
    world.later(GATHER)
    group = world.outbox.notices[-1]
    assert len(world.outbox.notices) == 4
    assert group.push is not None
    assert group.push.title == "⚠ 10 alerts: Too hot"
    assert group.text.endswith("… and 5 more, see alerts")
    tag = group.push.tag
    world.receive("s/11", "3")
    world.later(GATHER)
    assert last_tag(world) == "dinox-r1-5"
    for number in range(12, 20):
        world.receive(f"s/{number}", "3")
        world.later(GATHER)
    world.receive("s/10", "3")
    world.later(GATHER)
    assert last_tag(world) == tag


def last_tag(world: World) -> str:
    push = world.outbox.notices[-1].push
    assert push is not None
    return push.tag


def test_many_alerts_that_end_together_take_the_place_of_what_began_them() -> None:
    world = house(hot(), targets=(PHONE,), contacts=())
    for value in ("31", "3"):
        for number in range(10):
            world.receive(f"s/{number}", value)
        world.later(GATHER)
    first, last = world.outbox.notices
    assert first.push is not None
    assert first.push.tag == last_tag(world) == "dinox-r1-1-all"
    assert last.text != first.text


async def test_a_reply_to_what_was_held_means_the_alerts_in_it() -> None:
    world = house(hot())
    world.bot.held.set_contact(ME, True)
    world.receive("s/1", "31")
    world.later(GATHER)
    world.bot.held.set_contact(ME, False)
    world.later(0)
    await world.settle()
    assert await reply(world, "I saw it") == "👍 Acknowledged: s/1 (#1)"


@pytest.mark.parametrize("how", ["quiet", "topic", "global"])
def test_notifications_ring_unless_told_not_to(how: str) -> None:
    world = house(hot(), targets=(PHONE,), sound=how != "global")
    if how == "quiet":
        world.bot.held.set_quiet(NOON + 3600)
    if how == "topic":
        world.bot.apply(replace(world.bot.rules, subscriptions=(replace(SENSORS, sound=False),)))
    world.receive("s/1", "31")
    world.later(GATHER)
    (push,) = [notice.push for notice in world.outbox.notices if notice.push]
    assert not push.sound


def test_a_normal_rule_is_chat_only_and_a_silent_one_is_not_told() -> None:
    world = house(
        hot(topic="s/1", priority=Priority.NORMAL),
        hot(topic="s/2", id="r2", priority=Priority.SILENT),
        targets=(PHONE,),
    )
    world.receive("s/1", "31")
    world.receive("s/2", "31")
    world.later(GATHER)
    assert {notice.to for notice in world.outbox.notices} == {ME, YOU}
    assert len(world.bot.alerts.active) == 2


def test_nobody_answers_so_it_is_escalated_step_by_step() -> None:
    rule = hot(contacts=(ME,), escalate_after=600, escalate_to=(YOU, "notify.neighbour"))
    world = house(rule, targets=(PHONE,))
    world.receive("s/1", "31")
    world.later(GATHER)
    assert [notice.to for notice in world.outbox.notices] == [ME, PHONE]
    said = []
    for _ in range(5):
        before = len(world.outbox.notices)
        world.later(600)
        world.later(GATHER)
        said.append([notice.to for notice in world.outbox.notices[before:]])
    assert said == [[YOU], ["notify.neighbour"], [ME, PHONE, YOU, "notify.neighbour"], [], []]
    assert to(world, YOU)[0].startswith(
        "⏫ Nobody has acknowledged this for 10 min 3 s:\n⚠ *Too hot*: s/1 31, limit 30\nstill so"
    )
    assert world.outbox.notices[-1].priority is Priority.CRITICAL
    world.receive("s/1", "3")
    world.later(GATHER)
    assert to(world, YOU)[-1].startswith("✅ *Too hot* is over: s/1")


async def test_acknowledged_it_is_not_repeated_and_the_others_learn_who() -> None:
    world = house(hot(repeat=600))
    world.receive("s/1", "31")
    world.later(GATHER)
    assert await world.ask("ack too hot on my way") == "👍 Acknowledged: s/1 (#1)"
    assert to(world, YOU)[-1] == f"👍 {ME} has acknowledged s/1 (#1): on my way"
    assert len(to(world, ME)) == 1
    world.later(10_000)
    assert len(to(world, ME)) == 1
    alert = world.bot.alerts.active[0]
    assert (alert.acknowledged_by, alert.note) == (ME, "on my way")
    world.receive("s/1", "3")
    world.later(GATHER)
    assert "is over" in to(world, ME)[-1]


async def test_a_repeat_says_how_long_it_has_been() -> None:
    world = house(hot(repeat=3600))
    world.receive("s/1", "31")
    world.later(GATHER)
    world.later(3600)
    world.later(GATHER)
    assert to(world, ME)[-1] == "⚠ *Too hot*: s/1 31, limit 30\nstill so, for 1 h now · #1"


async def reply(world: World, text: str, who: str = ME) -> str:
    notice = next(notice.id for notice in world.outbox.notices if notice.to == ME)
    await world.bot.hear(Utterance(who, text, "m1", NOON, reply_to=notice))
    return to(world, who)[-1]


async def test_a_reply_to_the_alert_acknowledges_it_with_a_note() -> None:
    world = house(hot(topic="s/1"), hot(topic="s/2", id="r2", number=2, name="Other"))
    world.receive("s/1", "31")
    world.later(GATHER)
    world.receive("s/2", "31")
    world.later(GATHER)
    assert await reply(world, "on my way") == "👍 Acknowledged: s/1 (#1)"
    assert [alert.acknowledged for alert in world.bot.alerts.active] == [True, False]
    assert world.bot.alerts.active[0].note == "on my way"
    assert (await reply(world, "2h back later")).startswith("👍 Acknowledged until 10:00:")
    assert (await reply(world, "snooze 30m")).startswith("😴 Snoozed until 08:30:")
    assert (await reply(world, "mute 2h")).startswith("🔕 Muted until 10:00")
    assert "operator" in await reply(world, "ack", GUEST)


@pytest.mark.parametrize("text", ["--duration=2h", 'it\'s "the" door', "-- later", "so: yes"])
async def test_the_words_of_a_reply_are_its_note_and_no_options(text: str) -> None:
    world = house(hot())
    world.receive("s/1", "31")
    world.later(GATHER)
    assert await reply(world, text) == "👍 Acknowledged: s/1 (#1)"
    assert world.bot.alerts.active[0].note == text


def test_what_time_alone_does_to_an_alert_is_announced_too() -> None:
    world = house(above(topic="s/1", repeat=60.0, escalate_after=100.0))
    heard: list[object] = []
    world.bot.listen(heard.append)
    world.receive("s/1", "40")
    for _ in range(20):
        world.later(10)
    steps = [each.step for each in heard if isinstance(each, AlertChanged)]
    assert steps == [None, Step.REPEATED, Step.ESCALATED, Step.REPEATED, Step.REPEATED]


async def test_a_word_of_a_command_with_a_colon_is_one_in_a_reply_too() -> None:
    world = house(hot())
    world.receive("s/1", "31")
    world.later(GATHER)
    assert await reply(world, "ack: on my way") == "👍 Acknowledged: s/1 (#1)"
    assert world.bot.alerts.active[0].note == "on my way"


async def test_a_reply_to_anything_else_is_no_command() -> None:
    world = house(hot())
    await world.bot.hear(Utterance(ME, "on my way", "m1", NOON, reply_to="unknown"))
    assert to(world, ME)[0].startswith("I did not understand that.")


@pytest.mark.parametrize(
    ("emojis", "answer"),
    [
        (("👍🏽",), "👍 Acknowledged"),
        (("🎉", "😴"), "😴 Snoozed until"),
        (("🔕\ufe0f",), "🔕 Muted"),
        (("🎉",), ""),
    ],
)
async def test_a_reaction_is_an_answer(emojis: tuple[str, ...], answer: str) -> None:
    world = house(hot())
    world.receive("s/1", "31")
    world.later(GATHER)
    notice = world.outbox.notices[0].id
    before = len(to(world, ME))
    await world.bot.react(Reaction(ME, notice, emojis, NOON))
    assert [text[: len(answer)] for text in to(world, ME)[before:]] == ([answer] if answer else [])
    await world.bot.react(Reaction("stranger@example.org", notice, ("👍",), NOON))
    await world.bot.react(Reaction(ME, "unknown", ("👍",), NOON))
    assert len(to(world, ME)) == before + bool(answer)


async def test_who_may_only_look_cannot_acknowledge_by_reaction() -> None:
    world = house(hot(), contacts=(Contact(GUEST, role=Role.VIEWER),))
    world.receive("s/1", "31")
    world.later(GATHER)
    await world.bot.react(Reaction(GUEST, world.outbox.notices[0].id, ("👍",), NOON))
    assert not world.bot.alerts.active[0].acknowledged
    assert "operator" in to(world, GUEST)[-1]


async def test_the_notice_of_another_acknowledges_nothing() -> None:
    world = house(hot())
    world.receive("s/1", "31")
    world.later(GATHER)
    (mine,) = [notice.id for notice in world.outbox.notices if notice.to == ME]
    await world.bot.react(Reaction(YOU, mine, ("👍",), NOON))
    await world.bot.hear(Utterance(YOU, "on my way", "m1", NOON, reply_to=mine))
    assert not world.bot.alerts.active[0].acknowledged
    await world.bot.hear(Utterance(ME, "on my way", "m2", NOON, reply_to=mine))
    assert world.bot.alerts.active[0].acknowledged


async def test_a_notice_whose_contact_cannot_be_looked_up_acknowledges_its_alert() -> None:
    world = house(hot())
    world.receive("s/1", "31")
    world.later(GATHER)
    world.outbox.unreadable = True
    await world.bot.react(Reaction(ME, world.outbox.notices[0].id, ("👍",), NOON))
    assert world.bot.alerts.active[0].acknowledged


async def test_what_is_muted_is_not_told_until_it_is_unmuted() -> None:
    world = house(hot())
    assert await world.ask("mute s/1") == "🔕 Muted: s/1. Hear of it again with unmute s/1"
    world.receive("s/1", "31")
    world.later(60)
    assert world.said == []
    assert len(world.bot.alerts.active) == 1
    assert await world.ask("mute") == "Muted:\n• s/1 — for good"
    world.restart()
    assert await world.ask("unmute s/1") == "s/1 is told again."
    world.later(GATHER)
    assert len(to(world, ME)) == 1
    assert await world.ask("unmute s/1") == "s/1 is not muted."
    assert await world.ask("mute") == "Nothing is muted. Mute something with mute s/1 2h"


async def test_a_mute_for_a_time_ends_and_what_is_still_wrong_is_told() -> None:
    world = house(hot())
    assert (await world.ask('mute "Too hot" 2h')).startswith("🔕 Muted until 10:00")
    world.receive("s/1", "31")
    world.receive("s/2", "31")
    world.later(600)
    world.receive("s/2", "3")
    world.later(7200)
    world.later(GATHER)
    assert [text.split("\n")[0] for text in to(world, ME)] == ["⚠ *Too hot*: s/1 31, limit 30"]


def test_a_muted_topic_shows_no_messages_either() -> None:
    world = World(Subscription("s/#"))
    world.bot.alerts.mute("s/1", ME, NOON + 60, NOON)
    world.receive("s/1", "5")
    world.receive("s/2", "6")
    world.later(1)
    assert world.said == ["*s/2* 6"]


async def test_do_not_disturb_holds_all_but_critical_and_tells_it_afterwards() -> None:
    world = house(hot(topic="s/1"), hot(topic="s/2", id="r2", priority=Priority.CRITICAL), targets=(PHONE,))
    assert (await world.ask("dnd on")).startswith("Nobody is disturbed now")
    assert world.bot.status.do_not_disturb
    world.receive("s/1", "31")
    world.receive("s/2", "31")
    world.later(GATHER)
    assert {notice.to for notice in world.outbox.notices} == {ME, YOU, PHONE}
    assert all(
        "s/2" in notice.text + (notice.push.title if notice.push else "") for notice in world.outbox.notices
    )
    assert len(world.outbox.holding) == 3
    world.later(3600)
    world.receive("s/1", "3")
    world.later(GATHER)
    said = len(world.outbox.notices)
    assert await world.ask("dnd off") == "What was held back comes now."
    world.later(0)
    await world.settle()
    told = {notice.to: notice for notice in world.outbox.notices[said:]}
    assert set(told) == {ME, YOU, PHONE}
    lines = told[ME].text.split("\n")
    assert lines[0] == "🌙 While you were not to be disturbed (08:00 to 09:00):"
    assert lines[1].startswith("• 08:00 ⚠ Too hot: s/1 31, limit 30 — #1")
    assert lines[2].startswith("• 09:00 ✅ Too hot is over: s/1 3 ↘ — after 1 h")
    assert told[PHONE].push is not None
    assert world.outbox.holding == []


async def test_do_not_disturb_for_a_time_ends_by_itself() -> None:
    world = World(Subscription("s/#"))
    await world.ask("dnd 2h")
    world.receive("s/1", "5")
    world.later(5)
    world.restart()
    assert world.said == []
    world.later(7200)
    await world.settle()
    await world.bot.say_untold()
    assert any("s/1" in text for text in world.said)


async def test_what_a_contact_missed_in_memory_is_held_when_the_bot_ends() -> None:
    world = World(Subscription("s/#"))
    world.bot.held.set_contact(ME, True)
    world.receive("s/1", "5")
    world.later(5)
    world.bot.close()
    assert [notice.text for notice in world.outbox.holding] == ["s/1: 5"]
    world.restart()
    world.bot.held.set_contact(ME, False)
    world.later(0)
    await world.settle()
    assert world.said[-1].endswith("s/1: 5")


async def test_the_presence_of_one_contact_spares_only_that_one() -> None:
    world = house(hot())
    world.bot.held.set_contact(YOU, True)
    world.receive("s/1", "31")
    world.later(GATHER)
    assert [notice.to for notice in world.outbox.notices] == [ME]
    world.bot.held.set_contact(YOU, False)
    world.later(0)
    await world.settle()
    assert [notice.to for notice in world.outbox.notices] == [ME, YOU]
    world.later(0)
    await world.settle()
    assert len(world.outbox.notices) == 2


async def test_an_entity_says_when_nobody_is_to_be_disturbed() -> None:
    world = house(hot())
    world.bot.held.set_source(True)
    world.receive("s/1", "31")
    world.later(GATHER)
    assert world.said == []
    world.bot.held.set_source(False)
    world.later(0)
    world.outbox.unreadable = True
    await world.settle()
    assert world.said == []
    world.outbox.unreadable = False
    world.bot.chat_changed(OFFLINE)
    world.bot.chat_changed(ONLINE)
    world.later(11)
    await world.settle()
    assert len(to(world, ME)) == 1


async def test_an_answer_comes_although_nobody_is_to_be_disturbed() -> None:
    world = house(hot())
    world.bot.held.set_undisturbed(NOON + 3600)
    await world.bot.hear(Utterance(ME, "/mqtt alerts", "m", NOON))
    assert len(to(world, ME)) == 1


async def test_quiet_has_an_end() -> None:
    world = house(hot())
    assert (
        await world.ask("quiet until 9:30")
        == "Notifications make no sound until 09:30, but critical ones do."
    )
    assert world.bot.do_not_disturb.quiet(NOON + 5399)
    world.later(5401)
    await world.settle()
    assert not world.bot.do_not_disturb.quiet(world.clock.time)
    assert (
        await world.ask("quiet until 7:00")
        == "Notifications make no sound until tomorrow 07:00, but critical ones do."
    )
    assert (
        await world.ask("quiet")
        == "Notifications make no sound until tomorrow 07:00, but critical ones do. Sound again: quiet off"
    )
    assert (
        await world.ask("quiet on")
        == "Notifications make no sound now, but critical ones do. Switch it off with quiet off"
    )
    assert "Sound again: quiet off" in await world.ask("quiet")
    assert await world.ask("quiet off") == "Notifications make their sound again."
    assert (
        await world.ask("quiet")
        == "Notifications make their sound. Without it: quiet for 2 hours, quiet until 7am, quiet on"
    )
    assert "is no time" in await world.ask("quiet soon")
    assert "is no time" in await world.ask("quiet until 25:00")


async def test_handles_mean_alerts() -> None:
    world = house(hot(number=7), above(topic="s/9", id="r9", number=2, name="Nine"))
    assert await world.ask("ack") == "Nothing is wrong now: there is no alert."
    world.receive("s/1", "31")
    world.receive("s/9", "31")
    world.later(GATHER)
    assert await world.ask("ack #3") == "👍 Acknowledged: s/9 (#3)"
    assert await world.ask("ack nine gone there") == "👍 Acknowledged: s/9 (#2)"
    assert world.bot.alerts.active[1].note == "gone there"
    assert await world.ask("ack s/1 2h") == "👍 Acknowledged until 10:00: s/1 (#1)"
    assert await world.ask("snooze 7") == "😴 Snoozed until 09:00: s/1 (#1), s/9 (#3)"
    assert await world.ask("ack 2") == "👍 Acknowledged: s/9 (#2)"
    world.bot.apply(replace(world.bot.rules, alerts=(hot(number=2), *world.bot.rules.alerts[1:])))
    assert "Write #2 for the alert" in await world.ask("ack 2")
    assert "There is no alert 99 now" in await world.ask("ack 99")
    assert await world.ask("ack") == "👍 Acknowledged: s/1 (#1), s/9 (#2), s/9 (#3)"


async def test_why_tells_the_whole_story() -> None:
    world = house(hot())
    assert await world.ask("why") == "There has been no alert yet."
    world.receive("s/1", "31")
    world.later(GATHER)
    await world.ask("ack 1 gone there")
    world.receive("s/1", "3")
    world.later(GATHER)
    text = await world.ask("why 1")
    assert text.split("\n")[0] == "#1, Too hot: s/1"
    assert text.split("\n")[1:] == [
        "• fired 08:00: 31",
        f"• acknowledged by {ME} 08:00: gone there",
        "• over 08:00: 3",
        f"• {ME}: waiting since 08:00, then one more, waiting since 08:00",
        f"• {YOU}: waiting since 08:00, then one more, waiting since 08:00",
    ]
    assert await world.ask("why too hot") == text
    assert await world.ask("why s/1") == text
    assert await world.ask("why") == text
    assert "There is no alert nothing" in await world.ask("why nothing")
    assert await world.ask("why 9") == "There is no alert 9 now. There are: #1"
    notice = world.outbox.notices[0].id
    await world.bot.hear(Utterance(ME, "why", "m", NOON, reply_to=notice))


async def test_why_before_there_was_any_alert() -> None:
    world = house(hot())
    assert await world.ask("why 9") == await world.ask("why") == await world.ask("why nothing")


async def test_why_knows_an_alert_whose_rule_is_gone_and_the_broker() -> None:
    world = house(hot())
    world.receive("s/1", "31")
    world.bot.broker_changed(OFFLINE)
    world.later(130)
    world.later(GATHER)
    assert "MQTT broker" in to(world, ME)[-1]
    assert (await world.ask("why 2")).startswith("#2, MQTT broker\n")
    world.bot.apply(replace(world.bot.rules, alerts=()))
    assert (await world.ask("why 1")).startswith("#1, s/1\n")
    world.later(3600)
    world.bot.broker_changed(ONLINE)
    world.later(GATHER)
    assert (
        to(world, ME)[-1]
        == "✅ *MQTT broker*\nIt is back after 1 h 2 min. What it kept meanwhile is coming in. · #2"
    )


def test_silence_is_told_with_the_time_of_the_last_message() -> None:
    world = house(stale(600, "s/1"))
    world.receive("s/1", "5")
    world.wait(600)
    world.later(GATHER)
    silence = "no message for 10 min 1 s, the last one 08:00 · #1 · 👍 = I see to it"
    assert to(world, ME) == [f"⚠ *silent*: s/1 5\n{silence}"]
    assert float(world.memory.get("alive")) > NOON


def test_what_flaps_is_told_once() -> None:
    world = house(hot())
    for number in range(40):
        world.receive("s/1", "29" if number % 2 else "31")
        world.later(10)
    world.later(GATHER)
    assert sum("keeps firing and ending" in text for text in to(world, ME)) == 1


def test_a_change_is_told_with_what_it_was_before() -> None:
    world = house(rule_of(Operator.CHANGES, topic="s/door"))
    world.receive("s/door", "closed")
    world.receive("s/door", "open")
    world.later(GATHER)
    assert to(world, ME) == ["⚠ *other*: s/door closed → open\nchanges · #1"]


def test_listeners_hear_of_every_change_and_value() -> None:
    world = house(hot())
    heard: list[object] = []
    world.bot.listen(heard.append)
    world.receive("s/1", "31")
    world.receive("s/1", "32")
    world.receive("s/1", "1")
    changes = [each for each in heard if isinstance(each, AlertChanged | AlertValue)]
    assert [type(each).__name__ for each in changes] == ["AlertChanged", "AlertValue", "AlertChanged"]
    assert world.bot.status.firing == 0


def test_what_was_gathered_is_said_when_the_bot_ends() -> None:
    world = house(hot())
    world.receive("s/1", "31")
    world.bot.close()
    assert len(to(world, ME)) == 1


def test_a_clock_set_back_delays_no_notice_for_long() -> None:
    world = house(hot())
    world.receive("s/1", "31")
    world.clock.time -= 86_400
    world.later(GATHER)
    world.later(GATHER)
    assert len(to(world, ME)) == 1


def test_a_bot_that_begins_without_a_broker_says_so() -> None:
    world = house(hot(), broker=CONNECTING)
    world.later(121)
    world.later(GATHER)
    assert to(world, ME)[0].startswith("⚠ *MQTT broker*\nIt cannot be reached since")


def test_the_next_run_knows_since_when_nobody_listened() -> None:
    world = house(stale(600, "s/1"))
    world.receive("s/1", "5")
    world.wait(300)
    world.bot.close()
    world.clock.time += 36_000
    world.broker.status = CONNECTING
    world.restart()
    world.bot.broker_changed(ONLINE)
    world.wait(250)
    assert world.said == []
    world.later(60)
    world.later(GATHER)
    assert len(to(world, ME)) == 1


def test_a_notice_of_several_rules_names_them() -> None:
    world = house(*(hot(topic=f"s/{number}", id=f"r{number}", name=f"Rule {number}") for number in range(5)))
    for number in range(5):
        world.receive(f"s/{number}", "31")
    world.later(GATHER)
    assert to(world, ME)[0].startswith("⚠ 5 alerts: Rule 0, Rule 1, Rule 2…")


async def test_priority_and_display_are_shown_and_set() -> None:
    world = World(Subscription("s/#"))
    assert await world.ask("priority") == "Priorities:\n• s/# — normal"
    assert await world.ask("priority s/#") == "s/# has the priority normal."
    assert await world.ask("prio s/# critical") == "s/# has the priority critical now."
    assert world.bot.subscriptions.best("s/1") == Subscription("s/#", priority=Priority.CRITICAL)
    assert "silent, normal, alert, critical" in await world.ask("priority s/# urgent")
    assert await world.ask("display") == "Display:\n• s/# — each"
    assert await world.ask("display s/#") == "s/# is shown as: each."
    assert await world.ask("display s/# live") == "s/# is shown as: board now."
    assert await world.ask("display s/# live") == "s/# is shown as: board."


async def test_what_is_muted_by_rule_or_topic_is_listed() -> None:
    world = house(hot())
    await world.ask("mute 1 2h")
    await world.ask("mute s/2")
    assert await world.ask("mute") == "Muted:\n• Too hot — until 10:00\n• s/2 — for good"
    assert "is no time" in await world.ask("mute s/1 off")
    assert "is no topic filter" in await world.ask("mute s/+x") or "topic filter" in await world.ask(
        "mute s/+x"
    )


async def test_why_in_a_reply_means_that_alert() -> None:
    world = house(hot())
    world.receive("s/1", "31")
    world.later(GATHER)
    assert (await reply(world, "/mqtt why")).startswith("#1, Too hot: s/1")


async def test_many_things_held_are_told_in_several_messages() -> None:
    world = World(Subscription("s/#"))
    world.bot.held.set_undisturbed(NOON + 3600)
    for number in range(45):
        world.bot.send(f"text {number}")
    world.receive("s/1", "5")
    world.later(5)
    world.bot.held.set_undisturbed(0)
    world.later(0)
    await world.settle()
    first, second = (text.split("\n") for text in world.said)
    assert [line.rpartition(" ")[2] for line in first[1:]] == [f"{number}" for number in range(40)]
    assert [line.rpartition(" ")[2] for line in second[1:6]] == [f"{number}" for number in range(40, 45)]
    assert second[-2:] == ["", "s/1: 5"]


async def test_of_very_many_things_held_the_oldest_are_counted() -> None:
    world = World(Subscription("s/#"))
    world.bot.held.set_undisturbed(NOON + 3600)
    for number in range(410):
        world.bot.send(f"text {number}")
    world.bot.held.set_undisturbed(0)
    world.later(0)
    await world.settle()
    assert len(world.said) == 10
    assert world.said[0].split("\n")[-1] == "… and 10 more, see alerts"
    assert world.said[-1].endswith("text 409")


async def test_critical_texts_pass_and_a_contact_that_still_sleeps_is_left_alone() -> None:
    world = house(hot())
    world.bot.held.set_contact(ME, True)
    world.bot.held.set_undisturbed(NOON + 60)
    world.bot.send("wake up", ME, Priority.CRITICAL)
    world.bot.send("later", ME)
    assert to(world, ME) == ["wake up"]
    world.later(61)
    await world.settle()
    assert to(world, ME) == ["wake up"]
    assert len(world.outbox.holding) == 1


def test_an_alert_nobody_is_to_be_told_of_is_told_to_nobody() -> None:
    world = World(SENSORS, alerts=(hot(),), contacts=())
    world.receive("s/1", "31")
    world.later(GATHER)
    assert world.outbox.notices == []
    assert world.bot.alerts.active[0].untold == ()


@pytest.mark.parametrize("braked", [False, True])
def test_what_one_turn_does_not_tell_of_a_great_many_is_told_at_once_after_it(braked: bool) -> None:
    world = house(hot(targets=(PHONE,)), storm=1)
    if braked:
        world.receive("s/first", "31")
        world.later(GATHER)
    for number in range(2 * MOST_AT_ONCE + 50):
        world.receive(f"s/{number:03}", "31")
    world.later(MINUTE)
    turns = []
    while world.bot.alerts.due_at <= world.clock.time:
        assert world.clock.time in world.clock.alarms
        turns.append(len(list(world.bot.alerts.engine.untold)))
        world.later(0)
    assert turns == [MOST_AT_ONCE + 50, 50]
    told = [event.topic for event in world.book.events if event.step is Step.TOLD and event.who == ME]
    assert sorted(told) == sorted({alert.topic for alert in world.bot.alerts.active})
    assert len(told) == 2 * MOST_AT_ONCE + 50 + braked
    assert len(to(world, ME)) == 1 + braked


def test_many_alerts_in_one_storm_are_counted() -> None:
    world = house(hot(), storm=1)
    world.receive("s/first", "31")
    world.later(GATHER)
    for number in range(50):
        world.receive(f"s/{number}", "31")
    world.later(61)
    text = to(world, ME)[-1]
    assert text.startswith("⚠ Many alerts: 50 more in the last minute (Too hot)\n• ⚠ s/0 31 · #2")
    assert text.endswith("… and 10 more, see alerts")


def test_alerts_that_were_told_of_before_they_were_stored_are_found_by_any_name() -> None:
    world = house(hot())
    world.receive("s/1", "31")
    assert [alert.topic for alert in world.bot.alerts.find("")] == ["s/1"]
    assert world.bot.alerts.of("r1") == world.bot.alerts.active
    assert world.bot.alerts.unwatched == 0
    assert [
        world.bot.alerts.get("r1", alert.topic) for alert in world.bot.alerts.active
    ] == world.bot.alerts.active


def test_a_notice_of_one_among_many_over_names_the_worst() -> None:
    world = house(hot(), hot(topic="s/9", id="r9", name="Nine"))
    for topic in ("s/1", "s/9"):
        world.receive(topic, "31")
    world.later(GATHER)
    world.receive("s/9", "3")
    world.receive("s/2", "35")
    world.later(GATHER)
    headline, *lines = to(world, ME)[-1].split("\n")
    assert headline == "⚠ 3 alerts: Nine, Too hot"
    assert "• ⚠ s/2 35 — “Too hot” > 30 · #4" in lines


async def test_muted_in_the_moment_before_it_is_told_it_is_not_told() -> None:
    world = house(hot())
    world.receive("s/1", "31")
    await world.ask("mute s/1")
    world.later(GATHER)
    assert [text for text in to(world, YOU) if "Too hot" in text] == []


def test_silence_that_ends_is_told_with_its_length() -> None:
    world = house(stale(600, "s/1"))
    world.receive("s/1", "5")
    world.wait(900)
    world.receive("s/1", "6")
    world.later(GATHER)
    assert to(world, ME)[-1] == "✅ *silent* is over: s/1 6\nafter 5 min · #1"


async def test_words_that_mean_no_alert_and_no_rule() -> None:
    world = house(hot())
    assert "there is no alert" in await world.ask("ack too hot gone there")
    assert await world.ask("mute hallo") == "I know no “hallo”. What there is: topics, devices"
    assert await world.ask("mute") == "Nothing is muted. Mute something with mute home/door 2h"


async def test_who_asks_for_what_was_held_while_it_is_told_gets_it_once() -> None:
    world = house(hot())
    world.bot.held.set_undisturbed(NOON + 60)
    world.bot.send("later", ME)
    world.later(61)
    first, second = world.spawned[0](), world.spawned[0]()
    held = world.outbox.held

    async def held_slowly(who: str) -> list[Notice]:
        if who == ME and second.cr_frame is not None and second.cr_await is None:
            with pytest.raises(StopIteration):
                second.send(None)
        return await held(who)

    world.outbox.held = held_slowly  # type: ignore[method-assign]
    await first
    assert len(to(world, ME)) == 1


LOUD = Subscription("door/+", priority=Priority.CRITICAL)


def test_a_critical_topic_is_told_in_the_chat_and_by_notification() -> None:
    world = World(LOUD, targets=(PHONE,), click="/doors")
    world.receive("door/front", "OPEN")
    world.later(0)
    chat, phone = world.outbox.notices
    assert (chat.to, chat.text, chat.priority, chat.push) == (
        ME,
        "🔴 *door/front* OPEN",
        Priority.CRITICAL,
        None,
    )
    assert (phone.to, phone.text, phone.priority) == (PHONE, "door/front: OPEN", Priority.CRITICAL)
    assert phone.push is not None
    assert (phone.push.title, phone.push.url) == ("🔴 door/front", "/doors")
    world.receive("door/front", "CLOSED")
    world.later(0)
    again = world.outbox.notices[-1].push
    assert again is not None
    assert again.tag == phone.push.tag


def test_without_contacts_a_target_is_told_of_urgent_topics_only() -> None:
    world = World(LOUD, Subscription("s/#"), targets=(PHONE,), contacts=())
    world.receive("door/front", "OPEN")
    world.receive("s/1", "5")
    world.later(5)
    assert [notice.to for notice in world.outbox.notices] == [PHONE]


def test_a_storm_of_urgent_messages_is_told_as_one_and_none_is_lost() -> None:
    world = World(LOUD, storm=3)
    for number in range(30):
        world.receive("door/front", str(number))
        world.later(0.5)
    assert len(world.said) == 3
    world.restart()
    world.later(60)
    assert len(world.said) == 3
    assert [row.count for row in world.history.waiting.values()] == [27]


def test_a_storm_ends_with_a_summary_and_then_each_is_told_again() -> None:
    world = World(LOUD, storm=2)
    for number in range(10):
        world.receive(f"door/{number}", str(number))
    world.later(30)
    assert len(world.said) == 2
    world.later(31)
    assert len(world.said) == 3
    assert world.said[-1].startswith("Urgent messages in the last minute: 8\n🔴 door/2: 2\n")
    assert world.history.waiting == {}
    world.later(60)
    world.receive("door/1", "x")
    world.later(0)
    assert len(world.said) == 4
    for number in range(5):
        world.receive("door/1", str(number))
    world.clock.time -= 86_400
    world.later(0)
    assert "Urgent messages" in world.said[-1]
    world.bot.close()


def test_what_waits_of_a_storm_is_said_when_the_bot_ends() -> None:
    world = World(LOUD, storm=1)
    world.receive("door/1", "1")
    world.receive("door/2", "2")
    world.bot.close()
    assert world.said[-1] == "Urgent messages in the last minute: 1\n🔴 *door/2* 2"


def test_nobody_to_tell_of_urgent_messages() -> None:
    world = World(LOUD, contacts=())
    world.receive("door/1", "1")
    world.later(5)
    assert world.outbox.notices == []
    assert world.history.waiting == {}


def test_urgent_texts_go_to_the_targets_too() -> None:
    world = World(LOUD, targets=(PHONE,))
    notices = world.bot.send("water!", priority=Priority.CRITICAL)
    assert [notice.to for notice in notices] == [ME, PHONE]
    assert notices[1].push is not None
    assert notices[1].push.title == "Home"


async def test_a_word_of_a_rules_name_is_enough_if_nothing_is_called_so() -> None:
    world = house(
        hot(topic="s/1", name="Freezer warm"), hot(topic="s/2", id="r2", number=2, name="Cellar wet")
    )
    world.receive("s/1", "31")
    world.receive("s/2", "31")
    world.later(GATHER)
    assert await world.ask("ack freezer 2h on my way") == "👍 Acknowledged until 10:00: s/1 (#1)"
    assert world.bot.alerts.active[0].note == "on my way"
    assert "There are: #1 Freezer warm, #2 Cellar wet" in await world.ask("ack attic")


async def test_each_contact_is_told_of_alerts_in_its_own_language() -> None:
    world = house(hot(), contacts=(Contact(ME), Contact(YOU, "", Role.OPERATOR, language="de")))
    world.receive("s/1", "31.5 °C")
    world.later(GATHER)
    assert ("31.5 °C" in to(world, ME)[-1], "31,5 °C" in to(world, YOU)[-1]) == (True, True)
    await reply(world, "ack")
    assert "hat s/1 (#1) quittiert" in to(world, YOU)[-1]
    world.receive("s/1", "20")
    world.later(GATHER)
    assert "ist vorbei" in to(world, YOU)[-1]
    assert "is over" in to(world, ME)[-1]

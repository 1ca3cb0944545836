"""The junction: messages in, chat out, chat in, effects out."""

from dataclasses import replace
import logging

from fakes import CONNECTING, GUEST, ME, NOON, OFFLINE, ONLINE, World
from hypothesis import given, strategies as st
import pytest

from bot.commands.attending import Mute
from bot.model.announcements import Announcement, ChatReceived, MessageReceived, StatusChanged
from bot.model.message import Message, QoS
from bot.model.replies import BotError, Caller, Surface
from bot.model.rules import (
    Contact,
    Display,
    Priority,
    Role,
    RuleSet,
    Subscription,
)
from bot.model.status import BotState, Delivery, Gap, LinkStatus, Phase
from bot.model.utterance import Utterance

HOME = Subscription("home/#")
CONFIG = '{"name": "Kitchen", "state_topic": "home/k", "unit_of_measurement": "°C"}'


def heard(world: World) -> list[Announcement]:
    """Return a list that fills with what the bot announces."""
    announcements: list[Announcement] = []
    world.bot.listen(announcements.append)
    return announcements


def say(text: str, jid: str = ME) -> Utterance:
    return Utterance(jid, text, "stanza", NOON)


# The straight path.


def test_a_message_is_stored_told_and_announced() -> None:
    world = World(Subscription("home/#", priority=Priority.NORMAL))
    announced = heard(world)
    world.receive("home/k", "21.5")
    (reading, priority) = world.history.appended[0]
    assert (reading.message.topic, reading.value, priority) == ("home/k", 21.5, Priority.NORMAL)
    assert announced[-1] == MessageReceived(reading, world.bot.subscriptions.get("home/#"), True)
    assert world.clock.alarms[1:] == [NOON + 0.3]
    world.later(0.3)
    assert [(notice.to, notice.text) for notice in world.outbox.notices] == [(ME, "*home/k* 21.5")]


def test_the_most_specific_subscription_decides() -> None:
    world = World(HOME, Subscription("home/k", alias="Kitchen", priority=Priority.SILENT))
    world.receive("home/k", "1")
    assert world.history.appended[0][1] is Priority.SILENT
    assert world.history.appended[0][0].name == "Kitchen"
    world.later(10)
    assert world.said == []


def test_what_no_subscription_asks_for_is_only_acknowledged() -> None:
    world = World(HOME)
    announced = heard(world)
    world.receive("garden/x", "1")
    assert [message.topic for message in world.history.skipped] == ["garden/x"]
    assert world.history.appended == []
    assert announced == []


@pytest.mark.parametrize("end", ["x" * 1_020, "ü" * 510])
def test_a_topic_that_is_too_long_is_left_out_whatever_it_is_for(end: str) -> None:
    world = World(HOME)
    world.receive(f"home/{end}"[:-1], "1", qos=1)
    assert (len(world.history.appended), world.bot.readings.left_out) == (1, 0)
    for topic in (f"home/{end}", f"homeassistant/sensor/{end}/config", f"garden/{end}"):
        world.receive(topic, "1", qos=1)
    assert len(world.history.appended) == 1
    assert len(world.history.skipped) == world.bot.readings.left_out == 3


def test_a_discovery_configuration_is_learned_not_shown() -> None:
    world = World(HOME, Subscription("homeassistant/#"))
    world.receive("homeassistant/sensor/k/config", CONFIG)
    world.receive("home/k", "21.5")
    world.later(0.3)
    assert world.said == ["*Kitchen* 21.5 °C"]
    assert len(world.history.skipped) == 1
    assert world.bot.status.messages == 1


def test_configurations_under_another_prefix_are_learned_after_a_change() -> None:
    world = World(HOME)
    world.bot.apply(RuleSet((HOME,), (Contact(ME),), "ha"))
    world.receive("ha/sensor/k/config", CONFIG)
    world.receive("home/k", "21.5")
    assert world.history.appended[0][0].name == "Kitchen"
    assert "ha/+/+/config" in world.broker.wanted[-1]


def test_a_retained_message_known_before_is_not_new() -> None:
    world = World(HOME)
    announced = heard(world)
    message = Message("home/k", b"1", retain=True, received=NOON)
    world.history.unchanged_messages.add(message)
    world.bot.receive(message)
    world.later(1)
    assert world.history.skipped == [message]
    assert world.history.appended == []
    assert world.said == []
    assert isinstance(announced[-1], MessageReceived)
    assert (announced[-1].shown, announced[-1].new) == (False, False)


@pytest.mark.parametrize("retain", [False, True])
@pytest.mark.parametrize("display", list(Display))
def test_a_topic_that_is_cleared_is_no_message_but_in_the_history(display: Display, retain: bool) -> None:
    world = World(Subscription("home/#", display=display))
    world.receive("home/k", "21")
    world.later(1)
    world.later(4_000)
    said = len(world.said)
    world.receive("home/k", "", retain=retain)
    world.later(4_000)
    assert len(world.said) == said
    assert [reading.text for reading, _ in world.history.appended] == ["21", ""]


def test_a_value_that_is_in_the_chat_is_taken_back_there_when_it_is_cleared() -> None:
    world = World(Subscription("home/#", display=Display.BOARD))
    world.receive("home/k", "21")
    world.later(5)
    world.receive("home/k", "")
    world.later(5)
    shown, corrected = world.outbox.notices
    assert (corrected.text.split("\n")[1], corrected.replaces) == ("home/k: (empty)", shown.id)


def test_a_bell_that_says_nothing_rings_each_time() -> None:
    world = World(Subscription("home/#"))
    for _ in range(3):
        world.receive("home/bell", "")
        world.later(5)
    assert world.said == ["*home/bell* (empty)"] * 3


def test_what_is_urgent_tells_that_it_was_cleared() -> None:
    world = World(Subscription("home/#", priority=Priority.ALERT))
    world.receive("home/leak", "wet")
    world.receive("home/leak", "")
    world.later(0)
    assert world.said == ["⚠ *home/leak* wet", "⚠ *home/leak* (empty)"]


def test_a_retained_message_with_news_is_told() -> None:
    world = World(HOME)
    world.receive("home/k", "1", retain=True)
    world.later(1)
    assert world.said == ["📌 *home/k* 1"]


def test_a_redelivered_message_is_stored_but_not_told_again() -> None:
    world = World(HOME)
    announced = heard(world)
    message = Message("home/k", b"1", QoS.AT_LEAST_ONCE, repeated=True, received=NOON, packet_id=7)
    world.history.known_messages.add(message)
    world.bot.receive(message)
    world.later(1)
    assert len(world.history.appended) == 1
    assert world.said == []
    assert isinstance(announced[-1], MessageReceived)
    assert not announced[-1].new


def test_a_redelivered_message_that_was_lost_is_told() -> None:
    world = World(HOME)
    world.receive("home/k", "1", repeated=True)
    world.later(1)
    assert world.said == ["*home/k* 1"]


def test_what_is_urgent_is_in_the_outbox_before_the_next_message() -> None:
    world = World(Subscription("home/#", priority=Priority.CRITICAL))
    world.receive("home/leak", "wet")
    assert [notice.priority for notice in world.outbox.notices] == [Priority.CRITICAL]


def test_the_clock_is_asked_once_for_the_same_time() -> None:
    world = World(HOME)
    for number in range(5):
        world.receive("home/k", str(number))
    assert world.clock.alarms[1:] == [NOON + 0.3]
    world.later(0.3)
    world.receive("home/k", "6")
    assert world.clock.alarms[-1] == NOON + 2.3


def test_closing_hands_over_what_waits() -> None:
    world = World(HOME)
    world.receive("home/k", "1")
    world.bot.close()
    assert world.said == ["*home/k* 1"]


def test_what_waits_to_be_said_is_untold_until_it_is_in_the_outbox() -> None:
    world = World(HOME)
    world.receive("home/k", "1")
    waiting = list(world.history.waiting)
    world.later(0.3)
    assert (waiting, list(world.history.waiting)) == (["home/k"], [])


@pytest.mark.parametrize("hidden", [{"paused": True}, {"contacts": ()}])
def test_what_nobody_is_to_be_told_is_not_untold(hidden: dict[str, object]) -> None:
    world = World(HOME, **hidden)  # type: ignore[arg-type]
    world.receive("home/k", "1")
    assert len(world.history.appended) == 1
    assert world.history.waiting == {}


async def test_what_a_pause_hides_is_not_untold() -> None:
    world = World(HOME)
    world.receive("home/k", "1")
    await world.bot.pause(True)
    assert world.history.waiting == {}


def test_what_closing_says_is_not_untold() -> None:
    world = World(HOME)
    world.receive("home/k", "1")
    world.bot.close()
    assert world.history.waiting == {}


def killed(world: World) -> World:
    """Return the next run, with the history of a run that was killed."""
    after = World(*world.bot.rules.subscriptions)
    after.history.waiting = world.history.waiting
    return after


async def test_what_a_killed_run_left_untold_is_said_at_the_start_once() -> None:
    world = World(HOME, Subscription("home/door", icon="🚪"))
    for topic, payload in (("home/k", "1"), ("home/k", "2"), ("home/door", ""), ("elsewhere", "x")):
        world.receive(topic, payload)
    after = killed(world)
    await after.bot.say_untold()
    await after.bot.say_untold()
    assert [(notice.to, notice.text, notice.priority) for notice in after.outbox.notices] == [
        (ME, "Before the restart:\nhome/k: 2 ×2\n🚪 home/door: (empty)", Priority.NORMAL)
    ]


async def test_what_a_killed_run_left_untold_is_urgent_if_any_of_it_was() -> None:
    world = World(HOME)
    world.receive("home/k", "1")
    after = killed(world)
    after.bot.apply(RuleSet((Subscription("home/#", priority=Priority.ALERT),), (Contact(ME),)))
    await after.bot.say_untold()
    assert [notice.priority for notice in after.outbox.notices] == [Priority.ALERT]


async def test_what_is_untold_of_a_topic_no_longer_wanted_is_said_all_the_same() -> None:
    world = World(HOME)
    world.receive("home/k", "1")
    after = killed(world)
    after.bot.apply(RuleSet((), (Contact(ME),)))
    await after.bot.say_untold()
    assert after.said == ["Before the restart:\nhome/k: 1"]


async def test_a_history_that_cannot_be_read_does_not_keep_the_bot_from_starting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World(HOME)
    world.history.unreadable = True
    await world.bot.say_untold()
    assert world.said == []
    assert "cannot be read" in caplog.text


@given(st.binary(max_size=200), st.text(min_size=1, max_size=20), st.booleans())
def test_no_message_makes_it_raise(payload: bytes, topic: str, retain: bool) -> None:
    world = World(Subscription("#"), Subscription("$SYS/#"))
    world.receive(topic, payload, retain=retain)
    world.later(1)
    assert len(world.history.appended) + len(world.history.skipped) == 1


# Rules.


def test_rules_reach_the_links_only_when_they_change() -> None:
    world = World(HOME)
    rules = world.bot.rules
    world.bot.apply(RuleSet(rules.subscriptions, rules.contacts, rules.discovery_prefix))
    assert len(world.broker.wanted) == len(world.chat.met) == 1
    world.bot.apply(RuleSet((HOME, Subscription("garden")), rules.contacts))
    assert len(world.broker.wanted) == 2
    world.bot.apply(RuleSet((HOME, Subscription("garden")), ()))
    assert world.chat.met[1:] == [()]
    assert len(world.broker.wanted) == 2


def test_a_new_contact_is_told_from_then_on() -> None:
    world = World(HOME, contacts=())
    world.receive("home/k", "1")
    world.bot.apply(RuleSet((HOME,), (Contact("new@example.org"),)))
    world.receive("home/k", "2")
    world.later(1)
    assert [(notice.to, notice.text) for notice in world.outbox.notices] == [
        ("new@example.org", "*home/k* 2")
    ]


# Chat.


async def test_a_command_is_answered_to_who_asked() -> None:
    world = World()
    announced = heard(world)
    await world.bot.hear(say("/mqtt rmalias x"))
    assert [(notice.to, notice.text) for notice in world.outbox.notices] == [(ME, "x is not subscribed.")]
    assert announced == [ChatReceived(ME, "/mqtt rmalias x", True, "stanza")]


async def test_an_answer_is_not_held_by_a_pause() -> None:
    world = World(paused=True)
    await world.bot.hear(say("status"))
    assert world.said[0].startswith("Home: Waiting for data…")


async def test_a_contact_has_its_own_role() -> None:
    world = World()
    await world.bot.hear(say("/mqtt publish home/x on", GUEST))
    assert "operator" in world.said[0]
    assert world.broker.published == []


async def test_a_stranger_is_not_heard() -> None:
    world = World()
    announced = heard(world)
    await world.bot.hear(say("/mqtt status", "stranger@example.org"))
    assert world.outbox.notices == []
    assert announced == []


async def test_other_text_is_answered_with_what_can_be_said() -> None:
    world = World()
    announced = heard(world)
    await world.bot.hear(say("good morning"))
    await world.bot.hear(say("I said good morning"))
    assert world.said == [
        "Hello! Try “status” or “topics”.",
        "I did not understand that. Try “status”, “topics” or “help”.",
    ]
    assert [each.command for each in announced if isinstance(each, ChatReceived)] == [False, False]


FILE = "https://upload.example.org/a/cat.jpg"


async def test_a_file_is_told_of_and_no_riddle() -> None:
    world = World()
    announced = heard(world)
    await world.bot.hear(replace(say(FILE), file=FILE))
    assert announced == [ChatReceived(ME, FILE, False, "stanza", file=FILE)]
    (answer,) = world.said
    assert answer.startswith("I can't look into files.")
    # What a bot says is said to be that.
    await world.bot.hear(replace(say(FILE), file=FILE, automatic=True))
    assert announced[-1] == ChatReceived(ME, FILE, False, "stanza", file=FILE, automatic=True)
    assert len(world.said) == 1


async def test_in_the_users_own_chat_other_text_is_left_alone() -> None:
    world = World(bare_commands=False)
    await world.bot.hear(say("status"))
    await world.bot.hear(say("milk, eggs"))
    assert world.said == []
    await world.bot.hear(say("/mqtt status"))
    assert len(world.said) == 1


async def test_a_failure_nobody_foresaw_is_answered_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.broker.failure = RuntimeError("boom")
    await world.bot.hear(say("pub home/x on"))
    assert world.said == ["Something went wrong here. The log of Home Assistant says what."]
    assert "boom" in caplog.text


@given(st.text())
async def test_whatever_is_written_gets_at_most_one_answer(text: str) -> None:
    world = World(HOME)
    await world.bot.hear(say(text))
    await world.bot.hear(say(f"/mqtt {text}"))
    assert 1 <= len(world.said) <= 2


# What actions ask for.


def test_sends_to_one_contact_or_to_all_that_receive() -> None:
    world = World()
    (notice,) = world.bot.send("hello", GUEST, Priority.CRITICAL)
    assert (notice.to, notice.text, notice.priority) == (GUEST, "hello", Priority.CRITICAL)
    assert [notice.to for notice in world.bot.send("hello")] == [ME]
    assert len(world.outbox.notices) == 2


def test_sending_to_nobody_is_an_error() -> None:
    with pytest.raises(BotError, match="unknown_contact"):
        World().bot.send("hello", "stranger@example.org")
    with pytest.raises(BotError, match="no_contact"):
        World(contacts=()).bot.send("hello")


async def test_pausing_twice_changes_nothing() -> None:
    world = World()
    announced = heard(world)
    await world.bot.pause(True)
    await world.bot.pause(True)
    assert world.rules.paused == [True]
    assert [each.status.paused for each in announced if isinstance(each, StatusChanged)] == [True]


async def test_publishing_is_written_down_for_whom() -> None:
    world = World()
    await world.bot.publisher.publish(
        "t", b"1", QoS.AT_MOST_ONCE, True, Caller(Surface.ACTION, "Ann", Role.ADMIN)
    )
    assert world.history.publishes == [("t", b"1", "action:Ann", NOON)]


# States.


def test_the_state_is_shown_when_it_changes() -> None:
    world = World(HOME, broker=CONNECTING)
    world.bot.broker_changed(ONLINE)
    world.bot.broker_changed(ONLINE)
    world.receive("home/k", "1")
    world.receive("home/k", "2")
    world.bot.broker_changed(LinkStatus(Phase.OFFLINE, "not_configured"))
    world.bot.broker_changed(CONNECTING)
    world.bot.broker_changed(LinkStatus(Phase.OFFLINE, "not_configured"))
    world.bot.broker_changed(LinkStatus(Phase.OFFLINE))
    world.bot.broker_changed(ONLINE)
    assert world.chat.shown == [
        (BotState.CONNECTING, "Connecting…"),
        (BotState.WAITING, "Waiting for data…"),
        (BotState.ONLINE, "Online"),
        (BotState.OFFLINE, "Offline: not set up"),
        (BotState.OFFLINE, "Offline"),
        (BotState.ONLINE, "Online"),
    ]


def test_links_that_come_and_go_are_written_down_once() -> None:
    world = World(broker=CONNECTING, chat=CONNECTING)
    for status in (OFFLINE, CONNECTING, OFFLINE, ONLINE):
        world.bot.broker_changed(status)
        world.bot.chat_changed(status)
    assert world.history.connections == [
        ("broker", Phase.OFFLINE, NOON),
        ("xmpp", Phase.OFFLINE, NOON),
        ("broker", Phase.ONLINE, NOON),
        ("xmpp", Phase.ONLINE, NOON),
    ]


def test_nothing_is_said_because_a_link_came_back() -> None:
    world = World(HOME)
    for status in (OFFLINE, ONLINE):
        world.bot.broker_changed(status)
        world.bot.chat_changed(status)
    world.later(60)
    assert world.said == []


def test_while_the_chat_is_away_messages_wait_together() -> None:
    world = World(HOME)
    world.bot.chat_changed(OFFLINE)
    world.receive("home/k", "1")
    world.later(1)
    world.receive("home/k", "2")
    world.receive("home/k", "3")
    world.later(5)
    assert world.said == []
    world.bot.chat_changed(ONLINE)
    world.later(2)
    assert world.said == ["*home/k* 1\n*home/k* 2\n*home/k* 3"]


def test_a_refused_subscription_is_told_once() -> None:
    world = World(Subscription("secret/#"))
    world.broker.refused = {"secret/#": "Not authorized", "homeassistant/+/+/config": "Not authorized"}
    world.bot.broker_changed(ONLINE)
    world.bot.broker_changed(ONLINE)
    assert world.said == ["The broker refuses the subscription to secret/#: Not authorized"]
    assert world.bot.status.refused == tuple(world.broker.refused.items())


def test_the_status_is_a_snapshot() -> None:
    world = World(Subscription("home/#"))
    assert world.bot.status.last_topic == ""
    world.receive("homeassistant/sensor/k/config", CONFIG)
    world.receive("home/k", "21.5")
    world.outbox.unread, world.outbox.undelivered = 3, 4
    status = world.bot.status
    assert (status.state, status.broker, status.chat, status.paused) == (
        BotState.ONLINE,
        ONLINE,
        ONLINE,
        False,
    )
    assert (status.messages, status.unread, status.undelivered) == (1, 3, 4)
    assert (status.last_topic, status.last_text, status.last_time) == ("home/k", "21.5 °C", NOON)


def test_a_delivery_changes_the_status() -> None:
    world = World()
    announced = heard(world)
    world.bot.delivered("id1", Delivery.READ, NOON)
    assert announced == [StatusChanged(world.bot.status)]


def test_what_is_marked_read_changes_the_status() -> None:
    world = World()
    world.outbox.unread = 2
    announced = heard(world)
    world.bot.mark_read()
    assert announced == [StatusChanged(world.bot.status)]
    assert world.bot.status.unread == 0


def test_quiet_lasts_until_its_time() -> None:
    world = World()
    assert not world.bot.quiet
    world.bot.held.set_quiet(NOON + 3600)
    assert world.bot.quiet


# Listeners.


def test_a_listener_can_stop_listening() -> None:
    world, first, second = World(HOME), list[Announcement](), list[Announcement]()
    silence = world.bot.listen(first.append)
    world.bot.listen(second.append)
    silence()
    world.receive("home/k", "1")
    assert first == []
    assert second != []


def test_a_listener_that_fails_does_not_deafen_the_others(caplog: pytest.LogCaptureFixture) -> None:
    world = World(HOME)

    def broken(announcement: Announcement) -> None:
        raise RuntimeError("broken listener")

    world.bot.listen(broken)
    announced = heard(world)
    with caplog.at_level(logging.ERROR):
        world.receive("home/k", "1")
    assert [type(each) for each in announced] == [StatusChanged, MessageReceived]
    assert "broken listener" in caplog.text


FULL = "database or disk is full"


async def test_a_history_that_cannot_be_written_is_told_and_shown_until_it_can() -> None:
    world = World(HOME)
    announced = heard(world)
    world.bot.broker_changed(ONLINE)
    world.receive("home/k", "1")
    world.later(3)
    world.outbox.notices.clear()
    world.bot.history_changed(Gap(FULL, 3, NOON, NOON))
    begin = "The history cannot be written: the disk is full. I go on listening and alerting; "
    assert world.said == [f"{begin}what comes meanwhile may be missing from it."]
    assert world.chat.shown[-1] == (BotState.OFFLINE, "Online. The history cannot be written")
    assert (world.bot.status.state, world.bot.status.unwritten) == (BotState.ONLINE, FULL)
    assert isinstance(announced[-1], StatusChanged)
    assert announced[-1].status.unwritten == FULL
    assert f"• History: cannot be written, {FULL}" in await world.bot.ask(
        "status", Caller(Surface.ACTION, "me", Role.ADMIN)
    )
    world.bot.history_changed(Gap("", 3, NOON, NOON + 60))
    assert world.said[1:] == [
        "The history is written again. Messages missing from it between 08:00 and 08:01: 3."
    ]
    assert world.chat.shown[-1] == (BotState.ONLINE, "Online")
    assert "History" not in await world.bot.ask("status", Caller(Surface.ACTION, "me", Role.ADMIN))


def test_a_history_that_lacks_nothing_says_so() -> None:
    world = World(HOME)
    world.bot.history_changed(Gap(FULL))
    world.bot.history_changed(Gap())
    assert world.said[1:] == ["The history is written again. Nothing is missing from it."]


async def test_what_a_command_confirms_is_stored_before_it_says_so() -> None:
    world = World(HOME)
    await world.bot.execute(Mute(what="home/k", duration="1h"), Caller(Surface.ACTION, "me", Role.ADMIN))
    assert world.rules.settled == 1

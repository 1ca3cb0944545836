"""What each command does and answers."""

from fakes import ME, NOON, OFFLINE, ONLINE, World
import pytest

from bot.commands.catalogue import COMMANDS
from bot.commands.help import THEMES
from bot.commands.history import History
from bot.commands.messages import Publish, Resume
from bot.commands.system import Reconnect, Status
from bot.commands.topics import Subscribe, Topics
from bot.model.message import QoS
from bot.model.replies import BotError, Caller, Surface, Table, Text
from bot.model.rules import Contact, Display, Priority, Role, Subscription
from bot.model.status import LinkStatus, Phase

HOME = Subscription("home/#")
LAMP = Subscription("home/hall/lamp", alias="Hall Lamp")


def subscription(world: World, topic_filter: str) -> Subscription | None:
    return world.bot.subscriptions.get(topic_filter)


# publish


async def test_publish_waits_for_the_broker_and_is_written_down() -> None:
    world = World()
    assert await world.ask('/mqtt pub home/x {"a":  1}') == 'Published to home/x: {"a":  1}'
    assert world.broker.published == [("home/x", b'{"a":  1}', QoS.AT_LEAST_ONCE, False)]
    assert world.history.publishes == [("home/x", b'{"a":  1}', f"chat:{ME}", NOON)]


async def test_publish_that_fails_says_so_and_nothing_runs_late() -> None:
    world = World()
    world.broker.failure = BotError("not_subscribed", filter="the failure")
    assert await world.ask("pub home/x on") == "the failure is not subscribed."
    world.broker.failure = None
    world.bot.broker_changed(ONLINE)
    world.later(100)
    assert world.broker.published == []
    assert world.history.publishes == []


async def test_publish_takes_an_alias() -> None:
    world = World(LAMP)
    await world.ask("pub hall lamp on")
    assert world.broker.published[0][:2] == ("home/hall/lamp", b"on")


@pytest.mark.parametrize("topic", ["home/#", "+", '""'])
async def test_publish_refuses_what_is_no_topic(topic: str) -> None:
    world = World()
    await world.ask(f"pub {topic} on")
    assert world.broker.published == []


async def test_publish_to_an_alias_of_many_topics_is_refused() -> None:
    world = World(Subscription("home/#", alias="House"))
    assert "home/#" in await world.ask("pub house on")
    assert world.broker.published == []


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("pub -r h/t on", "Published to h/t, and the broker keeps it: on"),
        ('pub h/t ""', "Published an empty message to h/t."),
        ('pub -r h/t ""', "Cleared what the broker kept for h/t."),
        ("pub h/t " + "x" * 300, "Published to h/t: " + "x" * 200 + "…"),
    ],
)
async def test_publish_tells_what_it_did(text: str, answer: str) -> None:
    assert await World().ask(text) == answer


async def test_publish_stands_lone_surrogates() -> None:
    world = World()
    reply = await world.bot.execute(
        Publish(topic="h/t", payload="\ud800"), Caller(Surface.ACTION, "ha", Role.ADMIN)
    )
    assert world.broker.published[0][1] == b"?"
    assert reply.facts == {"topic": "h/t", "qos": 1, "retain": False}


# subscribe and unsubscribe


async def test_subscribe_adds_a_subscription() -> None:
    world = World()
    assert await world.ask("sub home/# 2") == "Subscribed to home/# with QoS 2."
    assert subscription(world, "home/#") == Subscription("home/#", QoS.EXACTLY_ONCE, display=Display.CHANGES)
    assert world.broker.wanted[-1]["home/#"] is QoS.EXACTLY_ONCE


async def test_subscribe_is_at_least_once_by_itself() -> None:
    world = World()
    await world.ask('sub "home/living room"')
    assert subscription(world, "home/living room") == Subscription("home/living room", QoS.AT_LEAST_ONCE)


async def test_subscribe_while_offline_says_when_it_counts() -> None:
    world = World(broker=OFFLINE)
    answer = await world.ask("sub home/#")
    assert (
        answer
        == "Subscribed to home/# with QoS 1. The broker is not connected; it takes effect as soon as it is."
    )
    assert "home/#" in world.broker.wanted[-1]


async def test_subscribe_to_what_the_broker_refuses_says_so() -> None:
    world = World()
    world.broker.refused["secret/#"] = "Not authorized"
    answer = await world.ask("sub secret/#")
    assert answer == "Subscribed to secret/# with QoS 1. But the broker refuses it: Not authorized"


async def test_subscribe_twice_says_so() -> None:
    world = World(HOME)
    assert await world.ask("sub home/#") == "home/# is subscribed already, with QoS 1."
    assert await world.ask("sub home/# 1") == "home/# is subscribed already, with QoS 1."


async def test_subscribe_again_changes_the_qos_and_keeps_the_rest() -> None:
    world = World(LAMP)
    assert await world.ask("sub hall lamp 0") == "home/hall/lamp has QoS 0 now."
    assert subscription(world, "home/hall/lamp") == Subscription(
        "home/hall/lamp", QoS.AT_MOST_ONCE, alias="Hall Lamp"
    )


@pytest.mark.parametrize("topic_filter", ["home/#/x", "a#", "a+/b"])
async def test_subscribe_refuses_what_is_no_filter(topic_filter: str) -> None:
    world = World()
    assert topic_filter in await world.ask(f"sub {topic_filter}")
    assert len(world.bot.subscriptions) == 0


async def test_subscribe_answers_an_action_with_facts() -> None:
    caller = Caller(Surface.ACTION, "ha", Role.ADMIN)
    with pytest.raises(BotError, match="unknown_subscription"):
        await World().bot.execute(Subscribe(filter="x"), caller)
    reply = await World().bot.execute(Subscribe(filter="x", force=True), caller)
    assert reply == Text(
        "subscribed",
        {"filter": "x", "qos": "1"},
        {
            "filter": "x",
            "alias": "",
            "qos": 1,
            "priority": "normal",
            "display": "each",
            "connected": True,
            "refused": "",
        },
    )


async def test_unsubscribe_removes_by_filter_or_alias() -> None:
    world = World(HOME, LAMP)
    assert await world.ask("unsub home/#") == "Unsubscribed from home/#. Its history stays."
    assert await world.ask("unsub hall lamp") == "Unsubscribed from home/hall/lamp. Its history stays."
    assert len(world.bot.subscriptions) == 0


async def test_unsubscribe_tells_what_still_comes_in() -> None:
    answer = await World(HOME, LAMP).ask("unsub home/hall/lamp")
    assert answer == "Unsubscribed from home/hall/lamp. It still comes in through home/#."


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("unsub hone/#", "hone/# is not subscribed. Similar: home/#"),
        ("unsub garden", "garden is not subscribed."),
        ("unsub home/kitchen", "home/kitchen has no subscription of its own: it comes in through home/#."),
    ],
)
async def test_unsubscribe_from_something_else_helps(text: str, answer: str) -> None:
    assert await World(HOME).ask(text) == answer


# topics


async def test_topics_show_last_values_settings_and_refusals() -> None:
    world = World(
        Subscription("a", alias="First"),
        Subscription("b/#", QoS.EXACTLY_ONCE, priority=Priority.SILENT, display=Display.DIGEST),
        Subscription("c/#"),
        Subscription("d"),
    )
    world.broker.refused["d"] = "Not authorized"
    world.receive("a", "1")
    world.receive("b/x", "2")
    world.receive("b/y", "3")
    world.receive("c/x", "4")
    assert (await world.ask("topics")).splitlines() == [
        "Subscriptions: 4",
        "• First (a) — 1 — 08:00",
        "• b/# — b/x: 2 (newest of 2 topics) — 08:00 — QoS 2, silent, digest",
        "• c/# — c/x: 4 — 08:00",
        "• d — no value yet — ⚠ refused by the broker: Not authorized",
    ]


async def test_topics_of_a_filter_are_what_came_in_under_it() -> None:
    world = World(Subscription("home/#", alias="House"))
    world.receive("home/a", "1")
    world.receive("home/a", "2")
    assert await world.ask("topics house") == "Topics under house: 1\n• House / a — 2 — ×2 — 08:00"
    assert await world.ask("list garden/#") == "Nothing has come in under garden/# yet."


async def test_topics_without_any_suggest_one() -> None:
    assert await World().ask("topics") == "Nothing is subscribed. Try subscribe home/#"


async def test_topics_answer_an_action_with_facts() -> None:
    world = World(LAMP)
    world.receive("home/hall/lamp", "on")
    reply = await world.bot.execute(Topics(), Caller(Surface.ACTION, "ha", Role.VIEWER))
    assert isinstance(reply, Table)
    (facts,) = reply.facts
    assert facts["filter"] == "home/hall/lamp"
    assert facts["topics"] == [
        {
            "topic": "home/hall/lamp",
            "name": "Hall Lamp",
            "count": 1,
            "first_seen": NOON,
            "last_seen": NOON,
            "last_text": "on",
        }
    ]


# history


async def test_history_shows_the_newest_messages_oldest_first() -> None:
    world = World(LAMP)
    for text in ("1", "2", "3"):
        world.receive("home/hall/lamp", text)
        world.clock.time += 1
    assert (await world.ask("hist hall lamp 2")).split("\n\n") == [
        "History of hall lamp:\n• 08:00:01 — 2\n• 08:00:02 — 3",
        ("Lowest 1 (08:00), mean 2, highest 3 (08:00), 3 values.\nPage 1 of 2, 3 messages. Older ones: more"),
    ]


async def test_history_names_topics_and_marks_what_is_special() -> None:
    world = World(HOME)
    world.receive("home/a", "1", retain=True)
    world.receive("home/b", "2", repeated=True)
    assert (
        await world.ask("hist home/#")
        == "History of home/#:\n• 08:00:00 — home/a — 📌 1\n• 08:00:00 — home/b — 🔁 2"
    )


async def test_history_of_another_day_has_a_date() -> None:
    world = World(HOME)
    world.receive("home/a", "1")
    world.clock.time += 86_400
    assert await world.ask("hist home/a") == "History of home/a:\n• yesterday 08:00:00 — 1"


async def test_history_without_a_topic_lists_them() -> None:
    world = World(HOME)
    assert await world.ask("history") == "Nothing has come in yet."
    world.receive("home/a", "1")
    world.clock.time += 1
    world.receive("home/b", "2")
    assert (await world.ask("history")).splitlines()[1:] == [
        "• home/b — 2 — ×1 — 08:00",
        "• home/a — 1 — ×1 — 08:00",
    ]


async def test_history_of_nothing_says_so() -> None:
    assert await World().ask("hist home/a") == "Nothing has come in on home/a yet."
    assert "a#" in await World().ask("hist a#")


async def test_history_answers_an_action_with_facts() -> None:
    world = World(HOME)
    world.receive("home/a", "1")
    reply = await world.bot.execute(History(topic="home/a"), Caller(Surface.ACTION, "ha", Role.VIEWER))
    assert reply.facts == (
        {
            "topic": "home/a",
            "name": "home/a",
            "text": "1",
            "time": NOON,
            "retain": False,
            "repeated": False,
            "priority": "normal",
        },
    )


# pause and resume


async def test_pause_hides_and_resume_tells_how_much() -> None:
    world = World(HOME)
    assert (await world.ask("pause")).startswith("Normal messages are hidden now")
    assert (await world.ask("pause")).startswith("Normal messages are hidden already")
    world.receive("home/a", "1")
    world.receive("home/a", "2")
    world.receive("home/b", "3")
    world.later(10)
    assert world.said == []
    assert len(world.history.appended) == 3
    assert await world.ask("resume") == (
        "Messages are shown again. Hidden meanwhile: 3, of home/a (×2), home/b (×1)"
    )
    assert await world.ask("resume") == "Messages are not hidden."
    assert world.rules.paused == [True, False]


async def test_resume_after_nothing_says_so() -> None:
    world = World(HOME)
    await world.ask("pause")
    assert await world.ask("resume") == "Messages are shown again. None came in meanwhile."


async def test_resume_knows_nothing_of_what_came_before_a_restart() -> None:
    world = World(HOME, paused=True)
    assert (await world.ask("resume")).startswith(
        "Messages are shown again. None came in since the bot started"
    )
    restarted = World(HOME, paused=True)
    restarted.receive("home/a", "1")
    assert await restarted.ask("resume") == (
        "Messages are shown again. Hidden since the bot started: 1, of home/a (×1)"
    )


async def test_resume_names_only_some_of_many_topics() -> None:
    world = World(HOME, paused=True)
    for number in range(14):
        world.receive(f"home/{number}", "1")
    reply = await world.bot.execute(Resume(), Caller(Surface.ACTION, "ha", Role.ADMIN))
    assert isinstance(reply, Text)
    assert str(reply.placeholders["topics"]).endswith("home/11 (×1), …")
    assert reply.facts["hidden"] == 14
    assert len(reply.facts["topics"]) == 14  # type: ignore[arg-type]


# qos


async def test_qos_is_shown_and_set() -> None:
    world = World(HOME, LAMP)
    assert await world.ask("qos") == "Quality of service:\n• home/# — QoS 1\n• home/hall/lamp — QoS 1"
    assert await world.ask("qos hall lamp") == "home/hall/lamp has QoS 1."
    assert await world.ask("qos hall lamp 2") == "home/hall/lamp has QoS 2 now."
    assert subscription(world, "home/hall/lamp") == Subscription(
        "home/hall/lamp", QoS.EXACTLY_ONCE, alias="Hall Lamp"
    )


async def test_qos_refuses_another_word() -> None:
    world = World(HOME)
    assert (await world.ask("qos home/# abc")).startswith("“abc” does not fit “qos”; possible: 0, 1, 2.")
    assert subscription(world, "home/#") == HOME


# aliases


async def test_an_alias_is_given_listed_and_taken_away() -> None:
    world = World(HOME)
    assert await world.ask("aliases") == (
        "No topic has an alias. Give one with alias home/kitchen/temperature Kitchen"
    )
    assert await world.ask("alias home/# The   whole house") == "home/# is called The whole house now."
    assert await world.ask("aliases") == "Aliases:\n• The whole house — home/#"
    assert await world.ask("rmalias the whole house") == "home/# is not called The whole house any more."
    assert await world.ask("rmalias home/#") == "home/# has no alias."


async def test_an_alias_below_a_wildcard_makes_a_subscription_like_it() -> None:
    world = World(Subscription("home/#", QoS.EXACTLY_ONCE, "House", Priority.SILENT, Display.CHANGES, "🏠"))
    await world.ask("alias home/a A")
    assert subscription(world, "home/a") == Subscription(
        "home/a", QoS.EXACTLY_ONCE, "A", Priority.SILENT, Display.CHANGES, "🏠"
    )
    assert "home/a" not in world.broker.wanted[-1]


async def test_an_alias_can_be_changed_by_itself() -> None:
    world = World(LAMP)
    assert await world.ask("alias hall lamp Corridor") == "home/hall/lamp is called Corridor now."
    assert await world.ask("alias corridor CORRIDOR") == "home/hall/lamp is called CORRIDOR now."


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("alias home/# hall LAMP", "“hall LAMP” is the name of home/hall/lamp already."),
        ("alias garden/x X", "garden/x is not subscribed."),
        ('alias home/# "  "', "“name” is missing. Usage: alias <topic> <name…>"),
        ("alias home/# " + "x" * 101, "A name has 1 to 100 characters."),
        ("rmalias hose", "hose is not subscribed. Similar: home/#"),
    ],
)
async def test_an_alias_that_cannot_be_is_refused(text: str, answer: str) -> None:
    assert await World(HOME, LAMP).ask(text) == answer


# status, config, reconnect, help


async def test_status_tells_how_things_are() -> None:
    world = World(HOME, broker=OFFLINE, paused=True)
    world.bot.broker_changed(ONLINE)
    world.receive("home/a", "21.5")
    world.broker.refused["home/x"] = "Not authorized"
    world.outbox.undelivered, world.outbox.unread, world.dropped = 2, 3, 4
    world.clock.time += 3661
    assert (await world.ask("status")).splitlines() == [
        "Home: Online",
        "• Broker: connected, since 08:00 (1 h 1 min)",
        "• XMPP: connected",
        "• Subscriptions: 1, 1 refused by the broker",
        "• Messages: 1, last home/a: 21.5, 08:00",
        "• Not delivered yet: 2",
        "• Unread: 3",
        "• Paused: 1 hidden so far",
        "• Dropped: 4",
    ]


async def test_status_says_that_the_broker_refuses_the_will() -> None:
    world = World(HOME, broker=OFFLINE)
    world.bot.broker_changed(LinkStatus(Phase.ONLINE, "will_refused", "MQTT 5, will refused: Not authorized"))
    told = await world.ask("status")
    assert "• Broker: connected, the broker refuses the last will, since 08:00" in told
    reply = await world.bot.execute(Status(), Caller(Surface.ACTION, "ha", Role.VIEWER))
    assert isinstance(reply, Table)
    broker = reply.facts[0]["broker"]
    assert isinstance(broker, dict)
    assert broker["detail"] == "MQTT 5, will refused: Not authorized"


async def test_status_of_a_bot_without_an_account_says_just_that() -> None:
    world = World(chat=LinkStatus(Phase.ONLINE, "not_configured"))
    assert "• XMPP: not set up" in (await world.ask("status")).splitlines()


async def test_status_calls_the_last_topic_by_its_name() -> None:
    world = World(HOME, LAMP)
    world.receive("home/hall/lamp", "ON")
    assert "• Messages: 1, last Hall Lamp: ON, 08:00" in await world.ask("status")


async def test_status_before_anything_came() -> None:
    assert (await World(broker=OFFLINE).ask("status")).splitlines()[:5] == [
        "Home: Offline",
        "• Broker: not connected, not set up",
        "• XMPP: connected",
        "• Subscriptions: 0",
        "• Messages: 0",
    ]


async def test_status_answers_an_action_with_facts() -> None:
    reply = await World(HOME).bot.execute(Status(), Caller(Surface.ACTION, "ha", Role.VIEWER))
    assert isinstance(reply, Table)
    (facts,) = reply.facts
    assert facts["state"] == "waiting"
    assert facts["broker"] == {"state": "online", "reason": "", "detail": "", "since": 0.0}
    assert facts["subscriptions"] == 1


async def test_config_says_where_the_messages_are_as_well() -> None:
    world = World(HOME)
    world.bot.connection = {"broker": "home.test:1883", "pubsub": "pubsub.home.test"}
    line = (await world.ask("config")).splitlines()[2]
    assert line.startswith(
        "• Also in PubSub: pubsub.home.test, the same messages are items of the nodes there"
    )
    assert "Prosody delivers each message at most once" in line


async def test_config_shows_how_the_bot_is_set_up() -> None:
    assert (await World(HOME).ask("config")).splitlines() == [
        "Home: configuration",
        "• Broker: 127.0.0.1:1883",
        "• Subscriptions: 1",
        "• Contact: me@example.org, admin",
        "• Contact: guest@example.org, viewer, only gets answers",
        "• Discovery prefix: homeassistant",
        "• Digest every: 5 min",
        "• Paused: off",
    ]
    assert "• Discovery prefix: off\n" in await World(discovery_prefix="", paused=True).ask("config")


async def test_reconnect_in_the_chat_keeps_the_chat() -> None:
    world = World()
    assert await world.ask("reconnect") == "Reconnecting. See status in a few seconds."
    assert (world.broker.reconnects, world.chat.reconnects) == (1, 0)


@pytest.mark.parametrize(
    ("chat", "surface"), [(ONLINE, Surface.ACTION), (ONLINE, Surface.ASSIST), (OFFLINE, Surface.CHAT)]
)
async def test_reconnect_from_elsewhere_takes_both(chat: object, surface: Surface) -> None:
    world = World(chat=chat)  # type: ignore[arg-type]
    await world.bot.execute(Reconnect(), Caller(surface, "ha", Role.ADMIN))
    assert (world.broker.reconnects, world.chat.reconnects) == (1, 1)


async def test_help_groups_what_one_may_use() -> None:
    everything = (await World().ask("help")).splitlines()
    assert everything[0] == "Home understands, for example:"
    assert everything[-1].startswith("More: help all, or one of: help topics, help history, help alerts,")
    assert "• quiet until 7am — no sound until then" in everything
    little = (await World().ask("help", role=Role.VIEWER)).splitlines()
    assert "• quiet until 7am — no sound until then" not in little


def test_every_command_has_one_theme() -> None:
    assert sorted(node for _, nodes in THEMES for node in nodes) == sorted(each.node for each in COMMANDS)


async def test_help_with_a_number_tells_how_those_are_typed() -> None:
    assert (await World().ask("help 2")).splitlines()[:2] == [
        "History:",
        f"• history [topic] [time…] — {History.__doc__}",
    ]
    assert (await World().ask("help 2")).endswith("More on one of them: help history")
    assert "no command “9”" in await World().ask("help 9")


async def test_help_with_the_number_of_what_one_may_not_do_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.commands.help.THEMES", (("topics", ("subscribe",)),))
    assert await World().ask("help 1", role=Role.VIEWER) == "Your role allows none of these."


async def test_help_lists_all_that_one_may_use() -> None:
    world = World()
    everything = "\n".join([await world.ask("help all"), await world.ask("more"), await world.ask("more")])
    assert len([line for line in everything.splitlines() if line.startswith("• ")]) == len(COMMANDS)
    assert (
        "• publish [--qos 0|1|2] [--retain] <topic> <payload…> — Publishes a message to a topic."
        in everything
    )
    assert await world.ask("more") == "There is nothing more to show."
    little = await World().ask("help all", role=Role.VIEWER)
    assert "• status — " in little
    assert "• subscribe" not in little


async def test_help_explains_a_command() -> None:
    assert (await World().ask("help sub")).splitlines() == [
        "Subscribes to a topic or a topic filter.",
        "Usage: subscribe <topic filter> [0|1|2]",
        "• topic filter — Topic, or topic filter such as home/# or home/+/temperature.",
        "• qos — How reliably the broker delivers it.",
        "",
        "Short: sub. Needs the role admin.",
    ]
    assert (await World().ask("help status")).endswith("Needs the role viewer.")
    assert "no command “xyz”" in await World().ask("help xyz")


@pytest.mark.parametrize("contact", [Contact("a@b", role=Role.OPERATOR)])
async def test_config_names_every_role(contact: Contact) -> None:
    assert "• Contact: a@b, operator" in await World(contacts=(contact,)).ask("config")


def test_of_most_commands_nothing_comes_behind_what_they_have_shown() -> None:
    assert Status().following() is None

"""Bridges: what comes in on a topic is said, what is said is published, in order, and never in a circle."""

import asyncio
from dataclasses import replace
from typing import Any

from fakes import GUEST, ME, NOON, OFFLINE, ONLINE, World, failing
from hypothesis import given, settings, strategies as st
import pytest

from bot.bridges import flow
from bot.bridges.bridges import CHUNK
from bot.bridges.flow import MOST_TOPICS
from bot.bridges.texts import MOST_CARRIED
from bot.delivery.echoes import ECHO_SECONDS, MOST_ALIKE, MOST_EACH, MOST_HASHED, MOST_KEPT, Echoes, Tokens
from bot.model.history import Past
from bot.model.message import Message, Properties, QoS
from bot.model.notice import Notice
from bot.model.rules import Bridge, Contact, Direction, Display, Format, Priority, Role, Subscription
from bot.model.utterance import Utterance

ACCOUNT = "bot@example.org"
ROOM = "kitchen@conference.example.org"
FOREIGN = "kitchen@conference.example.com"
HOME = Bridge("home/#", ME, id="b1", number=1, format=Format.PAYLOAD)
ANSWERS = replace(HOME, per_minute=0)
CHAT = Bridge(
    "chat/out", ME, id="b2", number=2, direction=Direction.BOTH, format=Format.PAYLOAD, topic="chat/in"
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def bridged(*bridges: Bridge, **how: object) -> World:
    """Return a bot with these bridges, and nothing subscribed."""
    return World(bridges=bridges, **how)  # type: ignore[arg-type]


async def say(world: World, text: str, who: str = ME, room: str = "", **how: Any) -> None:
    """Let somebody say something."""
    await world.bot.hear(Utterance(who, text, "x", world.clock.time, room=room, **how))


def to(world: World, jid: str) -> list[str]:
    """Return what was said to somebody."""
    return [notice.text for notice in world.outbox.notices if notice.to == jid]


def test_a_bridge_is_subscribed_and_says_what_comes_in() -> None:
    world = bridged(HOME)
    assert "home/#" in world.bot.wanted
    world.receive("home/a", "21.5")
    assert world.said == ["21.5"]
    assert world.history.appended[0][1] is Priority.SILENT


def test_a_bridge_does_not_change_the_subscription_of_its_topic() -> None:
    world = World(Subscription("home/#", QoS.EXACTLY_ONCE), bridges=(HOME,))
    assert world.bot.wanted["home/#"] is QoS.EXACTLY_ONCE
    world.bot.apply(replace(world.bot.rules, bridges=()))
    assert "home/#" in world.bot.wanted


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ({"format": Format.FULL}, "*Kitchen* 21.5 °C"),
        ({"format": Format.SHORT}, "Kitchen: 21.5 °C"),
        ({"format": Format.PAYLOAD}, "21.5 °C"),
        (
            {"template": "{name} on {topic}: {value}/{unit} {payload} {other"},
            "Kitchen on t: 21.5/°C 21.5 °C {other",
        ),
    ],
)
def test_a_reading_in_each_format(how: dict[str, object], text: str) -> None:
    world = World(
        Subscription("t", alias="Kitchen", display=Display.SILENT),
        bridges=(replace(HOME, filter="t", **how),),  # type: ignore[arg-type]
    )
    world.receive("t", "21.5 °C")
    assert world.said == [text]


def test_a_template_tells_the_time_and_fills_what_a_payload_brings_no_second_time() -> None:
    world = bridged(replace(HOME, template="{time} {payload}"))
    world.receive("home/a", "{topic}")
    assert world.said == ["08:00:00 {topic}"]


@pytest.mark.parametrize("template", ["{name}: {payload}", "{name}: {value}"])
def test_in_a_template_a_payload_has_no_line_that_looks_like_the_bots(template: str) -> None:
    world = bridged(replace(HOME, template=template))
    world.receive("home/a", "21.0\nhome/freezer: -19.1 °C\n✅ x")
    assert world.said == ["home/a: 21.0\n\u2003home/freezer: -19.1 °C\n\u2003› ✅ x"]


@pytest.mark.parametrize("template", ["", "{payload}", "{value}", "{value}" * 9])
@pytest.mark.parametrize("size", [MOST_CARRIED + 1, 240_000, 300_000])
def test_a_large_payload_is_cut(template: str, size: int) -> None:
    world = bridged(replace(HOME, template=template))
    world.receive("home/a", "x" * size)
    shown, mark, _ = world.said[0].partition("… [+")
    assert (shown, mark) == ("x" * MOST_CARRIED, "… [+")


def test_an_empty_payload_is_told() -> None:
    world = bridged(HOME)
    world.receive("home/a", "")
    assert world.said == ["(empty)"]


def test_nothing_that_a_payload_brings_acts() -> None:
    world = bridged(HOME)
    world.receive("home/a", "xmpp:x?message;body=/mqtt%20clear")
    world.receive("home/a", "/me \x00")
    assert "xmpp:x" not in world.said[0]
    assert not world.said[1].startswith("/")


def test_a_retained_message_that_is_known_and_a_redelivered_one_are_not_carried_again() -> None:
    world = bridged(HOME)
    known = Message("home/a", b"1", retain=True)
    again = Message("home/a", b"1", qos=1, repeated=True)
    world.history.unchanged_messages.add(known)
    world.history.known_messages.add(again)
    for message in (known, again):
        world.bot.receive(message)
    assert world.said == []
    world.receive("home/a", "2", retain=True)
    assert world.said == ["2"]


def test_what_is_switched_off_or_leads_to_a_stranger_carries_nothing() -> None:
    world = bridged(replace(HOME, enabled=False), replace(HOME, id="b2", to="stranger@example.org"))
    assert "home/#" not in world.bot.wanted
    world.receive("home/a", "1")
    assert world.said == []


def test_of_overlapping_bridges_to_one_contact_the_most_specific_speaks() -> None:
    short = replace(HOME, id="b2", filter="home/a", format=Format.SHORT)
    guest = replace(HOME, id="b3", to=GUEST)
    world = bridged(HOME, short, guest)
    world.receive("home/a", "1")
    assert [(notice.to, notice.text) for notice in world.outbox.notices] == [(ME, "home/a: 1"), (GUEST, "1")]


# Never dropped: gathered.


def test_beyond_its_messages_a_minute_the_newest_are_told_as_one() -> None:
    world = bridged(replace(HOME, per_minute=2))
    for value in (20, 21, 18, 22, 19.5):
        world.receive("home/a", f"{value} °C")
    world.receive("home/b", "open")
    world.receive("home/c", "on")
    world.receive("home/c", "off")
    assert world.said == ["20 °C", "21 °C"]
    world.later(59)
    assert len(world.said) == 2
    assert world.bot.bridges.due_at == NOON + 60
    world.later(1)
    assert world.said[2] == "19.5 °C\n(3 updates, 18–22 °C)\nopen\noff\n(2 updates)"
    world.receive("home/a", "23 °C")
    assert world.said[3] == "23 °C"


@pytest.mark.parametrize(
    ("how", "text"),
    [
        (Format.FULL, "*home/a* 7\n(2 updates, 7)\n\n*home/b* 7"),
        (Format.SHORT, "home/a: 7 (2 updates, 7)\nhome/b: 7"),
    ],
)
def test_what_is_told_together_has_the_format_of_the_bridge(how: Format, text: str) -> None:
    world = bridged(replace(HOME, per_minute=1, format=how))
    for topic in ("x", "a", "a", "b"):
        world.receive(f"home/{topic}", "7")
    world.later(60)
    assert world.said[1] == text


def test_many_topics_have_a_line_each_and_more_are_counted() -> None:
    world = bridged(replace(HOME, per_minute=1))
    for number in range(MOST_TOPICS + 6):
        world.receive(f"home/{number}", "1")
    world.later(60)
    lines = world.said[1].split("\n")
    assert lines[0] == "home/1: 1"
    assert lines[-1] == "… 5 more messages"
    assert len(lines) == MOST_TOPICS + 1


def test_a_clock_that_is_set_back_holds_nothing_for_ever() -> None:
    world = bridged(replace(HOME, per_minute=1))
    world.receive("home/a", "1")
    world.receive("home/a", "2")
    world.later(-7_200)
    assert world.said == ["1", "2"]


def test_while_the_server_is_away_the_newest_are_gathered_and_answers_wait_one_by_one() -> None:
    world = bridged(HOME, replace(ANSWERS, id="b2", to=GUEST), chat=OFFLINE)
    for value in ("1", "2", "3"):
        world.receive("home/a", value)
    assert to(world, GUEST) == ["1", "2", "3"]
    world.later(60)
    assert to(world, ME) == []
    world.chat.status = ONLINE
    world.bot.chat_changed(ONLINE)
    world.later(0)
    assert to(world, ME) == ["3\n(3 updates, 1–3)"]


async def test_a_history_that_cannot_be_read_holds_nothing_up() -> None:
    world = bridged(replace(HOME, per_minute=1))
    for value in ("1", "2"):
        world.receive("home/a", value)
    world.restart()

    async def past(*_: object) -> list[Past]:
        raise failing("history_unreadable", reason="gone")

    world.history.past = past  # type: ignore[method-assign]
    await world.bot.say_untold()
    world.receive("home/a", "3")
    assert world.said == ["1", "3"]


def test_what_waits_for_a_contact_that_goes_is_not_dropped() -> None:
    world = bridged(replace(HOME, per_minute=1))
    for value in ("1", "2"):
        world.receive("home/a", value)
    world.bot.apply(replace(world.bot.rules, contacts=()))
    assert world.said == ["1", "2"]


def test_what_waits_is_said_when_the_bot_ends_or_its_bridge_changes() -> None:
    world = bridged(replace(HOME, per_minute=1))
    for value in ("1", "2"):
        world.receive("home/a", value)
    world.bot.apply(replace(world.bot.rules, bridges=(replace(HOME, per_minute=1, format=Format.SHORT),)))
    assert world.said == ["1", "2"]
    world.receive("home/a", "3")
    world.bot.close()
    assert world.said == ["1", "2", "home/a: 3"]


async def test_what_waits_when_the_bot_is_killed_is_told_by_the_next_one() -> None:
    world = bridged(replace(HOME, per_minute=1))
    for value in ("1", "2", "3"):
        world.receive("home/a", value)
    world.restart()
    await world.bot.say_untold()
    world.later(0)
    assert world.said[-1].startswith("3\n(")
    world.restart()
    await world.bot.say_untold()
    world.later(60)
    assert len(world.said) == 2


async def test_the_newest_of_however_many_is_told_after_a_kill() -> None:
    world = bridged(replace(HOME, per_minute=1))
    for value in range(2 * CHUNK + 2):
        world.receive("home/a", str(value))
    world.restart()
    await world.bot.say_untold()
    world.later(0)
    assert world.said[-1].startswith(f"{2 * CHUNK + 1}\n({2 * CHUNK + 1} updates, 1–")


async def revived(world: World) -> list[str]:
    """Kill the bot, start it again, and return what it says of what waited."""
    before = len(world.said)
    world.restart()
    await world.bot.say_untold()
    world.later(0)
    world.later(61)
    return world.said[before:]


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("kills", [1, 2])
async def test_own_words_that_came_back_are_not_said_after_a_kill(marked: bool, kills: int) -> None:
    world = bridged(replace(CHAT, topic="chat/out", per_minute=1))
    for value in ("one", "two"):
        world.receive("chat/out", value)
    await say(world, "hello everybody")
    marks = world.broker.properties[-1] if marked else Properties()
    world.receive("chat/out", "hello everybody", properties=marks)
    for _ in range(kills - 1):
        world.restart()
        await world.bot.say_untold()
    assert await revived(world) == ["two"]
    assert await revived(world) == []


async def test_the_same_words_of_somebody_else_are_said_after_a_kill() -> None:
    world = bridged(replace(CHAT, topic="chat/out", per_minute=1))
    for value in ("one", "two"):
        world.receive("chat/out", value)
    await say(world, "hello")
    world.receive("chat/out", "hello")
    world.clock.time += 1
    world.receive("chat/out", "hello")
    assert await revived(world) == ["hello\n(2 updates)"]


async def test_after_a_kill_the_more_specific_of_two_bridges_says_it_alone() -> None:
    wide = replace(HOME, per_minute=1)
    narrow = replace(HOME, filter="home/kitchen/+", id="b2", number=2, format=Format.SHORT, per_minute=1)
    elsewhere = replace(HOME, filter="home/kitchen/a", id="b3", number=3, to=GUEST, per_minute=1)
    world = bridged(wide, narrow, elsewhere)
    for value in ("1", "2", "3"):
        world.receive("home/hall", value)
        world.receive("home/kitchen/a", value)
    before = len(to(world, ME))
    await revived(world)
    assert sorted(to(world, ME)[before:]) == ["3\n(2 updates, 2–3)", "home/kitchen/a: 3 (2 updates, 2–3)"]


@given(
    st.lists(st.tuples(st.sampled_from(("home/a", "home/b", "chat/out")), st.booleans(), st.booleans())),
    st.integers(1, 3),
)
def test_a_killed_bot_tells_of_bridges_what_it_would_have_told(
    given_: list[tuple[str, bool, bool]], per_minute: int
) -> None:
    """What came in, singly or in one moment, among it what was said in the chat."""

    async def told(killed: bool) -> list[str]:
        both = replace(CHAT, filter="#", topic="chat/out", per_minute=per_minute)
        narrow = replace(HOME, filter="home/b", id="b3", number=3, per_minute=per_minute)
        world = bridged(both, narrow)
        for number, (topic, own, moves) in enumerate(given_):
            if own:
                await say(world, str(number))
            world.receive("chat/out" if own else topic, str(number))
            world.clock.time += moves / 1000
        if killed:
            await revived(world)
        world.later(61)
        return sorted(to(world, ME))

    assert asyncio.run(told(killed=True)) == asyncio.run(told(killed=False))


async def test_what_cannot_be_read_of_a_bridge_is_passed_over() -> None:
    world = bridged(replace(HOME, per_minute=1))
    for value in ("1", "2"):
        world.receive("home/a", value)
    for odd in ("5", "[]", "[null]", '["x"]', "[1, 2]", "{", "[1, [2]]", '[1, [2, "home/a", "x"]]'):
        world.memory.set("bridge/b1", odd)
        assert await revived(world) == []


async def test_after_a_kill_nothing_waits_if_nothing_was_carried() -> None:
    world = bridged(replace(CHAT, topic="chat/out", per_minute=1))
    world.memory.set("bridge/b2", "[0]")
    assert await revived(world) == []
    assert world.memory.get("bridge/b2") == ""


def test_who_is_not_to_be_disturbed_gets_it_later_but_an_answer_and_a_room_at_once() -> None:
    answers = replace(ANSWERS, id="b2", to=GUEST)
    room = replace(HOME, id="b3", to=ROOM, room=True)
    world = bridged(HOME, answers, room)
    world.bot.do_not_disturb.set_undisturbed(NOON + 3600)
    world.receive("home/a", "1")
    assert [notice.to for notice in world.outbox.holding] == [ME]
    assert {notice.to for notice in world.outbox.notices} == {GUEST, ROOM}


@given(st.lists(st.sampled_from("abc"), max_size=60), st.integers(0, 9), st.data())
def test_nothing_is_dropped_and_the_order_stays(
    topics: list[str], per_minute: int, data: st.DataObject
) -> None:
    """Every message is told or counted; what is told last of a topic is its last value."""
    world = bridged(replace(HOME, per_minute=per_minute))
    told: list[int] = []
    for number, topic in enumerate(topics):
        world.receive(f"home/{topic}", str(number))
        if data.draw(st.booleans()):
            world.later(data.draw(st.sampled_from((0.1, 1.0, 20.0, 61.0))))
    world.later(61)
    world.later(61)
    counted = 0
    for text in world.said:
        numbers = [int(line) for line in text.split("\n") if line.isdigit()]
        assert not told or min(numbers) > max(told) or len(numbers) > 1
        told += numbers
        counted += len(numbers) + sum(
            int(line[1:].split()[0]) - 1 for line in text.split("\n") if line.startswith("(")
        )
    assert counted == len(topics)
    assert told == sorted(told) or per_minute
    for topic in set(topics):
        assert len(topics) - 1 - topics[::-1].index(topic) in told
    if not per_minute:
        assert told == list(range(len(topics)))


# Files.


async def test_a_picture_is_named_then_sent_as_a_file() -> None:
    world = bridged(HOME)
    world.receive("home/cam door", PNG)
    assert world.said == ["PNG image, 48 B"]
    await world.settle()
    (name, mime, payload), notice = world.uploads.files[0], world.outbox.notices[1]
    assert (name, mime, payload) == ("cam_door.png", "image/png", PNG)
    assert (notice.to, notice.file, notice.text) == (ME, True, "https://files.example.org/1/cam_door.png")


async def test_a_file_that_cannot_be_uploaded_is_named_with_kind_and_size() -> None:
    world = bridged(replace(HOME, format=Format.FILE))
    world.uploads.failure = failing("upload_unavailable")
    world.receive("home/cam", PNG)
    await world.settle()
    assert world.said == ["home/cam: PNG image, 48 B (no file: The XMPP server takes no files.)"]


async def test_the_format_file_makes_one_of_any_payload_and_passes_on_an_address() -> None:
    world = bridged(replace(HOME, format=Format.FILE))
    for payload in ('{"a": 1}', "text", "https://example.org/a.jpg", b"\x01\x02\x03\xff\xfe"):
        world.receive("home/a", payload)
    world.receive("home/é/", "<!doctype html><title>x</title>")
    await world.settle()
    assert [(name, mime) for name, mime, _ in world.uploads.files] == [
        ("a.json", "application/json"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.bin", "application/octet-stream"),
        ("message.html", "text/html"),
    ]
    assert all(notice.file for notice in world.outbox.notices)
    assert "https://example.org/a.jpg" in world.said
    world.receive("home/a", "")
    world.receive("home/bell", "")
    assert world.said[-1] == "(empty)"
    assert len(world.said) == 6


async def test_that_a_topic_was_cleared_is_not_carried_neither_now_nor_after_a_kill() -> None:
    world = bridged(replace(HOME, per_minute=1))
    world.receive("home/a", "1")
    world.receive("home/b", "2", retain=True)
    world.receive("home/b", "")
    world.receive("home/c", "", retain=True)
    world.restart()
    await world.bot.bridges.resume()
    world.later(61)
    assert world.said == ["1", "2"]


async def test_pictures_that_wait_are_kept_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "MOST_FILE_BYTES", 2 * len(PNG))
    world = bridged(replace(HOME, format=Format.FILE, per_minute=1))
    for number in range(5):
        world.receive(f"home/{number}", PNG)
    world.receive("home/1", PNG)
    await world.settle()
    world.later(61)
    await world.settle()
    assert [name for name, _, _ in world.uploads.files] == ["0.png", "1.png", "2.png"]


async def test_too_large_and_too_many_files_are_named() -> None:
    world = bridged(replace(HOME, format=Format.FILE, per_minute=0))
    world.receive("home/a", PNG + bytes(10_000_000))
    for _ in range(6):
        world.receive("home/a", PNG + bytes(9_000_000))
    assert "too large: at most 10 MB" in world.said[0]
    assert [text for text in world.said[1:] if "Too many files" not in text] == []
    waiting = len(world.said)
    world.bot.close()
    assert len(world.said) > waiting
    await world.settle()
    assert world.uploads.files == []


@pytest.mark.parametrize("failure", [None, failing("upload_failed", reason="gone")])
async def test_what_is_under_way_when_the_bot_ends_is_told_and_not_told_twice(
    failure: Exception | None,
) -> None:
    world = bridged(replace(HOME, format=Format.FILE))
    uploading = world.uploads.upload

    async def upload(name: str, mime: str, payload: bytes) -> str:
        world.bot.close()
        return await uploading(name, mime, payload)

    world.uploads.upload = upload  # type: ignore[method-assign]
    world.uploads.failure = failure
    world.receive("home/cam", PNG)
    world.receive("home/cam", PNG)
    await world.settle()
    assert ["Too many files" in text for text in world.said] == [True, True]


async def test_pictures_told_together_are_sent_as_files_too() -> None:
    world = bridged(replace(HOME, per_minute=1))
    for _ in range(3):
        world.receive("home/cam", PNG)
    world.later(60)
    await world.settle()
    assert len(world.uploads.files) == 2


async def test_contacts_see_the_pictures_of_a_subscription_once() -> None:
    world = World(Subscription("cam"), Subscription("zip"), Subscription("digest", display=Display.DIGEST))
    zipped = b"PK\3\4" + bytes(40)
    for topic, payload in (("cam", PNG), ("zip", zipped), ("digest", PNG), ("cam", PNG + bytes(10_000_000))):
        world.receive(topic, payload)
    await world.settle()
    assert len(world.uploads.files) == 1
    assert [(notice.to, notice.file) for notice in world.outbox.notices if notice.file] == [(ME, True)]


async def test_a_picture_that_cannot_be_uploaded_is_told_as_text_all_the_same() -> None:
    world = World(Subscription("cam"))
    world.uploads.failure = failing("upload_unavailable")
    world.receive("cam", PNG)
    await world.settle()
    world.later(1)
    assert world.said == ["*cam* PNG image"]


# From the conversation to the topic.


async def test_what_is_said_is_published_with_a_mark_and_without_a_word() -> None:
    world = bridged(replace(CHAT, qos=QoS.EXACTLY_ONCE, retain=True))
    await say(world, "it is dinner time")
    assert world.broker.published == [("chat/in", b"it is dinner time", QoS.EXACTLY_ONCE, True)]
    (properties,) = world.broker.properties
    assert properties is not None
    assert properties.user[0][0] == "dinox-bridge"
    assert properties.user[0][1].startswith("bot/")
    assert world.said == []
    assert world.history.publishes[0][2] == f"chat:{ME}"


@pytest.mark.parametrize(
    ("bridge", "topic"),
    [
        (replace(CHAT, topic="", to=ME), "dinox/bridge/bot/me"),
        (replace(CHAT, topic="", direction=Direction.IN), "chat/out"),
        (replace(CHAT, topic="", direction=Direction.IN, filter="chat/#"), "dinox/bridge/bot/me"),
    ],
)
async def test_where_it_is_published_unless_the_bridge_says_it(bridge: Bridge, topic: str) -> None:
    world = bridged(bridge)
    await say(world, "hello there")
    assert world.broker.published[0][0] == topic


async def test_commands_are_obeyed_and_not_published() -> None:
    world = bridged(CHAT)
    for text in ("/mqtt status", "status", "/mqt status"):
        await say(world, text)
    assert world.broker.published == []


async def test_a_bridge_out_hears_nothing_and_the_hint_is_given() -> None:
    world = bridged(HOME)
    await say(world, "hello there")
    assert world.broker.published == []
    assert "Hello!" in world.said[0]


async def test_who_may_only_look_is_told_so_in_a_chat_and_not_heard_in_a_room() -> None:
    world = bridged(replace(CHAT, to=GUEST), replace(CHAT, id="b3", to=ROOM, room=True))
    await say(world, "hello there", GUEST)
    await say(world, "hello there", GUEST, ROOM)
    assert world.broker.published == []
    assert "operator" in world.said[0]
    assert len(world.said) == 1


async def test_a_failure_is_told_and_the_same_one_not_again_at_once() -> None:
    world = bridged(CHAT)
    world.broker.failure = failing("not_connected")
    for _ in range(3):
        await say(world, "hello there")
    assert len(world.said) == 1
    world.later(61)
    await say(world, "hello there")
    assert len(world.said) == 2


async def test_a_room_is_joined_and_what_its_known_people_say_is_published() -> None:
    room = replace(CHAT, to=ROOM, room=True, nick="Robo")
    world = bridged(room, account=ACCOUNT)
    assert world.chat.joined == [{ROOM: "Robo"}]
    await say(world, "dinner", ME, ROOM)
    await say(world, "dinner", "stranger@example.org", ROOM)
    assert world.broker.published == [("chat/in", b"dinner", QoS.AT_LEAST_ONCE, False)]
    world.receive("chat/out", "ready")
    assert world.outbox.notices[-1] == Notice("id1", ROOM, "ready", NOON, room=True)
    world.bot.apply(replace(world.bot.rules, bridges=(replace(room, nick=""),)))
    assert world.chat.joined[1:] == [{ROOM: "Home"}]


async def test_in_a_room_a_command_needs_its_prefix_and_is_answered_there() -> None:
    world = bridged(replace(HOME, to=ROOM, room=True))
    await say(world, "status", ME, ROOM)
    assert world.said == []
    await say(world, "/mqtt status", ME, ROOM)
    assert [(notice.to, notice.room) for notice in world.outbox.notices] == [(ROOM, True)]


@pytest.mark.parametrize("to_room", [ROOM, "x@example.org", FOREIGN, "x@conference.notexample.org", "x@org"])
async def test_in_a_room_of_another_server_all_are_viewers_unless_the_room_is_trusted(to_room: str) -> None:
    room, own = replace(CHAT, to=to_room, room=True), to_room.endswith(("@example.org", ".example.org"))
    world = bridged(room, account=ACCOUNT, contacts=(Contact(ME), Contact(GUEST, role=Role.VIEWER)))
    assert ("another server" in await world.ask("bridges")) is not own
    for text in ("/mqtt status", "/mqtt publish a/a b", "/mqtt preset add x y/y z", "dinner"):
        await say(world, text, ME, to_room)
    assert [topic for topic, *_ in world.broker.published] == (["a/a", "chat/in"] if own else [])
    assert len(world.bot.rules.presets) == own
    assert ("trusted" in "".join(to(world, to_room))) is not own
    world.outbox.notices.clear()
    await say(world, "/mqtt publish a b", GUEST, to_room)
    assert to(world, to_room) == ["You may not use mqtt publish: it needs the role operator."]
    await world.ask("bridge 2 trusted")
    assert "another server" not in await world.ask("bridges")
    await say(world, "/mqtt publish c/c d", ME, to_room)
    await say(world, "dinner", ME, to_room)
    assert [topic for topic, *_ in world.broker.published][-2:] == ["c/c", "chat/in"]
    await world.ask("bridge 2 trusted off")
    assert world.bot.rules.bridges[0] == room


async def test_trust_is_in_one_room_and_goes_with_it() -> None:
    world = bridged(replace(CHAT, to=FOREIGN, room=True, trusted=True), account=ACCOUNT)
    assert "room, trusted" in await world.ask("bridges")
    await world.ask("bridge 2 den@conference.example.net")
    assert not world.bot.rules.bridges[0].trusted
    await world.ask(f"bridge 2 {ME} trusted")
    assert not world.bot.rules.bridges[0].trusted


async def test_what_viewers_may_say_is_published_from_any_room() -> None:
    world = bridged(replace(CHAT, to=FOREIGN, room=True, role=Role.VIEWER), account=ACCOUNT)
    await say(world, "dinner", ME, FOREIGN)
    assert [topic for topic, *_ in world.broker.published] == ["chat/in"]


# What another bot says.


@pytest.mark.parametrize("text", ["pause", "/mqtt pause", "/mqtt nonsense", "hello", "yes", "?"])
@pytest.mark.parametrize("room", ["", ROOM])
async def test_what_a_bot_says_is_carried_and_neither_done_nor_answered(text: str, room: str) -> None:
    """Whoever can publish where it listens could else command this bot in its name."""
    world = bridged(replace(CHAT, to=ROOM, room=True) if room else CHAT, account=ACCOUNT)
    await say(world, text, room=room, automatic=True)
    assert [payload for _, payload, *_ in world.broker.published] == [text.encode()]
    assert (world.said, world.bot.paused) == ([], False)


async def test_what_a_bot_may_not_say_is_not_answered_either() -> None:
    world = bridged(replace(CHAT, role=Role.ADMIN, to=GUEST))
    await say(world, "hello", GUEST, automatic=True)
    assert (world.said, world.broker.published) == ([], [])


async def test_a_bot_is_told_what_a_bridge_carries_and_nothing_else() -> None:
    world = World(Subscription("home/#"), bridges=(replace(CHAT, filter="chat/#"),))
    await say(world, "first", automatic=True)
    world.receive("home/a", "1")
    world.later(10)
    assert world.said == []
    world.receive("chat/x", "2")
    assert world.said == ["2"]
    await say(world, "status")  # a person has taken over
    world.receive("home/a", "3")
    world.later(10)
    assert any("3" in text for text in world.said[1:])


async def test_a_bot_on_the_own_account_leaves_its_user_in_the_picture() -> None:
    world = World(Subscription("home/#"), account=ME)
    await say(world, "said by another bot on this account", automatic=True)
    world.receive("home/a", "1")
    world.later(10)
    assert len(world.said) == 1


# Nothing runs in a circle.


def echo(world: World, number: int = -1, **how: object) -> None:
    """Let the broker bring back what the bot has published."""
    topic, payload, _, _ = world.broker.published[number]
    world.receive(topic, payload, **how)


async def test_what_somebody_said_does_not_come_back_to_the_same_chat() -> None:
    both = replace(CHAT, filter="chat/#", topic="chat/x")
    world = bridged(both, replace(HOME, id="b3", filter="chat/#", to=GUEST))
    await say(world, "hello there")
    echo(world)
    assert [(notice.to, notice.text) for notice in world.outbox.notices] == [(GUEST, "hello there")]
    world.receive("chat/x", "hello there")  # of somebody else
    assert to(world, ME) == ["hello there"]


async def test_a_mark_tells_it_for_certain_however_late() -> None:
    both = replace(CHAT, filter="chat/#", topic="chat/x")
    world = bridged(both)
    await say(world, "hello there")
    properties = world.broker.properties[0]
    assert properties is not None
    world.later(3_600)
    echo(world, properties=properties)
    assert world.said == []
    world.receive("chat/x", "hello there", properties=Properties(user=(("dinox-bridge", "other/0"),)))
    assert world.said == ["hello there"]


async def test_what_could_not_be_published_does_not_hide_the_next_one() -> None:
    world = bridged(replace(CHAT, filter="chat/#", topic="chat/x"))
    world.broker.failure = failing("not_connected")
    await say(world, "hello there")
    world.receive("chat/x", "hello there")
    assert world.said[-1] == "hello there"


async def test_what_a_contact_publishes_by_command_comes_to_the_others_only() -> None:
    world = bridged(HOME, replace(HOME, id="b2", to=GUEST))
    await world.ask("publish home/light on")
    echo(world)
    assert [notice.to for notice in world.outbox.notices] == [GUEST]


async def test_a_text_that_was_just_carried_from_a_topic_is_not_published_there_again() -> None:
    world = bridged(replace(CHAT, filter="chat/x", topic="chat/x"))
    world.receive("chat/x", "hello there")
    await say(world, "hello there")
    assert world.broker.published == []
    await say(world, "hello there")
    assert len(world.broker.published) == 1


def test_the_same_again_and_again_at_once_is_gathered_and_told_once() -> None:
    world = bridged(ANSWERS)
    for _ in range(MOST_ALIKE + 40):
        world.receive("home/a", "on")
    assert len(world.said) == MOST_ALIKE
    world.later(3)
    assert world.said[MOST_ALIKE:] == ["on\n(40 updates)"]
    world.receive("home/a", world.said[-1])  # somebody carries it back
    assert len(world.said) == MOST_ALIKE + 1


def test_fifty_questions_may_have_the_same_answer() -> None:
    world = bridged(ANSWERS)
    for _ in range(50):
        world.receive("home/a", "done")
    world.receive("home/a", "last")
    assert world.said == ["done"] * 50 + ["last"]


def test_where_marks_are_seen_the_same_may_come_again_and_again_but_not_for_ever_after() -> None:
    world = bridged(ANSWERS)
    world.receive("home/b", "1", properties=Properties(user=(("dinox-bridge", "other/0"),)))
    for _ in range(MOST_ALIKE + 40):
        world.receive("home/a", "on")
    assert len(world.said) == 1 + MOST_ALIKE + 40
    world.later(ECHO_SECONDS + 1)
    world.outbox.notices.clear()
    for _ in range(MOST_ALIKE + 40):
        world.receive("home/a", "on")
    assert len(world.said) == MOST_ALIKE


class Mirror:
    """Two bots that are each other's contact, on one broker, with bridges both ways."""

    def __init__(self, first: Bridge, second: Bridge, *, marks: bool) -> None:
        self.marks = marks
        self.rounds = 0
        self.worlds = {
            jid: self._world(jid, bridge) for jid, bridge in (("a@x.org", first), ("b@x.org", second))
        }

    def _world(self, jid: str, bridge: Bridge) -> World:
        other = "b@x.org" if jid == "a@x.org" else "a@x.org"
        return World(
            contacts=(Contact(other),),
            bridges=(replace(bridge, to=other),),
            bare_commands=False,
            account=jid,
            bot_id=jid[0],
        )

    def publish(self, topic: str, payload: bytes, properties: Properties | None = None) -> None:
        kept = properties if self.marks and properties else Properties()
        for world in self.worlds.values():
            world.receive(topic, payload, properties=kept)

    async def settle(self, most: int) -> int:
        """Carry messages between the bots until none is left; return how many were said."""
        said = 0
        while said < most:
            moved = 0
            for jid, world in self.worlds.items():
                notices, world.outbox.notices = world.outbox.notices, []
                for notice in notices:
                    moved += 1
                    await self.worlds[notice.to].bot.hear(
                        Utterance(jid, notice.text, notice.id, self.worlds[notice.to].clock.time)
                    )
            for world in self.worlds.values():
                published, world.broker.published = world.broker.published, []
                properties, world.broker.properties = world.broker.properties, []
                for (topic, payload, _, _), carried in zip(published, properties, strict=True):
                    self.publish(topic, payload, carried)
            for world in self.worlds.values():
                world.later(1.0)
            said += moved
            self.rounds = 0 if moved else self.rounds + 1
            if self.rounds > 120:
                return said
        return said


@given(
    formats=st.tuples(st.sampled_from(tuple(Format)[:3]), st.sampled_from(tuple(Format)[:3])),
    limits=st.tuples(st.sampled_from((0, 2, 30)), st.sampled_from((0, 2, 30))),
    topics=st.sampled_from((("x", "x", "x", "x"), ("x", "y", "y", "x"), ("x", "x", "y", "y"))),
    marks=st.booleans(),
    payloads=st.lists(st.sampled_from(("on", "off", "21.5")), min_size=1, max_size=4),
)
@settings(max_examples=60)
async def test_two_bridges_that_mirror_each_other_come_to_rest(
    formats: tuple[Format, Format],
    limits: tuple[int, int],
    topics: tuple[str, str, str, str],
    marks: bool,
    payloads: list[str],
) -> None:
    ways = [
        Bridge(source, "", id="b", direction=Direction.BOTH, format=how, per_minute=limit, topic=target)
        for how, limit, source, target in zip(formats, limits, topics[::2], topics[1::2], strict=True)
    ]
    mirror = Mirror(*ways, marks=marks)
    for payload in payloads:
        mirror.publish(topics[0], payload.encode())
    assert await mirror.settle(400) < 400


# The commands.


async def test_a_bridge_is_made_changed_listed_and_removed() -> None:
    world = World(Subscription("home/#", alias="House"))
    said = await world.ask(f"bridge home/# {ME} payload_only")
    assert said == f"Bridge 1 made: home/# → {ME} (payload, limit 30)"
    assert world.bot.rules.bridges[0].format is Format.PAYLOAD
    assert "✔ 1. home/# →" in await world.ask("bridges")
    assert "off" in await world.ask("bridge 1 off")
    assert not world.bot.rules.bridges[0].enabled
    assert "✘ 1." in await world.ask("bridge 1")
    await world.ask('bridge #1 on as "Night watch" both topic out/x role viewer retain limit 5 qos 2')
    (bridge,) = world.bot.rules.bridges
    assert bridge == Bridge(
        *("home/#", ME, "bridge1", 1, "Night watch", False, "", Direction.BOTH, Format.PAYLOAD, "", "out/x"),
        *(Role.VIEWER, 5, QoS.EXACTLY_ONCE, True, True),
    )
    assert "Night watch, payload, limit 5, topic out/x, role viewer, retain" in await world.ask("bridges")
    assert await world.ask("rmbridge night watch") == f"Bridge 1 removed: home/# ↔ {ME}"
    assert "There are no bridges" in await world.ask("bridges")


async def test_an_alias_stands_for_its_topic_and_a_template_takes_the_rest() -> None:
    world = World(Subscription("home/#", alias="House"))
    await world.ask(f'bridge House {ME} limit off template "{{name}} is {{value}}"')
    await world.ask(f"bridge home/a {ME} nick Bob retain off template {{name}}\\nis {{value}}")
    first, second = world.bot.rules.bridges
    assert (first.filter, first.per_minute, first.template) == ("home/#", 0, "{name} is {value}")
    assert (second.template, second.retain, second.nick) == ("{name}\nis {value}", False, "")
    assert "{name} is {value}" in await world.ask("bridge 1")
    await world.ask("bridge 1 template off")
    await world.ask("bridge 2 template")
    assert [each.template for each in world.bot.rules.bridges] == ["", ""]


async def test_a_room_is_recognised_or_named_as_one() -> None:
    world = World(Subscription("a"))
    await world.ask(f"bridge a {ROOM} nick Bob")
    await world.ask("bridge b den@example.org room in")
    first, second = world.bot.rules.bridges
    assert (first.room, first.nick, second.room) == (True, "Bob", True)
    assert world.chat.joined[-1] == {ROOM: "Bob", "den@example.org": "Home"}
    assert "topic b, role operator, room" in await world.ask("bridges")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (f"bridge a/#/b {ME}", "topic filter"),
        ("bridge a nobody@example.org", "no contact of this bot"),
        ("bridge a @", "XMPP address"),
        (f"bridge a {ME} topic x/#", "x/#"),
        (f"bridge a {ME} template {{temp}}", "{temp}"),
        (f"bridge a {ME} loud", "“loud” says nothing"),
        (f"bridge a {ME} nick", "missing after “nick”"),
        (f"bridge a {ME} qos 3", "0 to 2"),
        (f"bridge a {ME} role king", "viewer, operator, admin"),
        (f"bridge a {ME} as 7", "cannot be the name"),
        (f"bridge a {ME} as first", "cannot be the name"),
        ("bridge a short", "Say whom"),
        ("bridge 7 off", "no bridge “7”"),
        ("rmbridge firts", "Similar: First"),
        ("rmbridge zzz", "no bridge “zzz”"),
    ],
)
async def test_what_is_wrong_is_said(typed: str, says: str) -> None:
    world = World(Subscription("x"), Subscription("a"))
    await world.ask(f"bridge x {ME} as First")
    assert says in await world.ask(typed)
    assert len(world.bot.rules.bridges) == 1


async def test_without_bridges_none_can_be_removed() -> None:
    assert "There are no bridges" in await World().ask("rmbridge 1")


async def test_the_list_says_what_waits_and_whose_contact_is_gone() -> None:
    world = bridged(replace(HOME, per_minute=1), replace(HOME, id="b2", number=2, to="gone@example.org"))
    world.receive("home/a", "1")
    world.receive("home/a", "2")
    said = await world.ask("bridges")
    assert "to be told together: 1" in said
    assert "no contact any more" in said


async def test_the_list_says_which_room_does_not_let_the_bot_in() -> None:
    world = bridged(replace(HOME, to=ROOM, room=True))
    world.chat.rooms_refused[ROOM] = "registration-required"
    assert "does not let the bot in or speak: registration-required" in await world.ask("bridges")


def test_what_is_kept_of_echoes_is_bounded() -> None:
    echoes = Echoes()
    for number in range(MOST_KEPT + 10):
        echoes.note_said("talk", f"t{number}", "text", b"b", NOON)
        echoes.published("talk", f"t{number}", b"a", NOON)
    assert len(echoes._alike) == MOST_KEPT
    assert not echoes.came_back("talk", Message("t0", b"a"), NOON)
    assert echoes.came_back("talk", Message(f"t{MOST_KEPT}", b"a"), NOON)


def test_what_says_the_same_by_the_thousand_is_kept_so_often_and_no_more() -> None:
    tokens = Tokens()
    for _ in range(3 * MOST_EACH):
        tokens.put("same", NOON)
    assert [tokens.take("same", NOON) for _ in range(MOST_EACH + 1)] == [True] * MOST_EACH + [False]
    tokens.put("same", NOON)
    assert not tokens.take("same", NOON + 2 * ECHO_SECONDS)


def test_large_payloads_that_begin_alike_are_told_apart_by_their_length() -> None:
    echoes, begins = Echoes(), bytes(MOST_HASHED)
    echoes.published("talk", "t", begins + b"a", NOON)
    assert not echoes.came_back("talk", Message("t", begins + b"aa"), NOON)
    assert echoes.came_back("talk", Message("t", begins + b"a"), NOON)


async def test_a_german_is_told_of_bridges_with_words_that_are_understood_in_german() -> None:
    world = World(language="de")
    answer = await world.ask("brücke home/# me@example.org quatsch")
    named = answer.partition("eine Adresse, ")[2].rstrip(".").split(", ")
    assert {"voll", "inhalt", "raus", "rein", "beide", "raum", "rolle", "an", "aus"} <= set(named)
    answer = await world.ask("brücke home/# me@example.org rolle quatsch")
    assert "betrachter, bediener, administrator" in answer
    await world.ask("brücke home/# me@example.org inhalt beide rolle bediener als Haus topic home/x")
    assert "quatsch" not in await world.ask("brücken")

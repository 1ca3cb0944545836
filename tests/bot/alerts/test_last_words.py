"""Whatever happens, what people and phones were told last of an incident is true."""

import asyncio
import re

from alert_rules import above, rule_of, stale
from fakes import ME, OFFLINE, ONLINE, World
from hypothesis import example, given, settings, strategies as st

from bot.model.notice import HELD
from bot.model.rules import AlertRule, Contact, Display, Operator, Priority, Subscription

YOU = "you@example.org"
TARGETS = ("notify.phone", "notify.tablet")
RULES: tuple[AlertRule, ...] = (
    above(
        topic="t/+", clear="28", hold=20, repeat=600, escalate_after=600, escalate_to=(YOU, "notify.watch")
    ),
    above("40", topic="t/1", id="r2", number=2, name="two", targets=("notify.tablet",)),
    rule_of(Operator.EQUAL, "41", topic="t/+", name="three", priority=Priority.CRITICAL),
    stale(300, "t/2", id="s1", number=4, name="four"),
    above("25", topic="t/3", id="r5", number=5, name="five", priority=Priority.NORMAL),
)
TOPICS = st.sampled_from([f"t/{number}" for number in range(6)])
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("value"), TOPICS, st.sampled_from(["5", "27", "29", "31", "41", "42"])),
        st.tuples(st.just("all"), st.just(""), st.sampled_from(["5", "41"])),
        st.tuples(st.just("wait"), st.just(""), st.sampled_from([0.1, 0.7, 2.0, 25.0, 61.0, 700.0])),
        st.tuples(
            st.just("ask"),
            st.just(""),
            st.sampled_from(
                ["ack", "snooze 10m", "mute t/1 5m", "mute two 20m", "unmute t/1", "dnd on", "dnd off"]
            ),
        ),
        st.tuples(st.just("broker"), st.just(""), st.sampled_from([ONLINE, OFFLINE])),
        st.tuples(st.just("kill"), st.just(""), st.just("")),
        st.tuples(st.just("close"), st.just(""), st.just("")),
    ),
    max_size=60,
)


def play(world: World, event: tuple[str, str, object]) -> None:
    kind, topic, how = event
    if kind == "value":
        world.receive(topic, str(how))
    elif kind == "all":
        for number in range(6):
            world.receive(f"t/{number}", str(how))
    elif kind == "wait":
        wait(world, float(str(how)))
    elif kind == "ask":
        asyncio.run(world.ask(f"/mqtt {how}"))
    elif kind == "broker":
        world.broker.status = how  # type: ignore[assignment]
        world.bot.broker_changed(how)  # type: ignore[arg-type]
    else:
        if kind == "close":
            world.bot.close()
        world.restart()


def wait(world: World, seconds: float) -> None:
    """Let time go by, with a look whenever something is due."""
    end = world.clock.time + seconds
    while (due := min((part.due_at for part in world.bot._timed), default=end)) < end:
        world.later(max(0.0, due - world.clock.time))
    world.later(end - world.clock.time)
    asyncio.run(world.settle())


def last_words(world: World) -> dict[tuple[str, str], list[str]]:
    """Return, for each contact and incident, the marks it was told with, the oldest first."""
    found: dict[tuple[str, str], list[str]] = {}
    for notice in world.outbox.notices:
        if notice.push is None:
            for lines in re.findall(r"([✅⚠🔴])[^✅⚠🔴]*?#([0-9]+)(?= |$)", notice.text.replace("\n", " ")):
                found.setdefault((notice.to, lines[1]), []).append(lines[0])
    return found


# A repeat is due in the very second in which the last look is taken.
@example(
    events=[
        ("value", "t/0", "31"),
        ("wait", "", 25.0),
        ("ask", "", "snooze 10m"),
        ("wait", "", 700.0),
        ("wait", "", 700.0),
    ],
    storm=0,
)
@settings(max_examples=150, deadline=None)
@given(events=EVENTS, storm=st.sampled_from([0, 3, 10]))
def test_the_last_word_is_true(events: list[tuple[str, str, object]], storm: int) -> None:
    world = World(
        Subscription("#", display=Display.SILENT),
        alerts=RULES,
        contacts=(Contact(ME), Contact(YOU, receives=False)),
        targets=("notify.phone",),
        storm=storm,
    )
    for event in events:
        play(world, event)
    play(world, ("broker", "", ONLINE))
    wait(world, 4000)
    # The digest of what was held names the newest things only.
    chat = {} if ("ask", "", "dnd on") in events else last_words(world)
    asyncio.run(world.ask("/mqtt dnd off"))
    wait(world, 1)
    active = {str(alert.number) for alert in world.bot.alerts.active}
    # What falls due in this very second is gathered for a moment.
    owed = set(world.bot.alerts.engine.untold)
    wait(world, 2)
    assert not owed & set(world.bot.alerts.engine.untold)
    for (_, number), marks in chat.items():
        assert marks[0] != "✅", (number, marks)
        assert (marks[-1] == "✅") is (number not in active), (number, marks)
    play(world, ("all", "", "5"))
    wait(world, 4000)
    for number in range(6):
        world.receive(f"t/{number}", "6")
    wait(world, 200)
    shown: dict[tuple[str, str], str] = {}
    for notice in world.outbox.notices:
        if notice.push is not None:
            shown[notice.to, notice.push.tag] = notice.push.title
    shown = {key: title for key, title in shown.items() if key[1] != HELD}
    assert {title[0] for title in shown.values()} <= {"✅"}, shown

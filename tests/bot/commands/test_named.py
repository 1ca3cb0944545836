"""Every command takes a name of the house, asks which of several, and makes nothing on an unknown one."""

from fakes import ME, World
from homes import announce, home, say, sensor
import pytest

from bot.commands.alerts import Alert, Try
from bot.commands.bridges import Bridge
from bot.commands.confirmation import LATE, PATIENCE
from bot.commands.history import History
from bot.commands.messages import Publish
from bot.commands.topics import Alias
from bot.model.replies import BotError, Caller, Surface, Text
from bot.model.rules import AlertRule, Display, Priority, Role, Subscription

ACTION = Caller(Surface.ACTION, "ha", Role.ADMIN)
WHICH_ICE = """Which “ice chest”?
1 Ice chest Lid
2 Ice chest Temperature
Answer with a number or a word: lid, temperature"""


def rules(world: World) -> tuple[AlertRule, ...]:
    return world.bot.rules.alerts


@pytest.mark.parametrize(
    ("typed", "topic", "field", "values"),
    [
        ("alert Ice chest Lid is on for 5 minutes", "home/ice/lid", "", ("on",)),
        ("alert me when the ice chest temperature is warmer than -10", "home/ice/t", "", ("-10",)),
        ("alert ice chest temperature kälter als -20", "home/ice/t", "", ("-20",)),
        ("alert Pantry air Humidity > 70", "home/pantry air", "Humidity", ("70",)),
        ('alert "Pantry air" humidity > 70', "home/pantry air", "Humidity", ("70",)),
        ("alert pantry air battery < 20", "home/pantry air", "battery", ("20",)),
        ('alert "home/pantry air".battery < 20 as "Pantry cell"', "home/pantry air", "battery", ("20",)),
        ('alert "home/pantry air".battery 90', "home/pantry air", "battery", ("90",)),
        ('alert "Pantry air".battery<20', "home/pantry air", "battery", ("20",)),
        ("alert haustuer = an", "home/entry/3", "", ("an",)),
        ("alert kitchen lamp on", "home/kitchen/lamp", "", ("on",)),
        ("alert meter power > 500", "home/meter", "power", ("500",)),
    ],
)
async def test_a_rule_is_about_what_is_called_so(
    typed: str, topic: str, field: str, values: tuple[str, ...]
) -> None:
    world = home()
    answer = await say(world, typed)
    (made,) = rules(world)
    assert (made.filter, made.field, made.condition.values) == (topic, field, values), answer
    assert '"' not in made.name
    assert await say(world, typed.replace("alert", "try")) != ""


@pytest.mark.parametrize(
    ("topic", "condition"),
    [
        ('"home/pantry air".battery', "< 20"),
        ("home/pantry air.battery", "< 20"),
        ("home/pantry air", "battery < 20"),
        ("Pantry air", "battery < 20"),
        ("Pantry", "air battery < 20"),
    ],
)
async def test_an_action_takes_the_same_names(topic: str, condition: str) -> None:
    world = home()
    await world.bot.execute(Alert(topic=topic, condition=condition), ACTION)
    assert (rules(world)[0].filter, rules(world)[0].field) == ("home/pantry air", "battery")


@pytest.mark.parametrize("chosen", ["1", "#1", "temperature", "the temperature.", "/mqtt temp"])
async def test_several_are_asked_about_and_one_is_chosen(chosen: str) -> None:
    world = home()
    asked = await say(world, "alert ice chest changes")
    assert asked.startswith("Which “ice chest”?\n1 Ice chest Temperature\n2 Ice chest Lid\n")
    assert rules(world) == ()
    assert "Ice chest Temperature changes" in await say(world, chosen)
    assert rules(world)[0].filter == "home/ice/t"


@pytest.mark.parametrize(
    ("line", "topic"),
    [
        ("alert ice chest > -15", "home/ice/t"),
        ("alert ice chest warmer than -15 for 5m", "home/ice/t"),
        ("alert ice chest rises 3 in 1h", "home/ice/t"),
        ("alert ice chest is open", "home/ice/lid"),
        ("alert ice chest = open for 5m", "home/ice/lid"),
    ],
)
async def test_of_several_things_the_one_that_can_be_compared_so_is_meant(line: str, topic: str) -> None:
    """A lid has no degrees, and a temperature is never open."""
    world = home()
    await say(world, line)
    assert [rule.filter for rule in rules(world)] == [topic]


async def test_what_last_said_a_number_is_asked_about_too() -> None:
    world = home()
    world.receive("home/ice/lid", "3")
    assert (await say(world, "alert ice chest > -15")).startswith("Which “ice chest”?")


@pytest.mark.parametrize("line", ["chart ice chest", "chart the ice chest today"])
async def test_of_several_things_the_one_that_is_measured_is_drawn(line: str) -> None:
    assert "📊 Ice chest Temperature" in await say(home(), line)


async def test_the_last_levels_are_a_topic_as_they_are_written() -> None:
    world = home()
    assert "18.5" in await say(world, "history ice/t")
    world.receive("home/cold/ice/t", "4")
    await world.settle()
    assert (await say(world, "history ice/t")).startswith("Which “ice/t”?")
    assert "cold/ice/t" in await say(world, "history cold/ice/t")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("mute the washing machine until tomorrow", "washing machine"),
        ("mute my washing machine 2h", "washing machine"),
        ("mute washing machine", "washing machine"),
        ("history red dragon yesterday", "red dragon"),
        ("export red dragon 7d", "red dragon"),
    ],
)
async def test_a_name_that_nothing_has_is_told_as_a_whole(line: str, name: str) -> None:
    assert (await say(home(), line)).startswith(f"I know no “{name}”")


async def test_a_question_is_narrowed_down_and_withdrawn_by_anything_else() -> None:
    world = home()
    world.receive("home/kitchen/tap/left", "1")
    world.receive("home/kitchen/tap/right", "1")
    assert "home/kitchen/tap/left" in await say(world, "mute kitchen 2h")
    assert (await say(world, "tap")).splitlines()[:3] == [
        "Which “kitchen”?",
        "1 home/kitchen/tap/left",
        "2 home/kitchen/tap/right",
    ]
    assert (await say(world, "right")).startswith("🔕 Muted until")
    assert "Which" in await say(world, "mute kitchen 2h")
    await say(world, "status")
    assert "Muted" not in await say(world, "1")


async def test_an_answer_without_a_word_is_none() -> None:
    world = home()
    await say(world, "mute ice chest")
    assert "Muted" not in await say(world, "the …")


async def test_a_topic_begun_in_one_parameter_ends_there() -> None:
    world = home()
    world.receive("home/some tank", "1")
    await world.bot.execute(Alert(topic="home/some tank", condition="> 5"), ACTION)
    world.receive("home/some tank", '{"level": 1, "oil level": 2}')
    await world.bot.execute(Alert(topic="some tank", condition="level > 5"), ACTION)
    await world.bot.execute(Alert(topic="home/some tank.oil level", condition="> 5"), ACTION)
    assert [rule.field for rule in rules(world)] == ["", "level", '"oil level"']


async def test_a_question_can_be_refused_and_ends_by_itself() -> None:
    world = home()
    await say(world, "mute ice chest")
    assert await say(world, "no") == "Nothing was done."
    await say(world, "mute ice chest")
    world.later(PATIENCE + 1)
    assert "Muted" not in await say(world, "lid")
    await say(world, "mute ice chest")
    world.later(LATE + PATIENCE + 1)
    assert "Muted" not in await say(world, "lid")


async def test_each_is_asked_for_itself() -> None:
    world = home()
    await world.ask("history ice chest", who="a@b")
    assert await world.ask("lid", who="c@d") != ""
    assert "closed" in await world.ask("lid", who="a@b")


async def test_what_cannot_be_undone_is_asked_about_after_the_choice() -> None:
    world = home()
    assert "Which" in await say(world, "purge ice chest")
    assert "All stored messages of home/ice/lid will be deleted" in await say(world, "lid")
    assert "deleted: 1" in await say(world, "yes")


async def test_of_very_many_some_are_named_and_a_word_finds_the_others() -> None:
    world = World(Subscription("home/#"))
    for number in range(30):
        world.receive(f"home/floor/{'abcdefghij'[number // 3]}/{number}", "1")
    asked = await say(world, "history floor")
    assert asked.splitlines()[8:10] == ["8 home/floor/c/7", "…"]
    assert await say(world, "9") != asked
    await say(world, "history floor")
    assert "home/floor/j/28" in await say(world, "j")
    assert (await say(world, "28")).startswith("History of home/floor/j/28:")


async def test_things_of_one_name_are_told_apart_by_area_or_topic() -> None:
    world = World(Subscription("#"))
    for number, area in enumerate(("Attic", "Attic", "Hall")):
        device = {"name": "Clock", "identifiers": [str(number)], "suggested_area": area}
        announce(world, "sensor", f"c{number}", name="Alarm", state_topic=f"clocks/{number}", device=device)
    assert (await say(world, "mute clock")).splitlines()[1:4] == [
        "1 Clock Alarm (clocks/0)",
        "2 Clock Alarm (clocks/1)",
        "3 Clock Alarm (Hall)",
    ]


async def test_where_nobody_can_answer_several_are_an_error_that_lists_them() -> None:
    world = home()
    with pytest.raises(BotError, match="which_name") as raised:
        await world.bot.execute(History(topic="ice chest"), ACTION)
    assert raised.value.placeholders["names"] == "Ice chest Lid, Ice chest Temperature"


async def test_of_one_device_with_several_values_it_is_asked_which() -> None:
    world = home()
    asked = await say(world, "alert pantry air > 70")
    assert asked.splitlines()[1:3] == ["1 Pantry air Temperature", "2 Pantry air Humidity"]
    await say(world, "humidity")
    assert (rules(world)[0].filter, rules(world)[0].field) == ("home/pantry air", "Humidity")
    assert "nothing comes from Pantry air" in await say(world, "alert pantry air stale 1h")


async def test_of_several_values_the_only_one_that_is_a_number_is_meant() -> None:
    world = home()
    sensor(world, "Plug", "power", "home/plug", unit_of_measurement="W")
    sensor(world, "Plug", "state", "home/plug")
    world.receive("home/plug", '{"power": 7, "state": "on"}')
    await say(world, "alert plug > 5")
    await say(world, "alert plug is off")
    assert [rule.field for rule in rules(world)] == ["Power", "State"]


@pytest.mark.parametrize("name", ['"Ice chess lid"', "Ice chess lid", "me when the Ice chess lid"])
async def test_nothing_is_made_on_something_nobody_knows_without_asking(name: str) -> None:
    world = home()
    asked = await say(world, f"alert {name} is open")
    assert asked.startswith("Nothing is known of “Ice chess lid”. Nearest: Ice chest Lid")
    assert rules(world) == ()
    assert await say(world, "no") == "Nothing was done."
    await say(world, f"alert {name} is open")
    await say(world, "yes")
    assert (rules(world)[0].filter, rules(world)[0].field) == ("Ice chess lid", "")


async def test_a_topic_that_only_a_wildcard_would_bring_is_taken_with_a_warning() -> None:
    world = home()
    assert "Nothing has come in on home/loft/t so far." in await say(world, "alert home/loft/t > 5")
    assert "⚠ 1. home/loft/t > 5" in await say(world, "alerts")
    assert "Nothing is known of “garden/+/t”" in await say(world, "alert garden/+/t > 5")
    assert "never heard from" in await say(world, "alerts")
    world.receive("home/loft/t", "7")
    assert "never heard from" not in await say(world, "alerts")


async def test_a_filter_of_topics_that_came_in_is_known() -> None:
    world = home(Subscription("garden/a/t"))
    world.receive("garden/a/t", "7")
    await say(world, "alert garden/+/t > 5")
    await say(world, "alert garden/b/t > 5")
    assert [rule.filter for rule in rules(world)] == ["garden/+/t"]
    assert "✔ 1. garden/+/t > 5" in await say(world, "alerts")


async def test_an_action_makes_nothing_on_something_nobody_knows_unless_it_is_forced() -> None:
    world = home()
    for command in (Alert(topic="Loft", condition="> 5"), Bridge(topic="Loft", what=ME)):
        with pytest.raises(BotError, match="unknown_"):
            await world.bot.execute(command, ACTION)
    await world.bot.execute(Alert(topic="Loft", condition="> 5", force=True), ACTION)
    await world.bot.execute(Bridge(topic="Loft", what=ME, force=True), ACTION)
    assert (rules(world)[0].filter, world.bot.rules.bridges[0].filter) == ("Loft", "Loft")


async def test_a_bridge_is_asked_about_but_not_into_a_topic() -> None:
    world = home()
    assert "Nothing is known of “Loft”" in await say(world, f"bridge Loft {ME}")
    assert "Bridge 1 made: Loft" in await say(world, "yes")
    assert "Bridge 2 made: Cellar" not in await say(world, f"bridge kitchen lamp {ME} as Lamp")
    assert world.bot.rules.bridges[1].filter == "home/kitchen/lamp"
    assert "Bridge 3 made: out" in await say(world, f"bridge out/there {ME} in")


async def test_a_subscription_to_a_word_is_asked_about_and_to_a_topic_is_not() -> None:
    world = home()
    assert "Subscribe to it all the same?" in await say(world, "subscribe lofft")
    assert "Subscribed to lofft" in await say(world, "yes")
    assert "Subscribed to garden/+" in await say(world, "subscribe garden/+")
    assert "Subscribed to home/pantry air" in await say(world, "subscribe pantry air 0")


async def test_commands_about_a_topic_take_its_name() -> None:
    world = home()
    await say(world, "display kitchen lamp changes")
    await say(world, "priority kitchen fan alert")
    await say(world, "qos the fan 2")
    await say(world, "alias ice chest lid Lid")
    await say(world, "alias pantry air Pantry air")
    subscribed = world.bot.subscriptions
    lamp, fan = subscribed.get("home/kitchen/lamp"), subscribed.get("home/kitchen/fan")
    assert lamp is not None
    assert fan is not None
    assert (lamp.display, fan.priority, int(fan.qos)) == (Display.CHANGES, Priority.ALERT, 2)
    assert subscribed.resolve("lid") == "home/ice/lid"
    assert subscribed.resolve("pantry air") == "home/pantry air"
    assert "has the priority" in await say(world, "priority kitchen fan")
    assert "Unsubscribed from home/kitchen/fan" in await say(world, "unsubscribe kitchen fan")
    assert "covered" in await say(world, "qos kitchen fan") or "home/#" in await say(world, "qos kitchen fan")
    assert "kitchn is not subscribed" in await say(world, "display kitchn live")
    assert "I know no “kitchn”" in await say(World(Subscription("#")), "display kitchn live")
    assert await say(world, "alias kitchen lamp") == await say(world, "alias kitchen lamp ")


async def test_of_several_the_subscribed_one_is_meant_where_that_counts() -> None:
    world = home(Subscription("home/ice/lid", alias="Cover"))
    assert "Unsubscribed from home/ice/lid" in await say(world, "unsubscribe ice chest")
    assert "Which “ice chest”" in await say(world, "unsubscribe ice chest")


async def test_a_name_is_muted_and_unmuted() -> None:
    world = home()
    assert await say(world, "mute the pantry until 18:00") == "🔕 Muted until 18:00: Pantry air"
    assert "Pantry air" in await say(world, "mute")
    assert await say(world, "unmute pantry") == "Pantry air is told again."
    assert "I know no “pantrie”" in await say(world, "mute pantrie")


async def test_the_history_of_a_field_is_that_field() -> None:
    world = home()
    for typed in ("home/pantry air humidity", "pantry air humidity", '"Pantry air".humidity'):
        assert (await say(world, f"history {typed}")).endswith("60 %"), typed
    assert (await say(world, "history meter power today")).endswith("230")
    assert "It has: power, voltage" not in await say(world, "history meter 5")
    assert "There is: power, voltage" in await say(world, "history home/meter.current")
    assert "is no time" in await say(world, "/mqtt history meter some day")
    assert (await say(world, "history meter.power -n 2")).endswith("230")
    assert (await say(world, "history home/none.x")).startswith("Nothing has come in on")


async def test_what_was_chosen_is_spoken_of_by_its_name() -> None:
    world = home()
    assert await say(world, "history ice chest") == WHICH_ICE
    assert (await say(world, "2")).startswith("History of Ice chest Temperature:")
    await say(world, "export ice chest")
    assert "Messages of Ice chest Lid: 1" in await say(world, "1")


async def test_a_quoted_topic_that_nobody_knows_is_taken_as_it_is() -> None:
    world = home()
    assert "Nothing has come in on" in await say(world, 'history "garden/some thing".level')
    assert "I know no “garden”" in await say(world, 'history "garden".level')
    assert "Nothing is known of “garden/well”" in await say(world, 'alert "garden/well".level < 5')
    await say(world, "yes")
    assert (rules(world)[0].filter, rules(world)[0].field) == ("garden/well", "level")


async def test_topics_lists_what_is_below_or_called_so() -> None:
    world = World(Subscription("iot/#"))
    for topic in ("iot/boiler/$state", "iot/boiler/temp", "iot/tank/level"):
        world.receive(topic, "1")
    assert (await say(world, "topics iot")).startswith("Topics under iot: 3\n")
    assert (await say(world, "topics iot/boiler")).startswith("Topics under iot/boiler: ")
    assert "iot/tank/level" in await say(world, "topics tank")
    assert "yet" in await say(world, "topics iot/none")
    assert "yet" in await say(world, "topics IOT/+/none")
    for part in ("tank/level", "Tank/Level", "/tank/level", "IoT/tank/level"):
        assert "iot/tank/level" in await say(world, f"topics {part}")
    assert "I know no “none”" in await say(world, "topics none")
    listed = await say(home(), "topics ice chest")
    assert all(name in listed for name in ("Ice chest Lid", "Ice chest Temperature"))
    assert "Kitchen" not in listed


async def test_a_list_tells_rules_on_things_of_one_name_apart() -> None:
    world = World(Subscription("a", alias="Door"), Subscription("b/door"))
    sensor(world, "Door", "state", "b/door", name=None)
    world.receive("a", "1")
    world.receive("b/door", '{"state": "open"}')
    await say(world, "alert a > 5 as First")
    await say(world, "alert b/door is open for 5m")
    assert await say(world, "alerts") == (
        "Alert rules: 2, alerts now: 0\n"
        "• ✔ 1. First — Door > 5 — a — alert\n"
        "• ✔ 2. Door = open — for 5 min — b/door — alert"
    )


async def test_the_number_of_a_rule_is_never_used_again() -> None:
    world = home()
    for limit in (1, 2):
        await say(world, f"alert home/meter power > {limit}")
    await say(world, "rmalert 2")
    world.restart()
    await say(world, "alert home/meter power > 3")
    assert [rule.number for rule in rules(world)] == [1, 3]


async def test_try_says_the_same_of_an_unknown_name() -> None:
    world = home()
    reply = await world.bot.execute(Try(rule="Ice chest Lid is open"), ACTION)
    assert isinstance(reply, Text)
    assert reply.facts["rule"] == "home/ice/lid == open"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("history of the world", "I know no “world”"),
        ("set up", "“up”"),
        ("alias that", "“name” is missing"),
    ],
)
async def test_prose_that_begins_like_a_command_is_told_what_is_wrong(line: str, answer: str) -> None:
    world = home()
    assert answer in await say(world, line)
    assert world.broker.published == []


@pytest.mark.parametrize("said", ['"garden/far away', "garden/away”", "'garden/away"])
async def test_a_quotation_mark_at_the_edge_of_a_topic_is_asked_about(said: str) -> None:
    world = home(Subscription("garden/#"))
    assert "Nothing is known of" in await say(world, f"alert {said} > 5")
    assert not rules(world)


async def test_publishing_takes_a_topic_by_the_end_of_it_and_never_a_device_for_one() -> None:
    world = home()
    assert await say(world, "publish meter 5") == "Published to home/meter: 5"
    assert await say(world, "publish kitchen lamp ON") == (
        "“kitchen lamp” is a device, no topic. To set it: set kitchen lamp …; "
        "the topic of its commands: home/kitchen/lamp/set"
    )
    assert "the topic of its commands: home/bell/press" in await say(_with_bell(), "publish bell PRESS")
    assert await say(world, "publish ice chest temperature 5") == (
        "“ice chest temperature” is told by a device, and there is nothing to set. "
        "Its topic, if you want to publish there yourself: home/ice/t"
    )
    assert "Its topic, if you want to publish there yourself: home/entry/3" in await say(
        world, "publish haus x"
    )
    for text in ("home/kitchen/lamp/set ON", "home/new/thing ON", "home/a=b ON", "home/kitchen/lamp ON"):
        assert await say(world, f"publish {text}") == f"Published to {text.replace(' ', ': ')}"
    assert await say(world, "publish home/pantry air 5") == "Published to home/pantry air: 5"


def _with_bell() -> World:
    """Return a home where a button, which tells nothing, has a topic with a blank besides."""
    world = home()
    announce(world, "button", "bell", name=None, command_topic="home/bell/press", device="Bell")
    gate = {"state_topic": "home/front gate", "command_topic": "home/front gate/set"}
    announce(world, "switch", "gate", name=None, device="Gate", **gate)
    return world


async def test_the_topic_of_a_devices_commands_needs_no_quotes() -> None:
    world = _with_bell()
    assert await say(world, "publish home/front gate/set ON") == "Published to home/front gate/set: ON"
    assert (
        await say(world, "publish home/front gate/set/mode ON") == "Published to home/front gate/set/mode: ON"
    )


async def test_publishing_to_a_word_that_nobody_knows_is_asked_about() -> None:
    world = home()
    assert (
        await say(world, "publish attic ON")
        == "Nothing is known of “attic”. Publish to it all the same? yes or no"
    )
    assert world.broker.published == []
    assert await say(world, "yes") == "Published to attic: ON"
    assert "Nearest: " in await say(world, "publish metr ON")
    assert "Nothing is known" in await say(world, "publish meter.power 5")
    assert await say(world, "publish --force lamp ON") == "Published to lamp: ON"
    world = home(Subscription("attic"))
    assert await say(world, "publish attic ON") == "Published to attic: ON"


async def test_which_of_several_topics_is_published_to_is_asked() -> None:
    world = home()
    for topic in ("home/cellar/meter", "home/loft/meter"):
        world.receive(topic, "1")
    assert "Which “meter”?" in await say(world, "publish meter 5")
    assert await say(world, "loft") == "Published to home/loft/meter: 5"


async def test_an_action_publishes_to_no_unknown_word_unless_it_is_forced() -> None:
    world = home()
    with pytest.raises(BotError) as caught:
        await world.bot.execute(Publish(topic="attic", payload="1"), ACTION)
    assert caught.value.key == "unknown_publish"
    for topic in ("#", "home/+", "attic\0"):
        with pytest.raises(BotError) as caught:
            await world.bot.execute(Publish(topic=topic, payload="1"), ACTION)
        assert caught.value.key == "invalid_topic"
    await world.bot.execute(Publish(topic="attic", payload="1", force=True), ACTION)
    await world.bot.execute(Publish(topic="home/attic room", payload="1"), ACTION)
    assert [topic for topic, *_ in world.broker.published] == ["attic", "home/attic room"]


async def test_a_preset_and_a_bridge_publish_to_what_is_called_so() -> None:
    world = home()
    assert "publishes to home/meter: 5" in await say(world, "preset add Five meter 5")
    assert "is a device" in await say(world, 'preset add Six "kitchen lamp" ON')
    assert "Nothing is known of “attic”" in await say(world, "preset add Six attic 5")
    assert "publishes to attic: 5" in await say(world, "yes")
    assert "topic home/meter" in await say(world, f"bridge meter with {ME} both topic meter")
    assert "is a device" in await say(world, 'bridge 1 topic "kitchen lamp"')
    assert "Nothing is known of “attic”" in await say(world, "bridge 1 topic attic")
    assert "topic attic" in await say(world, "yes")
    assert "limit 5, topic attic" in await say(world, "bridge 1 limit 5")
    assert "“to” says nothing about a bridge" in await say(world, "bridge meter to")


@pytest.mark.parametrize("line", ["mute 2h", "mute until tomorrow", "mute for ten minutes"])
async def test_where_only_a_time_is_said_it_is_asked_what_to_mute(line: str) -> None:
    said = line.removeprefix("mute ")
    answered = await say(home(), line)
    assert answered.startswith("What should be muted?")
    assert f"quiet {said}" in answered
    assert f"dnd {said}" in answered


@pytest.mark.parametrize(
    "line", ["alias home/ice/t to Icebox", "alias home/ice/t as Icebox", "rename home/ice/t to Icebox"]
)
async def test_a_name_is_without_the_word_before_it(line: str) -> None:
    assert await say(home(), line) == "home/ice/t is called Icebox now."


async def test_in_an_action_a_name_is_as_it_is() -> None:
    world = home()
    await world.bot.execute(Alias(topic="home/ice/t", name="to go"), ACTION)
    assert world.bot.rules.subscriptions[-1].alias == "to go"


@pytest.mark.parametrize("span", ["for 2 hours", "for two hours", "in the last 2 hours", "für 2 Stunden"])
async def test_a_time_to_look_back_may_have_for_before_it(span: str) -> None:
    assert "18.5" in await say(home(), f"history ice chest temperature {span}")


@pytest.mark.parametrize("line", ["pantri aire", "kitchn lmap", "ice chset"])
async def test_a_name_that_is_misspelt_is_named(line: str) -> None:
    assert (await say(home(), line)).startswith(f"I know no “{line}”. Nearest: ")


@pytest.mark.parametrize("line", ["open the ice chest lid", "turn on the ice chest", "dim the ice chest lid"])
async def test_a_wish_that_cannot_be_done_says_so(line: str) -> None:
    world = home()
    assert (await say(world, line)).startswith("Nothing can be set about Ice chest")
    assert world.broker.published == []

"""A home whose devices announced themselves and are not followed: what they said is known all the same."""

from fakes import World
from homes import announce, say
import pytest

from bot.model.rules import AlertRule, Follow, Scope, Subscription

AVAILABLE = {"payload_available": "up", "payload_not_available": "gone"}


def house() -> World:
    """Return a house with a shutter, a lamp, a chest, two lamps of one name and a fan that has a lamp."""
    world = World(Subscription("yard/#"), Subscription("yard/tank", alias="Rain"))
    topic = "zb/Bay shutter"
    announce(
        *(world, "cover", "shutter"),
        name=None,
        device="Bay shutter",
        state_topic=topic,
        value_template="{{ value_json.state }}",
        state_closed="CLOSE",
        state_open="OPEN",
        position_topic=topic,
        position_template="{{ value_json.position }}",
        set_position_topic=f"{topic}/set",
    )
    announce(
        *(world, "light", "strip"),
        name=None,
        device="Shelf strip",
        schema="json",
        state_topic="zb/strip",
        command_topic="zb/strip/set",
        brightness=True,
        supported_color_modes=["color_temp"],
    )
    config = {"entity_category": "config", "command_topic": "zb/strip/set/start"}
    announce(world, "select", "strip_start", name="Power-on start", device="Shelf strip", **config)
    for key, component in (("t", "sensor"), ("lid", "binary_sensor")):
        more = {"device_class": "door"} if key == "lid" else {"unit_of_measurement": "°C"}
        named = {"name": "Lid" if key == "lid" else "Warmth", "availability_topic": "chest/there"}
        announce(
            world,
            component,
            f"c_{key}",
            device="Chest",
            state_topic=f"chest/{key}",
            **named,
            **more,
            **AVAILABLE,
        )
    for area in ("Study", "Attic"):
        device = {"name": "Reading lamp", "identifiers": [area], "suggested_area": area}
        topics = {"state_topic": f"lamp/{area}", "command_topic": f"lamp/{area}/set"}
        announce(world, "light", f"r_{area}", name=None, device=device, **topics)
    for component, name in (("fan", "Fan"), ("light", "Light")):
        topics = {"state_topic": f"loft/{name}", "command_topic": f"loft/{name}/set"}
        announce(world, component, f"loft_{name}", name=name, device="Loft fan", **topics)
    world.later(0)
    world.later(1)
    for topic, payload in (
        *(("zb/Bay shutter", '{"state": "OPEN", "position": 60}'), ("zb/strip", '{"state": "ON"}')),
        *(("chest/t", "-18"), ("chest/lid", "OFF"), ("chest/there", "up"), ("yard/tank", "3")),
        *(("lamp/Study", "ON"), ("lamp/Attic", "OFF"), ("loft/Fan", "OFF"), ("loft/Light", "OFF")),
    ):
        world.receive(topic, payload, retain=True)
    world.outbox.notices.clear()
    return world


def rules(world: World) -> tuple[AlertRule, ...]:
    return world.bot.rules.alerts


async def test_a_rule_says_that_its_device_is_not_followed_and_nothing_false() -> None:
    world = house()
    answer = await say(world, "alert chest warmth > -15")
    assert "Chest is not followed" in answer
    assert "follow Chest" in answer
    assert "Nothing has come in" not in answer
    assert "never heard" not in await say(world, "alerts")


async def test_what_is_followed_is_not_said_to_be_untold() -> None:
    world = house()
    await say(world, "follow chest")
    assert "⚠" not in await say(world, "alert chest warmth > -15")


async def test_a_dead_rule_is_refused_by_what_the_device_said_last() -> None:
    world = house()
    assert "would never fire" in await say(world, "alert chest lid is wet")
    assert rules(world) == ()


async def test_words_are_compared_with_no_number() -> None:
    world = house()
    assert "can never fire" in await say(world, "alert chest lid > 5")
    assert rules(world) == ()


async def test_a_number_is_compared_with_what_is_measured_of_a_thing() -> None:
    world = house()
    answer = await say(world, "alert bay shutter < 20")
    assert "Rule" not in answer
    assert [(each.filter, each.field) for each in rules(world)] == [("zb/Bay shutter", "Position")]


async def test_a_lamp_and_its_state_are_no_setting_with_on_in_its_name() -> None:
    world = house()
    await say(world, "alert shelf strip on")
    assert [(each.filter, each.condition.values) for each in rules(world)] == [("zb/strip", ("on",))]


@pytest.mark.parametrize(
    ("typed", "said"), [("alert chest is offline", "gone"), ("alert chest lid online", "up")]
)
async def test_whether_a_device_is_there_is_judged_where_it_is_told(typed: str, said: str) -> None:
    world = house()
    await say(world, typed)
    assert [(each.filter, each.condition.values) for each in rules(world)] == [("chest/there", (said,))]


async def test_a_device_without_availability_is_never_offline() -> None:
    world = house()
    assert "would never fire" in await say(world, "alert loft fan light is offline")


async def test_what_says_such_words_itself_is_judged_itself() -> None:
    world = house()
    announce(
        *(world, "sensor", "link"),
        name="Uplink",
        device="Router",
        state_topic="router/link",
        availability_topic="router/there",
    )
    world.receive("router/link", "offline")
    await say(world, "alert router uplink is online")
    assert rules(world)[0].filter == "router/link"


@pytest.mark.parametrize(
    "typed",
    [
        "alert chest lid open longer than 5 min",
        "alert chest lid is open for more than 5 min",
        "alert chest lid offen seit über 5 min",
        "alert chest lid ist offen länger als 5 min",
    ],
)
async def test_how_long_something_lasts_is_no_value(typed: str) -> None:
    world = house()
    await say(world, typed)
    (rule,) = rules(world)
    assert (rule.filter, rule.field, rule.hold) == ("chest/lid", "", 300.0)
    assert rule.condition.values in {("open",), ("offen",)}


async def test_longer_than_a_time_may_be_the_value_too() -> None:
    world = house()
    world.receive("yard/tank", '{"runtime": 3}')
    await say(world, "alert yard/tank runtime longer than 5 min")
    assert (rules(world)[0].field, rules(world)[0].hold) == ("runtime", 0.0)


@pytest.mark.parametrize(
    ("typed", "limit"),
    [("0 degrees", "0"), ("-3 Grad", "-3"), ("5 degrees Celsius", "5 °C"), ("40 degrees F", "40 °F")],
)
async def test_degrees_are_those_of_the_value(typed: str, limit: str) -> None:
    world = house()
    assert "does not measure" not in await say(world, f"alert chest warmth below {typed}")
    assert rules(world)[0].condition.values == (limit,)


async def test_a_rule_has_no_name_twice_and_no_number_behind_its_limit() -> None:
    world = house()
    await say(world, "alert bay shutter open")
    answer = await say(world, "alert bay shutter open for 5 min")
    assert "when Bay shutter is open for 5 min" in answer
    assert [each.name for each in rules(world)] == ["Bay shutter = open", "Bay shutter = open (2)"]


async def test_lamps_of_one_name_are_told_apart_in_answers() -> None:
    world = house()
    await say(world, "set reading lamp on")
    assert await say(world, "2") in {"Reading lamp (Study): on (sent)", "Reading lamp (Attic): on (sent)"}
    asked = await say(world, "set all lamps off")
    assert "Reading lamp (Study)" in asked
    assert "cannot be undone" not in asked
    followed = await say(world, "follow reading lamp")
    assert "Reading lamp (Study) — on" in followed
    assert (await say(world, "devices reading lamp")).startswith("Devices: 2, entities: 2")


async def test_a_word_of_both_names_answers_where_it_is_all_of_the_rest() -> None:
    world = house()
    assert "a word: fan, light" in await say(world, "set loft fan on")
    assert await say(world, "fan") == "Loft fan Fan: on (sent)"


async def test_a_lamp_has_one_temperature() -> None:
    world = house()
    assert await say(world, "set shelf strip temperature 2700 K") == "Shelf strip: color temp 2700 K (sent)"


async def test_how_to_follow_no_longer_is_so() -> None:
    world = house()
    world.bot.apply(
        world.bot.rules.__class__(follows=(Follow(Scope.ALL),), contacts=world.bot.rules.contacts)
    )
    assert (await say(world, "follow chest")).endswith("unfollow everything")


async def test_a_history_that_is_not_kept_says_so() -> None:
    world = house()
    answer = await say(world, "history chest warmth")
    assert "what is not followed is not kept" in answer
    await say(world, "follow chest")
    assert await say(world, "history chest warmth") == "Nothing of chest warmth is stored yet."


async def test_the_beginning_of_topics_is_the_subscription_of_all_of_them() -> None:
    world = house()
    assert "Unsubscribed from yard/#" in await say(world, "unsubscribe yard")


async def test_an_entity_without_a_word_in_its_name_is_called_as_it_is() -> None:
    world = World()
    device = {"name": "☀", "identifiers": ["s"], "suggested_area": "Roof"}
    announce(world, "sensor", "s", name=None, device=device, state_topic="sun")
    (entity,) = world.bot.readings.devices
    assert world.bot.readings.devices.label(entity) == "☀"


@pytest.mark.parametrize("typed", ["alert gate hall 0", "alert gate hall == 0", "alert gate hatch hall == 0"])
async def test_what_a_device_writes_beside_its_values_is_found_there(typed: str) -> None:
    world = World()
    for key, name in (("hall", "Hatch"), ("cell", "Cell")):
        announce(
            *(world, "binary_sensor", f"g_{key}"),
            name=name,
            device="Gate",
            state_topic="zb/gate",
            value_template=f"{{{{ value_json.{key} }}}}",
            payload_on=1,
            payload_off=0,
            **({"device_class": "door"} if key == "hall" else {"entity_category": "diagnostic"}),
        )
    world.receive("zb/gate", '{"hall": 0, "cell": 1}')
    await say(world, typed)
    assert [(each.field, each.condition.values) for each in rules(world)] == [("hall", ("0",))]


async def test_an_alert_says_only_once_what_its_rule_asks() -> None:
    world = house()
    await say(world, "alert chest lid open")
    await say(world, "alert chest warmth > -15 for 1 min")
    world.receive("chest/lid", "ON")
    world.receive("chest/t", "-3")
    world.wait(70)
    told = [text for text in world.said if "👍" in text]
    assert told[0] == "⚠ *Chest Lid = open*: open\n#1 · 👍 = I see to it"
    assert told[1].endswith("\nfor 1 min · #2 · 👍 = I see to it")

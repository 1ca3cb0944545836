"""Names are found in what people say: the longest one, exact before alike."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice, product
import json

from fakes import World
from homes import announce, home, say, sensor
from hypothesis import given, strategies as st
import pytest

from bot.model.message import MORE
from bot.model.rules import Subscription
from bot.reading.names import Names
from bot.reading.nearest import MOST_COMPARED
from bot.reading.topic_lookup import known_names


async def names_of(world: World) -> Names:
    return await known_names(world.bot)


def meant(names: Names, text: str) -> set[tuple[str, str]]:
    return {(each.topic, each.field) for each in names.find(text)}


@pytest.mark.parametrize(
    ("said", "topic", "field"),
    [
        ("Ice chest Temperature", "home/ice/t", ""),
        ("ice CHEST lid", "home/ice/lid", ""),
        ("cellar lid", "home/ice/lid", ""),
        ("Cellar Ice chest Lid", "home/ice/lid", ""),
        ("Pantry air", "home/pantry air", ""),
        ("Pantry air Humidity", "home/pantry air", "Humidity"),
        ("pantry air humid", "home/pantry air", "Humidity"),
        ("Kitchen lamp", "home/kitchen/lamp", ""),
        ("kitchen_lamp", "home/kitchen/lamp", ""),
        ("the lamp", "home/kitchen/lamp", ""),
        ("haustuer", "home/entry/3", ""),
        ("HAUSTÜR", "home/entry/3", ""),
        ("kueche", "home/entry/3", ""),
        ("home/pantry air", "home/pantry air", ""),
        ("home/pantry air.battery", "home/pantry air", "battery"),
        ('"home/pantry air".battery', "home/pantry air", "battery"),
        ('"Pantry air".battery', "home/pantry air", "battery"),
        ('"home/pantry air"."air quality"', "home/pantry air", '"air quality"'),
        ("“Pantry air”", "home/pantry air", ""),
        ("meter", "home/meter", ""),
        ("home meter", "home/meter", ""),
        ("entry 3", "home/entry/3", ""),
    ],
)
async def test_one_thing_is_meant(said: str, topic: str, field: str) -> None:
    names = await names_of(home())
    assert meant(names, said) == {(topic, field)}


@pytest.mark.parametrize(
    ("text", "said", "rest"),
    [
        ("ice chest lid is open", "ice chest lid", " is open"),
        ("pantry air humidity yesterday", "pantry air humidity", " yesterday"),
        ("kitchen lamp 24h", "kitchen lamp", " 24h"),
        ("meter>5", "meter", ">5"),
        ("home/pantry air.battery > 5", "home/pantry air.battery", " > 5"),
        ("home/pantry air battery > 5", "home/pantry air", " battery > 5"),
        ("me when the ice chest temperature > 5", "ice chest temperature", " > 5"),
        ("kitchen-lamp on", "kitchen-lamp", " on"),
        ("kitchen fan --count 3", "kitchen fan", " --count 3"),
        ("home/nowhere > 5", "home/nowhere", " > 5"),
        ("nothing of that kind", "nothing", " of that kind"),
        ("the unknown", "the", " unknown"),
        ('"no such thing" > 5', '"no such thing"', " > 5"),
        ("> 5", ">", " 5"),
        ("", "", ""),
        ("-- x", "--", " x"),
        ("… x", "…", " x"),
    ],
)
async def test_a_name_ends_where_something_else_begins(text: str, said: str, rest: str) -> None:
    begun = (await names_of(home())).begin(text)
    assert (begun.said, text[begun.end :]) == (said, rest)


async def test_several_things_are_all_meant_but_each_topic_once() -> None:
    names = await names_of(home())
    assert meant(names, "ice chest") == {("home/ice/t", ""), ("home/ice/lid", "")}
    assert meant(names, "kitchen") == {("home/kitchen/lamp", ""), ("home/kitchen/fan", "")}
    assert meant(names, "humidity temperature pantry") == set()
    assert {each.name for each in names.find("temperature")} == {
        "Ice chest Temperature",
        "Pantry air Temperature",
    }


async def test_an_alias_comes_first_and_an_exact_name_before_one_alike() -> None:
    world = home(Subscription("home/meter", alias="Kitchen lamp"), Subscription("home/+/x", alias="Things"))
    world.receive("home/fan/x", "1")
    names = await names_of(world)
    assert meant(names, "kitchen lamp") == {("home/meter", "")}
    assert meant(names, "things") == {("home/+/x", "")}
    assert meant(names, "thing") == {("home/+/x", ""), ("home/fan/x", "")}
    assert meant(names, "Things / fan") == {("home/fan/x", "")}
    assert meant(names, "things.deep") == {("home/+/x", "deep")}


async def test_a_part_of_a_spoken_word_is_no_name() -> None:
    world = home()
    world.receive("home/front", "1")
    begun = (await names_of(world)).begin("front-garden > 5")
    assert (begun.said, begun.meant) == ("front-garden", ())


async def test_what_only_diagnoses_a_device_is_not_asked_about() -> None:
    world = home()
    sensor(world, "Pantry air", "linkquality", "home/pantry", entity_category="diagnostic")
    assert meant(await names_of(world), "pantry") == {("home/pantry air", "")}
    assert meant(await names_of(world), "linkquality") == {("home/pantry", "")}


async def test_a_thing_about_an_entity_has_a_name_of_its_own() -> None:
    world = home()
    announce(
        *(world, "climate", "c"),
        name=None,
        device="Study heater",
        current_temperature_topic="home/study/now",
        temperature_state_topic="home/study/wanted",
        mode_state_topic="home/study/mode",
    )
    names = await names_of(world)
    assert meant(names, "study heater current temperature") == {("home/study/now", "")}
    assert meant(names, "study heater") >= {("home/study/now", ""), ("home/study/mode", "")}


async def test_what_an_entity_finds_on_one_topic_is_one_thing() -> None:
    world = home()
    announce(
        *(world, "light", "d"),
        name="Glow",
        device="Desk",
        brightness_state_topic="home/desk",
        brightness_value_template="{{ value_json.brightness }}",
        color_temp_state_topic="home/desk",
        color_temp_value_template="{{ value_json.color_temp }}",
    )
    assert meant(await names_of(world), "desk glow") == {("home/desk", "")}


async def test_a_topic_of_a_device_is_known_before_anything_came_in() -> None:
    world = World()
    sensor(world, "Well", "level", "garden/well")
    names = await names_of(world)
    assert meant(names, "garden/well") == {("garden/well", "")}
    assert (names.spoken("garden/well"), names.heard("garden/well")) == (True, False)
    assert names.name("garden/well") == "Well Level"
    assert names.name("garden/other") == "garden/other"


async def test_an_entity_without_a_device_is_called_as_it_is() -> None:
    world = home()
    announce(world, "sensor", "rain", name="Rain today", state_topic="garden/rain")
    assert meant(await names_of(world), "rain today") == {("garden/rain", "")}


async def test_what_is_forgotten_is_known_no_more() -> None:
    world = home()
    assert meant(await names_of(world), "meter") == {("home/meter", "")}
    await world.history.forget("home/meter")
    assert meant(await names_of(world), "meter") == set()


@pytest.mark.parametrize(
    ("said", "near"),
    [
        ("icechest lid", ["Ice chest Lid"]),
        ("pantri air", ["Pantry air Temperature", "Pantry air Humidity"]),
        ("metre", ["home/meter"]),
        ("Kitchne lamp", ["Kitchen lamp"]),
        ("42", []),
        ("qqqqq", []),
    ],
)
async def test_the_nearest_names(said: str, near: list[str]) -> None:
    names = await names_of(home())
    assert set(near) <= set(names.nearest(said)) if near else names.nearest(said) == near


async def test_an_alias_is_near_too() -> None:
    world = home(Subscription("home/meter", alias="Wallbox"))
    assert (await names_of(world)).nearest("Walbox") == ["Wallbox"]


async def test_of_thousands_of_names_a_bounded_number_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def counted(word: str, pool: Iterable[str], most: int, cutoff: float) -> list[str]:
        every = list(pool)
        compared.append(len(every))
        return get_close_matches(word, every, most, cutoff)

    monkeypatch.setattr("bot.reading.nearest.get_close_matches", counted)
    world = home()
    for letters in islice(product("abcdefgh", repeat=4), 2_000):
        world.receive(f"home/p{''.join(letters)}", "1")
    names = await names_of(world)
    assert names.nearest("pantri ari") != []
    assert names.nearest("kitchne")[0].startswith("Kitchen")
    assert 0 < max(compared) <= MOST_COMPARED


_NAME = st.sampled_from(
    ["Stove", "Bad", "Flur oben", "Tür", "Licht 2", "Air", "Air quality", "Küche", "Sensor", "Boiler (old)"]
)
_KEY = st.sampled_from(["temperature", "humidity", "power", "co2", "state", "pm2_5"])


@given(
    devices=st.dictionaries(_NAME, st.lists(_KEY, min_size=1, max_size=4, unique=True), max_size=4),
    plain=st.lists(st.sampled_from(["x/stove", "x/y/temp", "x/Bad/1", "y"]), unique=True),
    alias=st.sampled_from(["", "Stove lamp", "My home", "Licht"]),
)
async def test_what_the_chat_prints_is_understood(
    devices: dict[str, list[str]], plain: list[str], alias: str
) -> None:
    """Every header means its topic, also with a field of it behind."""
    world = World(Subscription("#"), Subscription("x/y/temp", alias=alias))
    for device, keys in devices.items():
        for key in keys:
            sensor(world, device, key, f"dev/{device}", unit_of_measurement="W")
        world.receive(f"dev/{device}", json.dumps(dict.fromkeys(keys, 5)))
    for topic in plain:
        world.receive(topic, "7")
    names = await names_of(world)
    for reading, _ in world.history.appended:
        topic = reading.message.topic
        assert topic in {each.topic for each in names.find(reading.name)}, reading.name
        for field in reading.fields:
            if field.name not in {"", MORE}:
                said = f"{reading.name} {field.name}"
                begun = names.begin(said)
                assert topic in {each.topic for each in begun.meant}, said
                assert said[begun.end :].strip() in {"", field.name}, said


async def test_a_topic_with_signs_that_compare_is_what_it_is() -> None:
    world = home()
    world.receive("home/odd/<xml>&", "1")
    assert "1" in await world.ask("/mqtt history home/odd/<xml>&")
    await world.ask("/mqtt alert home/odd/<xml>& > 5")
    assert world.bot.rules.alerts[-1].filter == "home/odd/<xml>&"


async def test_things_of_one_device_and_one_name_are_told_apart_in_the_chat() -> None:
    world = World(Subscription("z/#"))
    for component in ("fan", "light"):
        topics = {"state_topic": f"z/{component}", "command_topic": f"z/{component}/set"}
        announce(world, component, component, name=None, device="Ceiling", **topics)
        announce(world, component, f"desk_{component}", name=component, device="Desk", state_topic="z/desk")
    announce(world, "light", "none", name="-", state_topic="z/none")
    for topic in ("z/fan", "z/light", "z/none"):
        world.receive(topic, "ON")
    names = {row.message.topic: row.name for row, _ in world.history.appended}
    assert names == {"z/fan": "Ceiling (fan)", "z/light": "Ceiling (lamp)", "z/none": "-"}
    assert "— on" in await say(world, "history ceiling lamp")
    await say(world, "alias z/light Dome")
    world.receive("z/light", "OFF")
    assert world.history.appended[-1][0].name == "Dome"

"""Lines as strangers type them: short forms, thanks, smileys, genitives, what goes on with the last line."""

import json

from fakes import World
from homes import announce, say
import pytest

from bot.model.rules import Subscription


def house(language: str = "en") -> World:
    """Return a terraced house with two locks of which one is open, everything heard some minutes ago."""
    world = World(Subscription("#"), language=language)
    now = world.clock.time
    for side, area in (("Front", "Hall"), ("Back", "Kitchen")):
        node = side.lower()
        device = {"name": f"{side} door lock", "identifiers": [node], "suggested_area": area}
        announce(
            *(world, "lock", node),
            name=None,
            command_topic=f"lock/{node}/set",
            state_topic=f"lock/{node}",
            device=device,
        )
    for name, area in (("TV", "Living room"), ("TV backlight", "Living room"), ("Desk lamp", "Study")):
        topic = f"z/{name.lower().replace(' ', '_')}"
        device = {"name": name, "identifiers": [topic], "suggested_area": area}
        config = {"command_topic": f"{topic}/set", "state_topic": topic, "name": None, "device": device}
        announce(world, "switch" if name == "TV" else "light", topic.replace("/", "_"), **config)
    announce(
        *(world, "climate", "mia"),
        name=None,
        device={"name": "Mia radiator", "identifiers": ["mia"], "suggested_area": "Mia's room"},
        temperature_command_topic="heat/mia/set",
        temperature_state_topic="heat/mia/target",
        current_temperature_topic="heat/mia/now",
        min_temp=5,
        max_temp=30,
    )
    heat_pump = {"name": "Heat pump", "identifiers": ["hp"]}
    for key, unit, kind in (("power", "W", "power"), ("flow", "°C", "temperature")):
        announce(
            *(world, "sensor", f"hp_{key}"),
            name=key.capitalize(),
            state_topic=f"hp/{key}",
            unit_of_measurement=unit,
            device_class=kind,
            device=heat_pump,
        )
    announce(
        *(world, "cover", "garage"),
        name=None,
        command_topic="garage/door/set",
        state_topic="garage/door",
        device={"name": "Garage door", "identifiers": ["garage"]},
    )
    device = {"name": "Garage battery", "identifiers": ["gb"]}
    announce(world, "sensor", "gb", name=None, state_topic="garage/battery", device=device)
    washer = {"name": "Washer", "identifiers": ["washer"], "suggested_area": "Cellar"}
    for key, unit in (("power", "W"), ("energy", "kWh")):
        config = {"value_template": f"{{{{ value_json.{key} }}}}", "unit_of_measurement": unit}
        counts = {"state_class": "total_increasing"} if key == "energy" else {}
        named = {"name": key.capitalize(), "device_class": key, "state_topic": "z/washer", "device": washer}
        announce(world, "sensor", f"washer_{key}", **named, **config, **counts)
    for hours, energy in ((30, 100.0), (24, 100.4), (20, 101.1), (4, 101.1), (2, 0.2), (1, 0.5)):
        world.clock.time = now - hours * 3_600
        world.receive("z/washer", json.dumps({"power": 2 if hours % 2 else 400, "energy": energy}))
    meter = {"name": "Meter", "identifiers": ["meter"]}
    config = {"device_class": "energy", "state_class": "total", "unit_of_measurement": "kWh"}
    announce(world, "sensor", "net", name="Energy", state_topic="meter/net", device=meter, **config)
    for hours, energy in ((20, "-5"), (10, "-6"), (5, "-7")):
        world.clock.time = now - hours * 3_600
        world.receive("meter/net", energy)
    world.clock.time = now
    for topic, payload in (
        ("lock/front", "LOCKED"),
        ("lock/back", "UNLOCKED"),
        ("z/tv", "ON"),
        ("z/tv_backlight", "OFF"),
        ("z/desk_lamp", "OFF"),
        ("heat/mia/now", "19.2"),
        ("heat/mia/target", "20"),
        ("hp/power", "1150"),
        ("hp/flow", "31"),
        ("garage/door", "open"),
        ("garage/battery", "80"),
        ("bell", json.dumps({"action": "pressed"})),
    ):
        world.receive(topic, payload)
    world.later(300)
    return world


async def talked(world: World, *lines: str) -> str:
    """Return the answer to the last of some lines."""
    answer = ""
    for line in lines:
        answer = await say(world, line)
    return answer


def sent(world: World) -> list[tuple[str, str]]:
    return [(topic, payload.decode()) for topic, payload, *_ in world.broker.published]


@pytest.mark.parametrize("line", ["are the doors locked?", "are all doors locked", "is everything locked"])
async def test_the_one_that_is_not_locked_is_named(line: str) -> None:
    answer = await say(house(), line)
    assert answer.startswith(
        ("Not all of them:\n• Back door lock unlocked", "No, not these:\n• Back door lock")
    )


async def test_whether_any_lamp_is_off_names_those_that_are_not() -> None:
    world = house()
    world.receive("z/desk_lamp", "ON")
    answer = await say(world, "are the lights off")
    assert answer.startswith("Not all of them:\n• Desk lamp on, just now\n• TV backlight off")


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (("turn the tv off", "turn the tv back on"), [("z/tv/set", "OFF"), ("z/tv/set", "ON")]),
        (
            ("desk lamp on", "and now off again", "now back on :)"),
            [("z/desk_lamp/set", "ON"), ("z/desk_lamp/set", "OFF"), ("z/desk_lamp/set", "ON")],
        ),
        (("is the garage open", "close it"), [("garage/door/set", "CLOSE")]),
        (("mias radiator 21",), [("heat/mia/set", "21")]),
        (("mia's radiator 21 please, thank you",), [("heat/mia/set", "21")]),
        (("lock the back door pls thank you",), [("lock/back/set", "LOCK")]),
        (("ok desk lamp on",), [("z/desk_lamp/set", "ON")]),
        (("good morning, desk lamp on 😀",), [("z/desk_lamp/set", "ON")]),
        (("turn down mias radiator by 2 degrees",), [("heat/mia/set", "18")]),
        (("turn mia radiator down by 2 degrees",), [("heat/mia/set", "18")]),
        (("raise mia radiator by 1 °C",), [("heat/mia/set", "21")]),
        (("set the heating in mia's room to 21.5 degrees",), [("heat/mia/set", "21.5")]),
        (("dreh mia radiator um 1 grad hoch",), [("heat/mia/set", "21")]),
        (("set light in the study on",), [("z/desk_lamp/set", "ON")]),
        (("turn down the garage door",), [("garage/door/set", "CLOSE")]),
    ],
)
async def test_what_is_wished_for_is_done(lines: tuple[str, ...], wanted: list[tuple[str, str]]) -> None:
    world = house()
    await talked(world, *lines)
    assert sent(world) == wanted


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("how warm is it in mias room", "Mia radiator"),
        ("how warm is it in mia’s room", "Mia radiator"),
        ("what does the heat pump draw", "Heat pump Power 1150 W"),
        ("how much did the washer use yesterday", "Washer Energy, yesterday: "),
        ("how many kwh did the washer use in the last 3 hours", "0.3 kWh (from 0.2 kWh to 0.5 kWh)"),
        ("how much did the washer use in the last 25 hours", "1.2 kWh (from 100.4 kWh to 0.5 kWh)"),
        ("how much power did the washer use in the last 3 hours", "0.3 kWh"),
        ("how much did the meter use in the last 25 hours", "Meter Energy, since "),
        ("how much did the meter use in the last 25 hours", ": −2 kWh (from −5 kWh to −7 kWh)"),
        ("frobnicator 2 degrees warmer", "I know no “frobnicator”"),
        ("how warm was the heat pump yesterday", "says nothing"),
        ("thanks", "You are welcome"),
        ("thank you", "You are welcome"),
        ("ok", "👍"),
        ("ok got it", "👍"),
        ("thanks, got it", "👍"),
        ("Hello there, what can you do?", "help"),
        ("tell me when heat pump power is over 2000 w", "above 2000 W"),
        ("tell me if somebody rings", "bell"),
    ],
)
async def test_what_is_asked_is_answered(line: str, part: str) -> None:
    world = house()
    assert part in await say(world, line)
    assert sent(world) == []


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        (("alert heat pump power > 2 kW for 10 min", "make it 3"), "above 3 kW for 10 min"),
        (("alert heat pump power > 2 kW for 10 min", "no, 2500 W"), "above 2500 W for 10 min"),
        (("tell me when the garage door is open for more than 3 min", "make it 5"), "open for 5 min"),
        (("tell me when the garage door is open", "but only at night"), "only 22:00–06:00"),
        (("tell me when the garage door is open", "only between 22 and 6"), "only 22:00–06:00"),
        (("tell me when the garage door is open", "but only if the tv is off"), "and TV is off"),
        (("alert garage door open", "make it 3"), "cannot be set to “3”"),
        (
            ("alert heat pump power > 2 kW and garage door open", "make it 3"),
            "above 3 kW and Garage door is open",
        ),
        (("alert garage door open for 2 h", "make it 3"), "open for 3 h"),
        (("alert garage door open for 45s", "make it 30"), "open for 30 s"),
        (("warn me if heat pump power is over 2 kw for more than 10 min",), "above 2 kw for 10 min"),
        (("alert heat pump power > 2 kW longer than 10 min",), "above 2 kW for 10 min"),
        (("alert heat pump power and garage door open", "make it 3"), ""),
    ],
)
async def test_a_rule_is_made_and_changed_by_a_few_words(lines: tuple[str, ...], part: str) -> None:
    assert part in await talked(house(), *lines)


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        (("sag bescheid wenns klingelt",), "wenn von bell etwas kommt"),
        (("alarm garage door offen seit 20 min", "doch lieber 30"), "seit 30 min offen"),
        (("alarm garage door offen", "aber nur zwischen 17 und 22 uhr"), "nur 17:00–22:00"),
        (("alarm heat pump power > 2 kW ist länger als 10 min",), "seit 10 min über 2 kW"),
        (("alarm heat pump power höher als 2 kW länger als 10 min ist",), "seit 10 min über 2 kW"),
        (("tv aus in 10 min", "ach ne lass"), "Vergessen: tv aus"),
        (("desk lamp an", "in ner halben std aus"), "wird erledigt: Desk lamp aus"),
        (("was zieht die heat pump",), "Heat pump Power 1150 W"),
        (("danke",), "Gern geschehen"),
    ],
)
async def test_german_as_it_is_typed(lines: tuple[str, ...], part: str) -> None:
    world = house("de")
    assert part in await talked(world, *lines)

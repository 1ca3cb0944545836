"""What is set is what was meant, whatever lies beside it: over many devices, not one wrong target."""

import json

from fakes import World
from phrases import RealPhrases
import pytest
from set_corpus import Home, homes

from bot.discovery.set_request import Setting, wish
from bot.discovery.setting.set_targets import How
from bot.model.rules import Subscription

HOMES = list(homes())


def world_of(*every: Home) -> World:
    world = World(Subscription("corpus/#"))
    for home in every:
        for component, object_id, config in home.configs:
            topic = f"homeassistant/{component}/{object_id}/config"
            world.receive(topic, json.dumps(config), retain=True)
    return world


async def published(world: World, line: str) -> list[tuple[str, str]]:
    world.broker.published.clear()
    await world.ask(f"set {line}")
    return [(topic, payload.decode()) for topic, payload, *_ in world.broker.published]


def test_the_corpus_is_broad() -> None:
    assert len(HOMES) > 50
    assert sum(len(home.main.lines) for home in HOMES) > 450
    assert {component for home in HOMES for component, *_ in home.configs} >= {
        *("light", "climate", "cover", "fan", "switch", "number", "text", "button", "select", "update"),
    }


@pytest.mark.parametrize("home", HOMES, ids=lambda home: f"{home.base} {home.name} {home.main.component}")
async def test_the_main_thing_of_a_device_gets_what_is_said_to_the_device(home: Home) -> None:
    world = world_of(home)
    for words, level, payload in home.main.lines:
        got = await published(world, f"{home.name.lower()} {words}")
        topics = [(topic.rpartition("/")[2], said) for topic, said in got]
        assert (level, payload) in topics, f"{home.name} {words}: {got}"
        assert not any("/side/" in topic for topic, _ in got), f"{home.name} {words}: {got}"


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_printed_is_understood_as_it_is_printed(language: str) -> None:
    phrases, printed = RealPhrases(language), set[str]()
    for entity in world_of(*HOMES).bot.readings.devices:
        for control in entity.controls:
            for word, payload in control.words:
                said = phrases.write(Setting(control.aspect, word))
                understood = wish(entity, said, How.NAME)
                assert understood is not None, f"{entity.component} {said}"
                assert understood.value.payload == payload, f"{entity.component} {said}"
                printed.add(said)
    assert len(printed) > 20


@pytest.mark.parametrize("home", HOMES, ids=lambda home: f"{home.base} {home.name} {home.main.component}")
async def test_a_slip_of_the_pen_sets_nothing(home: Home) -> None:
    world = world_of(home)
    for words in ("opn", "onn", "pump on", "brigthness 40", "temprature 20", "colr red", "bedtime", "-"):
        assert await published(world, f"{home.name} {words}") == [], f"{home.name} {words}"


@pytest.mark.parametrize("home", HOMES, ids=lambda home: f"{home.base} {home.name} {home.main.component}")
async def test_what_lies_beside_is_set_by_its_whole_name(home: Home) -> None:
    world = world_of(home)
    values = {"number": "3", "text": "hello there", "button": "", "switch": "on"}
    owned = {"Temperature", "Brightness", "Position", "Speed"}
    for component, _, config in home.configs[1:]:
        if component not in values or config["name"] in owned:
            continue
        (got,) = await published(world, f"{home.name} {config['name']} {values[component]}")
        assert got[0] == str(config["cmd_t"]).replace("~", home.base)


async def test_in_one_large_home_nothing_goes_to_another_device() -> None:
    unlike = [home for at, home in enumerate(HOMES) if at % 9 == at // 9]
    world = world_of(*unlike)
    wrong, right, asked = [], 0, 0
    for home in unlike:
        for words, level, payload in home.main.lines:
            got = await published(world, f"{home.name} {words}")
            if any(not topic.startswith(home.base) or "/side/" in topic for topic, _ in got):
                wrong.append((home.name, words, got))
            right += any(topic.endswith(level) and said == payload for topic, said in got)
            asked += not got
    assert wrong == []
    assert right > 20

"""`it` is no name: what was spoken of last is meant, the only thing that can be, or it is asked back."""

from fakes import ME, World
from homes import announce
import pytest
import talk_home

from bot.dialogue.pronouns import MOST_TALKERS, PATIENCE, Pronouns
from bot.model.rules import Condition, Operator
from bot.model.utterance import Utterance
from bot.reading.meant import Meant


async def answer(world: World, line: str) -> str:
    before = len(world.outbox.notices)
    await world.bot.hear(Utterance(ME, line, "m", world.clock.time))
    await world.settle()
    return "\n".join(notice.text for notice in world.outbox.notices[before:])


def with_sensor(world: World, component: str, name: str, said: str, **config: str) -> World:
    topic = f"home/{name.replace(' ', '')}"
    announce(world, component, f"own_{sum(map(ord, name))}", name=name, state_topic=topic, **config)
    world.receive(topic, said)
    return world


@pytest.mark.parametrize(
    ("language", "line", "said"),
    [
        ("en", "tell me when it rains", "it"),
        ("en", "let me know if it is open", "it"),
        ("en", "alert it = open", "it"),
        ("en", "alert me when it opens", "it"),
        ("en", "alert the = open", "the"),
        ("en", "history it", "it"),
        ("en", "mute it for 2 hours", "it"),
        ("en", "tell me when someone opens it", "someone"),
        ("de", "sag mir wenn es regnet", "es"),
        ("de", "sag mir wenn es offen ist", "es"),
        ("de", "sag Bescheid wenn jemand klingelt", "jemand"),
        ("de", "verlauf das", "das"),
    ],
)
async def test_nothing_is_called_it(language: str, line: str, said: str) -> None:
    world = talk_home.english() if language == "en" else talk_home.german()
    asked = await answer(world, line)
    assert asked.startswith(f"What is “{said}”? " if language == "en" else f"Was ist mit „{said}“ gemeint? ")
    assert not world.bot.rules.alerts


async def test_it_is_what_was_spoken_of_last() -> None:
    world = talk_home.english()
    await answer(world, "how is the freezer door?")
    assert "Freezer Door is open" in await answer(world, "tell me when it opens")
    assert (await answer(world, "history it")).startswith("History of Freezer Door")
    world.clock.time += PATIENCE + 1
    assert (await answer(world, "history it")).startswith("What is “it”?")


async def test_it_is_what_a_message_told_of_that_is_answered() -> None:
    world = talk_home.english()
    await answer(world, "value freezer door")
    notice = world.outbox.notices[-1]
    await answer(world, "value kitchen lamp")
    said = Utterance(ME, "tell me when it opens", "m9", world.clock.time, reply_to=notice.id)
    await world.bot.hear(said)
    await world.settle()
    assert "Freezer Door is open" in world.said[-1]


async def test_of_several_things_it_is_asked_which_is_meant() -> None:
    world = talk_home.english()
    await answer(world, "value freezer")
    await answer(world, "1")
    assert not (await answer(world, "tell me when it opens")).startswith("Alert rule")


@pytest.mark.parametrize(
    ("component", "name", "said", "config", "condition"),
    [
        ("binary_sensor", "Rain", "OFF", {"device_class": "moisture"}, Condition(Operator.EQUAL, ("wet",))),
        ("binary_sensor", "Roof", "OFF", {"device_class": "moisture"}, Condition(Operator.EQUAL, ("wet",))),
        (
            *("sensor", "Rain rate", "0.0"),
            {"unit_of_measurement": "mm/h"},
            Condition(Operator.ABOVE, ("0",)),
        ),
    ],
)
async def test_it_rains_where_the_only_rain_sensor_says_so(
    component: str, name: str, said: str, config: dict[str, str], condition: Condition
) -> None:
    world = with_sensor(talk_home.english(), component, name, said, **config)
    text = await answer(world, "tell me when it rains")
    assert [rule.condition for rule in world.bot.rules.alerts] == [condition], text


async def test_of_two_rain_sensors_one_is_asked_for() -> None:
    world = with_sensor(talk_home.english(), "binary_sensor", "Rain front", "OFF", device_class="moisture")
    with_sensor(world, "binary_sensor", "Rain back", "OFF", device_class="moisture")
    assert (await answer(world, "tell me when it rains")).startswith("Which “it”?")
    assert "Rain back is wet" in await answer(world, "back")


async def test_somebody_rings_at_the_bell() -> None:
    world = with_sensor(talk_home.german(), "event", "Türklingel", '{"event_type": "ring"}')
    await answer(world, "sag Bescheid wenn jemand klingelt")
    assert [rule.condition for rule in world.bot.rules.alerts] == [Condition(Operator.HAPPENS)]


async def test_what_is_called_so_has_that_name() -> None:
    world = with_sensor(talk_home.english(), "binary_sensor", "It", "OFF", device_class="door")
    assert "It is open" in await answer(world, "alert it opens")


def test_only_what_the_newest_hundred_spoke_of_is_kept() -> None:
    world = talk_home.english()
    pronouns = Pronouns(world.clock.now, world.bot.names)
    for each in range(MOST_TALKERS + 1):
        pronouns.note(f"{each}@example.org", "", [Meant("home/freezer/door", name="Freezer Door")])
    assert pronouns.last(f"{MOST_TALKERS}@example.org", "")
    assert not pronouns.last("0@example.org", "")


@pytest.mark.parametrize(
    ("language", "lines", "payloads"),
    [
        ("en", ("how is the kitchen lamp?", "turn it off", "switch it on please"), ["OFF", "ON"]),
        ("en", ("kitchen lamp on", "turn it off"), ["ON", "OFF"]),
        ("en", ("kitchen lamp", "set it off", "set it to on"), ["OFF", "ON"]),
        ("de", ("Küchenlampe", "mach sie an", "schalte es aus"), ["ON", "OFF"]),
        ("de", ("Küchenlampe", "mach das an", "mach bitte das Flurlicht aus"), ["ON", "OFF"]),
        ("en", ("freezer", "turn it off"), []),
        ("en", ("turn it off",), []),
        ("en", ("set it off",), []),
    ],
)
async def test_it_is_switched_that_was_spoken_of(
    language: str, lines: tuple[str, ...], payloads: list[str]
) -> None:
    world = {"en": talk_home.english, "de": talk_home.german}[language]()
    for line in lines:
        world.clock.time += 20
        await answer(world, line)
    assert [payload.decode() for _, payload, *_ in world.broker.published] == payloads

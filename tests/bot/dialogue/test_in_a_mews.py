"""Lines that people type in a narrow house: all but some, fields of JSON, other times, what is to last."""

import json

from fakes import World
from homes import announce, say
from mews import mews
import pytest

from bot.model.rules import Subscription

HALL, DESK, KITCHEN = "mews/hall_lamp/set", "mews/desk_lamp/set", "mews/kitchen_light/set"
BEDSIDE, BATH = "mews/bedside_lamp/set", "mews/heat/bath/set"


def published(world: World) -> set[str]:
    """Return the topics that were published to."""
    return {topic for topic, *_ in world.broker.published}


# All but something.


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("turn all lights off except the kitchen", KITCHEN),
        ("all lights off but the hall lamp", HALL),
        ("turn off all the lights apart from the bedroom", BEDSIDE),
        ("all lights except the lamp in the hall off", HALL),
        ("set all lights off except kitchen", KITCHEN),
        ("lights off except kitchen", KITCHEN),
        ("all lights off, except the desk", DESK),
        ("all lights off except for the bedsi", BEDSIDE),
        ("alle Lampen aus außer Hall lamp", HALL),
        ("mach alle lampen aus bis auf den hall", HALL),
    ],
)
async def test_all_but_what_is_left_out_is_set(line: str, left: str) -> None:
    world = mews()
    answer = await say(world, line)
    assert published(world) == {HALL, DESK, KITCHEN, BEDSIDE} - {left}, answer


async def test_several_are_left_out() -> None:
    world = mews()
    await say(world, "all lights off except the hall and the kitchen")
    assert published(world) == {DESK, BEDSIDE}


async def test_very_many_are_asked_about_without_what_is_left_out() -> None:
    world = mews()
    answer = await say(world, "turn off everything but the desk lamp")
    assert "5 things will be set to off" in answer
    assert "Desk lamp" not in answer
    assert not published(world)


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("all lights off except the garage", "none of what is to be set is called “the garage”"),
        ("all lights off except the", "none of what is to be set is called “the”"),
        ("all lights off except the lights", "none of what is to be set is called “the lights”"),
        ("all lights off except hall, kitchen, bedside and desk lamp", "nothing is left"),
        ("turn something odd on except the hall", "I am not sure what is left out"),
        ("alle Lampen aus außer Garage", "none of what is to be set"),
        ("which lights are on except the kitchen?", "Kitchen light on"),
        ("toner is low but the cat is fine", "prints/printer toner 20"),
    ],
)
async def test_nothing_is_set_where_it_is_unclear_what_is_left_out(line: str, part: str) -> None:
    world = mews()
    assert part in await say(world, line)
    assert not published(world)


async def test_a_text_may_have_such_a_word_in_it() -> None:
    world = mews()
    announce(world, "text", "note", name="Note", command_topic="mews/note/set", device="Display")
    await say(world, "set display note all well but the roof")
    assert [each[:2] for each in world.broker.published] == [("mews/note/set", b"all well but the roof")]


async def test_what_is_left_out_may_stand_in_what_is_done_later() -> None:
    answer = await say(mews(), "all lights off except the kitchen in 10 minutes")
    assert "to be done: all lights off except the kitchen" in answer


# The fields of JSON.


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("toner", "prints/printer toner 20,"),
        ("printer toner", "prints/printer toner 20,"),
        ("toner printer", "prints/printer toner 20,"),
        ("how much toner is left", "prints/printer toner 20,"),
        ("printer", "prints/printer toner 20 · paper ok"),
        ("is the fridge door closed", "Yes:\n• fridge/data door closed"),
        ("how warm is the fridge", "fridge/data temp 5.5"),
        ("freezer chart last 12h", "📊 fridge/data freezer"),
        ("what's the ph of the aquarium", "aquarium ph 7.1,"),
        ("alert toner < 10", "“prints/printer toner < 10”"),
        ("tell me if the fridge gets above 8", "1 fridge/data temp"),
        ("how was the aquarium yesterday", "• aquarium ph, yesterday"),
        ("is the lid closed", "Yes:\n• mews/mailbox lid closed"),
    ],
)
async def test_a_field_is_called_by_its_name(line: str, told: str) -> None:
    assert told in await say(mews(), line)


async def test_a_word_that_several_topics_have_is_no_name_alone() -> None:
    world = World(Subscription("#"))
    for at, topic in enumerate(("one/kiln", "two/kiln")):
        world.receive(topic, json.dumps({"cone": at, "glaze": 2}))
    assert "not understand" in await say(world, "cone")
    assert "two/kiln cone 1" in await say(world, "two kiln cone")


async def test_a_field_of_several_words_is_found_in_what_was_said() -> None:
    world = World(Subscription("#"))
    world.receive("press", '{"ink level": 40, "state": "out of paper"}')
    world.later(60)
    assert "ink level 40" in await say(world, "press ink")
    assert 'press "ink level", since' in await say(world, "how was the press ink level today")


async def test_a_field_that_comes_later_is_known_then() -> None:
    world = World(Subscription("#"))
    world.receive("press", '{"ink": 40}')
    assert "press ink 40" in await say(world, "ink")
    assert "not understand" in await say(world, "drum")
    world.receive("press", '{"ink": 40, "drum": {"0": 3, "worn": 12}}')
    assert "press drum.worn 12" in await say(world, "press drum worn")


# Another time.


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        ("bedroom humidity", "and yesterday?", "Bedroom air Humidity, yesterday:"),
        ("bedroom humidity", "and last week?", "Bedroom air Humidity, since 10 January"),
        ("bedroom temperature", "how about yesterday at 8", "yesterday 08:00: 18.5 °C"),
        ("how warm is it in the bedroom", "and yesterday?", "Bedroom air Temperature, yesterday"),
        ("how warm was it in the bedroom yesterday", "and today?", "Bedroom air Temperature, since 00:00"),
        ("how warm was it in the bedroom yesterday", "and now?", "Bedroom air Temperature 22 °C, 12 min"),
        ("how warm was it in the bedroom yesterday", "right now?", "Bedroom air Temperature 22 °C, 12 min"),
        ("was the bath window open yesterday", "and now?", "No:\n• Bath window closed"),
        ("is the bath window open", "and last week?", "no, closed the whole time"),
        ("is the bath window open", "and now?", "No:\n• Bath window closed"),
        ("chart bedroom temperature 24h", "and yesterday?", "Values: 8, yesterday 02:00"),
        ("chart bedroom temperature 24h", "and now?", "Bedroom air Temperature 22 °C"),
        ("history soil", "and last night?", "• 02:00:00 — 23.5 %"),
        ("toner", "and yesterday?", "prints/printer toner, yesterday"),
        ("what happened yesterday", "and today?", "Since 00:00:"),
        ("what happened yesterday", "and until 4:00?", "Nothing worth telling"),
        ("how warm is it outside", "and yesterday?", "nothing of Garden air Temperature"),
        ("how warm was it outside yesterday", "and now?", "Garden air Temperature 12 °C"),
        ("is it warmer in the bedroom than in the bath", "and yesterday?", "not sure about what"),
        ("devices", "and yesterday?", "not sure about what"),
        ("status", "and now?", "not understand"),
        ("hall lamp off", "and yesterday?", "not sure about what"),
    ],
)
async def test_a_question_goes_on_with_another_time(first: str, then: str, told: str) -> None:
    world = mews()
    air = {"name": "Garden air", "identifiers": ["out"], "suggested_area": "Garden"}
    config = {"unit_of_measurement": "°C", "device_class": "temperature", "device": air}
    announce(world, "sensor", "out", name="Temperature", state_topic="mews/out", **config)
    world.receive("mews/out", "12")
    await say(world, first)
    assert told in await say(world, then)


async def test_a_time_alone_is_no_question() -> None:
    world = mews()
    await say(world, "bedroom humidity")
    assert "Bedroom air Humidity" not in await say(world, "last week")


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (
            "bedroom temperature now compared to yesterday",
            ("Then and now:", "22 °C, 12 min", "yesterday: lowest"),
        ),
        ("soil moisture compared to yesterday", ("20.5 %, 12 min ago", "Soil moisture, yesterday:")),
        ("bedroom humidity today vs yesterday", ("Humidity, since 00:00", "Humidity, yesterday:")),
        ("is the bedroom warmer than yesterday", ("Temperature 22 °C, 12 min", "Temperature, yesterday")),
        ("something compared to yesterday", ("not sure about what",)),
        ("tell me if the bedroom is warmer than yesterday", ("its limit is no number",)),
        ("what is the difference between bedroom and bath temperature", ("0 °C apart:", "22 °C", "Current")),
        ("difference between toner and paper", ("Now:", "toner 20", "paper ok")),
        ("difference between toner and pages", ("1201 apart:",)),
        ("difference between toner and soil", ("0.5 % apart:", "toner 20", "20.5 %")),
        ("difference between toner", ("toner 20",)),
        ("difference between bedroom and hall", ("Bedside lamp on", "Hall lamp on")),
        (
            "was there a difference between bedroom and bath",
            ("Temperature, since", "Current temperature, since"),
        ),
        ("how warm was the bedroom until yesterday", ("Friday 08:00 – 00:00",)),
        ("show me the bedroom temperature for the last 2 days", ("Temperature, since Friday",)),
        ("coldest last night in the bedroom", ("Bedroom air Temperature, since yesterday 22:00: lowest 21",)),
    ],
)
async def test_times_and_things_are_compared(line: str, parts: tuple[str, ...]) -> None:
    answer = await say(mews(), line)
    assert all(part in answer for part in parts), answer
    assert "1970" not in answer


async def test_numbers_in_several_units_are_not_said_to_be_apart() -> None:
    answer = await say(mews(), "difference between wallbox power and bedroom temperature")
    assert "apart" not in answer


# What is to last, and what is set.


@pytest.mark.parametrize(
    ("line", "payload", "back", "at"),
    [
        ("lawn sprinkler on for 10 minutes", "ON", "Lawn sprinkler off", "05:22"),
        ("turn the lawn sprinkler off for 2 hours", "OFF", "Lawn sprinkler on", "07:12"),
        ("turn the lawn sprinkler on until 22:00", "ON", "Lawn sprinkler off", "22:00"),
        ("open the roof hatch for 5 minutes", "OPEN", "Roof hatch close", "05:17"),
        ("bath thermostat 24 for 1 hour", "24", "Bath thermostat temperature 22", "06:12"),
        ("hall lamp off and in 10 minutes on", "OFF", "Hall lamp on", "05:22"),
        ("schalte lawn sprinkler bis 22 uhr ein", "ON", "Lawn sprinkler off", "22:00"),
    ],
)
async def test_what_is_to_last_is_done_and_taken_back(line: str, payload: str, back: str, at: str) -> None:
    world = mews()
    answer = await say(world, line)
    assert "(sent)" in answer
    assert f"⏰ {at}, to be done: {back} (r1)" in answer
    assert [each[1].decode() for each in world.broker.published] == [payload]
    world.broker.published.clear()
    world.wait(18 * 3_600)
    await world.settle()
    assert [each[1].decode() for each in world.broker.published] != [payload]
    assert len(world.broker.published) == 1


@pytest.mark.parametrize(
    ("line", "at", "payloads"),
    [
        ("turn the desk lamp on at 9pm for 2 hours", "21:00", ["ON", "OFF"]),
        ("desk lamp on at 9pm for 20 min", "21:00", ["ON", "OFF"]),
        ("turn the desk lamp on for an hour at 8pm", "20:00", ["ON", "OFF"]),
        ("schalte die desk lamp um 21 uhr für 2 stunden ein", "21:00", ["ON", "OFF"]),
    ],
)
async def test_what_begins_later_may_last_too(line: str, at: str, payloads: list[str]) -> None:
    world = mews()
    assert f"⏰ {at}, to be done: " in await say(world, line)
    assert not world.broker.published
    for _ in range(3):
        world.wait(12 * 3_600)
        await world.settle()
    assert [each[1].decode() for each in world.broker.published] == payloads


async def test_what_cannot_be_set_is_not_taken_back_either() -> None:
    world = mews()
    announce(
        *(world, "switch", "fountain"),
        name="Fountain",
        command_topic="mews/fountain/set",
        availability_topic="mews/lawn/online",
        device={"name": "Pond", "identifiers": ["pond"]},
    )
    world.receive("mews/lawn/online", "offline")
    assert "offline" in await say(world, "pond fountain on for 10 minutes")
    assert "Nothing is waited for" in await say(world, "waiting")


async def test_what_is_not_known_is_not_set_for_a_time() -> None:
    world = mews()
    announce(
        *(world, "number", "pond"),
        name="Level",
        command_topic="mews/pond/set",
        state_topic="mews/pond",
        device={"name": "Pond", "identifiers": ["pond"]},
    )
    assert "How Pond Level is now is not known" in await say(world, "pond level 20 for 10 minutes")
    assert not world.broker.published


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("lock the cat flap until 7", "“Cat flap unlock” asks for a yes first"),
        ("all lights off for 10 minutes", "asks for a yes first"),
        ("turn on the frobnicator for 10 minutes", "I know no “frobnicator”"),
        ("turn the bedside lamp purple for 2 hours", "Possible"),
        ("hall lamp off between 22 and 6", "22:00, to be done: hall lamp off until 06:00"),
        ("when the roof hatch opens, deck light on", "I know no “deck light”"),
        ("when the roof hatch opens, turn on the deck light", "I know no “deck light”"),
        ("if it rains, close the bath window", "Nothing can be set about Bath window"),
        ("when the roof hatch opens, is it on?", "Roof hatch closed"),
        ("switch everything off upstairs", "Nothing was done"),
        ("bath 40", "cannot be set to “40”"),
        ("history bedroom temperature from 8 to 10", "18.5 °C"),
        ("nowhere to 23", "not sure about what"),
    ],
)
async def test_what_is_not_done_is_said(line: str, part: str) -> None:
    world = mews()
    assert part in await say(world, line)
    assert not world.broker.published


@pytest.mark.parametrize(
    ("line", "topic", "payload"),
    [
        ("bath to 23", BATH, b"23"),
        ("bath to 23 degrees", BATH, b"23"),
        ("living room 21.5 degrees", "mews/heat/living_room/set", b"21.5"),
        ("raise bath to 24", BATH, b"24"),
        ("bad auf 23", "", b""),
        ("bath auf 23", BATH, b"23"),
        ("bedside lamp dim to 20 percent", BEDSIDE, b'{"state": "ON", "brightness": 51}'),
    ],
)
async def test_it_is_set_to_a_number(line: str, topic: str, payload: bytes) -> None:
    world = mews()
    await say(world, line)
    assert [each[:2] for each in world.broker.published] == [(topic, payload)] * bool(topic)


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        ("lawn sprinkler on", "stop that", "Lawn sprinkler: off (sent)"),
        ("bath to 23", "stop it", "nothing to stop. Say what it is to be: temperature 7 to 30"),
        ("hall lamp off", "stop that", "nothing to stop. Say what it is to be: on, off"),
        ("open the roof hatch", "stop that", "Roof hatch: stop (sent)"),
        ("hall lamp on in 10 minutes", "stop that", "Forgotten: hall lamp on"),
        ("alert soil < 20", "stop that", "is removed"),
        ("alert soil < 20", "delete the alert of the soil", "is removed"),
        ("alert toner < 20", "delete the toner alert", "is removed"),
        ("alert fridge temp > 20", "delete the alert of the fridge door", "There is no alert rule"),
        ("alert soil < 20", "delete the alert of the zebra", "There is no alert rule"),
    ],
)
async def test_what_was_made_is_stopped(first: str, then: str, told: str) -> None:
    world = mews()
    await say(world, first)
    assert told in await say(world, then)


@pytest.mark.parametrize(
    "deed", ["hall lamp on", "the hall lamp on", "turn on the hall lamp", "turn the hall lamp on"]
)
async def test_what_can_be_set_is_done_by_a_rule(deed: str) -> None:
    world = mews()
    assert f"then “{deed}” is done" in await say(world, f"when the roof hatch opens, {deed}")
    assert not world.broker.published


async def test_of_several_rules_about_a_thing_one_is_asked_for() -> None:
    world = mews()
    await say(world, "alert soil < 20")
    await say(world, "alert soil > 80")
    answer = await say(world, "delete the soil alert")
    assert "Several alert rules are about “soil”" in answer
    assert "rmalert 1" in answer
    assert len(world.bot.rules.alerts) == 2


async def test_who_is_home_though_something_is_called_so() -> None:
    world = mews()
    announce(world, "sensor", "hm", name="Home", state_topic="mews/hm", device="Home")
    world.receive("mews/hm", "evening")
    assert await say(world, "who is home") == "There:\n• Tom home, 2 min ago"


@pytest.mark.parametrize(
    ("lines", "waiting"),
    [
        (("desk lamp on for 10 minutes", "desk lamp on for 30 minutes"), ["Desk lamp off — 05:42"]),
        (("bath thermostat 24 for 1 hour", "bath thermostat 25 for 2 hours"), ["temperature 22 — 07:12"]),
        (("desk lamp on for 10 minutes", "desk lamp off"), []),
        (("desk lamp on for 10 minutes", "hall lamp off"), ["Desk lamp off — 05:22"]),
        (("desk lamp on for 10 minutes", "cancel"), []),
        (("desk lamp on for 10 minutes", "forget it"), []),
        (("hall lamp off and desk lamp on for 5 minutes",), ["Hall lamp on and Desk lamp off — 05:17"]),
        (("hall lamp off and desk lamp off for 5 minutes",), ["Hall lamp on — 05:17"]),
        (("desk lamp off and lawn sprinkler off for 5 minutes",), []),
        (("hall lamp on for 20",), []),
        (("desk lamp on for 10 min and the hall lamp off",), []),
    ],
)
async def test_what_is_undone_later_is_so_once(lines: tuple[str, ...], waiting: list[str]) -> None:
    world = mews()
    world.receive("mews/heat/bath", '{"now": 21, "target": 22}')
    for line in lines:
        await say(world, line)
        if "thermostat" in line:
            world.receive("mews/heat/bath", '{"now": 21, "target": 24}')
    told = await say(world, "waiting")
    assert all(each in told for each in waiting), told
    assert told.count("⏰") == len(waiting), told


async def test_what_undoes_something_that_is_gone_is_kept() -> None:
    world = mews()
    await say(world, "desk lamp on for 10 minutes")
    world.receive("homeassistant/light/mews_desk_lamp/config", "", retain=True)
    await say(world, "hall lamp off")
    assert "Desk lamp off" in await say(world, "waiting")


async def test_what_stands_half_open_goes_back_there() -> None:
    world = mews()
    announce(
        *(world, "cover", "blind"),
        name=None,
        command_topic="mews/blind/set",
        position_topic="mews/blind/pos",
        set_position_topic="mews/blind/pos/set",
        device={"name": "Attic blind", "identifiers": ["blind"]},
    )
    world.receive("mews/blind/pos", "40")
    assert "Attic blind position 40 (r1)" in await say(world, "close the attic blind for 10 minutes")

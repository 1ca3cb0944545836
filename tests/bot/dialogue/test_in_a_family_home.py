"""Lines of a family: all of a kind or of a room, more or less of it, for a time, and taken back."""

from family_home import family
from homes import answer, sent
import pytest
from talk_home import english


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("is the left blind open", "Yes:\n• Left blind open, 100 %"),
        ("is the right blind open", "No:\n• Right blind closed, 0 %"),
        ("are the blinds closed", "Not all of them:\n• Left blind open"),
        ("are the blinds up in the living room", "Yes:\n• Left blind open"),
        ("are the blinds down", "Not all of them:\n• Left blind open"),
        ("are there any lights on in the kitchen", "Yes:\n• Kitchen Ceiling light on"),
        ("is there a light on in the bedroom", "No:\n• Desk lamp off"),
        ("which lights are on in the living room", "1 of 1:\n• Floor lamp on"),
        ("are all the lights off", "Not all of them"),
        ("is a window open in the kitchen", "Yes:\n• Kitchen Window open"),
        ("is the kitchen window open", "Yes:\n• Kitchen Window open"),
        ("is the fan on", "No:\n• Fan off"),
        ("is everybody out", "Away:\n• Tom away"),
        ("is nobody home", "There:\n• Lena home"),
        ("anything wrong", "There are no alert rules"),
    ],
)
async def test_it_is_told_how_all_of_a_kind_are(line: str, part: str) -> None:
    world = family()
    assert part in await answer(world, (line,))
    assert sent(world) == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("ist der linke rollladen offen", "Ja:\n• Rollladen links geöffnet"),
        ("sind die rollläden zu", "Nicht alle:\n• Rollladen links geöffnet"),
        ("sind die rollläden im wohnzimmer unten", "Nicht alle:\n• Rollladen links geöffnet"),
        ("ist in der küche ein fenster offen", "Ja:\n• Küche Fenster geöffnet"),
        ("steht irgendwo ein fenster offen", "Ja:\n• Küche Fenster geöffnet"),
        ("sind die lampen aus", "Nicht alle:\n• Küche Deckenlampe ein"),
        ("sind alle weg", "Nicht da:\n• Tom abwesend"),
    ],
)
async def test_it_is_told_in_german_how_all_of_a_kind_are(line: str, part: str) -> None:
    assert part in await answer(family("de"), (line,))


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (("turn up the heating in the bathroom by 2 degrees",), {"r/bath/set": "23"}),
        (("bathroom heating up 1 degree",), {"r/bath/set": "22"}),
        (("make the living room warmer",), {"r/living/set": "21.5"}),
        (("living room 1 degree colder",), {"r/living/set": "19.5"}),
        (("raise the temperature in the bedroom by 2 degrees",), {"r/bed/set": "20"}),
        (
            ("turn down all radiators by 2 degrees",),
            {"r/bath/set": "19", "r/bed/set": "16", "r/living/set": "18.5"},
        ),
        (
            ("turn up the heating in the bathroom by 2 degrees", "and the bedroom too"),
            {"r/bath/set": "23", "r/bed/set": "20"},
        ),
        (("bathroom warmer", "and the bedroom"), {"r/bath/set": "22", "r/bed/set": "19"}),
        (("close the blinds",), {"c/bl/set": "CLOSE", "c/br/set": "CLOSE", "c/sh/set": "CLOSE"}),
        (("close the garage door", "stop it"), {"c/gate/set": "STOP"}),
        (("fan on", "turn it off"), {"s/fan/set": "OFF"}),
        (
            ("floor lamp 30 % and warm white",),
            {"l/f/set": '{"state": "ON", "color_temp": 370}'},
        ),
        (
            ("turn on the fan and turn off the floor lamp",),
            {"s/fan/set": "ON", "l/f/set": '{"state": "OFF"}'},
        ),
        (("open the left blind and turn on the fan",), {"c/bl/set": "OPEN", "s/fan/set": "ON"}),
        (("open the blinds halfway",), {"c/bl/pos/set": "50", "c/br/pos/set": "50", "c/sh/pos/set": "50"}),
        (("floor lamp to 20 %", "undo"), {"l/f/set": '{"state": "ON", "brightness": 120}'}),
        (("close the left blind", "undo"), {"c/bl/set": "OPEN"}),
        (("bathroom to 23", "undo"), {"r/bath/set": "21"}),
    ],
)
async def test_what_is_wished_for_is_set(lines: tuple[str, ...], wanted: dict[str, str]) -> None:
    world = family()
    await answer(world, lines)
    assert dict(sent(world)) == wanted


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (
            ("mach die heizung im bad 2 grad wärmer", "im schlafzimmer auch"),
            {"r/bath/set": "23", "r/bed/set": "20"},
        ),
        (("alle heizungen 2 grad runter",), {"r/bath/set": "19", "r/bed/set": "16", "r/living/set": "18.5"}),
        (("linken rollladen halb auf",), {"c/bl/pos/set": "50"}),
        (("stehlampe aus", "rückgängig"), {"l/f/set": '{"state": "ON"}'}),
    ],
)
async def test_what_is_wished_for_in_german_is_set(lines: tuple[str, ...], wanted: dict[str, str]) -> None:
    world = family("de")
    await answer(world, lines)
    assert dict(sent(world)) == wanted


async def test_only_what_was_on_is_on_again() -> None:
    world = family()
    await answer(world, ("turn off all lights", "yes"))
    before = len(sent(world))
    assert "2 set to on: Floor lamp, Kitchen Ceiling light" in await answer(world, ("undo",))
    assert len(sent(world)) == before + 2


async def test_what_was_so_already_is_not_taken_back() -> None:
    assert "no change of yours" in await answer(family(), ("kitchen ceiling light on", "undo"))


async def test_a_set_that_was_not_agreed_to_is_not_taken_back() -> None:
    assert "no change of yours" in await answer(family(), ("open the garage door", "undo"))


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("floor lamp on until midnight", "tomorrow 00:00, to be done: Floor lamp off"),
        ("turn the floor lamp on until noon tomorrow", "tomorrow 12:00, to be done: Floor lamp off"),
        ("in 10 minutes turn on the fan for 5 min", "to be done: turn on the fan for 5 min"),
        ("fan on from 9pm to 11pm", "21:00, to be done: fan on until 23:00"),
        ("turn on the fan between 22:00 and 23:00", "22:00, to be done: turn on the fan until 23:00"),
        ("was the fan on from 9pm to 11pm", "The history says nothing of Fan"),
        ("don't bother me from monday to friday", "understand"),
    ],
)
async def test_times_say_when_and_how_long(line: str, part: str) -> None:
    assert part in await answer(family(), (line,))


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("lüfter von 21 bis 23 uhr an", "21:00 wird erledigt: lüfter an bis 23:00"),
        ("lüfter zwischen 21 und 23 uhr an", "21:00 wird erledigt: lüfter an bis 23:00"),
        ("stehlampe an bis mitternacht", "morgen 00:00 wird erledigt: Stehlampe aus"),
        ("lass mich bis 7 in ruhe", "bis morgen 07:00 ohne Ton"),
        ("ich geh jetzt schlafen, bitte ruhe bis 7", "bis morgen 07:00 ohne Ton"),
    ],
)
async def test_times_in_german_say_when_and_how_long(line: str, part: str) -> None:
    assert part in await answer(family("de"), (line,))


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        (("wake me if there is smoke in the kitchen",), "when Smoke detector is detected"),
        (("tell me if there is motion in the hall",), "when Hall Motion is detected"),
        (("tell me when the car is at 80%",), "when Car is 80% or more"),
        (("tell me when the car uses less than 5 % for 3 min",), "when Car is below 5 % for 3 min"),
        (("warn me if it gets colder than 0 outside",), "when Garden thermometer is below 0"),
        (("tell me if it is above 30 outside",), "when Garden thermometer is above 30"),
        (("turn on the fan when the car is above 65",), "above 65; then “turn on the fan” is done"),
        (
            ("when there is motion in the hall turn on the floor lamp",),
            "then “turn on the floor lamp” is done",
        ),
        (("when there is motion in the hall",), "Hall Motion clear"),
        (("send me a message when the floor lamp is on",), "Did you mean"),
        (("when I am away open the frobnicator",), "not understand"),
        (("alert car > 5", "delete all alerts"), "is removed"),
        (("alert car > 5", "alert fan is on", "delete all alerts"), "about “all”: 1 Car > 5"),
        (("delete all alerts",), "There are no alert rules"),
        (("alert car > 5", "turn that alert off"), "switched off at present"),
        (("alert car > 5", "turn that alert off", "turn the alert back on"), "when Car is above 5."),
        (("alert car > 5", "but only during the day"), "only 06:00–22:00"),
    ],
)
async def test_what_is_so_has_something_told_or_done(lines: tuple[str, ...], part: str) -> None:
    assert part in await answer(family(), lines)


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("weck mich bei rauch in der küche", "wenn Rauchmelder erkannt ist"),
        ("sag mir wenn das auto 80% erreicht", "wenn Auto 80% oder mehr beträgt"),
        ("sag mir wenn das auto bei 80% ist", "wenn Auto 80% oder mehr beträgt"),
        ("mach den lüfter an wenn das auto über 65 ist", "dann geschieht „mach den lüfter an“"),
        ("alle alarme löschen", "Es gibt keine Alarmregeln"),
        ("alarm wenn das auto länger als 10 minuten über 90 ist", "wenn Auto seit 10 min über 90 liegt"),
    ],
)
async def test_what_is_so_has_something_told_or_done_in_german(line: str, part: str) -> None:
    assert part in await answer(family("de"), (line,))


async def test_what_is_outside_is_nothing_that_was_spoken_of() -> None:
    world = english()
    told = await answer(world, ("freezer", "tell me if it gets warmer than 30 outside"))
    assert "“outside”" in told
    assert world.bot.rules.alerts == ()


@pytest.mark.parametrize(
    ("lang", "line", "topic"),
    [
        ("en", "tell me when the bedroom is colder than 18", "r/bed"),
        ("en", "tell me when the bedroom is below 18 degrees", "r/bed"),
        ("en", "alert me if the bathroom is warmer than 25", "r/bath"),
        ("de", "sag mir wenn es im schlafzimmer kälter als 18 wird", "r/bed"),
        ("de", "sag mir wenn das bad wärmer als 25 grad ist", "r/bath"),
        # Nothing there says how warm it is: how far the blinds are open is something else.
        ("en", "tell me when the left blind position is colder than 18", ""),
        ("en", "alert left blind position > 20 degrees", ""),
    ],
)
async def test_how_warm_it_is_is_not_how_far_a_blind_is_open(lang: str, line: str, topic: str) -> None:
    world = family(lang)
    await answer(world, (line,))
    assert [(each.filter, "urrent" in each.field) for each in world.bot.rules.alerts] == [
        (topic, True)
    ] * bool(topic)

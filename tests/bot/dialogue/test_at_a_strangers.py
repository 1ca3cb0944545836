"""Lines of people who do not know the bot's words yet, in a home with more than one of most things."""

import json

from family_home import family
from homes import announce, answer, sent
import pytest
from strangers_home import strangers

BRIGHT_30 = '{"state": "ON", "brightness": 76}'
ON, OFF = '{"state": "ON"}', '{"state": "OFF"}'


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        # A number for a room is for its heating, where that takes it.
        (("set lena's room to 22",), {"r/lena/set": "22"}),
        (("lena's room 22 degrees",), {"r/lena/set": "22"}),
        (("bedroom 19 degrees",), {"r/bed/set": "19"}),
        (("bedroom 19",), {"r/bed/set": "19"}),
        (("set the bedroom to 40",), {"l/c/set": '{"state": "ON", "brightness": 102}'}),
        (("bedroom 20 %",), {"l/c/set": '{"state": "ON", "brightness": 51}'}),
        # A room may be called by less of its name.
        (("switch the heating in the bath off",), {"r/bath/mode/set": "off"}),
        (("heating off in the bedroom",), {"r/bed/mode/set": "off"}),
        (("turn off the light at lena's",), {"l/d/set": OFF}),
        (("turn off the light in the cellar",), {}),
        (("open the blinds in the kitchen",), {}),
        # What of a kind is in a room is asked about there only.
        (("light in the kitchen on", "counter"), {"l/b/set": ON}),
        (("turn on the light in the kitchen until midnight",), {}),
        # How bright it is to be may stand before the word for that.
        (("wall light full brightness",), {"l/c/set": '{"state": "ON", "brightness": 255}'}),
        (("kitchen lights 30 % brightness",), dict.fromkeys(("l/a/set", "l/b/set"), BRIGHT_30)),
        (("wall light at half brightness",), {"l/c/set": '{"state": "ON", "brightness": 129}'}),
        # What is off is brighter from nothing on, and never darker.
        (
            ("lena's desk lamp brighter", "and the wall light"),
            {
                "l/d/set": '{"state": "ON", "brightness": 51}',
                "l/c/set": '{"state": "ON", "brightness": 150}',
            },
        ),
        (("lena's desk lamp darker",), {}),
        (("lamps in the kitchen darker",), {"l/a/set": '{"state": "ON", "brightness": 48}'}),
        # What is toggled is set to the other state.
        (("toggle the fan",), {"f/set": "ON"}),
        (("toggle the wall light",), {"l/c/set": OFF}),
        (("fan toggle",), {"f/set": "ON"}),
        (("toggle the washing machine",), {}),
        (("toggle the kitchen light",), {}),
        (("toggle the fan?",), {}),
        (("toggle",), {}),
    ],
)
async def test_what_is_wished_for_is_set(lines: tuple[str, ...], wanted: dict[str, str]) -> None:
    world = strangers()
    await answer(world, lines)
    assert dict(sent(world)) == wanted


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (("stell lenas zimmer auf 22",), {"r/lena/set": "22"}),
        (("schlafzimmer 19 grad",), {"r/bed/set": "19"}),
        (("heizung im schlafzimmer aus",), {"r/bed/mode/set": "off"}),
        (("mach bei lena das licht aus",), {"l/d/set": OFF}),
        (("bei Lena im Zimmer licht aus",), {"l/d/set": OFF}),
        (("licht in der küche an",), {"l/a/set": ON, "l/b/set": ON}),
        (("mach das licht in der küche aus",), {"l/a/set": OFF, "l/b/set": OFF}),
        (("Licht in der Küche bis Mitternacht an",), {"l/a/set": ON, "l/b/set": ON}),
        (
            ("mach im schlafzimmer das licht aus und in der küche an",),
            {"l/c/set": OFF, "l/a/set": ON, "l/b/set": ON},
        ),
        (("licht aus",), {}),
        (("licht in der waschküche aus",), {}),
        (("wandlampe volle helligkeit",), {"l/c/set": '{"state": "ON", "brightness": 255}'}),
        (("wandlampe mit halber helligkeit",), {"l/c/set": '{"state": "ON", "brightness": 129}'}),
        (("schalte den Ventilator um",), {"f/set": "ON"}),
        (("ventilator umschalten",), {"f/set": "ON"}),
        (("schalte die wandlampe um",), {"l/c/set": OFF}),
        (
            ("wandlampe heller", "und lenas schreibtischlampe"),
            {
                "l/c/set": '{"state": "ON", "brightness": 150}',
                "l/d/set": '{"state": "ON", "brightness": 51}',
            },
        ),
    ],
)
async def test_what_is_wished_for_in_german_is_set(lines: tuple[str, ...], wanted: dict[str, str]) -> None:
    world = strangers("de")
    await answer(world, lines)
    assert dict(sent(world)) == wanted


CAR = "tell me when the car battery is above 80 %"
LIGHT = "tell me when the wall light is on"


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        (("turn off the light in the cellar",), "I know of nothing like that in “cellar”"),
        (
            ("turn on the light in the kitchen until midnight",),
            "Kitchen ceiling light, Kitchen counter light",
        ),
        (("lena's desk lamp darker",), "Lena's desk lamp is off already."),
        (("toggle the washing machine",), "How Washing machine is set now is not known"),
        (("which sensors are offline",), "1 of 14:\n• Garage PIR offline"),
        (("which devices are unreachable",), "1 of 14:\n• Garage PIR offline"),
        (("what uses the most power",), "Now:\n• Washing machine Power 1800 W"),
        (("which machine is using the most electricity right now",), "Now:\n• Washing machine Power 1800 W"),
        (("is a door open in the garage",), "I know of nothing like that in “Garage”"),
        (("is the door open in the cellar",), "Yes:\n• Freezer door open"),
        (("are there any lights on in the hall",), "I know no place called “hall”"),
        (("is a window open in the attic",), "I know no place called “attic”"),
        (("are there any lights on in the bath",), "I know of nothing like that in “Bathroom”"),
        (("tell me when the washing machine is done",), "when Washing machine Power is below 5 W for 3 min"),
        (("tell me when the dryer starts",), "when Dryer Power is above 5 W"),
        (("tell me when the car is full",), "when Car battery is 100 % or more"),
        (("tell me when the car battery is fully charged",), "when Car battery is 100 % or more"),
        (("tell me when lena's desk lamp is done",), "when Lena's desk lamp is off"),
        (("tell me when the dishwasher is done",), "Nothing is known of “dishwasher”"),
        ((CAR, "rename the alert to Full car"), "Alert rule 1, “Full car”, is now"),
        ((CAR, "call the alert Full car"), "Alert rule 1, “Full car”, is now"),
        ((CAR, LIGHT, "rename the alert to Light"), "Alert rule 2, “Light”, is now"),
        ((CAR, LIGHT, "alerts", "rename alert 1 to “Full car”"), "Alert rule 1, “Full car”, is now"),
        ((CAR, LIGHT, "alerts", "rename the car battery alert to Car"), "Alert rule 1, “Car”, is now"),
        (
            (CAR, LIGHT, "alerts", "rename the alert for the wall light to W"),
            "Alert rule 2, “W”, is now",
        ),
        ((CAR, LIGHT, "alerts", "rename the alert to X"), "1 Car battery > 80 %, 2 Wall light = on"),
        ((CAR, "rename the boat alert to X"), "no alert rule “boat”"),
        ((CAR, "rename the alert to"), "I know no"),
        (("rename the alert to X",), "no alert"),
        ((CAR, "turn it off"), "switched off at present"),
        ((LIGHT, "turn it off"), "Say “rule 1 off” for the rule, else “Wall light off”"),
        ((LIGHT, "turn the rule off"), "switched off at present"),
        (("remind me in 10 minutes to eat", "cancel all reminders"), "Forgotten: eat"),
        (
            (
                "remind me in 10 minutes to eat",
                "remind me in 20 minutes to sleep",
                "in 5 minutes wall light off",
                "delete all my reminders",
            ),
            "Forgotten: eat, sleep",
        ),
        (("cancel all reminders",), "You have no reminders"),
    ],
)
async def test_it_is_answered_in_one_line(lines: tuple[str, ...], part: str) -> None:
    world = strangers()
    assert part in await answer(world, lines)


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        (("welche sensoren sind nicht erreichbar",), "1 von 14:\n• Garage PIR offline"),
        (("was verbraucht am meisten",), "Jetzt:\n• Waschmaschine Power 1800 W"),
        (("was braucht gerade am meisten strom",), "Jetzt:\n• Waschmaschine Power 1800 W"),
        (("sind im flur lichter an",), "Einen Ort „flur“ kenne ich nicht"),
        (("ist in der garage eine tür offen",), "In „Garage“ kenne ich nichts dergleichen"),
        (
            ("sag mir wenn die Waschmaschine fertig ist",),
            "wenn Waschmaschine Power seit 3 min unter 5 W",
        ),
        (("sag mir wenn das auto voll ist",), "wenn Auto Akku 100 % oder mehr beträgt"),
        (("sag bescheid sobald der auto akku ganz geladen ist",), "wenn Auto Akku 100 % oder mehr beträgt"),
        (
            ("sag mir wenn der auto akku über 80 % ist", "nenne den Alarm Volles Auto"),
            "Alarmregel 1, „Volles Auto“, lautet jetzt",
        ),
        (
            ("sag mir wenn der auto akku über 80 % ist", "benenne den alarm in Volles Auto um"),
            "Alarmregel 1, „Volles Auto“, lautet jetzt",
        ),
        (("sag mir wenn der auto akku über 80 % ist", "schalte ihn aus"), "zurzeit ausgeschaltet"),
        (
            ("erinnere mich in 10 minuten ans essen", "lösche alle Erinnerungen"),
            "Vergessen: essen",
        ),
    ],
)
async def test_it_is_answered_in_one_line_of_german(lines: tuple[str, ...], part: str) -> None:
    world = strangers("de")
    assert part in await answer(world, lines)


async def test_nothing_is_listed_where_nothing_is_offline() -> None:
    world = strangers()
    world.receive("b/motion/there", "online")
    assert await answer(world, ("which sensors are offline",)) == "None of 14 is offline."


async def test_what_is_to_be_done_is_no_reminder() -> None:
    world = strangers()
    await answer(world, ("in 5 minutes turn off the wall light", "cancel all reminders"))
    assert "turn off the wall light" in await answer(world, ("reminders",))


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        (("every evening at 10pm wall light off",), "every evening, next 22:00, to be done: wall light off"),
        (("every evening at 10 turn off the wall light",), "next 22:00, to be done: turn off the wall light"),
        (("turn on the light in the cellar until midnight",), "I know of nothing like that in “cellar”"),
        (("every morning wall light on",), "every morning, next tomorrow"),
        (("close the blinds at sunset",), "When the sun rises and sets is not known here"),
        (("wall light on at sunset",), "When the sun rises and sets is not known here"),
        (("mute from 9pm to 11pm",), "21:00, to be done: quiet until 23:00"),
        (("quiet from 10pm to 7am",), "22:00, to be done: quiet until 07:00"),
        (("mute the freezer door from 9pm to 11pm",), "to be done: mute freezer door until 23:00"),
        (("every night mute from 10pm to 6am",), "every night, next 22:00, to be done: quiet until 06:00"),
        (("mute from monday to friday",), "I know no"),
        (("open the blinds and turn off the wall light",), "Nothing was done: “open the blinds”"),
        (("wall light off and blinds up",), "Nothing was done: “blinds up”"),
        (("wall light off and frobnicator up",), "I know no “frobnicator up”"),
        (("open the blinds and close the curtains",), "None of these can be set from here: blinds"),
        (("vacuum the bedroom",), "I know no vacuum cleaner here"),
        (("mow the lawn",), "I know no mower here"),
        (("vacuum the bedroom?",), "bedroom:\n• Bedroom Radiator"),
        (
            ("too cold in the bathroom",),
            "Bathroom Radiator: 20.4 → 21, heat. To change that: “Bathroom Radiator warmer”",
        ),
        (("it is way too warm in lena's room",), "“Lena's room Radiator colder”"),
        (("I'm too cold",), "In which room? For example “Bedroom Radiator warmer”"),
        (("it's too cold in the cellar",), "I know of nothing like that in “Cellar”"),
        (("it's too cold in the attic",), "I know no “attic”"),
        (("my coffee is too cold",), "I know no “coffee”"),
        (("the bathroom is too cold",), "“Bathroom Radiator warmer”"),
        (("is it too cold in the bathroom",), "Bathroom Radiator"),
        (("turn off all lights in the hall",), "I know no place called “hall”"),
        (("heating in the attic to 20",), "I know no place called “attic”"),
        (("light in the evening on",), "Which “light”?"),
        (("mute everything from 9pm to 11pm",), "21:00, to be done: quiet until 23:00"),
        (("mute the frobnicator from 9pm to 11pm",), "I know no “frobnicator”"),
        (("mute",), ""),
        (("what can I turn on in the bedroom",), "To be set:\n• Bedroom Radiator"),
        (("remind me in 10 minutes to eat", "cancel my reminder"), "eat"),
        (("list all sensors",), "• Garage PIR"),
        (("what can I control in the kitchen",), "To be set:\n• Kitchen ceiling light — on, off"),
        (("what can I switch in the bath",), "To be set:\n• Bathroom Radiator"),
        (("which devices can be controlled",), "To be set:\n• Bathroom Radiator"),
        (("what can I control in the attic",), "I know no place called “attic”"),
        (("what can I control in the cellar",), "I know of nothing like that in “cellar”"),
        (("show me the temperature outside for the last 24 hours",), "Nothing here is called outside"),
        (("bathroom temperature for the last 24 hours",), "Current temperature, since yesterday"),
    ],
)
async def test_what_cannot_be_done_at_once_is_said(lines: tuple[str, ...], part: str) -> None:
    world = strangers()
    assert part in await answer(world, lines)
    assert sent(world) == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (
            "jeden abend um 22 uhr wandlampe aus",
            "jeden abend, das nächste Mal 22:00 wird erledigt: wandlampe aus",
        ),
        ("schalte jeden abend um 10 die wandlampe aus", "22:00 wird erledigt: schalte die wandlampe aus"),
        ("wandlampe bei Sonnenuntergang an", "Wann die Sonne auf- und untergeht"),
        ("stumm von 21 bis 23 Uhr", "21:00 wird erledigt: ruhe bis 23:00"),
        ("mach die wandlampe aus und öffne die rollläden", "Nichts getan: „öffne die rollläden“"),
        ("sauge das schlafzimmer", "Einen Staubsauger kenne ich hier nicht"),
        ("schlafzimmer saugen", "Einen Staubsauger kenne ich hier nicht"),
        (
            "zu kalt hier im Bad",
            "Bad Heizung: 20.4 → 21, Heizbetrieb. So ändert es sich: „Bad Heizung wärmer“",
        ),
        ("bei Lena im Zimmer ist es zu warm", "„Lenas Zimmer Heizung kälter“"),
        ("was kann ich in der Küche schalten", "Einstellbar:\n• Küche Arbeitslicht — an, aus"),
        ("liste alle sensoren", "• Garage PIR"),
    ],
)
async def test_what_cannot_be_done_at_once_is_said_in_german(line: str, part: str) -> None:
    world = strangers("de")
    assert part in await answer(world, (line,))
    assert sent(world) == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("switch the heating in the bath off", "Bathroom Radiator cannot be set to “off”"),
        ("heating off in the bedroom", "Bedroom Radiator cannot be set to “off”"),
        ("tell me if it smokes in the kitchen", "when Smoke detector is detected"),
        ("when there is smoke in the kitchen", "Smoke detector clear"),
        ("show me the temperature outside for the last 24 hours", "Garden thermometer, since yesterday"),
    ],
)
async def test_a_family_is_answered(line: str, part: str) -> None:
    assert part in await answer(family(), (line,))


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("weck mich wenn es in der küche raucht", "wenn Rauchmelder erkannt ist"),
        ("wenn es in der küche raucht", "Rauchmelder frei"),
        ("flurlicht an wenn bewegung im flur", "wenn Flur Bewegung erkannt ist; dann geschieht"),
        ("heizung im schlafzimmer aus", "Schlafzimmer Heizung lässt sich nicht auf „aus“ stellen"),
        ("küchenlicht aus", "Küche Deckenlampe: aus"),
        ("zeig mir die temperatur draußen der letzten 24 stunden", "Gartenthermometer, seit gestern"),
    ],
)
async def test_a_family_is_answered_in_german(line: str, part: str) -> None:
    assert part in await answer(family("de"), (line,))


@pytest.mark.parametrize(
    ("line", "once", "state", "deed", "only"),
    [
        ("close the bedroom shutter at sunset", True, "below_horizon", "close the bedroom shutter", ""),
        ("every day at sunrise open the shutter", False, "above_horizon", "open the shutter", ""),
        ("every monday at sunset close the shutter", False, "below_horizon", "close the shutter", "mon"),
        ("weekdays at sunset floor lamp on", False, "below_horizon", "floor lamp on", "weekdays"),
    ],
)
async def test_what_is_done_at_sunset_is_a_rule_where_the_sun_is_known(
    line: str, *, once: bool, state: str, deed: str, only: str
) -> None:
    world = family()
    config = {"name": "Sun", "state_topic": "$ha/sun.sun", "unique_id": "sun"}
    world.receive("$ha/sensor/sun_sun/config", json.dumps(config), retain=True)
    # The sun is there already: nothing is done before it comes there again.
    world.receive("$ha/sun.sun", state, retain=True)
    await answer(world, (line,))
    (made,) = world.bot.rules.alerts
    assert (made.once, made.filter, made.then) == (once, "$ha/sun.sun", deed)
    assert made.condition.values == (state,)
    assert made.only == only
    other = "above_horizon" if state == "below_horizon" else "below_horizon"
    world.receive("$ha/sun.sun", state, retain=True)
    world.receive("$ha/sun.sun", other)
    await world.settle()
    assert not sent(world)
    world.receive("$ha/sun.sun", state)
    await world.settle()
    assert bool(sent(world)) is (only != "mon")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("vacuum everything", {"v/set": "start"}),
        ("vacuum", {}),
        ("vacuum the hall", {}),
        ("vacuum the curtains", {}),
    ],
)
async def test_a_robot_cleans_all_of_the_home(line: str, wanted: dict[str, str]) -> None:
    world = family()
    announce(world, "vacuum", "v", name=None, command_topic="v/set", state_topic="v", device="Robby")
    await answer(world, (line,))
    assert dict(sent(world)) == wanted


@pytest.mark.parametrize(
    "line",
    [
        "turn on the radio in the living room",
        "switch off the tv in the bathroom",
        "turn on the radio in the hall",
        "toggle the tv",
        "toggle the radio in the hall",
    ],
)
async def test_what_nobody_knows_is_not_something_else_in_the_room(line: str) -> None:
    world = family()
    said = await answer(world, (line,))
    assert "Which" not in said
    assert "“tv open”" not in said
    assert not sent(world)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("set living room radio on", "I know no “living room radio”."),
        ("toggle the tv", "I know no “tv”. What there is: topics, devices"),
        ("set living room brightness up", "Which “living room”?"),
    ],
)
async def test_it_is_named_what_nobody_knows(line: str, wanted: str) -> None:
    assert (await answer(family(), (line,))).startswith(wanted)


@pytest.mark.parametrize(
    "line",
    [
        "call me when the alarm goes off",
        "call the alert off",
        "name the rule for the freezer",
        "nenn mir den Alarm im Keller",
        "nenne mir die Regel 1",
    ],
)
async def test_what_only_sounds_like_a_new_name_is_none(line: str) -> None:
    world = strangers()
    await answer(world, (CAR, line))
    assert "80" in world.bot.rules.alerts[0].name


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "tell me when the kitchen is warmer than 25"),
        ("de", "sag mir wenn es in der küche wärmer als 25 ist"),
        ("de", "sag mir wenn die küche unter 18 grad hat"),
    ],
)
async def test_of_a_room_without_a_thermometer_nothing_else_is_asked_about(language: str, line: str) -> None:
    world = strangers(language)
    said = await answer(world, (line,))
    assert said.startswith({"en": "I know of nothing here", "de": "Ich kenne hier nichts"}[language])
    assert not world.bot.rules.alerts

"""Lines that people type in homes of Zigbee2MQTT, of plugs and of plain topics: the right thing is meant."""

from fakes import World
from homes import announce, say
import pytest

from bot.alerts.rules.clauses import asked
from bot.model.rules import Condition, Operator, Subscription

WINDOW = "zigbee2mqtt/Bad Fenster"


def gateway(language: str = "de") -> World:
    """Return a home in which every contact is a door, and a battery is told beside everything."""
    world = World(Subscription("#"), language=language)
    for name, contact, battery in (
        ("Bad Fenster", False, 87),
        ("Schlafzimmer Fenster", True, 12),
        ("Haustür", True, 60),
        ("Kontakt", True, 70),
    ):
        topic, device = f"zigbee2mqtt/{name}", {"name": name, "identifiers": [name]}
        announce(
            *(world, "binary_sensor", f"contact_{battery}"),
            state_topic=topic,
            value_template="{{ value_json.contact }}",
            payload_on=False,
            payload_off=True,
            device_class="door",
            device=device,
        )
        announce(
            *(world, "sensor", f"battery_{battery}"),
            state_topic=topic,
            value_template="{{ value_json.battery }}",
            unit_of_measurement="%",
            device_class="battery",
            entity_category="diagnostic",
            device=device,
        )
        world.receive(topic, f'{{"contact": {str(contact).lower()}, "battery": {battery}}}')
    lock = {"state_topic": "home/gate", "command_topic": "home/gate/set"}
    announce(world, "lock", "gate", name="Gate Lock", **lock)
    world.receive("home/gate", "LOCKED")
    plug = {"name": "Plug", "identifiers": ["p"]}
    announce(
        *(world, "switch", "p"), name=None, state_topic="home/p", command_topic="home/p/set", device=plug
    )
    announce(
        *(world, "sensor", "pp"),
        name="Power",
        state_topic="home/pp",
        unit_of_measurement="W",
        device_class="power",
        device=plug,
    )
    announce(world, "event", "bell", name="Doorbell", state_topic="home/bell", event_types=["press"])
    for topic, text in (
        ("home/p", "ON"),
        ("home/pp", "412"),
        ("shed/temp", "21.4"),
        ("shed/door", "OPEN"),
        ("meters/now", "640 W"),
    ):
        world.receive(topic, text)
    return world


@pytest.mark.parametrize(
    ("line", "told", "untold"),
    [
        ("welche Fenster sind offen", "Bad Fenster", "Haustür"),
        ("sind alle Türen zu", "Haustür", "Fenster"),
        ("welche Batterien sind leer", "Schlafzimmer Fenster Battery 12", "87"),
        ("Batterie Schlafzimmer Fenster", "Battery 12 %", "geschlossen"),
        ("is the shed locked", "shed/door", "shed/temp"),
    ],
)
async def test_what_is_asked_about_is_told_and_nothing_else(line: str, told: str, untold: str) -> None:
    world = gateway("en" if line.startswith("is ") else "de")
    answer = await say(world, line)
    assert told in answer
    assert untold not in answer


@pytest.mark.parametrize(
    ("text", "hold"),
    [
        ("= open 5 min", 300.0),
        ("offen 10 Minuten", 600.0),
        ("10 Minuten offen", 600.0),
        ("seit 10 Minuten offen", 600.0),
        ("on", None),
    ],
)
def test_a_time_beside_a_state_is_no_part_of_it(text: str, hold: float | None) -> None:
    found = asked(text)
    assert found.hold == hold
    assert found.condition is not None
    assert found.condition.values[0].split()[1:] == []


def test_a_time_in_another_value_stays_in_it() -> None:
    assert asked("= wait 5 min").condition == Condition(Operator.EQUAL, ("wait 5 min",))


@pytest.mark.parametrize(
    ("line", "topic"),
    [
        ("tell me when someone rings the doorbell", "home/bell"),
        ("tell me when someone opens the shed door", "shed/door"),
        ("sag Bescheid wenn jemand das Bad Fenster öffnet", WINDOW),
        ("alert me if no message from shed temp for 1 hour", "shed/temp"),
        ("alert no message from shed temp", "shed/temp"),
        ("tell me when shed temp reaches 30", "shed/temp"),
    ],
)
async def test_a_rule_is_about_what_was_named(line: str, topic: str) -> None:
    world = gateway()
    await say(world, "value meters/now")
    answer = await say(world, line)
    assert [rule.filter for rule in world.bot.rules.alerts] == [topic], answer


@pytest.mark.parametrize(
    "line",
    [
        "alert shed temp does not report for 10 min",
        "alert shed temp has not reported for 10 min",
        "alert shed temp has been silent for 10 min",
        "alert nothing heard from shed temp for 10 min",
        "tell me when shed temp sends nothing for 10 min",
        "alert shed temp has sent nothing since 10 min",
        "alert no reports from shed temp for 10 min",
        "alert shed temp stopped reporting for 10 min",
        "alert shed temp does not respond for 10 min",
        "alarm shed temp antwortet 10 min nicht",
        "melde wenn shed temp 10 min lang nichts meldet",
        "alarm shed temp meldet sich nicht seit 10 min",
        "alarm shed temp meldet sich seit 10 min nicht mehr",
        "alarm shed temp sendet 10 min nichts",
        "alarm wenn shed temp seit 10 min nichts sendet",
        "sag mir wenn sich shed temp 10 min nicht meldet",
    ],
)
async def test_silence_is_told_in_many_words(line: str) -> None:
    world = gateway()
    answer = await say(world, line)
    (rule,) = world.bot.rules.alerts
    assert (rule.filter, rule.condition) == ("shed/temp", Condition(Operator.STALE, seconds=600)), answer


@pytest.mark.parametrize("line", ["alert shed temp does not quack for 5 min", "alert shed temp level > 5"])
async def test_no_rule_looks_for_a_field_where_one_value_comes(line: str) -> None:
    world = gateway("en")
    answer = await say(world, line)
    assert ("one value without fields" in answer, world.bot.rules.alerts) == (True, ())


@pytest.mark.parametrize("said", ["jemand klingelt", "someone runs off"])
async def test_somebody_is_never_what_was_spoken_of(said: str) -> None:
    world = World(Subscription("#"))
    world.receive("meters/now", "640 W")
    await say(world, "value meters/now")
    await say(world, f"alert {said}")
    assert not [rule for rule in world.bot.rules.alerts if rule.condition.operator is Operator.HAPPENS]


async def test_an_unknown_name_before_a_state_is_that_name() -> None:
    assert "“garagentor”" in await say(gateway("en"), "alert das garagentor länger als 10 minuten offen")


@pytest.mark.parametrize(("line", "sign"), [("is finished", "<"), ("starts", ">")])
async def test_a_plug_does_not_tell_whether_something_runs(line: str, sign: str) -> None:
    world = gateway("en")
    assert f"Plug Power {sign} 5 W" in await say(world, f"alert plug {line}")
    assert not world.bot.rules.alerts
    assert f"Plug Power {sign} 5 W" in await say(world, f"tell me when the plug {line}")
    assert [each.field for each in world.bot.rules.alerts] == [""]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("lock the gate", "Gate Lock: lock (sent)"),
        ("turn everything off", "Plug: off"),
        ("turn off everything", "Plug: off"),
        ("turn on the shed door", "Nothing can be set about shed door from here."),
        ("lock the shed", "Nothing can be set about shed from here."),
    ],
)
async def test_a_wish_is_done_or_refused_by_its_name(line: str, answer: str) -> None:
    assert answer in await say(gateway("en"), line)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("de", "wie warm war es gestern im Kontakt"),
        ("en", "how warm was it yesterday in the Kontakt"),
    ],
)
async def test_of_another_day_it_is_looked_back(language: str, line: str) -> None:
    assert "%" not in (answer := await say(gateway(language), line))
    assert "vor" not in answer.split()


async def test_an_opening_that_is_called_neither_is_of_its_own_kind() -> None:
    """A gateway has the same contact for a door and a window: only the name may tell which it is."""
    world = gateway()
    announce(world, "binary_sensor", "flap", name="Klappe", state_topic="home/flap", device_class="door")
    world.receive("home/flap", "ON")
    said = await say(world, "welche türen sind offen")
    assert "Klappe geöffnet" in said
    assert "Fenster" not in said


async def test_of_a_name_that_nobody_knows_a_field_in_quotes_is_none() -> None:
    assert (await say(gateway("en"), 'alert shed "temp out" > 5')).startswith("Nothing is known of “shed”.")

"""In a house of many makes each line sets what was named, and nothing else."""

from collections.abc import Iterator

from fakes import World
from homes import announce, say
from mixed_home import mixed
import pytest

from bot.model.rules import Subscription

type Sent = list[tuple[str, str]]

LAMP = (
    ("aus", '{"state": "OFF"}'),
    ("an", '{"state": "ON"}'),
    ("40 %", '{"state": "ON", "brightness": 102}'),
    ("Helligkeit 40", '{"state": "ON", "brightness": 102}'),
    ("auf 40", '{"state": "ON", "brightness": 102}'),
    ("3000 K", '{"state": "ON", "color_temp": 333}'),
    ("warmweiß", '{"state": "ON", "color_temp": 370}'),
    ("off", '{"state": "OFF"}'),
)
ON_OFF = (("an", "ON"), ("aus", "OFF"), ("off", "OFF"))
GREENHOUSE = "gewaechshaus"
THINGS: tuple[tuple[str, str, tuple[str, ...], tuple[tuple[str, str], ...]], ...] = (
    ("Küchenlampe", "Küche", ("zigbee2mqtt/Küchenlampe/set",), LAMP),
    ("Küchenlampe links", "Küche", ("zigbee2mqtt/Küchenlampe links/set",), LAMP),
    ("Lampe (Bad)", "", ("zigbee2mqtt/Lampe/set",), LAMP),
    ("Lampe (Büro)", "", ("zigbee2mqtt/Lampe Büro/set",), LAMP),
    ("Stehlampe (alt)", "Wohnzimmer", ("zigbee2mqtt/Stehlampe (alt)/set",), LAMP),
    ("Ambiente & Deko", "Wohnzimmer", ("zigbee2mqtt/Ambiente & Deko/set",), LAMP),
    ("Test", "Büro", ("zigbee2mqtt/Test/set",), LAMP),
    ("Straße", "Garten", ("zigbee2mqtt/Straße/set",), LAMP),
    ("22 Uhr", "Büro", ("zigbee2mqtt/22 Uhr/set",), LAMP[:2]),
    ("3", "Büro", ("zigbee2mqtt/3/set",), LAMP[:2]),
    ("Kaffeemaschine", "Küche", ("zigbee2mqtt/Kaffeemaschine/set",), ON_OFF),
    ("Waschmaschine", "Keller", ("zigbee2mqtt/Waschmaschine/set",), ON_OFF),
    (
        "Heizung Wohnzimmer",
        "Wohnzimmer",
        ("zigbee2mqtt/Heizung Wohnzimmer/set/occupied_heating_setpoint",),
        (("20,5", "20.5"), ("auf 19", "19"), ("Temperatur 21", "21"), ("22 Grad", "22")),
    ),
    (
        "Heizung Wohnzimmer",
        "Wohnzimmer",
        ("zigbee2mqtt/Heizung Wohnzimmer/set/system_mode",),
        (("aus", "off"), ("Modus auto", "auto"), ("Modus heat", "heat")),
    ),
    ("Gewächshaus Pumpe", "Garten", (f"{GREENHOUSE}/switch/pumpe/command",), ON_OFF),
    ("Gewächshaus Dach", "Garten", (f"{GREENHOUSE}/cover/dach/command",), (("auf", "OPEN"), ("zu", "CLOSE"))),
    ("Gewächshaus Dach", "Garten", (f"{GREENHOUSE}/cover/dach/position/command",), (("40 %", "40"),)),
    ("Gewächshaus Dauer", "Garten", (f"{GREENHOUSE}/number/dauer/command",), (("5", "5"), ("12 min", "12"))),
    ("Gewächshaus Programm", "Garten", (f"{GREENHOUSE}/select/programm/command",), (("Winter", "Winter"),)),
    ("Gewächshaus Lüfter", "Garten", (f"{GREENHOUSE}/fan/luefter/command",), ON_OFF),
    ("Gewächshaus Lüfter", "Garten", (f"{GREENHOUSE}/fan/luefter/speed/command",), (("66 %", "2"),)),
    ("Werkstatt Säge", "", ("cmnd/werkstatt/POWER1",), ON_OFF),
    ("Werkstatt Licht", "", ("cmnd/werkstatt/POWER2",), ON_OFF),
    ("Zisterne Pumpe", "", ("homie/5/zisterne/tank/pump/set",), (("an", "true"), ("aus", "false"))),
    ("Zisterne Modus", "", ("homie/5/zisterne/tank/mode/set",), (("hand", "hand"),)),
)
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ö": "Oe", "Ü": "Ue"})


def spellings(name: str, area: str) -> Iterator[str]:
    """Yield how a thing is called by those who live with it."""
    yield name
    yield name.lower()
    yield name.upper()
    yield name.translate(_FOLDED)
    yield f'"{name}"'
    if area:
        yield f"{area} {name}"
        yield f"{name} ({area})"


async def sent(world: World, line: str) -> Sent:
    world.broker.published.clear()
    world.later(60)
    await say(world, line)
    return [(topic, payload.decode()) for topic, payload, _, _ in world.broker.published]


@pytest.mark.parametrize(("name", "area", "topics", "values"), THINGS)
async def test_each_spelling_sets_the_one_thing(
    name: str, area: str, topics: tuple[str, ...], values: tuple[tuple[str, str], ...]
) -> None:
    world = mixed()
    for spelt in spellings(name, area):
        for value, payload in values:
            line = f"setze {spelt} {value}"
            assert await sent(world, line) == [(topics[0], payload)], line


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            "küchenlampe an und kaffeemaschine aus",
            {"Küchenlampe": '{"state": "ON"}', "Kaffeemaschine": "OFF"},
        ),
        (
            "schalte die Küchenlampe und die Kaffeemaschine aus",
            {"Küchenlampe": '{"state": "OFF"}', "Kaffeemaschine": "OFF"},
        ),
        (
            "schalte die Küchenlampe an und mach die Kaffeemaschine aus",
            {"Küchenlampe": '{"state": "ON"}', "Kaffeemaschine": "OFF"},
        ),
        (
            "turn off the küchenlampe and the kaffeemaschine",
            {"Küchenlampe": '{"state": "OFF"}', "Kaffeemaschine": "OFF"},
        ),
        (
            "set küchenlampe on and set kaffeemaschine off",
            {"Küchenlampe": '{"state": "ON"}', "Kaffeemaschine": "OFF"},
        ),
        (
            "küchenlampe, test und straße 40 %",
            dict.fromkeys(("Küchenlampe", "Test", "Straße"), '{"state": "ON", "brightness": 102}'),
        ),
        (
            "stehlampe und ambiente aus",
            dict.fromkeys(("Stehlampe (alt)", "Ambiente & Deko"), '{"state": "OFF"}'),
        ),
        ("ambiente und deko aus", {"Ambiente & Deko": '{"state": "OFF"}'}),
        (
            "küchenlampe und heizung aus",
            {"Küchenlampe": '{"state": "OFF"}', "Heizung Wohnzimmer/set/system_mode": "off"},
        ),
        (
            "küche aus und test an",
            {
                "Kaffeemaschine": "OFF",
                "Küchenlampe": '{"state": "OFF"}',
                "Küchenlampe links": '{"state": "OFF"}',
                "Test": '{"state": "ON"}',
            },
        ),
    ],
)
async def test_several_are_named_one_by_one(line: str, wanted: dict[str, str]) -> None:
    world = mixed()
    first = await sent(world, line)
    found = first or await sent_after_yes(world)
    expected = {
        (f"zigbee2mqtt/{name}" if "/set" in name else f"zigbee2mqtt/{name}/set", payload)
        for name, payload in wanted.items()
    }
    assert set(found) == expected
    assert len(found) == len(expected)
    assert bool(first) is (len(wanted) <= 3)


async def sent_after_yes(world: World) -> Sent:
    await say(world, "ja")
    return [(topic, payload.decode()) for topic, payload, _, _ in world.broker.published]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("küchenlampe an und nixda aus", "„nixda“ ist nicht bekannt"),
        ("nixda an und küchenlampe aus", "„nixda“ ist nicht bekannt"),
        ("küchenlampe und heizung 20", "Worauf soll Küchenlampe gestellt werden?"),
        ("setze haustür auf und küchenlampe an", "Worauf soll Haustür gestellt werden?"),
        ("gewächshaus dach und zisterne pumpe an", "Worauf soll Gewächshaus Dach gestellt werden?"),
        ("küchenlampe an und test rosa", "Test"),
        ("heizung wohnzimmer 99", "lässt sich nicht auf „99“ stellen. Möglich: Temperatur 5 bis 30"),
        ("gewächshaus dauer 99", "lässt sich nicht auf „99“ stellen. Möglich: 1 bis 60 min"),
        ("küchenlampe 130 %", "lässt sich nicht auf „130 %“ stellen"),
        ("küchenlampe 300", "lässt sich nicht auf „300“ stellen"),
        ("küchenlampe rot", "lässt sich nicht auf „rot“ stellen"),
        ("bad fenster zu", "Fenster Kontakt geschlossen"),
        ("küchenlampe 130 % ?", "Küchenlampe ein"),
        ("waschmaschine leistung 5", "Waschmaschine Leistung 3,5 W"),
        ("lampe aus", "antworten: bad, büro"),
        ("gewächshaus an", "Wort antworten: lüfter, pumpe"),
        ("setze gewächshaus neu", "nichts Einstellbares namens „neu“"),
        ("setze gewächshaus Guten Morgen", "nichts Einstellbares namens „Guten Morgen“"),
        ("gewächshaus neustart", "Gewächshaus"),
    ],
)
async def test_what_is_not_clear_sets_nothing(line: str, told: str) -> None:
    world = mixed()
    said = await say(world, line)
    assert told in said
    assert not world.broker.published


@pytest.mark.parametrize(
    ("line", "answer", "wanted"),
    [
        (
            "säge an und lampe aus",
            "2",
            [("cmnd/werkstatt/POWER1", "ON"), ("zigbee2mqtt/Lampe Büro/set", '{"state": "OFF"}')],
        ),
        (
            "lampe an und säge aus",
            "bad",
            [("zigbee2mqtt/Lampe/set", '{"state": "ON"}'), ("cmnd/werkstatt/POWER1", "OFF")],
        ),
        ("lampe aus", "büro", [("zigbee2mqtt/Lampe Büro/set", '{"state": "OFF"}')]),
        ("lampe aus", "buero", [("zigbee2mqtt/Lampe Büro/set", '{"state": "OFF"}')]),
    ],
)
async def test_an_answer_changes_only_what_was_asked_about(line: str, answer: str, wanted: Sent) -> None:
    world = mixed()
    assert await sent(world, line) == []
    await say(world, answer)
    assert [(topic, payload.decode()) for topic, payload, _, _ in world.broker.published] == wanted


async def test_what_is_to_be_set_is_told_one_by_one() -> None:
    world = mixed()
    said = await say(world, "küchenlampe 40 % und säge an")
    assert said == "Küchenlampe: Helligkeit 40 %, Werkstatt Säge: an (gesendet)"
    world.later(60)
    asked = await say(world, "küche aus und test an")
    assert (
        "4 Dinge auf einmal: Kaffeemaschine: aus, Küchenlampe: aus, Küchenlampe links: aus, Test: an" in asked
    )


async def test_what_is_away_is_left_out_of_what_is_set() -> None:
    world = mixed()
    world.receive("tele/werkstatt/LWT", "Offline")
    said = await say(world, "küchenlampe 40 % und säge an")
    assert said == (
        "Küchenlampe: Helligkeit 40 % (gesendet). Offline und deshalb ausgelassen: Werkstatt Säge"
    )
    assert [topic for topic, *_ in world.broker.published] == ["zigbee2mqtt/Küchenlampe/set"]


@pytest.mark.parametrize(("answer", "deed"), [("2", '"Lampe (Büro)" an'), ("bad", '"Lampe (Bad)" an')])
async def test_a_deed_keeps_the_name_that_was_chosen(answer: str, deed: str) -> None:
    world = mixed()
    await say(world, "alarm kühlschrank temperatur > 8 dann lampe an")
    await say(world, answer)
    assert world.bot.alerts.rules[0].then == deed
    world.receive("home/OMG/BTtoMQTT/A4C138000001", '{"id": "A4:C1:38:00:00:01", "tempc": 12}')
    await world.settle()
    topic = "zigbee2mqtt/Lampe Büro/set" if "Büro" in deed else "zigbee2mqtt/Lampe/set"
    assert [sent[:2] for sent in world.broker.published] == [(topic, b'{"state": "ON"}')]


async def test_a_deed_may_be_several() -> None:
    world = mixed()
    await say(world, "alarm kühlschrank temperatur > 8 dann küchenlampe an und säge aus danach säge an")
    rule = world.bot.alerts.rules[0]
    assert (rule.then, rule.afterwards) == ("küchenlampe an und säge aus", "säge an")
    world.receive("home/OMG/BTtoMQTT/A4C138000001", '{"id": "A4:C1:38:00:00:01", "tempc": 12}')
    await world.settle()
    assert [sent[0] for sent in world.broker.published] == [
        "zigbee2mqtt/Küchenlampe/set",
        "cmnd/werkstatt/POWER1",
    ]


async def test_a_choice_is_not_put_inside_a_longer_name() -> None:
    world = mixed()
    await say(world, "alarm küchenlampe ist an und lampe ist aus")
    await say(world, "2")
    rule = world.bot.alerts.rules[0]
    assert rule.filter == "zigbee2mqtt/Küchenlampe"
    assert [each.filter for each in rule.others] == ["zigbee2mqtt/Lampe Büro"]


@pytest.mark.parametrize(
    "line",
    [
        'verlauf "haus/zähler"."Aktuelle Leistung"',
        'verlauf haus/zähler."Aktuelle Leistung"',
        'wert zähler."Aktuelle Leistung"',
        '"haus/zähler"."Aktuelle Leistung"',
        "verlauf \"haus/zähler\".'Aktuelle Leistung'",
        'verlauf "haus/zähler".netz.L1.spannung',
    ],
)
async def test_a_field_may_be_quoted(line: str) -> None:
    said = await say(mixed(), line)
    assert "312" in said or "231" in said
    assert "8123" not in said


@pytest.mark.parametrize("said", ['"haus/zähler"."Aktuelle Leistung"', 'zähler."Aktuelle Leistung"'])
async def test_a_rule_may_have_a_quoted_field(said: str) -> None:
    world = mixed()
    await say(world, f"alarm {said} > 900")
    rule = world.bot.alerts.rules[0]
    assert (rule.filter, rule.field) == ("haus/zähler", '"Aktuelle Leistung"')


async def test_a_deed_keeps_what_has_no_name_of_its_own() -> None:
    world = World(Subscription("#"))
    world.receive("attic/t", "20")
    for node in "ab":
        announce(
            world, "switch", node, name="Plug", command_topic=f"plug/{node}", device={"identifiers": [node]}
        )
    await say(world, "alert attic/t > 25 then plug on")
    await say(world, "2")
    world.receive("attic/t", "30")
    await world.settle()
    assert [sent[0] for sent in world.broker.published] == ["plug/b"]

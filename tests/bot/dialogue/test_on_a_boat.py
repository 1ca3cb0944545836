"""Lines that people type on a houseboat: what is done, and what is said where nothing can be."""

from boat import boat
from homes import announce, say
import pytest

from bot.reading.meant import Meant, called_together

PUMP, HATCH, POSITION = "boat/bilge/pump/set", "boat/hatch/set", "boat/hatch/pos/set"


@pytest.mark.parametrize(
    ("line", "topic", "payload"),
    [
        ("open the hatch half way", POSITION, b"50"),
        ("hatch half", POSITION, b"50"),
        ("roof hatch zur Hälfte", POSITION, b"50"),
        ("open the hatch three quarters", POSITION, b"75"),
        ("open the hatch a quarter of the way", POSITION, b"25"),
        ("hatch two thirds", POSITION, b"67"),
        ("roof hatch dreiviertel", POSITION, b"75"),
        ("roof hatch ein drittel auf", POSITION, b"33"),
        ("close all hatches", HATCH, b"CLOSE"),
        ("all pumps off", PUMP, b"OFF"),
        ("alle pumpen aus", PUMP, b"OFF"),
        ("charge limit 70", "boat/charge/set", b"70"),
    ],
)
async def test_what_is_wished_for_is_done(line: str, topic: str, payload: bytes) -> None:
    world = boat("de") if line == "alle pumpen aus" else boat()
    if "pumpen" in line:
        await say(world, "alias boat/bilge/pump Pumpe")
    answer = await say(world, line)
    assert [each[:2] for each in world.broker.published] == [(topic, payload)], answer


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("charge limit 120", "Possible: 50 to 100 %"),
        ("set drift 5", "Nothing can be set about boat/gps/drift"),
        ("what is muted", "Nothing is muted"),
        ("mute all", "dnd"),
        ("what do you tell me", "Subscriptions"),
        ("only alerts", "Normal messages are hidden now"),
        ("board", "display # board"),
        ("aliases", "Kitchen"),
    ],
)
async def test_what_cannot_be_done_is_said(line: str, part: str) -> None:
    world = boat()
    await say(world, "topics boat/#")
    assert part in await say(world, line)
    assert world.broker.published == []


async def test_only_a_share_of_a_charge_is_low() -> None:
    answer = await say(boat(), "which batteries are low")
    assert "Engine sensor Battery 9 %" in answer
    assert "Voltage" not in answer
    assert "Current" not in answer


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("let me know if the house battery drops below 50%", "State of charge"),
        ("alert house battery < 12 V", "Voltage"),
        ("alert house battery < 11500 mV", "Voltage"),
        ("alert house battery > 20 A", "Current"),
        ("alert house battery > 20 amps", "Current"),
        ("warn me if the house battery is below 12 volts", "Voltage"),
    ],
)
async def test_the_unit_of_a_limit_tells_what_is_meant(line: str, field: str) -> None:
    world = boat()
    answer = await say(world, line)
    assert [rule.field.strip('"') for rule in world.bot.rules.alerts] == [field], answer


async def test_without_a_unit_it_is_asked_about_what_is_measured() -> None:
    world = boat()
    assert "Charge limit" not in await say(world, "alert house battery < 11")
    await say(world, "voltage")
    assert [rule.field for rule in world.bot.rules.alerts] == ["Voltage"]


async def test_what_is_set_may_be_watched_by_its_name() -> None:
    world = boat()
    await say(world, "alert charge limit > 95 %")
    assert [rule.filter for rule in world.bot.rules.alerts] == ["boat/charge"]


async def test_a_rule_is_not_made_twice() -> None:
    world = boat()
    await say(world, "alert bilge level > 8")
    assert await say(world, "alert bilge level > 8") == "Rule 1, “Bilge Level > 8 cm”, says the same already."
    await say(world, "alert bilge level > 8 critical")
    await say(world, "alert bilge level > 8 as “Pump”")
    assert [rule.name for rule in world.bot.rules.alerts] == [
        "Bilge Level > 8 cm",
        "Bilge Level > 8 cm (2)",
        "Pump",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "alias anchor to boat/gps/drift",
        "alias anchor for boat/gps/drift",
        "alias boat/gps/drift anchor",
        "alias boat/gps/drift to anchor",
        "alias drift anchor",
    ],
)
async def test_an_alias_may_be_said_either_way_round(line: str) -> None:
    world = boat()
    assert await say(world, line) == "boat/gps/drift is called anchor now."


async def test_everything_is_unmuted() -> None:
    world = boat()
    assert "Nothing is muted" in await say(world, "unmute all")
    await say(world, "alert bilge level > 8 as “High”")
    for line in ("mute High", "mute drift 2h"):
        await say(world, line)
    assert "High — for good" in await say(world, "which rules are muted")
    assert await say(world, "unmute everything") == "High, boat/gps/drift is told again."
    assert "Nothing is muted" in await say(world, "what is muted")


def test_a_question_about_a_handle_names_the_thing() -> None:
    volts = Meant("boat/bank", "Voltage", "House battery Voltage", whole="House battery")
    other = Meant("boat/tank", "level", "Tank level", whole="Tank")
    assert called_together("battery", [volts, other]) == "battery"
    assert called_together('"boat/bank"', [volts]) == "House battery"
    assert called_together('"boat/+"', [volts, other]) == "boat/+"


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("what can i ask you", "Home understands"),
        ("list everything", "Devices:"),
        ("what will you alert me about", "no alert rules"),
        ("i'm on it", "there is no alert"),
        ("saloon light 10 minutes on", "to be done: Saloon light off (r1)"),
        ("saloon light on for 10 minutes", "to be done: Saloon light off (r1)"),
        ("mute everything for 2 hours", "Nobody is disturbed until"),
        ("max diesel today", "120 L"),
        ("subscribe to boat/engine/#", "Subscribed to boat/engine/#"),
        ("restart yourself", "Only to connect anew write reconnect"),
        ("speak german", "The language of each contact"),
        ("how long have you been running", "Messages:"),
        ("alert diesel < 50 litres", "below 50 litres"),
        ("tell me at night if the hatch opens", "only 22:00–06:00"),
    ],
)
async def test_what_newcomers_say_is_understood(line: str, part: str) -> None:
    assert part in await say(boat(), line)


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("was kann ich dich fragen", "Home versteht"),
        ("ich kümmere mich drum", "keinen Alarm"),
        ("alles stumm 2 stunden", "wird niemand gestört"),
        ("starte dich neu", "Nur neu verbinden"),
        ("sprich deutsch", "Die Sprache jedes Kontakts"),
        ("warne mich nachts wenn die roof hatch offen ist", "nur 22:00–06:00"),
    ],
)
async def test_what_newcomers_say_in_german_is_understood(line: str, part: str) -> None:
    assert part in await say(boat("de"), line)


async def test_a_rule_is_switched_off_and_on_in_words() -> None:
    world = boat()
    await say(world, "alert bilge level > 8")
    assert "switched off" in await say(world, "turn off alert 1")
    assert not world.bot.rules.alerts[0].enabled
    await say(world, "turn the alert 1 on")
    assert world.bot.rules.alerts[0].enabled
    assert "above 9" in await say(world, "alert 1 > 9")
    assert "Nothing is known of “7”" in await say(world, "alert 7 > 9")


@pytest.mark.parametrize(
    ("language", "line", "name"),
    [
        ("en", "call the saloon light Sun", "Sun"),
        ("de", "benenne saloon light um in Sonne", "Sonne"),
        ("de", "alias Sonne für boat/light", "Sonne"),
    ],
)
async def test_a_thing_is_renamed_in_words(language: str, line: str, name: str) -> None:
    world = boat(language)
    await say(world, line)
    assert [each.alias for each in world.bot.rules.subscriptions if each.alias] == [name]


async def test_only_alerts_and_everything_again() -> None:
    world = boat()
    await say(world, "only alerts")
    assert world.bot.paused
    await say(world, "everything again")
    assert not world.bot.paused


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("which room is the warmest", "Bow 21"),
        ("coldest room", "Stern 12"),
        ("where is it hottest", "Bow 21"),
    ],
)
async def test_the_warmest_and_the_coldest_come_first(line: str, first: str) -> None:
    world = boat()
    for name, value in (("Bow", "21.5"), ("Stern", "12"), ("Deck", "unavailable")):
        topic = f"boat/{name}"
        kind = {"unit_of_measurement": "°C", "device_class": "temperature"}
        announce(world, "sensor", name, name=name, state_topic=topic, **kind)
        world.receive(topic, value)
    assert (await say(world, line)).split("\n")[1].startswith(f"• {first}")


async def test_what_is_locked_is_closed_as_well() -> None:
    world = boat()
    announce(world, "lock", "door", name="Door", state_topic="boat/door", command_topic="boat/door/set")
    world.receive("boat/door", "LOCKED")
    assert "Door" not in await say(world, "is everything closed")


@pytest.mark.parametrize(
    "line", ["reminder: buy oil at 18:00", "Remind: buy oil, 18:00", "erinnerung: buy oil um 18 Uhr"]
)
async def test_the_word_of_a_command_may_have_a_colon_behind_it(line: str) -> None:
    answer = await say(boat("de" if line.startswith("e") else "en"), line)
    assert "18:00: buy oil" in answer


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (
            "when the hatch opens, saloon light on, once",
            ("I tell you once (rule 1)", "“saloon light on” is done"),
        ),
        ("if bilge level > 10, then bilge pump on", ("Alert rule 1", "“bilge pump on” is done")),
        (
            "wenn roof hatch aufgeht, bilge pump an, einmal",
            ("Ich melde das einmal (Regel 1)", "„bilge pump an“"),
        ),
        ("sobald bilge level über 10 ist, bilge pump an", ("Alarmregel 1", "über 10 liegt; dann geschieht")),
        ("when the hatch opens, turn the saloon light on, once", ("once (rule 1)", "light on” is done")),
        ("when the hatch opens, turn on the saloon light", ("Alert rule 1", "saloon light” is done")),
        ("when the hatch opens, saloon light on, once until 23:00", ("until 23:00 at the latest", "on” is")),
        ("when the hatch opens, saloon light on, once, until 23:00", ("until 23:00 at the latest", "on” is")),
        ("wenn roof hatch aufgeht, bilge pump an, einmal bis 23:00", ("bis 23:00", "„bilge pump an“")),
    ],
)
async def test_a_thing_that_another_one_sets_off_is_a_rule(line: str, parts: tuple[str, ...]) -> None:
    world = boat("de" if line[0] in "ws" and "hatch opens" not in line else "en")
    answer = await say(world, line)
    assert [part for part in parts if part not in answer] == [], answer
    assert world.broker.published == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("alert roof hatch is open at night", "is open; only 22:00–06:00."),
        ("alert roof hatch open on weekends critical", "is open; only Saturday, Sunday."),
        ("alert house battery < 12 V at night", "is below 12 V; only 22:00–06:00."),
        ("alert boat/note == open at night", "is open; only 22:00–06:00."),
        ("alert boat/note open at night", "is open; only 22:00–06:00."),
        ('alert boat/note == "open at night"', "is open at night."),
        ("tell me when the roof hatch is open only at night", "is open; only 22:00–06:00."),
        ("tell me when the roof hatch is open, but only at night", "is open; only 22:00–06:00."),
        ("sag bescheid wenn roof hatch offen ist, aber nur nachts", "offen ist; nur 22:00–06:00."),
        ("tell me when the hatch at night is open", "is open; only 22:00–06:00."),
        ("tell me if at night the hatch is open", "is open; only 22:00–06:00."),
        ("wake me if the hatch opens between 10pm and 6am", "is open; only 22:00–06:00."),
        ("tell me if the hatch opens between 22 and 6", "is open; only 22:00–06:00."),
        ("tell me when the bilge level is between 10 and 20", "is between 10 and 20."),
        ("tell me when the bilge pump is on between 22:00 and 6:00", "is on; only 22:00–06:00."),
        ("alert roof hatch open only between 22:00 and 6:00", "is open; only 22:00–06:00."),
        (
            "tell me when drift is over 5 on tuesday between 8 and 10 am",
            "above 5; only Tuesday, 08:00–10:00.",
        ),
        ("warn me on weekdays when the bilge pump runs", "is on; only Monday–Friday."),
        ("warn me when the hatch opens after 22:00", "is open; only 22:00–06:00."),
        ("tell me if the hatch is open after midnight", "is open; only 00:00–06:00."),
        ("let me know if the roof hatch is open before 7am", "is open; only 00:00–07:00."),
        ("tell me when the hatch opens after 2 pm", "is open; only 14:00–00:00."),
        ("wake me when drift exceeds 15 overnight", "above 15; only 22:00–06:00."),
        ("alert roof hatch open only after 10pm", "is open; only 22:00–06:00."),
        ("alert roof hatch open only after", "no time of the week"),
        ("sag Bescheid, wenn roof hatch nach 22 Uhr offen ist", "offen ist; nur 22:00–06:00."),
        ("sag Bescheid, wenn roof hatch ab 22 Uhr bis 6 Uhr offen ist", "offen ist; nur 22:00–06:00."),
        ("sag Bescheid, wenn roof hatch abends aufgeht", "nur 18:00–00:00."),
        ("sag bescheid wenn roof hatch nachts offen ist", "offen ist; nur 22:00–06:00."),
        ("sag mir nachts bescheid wenn bilge pump läuft", "ein ist; nur 22:00–06:00."),
        ("sag werktags Bescheid, wenn die bilge pump läuft", "ein ist; nur Montag–Freitag."),
    ],
)
async def test_times_behind_a_state_are_when_the_rule_counts(line: str, part: str) -> None:
    assert part in await say(boat("de" if line.startswith("sag") else "en"), line)


@pytest.mark.parametrize(
    "line",
    [
        "alert hatch open only while saloon light is off",
        "alert hatch open while the saloon light is off",
        "alert hatch open, but only if saloon light is off",
        "tell me when the hatch is open, but only if the light is off",
        "sag bescheid wenn roof hatch offen ist, aber nur solange saloon light aus ist",
    ],
)
async def test_what_must_be_so_meanwhile_is_a_further_condition(line: str) -> None:
    world = boat("de" if line.startswith("sag") else "en")
    answer = await say(world, line)
    (rule,) = world.bot.rules.alerts
    assert [each.filter for each in rule.others] == ["boat/light"], answer
    assert rule.only == ""


@pytest.mark.parametrize(
    ("line", "part"),
    [
        # It belongs to what is done.
        ('alert hatch open then "saloon light on while bilge pump is off"', "nothing that can be done"),
        ("alert hatch open then saloon light on while bilge pump is off", "nothing that can be done"),
        ("alert hatch open while away", "never as “open while away”"),
        ("alert hatch open only while", "no time of the week"),
    ],
)
async def test_what_is_no_condition_is_no_further_one(line: str, part: str) -> None:
    world = boat()
    assert part in await say(world, line)
    assert not any(each.others for each in world.bot.rules.alerts)


async def test_a_rule_gets_what_must_be_so_meanwhile_later_too() -> None:
    world = boat()
    await say(world, "alert hatch open")
    assert "and Saloon light is off" in await say(world, "rule 1 only while saloon light is off")
    # The sun is an entity, and this home knows none.
    assert "Know Home Assistant’s entities too" in await say(world, "rule 1 in the dark")
    assert "and Saloon light is off" in await say(world, "rule 1")


@pytest.mark.parametrize(
    "line",
    [
        "alert roof hatch open only schedule.night is on",
        "tell me when roof hatch is open only after sunset",
        "wenn roof hatch nach Sonnenuntergang aufgeht, saloon light an",
        "alert roof hatch is open before sunrise",
    ],
)
async def test_an_entity_that_must_be_so_may_stand_anywhere(line: str) -> None:
    entity = "schedule.night" if "schedule" in line else "sun.sun"
    assert f"“{entity}”. If it is an entity of Home Assistant" in await say(boat(), line)


@pytest.mark.parametrize("change", ["after sunset", "only after dark", "and after sunset", "in daylight"])
async def test_a_rule_is_changed_to_one_of_the_dark(change: str) -> None:
    world = boat()
    await say(world, "alert roof hatch is open as Hatch")
    assert "sun.sun" in await say(world, f"rule 1 {change}")


@pytest.mark.parametrize(
    "line",
    [
        "if you want, saloon light on",
        "when the hatch opens, dance",
        "when, if not now",
        "when the hatch opens, saloon light on, until 23:00",
    ],
)
async def test_what_sets_nothing_off_is_no_rule(line: str) -> None:
    world = boat()
    await say(world, line)
    assert world.bot.rules.alerts == ()
    assert world.broker.published == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("any batteries low", "Engine sensor Battery 9 %"),
        ("any low batteries?", "Engine sensor Battery 9 %"),
        ("anything open", "Roof hatch open"),
        ("anything still on?", "No:"),
        ("was steht noch an", "Es wird auf nichts gewartet"),
    ],
)
async def test_a_question_needs_no_verb(line: str, part: str) -> None:
    assert part in await say(boat("de" if line.startswith("was") else "en"), line)


@pytest.mark.parametrize(
    "line",
    [
        "tell me when the roof hatch is open after dark",
        "alert me if the roof hatch opens after sunset",
        "sag mir bescheid, wenn roof hatch im Dunkeln offen ist",
    ],
)
async def test_a_rule_of_the_dark_asks_home_assistant_for_the_sun(line: str) -> None:
    world = boat()
    assert "switch on “Know Home Assistant’s entities too”" in await say(world, line)

"""No rule is made on a limit that its value never reaches, none unasked on a field that nothing has."""

from fakes import World
from homes import announce, say
from mixed_home import mixed
import pytest

from bot.alerts.rules.warnings import warnings_of
from bot.commands.alerts import Alert
from bot.model.replies import BotError, Caller, Surface
from bot.model.rules import AlertRule, Condition, Operator, Role, Subscription


@pytest.mark.parametrize(
    "rule",
    [
        "bad fenster batterie > 100",
        "bad fenster batterie < 0",
        "bad fenster batterie == 120",
        "klima bad luftfeuchtigkeit > 150",
        "klima bad luftfeuchtigkeit >= 101",
        "klima bad luftfeuchtigkeit zwischen 110 und 130",
        "klima bad luftfeuchtigkeit außerhalb 0 und 100",
        "küchenlampe helligkeit > 300",
        "küchenlampe brightness < 1 %",
        "gewächshaus dauer > 99",
        "gewächshaus dauer > 2 h",
        "gewächshaus dach position > 110",
        "klima bad temperatur > 25 und klima bad luftfeuchtigkeit > 150",
    ],
)
async def test_a_limit_out_of_reach_is_refused(rule: str) -> None:
    world = mixed()
    said = await say(world, f"alarm {rule}")
    assert said.startswith("Diese Regel kann nie auslösen. Gemeldet wird "), said
    assert not world.bot.alerts.rules


@pytest.mark.parametrize(
    "rule",
    [
        "bad fenster batterie < 15",
        "bad fenster batterie >= 100",
        "klima bad luftfeuchtigkeit != 150",
        "klima bad luftfeuchtigkeit außerhalb 40 und 60",
        "klima bad luftfeuchtigkeit zwischen 90 und 130",
        "klima bad luftfeuchtigkeit steigt um 20 in 10 min",
        "küchenlampe helligkeit > 99",
        "gewächshaus dauer > 30 min",
        "gewächshaus dauer < 120 s",
        "gewächshaus dach position == 0",
        "zisterne füllstand <= 0",
        "waschmaschine leistung > 5000",
        "klima bad temperatur < -40",
    ],
)
async def test_a_limit_within_reach_is_taken(rule: str) -> None:
    world = mixed()
    said = await say(world, f"alarm {rule}")
    assert len(world.bot.alerts.rules) == 1, said
    assert "⚠" not in said


async def test_of_two_units_either_may_be_meant() -> None:
    """What one device tells in minutes and another in hours reaches as far as the larger one."""
    world = World(Subscription("#"))
    for node, unit, most in (("a", "min", 60), ("b", "h", 5)):
        config = {"state_topic": "pump/left", "command_topic": f"pump/{node}", "unit_of_measurement": unit}
        announce(world, "number", node, name="Left", min=0, max=most, device="Pump", **config)
    assert "rule_out_of_reach" not in await _doubts(world, "> 200 min")
    assert "rule_out_of_reach" in await _doubts(world, "> 400 min")
    assert "rule_out_of_reach" not in await _doubts(world, "> 400 °C")


async def _doubts(world: World, condition: str) -> list[str]:
    rule = AlertRule("pump/left", Condition(Operator.ABOVE, (condition.removeprefix("> "),)))
    return [each.key for each in await warnings_of(world.bot, rule)]


@pytest.mark.parametrize("rule", ["säge == 5", "säge > 5", "säge ist offen", "säge ist kaputt"])
async def test_what_said_nothing_yet_never_says_another_word(rule: str) -> None:
    world = mixed()
    assert "nie" in await say(world, f"alarm {rule}")
    assert not world.bot.alerts.rules


async def test_what_said_nothing_yet_may_say_its_words() -> None:
    world = mixed()
    assert "bisher nichts gekommen" in await say(world, "alarm säge ist an")
    assert len(world.bot.alerts.rules) == 1


@pytest.mark.parametrize(
    "rule",
    [
        "klima bad druck > 5",
        '"zigbee2mqtt/Klima Bad".pressure > 5',
        "haus/wetter.aussen.temperature < 0",
        "haus/zähler tage[7] > 5",
        "haus/zähler netz.L2.spannung > 250",
        "klima bad temperatur > 25 und haus/wetter.regen > 5",
    ],
)
@pytest.mark.parametrize("command", ["alarm", "einmal"])
async def test_a_field_that_nothing_has_is_asked_about(command: str, rule: str) -> None:
    world = mixed()
    said = await say(world, f"{command} {rule}")
    assert "haben kein Feld" in said
    assert said.endswith("Die Regel trotzdem anlegen? ja oder nein")
    assert not world.bot.alerts.rules
    world.later(20)
    assert "⚠ Die neuesten Nachrichten" in await say(world, "ja") or "regen" in rule
    assert len(world.bot.alerts.rules) == 1


async def test_who_cannot_answer_has_to_force_it() -> None:
    world = mixed()
    action = Caller(Surface.ACTION, "automation", Role.ADMIN)
    with pytest.raises(BotError) as refused:
        await world.bot.execute(Alert(topic="klima bad", condition="druck > 5"), action)
    assert refused.value.key == "unknown_field"
    assert not world.bot.alerts.rules
    await world.bot.execute(Alert(topic="klima bad", condition="druck > 5", force=True), action)
    assert world.bot.alerts.rules[0].field == "druck"


@pytest.mark.parametrize("change", ["> 150", "< 0 für 5 min", "und klima bad luftfeuchtigkeit > 150"])
async def test_no_rule_is_changed_so_that_it_never_fires(change: str) -> None:
    world = mixed()
    await say(world, "alarm klima bad luftfeuchtigkeit > 70 als Schimmel")
    world.later(20)
    before = world.bot.alerts.rule("Schimmel")
    assert "kann nie auslösen" in await say(world, f"regel Schimmel {change}")
    assert world.bot.alerts.rule("Schimmel") == before


async def test_a_rule_that_was_out_of_reach_before_can_be_switched_off_and_mended() -> None:
    dead = Condition(Operator.ABOVE, ("150",))
    kept = AlertRule("zigbee2mqtt/Klima Bad", dead, "Luftfeuchtigkeit", name="Alt", id="r1", number=1)
    world = mixed(alerts=(kept,))
    await say(world, "regel Alt aus")
    assert not world.bot.alerts.rule("Alt").enabled
    world.later(20)
    await say(world, "regel Alt > 80")
    assert world.bot.alerts.rule("Alt").condition.values == ("80",)


def blinds() -> World:
    """Return a home with blinds that tell no more than how far they are open."""
    world = World(Subscription("#"))
    for node, name in (("a", "Left blind"), ("b", "Right blind")):
        announce(
            *(world, "cover", node),
            name=name,
            command_topic=f"blinds/{node}/set",
            position_topic="blinds",
            position_template=f"{{{{ value_json.{node} }}}}",
            device="Blinds",
        )
    world.receive("blinds", '{"a": 40, "b": 0}')
    return world


@pytest.mark.parametrize(
    ("said", "name", "condition"),
    [
        ("left blind is open", "Left blind position", Condition(Operator.ABOVE, ("0",))),
        ("right blind opens", "Right blind position", Condition(Operator.ABOVE, ("0",))),
        ("left blind is closed", "Left blind position", Condition(Operator.AT_MOST, ("0",))),
        ("blinds right blind position is zu", "Right blind position", Condition(Operator.AT_MOST, ("0",))),
        ("left blind > 50", "Left blind position", Condition(Operator.ABOVE, ("50",))),
    ],
)
async def test_a_blind_that_tells_only_its_position_is_open_above_nothing(
    said: str, name: str, condition: Condition
) -> None:
    world = blinds()
    answer = await say(world, f"alert {said}")
    assert "⚠" not in answer
    assert world.bot.alerts.rules[0].field.strip('"') == name
    assert world.bot.alerts.rules[0].condition == condition


@pytest.mark.parametrize("said", ["left blind > 120", "left blind < 0", "left blind is wet"])
async def test_a_field_with_blanks_has_its_bounds(said: str) -> None:
    world = blinds()
    assert "never" in await say(world, f"alert {said}")
    assert not world.bot.alerts.rules


async def test_a_blind_that_said_nothing_yet_is_open_above_nothing() -> None:
    world = World(Subscription("#"))
    announce(world, "cover", "c", name="Awning", command_topic="c/set", position_topic="c/at")
    await say(world, "alert awning is open")
    assert world.bot.alerts.rules[0].condition == Condition(Operator.ABOVE, ("0",))


async def test_what_tells_words_is_compared_with_words() -> None:
    world = mixed()
    await say(world, "alarm gewächshaus dach ist offen")
    assert world.bot.alerts.rules[0].condition == Condition(Operator.EQUAL, ("offen",))


@pytest.mark.parametrize("said", ["heizt", "ist an", "mode ist kochen", "ist offen"])
async def test_a_mode_is_one_of_those_that_are_listed(said: str) -> None:
    world = mixed()
    answer = await say(world, f"alarm heizung wohnzimmer {said}")
    assert "Angezeigt wird: aus, Heizbetrieb, Auto" in answer or "nie auslösen" in answer
    assert not world.bot.alerts.rules


@pytest.mark.parametrize("said", ["ist heat", "mode ist heizbetrieb", "ist aus", "ist off"])
async def test_a_mode_may_be_said_in_either_language(said: str) -> None:
    world = mixed()
    assert "⚠" not in await say(world, f"alarm heizung wohnzimmer {said}")
    assert world.bot.alerts.rules[0].field == "Mode"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("wetter aussen feuchte > 90", "aussen.feuchte"),
        ("wetter feuchte > 90", "aussen.feuchte"),
        ("zähler stand > 9000", "Zähler.Stand"),
        ("zähler leistung > 900", '"Aktuelle Leistung"'),
        ("zähler spannung > 250", "netz.L1.spannung"),
    ],
)
async def test_a_field_is_found_by_its_last_words(said: str, field: str) -> None:
    world = mixed()
    assert "⚠" not in await say(world, f"alarm {said}")
    assert world.bot.alerts.rules[0].field == field


async def test_of_two_fields_with_the_same_last_words_is_asked_which() -> None:
    world = World(Subscription("#"))
    world.receive("meter", '{"in": {"power": 1}, "out": {"power": 2}}')
    assert "in.power" in await say(world, "alert meter power > 5")
    assert not world.bot.alerts.rules


@pytest.mark.parametrize(
    ("said", "condition"),
    [
        ("gone quiet", Condition(Operator.STALE)),
        ("has gone quiet for 2h", Condition(Operator.STALE, seconds=7200)),
        ("goes quiet for 2 hours", Condition(Operator.STALE, seconds=7200)),
        ("no news for 2h", Condition(Operator.STALE, seconds=7200)),
        ("verstummt", Condition(Operator.STALE)),
        ("sagt nichts mehr", Condition(Operator.STALE)),
        ("hat sich seit 2 h nicht gemeldet", Condition(Operator.STALE, seconds=7200)),
        ("wechselt", Condition(Operator.CHANGES)),
        ("etwas kommt", Condition(Operator.HAPPENS)),
    ],
)
async def test_what_is_said_of_silence_and_of_change(said: str, condition: Condition) -> None:
    world = mixed()
    await say(world, f"alarm haus/keller/gefriertruhe {said}")
    assert world.bot.alerts.rules[0].condition == condition


@pytest.mark.parametrize(
    ("said", "word"),
    [("läuft", "ein"), ("nicht läuft", "aus"), ("is running", "ein"), ("is not running", "aus")],
)
async def test_what_is_only_on_or_off_runs_while_it_is_on(said: str, word: str) -> None:
    world = mixed()
    await say(world, f"alarm zisterne pumpe {said}")
    assert world.bot.alerts.rules[0].condition == Condition(Operator.EQUAL, (word,))


async def test_a_plug_that_measures_its_power_tells_by_it_what_runs() -> None:
    world = mixed()
    assert "Waschmaschine Leistung > 5 W" in await say(world, "alarm waschmaschine läuft")
    assert not world.bot.alerts.rules

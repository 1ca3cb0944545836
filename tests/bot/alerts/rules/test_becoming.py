"""Rules in words for what happens: each waits for a state that the thing really has, or is refused."""

from fakes import World
from homes import announce
import pytest
import talk_home

from bot.model.rules import Condition, Operator, Subscription

HOMES = {"en": talk_home.english, "de": talk_home.german}


def things(*kinds: tuple[str, str, str], said: str = "") -> World:
    """Return a home with things: component, device class and name; each has said something or not."""
    world = World(Subscription("t/#"))
    for component, device_class, name in kinds:
        topic = f"t/{name.replace(' ', '_')}"
        extra = {"device_class": device_class} if device_class else {}
        announce(world, component, topic.replace("/", "_"), name=name, state_topic=topic, **extra)
        if said:
            world.receive(topic, said)
    return world


async def rule_after(world: World, line: str) -> tuple[str, Condition | None]:
    answer = await world.ask(line)
    rules = world.bot.rules.alerts
    return answer, rules[-1].condition if rules else None


@pytest.mark.parametrize(
    ("language", "line", "state"),
    [
        ("en", "alert freezer door opens", "open"),
        ("en", "alert freezer door closes for 5 min", "closed"),
        ("en", "alert freezer door is opened", "opened"),
        ("en", "alert kitchen lamp goes on", "on"),
        ("en", "alert kitchen lamp turns off", "off"),
        ("en", "alert kitchen lamp starts", "on"),
        ("en", "alert kitchen lamp stops", "off"),
        ("en", "tell me when the freezer door opens", "open"),
        ("en", "let me know when the freezer opens!", "open"),
        ("de", "sag mir Bescheid wenn die Haustür aufgeht", "geöffnet"),
        ("de", "sag mir wenn die Haustür sich öffnet", "geöffnet"),
        ("de", "melde wenn die Küchenlampe angeht", "ein"),
        ("de", "sag mir wenn das Flurlicht ausgeht", "aus"),
        ("de", "sag mir wenn Anna nach Hause kommt", "home"),
    ],
)
async def test_what_happens_is_the_state_of_the_thing_then(language: str, line: str, state: str) -> None:
    world = HOMES[language]()
    answer, condition = await rule_after(world, line)
    assert condition is not None, answer
    assert condition.operator is Operator.EQUAL
    word = condition.values[0]
    assert word == state


async def test_the_rule_fires_when_it_happens() -> None:
    world = talk_home.english()
    await world.ask("alert freezer door opens")
    world.receive("home/freezer/door", "open")
    assert len(world.bot.alerts.active) == 1
    assert await world.ask("alert kitchen lamp turns off")
    world.receive("home/kitchen/lamp", "OFF")
    assert len(world.bot.alerts.active) == 2


@pytest.mark.parametrize(
    ("line", "states"),
    [
        ("alert freezer door goes on", "open, closed"),
        ("alert freezer door gets wet", "open, closed"),
        ("alert freezer door rings", "open, closed"),
        ("alert freezer door = banana", "open, closed"),
        ("alert kitchen lamp opens", "on, off"),
        ("alert kitchen lamp = banana", "on, off"),
        ("alert home/door/note opens", "Parcel at the neighbours'"),
    ],
)
async def test_what_never_happens_to_a_thing_is_refused_with_what_it_says(line: str, states: str) -> None:
    answer, condition = await rule_after(talk_home.english(), line)
    assert condition is None
    assert answer.endswith(f"the rule would never fire. What it says: {states}")


async def test_a_number_does_nothing_of_the_kind() -> None:
    answer, condition = await rule_after(talk_home.english(), "alert home/power/meter starts")
    assert condition is None
    assert "no number" in answer


@pytest.mark.parametrize(
    ("kind", "said", "line", "condition"),
    [
        (("event", "", "bell"), "", "alert bell rings", Condition(Operator.HAPPENS)),
        (("sensor", "", "bell"), "ring", "alert bell rings", Condition(Operator.HAPPENS)),
        (("binary_sensor", "", "bell"), "OFF", "alert bell rings", Condition(Operator.EQUAL, ("on",))),
        (("binary_sensor", "", "bell"), "OFF", "alert bell opens", Condition(Operator.EQUAL, ("on",))),
        (("binary_sensor", "moisture", "tub"), "OFF", "alert tub leaks", Condition(Operator.EQUAL, ("wet",))),
        (("binary_sensor", "moisture", "tub"), "", "alert tub leaks", Condition(Operator.EQUAL, ("wet",))),
        (
            ("binary_sensor", "running", "pump"),
            "OFF",
            "alert pump starts",
            Condition(Operator.EQUAL, ("running",)),
        ),
        (("sensor", "", "pump"), "opens", "alert pump opens", Condition(Operator.EQUAL, ("opens",))),
        (("sensor", "", "gauge"), "0.4", "alert gauge rains", Condition(Operator.ABOVE, ("0",))),
        (("switch", "", "plug"), "OFF", "alert plug = true", Condition(Operator.EQUAL, ("true",))),
    ],
)
async def test_each_kind_of_thing_has_its_own_words(
    kind: tuple[str, str, str], said: str, line: str, condition: Condition
) -> None:
    world = things(kind, said=said)
    answer, made = await rule_after(world, line)
    assert made == condition, answer


async def test_what_was_never_heard_waits_for_the_likeliest_state() -> None:
    world = World(Subscription("t/#"))
    await world.ask("alert t/gate opens")
    _, condition = await rule_after(world, "yes")
    assert condition == Condition(Operator.EQUAL, ("open",))


@pytest.mark.parametrize(
    ("line", "operator", "limit"),
    [
        ("alert freezer temperature drops below -20", Operator.BELOW, "-20"),
        ("alert freezer temperature rises above -15 for 5m", Operator.ABOVE, "-15"),
        ("alert freezer temperature climbs over -15", Operator.ABOVE, "-15"),
    ],
)
async def test_a_number_that_comes_to_a_limit(line: str, operator: Operator, limit: str) -> None:
    _, condition = await rule_after(talk_home.english(), line)
    assert condition == Condition(operator, (limit,))


@pytest.mark.parametrize(
    ("line", "hold"),
    [
        ("sag mir wenn die Haustür länger als 5 Minuten offen ist", 300.0),
        ("sag mir wenn die Haustür aufgeht", 0.0),
        ("sag mir wenn der Gefrierschrank über -15 steigt", 0.0),
    ],
)
async def test_a_german_clause_ends_in_its_verb(line: str, hold: float) -> None:
    world = talk_home.german()
    answer = await world.ask(line)
    (rule,) = world.bot.rules.alerts
    assert rule.hold == hold, answer

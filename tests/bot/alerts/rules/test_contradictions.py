"""What cannot work with a condition is refused when a rule is made."""

from fakes import World
import pytest

from bot.alerts.rules.contradictions import contradiction
from bot.alerts.rules.grammar import read_rule
from bot.model.rules import AlertRule, Condition, Operator, Priority


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("changes for 10m", "rule_for_moment"),
        ("happens for 10m", "rule_for_moment"),
        ("changes every 5m", "rule_every_changes"),
        ("changes clear 5", "rule_clear_needless"),
        ("happens clear 5", "rule_clear_needless"),
        ("changes missing clears", "rule_missing_needless"),
        ("stale 5m for 10m", "rule_for_stale"),
        ("stale auto for 10m", "rule_for_stale"),
        ("stale 5m clear 3", "rule_clear_needless"),
        ("field stale 5m missing clears", "rule_missing_needless"),
        ("> 30 missing clears", "rule_missing_field"),
        ("is on clear on", "rule_clear_fires"),
        ("is on clear TRUE", "rule_clear_fires"),
        ("== 5 clear 5.0", "rule_clear_fires"),
        ("contains error clear no error", "rule_clear_fires"),
        ("matches E* clear E5", "rule_clear_fires"),
        ("is not on clear off", "rule_clear_never"),
        ("!= 5 clear 6", "rule_clear_never"),
        ("> 30 clear 35", "rule_clear_beyond"),
        (">= 30 clear 31", "rule_clear_beyond"),
        ("< 5 clear 1", "rule_clear_beyond"),
        ("<= 5 clear 4.9", "rule_clear_beyond"),
        ("> 30 °C clear 90 °F", "rule_clear_beyond"),
        ("rises 5 in 10m clear 2", "rule_clear_moving"),
        ("falls 5 in 10m clear 2", "rule_clear_moving"),
    ],
)
async def test_it_is_refused_with_what_to_do(text: str, key: str) -> None:
    found = contradiction(read_rule(f"t {text}", "t".__eq__))
    assert found is not None
    assert found.key == key
    world = World()
    said = await world.ask(f"/mqtt alert t {text}")
    assert not world.bot.alerts.rules
    assert "{" not in said
    assert "out" in said or "other value" in said, said


@pytest.mark.parametrize(
    "text",
    [
        "> 30 clear 30",
        "> 30 for 10m clear 28 every 1h",
        "> 30 clear 80 °F",
        ">= 30 clear 30",
        "< 5 clear 6",
        "> 30 clear x",
        "between 5 and 8 clear 1",
        "outside 5 and 8 clear 10",
        "is on clear off",
        "is not on clear on",
        "contains error clear ok",
        "rises 5 in 10m for 1h every 5m",
        "changes",
        "happens every 5m",
        "stale 5m every 1h",
        "field is on missing clears",
    ],
)
def test_what_works_is_not_refused(text: str) -> None:
    assert contradiction(read_rule(f"t {text}", "t".__eq__)) is None


def test_what_nobody_can_acknowledge_is_not_escalated() -> None:
    found = contradiction(AlertRule("t", Condition(Operator.HAPPENS), escalate_after=60.0))
    assert found is not None
    assert (found.key, found.part) == ("rule_escalates_moment", "escalate_after")


async def test_the_whole_time_is_named_for_silence() -> None:
    assert "stale 15m" in await World().ask("/mqtt alert t stale 5m for 10m")


async def test_a_rule_that_was_kept_earlier_can_be_switched_off_and_mended() -> None:
    kept = AlertRule("t", Condition(Operator.CHANGES), name="old", id="r1", number=1, hold=600.0)
    world = World(alerts=(kept,))
    await world.ask("/mqtt rule 1 off")
    assert not world.bot.alerts.rule("1").enabled
    await world.ask("/mqtt rule 1 stale 5m")
    assert world.bot.alerts.rule("1").condition.operator is Operator.CHANGES
    await world.ask("/mqtt rule 1 for none")
    assert world.bot.alerts.rule("1").hold == 0.0
    assert "for none" in await world.ask("/mqtt rule 1 for 10m")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("changes alle 1h", "„alle“ weglassen („alle nie“ nimmt"),
        (
            "stale 5m für 10 min",
            "„für“ weglassen („für nie“ nimmt es aus einer Regel heraus) und keine daten 15m",
        ),
        ("changes für 5 min", "„ändert sich“ ist nur einen Augenblick lang wahr"),
        ("> 5 entwarnung 9", "Bei > 5 ist der Alarm vorbei, ehe 9 erreicht ist: für „entwarnung“"),
    ],
)
async def test_a_german_is_told_with_words_that_are_understood_in_german(typed: str, told: str) -> None:
    assert told in await World(language="de").ask(f"alarm t {typed}")


async def test_what_a_german_is_told_to_write_is_understood() -> None:
    kept = AlertRule("t", Condition(Operator.CHANGES), name="alt", id="r1", number=1, hold=600.0, repeat=60.0)
    world = World(alerts=(kept,), language="de")
    await world.ask("regel 1 für nie alle nie")
    assert (world.bot.alerts.rule("1").hold, world.bot.alerts.rule("1").repeat) == (0.0, 0.0)
    assert "stumm" in await world.ask("regel 1 wieso")
    await world.ask("regel 1 stumm")
    assert world.bot.alerts.rule("1").priority is Priority.SILENT

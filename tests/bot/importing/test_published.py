"""Configurations that people have published, imported: below `published/`, with their sources."""

from collections import Counter
from pathlib import Path
import re

from fakes import World
from other_programs import given_of, place, planned, rules_of
import pytest

from bot.importing.importing import carry_out
from bot.importing.programs import plan_rules

PAGE = Path(__file__).parents[3] / "docs" / "importing.md"
FOLDER = Path(__file__).parent / "published"
PUBLISHED = sorted(path for path in FOLDER.iterdir() if path.suffix in {".yaml", ".ini"})
LEAST = {"ha": 12, "alert2": 4, "mqttwarn": 5}
REFUSED = {
    ("metbril", "cpu_hot", "known"),
    ("guide", "boiler ignition_failed", "template"),
    ("guide", "cam_basement motion_while_away", "template"),
    ("generators", "battery {{ genGroups[0] }}_is_low", "generator"),
    ("basic", "owntracks-battery", "code"),
    ("hiveeyes", "hiveeyes-schwarmalarm", "code"),
}


def kind(path: Path) -> str:
    return path.stem.partition("_")[0]


def test_each_has_its_source() -> None:
    said = (FOLDER / "SOURCES.md").read_text("utf-8")
    sources = re.findall(
        r"^\| `([^`]+)` \| `[\w.-]+/[\w.-]+` \| `[^`]+`[^|]* \| [^|]+ \|$", said, re.MULTILINE
    )
    assert sorted(sources) == [path.name for path in PUBLISHED]


def test_four_fifths_of_each_kind_are_taken_and_the_rest_has_a_reason() -> None:
    files = Counter(map(kind, PUBLISHED))
    assert len(PUBLISHED) >= 20
    assert all(files[each] >= least for each, least in LEAST.items())
    rules, refused = Counter[str](), Counter[str]()
    reasons = set()
    for path in PUBLISHED:
        outcomes = [outcome for _, outcome in planned(given_of(path.read_text("utf-8"))).steps]
        assert outcomes, path.name
        assert all(each.why for each in outcomes if each.word != "taken")
        skipped = [each for each in outcomes if each.word == "skipped"]
        rules[kind(path)] += len(outcomes)
        refused[kind(path)] += len(skipped)
        reasons |= {(path.stem.partition("_")[2], each.name, each.why) for each in skipped}
    assert rules == {"ha": 25, "alert2": 16, "mqttwarn": 22}
    assert reasons == REFUSED
    assert refused.total() <= 0.2 * rules.total()
    assert all(refused[each] <= 0.2 * rules[each] for each in rules)
    taken = rules - refused
    told = (
        f"Of {len(PUBLISHED)} published configurations with {rules.total()} rules, which the tests import,"
        f" {taken.total()} rules are taken: {taken['ha']} of {rules['ha']} of `alert:`, {taken['alert2']} of"
        f" {rules['alert2']} of Alert2, {taken['mqttwarn']} of {rules['mqttwarn']} of mqttwarn."
    )
    assert told in PAGE.read_text("utf-8")


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.name)
async def test_nothing_is_made_twice_and_all_of_it_runs(path: Path) -> None:
    world = World()
    text = path.read_text("utf-8")
    *_, made = plan_rules(given_of(text), world.bot.rules, place)
    await carry_out(made, world.bot)
    kept = world.bot.rules
    assert len(kept.alerts) + len(kept.subscriptions) == len(rules_of(made)) > 0
    *_, again = plan_rules(given_of(text), kept, place)
    assert rules_of(again) == []
    assert {outcome.word for _, outcome in again.steps} == {"skipped"}

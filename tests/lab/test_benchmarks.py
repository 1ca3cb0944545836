"""The bounds that the benchmarks hold: what is too much is told."""

from dataclasses import replace

import pytest

from benchmarks.rules import Costs, Found, failures

WELL = Costs(10.0, 10.0, 1.0)
FOUND = Found(receive=WELL, judge=WELL, one_more=WELL, joined=WELL, met=WELL, joined_many=WELL)


def test_rules_that_cost_little_fail_nothing() -> None:
    assert list(failures(FOUND)) == []


@pytest.mark.parametrize(
    ("name", "ratio", "told"),
    [
        ("receive", 1.06, "with 10,000 rules"),
        ("joined", 1.11, "with conditions beside its own"),
        ("met", 1.11, "where the first condition is so"),
        ("joined_many", 1.21, "with 10,000 joined rules"),
    ],
)
def test_rules_that_cost_too_much_are_told(name: str, ratio: float, told: str) -> None:
    (failure,) = failures(replace(FOUND, **{name: Costs(10.0, 10.0 * ratio, ratio)}))
    assert told in failure

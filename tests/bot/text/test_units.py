"""Amounts in other units."""

from hypothesis import given, strategies as st
import pytest

from bot.text.units import comparable, convert


@pytest.mark.parametrize(
    ("amount", "unit", "to", "found"),
    [
        (30, "°C", "°F", 86.0),
        (32, "°F", "°C", 0.0),
        (0, "°C", "K", 273.15),
        (300, "K", "°C", 26.85),
        (25, "C", "°C", 25.0),
        (2.5, "kW", "W", 2500.0),
        (2500, "w", "kW", 2.5),
        (1, "MW", "mW", 1e9),
        (3.6, "MJ", "kWh", 1.0),
        (1, "bar", "hPa", 1000.0),
        (1013, "mbar", "hPa", 1013.0),
        (36, "km/h", "m/s", 10.0),
        (1, "m³", "L", 1000.0),
        (90, "min", "h", 1.5),
        (1, "mi", "m", 1609.344),
        (1, "GB", "MB", 1000.0),
        (0.05, "mg/m³", "µg/m³", 50.0),
    ],
)
def test_units_of_one_quantity_are_converted(amount: float, unit: str, to: str, found: float) -> None:
    assert convert(amount, unit, to) == found


@pytest.mark.parametrize(
    ("unit", "to"), [("", "°C"), ("°C", ""), ("°C", "%"), ("Stk.", "W"), ("W", "W"), ("MW", "Mw")]
)
def test_what_cannot_be_converted_stays_a_bare_number(unit: str, to: str) -> None:
    assert convert(7.0, unit, to) == 7.0


def test_a_difference_has_no_zero_point() -> None:
    assert convert(9, "°F", "°C", difference=True) == 5.0
    assert convert(5, "K", "°C", difference=True) == 5.0


@given(st.floats(-1e6, 1e6), st.sampled_from([("°C", "°F"), ("W", "kW"), ("psi", "bar"), ("K", "°F")]))
def test_back_and_forth_is_where_it_began(amount: float, units: tuple[str, str]) -> None:
    there, back = units
    assert convert(convert(amount, there, back), back, there) == pytest.approx(amount, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    ("unit", "other", "same"),
    [
        ("", "W", True),
        ("W", "", True),
        ("kW", "W", True),
        ("°F", "°C", True),
        ("Lux", "lux", True),
        ("lx", "lux", True),
        ("kg", "°C", False),
        ("for", "W", False),
        ("W", "lux", False),
    ],
)
def test_two_units_measure_the_same_or_not(unit: str, other: str, same: bool) -> None:
    assert comparable(unit, other) is same

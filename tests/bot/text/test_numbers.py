"""Numbers with units, read and written."""

from math import isfinite

from hypothesis import given, strategies as st
import pytest

from bot.text.numbers import number, number_text, size_text, ungrouped, with_unit


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("22", (22.0, "")),
        ("22.5", (22.5, "")),
        ("22,5", (22.5, "")),
        ("-3", (-3.0, "")),
        ("−3", (-3.0, "")),
        ("+3", (3.0, "")),
        (".5", (0.5, "")),
        (",5", (0.5, "")),
        ("007.5", (7.5, "")),
        (" 22.5\n", (22.5, "")),
        ("1e5", (1e5, "")),
        ("1.5E-3", (0.0015, "")),
        ("1e-400", (0.0, "")),
        ("22.5 °C", (22.5, "°C")),
        ("22.5°C", (22.5, "°C")),
        ("22,5\u00a0°C", (22.5, "°C")),
        ("45 %", (45.0, "%")),
        ("45 % RH", (45.0, "% RH")),
        ("21.5 deg C", (21.5, "deg C")),
        ("21.5 Deg. F", (21.5, "Deg. F")),
        ("21.5 degrees Celsius", (21.5, "degrees Celsius")),
        ("21.5 º C", (21.5, "º C")),
        ("21.5 ° C", (21.5, "° C")),
        ("21.5&deg;C", (21.5, "&deg;C")),
        ("3,5 l / min", (3.5, "l / min")),
        ("1 013.25 hPa", (1013.25, "hPa")),
        ("-12 345 678,5 Wh", (-12345678.5, "Wh")),
        ("1\u2009013.25", (1013.25, "")),
        ("1\u202f013,25 hPa", (1013.25, "hPa")),
        ("1\u00a0013 hPa", (1013.0, "hPa")),
        ("1'013.25 CHF", (1013.25, "CHF")),
        ("1’013", (1013.0, "")),
        ("45%", (45.0, "%")),
        ("12.6V", (12.6, "V")),
        ("0W", (0.0, "W")),
        ("1,299 EUR/L", (1.299, "EUR/L")),
        ("1.769 €", (1.769, "€")),
        ("1.299,00 EUR", (1299.0, "EUR")),
        ("1,299.50 EUR", (1299.5, "EUR")),
        ("1.234.567,8", (1234567.8, "")),
        ("1,234,567.8", (1234567.8, "")),
        ("3 µg/m³", (3.0, "µg/m³")),
        ("3 ft3/min", (3.0, "ft3/min")),
        ("3 m3", (3.0, "m3")),
        ("5 mm/h", (5.0, "mm/h")),
        ("90°", (90.0, "°")),
        ("7 fl. oz.", (7.0, "fl. oz.")),
        ("6.1 kWh/100km", (6.1, "kWh/100km")),
        ("3 UV index", (3.0, "UV index")),
        ("4 Stk.", (4.0, "Stk.")),
    ],
)
def test_numbers_are_read_with_their_units(text: str, found: tuple[float, str]) -> None:
    assert number(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ON",
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        "1e400",
        "-1e400 W",
        "0x1F",
        "0x2",
        "0b2",
        "1_000",
        "1.2.3",
        "1.234.567",
        "192.168.1.5",
        "192.168.100.200",
        "255,128,64",
        "255,128,000",
        "52.520,13.405",
        "12,34.5",
        "1234,567.8",
        ",567.8",
        "2024-05-01",
        "12:30",
        "1/2",
        "5 - 10",
        "5.",
        "5,",
        "12 V and rising",
        "3 1",
        "٣",
        "9" * 65,
        "1 " + "a" * 30,
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(("text", "value"), [("1,299", 1.299), ("1.299", 1.299)])
def test_a_lone_mark_is_the_decimal_mark(text: str, value: float) -> None:
    assert number(text) == (value, "")


@pytest.mark.parametrize(
    "text",
    ["12 345", "1 013.25", "12 34 W", "0 123 W", "123 4567 W", "1 013'250 W", "2026 110 W", "1\u2009000 000"],
)
def test_numbers_beside_each_other_are_no_groups(text: str) -> None:
    assert number(text) is None


@given(st.floats(0, 1e15), st.sampled_from(" \u00a0\u2009\u202f'’"))
def test_groups_of_three_are_read_as_the_number(value: float, mark: str) -> None:
    written = f"{value:,.2f}".replace(",", mark)
    assert number(f"{written} W") == (float(f"{value:.2f}"), "W")
    assert ungrouped(written) == f"{value:.2f}"


@given(st.text(alphabet="0123456789.,eE+-−x% °CkW/m³\t'\u2009") | st.text())
def test_a_number_found_is_finite_and_its_unit_is_the_end_of_the_text(text: str) -> None:
    found = number(text)
    assert found is None or (isfinite(found[0]) and text.rstrip().endswith(found[1]))


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["", " °C", "%", " kWh"]))
def test_every_double_is_read_back(value: float, unit: str) -> None:
    assert number(f"{value!r}{unit}") == (value, unit.strip())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (22.5, "22.5"),
        (22.0, "22"),
        (0.1 + 0.2, "0.3"),
        (22.3 - 0.000000000000003, "22.3"),
        (0.0012, "0.0012"),
        (0.00001, "0.00001"),
        (-0.0, "0"),
        (1e15, "1000000000000000"),
        (1e20, "100000000000000000000"),
        (1e300, "1e+300"),
        (1e-300, "1e-300"),
        (2**70, "1180591620717411303424"),
        (-7, "-7"),
    ],
)
def test_numbers_are_written_in_full_and_no_longer(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.floats(-1e308, 1e308) | st.integers(-(10**40), 10**40))
def test_a_number_written_is_the_number_to_fifteen_digits(value: float) -> None:
    assert float(number_text(value)) == pytest.approx(float(value), rel=1e-14)


@pytest.mark.parametrize(
    ("text", "unit", "joined"),
    [("22.5", "°C", "22.5 °C"), ("45", "%", "45 %"), ("90", "°", "90°"), ("ON", "", "ON")],
)
def test_value_and_unit_are_joined(text: str, unit: str, joined: str) -> None:
    assert with_unit(text, unit) == joined


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1 kB"),
        (1_549, "1.5 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (45_230, "45 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (5_000_000, "5 MB"),
        (12_345_678_901, "12 GB"),
    ],
)
def test_sizes_are_written_with_three_digits_at_most(size: int, text: str) -> None:
    assert size_text(size) == text

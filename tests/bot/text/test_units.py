"""Amounts in other units."""

from itertools import permutations

from homeassistant.util import unit_conversion
from hypothesis import given, strategies as st
import pytest

from bot.text.numbers import number
from bot.text.units import comparable, convert, is_unit, written_unit

# What the gas must be known for: µg/m³ of ozone is another ppb than µg/m³ of carbon monoxide.
BY_VOLUME, BY_MASS = {"ppm", "ppb"}, {"mg/m³", "μg/m³"}


def pairs() -> list[tuple[type[unit_conversion.BaseUnitConverter], str, str]]:
    """Return each two units of each of Home Assistant's converters."""
    converters = (
        each
        for each in vars(unit_conversion).values()
        if isinstance(each, type) and issubclass(each, unit_conversion.BaseUnitConverter)
    )
    return [
        (converter, str(unit), str(to))
        for converter in converters
        if converter is not unit_conversion.BaseUnitConverter
        for unit, to in permutations(converter._UNIT_CONVERSION, 2)
        if unit is not None and to is not None
    ]


def needs_the_gas(unit: str, to: str) -> bool:
    return (unit in BY_VOLUME and to in BY_MASS) or (unit in BY_MASS and to in BY_VOLUME)


@pytest.mark.parametrize("amount", [10.0, 0.37, 1234.5, -4.0])
def test_each_pair_of_home_assistant_is_converted_as_there(amount: float) -> None:
    wrong, known = [], pairs()
    for converter, unit, to in known:
        if amount < 0 and "Beaufort" in {unit, to}:
            continue
        delta = converter is unit_conversion.TemperatureDeltaConverter
        gas = str(converter.UNIT_CLASS)
        ours = convert(amount, unit, to, difference=delta, gas=gas)
        theirs = converter.convert(amount, unit, to)
        if not comparable(unit, to, gas) or ours != pytest.approx(theirs, rel=1e-9):
            wrong.append((converter.UNIT_CLASS, unit, to, ours, theirs))
    assert not wrong
    assert len(known) >= 1_616


def test_what_the_gas_must_be_known_for_is_not_compared() -> None:
    unknown = [pair[1:] for pair in pairs() if needs_the_gas(*pair[1:])]
    assert unknown
    assert not any(comparable(*pair) or comparable(*pair, "volatile_organic_compounds") for pair in unknown)


def test_each_unit_of_home_assistant_is_read_in_a_limit() -> None:
    units = {unit for _, *both in pairs() for unit in both}
    assert {unit for unit in units if number(f"5 {unit}") != (5.0, unit)} == set()


@pytest.mark.parametrize(
    ("amount", "unit", "to", "found"),
    [
        (30, "°C", "°F", 86.0),
        (32, "°F", "°C", 0.0),
        (0, "°C", "K", 273.15),
        (300, "K", "°C", 26.85),
        (25, "C", "°C", 25.0),
        (2.5, "kW", "W", 2500.0),
        (2500, "w", "d", 17500.0),
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
        (500, "mWh", "Wh", 0.5),
        (60, "mHz", "Hz", 0.06),
        (1, "MV", "kV", 1000.0),
        (1.5, "m³/h", "L/min", 25.0),
        (900, "var", "kvar", 0.9),
        (30, "mm/d", "mm/h", 1.25),
        (10, "km/kWh", "Wh/km", 100.0),
        (100, "Wh/km", "km/kWh", 10.0),
        (10, "km/kWh", "mi/kWh", 6.21371192237),
        (13, "m/s", "Beaufort", 6.0),
        (6, "Beaufort", "bft", 6.0),
        (6.4, "Beaufort", "bft", 6.4),
        (0, "km/kWh", "Wh/km", float("inf")),
        (1e300, "Beaufort", "m/s", float("inf")),
        (-4, "Beaufort", "m/s", -6.688),
    ],
)
def test_units_of_one_quantity_are_converted(amount: float, unit: str, to: str, found: float) -> None:
    assert convert(amount, unit, to) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("µA", "μA"),
        ("uA", "µA"),
        ("m³/h", "m3/h"),
        ("m^3/h", "㎥/h"),
        ("℃", "°C"),
        ("º C", "°C"),
        ("inH₂O", "inH2O"),
        ("kW·h", "kWh"),
        ("kWh/100 km", "kWh/100km"),
        ("KWH", "kWh"),
        ("kw", "kW"),
        ("mwh", "mWh"),
        ("kVAr", "kvar"),
        ("KM/H", "km/h"),
        ("L/MIN", "l/min"),
        ("lpm", "L/min"),
        ("M³", "m³"),
        ("KB/s", "kB/s"),
        ("Mbps", "Mbit/s"),
        ("MBps", "MB/s"),
        ("MS/CM", "MS/cm"),
        ("Lux", "lx"),
        ("Stk.", "stk."),
        ("x" * 40, "X" * 40),
    ],
)
def test_one_unit_in_two_spellings(one: str, other: str) -> None:
    assert comparable(one, other)
    assert convert(7.0, one, other) == 7.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("mW", "MW"), ("mWh", "MWh"), ("mHz", "MHz"), ("mV", "MV"), ("mPa", "MPa"), ("mJ", "MJ")),
        *(("ML", "mL"), ("mbit/s", "Mbit/s"), ("mS", "ms"), ("mS", "MS"), ("W", "w"), ("K", "k")),
        *(("kB", "kb"), ("MB/s", "Mb/s"), ("Kib", "KiB"), ("MB", "mb"), ("Pa", "pA")),
        *(("kN", "kn"), ("S", "s"), ("H", "h"), ("mfoo", "Mfoo"), ("foo/mbar", "foo/Mbar")),
    ],
)
def test_what_only_its_case_tells_apart_is_never_the_same(one: str, other: str) -> None:
    assert not comparable(one, other) or convert(1.0, one, other) != 1.0


@pytest.mark.parametrize(
    ("unit", "to"), [("", "°C"), ("°C", ""), ("°C", "%"), ("Stk.", "W"), ("W", "W"), ("MW", "Mw")]
)
def test_what_cannot_be_converted_stays_a_bare_number(unit: str, to: str) -> None:
    assert convert(7.0, unit, to) == 7.0


def test_a_difference_has_no_zero_point() -> None:
    assert convert(9, "°F", "°C", difference=True) == 5.0
    assert convert(5, "K", "°C", difference=True) == 5.0


@given(
    st.floats(-1e6, 1e6),
    st.sampled_from([("°C", "°F"), ("W", "kW"), ("psi", "bar"), ("K", "°F"), ("Wh/km", "mi/kWh")]),
)
def test_back_and_forth_is_where_it_began(amount: float, units: tuple[str, str]) -> None:
    there, back = units
    assert convert(convert(amount, there, back), back, there) == pytest.approx(amount, rel=1e-9, abs=1e-6)


@given(
    st.floats(),
    st.text(max_size=40) | st.sampled_from(["km/kWh", "Beaufort"]),
    st.sampled_from(["°F", "Beaufort", "Wh/km", "m/s"]),
)
def test_no_amount_and_no_unit_raise(amount: float, unit: str, to: str) -> None:
    convert(amount, unit, to)
    comparable(unit, to)


@pytest.mark.parametrize(
    ("unit", "other", "same"),
    [
        ("", "W", True),
        ("W", "", True),
        ("kW", "W", True),
        ("°F", "°C", True),
        ("Lux", "lux", True),
        ("kg", "°C", False),
        ("for", "W", False),
        ("W", "imp", False),
        ("Stück", "Stk.", False),
    ],
)
def test_two_units_measure_the_same_or_not(unit: str, other: str, same: bool) -> None:
    assert comparable(unit, other) is same
    assert comparable(other, unit) is same


@pytest.mark.parametrize("unit", ["V", "kWh", "°C", "Ω", "%", "m³/h", "rpm", "dBm", "EUR", "st.", "h"])
def test_what_stands_right_behind_a_number_may_be_a_unit(unit: str) -> None:
    assert is_unit(unit)


@pytest.mark.parametrize("code", ["Y", "E", "e", "Q", "th", "st", "ab", "beta", "G"])
def test_letters_that_are_no_unit_make_a_code_of_a_number(code: str) -> None:
    assert not is_unit(code)


@pytest.mark.parametrize(
    ("unit", "written"),
    [("℃", "°C"), ("℉", "°F"), ("˚C", "°C"), ("Â°C", "°C"), ("kWh", "kWh"), ("µg/m³", "µg/m³")],
)
def test_signs_are_written_as_people_write_them(unit: str, written: str) -> None:
    assert written_unit(unit) == written


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        *(("deg C", "°C"), ("º C", "°C"), ("° C", "°C"), ("Deg. C", "°C"), ("degrees Celsius", "°C")),
        *(("celsius", "°C"), ("&deg;F", "°F"), ("Grad Fahrenheit", "°F"), ("deg K", "K"), ("percent", "%")),
        *(("% RH", "%"), ("%RH", "%"), ("l / min", "l/min"), ("m / s", "m/s")),
    ],
)
def test_a_unit_in_words_is_the_sign(said: str, unit: str) -> None:
    assert written_unit(said) == unit
    assert convert(40, said, unit) == 40
    assert comparable(said, unit)
    assert not comparable(said, "kWh")

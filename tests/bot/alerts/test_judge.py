"""What conditions hold for which values."""

from hypothesis import given, strategies as st
import pytest

from bot.alerts.judge import MOST_REMEMBERED, Judge, Samples, _folded as folded
from bot.model.message import Message
from bot.model.rules import Condition, Operator, Value
from bot.payload.interpret import quantity
from bot.payload.paths import lookup
from bot.reading.readings import Readings

NOW = 1_800_000_000.0


def value(text: str) -> Value:
    """Return the value of a plain payload."""
    found = lookup(Readings().read(Message("t", text.encode())), ())
    assert found is not None
    return found


def judge(operator: str, *values: str, clear: str = "", seconds: float = 0.0) -> Judge:
    return Judge(Condition(Operator(operator), values, clear, seconds))


def holds(made: Judge, text: str, before: str | None = None) -> bool | None:
    return made.holds(value(text), before, (), NOW)


@pytest.mark.parametrize(
    ("operator", "limit", "text", "held"),
    [
        (">", "30", "30.1", True),
        (">", "30", "30", False),
        (">=", "30", "30", True),
        ("<", "30", "29", True),
        ("<", "30", "30", False),
        ("<=", "30", "30", True),
        (">", "-15 °C", "-14,5 °C", True),
        (">", "1.299,00", "1299.5 EUR", True),
        (">", "30 °C", "87 °F", True),
        (">=", "30 °C", "86 °F", True),
        (">", "30 °C", "85 °F", False),
        (">", "2 kW", "2500 W", True),
        (">", "30", "87 °F", True),
        (">", "30 °C", "45 %", None),
        (">", "1 Wh", "500 mWh", False),
        (">", "50 Hz", "60 mHz", False),
        (">", "20 L/min", "1.5 m³/h", True),
        (">", "1 kvar", "900 var", False),
        (">", "5 km/kWh", "100 Wh/km", True),
        ("<", "5 km/kWh", "100 Wh/km", False),
        (">", "6 Beaufort", "13 m/s", False),
        (">=", "6 Beaufort", "11 m/s", True),
        (">", "5 Stück", "7 Stk.", None),
        (">", "5 stk.", "7 Stk.", True),
        (">", "30", "warm", None),
        (">", "warm", "30", None),
        ("<", "30", "unavailable", None),
        ("==", "0", "0.0004", False),
        ("==", "0.3", "0.30000000000000004", True),
        ("==", "22,5", "22.5 °C", True),
        ("==", "5 kW", "5000 W", True),
        ("==", "6 Beaufort", "11 m/s", True),
        ("==", "5 kW", "5 °C", None),
        ("!=", "5 kW", "5 °C", None),
        ("==", "ON", " on ", True),
        ("==", "on", "true", True),
        ("==", "yes", "ON", True),
        ("==", "off", "no", True),
        ("==", "off", "ON", False),
        ("==", "5", "OPEN", False),
        ("==", "OPEN", "5", False),
        ("!=", "OPEN", "open", False),
        ("!=", "OPEN", "closed", True),
        ("!=", "5", "5.0", False),
        ("contains", "LEAK", "water leak here", True),
        ("contains", "leak", "dry", False),
        ("contains", "°c", "22.5 °C", True),
        ("matches", "err*", "ERROR 5", True),
        ("matches", "*5", "error 5", True),
        ("matches", "e*o*5", "error 5", True),
        ("matches", "e*x*5", "error 5", False),
        ("matches", "x*", "error", False),
        ("matches", "error", "error", True),
        ("matches", "error", "errors", False),
        ("matches", "err?r", "error", True),
        ("matches", "err??r", "error", False),
        ("matches", "*", "", True),
        ("matches", "ab*ba", "aba", False),
        ("matches", "a.c", "abc", False),
        ("matches", "22.*", "22.5 °C", True),
        ("matches", "22.5 °C", "22.5°C", True),
    ],
)
def test_one_limit(operator: str, limit: str, text: str, held: bool | None) -> None:
    made = judge(operator, limit)
    if text:
        assert holds(made, text) is held
    else:
        assert made.holds(Value(""), None, (), NOW) is held


@pytest.mark.parametrize(
    ("operator", "limits", "text", "held"),
    [
        ("between", ("5", "10"), "5", True),
        ("between", ("10", "5"), "10", True),
        ("between", ("5", "10"), "10.1", False),
        ("outside", ("5", "10"), "10", False),
        ("outside", ("5", "10"), "4", True),
        ("between", ("5", "10 °C"), "45 °F", True),
        ("between", ("500 W", "1 kW"), "700 W", True),
        ("between", ("5 °C", "10 kg"), "7 °C", None),
        ("between", ("5", "5"), "5", True),
        ("between", ("5", "x"), "5", None),
        ("between", ("5",), "5", None),
        ("between", ("5", "10"), "warm", None),
    ],
)
def test_two_limits(operator: str, limits: tuple[str, ...], text: str, held: bool | None) -> None:
    assert holds(judge(operator, *limits), text) is held


def test_a_glob_of_many_stars_takes_no_time() -> None:
    made = judge("matches", "a*" * 200 + "b")
    assert made.holds(Value("a" * 20_000), None, (), NOW) is False


def test_json_booleans_are_words() -> None:
    reading = Readings().read(Message("t", b'{"door": true}'))
    found = lookup(reading, ("door",))
    assert found is not None
    assert judge("==", "ON").holds(found, None, (), NOW) is True


def test_changes_compares_with_the_value_before() -> None:
    made = judge("changes")
    assert made.edge
    assert holds(made, "ON", None) is False
    assert holds(made, "ON", "on") is False
    assert holds(made, "22.50 °C", "22,5 °C") is False
    assert holds(made, "OFF", "ON") is True


def test_a_value_is_never_silence() -> None:
    made = judge("stale", seconds=600)
    assert made.timed
    assert holds(made, "5") is False
    assert made.clears(value("5"))


# The memory of what rises and falls.


def run(made: Judge, *samples: tuple[float, float], before: Samples = ()) -> list[bool | None]:
    memory, held = before, []
    for at, number in samples:
        one = Value(str(number), number)
        memory = made.remember(memory, one, NOW + at)
        held.append(made.holds(one, None, memory, NOW + at))
    return held


def test_a_rise_is_measured_from_the_lowest_of_the_window() -> None:
    made = judge("rises", "5", seconds=600)
    assert made.windowed
    assert run(made, (0, 20), (100, 18), (200, 22), (300, 23)) == [False, False, False, True]


def test_what_is_older_than_the_window_counts_no_more() -> None:
    assert run(judge("rises", "5", seconds=600), (0, 18), (601, 23), (700, 23.5)) == [False, False, False]


def test_a_fall_is_measured_from_the_highest() -> None:
    assert run(judge("falls", "3 K", seconds=600), (0, 20), (10, 21), (20, 18)) == [False, False, True]


def test_a_rise_in_another_unit_is_a_difference() -> None:
    made = judge("rises", "5 °C", seconds=600)
    memory = made.remember((), Value("50", 50, "°F"), NOW)
    assert made.holds(Value("58", 58, "°F"), None, memory, NOW + 1) is False
    assert made.holds(Value("59", 59, "°F"), None, memory, NOW + 1) is True


def test_a_rise_over_a_change_of_unit_is_measured() -> None:
    made = judge("rises", "500 W", seconds=600)
    memory = made.remember((), Value("900", 900, "W"), NOW)
    assert made.holds(Value("1.1", 1.1, "kW"), None, memory, NOW + 60) is False
    assert made.holds(Value("1.4", 1.4, "kW"), None, memory, NOW + 60) is True
    assert made.holds(Value("950", 950, "°C"), None, memory, NOW + 60) is None


def test_a_clock_set_back_drops_what_lies_in_the_future() -> None:
    made = judge("rises", "5", seconds=600)
    assert made.remember(((NOW + 50, 10.0),), Value("20", 20.0), NOW) == ((NOW, 20.0),)
    assert made.holds(Value("20", 20.0), None, ((NOW + 50, 10.0),), NOW) is False


def test_what_comes_at_once_after_something_lower_is_not_kept() -> None:
    made = judge("rises", "5", seconds=600)
    memory = made.remember(((NOW, 10.0),), Value("20", 20.0), NOW + 9)
    assert memory == ((NOW, 10.0),)
    assert made.remember(memory, Value("20", 20.0), NOW + 10) == ((NOW, 10.0), (NOW + 10, 20.0))


def test_text_is_not_remembered_and_other_operators_remember_nothing() -> None:
    assert judge("rises", "5", seconds=600).remember((), Value("warm"), NOW) == ()
    assert judge(">", "5").remember((), Value("6", 6.0), NOW) == ()


@given(
    st.lists(st.tuples(st.floats(0.01, 60), st.floats(-50, 50)), max_size=300),
    st.sampled_from(["rises", "falls"]),
)
def test_the_memory_stays_small_and_forgets_no_extreme(
    samples: list[tuple[float, float]], operator: str
) -> None:
    made, memory, now, all_of_it = judge(operator, "5", seconds=600), (), NOW, []
    worst = min if operator == "rises" else max
    for step, number in samples:
        now += step
        all_of_it.append((now, number))
        memory = made.remember(memory, Value(str(number), number), now)
        assert len(memory) <= MOST_REMEMBERED + 1
        # What comes within a sixtieth of the window after a more extreme value may be lost at the edge.
        safe = [amount for at, amount in all_of_it if now - 590 <= at]
        whole = [amount for at, amount in all_of_it if now - 600 <= at]
        kept = worst(amount for _, amount in memory)
        assert kept in whole
        if operator == "rises":
            assert min(whole) <= kept <= min(safe)
        else:
            assert max(safe) <= kept <= max(whole)


# When it is over.


@pytest.mark.parametrize(
    ("operator", "limits", "clear", "text", "cleared"),
    [
        (">", ("30",), "", "29.9", True),
        (">", ("30",), "28", "29", False),
        (">", ("30",), "28", "28", True),
        (">", ("30 °C",), "28 °C", "83 °F", False),
        (">", ("30 °C",), "28 °C", "82 °F", True),
        (">", ("1 kW",), "0.5", "600 W", False),
        (">", ("1 kW",), "0.5", "500 W", True),
        (">", ("1 kW",), "3 °C", "900 W", True),
        (">", ("5 km/kWh",), "4 km/kWh", "220 Wh/km", False),
        (">", ("5 km/kWh",), "4 km/kWh", "250 Wh/km", True),
        ("==", ("5 kW",), "3 °C", "3 kW", False),
        ("<", ("5",), "7", "6", False),
        ("<", ("5",), "7", "7", True),
        (">", ("30",), "28", "warm", False),
        (">", ("30",), "cold", "29", True),
        ("==", ("OPEN",), "CLOSED", "ajar", False),
        ("==", ("OPEN",), "CLOSED", "closed", True),
        ("between", ("5", "10"), "2", "11", False),
        ("between", ("5", "10"), "2", "12", True),
        ("between", ("5", "10"), "2", "3", True),
        ("outside", ("5", "10"), "1", "5.5", False),
        ("outside", ("5", "10"), "1", "6", True),
        ("outside", ("5", "10"), "1", "9.5", False),
        ("outside", ("5", "10"), "100", "7.5", True),
        ("outside", ("5", "x"), "1", "7", True),
        ("rises", ("5",), "25", "26", False),
        ("rises", ("5",), "25", "25", True),
        ("falls", ("5",), "20", "21", True),
        ("changes", (), "5", "7", True),
    ],
)
def test_an_alert_is_over_at_the_clear_value(
    operator: str, limits: tuple[str, ...], clear: str, text: str, cleared: bool
) -> None:
    assert judge(operator, *limits, clear=clear).clears(value(text)) is cleared


@pytest.mark.parametrize(
    ("operator", "limits", "amount", "peak", "worse"),
    [
        (">", ("30",), 31, None, True),
        (">", ("30",), 32, 31, True),
        (">", ("30",), 30, 31, False),
        ("<=", ("5",), 3, 4, True),
        ("<=", ("5",), 4, None, True),
        ("<=", ("5",), 4, 3, False),
        ("falls", ("5",), 3, 4, True),
        ("outside", ("5", "10"), 2, 11, True),
        ("outside", ("5", "10"), 12, 2, False),
        ("outside", ("5", "10"), 12, None, True),
        ("between", ("5", "10"), 7, None, False),
        (">", ("30",), None, 31, False),
        (">", ("warm",), 5, 4, False),
        ("==", ("5",), 5, 4, False),
    ],
)
def test_the_worst_value_is_told(
    operator: str, limits: tuple[str, ...], amount: float | None, peak: float | None, worse: bool
) -> None:
    assert judge(operator, *limits).worse(amount, peak) is worse


@pytest.mark.parametrize(
    ("operator", "limits", "clear", "seconds", "problem"),
    [
        (">", ("30",), "", 0, ""),
        (">", ("warm",), "", 0, "rule_limit_no_number"),
        (">", (), "", 0, "rule_limit_missing"),
        ("between", ("10", "5"), "", 0, ""),
        ("between", ("10",), "", 0, "rule_limit_missing"),
        ("between", ("10 kg", "20 °C"), "", 0, "rule_limit_units"),
        (">", ("30 °C",), "2 kg", 0, "rule_clear_no_number"),
        ("==", ("warm",), "", 0, ""),
        ("changes", (), "", 0, ""),
        ("stale", ("5",), "", 0, "rule_limit_missing"),
        ("rises", ("5",), "", 0, "rule_window_missing"),
        ("rises", ("5",), "", 60, ""),
        (">", ("30",), "cold", 0, "rule_clear_no_number"),
    ],
)
def test_what_can_never_fire_says_why(
    operator: str, limits: tuple[str, ...], clear: str, seconds: float, problem: str
) -> None:
    assert judge(operator, *limits, clear=clear, seconds=seconds).problem() == problem


def test_many_units_take_no_room() -> None:
    made = judge(">", "5 W")
    assert not any(made.holds(Value("6", 6.0, f"u{each}"), None, (), NOW) for each in range(200))
    assert len(made._by_unit) <= 64


@given(
    st.sampled_from(list(Operator)),
    st.lists(st.text(max_size=8), max_size=3).map(tuple),
    st.text(max_size=8),
    st.floats(0, 1e6),
    st.text(max_size=20),
)
def test_no_condition_and_no_value_raise(
    operator: Operator, limits: tuple[str, ...], clear: str, seconds: float, text: str
) -> None:
    made = Judge(Condition(operator, limits, clear, seconds))
    found = quantity(text)
    one = Value(text) if found is None else Value(found.text, found.value, found.unit)
    made.holds(one, "5", made.remember((), one, NOW), NOW)
    made.clears(one)
    made.worse(one.number, None)
    made.problem()


def test_every_operator_has_a_word_that_a_form_can_show() -> None:
    assert Operator.ABOVE.word == "above"
    assert all(operator.word.replace("_", "").isalpha() for operator in Operator)


def test_a_long_text_is_folded_once_for_all_rules() -> None:
    long = value("✅\n" * 100_000)
    folded.cache_clear()
    assert not any(
        Judge(Condition(Operator.CONTAINS, (f"w{number}",))).holds(long, None, (), NOW)
        for number in range(50)
    )
    assert folded.cache_info().misses <= 4

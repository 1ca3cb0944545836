"""Alert rules as chat text."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import example, given, strategies as st
import pytest

from bot.alerts.rules.clauses import LONGEST
from bot.alerts.rules.grammar import changed, parse_rule, read_rule, write_key, write_rule
from bot.alerts.rules.names import name_rule
from bot.model.handles import Handles
from bot.model.replies import BotError
from bot.model.rules import AlertRule, Condition, Operator, Priority
from bot.payload.paths import parse_path, write_path
from bot.reading.topic_lookup import split_topic
from bot.text.durations import LONGEST_DURATION

KNOWN = {"freezer", "net/192.168.1.5", "home/temperature", "living room", "home/data"}


def known(text: str) -> bool:
    return text in KNOWN


def rule(
    filter: str, operator: str, *values: str, seconds: float = 0, clear: str = "", **how: object
) -> AlertRule:
    return AlertRule(filter, Condition(Operator(operator), values, clear, seconds), **how)  # type: ignore[arg-type]


CRITICAL, NORMAL, SILENT = Priority.CRITICAL, Priority.NORMAL, Priority.SILENT


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # What the peer's users type.
        ("temp > 30", rule("temp", ">", "30")),
        ("home/temperature temperature > 30", rule("home/temperature", ">", "30", field="temperature")),
        ("home/temperature.temperature > 30", rule("home/temperature", ">", "30", field="temperature")),
        ("home/door/front OPEN critical", rule("home/door/front", "==", "OPEN", priority=CRITICAL)),
        ("home/sensors/# humidity >= 80 alert", rule("home/sensors/#", ">=", "80", field="humidity")),
        ("home/data.temperature > 5", rule("home/data", ">", "5", field="temperature")),
        ("home/door = OPEN", rule("home/door", "==", "OPEN")),
        ("home/door != CLOSED", rule("home/door", "!=", "CLOSED")),
        ("home/log contains water leak", rule("home/log", "contains", "water leak")),
        # Topics.
        ("net/192.168.1.5 == up", rule("net/192.168.1.5", "==", "up")),
        ("net/10.0.0.1 == up", rule("net/10.0.0.1", "==", "up")),
        ("net/192.168.1.5.state == up", rule("net/192.168.1.5", "==", "up", field="state")),
        ("example.org/json/node > 5", rule("example.org/json/node", ">", "5")),
        ('"home/living room" temp > 5', rule("home/living room", ">", "5", field="temp")),
        ("living room over 30", rule("living room", ">", "30")),
        ("living room.temp over 30", rule("living room", ">", "30", field="temp")),
        ("living room temp over 30", rule("living room", ">", "30", field="temp")),
        ("freezer.temp temp over 30", rule("freezer", ">", "30", field="temp.temp")),
        ("freezer.temp [0] over 30", rule("freezer", ">", "30", field="temp[0]")),
        ("freezer>-15 for 5m", rule("freezer", ">", "-15", hold=300.0)),
        ("freezer.temp>-15", rule("freezer", ">", "-15", field="temp")),
        # Fields.
        ("freezer a.b[0].c = ON", rule("freezer", "==", "ON", field="a.b[0].c")),
        ('freezer "living room".temp > 5', rule("freezer", ">", "5", field='"living room".temp')),
        ('freezer "is over".x>5', rule("freezer", ">", "5", field='"is over".x')),
        ('freezer "over" > 5', rule("freezer", ">", "5", field="over")),
        ("freezer Battery level below 20 %", rule("freezer", "<", "20 %", field='"Battery level"')),
        ('home/data."living room" > 5', rule("home/data", ">", "5", field='"living room"')),
        ('home/data."living room".temp > 5', rule("home/data", ">", "5", field='"living room".temp')),
        ("freezer temp>-15 °C", rule("freezer", ">", "-15 °C", field="temp")),
        # Operators.
        ("freezer is above 30", rule("freezer", ">", "30")),
        ("freezer ≥ 5", rule("freezer", ">=", "5")),
        ("freezer <= 5", rule("freezer", "<=", "5")),
        ("freezer =< 5", rule("freezer", "<=", "5")),
        ("freezer ≠ 5", rule("freezer", "!=", "5")),
        ("freezer <> 5", rule("freezer", "!=", "5")),
        ("freezer under 5", rule("freezer", "<", "5")),
        ("freezer is not OPEN", rule("freezer", "!=", "OPEN")),
        ("freezer is OPEN", rule("freezer", "==", "OPEN")),
        ('freezer is "over"', rule("freezer", "==", "over")),
        ("freezer equals 5", rule("freezer", "==", "5")),
        ("freezer matches err*", rule("freezer", "matches", "err*")),
        ("freezer between 5 and 10", rule("freezer", "between", "5", "10")),
        ("freezer between 5..10", rule("freezer", "between", "5", "10")),
        ("freezer between 5-10", rule("freezer", "between", "5", "10")),
        ("freezer between -5 - -1", rule("freezer", "between", "-5", "-1")),
        ("freezer 5..10", rule("freezer", "between", "5", "10")),
        ("freezer 5-10", rule("freezer", "==", "5-10")),
        ('freezer "5..10"', rule("freezer", "==", "5..10")),
        ("freezer outside -5--1", rule("freezer", "outside", "-5", "-1")),
        ("freezer not between 5 °C and 8 °C", rule("freezer", "outside", "5 °C", "8 °C")),
        ("freezer changes critical", rule("freezer", "changes", priority=CRITICAL)),
        ("freezer stale 10m", rule("freezer", "stale", seconds=600.0)),
        ("freezer stale", rule("freezer", "stale")),
        ("freezer stale auto silent", rule("freezer", "stale", priority=SILENT)),
        ("freezer no data for 10 min", rule("freezer", "stale", seconds=600.0)),
        ("freezer rises 5 in 10m", rule("freezer", "rises", "5", seconds=600.0)),
        ("freezer rises by 5 °C within 1:30:00", rule("freezer", "rises", "5 °C", seconds=5400.0)),
        ("freezer falls 3 in 1h for 5m", rule("freezer", "falls", "3", seconds=3600.0, hold=300.0)),
        ("freezer contains in the end", rule("freezer", "contains", "in the end")),
        # German.
        ("freezer über 30 °C für 5 min", rule("freezer", ">", "30 °C", hold=300.0)),
        ("freezer ist größer als 5 kritisch", rule("freezer", ">", "5", priority=CRITICAL)),
        ("freezer unter 5 alle 2 Stunden", rule("freezer", "<", "5", repeat=7200.0)),
        ("freezer ungleich ZU", rule("freezer", "!=", "ZU")),
        ("freezer gleich AUF als Kühlfach", rule("freezer", "==", "AUF", name="Kühlfach")),
        ("freezer enthält Leck", rule("freezer", "contains", "Leck")),
        ("freezer zwischen 5 und 8", rule("freezer", "between", "5", "8")),
        ("freezer außerhalb 5 bis 8", rule("freezer", "outside", "5", "8")),
        ("freezer ändert sich", rule("freezer", "changes")),
        ("freezer still 10m", rule("freezer", "stale", seconds=600.0)),
        ("freezer keine daten seit 10 min", rule("freezer", "stale", seconds=600.0)),
        ("freezer steigt um 5 in 10m", rule("freezer", "rises", "5", seconds=600.0)),
        ("freezer fällt um 5 innerhalb 10m", rule("freezer", "falls", "5", seconds=600.0)),
        # What may follow, in any order.
        (
            'freezer > -15 for 5m clear -16 every 1h critical as "Ice box"',
            rule(
                "freezer",
                ">",
                "-15",
                clear="-16",
                hold=300.0,
                repeat=3600.0,
                priority=CRITICAL,
                name="Ice box",
            ),
        ),
        (
            "freezer > -15 normal every 1h30m clear at -16 for 5m as Ice  box",
            rule(
                "freezer", ">", "-15", clear="-16", hold=300.0, repeat=5400.0, priority=NORMAL, name="Ice box"
            ),
        ),
        ("freezer > 5 priority critical", rule("freezer", ">", "5", priority=CRITICAL)),
        ("freezer > 5 every off for off", rule("freezer", ">", "5")),
        ("freezer == OPEN clear none", rule("freezer", "==", "OPEN")),
        ("freezer == critical", rule("freezer", "==", "critical")),
        ("freezer critical alert", rule("freezer", "==", "critical")),
        ("freezer contains a critical error", rule("freezer", "contains", "a critical error")),
        ("freezer contains waiting for water", rule("freezer", "contains", "waiting for water")),
        (
            'freezer contains "water for 5m" critical',
            rule("freezer", "contains", "water for 5m", priority=CRITICAL),
        ),
        ("freezer > warm", rule("freezer", ">", "warm")),
        ('freezer contains {"a":  1}', rule("freezer", "contains", '{"a":  1}')),
    ],
)
def test_rules_are_read(text: str, wanted: AlertRule) -> None:
    read = read_rule(text, known)
    assert read == wanted
    assert write_key(read_rule(write_rule(read), read.filter.__eq__)) == write_key(read)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "rule_no_condition"),
        ("freezer", "rule_no_condition"),
        ("freezer for 5m", "rule_no_condition"),
        ('freezer as "x"', "rule_no_condition"),
        ("> 5", "rule_no_condition"),
        ("freezer >", "rule_no_value"),
        ("freezer rises 5", "rule_no_window"),
        ("freezer rises 5 for 10m", "rule_no_window"),
        ("freezer between 5", "rule_two_limits"),
        ("freezer between warm and hot", "rule_two_limits"),
        ("freezer > 5 for 5m please", "rule_word"),
        ("freezer changes often", "rule_word"),
        ('freezer > 5 as ""', "rule_name"),
        ("freezer > 5 as 3", "rule_name"),
        ("freezer > 5 as " + "x" * 101, "rule_name"),
        ("freezer == " + "x" * LONGEST, "rule_too_long"),
    ],
)
def test_what_is_no_rule_says_why(text: str, key: str) -> None:
    with pytest.raises(BotError) as raised:
        read_rule(text, known)
    assert raised.value.key == key


def test_a_condition_is_read_with_its_unit_and_its_clear() -> None:
    read = parse_rule("freezer", "> 30 °C clear 28", known)
    assert read.condition == Condition(Operator.ABOVE, ("30 °C",), "28")


BASE = rule("freezer", ">", "-15", clear="-16", hold=300.0, name="Freezer", id="x", number=3, field="temp")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("> -12", replace(BASE, condition=Condition(Operator.ABOVE, ("-12",), "-16"))),
        ("< -12", replace(BASE, condition=Condition(Operator.BELOW, ("-12",)))),
        ("hum > -12", replace(BASE, field="hum", condition=Condition(Operator.ABOVE, ("-12",), "-16"))),
        ("for 10m", replace(BASE, hold=600.0)),
        ("for off", replace(BASE, hold=0.0)),
        ("critical", replace(BASE, priority=CRITICAL)),
        ("alert", BASE),
        ('as "Icebox"', replace(BASE, name="Icebox")),
        ("as Is it over", replace(BASE, name="Is it over")),
        ("clear 28", replace(BASE, condition=replace(BASE.condition, clear="28"))),
        ('clear ""', replace(BASE, condition=replace(BASE.condition, clear=""))),
        ("every off", BASE),
        ("every 1h", replace(BASE, repeat=3600.0)),
        ("off", replace(BASE, enabled=False)),
        ("on", BASE),
        (
            "> -12 °C for 10 min critical off",
            replace(
                BASE,
                condition=Condition(Operator.ABOVE, ("-12 °C",), "-16"),
                hold=600.0,
                priority=CRITICAL,
                enabled=False,
            ),
        ),
        ("> -12 off", replace(BASE, enabled=False, condition=Condition(Operator.ABOVE, ("-12",), "-16"))),
        ("contains turned off", replace(BASE, condition=Condition(Operator.CONTAINS, ("turned off",)))),
        ("off every 2h", replace(BASE, enabled=False, repeat=7200.0)),
    ],
)
def test_a_rule_is_changed(text: str, wanted: AlertRule) -> None:
    assert changed(BASE, text) == wanted


@pytest.mark.parametrize(
    ("text", "key"), [("banana", "rule_word"), ('"x"', "rule_word"), (" ", "rule_no_condition")]
)
def test_what_is_no_change_says_so(text: str, key: str) -> None:
    with pytest.raises(BotError, match=key):
        changed(BASE, text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("home/data.temp", ("home/data", "temp")),
        ("home/x.temp[0]", ("home/x", "temp[0]")),
        ("home/x[0]", ("home/x[0]", "")),
        ("home/.temp", ("home/.temp", "")),
        ("home/data.", ("home/data.", "")),
        ('x."a b"', ("x", '"a b"')),
        ("home/#.temp", ("home/#", "temp")),
    ],
)
def test_topic_and_field_are_parted(text: str, parts: tuple[str, str]) -> None:
    assert split_topic(text, known) == parts


def test_a_torn_quote_that_never_closes_stays_where_it_is() -> None:
    assert parse_rule('home/data."living', "room > 5", known).filter == "home/data"


# What is written is read back.

KEYS = st.text(alphabet="abü.[]'_1 -", min_size=1, max_size=8).filter(str.strip)
FIELDS = st.lists(st.integers(-9, 99) | KEYS, max_size=3).map(lambda steps: write_path(tuple(steps)))
FILTERS = st.text(alphabet="abä./#+1 -$", min_size=1, max_size=20).filter(
    lambda text: text == " ".join(text.split())
)
WORDS = st.sampled_from(
    [
        "for",
        "5m",
        "clear",
        "as",
        "every",
        "critical",
        "30",
        "°C",
        "on",
        "in",
        "is",
        "not",
        "and",
        ">",
        "=",
        '"',
        "a b",
    ]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=5).map(" ".join) | st.text(alphabet="ab>=.-5 '\"„”", max_size=12)
NUMBERS = st.integers(-99, 99).map(str) | st.sampled_from(["-15 °C", "1.299,00", "2,5 kW"])
SECONDS = st.integers(1, int(LONGEST_DURATION)).map(float)
NAMES = (
    st.text(alphabet="abé 1'#", max_size=20)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: not text.removeprefix("#").isdigit())
)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    operator = draw(st.sampled_from(list(Operator)))
    clear = draw(st.just("") | NUMBERS | TEXTS)
    if operator in {Operator.BETWEEN, Operator.OUTSIDE}:
        return Condition(operator, (draw(NUMBERS), draw(NUMBERS)), clear)
    if operator is Operator.CHANGES or (operator is Operator.HAPPENS and draw(st.booleans())):
        return Condition(operator, (), clear)
    if operator is Operator.STALE:
        return Condition(operator, (), clear, draw(st.just(0.0) | SECONDS))
    if operator in {Operator.RISES, Operator.FALLS}:
        return Condition(operator, (draw(NUMBERS),), clear, draw(SECONDS))
    return Condition(operator, (draw(NUMBERS | TEXTS),), clear, missing_clears=draw(st.booleans()))


RULES = st.builds(
    AlertRule,
    filter=FILTERS,
    condition=conditions(),
    field=FIELDS,
    name=NAMES,
    hold=st.just(0.0) | SECONDS,
    repeat=st.just(0.0) | SECONDS,
    priority=st.sampled_from(Priority),
    picture=st.sampled_from(["", "chart", "camera.garden_2", "image.door"]),
)


@given(RULES)
def test_a_rule_written_is_read_back(made: AlertRule) -> None:
    assert read_rule(write_rule(made), made.filter.__eq__) == made


def test_a_rule_that_cannot_be_written_is_written_as_well_as_can_be() -> None:
    assert write_rule(rule("t", "rises", "5")) == 't rises "5"'


def key_of(ask: Callable[[], object]) -> str:
    """Return the key of the error that is raised, if any; whatever else is raised fails the test."""
    try:
        ask()
    except BotError as err:
        return err.key
    return "rule_is_one"


@given(
    st.text()
    | st.lists(WORDS | st.sampled_from(["between", "rises", "stale", "outside", "1..2"])).map(" ".join)
)
@example("critical " * 110)
@example("clear " * 160)
@example("x" + "." * 900)
@example('"' * 900)
@example("is " * 300)
def test_no_text_raises_anything_but_what_it_says(text: str) -> None:
    for ask in (
        lambda: read_rule(text, known),
        lambda: read_rule(f"freezer {text}", known),
        lambda: changed(BASE, text),
    ):
        assert key_of(ask).startswith("rule_")


# Names.


def test_a_rule_without_a_name_is_called_by_topic_and_field() -> None:
    made = rule("home/temperature", ">", "5", field="temperature")
    assert name_rule(made, (), "home/temperature").name == "home/temperature temperature"
    assert name_rule(replace(made, field=""), (), "Kitchen").name == "Kitchen"
    assert name_rule(replace(made, name="Mine"), (), "Kitchen").name == "Mine"


def test_a_name_that_is_taken_gets_a_number() -> None:
    others = [replace(BASE, id=str(each), name=name) for each, name in enumerate(("Ice", "ICE 2", "x"))]
    assert name_rule(replace(BASE, id="", name="ice"), others, "").name == "ice 3"
    assert name_rule(replace(BASE, id="0", name="ice"), others, "").name == "ice"


def test_a_name_that_were_a_number_gets_a_sign() -> None:
    assert name_rule(rule("1234", ">", "5"), (), "1234").name == "1234 >"


def test_a_long_name_has_room_for_a_number() -> None:
    others = (replace(BASE, id="0", name="x" * 92),)
    assert name_rule(rule("t", ">", "5", name="x" * 100), others, "").name == "x" * 92 + " 2"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3", (3, "")),
        ("#3 off", (3, "off")),
        ("ice box > 5", (4, "> 5")),
        ("Ice > 5", (3, "> 5")),
        ('"ICE  BOX" off', (4, "off")),
        ("box", None),
        ("", None),
    ],
)
def test_a_rule_is_addressed_by_number_or_name(text: str, found: tuple[int, str] | None) -> None:
    rules = [replace(BASE, number=3, name="Ice"), replace(BASE, number=4, name="Ice box")]
    meant = Handles(rules).begun(text)
    assert (meant and (meant[0].number, meant[1])) == found


@given(st.text())
def test_every_field_text_has_one_canonical_form(text: str) -> None:
    once = write_path(parse_path(text))
    if '"' not in text:
        assert write_path(parse_path(once)) == once

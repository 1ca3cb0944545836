"""How commands, usages and numbers are written, in each language and for each reader."""

from phrases import RealPhrases
import pytest

from bot.commands.alerts import Alert
from bot.commands.command import usage
from bot.commands.display import Priority
from bot.commands.messages import Publish
from bot.model.replies import BotError
from bot.model.speech import (
    PREFIX,
    THIN,
    Amount,
    ChoiceWord,
    Count,
    FieldName,
    Speech,
    Term,
    Typed,
)

EN, DE = RealPhrases("en"), RealPhrases("de")


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (Typed("history", "freezer"), "history freezer", "verlauf freezer"),
        (Typed("quiet", last="off"), "quiet off", "ruhe aus"),
        (Typed("display", "home/#", "choice_digest"), "display home/# digest", "anzeige home/# gesammelt"),
        (Typed("", "Kitchen lamp", "on"), "Kitchen lamp on", "Kitchen lamp an"),
        (FieldName("priority", "filter"), "topic filter", "topic-filter"),
        (ChoiceWord("critical"), "critical", "kritisch"),
        (Term("role_admin", "admin"), "admin", "Administrator"),
        (Count(1234), "1234", "1234"),
        (Count(1234567), f"1{THIN}234{THIN}567", f"1{THIN}234{THIN}567"),
        (Amount("-18.3 °C"), "−18.3 °C", "−18,3 °C"),
        ((Typed("topics"), Typed("devices")), "topics, devices", "themen, geräte"),
        ("/mqtt as it is", "/mqtt as it is", "/mqtt as it is"),
        (
            usage(Priority),
            "priority [topic filter] [silent|normal|alert|critical]",
            "priorität [topic-filter] [still|normal|alarm|kritisch]",
        ),
        (
            usage(Publish),
            "publish [--qos 0|1|2] [--retain] <topic> <payload…>",
            "veröffentlichen [--qos 0|1|2] [--retain] <topic> <inhalt…>",
        ),
        (usage(Alert), "alert <topic> [condition…]", "alarm <topic> [bedingung…]"),
    ],
)
def test_each_language_has_its_words(value: object, english: str, german: str) -> None:
    assert EN.write(value) == english
    assert DE.write(value) == german


def test_a_command_has_before_it_what_its_reader_needs() -> None:
    typed = Typed("status")
    assert [EN.addressed(address).write(typed) for address in ("", "mqtt", PREFIX)] == [
        "status",
        "mqtt status",
        "/mqtt status",
    ]
    assert EN.write(typed) == "status"


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("21.5", "21,5"),
        ("-0.5", "−0,5"),
        ("1234567 W", f"1{THIN}234{THIN}567 W"),
        ("1234 W", "1234 W"),
        ("1234567", "1234567"),
        ("30°C", "30°C"),
        ("45 %", "45 %"),
        ("90°", "90°"),
        ("1.5 MB", "1,5 MB"),
        ("on, 20.5 %", "on, 20,5 %"),
        ("Temperature 21.5 °C · Humidity 45.5 %", "Temperature 21,5 °C · Humidity 45,5 %"),
        ("-12.5 °C → -13.5 °C", "−12,5 °C → −13,5 °C"),
    ],
)
def test_values_are_written_as_the_language_does(text: str, german: str) -> None:
    assert DE.amount(text) == german


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "ON",
            "1.2.3",
            "2026-11-29",
            "12:30",
            "192.168.0.1",
            "007.5",
            "1e5",
            "0x10",
            "22,5 °C",
            "4.1, 5.2",
        ),
        *("1.5 people", "3 cats, 4.5 dogs", "v1.5", "1.5\n2.5", "9.5" * 30, "a, 1.5 V, " * 60, "+1.5"),
    ],
)
def test_what_is_no_value_stays_as_it_is(text: str) -> None:
    assert DE.amount(text) == text


def test_one_of_something_has_its_own_text() -> None:
    assert EN.phrase("common.more_topics", count=1) == "… 1 more topic"
    assert DE.phrase("common.more_topics", count="1") == "… 1 weiteres Topic"
    assert EN.phrase("common.more_topics", count=2) == "… 2 more topics"


def test_for_nobody_in_particular_it_is_written_with_mqtt() -> None:
    assert str(Typed("quiet", "x", "choice_digest")) == "/mqtt quiet x digest"
    assert BotError("x", a=(Typed("a"), Typed("b"))).placeholders == {"a": "/mqtt a, /mqtt b"}
    assert [str(each) for each in (Count(5), Amount("1.5"), Term("role_admin", "admin"))] == [
        "5",
        "1.5",
        "admin",
    ]
    assert [str(FieldName("a", "b")), str(ChoiceWord("c"))] == ["b", "c"]


def test_a_text_that_is_missing_is_its_key() -> None:
    bare = Speech({"common.a": "{x} {y}", "common.c": "{command_status} {choice_live}"})
    assert bare.phrase("common.c") == "/mqtt status live"
    assert bare.phrase("common.b") == "common.b"
    assert bare.phrase("common.a", x=1) == "1 {y}"
    assert bare.write(Typed("status")) == "/mqtt status"

"""Alert rules in plain words."""

from dataclasses import replace

from phrases import RealPhrases
import pytest

from bot.alerts.rule_texts import condition_text, limit_text, sentence
from bot.alerts.rules.grammar import read_rule
from bot.model.rules import AlertRule, Condition, Operator, Priority

EN, DE = RealPhrases("en"), RealPhrases("de")


def rule(text: str) -> AlertRule:
    return read_rule(f"t {text}", "t".__eq__)


@pytest.mark.parametrize(
    ("text", "english", "german"),
    [
        (
            "> -15 °C for 5m clear -16 °C every 1h",
            (
                "Tell it as an alert when Freezer is above −15 °C for 5 min; over at −16 °C; "
                "again every 1 h until acknowledged."
            ),
            (
                "Als Alarm melden, wenn Freezer seit 5 min über −15 °C liegt; vorbei bei −16 °C; "
                "erneut alle 1 h, bis jemand quittiert."
            ),
        ),
        (
            "temp < 5 critical",
            "Tell it as critical when temp of Freezer is below 5.",
            "Als kritisch melden, wenn temp von Freezer unter 5 liegt.",
        ),
        ("is OPEN normal", "Tell it when Freezer is OPEN.", "Melden, wenn Freezer OPEN ist."),
        (
            "stale 10m silent",
            "Note it in the history only when nothing comes from Freezer for 10 min.",
            "Nur im Verlauf vermerken, wenn von Freezer 10 min lang nichts kommt.",
        ),
        (
            "stale auto",
            "Tell it as an alert when nothing comes from Freezer for clearly longer than usual.",
            "Als Alarm melden, wenn von Freezer deutlich länger als üblich nichts kommt.",
        ),
        (
            "outside 2 and 8 clear 1",
            "Tell it as an alert when Freezer is not between 2 and 8; over once it is 1 past the border.",
            (
                "Als Alarm melden, wenn Freezer nicht zwischen 2 und 8 liegt; "
                "vorbei, wenn die Grenze um 1 überschritten ist."
            ),
        ),
    ],
)
def test_a_rule_is_one_sentence(text: str, english: str, german: str) -> None:
    assert sentence(rule(text), EN, "Freezer") == english
    assert sentence(rule(text), DE, "Freezer") == german


def test_a_rule_that_is_off_says_so() -> None:
    off = replace(rule("> 5"), enabled=False)
    assert sentence(off, EN, "t") == "Tell it as an alert when t is above 5; switched off at present."


@pytest.mark.parametrize(
    ("text", "brief"),
    [
        ("> 30 °C for 5m", "> 30 °C for 5 min"),
        (">= 30", "≥ 30"),
        ("<= 30", "≤ 30"),
        ("!= ON", "≠ ON"),
        ("contains leak", "contains “leak”"),
        ("matches err*", "matches “err*”"),
        ("between -5 and 10", "between −5 and 10"),
        ("outside 5 and 10", "not between 5 and 10"),
        ("changes", "changes"),
        ("stale 10m", "no message for 10 min"),
        ("stale auto", "no message for longer than usual"),
        ("rises 5 in 10m", "rises by 5 within 10 min"),
        ("falls 5 in 10m for 1m", "falls by 5 within 10 min for 1 min"),
    ],
)
def test_a_condition_in_few_words(text: str, brief: str) -> None:
    assert condition_text(rule(text), EN) == brief


@pytest.mark.parametrize("operator", Operator)
@pytest.mark.parametrize("phrases", [EN, DE])
@pytest.mark.parametrize("priority", Priority)
def test_every_operator_has_its_words(operator: Operator, phrases: RealPhrases, priority: Priority) -> None:
    made = AlertRule("t", Condition(operator, seconds=600.0), priority=priority, hold=60.0)
    assert "t" in sentence(made, phrases, "t").split()
    assert condition_text(made, phrases)


def test_a_minus_is_one_only_before_a_number() -> None:
    assert limit_text("−15 °C") == "-15 °C"
    assert limit_text("-x-") == "-x-"
    assert limit_text("a-5") == "a-5"

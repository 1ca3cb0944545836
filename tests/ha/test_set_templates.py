"""Command templates as bridges write them, in Home Assistant's sandbox, and the words of its languages."""

import json

from home_assistant_intents import LANGUAGES, get_intents
from homeassistant.core import HomeAssistant
import pytest

from custom_components.dinox_mqtt_bot.bot.model.vocabulary import BUILT_IN
from custom_components.dinox_mqtt_bot.hass.templates import SandboxedTemplates
from custom_components.dinox_mqtt_bot.hass.vocabulary import async_load_vocabulary, variants, vocabulary_of

LOOK_UP = "{{ {0: 'off', 1: 'low', 2: 'high'}[value] | default('') }}"


@pytest.mark.parametrize(
    ("template", "variables", "text"),
    [
        (LOOK_UP, {"value": 2}, "high"),
        (LOOK_UP, {"value": 7}, ""),
        ('{"position": {{ position }} }', {"value": 60, "position": 40}, '{"position": 40 }'),
        ("{{ (position * 2.55) | round }}", {"value": 60, "position": 40}, "102"),
        ("{{ 100 - position if position_open > position_closed else position }}", {}, None),
        ("{{ '%02x' | format(red) }}", {"value": "1,2,3", "red": 1}, "01"),
        ("{{ value | int + 1 }}", {"value": "3"}, "4"),
        ("{% if tone is defined %}{{ tone }}{% else %}none{% endif %}", {"value": "ON"}, "none"),
        ("{{ value | tojson }}", {"value": 'a"b'}, '"a\\"b"'),
        ("{% for each in range(10) %}{{ each }}{% endfor %}", {"value": 1}, None),
        ("{{ value", {"value": 1}, None),
        ("{{ tone }}", {"value": 1, "tone": "x" * 700}, None),
        ("{{ value }}", {"value": "x" * 20_000}, None),
        ("{{ value / 0 }}", {"value": 1}, None),
    ],
)
def test_a_command_is_written_in_the_sandbox(
    hass: HomeAssistant, template: str, variables: dict[str, object], text: str | None
) -> None:
    assert SandboxedTemplates(hass).command(template, {"value": 1, **variables}) == text


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("wei(ß|ss)", ["weiss"]),
        ("day[ ]light", ["day light", "daylight"]),
        ("[a|b]c", ["ac", "bc", "c"]),
        ("rot|rouge", ["rot", "rouge"]),
        ("(open", []),
        ("open)", []),
        ("[open)", []),
        ("(" * 20 + ")" * 20, []),
        ("", []),
    ],
)
def test_a_template_of_words_is_written_out(template: str, words: list[str]) -> None:
    assert sorted(variants(template)) == words


def test_no_template_of_words_becomes_too_many() -> None:
    assert len(variants("[a][b][c][d][e][f][g][h][i][j][k][l]")) <= 200


@pytest.mark.parametrize(
    "given", [{}, {"color": 5}, {"color": {"values": [5, {"in": 5}, {"in": "(x", "out": 1}]}}]
)
def test_what_is_no_list_has_no_words(given: dict[str, object]) -> None:
    assert vocabulary_of(given) == BUILT_IN


async def test_the_words_of_home_assistants_language_are_loaded(hass: HomeAssistant) -> None:
    hass.config.language = "nl"
    words = await async_load_vocabulary(hass)
    assert words.states["aan"] == frozenset({"on"})
    assert words.states["gesloten"] == frozenset({"close", "lock"})
    assert (words.colors["rood"], words.whites["warm wit"]) == ("red", 2700)
    hass.config.language = "xx-YY"
    assert await async_load_vocabulary(hass) == BUILT_IN


async def test_most_languages_of_home_assistant_have_words(hass: HomeAssistant) -> None:
    found = 0
    for language in LANGUAGES:
        hass.config.language = language
        words = await async_load_vocabulary(hass)
        found += bool(words.colors)
        assert all(isinstance(word, str) and len(word) < 200 for word in words.states)
    assert found > 40
    assert get_intents("en") is not None


async def test_broken_words_do_no_harm(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(language: str) -> None:
        json.loads("{")

    monkeypatch.setattr("home_assistant_intents.get_intents", broken)
    assert await async_load_vocabulary(hass) == BUILT_IN

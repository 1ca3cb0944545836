"""The bot's words and templates over Home Assistant's."""

import json
from pathlib import Path

from homeassistant.core import HomeAssistant
import pytest

import custom_components.dinox_mqtt_bot
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.rendering.replies import REASONS
from custom_components.dinox_mqtt_bot.broker.connack import Failure
from custom_components.dinox_mqtt_bot.hass.callers import translated
from custom_components.dinox_mqtt_bot.hass.phrases import Translations, async_load_all, async_load_phrases
from custom_components.dinox_mqtt_bot.hass.templates import SandboxedTemplates
from custom_components.dinox_mqtt_bot.hass.values import excerpt, plain_topic
from custom_components.dinox_mqtt_bot.xmpp import disconnects

INTEGRATION = Path(custom_components.dinox_mqtt_bot.__file__).parent


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_phrases_come_in_the_language_of_home_assistant(hass: HomeAssistant) -> None:
    hass.config.language = "de"
    german = await async_load_phrases(hass)
    assert german.phrase("exceptions.chat_not_configured.message").startswith(
        "Dieser Bot hat kein XMPP-Konto"
    )


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_a_language_that_is_missing_falls_back_to_english(hass: HomeAssistant) -> None:
    hass.config.language = "fr"
    english = await async_load_phrases(hass)
    assert english.phrase("services.command.description").startswith("Asks the bot")


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize(
    ("home", "language", "values"),
    [
        (
            "en",
            "de",
            {"open": "geöffnet", "21.5 °C": "21,5 °C", "1.0 → 1.1 available": "1.0 → 1.1 verfügbar"},
        ),
        ("de", "en", {"geöffnet": "open", "Kühlbetrieb": "cool", "trocken": "dry", "Text": "Text"}),
        ("de", "de", {"geöffnet": "geöffnet", "21.5 °C": "21,5 °C"}),
        ("fr", "de", {"ouvert": "geöffnet"}),
    ],
)
async def test_values_are_told_in_the_words_of_each_language(
    hass: HomeAssistant, home: str, language: str, values: dict[str, str]
) -> None:
    hass.config.language = home
    phrases = await async_load_all(hass, bare=True)
    assert {value: phrases.languages[language].amount(value) for value in values} == values
    assert phrases.amount("open") == "open"


@pytest.mark.parametrize(
    ("text", "placeholders", "said"),
    [
        ("{a} and {b}", {"a": 1, "b": "x"}, "1 and x"),
        ("{a} and {b}", {"a": 1}, "1 and {b}"),
        ("{a.b}", {"a": 1}, "{a.b}"),
        ("a lone {", {"a": 1}, "a lone {"),
        ("{braces} stay", {}, "{braces} stay"),
    ],
)
def test_a_phrase_is_filled_or_left_as_it_is(text: str, placeholders: dict[str, object], said: str) -> None:
    assert Translations({"key": text}).phrase("key", **placeholders) == said


def test_a_missing_phrase_is_its_key() -> None:
    assert Translations({}).phrase("common.nothing", a=1) == "common.nothing"


@pytest.mark.parametrize(
    ("template", "text", "json", "rendered"),
    [
        ("{{ value_json.a | round(1) }}", '{"a": 21.46}', {"a": 21.46}, "21.5"),
        ("{{ value | upper }}", "on", None, "ON"),
        ("{{ value_json is defined }}", "x", None, "False"),
        ("plain", "x", None, "plain"),
        ("{{ broken", "x", None, None),
        ("{{ 1 / 0 }}", "x", None, None),
        ("{{ states('sun.sun') }}", "x", None, None),
        ("{{ ''.__class__.__mro__ }}", "x", None, None),
        ("{% for i in range(10 ** 9) %}{{ i }}{% endfor %}", "x", None, None),
    ],
)
async def test_a_template_sees_the_message_and_nothing_else(
    hass: HomeAssistant, template: str, text: str, json: object, rendered: str | None
) -> None:
    assert SandboxedTemplates(hass).render(template, text, json) == rendered


async def test_a_template_that_could_take_long_is_named_once(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    templates = SandboxedTemplates(hass)
    for _ in range(2):
        assert templates.render("{% for i in value %}{{ i }}{% endfor %}", "x", None) is None
    assert caplog.text.count("could take long") == 1


async def test_a_payload_too_large_for_a_template_is_not_rendered(hass: HomeAssistant) -> None:
    assert SandboxedTemplates(hass).render("{{ value | upper }}", "x" * 16_385, None) is None


async def test_a_template_keeps_out_of_the_log(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    SandboxedTemplates(hass).render("{{ secret_name }}", "x", None)
    assert "secret_name" not in caplog.text


@pytest.mark.parametrize(
    ("text", "characters", "cut"), [("short", 5, "short"), ("too long", 5, "too…"), ("😀😀😀", 2, "😀…")]
)
def test_an_excerpt_is_cut_at_a_whole_character(text: str, characters: int, cut: str) -> None:
    assert excerpt(text, characters) == cut


@pytest.mark.parametrize(
    ("topic_filter", "topic"),
    [("a/b", "a/b"), ("a/+", ""), ("a/#", ""), ("$share/g/a/b", "a/b"), ("$share/g/#", "")],
)
def test_a_filter_without_wildcards_is_one_topic(topic_filter: str, topic: str) -> None:
    assert plain_topic(topic_filter) == topic


def reasons(language: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return why a link is lost, as the chat says it and as the status sensor shows it."""
    texts = json.loads((INTEGRATION / "translations" / f"{language}.json").read_text("utf-8"))
    said = {key: text for key, text in texts["common"].items() if key.startswith("reason_")}
    shown = texts["entity"]["sensor"]["status"]["state_attributes"]["reason"]["state"]
    return {key.removeprefix("reason_"): text for key, text in said.items()}, shown


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_status_sensor_gives_the_reasons_of_the_chat(language: str) -> None:
    said, shown = reasons(language)
    # What is no state of a link but why one thing failed is not the sensor's.
    assert said.keys() - shown.keys() <= REASONS
    assert {key: said[key] for key in shown} == shown
    assert {
        "mqtt_missing",
        *Failure,
        disconnects.NO_STARTTLS,
        disconnects.SERVER_CLOSED,
        disconnects.UNKNOWN_HOST,
    } <= set(said)


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_an_action_fails_with_its_reason_in_words(hass: HomeAssistant) -> None:
    hass.config.language = "de"
    german = await async_load_phrases(hass)
    failed = translated(BotError("upload_failed", reason="timeout"), german)
    assert failed.translation_placeholders == {"reason": "keine rechtzeitige Antwort"}
    failed = translated(BotError("publish_refused", reason="Not authorized"), german)
    assert failed.translation_placeholders == {"reason": "keine Berechtigung"}

"""The words that people read for states: Home Assistant's own, in its language."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.dinox_mqtt_bot.hass.phrases import async_load_phrases


@pytest.mark.parametrize(
    ("language", "component", "device_class", "state", "word"),
    [
        ("en", "binary_sensor", "door", "on", "open"),
        ("en", "binary_sensor", "door", "off", "closed"),
        ("en", "binary_sensor", "moisture", "on", "wet"),
        ("en", "binary_sensor", "motion", "off", "clear"),
        ("en", "binary_sensor", "presence", "off", "away"),
        ("en", "binary_sensor", "problem", "off", "OK"),
        ("en", "binary_sensor", "no such class", "on", "on"),
        ("en", "binary_sensor", "", "off", "off"),
        ("en", "lock", "", "jammed", "jammed"),
        ("en", "alarm_control_panel", "", "armed_away", "armed away"),
        ("en", "light", "", "sparkling", "sparkling"),
        ("en", "nothing", "", "on", "on"),
        ("de", "binary_sensor", "window", "on", "geöffnet"),
        ("de", "binary_sensor", "window", "off", "geschlossen"),
        ("de", "binary_sensor", "", "on", "ein"),
        ("de", "switch", "", "off", "aus"),
        ("de", "lock", "", "locked", "verriegelt"),
        ("de", "cover", "garage", "closing", "wird geschlossen"),
        ("de", "climate", "", "heating", "heating"),
        ("de", "binary_sensor", "problem", "on", "Problem"),
        ("de", "vacuum", "", "idle", "Leerlauf"),
        ("fr", "cover", "", "open", "ouvert"),
    ],
)
async def test_a_state_is_called_as_in_home_assistant(
    hass: HomeAssistant, language: str, component: str, device_class: str, state: str, word: str
) -> None:
    hass.config.language = language
    words = await async_load_phrases(hass)
    assert words.state_word(component, state, device_class=device_class) == word


async def test_the_value_of_an_attribute_has_a_word_too(hass: HomeAssistant) -> None:
    hass.config.language = "en"
    words = await async_load_phrases(hass)
    assert words.state_word("climate", "heating", attribute="hvac_action") == "heating"
    assert words.state_word("climate", "heat_cool") == "heat/cool"

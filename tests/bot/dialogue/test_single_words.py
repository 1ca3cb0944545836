"""Single words that people try on a bot: each gets a short answer."""

from fakes import World
import pytest
import talk_home

LINES = {
    "en": {
        "rules": "There are no alert rules.",
        "all alarms": "There are no alert rules.",
        "sensors": "Devices: 2",
        "rooms": "Areas: Cellar, Kitchen",
        "which areas are there": "Areas: Cellar, Kitchen",
        "lamps": "Now:\n• Kitchen lamp",
        "doors": "Now:\n• Freezer Door closed",
        "version": "My version is in Home Assistant",
        "time": "It is 08:2",
        "what time is it": "It is 08:2",
        "test": "I am here",
        "ping": "I am here",
        "what is on": "1 of 1:\n• Kitchen lamp",
    },
    "de": {
        "regeln": "Es gibt keine Alarmregeln.",
        "alle alarme": "Es gibt keine Alarmregeln.",
        "sensoren": "Geräte: 3",
        "räume": "Bereiche: Bad, Flur, Küche",
        "welche zimmer gibt es": "Bereiche: Bad, Flur, Küche",
        "lampen": "Jetzt:\n• ",
        "version": "Meine Version steht in Home Assistant",
        "wie spät ist es": "Es ist 08:2",
        "uhrzeit": "Es ist 08:2",
        "test": "Ich bin da",
        "was ist an": "1 von 2:\n• Flurlicht",
    },
}


@pytest.mark.parametrize("language", LINES)
async def test_a_single_word_is_answered(language: str) -> None:
    world = talk_home.english() if language == "en" else talk_home.german()
    for line, said in LINES[language].items():
        assert (await world.ask(line)).startswith(said), line


async def test_a_home_without_areas_says_so() -> None:
    assert (await World().ask("rooms")).startswith("No device has an area.")

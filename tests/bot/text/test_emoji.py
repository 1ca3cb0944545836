"""One picture is an emoji, a word is none."""

import pytest

from bot.text.emoji import is_emoji


@pytest.mark.parametrize("text", ["🌡️", "👍🏽", "👨‍👩‍👧", "🇩🇪", "1️⃣", "☎", "→", "❤️", "‼️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_pictures(text: str) -> None:
    assert is_emoji(text)


@pytest.mark.parametrize(
    "text", ["", "thermometer", "°C", "a", "!", "12", "1", "#", "🌡 x", "🌡️🌡️ warm", "€", "1234⃣", "👍" * 17]
)
def test_what_is_none(text: str) -> None:
    assert not is_emoji(text)

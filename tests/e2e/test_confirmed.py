"""What was confirmed is there after a kill in the moment after the answer."""

from house import House, until
import pytest

NEW_TOPIC = {"priority": "normal", "display": "changes", "qos": "1", "sound": True, "keep_days": 0}


@pytest.fixture
async def kept_house(house: House) -> House:
    """The house, when Home Assistant has saved that there is a bot: it may have been made just now."""
    entries = house.hass.directory / ".storage" / "core.config_entries"

    async def saved() -> bool:
        return entries.exists() and house.entry_id in entries.read_text()

    await until(saved, "the bot was not saved")
    return house


async def kill_and_start(house: House) -> None:
    await house.hass.kill()
    await house.hass.start()
    await house.come_back(killed=True)
    await until(house.settled, "the house did not come back", 90)


async def listed(house: House, action: str) -> str:
    return str(await house.action(action))


async def test_a_rule_made_by_an_action_survives_and_one_removed_stays_away(kept_house: House) -> None:
    made = await kept_house.action("alert", topic="e2e/confirmed/action", condition="> 5", force=True)
    await kill_and_start(kept_house)
    assert "e2e/confirmed/action" in await listed(kept_house, "alerts")
    await kept_house.action("rmalert", rule=str(made["number"]))
    await kill_and_start(kept_house)
    assert "e2e/confirmed/action" not in await listed(kept_house, "alerts")


async def test_what_was_said_in_the_chat_survives(kept_house: House) -> None:
    await kept_house.ask("/mqtt alias e2e/confirmed/chat Confirmed lamp", "Confirmed lamp")
    await kept_house.ask("/mqtt mute e2e/confirmed/chat 2h", "e2e/confirmed/chat")
    await kill_and_start(kept_house)
    assert "Confirmed lamp" in await listed(kept_house, "aliases")
    assert "e2e/confirmed/chat" in await listed(kept_house, "mute")
    await kept_house.action("unmute", what="e2e/confirmed/chat")
    await kept_house.action("unsubscribe", filter="e2e/confirmed/chat")


async def test_what_a_form_has_kept_survives(kept_house: House) -> None:
    await kept_house.hass.add_rule(kept_house.entry_id, "topic", filter="e2e/confirmed/form", **NEW_TOPIC)
    await kill_and_start(kept_house)
    assert "e2e/confirmed/form" in await listed(kept_house, "topics")
    await kept_house.action("unsubscribe", filter="e2e/confirmed/form")

"""What was confirmed is there after a kill in the moment after the answer."""

from house import House, until


async def kill_and_start(house: House) -> None:
    await house.hass.kill()
    await house.hass.start()
    await house.come_back(killed=True)
    await until(house.settled, "the house did not come back", 90)


async def rules(house: House, name: str) -> str:
    return str(await house.action(name))


async def test_a_rule_made_by_an_action_survives(house: House) -> None:
    made = await house.action("alert", topic="e2e/confirmed/action", condition="> 5")
    await kill_and_start(house)
    assert "e2e/confirmed/action" in await rules(house, "alerts")
    await house.action("rmalert", rule=str(made["number"]))
    await kill_and_start(house)
    assert "e2e/confirmed/action" not in await rules(house, "alerts")


async def test_what_was_said_in_the_chat_survives(house: House) -> None:
    await house.ask("/mqtt subscribe e2e/confirmed/chat", "e2e/confirmed/chat")
    await house.ask('/mqtt alias e2e/confirmed/chat "Confirmed lamp"', "Confirmed lamp")
    await house.ask("/mqtt mute e2e/confirmed/chat 2h", "e2e/confirmed/chat")
    await kill_and_start(house)
    assert "Confirmed lamp" in await rules(house, "topics")
    assert "confirmed" in (await rules(house, "mute")).lower()
    await house.ask("/mqtt unmute e2e/confirmed/chat", "e2e/confirmed/chat")
    await house.ask("/mqtt unsubscribe e2e/confirmed/chat", "e2e/confirmed/chat")


async def test_what_a_form_has_kept_survives(house: House) -> None:
    await house.hass.add_rule(
        house.entry_id,
        "topic",
        filter="e2e/confirmed/form",
        priority="normal",
        display="changes",
        qos="1",
        sound=True,
        keep_days=0,
    )
    await kill_and_start(house)
    assert "e2e/confirmed/form" in await rules(house, "topics")
    await house.action("unsubscribe", filter="e2e/confirmed/form")

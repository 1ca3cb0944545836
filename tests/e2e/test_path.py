"""The straight path, both ways, on real servers."""

from house import BOT, House, until


async def test_a_published_value_becomes_a_chat_message(house: House) -> None:
    await house.publish("e2e/path/kitchen", '{"temperature": 21.5, "unit": "°C"}')
    heard = await house.you.next("e2e/path/kitchen", sender=BOT)
    assert "21.5" in heard.text
    assert not heard.delayed


async def test_a_chat_command_acts_on_the_broker_and_is_answered(house: House) -> None:
    async with house.heard_by_broker("e2e-out/lamp/set") as next_payload:
        reply = await house.ask("/mqtt publish e2e-out/lamp/set ON, please", "e2e-out/lamp/set")
        assert await next_payload() == "ON, please"
    assert "ON, please" in reply


async def test_an_action_has_the_same_effect(house: House) -> None:
    async with house.heard_by_broker("e2e-out/lamp/set") as next_payload:
        await house.action("publish", topic="e2e-out/lamp/set", payload="OFF")
        assert await next_payload() == "OFF"


async def test_the_web_page_can_list_the_actions(house: House) -> None:
    """It asks for all at once: one that cannot be put into JSON would take those of all integrations away."""
    actions = (await house.hass.api.ask(type="get_services"))["dinox_mqtt_bot"]
    assert {"publish", "subscribe", "send_message", "command"} <= set(actions)
    assert set(actions["publish"]["fields"]) >= {"topic", "payload", "qos", "retain"}


async def test_assist_has_the_same_effect(house: House) -> None:
    states = await house.hass.api.states()
    agent = next(key for key in states if key.startswith("conversation.mqtt_bot"))
    async with house.heard_by_broker("e2e-out/lamp/set") as next_payload:
        reply = await house.hass.api.conversation("/mqtt publish e2e-out/lamp/set DIM", agent)
        assert await next_payload() == "DIM"
    assert "e2e-out/lamp/set" in reply


async def test_a_subscription_by_chat_is_in_force_and_stays_in_the_settings(house: House) -> None:
    await house.ask("/mqtt subscribe other/path/# 1", "other/path/#")
    await house.publish("other/path/x", "first light")
    await house.you.next("first light")
    await house.ask("/mqtt unsubscribe other/path/#", "other/path/#")
    await house.publish("other/path/x", "second light")
    await house.publish("e2e/path/marker", "marker after the second light")
    await house.you.next("marker after the second light")
    assert all(heard.text != "second light" for heard in await house.you.silence(0.5))


async def test_twenty_sensors_at_once_are_few_messages_and_none_is_forgotten(house: House) -> None:
    async with house.mqtt() as client:
        for number in range(20):
            await client.publish(f"e2e/twenty/{number:02}", f"reading {number}", qos=1)

    async def all_told() -> bool:
        text = "\n".join(heard.text for heard in await house.you.silence(0))
        return all(f"e2e/twenty/{number:02}" in text for number in range(20))

    await until(all_told, "not every sensor was told")
    # An earlier test's last message may come meanwhile.
    assert len([heard for heard in await house.you.silence(1) if "e2e/twenty/" in heard.text]) <= 5


async def test_a_retained_topic_that_is_cleared_is_no_message_and_a_bell_is(house: House) -> None:
    # So that it is not as busy as the twenty sensors left it.
    await house.begin_anew()
    await house.publish("e2e/clear/lamp", "lamp is on", retain=True)
    await house.you.next("lamp is on", sender=BOT)
    await house.publish("e2e/clear/lamp", "", retain=True)
    await house.publish("e2e/clear/bell", "")
    heard = await house.you.next("e2e/clear/bell", sender=BOT)
    assert "e2e/clear/lamp" not in heard.text
    assert all("e2e/clear/lamp" not in later.text for later in await house.you.silence(0.5))
    assert len(house.rows("e2e/clear/lamp")) == 2


async def test_pause_hides_and_resume_tells_how_many(house: House) -> None:
    await house.ask("/mqtt pause")
    await house.publish("e2e/path/paused", "unseen value")
    await until(lambda: _stored(house, "e2e/path/paused"), "the value is not in the history")
    assert not any("unseen value" in heard.text for heard in await house.you.silence(1))
    assert "1" in await house.ask("/mqtt resume")


async def _stored(house: House, topic: str) -> bool:
    return bool(house.rows(topic))

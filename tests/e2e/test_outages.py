"""Servers that go away, and come back, and are not there to begin with."""

import asyncio

from house import BOT, House, until


async def test_broker_away_for_five_seconds(house: House) -> None:
    house.broker.stop()
    await house.becomes("offline")
    await house.you.sees(BOT, "away")
    assert await house.state("sensor", "_status") == "offline"
    assert await house.state("binary_sensor", "_mqtt") == "off"
    assert await house.state("binary_sensor", "_xmpp") == "on"
    reply = await house.ask("/mqtt subscribe away/broker/#", "away/broker/#")
    assert reply.startswith("Subscribed to away/broker/# with QoS 1.")
    await asyncio.sleep(5)
    house.broker.start()
    await house.link_is("mqtt", "on")
    await house.you.sees(BOT, "available")
    await house.publish("away/broker/x", "subscribed while the broker was away")
    await house.you.next("subscribed while the broker was away")
    await house.publish("e2e/broker", "the old subscription is in force")
    await house.you.next("the old subscription is in force")


async def test_a_command_that_cannot_act_now_says_so_and_never_runs_late(house: House) -> None:
    house.broker.stop()
    await house.becomes("offline")
    assert await house.ask("/mqtt publish e2e/late/lamp ON") == "There is no connection to the broker now."
    house.broker.start()
    await house.link_is("mqtt", "on")
    await house.publish("e2e/late/marker", "marker")
    await house.you.next("marker")
    assert house.rows("e2e/late/lamp") == []


async def test_xmpp_server_away_for_five_seconds(house: House) -> None:
    house.xmpp.stop()
    await house.link_is("xmpp", "off")
    assert await house.state("binary_sensor", "_mqtt") == "on"
    assert await house.state("sensor", "_status") == "online"
    for number in range(3):
        await house.publish(f"e2e/xmpp/{number}", f"said into the void {number}")
    await asyncio.sleep(5)
    house.xmpp.start()
    await house.come_back()
    await house.link_is("xmpp", "on")

    async def all_told() -> bool:
        text = "\n".join(heard.text for heard in await house.you.silence(0))
        return all(text.count(f"said into the void {number}") == 1 for number in range(3))

    await until(all_told, "not each value came once", 60)


async def test_both_killed_at_once(house: House) -> None:
    house.broker.kill()
    house.xmpp.kill()
    await house.becomes("offline")
    house.xmpp.start()
    house.broker.start()
    await house.come_back(killed=True)
    await house.link_is("mqtt", "on")
    await until(house.settled, "the house did not become ready", 90)
    # Retained: the broker has forgotten the session, and the bot may subscribe a moment later.
    await house.publish("e2e/both", "after both", retain=True)
    await house.you.next("after both")
    await house.publish("e2e/both", "", retain=True)
    assert "Online" in await house.ask("/mqtt status", "Online")


async def test_the_broker_refuses_the_login_for_a_moment(house: House) -> None:
    """A broker that is being set up anew knows nobody for a while; nobody has to log in again."""
    passwords = house.broker.directory / "passwords"
    right = passwords.read_bytes()
    house.broker.stop()
    passwords.write_bytes(b"")
    try:
        house.broker.start()
        await until(lambda: _reason_is(house, "invalid_auth"), "the broker did not refuse the login", 120)
    finally:
        house.broker.stop()
        passwords.write_bytes(right)
    house.broker.start()
    await house.link_is("mqtt", "on", 150)
    await house.publish("e2e/login", "let in again")
    await house.you.next("let in again")
    assert await house.hass.api.ask(type="config_entries/flow/progress") == []


async def _reason_is(house: House, reason: str) -> bool:
    states = await house.hass.api.states()
    return any(
        state["attributes"].get("reason") == reason
        for key, state in states.items()
        if key.startswith("sensor.mqtt_bot") and key.endswith("_status")
    )


async def test_neither_is_there_when_home_assistant_starts(house: House) -> None:
    await house.hass.stop()
    house.broker.stop()
    house.xmpp.stop()
    await house.hass.start()
    await house.becomes("offline")
    house.broker.start()
    house.xmpp.start()
    await house.come_back()
    await house.becomes("waiting")
    await house.link_is("xmpp", "on")
    await house.publish("e2e/first", "the first value after all")
    await house.you.next("the first value after all")
    await house.link_is("mqtt", "on")


async def test_only_the_xmpp_server_is_missing_when_home_assistant_starts(house: House) -> None:
    await house.hass.stop()
    house.xmpp.stop()
    await house.hass.start()
    await house.link_is("mqtt", "on")
    assert await house.state("binary_sensor", "_xmpp") == "off"
    await house.publish("e2e/alone", "stored without a chat")
    await house.becomes("online")
    house.xmpp.start()
    await house.come_back()
    await house.you.next("stored without a chat", 90)


async def test_what_the_broker_queued_arrives_once(house: House) -> None:
    await house.hass.stop()
    async with house.mqtt() as client:
        for number in range(50):
            await client.publish("e2e/queued", f"queued {number}", qos=1)
    await house.hass.start()
    await house.publish("e2e/queued/end", "the end of the queue")
    await house.you.next("the end of the queue", 60)
    texts = [text for text, repeated in house.rows("e2e/queued") if not repeated]
    assert texts == [f"queued {number}" for number in range(50)]


async def test_a_message_written_to_the_bot_while_it_was_away_is_answered(house: House) -> None:
    """Within a minute: older commands are not run, and Home Assistant itself may take longer to start."""
    switch = {"type": "config_entries/disable", "entry_id": house.entry_id}
    await house.hass.api.ask(**switch, disabled_by="user")
    await house.you.sees(BOT, "unavailable")
    house.you.say(BOT, "/mqtt help publish")
    await house.hass.api.ask(**switch, disabled_by=None)
    await house.you.next("publish", 60)
    await until(house.settled, "the house did not become ready", 90)

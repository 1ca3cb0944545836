"""Servers that go away, and come back, and are not there to begin with."""

import asyncio

from house import BOT, House, until


async def test_broker_away_for_five_seconds(house: House) -> None:
    house.broker.stop()
    await house.becomes("offline")
    await house.you.sees(BOT, "away", 30)
    reply = await house.ask("/mqtt subscribe away/broker/#", "away/broker/#")
    assert reply
    await asyncio.sleep(5)
    house.broker.start()
    await house.link_is("mqtt", "on")
    await house.you.sees(BOT, "available", 30)
    await house.publish("away/broker/x", "subscribed while the broker was away")
    await house.you.next("subscribed while the broker was away")
    await house.publish("e2e/broker", "the old subscription is in force")
    await house.you.next("the old subscription is in force")


async def test_a_command_that_cannot_act_now_says_so_and_never_runs_late(house: House) -> None:
    house.broker.stop()
    await house.becomes("offline")
    reply = await house.ask("/mqtt publish e2e/late/lamp ON")
    assert "ON" not in reply.split()[:1]
    house.broker.start()
    await house.link_is("mqtt", "on")
    await house.publish("e2e/late/marker", "marker")
    await house.you.next("marker")
    assert house.rows("e2e/late/lamp") == []


async def test_xmpp_server_away_for_five_seconds(house: House) -> None:
    house.xmpp.stop()
    await house.link_is("xmpp", "off")
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
    await house.come_back()
    await house.link_is("mqtt", "on")
    await house.publish("e2e/both", "after both")
    await house.you.next("after both", 30)
    assert await house.ask("/mqtt status")


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
    await house.publish("e2e/first", "the first value after all")
    await house.you.next("the first value after all", 30)
    await house.link_is("mqtt", "on")


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
    await house.hass.stop()
    house.you.say(BOT, "/mqtt help publish")
    await asyncio.sleep(1)
    await house.hass.start()
    await house.you.next("publish", 60)

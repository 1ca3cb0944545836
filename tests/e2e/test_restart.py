"""Home Assistant stopped, started, and killed."""

import asyncio
from collections import Counter
import random

from house import House, until

NUMBERS = 4_000
TOPIC = "e2e/kill/numbers"


async def test_a_retained_message_is_not_shown_again_as_new(house: House) -> None:
    await house.publish("e2e/retained/door", "retained door", retain=True)
    await house.publish("e2e/retained/window", "retained window", retain=True)
    await house.you.next("retained door")
    await house.hass.stop()
    await house.publish("e2e/retained/window", "window moved meanwhile", retain=True, qos=0)
    await house.hass.start()
    await house.you.next("window moved meanwhile", 60)
    # What came before it is told by then.
    await house.publish("e2e/retained/after", "after the retained")
    await house.you.next("after the retained")
    assert not any("retained door" in heard.text for heard in await house.you.silence(0))
    assert [text for text, _ in house.rows("e2e/retained/door")] == ["retained door"]


async def test_killed_under_a_stream_every_number_is_in_the_history_once(house: House) -> None:
    """SIGKILL at random moments: at least once, and whatever is there twice is marked as repeated."""
    await house.ask("/mqtt pause")
    chance = random.Random(2026)
    stream = asyncio.create_task(_count_up(house))
    for _ in range(2):
        await asyncio.sleep(chance.uniform(0.5, 2))
        await house.hass.kill()
        await house.hass.start()
    await stream

    async def complete() -> bool:
        return len({text for text, _ in house.rows(TOPIC)}) == NUMBERS

    await until(complete, "numbers are missing in the history", 60)
    rows = house.rows(TOPIC)
    assert {text for text, _ in rows} == {str(number) for number in range(NUMBERS)}
    unmarked = Counter(text for text, repeated in rows if not repeated)
    assert {text: count for text, count in unmarked.items() if count > 1} == {}
    await house.ask("/mqtt resume")


async def _count_up(house: House) -> None:
    async with house.mqtt() as client:
        for number in range(NUMBERS):
            await client.publish(TOPIC, str(number), qos=1)
            await asyncio.sleep(0.002)


async def test_what_was_still_to_be_said_is_said_after_a_kill(house: House) -> None:
    house.xmpp.freeze()
    await house.publish("e2e/kill/outbox", "said before the kill")
    await until(lambda: _stored(house, "e2e/kill/outbox"), "the message is not in the history")
    await asyncio.sleep(2)
    await house.hass.kill()
    house.xmpp.kill()
    house.xmpp.start()
    await house.hass.start()
    await house.come_back(killed=True)
    heard = await house.you.next("said before the kill", 90)
    again = [each for each in house.you.all if "said before the kill" in each.text and each.id != heard.id]
    assert again == []


async def _stored(house: House, topic: str) -> bool:
    return bool(house.rows(topic))


async def test_what_came_in_and_was_not_said_yet_is_said_after_a_kill(house: House) -> None:
    """Killed in the moment between the acknowledgement to the broker and the chat."""
    await house.publish("e2e/kill/before", "this one is said")
    await house.you.next("this one is said")
    await house.publish("e2e/kill/untold", "came in just before the kill")
    # The two seconds between messages run: the next one waits in memory.
    await until(lambda: _stored(house, "e2e/kill/untold"), "the message is not in the history")
    await house.hass.kill()
    assert not any("just before the kill" in heard.text for heard in house.you.all)
    await house.hass.start()
    heard = await house.you.next("came in just before the kill", 90)
    assert heard.text == "Before the restart:\ne2e/kill/untold: came in just before the kill"

"""Alerts in the whole house: what rings, what does not ring twice, and what nobody may miss."""

import asyncio
import contextlib
import re

from house import BOT, YOU, House, until
import pytest

from lab.flows import options_answer
from lab.person import Heard

# A notice gathers for one and a half seconds what comes together.
APART = 2.5


@pytest.fixture(scope="session")
async def unbraked(the_house: House) -> None:
    """Nothing is summarised, however many alerts these tests ring a minute."""
    await the_house.hass.api.flow("options", {"handler": the_house.entry_id}, options_answer(storm=0))


@pytest.fixture
async def alarmed(unbraked: None, house: House) -> House:
    """The house, with the brake off."""
    return house


async def rings(house: House, topic: str, value: str, mark: str = "⚠") -> Heard:
    """Publish a value that breaks a rule, and return the notice."""
    await house.publish(topic, value)
    while True:
        heard = await house.you.next(topic, sender=BOT)
        if heard.text.startswith(mark):
            return heard


async def ends(house: House, topic: str, value: str) -> Heard:
    """Publish a value that keeps a rule again, and return the notice."""
    return await rings(house, topic, value, "✅")


async def quiet(house: House, topic: str, notices: int) -> None:
    """Let an alert of another rule come through; there must be no more notices about the topic by then."""
    async with house.rule(f"marker/{topic}", "> 0"):
        await rings(house, f"marker/{topic}", "1")
    about = [text for text in house.notices(topic) if "marker/" not in text]
    assert len(about) == notices, about


async def test_a_rule_made_in_the_chat_rings_there_and_says_when_it_is_over(alarmed: House) -> None:
    house = alarmed
    assert "Freezer" in await house.make('/mqtt alert alarm/freezer > -15 as "Freezer"', "alarm/freezer")
    try:
        heard = await rings(house, "alarm/freezer", "-10.5")
        assert "−10.5" in heard.text
        assert heard.text.startswith("⚠ *Freezer*: alarm/freezer −10.5, limit −15\n")
        assert heard.text.endswith(" · 👍 = I see to it")
        await house.publish("alarm/freezer", "-8")
        over = await ends(house, "alarm/freezer", "-18")
        assert re.match(
            r"✅ \*Freezer\* is over: alarm/freezer −18.*\nafter \d+ s, worst −8 · #\d+", over.text
        )
        assert "Freezer" in await house.ask("/mqtt alerts", "Freezer")
    finally:
        await house.ask("/mqtt rmalert Freezer", "Freezer")
    await house.publish("alarm/freezer", "20")
    await quiet(house, "alarm/freezer", 2)


async def test_twenty_sensors_at_once_are_one_notice_and_twenty_alerts(alarmed: House) -> None:
    async with alarmed.rule("alarm/twenty/+", "> 30 as Twenty") as rule:
        async with alarmed.mqtt() as client:
            topics = [f"alarm/twenty/{number:02}" for number in range(20)]
            await asyncio.gather(*(client.publish(topic, "31", qos=1) for topic in topics))
        heard = await alarmed.you.next("alarm/twenty/", sender=BOT)
        told = set(re.findall(r"alarm/twenty/\d\d", heard.text))
        assert len(told) == 20
        assert len(await alarmed.firing(rule)) == 20
        await quiet(alarmed, "alarm/twenty", 1)


async def test_a_value_that_flaps_around_the_limit_is_one_alert(alarmed: House) -> None:
    async with alarmed.rule("alarm/flapping", "> 30 clear 28 as Flapping") as rule:
        await rings(alarmed, "alarm/flapping", "31")
        for number in range(100):
            await alarmed.publish("alarm/flapping", f"{29 + number % 3}")
        await asyncio.sleep(APART)
        assert len(await alarmed.firing(rule)) == 1
        await quiet(alarmed, "alarm/flapping", 1)
        await ends(alarmed, "alarm/flapping", "27.5")


async def test_a_retained_message_delivered_again_rings_nobody(alarmed: House) -> None:
    async with alarmed.rule("alarm/leak", "== ON as Leak"):
        await alarmed.publish("alarm/leak", "ON", retain=True)
        await alarmed.you.next("alarm/leak", sender=BOT)
        await asyncio.to_thread(alarmed.broker.restart)
        await alarmed.ask("/mqtt reconnect")
        await alarmed.link_is("mqtt", "on")
        await quiet(alarmed, "alarm/leak", 1)
        await alarmed.publish("alarm/leak", b"", retain=True)


async def test_killed_while_firing_it_rings_no_second_time_and_still_says_when_it_is_over(
    alarmed: House,
) -> None:
    async with alarmed.rule("alarm/killed", "> 30 as Killed") as rule:
        await rings(alarmed, "alarm/killed", "31")
        number = (await alarmed.firing(rule))[0]["number"]
        await alarmed.hass.kill()
        await alarmed.hass.start()
        await until(alarmed.settled, "the house did not become ready", 90)
        assert [alert["number"] for alert in await alarmed.firing(rule)] == [number]
        await alarmed.publish("alarm/killed", "32")
        await quiet(alarmed, "alarm/killed", 1)
        over = await ends(alarmed, "alarm/killed", "20")
        assert f"#{number}" in over.text


def order(came: list[Heard], level: str) -> list[str]:
    """Return in which order topics were told of first; a slow bot tells of several in one notice."""
    return list(dict.fromkeys(found for heard in came for found in re.findall(rf"{level}/(\d)", heard.text)))


async def test_who_was_offline_gets_all_alerts_in_their_order(alarmed: House) -> None:
    async with alarmed.rule("alarm/offline/+", "> 0 as Offline"):
        before = len(alarmed.you.all)
        await alarmed.you.leave()
        try:
            for number in range(3):
                await alarmed.publish(f"alarm/offline/{number}", f"{number + 1}")
                await asyncio.sleep(APART)
        finally:
            await alarmed.you.arrive()
        for number in range(3):
            await alarmed.you.next(f"alarm/offline/{number}", sender=BOT)
        came = [heard for heard in alarmed.you.all[before:] if "alarm/offline/" in heard.text]
        assert order(came, "offline") == ["0", "1", "2"], came
        assert all(heard.delayed for heard in came)


async def test_a_reply_to_an_alert_acknowledges_it_and_why_tells_its_whole_story(alarmed: House) -> None:
    async with alarmed.rule("alarm/reply", "> 30 as Reply") as rule:
        heard = await rings(alarmed, "alarm/reply", "31")
        alarmed.you.reply(BOT, heard.id, "on my way")
        await alarmed.you.next("Acknowledged", sender=BOT)
        (alert,) = await alarmed.firing(rule)
        assert alert["acknowledged_by"] == YOU
        story = await alarmed.ask(f"/mqtt why {alert['number']}", "Reply")
        steps = ("fired ", "read ", "acknowledged by")
        missing = [step for step in steps if step not in story]
        assert missing == [], story
        assert "on my way" in story


async def test_a_reaction_to_an_alert_acknowledges_it(alarmed: House) -> None:
    async with alarmed.rule("alarm/reaction", "> 30 as Reaction") as rule:
        heard = await rings(alarmed, "alarm/reaction", "31")
        alarmed.you.react(BOT, heard.id, "👍")
        await alarmed.you.next("Acknowledged", sender=BOT)
        assert (await alarmed.firing(rule))[0]["acknowledged_by"] == YOU


async def test_what_the_xmpp_server_missed_comes_alerts_first_oldest_first_and_stamped(
    alarmed: House,
) -> None:
    """The server is away for longer than a minute: from then on what waited says how old it is."""
    async with alarmed.rule("alarm/away/+", "> 0 as Away") as rule:
        before = len(alarmed.you.all)
        await asyncio.to_thread(alarmed.xmpp.stop)
        await alarmed.link_is("xmpp", "off")
        await alarmed.publish("e2e/away/normal", "a normal value")
        for number in range(3):
            await alarmed.publish(f"alarm/away/{number}", "1")
            await asyncio.sleep(APART)
        await asyncio.sleep(62)
        await asyncio.to_thread(alarmed.xmpp.start)
        await alarmed.come_back()
        await alarmed.you.next("a normal value", 120, sender=BOT)
        came = [heard for heard in alarmed.you.all[before:] if heard.sender == BOT]
        alerts = [heard for heard in came if "alarm/away/" in heard.text]
        assert order(alerts, "away") == ["0", "1", "2"], (came, await alarmed.firing(rule))
        assert all(heard.delayed for heard in alerts)
        digest = next(heard for heard in came if "a normal value" in heard.text)
        assert came.index(digest) > came.index(alerts[-1])
        assert digest.text.startswith("While the chat server could not be reached (")


async def test_who_shows_do_not_disturb_hears_what_is_critical_and_the_rest_afterwards(
    alarmed: House,
) -> None:
    async with (
        alarmed.rule("alarm/night/draft", "> 0 as Draft"),
        alarmed.rule("alarm/night/smoke", "> 0 critical as Smoke"),
    ):
        alarmed.you.show("dnd")
        try:
            # Nothing tells from outside that the bot has seen it.
            await asyncio.sleep(2)
            await alarmed.publish("alarm/night/draft", "1")
            await asyncio.sleep(APART)
            await rings(alarmed, "alarm/night/smoke", "1", "🔴")
            assert alarmed.notices("alarm/night/draft") == []
        finally:
            alarmed.you.show(None)
        digest = await alarmed.you.next("alarm/night/draft", sender=BOT)
        assert digest.text.startswith("🌙")
        assert "smoke" not in digest.text
        with contextlib.suppress(AssertionError):
            again = await alarmed.you.next("alarm/night/draft", 3, sender=BOT)
            pytest.fail(f"told twice: {again}")

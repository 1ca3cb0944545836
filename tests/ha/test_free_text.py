"""Text that is no command, from an XMPP client over a real broker and back."""

from collections.abc import Generator
from contextlib import contextmanager
import re
from typing import Any

from flows import asked, suggested
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
import pytest
from running import (
    ALICE,
    BOT,
    LOOPBACK,
    NO_ACCOUNT,
    bot_entry,
    contacts,
    publish,
    reachable,
    running,
    standalone,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.rules import Contact, Ear, FreeText, Role
from custom_components.dinox_mqtt_bot.bot.model.status import BotState
from custom_components.dinox_mqtt_bot.entry.rules import free_text
from lab.person import Person

ECHO = '📨 You wrote: "kitchen light on"\n\nTip: Type "help" for available commands.'
ALERT = "🔔 Fuel Price Alert\n22.11.2026, 08:55\n\n▲ HEM Super E5: 1.769 → 1.799 € (+3.0¢)"


def options(topic: str, **more: Any) -> dict[str, Any]:
    """Return the options of a bot that publishes free text."""
    return {
        "free_text": "topic",
        "free_text_topic": f"{topic}/chat",
        "free_text_response_topic": f"{topic}/response",
    } | more


@contextmanager
def flow(port: int, topic: str, *, v5: bool) -> Generator[list[mqtt.MQTTMessage]]:
    """Let somebody else answer what comes on a topic: where asked to or, as Node-RED, where it knows."""
    heard: list[mqtt.MQTTMessage] = []

    def answer(client: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        heard.append(message)
        payload = f'📨 You wrote: "{message.payload.decode()}"\n\nTip: Type "help" for available commands.'
        if not v5:
            client.publish(f"{topic}/response", payload, qos=1)
            return
        properties = Properties(PacketTypes.PUBLISH)
        properties.CorrelationData = message.properties.CorrelationData
        client.publish(message.properties.ResponseTopic, payload, qos=1, properties=properties)

    ready: list[bool] = []
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5 if v5 else mqtt.MQTTv311)
    client.on_message = answer
    client.on_subscribe = lambda *_: ready.append(True)
    client.connect(LOOPBACK, port)
    client.subscribe(f"{topic}/chat", 1)
    while not ready:
        client.loop(0.1)
    client.loop_start()
    try:
        yield heard
    finally:
        client.loop_stop()
        client.disconnect()


@pytest.mark.parametrize(("protocol", "v5"), [("automatic", True), ("automatic", False), ("mqtt_311", False)])
async def test_a_text_goes_to_the_topic_and_its_answer_to_who_asked(
    hass: HomeAssistant, both: dict[str, Any], port: int, alice: Person, protocol: str, v5: bool
) -> None:
    topic = f"free/{protocol}/{int(v5)}"
    people = contacts(Contact(ALICE, role=Role.OPERATOR))
    entry = bot_entry({**both, "protocol": protocol}, people, options(topic))
    with flow(port, topic, v5=v5) as heard:
        async with running(hass, entry) as bot:
            await reachable(bot)
            alice.say(BOT, "kitchen light on")
            answer = await alice.next("You wrote")
            assert answer.text == ECHO
            await publish(port, f"{topic}/response", ALERT)
            set_in = re.sub(r"\n(?=.)", "\n\u2003", ALERT)
            assert (await alice.next("Fuel Price Alert")).text == f"*{topic}/response*\n{set_in}"
            assert heard[0].payload.decode() == "kitchen light on"
            if v5:
                assert heard[0].properties.ResponseTopic == f"{topic}/response"


async def test_without_an_answer_the_contact_learns_that(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    entry = bot_entry(both, contacts(ALICE), options("silent", free_text_timeout=1))
    async with running(hass, entry) as bot:
        await reachable(bot)
        alice.say(BOT, "anybody there")
        assert (await alice.next("No answer")).text == "No answer came within 1 s."


async def test_what_becomes_of_free_text_changes_without_a_reload(hass: HomeAssistant, port: int) -> None:
    entry = bot_entry({**standalone(port), **NO_ACCOUNT}, topics("live/x"))
    async with running(hass, entry) as bot:
        before = bot.broker.connack
        hass.config_entries.async_update_entry(entry, options=options("live"))
        await hass.async_block_till_done()
        assert bot.bot.rules.free_text.ear is Ear.TOPIC
        assert bot.broker.connack is before
        await publish(port, "live/response", "hello")
        await until(lambda: bot.bot.status.last_topic == "live/response")


def test_the_options_say_what_they_mean() -> None:
    given = options("a", free_text_timeout=5, free_text_agent="conversation.x", free_text_without_user=True)
    assert free_text(given) == FreeText(Ear.TOPIC, "a/chat", "a/response", 5.0, "conversation.x", True)
    assert free_text({}) == FreeText()


# The form.


@pytest.fixture
async def form(hass: HomeAssistant) -> Any:
    entry = bot_entry(standalone(1) | NO_ACCOUNT)
    entry.add_to_hass(hass)
    return await hass.config_entries.options.async_init(entry.entry_id)


async def submit(hass: HomeAssistant, form: Any, **typed: Any) -> Any:
    answers = {"alerts": {}, "free_text_section": typed}
    return await hass.config_entries.options.async_configure(form["flow_id"], answers)


async def test_free_text_is_set_up_in_the_options(hass: HomeAssistant, form: Any) -> None:
    typed = {
        "free_text": "topic",
        "free_text_topic": " dinox/chat ",
        "free_text_response_topic": "dinox/response",
        "free_text_timeout": 10,
    }
    end = await submit(hass, form, **typed)
    assert end["type"] is FlowResultType.CREATE_ENTRY
    assert free_text(end["data"]) == FreeText(Ear.TOPIC, "dinox/chat", "dinox/response", 10.0)
    (entry,) = hass.config_entries.async_entries("dinox_mqtt_bot")
    again = await hass.config_entries.options.async_init(entry.entry_id)
    assert suggested(again)["free_text_topic"] == "dinox/chat"


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"free_text": "topic"}, "free_text_topic_missing"),
        (
            {"free_text": "topic", "free_text_topic": "a", "free_text_response_topic": "a"},
            "free_text_topics_equal",
        ),
        ({"free_text_topic": "home/#"}, "free_text_invalid_topic"),
        ({"free_text_response_topic": "home/+"}, "free_text_invalid_topic"),
    ],
)
async def test_what_cannot_work_is_said(
    hass: HomeAssistant, form: Any, typed: dict[str, str], error: str
) -> None:
    assert asked(await submit(hass, form, **typed)) == f"init base: {error}"


async def test_a_bot_cannot_be_chosen_as_the_agent(hass: HomeAssistant, port: int) -> None:
    entry = bot_entry({**standalone(port), **NO_ACCOUNT})
    async with running(hass, entry, BotState.WAITING):
        form = await hass.config_entries.options.async_init(entry.entry_id)
        typed = {"free_text": "agent", "free_text_agent": "conversation.bot_conversation"}
        assert asked(await submit(hass, form, **typed)) == "init base: agent_own"
        typed["free_text_agent"] = "conversation.home_assistant"
        assert (await submit(hass, form, **typed))["type"] is FlowResultType.CREATE_ENTRY

"""Conversation agents of Home Assistant, asked in the name of a contact."""

import asyncio
from typing import Any

from homeassistant.components import conversation
from homeassistant.components.conversation.const import DATA_COMPONENT
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import intent
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from running import (
    ALICE,
    BOT,
    NO_ACCOUNT,
    bot_entry,
    contacts,
    reachable,
    running,
    standalone,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import Contact
from custom_components.dinox_mqtt_bot.hass.conversation_agent import HaAgent
from lab.person import Person
from lab.servers import Server

LAMP = "input_boolean.lamp"
OWN = "conversation.bot_conversation"


@pytest.fixture
async def lamp(hass: HomeAssistant) -> str:
    """A lamp that Home Assistant's own agent may switch."""
    assert await async_setup_component(hass, "conversation", {})
    assert await async_setup_component(hass, "input_boolean", {"input_boolean": {"lamp": {"name": "Lamp"}}})
    await hass.async_block_till_done()
    async_expose_entity(hass, "conversation", LAMP, True)
    return LAMP


async def user_of(hass: HomeAssistant, group: str) -> str:
    user = MockUser(groups=[await hass.auth.async_get_group(group)]).add_to_hass(hass)
    return user.id


@pytest.mark.parametrize(
    ("group", "switched"), [("system-users", True), ("system-read-only", False), ("", True)]
)
async def test_it_does_what_the_contacts_user_may(
    hass: HomeAssistant, lamp: str, group: str, switched: bool
) -> None:
    user = await user_of(hass, group) if group else ""
    assert await HaAgent(hass).answer("turn on lamp", ALICE, "", user)
    assert (hass.states.get(lamp).state == "on") is switched


async def test_each_contact_has_a_conversation_of_its_own(hass: HomeAssistant, lamp: str) -> None:
    asked: list[Any] = []

    async def converse(*given: Any, **more: Any) -> Any:
        asked.append((given[2], more["agent_id"]))
        return await original(*given, **more)

    original = conversation.async_converse
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(conversation, "async_converse", converse)
        for jid in (ALICE, "bob@home.test", ALICE):
            await HaAgent(hass).answer("turn on lamp", jid, "")
    assert asked == [
        (f"xmpp:{jid}", "conversation.home_assistant") for jid in (ALICE, "bob@home.test", ALICE)
    ]


@pytest.mark.parametrize("gone", ["unknown", "inactive"])
async def test_a_user_who_is_gone_stands_for_nobody(hass: HomeAssistant, lamp: str, gone: str) -> None:
    user = "0" * 32
    if gone == "inactive":
        user = MockUser(is_active=False).add_to_hass(hass).id
    with pytest.raises(BotError, match="user_unknown"):
        await HaAgent(hass).answer("turn on lamp", ALICE, "", user)
    assert hass.states.get(lamp).state == "off"


async def test_an_agent_that_is_not_there_is_told(hass: HomeAssistant, lamp: str) -> None:
    with pytest.raises(BotError, match="agent_failed"):
        await HaAgent(hass).answer("hello", ALICE, "conversation.nobody")


async def test_an_agent_that_says_nothing_is_told(hass: HomeAssistant, lamp: str) -> None:
    async def converse(*given: Any, **more: Any) -> Any:
        result = await original(*given, **more)
        result.response.speech = {}
        return result

    original = conversation.async_converse
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(conversation, "async_converse", converse)
        with pytest.raises(BotError, match="agent_silent"):
            await HaAgent(hass).answer("hello", ALICE, "")


async def test_a_bot_is_never_its_own_agent(hass: HomeAssistant, mosquitto: Server) -> None:
    async with running(hass, bot_entry({**standalone(mosquitto.ports["mqtt"]), **NO_ACCOUNT})):
        with pytest.raises(BotError, match="agent_own"):
            await HaAgent(hass).answer("hello", ALICE, OWN)


async def test_a_contact_switches_a_lamp_in_plain_words(
    hass: HomeAssistant, lamp: str, both: dict[str, Any], alice: Person
) -> None:
    user = await user_of(hass, "system-users")
    entry = bot_entry(both, contacts(Contact(ALICE, user=user)), {"free_text": "agent"})
    async with running(hass, entry) as bot:
        await reachable(bot)
        alice.say(BOT, "turn on lamp")
        await until(lambda: hass.states.get(lamp).state == "on")


class SlowAgent(conversation.ConversationEntity):
    """An agent that thinks until it is told to answer."""

    entity_id = "conversation.slow"
    _attr_name = "Slow"
    _attr_unique_id = "slow"
    supported_languages = "*"

    def __init__(self) -> None:
        self.answer = asyncio.Event()
        self.asked: list[tuple[str, str | None]] = []

    async def _async_handle_message(
        self, user_input: conversation.ConversationInput, chat_log: conversation.ChatLog
    ) -> conversation.ConversationResult:
        self.asked.append((user_input.text, chat_log.conversation_id))
        await self.answer.wait()
        response = intent.IntentResponse(language=user_input.language)
        response.async_set_speech("Let me tell you. " * 2_000)
        return conversation.ConversationResult(response, chat_log.conversation_id)


async def test_a_slow_agent_holds_nobody_up_and_a_long_answer_is_cut(
    hass: HomeAssistant, lamp: str, both: dict[str, Any], alice: Person
) -> None:
    agent = SlowAgent()
    await hass.data[DATA_COMPONENT].async_add_entities([agent])
    user = await user_of(hass, "system-users")
    options = {"free_text": "agent", "free_text_agent": "conversation.slow"}
    async with running(hass, bot_entry(both, contacts(Contact(ALICE, user=user)), options)) as bot:
        await reachable(bot)
        for text in ("what is new in the world", "and tell me of the others"):
            alice.say(BOT, text)
        await until(lambda: len(agent.asked) == 2)
        assert {conversation_id for _, conversation_id in agent.asked} == {f"xmpp:{ALICE}"}
        alice.say(BOT, "/mqtt status")
        await alice.next("Broker: connected")
        agent.answer.set()
        told = await alice.next("Let me tell you.")
        assert told.text.endswith("…")
        assert len(told.text) < 5_000

"""The bot in Home Assistant's Assist dialog."""

from typing import Any

from homeassistant.components import conversation
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import Context, CoreState, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from running import bot_entry, context_of, next_on, publish, running, topics, until

from custom_components.dinox_mqtt_bot.hass import sentences

AGENT = "conversation.bot_conversation"


async def say(hass: HomeAssistant, text: str, context: Context | None = None) -> str:
    """Say something in the dialog and return the answer."""
    result = await conversation.async_converse(hass, text, None, context or Context(), agent_id=AGENT)
    return result.response.speech["plain"]["speech"]


@pytest.mark.parametrize("text", ["/mqtt publish -r assist/light ON", "publish -r assist/light ON"])
async def test_a_command_acts_on_the_broker(
    hass: HomeAssistant, data: dict[str, Any], port: int, text: str
) -> None:
    async with running(hass, bot_entry(data)):
        context = await context_of(hass, "system-users")
        assert "assist/light" in await say(hass, text, context)
        assert await next_on(port, "assist/light") == "ON"


async def test_it_tells_the_last_values(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    async with running(hass, bot_entry(data, topics("assist/temp"))) as bot:
        await publish(port, "assist/temp", "21.5")
        await until(lambda: bot.bot.status.messages)
        assert "21.5" in await say(hass, "topics")


async def test_it_understands_what_it_does_in_the_chat(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with running(hass, bot_entry(data, topics("assist/temp"))) as bot:
        await publish(port, "assist/temp", "21.5")
        await until(lambda: bot.bot.status.messages)
        assert "21.5" in await say(hass, "what is the temp?")


async def test_it_answers_in_the_language_of_the_dialog(hass: HomeAssistant, data: dict[str, Any]) -> None:
    async with running(hass, bot_entry(data)):
        answers = [
            (
                await conversation.async_converse(
                    hass, "status", None, Context(), agent_id=AGENT, language=language
                )
            ).response.speech["plain"]["speech"]
            for language in ("en", "de-AT", "eo")
        ]
    assert ["Subscriptions: 0" in each for each in answers] == [True, False, True]
    assert "Abonnements: 0" in answers[1]


async def test_what_it_does_not_know_is_for_home_assistants_own_agent(
    hass: HomeAssistant, data: dict[str, Any]
) -> None:
    async with running(hass, bot_entry(data)):
        hass.states.async_set("light.telly", "off", {"friendly_name": "Telly"})
        calls = async_mock_service(hass, "light", "turn_on")
        said = await say(hass, "turn on the telly", await context_of(hass, "system-admin"))
        assert [call.data["entity_id"] for call in calls] == [["light.telly"]]
        assert "telly" not in said


async def test_what_is_no_command_is_answered_too(hass: HomeAssistant, data: dict[str, Any]) -> None:
    async with running(hass, bot_entry(data)):
        assert "help" in await say(hass, "lorem ipsum dolor")


@pytest.mark.parametrize(("group", "allowed"), [("system-admin", True), ("system-users", False)])
async def test_only_an_administrator_changes_subscriptions(
    hass: HomeAssistant, data: dict[str, Any], group: str, allowed: bool
) -> None:
    entry = bot_entry(data)
    async with running(hass, entry):
        await say(hass, "subscribe assist/new", await context_of(hass, group))
        assert bool(entry.subentries) is allowed


@pytest.mark.parametrize("group", ["", "system-read-only"])
async def test_a_voice_without_a_user_and_a_user_who_only_reads_may_look_and_not_act(
    hass: HomeAssistant, data: dict[str, Any], port: int, group: str
) -> None:
    async with running(hass, bot_entry(data, topics("assist/seen", "assist/forbidden"))) as bot:
        context = await context_of(hass, group) if group else None
        await publish(port, "assist/seen", "21.5")
        await until(lambda: bot.bot.status.messages == 1)
        assert "21.5" in await say(hass, "topics", context)
        refused = await say(hass, "publish assist/forbidden ON", context)
        await publish(port, "assist/seen", "22.5")
        await until(lambda: bot.bot.status.last_text.startswith("22.5"))
        assert "operator" in refused
        assert bot.bot.status.messages == 2


async def test_a_namesake_neither_answers_a_question_nor_ends_it(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    async with running(hass, bot_entry(data, topics("assist/kept"))) as bot:
        await publish(port, "assist/kept", "1")
        await until(lambda: bot.bot.status.messages)
        owner, namesake = await context_of(hass, "system-admin"), await context_of(hass, "system-read-only")
        assert "yes" in await say(hass, "clear assist/kept", owner)
        await say(hass, "yes", namesake)
        assert "1 message" in await say(hass, "yes", owner)


async def test_the_dialog_of_the_web_page_reaches_it(
    hass: HomeAssistant, data: dict[str, Any], hass_ws_client: WebSocketGenerator
) -> None:
    async with running(hass, bot_entry(data)):
        client = await hass_ws_client(hass)
        await client.send_json_auto_id({"type": "conversation/process", "text": "status", "agent_id": AGENT})
        answer = await client.receive_json()
        assert "Bot" in answer["result"]["response"]["speech"]["plain"]["speech"]


async def test_it_can_be_chosen_in_every_language(
    hass: HomeAssistant, data: dict[str, Any], hass_ws_client: WebSocketGenerator
) -> None:
    async with running(hass, bot_entry(data)):
        client = await hass_ws_client(hass)
        await client.send_json_auto_id({"type": "conversation/agent/list", "language": "mi"})
        agents = (await client.receive_json())["result"]["agents"]
        assert AGENT in {agent["id"] for agent in agents if agent["supported_languages"]}


async def test_the_sentences_are_read_when_home_assistant_has_started(
    hass: HomeAssistant, data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr(sentences, "_recognised_by", lambda language, *_: read.append(language))
    hass.set_state(CoreState.starting)
    async with running(hass, bot_entry(data)):
        assert read == []
        hass.set_state(CoreState.running)
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
        await hass.async_block_till_done()
        assert read == ["en"]

"""The commands as Home Assistant actions."""

from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from running import (
    ALICE,
    ask,
    bot_entry,
    contacts,
    next_on,
    publish,
    running,
    subscribed,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.commands.catalogue import COMMANDS
from custom_components.dinox_mqtt_bot.bot.commands.command import parameters
from custom_components.dinox_mqtt_bot.bot.model.status import BotState
from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.services import command_schema
from lab.person import Person
from lab.servers import Server


async def test_every_command_is_an_action(hass: HomeAssistant, data: dict[str, Any]) -> None:
    async with running(hass, bot_entry(data)):
        actions = set(hass.services.async_services_for_domain(DOMAIN))
        beside = {"send_message", "ask", "command", "import_rules", "import_settings"}
        assert actions == {command.node for command in COMMANDS} | beside


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.node)
def test_an_action_takes_the_parameters_of_its_command(command: type) -> None:
    names = {str(marker) for marker in command_schema(command).schema}
    assert names == {parameter.name for parameter in parameters(command)} | {"config_entry_id"}


async def test_a_sentence_comes_with_its_facts(hass: HomeAssistant, data: dict[str, Any]) -> None:
    async with running(hass, bot_entry(data)):
        answer = await ask(hass, "subscribe", filter="services/x")
        assert (answer["filter"], answer["qos"]) == ("services/x", 1)
        assert "services/x" in answer["text"]


async def test_a_table_comes_as_rows(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    async with running(hass, bot_entry(data, topics("services/row"))) as bot:
        await publish(port, "services/row", "7")
        await until(lambda: bot.bot.status.messages)
        answer = await ask(hass, "history", topic="services/row", count=1)
        assert [(row["topic"], row["text"]) for row in answer["rows"]] == [("services/row", "7")]


async def test_an_action_needs_no_response(hass: HomeAssistant, data: dict[str, Any], port: int) -> None:
    async with running(hass, bot_entry(data)):
        values = {"topic": "services/plain", "payload": "1", "retain": True}
        await hass.services.async_call(DOMAIN, "publish", values, blocking=True)
        assert await next_on(port, "services/plain") == "1"


@pytest.mark.parametrize(
    ("payload", "published"),
    [("on", "on"), (True, "true"), (21, "21"), (21.5, "21.5"), ({"state": "ON"}, '{"state":"ON"}'), ("", "")],
)
async def test_what_a_template_made_of_a_payload_is_published_as_json(
    hass: HomeAssistant, data: dict[str, Any], port: int, payload: object, published: str
) -> None:
    async with running(hass, bot_entry(data, topics("services/typed")), None) as bot:
        heard: list[bytes] = []
        bot.bot.listen(
            lambda told: heard.append(told.reading.message.payload) if hasattr(told, "reading") else None
        )
        await until(lambda: bot.online)
        await subscribed(bot)
        await ask(hass, "publish", topic="services/typed", payload=payload)
        await until(lambda: heard)
        assert heard == [published.encode()]


async def test_a_wrong_value_is_the_callers_fault(hass: HomeAssistant, data: dict[str, Any]) -> None:
    async with running(hass, bot_entry(data)):
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, "subscribe", filter="a/#/b")
        assert (raised.value.translation_domain, raised.value.translation_key) == (DOMAIN, "invalid_filter")
        assert raised.value.translation_placeholders["filter"] == "a/#/b"


async def test_a_missing_broker_is_the_worlds_fault(
    hass: HomeAssistant, data: dict[str, Any], own_mosquitto: Server
) -> None:
    own_mosquitto.stop()
    async with running(hass, bot_entry(data), BotState.OFFLINE):
        with pytest.raises(HomeAssistantError) as raised:
            await ask(hass, "publish", topic="a/b", payload="1")
        assert raised.value.translation_key == "not_connected"
        assert not isinstance(raised.value, ServiceValidationError)


async def test_with_two_bots_one_has_to_be_named(hass: HomeAssistant, data: dict[str, Any]) -> None:
    other = bot_entry({**data, "client_id": "dinox-mqtt-bot-other"})
    async with running(hass, bot_entry(data)), running(hass, other):
        with pytest.raises(ServiceValidationError):
            await ask(hass, "status")
        assert await ask(hass, "status", config_entry_id=other.entry_id)


async def test_without_a_loaded_bot_an_action_says_so(hass: HomeAssistant, data: dict[str, Any]) -> None:
    entry = bot_entry(data)
    async with running(hass, entry):
        pass
    with pytest.raises(ServiceValidationError):
        await ask(hass, "status", config_entry_id=entry.entry_id)


@pytest.mark.parametrize(("groups", "allowed"), [("system-admin", True), ("system-users", False)])
async def test_an_administrator_of_home_assistant_is_one_of_the_bot(
    hass: HomeAssistant, data: dict[str, Any], groups: str, allowed: bool
) -> None:
    user = MockUser(groups=[await hass.auth.async_get_group(groups)]).add_to_hass(hass)
    context = Context(user_id=user.id)
    async with running(hass, bot_entry(data)):
        if allowed:
            assert await ask(hass, "subscribe", context, filter="services/role")
        else:
            with pytest.raises(ServiceValidationError) as raised:
                await ask(hass, "subscribe", context, filter="services/role")
            assert raised.value.translation_key == "not_allowed"


async def test_a_user_of_home_assistant_may_publish(
    hass: HomeAssistant, data: dict[str, Any], port: int
) -> None:
    user = MockUser(groups=[await hass.auth.async_get_group("system-users")]).add_to_hass(hass)
    async with running(hass, bot_entry(data)):
        await ask(hass, "publish", Context(user_id=user.id), topic="services/user", payload="1", retain=True)
        assert await next_on(port, "services/user") == "1"


@pytest.mark.parametrize("group", ["system-read-only", "deleted"])
@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("publish", {"topic": "services/reader", "payload": "1"}),
        ("send_message", {"message": "hello"}),
    ],
)
async def test_who_only_reads_may_not_act(
    hass: HomeAssistant, both: dict[str, Any], group: str, action: str, values: dict[str, str]
) -> None:
    user = MockUser(groups=[await hass.auth.async_get_group("system-read-only")])
    if group != "deleted":
        user.add_to_hass(hass)
    async with running(hass, bot_entry(both, contacts(ALICE))) as bot:
        assert await ask(hass, "status", Context(user_id=user.id))
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, action, Context(user_id=user.id), **values)
        assert raised.value.translation_key == "not_allowed"
        assert bot.bot.status.undelivered == 0


async def test_the_words_of_the_chat_are_an_action(hass: HomeAssistant, data: dict[str, Any]) -> None:
    async with running(hass, bot_entry(data, topics("services/words"))):
        answer = await ask(hass, "command", text="/mqtt topics")
        assert "services/words" in answer["text"]


async def test_a_message_goes_to_all_who_receive(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    async with running(hass, bot_entry(both, contacts(ALICE))):
        answer = await ask(hass, "send_message", message="to everybody")
        assert [sent["contact"] for sent in answer["sent"]] == [ALICE]
        await alice.next("to everybody")


async def test_a_message_goes_to_one_contact(
    hass: HomeAssistant, both: dict[str, Any], alice: Person
) -> None:
    async with running(hass, bot_entry(both, contacts(ALICE))):
        await ask(hass, "send_message", message="to alice", contact=ALICE, priority="critical")
        await alice.next("to alice")


async def test_a_message_to_a_stranger_is_refused(hass: HomeAssistant, both: dict[str, Any]) -> None:
    async with running(hass, bot_entry(both, contacts(ALICE))):
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, "send_message", message="hello", contact="mallory@home.test")
        assert raised.value.translation_key == "unknown_contact"


async def test_a_bot_without_an_account_can_say_nothing(hass: HomeAssistant, data: dict[str, Any]) -> None:
    async with running(hass, bot_entry(data, contacts(ALICE))):
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, "send_message", message="hello")
        assert raised.value.translation_key == "chat_not_configured"

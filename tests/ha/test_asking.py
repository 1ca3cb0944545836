"""The action `ask`, with people at real servers and a phone: one answer, and everybody told."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
import re
from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
from notifications import PHONE, Phone
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_capture_events
from rooms import Occupant, new_room
from running import (
    ALICE,
    BOT,
    NO_ACCOUNT,
    account,
    ask,
    bot_entry,
    contacts,
    reachable,
    running,
    standalone,
    until,
)
import voluptuous as vol
import yaml

from custom_components.dinox_mqtt_bot.bot.dialogue.inquiries import KEPT
from custom_components.dinox_mqtt_bot.bot.model.rules import Contact, Role
from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.hass.events import EVENT_ANSWER
from custom_components.dinox_mqtt_bot.services import ASK_SCHEMA
from lab.person import Person
from lab.servers import Lab, Server

CAROL = "carol@home.test"
USERS = {"bot": "botpw", "alice": "alicepw", "carol": "carolpw"}
QUESTION = "The garage is open. Shall I close it?"
PEOPLE = contacts(Contact(ALICE, name="Alice"), Contact(CAROL, name="Carol", role=Role.VIEWER))
DOCUMENT = Path(__file__).parents[2] / "docs" / "automations.md"


@pytest.fixture(params=["prosody", "ejabberd"], scope="session")
def server(request: pytest.FixtureRequest, servers: Lab) -> Server:
    made: Server = getattr(servers, request.param)(users=USERS)
    return made


@pytest.fixture
def data(server: Server, servers: Lab, mosquitto: Server) -> dict[str, Any]:
    return {**standalone(mosquitto.ports["mqtt"]), **account(server.ports["c2s"], servers.ca)}


@pytest.fixture
async def people(server: Server, servers: Lab) -> AsyncGenerator[list[Person]]:
    async with AsyncExitStack() as stack:
        found = []
        for jid in (ALICE, CAROL):
            password = USERS[jid.partition("@")[0]]
            person = Person(jid, password, server.ports["c2s"], servers.client_ssl())
            found.append(await stack.enter_async_context(person))
            person.all.clear()
            person.forget()
        yield found


def asking(hass: HomeAssistant, **values: object) -> asyncio.Task[Any]:
    return hass.async_create_task(ask(hass, "ask", message=QUESTION, **values))


async def answer_in(how: str, person: Person, question: Any) -> None:
    """Answer yes in one of the ways that a client has."""
    if how == "reaction":
        person.react(BOT, question.id, "👍")
    elif how == "reply":
        person.reply(BOT, question.id, "yes")
    else:
        person.say(BOT, how)


@pytest.mark.parametrize("how", ["reaction", "reply", "1", "Ja", "👍"])
async def test_each_way_answers_and_the_others_are_told(
    hass: HomeAssistant, data: dict[str, Any], people: list[Person], how: str
) -> None:
    alice, carol = people
    events = async_capture_events(hass, EVENT_ANSWER)
    async with running(hass, bot_entry(data, PEOPLE)) as bot:
        await reachable(bot)
        waiting = asking(hass, tag="garage")
        question = await carol.next(QUESTION)
        assert "2 No 👎" in (await alice.next(QUESTION)).text
        await answer_in(how, carol, question)
        answer = await waiting
        said = {"reaction": "👍", "reply": "yes"}.get(how, how)
        assert (answer["id"], answer["text"], answer["by"]) == ("yes", said, CAROL)
        assert datetime.fromisoformat(answer["at"]).tzinfo is not None
        assert sorted(answer["asked"]) == [ALICE, CAROL]
        await carol.next("Understood: Yes.")
        await alice.next("Carol has decided: Yes")
        (event,) = events
        told = {key: answer[key] for key in ("id", "text", "by", "at")}
        assert event.data == {**told, "entry_id": bot.entry.entry_id, "tag": "garage", "question": QUESTION}


async def test_two_at_once_are_one_answer(
    hass: HomeAssistant, data: dict[str, Any], people: list[Person]
) -> None:
    alice, carol = people
    events = async_capture_events(hass, EVENT_ANSWER)
    async with running(hass, bot_entry(data, PEOPLE)) as bot:
        await reachable(bot)
        waiting = asking(hass)
        asked = [await each.next(QUESTION) for each in people]
        alice.react(BOT, asked[0].id, "👍")
        carol.say(BOT, "no")
        answer = await waiting
        first, second = (alice, carol) if answer["by"] == ALICE else (carol, alice)
        await first.next("Understood")
        # Told of the other's, and told again in place of an answer.
        name = "Alice" if first is alice else "Carol"
        for _ in range(2):
            await second.next(f"{name} has decided")
        assert len(events) == 1


async def test_what_is_no_answer_leaves_it_open(
    hass: HomeAssistant, data: dict[str, Any], people: list[Person]
) -> None:
    alice, _ = people
    async with running(hass, bot_entry(data, PEOPLE)) as bot:
        await reachable(bot)
        waiting = asking(
            hass, contact=ALICE, answers=["close", "leave it", "ask again"], timeout={"minutes": 2}
        )
        question = await alice.next(QUESTION)
        alice.reply(BOT, question.id, "hm, perhaps")
        await alice.next("Possible answers: 1 close, 2 leave it, 3 ask again")
        alice.react(BOT, question.id, "👍")
        await alice.next("Possible answers")
        assert not waiting.done()
        alice.say(BOT, "Leave it!")
        assert (await waiting)["id"] == "leave it"


async def test_a_room_is_asked_and_sees_who_decided(
    hass: HomeAssistant, data: dict[str, Any], people: list[Person]
) -> None:
    room = await Occupant(people[0], new_room()).enter("Alice")
    await room.configure(whois="anyone", persistentroom="1")
    family = Contact(room.room, name="Family", room=True, role=Role.OPERATOR)
    people_told = contacts(Contact(ALICE, name="Alice", receives=False), family)
    async with running(hass, bot_entry(data, people_told)) as bot:
        await until(lambda: room.room in bot.chat._gate.inside)
        for answer in (lambda: room.react(room.heard(QUESTION)[-1], "👎"), lambda: room.say("mqtt no")):
            before = len(room.heard(QUESTION))
            waiting = asking(hass, contact=[room.room])
            await until(lambda: len(room.heard(QUESTION)) > before)  # noqa: B023
            room.say("no idea")
            answer()
            found = await waiting
            assert (found["id"], found["by"]) == ("no", ALICE)
            await until(lambda: room.heard("Alice has decided: No"))


async def test_a_thumb_down_is_a_no(hass: HomeAssistant, data: dict[str, Any], people: list[Person]) -> None:
    alice, carol = people
    async with running(hass, bot_entry(data, PEOPLE)) as bot:
        await reachable(bot)
        waiting = asking(hass)
        question = await alice.next(QUESTION)
        alice.react(BOT, question.id, "👎")
        assert (await waiting)["id"] == "no"
        await carol.next("Alice has decided: No")


@pytest.mark.parametrize("kind", ["prosody", "ejabberd"])
async def test_it_outlasts_a_restart_of_the_chat_server(
    hass: HomeAssistant, own_lab: Lab, mosquitto: Server, kind: str
) -> None:
    server: Server = getattr(own_lab, kind)(users=USERS)

    def person(jid: str) -> Person:
        return Person(jid, USERS[jid.partition("@")[0]], server.ports["c2s"], own_lab.client_ssl())

    data = {**standalone(mosquitto.ports["mqtt"]), **account(server.ports["c2s"], own_lab.ca)}
    async with running(hass, bot_entry(data, PEOPLE)) as bot:
        await reachable(bot)
        async with person(ALICE) as alice:
            waiting = asking(hass)
            question = await alice.next(QUESTION)
            server.stop()
        server.start()
        async with person(ALICE) as alice, person(CAROL) as carol:
            bot.chat.reconnect()
            await reachable(bot)
            alice.react(BOT, question.id, "👍")
            assert (await waiting)["id"] == "yes"
            await carol.next("Alice has decided: Yes")


async def test_after_a_restart_of_the_bot_the_answer_is_an_event(
    hass: HomeAssistant, data: dict[str, Any], people: list[Person]
) -> None:
    alice, carol = people
    entry = bot_entry(data, PEOPLE)
    async with running(hass, entry) as bot:
        await reachable(bot)
        waiting = asking(hass, tag="garage")
        question = await alice.next(QUESTION)
        assert await hass.config_entries.async_unload(entry.entry_id)
        with pytest.raises(HomeAssistantError) as raised:
            await waiting
        assert raised.value.translation_key == "ask_interrupted"
        events = async_capture_events(hass, EVENT_ANSWER)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await reachable(entry.runtime_data)
        alice.reply(BOT, question.id, "no")
        await until(lambda: events)
        assert (events[0].data["tag"], events[0].data["id"], events[0].data["by"]) == ("garage", "no", ALICE)
        await carol.next("Alice has decided: No")


async def test_an_action_that_is_stopped_leaves_the_question_open(
    hass: HomeAssistant, data: dict[str, Any], people: list[Person]
) -> None:
    events = async_capture_events(hass, EVENT_ANSWER)
    async with running(hass, bot_entry(data, PEOPLE)) as bot:
        await reachable(bot)
        waiting = asking(hass)
        await people[0].next(QUESTION)
        waiting.cancel()
        await asyncio.wait({waiting})
        people[0].say(BOT, "yes")
        await until(lambda: events)
        assert events[0].data["id"] == "yes"


async def test_nobody_answers(hass: HomeAssistant, data: dict[str, Any], people: list[Person]) -> None:
    async with running(hass, bot_entry(data, PEOPLE)) as bot:
        await reachable(bot)
        answer = await asking(hass, timeout=1, contact=[ALICE])
        asked = {"asked": [ALICE]}
        assert answer == {"id": None, "text": None, "by": None, "at": None, **asked}
        over = await people[0].next("Nobody has answered in time")
        assert over.replaces == people[0].all[0].id
        bot.bot.held.set_contact(ALICE, True)
        assert (await asking(hass, contact=[ALICE]))["asked"] == []


def documented(alias: str) -> str:
    blocks = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    return next(block for block in blocks if block.startswith(f"alias: {alias}\n"))


@pytest.mark.parametrize(("said", "closes"), [("👍", 1), ("nein", 0)])
async def test_the_garage_of_the_pages(
    hass: HomeAssistant, data: dict[str, Any], people: list[Person], said: str, closes: int
) -> None:
    block = documented("Garage open at night")
    assert len(block.splitlines()) <= 12
    closed: list[ServiceCall] = []

    async def close(call: ServiceCall) -> None:
        closed.append(call)

    hass.services.async_register("cover", "close_cover", close)
    hass.states.async_set("cover.garage", "open")
    events = async_capture_events(hass, EVENT_ANSWER)
    async with running(hass, bot_entry(data, PEOPLE)) as bot:
        await reachable(bot)
        assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: yaml.safe_load(block)})
        (automation,) = hass.states.async_entity_ids(AUTOMATION)
        target = {"entity_id": automation, "skip_condition": False}
        run = hass.async_create_task(hass.services.async_call(AUTOMATION, "trigger", target, blocking=True))
        question = await people[0].next(QUESTION)
        people[0].reply(BOT, question.id, said)
        await run
        await until(lambda: events)
        await hass.services.async_call(AUTOMATION, "turn_off", {"entity_id": automation}, blocking=True)
        assert [call.data["entity_id"] for call in closed] == [["cover.garage"]] * closes


# Phones, which need no servers.

ALONE: dict[str, Any] = {**standalone(1), **NO_ACCOUNT}


@pytest.fixture
def phone(hass: HomeAssistant) -> Phone:
    return Phone().register(hass, "mobile_app_phone")


async def test_a_button_of_a_phone_answers(hass: HomeAssistant, phone: Phone) -> None:
    ann = MockUser(name="Ann", groups=[await hass.auth.async_get_group("system-users")]).add_to_hass(hass)
    async with running(hass, bot_entry(ALONE), None):
        waiting = asking(hass, contact=PHONE, answers=[{"id": "close", "label": "Close it"}, "later"])
        await until(lambda: phone.told)
        shown = phone.told[0]
        assert (shown["title"], shown["message"]) == ("Question", QUESTION)
        buttons = shown["data"]["actions"]
        assert [each["title"] for each in buttons] == ["Close it", "later"]
        assert all(each["authenticationRequired"] for each in buttons)
        action = {"action": buttons[0]["action"]}
        hass.bus.async_fire("mobile_app_notification_action", action, context=Context(user_id=ann.id))
        answer = await waiting
        assert (answer["id"], answer["text"], answer["by"]) == ("close", "Close it", "Ann")
        await until(lambda: len(phone.told) == 2)
        assert phone.told[1]["message"] == f"Ann has decided: Close it ({QUESTION})"
        assert phone.told[1]["data"]["tag"] == shown["data"]["tag"]
        assert "actions" not in phone.told[1]["data"]


async def test_a_button_after_a_restart_is_an_event(hass: HomeAssistant, phone: Phone) -> None:
    ann = MockUser(name="Ann", groups=[await hass.auth.async_get_group("system-users")]).add_to_hass(hass)
    entry = bot_entry(ALONE)
    async with running(hass, entry, None) as bot:
        waiting = asking(hass, contact=PHONE)
        await until(lambda: phone.told)
        assert bot.store.get(KEPT)
        assert await hass.config_entries.async_unload(entry.entry_id)
        with pytest.raises(HomeAssistantError):
            await waiting
        events = async_capture_events(hass, EVENT_ANSWER)
        assert await hass.config_entries.async_setup(entry.entry_id)
        action = {"action": phone.told[0]["data"]["actions"][1]["action"]}
        hass.bus.async_fire("mobile_app_notification_action", action, context=Context(user_id=ann.id))
        await until(lambda: events)
        assert events[0].data["id"] == "no"


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({}, "chat_not_configured"),
        ({"contact": [PHONE, ALICE]}, "chat_not_configured"),
        ({"contact": ["notify.send_message"]}, "invalid_target"),
        ({"contact": [PHONE], "answers": ["a", "A"]}, "ask_twice"),
    ],
)
async def test_what_cannot_be_asked_is_the_callers_fault(
    hass: HomeAssistant, values: dict[str, Any], key: str
) -> None:
    async with running(hass, bot_entry(ALONE), None):
        with pytest.raises(ServiceValidationError) as raised:
            await asking(hass, **values)
        assert raised.value.translation_key == key


async def test_who_may_only_look_asks_nobody(hass: HomeAssistant) -> None:
    reader = MockUser(groups=[await hass.auth.async_get_group("system-read-only")]).add_to_hass(hass)
    async with running(hass, bot_entry(ALONE), None):
        with pytest.raises(ServiceValidationError) as raised:
            await ask(hass, "ask", Context(user_id=reader.id), message="?", contact=[PHONE])
        assert raised.value.translation_key == "not_allowed"


def test_yaml_words_and_numbers_are_answers() -> None:
    answers = yaml.safe_load('[yes, no, 5, 2.5, " a  b ", {id: no, label: Leave it}, {id: x, label: ""}]')
    found = ASK_SCHEMA({"message": "?", "answers": answers})["answers"]
    assert [(each.id, each.label) for each in found] == [
        *(("yes", ""), ("no", ""), ("5", ""), ("2.5", ""), ("a b", "")),
        *(("no", "Leave it"), ("x", "")),
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"message": ""},
        {"message": "x" * 2001},
        {"answers": [str(each) for each in range(11)]},
        {"answers": ["x" * 61]},
        {"answers": [""]},
        {"answers": [{"label": "no id"}]},
        {"answers": [None]},
        {"timeout": 0},
        {"timeout": {"days": 8}},
        {"priority": "silent"},
        {"tag": "x" * 61},
    ],
)
def test_what_is_asked_is_bounded(values: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        ASK_SCHEMA({"message": "?", **values})


def test_the_domain_of_the_documented_action() -> None:
    assert f"action: {DOMAIN}.ask" in documented("Garage open at night")

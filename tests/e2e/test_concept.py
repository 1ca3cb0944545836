"""Bridges, rooms, presets, charts, free text: what goes back and forth between broker and chat."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
import json
import re
from typing import Any
import uuid

import aiohttp
import aiomqtt
from house import BOT, YOU, House, until
from node_red import ANSWERS, INDENT, MEDIA, QUOTED, UNASKED, bubble
import pytest

from lab.flows import options_answer

SHARED = "shared@home.test"
PNG = b"\x89PNG\r\n\x1a\n"


@contextlib.asynccontextmanager
async def bridge(house: House, topic: str, what: str) -> AsyncIterator[None]:
    """Have a bridge, made in the chat, for a while."""
    answer = await house.make(f"/mqtt bridge {topic} {what}", topic)
    (number,) = re.findall(r"\d+", answer.split(":", maxsplit=1)[0])
    try:
        yield
    finally:
        await house.ask(f"/mqtt rmbridge {number}", topic)


async def test_fifty_questions_in_one_second_are_answered_in_order(house: House) -> None:
    """You say fifty things; a device answers each on the broker; all answers come, in their order."""
    wanted = [f"answer to {number}" for number in range(50)]
    async with (
        bridge(house, "rpc/answers", f"{YOU} both payload limit 0 topic rpc/questions"),
        house.mqtt() as device,
    ):
        await device.subscribe("rpc/questions", qos=1)

        async def answer_all() -> None:
            messages = aiter(device.messages)
            for _ in wanted:
                asked = (await anext(messages)).payload
                assert isinstance(asked, bytes)
                await device.publish("rpc/answers", f"answer to {asked.decode()}", qos=1)

        answering = asyncio.create_task(answer_all())
        for number in range(50):
            house.you.say(BOT, str(number))
        async with asyncio.timeout(60):
            await answering

        async def all_there() -> bool:
            return len(answers(house)) >= len(wanted)

        await until(all_there, "answers are missing")
        assert answers(house) == wanted


def answers(house: House) -> list[str]:
    """Return the answers that came, each message once, in the order in which they came."""
    told = {heard.id: heard.text for heard in house.you.all if heard.text.startswith("answer to ")}
    return list(told.values())


async def test_two_bots_whose_bridges_mirror_each_other_come_to_rest(house: House) -> None:
    """Each tells the other what comes in and publishes what the other tells, on topics both listen to."""
    second = await house.hass.add(
        {"next_step_id": "standalone"},
        {**house.broker_answers(), "username": "second"},
        house.xmpp_answers(SHARED),
        {"contact": BOT, "topics": ["nothing/here"]},
    )
    other = second["entry_id"]
    try:
        await until(lambda: house.links_are_up(2), "the second bot did not come up", 60)
        await house.hass.add_rule(house.entry_id, "contact", jid=SHARED, role="operator", receives=False)
        what = f"{SHARED} both payload topic mirror/one"
        await house.action("bridge", topic="mirror/#", what=what, force=True)
        await house.hass.api.call_action(
            "dinox_mqtt_bot",
            "bridge",
            config_entry_id=other,
            topic="mirror/#",
            what=f"{BOT} both payload topic mirror/two",
            force=True,
        )
        async with house.mqtt() as listener:
            await listener.subscribe("mirror/#", qos=1)
            heard: list[str] = []

            async def listen() -> None:
                async for message in listener.messages:
                    heard.append(str(message.topic))  # noqa: PERF401  # it is looked at meanwhile

            async with asyncio.TaskGroup() as group:
                listening = group.create_task(listen())
                await listener.publish("mirror/start", "good morning", qos=1)
                await until(lambda: _said(lambda: len(heard) >= 2), "nothing was carried on")
                await quiet(heard)
                listening.cancel()
        assert heard[0] == "mirror/start"
        assert len(heard) <= 5
    finally:
        await house.action("rmbridge", bridge="1")
        await house.hass.api.call("DELETE", f"/api/config/config_entries/entry/{other}")


async def _said(condition: Callable[[], bool]) -> bool:
    return condition()


async def quiet(heard: list[str]) -> None:
    """Wait until nothing has come for three seconds; at most a minute."""
    async with asyncio.timeout(60):
        count = -1
        while count != len(heard):
            count = len(heard)
            await asyncio.sleep(3)


async def test_a_room_is_told_what_comes_in_and_what_is_said_there_is_published(house: House) -> None:
    room = f"r{uuid.uuid4().hex[:8]}@conference.home.test"
    muc = house.you.client.plugin["xep_0045"]
    await muc.join_muc_wait(room, "You", maxstanzas=0, timeout=60)
    form = house.you.client.plugin["xep_0004"].make_form(ftype="submit")
    form.add_field(var="FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/muc#roomconfig")
    form.add_field(var="muc#roomconfig_whois", value="anyone")
    await muc.set_room_config(room, form)
    try:
        async with (
            bridge(house, "room/out", f"{room} both topic room/in"),
            house.heard_by_broker("room/in") as next_payload,
        ):

            async def told() -> bool:
                await house.publish("room/out", "21.5 °C")
                return any("21.5 °C" in heard.text and heard.sender == room for heard in house.you.all)

            await until(told, "the room was not told")
            house.you.client.send_message(mto=room, mbody="too cold", mtype="groupchat")
            assert await next_payload() == "too cold"
    finally:
        muc.leave_muc(room, "You")


async def test_a_chart_is_drawn_and_can_be_fetched(house: House) -> None:
    for number in (18, 21, 19, 24):
        await house.publish("e2e/chart/attic", f"{number} °C")
    await until(lambda: _said(lambda: len(house.rows("e2e/chart/attic")) == 4), "the values are missing")
    line = await house.ask("/mqtt chart e2e/chart/attic 1h", "📊")
    assert "18" in line
    assert "24" in line
    link = (await house.you.next("https://", sender=BOT)).text
    async with aiohttp.ClientSession() as session, session.get(link, ssl=house.lab.client_ssl()) as file:
        assert (await file.read()).startswith(PNG)


async def test_a_preset_is_made_run_and_removed_in_the_chat(house: House) -> None:
    await house.ask(
        '/mqtt preset add Heating preset/heating {"target": {value}, "by": "{contact}"}', "Heating"
    )
    try:
        async with house.heard_by_broker("preset/heating") as next_payload:
            await house.ask("/mqtt preset heating 21.5", "preset/heating")
            assert await next_payload() == '{"target": 21.5, "by": "you@home.test"}'
            await house.action("command", text="preset heating 19")
            assert '"target": 19' in await next_payload()
    finally:
        await house.ask("/mqtt preset remove heating", "Heating")


@pytest.fixture
async def free_text(house: House) -> AsyncIterator[None]:
    """Text that is no command goes to the topics of the Node-RED flows."""
    typed = {
        "free_text": "topic",
        "free_text_topic": "dinox/chat",
        "free_text_response_topic": "dinox/response",
    }
    await set_options(house, typed)
    yield
    await set_options(house, {"free_text": "off"})


async def set_options(house: House, talk: dict[str, Any]) -> None:
    answer = {**options_answer(), "free_text_section": talk}
    await house.hass.api.flow("options", {"handler": house.entry_id}, answer)


@pytest.mark.usefixtures("free_text")
async def test_free_text_is_answered_by_a_flow_on_the_broker(house: House) -> None:
    async with house.mqtt() as flow:
        await flow.subscribe("dinox/chat", qos=1)
        asked = await question(house, flow)
        assert asked.payload == b"kitchen light on"
        wished = getattr(asked.properties, "ResponseTopic", "")
        assert wished == "dinox/response"
        await flow.publish(wished, '📨 You wrote: "kitchen light on"', qos=1, properties=None)
    heard = await house.you.next("📨", sender=BOT)
    assert heard.text == '📨 You wrote: "kitchen light on"'


@pytest.mark.usefixtures("free_text")
async def test_who_waits_for_a_flow_sees_that_an_answer_is_coming(house: House) -> None:
    async with house.mqtt() as flow:
        await flow.subscribe("dinox/chat", qos=1)
        await question(house, flow)
        await house.you.shown(BOT, "composing")
        before = len(house.you.states)
        await flow.publish("dinox/response", "at last", qos=1)
    await house.you.next("at last", sender=BOT)
    await house.you.shown(BOT, "active", before)


def as_foreign(text: str) -> str:
    """Return an answer as the bot shows what others wrote: without signs that are the bot's own."""
    text = text.replace("•", "◦")
    return f"› {text}" if text.startswith("⚠") else text


def set_in(text: str) -> str:
    """Return what stands below a topic: the further lines of a text are set in."""
    return re.sub(r"\n(?=.)", "\n\u2003", text)


@pytest.mark.usefixtures("free_text")
async def test_every_answer_of_the_flows_is_read_as_it_was_written(house: House) -> None:
    answers = [json.loads(text) for text in ANSWERS.values()]
    async with house.mqtt() as flow:
        await flow.subscribe("dinox/chat", qos=1)
        await question(house, flow)
        await flow.publish("dinox/response", "ready", qos=1)
        await house.you.next("ready", sender=BOT)
        for number, text in enumerate(answers):
            house.you.say(BOT, f"sample {number}")
            async with asyncio.timeout(60):
                await anext(aiter(flow.messages))
            await flow.publish("dinox/response", text, qos=1)
            # What is told to everybody has its topic above it; an answer is the foreign text alone.
            assert (await house.you.next(text[:20], sender=BOT)).text == as_foreign(text)


@pytest.mark.usefixtures("free_text")
async def test_what_the_flows_say_of_themselves_has_its_topic_above_it(house: House) -> None:
    async with house.mqtt() as flow:
        await flow.subscribe("dinox/chat", qos=1)
        await question(house, flow)
        await flow.publish("dinox/response", "done", qos=1)
        await house.you.next("done", sender=BOT)
        for text in (json.loads(UNASKED), "Hello from terminal"):
            await flow.publish("dinox/response", text, qos=1)
            heard = await house.you.next(text[:15], sender=BOT)
            assert heard.text == bubble("dinox/response", set_in(text))


async def test_pictures_sounds_and_streams_of_a_flow_are_named(house: House) -> None:
    topics = ("standalone/dinox", "standalone/response")
    await set_options(
        house, {"free_text": "topic", "free_text_topic": topics[0], "free_text_response_topic": topics[1]}
    )
    try:
        async with house.mqtt() as flow:
            await flow.subscribe(topics[0], qos=1)
            await question(house, flow)
            await flow.publish(topics[1], "ready", qos=1)
            await house.you.next("ready", sender=BOT)
            for kind, (payload, shown) in MEDIA.items():
                house.you.say(BOT, f"show me {kind}")
                async with asyncio.timeout(60):
                    await anext(aiter(flow.messages))
                await flow.publish(topics[1], payload, qos=1)
                assert (await house.you.next(shown, sender=BOT)).text == shown
    finally:
        await set_options(house, {"free_text": "off"})


async def test_what_the_plugins_documentation_quotes_reads_well(house: House) -> None:
    await house.ask("/mqtt subscribe home/#", "home/#")
    # The very first thing that a bot tells comes with a greeting.
    await house.publish("home/first", "look")
    await house.you.next("look", sender=BOT)
    try:
        for number, (topic, payload, shown) in enumerate(QUOTED):
            if number % 4 == 0:  # of many in a row it tells ever more rarely
                await house.begin_anew()
            await house.publish(topic, payload)
            told = await house.you.next(shown.removeprefix(INDENT), sender=BOT)
            assert told.text == bubble(topic, shown)
    finally:
        await house.ask("/mqtt unsubscribe home/#", "home/#")


async def question(house: House, flow: aiomqtt.Client) -> aiomqtt.Message:
    """Say it until it comes to the flow: the options take a moment."""
    messages = aiter(flow.messages)
    for _ in range(12):
        house.you.say(BOT, "kitchen light on")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                return await anext(messages)
    raise AssertionError("nothing was published")

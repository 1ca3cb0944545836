"""What a busy bot leaves in Home Assistant's database."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import aiomqtt
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.db_schema import (
    Events,
    EventTypes,
    States,
    StatesMeta,
)
from homeassistant.components.recorder.util import session_scope
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from running import ALICE, LOOPBACK, bot_entry, contacts, publish_lines, reachable, running, topics, until

from custom_components.dinox_mqtt_bot import sensor
from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.hass.clock import Pulse
from custom_components.dinox_mqtt_bot.hass.events import EVENT_MESSAGE
from lab.person import Person

# Numbers of rows: nothing of other tests may be among them.
pytestmark = pytest.mark.usefixtures("own_mosquitto")

SENSORS, SECONDS = 30, 60
FASTER = 10
"""A second of the test's minute is a tenth of one, and so is the time in which a state is written once."""


@pytest.fixture
def mock_recorder_before_hass(async_test_recorder: Any) -> None:
    """Let the database be there first."""


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pulse.__init__, "__defaults__", (1 / FASTER,))
    monkeypatch.setattr(sensor, "UNREAD_SECONDS", sensor.UNREAD_SECONDS / FASTER)


async def rows(hass: HomeAssistant) -> Counter[str]:
    """Return how many rows there are of each entity, and of each kind of event."""
    await async_wait_recording_done(hass)

    def count() -> Counter[str]:
        with session_scope(hass=hass, read_only=True) as session:
            states = session.query(StatesMeta.entity_id).join(
                States, States.metadata_id == StatesMeta.metadata_id
            )
            events = session.query(EventTypes.event_type).join(
                Events, Events.event_type_id == EventTypes.event_type_id
            )
            return Counter(name for query in (states, events) for (name,) in query)

    return await get_instance(hass).async_add_executor_job(count)


async def publish_each(port: int, seconds: int) -> None:
    """Let 30 sensors say something each second."""
    async with aiomqtt.Client(LOOPBACK, port) as client:
        for second in range(seconds):
            for number in range(SENSORS):
                await client.publish(f"home/storm/{number}", str(second), qos=1)
            await asyncio.sleep(1 / FASTER)


def found(registry: er.EntityRegistry) -> list[str]:
    return [entity_id for entity_id in registry.entities if "storm" in entity_id]


@pytest.mark.usefixtures("_quick")
async def test_a_minute_of_thirty_messages_a_second_is_few_rows(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    both: dict[str, Any],
    port: int,
    alice: Person,
    entity_registry: er.EntityRegistry,
) -> None:
    entry = bot_entry(both, topics("home/#") + contacts(ALICE))
    async with running(hass, entry) as bot:
        await reachable(bot)
        # Of each value that is new a sensor is offered, off at first: once, a row of the registry's news.
        await publish_each(port, 1)
        await until(lambda: len(found(entity_registry)) == SENSORS)
        before = await rows(hass)
        await publish_each(port, SECONDS)
        await until(lambda: bot.bot.status.messages == SENSORS * (SECONDS + 1))
        # Else what is unread had no reason to change.
        await until(lambda: alice.all)
        added = await rows(hass) - before
    assert added.total() < 10, dict(added)


@pytest.mark.usefixtures("_quick")
async def test_who_has_the_messages_as_entities_keeps_them(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    data: dict[str, Any],
    port: int,
    entity_registry: er.EntityRegistry,
    tmp_path: Path,
) -> None:
    entry = bot_entry(data, topics("home/#"))
    entry.add_to_hass(hass)
    for platform, key in (("event", "message"), ("sensor", "last_message")):
        entity_registry.async_get_or_create(
            platform, DOMAIN, f"{entry.entry_id}_{key}", config_entry=entry, suggested_object_id=f"bot_{key}"
        )
    lines = tmp_path / "lines"
    lines.write_text("1\n2\n3\n")
    async with running(hass, entry) as bot:
        before = await rows(hass)
        await publish_lines(port, "home/x", lines)
        await until(lambda: bot.bot.status.messages == 3)
        added = await rows(hass) - before
    assert added["event.bot_message"] == 3
    assert added["sensor.bot_last_message"] >= 1
    assert added[EVENT_MESSAGE] == 0


async def test_an_event_is_fired_while_somebody_waits_for_it(
    recorder_mock: Recorder, hass: HomeAssistant, data: dict[str, Any], port: int, tmp_path: Path
) -> None:
    lines = tmp_path / "lines"
    lines.write_text("1\n2\n3\n")
    heard: list[object] = []
    async with running(hass, bot_entry(data, topics("home/#"))) as bot:
        stop = hass.bus.async_listen(EVENT_MESSAGE, heard.append)
        await publish_lines(port, "home/x", lines)
        await until(lambda: len(heard) == 3)
        stop()
        await publish_lines(port, "home/x", lines)
        await until(lambda: bot.bot.status.messages == 6)
        assert (await rows(hass))[EVENT_MESSAGE] == 3


async def test_that_nothing_is_unread_any_more_is_shown_at_once(
    hass: HomeAssistant, both: dict[str, Any], port: int, alice: Person, tmp_path: Path
) -> None:
    lines = tmp_path / "lines"
    lines.write_text("1\n")
    async with running(hass, bot_entry(both, topics("home/#") + contacts(ALICE))) as bot:
        await reachable(bot)
        await publish_lines(port, "home/x", lines)
        await alice.next("1")
        await until(lambda: bot.bot.status.unread == 0)
        await until(lambda: hass.states.get("sensor.bot_unread").state == "0")

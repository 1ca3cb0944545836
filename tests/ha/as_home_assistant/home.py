"""Home Assistant's own MQTT integration and the bot, both on one broker with a corpus of devices."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress
import logging
from typing import Any

from homeassistant.components import mqtt
from homeassistant.components.mqtt.models import DATA_MQTT
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.helpers.translation import async_get_translations
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import LOOPBACK, NO_ACCOUNT, ask, bot_entry, running, standalone, topics, until

from corpus.device import NO_ENTITY, Device, Part
from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.rules import Display, Subscription
from lab.devices import Value
from lab.home import Home

from .acts import Act
from .observer import MARK, Sent
from .words import Seen

_LOGGER = logging.getLogger(__name__)
LAST = "last/said"
TRIES = 3
"""Times that something is done again which a busy machine may have no time for."""


class Both:
    """The two, and what each of them knows."""

    def __init__(self, hass: HomeAssistant, runtime: Any, devices: list[Device]) -> None:
        self.hass, self.runtime, self.devices = hass, runtime, devices
        self.marks: list[str] = []
        self.entities = er.async_get(hass)

    def entry(self, part: Part) -> er.RegistryEntry | None:
        found = self.entities.async_get_entity_id(part.component, mqtt.DOMAIN, part.unique_id)
        return self.entities.async_get(found) if found else None

    def seen(self, part: Part) -> Seen | None:
        """Return an entity as Home Assistant has it, if it has one that is switched on."""
        entry = self.entry(part)
        state = self.hass.states.get(entry.entity_id) if entry else None
        digits = part.config.get("suggested_display_precision", part.config.get("sug_dsp_prc"))
        return Seen(self.hass, state, entry, digits) if entry and state else None

    def name_of(self, entry: er.RegistryEntry) -> str:
        """Return the full name of an entity, also of one that is switched off."""
        device = dr.async_get(self.hass).async_get(entry.device_id or "")
        own = entry.original_name or ""
        return f"{device.name} {own}".strip() if device and entry.has_entity_name else own

    def area_of(self, entry: er.RegistryEntry) -> str:
        device = dr.async_get(self.hass).async_get(entry.device_id or "")
        area = ar.async_get(self.hass).async_get_area(device.area_id or "") if device else None
        return area.name if area else ""

    async def rows(self, device: Device) -> dict[str, dict[str, Any]]:
        """Return what `devices` tells of each entity of a device, by its unique id."""
        known = {entity.id: entity for entity in self.runtime.bot.readings.devices}
        answer = await ask(self.hass, "devices", name=device.name)
        rows = [row for row in answer["rows"] if row["device"] == device.name]
        found: dict[str, dict[str, Any]] = {}
        for number, part in enumerate(device.parts):
            entity = known.get(f"{part.topic} {number if device.whole else 0}")
            row = next((row for row in rows if entity and _is(row, entity)), None)
            if entity and row:
                rows.remove(row)
                found[part.unique_id] = {**row, "main": entity.main}
        return found

    # Things are done, and a mark is set behind what came of them.

    async def act(self, entity_id: str, act: Act) -> str:
        """Do it as Home Assistant does; return the mark behind it."""
        domain, _, service = act.service.partition(".")
        data = {"entity_id": entity_id, **act.data}
        try:
            if service:
                await self.hass.services.async_call(domain, service, data, blocking=True)
        except (HomeAssistantError, ValueError) as err:
            _LOGGER.info("%s refuses %s: %s", entity_id, act, err)
        return await self.mark()

    async def mark(self) -> str:
        """Set a mark behind what Home Assistant has published."""
        mark = self._mark()
        await mqtt.async_publish(self.hass, mark, "", 2)
        return mark

    async def say(self, text: str) -> tuple[str, str]:
        """Tell the bot to set it; return the mark behind it, and what it answered."""
        name, _, value = text.partition(" ")
        try:
            answered = (await ask(self.hass, "set", name=name, value=value, confirm=True))["text"]
        except HomeAssistantError as err:
            answered = str(err)
        mark = self._mark()
        await self.runtime.bot.ports.broker.publish(mark, b"", QoS.EXACTLY_ONCE, False)
        return mark, answered

    def _mark(self) -> str:
        self.marks.append(mark := f"{MARK}{len(self.marks)}")
        return mark


def _is(row: dict[str, Any], entity: Any) -> bool:
    return (row["name"], row["component"]) == (entity.full_name, entity.component)


@asynccontextmanager
async def both(hass: HomeAssistant, port: int, devices: list[Device]) -> AsyncGenerator[Both]:
    """Set both up, let all devices announce themselves, then say everything."""
    own = MockConfigEntry(
        domain=mqtt.DOMAIN,
        data={"broker": LOOPBACK, "port": port, "protocol": "5"},
        options={"discovery": True, "birth_message": {}, "will_message": {}},
        version=2,
        minor_version=1,
    )
    own.add_to_hass(hass)
    assert await hass.config_entries.async_setup(own.entry_id)
    everything = topics(Subscription("#", display=Display.SILENT))
    entry = bot_entry({**standalone(port), **NO_ACCOUNT}, everything)
    async with running(hass, entry, None) as runtime:
        await until(lambda: runtime.bot.broker.status.phase.name == "ONLINE")
        found = Both(hass, runtime, devices)
        with Home(port) as home:
            await _announce(hass, home, found)
        yield found
    await hass.config_entries.async_unload(own.entry_id)


async def _announce(hass: HomeAssistant, home: Home, found: Both) -> None:
    last = Device("Test", "Last", "last1").add("sensor", "said", name="Said", state_topic=LAST)
    every = [*found.devices, last]
    await _publish(hass, home, (each for device in every for each in device.configurations()))
    wanted = [part for device in every for part in device.parts if part.component not in NO_ENTITY]
    with suppress(TimeoutError):  # those that are not known are reported
        await until(lambda: all(map(found.entry, wanted)))
    client = hass.data[DATA_MQTT].client
    await until(lambda: not client._pending_subscriptions)
    await hass.async_block_till_done()
    for number in range(TRIES):
        # Home Assistant may still be about to subscribe to what is not retained.
        await _publish(hass, home, (each for device in every for each in device.messages))
        await _publish(hass, home, [Value(LAST, str(number).encode(), 1)])
        await until(lambda said=str(number): hass.states.get("sensor.last_said").state == said)
        await hass.async_block_till_done()
    last_heard = str(TRIES - 1).encode()
    await until(lambda: (found.runtime.bot.readings.devices.newest(LAST) or (0, b""))[1] == last_heard)
    await async_get_translations(
        hass, hass.config.language, "entity_component", sorted(hass.config.components)
    )
    await hass.async_block_till_done()


async def _publish(hass: HomeAssistant, home: Home, messages: Iterable[Any]) -> None:
    values = [
        each if isinstance(each, Value) else Value(each.topic, each.payload.encode(), 1, each.retain)
        for each in messages
    ]
    await asyncio.to_thread(home.publish, *values)


def published(pieces: Iterable[Sent]) -> list[Sent]:
    """Return what went to devices."""
    return [each for each in pieces if not each.topic.startswith(("dinox/", "homeassistant/"))]

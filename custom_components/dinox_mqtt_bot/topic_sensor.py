"""The newest value of a topic, and of one of its fields, as sensors."""

from typing import override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntityDescription,
    SensorExtraStoredData,
    SensorStateClass,
)
from homeassistant.components.sensor.const import DEVICE_CLASS_STATE_CLASSES, DEVICE_CLASS_UNITS
from homeassistant.core import callback

from .bot.model.message import Reading
from .bot.model.rules import Value
from .bot.payload.paths import lookup, parse_path
from .bot.reading.sensors import FoundValue, classes_of
from .devices import subentry_device
from .entity import BotEntity
from .hass.clock import Pulse
from .hass.values import excerpt, found_id, shown_number
from .runtime.runtime import BotRuntime

# A state holds 255 characters; attributes stay small, because the recorder keeps each of their versions.
STATE_CHARACTERS = 255
FIELD_LINES = 32
FIELD_CHARACTERS = 120
VALUE = SensorEntityDescription(key="value", translation_key="value")


class TopicSensor(BotEntity, RestoreSensor):
    """A topic's newest value, a number or cut text; the first shows at once, a flood once a second."""

    _unrecorded_attributes = frozenset({"fields"})

    def __init__(self, runtime: BotRuntime, subentry_id: str, topic: str) -> None:
        super().__init__(runtime, VALUE, subentry_id)
        self.topic = topic
        self._pulse = Pulse(runtime.hass.loop)
        self._attr_available = False

    @override
    async def async_added_to_hass(self) -> None:
        self._online()
        self._restore(await self.async_get_last_sensor_data())
        self.async_on_remove(self.runtime.announcer.watch(self.topic, self._read))
        self.async_on_remove(self.runtime.announcer.pulse.listen(self._follow))
        self.async_on_remove(self._pulse.close)
        self._pulse.listen(self.async_write_ha_state)
        await super().async_added_to_hass()

    def _restore(self, last: SensorExtraStoredData | None) -> None:
        if last is not None:
            self._attr_native_value = last.native_value
            self._attr_native_unit_of_measurement = last.native_unit_of_measurement
            if isinstance(last.native_value, int | float):
                self._attr_state_class = SensorStateClass.MEASUREMENT

    def _online(self) -> bool:
        """Take over whether the broker is there; say whether that changed."""
        before, self._attr_available = self._attr_available, self.runtime.online
        return before != self._attr_available

    @callback
    def _follow(self) -> None:
        if self._online():
            self._pulse.notify()

    def _classes(self, reading: Reading) -> tuple[str, str]:
        """Return device and state class as HA discovery has them."""
        return self.runtime.bot.readings.classes(self.topic)

    def _classify(self, reading: Reading, *, numeric: bool) -> None:
        """Take over the classes of HA discovery, as far as they go with a number of this unit."""
        device, state = self._classes(reading) if numeric else ("", "")
        known = SensorDeviceClass(device) if device in set(SensorDeviceClass) else None
        if known and self.native_unit_of_measurement not in DEVICE_CLASS_UNITS.get(known, ()):
            known = None
        wanted = SensorStateClass(state) if state in set(SensorStateClass) else SensorStateClass.MEASUREMENT
        fits = numeric and (known is None or wanted in DEVICE_CLASS_STATE_CLASSES[known])
        self._attr_device_class = known
        self._attr_state_class = wanted if fits else None

    @callback
    def _read(self, reading: Reading) -> None:
        self._show(reading, Value(reading.text, reading.value, reading.unit))
        lines = reading.fields[:FIELD_LINES]
        fields = {line.name: excerpt(f"{line.text} {line.unit}".strip(), FIELD_CHARACTERS) for line in lines}
        self._attr_extra_state_attributes = {"fields": fields} if fields else {}
        self._pulse.beat()

    def _show(self, reading: Reading, value: Value) -> None:
        number = shown_number(value.number)
        self._attr_native_value = excerpt(value.text, STATE_CHARACTERS) if number is None else number
        self._attr_native_unit_of_measurement = (value.unit or None) if number is not None else None
        self._classify(reading, numeric=number is not None)


class FoundSensor(TopicSensor):
    """A field of a topic, or a topic below a wildcard: off until somebody wants it."""

    _attr_entity_registry_enabled_default = False

    def __init__(self, runtime: BotRuntime, subentry_id: str, topic: str, found: FoundValue) -> None:
        super().__init__(runtime, subentry_id, topic)
        self._attr_unique_id = found_id(subentry_id, topic, found.path)
        self._attr_name = found.name
        self._attr_translation_key = None
        self._attr_device_info = subentry_device(runtime.hass, runtime.entry, subentry_id)
        self._path = parse_path(found.path)
        self._place = found.path

    @override
    def _classes(self, reading: Reading) -> tuple[str, str]:
        return classes_of(reading, self._place)

    @callback
    @override
    def _read(self, reading: Reading) -> None:
        """Show the field; a message without it changes nothing."""
        if (value := lookup(reading, self._path)) is not None:
            self._show(reading, value)
            self._pulse.beat()

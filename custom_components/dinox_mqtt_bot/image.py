"""A day's chart, light and dark, for every plain topic with numbers; off until someone wants it."""

from datetime import datetime
from typing import override

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .bot.history.charts import ChartRequest, draw_chart, numeric_fields
from .bot.model.message import Reading
from .bot.model.replies import BotError
from .const import CONF_FILTER, DOMAIN, SUBENTRY_TOPIC
from .entity import BotEntity, async_add_for_subentries
from .hass.clock import Pulse
from .hass.values import plain_topic
from .runtime.runtime import BotConfigEntry, BotRuntime

PARALLEL_UPDATES = 0

PNG = "image/png"
SECONDS = 60.0
"""A picture is drawn anew after so long at the earliest."""

# Each state is a row of the recorder, once a minute while messages come: only for those who look at it.
CHART = ImageEntityDescription(key="chart", translation_key="chart", entity_registry_enabled_default=False)
CHART_DARK = ImageEntityDescription(
    key="chart_dark", translation_key="chart_dark", entity_registry_enabled_default=False
)
CHARTS = (CHART, CHART_DARK)


async def async_setup_entry(
    hass: HomeAssistant, entry: BotConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    runtime = entry.runtime_data
    topics = _Topics(runtime, async_add_entities)
    entry.async_on_unload(topics.stop)
    async_add_for_subentries(entry, SUBENTRY_TOPIC, topics.follow)


class _Topics:
    """The plain topics, each watched until its first number."""

    def __init__(self, runtime: BotRuntime, add: AddConfigEntryEntitiesCallback) -> None:
        self._runtime = runtime
        self._add = add
        self._topics: dict[str, str] = {}
        self._waiting: dict[str, CALLBACK_TYPE] = {}

    @callback
    def follow(self, subentry: ConfigSubentry) -> None:
        """Take up a topic that is new, and what another one has become."""
        topic, subentry_id = plain_topic(subentry.data[CONF_FILTER]), subentry.subentry_id
        before = self._topics.get(subentry_id)
        if before == topic:
            return
        self._topics[subentry_id] = topic
        if before is not None:
            self._forget(subentry_id)
        if not topic:
            return
        if self._entities(subentry_id):
            self._show(subentry_id, topic)
            return

        @callback
        def read(reading: Reading) -> None:
            if reading.value is not None or numeric_fields((reading,)):
                self._runtime.hass.loop.call_soon(self._found, subentry_id, topic)

        self._waiting[subentry_id] = self._runtime.announcer.watch(topic, read)

    @callback
    def stop(self) -> None:
        """Watch for no number any more."""
        while self._waiting:
            self._waiting.popitem()[1]()

    def _found(self, subentry_id: str, topic: str) -> None:
        if subentry_id not in self._waiting or self._topics.get(subentry_id) != topic:
            return
        self._waiting.pop(subentry_id)()
        if subentry_id in self._runtime.entry.subentries:
            self._show(subentry_id, topic)

    def _show(self, subentry_id: str, topic: str) -> None:
        images = (ChartImage(self._runtime, description, subentry_id, topic) for description in CHARTS)
        self._add(images, config_subentry_id=subentry_id)

    def _forget(self, subentry_id: str) -> None:
        if (watched := self._waiting.pop(subentry_id, None)) is not None:
            watched()
        registry = er.async_get(self._runtime.hass)
        for entity_id in self._entities(subentry_id):
            registry.async_remove(entity_id)

    def _entities(self, subentry_id: str) -> list[str]:
        registry = er.async_get(self._runtime.hass)
        unique_ids = (f"{subentry_id}_{description.key}" for description in CHARTS)
        found = (registry.async_get_entity_id(Platform.IMAGE, DOMAIN, unique_id) for unique_id in unique_ids)
        return [entity_id for entity_id in found if entity_id is not None]


class ChartImage(BotEntity, ImageEntity):
    """A chart of one topic, drawn when someone looks at it."""

    _attr_content_type = PNG

    def __init__(
        self, runtime: BotRuntime, description: ImageEntityDescription, subentry_id: str, topic: str
    ) -> None:
        BotEntity.__init__(self, runtime, description, subentry_id)
        ImageEntity.__init__(self, runtime.hass)
        self._topic = topic
        self._pulse = Pulse(runtime.hass.loop, SECONDS)
        self._drawn: bytes | None = None
        self._drawn_for: datetime | None = None
        self._drawn_at = 0.0

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self._attr_image_last_updated = dt_util.utcnow()
        self.async_on_remove(self._pulse.listen(self._updated))
        self.async_on_remove(self._pulse.close)
        self.async_on_remove(self.runtime.announcer.watch(self._topic, lambda reading: self._pulse.beat()))

    @callback
    def _updated(self) -> None:
        self._attr_image_last_updated = dt_util.utcnow()
        self.async_write_ha_state()

    @override
    async def async_image(self) -> bytes | None:
        """Return the picture of this minute; None if there is nothing to draw."""
        updated, now = self.image_last_updated, self.hass.loop.time()
        if self._drawn is None or self._drawn_for != updated or now - self._drawn_at > SECONDS:
            self._drawn = await self._draw()
            self._drawn_for, self._drawn_at = updated, now
        return self._drawn

    async def _draw(self) -> bytes | None:
        bot = self.runtime.bot
        try:
            dark = self.entity_description is CHART_DARK
            return await draw_chart(bot, ChartRequest(self._topic), bot.alerts.rules, dark=dark)
        except BotError:
            return None

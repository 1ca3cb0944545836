"""Notifications of Home Assistant that can fail, and what they were told."""

from dataclasses import dataclass, field
import logging
import time
from typing import Any, override

from homeassistant.components.notify import NotifyEntity
from homeassistant.components.notify.const import DATA_COMPONENT, NOTIFY_SERVICE_SCHEMA, NotifyEntityFeature
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dinox_mqtt_bot.bot.model.notice import Notice, Push
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority

APP_LOGGER = logging.getLogger("homeassistant.components.mobile_app.notify")
PHONE = "notify.mobile_app_phone"


def notice(notice_id: str, to: str = PHONE, tag: str = "", **more: Any) -> Notice:
    """Return an alert for a notification; its text is its id."""
    values: dict[str, Any] = {
        "at": time.time(),
        "priority": Priority.ALERT,
        "push": Push("Alert", tag),
        **more,
    }
    return Notice(notice_id, to, notice_id, **values)


@dataclass
class Phone:
    """A notify action, and the values of each call. It fails with what is in `failures`, call by call."""

    told: list[dict[str, Any]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    broken: Exception | None = None
    # What the mobile app's action does with a refusal of its cloud.
    logs_only: bool = False

    @property
    def texts(self) -> list[str]:
        return [values["message"] for values in self.told]

    def register(self, hass: HomeAssistant, name: str) -> Phone:
        """Offer this as `notify.<name>`."""
        hass.services.async_register("notify", name, self.called, schema=NOTIFY_SERVICE_SCHEMA)
        return self

    async def called(self, call: ServiceCall) -> None:
        failure = self.failures.pop(0) if self.failures else self.broken
        if failure is None:
            self.told.append(dict(call.data))
        elif self.logs_only:
            APP_LOGGER.error("%s", failure)
        else:
            raise failure


class Board(NotifyEntity):
    """A notify entity of some other integration."""

    _attr_name = "Board"
    _attr_supported_features = NotifyEntityFeature.TITLE

    def __init__(self) -> None:
        self.told: list[tuple[str, str | None]] = []
        self.broken = False

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        if self.broken:
            raise HomeAssistantError("The board is unplugged")
        self.told.append((message, title))

    def plug(self, available: bool) -> None:
        """Be there, or be unavailable."""
        self._attr_available = available
        self.async_write_ha_state()


async def board(hass: HomeAssistant) -> Board:
    """Set up `notify.board`."""
    entity = Board()
    assert await async_setup_component(hass, "notify", {})
    await hass.data[DATA_COMPONENT].async_add_entities([entity])
    await hass.async_block_till_done()
    return entity


def app_entity(hass: HomeAssistant, name: str, device: str) -> str:
    """Register the notify entity that the mobile app has for a phone; return its id."""
    entry = MockConfigEntry(domain="mobile_app", data={"device_name": device})
    entry.add_to_hass(hass)
    entity = er.async_get(hass).async_get_or_create(
        "notify", "mobile_app", f"{name}-{device}", suggested_object_id=name, config_entry=entry
    )
    return entity.entity_id

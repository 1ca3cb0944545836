"""The part of the options that is about how the bot shows on MQTT."""

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import BooleanSelector
import voluptuous as vol

from ..const import CONF_TELL_NOTIFICATIONS, CONF_TELL_STATUS

SECTION_ON_MQTT = "on_mqtt"


def on_mqtt_section() -> section:
    """Return the part of the options, folded until it is wanted."""
    return section(
        vol.Schema(
            {
                vol.Required(CONF_TELL_STATUS, default=True): BooleanSelector(),
                vol.Required(CONF_TELL_NOTIFICATIONS, default=True): BooleanSelector(),
            }
        ),
        {"collapsed": True},
    )

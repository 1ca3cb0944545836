"""The form of a preset."""

from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ..bot.model.rules import Role
from ..const import CONF_NAME, CONF_PAYLOAD, CONF_QOS, CONF_RETAIN, CONF_ROLE, CONF_TOPIC

TEXT = TextSelector()


def _choice(key: str, options: list[str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(options=options, translation_key=key, mode=SelectSelectorMode.DROPDOWN)
    )


PRESET_FORM = vol.Schema(
    {
        vol.Required(CONF_NAME): TEXT,
        vol.Required(CONF_TOPIC): TEXT,
        vol.Optional(CONF_PAYLOAD): TextSelector(TextSelectorConfig(multiline=True)),
        vol.Required(CONF_QOS, default="1"): _choice(CONF_QOS, ["0", "1", "2"]),
        vol.Required(CONF_RETAIN, default=False): BooleanSelector(),
        vol.Required(CONF_ROLE, default=Role.OPERATOR.word): _choice(CONF_ROLE, [role.word for role in Role]),
    }
)

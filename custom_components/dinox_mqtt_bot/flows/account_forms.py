"""The forms of a bot whose messages come from the server of its own account."""

from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..const import CONF_ENCRYPTED, CONF_JID, CONF_PUBSUB_ONLY, CONF_SERVER, CONF_XMPP_PASSWORD
from ..xmpp.detection import ServerKind
from .forms import ADDRESS, PORT, SECRET, SECTION_ADVANCED, TEXT, XMPP_FORM

ACCOUNT_FORM = vol.Schema(
    {
        vol.Required(CONF_JID): ADDRESS,
        vol.Optional(CONF_XMPP_PASSWORD): SECRET,
        vol.Required(SECTION_ADVANCED): XMPP_FORM.schema[SECTION_ADVANCED],
    }
)

_SERVERS = SelectSelector(
    SelectSelectorConfig(
        options=[kind.value for kind in ServerKind],
        translation_key=CONF_SERVER,
        mode=SelectSelectorMode.DROPDOWN,
    )
)

SERVER_FORM = vol.Schema(
    {
        vol.Required(CONF_SERVER): _SERVERS,
        vol.Required(CONF_PUBSUB_ONLY, default=False): BooleanSelector(),
        vol.Required(CONF_HOST): TEXT,
        vol.Optional(CONF_PORT): PORT,
        vol.Required(CONF_ENCRYPTED, default=True): BooleanSelector(),
    }
)

"""The forms of the flows."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PATH, CONF_PORT, CONF_PROTOCOL, CONF_USERNAME
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from ..bot.model.errors import BotError
from ..bot.model.rules import Display, Priority, Role
from ..broker.settings import Protocol, Transport
from ..const import (
    CONF_ALIAS,
    CONF_BARE_COMMANDS,
    CONF_CA,
    CONF_CLICK,
    CONF_CLIENT_CERT,
    CONF_CLIENT_KEY,
    CONF_CONTACT,
    CONF_DIGEST_SECONDS,
    CONF_DISCOVERY,
    CONF_DISCOVERY_PREFIX,
    CONF_DISPLAY,
    CONF_DND_ENTITY,
    CONF_ENCRYPTED,
    CONF_FILTER,
    CONF_ICON,
    CONF_INSECURE_OK,
    CONF_JID,
    CONF_KEEP_DAYS,
    CONF_NAME,
    CONF_NOTIFY_TARGETS,
    CONF_PLAIN_PASSWORD_OK,
    CONF_PRIORITY,
    CONF_PUBSUB_ONLY,
    CONF_QOS,
    CONF_RECEIVES,
    CONF_RETENTION_DAYS,
    CONF_RETENTION_ROWS,
    CONF_ROLE,
    CONF_SOUND,
    CONF_STORM,
    CONF_TEMPLATE,
    CONF_TLS,
    CONF_TO,
    CONF_TOPIC,
    CONF_TOPICS,
    CONF_TRANSPORT,
    CONF_XMPP_CA,
    CONF_XMPP_HOST,
    CONF_XMPP_PASSWORD,
    CONF_XMPP_PORT,
    CONF_XMPP_SECURITY,
    DEFAULT_BARE_COMMANDS,
    DEFAULT_DIGEST_SECONDS,
    DEFAULT_DISCOVERY_PREFIX,
    DEFAULT_RETENTION_DAYS,
    DEFAULT_RETENTION_ROWS,
    DEFAULT_STORM,
    LinkName,
    Tls,
)
from ..xmpp.settings import Security
from .free_text_forms import SECTION_FREE_TEXT, free_text_section
from .on_mqtt_forms import SECTION_ON_MQTT, on_mqtt_section

SECTION_CERTIFICATES = "certificates"
SECTION_ADVANCED = "advanced"
SECTION_ALERTS = "alerts"
SECTIONS = (SECTION_CERTIFICATES, SECTION_ADVANCED, SECTION_ALERTS, SECTION_FREE_TEXT, SECTION_ON_MQTT)

# Never sent back to the browser; left empty, they stay as they are.
SECRETS = frozenset({CONF_PASSWORD, CONF_CLIENT_KEY, CONF_XMPP_PASSWORD})

# Beside which field an error is shown; one about a field in a section stands above that section.
FIELDS = {
    "invalid_host": (CONF_HOST,),
    "cannot_connect": (CONF_HOST,),
    "invalid_auth": (CONF_PASSWORD,),
    "plain_password": (CONF_TLS,),
    "xmpp_invalid_auth": (CONF_XMPP_PASSWORD,),
    "password_missing": (CONF_XMPP_PASSWORD,),
    "xmpp_unknown_host": (CONF_JID,),
    "invalid_jid": (CONF_JID, CONF_CONTACT, CONF_TO),
    "bridge_no_contact": (CONF_TO,),
    "bridge_name": (CONF_NAME,),
    "bridge_twin": (CONF_FILTER,),
    "invalid_template": (CONF_TEMPLATE,),
    "jid_in_use": (CONF_JID,),
    "invalid_filter": (CONF_FILTER, CONF_TOPICS),
    "prosody_wildcard": (CONF_FILTER, CONF_TOPICS),
    "prosody_topic": (CONF_FILTER, CONF_TOPICS),
    "account_plain": (CONF_ENCRYPTED,),
    "no_suback": (CONF_PUBSUB_ONLY,),
    "no_pubsub": (CONF_PUBSUB_ONLY,),
    "invalid_topic": (CONF_DISCOVERY_PREFIX, CONF_TOPIC),
    "already_configured": (CONF_FILTER, CONF_JID, CONF_NAME),
    "preset_name": (CONF_NAME,),
    "invalid_target": (CONF_NOTIFY_TARGETS,),
}

TEXT = TextSelector()
TEXTS = TextSelector(TextSelectorConfig(multiple=True))
PEM = TextSelector(TextSelectorConfig(multiline=True))
USERNAME = TextSelector(TextSelectorConfig(autocomplete="username"))
ADDRESS = TextSelector(TextSelectorConfig(type=TextSelectorType.EMAIL, autocomplete="username"))
SECRET = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password"))


def _choice(key: str, options: Iterable[str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(options=list(options), translation_key=key, mode=SelectSelectorMode.DROPDOWN)
    )


def _words(members: Iterable[Enum]) -> list[str]:
    """Name the members: a value such as `3.1.1` cannot be a translation key."""
    return [member.name.lower() for member in members]


def _number(least: int, most: int, unit: str | None = None) -> vol.All[int]:
    config = NumberSelectorConfig(min=least, max=most, step=1, mode=NumberSelectorMode.BOX)
    if unit:
        config["unit_of_measurement"] = unit
    return vol.All(NumberSelector(config), vol.Coerce(int))


PORT = _number(1, 65535)

BROKER_FORM = vol.Schema(
    {
        vol.Required(CONF_HOST): TEXT,
        vol.Optional(CONF_PORT): PORT,
        vol.Optional(CONF_USERNAME): USERNAME,
        vol.Optional(CONF_PASSWORD): SECRET,
        vol.Required(CONF_TLS, default=Tls.OFF.value): _choice(CONF_TLS, _words(Tls)),
        vol.Required(SECTION_CERTIFICATES): section(
            vol.Schema(
                {
                    vol.Optional(CONF_CA): PEM,
                    vol.Optional(CONF_CLIENT_CERT): PEM,
                    vol.Optional(CONF_CLIENT_KEY): PEM,
                }
            ),
            {"collapsed": True},
        ),
        vol.Required(SECTION_ADVANCED): section(
            vol.Schema(
                {
                    vol.Required(CONF_PROTOCOL, default="automatic"): _choice(
                        CONF_PROTOCOL, _words(Protocol)
                    ),
                    vol.Required(CONF_TRANSPORT, default=Transport.TCP.value): _choice(
                        CONF_TRANSPORT, _words(Transport)
                    ),
                    vol.Optional(CONF_PATH): TEXT,
                    vol.Required(CONF_PLAIN_PASSWORD_OK, default=False): BooleanSelector(),
                }
            ),
            {"collapsed": True},
        ),
    }
)

XMPP_FORM = vol.Schema(
    {
        vol.Optional(CONF_JID): ADDRESS,
        vol.Optional(CONF_XMPP_PASSWORD): SECRET,
        vol.Required(SECTION_ADVANCED): section(
            vol.Schema(
                {
                    vol.Optional(CONF_XMPP_HOST): TEXT,
                    vol.Optional(CONF_XMPP_PORT): PORT,
                    vol.Required(CONF_XMPP_SECURITY, default=Security.STARTTLS.value): _choice(
                        CONF_XMPP_SECURITY, _words(Security)
                    ),
                    vol.Optional(CONF_XMPP_CA): PEM,
                    vol.Required(CONF_INSECURE_OK, default=False): BooleanSelector(),
                }
            ),
            {"collapsed": True},
        ),
    }
)

TOPICS_FORM = vol.Schema({vol.Optional(CONF_TOPICS): TEXTS})
CONTACT_AND_TOPICS_FORM = vol.Schema({vol.Required(CONF_CONTACT): ADDRESS, **TOPICS_FORM.schema})

REAUTH = {
    LinkName.BROKER: {vol.Optional(CONF_USERNAME): USERNAME, vol.Optional(CONF_PASSWORD): SECRET},
    LinkName.XMPP: {vol.Optional(CONF_XMPP_PASSWORD): SECRET},
}

DND_DOMAINS = ["schedule", "calendar", "input_boolean", "binary_sensor", "switch"]


def targets(choices: Iterable[SelectOptionDict]) -> SelectSelector:
    """Return a choice of notifications, open for one that Home Assistant does not know yet."""
    config = SelectSelectorConfig(options=list(choices), multiple=True, custom_value=True)
    return SelectSelector({**config, "mode": SelectSelectorMode.DROPDOWN})


def alerts_section(choices: Iterable[SelectOptionDict]) -> section:
    """Return the part of the options that is about all alerts."""
    return section(
        vol.Schema(
            {
                vol.Optional(CONF_NOTIFY_TARGETS): targets(choices),
                vol.Required(CONF_SOUND, default=True): BooleanSelector(),
                vol.Required(CONF_STORM, default=DEFAULT_STORM): _number(0, 120),
                vol.Optional(CONF_CLICK): TEXT,
                vol.Optional(CONF_DND_ENTITY): EntitySelector(EntitySelectorConfig(domain=DND_DOMAINS)),
            }
        ),
        {"collapsed": False},
    )


OPTIONS_FORM = vol.Schema(
    {
        vol.Required(CONF_DISCOVERY, default=True): BooleanSelector(),
        vol.Required(CONF_DISCOVERY_PREFIX, default=DEFAULT_DISCOVERY_PREFIX): TEXT,
        vol.Required(CONF_DIGEST_SECONDS, default=DEFAULT_DIGEST_SECONDS): _number(10, 86_400, "s"),
        vol.Required(CONF_RETENTION_DAYS, default=DEFAULT_RETENTION_DAYS): _number(1, 3650, "d"),
        vol.Required(CONF_RETENTION_ROWS, default=DEFAULT_RETENTION_ROWS): _number(1_000, 50_000_000),
        vol.Required(CONF_BARE_COMMANDS, default=DEFAULT_BARE_COMMANDS): BooleanSelector(),
        vol.Required(SECTION_ALERTS): alerts_section(()),
        vol.Required(SECTION_FREE_TEXT): free_text_section(),
        vol.Required(SECTION_ON_MQTT, default={}): on_mqtt_section(),
    }
)

TOPIC_FORM = vol.Schema(
    {
        vol.Required(CONF_FILTER): TEXT,
        vol.Optional(CONF_ALIAS): TEXT,
        vol.Required(CONF_PRIORITY, default=Priority.NORMAL.word): _choice(CONF_PRIORITY, _words(Priority)),
        vol.Required(CONF_DISPLAY, default=Display.EACH.value): _choice(CONF_DISPLAY, _words(Display)),
        vol.Required(CONF_QOS, default="1"): _choice(CONF_QOS, ["0", "1", "2"]),
        vol.Optional(CONF_ICON): TEXT,
        vol.Required(CONF_SOUND, default=True): BooleanSelector(),
        vol.Required(CONF_KEEP_DAYS, default=0): _number(0, 3650, "d"),
    }
)

CONTACT_FORM = vol.Schema(
    {
        vol.Required(CONF_JID): ADDRESS,
        vol.Optional(CONF_NAME): TEXT,
        vol.Required(CONF_ROLE, default=Role.ADMIN.word): _choice(CONF_ROLE, _words(Role)),
        vol.Required(CONF_RECEIVES, default=True): BooleanSelector(),
    }
)


def nested(form: vol.Schema, data: Mapping[str, Any]) -> dict[str, Any]:
    """Arrange data as the form has it, to suggest it, but for secrets and what is empty.

    A field that must not be empty may be 0 or off.
    """
    suggested: dict[str, Any] = {}
    for key, value in form.schema.items():
        name = str(key)
        if isinstance(value, section):
            suggested[name] = nested(value.schema, data)
        elif name in data and name not in SECRETS and (data[name] or isinstance(key, vol.Required)):
            suggested[name] = data[name]
    return suggested


def errors_of(err: BotError, form: vol.Schema) -> dict[str, str]:
    """Return an error beside the field or section it is about, or above a form that does not show that field."""
    shown: dict[str, str] = {}
    for key, value in form.schema.items():
        fields = value.schema.schema if isinstance(value, section) else (key,)
        shown |= dict.fromkeys(map(str, fields), str(key))
    return {next((shown[field] for field in FIELDS.get(err.key, ()) if field in shown), "base"): err.key}

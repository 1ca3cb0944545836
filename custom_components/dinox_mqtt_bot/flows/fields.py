"""The fields that forms are made of, what was typed into them, and beside which of them an error is shown."""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
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

from ..bot.model.replies import BotError
from ..const import (
    CONF_ABOUT,
    CONF_CLIENT_KEY,
    CONF_CONTACT,
    CONF_DISCOVERABLE,
    CONF_DISCOVERY_PREFIX,
    CONF_ENCRYPTED,
    CONF_FILTER,
    CONF_FOLLOWS,
    CONF_HOURS,
    CONF_ICON,
    CONF_INVITATION,
    CONF_JID,
    CONF_NAME,
    CONF_NOTIFY_TARGETS,
    CONF_OPERATES,
    CONF_PUBSUB_ONLY,
    CONF_REMOTE_SECRET,
    CONF_TEMPLATE,
    CONF_TLS,
    CONF_TO,
    CONF_TOPIC,
    CONF_TOPICS,
    CONF_XMPP_PASSWORD,
)
from ..entry.codec import Codec

type FormInput = Mapping[str, Any]

# Never sent back to the browser; left empty, they stay as they are.
SECRETS = frozenset({CONF_PASSWORD, CONF_CLIENT_KEY, CONF_XMPP_PASSWORD, CONF_REMOTE_SECRET})

# Beside which field an error is shown; one about a field in a section stands above that section.
FIELDS = {
    "invalid_host": (CONF_HOST,),
    "unknown_host": (CONF_HOST,),
    "cannot_connect": (CONF_HOST,),
    "refused": (CONF_HOST,),
    "no_route": (CONF_HOST,),
    "timeout": (CONF_HOST,),
    "login_missing": (CONF_USERNAME,),
    "invalid_auth": (CONF_PASSWORD,),
    "plain_password": (CONF_TLS,),
    "xmpp_invalid_auth": (CONF_XMPP_PASSWORD,),
    "password_missing": (CONF_XMPP_PASSWORD,),
    "xmpp_unknown_host": (CONF_JID,),
    "jid_missing": (CONF_JID,),
    "name_taken_there": (CONF_JID,),
    "registration_refused": (CONF_JID,),
    "invitation_elsewhere": (CONF_JID,),
    "registration_closed": (CONF_INVITATION,),
    "registration_failed": (CONF_INVITATION,),
    "invitation_spent": (CONF_INVITATION,),
    "invitation_unreadable": (CONF_INVITATION,),
    "invitation_page": (CONF_INVITATION,),
    "nothing_to_tell": (CONF_TOPICS, CONF_FOLLOWS),
    "invalid_icon": (CONF_ICON,),
    "invalid_jid": (CONF_JID, CONF_CONTACT, CONF_TO),
    "bridge_no_contact": (CONF_TO,),
    "publish_device": (CONF_TOPIC,),
    "publish_told": (CONF_TOPIC,),
    "contact_is_room": (CONF_JID, CONF_CONTACT),
    "contact_unreachable": (CONF_JID, CONF_CONTACT),
    "contact_returned": (CONF_JID, CONF_CONTACT),
    "rule_no_weekly": (CONF_HOURS,),
    "bridge_name": (CONF_NAME,),
    "bridge_twin": (CONF_FILTER,),
    "invalid_template": (CONF_TEMPLATE,),
    "jid_in_use": (CONF_JID,),
    "invalid_filter": (CONF_FILTER, CONF_TOPICS, CONF_ABOUT, CONF_OPERATES),
    "which_name": (CONF_FILTER,),
    "unknown_again": (CONF_FILTER,),
    "unknown_again_near": (CONF_FILTER,),
    "filter_or_device": (CONF_FILTER,),
    "prosody_wildcard": (CONF_FILTER, CONF_TOPICS),
    "prosody_topic": (CONF_FILTER, CONF_TOPICS),
    "account_plain": (CONF_ENCRYPTED,),
    "no_suback": (CONF_PUBSUB_ONLY,),
    "no_pubsub": (CONF_PUBSUB_ONLY,),
    "invalid_topic": (CONF_DISCOVERY_PREFIX, CONF_TOPIC),
    "already_configured": (CONF_FILTER, CONF_JID, CONF_NAME),
    "preset_name": (CONF_NAME,),
    "hook_name": (CONF_NAME,),
    "invalid_target": (CONF_NOTIFY_TARGETS,),
    "discoverable_needs_status": (CONF_DISCOVERABLE,),
    "remote_secret_short": (CONF_REMOTE_SECRET,),
}

TEXT = TextSelector()
TEXTS = TextSelector(TextSelectorConfig(multiple=True))
LINES = TextSelector(TextSelectorConfig(multiline=True))
ADDRESS = TextSelector(TextSelectorConfig(type=TextSelectorType.EMAIL, autocomplete="username"))
SECRET = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password"))
FLAG = BooleanSelector()


def choice(key: str, words: Iterable[str], *, custom: bool = False) -> SelectSelector:
    """Offer a few words, whose texts are found by the key; with `custom` something else may be typed."""
    config = SelectSelectorConfig(options=list(words), translation_key=key, mode=SelectSelectorMode.DROPDOWN)
    return SelectSelector(SelectSelectorConfig(**config, custom_value=True) if custom else config)


def chosen(codec: Codec[Any], key: str) -> dict[vol.Marker, SelectSelector]:
    """Return the field of a value that is one of a few, with what is usual chosen."""
    return {vol.Required(key, default=codec.usual(key)): choice(key, codec.fields[key].words)}


def suggestions(options: Iterable[SelectOptionDict], *, multiple: bool = False) -> SelectSelector:
    """Offer what there is; whoever knows better types something else, which is checked when it is read."""
    return SelectSelector(
        SelectSelectorConfig(
            options=list(options), multiple=multiple, custom_value=True, mode=SelectSelectorMode.DROPDOWN
        )
    )


def option(value: str, name: str) -> SelectOptionDict:
    """Return a suggestion with its name, if it has one."""
    return SelectOptionDict(value=value, label=f"{name} ({value})" if name else value)


def number_field(least: int, most: int, unit: str | None = None) -> vol.All[int]:
    """Ask for a whole number."""
    config = NumberSelectorConfig(min=least, max=most, step=1, mode=NumberSelectorMode.BOX)
    if unit:
        config["unit_of_measurement"] = unit
    return vol.All(NumberSelector(config), vol.Coerce(int))


def folded(fields: dict[vol.Marker, Any], *, collapsed: bool = True) -> section:
    """Return a section of a form, folded until it is wanted."""
    return section(vol.Schema(fields), {"collapsed": collapsed})


# Which errors a section is opened for: what can be done about them is in it, whatever field they stand at.
SECTIONS = {
    "advanced": frozenset(
        {
            *("plain_password", "not_mqtt", "xmpp_cannot_connect", "xmpp_no_starttls", "xmpp_plain_refused"),
            *("plain_needs_loopback", "xmpp_timeout", "xmpp_tls_failed", "xmpp_tls_unknown_authority"),
            *("xmpp_tls_other_name", "xmpp_unknown_host", "registration_closed"),
        }
    ),
    "certificates": frozenset({"tls_unknown_authority", "tls_failed"}),
}


def unfolded(form: vol.Schema, filled: FormInput, errors: Mapping[str, str]) -> vol.Schema:
    """Return the form with those sections open that hold something, or what is wrong."""
    return vol.Schema(
        {
            key: section(field.schema, {"collapsed": not _shows(str(key), field, filled, errors)})
            if isinstance(field, section) and field.options["collapsed"]
            else field
            for key, field in form.schema.items()
        }
    )


def _shows(name: str, part: section, filled: FormInput, errors: Mapping[str, str]) -> bool:
    keys = part.schema.schema
    usual = {str(key): None if key.default is vol.UNDEFINED else key.default() for key in keys}
    holds = any(value and value != usual.get(key) for key, value in filled.get(name, {}).items())
    return holds or name in errors or not SECTIONS.get(name, frozenset()).isdisjoint(errors.values())


def without_sections(typed: FormInput, form: vol.Schema) -> dict[str, Any]:
    """Lift what was typed in a section to the level of the form."""
    sections = [str(key) for key, value in form.schema.items() if isinstance(value, section)]
    top = {key: value for key, value in typed.items() if key not in sections}
    return top | {key: value for name in sections for key, value in typed.get(name, {}).items()}


def stripped(typed: FormInput) -> dict[str, Any]:
    """Return what was typed without the blanks around it."""
    return {key: value.strip() if isinstance(value, str) else value for key, value in typed.items()}


def in_sections(form: vol.Schema, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return data to suggest, without secrets and what is empty; a required field may be 0 or off."""
    suggested: dict[str, Any] = {}
    for key, value in form.schema.items():
        name = str(key)
        if isinstance(value, section):
            suggested[name] = in_sections(value.schema, data)
        elif name in data and name not in SECRETS and (data[name] or isinstance(key, vol.Required)):
            suggested[name] = data[name]
    return suggested


def errors_of(err: BotError, form: vol.Schema) -> dict[str, str]:
    """Return an error beside the field or section it is about, or above a form without that field."""
    shown: dict[str, str] = {}
    for key, value in form.schema.items():
        fields = value.schema.schema if isinstance(value, section) else (key,)
        shown |= dict.fromkeys(map(str, fields), str(key))
    return {next((shown[field] for field in FIELDS.get(err.key, ()) if field in shown), "base"): err.key}

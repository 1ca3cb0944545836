"""The form of a bridge, and what was typed into it."""

from collections.abc import Iterable
from typing import Any

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
)
import voluptuous as vol

from ..bot.bridges.grammar import MOST_PER_MINUTE, checked_bridge
from ..bot.model.rules import Bridge, Contact, Direction, Format, Role, RuleSet, Subscription
from ..bot.model.subscriptions import Subscriptions
from ..const import (
    CONF_DIRECTION,
    CONF_ENABLED,
    CONF_FILTER,
    CONF_FORMAT,
    CONF_NAME,
    CONF_NICK,
    CONF_PER_MINUTE,
    CONF_QOS,
    CONF_RETAIN,
    CONF_ROLE,
    CONF_ROOM,
    CONF_TEMPLATE,
    CONF_TO,
    CONF_TOPIC,
)
from ..entry.bridges import bridge
from .input import Typed

SECTION_TEXT = "text"
SECTION_BACK = "back"
SECTIONS = (SECTION_TEXT, SECTION_BACK)

TEXT = TextSelector()
_USUAL = Bridge("", "")


def bridge_form(subscriptions: Iterable[Subscription] = (), contacts: Iterable[Contact] = ()) -> vol.Schema:
    """Return the form, with what is subscribed and who is known as suggestions."""
    topics = [_option(each.filter, each.alias) for each in subscriptions]
    people = [_option(each.jid, each.name) for each in contacts]
    return vol.Schema(
        {
            vol.Required(CONF_FILTER, default=""): _suggestions(topics),
            vol.Required(CONF_TO, default=""): _suggestions(people),
            vol.Required(CONF_ROOM, default=False): BooleanSelector(),
            vol.Optional(CONF_NICK): TEXT,
            vol.Required(CONF_DIRECTION, default=_USUAL.direction.value): _choice(CONF_DIRECTION, Direction),
            vol.Optional(CONF_NAME): TEXT,
            vol.Required(CONF_ENABLED, default=True): BooleanSelector(),
            vol.Required(SECTION_TEXT): section(_TEXT_FORM, {"collapsed": True}),
            vol.Required(SECTION_BACK): section(_BACK_FORM, {"collapsed": True}),
        }
    )


def _option(value: str, name: str) -> SelectOptionDict:
    return SelectOptionDict(value=value, label=f"{name} ({value})" if name else value)


def _suggestions(options: list[SelectOptionDict]) -> SelectSelector:
    """Offer what there is; whoever knows better types something else, `typed_bridge` checks it."""
    return SelectSelector(
        SelectSelectorConfig(options=options, custom_value=True, mode=SelectSelectorMode.DROPDOWN)
    )


def _choice(key: str, options: Iterable[str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(options=list(options), translation_key=key, mode=SelectSelectorMode.DROPDOWN)
    )


_TEXT_FORM = vol.Schema(
    {
        vol.Required(CONF_FORMAT, default=_USUAL.format.value): _choice(CONF_FORMAT, Format),
        vol.Optional(CONF_TEMPLATE): TextSelector(TextSelectorConfig(multiline=True)),
        vol.Required(CONF_PER_MINUTE, default=_USUAL.per_minute): vol.All(
            NumberSelector(
                NumberSelectorConfig(min=0, max=MOST_PER_MINUTE, step=1, mode=NumberSelectorMode.BOX)
            ),
            vol.Coerce(int),
        ),
    }
)
_BACK_FORM = vol.Schema(
    {
        vol.Optional(CONF_TOPIC): TEXT,
        vol.Required(CONF_ROLE, default=_USUAL.role.word): _choice(CONF_ROLE, [role.word for role in Role]),
        vol.Required(CONF_QOS, default=str(int(_USUAL.qos))): _choice(CONF_QOS, ["0", "1", "2"]),
        vol.Required(CONF_RETAIN, default=False): BooleanSelector(),
    }
)
BRIDGE_FORM = bridge_form()


def flat_bridge(typed: Typed) -> dict[str, Any]:
    """Lift what was typed in a section to the level of the form."""
    top = {key: value for key, value in typed.items() if key not in SECTIONS}
    return top | {key: value for name in SECTIONS for key, value in typed.get(name, {}).items()}


def typed_bridge(typed: Typed, rules: RuleSet, bridge_id: str = "") -> Bridge:
    """Read the form; an alias stands for its filter. Raises what `checked_bridge` raises."""
    data = {
        key: value.strip() if isinstance(value, str) else value for key, value in flat_bridge(typed).items()
    }
    data[CONF_FILTER] = Subscriptions(rules.subscriptions).resolve(data[CONF_FILTER])
    return checked_bridge(bridge(bridge_id, data), {contact.jid for contact in rules.contacts})

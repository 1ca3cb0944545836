"""The form of an alert rule."""

from collections.abc import Iterable

from homeassistant.helpers.selector import DurationSelector, DurationSelectorConfig, SelectOptionDict
import voluptuous as vol

from ..bot.model.conditions import Operator
from ..bot.model.history import TopicRow
from ..bot.model.rules import RuleSet
from ..const import (
    CONF_CLEAR,
    CONF_CONTACTS,
    CONF_ENABLED,
    CONF_ESCALATE_AFTER,
    CONF_ESCALATE_TO,
    CONF_FIELD,
    CONF_FILTER,
    CONF_HOLD,
    CONF_NAME,
    CONF_OPERATOR,
    CONF_PRIORITY,
    CONF_REPEAT,
    CONF_SECONDS,
    CONF_TARGETS,
    CONF_VALUE,
    CONF_VALUE_TO,
)
from ..entry.rules import ALERTS
from .fields import FLAG, TEXT, choice, chosen, option, part, suggestions

SECTION_TELL = "tell"

DURATION = DurationSelector(DurationSelectorConfig(enable_day=True))


def alert_form(
    rules: RuleSet,
    targets: Iterable[SelectOptionDict] = (),
    seen: Iterable[TopicRow] = (),
    *,
    unfolded: bool = False,
) -> vol.Schema:
    """Return the form, with what is subscribed, what came in and who can be told as suggestions.

    `unfolded` opens the section, to show what is wrong in it.
    """
    people = [option(each.jid, each.name) for each in rules.contacts]
    return vol.Schema(
        {
            # Without a default the dialog would take the first suggestion for the user's choice.
            vol.Required(CONF_FILTER, default=""): suggestions(_topics(rules, seen)),
            vol.Optional(CONF_FIELD): TEXT,
            vol.Required(CONF_OPERATOR, default=Operator.ABOVE.word): choice(
                CONF_OPERATOR, (each.word for each in Operator)
            ),
            vol.Optional(CONF_VALUE): TEXT,
            vol.Optional(CONF_VALUE_TO): TEXT,
            vol.Optional(CONF_SECONDS): DURATION,
            vol.Optional(CONF_HOLD): DURATION,
            vol.Optional(CONF_CLEAR): TEXT,
            vol.Optional(CONF_REPEAT): DURATION,
            **chosen(ALERTS, CONF_PRIORITY),
            vol.Optional(CONF_NAME): TEXT,
            vol.Required(CONF_ENABLED, default=True): FLAG,
            vol.Required(SECTION_TELL): part(_whom(people, list(targets)), collapsed=not unfolded),
        }
    )


def _whom(people: list[SelectOptionDict], targets: list[SelectOptionDict]) -> dict[vol.Marker, object]:
    return {
        vol.Optional(CONF_CONTACTS): suggestions(people, multiple=True),
        vol.Optional(CONF_TARGETS): suggestions(targets, multiple=True),
        vol.Optional(CONF_ESCALATE_AFTER): DURATION,
        vol.Optional(CONF_ESCALATE_TO): suggestions([*people, *targets], multiple=True),
    }


def _topics(rules: RuleSet, seen: Iterable[TopicRow]) -> list[SelectOptionDict]:
    """Return what is subscribed, then every other topic that came in, each with its name."""
    names = {each.filter: each.alias for each in rules.subscriptions}
    for row in sorted(seen, key=lambda row: row.topic):
        names.setdefault(row.topic, row.name)
    return [option(topic, name if name != topic else "") for topic, name in names.items()]

"""The form of an alert rule."""

from collections.abc import Iterable

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    DurationSelector,
    DurationSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ..bot.model.conditions import Operator
from ..bot.model.history import TopicRow
from ..bot.model.rules import Contact, Priority, Subscription
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

SECTION_TELL = "tell"

TEXT = TextSelector()
DURATION = DurationSelector(DurationSelectorConfig(enable_day=True))


def alert_form(
    subscriptions: Iterable[Subscription] = (),
    contacts: Iterable[Contact] = (),
    targets: Iterable[SelectOptionDict] = (),
    seen: Iterable[TopicRow] = (),
    *,
    unfolded: bool = False,
) -> vol.Schema:
    """Return the form, with what is subscribed, what came in and who can be told as suggestions.

    `unfolded` opens the section, to show what is wrong in it.
    """
    people = [
        SelectOptionDict(value=each.jid, label=f"{each.name} ({each.jid})" if each.name else each.jid)
        for each in contacts
    ]
    told = list(targets)
    return vol.Schema(
        {
            # Without a default the dialog would take the first suggestion for the user's choice.
            vol.Required(CONF_FILTER, default=""): _suggestions(_topics(subscriptions, seen), multiple=False),
            vol.Optional(CONF_FIELD): TEXT,
            vol.Required(CONF_OPERATOR, default=Operator.ABOVE.word): _words(
                CONF_OPERATOR, (each.word for each in Operator)
            ),
            vol.Optional(CONF_VALUE): TEXT,
            vol.Optional(CONF_VALUE_TO): TEXT,
            vol.Optional(CONF_SECONDS): DURATION,
            vol.Optional(CONF_HOLD): DURATION,
            vol.Optional(CONF_CLEAR): TEXT,
            vol.Optional(CONF_REPEAT): DURATION,
            vol.Required(CONF_PRIORITY, default=Priority.ALERT.word): _words(
                CONF_PRIORITY, (each.word for each in Priority)
            ),
            vol.Optional(CONF_NAME): TEXT,
            vol.Required(CONF_ENABLED, default=True): BooleanSelector(),
            vol.Required(SECTION_TELL): section(_whom(people, told), {"collapsed": not unfolded}),
        }
    )


def _whom(people: list[SelectOptionDict], told: list[SelectOptionDict]) -> vol.Schema:
    return vol.Schema(
        {
            vol.Optional(CONF_CONTACTS): _suggestions(people),
            vol.Optional(CONF_TARGETS): _suggestions(told),
            vol.Optional(CONF_ESCALATE_AFTER): DURATION,
            vol.Optional(CONF_ESCALATE_TO): _suggestions([*people, *told]),
        }
    )


def _topics(subscriptions: Iterable[Subscription], seen: Iterable[TopicRow]) -> list[SelectOptionDict]:
    """Return what is subscribed, then every other topic that came in, each with its name."""
    names = {each.filter: each.alias for each in subscriptions}
    for row in sorted(seen, key=lambda row: row.topic):
        names.setdefault(row.topic, row.name)
    return [
        SelectOptionDict(value=topic, label=f"{name} ({topic})" if name and name != topic else topic)
        for topic, name in names.items()
    ]


def _suggestions(options: Iterable[SelectOptionDict], *, multiple: bool = True) -> SelectSelector:
    """Offer what there is; whoever knows better types something else, `alert_typed` checks it."""
    return SelectSelector(
        SelectSelectorConfig(
            options=list(options), multiple=multiple, custom_value=True, mode=SelectSelectorMode.DROPDOWN
        )
    )


def _words(key: str, words: Iterable[str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(options=list(words), translation_key=key, mode=SelectSelectorMode.DROPDOWN)
    )

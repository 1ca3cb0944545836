"""What there is to choose from now, for the fields of commands."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from ..alerts.texts import rule_name
from ..bridges.grammar import ARROWS
from ..commands.command import Parts, Things
from ..model.alert import Alert
from ..model.forms import FieldOption
from ..model.rules import Scope
from ..ports import Phrases
from ..text.foreign import short

MOST = 50
"""Options of a list: more are not looked through, and a form has to fit into a stanza."""
LONGEST_VALUE = 200
LONGEST_LABEL = 80
_MOST_LOOKED_AT = 1_000

type _Found = Iterable[tuple[str, str]]
"""Labels and values."""

OPEN = frozenset({Things.TOPICS, Things.CONTROLS, Things.PRESETS, Things.COMMANDS, Things.INCIDENTS})
"""What may be said that is not in the list: other names, groups, words that do something else."""


async def options_of(things: Things, parts: Parts, phrases: Phrases) -> tuple[FieldOption, ...]:
    """Return what can be chosen, the likeliest first; what nobody could send back is left out."""
    options: dict[str, FieldOption] = {}
    for label, value in await _LISTS[things](parts, phrases):
        if _can_be_sent(value) and len(options) < MOST:
            options.setdefault(value, FieldOption(short(label, LONGEST_LABEL) or value, value))
    return tuple(options.values())


def _can_be_sent(value: str) -> bool:
    """Say whether a value comes back as it is: clients cut blanks, and XML has no control characters."""
    return bool(value) and value == value.strip() and len(value) <= LONGEST_VALUE and value.isprintable()


async def _alerts(parts: Parts, phrases: Phrases) -> _Found:
    newest = sorted(parts.alerts.active, key=lambda alert: -alert.number)
    return [(_alert(alert, parts, phrases), str(alert.number)) for alert in newest]


def _alert(alert: Alert, parts: Parts, phrases: Phrases) -> str:
    name = rule_name(parts.alerts.rule_of(alert), phrases)
    where = f" · {alert.name}" if alert.name not in name else ""
    return f"#{alert.number} {name}{where}"


async def _incidents(parts: Parts, phrases: Phrases) -> _Found:
    rules = {rule.id: rule_name(rule, phrases) for rule in parts.alerts.rules}
    newest = await parts.ports.alerts.incidents(MOST)
    return [(f"#{each.number} {rules.get(each.rule) or each.topic}", str(each.number)) for each in newest]


async def _rules(parts: Parts, phrases: Phrases) -> _Found:
    return [(f"{rule.number} {rule_name(rule, phrases)}", str(rule.number)) for rule in parts.alerts.rules]


async def _bridges(parts: Parts, phrases: Phrases) -> _Found:
    return [
        (
            f"{each.number} {each.name or f'{each.filter} {ARROWS[each.direction]} {each.to}'}",
            str(each.number),
        )
        for each in parts.bridges.all
    ]


async def _presets(parts: Parts, phrases: Phrases) -> _Found:
    return [(preset.name, preset.name) for preset in parts.rules.presets]


async def _subscriptions(parts: Parts, phrases: Phrases) -> _Found:
    return [(each.alias or each.filter, each.filter) for each in parts.rules.subscriptions]


async def _topics(parts: Parts, phrases: Phrases) -> _Found:
    rows = await parts.ports.history.topics("#", _MOST_LOOKED_AT)
    newest = sorted(rows, key=lambda row: -row.last_seen)
    return [(row.name or row.topic, row.topic) for row in newest]


async def _controls(parts: Parts, phrases: Phrases) -> _Found:
    devices = parts.readings.devices
    labels = [devices.label(entity) for entity in devices if entity.controls and entity.main]
    return [(label, label) for label in labels]


async def _followed(parts: Parts, phrases: Phrases) -> _Found:
    follows = parts.rules.follows
    return [(each.name, each.name) for each in follows if each.scope is not Scope.ALL]


async def _contacts(parts: Parts, phrases: Phrases) -> _Found:
    return [(each.name or each.jid, each.jid) for each in parts.rules.contacts]


async def _muted(parts: Parts, phrases: Phrases) -> _Found:
    mutes = parts.alerts.mutes
    rules = [(rule_name(each, phrases), each.name) for each in parts.alerts.rules if each.id in mutes.rules]
    return [*rules, *((topic, topic) for topic in mutes.topics)]


async def _commands(parts: Parts, phrases: Phrases) -> _Found:
    return [(phrases.phrase(f"services.{command.node}.name"), command.node) for command in parts.commands]


_LISTS: Mapping[Things, Callable[[Parts, Phrases], Awaitable[_Found]]] = {
    Things.ALERTS: _alerts,
    Things.INCIDENTS: _incidents,
    Things.RULES: _rules,
    Things.BRIDGES: _bridges,
    Things.PRESETS: _presets,
    Things.SUBSCRIPTIONS: _subscriptions,
    Things.TOPICS: _topics,
    Things.CONTROLS: _controls,
    Things.FOLLOWED: _followed,
    Things.CONTACTS: _contacts,
    Things.MUTED: _muted,
    Things.COMMANDS: _commands,
}

"""What of the devices that announced themselves is to be told, as a field of forms."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..bot.discovery.entities import Entity
from ..bot.model.rules import Follow, Scope
from ..bot.model.topics import fold, valid_filter
from ..bot.ports import Phrases
from ..bot.reading.following import device_key
from ..const import CONF_FOLLOWS
from ..entry.rules import follows_data, follows_in
from ..hass.phrases import async_load_phrases
from ..runtime.runtime import BotConfigEntry
from .fields import FormInput

MOST_CHOICES = 500


def follow_field(options: Iterable[SelectOptionDict] = ()) -> SelectSelector:
    """Offer what can be followed, several at once."""
    return SelectSelector(
        SelectSelectorConfig(
            options=list(options), multiple=True, custom_value=False, mode=SelectSelectorMode.DROPDOWN
        )
    )


def devices_of(entry: BotConfigEntry) -> Sequence[Entity]:
    """Return the devices that a bot knows; none while it does not run."""
    if entry.state is not ConfigEntryState.LOADED:
        return ()
    return tuple(entry.runtime_data.bot.readings.devices)


async def async_field(hass: HomeAssistant, entry: BotConfigEntry) -> SelectSelector:
    """Return the field with what a bot knows now."""
    phrases = await async_load_phrases(hass)
    return follow_field(choices(devices_of(entry), phrases, follows_in(entry.options)))


def choices(
    devices: Iterable[Entity], phrases: Phrases, known: Iterable[Follow] = ()
) -> list[SelectOptionDict]:
    """Return what can be followed: everything, the areas, the devices, and what is followed already."""
    found = [*found_in(devices), *known]
    names = {_value(follow): follow for follow in found}
    counted = Counter(follow.name for follow in names.values() if follow.scope is Scope.DEVICE)
    ordered = sorted(names.values(), key=lambda each: (_ORDER[each.scope], fold(each.name)))
    return [
        SelectOptionDict(value=_value(each), label=_label(each, phrases, twin=counted[each.name] > 1))
        for each in ordered[:MOST_CHOICES]
    ]


_ORDER = {Scope.ALL: 0, Scope.AREA: 1, Scope.DEVICE: 2, Scope.ENTITY: 3}


def found_in(devices: Iterable[Entity]) -> Iterator[Follow]:
    """Yield everything, each area and each device; nothing where there are no devices."""
    areas: dict[str, str] = {}
    names: dict[str, str] = {}
    for entity in devices:
        if entity.area:
            areas.setdefault(fold(entity.area), entity.area)
        names.setdefault(device_key(entity), entity.device or entity.full_name)
    if names:
        yield Follow(Scope.ALL)
    yield from (Follow(Scope.AREA, key, name) for key, name in areas.items())
    yield from (Follow(Scope.DEVICE, key, name) for key, name in names.items())


def _value(follow: Follow) -> str:
    return f"{follow.scope}:{follow.key}"


def _label(follow: Follow, phrases: Phrases, *, twin: bool) -> str:
    if follow.scope is Scope.ALL:
        return phrases.phrase("common.follow_choice_all")
    if follow.scope is Scope.AREA:
        return phrases.phrase("common.follow_choice_area", name=follow.name)
    return f"{follow.name} ({follow.key})" if twin else follow.name


def chosen_values(options: FormInput) -> list[str]:
    """Return what is followed as the form has it."""
    return [_value(follow) for follow in follows_in(options)]


def chosen_data(
    values: Iterable[str], devices: Iterable[Entity], options: FormInput
) -> dict[str, list[dict[str, str]]]:
    """Return what was chosen as it is kept; everything includes all that is chosen besides."""
    known = {_value(follow): follow for follow in (*found_in(devices), *follows_in(options))}
    found = [known[value] for value in dict.fromkeys(values) if value in known]
    every = [each for each in found if each.scope is Scope.ALL]
    return {CONF_FOLLOWS: follows_data(every or found)}


def part_choices(devices: Iterable[Entity], topics: Iterable[SelectOptionDict]) -> list[SelectOptionDict]:
    """Return what a contact may get or operate: the areas, the devices and the topics."""
    parts = [each for each in found_in(devices) if each.scope is not Scope.ALL]
    ordered = sorted(parts, key=lambda each: (_ORDER[each.scope], fold(each.name)))
    return [
        *(SelectOptionDict(value=_value(each), label=each.name) for each in ordered[:MOST_CHOICES]),
        *topics,
    ]


def part_values(parts: Iterable[Follow]) -> list[str]:
    """Return what a contact gets or operates as the form has it."""
    return [each.key if each.scope is Scope.TOPIC else _value(each) for each in parts]


def parts_of(values: Iterable[str], devices: Sequence[Entity], known: Iterable[Follow]) -> tuple[Follow, ...]:
    """Return what was chosen or typed: a device, an area, else a topic filter.

    Raises BotError `invalid_filter` for what is none of them.
    """
    named = {_value(each): each for each in (*found_in(devices), *known) if each.scope is not Scope.TOPIC}
    called = {fold(each.name): each for each in named.values()}
    found: list[Follow] = []
    for value in filter(None, map(str.strip, values)):
        if (part := named.get(value) or called.get(fold(value))) is None:
            valid_filter(value)
            part = Follow(Scope.TOPIC, value, value)
        found.append(part)
    return tuple(dict.fromkeys(found))


def in_words(devices: Iterable[Entity], phrases: Phrases) -> str:
    """Return a line for each area: how many devices, and some of them."""
    areas: dict[str, dict[str, str]] = {}
    for entity in devices:
        found = areas.setdefault(entity.area, {})
        found.setdefault(device_key(entity), entity.device or entity.full_name)
    lines = []
    for area in sorted(areas, key=lambda each: (not each, fold(each)))[:_MOST_LINES]:
        names = list(areas[area].values())
        shown = ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
        key = "follow_found_area" if area else "follow_found_nowhere"
        lines.append(f"- {phrases.phrase(f'common.{key}', area=area, count=len(names), names=shown)}")
    return "\n".join(lines)


_MOST_LINES, _MOST_NAMED = 30, 5

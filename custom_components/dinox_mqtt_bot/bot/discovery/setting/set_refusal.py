"""What is said to a `set` that nothing was done for: what is unknown, not allowed, or could be several."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from ...model.replies import BotError, Choice, WhichOne, Worded
from ...ports import Phrases
from ...text.states import is_state_word, order_of
from ..devices import Devices
from ..entities import Entity, name_words
from ..set_request import Setting, allowed, describe
from .aspects import behind
from .set_targets import How, Named, handle, names_and_values

_MOST_NAMES = 8
_MOST_ASKED = 40
"""Things that are told apart."""


def which_one(every: Sequence[Named], words: Sequence[str], phrases: Phrases) -> WhichOne:
    """Return the question which of several is meant, with what tells them apart."""
    entities = list({each.entity.id: each.entity for each in every}.values())[:_MOST_ASKED]
    handles = [handle(entity) for entity in entities]
    choices = [Choice(*each) for each in zip(_labels(entities, phrases), handles, strict=True)]
    return WhichOne(" ".join(words[: every[0].count]), choices)


def _labels(entities: Sequence[Entity], phrases: Phrases) -> list[str]:
    """Return a name for each that tells it from the others: with its kind, its area, or its topic."""
    names = [entity.full_name for entity in entities]
    kinds = [f"{entity.full_name} ({kind_text(entity, phrases)})" for entity in entities]
    areas = [f"{entity.full_name} ({entity.area})" if entity.area else "" for entity in entities]
    exact = [f"{entity.full_name} ({handle(entity)})" for entity in entities]
    every = (names, kinds, areas, exact)
    return [
        next((labels[at] for labels in every if labels[at] and labels.count(labels[at]) == 1), exact[at])
        for at in range(len(entities))
    ]


def told_apart(entities: Sequence[Entity], phrases: Phrases) -> list[str]:
    """Return the names of entities; a name that several kinds of things have with what each of them is."""
    names = Counter(entity.full_name for entity in entities)
    kinds = Counter((entity.full_name, entity.component) for entity in entities)
    return [
        entity.full_name
        if names[entity.full_name] == kinds[entity.full_name, entity.component]
        else f"{entity.full_name} ({kind_text(entity, phrases)})"
        for entity in entities
    ]


def kind_text(entity: Entity, phrases: Phrases) -> str:
    """Return what an entity is, in a word."""
    key = f"common.kind_{entity.component}"
    text = phrases.phrase(key)
    return entity.component.replace("_", " ") if text == key else text


def refusal(devices: Devices, words: Sequence[str], named: Sequence[Named], phrases: Phrases) -> BotError:
    """Return the error for a text that means nothing: the name is unknown, or the value not allowed."""
    whole = [each for each in named if each.how in {How.NAME, How.KIND}]
    if whole:
        return _of_one(whole, words, phrases)
    if device := [each for each in named if each.how is How.DEVICE]:
        return _of_device(device, phrases)
    best = next((each for each in named if each.value), next(iter(named), None))
    if best is None:
        return _unknown(devices, words)
    every = [each for each in named if each.count == best.count]
    return _unknown(devices, words[:-1]) if _is_of_another(every) else _of_alike(every, words, phrases)


def _of_one(whole: Sequence[Named], words: Sequence[str], phrases: Phrases) -> BotError:
    """Return the error for something that is called so as a whole, the longest name first."""
    longest = max(each.count for each in whole)
    every = [each for each in whole if each.count == longest]
    settable = [each for each in every if each.entity.controls]
    if not settable:
        return BotError("not_settable", name=every[0].entity.full_name)
    if len(settable) > 1:
        return which_one(settable, words, phrases)
    return _not_taken(settable[0], phrases)


def _not_taken(named: Named, phrases: Phrases) -> BotError:
    entity, value = named.entity, named.value
    choice = Worded(allowed(entity, phrases), partial(allowed, entity))
    if not value:
        return BotError("value_missing", name=entity.full_name, allowed=choice)
    about = [control for control in entity.controls if behind(entity.component, control, value)]
    if about:
        choice = Worded(describe(about[0], phrases), partial(describe, about[0]))
    said = Setting("", value)  # perhaps a word that a sentence was taken for
    return BotError("value_not_allowed", name=entity.full_name, value=said, allowed=choice)


def _of_device(device: Sequence[Named], phrases: Phrases) -> BotError:
    """Return the error for something about a device: what there is to set about it."""
    longest = max(each.count for each in device)
    every = [each for each in device if each.count == longest]
    settable = [each for each in every if each.entity.controls]
    main = [each for each in settable if each.entity.main] or settable
    name, value = every[0].entity.device, every[0].value
    if not main:
        return BotError("not_settable", name=name)
    if len(main) == 1:
        return _not_taken(main[0], phrases)
    owners = [
        each for each in main if any(behind(each.entity.component, c, value) for c in each.entity.controls)
    ]
    if len(owners) == 1:
        return _not_taken(owners[0], phrases)
    names = [each.entity.full_name for each in main[:_MOST_NAMES]] + ["…"] * (len(main) > _MOST_NAMES)
    key = "part_unknown" if value else "part_missing"
    return BotError(key, name=name, value=value, names=", ".join(names))


def _of_alike(like: Sequence[Named], words: Sequence[str], phrases: Phrases) -> BotError:
    """Return the error for names alike."""
    if len({each.entity.id for each in like}) > 1:
        return which_one(like, words, phrases)
    return _not_taken(like[0], phrases)


def _is_of_another(like: Sequence[Named]) -> bool:
    """Say whether a wish is about something else than what is named alike: `living room radio on`."""
    *said, last = like[0].value.split() or [""]
    known = (behind(each.entity.component, c, each.value) for each in like for c in each.entity.controls)
    return bool(said) and (is_state_word(last) or bool(order_of(last))) and not any(known)


def _unknown(devices: Devices, words: Sequence[str]) -> BotError:
    name = " ".join(words)
    for entity in _known(devices, words):
        if entity.controls:  # but only by its whole name
            return BotError("no_device_similar", name=name, similar=entity.full_name)
        return BotError("not_settable", name=entity.full_name)
    parts = (name, " ".join(words[:-1]))  # with a value behind the name, or without
    similar = next((near for part in parts if (near := devices.similar(part))), [])
    if similar:
        return BotError("no_device_similar", name=name, similar=", ".join(similar))
    return BotError("no_device", name=name)


def _known(devices: Devices, words: Sequence[str]) -> Iterator[Entity]:
    """Yield what is known by a name alike though it cannot be set."""
    for _, name, _ in names_and_values(words):
        yield from devices.named(name_words(" ".join(name)))

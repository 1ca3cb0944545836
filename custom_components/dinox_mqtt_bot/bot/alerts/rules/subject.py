"""What an alert rule is about: the topic, or the field of it, that its first words name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise

from ...model.message import Reading
from ...model.replies import BotError, Text
from ...model.rules import AlertRule, Clause, Condition, Operator, Value
from ...model.topics import is_wild, matches, valid_filter
from ...payload.paths import lookup, parse_path, write_path
from ...reading.measured import measuring
from ...reading.topic_lookup import (
    FILLERS,
    MOST_NAMED,
    Ambiguous,
    Begun,
    Known,
    Lookups,
    Meant,
    Names,
    behind_fillers,
    by_field,
    field_ending,
    has_field,
    looks_like_topic,
    newest_readings,
    only,
    topic_name,
)
from ...text.numbers import number, with_unit
from ...text.states import is_state_word, may_become, same_state, side_of
from ...text.tongue import lead, plainly, words as understood
from ...text.words import NO_WORDS, split_words
from ..watches import Watch
from .becoming import Possible, as_state, in_its_case, is_change, is_possible, may_happen, no_such_state
from .grammar import changed, first_word, joined, of_the_same, parse_rule, refuse_twice
from .joining import behind_joint, is_happening, others_of, parted, with_joints

_WHOLE = frozenset({Operator.STALE, Operator.CHANGES, Operator.HAPPENS})
"""Conditions that need no value of their own."""
_SINCE = understood("rule_for") | understood("rule_since")
_MOST_BEFORE = 5
_CELSIUS = "°C"
_WARMTH = understood("degrees") | understood("more_temperature") | understood("less_temperature")
_OF = understood("rule_from") | understood("in_place") | understood("before_span")
_PLACE = "it"
"""Stands for what a rule is about where its conditions are parted."""
_UNQUOTED = str.maketrans("", "", "\"'")
_QUOTES = tuple("\"'“„«")


async def named_rule(lookups: Lookups, names: Names, topic: str, rest: str) -> tuple[AlertRule, str]:
    """Return the rule on what is called so, unchecked, and what it is called if nothing is.

    `topic` may have only the beginning of the name, or all of the rule. Raises Ambiguous, and BotError as
    `parse_rule` and `settled`.
    """
    rule, name = await _named(lookups, names, topic, rest)
    rule = await _spelt_otherwise(lookups, await with_its_field(lookups, rule))
    return await in_its_case(lookups, await as_state(lookups, rule)), name


async def _spelt_otherwise(lookups: Lookups, rule: AlertRule) -> AlertRule:
    """Return a rule with the field that its last words mean: `humidity` of `outside.humidity`."""
    if not rule.field or is_wild(rule.filter) or await has_field(lookups, rule.filter, rule.field):
        return rule
    return replace(rule, field=await field_ending(lookups, rule.filter, rule.field) or rule.field)


async def joined_rule(lookups: Lookups, names: Names, topic: str, rest: str) -> tuple[AlertRule, list[str]]:
    """Return the rule with all its conditions as `named_rule` does, and the names that nothing has.

    Raises BotError `rule_and_or`, `rule_clause_wild`, and what `named_rule` raises.
    """
    parts, either = parted(f"{_PLACE} {rest}")
    if len(parts) == 1:
        rule, name = await named_rule(lookups, names, topic, rest)
        return rule, [name] if name else []
    rule, name = await named_rule(lookups, names, topic, parts[0].removeprefix(_PLACE).lstrip())
    unknown = [name] if name else []
    for part in parts[1:]:
        clause, called, missed = await _clause(lookups, names, rule, part)
        refuse_twice(rule, clause)
        rule = joined(rule, clause, called, either=either)
        unknown += [missed] if missed else []
    return moment_first(rule, topic_name(lookups, rule.filter)), unknown


async def changed_rule(
    lookups: Lookups, names: Names, rule: AlertRule, text: str
) -> tuple[AlertRule, list[str]]:
    """Return a rule changed by `> 35`, `and door is open`, `> 35 and door is open`, `and never`.

    A further condition comes to those that it has, a new first one with others in the place of all. Raises
    as `joined_rule` and `changed`.
    """
    before = f"{_PLACE} > 0"
    text = with_joints(f"{before} {text}").removeprefix(before).lstrip()
    if (behind := behind_joint(text)) is None:
        (begun, *parts), either = parted(text)
        rule = changed(rule, begun)
        rule = replace(rule, others=()) if parts else rule
    elif behind.casefold() in NO_WORDS:
        return replace(rule, others=(), either=False), []
    else:
        parts, either = others_of(text)
        if rule.others and rule.either is not either:
            raise BotError("rule_and_or")
    unknown: list[str] = []
    for part in parts:
        clause, called, missed = await _clause(lookups, names, rule, part)
        rule = joined(rule, clause, called, either=either)
        unknown += [missed] if missed else []
    return rule, unknown


async def with_others(
    lookups: Lookups, names: Names, rule: AlertRule, text: str
) -> tuple[AlertRule, list[str]]:
    """Return a rule with the further conditions of a text, and nothing else of it, as `joined_rule` does."""
    parts, either = others_of(text)
    whole, unknown = rule, list[str]()
    for part in parts:
        clause, called, missed = await _clause(lookups, names, rule, part)
        whole = joined(whole, clause, called, either=either)
        unknown += [missed] if missed else []
    return replace(rule, others=whole.others, either=either), unknown


async def _clause(lookups: Lookups, names: Names, rule: AlertRule, text: str) -> tuple[AlertRule, str, str]:
    """Return a further condition as a rule, what its topic is called, and its name if nothing has it."""
    if (same := of_the_same(rule, text)) is not None:
        return same, "", ""
    beside = parse_rule(rule.filter, text, rule.filter.__eq__)
    if beside.field and await has_field(lookups, rule.filter, beside.field):
        return await _of_the_whole(lookups, rule, beside), "", ""
    clause, name = await named_rule(lookups, names, *first_word(text))
    if is_wild(clause.filter) and clause.filter != rule.filter:
        raise BotError("rule_clause_wild", filter=clause.filter)
    return clause, topic_name(lookups, clause.filter), name


async def _of_the_whole(lookups: Lookups, rule: AlertRule, beside: AlertRule) -> AlertRule:
    """Return a further condition without the name of the topic that both are about: its value is meant."""
    path = parse_path(beside.field)
    found = [lookup(each, path) for each in await newest_readings(lookups, rule.filter) if not each.fields]
    return replace(beside, field="") if any(found) and not rule.field else beside


def moment_first(rule: AlertRule, called: str = "") -> AlertRule:
    """Return a rule that is about what happens, where that was said behind what has to be so then.

    `called`: what its topic is called.
    """
    first = next((each for each in rule.others if each.filter and not each.condition.operator.level), None)
    if first is None or rule.either or not rule.condition.operator.level or is_wild(rule.filter):
        return rule
    others = [each for each in rule.others if each is not first]
    before = Clause(rule.condition, rule.filter, rule.field, called)
    return replace(
        rule, filter=first.filter, field=first.field, condition=first.condition, others=(before, *others)
    )


async def _named(lookups: Lookups, names: Names, topic: str, rest: str) -> tuple[AlertRule, str]:
    topic, rest = _owner_first(names, *_named_first(topic, rest))
    begun, behind = _begun(names, topic, rest)
    if begun.meant and (one := await _of_one(lookups, names, begun, behind)) is not None:
        return one, ""
    if begun.meant:
        return _of_words(begun.said, behind, parse_rule(begun.said, behind, begun.said.__eq__))
    if (written := begun.written) is not None:
        return _about(written, parse_rule(written.topic, behind, written.topic.__eq__)), written.topic
    rule = parse_rule(topic, rest, names.known)
    found = await settled(lookups, rule, names.known)
    if found.filter != rule.filter or found.field != rule.field or looks_like_topic(found.filter):
        return found, found.filter
    return _of_words(topic, rest, found)


def _named_first(topic: str, rest: str) -> tuple[str, str]:
    """Return the name before what is not heard of it: `no message from the station for 1 h`."""
    text = f"{topic} {rest.lstrip()}"
    spoken = [each.text.casefold() for each in split_words(text)]
    starts = [each.start for each in split_words(text)]
    at = next((at for at, word in enumerate(spoken[:_MOST_BEFORE]) if word not in FILLERS), 0)
    found, end = lead("operator", spoken, at)
    if found != "stale" or end + 1 >= len(spoken) or spoken[end] not in understood("rule_from"):
        return topic, rest
    end += 1
    last = next((each for each in range(end + 1, len(spoken)) if spoken[each] in _SINCE), len(spoken))
    name = text[starts[end] : starts[last] if last < len(spoken) else len(text)].strip()
    behind = text[starts[last] :] if last < len(spoken) else ""
    return name, f"{text[starts[at] : starts[end - 1]]}{behind}"


def _owner_first(names: Names, topic: str, rest: str) -> tuple[str, str]:
    """Return the thing before what of it is meant: `power of the dryer`, unless something is called so."""
    text = f"{topic} {rest.lstrip()}"
    text = text[max(behind_fillers(text), default=0) :]
    every = list(islice(split_words(text), _MOST_BEFORE))
    for of, after in pairwise(every[1:]):
        if of.text.casefold() not in _OF or names.begin(text).end > of.start:
            continue
        begun, part = names.begin(text[after.start :]), text[: of.start].strip()
        if begun.meant and names.begin(f"{begun.said} {part}").end > len(begun.said):
            return f"{begun.said} {part}", text[after.start + begun.end :]
    return topic, rest


async def _of_one(lookups: Lookups, names: Names, begun: Begun, behind: str) -> AlertRule | None:
    """Return the rule on the one thing that is meant; of what it shows, on what can be compared so.

    None if what is only alike has no such field: then all of the words are a name that nothing has.
    """
    if behind_joint(behind) is not None:
        # `kitchen window or garage window is open`: of the first nothing is said.
        raise BotError("rule_two_conditions")
    rule = parse_rule(begun.meant[0].topic, behind, begun.meant[0].topic.__eq__)
    found: Sequence[Meant] = begun.meant
    if rule.field and (len(found) > 1 or not begun.exact):
        found = [each for each in found[:MOST_NAMED] if await has_field(lookups, each.topic, rule.field)]
    if not found:
        return None
    if (presence := await _presence(lookups, names, found, rule)) is not None:
        return presence
    concerned = _in_unit(names, begun, _concerned(names, found, rule.condition), rule, behind)
    meant = only(begun.said, await _fitting(lookups, concerned, rule.condition))
    if measured := _measured(names, meant, rule):
        return _about(only(begun.said, measured), rule)
    made = await with_its_field(lookups, replace(rule, filter=meant.topic))
    if rule.field or not made.field:
        made = await with_its_field(lookups, _about(meant, rule))
    if meant.field and rule.field and not await has_field(lookups, made.filter, made.field):
        # It is no part of what was named, but beside it: `door contact false`.
        made = replace(made, field=rule.field)
    # What is no number may be said of the whole JSON.
    asked = names.spoken(meant.topic) or made.condition.operator.numeric
    fields = names.fields(meant.topic) if asked and made.condition.operator not in _WHOLE else []
    if made.field or not fields:
        return made
    fits, others = _comparable(fields, rule.condition)
    return _about(only(begun.said, fits or others), rule)


async def _presence(
    lookups: Lookups, names: Names, found: Sequence[Meant], rule: AlertRule
) -> AlertRule | None:
    """Return the rule on where it is told whether a device is there: `washer is offline`.

    None if that is not asked, or if what is meant says such words itself.
    """
    condition = rule.condition
    word = condition.values[0] if len(condition.values) == 1 else ""
    there = same_state(word, "online")
    if condition.operator is not Operator.EQUAL or rule.field or not (there or same_state(word, "offline")):
        return None
    sources = {names.presence(each.topic) for each in found}
    if len(sources) != 1 or (source := sources.pop()) is None:
        return None
    for each in found:
        for reading in await newest_readings(lookups, each.topic):
            if any(same_state(reading.text, own) for own in ("online", "offline")):
                return None
    said = source.online if there else source.offline
    return replace(rule, filter=source.topic, condition=replace(condition, values=(said,)))


def _measured(names: Names, meant: Meant, rule: AlertRule) -> list[Meant]:
    """Return what is measured of a thing whose state is a word, for a rule that compares numbers."""
    if not rule.condition.operator.numeric or not meant.field or meant.measured or rule.field:
        return []
    fields = names.fields(meant.topic)
    return [each for each in fields if each.measured and f"{each.name} ".startswith(f"{meant.name} ")]


def _about(meant: Meant, rule: AlertRule) -> AlertRule:
    field = f"{meant.field}.{rule.field}" if meant.field and rule.field else meant.field or rule.field
    return replace(rule, filter=meant.topic, field=field)


def _concerned(names: Names, found: Sequence[Meant], condition: Condition) -> Sequence[Meant]:
    """Return what that can happen to which is asked for: of a freezer only its door opens."""
    said = condition.values[0] if condition.values else ""
    if not is_change(said):
        return found
    return [each for each in found if may_happen(said, names.states(each.topic, each.field))] or found


def _in_unit(
    names: Names, begun: Begun, found: Sequence[Meant], rule: AlertRule, behind: str
) -> Sequence[Meant]:
    """Return what is measured in the unit of a limit, `50 %` the charge of a battery; last what is set.

    The watts of a plug that says so beside its state are meant as well. Raises as `_in_degrees`.
    """
    units = [read[1] for each in rule.condition.values if (read := number(each)) and read[1]]
    if not (rule.field or units or _WARMTH.isdisjoint(map(plainly, behind.split()))):
        return _in_degrees(names, begun, found)
    found = [each for each in found if not each.settable] or found
    if rule.field or not units:
        return found
    every = [one for each in found for one in (() if each.field else names.fields(each.topic)) or (each,)]
    fits = [each for each in every if each.is_in(units[0])]
    if not fits and not any(each.measured for each in every):
        beside = (one for each in found for one in names.beside(each.topic, unit=units[0]))
        fits = list({each.handle: each for each in beside}.values())
    return [each for each in fits if not each.settable] or fits or found


def _in_degrees(names: Names, begun: Begun, found: Sequence[Meant]) -> Sequence[Meant]:
    """Return what says how warm it is: of a room its thermostat, and not how far a blind is open.

    Raises BotError `nothing_such` where nothing of a room does, or all is measured in something else.
    """
    topics = {each.topic for each in found}
    warm = [each for each in measuring(names, begun.said, "temperature") if each.topic in topics]
    every = [one for each in found for one in (() if each.field else names.fields(each.topic)) or (each,)]
    warm = warm or [each for each in every if each.is_in(_CELSIUS)]
    left = warm or [each for each in found if not each.measured]
    known = not warm and left[1:] and all(names.spoken(each.topic) for each in left)
    if known or not left:
        raise BotError("nothing_such")
    return [each for each in left if not each.settable] or left


def _comparable(found: Sequence[Meant], condition: Condition) -> tuple[list[Meant], list[Meant]]:
    """Part what measures something from what does not: first those that are so compared."""
    limits = condition.values
    numeric = condition.operator.numeric or all(number(each) is not None for each in limits)
    fits = [each for each in found if each.measured is numeric]
    return fits, [each for each in found if each.measured is not numeric]


async def _fitting(lookups: Lookups, found: Sequence[Meant], condition: Condition) -> list[Meant]:
    """Return what can be compared so, first what most likely is: of a freezer, not its door with degrees."""
    fits, others = _comparable(found, condition)
    if not fits or not others or condition.operator in _WHOLE:
        return [*fits, *others]
    if fits[0].measured:
        return fits + [each for each in others if not await _is_word(lookups, each)]
    return fits


async def _is_word(lookups: Lookups, meant: Meant) -> bool:
    """Say whether what a topic said last is a word and no number."""
    readings = await newest_readings(lookups, meant.topic)
    return bool(readings) and all(number(each.text) is None for each in readings)


def _begun(names: Names, topic: str, rest: str) -> tuple[Begun, str]:
    """Return the name that a rule begins with, and what stands behind it."""
    text = f"{topic} {rest.lstrip()}"
    begun = names.begin(text)
    if begun.meant and begun.end >= len(topic.rstrip()):
        return begun, text[begun.end :]
    if found := names.find(topic):
        return Begun(topic, len(topic), found), rest
    return Begun(topic, len(topic), (), begun.written), text[begun.end :]


def _of_words(topic: str, rest: str, rule: AlertRule) -> tuple[AlertRule, str]:
    """Return a rule on a name that nobody knows: all the words before the comparison are that name."""
    if rest.lstrip()[:1] in _QUOTES:
        return rule, rule.filter
    if not rule.field:
        return _of_state(topic, rule)
    text = f"{topic} {rest.lstrip()}"
    at = max(behind_fillers(text), default=0)
    first = next(split_words(text[at:])).text
    again = parse_rule(first, text[at:].partition(first)[2], first.__eq__)
    name = " ".join(filter(None, (first, again.field.translate(_UNQUOTED))))
    return replace(again, filter=name, field=""), name


def _of_state(topic: str, rule: AlertRule) -> tuple[AlertRule, str]:
    """Return a rule on an unknown name before a state: `das garagentor offen` is of `garagentor`."""
    said = rule.condition.values[0].split() if rule.condition.operator is Operator.EQUAL else []
    if len(said) < 2 or topic.casefold() not in FILLERS:
        return rule, rule.filter
    at = next((at for at in range(1, len(said)) if is_happening(" ".join(said[at:]))), len(said) - 1)
    name = " ".join(said[:at])
    condition = replace(rule.condition, values=(" ".join(said[at:]),))
    return replace(rule, filter=name, condition=condition), name


async def settled(lookups: Lookups, rule: AlertRule, known: Known) -> AlertRule:
    """Return a rule with the filter that its alias, or a field such as `temp`, means.

    Raises Ambiguous, or BotError `invalid_filter`.
    """
    if not known(rule.filter) and not looks_like_topic(rule.filter):
        field = ".".join(filter(None, (rule.filter, rule.field)))
        if found := await by_field(lookups, field):
            return replace(rule, filter=_covering(lookups, rule.filter, found), field=found[0].field)
    resolved = lookups.subscriptions.resolve(rule.filter)
    valid_filter(resolved)
    return replace(rule, filter=resolved)


def _covering(lookups: Lookups, said: str, found: Sequence[Meant]) -> str:
    """Return the topic that has a field, or the narrowest subscription that brings all that have it."""
    if len(found) == 1:
        return found[0].topic
    filters = [
        each.filter for each in lookups.subscriptions if all(matches(each.filter, one.topic) for one in found)
    ]
    if not filters:
        raise Ambiguous(said, found)
    return max(filters, key=lambda each: (each.count("/"), len(each)))


NOTES = frozenset({"rule_as_shown", "rule_as_written", "rule_as_side", "rule_tells"})
"""Texts that only tell what a rule judges, and whom it tells."""

_EQUALITY = frozenset({Operator.EQUAL, Operator.UNEQUAL})
_SIDES = frozenset({"on", "off"})
_MOST_WORDS = 8


async def with_its_field(lookups: Lookups, rule: AlertRule) -> AlertRule:
    """Return a rule with its field where the value begins with the name of one: `state offline`."""
    condition = rule.condition
    begun = list(split_words(condition.values[0])) if len(condition.values) == 1 else []
    if rule.field or condition.operator is not Operator.EQUAL or not 2 <= len(begun) <= _MOST_WORDS:
        return rule
    readings = await newest_readings(lookups, rule.filter)
    watch = Watch.of(rule)
    if any((value := watch.value(each)) and watch.judge.holds(value, None, (), 0.0) for each in readings):
        return rule
    text = condition.values[0]
    for last in reversed(begun[:-1]):
        path = parse_path(text[: last.end])
        if any(lookup(each, path) is not None for each in readings):
            values = (text[last.end :].strip().strip("\"'"),)
            return replace(rule, field=write_path(path), condition=replace(condition, values=values))
    return rule


def strange_words(rule: AlertRule, values: Sequence[Value], possible: Possible) -> Iterator[Text]:
    """Yield words that are never shown of what the rule watches: `wet` of a door, `open` of a mere `on`.

    `possible` are all that can be shown of it, as far as that is known. Where nothing came yet, neither is a
    number shown of what has words.
    """
    condition = rule.condition
    asked = condition.operator is Operator.EQUAL or (condition.operator.numeric and not values)
    if not asked or not (values or possible) or not all(value.exact for value in values):
        return
    for word in condition.values:
        if side_of(word) and any(value.word in _SIDES for value in values):
            continue
        shown = {each for value in values for each in (value.text, value.exact, value.word) if each}
        other = is_state_word(word) and not any(may_become(each, word) for each in shown or possible)
        if other or not _is_among(word, possible):
            yield no_such_state(word, values, possible)


def _is_among(word: str, possible: Possible) -> bool:
    """Say whether a word is one of all, as it is written or another one for it, or for the side it is of."""
    side = side_of(word)
    return (
        not possible
        or is_possible(word, possible)
        or any(same_state(word, each) or (side and side == side_of(each)) for each in possible)
    )


def only_words(values: Iterable[Value]) -> bool:
    """Say whether values are words for a state, of what never is a number."""
    return all(value.exact or side_of(value.text) for value in values)


def notes_of(rule: AlertRule, readings: Sequence[Reading]) -> Iterator[Text]:
    """Yield which of both is judged, where a device writes a value in another way than the chat shows it."""
    watch = Watch.of(rule)
    values = [value for each in reversed(readings) if (value := watch.value(each)) is not None]
    notes = (_note(rule, value) for value in values) if rule.field else ()
    yield from islice(filter(None, notes), 1)
    for limit in rule.condition.values if values and values[0].word in _SIDES else ():
        side = side_of(limit)
        if rule.condition.operator in _EQUALITY and side and not same_state(limit, side):
            yield Text("rule_as_side", {"limit": limit, "state": side})


def _note(rule: AlertRule, value: Value) -> Text | None:
    if not value.raw:
        return None
    key = "rule_as_written" if _is_written(rule, value) else "rule_as_shown"
    shown = value.text if value.exact else with_unit(value.text, value.unit)
    return Text(key, {"field": rule.field, "shown": shown, "raw": value.raw})


def _is_written(rule: AlertRule, value: Value) -> bool:
    """Say whether a rule compares with words of the device, such as `true`, and not with shown ones."""
    limits = rule.condition.values
    if rule.condition.operator.numeric or not value.exact:
        return bool(value.exact)
    return bool(limits) and not any(map(is_state_word, limits))

"""Whatever a rule says, it says also after Home Assistant has stored it and read it again."""

from dataclasses import fields
from enum import Enum
from typing import Any, get_type_hints

from homeassistant.config_entries import ConfigSubentry
from homeassistant.helpers.json import json_bytes
from homeassistant.util.json import json_loads_object
from hypothesis import given, strategies as st
import pytest

from custom_components.dinox_mqtt_bot.bot.model.rules import Clause, Condition, Follow, Operator, Scope
from custom_components.dinox_mqtt_bot.entry.codec import Codec
from custom_components.dinox_mqtt_bot.entry.rules import (
    ALERTS,
    BRIDGES,
    CONTACTS,
    PRESETS,
    TOPICS,
    VALUES,
    rule_set,
)

CODECS: dict[str, Codec[Any]] = {
    "alerts": ALERTS,
    "bridges": BRIDGES,
    "contacts": CONTACTS,
    "presets": PRESETS,
    "subscriptions": TOPICS,
}
TEXT = st.text(max_size=12)
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(0, 2**53),
    float: st.floats(0, 1e9),
    bool: st.booleans(),
    tuple[str, ...]: st.lists(TEXT, max_size=3).map(tuple),
    tuple[Follow, ...]: st.lists(st.builds(Follow, st.sampled_from(Scope), TEXT, TEXT), max_size=3).map(
        tuple
    ),
}
# Whole days, as the form asks for them.
BY_NAME: dict[str, st.SearchStrategy[Any]] = {"keep_days": st.integers(0, 3_650).map(float)}


def values_of(kind: type[Any], **given_: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Build a value with every field there is, those with a default and those yet to come too."""
    strategies: dict[str, st.SearchStrategy[Any]] = {}
    for name, hint in get_type_hints(kind).items():
        if name in given_ or name not in {each.name for each in fields(kind)}:
            continue
        if isinstance(hint, type) and issubclass(hint, Enum):
            strategies[name] = st.sampled_from(hint)
        else:
            strategies[name] = BY_NAME[name] if name in BY_NAME else BY_TYPE[hint]
    return st.builds(kind, **strategies, **given_)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    operator = draw(st.sampled_from(Operator))
    number = VALUES.get(operator, 1)
    values = st.lists(TEXT, min_size=number, max_size=number).map(tuple)
    condition: Condition = draw(values_of(Condition, operator=st.just(operator), values=values))
    return condition


BY_TYPE[tuple[Clause, ...]] = st.lists(st.builds(Clause, conditions(), TEXT, TEXT, TEXT), max_size=3).map(
    tuple
)


def rules_of(codec: Codec[Any]) -> st.SearchStrategy[Any]:
    given_ = {"condition": conditions()} if codec is ALERTS else {}
    return values_of(codec.rule, **given_)


def stored(codec: Codec[Any], rule: Any) -> ConfigSubentry:
    """Write a rule, and read what it was written to as at the next start."""
    written = codec.write(rule)
    again: Any = json_loads_object(json_bytes(dict(written)))
    identity = {"subentry_id": rule.id} if hasattr(rule, "id") else {}
    return ConfigSubentry(**again, **identity)


@pytest.mark.parametrize("name", CODECS)
@given(data=st.data())
def test_a_rule_is_the_same_after_it_was_stored(name: str, data: st.DataObject) -> None:
    codec = CODECS[name]
    rule = data.draw(rules_of(codec))
    kept = stored(codec, rule)
    assert codec.of(kept) == rule
    # And the other way round.
    assert codec.write(codec.of(kept)) == codec.write(rule)
    assert dict(kept.data) == json_loads_object(json_bytes(codec.data(rule)))


@given(data=st.data())
def test_so_are_all_the_rules_of_a_bot(data: st.DataObject) -> None:
    rules = {name: data.draw(st.lists(rules_of(codec), max_size=3)) for name, codec in CODECS.items()}
    kept = [stored(CODECS[name], rule) for name, each in rules.items() for rule in each]
    found = rule_set(data.draw(st.permutations(kept)), {})
    for name, each in rules.items():
        read = getattr(found, name)
        assert len(read) == len(each)
        assert all(rule in read for rule in each)

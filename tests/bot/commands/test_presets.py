"""Named publishes: which one is meant, and what it publishes."""

from contextlib import suppress
import json
from typing import Any

from fakes import GUEST, ME, World, failing
from hypothesis import given, strategies as st
import pytest

from bot.commands.command import bind
from bot.commands.presets import Preset as Command, checked_preset, find_preset, spoken, with_values
from bot.model.message import QoS
from bot.model.replies import BotError, Caller, Surface
from bot.model.rules import Preset, Role, Subscription

NIGHT = Preset("Good night", "home/night/set", "ON", id="a", number=1, retain=True)
HEAT = Preset(
    "Heat", "home/heat/set", '{"to": {value}, "by": "{contact}", "at": "{timestamp}"}', id="b", number=2
)
DOOR = Preset("Door", "home/door/set", "OPEN", id="c", number=7, qos=QoS.EXACTLY_ONCE, role=Role.ADMIN)
ALL = (NIGHT, HEAT, DOOR)

anything = st.text(max_size=30)


def values(value: str = "", contact: str = ME) -> dict[str, str]:
    return {"value": value, "contact": contact, "timestamp": "2027-01-15T08:00:00+00:00"}


# What is published.


@pytest.mark.parametrize(
    ("payload", "value", "published"),
    [
        ("ON", "", "ON"),
        ("", "", ""),
        ("{value}", "21.5", "21.5"),
        ("{value} of {contact}", "one", f"one of {ME}"),
        ("{unknown} {value", "x", "{unknown} {value"),
        ("{value}", "{contact}", "{contact}"),
        ('{"to": {value}}', "21.5", '{"to": 21.5}'),
        ('{"to": {value}}', "-21,5", '{"to": -21.5}'),
        ('{"to": {value}}', "0042,5", '{"to": "0042,5"}'),
        ('{"to": {value}}', " true ", '{"to": true}'),
        ('{"to": {value}}', "null", '{"to": null}'),
        ('{"to": {value}}', "warm", '{"to": "warm"}'),
        ('{"to": {value}}', "NaN", '{"to": "NaN"}'),
        ('{"to": {value}}', "-Infinity", '{"to": "-Infinity"}'),
        ('{"to": {value}}', '1, "admin": true', '{"to": "1, \\"admin\\": true"}'),
        ('{"to": {value}}', '{"a": 1}', '{"to": "{\\"a\\": 1}"}'),
        ('{"to": "{value}"}', 'a "b" \\', '{"to": "a \\"b\\" \\\\"}'),
        ('["{value}", {value}]', "on", '["on", "on"]'),
        ('{"to": {value}', '"', '{"to": "'),
        ("[" * 5_000, "", "[" * 5_000),
    ],
)
def test_placeholders_are_filled(payload: str, value: str, published: str) -> None:
    assert with_values(payload, values(value)) == published


@given(anything, anything)
def test_json_stays_json_whatever_is_said(value: str, contact: str) -> None:
    template = '{"given": {value}, "said": ["{contact}", "\\"{value}\\""]}'
    read = json.loads(with_values(template, values(value, contact)))
    assert read.keys() == {"given", "said"}
    assert read["said"] == [contact, f'"{value}"']
    assert isinstance(read["given"], str | int | float | None)


@given(anything, anything)
def test_text_is_filled_once_and_never_fails(payload: str, value: str) -> None:
    assert isinstance(with_values(payload, values(value)), str)
    assert with_values("<{value}>", values(value)) == f"<{value}>"


# What a preset may be called.


@pytest.mark.parametrize("name", ["", " ", "add", "List", "rm", "REMOVE", "del", "7", "#7", "x" * 101])
def test_some_names_cannot_be_said(name: str) -> None:
    with pytest.raises(BotError, match="preset_name"):
        checked_preset(Preset(name, "t"))


@pytest.mark.parametrize("topic", ["", "home/#", "home/+/set"])
def test_it_publishes_to_a_topic(topic: str) -> None:
    with pytest.raises(BotError, match="invalid_topic"):
        checked_preset(Preset("Light", topic))


def test_blanks_in_a_name_count_once() -> None:
    assert checked_preset(Preset(" Good  night ", "t")).name == "Good night"


# Which one is meant.


@pytest.mark.parametrize("handle", ["1", "#1", "good NIGHT", "Good  night"])
def test_it_is_found_by_name_or_number(handle: str) -> None:
    assert find_preset(ALL, handle) is NIGHT


@pytest.mark.parametrize(
    ("presets", "key"), [((), "no_presets"), (ALL, "no_preset_similar"), ((DOOR,), "no_preset")]
)
def test_what_is_not_there_is_told_with_what_is_like_it(presets: tuple[Preset, ...], key: str) -> None:
    with pytest.raises(BotError) as raised:
        find_preset(presets, "god night")
    assert raised.value.key == key


@pytest.mark.parametrize(
    ("text", "preset", "value"),
    [
        ("good night", NIGHT, ""),
        ("1", NIGHT, ""),
        ("#7", DOOR, ""),
        ("Heat 21.5", HEAT, "21.5"),
        ("heat  nice and warm ", HEAT, "nice and warm"),
        ('"heat" "21"', HEAT, '"21"'),
    ],
)
def test_the_longest_name_counts_and_the_rest_is_the_value(text: str, preset: Preset, value: str) -> None:
    assert spoken(ALL, text) == (preset, value)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("heat", "preset_value_missing"),
        ("door now", "preset_takes_no_value"),
        ("nothing like it", "no_preset"),
    ],
)
def test_a_value_where_none_is_taken_and_none_where_one_is_needed(text: str, key: str) -> None:
    with pytest.raises(BotError) as raised:
        spoken(ALL, text)
    assert raised.value.key == key


@given(anything)
def test_whatever_is_said_is_a_preset_or_told_why_not(text: str) -> None:
    with suppress(BotError):
        assert spoken(ALL, text)[0] in ALL


# The commands.


@pytest.mark.parametrize("text", ["presets", "preset", "preset list", "/mqtt preset LIST"])
async def test_lists_the_presets(text: str) -> None:
    said = await World(presets=ALL).ask(text, GUEST, Role.VIEWER)
    assert "• 1. Good night — home/night/set — ON — retain" in said
    assert "• 7. Door — home/door/set — OPEN — QoS 2, admin" in said


async def test_without_presets_it_says_how_to_make_one() -> None:
    assert "Make one with preset add" in await World().ask("presets")


@pytest.mark.parametrize("text", ["preset good night", 'preset "Good night"', "preset 1", "/mqtt preset #1"])
async def test_a_preset_is_published(text: str) -> None:
    world = World(presets=ALL)
    assert await world.ask(text) == "“Good night”: published to home/night/set: ON"
    assert world.broker.published == [("home/night/set", b"ON", QoS.AT_LEAST_ONCE, True)]
    assert world.history.publishes[0][2] == f"chat:{ME}"


async def test_a_preset_says_who_asks_for_what_and_when() -> None:
    world = World(presets=ALL)
    await world.ask("preset heat 21.5")
    ((_, payload, _, _),) = world.broker.published
    assert json.loads(payload) == {"to": 21.5, "by": ME, "at": "2027-01-15T08:00:00+00:00"}


async def test_a_failing_publish_is_told_as_failing() -> None:
    world = World(presets=ALL)
    world.broker.failure = failing("not_connected")
    assert await world.ask("preset good night") == "There is no connection to the broker now."
    assert world.history.publishes == []


@pytest.mark.parametrize(
    ("role", "name", "allowed"),
    [
        (Role.VIEWER, "good night", False),
        (Role.OPERATOR, "good night", True),
        (Role.OPERATOR, "door", False),
        (Role.ADMIN, "door", True),
    ],
)
async def test_the_preset_says_what_role_it_needs(role: Role, name: str, allowed: bool) -> None:
    world = World(presets=ALL)
    await world.ask(f"preset {name}", GUEST, role)
    assert bool(world.broker.published) is allowed


@pytest.mark.parametrize(
    ("text", "name", "topic", "payload"),
    [
        ("preset add Light home/light/set ON", "Light", "home/light/set", "ON"),
        (
            'preset add "All off" home/light/set {"state": "OFF"}',
            "All off",
            "home/light/set",
            '{"state": "OFF"}',
        ),
        ("preset add Say home/say two  words", "Say", "home/say", "two  words"),
        ('preset add Clear home/kept ""', "Clear", "home/kept", ""),
        ('preset add Quote home/say "x"', "Quote", "home/say", '"x"'),
        ("preset add Lamp Lamp {value}", "Lamp", "home/lamp", "{value}"),
    ],
)
async def test_a_preset_is_made(text: str, name: str, topic: str, payload: str) -> None:
    world = World(Subscription("home/lamp", alias="Lamp"), presets=ALL)
    said = await world.ask(text)
    made = world.bot.rules.presets[-1]
    assert (made.name, made.topic, made.payload, made.number) == (name, topic, payload, 8)
    assert (made.qos, made.retain, made.role) == (QoS.AT_LEAST_ONCE, False, Role.OPERATOR)
    assert f"Run it with preset {name}" in said


async def test_a_preset_is_made_with_qos_and_retain() -> None:
    world = World()
    await world.ask("preset add --qos 2 --retain Light home/light/set ON")
    made = world.bot.rules.presets[-1]
    assert (made.qos, made.retain, made.payload) == (QoS.EXACTLY_ONCE, True, "ON")


@pytest.mark.parametrize(
    ("text", "missing"),
    [("preset add", "name"), ("preset add Light", "topic"), ("preset add Light home/light/set", "payload")],
)
async def test_what_is_missing_is_named_with_the_usage(text: str, missing: str) -> None:
    said = await World().ask(text)
    assert f"“{missing}” is missing" in said
    assert "preset add [--qos 0|1|2] [--retain] <name> <topic> <payload…>" in said


@pytest.mark.parametrize("name", ["good  NIGHT", "Door"])
async def test_a_name_is_given_once(name: str) -> None:
    world = World(presets=ALL)
    assert "already" in await world.ask(f'preset add "{name}" a/b c')
    assert world.bot.rules.presets == ALL


@pytest.mark.parametrize("text", ["preset remove 7", "preset rm door", "preset del #7", "preset remove Door"])
async def test_a_preset_is_removed_by_name_or_number(text: str) -> None:
    world = World(presets=ALL)
    assert await world.ask(text) == "Preset 7, “Door”, is removed."
    assert world.bot.rules.presets == (NIGHT, HEAT)


@pytest.mark.parametrize("text", ["preset add Light home/light ON", "preset remove 1"])
@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
async def test_only_an_admin_makes_and_removes(text: str, role: Role) -> None:
    world = World(presets=ALL)
    assert "admin" in await world.ask(text, GUEST, role)
    assert world.bot.rules.presets == ALL


async def test_a_long_payload_is_cut_where_it_is_shown() -> None:
    world = World()
    said = await world.ask(f"preset add Long a/b {'x' * 300}")
    assert "x" * 200 + "…" in said
    assert await world.ask('preset add Nothing b/c ""')
    assert "empty" in await world.ask("preset nothing")


async def test_the_action_answers_with_what_was_published() -> None:
    world = World(presets=ALL)
    caller = Caller(Surface.ACTION, "Ann", Role.OPERATOR)
    reply: Any = await world.bot.execute(bind(Command, {"name": "Heat", "value": "20"}), caller)
    assert json.loads(reply.facts["payload"])["by"] == "Ann"
    assert (reply.facts["topic"], reply.facts["number"]) == ("home/heat/set", 2)

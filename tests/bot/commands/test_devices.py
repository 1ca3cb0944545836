"""The devices that announced themselves: listed, found by name, set, learned anew."""

import json
from typing import Any

from fakes import CONNECTING, GUEST, ME, World
import pytest

from bot.commands.command import bind
from bot.commands.devices import Devices, Set
from bot.discovery.bindings import bindings_of
from bot.discovery.devices import Devices as Known
from bot.discovery.entities import Entity, entity_of, name_words
from bot.model.message import Message, QoS
from bot.model.replies import BotError, Caller, Surface, Table, Text
from bot.model.rules import Role, Subscription

LAMP: dict[str, object] = {
    "name": None,
    "schema": "json",
    "stat_t": "z/lamp",
    "cmd_t": "z/lamp/set",
    "brightness": True,
    "bri_scl": 254,
    "sup_clrm": ["color_temp"],
    "effect": True,
    "fx_list": ["blink"],
    "avty": [{"t": "z/bridge"}, {"t": "z/lamp/there", "val_tpl": "{{ value_json.state }}"}],
    "avty_mode": "all",
    "dev": {"name": "Küchenlampe", "sa": "Küche"},
}
PLUG: dict[str, object] = {
    "name": "Relay",
    "stat_t": "z/plug",
    "cmd_t": "z/plug/set",
    "val_tpl": "{{ value_json.state }}",
    "dev": {"name": "Plug", "suggested_area": "Office"},
    "qos": 1,
    "ret": True,
}
POWER: dict[str, object] = {
    "name": "Power",
    "stat_t": "z/plug",
    "val_tpl": "{{ value_json.power }}",
    "unit_of_meas": "W",
    "dev": PLUG["dev"],
}
HEATING: dict[str, object] = {
    "name": "Heating",
    "curr_temp_t": "z/heat",
    "curr_temp_tpl": "{{ value_json.now }}",
    "temp_stat_t": "z/heat",
    "temp_stat_tpl": "{{ value_json.to }}",
    "temp_cmd_t": "z/heat/temperature",
    "mode_stat_t": "z/heat",
    "mode_stat_tpl": "{{ value_json.mode }}",
    "mode_cmd_t": "z/heat/mode",
    "modes": ["off", "heat"],
    "pr_mode_cmd_t": "z/heat/preset",
    "pr_modes": ["eco", "comfort"],
    "temp_unit": "C",
    "min_temp": 5,
    "max_temp": 30,
    "temp_step": 0.5,
}
DOOR: dict[str, object] = {"name": "Front door", "stat_t": "z/door", "cmd_t": "z/door/set"}
BUTTON: dict[str, object] = {"name": "Restart", "cmd_t": "z/restart", "dev": {"name": "Bridge"}}


def announced(world: World, component: str, object_id: str, config: object) -> None:
    world.receive(f"homeassistant/{component}/{object_id}/config", json.dumps(config), retain=True)


def home(*subscriptions: Subscription, **how: Any) -> World:
    world = World(*(subscriptions or (Subscription("z/#"),)), **how)
    announced(world, "light", "lamp", LAMP)
    announced(world, "switch", "plug", PLUG)
    announced(world, "sensor", "power", POWER)
    announced(world, "climate", "heating", HEATING)
    announced(world, "lock", "door", DOOR)
    announced(world, "button", "restart", BUTTON)
    return world


# The list.


async def test_discovery_that_is_off_and_on_again_at_once_brings_all_anew() -> None:
    """Both may be one step for the connection, to which nothing has changed then."""
    world = World(Subscription("home/#"))
    assert world.broker.renewed == []
    await world.ask("discovery off")
    await world.ask("discovery on")
    assert {"homeassistant/+/+/config", "tasmota/discovery/#"} <= set(world.broker.renewed)


async def test_devices_are_listed_with_their_values_and_what_can_be_set() -> None:
    world = home()
    world.receive("z/lamp", '{"state": "ON", "brightness": 127, "color_temp": 370, "linkquality": 90}')
    world.receive("z/plug", '{"state": "OFF", "power": 7.5}')
    world.receive("z/heat", '{"now": 20.5, "to": 21, "mode": "heat"}')
    assert (await world.ask("devices")).splitlines() == [
        "Devices: 5, entities: 6",
        "• Front door — can be set: lock, unlock",
        (
            "• Heating — 20.5 °C → 21, heat — can be set: "
            "temperature 5 to 30 °C, in steps of 0.5; mode off, heat; preset eco, comfort, no…"
        ),
        "• Bridge Restart — can be set: press",
        (
            "• Küchenlampe — on, 50 %, 2703 K — can be set: on, off; "
            "brightness 1 to 100 %; color temp 2000 to 6535 K; effect blink — Küche"
        ),
        "• Plug Power — 7.5 W — Office",
        "• Plug Relay — off — can be set: on, off — Office",
    ]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("kuche", ["Küchenlampe"]),
        ("KÜCHENLAMPE", ["Küchenlampe"]),
        ("office", ["Plug Power", "Plug Relay"]),
        ("plug", ["Plug Power", "Plug Relay"]),
        ("pow", ["Plug Power"]),
        ("relay plug", ["Plug Relay"]),
        ("lock", ["Front door"]),
        ("front-door", ["Front door"]),
    ],
)
async def test_devices_are_found_by_device_entity_kind_or_area(words: str, names: list[str]) -> None:
    reply = await home().bot.execute(bind(Devices, {"name": words}), Caller(Surface.ACTION, ME, Role.VIEWER))
    assert isinstance(reply, Table)
    assert [row["name"] for row in reply.facts] == names


async def test_a_name_nobody_has_is_told_with_what_is_like_it() -> None:
    world = home()
    assert await world.ask("devices Frnt door") == (
        "No device, entity or area is called “Frnt door”. Did you mean Front door?"
    )
    assert await world.ask("devices xyz") == "No device, entity or area is called “xyz”."


async def test_many_entities_are_told_by_device() -> None:
    world = home()
    for number in range(30):
        config = {
            "name": f"S{number}",
            "stat_t": f"z/s{number}",
            "ent_cat": "diagnostic",
            "dev": {"name": "Hub"},
        }
        announced(world, "sensor", f"s{number}", config)
    world.receive("z/s3", "4")
    world.receive("z/plug", '{"power": 3}')
    lines = (await world.ask("devices")).splitlines()
    assert lines[0] == "Devices: 6, entities: 36"
    assert "• Hub — S3 4" in lines
    assert "• Plug — Power 3 W — Office" in lines
    assert lines[-1] == "devices and a name or an area shows what can be set."
    assert "Hub S3" in f"{await world.ask('devices hub')}\n{await world.ask('more')}"


async def test_without_devices_the_reason_is_told() -> None:
    assert await World().ask("devices") == "No device has announced itself below homeassistant yet."
    off = World(discovery_prefix="")
    assert "MQTT discovery is off" in await off.ask("devices")


async def test_what_says_it_is_offline_is_marked() -> None:
    world = home()
    assert "offline" not in await world.ask("devices lampe")
    world.receive("z/bridge", "online")
    world.receive("z/lamp/there", '{"state": "offline"}')
    assert "offline" in await world.ask("devices lampe")
    world.receive("z/lamp/there", '{"state": "online"}')
    assert "offline" not in await world.ask("devices lampe")


@pytest.mark.parametrize(
    ("mode", "said", "offline"),
    [
        ("all", [("a", "online")], False),
        ("all", [("a", "online"), ("b", "offline")], True),
        ("any", [("a", "online"), ("b", "offline")], False),
        ("any", [("a", "offline")], False),
        ("any", [("a", "offline"), ("b", "offline")], True),
        ("latest", [("a", "offline"), ("b", "online")], False),
        (None, [("b", "online"), ("a", "offline")], True),
        ("latest", [("a", "strange")], False),
    ],
)
async def test_several_topics_tell_together_whether_a_thing_is_there(
    mode: str | None, said: list[tuple[str, str]], offline: bool
) -> None:
    world = World(Subscription("#"))
    config = {"name": "X", "cmd_t": "x/set", "avty": [{"t": "a"}, {"t": "~b"}], "avty_mode": mode, "~": ""}
    announced(world, "switch", "x", config)
    for topic, payload in said:
        world.clock.time += 1
        world.receive(topic, payload)
    assert ("offline" in await world.ask("devices x")) is offline


@pytest.mark.parametrize("first", ["a", "b"])
async def test_of_what_was_read_at_one_time_the_last_counts(first: str) -> None:
    world = World(Subscription("#"))
    announced(world, "switch", "x", {"name": "X", "cmd_t": "x/set", "avty": [{"t": "a"}, {"t": "b"}]})
    world.receive(first, "online")
    world.receive("b" if first == "a" else "a", "offline")
    assert "offline" in await world.ask("devices x")
    world.receive(first, "online")
    assert "offline" not in await world.ask("devices x")


async def test_one_availability_topic_is_enough() -> None:
    world = World(Subscription("#"))
    config = {"name": "X", "~": "x", "avty_t": "~/there", "pl_avail": "up", "pl_not_avail": "down"}
    announced(world, "sensor", "x", {**config, "stat_t": "~/state"})
    world.receive("x/there", "down")
    world.receive("x/state", "5")
    assert (await world.ask("devices")).splitlines()[1] == "• X — 5 — offline"


async def test_what_a_device_says_once_holds_for_its_parts() -> None:
    world = World(Subscription("#"))
    parts = {"a": {"p": "switch", "name": "A"}, "b": {"p": "select", "name": "B", "ops": ["x"]}}
    device = {"dev": {"name": "Box"}, "cmd_t": "box/set", "qos": 2, "avty": {"t": "box/there"}, "cmps": parts}
    announced(world, "device", "box", device)
    assert (
        await world.ask("set box a on")
        == "Box A: on. It does not report back, so this is only what it was told."
    )
    assert world.broker.published == [("box/set", b"ON", QoS.EXACTLY_ONCE, False)]
    world.receive("box/there", "offline")
    assert await world.ask("set box b x") == (
        "Box B is offline, so nothing was sent. Add --force to send it all the same."
    )


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        ("", "• Küchenlampe — can be set"),
        (b"\x89PNG\r\n\x1a\n\0\0", "• Küchenlampe — can be set"),
        ("x" * 5_000, "• Küchenlampe — can be set"),
        (
            '{"state": "Boosting", "brightness": true, "color_temp": 0}',
            "• Küchenlampe — can be set",
        ),
        ('{"state": 1, "brightness": "x"}', "• Küchenlampe — can be set"),
        ("[1]", "• Küchenlampe — can be set"),
    ],
)
async def test_a_strange_state_is_left_out(payload: str | bytes, line: str) -> None:
    world = home()
    world.receive("z/lamp", payload)
    assert (await world.ask("devices lampe")).splitlines()[1].startswith(line)


async def test_a_retained_state_that_comes_before_its_configuration_is_known() -> None:
    world = World(Subscription("#"))
    world.receive("z/plug", '{"state": "ON", "power": 3}', retain=True)
    world.receive("z/lamp", "x" * 5_000, retain=True)
    announced(world, "switch", "plug", PLUG)
    announced(world, "sensor", "power", POWER)
    announced(world, "light", "lamp", LAMP)
    assert (await world.ask("devices plug")).splitlines()[1:3] == [
        "• Plug Power — 3 W — Office",
        "• Plug Relay — on — can be set: on, off — Office",
    ]
    assert world.bot.readings.devices.newest("z/lamp") is None


@pytest.mark.parametrize(("bound", "most"), [("_MOST_EARLY", 2), ("_MOST_KEPT_EARLY", 2)])
def test_of_the_early_states_the_newest_are_kept(
    monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    monkeypatch.setattr(f"bot.discovery.devices.{bound}", most)
    world = World(Subscription("#"))
    for topic in ("a", "b", "a", "z/plug"):
        world.receive(topic, "1", retain=True)
    assert list(world.bot.readings.devices._early) == ["a", "z/plug"]


# Setting.


@pytest.mark.parametrize(
    ("words", "topic", "payload", "answer"),
    [
        ("plug on", "z/plug/set", "ON", "Plug Relay: on (sent)"),
        ("Plug Relay aus", "z/plug/set", "OFF", "Plug Relay: off (sent)"),
        ('"plug relay" on', "z/plug/set", "ON", "Plug Relay: on (sent)"),
        ("kuchenlampe off", "z/lamp/set", '{"state": "OFF"}', "Küchenlampe: off (sent)"),
        ("lampe on", "z/lamp/set", '{"state": "ON"}', "Küchenlampe: on (sent)"),
        (
            "küche 40",
            "z/lamp/set",
            '{"state": "ON", "brightness": 102}',
            "Küchenlampe: brightness 40 % (sent)",
        ),
        (
            "küchenlampe helligkeit 100 %",
            "z/lamp/set",
            '{"state": "ON", "brightness": 254}',
            "Küchenlampe: brightness 100 % (sent)",
        ),
        (
            "küchenlampe color temp 2500 K",
            "z/lamp/set",
            '{"state": "ON", "color_temp": 400}',
            "Küchenlampe: color temp 2500 K (sent)",
        ),
        ("heating 21,5", "z/heat/temperature", "21.5", "Heating: temperature 21.5 °C (sent)"),
        ("heating heat", "z/heat/mode", "heat", "Heating: mode heat (sent)"),
        ("heating eco", "z/heat/preset", "eco", "Heating: preset eco (sent)"),
        ("heating mode off", "z/heat/mode", "off", "Heating: mode off (sent)"),
        (
            "restart",
            "z/restart",
            "PRESS",
            "Bridge Restart: press. It does not report back, so this is only what it was told.",
        ),
        ("front door lock", "z/door/set", "LOCK", "Front door: lock (sent)"),
    ],
)
async def test_a_thing_is_set(words: str, topic: str, payload: str, answer: str) -> None:
    world = home()
    told = await world.ask(f"/mqtt set {words}")
    assert told == answer
    assert [(each[0], each[1].decode()) for each in world.broker.published] == [(topic, payload)]
    assert world.history.publishes[0][2] == f"chat:{ME}"


async def test_quality_and_retain_are_those_of_the_configuration() -> None:
    world = home()
    await world.ask("set plug on")
    await world.ask("set heating heat")
    assert [each[2:] for each in world.broker.published] == [
        (QoS.AT_LEAST_ONCE, True),
        (QoS.AT_MOST_ONCE, False),
    ]


async def test_what_a_thing_was_told_is_shown_if_it_tells_nothing_itself() -> None:
    world = World()
    announced(world, "switch", "x", {"name": "X", "cmd_t": "x"})
    await world.ask("set x on")
    assert (await world.ask("devices x")).splitlines()[1] == "• X — on — can be set: on, off"
    announced(world, "switch", "x", {"name": "X", "cmd_t": "y"})
    assert (await world.ask("devices x")).splitlines()[1] == "• X — can be set: on, off"


async def test_a_lamp_with_a_topic_for_each_thing_is_dimmed_and_switched_on() -> None:
    world = World()
    announced(world, "light", "x", {"name": "X", "cmd_t": "x", "stat_t": "s", "bri_cmd_t": "b"})
    assert await world.ask("set x 100") == "X: brightness 100 %"
    assert [each[:2] for each in world.broker.published] == [("b", b"255"), ("x", b"ON")]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (
            "heating 40",
            (
                "Heating cannot be set to “40”. Possible: temperature 5 to 30 °C, in steps of 0.5; "
                "mode off, heat; preset eco, comfort, none"
            ),
        ),
        (
            "heating temperature 21.3",
            "Heating cannot be set to “temperature 21.3”. Possible: temperature 5 to 30 °C, in steps of 0.5",
        ),
        (
            "heating preset warm",
            "Heating cannot be set to “preset warm”. Possible: preset eco, comfort, none",
        ),
        ("plug", "What should Plug Relay be set to? Possible: on, off"),
        # A device whose name has several words, the first of which is the name of its area.
        ("plug relay", "What should Plug Relay be set to? Possible: on, off"),
        ("plug power 5", "Nothing can be set about Plug Power from here."),
        ("pow 5", "Nothing can be set about Plug Power from here."),
        ("plug relay up", "Plug Relay cannot be set to “up”. Possible: on, off"),
        ("frot door lock", "Nothing is called “frot door”. Set Front door: lock? yes or no"),
        ("nothing at all", "I know no “nothing at all”. What there is: topics, devices"),
        ("-- on", "I know no “on”. What there is: topics, devices"),
    ],
)
async def test_a_wrong_name_or_value_is_told_with_what_is_right(words: str, answer: str) -> None:
    world = home()
    assert await world.ask(f"set {words}") == answer
    assert world.broker.published == []


async def test_a_name_that_could_be_several_is_asked_back() -> None:
    world = home()
    for room in ("Office", "Attic"):
        config = {"name": "Lamp", "cmd_t": f"{room}/set", "dev": {"name": f"{room} corner", "sa": room}}
        announced(world, "switch", room, config)
    asked = (
        "Which “lamp”?\n1 Attic corner Lamp\n2 Office corner Lamp\n"
        "Answer with a number or a word: attic, office"
    )
    assert await world.ask("set lamp on") == asked
    assert await world.ask("set lamp up") == asked
    assert (await world.ask("set attic lamp on")).startswith("Attic corner Lamp: on")
    assert [each[0] for each in world.broker.published] == ["Attic/set"]


async def test_a_whole_name_counts_before_a_longer_one_that_begins_like_it() -> None:
    world = World()
    for number, name in enumerate(("Lampshade", "Lamp", "Lamp post")):
        announced(world, "switch", f"s{number}", {"name": name, "cmd_t": name})
    await world.ask("set lamp on")
    assert [each[0] for each in world.broker.published] == ["Lamp"]


async def test_of_many_that_are_meant_some_are_told() -> None:
    world = World()
    for number in range(10):
        announced(world, "switch", f"s{number}", {"name": f"Lamp {number}", "cmd_t": "x"})
    assert "\n8 Lamp 7\n…\n" in await world.ask("set lamp on")


async def test_what_only_sets_a_device_up_is_not_meant_if_anything_else_is() -> None:
    world = home()
    config = {"name": "LED", "cmd_t": "z/led", "ent_cat": "config", "dev": PLUG["dev"]}
    announced(world, "switch", "led", config)
    assert await world.ask("set plug on") == "Plug Relay: on (sent)"
    assert (await world.ask("set plug led on")).startswith("Plug LED: on")


async def test_the_longest_name_counts_whose_value_is_allowed() -> None:
    world = home()
    announced(world, "number", "delay", {"name": "Plug on delay", "cmd_t": "z/delay", "max": 60})
    assert await world.ask("set plug on") == "Plug Relay: on (sent)"
    assert (await world.ask("set plug on delay 30")).startswith("Plug on delay: 30")


@pytest.mark.parametrize(
    ("template", "payload"),
    [
        ("{{ value }}", b"30"),
        ("{{ value | int }}", b"30"),
        ('{"to": {{ value }}}', b'{"to": 30}'),
        ("GO", b"GO"),
    ],
)
async def test_a_simple_command_template_writes_the_payload(template: str, payload: bytes) -> None:
    world = World()
    announced(world, "number", "x", {"name": "X", "cmd_t": "x", "stat_t": "s", "cmd_tpl": template})
    world.templates.rendered['{"to": {{ value }}}', "30"] = '{"to": 30}'
    assert await world.ask("set x 30") == "X: 30"
    assert world.broker.published[0][1] == payload


@pytest.mark.parametrize("template", ["{{ this.state }}", "{{ entity_id }}", "{% for i in x %}{% endfor %}"])
async def test_another_command_template_is_refused(template: str) -> None:
    world = World()
    announced(world, "number", "x", {"name": "X", "cmd_t": "x", "cmd_tpl": template})
    world.templates.refused.add("{% for i in x %}{% endfor %}")
    assert await world.ask("set x 30") == (
        "X wants its commands written by a template that this bot does not run, so nothing was sent."
    )
    assert world.broker.published == []


async def test_an_offline_thing_is_set_only_if_it_is_insisted_on() -> None:
    world = home()
    world.receive("z/bridge", "offline")
    assert await world.ask("set küchenlampe on") == (
        "Küchenlampe is offline, so nothing was sent. Add --force to send it all the same."
    )
    assert world.broker.published == []
    assert await world.ask("set küchenlampe on --force") == (
        "Küchenlampe: on. It is offline, so it may never get this."
    )
    assert len(world.broker.published) == 1


async def test_unlocking_is_asked_about_first() -> None:
    world = home()
    asked = await world.ask("set front door unlock")
    assert asked.startswith("⚠ Front door will be set to unlock.")
    assert world.broker.published == []
    assert await world.ask("yes") == "Front door: unlock (sent)"
    assert [each[:2] for each in world.broker.published] == [("z/door/set", b"UNLOCK")]


async def test_locking_and_a_confirmed_unlocking_are_done_at_once() -> None:
    world = home()
    assert await world.ask("set front door lock") == "Front door: lock (sent)"
    assert await world.ask("set --confirm front door unlock") == "Front door: unlock (sent)"


async def test_an_action_cannot_be_asked_back() -> None:
    world = home()
    with pytest.raises(BotError, match="not_confirmed"):
        await world.bot.execute(
            bind(Set, {"name": "Front door", "value": "unlock"}), Caller(Surface.ACTION, ME, Role.ADMIN)
        )


async def test_an_action_learns_what_was_published() -> None:
    world = home()
    reply = await world.bot.execute(
        bind(Set, {"name": "Plug", "value": "on"}), Caller(Surface.ACTION, ME, Role.OPERATOR)
    )
    assert isinstance(reply, Text)
    assert reply.facts == {
        "name": "Plug Relay",
        "value": "on",
        "published": [{"topic": "z/plug/set", "payload": "ON"}],
        "offline": False,
    }


async def test_a_viewer_may_look_but_not_set() -> None:
    world = home()
    assert "operator" in await world.ask("set plug on", GUEST, Role.VIEWER)
    assert "Plug Relay" in await world.ask("devices plug", GUEST, Role.VIEWER)
    assert world.broker.published == []


# The configurations.


async def test_discovery_tells_how_things_stand() -> None:
    assert await home().ask("discovery") == (
        "MQTT discovery is on, below homeassistant. Devices: 5, entities: 6, that can be set: 5. "
        "List: devices"
    )
    assert "below homeassistant" in await home().ask("discovery prefix ha")
    assert (await World(discovery_prefix="").ask("discovery prefix")).startswith("MQTT discovery is off")


async def test_discovery_is_switched_off_and_on() -> None:
    world = home()
    assert (await world.ask("discovery disable")).startswith("MQTT discovery is off. Nothing was removed")
    assert world.bot.rules.discovery_prefix == ""
    assert list(world.bot.readings.devices) == []
    assert (await world.ask("discovery off")).startswith("MQTT discovery is off.")
    assert (await world.ask("discovery refresh")).startswith("MQTT discovery is off:")
    assert (await world.ask("discovery on")).startswith("MQTT discovery is on.")
    assert world.bot.rules.discovery_prefix == "homeassistant"


async def test_discovery_reads_the_configurations_anew() -> None:
    world = home()
    world.receive("z/plug", '{"state": "ON"}')
    assert (await world.ask("discovery refresh")).startswith(
        "The configurations below homeassistant are read"
    )
    assert world.broker.renewed[:2] == ["homeassistant/+/+/config", "homeassistant/+/+/+/config"]
    assert {"tasmota/discovery/#", "homie/5/+/$description"} < set(world.broker.renewed)
    assert list(world.bot.readings.devices) == []
    announced(world, "switch", "plug", PLUG)
    assert "Plug Relay — on" in await world.ask("devices")


async def test_the_filter_that_covers_the_configurations_is_read_anew() -> None:
    world = World(Subscription("#"), Subscription("other/a"))
    await world.ask("discovery update")
    assert world.broker.renewed == ["#"]


async def test_without_a_connection_the_configurations_come_with_it() -> None:
    world = home()
    world.bot.broker_changed(CONNECTING)
    assert "as soon as it is" in await world.ask("discovery refresh")
    assert len(list(world.bot.readings.devices)) == 6
    assert world.broker.renewed == []


async def test_only_an_admin_changes_discovery() -> None:
    world = home()
    assert "admin" in await world.ask("discovery off", role=Role.OPERATOR)
    assert world.bot.rules.discovery_prefix
    assert "on, off, refresh, prefix" in await world.ask("discovery sideways")


# What is kept.


def test_what_is_withdrawn_is_forgotten() -> None:
    world = home()
    world.receive("z/plug", '{"state": "ON"}')
    for component, name in (("switch", "plug"), ("sensor", "power"), ("light", "lamp")):
        world.receive(f"homeassistant/{component}/{name}/config", b"")
    devices = world.bot.readings.devices
    assert [entity.full_name for entity in devices] == ["Heating", "Front door", "Bridge Restart"]
    assert devices.newest("z/plug") is None
    assert len(devices) == 3


def test_a_topic_of_two_entities_is_kept_as_long_as_one_is_there() -> None:
    world = home()
    world.receive("z/plug", '{"state": "ON"}')
    world.receive("homeassistant/sensor/power/config", b"")
    assert world.bot.readings.devices.newest("z/plug") is not None


def entities(topic: str = "t", **config: object) -> tuple[Entity, ...]:
    """Return what a configuration announces."""
    return (entity_of(f"{topic} 0", config, bindings_of(config)),)


def test_the_newest_payloads_take_bounded_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.discovery.devices._MOST_KEPT", 10)
    known = Known()
    known.learn("a", entities(platform="switch", name="A", state_topic="z/a"))
    known.learn("b", entities(platform="switch", name="B", state_topic="z/b"))
    known.note(Message("z/a", b"12345678"))
    known.note(Message("z/b", b"123"))
    assert (known.newest("z/a"), known.newest("z/b")) == ((0.0, b"12345678"), None)
    known.note(Message("z/a", b"12345678901"))
    assert known.newest("z/a") is None
    known.note(Message("z/b", b"123"))
    assert known.newest("z/b") == (0.0, b"123")


def test_a_nameless_entity_is_called_after_its_kind() -> None:
    assert entities(platform="switch")[0].full_name == "switch"


def test_names_are_compared_without_accents_and_signs() -> None:
    assert name_words("Living-Room_Lämp  É") == ("living", "room", "lamp", "e")


def many(count: int) -> Known:
    known = Known()
    for number in range(count):
        config = {"platform": "switch", "name": f"Lamp {number}", "command_topic": "x"}
        known.learn(f"t{number}", entities(f"t{number}", **config))
    return known


def test_among_many_names_only_those_that_begin_alike_are_compared() -> None:
    known = many(310)
    known.learn("door", entities("door", platform="lock", name="Front door", command_topic="x"))
    assert known.similar("Frnot door") == ["Front door"]
    assert known.similar("rFont door") == []


def test_what_was_looked_for_is_remembered_only_for_a_while() -> None:
    known = many(3)
    for number in range(150):
        known.found((f"lamp{number}",))
    assert len(known._fitting) <= 100
    assert len(known.found(("lamp",))) == 3
    known.learn("t1", ())
    assert len(known.found(("lamp",))) == 2


def test_nothing_is_left_of_what_was_withdrawn() -> None:
    known = many(3)
    known.found(("lamp",))
    for number in range(3):
        known.learn(f"t{number}", ())
    assert (known._index, known._by_id, known._words, known._fitting) == ({}, {}, {}, {})

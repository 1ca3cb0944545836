"""Home Assistant's discovery configurations: names, units, templates of the values on a topic."""

from importlib.util import find_spec
import json
from pathlib import Path
import runpy

from fakes import World
from hypothesis import given, strategies as st
import pytest

from bot.discovery.abbreviations import COMMAND_KEYS, FORM_KEYS, STATE_KEYS
from bot.discovery.bindings import Binding
from bot.discovery.discovery import Discovery
from bot.discovery.forms import NUMERIC
from bot.discovery.templates import compile_template

TOPIC = "homeassistant/sensor/kitchen/config"


def learned(config: object, topic: str = TOPIC) -> Discovery:
    discovery = Discovery("homeassistant")
    discovery.learn(topic, json.dumps(config).encode())
    return discovery


def entity(component: str, **config: object) -> Discovery:
    return learned(config, f"homeassistant/{component}/x/config")


def test_every_short_key_that_names_an_incoming_topic_or_its_template_is_known() -> None:
    spec = find_spec("homeassistant")
    assert spec is not None
    assert spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "components/mqtt/abbreviations.py"
    known: dict[str, str] = runpy.run_path(str(path))["ABBREVIATIONS"]
    outgoing = ("command", "set_position", "set_fan_speed", "blue_t", "green_t", "red_t", "last_reset")
    wanted = {
        short: full
        for short, full in known.items()
        if full.endswith(("topic", "template")) and not any(word in full for word in outgoing)
    }
    assert len(wanted) > 50
    assert {short: STATE_KEYS.get(short) for short in wanted} == wanted
    ours = STATE_KEYS | COMMAND_KEYS | FORM_KEYS
    assert {short: known.get(short) for short in ours} == ours
    states = {short: full for short, full in known.items() if full.startswith("state_")}
    assert {short: ours.get(short) for short in states} == states


@pytest.mark.parametrize(
    "topic",
    [
        "homeassistant/sensor/kitchen/config",
        "homeassistant/sensor/node_1/kitchen-2/config",
        "homeassistant/device/kitchen/config",
    ],
)
def test_a_configuration_is_known_by_its_topic(topic: str) -> None:
    assert Discovery("homeassistant").is_config(topic)


@pytest.mark.parametrize(
    "topic",
    [
        "homeassistant/status",
        "homeassistant/config",
        "homeassistant/sensor/config",
        "homeassistant/sensor/a/b/c/config",
        "homeassistant/sensor/a b/config",
        "homeassistants/sensor/a/config",
        "other/sensor/a/config",
        "homeassistant/sensor/a/state",
    ],
)
def test_other_topics_are_no_configurations(topic: str) -> None:
    assert not Discovery("homeassistant").is_config(topic)


def test_without_a_prefix_nothing_is_a_configuration() -> None:
    assert not Discovery("").is_config("/sensor/a/config")


def test_a_prefix_may_have_levels() -> None:
    assert Discovery("my/ha").is_config("my/ha/sensor/a/config")


def test_a_sensor_is_learned() -> None:
    discovery = learned(
        {
            "name": "Temperature",
            "state_topic": "z/kitchen",
            "value_template": "{{ value_json.temperature }}",
            "unit_of_measurement": "°C",
            "device": {"name": "Kitchen", "identifiers": ["x"]},
        }
    )
    template = compile_template("{{ value_json.temperature }}")
    binding = Binding("Kitchen", "Temperature", "°C", template, NUMERIC, component="sensor")
    assert discovery.bindings("z/kitchen") == (binding,)
    assert binding.name == "Kitchen Temperature"


@pytest.mark.parametrize(
    ("more", "main"),
    [({}, True), ({"ent_cat": "diagnostic"}, False), ({"en": False}, False), ({"ent_cat": None}, True)],
)
def test_what_diagnoses_or_is_not_enabled_is_not_main(more: dict[str, object], main: bool) -> None:
    (binding,) = learned({"name": "X", "stat_t": "z", **more}).bindings("z")
    assert (binding.component, binding.main) == ("sensor", main)


def test_short_keys_and_the_base_topic_mean_the_same() -> None:
    short = learned(
        {
            "~": "z/kitchen",
            "name": "Temperature",
            "stat_t": "~",
            "val_tpl": "{{ value_json.t }}",
            "unit_of_meas": "°C",
            "dev": {"name": "Kitchen"},
            "avty_t": "~/availability",
            "json_attr_t": "attributes/~",
        }
    )
    assert [binding.name for binding in short.bindings("z/kitchen")] == ["Kitchen Temperature"]
    assert [binding.name for binding in short.bindings("z/kitchen/availability")] == ["Kitchen availability"]
    assert [binding.name for binding in short.bindings("attributes/z/kitchen")] == ["Kitchen Temperature"]


def test_a_base_that_is_no_text_is_ignored() -> None:
    assert [binding.name for binding in learned({"~": 1, "stat_t": "a", "name": "A"}).bindings("a")] == ["A"]


def test_a_device_brings_its_components() -> None:
    discovery = learned(
        {
            "dev": {"name": "Plug"},
            "stat_t": "z/plug",
            "o": {"name": "z"},
            "cmps": {
                "power": {
                    "p": "sensor",
                    "name": "Power",
                    "val_tpl": "{{ value_json.power }}",
                    "unit_of_meas": "W",
                },
                "relay": {"p": "switch", "name": None, "~": "z", "stat_t": "~/relay"},
                "gone": "broken",
            },
        },
        "homeassistant/device/plug/config",
    )
    assert [(binding.name, binding.unit) for binding in discovery.bindings("z/plug")] == [("Plug Power", "W")]
    assert [binding.name for binding in discovery.bindings("z/relay")] == ["Plug"]


def test_a_device_without_components_is_ignored() -> None:
    assert learned({"dev": {"name": "x"}, "stat_t": "z"}, "homeassistant/device/x/config").bindings("z") == ()


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({"name": "Power"}, "Power"),
        ({"name": "Power", "dev": {"name": "Plug"}}, "Plug Power"),
        ({"name": "Plug power", "dev": {"name": "Plug"}}, "Plug power"),
        ({"name": None, "dev": {"name": "Plug"}}, "Plug"),
        ({"dev": {"name": "Plug"}}, "Plug"),
        ({"dev_cla": "apparent_power", "dev": {"name": "Plug"}}, "Plug Apparent power"),
        ({"name": 7, "dev": "Plug"}, ""),
        ({"name": " a\n\u202eb ", "dev": {"name": 1}}, "a b"),
    ],
)
def test_names_are_made_as_home_assistant_makes_them(config: dict[str, object], name: str) -> None:
    (binding,) = learned({**config, "stat_t": "z"}).bindings("z")
    assert binding.name == name


@pytest.mark.parametrize(
    ("topic_key", "template_key", "entity"),
    [
        ("stat_t", "val_tpl", "X"),
        ("stat_t", "stat_tpl", "X"),
        ("stat_t", "stat_val_tpl", "X"),
        ("curr_temp_t", "curr_temp_tpl", "X current temperature"),
        ("temp_stat_t", "temp_stat_tpl", "X temperature"),
        ("mode_stat_t", "mode_stat_tpl", "X mode"),
        ("bri_stat_t", "bri_val_tpl", "X brightness"),
        ("bri_stat_t", "bri_tpl", "X brightness"),
        ("pos_t", "pos_tpl", "X position"),
        ("tilt_status_t", "tilt_status_tpl", "X tilt"),
        ("l_ver_t", "l_ver_tpl", "X latest version"),
        ("act_stat_t", "act_val_tpl", "X activity"),
        ("act_t", "act_tpl", "X action"),
        ("url_t", "url_tpl", "X"),
    ],
)
def test_a_topic_has_the_template_that_belongs_to_it(topic_key: str, template_key: str, entity: str) -> None:
    config = {
        "name": "X",
        topic_key: "z",
        template_key: "{{ value_json.v }}",
        "cmd_tpl": "{{ no }}",
        "b_tpl": "{{ no }}",
    }
    (binding,) = learned(config).bindings("z")
    assert (binding.entity, binding.template) == (entity, compile_template("{{ value_json.v }}"))


def test_an_aspect_of_a_nameless_entity_is_named() -> None:
    (binding,) = learned({"curr_temp_t": "z", "dev": {"name": "Heating"}, "temp_unit": "C"}).bindings("z")
    assert (binding.name, binding.unit) == ("Heating Current temperature", "°C")


def test_only_temperatures_have_the_temperature_unit() -> None:
    (binding,) = entity("climate", name="X", curr_hum_t="z", temp_unit="C").bindings("z")
    assert binding.unit == "%"
    (binding,) = entity("climate", name="X", mode_stat_t="z", temp_unit="C").bindings("z")
    assert binding.unit == ""


@pytest.mark.parametrize("key", ["cmd_t", "command_topic", "set_pos_t", "set_position_topic", "bri_cmd_t"])
def test_topics_that_are_only_sent_to_are_not_bound(key: str) -> None:
    assert learned({"name": "X", key: "z"}).bindings("z") == ()


def test_the_payloads_for_on_and_off_are_kept() -> None:
    (binding,) = entity("switch", name="X", stat_t="z", pl_on=False, pl_off="CLOSED").bindings("z")
    assert dict(binding.form.payloads) == {"false": "on", "closed": "off", "on": "on", "off": "off"}


def test_attributes_stand_aside_for_values() -> None:
    config = {"name": "X", "stat_t": "z", "val_tpl": "{{ value_json.x }}", "json_attr_t": "z"}
    assert [binding.aside for binding in learned(config).bindings("z")] == [False]


def test_many_entities_share_one_topic() -> None:
    discovery = Discovery("homeassistant")
    for name in ("a", "b"):
        config = {"name": name, "stat_t": "z", "val_tpl": f"{{{{ value_json.{name} }}}}"}
        discovery.learn(f"homeassistant/sensor/{name}/config", json.dumps(config).encode())
    assert [binding.name for binding in discovery.bindings("z")] == ["a", "b"]
    assert discovery.learn("homeassistant/sensor/a/config", b"")
    assert [binding.name for binding in discovery.bindings("z")] == ["b"]


def test_an_empty_payload_removes_what_was_learned() -> None:
    discovery = learned({"name": "X", "stat_t": "z"})
    assert discovery.learn(TOPIC, b"")
    assert discovery.bindings("z") == ()
    assert not discovery.learn(TOPIC, b"")


def test_the_same_configuration_again_changes_nothing() -> None:
    discovery = learned({"name": "X", "stat_t": "z"})
    assert not discovery.learn(TOPIC, json.dumps({"name": "X", "stat_t": "z"}).encode())


def test_a_new_configuration_replaces_the_old_one() -> None:
    discovery = learned({"name": "X", "stat_t": "old"})
    discovery.learn(TOPIC, json.dumps({"name": "Y", "stat_t": "new"}).encode())
    assert discovery.bindings("old") == ()
    assert [binding.name for binding in discovery.bindings("new")] == ["Y"]


@pytest.mark.parametrize(
    "payload",
    [
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"stat_t": 7}',
        b'{"stat_t": ""}',
        b'{"stat_t": {"a": 1}}',
        b'{"stat_t": "z", "x": "' + b"x" * 300_000 + b'"}',
    ],
)
def test_an_invalid_configuration_is_ignored(payload: bytes) -> None:
    discovery = Discovery("homeassistant")
    assert not discovery.learn(TOPIC, payload)
    assert discovery.bindings("z") == ()


MORE = "homeassistant/sensor/more/config"


@pytest.mark.parametrize("bound", ["_MOST_ENTITIES", "_MOST_KEPT"])
def test_who_came_first_stays_and_a_removal_makes_room(monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    monkeypatch.setattr(f"bot.discovery.discovery.{bound}", 1 if bound == "_MOST_ENTITIES" else 3_000)
    discovery = learned({"name": "X", "stat_t": "z"})
    for _ in range(2):
        assert not discovery.learn(MORE, b'{"stat_t": "y"}')
        assert discovery.refused == 1
    assert discovery.learn(TOPIC, b'{"name": "X", "stat_t": "x"}')
    assert discovery.learn(TOPIC, b"")
    assert discovery.learn(MORE, b'{"stat_t": "y"}')
    assert discovery.refused == 0


def test_one_configuration_does_not_take_the_room_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.discovery.discovery._MOST_KEPT_OF_ONE", 10_000)
    discovery = learned(many(2, "z/{}"), "homeassistant/device/x/config")
    assert discovery.learn("homeassistant/device/y/config", json.dumps(many(20, "y/{}")).encode()) is False
    assert (discovery.refused, len(discovery.bindings("z/1"))) == (1, 1)


def test_what_is_refused_is_not_remembered_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.discovery.discovery._MOST_ENTITIES", 0)
    monkeypatch.setattr("bot.discovery.discovery._MOST_REFUSED", 3)
    discovery = Discovery("homeassistant")
    for number in range(5):
        discovery.learn(f"homeassistant/sensor/{number}/config", b'{"stat_t": "y"}')
    assert discovery.refused == 3


def sizes(discovery: Discovery) -> int:
    """Return the characters of everything that is known of one topic."""
    found = discovery.bindings("z")
    written = [payload for each in found for payload, _ in each.form.payloads]
    return max(len(text) for each in found for text in (each.device, each.entity, *written))


def test_what_a_device_says_once_is_not_kept_at_length_for_each_entity() -> None:
    part = {"p": "switch", "name": "n" * 9_000, "stat_t": "z", "pl_on": "o" * 9_000}
    device = {"dev": {"name": "d" * 9_000}, "cmps": {"a": part}}
    assert sizes(learned(device, "homeassistant/device/x/config")) == 255


def test_a_base_that_makes_topics_too_long_stays_out() -> None:
    discovery = learned({"name": "X", "~": "b" * 1_020, "stat_t": "~/long", "mode_stat_t": "~/a"})
    assert discovery.bindings("~/long")
    assert discovery.bindings("b" * 1_020 + "/a")


def test_a_topic_longer_than_those_of_devices_is_none() -> None:
    assert learned({"name": "X", "stat_t": "z" * 1_025}).bindings("z" * 1_025) == ()


def test_an_entity_has_no_more_topics_than_entities_have() -> None:
    discovery = learned({f"{number}_topic": f"z/{number}" for number in range(21)})
    assert (len(discovery.bindings("z/19")), len(discovery.bindings("z/20"))) == (1, 0)


def test_of_a_template_too_long_to_be_run_no_more_is_kept() -> None:
    (binding,) = learned({"name": "X", "stat_t": "z", "val_tpl": "{{ value|x }}" * 9_000}).bindings("z")
    assert binding.template is not None
    assert len(binding.template.source) == 2_049


def many(count: int, topic: str) -> dict[str, object]:
    """Return a device of so many sensors; a `{}` in their topic is the number of each."""
    parts = {f"c{n}": {"name": f"S{n}", "stat_t": topic.format(n)} for n in range(count)}
    return {"dev": {"name": "Device"}, "cmps": parts}


def test_the_topics_of_one_configuration_are_bounded() -> None:
    discovery = learned(many(1_001, "z/{}"), "homeassistant/device/x/config")
    assert discovery.bindings("z/999")
    assert not discovery.bindings("z/1000")


def test_the_entities_of_one_topic_are_bounded() -> None:
    discovery = learned(many(101, "z"), "homeassistant/device/x/config")
    discovery.learn("homeassistant/device/y/config", json.dumps(many(50, "z")).encode())
    assert [binding.entity for binding in discovery.bindings("z")] == [f"S{n}" for n in range(100)]


KEYS = st.sampled_from([*STATE_KEYS, *STATE_KEYS.values(), "~", "other"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["z", "~", "~/z", "", "{{ value }}", "ON"]),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, max_size=8), st.sampled_from(["sensor", "device"]))
def test_any_configuration_is_taken_in_and_taken_out_again(config: dict[str, object], component: str) -> None:
    topic = f"homeassistant/{component}/x/config"
    discovery = learned(config, topic)
    discovery.learn(topic, b"")
    assert (discovery._configs, discovery._by_topic) == ({}, {})


def test_no_word_finds_nothing() -> None:
    assert World().bot.readings.devices.found(()) == []

"""Values of discovered entities as Home Assistant has them, and as people read them."""

import json
from math import isfinite
from typing import override

from hypothesis import example, given, strategies as st
from phrases import RealPhrases
import pytest

from bot.discovery.entity_state import expired, is_offline, state_text
from bot.discovery.forms import Brightness, Count, Form, Mired, Percent, StepForm
from bot.model.message import Message, Reading
from bot.ports import StateWords, Templates
from bot.reading.names import Names
from bot.reading.readings import Readings

VACUUM = '{"state": "docked", "fan_speed": "max"}'


class German(StateWords):
    """A few words of another language."""

    WORDS = {  # noqa: RUF012
        ("binary_sensor", "door", "", "on"): "Geöffnet",
        ("cover", "", "", "closed"): "Geschlossen",
        ("climate", "", "hvac_action", "heating"): "Heizbetrieb",
    }

    def __init__(self) -> None:
        self.asked = 0

    @override
    def phrase(self, key: str, **placeholders: object) -> str:
        return {"common.availability": "Verfügbarkeit", "common.version_available": "verfügbar"}.get(key, key)

    @override
    def state_word(self, component: str, state: str, *, device_class: str = "", attribute: str = "") -> str:
        self.asked += 1
        return self.WORDS.get((component, device_class, attribute, state), state)


class NoTemplates(Templates):
    """Runs no template that is more than a path."""

    @override
    def runs(self, template: str) -> bool:
        return False

    @override
    def render(self, template: str, text: str, json: object) -> str | None:
        return None


class Written(NoTemplates):
    """Renders each template to one text."""

    def __init__(self, text: str) -> None:
        self.text = text

    @override
    def render(self, template: str, text: str, json: object) -> str | None:
        return self.text


TEMPLATES = NoTemplates()


class Home:
    """One entity, or several, of which messages tell."""

    def __init__(
        self,
        component: str,
        *configs: dict[str, object],
        words: StateWords | None = None,
        templates: Templates = TEMPLATES,
    ) -> None:
        self.templates = templates
        self.readings = Readings(templates, words=words)
        for number, config in enumerate(configs):
            topic = f"homeassistant/{component}/e{number}/config"
            assert self.readings.learn(Message(topic, json.dumps(config).encode()))

    def hear(self, topic: str, payload: object, at: float = 100.0) -> Reading:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        message = Message(topic, text.encode(), received=at)
        self.readings.learn(message)
        return self.readings.read(message)

    def say(self, now: float = 100.0) -> str:
        (entity, *_) = self.readings.devices
        return state_text(entity, self.readings.devices, self.templates, now)

    def gone(self, now: float) -> bool:
        (entity, *_) = self.readings.devices
        return is_offline(entity, self.readings.devices, self.templates, now)


def said(component: str, config: dict[str, object], *payloads: tuple[str, object]) -> str:
    home = Home(component, config)
    for topic, payload in payloads:
        home.hear(topic, payload)
    return home.say()


@pytest.mark.parametrize(
    ("component", "config", "payload", "text"),
    [
        ("binary_sensor", {}, "ON", "on"),
        ("binary_sensor", {"pl_on": "bright", "pl_off": "dark"}, "dark", "off"),
        ("binary_sensor", {"payload_on": "off", "payload_off": "on"}, "on", "off"),
        ("switch", {"stat_on": 7, "stat_off": 8}, "8", "off"),
        ("switch", {"pl_on": "UNLOCK", "pl_off": "LOCK"}, "lock", "off"),
        ("fan", {}, "OFF", "off"),
        ("siren", {}, {"state": "ON", "tone": "loud"}, "on"),
        ("siren", {}, {"tone": "loud"}, ""),
        ("light", {}, "ON", "on"),
        ("cover", {"stat_clsd": "0", "stat_open": "9", "stat_opening": "8"}, "8", "opening"),
        ("cover", {}, "CLOSE", "closed"),
        ("cover", {}, "stopped", "stopped"),
        ("cover", {}, "None", ""),
        ("valve", {}, "closing", "closing"),
        ("valve", {"pos": True}, "0", "closed, 0 %"),
        ("valve", {"pos": True, "pos_open": 10}, "4", "open, 40 %"),
        ("valve", {"pos": True}, {"position": 70}, "open, 70 %"),
        ("valve", {"pos": True}, "opening", "opening"),
        ("lock", {"stat_locked": "1", "stat_jam": "3"}, "3", "jammed"),
        ("lock", {}, "UNLOCKED", "unlocked"),
        ("lock", {}, "LOCK", "locked"),
        ("alarm_control_panel", {}, "armed_night", "armed night"),
        ("device_tracker", {"pl_home": "here", "pl_not_home": "away"}, "away", "not home"),
        ("device_tracker", {}, "Office", "Office"),
        ("select", {}, "eco", "eco"),
        ("number", {}, "70.00", "70"),
        ("number", {}, "soon", ""),
        ("event", {}, {"event_type": "double", "button": "left"}, "double"),
        ("event", {}, {"event_type": None}, ""),
        ("event", {}, {"event_type": ["x"]}, ""),
        ("event", {}, {"event_type": 3}, "3"),
        ("event", {}, {"event_type": True}, "true"),
        ("sensor", {}, "0Z", "0Z"),
        ("sensor", {}, "12", "12"),
        ("sensor", {}, "12 W", "12 W"),
        ("sensor", {"unit_of_meas": "W"}, "12", "12 W"),
        ("sensor", {"unit_of_meas": "W"}, "nan", ""),
        ("sensor", {"stat_cla": "measurement"}, "-inf", ""),
        ("sensor", {"dev_cla": "power"}, "12A", "12 A"),
        ("sensor", {"dev_cla": "timestamp"}, "3E", "3E"),
        ("sensor", {}, "nan", "nan"),
        ("sensor", {"unit_of_meas": "V", "sug_dsp_prc": 2}, "229.9876", "229.99 V"),
        ("sensor", {"unit_of_meas": "V", "sug_dsp_prc": 1}, "7", "7.0 V"),
        ("sensor", {"sug_dsp_prc": 1}, "ready", "ready"),
        ("sensor", {"sug_dsp_prc": 0}, "1e200", "1e200"),
        ("sensor", {"unit_of_meas": "\u00b5g"}, "5", "5 \u03bcg"),
        ("sensor", {"unit_of_meas": "℃"}, "5", "5 °C"),
        ("vacuum", {}, {"state": "docked", "fan_speed": "max"}, "docked, fan speed max"),
        ("sensor", {"uniq_id": "q"}, "[1, 2]", ""),
    ],
)
def test_a_state_is_read_as_home_assistant_reads_it(
    component: str, config: dict[str, object], payload: object, text: str
) -> None:
    assert said(component, {"name": "X", "stat_t": "x", **config}, ("x", payload)) == text


@pytest.mark.parametrize(
    ("component", "config", "payloads", "text"),
    [
        ("cover", {"pos_t": "p", "pos_open": 0, "pos_clsd": 100}, [("p", "100")], "closed, 0 %"),
        ("cover", {"pos_t": "p", "pos_clsd": 100}, [("p", "7")], "open, 7 %"),
        ("cover", {"stat_t": "x", "pos_t": "p"}, [("x", "stopped"), ("p", "30")], "open, 30 %"),
        ("cover", {"stat_t": "x", "pos_t": "p"}, [("x", "opening"), ("p", "30.4")], "opening, 30 %"),
        (
            "cover",
            {"stat_t": "x", "tilt_status_t": "t", "tilt_max": 50},
            [("x", "open"), ("t", "25")],
            "open, tilt 50 %",
        ),
        ("fan", {"stat_t": "x", "pct_stat_t": "p", "spd_rng_max": 4}, [("x", "ON"), ("p", "3")], "on, 75 %"),
        ("fan", {"stat_t": "x", "pct_stat_t": "p"}, [("x", "OFF"), ("p", "3")], "off"),
        (
            "fan",
            {"stat_t": "x", "pr_mode_stat_t": "m", "osc_stat_t": "o"},
            [("x", "ON"), ("m", "breeze"), ("o", "oscillate_on")],
            "on, breeze, oscillation on",
        ),
        ("fan", {"stat_t": "x", "pr_mode_stat_t": "m"}, [("x", "ON"), ("m", "none")], "on"),
        (
            "light",
            {"stat_t": "x", "bri_stat_t": "b", "bri_scl": 100, "clr_temp_stat_t": "c"},
            [("x", "ON"), ("b", "40"), ("c", "250")],
            "on, 40 %, 4000 K",
        ),
        (
            "light",
            {"stat_t": "x", "clr_temp_stat_t": "c", "clr_temp_k": True},
            [("x", "ON"), ("c", "2700")],
            "on, 2700 K",
        ),
        ("light", {"stat_t": "x", "bri_stat_t": "b", "bri_scl": 0}, [("x", "ON"), ("b", "3")], "on, 3 %"),
        (
            "light",
            {"stat_t": "x", "bri_stat_t": "b", "clr_temp_stat_t": "c"},
            [("x", "ON"), ("b", "0"), ("c", "0")],
            "on",
        ),
        (
            "light",
            {"stat_t": "x", "schema": "json"},
            [("x", {"state": "ON", "brightness": 51, "color_temp": 300, "color_mode": "hs"})],
            "on, 20 %",
        ),
        ("light", {"stat_t": "x", "schema": "json"}, [("x", {"state": "OFF", "brightness": 51})], "off"),
        (
            "light",
            {"stat_t": "x", "schema": "json"},
            [("x", {"state": "ON", "effect": "rainbow"})],
            "on, effect rainbow",
        ),
        ("light", {"stat_t": "x", "schema": "json"}, [("x", {"state": "ON", "effect": "none"})], "on"),
        (
            "light",
            {
                "stat_t": "x",
                "schema": "template",
                "stat_tpl": "{{ value_json.s }}",
                "bri_tpl": "{{ value_json.b }}",
            },
            [("x", {"s": "on", "b": 128})],
            "on, 50 %",
        ),
        (
            "climate",
            {"curr_temp_t": "c", "temp_stat_t": "t", "act_t": "a", "temp_unit": "C"},
            [("c", "19.96"), ("t", "22.0"), ("a", "heating")],
            "20 °C → 22, heating",
        ),
        (
            "climate",
            {"curr_temp_t": "c", "mode_stat_t": "m", "temp_stat_t": "t", "act_t": "a"},
            [("c", "19"), ("m", "off"), ("t", "5"), ("a", "idle")],
            "19, off",
        ),
        (
            "climate",
            {"temp_lo_stat_t": "l", "temp_hi_stat_t": "h", "mode_stat_t": "m", "temp_unit": "F"},
            [("l", "66"), ("h", "72"), ("m", "heat_cool")],
            "→ 66 °F – 72 °F, heat cool",
        ),
        (
            "climate",
            {"temp_lo_stat_t": "l", "curr_temp_t": "c", "precision": 0.5},
            [("l", "6.6"), ("c", "7.3")],
            "7.5 → 6.5",
        ),
        (
            "climate",
            {"temp_stat_t": "z", "val_tpl": "{{ value_json.v }}", "pr_mode_stat_t": "p"},
            [("z", {"v": 21}), ("p", {"v": "eco"})],
            "→ 21, eco",
        ),
        ("climate", {"temp_stat_t": "z", "pr_mode_stat_t": "p"}, [("z", "21"), ("p", "none")], "→ 21"),
        (
            "humidifier",
            {"stat_t": "x", "curr_hum_t": "c", "hum_stat_t": "t"},
            [("x", "ON"), ("c", "44.6"), ("t", "50")],
            "on, 45 % → 50",
        ),
        (
            "water_heater",
            {"mode_stat_t": "m", "curr_temp_t": "c"},
            [("m", "heat_pump"), ("c", "51")],
            "51, heat pump",
        ),
        ("lawn_mower", {"act_stat_t": "a"}, [("a", "mowing")], "mowing"),
        (
            "update",
            {"stat_t": "x"},
            [("x", {"installed_version": "1.9", "latest_version": "1.10"})],
            "1.9 → 1.10 available",
        ),
        ("update", {"stat_t": "x"}, [("x", {"installed_version": 7, "latest_version": 7})], "7 up to date"),
        (
            "update",
            {"stat_t": "x"},
            [("x", {"installed_version": "v2", "latest_version": "v1.5"})],
            "v2 up to date",
        ),
        (
            "update",
            {"stat_t": "x"},
            [("x", {"installed_version": "b", "latest_version": "a"})],
            "b → a available",
        ),
        (
            "update",
            {"stat_t": "x"},
            [("x", {"installed_version": "1", "latest_version": "2", "in_progress": True})],
            "1 → 2 installing",
        ),
        ("update", {"stat_t": "x"}, [("x", {"installed_version": "1", "in_progress": True})], "1 installing"),
        ("update", {"stat_t": "x"}, [("x", {"latest_version": "2"})], "→ 2"),
        ("update", {"stat_t": "x"}, [("x", {"title": "Firmware"})], ""),
        ("update", {"stat_t": "x", "l_ver_t": "l"}, [("x", "1.0"), ("l", "1.1")], "1.0 → 1.1 available"),
        ("update", {"l_ver_t": "l"}, [("l", "1.1")], "1.1"),
        ("sensor", {}, [], ""),
    ],
)
def test_what_an_entity_tells_stands_on_one_line(
    component: str, config: dict[str, object], payloads: list[tuple[str, object]], text: str
) -> None:
    assert said(component, {"name": "X", **config}, *payloads) == text


def test_words_are_of_the_users_language_and_looked_up_once() -> None:
    words = German()
    door = {"name": "Door", "dev_cla": "door", "stat_t": "d/1"}
    home = Home("binary_sensor", door, {**door, "stat_t": "d/2"}, words=words)
    asked = words.asked
    assert (home.hear("d/2", "ON").text, home.hear("d/1", "ON").text) == ("Geöffnet", "Geöffnet")
    assert home.say() == "Geöffnet"
    assert words.asked == asked == 2


def test_what_is_told_of_a_thing_is_called_in_the_users_language_and_found_by_that() -> None:
    blind = {
        "pos_t": "b/pos",
        "tilt_status_t": "b/tilt",
        "stat_t": "b",
        "dev": {"name": "Jalousie", "ids": "b"},
    }
    readings = Readings(words=RealPhrases("de"))
    configs = {"cover/b": {"name": None, **blind}, "vacuum/v": {"name": "Robo", "stat_t": "v"}}
    for topic, config in configs.items():
        readings.learn(Message(f"homeassistant/{topic}/config", json.dumps(config).encode()))
    for topic, payload in {"b": "open", "b/pos": "65", "b/tilt": "30", "v": VACUUM}.items():
        readings.learn(Message(topic, payload.encode()))
    look = readings.limited(NoTemplates())
    told = {each.full_name: state_text(each, readings.devices, look, 0.0) for each in readings.devices}
    assert told == {"Jalousie": "geöffnet, 65 %, Neigung 30 %", "Robo": "Angedockt, Saugstufe max"}
    names = Names(readings.devices, readings.bindings)
    assert [each.topic for each in names.find("jalousie neigung")] == ["b/tilt"]
    assert [each.topic for each in names.find("jalousie tilt")] == ["b/tilt"]
    assert [each.topic for each in names.find("jalousie")] == ["b"]


def test_a_word_is_shown_and_what_it_stands_for_is_kept_beside_it() -> None:
    home = Home("binary_sensor", {"name": "Door", "dev_cla": "door", "stat_t": "d"}, words=German())
    reading = home.hear("d", "ON")
    assert (reading.text, reading.exact) == ("Geöffnet", "on")
    two = [
        {"name": name, "stat_t": "k", "val_tpl": f"{{{{ value_json.{name} }}}}", "dev_cla": "door"}
        for name in ("a", "b")
    ]
    fields = Home("binary_sensor", *two, words=German()).hear("k", {"a": "ON", "b": "OFF"}).fields
    assert [(field.text, field.exact) for field in fields] == [("Geöffnet", "on"), ("off", "")]


def test_decimal_places_are_for_the_eye_only() -> None:
    home = Home("sensor", {"name": "P", "unit_of_meas": "W", "sug_dsp_prc": 1, "stat_t": "p"})
    reading = home.hear("p", "3.14159")
    assert (reading.text, reading.value, reading.unit, reading.exact) == ("3.1", 3.14159, "W", "3.14159")


def test_words_of_attributes_and_versions_are_translated() -> None:
    climate = Home("climate", {"act_t": "a"}, words=German())
    climate.hear("a", "heating")
    assert climate.say() == "Heizbetrieb"
    update = Home("update", {"stat_t": "u"}, words=German())
    update.hear("u", {"installed_version": "1", "latest_version": "2"})
    assert update.say() == "1 → 2 verfügbar"
    cover = Home("cover", {"pos_t": "p"}, words=German())
    cover.hear("p", "0")
    assert cover.say() == "Geschlossen, 0 %"


def test_the_words_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.discovery.wording._MOST_KINDS", 1)
    words = German()
    configs = [{"dev_cla": f"c{number}", "stat_t": "x"} for number in (1, 2, 1)]
    Home("binary_sensor", *configs, words=words)
    assert words.asked == 6


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('{"event_type": "hold"}', "hold"),
        ('{"event_type": broken', '{"event_type": broken'.replace("broken", "broken")),
        ('{"event_type": "' + "x" * 5_000 + '"}', None),
        ("[1]", "[1]"),
    ],
)
def test_an_object_that_a_template_writes_is_looked_into(written: str, text: str | None) -> None:
    home = Home("event", {"stat_t": "e", "val_tpl": "{{ value | x }}"}, templates=Written(written))
    home.hear("e", "pressed")
    assert home.say() == ("" if written.endswith("broken") else text or written)


def test_versions_come_from_what_a_template_writes() -> None:
    written = '{"installed_version": "3", "latest_version": "4"}'
    home = Home("update", {"stat_t": "e", "val_tpl": "{{ value | x }}"}, templates=Written(written))
    home.hear("e", "{}")
    assert home.say() == "3 → 4 available"


def test_the_action_of_zigbee2mqtt_is_told_whole() -> None:
    template = "{% for p in q %}{{ value_json.action|regex_findall(p) }}{% endfor %}"
    home = Home("event", {"name": "Action", "stat_t": "z", "val_tpl": template})
    assert home.hear("z", {"action": "button_2_hold"}).text == "button_2_hold"


def test_a_value_holds_for_its_time_only() -> None:
    home = Home("sensor", {"name": "P", "unit_of_meas": "W", "stat_t": "p", "exp_aft": 30})
    (entity,) = home.readings.devices
    assert not expired(entity, home.readings.devices, 1e9)
    home.hear("p", "250", at=100)
    assert (home.say(129), home.gone(129)) == ("250 W", False)
    assert (home.say(130), home.gone(130)) == ("", True)
    home.hear("p", "251", at=140)
    assert (home.say(141), home.gone(141)) == ("251 W", False)


def test_a_topic_with_wildcards_is_found_by_those_that_it_matches() -> None:
    config = {
        "name": "Temp",
        "stat_t": "+/tag/AB12/#",
        "unit_of_meas": "°C",
        "val_tpl": "{{ value_json.t | is_defined }}",
    }
    other = {**config, "name": "Hum", "unit_of_meas": "%", "val_tpl": "{{ value_json.h | is_defined }}"}
    home = Home("sensor", config, other)
    reading = home.hear("gw/tag/AB12", {"t": 8.5})
    assert (reading.name, reading.text) == ("gw/tag/AB12", "Temp 8.5 °C")
    assert home.hear("gw/tag/AB13", {"t": 8.5}).fields[0].name == "t"
    home.hear("gw/tag/AB12/2", {"h": 61})
    assert [state_text(each, home.readings.devices, TEMPLATES) for each in home.readings.devices] == [
        "8.5 °C",
        "61 %",
    ]
    assert home.readings.devices.knows("other/tag/AB12")
    for number in range(2):
        home.readings.learn(Message(f"homeassistant/sensor/e{number}/config", b""))
    assert not home.readings.devices.knows("other/tag/AB12")
    assert home.hear("gw/tag/AB12", {"t": 1}).text == "t: 1"


def test_messages_that_tell_of_some_things_only_complete_each_other() -> None:
    names = ("t", "h", "bat", "v", "x")
    configs = [
        {"name": name, "stat_t": "tag", "val_tpl": f"{{{{ value_json.{name} | is_defined }}}}"}
        for name in names
    ]
    home = Home("sensor", *configs)
    for number, name in enumerate(names):
        home.hear("tag", {name: number})
    home.hear("tag", {"x": 9})
    found = [state_text(each, home.readings.devices, TEMPLATES) for each in home.readings.devices]
    assert found == ["", "1", "2", "3", "9"]
    home.hear("tag", dict.fromkeys(names, 0))
    assert len(home.readings.devices.heard("tag")) == 1


def test_what_is_no_value_leaves_the_earlier_one() -> None:
    home = Home("sensor", {"stat_t": "tag", "val_tpl": "{{ value_json.t | is_defined | float }}"})
    home.hear("tag", {"t": 3, "u": 1})
    home.hear("tag", "\0\1\2\3")
    assert home.say() == "3"


@pytest.mark.parametrize(
    ("component", "config", "payloads", "text"),
    [
        ("binary_sensor", {"pl_on": "wet", "pl_off": "dry"}, ["dry", "damp", "soaked"], "off"),
        ("switch", {}, ["ON", "blinking", "UP"], "on"),
        ("lock", {}, ["LOCKED", "rattling"], "locked"),
        ("cover", {}, ["opening", "half way"], "opening"),
        ("alarm_control_panel", {}, ["pending", "testing"], "pending"),
        ("lawn_mower", {"act_stat_t": "x"}, ["mowing", "singing"], "mowing"),
        ("select", {"ops": ["Dry", "Cool"]}, ["Dry", "Freeze"], "Dry"),
        ("select", {"ops": ["a", "A"]}, ["a", "A"], "A"),
        ("select", {"ops": ["a", 1]}, ["a", "b"], "b"),
        ("sensor", {"dev_cla": "enum", "ops": ["idle", "busy"]}, ["busy", "late"], "busy"),
        ("sensor", {"dev_cla": "enum"}, ["busy", "late"], "late"),
        ("number", {"min": -5, "max": 5}, ["-5", "6"], "-5"),
        (
            "event",
            {"evt_typ": ["hold", "tap"]},
            [{"event_type": "tap", "n": 1}, {"event_type": "roll"}],
            "tap",
        ),
        ("number", {}, ["40", "0", "101", "40"], "40"),
        ("number", {}, ["40", "None"], ""),
        ("light", {"schema": "json"}, [{"state": "ON"}, {"state": "DIM"}], ""),
    ],
)
def test_what_an_entity_has_no_state_for_leaves_the_one_before(
    component: str, config: dict[str, object], payloads: list[object], text: str
) -> None:
    home = Home(component, {"stat_t": "x", "cmd_t": "y", **config})
    for at, payload in enumerate(payloads):
        home.hear("x", payload, at=100.0 + at)
    assert home.say() == text


def test_what_says_only_that_something_is_there_is_over_after_its_time() -> None:
    home = Home("binary_sensor", {"stat_t": "x", "off_dly": 30})
    home.hear("x", "ON")
    assert (home.say(129), home.say(130)) == ("on", "off")
    home.hear("x", "ON", at=140)
    assert home.say(169) == "on"


def test_a_cover_tells_position_and_tilt_in_one_object() -> None:
    config = {"pos_t": "x", "set_pos_t": "y", "pos_clsd": 10, "pos_open": 0}
    assert said("cover", config, ("x", {"position": 6})) == "open, 40 %"
    written = '{"position": 6, "tilt_position": 25}'
    home = Home("cover", {**config, "pos_tpl": "{{ tilt_position | x }}"}, templates=Written(written))
    home.hear("x", "y")
    assert home.say() == "open, 40 %, tilt position 25 %"
    home = Home("cover", {**config, "pos_tpl": "{{ tilt_position | x }}"}, templates=Written("7"))
    home.hear("x", "y")
    assert home.say() == "open, 30 %"


# Names.


@pytest.mark.parametrize(
    ("device", "entity", "name"),
    [
        ("Bed", "Bedding heat", "Bed Bedding heat"),
        ("Garage", "Garage door", "Garage door"),
        ("Garage", "garage", "garage"),
        ("Oven", "Oven-light", "Oven-light"),
    ],
)
def test_a_name_begins_with_that_of_its_device_by_whole_words(device: str, entity: str, name: str) -> None:
    home = Home("sensor", {"name": entity, "stat_t": "x", "dev": {"name": device}})
    assert home.hear("x", "1").name == name


@pytest.mark.parametrize(
    "there",
    [
        {"avty_t": "x/there", "avty_tpl": "{{ value_json.s }}", "pl_avail": "yes", "pl_not_avail": "no"},
        {
            "avty": [
                {"t": "bridge"},
                {"t": "x/there", "val_tpl": "{{ value_json.s }}", "pl_avail": "yes", "pl_not_avail": "no"},
                "broken",
                {"x": 1},
            ]
        },
    ],
)
def test_what_says_whether_a_device_is_there_is_called_after_the_device(there: dict[str, object]) -> None:
    device = {"name": "Meter", "ids": ["m"]}
    configs = [{"name": name, "stat_t": f"x/{name}", "dev": device, **there} for name in ("A", "B")]
    home = Home("sensor", *configs)
    reading = home.hear("x/there", {"s": "no"})
    assert (reading.name, reading.text) == ("Meter availability", "offline")
    assert home.hear("x/there", {"s": "yes"}).text == "online"
    assert Home("sensor", *configs, words=German()).hear("x/there", "x").name == "Meter Verfügbarkeit"


@pytest.mark.parametrize(
    ("there", "template", "payload", "gone"),
    [
        ({"pl_avail": "True", "pl_not_avail": "False"}, "{{ value_json.on }}", {"on": True}, False),
        ({"pl_avail": True, "pl_not_avail": False}, "{{ value_json.on }}", {"on": False}, True),
        ({"pl_avail": "true", "pl_not_avail": "false"}, "{{ value_json.on }}", {"on": False}, True),
        ({"pl_avail": 1, "pl_not_avail": 0}, "", "0", True),
        ({"pl_avail": "True", "pl_not_avail": "False"}, "", "false", False),
    ],
)
def test_a_truth_says_whether_a_device_is_there(
    there: dict[str, object], template: str, payload: object, *, gone: bool
) -> None:
    home = Home("sensor", {"name": "N", "stat_t": "n", "avty_t": "n/up", "avty_tpl": template, **there})
    home.hear("n/up", payload)
    assert home.gone(100) is gone
    text = payload if isinstance(payload, str) else json.dumps(payload)
    known = None if text == "false" else not gone
    assert home.readings.devices.uses.is_there("n/up", text.encode(), TEMPLATES) is known


def test_without_a_device_it_is_called_after_the_entity() -> None:
    home = Home("sensor", {"name": "Gauge", "stat_t": "g", "avty_t": "g/there"})
    assert home.hear("g/there", "offline").name == "Gauge availability"


def test_a_topic_of_several_devices_keeps_its_own_name() -> None:
    configs = [{"name": "X", "stat_t": f"{n}", "avty_t": "hub/there", "dev": {"name": n}} for n in "ab"]
    assert Home("sensor", *configs).hear("hub/there", "online").name == "hub/there"


def test_a_topic_whose_value_is_that_of_several_entities_is_called_after_them() -> None:
    def named(*names: str | None) -> str:
        configs = [{"name": name, "stat_t": "p/limit", "dev": {"name": "Panel"}} for name in names]
        return Home("number", *configs).hear("p/limit", "80.0").name

    assert named("Soft limit", "Hard limit") == "Panel Soft limit / Hard limit"
    assert named("a", "b", "c") == "Panel limit"
    assert named(None, "b") == "Panel limit"


def test_a_configuration_that_makes_room_for_another_is_none() -> None:
    home = Home("sensor", {"name": "X", "stat_t": "x"})
    home.readings.learn(Message("homeassistant/sensor/e0/config", b'{"migr_discvry": true}'))
    assert list(home.readings.devices) == []


# Large payloads.


def large(**more: object) -> dict[str, object]:
    return {"schema": {"d": "x" * 30_000}, **more}


def test_of_a_large_payload_is_kept_what_its_entities_look_for() -> None:
    configs = [
        {"name": "Version", "stat_t": "hub/info", "val_tpl": "{{ value_json.version }}"},
        {"name": "Join", "stat_t": "hub/info", "val_tpl": "{{ value_json['join'] | lower }}"},
        {"name": "Log", "stat_t": "hub/info", "val_tpl": "{{ value_json.get('log').level }}"},
    ]
    home = Home("sensor", *configs, templates=Written("debug"))
    reading = home.hear("hub/info", large(version="9.1", join=False, log={"level": "debug"}))
    assert reading.text == "Join debug · Log debug · Version 9.1"
    newest = home.readings.devices.newest("hub/info")
    assert newest is not None
    assert json.loads(newest[1]) == {"version": "9.1", "join": False, "log": {"level": "debug"}}
    assert home.say() == "9.1"


@pytest.mark.parametrize(
    "template",
    [
        "{{ value_json | tojson }}",
        "{{ value_json.items() | list }}",
        "{{ value }}{{ value_json.version }}",
        "{{ value_json[0] }}",
        "{{ value_json }}",
        "{{ value_json[key] }}",
        None,
    ],
)
def test_a_large_payload_that_is_looked_at_as_a_whole_is_not_kept(template: str | None) -> None:
    home = Home("sensor", {"stat_t": "hub/info", **({"val_tpl": template} if template else {})})
    home.hear("hub/info", large(version="9.1"))
    assert home.readings.devices.newest("hub/info") is None


@pytest.mark.parametrize("payload", [["x" * 30_000], "x" * 30_000, large(version="x" * 70_000)])
def test_what_is_no_object_or_far_too_large_is_not_kept(payload: object) -> None:
    home = Home("sensor", {"stat_t": "hub/info", "val_tpl": "{{ value_json.version }}"})
    home.hear("hub/info", payload)
    assert home.readings.devices.newest("hub/info") is None


def test_a_payload_too_large_for_a_topic_with_wildcards_is_not_kept() -> None:
    home = Home("sensor", {"stat_t": "hub/+"})
    home.hear("hub/info", "x" * 5_000)
    assert home.readings.devices.newest("hub/+") is None
    assert home.hear("hub/info", "7").text == "7"


def test_the_last_event_stays_until_there_is_another() -> None:
    template = "{% for p in q %}{{ value_json.action|regex_findall(p) }}{% endfor %}"
    home = Home("event", {"name": "Action", "stat_t": "z", "val_tpl": template})
    home.hear("z", {"action": "single", "battery": 90})
    home.hear("z", {"battery": 89})
    assert home.say() == "single"


@pytest.mark.parametrize("component", ["device_automation", "tag"])
def test_what_only_triggers_automations_is_no_entity(component: str) -> None:
    home = Home(component, {"topic": "z/action", "dev": {"name": "Remote"}})
    assert list(home.readings.devices) == []
    assert home.hear("z/action", "single").name == "Remote"


def test_a_template_that_asks_whether_a_key_is_there_leaves_the_earlier_value() -> None:
    config = {"stat_t": "tag", "val_tpl": "{{ value_json.t | is_defined * 2 }}"}
    home = Home("sensor", config, templates=Written("6"))
    home.hear("tag", {"t": 3})
    home.hear("tag", {"h": 3})
    assert len(home.readings.devices.heard("tag")) == 2


@given(
    value=st.floats(allow_nan=False, allow_infinity=False),
    count=st.sampled_from(
        (
            *(Percent(0, 3), Percent(0, 5e-324), Brightness(255), Brightness(5e-324), Mired()),
            *(StepForm(0.01), StepForm(0.1, 0, 1e308), StepForm(5e-324)),
        )
    ),
)
@example(1.7e308, Brightness(255))
@example(-1.7e308, Percent(0, 100))
@example(5e-324, Mired())
@example(7.3e307, StepForm(0.01))
@example(3.0, StepForm(5e-324))
@example(1e308, Percent(-1.7e308, 1.7e308))
def test_no_number_of_a_device_is_too_large_or_too_small_to_read(value: float, count: Count) -> None:
    read = Form(count=count).value(repr(value))
    # Home Assistant has no such value either: it refuses the message, and the one before stays.
    assert read is None or isfinite(float(read))

"""What can be done with an entity: as an action of Home Assistant, and as words behind `set`."""

from collections.abc import Callable, Iterator, Mapping
from math import floor
from typing import Any, NamedTuple

from homeassistant.components.alarm_control_panel import AlarmControlPanelEntityFeature as Alarm
from homeassistant.components.climate import ClimateEntityFeature as Climate
from homeassistant.components.cover import CoverEntityFeature as Cover
from homeassistant.components.fan import FanEntityFeature as Fan
from homeassistant.components.lock import LockEntityFeature as Lock
from homeassistant.components.update import UpdateEntityFeature as Update
from homeassistant.components.vacuum import VacuumEntityFeature as Vacuum
from homeassistant.components.valve import ValveEntityFeature as Valve
from homeassistant.components.water_heater import WaterHeaterEntityFeature as WaterHeater
from homeassistant.core import State

COLOURS = frozenset({"hs", "xy", "rgb", "rgbw", "rgbww"})


class Act(NamedTuple):
    """`set <name> <said>` beside the action `service`. `part`: Home Assistant cannot do it alone."""

    said: str
    service: str
    data: Mapping[str, Any] = {}
    part: bool = False


def acts(state: State) -> list[Act]:
    """Return what there is to do with an entity, by what it says it can."""
    found = _ACTS.get(state.domain)
    return list(found(state)) if found else []


def _features(state: State) -> int:
    return int(state.attributes.get("supported_features", 0))


def _switched(state: State) -> Iterator[Act]:
    yield Act("on", f"{state.domain}.turn_on")
    yield Act("off", f"{state.domain}.turn_off")


def _light(state: State) -> Iterator[Act]:
    yield from _switched(state)
    modes = set(state.attributes.get("supported_color_modes") or ())
    if modes - {"onoff"}:
        yield Act("brightness 40", "light.turn_on", {"brightness_pct": 40})
        yield Act("40 %", "light.turn_on", {"brightness_pct": 40})
    if "color_temp" in modes:
        yield Act("color temp 3000", "light.turn_on", {"color_temp_kelvin": 3000})
        yield Act("3000 K", "light.turn_on", {"color_temp_kelvin": 3000})
    if modes & COLOURS:
        yield Act("red", "light.turn_on", {"color_name": "red"})
        yield Act("color #336699", "light.turn_on", {"rgb_color": [0x33, 0x66, 0x99]})
    for effect in (state.attributes.get("effect_list") or ())[:2]:
        if effect != "off":
            yield Act(f"effect {effect}", "light.turn_on", {"effect": effect})


def _cover(state: State) -> Iterator[Act]:
    able = _features(state)
    for feature, word in ((Cover.OPEN, "open"), (Cover.CLOSE, "close"), (Cover.STOP, "stop")):
        if able & feature:
            yield Act(word, f"cover.{word}_cover")
    if able & Cover.SET_POSITION:
        yield Act("position 40", "cover.set_cover_position", {"position": 40})
    if able & Cover.SET_TILT_POSITION:
        yield Act("tilt 25", "cover.set_cover_tilt_position", {"tilt_position": 25})


def _valve(state: State) -> Iterator[Act]:
    able = _features(state)
    for feature, word in ((Valve.OPEN, "open"), (Valve.CLOSE, "close"), (Valve.STOP, "stop")):
        if able & feature:
            yield Act(word, f"valve.{word}_valve")
    if able & Valve.SET_POSITION:
        yield Act("position 40", "valve.set_valve_position", {"position": 40})


def _lock(state: State) -> Iterator[Act]:
    yield Act("lock", "lock.lock")
    yield Act("unlock", "lock.unlock")
    if _features(state) & Lock.OPEN:
        yield Act("open", "lock.open")


def _number(state: State) -> Iterator[Act]:
    value = wanted(state, "min", "max", "step")
    yield Act(f"{value:g}", "number.set_value", {"value": value})


def wanted(state: State, least: str, most: str, step: str = "") -> float:
    """Return a number somewhat above the middle of what an entity takes, on one of its steps."""
    low, high = float(state.attributes[least]), float(state.attributes[most])
    each = float(state.attributes.get(step) or 1) if step else 1.0
    return round(low + floor((high - low) * 0.6 / each) * each, 6)


def _select(state: State) -> Iterator[Act]:
    for option in state.attributes["options"][:3]:
        yield Act(option, "select.select_option", {"option": option})


def _climate(state: State) -> Iterator[Act]:
    able, has = _features(state), state.attributes
    if able & Climate.TARGET_TEMPERATURE:
        value = wanted(state, "min_temp", "max_temp", "target_temp_step")
        yield Act(f"temperature {value:g}", "climate.set_temperature", {"temperature": value})
        yield Act(f"{value:g}", "climate.set_temperature", {"temperature": value})
        yield Act(f"{value:g} °C", "climate.set_temperature", {"temperature": value})
    if able & Climate.TARGET_TEMPERATURE_RANGE and has.get("target_temp_low") is not None:
        data = {"target_temp_high": 27, "target_temp_low": has["target_temp_low"]}
        yield Act("temperature high 27", "climate.set_temperature", data, part=True)
    for mode in has["hvac_modes"]:
        yield Act(f"mode {mode}", "climate.set_hvac_mode", {"hvac_mode": mode})
    for aspect, key, said in (("preset", "preset_mode", "preset mode"), ("fan", "fan_mode", "fan mode")):
        for word in (has.get(f"{key}s") or ())[:3]:
            if word != "none":
                yield Act(f"{said} {word}", f"climate.set_{key}", {key: word})
                yield Act(f"{aspect} {word}", f"climate.set_{key}", {key: word})
    for word in has.get("swing_modes") or ():
        yield Act(f"swing {word}", "climate.set_swing_mode", {"swing_mode": word})
    if able & Climate.TARGET_HUMIDITY:
        yield Act("humidity 50", "climate.set_humidity", {"humidity": 50})


def _water_heater(state: State) -> Iterator[Act]:
    if _features(state) & WaterHeater.TARGET_TEMPERATURE:
        value = wanted(state, "min_temp", "max_temp")
        yield Act(f"temperature {value:g}", "water_heater.set_temperature", {"temperature": value})
    for mode in state.attributes.get("operation_list") or ():
        yield Act(f"mode {mode}", "water_heater.set_operation_mode", {"operation_mode": mode})


def _fan(state: State) -> Iterator[Act]:
    able = _features(state)
    yield from _switched(state)
    if able & Fan.SET_SPEED:
        yield Act("speed 60", "fan.set_percentage", {"percentage": 60})
        yield Act("percentage 100", "fan.set_percentage", {"percentage": 100})
    for word in state.attributes.get("preset_modes") or ():
        yield Act(f"preset mode {word}", "fan.set_preset_mode", {"preset_mode": word})
    if able & Fan.OSCILLATE:
        yield Act("oscillation on", "fan.oscillate", {"oscillating": True})
    if able & Fan.DIRECTION:
        yield Act("direction forward", "fan.set_direction", {"direction": "forward"})


def _humidifier(state: State) -> Iterator[Act]:
    yield from _switched(state)
    yield Act("humidity 60", "humidifier.set_humidity", {"humidity": 60})
    for word in state.attributes.get("available_modes") or ():
        yield Act(f"mode {word}", "humidifier.set_mode", {"mode": word})


def _vacuum(state: State) -> Iterator[Act]:
    able = _features(state)
    for feature, said, service in (
        (Vacuum.START, "start", "start"),
        (Vacuum.PAUSE, "pause", "pause"),
        (Vacuum.STOP, "stop", "stop"),
        (Vacuum.RETURN_HOME, "return", "return_to_base"),
        (Vacuum.CLEAN_SPOT, "spot", "clean_spot"),
        (Vacuum.LOCATE, "locate", "locate"),
    ):
        yield Act(said, f"vacuum.{service}" if able & feature else "")
    if able & Vacuum.FAN_SPEED:
        for word in state.attributes["fan_speed_list"]:
            yield Act(f"speed {word}", "vacuum.set_fan_speed", {"fan_speed": word})


def _lawn_mower(state: State) -> Iterator[Act]:
    for said, service in (("start", "start_mowing"), ("pause", "pause"), ("dock", "dock")):
        yield Act(said, f"lawn_mower.{service}")


def _alarm(state: State) -> Iterator[Act]:
    able, code = _features(state), {"code": "1234"} if state.attributes.get("code_format") else {}
    behind = " 1234" if code else ""
    yield Act(f"disarm{behind}", "alarm_control_panel.alarm_disarm", code)
    for feature, way in ((Alarm.ARM_HOME, "home"), (Alarm.ARM_AWAY, "away"), (Alarm.ARM_NIGHT, "night")):
        if able & feature:
            yield Act(f"arm {way}{behind}", f"alarm_control_panel.alarm_arm_{way}", code)


def _update(state: State) -> Iterator[Act]:
    if _features(state) & Update.INSTALL and state.state == "on":
        yield Act("install", "update.install")


def _moments(state: State) -> Iterator[Act]:
    value = {"date": "2027-02-03", "time": "07:45:00", "datetime": "2027-02-03T07:45:00+00:00"}[state.domain]
    yield Act(value, f"{state.domain}.set_value", {state.domain: value})


_ACTS: dict[str, Callable[[State], Iterator[Act]]] = {
    "alarm_control_panel": _alarm,
    "button": lambda state: iter([Act("press", "button.press")]),
    "climate": _climate,
    "cover": _cover,
    "date": _moments,
    "datetime": _moments,
    "fan": _fan,
    "humidifier": _humidifier,
    "lawn_mower": _lawn_mower,
    "light": _light,
    "lock": _lock,
    "notify": lambda state: iter([Act("Bread is done", "notify.send_message", {"message": "Bread is done"})]),
    "number": _number,
    "scene": lambda state: iter([Act("on", "scene.turn_on")]),
    "select": _select,
    "siren": _switched,
    "switch": _switched,
    "text": lambda state: iter([Act("good morning", "text.set_value", {"value": "good morning"})]),
    "time": _moments,
    "update": _update,
    "vacuum": _vacuum,
    "valve": _valve,
    "water_heater": _water_heater,
}


class Line(NamedTuple):
    """A line that names a device only, and what can be meant by it. `sure`: nothing else can."""

    said: str
    meant: tuple[tuple[str, Act], ...]
    sure: bool


_SWITCHED = frozenset({"fan", "humidifier", "light", "siren", "switch"})
_ASPECTS = {"temperature": "21", "color temp": "3000", "brightness": "40", "position": "40"}


def lines(states: list[State], device: str) -> list[Line]:
    """Return what people say to a device: on, off, and each aspect that some device has."""
    called = {state.entity_id for state in states if state.attributes.get("friendly_name") == device}
    found = [_switching(states, called, word) for word in ("on", "off")]
    for word, value in _ASPECTS.items():
        every: dict[str, list[tuple[str, Act]]] = {}
        for state in states:
            for act in acts(state) if state.domain != "number" else ():
                if act.said.startswith(f"{word} ") and not act.said.startswith(f"{word} high"):
                    every.setdefault(act.said, []).append((state.entity_id, act))
        several = len({who for each in every.values() for who, _ in each} - called) > 1
        for said, meant in (every or {f"{word} {value}": []}).items():
            chosen = [each for each in meant if each[0] in called] or meant
            found.append(Line(said, tuple(chosen), len(chosen) == 1 and not several))
    return found


def _switching(states: list[State], called: set[str], word: str) -> Line:
    """Return who is meant by `on` or `off`: what is called as the device is, else what can be switched."""
    first = [
        (state.entity_id, Act(word, f"{state.domain}.turn_{word}"))
        for state in states
        if state.domain in _SWITCHED
    ]
    others = [(state.entity_id, act) for state in states for act in _other_switching(state, word)]
    every = [each for each in (*first, *others) if each[0] in called] or first or others
    sure = len(every) == 1 and (every[0][0] in called or not others or not first)
    return Line(word, tuple(every), sure)


_OTHERS = {
    "alarm_control_panel": ("alarm_arm_away", "alarm_disarm"),
    "climate": ("turn_on", "turn_off"),
    "lawn_mower": ("start_mowing", "dock"),
    "vacuum": ("start", "return_to_base"),
}


def _other_switching(state: State, word: str) -> Iterator[Act]:
    if state.domain in _OTHERS:
        yield Act(word, f"{state.domain}.{_OTHERS[state.domain][word == 'off']}")
    elif state.domain == "water_heater" and word in (state.attributes.get("operation_list") or ()):
        yield Act(word, "water_heater.set_operation_mode", {"operation_mode": word})
    elif state.domain == "select":
        for option in state.attributes["options"]:
            if option.casefold() == word:
                yield Act(word, "select.select_option", {"option": option})

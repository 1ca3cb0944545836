"""Tasmota's own discovery: `tasmota/discovery/<mac>/config` and `/sensors`, retained.

Short keys: https://github.com/arendst/Tasmota, `xdrv_12_discovery.ino`. Names are those that Home Assistant's
integration *tasmota* gives.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import re

from ..config import Announced, Config, object_in, path
from .tasmota_lights import light
from .tasmota_sensors import sensors, status_sensors
from .tasmota_topics import Tasmota, listed, name_in, numbers

_TOPIC = re.compile(r"(tasmota/discovery/[^/]+)/(config|sensors)")
_RELAY, _LIGHT, _SHUTTER = 1, 2, 3
"""What a relay (`rl`) is there for."""

_PUSHED, _HELD = frozenset({0, 7, 8, 11, 12}), frozenset({1, 2, 3, 4, 5, 6, 9, 10, 13, 14, 15, 16})
"""Modes of switches (`swc`) that tell presses, and those that tell a state."""
_PASSING = frozenset({13, 14})
"""Modes of switches whose state is not told again later."""
_MOST_SHUTTERS = 16


@dataclass(frozen=True, slots=True)
class _Way:
    """`natives.Way` of Tasmota."""

    filters: tuple[str, ...] = ("tasmota/discovery/#",)
    whole: bool = True

    def place(self, topic: str) -> tuple[str, str] | None:
        found = _TOPIC.fullmatch(topic)
        return (found[1], found[2]) if found else None

    def announced(self, device: str, said: Mapping[str, bytes]) -> Iterator[Announced]:
        tasmota = Tasmota.of(object_in(said.get("config", b"")))
        if tasmota is None:
            return
        yield from _relays(tasmota)
        yield from _switches(tasmota)
        yield from _buttons(tasmota)
        told = object_in(said.get("sensors", b"")).get("sn")
        if isinstance(told, dict):
            yield from sensors(tasmota, told)
        yield from status_sensors(tasmota)


TASMOTA = _Way()


def _relays(tasmota: Tasmota) -> Iterator[Announced]:
    """Yield switches, lights, shutters and the fan: all that has relays."""
    relays = numbers(tasmota.config, "rl")
    fan = tasmota.config.get("if") == 1
    for index, kind in enumerate(relays):
        # The first relay of a Sonoff iFan is its lamp, which has no brightness.
        of_fan = fan and index == 0
        if kind == _LIGHT and not of_fan:
            yield light(tasmota, index, relays.index(_LIGHT))
        elif kind in (_RELAY, _LIGHT):
            yield _relay(tasmota, index, "light" if of_fan or tasmota.option("30") else "switch")
    if fan:
        yield _fan(tasmota)
    yield from _shutters(tasmota, relays)


def _relay(tasmota: Tasmota, index: int, platform: str) -> Announced:
    first, *others = tasmota.power(index)
    topics = dict.fromkeys(each["state_topic"] for each in others)
    base = {**tasmota.base(platform, tasmota.friendly_name(platform, index)), **tasmota.words}
    rest = {
        "command_topic": f"{tasmota.command}POWER{index + 1}",
        "repeats": tuple(topic for topic in topics if topic != first["state_topic"]),
    }
    return ({**base, **first, **rest}, *({**base, **each} for each in others))


def _fan(tasmota: Tasmota) -> Announced:
    base = tasmota.base("fan", None)
    speed = path("FanSpeed", partial=True)
    control: Config = {
        "command_topic": f"{tasmota.command}FanSpeed",
        "payload_on": "2",
        "payload_off": "0",
        "percentage_command_topic": f"{tasmota.command}FanSpeed",
        "repeats": (tasmota.state,),
    }
    heard = {"percentage_value_template": speed, "speed_range_min": 1, "speed_range_max": 3}
    return (
        {**base, **heard, **control, "percentage_state_topic": tasmota.result},
        {**base, **heard, "percentage_state_topic": tasmota.state},
    )


def _shutters(tasmota: Tasmota, relays: list[int]) -> Iterator[Announced]:
    """Yield what two neighbouring relays move each; none if one of them is alone."""
    index = number = 0
    while index < len(relays) and number < _MOST_SHUTTERS:
        if relays[index] != _SHUTTER:
            index += 1
            continue
        if relays[index + 1 : index + 2] != [_SHUTTER]:
            return
        number += 1
        index += 2
        yield _shutter(tasmota, number)


def _shutter(tasmota: Tasmota, number: int) -> Announced:
    options, tilts = numbers(tasmota.config, "sho"), listed(tasmota.config, "sht")
    option = options[number - 1] if number <= len(options) else 0
    turned = option > 0 and bool(option & 1)
    name = f"Shutter{number}"
    heard = {"position_template": path(name, "Position", partial=True)}
    control: dict[str, object] = {
        "position_open": 0 if turned else 100,
        "position_closed": 100 if turned else 0,
        # `Backlog` runs the commands that it is given.
        "command_topic": f"{tasmota.command}Backlog",
        "payload_open": f"ShutterOpen{number}",
        "payload_close": f"ShutterClose{number}",
        "payload_stop": f"ShutterStop{number}",
        "set_position_topic": f"{tasmota.command}ShutterPosition{number}",
        "repeats": (tasmota.sensor,),
    }
    tilt = tilts[number - 1] if number <= len(tilts) else None
    tilting: dict[str, object] = {}
    match tilt:
        case [int(low), int(high), int(seconds)] if seconds and low != high:
            tilting = {
                "tilt_min": low,
                "tilt_max": high,
                "tilt_status_template": path(name, "Tilt", partial=True),
            }
            control["tilt_command_topic"] = f"{tasmota.command}ShutterTilt{number}"
    base = {**tasmota.base("cover", f"cover {number}"), **heard, **control, **tilting}
    places = (tasmota.result, tasmota.sensor)
    return tuple(
        {**base, "position_topic": place, **({"tilt_status_topic": place} if tilting else {})}
        for place in places
    )


def _switches(tasmota: Tasmota) -> Iterator[Announced]:
    """Yield what is wired to the device: contacts and motion sensors, and pushed ones if they are told."""
    for index, mode in enumerate(numbers(tasmota.config, "swc")):
        given = name_in(tasmota.config, "swn", index)
        key = given or f"Switch{index + 1}"
        if mode in _HELD:
            base = {
                **tasmota.base("binary_sensor", given or f"binary_sensor {index + 1}"),
                **tasmota.words,
            }
            template = path(key, "Action", partial=True)
            acted = {**base, "state_topic": tasmota.result, "value_template": template}
            told = {**base, "state_topic": tasmota.sensor, "value_template": path(key)}
            both = ({**acted, "repeats": (tasmota.sensor,)}, told)
            yield (acted,) if mode in _PASSING else both
        elif mode in _PUSHED and tasmota.option("114"):
            yield _pushed(tasmota, key, given or f"Switch {index + 1}")


def _buttons(tasmota: Tasmota) -> Iterator[Announced]:
    """Yield the buttons that tell how they are pressed (`SetOption73`)."""
    for index, there in enumerate(numbers(tasmota.config, "btn")):
        if there > 0 and tasmota.option("73"):
            yield _pushed(tasmota, f"Button{index + 1}", f"Button {index + 1}")


def _pushed(tasmota: Tasmota, key: str, name: str) -> Announced:
    base = tasmota.base("sensor", name)
    template = path(key, "Action", partial=True)
    return ({**base, "state_topic": tasmota.result, "value_template": template},)

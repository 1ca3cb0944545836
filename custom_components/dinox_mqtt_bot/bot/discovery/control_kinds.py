"""From an entity's configuration to what can be set: one function per component of MQTT discovery."""

from collections.abc import Callable, Iterator
from math import ceil, floor

from .config import Config, amount, string, template_in, topic_in, truth
from .controls import Control, Scale

_GUARDED = frozenset({"garage", "gate", "door"})
"""Classes of covers behind which the outside world stands."""

_NO_LIGHT = frozenset({"onoff", "unknown"})
_MODES = ("auto", "off", "cool", "heat", "dry", "fan_only")
_BOILER_MODES = ("off", "eco", "electric", "gas", "heat_pump", "high_demand", "performance")
_FAN_MODES = ("auto", "low", "medium", "high")
_ON_OFF = ("on", "off")
_MOST_WORDS = 500
_LONGEST_TEXT = 255
type _Words = tuple[tuple[str, str], ...]
_COVER_WORDS = (("open", "open", "OPEN"), ("close", "close", "CLOSE"), ("stop", "stop", "STOP"))


def controls_of(config: Config) -> tuple[Control, ...]:
    """Return what can be set, the main thing first."""
    maker = _MAKERS.get(string(config, "platform"))
    return tuple(control for control in maker(config) if control.usable) if maker else ()


def _topic(config: Config, key: str) -> str:
    topic = topic_in(config, key)
    return "" if any(sign in topic for sign in "+#\0") else topic


def _payload(config: Config, key: str, default: str) -> str:
    """Return a payload; empty where the configuration says there is none."""
    value = config.get(key, default)
    if isinstance(value, bool):
        return str(value)
    return str(value) if isinstance(value, str | int | float) else ""


def _words(config: Config, *every: tuple[str, str, str]) -> _Words:
    """Return words with the payload under a key, or the usual one."""
    found = ((word, _payload(config, f"payload_{key}", usual)) for word, key, usual in every)
    return tuple((word, payload) for word, payload in found if payload)


def _switched(config: Config) -> _Words:
    return _words(config, ("on", "on", "ON"), ("off", "off", "OFF"))


def _listed(config: Config, key: str, default: tuple[str, ...] = ()) -> _Words:
    given = config.get(key, default)
    every = given if isinstance(given, list | tuple) else ()
    words = [_on_or_off(word) for word in every if isinstance(word, str | int | float)]
    return tuple((word, word) for word in words[:_MOST_WORDS] if word)


def _on_or_off(word: str | float) -> str:
    """Return a word of a list, undoing what YAML makes of `on` and `off`."""
    if isinstance(word, bool):
        return "on" if word else "off"
    return str(word)


def _control(
    config: Config,
    stem: str = "",
    aspect: str = "",
    *,
    words: _Words = (),
    scale: Scale | None = None,
    shy: bool = False,
    guarded: bool = False,
) -> Control:
    """Return a control with the topic and the template that its stem names."""
    start = f"{stem}_" if stem else ""
    return Control(
        aspect,
        _topic(config, f"{start}command_topic"),
        words,
        scale,
        template=template_in(config, f"{start}command_template"),
        shy=shy,
        guarded=guarded,
    )


def _switch(config: Config) -> Iterator[Control]:
    yield _control(config, words=_switched(config))


def _siren(config: Config) -> Iterator[Control]:
    template = template_in(config, "command_template")
    topic, words = _topic(config, "command_topic"), _switched(config)
    yield Control("", topic, words, template=template, key="" if template else "state")


def _number(config: Config) -> Iterator[Control]:
    scale = Scale(
        amount(config, "min", 1),
        amount(config, "max", 100),
        amount(config, "step", 0),
        string(config, "unit_of_measurement"),
    )
    yield _control(config, scale=scale)


def _select(config: Config) -> Iterator[Control]:
    yield _control(config, words=_listed(config, "options"))


def _text_entity(config: Config) -> Iterator[Control]:
    letters = int(amount(config, "min", 0)), int(amount(config, "max", _LONGEST_TEXT))
    template = template_in(config, "command_template")
    yield Control("", _topic(config, "command_topic"), letters=letters, template=template)


def _button(config: Config) -> Iterator[Control]:
    yield _control(config, words=_words(config, ("press", "press", "PRESS")))


def _scene(config: Config) -> Iterator[Control]:
    yield _control(config, words=_words(config, ("on", "on", "ON")))


def _lock(config: Config) -> Iterator[Control]:
    words = _words(config, ("lock", "lock", "LOCK"), ("unlock", "unlock", "UNLOCK"), ("open", "open", ""))
    yield _control(config, words=words, guarded=True)


def _percent(first: float, last: float, *, low: float = 0, up: bool = False) -> Scale:
    return Scale(low, 100, 0, "%", (first, last), up=up)


def _cover(config: Config) -> Iterator[Control]:
    guarded = string(config, "device_class") in _GUARDED
    yield _control(config, words=_words(config, *_COVER_WORDS), guarded=guarded)
    yield Control(
        "position",
        _topic(config, "set_position_topic"),
        scale=_percent(amount(config, "position_closed", 0), amount(config, "position_open", 100)),
        template=template_in(config, "set_position_template"),
        guarded=guarded,
    )
    tilt = _percent(amount(config, "tilt_min", 0), amount(config, "tilt_max", 100))
    yield _control(config, "tilt", "tilt", scale=tilt, shy=True)


def _valve(config: Config) -> Iterator[Control]:
    if not truth(config, "reports_position"):
        yield _control(config, words=_words(config, *_COVER_WORDS[:2], ("stop", "stop", "")))
        return
    closed, opened = amount(config, "position_closed", 0), amount(config, "position_open", 100)
    words = (("open", f"{opened:g}"), ("close", f"{closed:g}"), *_words(config, ("stop", "stop", "")))
    yield _control(config, words=words, scale=_percent(closed, opened))


def _kelvins(config: Config) -> Scale:
    """Return the range of a lamp's colour temperature in kelvins, from mireds if it counts those."""
    if truth(config, "color_temp_kelvin"):
        return Scale(amount(config, "min_kelvin", 2000), amount(config, "max_kelvin", 6535), 0, "K")
    least, most = max(1.0, amount(config, "min_mireds", 153)), max(1.0, amount(config, "max_mireds", 500))
    return Scale(ceil(1_000_000 / most), floor(1_000_000 / least), 0, "K", mired=True)


def _brightness(config: Config) -> Scale:
    full = amount(config, "brightness_scale", 255)
    return _percent(max(1.0, full / 100), full, low=1)


def _light(config: Config) -> Iterator[Control]:
    schema = string(config, "schema").lower()
    if schema == "json":
        yield from _json_light(config)
    elif schema in {"", "basic", "default"}:
        yield from _basic_light(config)


def _basic_light(config: Config) -> Iterator[Control]:
    """A lamp with a topic for each thing; `on_command_type` says when it is switched on besides."""
    switched, topic = _switched(config), _topic(config, "command_topic")
    scale, bright = _brightness(config), _topic(config, "brightness_command_topic")
    order = string(config, "on_command_type")
    dimmed = bright if order == "brightness" else ""
    along = next(((topic, payload) for word, payload in switched if word == "on" and topic), None)
    if dimmed:
        template = template_in(config, "brightness_command_template")
        full = f"{amount(config, 'brightness_scale', 255):g}"
        yield Control("", dimmed, (("on", full),), template=template)
        switched, along = tuple(each for each in switched if each[0] == "off"), None
    yield Control("", topic, switched)
    for stem, words, span in (
        ("brightness", (), scale),
        ("color_temp", (), _kelvins(config)),
        ("effect", _listed(config, "effect_list"), None),
    ):
        yield Control(
            stem,
            _topic(config, f"{stem}_command_topic"),
            words,
            span,
            template=template_in(config, f"{stem}_command_template"),
            before=along if order == "first" else None,
            after=along if order != "first" else None,
        )


def _json_light(config: Config) -> Iterator[Control]:
    topic = _topic(config, "command_topic")
    given = config.get("supported_color_modes")
    modes = {str(mode) for mode in given} if isinstance(given, list) else set()
    yield Control("", topic, (("on", "ON"), ("off", "OFF")), key="state")
    if truth(config, "brightness") or modes - _NO_LIGHT:
        yield Control("brightness", topic, scale=_brightness(config), key="brightness")
    if "color_temp" in modes:
        yield Control("color_temp", topic, scale=_kelvins(config), key="color_temp")
    if truth(config, "effect"):
        yield Control("effect", topic, _listed(config, "effect_list"), key="effect")


def _degrees(config: Config, low: float, high: float) -> Scale:
    unit = string(config, "temperature_unit").removeprefix("°")
    if unit == "F":
        low, high = low * 1.8 + 32, high * 1.8 + 32
    low, high = amount(config, "min_temp", low), amount(config, "max_temp", high)
    return Scale(low, high, amount(config, "temp_step", 0), f"°{unit}" if unit else "")


def _humidity(config: Config, low: float, high: float) -> Scale:
    return Scale(amount(config, "min_humidity", low), amount(config, "max_humidity", high), 0, "%")


def _climate(config: Config) -> Iterator[Control]:
    degrees = _degrees(config, 7, 35)
    yield _control(config, "temperature", "temperature", scale=degrees)
    yield _control(config, "power", words=_switched(config))
    yield _control(config, "mode", "mode", words=_listed(config, "modes", _MODES))
    presets = _listed(config, "preset_modes")
    yield _control(config, "preset_mode", "preset", words=(*presets, ("none", "none")) if presets else ())
    for stem, aspect, words in (
        ("fan_mode", "fan", _listed(config, "fan_modes", _FAN_MODES)),
        ("swing_mode", "swing", _listed(config, "swing_modes", _ON_OFF)),
        ("swing_horizontal_mode", "swing_horizontal", _listed(config, "swing_horizontal_modes", _ON_OFF)),
    ):
        yield _control(config, stem, aspect, words=words, shy=True)
    yield _control(config, "temperature_high", "temperature_high", scale=degrees, shy=True)
    yield _control(config, "temperature_low", "temperature_low", scale=degrees, shy=True)
    yield _control(config, "target_humidity", "humidity", scale=_humidity(config, 30, 99), shy=True)


def _water_heater(config: Config) -> Iterator[Control]:
    yield _control(config, "temperature", "temperature", scale=_degrees(config, 43.3, 60))
    yield _control(config, "power", words=_switched(config))
    yield _control(config, "mode", "mode", words=_listed(config, "modes", _BOILER_MODES))


def _fan(config: Config) -> Iterator[Control]:
    yield _control(config, words=_switched(config))
    # Home Assistant cuts the hundred into as many parts as there are speeds, and rounds up.
    slowest, fastest = amount(config, "speed_range_min", 1), amount(config, "speed_range_max", 100)
    yield _control(config, "percentage", "speed", scale=_percent(slowest - 1, fastest, up=True))
    yield _control(config, "preset_mode", "preset", words=_listed(config, "preset_modes"))
    swings = (("on", "oscillation_on", "oscillate_on"), ("off", "oscillation_off", "oscillate_off"))
    yield _control(config, "oscillation", "oscillation", words=_words(config, *swings), shy=True)
    ways = (("forward", "forward"), ("reverse", "reverse"))
    yield _control(config, "direction", "direction", words=ways, shy=True)


def _humidifier(config: Config) -> Iterator[Control]:
    yield _control(config, words=_switched(config))
    yield _control(config, "target_humidity", "humidity", scale=_humidity(config, 0, 100))
    yield _control(config, "mode", "mode", words=_listed(config, "modes"))


def _vacuum(config: Config) -> Iterator[Control]:
    words = _words(
        config,
        ("start", "start", "start"),
        ("pause", "pause", "pause"),
        ("stop", "stop", "stop"),
        ("return", "return_to_base", "return_to_base"),
        ("spot", "clean_spot", "clean_spot"),
        ("locate", "locate", "locate"),
        ("on", "start", "start"),
        ("off", "return_to_base", "return_to_base"),
    )
    yield _control(config, words=words)
    yield Control("speed", _topic(config, "set_fan_speed_topic"), _listed(config, "fan_speed_list"))


def _lawn_mower(config: Config) -> Iterator[Control]:
    for stem, word in (("start_mowing", "start"), ("pause", "pause"), ("dock", "dock")):
        yield _control(config, stem, words=((word, stem),))


_MAKERS: dict[str, Callable[[Config], Iterator[Control]]] = {
    "button": _button,
    "climate": _climate,
    "cover": _cover,
    "fan": _fan,
    "humidifier": _humidifier,
    "lawn_mower": _lawn_mower,
    "light": _light,
    "lock": _lock,
    "number": _number,
    "scene": _scene,
    "select": _select,
    "siren": _siren,
    "switch": _switch,
    "text": _text_entity,
    "vacuum": _vacuum,
    "valve": _valve,
    "water_heater": _water_heater,
}

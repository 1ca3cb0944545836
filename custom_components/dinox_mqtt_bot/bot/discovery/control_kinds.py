"""From an entity's configuration to what can be set: one function per component of MQTT discovery."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from .config import Config, amount, string, template_in, truth
from .controls import Code, Control, Extras, Scale
from .setting.control_parts import (
    Words,
    aliases,
    command_topic,
    control,
    integer,
    payload_words,
    percent,
    switched,
    words_listed,
)
from .setting.lamp_controls import lamp

_GUARDED = frozenset({"garage", "gate", "door"})
"""Classes of covers behind which the outside world stands."""

_MODES = ("auto", "off", "cool", "heat", "dry", "fan_only")
_BOILER_MODES = ("off", "eco", "electric", "gas", "heat_pump", "high_demand", "performance")
_FAN_MODES = ("auto", "low", "medium", "high")
_ON_OFF = ("on", "off")
_ON_WORDS = [word for word, state in aliases("state") if state == "on"]
_LONGEST_TEXT, _LONGEST_MESSAGE = 255, 1_000
_MOST_TONES = 200
_COVER_WORDS = (("open", "open", "OPEN"), ("close", "close", "CLOSE"), ("stop", "stop", "STOP"))
_ENDS = aliases("end")
"""What is said to covers that take positions only."""


def controls_of(config: Config) -> tuple[Control, ...]:
    """Return what can be set, the main thing first."""
    maker = _MAKERS.get(string(config, "platform"))
    return tuple(control for control in maker(config) if control.usable) if maker else ()


def _switch(config: Config) -> Iterator[Control]:
    yield control(config, words=switched(config))


def _siren(config: Config) -> Iterator[Control]:
    topic, (on, off) = command_topic(config, "command_topic"), _parted(switched(config))
    template = template_in(config, "command_template")
    tones = config.get("available_tones")
    every = tones if isinstance(tones, list) else list(tones) if isinstance(tones, dict) else []
    extras = Extras(
        tuple(tone for tone in every[:_MOST_TONES] if isinstance(tone, (str, int))),
        truth(config, "support_duration", default=True),
        truth(config, "support_volume_set", default=True),
    )
    key = "" if template else "state"
    yield Control("", topic, on, template=template, key=key, extras=extras, said_as="state")
    template = template_in(config, "command_off_template") or template
    yield Control("", topic, off, template=template, key="" if template else "state", said_as="state")


def _parted(words: Words) -> tuple[Words, Words]:
    """Return the words for on, and the others."""
    return tuple(each for each in words if each[0] == "on"), tuple(each for each in words if each[0] != "on")


def _number(config: Config) -> Iterator[Control]:
    scale = Scale(
        amount(config, "min", 1),
        amount(config, "max", 100),
        amount(config, "step", 0),
        string(config, "unit_of_measurement"),
    )
    yield control(config, scale=scale)


def _select(config: Config) -> Iterator[Control]:
    yield control(config, words=words_listed(config, "options"))


def _text_entity(config: Config) -> Iterator[Control]:
    letters = integer(config, "min", 0), integer(config, "max", _LONGEST_TEXT)
    yield replace(control(config), letters=letters)


def _notify(config: Config) -> Iterator[Control]:
    yield replace(control(config), letters=(1, _LONGEST_MESSAGE))


def _moment(config: Config) -> Iterator[Control]:
    yield replace(control(config), moment=string(config, "platform"))


def _button(config: Config) -> Iterator[Control]:
    yield control(config, words=payload_words(config, ("press", "press", "PRESS")))


def _scene(config: Config) -> Iterator[Control]:
    alias = aliases("scene")
    yield control(config, words=payload_words(config, ("on", "on", "ON")), alias=alias)


def _update(config: Config) -> Iterator[Control]:
    """What an update installs cannot be taken back."""
    alias = aliases("update")
    words = payload_words(config, ("install", "install", ""))
    yield Control("", command_topic(config, "command_topic"), words, guarded=True, alias=alias)


def _lock(config: Config) -> Iterator[Control]:
    words = payload_words(
        config, ("lock", "lock", "LOCK"), ("unlock", "unlock", "UNLOCK"), ("open", "open", "")
    )
    lock = control(config, words=words, guarded=True)
    yield replace(lock, code=Code(pattern=string(config, "code_format"), told="code" in lock.template))


_ARMING = ("arm_home", "arm_away", "arm_night", "arm_vacation", "arm_custom_bypass")
_PANEL_ALIAS = aliases("panel")

_NO_CODES = frozenset(
    word
    for words in (*_ARMING, *(said for said, _ in _PANEL_ALIAS))
    for word in words.replace("_", " ").split()
)


def _alarm_panel(config: Config) -> Iterator[Control]:
    listed_ones = config.get("supported_features")
    features = set(map(str, listed_ones)) if isinstance(listed_ones, list) else {*_ARMING, "trigger"}
    every = [each for each in (*_ARMING, "trigger") if each in features]
    words = payload_words(config, *((each, each, each.upper()) for each in ("disarm", *every)))
    free = {
        *(_ARMING if not truth(config, "code_arm_required", default=True) else ()),
        *(("disarm",) if not truth(config, "code_disarm_required", default=True) else ()),
        *(("trigger",) if not truth(config, "code_trigger_required", default=True) else ()),
    }
    panel = control(config, words=words, guarded=True, alias=_PANEL_ALIAS)
    given = config.get("code")
    secret = str(given) if isinstance(given, (str, int)) else ""
    code = Code(secret, free=frozenset(free), told="code" in panel.template, never=_NO_CODES)
    yield replace(panel, code=code, bare=True)


def _cover(config: Config) -> Iterator[Control]:
    guarded = string(config, "device_class") in _GUARDED
    yield control(config, words=payload_words(config, *_COVER_WORDS), guarded=guarded)
    closed, opened = integer(config, "position_closed", 0), integer(config, "position_open", 100)
    least, most = integer(config, "tilt_min", 0), integer(config, "tilt_max", 100)
    given = (
        *(("position_open", opened), ("position_closed", closed)),
        *(("tilt_min", least), ("tilt_max", most)),
    )
    ends = _ENDS if not command_topic(config, "command_topic") else ()
    yield Control(
        "position",
        command_topic(config, "set_position_topic"),
        scale=percent(closed, opened),
        template=template_in(config, "set_position_template"),
        guarded=guarded,
        said_as="position",
        given=given,
        alias=ends,
    )
    flat = ("open", str(integer(config, "tilt_opened_value", 100)))
    shut = ("close", str(integer(config, "tilt_closed_value", 0)))
    tilt = control(config, "tilt", "tilt", words=(flat, shut), scale=percent(least, most), shy=True)
    yield replace(tilt, said_as="tilt_position", given=given)


def _valve(config: Config) -> Iterator[Control]:
    if not truth(config, "reports_position"):
        yield control(config, words=payload_words(config, *_COVER_WORDS[:2], ("stop", "stop", "")))
        return
    closed, opened = integer(config, "position_closed", 0), integer(config, "position_open", 100)
    words = (
        ("open", f"{opened}"),
        ("close", f"{closed}"),
        *payload_words(config, ("stop", "stop", "")),
    )
    valve = control(config, words=words, scale=percent(closed, opened))
    yield replace(valve, said_as="position", given=(("position_open", opened), ("position_closed", closed)))


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
    yield control(config, "temperature", "temperature", scale=degrees)
    yield control(config, "power", words=switched(config))
    modes = words_listed(config, "modes", _MODES)
    # Without a switch of its own it is on in one of the modes, as Home Assistant takes them in this order.
    first = next((mode for mode in ("heat_cool", "heat", "cool") if (mode, mode) in modes), "")
    on = tuple((word, first) for word in _ON_WORDS if first)
    powered = command_topic(config, "power_command_topic")
    yield control(config, "mode", "mode", words=modes, alias=() if powered else on)
    presets = words_listed(config, "preset_modes")
    yield control(config, "preset_mode", "preset", words=(*presets, ("none", "none")) if presets else ())
    for stem, aspect, words in (
        ("fan_mode", "fan", words_listed(config, "fan_modes", _FAN_MODES)),
        ("swing_mode", "swing", words_listed(config, "swing_modes", _ON_OFF)),
        (
            "swing_horizontal_mode",
            "swing_horizontal",
            words_listed(config, "swing_horizontal_modes", _ON_OFF),
        ),
    ):
        yield control(config, stem, aspect, words=words, shy=True)
    yield control(config, "temperature_high", "temperature_high", scale=degrees, shy=True)
    yield control(config, "temperature_low", "temperature_low", scale=degrees, shy=True)
    yield control(config, "target_humidity", "humidity", scale=_humidity(config, 30, 99), shy=True)


def _water_heater(config: Config) -> Iterator[Control]:
    yield control(config, "temperature", "temperature", scale=_degrees(config, 43.3, 60))
    yield control(config, "power", words=switched(config))
    yield control(config, "mode", "mode", words=words_listed(config, "modes", _BOILER_MODES))


def _fan(config: Config) -> Iterator[Control]:
    yield control(config, words=switched(config))
    # Home Assistant cuts the hundred into as many parts as there are speeds, and rounds up.
    slowest, fastest = amount(config, "speed_range_min", 1), amount(config, "speed_range_max", 100)
    yield control(config, "percentage", "speed", scale=percent(slowest - 1, fastest, up=True))
    yield control(config, "preset_mode", "preset", words=words_listed(config, "preset_modes"))
    swings = (("on", "oscillation_on", "oscillate_on"), ("off", "oscillation_off", "oscillate_off"))
    yield control(config, "oscillation", "oscillation", words=payload_words(config, *swings), shy=True)
    ways = (("forward", "forward"), ("reverse", "reverse"))
    yield control(config, "direction", "direction", words=ways, shy=True)


def _humidifier(config: Config) -> Iterator[Control]:
    yield control(config, words=switched(config))
    yield control(config, "target_humidity", "humidity", scale=_humidity(config, 0, 100))
    yield control(config, "mode", "mode", words=words_listed(config, "modes"))


_VACUUM_WORDS = (
    ("start", "start", "start", "start"),
    ("pause", "pause", "pause", "pause"),
    ("stop", "stop", "stop", "stop"),
    ("return_home", "return", "return_to_base", "return_to_base"),
    ("clean_spot", "spot", "clean_spot", "clean_spot"),
    ("locate", "locate", "locate", "locate"),
)
"""Feature, word, key and usual payload."""
_VACUUM_ALIAS = aliases("vacuum")
_USUAL_FEATURES = ("start", "stop", "return_home", "clean_spot")


def _vacuum(config: Config) -> Iterator[Control]:
    given = config.get("supported_features")
    features = {given} if isinstance(given, str) else given if isinstance(given, list) else _USUAL_FEATURES
    features = set(map(str, features))
    every = ((word, key, usual) for feature, word, key, usual in _VACUUM_WORDS if feature in features)
    yield control(config, words=payload_words(config, *every), alias=_VACUUM_ALIAS)
    if "fan_speed" in features or given is None:
        speeds = words_listed(config, "fan_speed_list")
        yield Control("speed", command_topic(config, "set_fan_speed_topic"), speeds)
    if "send_command" in features:
        topic = command_topic(config, "send_command_topic")
        yield Control("command", topic, letters=(1, _LONGEST_TEXT), shy=True)


_MOWER_ALIAS = aliases("mower")


def _lawn_mower(config: Config) -> Iterator[Control]:
    for stem, word in (("start_mowing", "start"), ("pause", "pause"), ("dock", "dock")):
        yield control(config, stem, words=((word, stem),), alias=_MOWER_ALIAS)


_MAKERS: dict[str, Callable[[Config], Iterator[Control]]] = {
    "alarm_control_panel": _alarm_panel,
    "button": _button,
    "climate": _climate,
    "cover": _cover,
    "date": _moment,
    "datetime": _moment,
    "fan": _fan,
    "humidifier": _humidifier,
    "lawn_mower": _lawn_mower,
    "light": lamp,
    "lock": _lock,
    "notify": _notify,
    "number": _number,
    "scene": _scene,
    "select": _select,
    "siren": _siren,
    "switch": _switch,
    "text": _text_entity,
    "time": _moment,
    "update": _update,
    "vacuum": _vacuum,
    "valve": _valve,
    "water_heater": _water_heater,
}

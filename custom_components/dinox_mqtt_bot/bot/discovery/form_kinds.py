"""From an entity's configuration to the forms of its values: what each component of discovery writes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

from ..text.foreign import cut, plain
from .config import Config, amount, string, truth
from .forms import NUMERIC, PLAIN, TEXTUAL, Brightness, Form, Mired, Pairs, Percent, StepForm
from .wording import Wording

_LONGEST_WORD = 255
"""Characters of a payload that stands for a state."""
_MOST_DIGITS = 10
_MOST_OPTIONS = 100

_NO_NUMBERS = frozenset({"date", "enum", "timestamp", "uptime"})
"""Classes of sensors whose values are never numbers."""

_ON_OFF = ("on", "off")
_COVER = ("open", "closed", "opening", "closing", "stopped")
_COVER_LOOSE = (("opened", "open"), ("close", "closed"), ("stop", "stopped"))
_LOCK = ("locked", "unlocked", "locking", "unlocking", "jammed", "open", "opening")
_LOCK_LOOSE = (("lock", "locked"), ("unlock", "unlocked"))
_ALARM = (
    *("disarmed", "armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass"),
    *("pending", "arming", "disarming", "triggered"),
)
_VACUUM = ("cleaning", "docked", "error", "idle", "paused", "returning")
_MOWER = ("docked", "error", "idle", "mowing", "paused", "returning")
_CLIMATE = ("auto", "cool", "dry", "fan_only", "heat", "heat_cool", "off")
_BOILER = ("eco", "electric", "gas", "heat_pump", "high_demand", "off", "performance")

_ATTRIBUTES = {
    ("climate", "action"): (
        "hvac_action",
        ("cooling", "defrosting", "drying", "fan", "heating", "idle", "off", "preheating"),
    ),
    ("climate", "preset_mode"): (
        "preset_mode",
        ("activity", "away", "boost", "comfort", "eco", "home", "none", "sleep"),
    ),
    ("climate", "fan_mode"): (
        "fan_mode",
        ("auto", "diffuse", "focus", "high", "low", "medium", "middle", "off", "on", "top"),
    ),
    ("climate", "swing_mode"): ("swing_mode", ("both", "horizontal", "off", "on", "vertical")),
    ("humidifier", "action"): ("action", ("drying", "humidifying", "idle", "off")),
    ("humidifier", "mode"): (
        "mode",
        ("auto", "away", "baby", "boost", "comfort", "eco", "home", "normal", "sleep"),
    ),
    ("fan", "direction"): ("direction", ("forward", "reverse")),
}
"""What Home Assistant has words for beside states: the attribute and its values."""


_LISTS = {
    ("climate", "mode"): "modes",
    ("climate", "fan_mode"): "fan_modes",
    ("climate", "swing_mode"): "swing_modes",
    ("climate", "preset_mode"): "preset_modes",
    ("water_heater", "mode"): "modes",
    ("humidifier", "mode"): "modes",
    ("fan", "preset_mode"): "preset_modes",
}
"""Where a configuration lists all of the modes that there are."""
_NEITHER = {"preset_mode": ("none",)}


def form_of(config: Config, aspect: str, words: Wording) -> Form:
    """Return the form of an entity's main value, or of one of its aspects."""
    component = string(config, "platform")
    if aspect == "":
        maker = _MAIN.get(component)
        return maker(config, words) if maker else PLAIN
    if (attribute := _ATTRIBUTES.get((component, aspect))) is not None:
        form = _worded(words, component, attribute[1], attribute=attribute[0])
        return _of_the_listed(config, component, aspect, form)
    if aspect == "mode" and component in _MODES:
        return _of_the_listed(config, component, aspect, _worded(words, component, _MODES[component]))
    if (component, aspect) in _LISTS:
        return _of_the_listed(config, component, aspect, PLAIN)
    if "temperature" in aspect:
        return Form(count=StepForm(amount(config, "precision", 0.1)), numeric=True)
    if "humidity" in aspect:
        return Form(count=StepForm(1), numeric=True)
    counted = _COUNTED.get((component, aspect))
    return counted(config, words) if counted else PLAIN


def _of_the_listed(config: Config, component: str, aspect: str, form: Form) -> Form:
    """Return a form that takes nothing but the modes that are listed, as Home Assistant does."""
    given = config.get(_LISTS.get((component, aspect), ""))
    modes = [*given, *_NEITHER.get(aspect, ())] if isinstance(given, list) else []
    if not modes or len(modes) > _MOST_OPTIONS or not all(isinstance(each, str) for each in modes):
        return form
    payloads = {cut(each, _LONGEST_WORD).strip().casefold(): plain(each) for each in modes}
    told_apart = len(payloads) == len(modes)
    return _with_payloads(tuple(payloads.items()), form.words, "", True) if told_apart else form


def presence_form(available: str, gone: str) -> Form:
    """Return the form of what says whether a device is there."""
    return Form(payloads=((gone.casefold(), "offline"), (available.casefold(), "online")))


def _payload(config: Config, *keys: str, default: str) -> str:
    """Return the payload under the first of some keys that there is, folded."""
    given = next((config[key] for key in keys if isinstance(config.get(key), (str, bool, int))), default)
    return cut(str(given), _LONGEST_WORD).strip().casefold()


@lru_cache(1_024)
def _with_payloads(payloads: Pairs, words: Pairs, key: str, only: bool) -> Form:
    return Form(payloads, words, key=key, only=only)


def _worded(
    words: Wording,
    component: str,
    states: tuple[str, ...],
    *,
    written: Iterable[tuple[str, str]] = (),
    device_class: str = "",
    attribute: str = "",
    key: str = "",
    only: bool = False,
) -> Form:
    """Return the form of states: `written` are what the device writes for them, else it writes them.

    `only`: Home Assistant heeds nothing else there.
    """
    payloads = dict(written)
    for state in states:
        payloads.setdefault(state.casefold(), state)
    shown = words.states(component, states, device_class=device_class, attribute=attribute)
    return _with_payloads(tuple(payloads.items()), shown, key, only)


def _switched(config: Config, words: Wording) -> Form:
    component = string(config, "platform")
    given = ("state",) if component in ("switch", "siren") else ()
    written = [
        (_payload(config, *(f"{each}_{word}" for each in (*given, "payload")), default=word), word)
        for word in _ON_OFF
    ]
    device_class = string(config, "device_class") if component == "binary_sensor" else ""
    key = "state" if component == "siren" else ""
    return _worded(words, component, _ON_OFF, written=written, device_class=device_class, key=key, only=True)


def _light(config: Config, words: Wording) -> Form:
    if string(config, "schema").lower() in ("json", "template"):
        return _worded(words, "light", _ON_OFF, only=True)
    return _switched(config, words)


def _moved(config: Config, words: Wording) -> Form:
    """Covers and valves; a valve may tell its position in the place of its state."""
    component = string(config, "platform")
    written = [(_payload(config, f"state_{state}", default=state), state) for state in _COVER]
    form = _worded(words, component, _COVER, written=dict((*_COVER_LOOSE, *written)).items(), only=True)
    if component == "valve" and truth(config, "reports_position"):
        return Form(form.payloads, form.words, _position(config, words).count, key="position")
    return form


def _lock(config: Config, words: Wording) -> Form:
    written = [(_payload(config, f"state_{state}", default=state), state) for state in _LOCK]
    return _worded(words, "lock", _LOCK, written=dict((*_LOCK_LOOSE, *written)).items(), only=True)


def _tracker(config: Config, words: Wording) -> Form:
    states = ("home", "not_home")
    written = [(_payload(config, f"payload_{state}", default=state), state) for state in states]
    return _worded(words, "device_tracker", states, written=written)


def _fixed(states: tuple[str, ...]) -> Callable[[Config, Wording], Form]:
    def made(config: Config, words: Wording) -> Form:
        return _worded(words, string(config, "platform"), states, only=True)

    return made


def _update(config: Config, words: Wording) -> Form:
    return Form(words=words.versions, versions=True, textual=True)


def _event(config: Config, words: Wording) -> Form:
    types = _listed_form(config, "event_types")
    return replace(types, key="event_type")


def _sensor(config: Config, words: Wording) -> Form:
    device_class = string(config, "device_class")
    digits = int(amount(config, "suggested_display_precision", -1))
    if device_class in _NO_NUMBERS:
        return _options(config, words) if device_class == "enum" else TEXTUAL
    if digits >= 0:
        return Form(digits=min(digits, _MOST_DIGITS), numeric=True)
    tells = device_class or string(config, "state_class") or string(config, "unit_of_measurement")
    return NUMERIC if tells else TEXTUAL


def _options(config: Config, words: Wording) -> Form:
    return _listed_form(config, "options")


def _listed_form(config: Config, key: str) -> Form:
    """Return the form of one of some texts, as far as there are not too many to look through."""
    given = config.get(key)
    options = given if isinstance(given, list) else []
    if not options or len(options) > _MOST_OPTIONS or not all(isinstance(each, str) for each in options):
        return TEXTUAL
    return _one_of(tuple(options))


@lru_cache(1_024)
def _one_of(options: tuple[str, ...]) -> Form:
    payloads = {cut(each, _LONGEST_WORD).strip().casefold(): plain(each) for each in options}
    # Two that differ in their case only are told apart as they are.
    return (
        Form(tuple(payloads.items()), textual=True, only=True) if len(payloads) == len(options) else TEXTUAL
    )


def _number(config: Config, words: Wording) -> Form:
    return Form(count=StepForm(0, amount(config, "min", 1), amount(config, "max", 100)), numeric=True)


def _text(config: Config, words: Wording) -> Form:
    return TEXTUAL


def _percent(low: float, high: float, words: Pairs = ()) -> Form:
    return Form(count=Percent(low, high), words=words) if low != high else PLAIN


def _position(config: Config, words: Wording) -> Form:
    """A position has the words for a state too: some things tell nothing else."""
    closed, opened = amount(config, "position_closed", 0), amount(config, "position_open", 100)
    return _percent(closed, opened, words.states("cover", _COVER))


def _with_place(config: Config, words: Wording) -> Form:
    """A cover may tell position and tilt in one object."""
    return replace(_position(config, words), key="position")


def _tilt_inside(config: Config, words: Wording) -> Form:
    return replace(_tilt(config, words), key="tilt_position", inside=True)


def _tilt(config: Config, words: Wording) -> Form:
    return _percent(amount(config, "tilt_min", 0), amount(config, "tilt_max", 100))


def _speed(config: Config, words: Wording) -> Form:
    # Home Assistant cuts the hundred into as many parts as there are speeds.
    return _percent(amount(config, "speed_range_min", 1) - 1, amount(config, "speed_range_max", 100))


def _oscillation(config: Config, words: Wording) -> Form:
    keys = {word: f"oscillation_{word}" for word in _ON_OFF}
    written = (
        (_payload(config, f"payload_{key}", default=f"oscillate_{word}"), word) for word, key in keys.items()
    )
    return Form(payloads=tuple(written))


def _brightness(config: Config, words: Wording) -> Form:
    template = string(config, "schema").lower() == "template"
    full = 255 if template else amount(config, "brightness_scale", 255)
    return Form(count=Brightness(full)) if full > 0 else PLAIN


def _color_temp(config: Config, words: Wording) -> Form:
    return Form(count=StepForm() if truth(config, "color_temp_kelvin") else Mired())


_MAIN: dict[str, Callable[[Config, Wording], Form]] = {
    **dict.fromkeys(("binary_sensor", "fan", "humidifier", "siren", "switch"), _switched),
    **dict.fromkeys(("cover", "valve"), _moved),
    "select": _options,
    "text": _text,
    "alarm_control_panel": _fixed(_ALARM),
    "device_tracker": _tracker,
    "event": _event,
    "lawn_mower": _fixed(_MOWER),
    "light": _light,
    "lock": _lock,
    "number": _number,
    "sensor": _sensor,
    "update": _update,
    "vacuum": _fixed(_VACUUM),
}
_MODES = {"climate": _CLIMATE, "water_heater": _BOILER}
_COUNTED: dict[tuple[str, str], Callable[[Config, Wording], Form]] = {
    ("cover", "position"): _with_place,
    ("cover", "tilt_position"): _tilt_inside,
    ("cover", "tilt"): _tilt,
    ("fan", "oscillation"): _oscillation,
    ("fan", "percentage"): _speed,
    ("light", "brightness"): _brightness,
    ("light", "color_temp"): _color_temp,
    ("update", "latest_version"): _text,
}

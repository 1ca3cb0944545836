"""What can be set about lamps, of all three schemas of MQTT discovery."""

from collections.abc import Iterator
from dataclasses import replace
from math import floor

from ..config import Config, amount, string, template_in, topic_in, truth
from ..controls import Control, Scale
from .control_parts import aliases, command_topic, payload, switched, words_listed
from .palettes import MODES, Palette

_NO_LIGHT = frozenset({"onoff", "unknown"})
_LEVELS = aliases("level")
_PLAIN_WHITE = tuple((word, "neutral white") for word, color in aliases("color") if color == "white")
"""What is meant by white where there are only whites."""


def lamp(config: Config) -> Iterator[Control]:
    """Yield what can be set about a lamp."""
    schema = string(config, "schema").lower()
    if schema == "json":
        yield from _json_light(config)
    elif schema == "template":
        yield from _template_light(config)
    elif schema in {"", "basic", "default"}:
        yield from _basic_light(config)


def _kelvins(config: Config) -> Scale:
    """Return the range of a lamp's colour temperature in kelvins, from mireds where it has those."""
    most, least = amount(config, "max_mireds", 0), amount(config, "min_mireds", 0)
    low = floor(1_000_000 / most) if most >= 1 else amount(config, "min_kelvin", 2000)
    high = floor(1_000_000 / least) if least >= 1 else amount(config, "max_kelvin", 6535)
    return Scale(max(1, low), high, 0, "K", mired=not truth(config, "color_temp_kelvin"))


def _dimmer(full: float) -> Scale:
    return Scale(1, 100, 0, "%", (max(1.0, full / 100), full), dimmer=True)


def _brightness(config: Config) -> Scale:
    return _dimmer(amount(config, "brightness_scale", 255))


def _palette(
    config: Config, modes: set[str], *, warm: bool, nested: bool = False, hue: bool = False
) -> Palette | None:
    """Return the colours of a lamp that has some modes; `warm`: it has a colour temperature besides."""
    mode = next((each for each in MODES if each in modes), "")
    if not mode:
        return None
    whites = _kelvins(config)
    return Palette(mode, whites.low, whites.high, whitens=not warm, nested=nested, hue=hue)


def _json_light(config: Config) -> Iterator[Control]:
    topic = command_topic(config, "command_topic")
    given = config.get("supported_color_modes")
    modes = {str(mode) for mode in given} if isinstance(given, list) else set()
    warm = "color_temp" in modes
    palette = _palette(config, modes, warm=warm, nested=True)
    yield Control("", topic, (("on", "ON"), ("off", "OFF")), key="state")
    if truth(config, "brightness") or modes - _NO_LIGHT:
        yield Control("brightness", topic, scale=_brightness(config), key="brightness", alias=_LEVELS)
    if warm:
        plain = () if palette else _PLAIN_WHITE
        yield Control("color_temp", topic, scale=_kelvins(config), key="color_temp", alias=plain)
    if palette is not None:
        yield Control("color", topic, palette=palette, key="color")
    if truth(config, "effect"):
        yield Control("effect", topic, words_listed(config, "effect_list"), key="effect")
    if "white" in modes:
        scale = _dimmer(amount(config, "white_scale", 255))
        yield Control("white", topic, scale=scale, key="white", shy=True)


def _template_light(config: Config) -> Iterator[Control]:
    """A lamp whose two templates write everything that is said to it."""
    topic, on = command_topic(config, "command_topic"), template_in(config, "command_on_template")
    off = template_in(config, "command_off_template")
    if not on or not off:
        return
    lit: tuple[tuple[str, object], ...] = (("state", True),)
    yield Control("", topic, (("on", "on"),), template=on, bare=True, given=lit)
    yield Control("", topic, (("off", "off"),), template=off, bare=True, given=(("state", False),))
    warm = bool(template_in(config, "color_temp_template"))
    colors = all(template_in(config, f"{each}_template") for each in ("red", "green", "blue"))
    palette = _palette(config, {"hs"} if colors else set(), warm=warm, hue=True)
    told = {"brightness": _dimmer(255)} if template_in(config, "brightness_template") else {}
    told |= {"color_temp": _kelvins(config)} if warm else {}
    for name, scale in told.items():
        alias = _LEVELS if name == "brightness" else () if palette else _PLAIN_WHITE
        yield Control(name, topic, scale=scale, template=on, bare=True, given=lit, called=name, alias=alias)
    if palette is not None:
        yield Control("color", topic, palette=palette, template=on, bare=True, given=lit)
    effects = words_listed(config, "effect_list")
    yield Control("effect", topic, effects, template=on, bare=True, given=lit, called="effect")


def _basic_light(config: Config) -> Iterator[Control]:
    """A lamp with a topic for each thing; `on_command_type` says when it is switched on besides."""
    words, topic = switched(config), command_topic(config, "command_topic")
    order = string(config, "on_command_type")
    said = payload(config, "payload_on", "ON")
    along = (topic, said) if topic and said is not None and order != "brightness" else None
    bright = command_topic(config, "brightness_command_topic")
    restores = _restored(config, bright) if order == "brightness" and bright else None
    if restores is not None:
        yield restores
        words = tuple(each for each in words if each[0] == "off")
    yield Control("", topic, words)
    before, after = (along, None) if order == "first" else (None, along)
    for stem, part in _parts(config):
        topic = command_topic(config, f"{stem}_command_topic")
        template = template_in(config, f"{stem}_command_template")
        also = None if stem in {"brightness", "white"} else restores
        yield replace(part, topic=topic, template=template, before=before, after=after, restores=also)


def _parts(config: Config) -> Iterator[tuple[str, Control]]:
    """Yield what a lamp has topics for: how its keys begin, and what it takes."""
    warm = bool(command_topic(config, "color_temp_command_topic"))
    modes = {mode for mode in MODES if command_topic(config, f"{mode}_command_topic")}
    palette = _palette(config, modes, warm=warm)
    yield "brightness", Control("brightness", "", scale=_brightness(config), alias=_LEVELS)
    plain = () if palette else _PLAIN_WHITE
    yield "color_temp", Control("color_temp", "", scale=_kelvins(config), alias=plain)
    if palette is not None:
        yield palette.mode, Control("color", "", palette=palette)
    yield "effect", Control("effect", "", words_listed(config, "effect_list"))
    white = _dimmer(amount(config, "white_scale", 255))
    yield "white", Control("white", "", scale=white, shy=True)


def _restored(config: Config, topic: str) -> Control:
    """Return what switches a lamp on that knows only brightness: as bright as it was, else fully."""
    full = amount(config, "brightness_scale", 255)
    state = topic_in(config, "brightness_state_topic")
    template = template_in(config, "brightness_value_template")
    return Control(
        "",
        topic,
        (("on", f"{full:g}"),),
        template=template_in(config, "brightness_command_template"),
        recalls=(state, template) if state else None,
    )

"""The lights of a Tasmota device."""

from ..config import Announced, Config, path
from .tasmota_topics import Tasmota

_DIMMER, _WHITES, _COLOR, _COLOR_WHITE, _COLOR_WHITES = range(1, 6)
"""What channels a light has (`lt_st`)."""

_COLORFUL = frozenset({_COLOR, _COLOR_WHITE, _COLOR_WHITES})
_WARM_AND_COLD = frozenset({_WHITES, _COLOR_WHITES})
_EFFECTS = ("Solid", "Wake up", "Cycle up", "Cycle down", "Random")
"""What the numbers of a scheme mean."""


def light(tasmota: Tasmota, index: int, first: int) -> Announced:
    """Return a light; `first` is the index of the device's first one."""
    kind, dimmer, told, ending = _parts(tasmota, index, first)
    base = {**tasmota.base("light", tasmota.friendly_name("light", index)), **tasmota.words}
    rest: dict[str, object] = {"command_topic": f"{tasmota.command}POWER{index + 1}"}
    heard: dict[str, object] = {}
    if kind:
        rest |= {"brightness_command_topic": tasmota.command + dimmer}
        heard |= {"brightness_value_template": path(told, partial=True), "brightness_scale": 100}
    if kind in _WARM_AND_COLD:
        narrow = tasmota.option("82")
        rest |= {"color_temp_command_topic": f"{tasmota.command}CT"}
        heard |= {
            "color_temp_value_template": path("CT", partial=True),
            "min_mireds": 200 if narrow else 153,
            "max_mireds": 380 if narrow else 500,
        }
    if kind in _COLORFUL:
        rest |= _colored(tasmota, ending)
    # What a command has changed is told in one message, and the state alone in another besides.
    words = tasmota.powers(index)
    told_on = {"state_topic": tasmota.result, "value_template": path(words[0], partial=True)}
    repeats = (*(tasmota.stat + word for word in words), tasmota.state)
    return (
        {**base, **told_on, **rest, **heard, **_placed(rest, tasmota.result), "repeats": repeats},
        {**base, **heard, **_placed(rest, tasmota.state)},
        *({**base, **each} for each in tasmota.power(index)),
    )


def _parts(tasmota: Tasmota, index: int, first: int) -> tuple[int, str, str, str]:
    """Return the channels of a light, what dims it, what tells how bright it is, and what ends its colour."""
    kind = tasmota.config.get("lt_st")
    if not isinstance(kind, int) or not _DIMMER <= kind <= _COLOR_WHITES:
        kind = 0
    if tasmota.option("68"):  # each channel is a light of its own
        channel = f"Channel{index + 1}"
        return _DIMMER, channel, channel, ""
    dimmer = "Dimmer3" if tasmota.config.get("ty") == 1 else "Dimmer"
    if kind < _COLOR_WHITE or tasmota.config.get("lk") == 1:
        return kind, dimmer, "Dimmer", ""
    # Colour and white are two lights.
    if index == first:
        return _COLOR, "Dimmer1", "Dimmer1", "="
    white = _DIMMER if kind == _COLOR_WHITE else _WHITES
    return white, "Dimmer2", "Dimmer2", ""


def _colored(tasmota: Tasmota, ending: str) -> dict[str, object]:
    numbers = ", ".join(f"'{name}': {number}" for number, name in enumerate(_EFFECTS))
    colored: dict[str, object] = {
        "rgb_command_topic": f"{tasmota.command}Color2",
        "effect_command_topic": f"{tasmota.command}Scheme",
        "effect_command_template": f"{{{{ {{{numbers}}}[value] }}}}",
        "effect_list": list(_EFFECTS),
    }
    if ending:
        colored["rgb_command_template"] = f"{{{{ red }}}},{{{{ green }}}},{{{{ blue }}}}{ending}"
    return colored


def _placed(control: Config, topic: str) -> Config:
    """Return a topic as the place where everything but on and off is told."""
    every = (key for key in ("brightness", "color_temp") if f"{key}_command_topic" in control)
    return {f"{key}_state_topic": topic for key in every}

"""What can be set about a thing, by every name that people have for it (`words_about_<aspect>`)."""

from ...text.tongue import fold, words
from ..controls import Control
from .kinds import FAN, LIGHT, VALVE

_FILLERS = words("before_value")
"""What is said before a value."""


def _names_of(component: str, control: Control) -> tuple[str, ...]:
    own = (control.aspect, control.aspect.replace("_", " ")) if control.aspect else ()
    more = {"position"} if component == VALVE and control.scale is not None else set()
    if component == LIGHT and control.aspect == "color_temp":
        more |= {"temperature", *words("about_temperature")}
    if (component, control.aspect) == (FAN, "preset"):
        more |= {"mode", *words("about_mode")}
    if control.aspect == "speed" and control.scale is None:
        # The second of three steps is not two of a hundred.
        more |= words("about_step")
    return (*own, *words(f"about_{control.aspect or 'state'}"), *more)


def behind(component: str, control: Control, value: str) -> str:
    """Return what stands beside the name of a control, at an end of a value: `speed 40`, `half speed`."""
    words = value.split()
    for name in sorted(_names_of(component, control), key=len, reverse=True):
        count = len(name.split())
        if len(words) > count and fold(" ".join(words[:count])) == name:
            return " ".join(words[count:])
        if control.aspect and len(words) > count and fold(" ".join(words[-count:])) == name:
            return " ".join(words[:-count])
    return ""


def without_filler(value: str) -> str:
    """Return a value without the word that is said before it: `to 21`; empty if there is none."""
    first, _, rest = value.partition(" ")
    return rest.strip() if fold(first) in _FILLERS else ""

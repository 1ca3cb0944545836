"""What an entity says, on one line: `on, 100 %, 2700 K`, `open, 65 %`, `21.3 °C → 22, heating`."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from .bindings import Binding
from .forms import with_latest

_MOST = 6
_ARROW = "→"

type Found = Mapping[str, tuple[Binding, str]]
"""Values by aspect, each with the binding that found it."""


def value_line(values: Iterable[tuple[Binding, str]]) -> str:
    """Return the values of one entity as one line, the main one first; the first of an aspect counts."""
    found: dict[str, tuple[Binding, str]] = {}
    for binding, value in values:
        found.setdefault(binding.aspect, (binding, value))
    if not found:
        return ""
    component = next(iter(found.values()))[0].component
    teller = _TELLERS.get(component, _in_turn)
    return ", ".join([part for part in teller(found) if part][:_MOST])


def _part(found: Found, aspect: str) -> str:
    """Return a value as people read it; empty if there is none."""
    if aspect not in found:
        return ""
    binding, value = found[aspect]
    return binding.value_text(value)


def _named(found: Found, aspect: str) -> str:
    text = _part(found, aspect)
    return f"{found[aspect][0].label or aspect.replace('_', ' ')} {text}" if text else ""


def _value(found: Found, aspect: str) -> str:
    return found[aspect][1] if aspect in found else ""


def _rest(found: Found, *done: str) -> Iterator[str]:
    for aspect in found:
        if aspect not in done:
            yield _named(found, aspect)


def _in_turn(found: Found) -> Iterator[str]:
    yield _part(found, "")
    yield from _rest(found, "")


def _light(found: Found) -> Iterator[str]:
    yield _part(found, "")
    if _value(found, "") == "off":
        return
    yield _part(found, "brightness")
    if _value(found, "color_mode") in ("", "color_temp"):
        yield _part(found, "color_temp")
    if _value(found, "effect").casefold() not in ("", "none", "off"):
        yield _named(found, "effect")


def _moved(found: Found) -> Iterator[str]:
    """Covers and valves: those that tell only where they are, or that they stopped, are open or closed."""
    place = "position" if "position" in found else ""
    at = _value(found, place)
    counted = place in found and found[place][0].amount(at) is not None
    state = "" if place == "" and counted else _value(found, "")
    if counted and state in ("", "stopped"):
        form = found[""][0].form if "" in found else found[place][0].form
        yield form.shown("closed" if at == "0" else "open")
    else:
        yield _part(found, "")
    if counted:
        yield _part(found, place)
    yield from _rest(found, "", place)


def _tempered(found: Found) -> Iterator[str]:
    """Climates and the like: how it is, what is wanted, what is done for it."""
    off = _value(found, "mode") == "off"
    yield _part(found, "")
    yield from _goal(found, "temperature", off=off)
    yield from _goal(found, "humidity", off=off)
    yield _part(found, "mode" if off or "action" not in found else "action")
    if _value(found, "preset_mode").casefold() not in ("", "none"):
        yield _part(found, "preset_mode")


def _goal(found: Found, what: str, *, off: bool) -> Iterator[str]:
    current = _part(found, f"current_{what}")
    part = _bare if current else _part
    wanted = "" if off else part(found, what) or part(found, f"target_{what}") or _span(found, what, part)
    yield f"{current} {_ARROW} {wanted}".strip() if wanted else current


def _bare(found: Found, aspect: str) -> str:
    """Return a value without its unit, which the one before it has."""
    if aspect not in found:
        return ""
    binding, value = found[aspect]
    return binding.shown(value)


def _span(found: Found, what: str, part: Callable[[Found, str], str]) -> str:
    low, high = part(found, f"{what}_low"), part(found, f"{what}_high")
    return f"{low} – {high}" if low and high else low or high


def _fan(found: Found) -> Iterator[str]:
    yield _part(found, "")
    if _value(found, "") == "off":
        return
    yield _part(found, "percentage")
    if _value(found, "preset_mode").casefold() not in ("", "none"):
        yield _part(found, "preset_mode")
    yield from _rest(found, "", "percentage", "preset_mode")


def _update(found: Found) -> Iterator[str]:
    latest = _value(found, "latest_version")
    if "" not in found:
        yield latest
        return
    binding, value = found[""]
    yield binding.form.shown(with_latest(value, latest) if latest else value)


_TELLERS: dict[str, Callable[[Found], Iterator[str]]] = {
    "climate": _tempered,
    "cover": _moved,
    "fan": _fan,
    "humidifier": _tempered,
    "light": _light,
    "update": _update,
    "valve": _moved,
    "water_heater": _tempered,
}

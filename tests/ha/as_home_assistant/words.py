"""What the bot shows of an entity, judged by what Home Assistant shows of it."""

from collections.abc import Iterator
from datetime import datetime
import re
from typing import NamedTuple

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.entity_registry import RegistryEntry
from homeassistant.helpers.translation import async_translate_state, async_translate_state_attr

NUMBER = re.compile(r"[-−]?\d+(?:[.,]\d+)?")
AMOUNT = re.compile(r"([-−]?\d+(?:[.,]\d+)?)\s*(\D.*)?")
VALUELESS = frozenset({"button", "scene", "notify", "camera", "image"})


class Unlike(NamedTuple):
    """One thing that is shown in another way."""

    kind: str
    ha: str
    bot: str


class Seen(NamedTuple):
    """An entity of Home Assistant's: its state, and its entry in the registry."""

    hass: HomeAssistant
    state: State
    entry: RegistryEntry
    digits: int | None

    def word(self, state: str = "") -> str:
        device_class = self.state.attributes.get("device_class")
        domain, said = self.state.domain, state or self.state.state
        return async_translate_state(
            self.hass, said, domain, "mqtt", self.entry.translation_key, device_class
        )

    def attribute(self, name: str) -> str:
        said, domain = str(self.state.attributes[name]), self.state.domain
        return async_translate_state_attr(self.hass, said, domain, "mqtt", None, None, name)


def compare(seen: Seen, bot: str) -> Iterator[Unlike]:
    """Yield how what the bot shows differs from Home Assistant's state."""
    state, text = seen.state, bot.strip()
    if state.domain in VALUELESS or (state.state == "unknown" and not _attributes(state)):
        if text:
            yield Unlike("value", state.state if state.domain not in VALUELESS else "", text)
    elif state.domain in {"sensor", "number"}:
        yield from _amount(seen, text)
    elif state.domain in _REQUIRED:
        yield from _several(seen, text)
    else:
        yield from _word(seen, text)


def _attributes(state: State) -> bool:
    """Say whether an entity without a state has a value all the same."""
    return any(state.attributes.get(key) is not None for key in ("current_position", "current_temperature"))


def _word(seen: Seen, text: str) -> Iterator[Unlike]:
    shown = seen.word()
    if text.casefold() != shown.casefold():
        yield Unlike("word" if text else "value", shown, text)


def _amount(seen: Seen, text: str) -> Iterator[Unlike]:
    state, unit = seen.state.state, seen.state.attributes.get("unit_of_measurement", "")
    shown, amount = f"{state} {unit}".strip(), AMOUNT.fullmatch(text)
    try:
        value = float(state)
    except ValueError:
        if not _same_moment(state, text):
            yield from _word(seen, text)
        return
    if amount is None:
        yield Unlike("value", shown, text)
        return
    said, said_unit = float(amount[1].replace(",", ".").replace("−", "-")), amount[2] or ""
    if said_unit.replace("μ", "µ") != (unit or "").replace("μ", "µ"):
        yield Unlike("unit", shown, text)
        return
    # Home Assistant rounds what it shows: as configured, else as is usual for such sensors.
    usual = seen.entry.options.get("sensor", {}).get("suggested_display_precision")
    near = 0.5 * 10**-usual if usual is not None else 0.0
    if abs(said - value) > near + 1e-9 * max(1.0, abs(value)):
        yield Unlike("value", shown, text)
    elif seen.digits is not None and len(amount[1].partition(".")[2]) > seen.digits:
        yield Unlike("digits", f"{value:.{seen.digits}f} {unit}".strip(), text)


def _same_moment(state: str, text: str) -> bool:
    try:
        return datetime.fromisoformat(state) == datetime.fromisoformat(text)
    except ValueError, TypeError:
        return False


class Wanted(NamedTuple):
    """Words one of which has to be there, and numbers all of which have to, each with how near."""

    words: tuple[str, ...]
    numbers: tuple[tuple[str, float, float], ...] = ()
    besides: tuple[str, ...] = ()


def _several(seen: Seen, text: str) -> Iterator[Unlike]:
    wanted = _REQUIRED[seen.state.domain](seen)
    shown = ", ".join([*wanted.words[:1], *(f"{name} {value:g}" for name, value, _ in wanted.numbers)])
    if not text:
        yield Unlike("value", shown, text)
        return
    parts = {part.strip().casefold() for part in re.split(r"[,→·]", text)}
    words = {word.casefold() for word in wanted.words if word}
    if words and not any(part == word or part.endswith(f" {word}") for part in parts for word in words):
        yield Unlike("word", shown, text)
    numbers = [float(each.replace(",", ".").replace("−", "-")) for each in NUMBER.findall(text)]
    for name, value, near in wanted.numbers:
        if not any(abs(each - value) <= near for each in numbers):
            yield Unlike(f"value {name}", shown, text)


def _numbers(seen: Seen, *names: tuple[str, str, float]) -> tuple[tuple[str, float, float], ...]:
    has = seen.state.attributes
    return tuple((label, float(has[key]), near) for label, key, near in names if has.get(key) is not None)


def _light(seen: Seen) -> Wanted:
    has, found = seen.state.attributes, []
    if has.get("brightness") is not None:
        found.append(("brightness", float(round(has["brightness"] / 255 * 100)), 0.51))
    if has.get("color_mode") == "color_temp" and (kelvin := has.get("color_temp_kelvin")):
        found.append(("color temp", float(kelvin), kelvin / 200))
    return Wanted((seen.word(),), tuple(found))


def _cover(seen: Seen) -> Wanted:
    known = seen.state.state != "unknown"
    return Wanted(
        (seen.word(),) if known else (),
        _numbers(seen, ("position", "current_position", 0.5), ("tilt", "current_tilt_position", 0.5)),
    )


def _climate(seen: Seen) -> Wanted:
    has = seen.state.attributes
    words = [seen.word(), seen.state.state]
    if has.get("hvac_action"):
        words = [seen.attribute("hvac_action"), str(has["hvac_action"]), *words]
    return Wanted(
        tuple(words) if seen.state.state != "unknown" else (),
        _numbers(
            seen,
            ("now", "current_temperature", 0.06),
            ("wanted", "temperature", 0.06),
            ("high", "target_temp_high", 0.06),
            ("low", "target_temp_low", 0.06),
        ),
    )


def _water_heater(seen: Seen) -> Wanted:
    numbers = _numbers(seen, ("now", "current_temperature", 0.06), ("wanted", "temperature", 0.06))
    return Wanted((seen.word(), seen.state.state), numbers)


def _fan(seen: Seen) -> Wanted:
    return Wanted((seen.word(),), _numbers(seen, ("speed", "percentage", 1.0)))


def _humidifier(seen: Seen) -> Wanted:
    return Wanted((seen.word(),), _numbers(seen, ("humidity", "humidity", 0.5)))


def _vacuum(seen: Seen) -> Wanted:
    return Wanted((seen.word(), seen.state.state))


def _event(seen: Seen) -> Wanted:
    has = seen.state.attributes
    return Wanted((seen.attribute("event_type"), str(has["event_type"])) if has.get("event_type") else ())


def _update(seen: Seen) -> Wanted:
    has = seen.state.attributes
    keys = ("installed_version", "latest_version") if seen.state.state == "on" else ("installed_version",)
    versions = [float(found[0]) for key in keys if (found := NUMBER.match(str(has.get(key))))]
    return Wanted((), tuple((key, value, 1e-6) for key, value in zip(keys, versions, strict=False)))


_REQUIRED = {
    "climate": _climate,
    "cover": _cover,
    "event": _event,
    "fan": _fan,
    "humidifier": _humidifier,
    "light": _light,
    "update": _update,
    "vacuum": _vacuum,
    "valve": _cover,
    "water_heater": _water_heater,
}

"""What is done about an intent: a line that a command is typed as, a question, or a few words."""

from collections.abc import Callable, Mapping

from ..model.intents import Intent
from ..model.replies import Text, Typed
from ..text import tongue
from .looks import Both, Events, Home, Look, Question, Settable

__all__ = ["Look", "Meaning", "meaning"]

type Meaning = str | Question | Text | None
"""A command as it is typed, a command, what is said at once; or nothing, where it is not known after all."""

_COMMANDS = {
    "BotHelp": "help",
    "BotUndo": "undo",
    "BotTopics": "topics",
    "BotDevices": "devices",
    "BotSensors": "devices sensor",
    "BotContacts": "contacts",
    "BotAlerts": "alerts",
    "BotStatus": "status",
    "BotMutes": "mute",
    "BotUnmuteAll": "unmute all",
    "BotTold": "topics",
    "BotOnlyAlerts": "pause",
    "BotResume": "resume",
    "BotWaiting": "waiting",
    "BotForgetAll": "waiting off all",
    "BotAck": "ack",
}
_SOCIAL = {
    "BotThanks": "talk_thanks",
    "BotOk": "talk_ok",
    "BotStop": "talk_stop",
    "BotTest": "talk_test",
    "BotVersion": "talk_version",
    "BotLanguage": "talk_language",
    "BotRestart": "talk_restart",
    "BotForecast": "talk_forecast",
    "HassNevermind": "talk_stop",
}
_TYPED = {
    "BotHistory": "history {name} {span}",
    "BotChart": "chart {name} {span}",
    "BotMute": "mute {name} {span}",
    "BotQuiet": "quiet {span}",
    "BotDnd": "dnd {span}",
    "BotWatch": "alert {bot_rest}",
    "BotOnce": "once {bot_rest}",
    "BotPastAlerts": "alerts past {span}",
    "BotRemind": "remind {bot_rest}",
    "BotRule": "rule {bot_rest}",
    "BotRuleOff": "rule {bot_rest} off",
    "BotRuleOn": "rule {bot_rest} on",
    "BotDndAll": "dnd {span}",
    "BotSubscribe": "subscribe {bot_rest}",
    "BotForget": "waiting off r{bot_rest}",
    "BotRename": "alias {name} {bot_rest}",
    "BotWatchNight": "alert {bot_rest} only 22:00-6:00",
    "BotUnwatch": "rmalert {bot_rest}",
    "BotCommand": "{command}",
    "BotUnknown": "value {bot_rest}",
    "BotSet": "set {name} {bot_rest}",
    "HassVacuumStart": "set {name} start",
    "HassVacuumReturnToBase": "set {name} return_to_base",
}
"""How a command is typed with what was said."""

_BEFORE_TIMES = tuple(f"{each} " for each in sorted(tongue.words("before_span"), key=len, reverse=True))
_PLURALS = {"light": "lights", "fan": "fans", "switch": "switches", "lock": "locks"}
_VALUES = ("brightness", "color", "temperature", "position", "percentage")
_ASPECTS = {"temperature": "color temperature "}


def meaning(intent: Intent) -> Meaning:
    """Return what is to be done about an intent."""
    name, slots = intent.name, intent.slots
    if name in _COMMANDS:
        return _COMMANDS[name]
    if name in _SOCIAL:
        return Text(_SOCIAL[name])
    if name in _TYPED:
        said = {"span": "", "bot_rest": "", "name": "", **slots}
        for before in _BEFORE_TIMES:
            said["span"] = said["span"].removeprefix(before)
        if intent.asks == "until":
            said["span"] = f"until {said['span']}"
        return " ".join(_TYPED[name].format_map(said).split())
    if "Timer" in name:
        return Text("talk_timer", {"example": Typed("remind", last="example_remind")})
    return _MADE[name](intent) if name in _MADE else None


def _turned(intent: Intent) -> Meaning:
    on = intent.name == "HassTurnOn"
    words = {"cover": ("open", "close"), "valve": ("open", "close"), "lock": ("lock", "unlock")}
    kind = next((kind for kind in words if kind in intent.asks or kind == intent.slots.get("domain")), "")
    word = words.get(kind, ("on", "off"))[not on]
    thing = _thing(intent.slots)
    return f"set {thing} {word}" if thing else None


def _set(intent: Intent) -> Meaning:
    thing = _thing(intent.slots, "thermostat" if "Climate" in intent.name else "")
    slot = next((slot for slot in _VALUES if slot in intent.slots), "")
    aspect = _ASPECTS.get(slot, "") if intent.name == "HassLightSet" else ""
    unit = " %" if slot in {"brightness", "percentage", "position"} else ""
    return f"set {thing} {aspect}{intent.slots[slot]}{unit}" if thing and slot else None


def _thing(slots: Mapping[str, str], kind: str = "") -> str:
    """Return what is to be set, as it is called: by its name, or by kind and place."""
    kinds = "blinds" if slots.get("device_class") else _PLURALS.get(slots.get("domain", ""), kind)
    name, place = slots.get("name", ""), slots.get("area", "")
    if name:
        return f"{place} {name}".strip()
    if not place and kinds and "domain" in slots:
        return f"all {kinds}"
    return f"{place} {kinds}".strip() if place and kinds else ""


def _looked(intent: Intent) -> Meaning:
    slots = intent.slots
    device_class = slots.get("device_class", "")
    domain = slots.get("domain", "")
    look = Look(
        name=slots.get("name", ""),
        place=slots.get("area", ""),
        kind=slots.get("kind", "") or device_class,
        state=slots.get("state", ""),
        asks=intent.asks,
        component="" if device_class or domain == "person" else domain,
    )
    return look if look.name or look.place or look.kind or look.state else None


_MADE: Mapping[str, Callable[[Intent], Meaning]] = {
    "BotGet": _looked,
    "BotAre": _looked,
    "HassGetState": _looked,
    "HassClimateGetTemperature": lambda intent: Look(
        name=intent.slots.get("name", ""), place=intent.slots.get("area", ""), kind="temperature"
    ),
    "BotEvents": lambda intent: Events(span=intent.slots.get("when", "")),
    "BotSettable": lambda intent: Settable(place=intent.slots.get("bot_rest", "")),
    "BotHome": lambda intent: Home(away=intent.asks == "away"),
    "BotSecured": lambda intent: Both(
        one=Look(kind="opening", state="closed", asks="all"),
        other=Look(kind="lock", state="locked", asks="all"),
    ),
    "HassTurnOn": _turned,
    "HassTurnOff": _turned,
    "HassLightSet": _set,
    "HassSetPosition": _set,
    "HassFanSetSpeed": _set,
    "HassClimateSetTemperature": _set,
}

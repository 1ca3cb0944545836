"""Topics on which devices and gateways talk to themselves: kept in the history, and told to nobody."""

from collections.abc import Sequence
import re

from ..discovery.topic_uses import TopicUses

# Behind the level `bridge` of Zigbee2MQTT and its like: a line for each publish, lists of many kilobytes,
# questions and answers of its page.
_BRIDGE = {
    **dict.fromkeys(("logging", "log"), "log"),
    **dict.fromkeys(("devices", "groups", "info", "config", "health"), "lists"),
    **dict.fromkeys(("definition", "definitions", "extensions", "converters"), "lists"),
    **dict.fromkeys(("request", "response", "event"), "requests"),
}
# Z-Wave JS UI, OpenMQTTGateway.
_OWN_LEVELS = {"_CLIENTS": "requests", "_EVENTS": "log"}
_OWN_ENDS = dict.fromkeys(("SYStoMQTT", "RLStoMQTT", "WebUItoMQTT"), "lists")

# Tasmota: each 300 s all that the chip knows, some messages at each start, and what it was told.
_TASMOTA = re.compile(r"(?:STATE|STATUS\d*|INFO\d+|UPTIME|LOGGING|UPGRADE)")


def technical(topic: str, prefix: str, uses: TopicUses) -> str:
    """Return why nobody is told of a topic unless it is subscribed by its name, or nothing.

    `log`, `lists`, `requests`, `telemetry`, `command` or `configuration`, as docs/following.md explains.
    Asked once for each topic. What a device tells there of what it is there for is no telemetry: some have
    nothing but `tele/plug/STATE`.
    """
    levels = topic.split("/")
    if found := _gateway(levels):
        return found
    if uses.is_main(topic):
        return ""
    if uses.is_repeated(topic):
        return "telemetry"
    if uses.is_command(topic) or "cmnd" in levels[:-1]:
        return "command"
    if not {"tele", "stat"}.isdisjoint(levels[:-1]) and _TASMOTA.fullmatch(levels[-1]):
        return "telemetry"
    return "configuration" if _configures(levels, prefix) else ""


def _gateway(levels: Sequence[str]) -> str:
    for level, after in zip(levels[1:], (*levels[2:], ""), strict=False):
        if level == "bridge" and (reason := _BRIDGE.get(after)):
            return reason
        if level in _OWN_LEVELS and after:
            return _OWN_LEVELS[level]
        if level.startswith("$") and level != "$state":  # Homie: what a device is called, and can
            return "lists"
    return _OWN_ENDS.get(levels[-1], "")


def _configures(levels: Sequence[str], prefix: str) -> bool:
    if "/".join(levels) in (f"{prefix}/status", "homeassistant/status"):
        return True
    return levels[:2] == ["tasmota", "discovery"] or (levels[0] == "homeassistant" and levels[-1] == "config")


_SAYS_PRESENCE = re.compile(r".+/(?:availability|LWT|\$state)|[^/]+/bridge/state")
_WORDS = {
    **dict.fromkeys(("online", "ready", "connected"), True),
    **dict.fromkeys(("offline", "lost", "disconnected"), False),
}
_LONGEST_PRESENCE = 200


def says_presence(topic: str, uses: TopicUses) -> bool:
    """Say whether a topic tells whether a device is there, and nothing else."""
    return not uses.is_main(topic) and (bool(uses.devices(topic)) or bool(_SAYS_PRESENCE.fullmatch(topic)))


def presence_in(text: str) -> bool | None:
    """Say whether a device is there by what is mostly said of that: `offline`, `{"state":"offline"}`."""
    words = re.findall(r"\w+", text.lower()) if len(text) <= _LONGEST_PRESENCE else []
    said = [_WORDS[word] for word in words if word in _WORDS]
    return said[0] if len(said) == 1 and len(words) <= 2 else None

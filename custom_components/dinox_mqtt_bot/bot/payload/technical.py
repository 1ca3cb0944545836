"""Which fields of a JSON object the chat leaves out: what a device tells of its radio, its clock and itself.

Only beside others: an object that has nothing else is told as it is. Alert rules, charts and the history have
every field.
"""

from functools import lru_cache
from operator import itemgetter
import re

from ..model.message import MORE, Field

_OF_RADIO = frozenset(
    (
        *("linkquality", "lqi", "rssi", "snr", "signalstrength", "signallevel", "wifisignal", "wifirssi"),
        *("lastseen", "uptime"),
    )
)
"""How a device is heard, and since when: left out of what is known of it by discovery too."""

TECHNICAL = _OF_RADIO | frozenset(
    (
        # Where it is heard, and when.
        *("ssid", "bssid", "mac", "macaddress", "ip", "ipaddress", "ieeeaddr", "ieeeaddress"),
        *("networkaddress", "lastseenepoch", "lastupdate", "lastupdated", "elapsed"),
        # Clocks and counters, which are another with each message.
        *("time", "timestamp", "ts", "datetime", "utc", "epoch", "unixtime", "uptimesec", "uptimems"),
        *("seq", "seqno", "sequence", "sequenceno", "sequencenumber", "messageid", "msgid", "packetid"),
        *("messagecount", "msgcount", "packetcount", "fcnt", "totalstarttime"),
        # How it does, and what it is.
        *("heap", "freeheap", "heapfree", "freememory", "loadavg", "mqttcount", "restartreason"),
        *("devicetemperature", "poweroutagecount", "triggercount", "colormode", "updateavailable"),
        *("friendlyname", "manufacturername", "modelid", "powersource", "datecode", "softwarebuildid"),
        *("hwversion", "swversion", "fwversion", "firmwareversion", "hardwareversion", "softwareversion"),
    )
)
"""Last keys of fields, in lower case and without what stands between words: `last_seen`, `LinkQuality`."""

TECHNICAL_OBJECTS = frozenset({"color", "coloroptions", "levelconfig", "update", "wifi"})
"""First keys of objects that are left out with all that is in them: `color.x`, `update.state`."""

UNSURE = frozenset({"count", "counter"})
"""Numbers that may be what a device is there for: left out beside anything but the state of a battery."""

_VOLTAGE = "voltage"
"""That of a battery where there is one, else that of the mains, which is of interest."""

_BATTERY = frozenset({"battery", "batterylevel", "batterylow", "batteryok", "batterypercent", "batterystate"})

_FIRST = (
    *("state", "contact", "occupancy", "presence", "motion", "waterleak", "smoke", "carbonmonoxide"),
    *("action", "position"),
)
"""What people look at first."""

_BETWEEN = re.compile(r"[\W_]+")
_FIRST_KEY = re.compile(r"[.\[]")
_LEFT_OUT, _USUAL, _OF_BATTERY, _PERHAPS, _LATE, _REST = -1, 100, 101, 102, 103, 104
"""Ranks of fields, behind those of `_FIRST`: left out, as they come, voltages, counters, batteries, and the
number of those that are left out."""
_UNSURE = frozenset({_OF_BATTERY, _PERHAPS, _REST})
_LONGEST = 64
"""Characters of a name whose rank is kept."""


def told_of(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return the fields of an object that the chat tells, in the order in which people look."""
    told: list[tuple[int, Field]] = []
    before, sure = 0, True
    for field in fields:
        name = field.name
        rank = _rank_of(name)
        if rank >= 0 and field.text != "null":
            told.append((rank, field))
            if rank < before or rank in _UNSURE:
                sure = False
            before = rank
    if not sure:
        told = _sorted(told)
    if not told:
        return tuple(field for field in fields if field.text != "null") or fields
    return tuple([field for _, field in told])


def _sorted(told: list[tuple[int, Field]]) -> list[tuple[int, Field]]:
    """Return fields in their order, without what is not worth it beside the others; none if none is."""
    ranks = {rank for rank, _ in told}
    if ranks == {_REST}:
        return []
    unsure = {_PERHAPS, _OF_BATTERY} if _LATE in ranks else {_PERHAPS}
    if min(ranks - unsure, default=_LATE) < _LATE:
        told = [each for each in told if each[0] not in unsure]
    return sorted(told, key=itemgetter(0))


def is_technical(name: str) -> bool:
    """Say whether a field of this name is left out beside others."""
    return _rank_of(name) == _LEFT_OUT


def _is_left_out(name: str) -> bool:
    first = _FIRST_KEY.split(name, maxsplit=1)[0]
    nested = len(first) < len(name)
    return _last(name) in TECHNICAL or (nested and _folded(first) in TECHNICAL_OBJECTS)


def is_of_radio(name: str) -> bool:
    """Say whether an entity of this name tells how its device is heard."""
    return _folded(name) in _OF_RADIO


def _rank(name: str) -> int:
    if name == MORE:
        return _REST
    if _is_left_out(name):
        return _LEFT_OUT
    return _RANKS.get(_last(name), _USUAL)


_kept_rank = lru_cache(4_096)(_rank)


def _rank_of(name: str) -> int:
    return _kept_rank(name) if len(name) <= _LONGEST else _rank(name)


def _last(name: str) -> str:
    return _folded(name.rpartition(".")[2])


def _folded(key: str) -> str:
    return _BETWEEN.sub("", key).lower()


_RANKS = {
    **{name: place for place, name in enumerate(_FIRST)},
    **dict.fromkeys(UNSURE, _PERHAPS),
    **dict.fromkeys(_BATTERY, _LATE),
    _VOLTAGE: _OF_BATTERY,
}

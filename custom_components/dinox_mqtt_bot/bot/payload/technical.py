"""Which fields of a JSON object the chat leaves out: what a device tells of its radio, its clock and itself.

Only beside others: an object that has nothing else is told as it is. Alert rules, charts and the history have
every field.
"""

from functools import lru_cache
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

_PLACES = {name: place for place, name in enumerate(_FIRST)}
_BETWEEN = re.compile(r"[\W_]+")
_FIRST_KEY = re.compile(r"[.\[]")
_KEPT, _LONGEST = 512, 4_096
"""Objects whose order is kept, and characters of each."""


def told_of(fields: tuple[Field, ...], size: int) -> tuple[Field, ...]:
    """Return the fields of an object that the chat tells, in the order in which people look.

    `size` is the object's in characters.
    """
    names = tuple([field.name for field in fields])
    order = _kept_order(names) if size <= _LONGEST else _order(names)
    told = tuple([fields[at] for at in order if fields[at].text != "null"])
    return told or tuple(field for field in fields if field.text != "null") or fields


def is_technical(name: str) -> bool:
    """Say whether a field of this name is left out beside others."""
    first = _FIRST_KEY.split(name, 1)[0]
    nested = len(first) < len(name)
    return _last(name) in TECHNICAL or (nested and _folded(first) in TECHNICAL_OBJECTS)


def is_of_radio(name: str) -> bool:
    """Say whether an entity of this name tells how its device is heard."""
    return _folded(name) in _OF_RADIO


def _order(names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the places of the names that are told, in the order in which they are."""
    last = [_last(name) for name in names]
    told = [at for at, name in enumerate(names) if name != MORE and not is_technical(name)]
    unsure = UNSURE | {_VOLTAGE} if any(each in _BATTERY for each in last) else UNSURE
    sure = [at for at in told if last[at] not in unsure]
    if any(last[at] not in _BATTERY for at in sure):
        told = sure
    told = told or [at for at, name in enumerate(names) if name != MORE]
    told.sort(key=lambda at: (last[at] in _BATTERY, _PLACES.get(last[at], len(_FIRST))))
    return (*told, *(at for at, name in enumerate(names) if name == MORE))


_kept_order = lru_cache(_KEPT)(_order)


def _last(name: str) -> str:
    return _folded(name.rpartition(".")[2])


def _folded(key: str) -> str:
    return _BETWEEN.sub("", key).lower()

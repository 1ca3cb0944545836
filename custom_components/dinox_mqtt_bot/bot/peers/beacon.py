"""What bots tell of themselves on MQTT, each on its own topic: how they are, what needs attention."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import json
from typing import Final

from ..model.rules import RuleSet
from ..model.status import BotStatus

_BOTS: Final = "dinox/bots/"
STATUS: Final = f"{_BOTS}status/"
LAST_ALERT: Final = f"{_BOTS}alert/"
ASKED: Final = f"{_BOTS}command/"
NOTIFICATIONS: Final = "dinox/notifications/"
STATUS_FILTER: Final = f"{STATUS}+"
_NODE: Final = "dinox-mqtt-bot-"
"""How the id begins by which discovery knows a bot."""
_INTRODUCED: Final = f"/device/{_NODE}"

# Anybody may publish there.
MOST_BYTES: Final = 4_096
MOST_ID: Final = 64
MOST_NAME: Final = 60
MOST_COUNT: Final = 2**53
_LATEST: Final = 4e9


@dataclass(frozen=True, slots=True)
class Beacon:
    """What a bot says of itself; unsaid is None or empty, `since` (Unix time) 0."""

    online: bool
    name: str = ""
    version: str = ""
    since: float = 0.0
    messages: int | None = None
    alerts_firing: int | None = None
    undelivered: int | None = None
    unread: int | None = None


def status_topic(bot_id: str) -> str:
    """Return where a bot tells how it is (retained)."""
    return STATUS + bot_id


def notification_topic(bot_id: str) -> str:
    """Return where a bot tells what needs attention."""
    return NOTIFICATIONS + bot_id


def last_alert_topic(bot_id: str) -> str:
    """Return where a bot tells which alert was the last (retained)."""
    return LAST_ALERT + bot_id


def remote_topic(bot_id: str, command: str) -> str:
    """Return where one thing is asked of a bot; `+` for all of them."""
    return f"{ASKED}{bot_id}/{command}"


def discovery_node(bot_id: str) -> str:
    """Return what stands for a bot in discovery: the ids of connections begin with the same word."""
    return bot_id if bot_id.startswith(_NODE) else _NODE + bot_id


def introduction_topic(prefix: str, bot_id: str) -> str:
    """Return where a bot introduces itself to who reads Home Assistant's discovery (retained)."""
    return f"{prefix}/device/{discovery_node(bot_id)}/config"


def introduces(topic: str) -> bool:
    """Say whether a bot introduces itself on a topic, whichever bot it is and below whatever prefix."""
    return _INTRODUCED in topic and topic.endswith("/config")


def id_of(topic: str) -> str:
    """Return whose status is told on a topic; empty if it is none, or an id that nobody can be shown."""
    bot_id = topic.removeprefix(STATUS)
    fits = bot_id != topic and "/" not in bot_id and len(bot_id) <= MOST_ID and bot_id.isprintable()
    return bot_id if fits else ""


def is_own(topic: str, bot_id: str) -> bool:
    """Say whether what comes on a topic is what the bot itself has published there."""
    return topic in {status_topic(bot_id), notification_topic(bot_id), last_alert_topic(bot_id)}


def is_notification(topic: str) -> bool:
    """Say whether a topic is one on which a bot notifies: to notify of that again would never end."""
    return topic.startswith((NOTIFICATIONS, LAST_ALERT))


def asked_for(rules: RuleSet) -> frozenset[str]:
    """Return the filters that ask for other bots' status; `#` only happens to take it in and is none."""
    filters: Iterable[str] = (
        *(each.filter for each in rules.subscriptions),
        *(each.filter for each in rules.alerts if each.enabled),
        *(each.filter for each in rules.bridges if each.enabled),
    )
    return frozenset(each for each in filters if each.startswith(_BOTS))


def presence_payload(status: str, name: str) -> bytes:
    """Write the least that is told of a bot: its birth, and its will."""
    return dumped({"status": status, "name": name})


def status_payload(status: BotStatus, name: str, version: str, since: float) -> bytes:
    return dumped(
        {
            "status": "online",
            "name": name,
            "state": status.state.value,
            "version": version,
            "since": iso(since),
            "paused": status.paused,
            "messages": status.messages,
            "alerts_firing": status.firing,
            "undelivered": status.undelivered,
            "unread": status.unread,
        }
    )


def notification(kind: str, name: str, at: float, values: Mapping[str, object]) -> bytes:
    """Write that something needs attention, or no more; the bot of this name knows since a Unix time."""
    return dumped({"kind": kind, "bot": name, "time": iso(at), **values})


def iso(at: float) -> str:
    """Return a Unix time as ISO 8601, in UTC and whole seconds."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def dumped(values: Mapping[str, object]) -> bytes:
    """Write a JSON object as short as it can be."""
    # A lone surrogate becomes an escape: what is no text must not raise here.
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def read(payload: bytes) -> Beacon | None:
    """Read what a bot says of itself; None for what is no such thing. Total: no bytes make it raise."""
    if len(payload) > MOST_BYTES:
        return None
    try:
        given = json.loads(payload)
    except ValueError, RecursionError:
        return None
    if not isinstance(given, dict) or given.get("status") not in ("online", "offline"):
        return None
    return Beacon(
        online=given["status"] == "online",
        name=_line(given.get("name")),
        version=_line(given.get("version")),
        since=_time(given.get("since")),
        messages=_count(given.get("messages")),
        alerts_firing=_count(given.get("alerts_firing")),
        undelivered=_count(given.get("undelivered")),
        unread=_count(given.get("unread")),
    )


def _line(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return " ".join("".join(each if each.isprintable() else " " for each in text[:MOST_BYTES]).split())[
        :MOST_NAME
    ].rstrip()


def _count(value: object) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_COUNT
    return value if fits and isinstance(value, int) else None


def _time(value: object) -> float:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return 0.0
    if moment is None or moment.tzinfo is None:
        return 0.0
    at = moment.timestamp()
    return at if 0 < at < _LATEST else 0.0

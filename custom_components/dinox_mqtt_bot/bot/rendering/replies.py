"""Replies and errors as chat text."""

from collections.abc import Mapping
from dataclasses import replace

from ..model.replies import Amount, BotError, Cell, Chart, Reply, Said, Table, Text, Typed, Worded
from ..ports import Phrases
from ..text.foreign import cut, flat, inert, plain

_LABELS = frozenset({"column_what", "column_settings"})
"""First columns that name what the rest of the row tells."""

_OF_MQTT = {
    "Implementation specific error": "implementation",
    "Not authorized": "not_authorized",
    "Packet too large": "packet_too_large",
    "Payload format invalid": "payload_invalid",
    "QoS not supported": "no_qos",
    "Quota exceeded": "quota_exceeded",
    "Retain not supported": "no_retain",
    "Shared subscription not supported": "no_shared",
    "Topic filter invalid": "filter_invalid",
    "Topic name invalid": "topic_invalid",
    "Unspecified error": "unspecified",
    "Wildcard subscription not supported": "no_wildcards",
}
"""The names of reason codes for a topic (MQTT 5 §2.4), each with its own of `REASONS`."""

_OF_SYSTEM = {
    "connection refused": "refused",
    "no route to host": "unreachable",
    "network is unreachable": "unreachable",
    "host is unreachable": "unreachable",
    "name or service not known": "unknown_host",
    "no address associated": "unknown_host",
    "name resolution": "unknown_host",
    "timed out": "timeout",
    "connection reset": "connection_lost",
    "broken pipe": "connection_lost",
    "disk is full": "disk_full",
    "no space left": "disk_full",
    "disk i/o error": "disk_error",
    "input/output error": "disk_error",
    "readonly database": "read_only",
    "read-only file system": "read_only",
    "permission denied": "no_permission",
    "unable to open database": "cannot_open",
}
"""What the errors of a system say in English, each with its own of `REASONS`."""

REASONS = frozenset(
    {
        *_OF_MQTT.values(),
        *_OF_SYSTEM.values(),
        *("bad_address", "cannot_connect", "certificate", "closes_connection", "connection_lost"),
        *("invalid_filter", "no_shared", "no_wildcards", "timeout", "unanswered", "unsafe_address"),
        *("contact_error", "contact_full", "contact_is_room", "contact_no_server", "contact_refuses"),
        *("contact_removed", "contact_server_away", "contact_unknown", "no_camera", "not_base64"),
        *("room_banned", "room_full", "room_gone", "room_kicked", "room_members", "room_mute", "room_nick"),
        "room_password",
    }
)
"""Why something failed or is not delivered, known to the bot and in no server's words."""

MAX_ROWS = 60
MAX_CELL = 80
MAX_PLACEHOLDER = 500
MAX_CHARACTERS = 6000


def render_reply(reply: Reply, phrases: Phrases) -> str:
    """Return a reply as chat text; a table has one line per row, which reads well without a fixed width."""
    if isinstance(reply, Chart):
        reply = reply.told
    text = render_text(reply, phrases) if isinstance(reply, Text) else _table(reply, phrases)
    return inert(plain(text))


def render_text(text: Text, phrases: Phrases, limit: int = MAX_PLACEHOLDER) -> str:
    """Return a translated sentence, each placeholder cut to `limit` characters."""
    key = text.key if "." in text.key else f"common.{text.key}"
    filled = {name: _cell(value, phrases, limit) for name, value in text.placeholders.items()}
    if "reason" in filled:
        filled["reason"] = reason_text(str(filled["reason"]), phrases)
    return phrases.phrase(key, **filled)


def render_error(error: BotError, phrases: Phrases) -> str:
    cells = {**error.cells}
    if "reason" in cells:
        cells["reason"] = reason_text(str(cells["reason"]), phrases)
    filled = {name: _shown(value, MAX_PLACEHOLDER) for name, value in cells.items()}
    return inert(plain(phrases.phrase(f"exceptions.{error.key}.message", **filled)))


def explained(placeholders: Mapping[str, str], phrases: Phrases) -> Mapping[str, str]:
    """Return placeholders with the `reason` among them, if any, in words."""
    if "reason" not in placeholders:
        return placeholders
    return {**placeholders, "reason": reason_text(placeholders["reason"], phrases)}


def reason_text(reason: str, phrases: Phrases) -> str:
    """Return one of `REASONS` in words (`common.reason_<key>`), or what kind of error of a system it is.

    A server's own words stay as they are.
    """
    key = _OF_MQTT.get(reason, reason)
    if key not in REASONS:
        lower = reason[:MAX_PLACEHOLDER].lower()
        key = next((each for said, each in _OF_SYSTEM.items() if said in lower), key)
    return phrases.phrase(f"common.reason_{key}") if key in REASONS else reason


def _table(table: Table, phrases: Phrases) -> str:
    if not table.rows and table.empty is not None:
        return render_text(table.empty, phrases)
    lines = _lines(table, phrases)
    left_out = len(table.rows) - len(lines)
    if left_out or table.left:
        key = "more_left" if table.left else "more"
        count = phrases.phrase(f"common.{key}", count=left_out + table.left, more=Typed("more"))
        lines.append(" ".join(filter(None, (count, render_text(table.more, phrases) if table.more else ""))))
    if table.note is not None:
        lines += ["", render_text(table.note, phrases)]
    return "\n".join([render_text(table.title, phrases), *lines])


def _lines(table: Table, phrases: Phrases) -> list[str]:
    """Return as many rows as are sane to read."""
    rows = table.rows[-MAX_ROWS:][::-1] if table.keep_last else table.rows[:MAX_ROWS]
    lines: list[str] = []
    room, labelled = MAX_CHARACTERS, table.columns[0] in _LABELS
    for row in rows:
        cells = [text for text in _written(table, row, phrases) if text]
        line = f"• {_labelled(cells) if labelled else ' — '.join(cells)}"
        room -= len(line)
        if room < 0:
            break
        lines.append(line)
    return lines[::-1] if table.keep_last else lines


def render_rows(table: Table, phrases: Phrases) -> tuple[tuple[str, ...], ...]:
    """Return the cells of as many rows as `render_reply` has of a table, each as text."""
    count = len(_lines(table, phrases))
    rows = table.rows[len(table.rows) - count :] if table.keep_last else table.rows[:count]
    return tuple(tuple(inert(plain(text)) for text in _written(table, row, phrases)) for row in rows)


def _written(table: Table, row: tuple[Cell, ...], phrases: Phrases) -> list[str]:
    limit = MAX_PLACEHOLDER if table.columns[0] in _LABELS else MAX_CELL
    return [phrases.write(_cell(cell, phrases, limit, " ")) for cell in row]


def _labelled(cells: list[str]) -> str:
    return ": ".join(filter(None, (cells[0], ", ".join(cells[1:]))))


def _cell(cell: Cell, phrases: Phrases, limit: int, newline: str = "\n") -> object:
    """Return a cell as text; what comes from outside is cut and on one line, in a table all is."""
    if isinstance(cell, Text):
        return newline.join(render_text(cell, phrases, limit).split("\n"))
    return _shown(cell, limit)


def _shown(value: object, limit: int) -> object:
    """Return a placeholder with what may come from outside made harmless; phrases write the rest."""
    if isinstance(value, Typed):
        return replace(value, rest=_foreign(value.rest, limit))
    if isinstance(value, Amount):
        return Amount(_foreign(value.value, limit))
    if isinstance(value, Worded):
        return replace(value, made=lambda speech: _foreign(value.made(speech), limit))
    return value if isinstance(value, (Said, tuple)) else _foreign(str(value), limit)


def _foreign(text: str, limit: int) -> str:
    """Return what may come from outside: never more than a part of a line of the bot's."""
    return flat(text if len(text) <= limit else f"{cut(text, limit)}…")

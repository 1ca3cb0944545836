"""Readings as chat text."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import replace
from itertools import islice

from ..model.history import TopicRow
from ..model.message import MORE, Field, Kind, Message, Reading
from ..model.rules import Priority, Subscription
from ..payload.fields import BETWEEN_FIELDS, brief, line
from ..payload.interpret import LARGE
from ..payload.media import FAMILIES
from ..ports import Phrases, When
from ..text.foreign import NESTED, cut, inert, nested, one_line, plain, quoted, short
from ..text.numbers import size_text, with_unit
from ..text.styling import bold

MOST_CHARACTERS = 2_000
MOST_LINES = 40
MOST_FIELDS = 20
MOST_TOPICS = 40
LONGEST_LINE = 200
LONGEST_NAME = 120
LONGEST_DIGEST_LINE = 80
WIDTH = 60
"""Characters that a phone shows on a line."""
ROOM = WIDTH
"""Characters of a name and its value on one line; what is longer is told below its name."""
MOST_PACKED = 3
"""Lines of fields side by side; what takes more has a line for each."""

type Entry = tuple[Reading, Subscription | None, int]
"""A reading that is told on a line, and how many there were of its topic."""

_OLD = 60.0
"""Seconds between a message's own time and its receipt from which the time is told."""

_MARKS = {Priority.ALERT: "⚠", Priority.CRITICAL: "🔴"}


def render_reading(
    reading: Reading, subscription: Subscription | None, phrases: Phrases, when: When | None = None
) -> str:
    """Return a chat block: name, value with unit, and by `when` its own time if not that of receipt.

    A value that has room is on the line of the name. That of a picture is its caption, without its size.
    """
    name, value = header(reading, subscription), inert(_value(reading, phrases, nested))
    if FAMILIES.get(reading.media) == "image":
        # The picture itself comes behind it: nobody asks how large it is.
        value = phrases.phrase("common.media_picture", kind=reading.media.upper())
    fits = "\n" not in value and len(name) + 1 + len(value) <= ROOM
    head = _with_bold(name, reading)
    lines = [f"{head} {value.removeprefix(NESTED)}"] if fits else [head, value]
    old = when is not None and abs(reading.time - reading.message.received) > _OLD
    if reading.message.fetched and not old:
        lines.append(phrases.phrase("common.late"))
    elif when is not None and old:
        late = "late_as_of" if reading.message.fetched else "as_of"
        lines.append(inert(phrases.phrase(f"common.{late}", time=when(reading.time))))
    return "\n".join(lines)


def _with_bold(head: str, reading: Reading) -> str:
    """Return a header whose name is bold."""
    name = short(reading.name, LONGEST_NAME)
    return f"{head.removesuffix(name)}{bold(name)}"


def render_body(reading: Reading, phrases: Phrases) -> str:
    """Return the value of a reading as a block of chat text, without its name."""
    return inert(_value(reading, phrases, quoted))


def render_digest(entries: Iterable[Entry], unlisted: int, phrases: Phrases) -> str:
    """Return a line per topic: newest value and count; `unlisted` and topics past 40 are counted.

    Topics of one device are told together, the main one first.
    """
    entries = iter(entries)
    lines = list(_digest_lines(islice(entries, MOST_TOPICS), phrases))
    unlisted += sum(count for _, _, count in entries)
    if unlisted:
        lines.append(phrases.phrase("common.more_readings", count=unlisted))
    return inert("\n".join(lines))


def render_untold(
    rows: Iterable[TopicRow], subscriptions: Mapping[str, Subscription | None], phrases: Phrases
) -> str:
    """Return what an earlier run left untold: the text a killed run would have said, as a digest."""
    entries = (
        (
            Reading(Message(row.topic, b""), row.name, Kind.TEXT, row.last_text),
            subscriptions[row.topic],
            row.count,
        )
        for row in rows
    )
    return f"{phrases.phrase('common.before_restart')}\n{render_digest(entries, 0, phrases)}"


def render_line(reading: Reading, phrases: Phrases) -> str:
    """Return the name and the value of a reading on one line."""
    return inert(f"{short(reading.name, LONGEST_NAME)}: {render_value(reading, phrases)}")


def render_value(reading: Reading, phrases: Phrases, limit: int = LONGEST_LINE) -> str:
    """Return the value of a reading on one line, cut if it is long."""
    if reading.kind in _SUMMARIES:
        return one_line(_SUMMARIES[reading.kind](reading, phrases), limit)
    if not reading.text or reading.text.isspace():
        return phrases.phrase("common.empty_payload")
    if len(reading.told) > 1:
        return _fitting(reading.told, phrases, limit)
    return one_line(_shown(reading, phrases), limit)


def _digest_lines(entries: Iterable[Entry], phrases: Phrases) -> Iterator[str]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        reading, subscription, _ = entry
        origin = None if reading.message.fetched else reading.origin
        # No header has a line end: what is of no device is a group of its own.
        key = header(replace(reading, name=origin.device), subscription) if origin else f"\n{len(groups)}"
        groups.setdefault(key, []).append(entry)
    for key, group in groups.items():
        if len(group) > 1:
            yield from _device_lines(key, sorted(group, key=_place), phrases)
        else:
            yield _digest_line(*group[0], phrases)


def _place(entry: Entry) -> tuple[object, ...]:
    origin = entry[0].origin
    return origin.place if origin else ()


def _digest_line(reading: Reading, subscription: Subscription | None, count: int, phrases: Phrases) -> str:
    name = header(reading, subscription)
    room = WIDTH - len(name) - 2 if len(reading.told) > 1 else LONGEST_DIGEST_LINE
    return f"{name}: {render_value(reading, phrases, room)}{_times(count)}"


def _device_lines(name: str, group: Iterable[Entry], phrases: Phrases) -> Iterator[str]:
    """Yield what is told of the topics of one device: side by side, on few lines."""
    values = [
        f"{reading.origin.label if reading.origin else ''} {render_value(reading, phrases, WIDTH)}".lstrip()
        + _times(count)
        for reading, _, count in group
    ]
    lines, left = _side_by_side(f"{name}: {values[0]}", values[1:], MOST_PACKED)
    yield from (f"{NESTED}{line}" if number else line for number, line in enumerate(lines))
    if left:
        yield f"{NESTED}{phrases.phrase('common.more_fields', count=left)}"


def _side_by_side(first: str, others: Iterable[str], most: int) -> tuple[list[str], int]:
    """Return texts on as few lines as they have room on, and how many of them have none on so many lines."""
    lines, left = [first], 0
    for text in others:
        if left:
            left += 1
        elif len(lines[-1]) + len(BETWEEN_FIELDS) + len(text) <= WIDTH:
            lines[-1] += f"{BETWEEN_FIELDS}{text}"
        elif len(lines) == most:
            left = 1
        else:
            lines.append(text)
    return lines, left


def _shown(reading: Reading, phrases: Phrases) -> str:
    """Return a value with its unit as the language writes numbers; a text stays as it was sent."""
    text = with_unit(reading.text, reading.unit)
    listed = reading.kind is Kind.TEXT and (BETWEEN_FIELDS in text or ", " in text)
    return text if listed else phrases.amount(text)


def _fitting(fields: tuple[Field, ...], phrases: Phrases, limit: int) -> str:
    """Return as many of some fields as have room on a line, and the first always."""
    shown = (brief(field, phrases.amount) for field in fields if field.name != MORE)
    first, *others = [one_line(text, LONGEST_DIGEST_LINE) for text in shown]
    text = first
    for other in others:
        if len(text) + len(BETWEEN_FIELDS) + len(other) > limit:
            return f"{text}{BETWEEN_FIELDS}…"
        text = f"{text}{BETWEEN_FIELDS}{other}"
    return text


def _times(count: int) -> str:
    return f" ×{count}" if count > 1 else ""


def header(reading: Reading, subscription: Subscription | None) -> str:
    """Return the first line of a reading: marks, icon, what the topic is called."""
    mark = _MARKS.get(subscription.priority, "") if subscription else ""
    icon = plain(subscription.icon) if subscription else ""
    aside = "📌" if reading.message.retain else "⏰" if reading.message.fetched else ""
    return " ".join(part for part in (mark, icon, aside, short(reading.name, LONGEST_NAME)) if part)


def _value(reading: Reading, phrases: Phrases, framed: Callable[[str], str]) -> str:
    """Return a value; `framed` sees to it that the lines of a text are not the bot's."""
    if fields := reading.told or reading.fields:
        return _fields(fields, phrases, framed)
    if reading.kind in _SUMMARIES:
        return _SUMMARIES[reading.kind](reading, phrases)
    if not reading.text or reading.text.isspace():
        return phrases.phrase("common.empty_payload")
    return _text(reading, phrases, framed)


def _fields(fields: tuple[Field, ...], phrases: Phrases, framed: Callable[[str], str]) -> str:
    # A device may call its fields what other topics are called: of many, the first is set in as well.
    named = fields[:-1] if fields[-1].name == MORE else fields
    write = phrases.amount
    lines = _packed(named, write) or [
        short(line(field, write), LONGEST_LINE) for field in named[:MOST_FIELDS]
    ]
    shown = framed("\n".join(["", *lines]))[1:] if len(named) > 1 else framed(lines[0])
    rest = max(0, len(named) - MOST_FIELDS) + (0 if named is fields else int(fields[-1].text))
    return f"{shown}\n{phrases.phrase('common.more_fields', count=rest)}" if rest else shown


def _packed(fields: tuple[Field, ...], write: Callable[[str], str]) -> list[str]:
    """Return fields side by side, on few lines; none if they need many."""
    if not 1 < len(fields) <= MOST_FIELDS:
        return []
    texts = [short(brief(field, write), LONGEST_LINE) for field in fields]
    lines, left = _side_by_side(texts[0], texts[1:], MOST_PACKED)
    return [] if left or max(map(len, texts)) > WIDTH else lines


def _text(reading: Reading, phrases: Phrases, framed: Callable[[str], str]) -> str:
    text = _shown(reading, phrases)
    shown = cut(text, MOST_CHARACTERS)
    lines = shown.split("\n")
    if len(lines) > MOST_LINES:
        shown = "\n".join(lines[:MOST_LINES])
    if len(shown) == len(text):
        return framed(text)
    whole = len(reading.message.payload)
    # Of a large payload the reading has only the beginning.
    size = whole - len(shown.encode()) if whole > LARGE else len(text[len(shown) :].encode())
    return f"{framed(shown)}\n{phrases.phrase('common.more_text', size=phrases.amount(size_text(size)))}"


def _binary(reading: Reading, phrases: Phrases) -> str:
    size = size_text(len(reading.message.payload))
    written = phrases.amount(size)
    family = FAMILIES.get(reading.media)
    if family is None:
        known = phrases.phrase("common.media_data", size=written)
        return known if reading.text == size else f"{known}: {reading.text}"
    return phrases.phrase(f"common.media_{family}", kind=reading.media.upper(), size=written)


def _page(reading: Reading, phrases: Phrases) -> str:
    size = phrases.amount(size_text(len(reading.message.payload)))
    if not reading.media:
        return phrases.phrase("common.page_untitled", size=size)
    return phrases.phrase("common.page", title=short(reading.media, LONGEST_NAME), size=size)


def _playlist(reading: Reading, phrases: Phrases) -> str:
    return phrases.phrase("common.stream", url=reading.media)


_SUMMARIES: dict[Kind, Callable[[Reading, Phrases], str]] = {
    Kind.BINARY: _binary,
    Kind.HTML: _page,
    Kind.PLAYLIST: _playlist,
}

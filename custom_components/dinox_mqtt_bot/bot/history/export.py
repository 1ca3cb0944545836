"""The history as a file: CSV for a spreadsheet, JSON for a program."""

from collections.abc import Iterable, Sequence
import csv
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
import json
import re

from ..model.history import Entry, Span
from ..ports import Archive
from ..text.numbers import number, number_text
from ..text.times import Local

CHUNK = 500
"""Messages that are read and written at once; the event loop gets its turn in between."""

LARGEST = 8_000_000
"""Bytes of a file: upload services seldom take more."""

COLUMNS = ("time", "topic", "name", "text", "value", "payload", "qos", "retain", "repeated", "priority")
_FORMULA = re.compile(r"\s*[=+\-@\t\r]")
_UNFIT = re.compile(r"[^\w.-]+")


class FileFormat(StrEnum):
    CSV = "csv"
    JSON = "json"

    @property
    def mime(self) -> str:
        return "text/csv; charset=utf-8" if self is FileFormat.CSV else "application/json"


@dataclass(frozen=True, slots=True)
class Export:
    """A file; `cut`: not all messages fit, `until`: the time of the last one in it."""

    name: str
    text: str
    rows: int
    until: float
    cut: bool


async def export(
    archive: Archive, local: Local, topic_filter: str, span: Span, *, form: FileFormat, most: int
) -> Export:
    """Write the messages of a filter in a span, oldest first, up to some number of them."""
    pieces = [_row(COLUMNS)] if form is FileFormat.CSV else []
    rows = size = 0
    until, cut = 0.0, False
    after = 0
    more = True
    while more and not cut:
        chunk = await archive.export(topic_filter, span, after, CHUNK)
        more = len(chunk) == CHUNK
        for entry in chunk:
            piece = _piece(entry, form, local)
            size += len(piece.encode())
            cut = rows == most or (rows > 0 and size > LARGEST)
            if cut:
                break
            pieces.append(piece)
            rows, after, until = rows + 1, entry.id, entry.time
    text = "".join(pieces) if form is FileFormat.CSV else f"[{',\n'.join(pieces)}]\n"
    return Export(_name(topic_filter, form), text, rows, until, cut)


def _piece(entry: Entry, form: FileFormat, local: Local) -> str:
    time = local(entry.time).isoformat(timespec="milliseconds")
    if form is FileFormat.CSV:
        value = "" if entry.value is None else number_text(entry.value)
        texts = (entry.topic, entry.name, entry.text, value, entry.payload)
        flags = (entry.qos, int(entry.retain), int(entry.repeated), entry.priority.word)
        return _row((time, *map(harmless, texts), *flags))
    said = (entry.topic, entry.name, entry.text, entry.value, entry.payload, entry.qos, entry.retain)
    values = (time, *said, entry.repeated, entry.priority.word)
    return json.dumps(dict(zip(COLUMNS, values, strict=True)), ensure_ascii=False)


def harmless(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula; numbers stay what they are."""
    return f"'{text}" if _FORMULA.match(text) and number(text) is None else text


def _row(cells: Iterable[object] | Sequence[object]) -> str:
    written = StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _name(topic_filter: str, form: FileFormat) -> str:
    name = _UNFIT.sub("_", topic_filter.replace("#", "all").replace("+", "any")).strip("._")[-60:]
    return f"{name or 'history'}.{form}"

"""Many readings in one message of a few lines."""

from collections.abc import Sequence

from ..model.message import Reading
from ..model.rules import Subscription
from ..payload.fields import BETWEEN_FIELDS, brief
from ..ports import Phrases
from ..text.foreign import inert, one_line
from .readings import LONGEST_DIGEST_LINE, WIDTH, header, render_digest, render_value

MOST_LINES = 12
_WIDE = 2 * WIDTH
"""Characters of a line with several readings."""

type Entry = tuple[Reading, Subscription | None, int]


def render_gathered(
    entries: Sequence[Entry], unlisted: int, phrases: Phrases, most: int = MOST_LINES
) -> tuple[str, int]:
    """Return a line for each reading, else as many as fit side by side on `most`; and how many those are.

    Of the others it is told how many there are besides the `unlisted`.
    """
    if len(entries) + bool(unlisted) <= most:
        return render_digest(entries, unlisted, phrases), len(entries)
    lines: list[str] = []
    shown = 0
    for reading, subscription, _ in entries:
        text = _brief(header(reading, subscription), reading, phrases)
        if lines and len(lines[-1]) + len(BETWEEN_FIELDS) + len(text) <= _WIDE:
            lines[-1] += f"{BETWEEN_FIELDS}{text}"
        elif len(lines) < most - 1:
            lines.append(text)
        else:
            break
        shown += 1
    if left := unlisted + sum(count for _, _, count in entries[shown:]):
        lines.append(phrases.phrase("common.more_readings", count=left))
    return inert("\n".join(lines)), shown


def _brief(name: str, reading: Reading, phrases: Phrases) -> str:
    """Return a name with the main one of the values behind it."""
    if len(reading.told) < 2:
        value = render_value(reading, phrases, LONGEST_DIGEST_LINE)
    else:
        value = one_line(brief(reading.told[0], phrases.amount), LONGEST_DIGEST_LINE)
    return f"{name}: {value}"

"""What was held while somebody was not to be disturbed, as one text."""

from collections.abc import Iterable

from ..model.speech import Said
from ..ports import Phrases
from ..text.foreign import inert, one_line
from ..text.styling import unstyled


def held_text(
    texts: Iterable[tuple[Said, str]], digest: str, span: tuple[Said, Said], limit: int, phrases: Phrases
) -> str:
    """Return as one text what was held in a span (since, until): each (time, text), then the digest."""
    every = list(texts)
    lines = [phrases.phrase("common.held", since=span[0], until=span[1])]
    for time, text in every[:limit]:
        line = one_line(" — ".join(unstyled(text).split("\n")), 300)
        lines.append(f"• {phrases.write(time)} {line}")
    if len(every) > limit:
        lines.append(phrases.phrase("common.alert_more", count=len(every) - limit))
    if digest:
        lines += ["", digest] if every else [digest]
    return inert("\n".join(lines))

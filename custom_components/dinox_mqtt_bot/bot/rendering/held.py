"""What was held while somebody was not to be disturbed, as one text."""

from collections.abc import Iterable

from ..model.speech import Said
from ..ports import Phrases
from ..text.foreign import one_line
from ..text.plain import inert


def held_text(
    texts: Iterable[tuple[Said, str]], digest: str, span: tuple[Said, Said], limit: int, phrases: Phrases
) -> str:
    """Return as one text what was held in a span (since, until): each (time, text), then the digest."""
    every = list(texts)
    lines = [phrases.phrase("common.held", since=span[0], until=span[1])]
    said = (
        (phrases.write(time), one_line(" — ".join(text.split("\n")), 300)) for time, text in every[:limit]
    )
    lines += [f"• {time} {text}" for time, text in said]
    if len(every) > limit:
        lines.append(phrases.phrase("common.alert_more", count=len(every) - limit))
    if digest:
        lines += ["", digest] if every else [digest]
    return inert("\n".join(lines))

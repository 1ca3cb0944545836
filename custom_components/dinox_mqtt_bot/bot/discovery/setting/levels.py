"""How bright a lamp was: what it is set to again when it is switched on."""

from ...payload.interpret import interpret
from ...ports import Templates
from ...text.numbers import number
from ..templates import compile_template


def level_in(payload: bytes, source: str, templates: Templates | None) -> float | None:
    """Return the level that a payload tells, by a template or as it is; None if there is none above zero."""
    meaning = interpret(payload)
    text: str | None = meaning.raw
    if source:
        text = compile_template(source).render(meaning.raw, meaning.json, templates)
    found = number(text) if text else None
    return found[0] if found is not None and found[0] > 0 else None

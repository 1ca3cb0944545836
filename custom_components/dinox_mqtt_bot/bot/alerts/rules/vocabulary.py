"""The words that alert rules are typed in: signs, and those of every language."""

import re

from ...model.rules import Operator, Priority
from ...text.tongue import either, pairs, words

SIGNS: dict[Operator, tuple[str, ...]] = {
    Operator.ABOVE: (">",),
    Operator.BELOW: ("<",),
    Operator.AT_LEAST: (">=", "≥", "=>"),
    Operator.AT_MOST: ("<=", "≤", "=<"),
    Operator.EQUAL: ("==", "="),
    Operator.UNEQUAL: ("!=", "<>", "≠"),
}
PHRASES = {
    tuple(phrase.split()): operator
    for operator in Operator
    for phrase in (*SIGNS.get(operator, ()), *words(f"operator_{operator.name.lower()}"))
}
"""The words of each operator as `casefold` writes them."""

LONGEST_OPERATOR = max(map(len, PHRASES))

BEFORE_OPERATOR = words("before_operator")
"""Words that say nothing where another operator follows: `is above 30`."""

FOR = words("rule_for")
CLEAR = words("rule_clear")
MISSING = words("rule_missing")
ENDS = words("rule_ends")
KEEPS = words("rule_keeps")
EVERY = words("rule_every")
ONLY = words("rule_only")
ONCE = words("rule_once")
SAY = words("rule_say")
AFTER = words("rule_after")
THEN = words("rule_then")
AFTERWARDS = words("rule_afterwards")
PICTURE = words("rule_picture")
CHARTS = words("rule_chart")
JOINTS = {**dict.fromkeys(words("joint") | {"&&"}, False), **dict.fromkeys(words("or") | {"||"}, True)}
"""The words between conditions, each with whether one of them is enough."""
BEFORE_CLEAR = words("before_clear")
BEFORE_PRIORITY = words("before_priority")
SINCE = FOR | words("rule_since")
WITHIN = words("rule_within")
AUTO = words("rule_auto")

PRIORITIES = {
    word: priority
    for priority in Priority
    for word in (words(f"choice_{priority.word}") - words("operator_stale")) | {priority.word}
}
"""Without the German *still*, which says in English that nothing comes."""

AND = re.compile(rf"(?i)\s(?:{either('joint', 'or')}|&&|\|\|)(?:\s|\Z)")
RANGE = re.compile(
    rf"(.+?)(?:\s+(?:{either('time_to')}|[-–—])\s+|\s*(?:\.{{2,3}}|…)\s*|(?<=[\w%])\s*[-–—]\s*)(.+)",
    re.IGNORECASE,
)
LONGER = re.compile(
    rf"(?i)(\s(?:{either('rule_for', 'rule_since')}))?(?:\A|\s)(?:{either('rule_longer')})(?=\s)"
)
"""What is said before a time that something must last."""
_SPOKEN_UNITS = pairs("spoken_unit")
UNIT_AT_END = re.compile(rf"(?i)(?<=\d)\s*({'|'.join(map(re.escape, sorted(_SPOKEN_UNITS)))})\Z")
"""A unit that is said as a word."""


def without_is(text: str) -> list[str]:
    """Return the words of a text without an `is` at its end."""
    spoken = text.split()
    return spoken[:-1] if spoken and spoken[-1].casefold() in BEFORE_OPERATOR else spoken


def with_signs(value: str) -> str:
    """Return a value with its unit as a sign: `5 W` of `5 watts`."""
    return UNIT_AT_END.sub(lambda found: f" {_SPOKEN_UNITS[found[1].casefold()]}", value)


DEGREES_AT_END = re.compile(rf"(?i)(?<=\d)\s*(?:{either('degrees')})(?:\s+([cf])\w*)?\Z")

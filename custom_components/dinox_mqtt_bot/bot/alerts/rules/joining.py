"""Where the conditions of an alert rule are parted: `freezer > -15 and door is open`."""

import re

from ...model.replies import BotError
from ...model.rules import Operator
from ...text.tongue import lead, plainly, skip, words
from ...text.words import split_words
from .clauses import is_happening, located, says_silence, starts
from .vocabulary import AFTERWARDS, BEFORE_OPERATOR, JOINTS, ONLY, RANGE, THEN

__all__ = [
    "LONGEST_STATE",
    "MOST_JOINTS",
    "behind_joint",
    "is_happening",
    "others_of",
    "parted",
    "with_joints",
]

LONGEST_STATE = 4
"""Words of a state, such as `is not at home`."""
MOST_JOINTS = 8
"""Words between conditions that are looked at: more do not stand in one line that somebody means."""

_SUN = {"down": "sun.sun is below_horizon", "up": "sun.sun is above_horizon"}
"""What after sunset is to Home Assistant, and what daylight is."""
_ENTITY = re.compile(r"[a-z_]+\.[a-z]\w*", re.IGNORECASE)


def parted(text: str) -> tuple[list[str], bool]:
    """Return the conditions of a text with what follows each, and whether one of them is enough.

    They are parted by an `and` or `or` between two that are whole: not in `between 3 and 5`, nor in a name.
    Raises BotError `rule_and_or` where both stand.
    """
    text = with_joints(text)
    parts: list[str] = []
    begin, kinds = 0, set[bool]()
    joints = [(word, JOINTS[said]) for word in split_words(text) if (said := word.text.casefold()) in JOINTS]
    for word, either in joints[:MOST_JOINTS]:
        before = _without_copula(text[begin : word.start])
        if _has_deed(before):
            break
        if not word.quoted and _is_whole(before) and _is_condition(text[word.end :]):
            parts.append(before)
            begin = word.end
            kinds.add(either)
    if len(kinds) > 1:
        raise BotError("rule_and_or")
    return [*parts, _without_copula(text[begin:]) if parts else text], True in kinds


def with_joints(text: str) -> str:
    """Return a text with the `and` that `after sunset` and `only while lamp is off` stand for."""
    return _with_while(_with_sun(text))


def _with_sun(text: str) -> str:
    """Return a text with `and sun.sun is below_horizon` for `after sunset`, behind what has to be so."""
    spoken = list(split_words(text))
    plain = [plainly(word.text) for word in spoken]
    for at in range(1, len(spoken)):
        meant, end = lead("sun", plain, at)
        if not meant or any(word.quoted for word in spoken[at:end]):
            continue
        begin = at - (plain[at - 1] in ONLY)
        joint = plain[begin - 1] in JOINTS
        before, behind = text[: spoken[begin - 1].end].rstrip(","), text[spoken[end - 1].end :]
        if _has_deed(before):
            break
        condition = _SUN[meant] if joint else f"and {_SUN[meant]}"
        whole = joint or _is_whole(_without_copula(before))
        return f"{before} {condition}{behind}" if whole else f"{before}{behind} {condition}"
    return text


def _with_while(text: str) -> str:
    """Return a text with `and` for the `only if` or `while` between two conditions: `only while lamp is off`.

    Before an entity of Home Assistant `only` is enough: `only schedule.night is on`.
    """
    spoken = list(split_words(text))
    plain = [plainly(word.text.strip(",")) for word in spoken]
    for at in range(1, len(spoken)):
        only = at + (plain[at] in ONLY)
        end = max(skip("rule_while", plain, only), skip("condition", plain, only) if only > at else only)
        entity = only > at and end == only < len(spoken) and _ENTITY.match(plain[only])
        if any(word.quoted for word in spoken[at:end]) or (end == only and not entity):
            continue
        begin = at - (at > 1 and plain[at - 1] in words("rule_but"))
        before, behind = text[: spoken[begin - 1].end].rstrip(","), text[spoken[end - 1].end :].strip()
        if _has_deed(before):
            break
        if _is_whole(_without_copula(before)) and _is_condition(behind):
            return f"{before} and {behind}"
    return text


def _has_deed(text: str) -> bool:
    """Say whether what is to be done has begun: all behind it belongs to that."""
    spoken = list(split_words(text))
    said = (each.text.casefold() in THEN | AFTERWARDS and not each.quoted for each in spoken)
    return any(found and starts(spoken, at, changing=False) for at, found in enumerate(said) if at)


def _without_copula(text: str) -> str:
    """Return a condition without the verb at its end: `die Lampe an ist`."""
    text = text.strip()
    before, _, last = text.rpartition(" ")
    return before.strip() if last.casefold() in BEFORE_OPERATOR else text


def behind_joint(text: str) -> str | None:
    """Return what stands behind the `and` or `or` that a text begins with; None if it begins with none."""
    first = next(split_words(text), None)
    joint = first is not None and not first.quoted and first.text.casefold() in JOINTS
    return text[first.end :].strip() if first is not None and joint else None


def others_of(text: str) -> tuple[list[str], bool]:
    """Return the further conditions of a text that has nothing else: `and door is open`, `door is open`.

    Raises BotError as `parted`, and `rule_two_conditions` for what is no condition.
    """
    joint = next((word.text.casefold() for word in split_words(text) if not word.quoted), "")
    parts, either = parted(f"> 0 {text}" if joint in JOINTS else f"> 0 and {text}")
    if len(parts) == 1:
        raise BotError("rule_two_conditions")
    return parts[1:], either


def _is_whole(text: str) -> bool:
    """Say whether a text ends in a condition with all that belongs to it."""
    _, operator, rest = located(_behind_quotes(text), changing=False)
    if operator is None:
        spoken = list(split_words(text))
        silent = any(says_silence(spoken, at, since=True) for at in range(1, len(spoken)))
        return silent or _ends_in_state(text)
    if operator in {Operator.BETWEEN, Operator.OUTSIDE}:
        return RANGE.match(rest.strip()) is not None
    return bool(rest.strip()) or operator.momentary or operator is Operator.STALE


def _is_condition(text: str) -> bool:
    """Say whether a text begins with a condition, before any other `and` or `or`."""
    spoken = list(split_words(text))
    joint = next((word.start for word in spoken if word.text.casefold() in JOINTS), len(text))
    found = located(_behind_quotes(text), changing=False)[1] is not None
    return found or _ends_in_state(text[:joint])


def _behind_quotes(text: str) -> str:
    """Return what stands behind a name in quotes that a text begins with; all of it where there is none."""
    first = next(split_words(text), None)
    return text[first.end :] if first is not None and first.quoted else text


def _ends_in_state(text: str) -> bool:
    """Say whether a thing and its state are all that is said before any clause: `heating on for 5m`."""
    spoken = list(split_words(text))
    ends = next((at for at in range(1, len(spoken)) if starts(spoken, at, changing=False)), len(spoken))
    counts = range(1, min(LONGEST_STATE, ends - 1) + 1)
    return any(is_happening(" ".join(word.text for word in spoken[ends - count : ends])) for count in counts)

"""Lines about an alert rule that there is, word by word: `delete the alert for the toner`, `set … to 8`."""

from collections.abc import Sequence
from dataclasses import dataclass

from .numbers import number
from .politeness import MARKS, bare
from .states import is_state_word
from .tongue import LONGEST_PHRASE, plainly, skip, words

_MOST_WORDS = 12
_QUOTES = "\"'“”„‚‘’"
_AROUND = words("before_name") | words("rule_about") | words("between_things")


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What a rule is about, as it is said, and its new `limit` or `name`; without one the rule is to go."""

    said: str
    limit: str = ""
    name: str = ""


def rule_line(line: str) -> RuleLine | None:
    """Return what a line says about a rule; None for a question, and where nothing is to become of one."""
    spoken = [word for word in line.rstrip(MARKS).split() if bare(word) not in words("polite")]
    plain = list(map(plainly, spoken))
    at = next((at for at, word in enumerate(plain) if word in words("rule_called")), None)
    if at is None or len(spoken) > _MOST_WORDS or line.endswith("?"):
        return None
    del spoken[at], plain[at]
    ends = _before_end("rule_forget", plain)
    if plain[:1] and plain[0] in words("follow_forget"):
        return _about(spoken[1:])
    if ends < len(plain):
        return _about(spoken[:ends])
    ends, first = _before_end("rule_alter", plain), skip("rule_alter", plain)
    to = next((at for at in range(first, ends) if plain[at] in words("rule_limit_to")), ends)
    limit = " ".join(spoken[to + 1 : ends])
    altered = first or ends < len(plain)
    return _about(spoken[first:to], limit) if altered and number(limit) is not None else None


def rule_renamed(line: str) -> RuleLine | None:
    """Return which rule is to be called otherwise, and its new name: `rename alert 3 to Ink`; else None.

    A rule is said by its number or what it is about; of `the alert` nothing is.
    """
    spoken = line.rstrip(MARKS).split()
    plain = list(map(plainly, spoken))
    at = next((at for at, word in enumerate(plain) if word in words("rule_called")), 0)
    if not at or len(spoken) > _MOST_WORDS or plain[0] not in words("rename"):
        return None
    # `Call me when the alarm goes off`, `call the alarm off`, `name the rule for the freezer` are none.
    parted = words("rename_to").intersection(plain[at + 1 :])
    if not (parted or _AROUND.issuperset(plain[1:at])) or words("condition").intersection(plain[:at]):
        return None
    if not parted and (_AROUND.intersection(plain[at + 1 : at + 2]) or is_state_word(plain[-1])):
        return None
    rest = spoken[at + 1 : len(spoken) - (plain[-1] in words("rename_end"))]
    number = rest.pop(0) if rest[1:] and rest[0].isdecimal() else ""
    said = _about(spoken[1:at])
    to = next((to for to, word in enumerate(rest) if plainly(word) in words("rename_to")), 0)
    if to and plainly(rest[0]) in _AROUND:
        said, rest = _about(rest[:to]), rest[to:]
    while rest and plainly(rest[0]) in words("rename_to"):
        del rest[0]
    name = " ".join(rest).strip(_QUOTES)
    return RuleLine(number or (said.said if said else ""), name=name) if name else None


def _about(spoken: Sequence[str], limit: str = "") -> RuleLine | None:
    while spoken and plainly(spoken[0]) in _AROUND:
        spoken = spoken[1:]
    return RuleLine(" ".join(spoken), limit) if spoken else None


def _before_end(key: str, spoken: Sequence[str]) -> int:
    """Return where the words of a key begin that a line ends with; its end if it ends otherwise."""
    begins = range(max(0, len(spoken) - LONGEST_PHRASE), len(spoken))
    return next((at for at in begins if skip(key, spoken, at) == len(spoken)), len(spoken))

"""Lines about an alert rule that there is, word by word: `delete the alert for the toner`, `set … to 8`."""

from collections.abc import Sequence
from dataclasses import dataclass

from .numbers import number
from .politeness import MARKS, bare
from .tongue import LONGEST_PHRASE, plainly, skip, words

_MOST_WORDS = 12
_AROUND = words("before_name") | words("rule_about") | words("between_things")


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What a rule is about, as it is said, and its new `limit`; without one the rule is to go."""

    said: str
    limit: str = ""


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


def _about(spoken: Sequence[str], limit: str = "") -> RuleLine | None:
    while spoken and plainly(spoken[0]) in _AROUND:
        spoken = spoken[1:]
    return RuleLine(" ".join(spoken), limit) if spoken else None


def _before_end(key: str, spoken: Sequence[str]) -> int:
    """Return where the words of a key begin that a line ends with; its end if it ends otherwise."""
    begins = range(max(0, len(spoken) - LONGEST_PHRASE), len(spoken))
    return next((at for at in begins if skip(key, spoken, at) == len(spoken)), len(spoken))

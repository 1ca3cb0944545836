"""What happens to things, as people say it: `opens`, `gets wet`, `aufgeht`."""

from collections.abc import Collection, Sequence
import re

from .standing import pronoun_in
from .tongue import LONGEST_PHRASE, lead, meant, plainly, words
from .weekly import read_weekly

_MARKS = "?!.,;: "
_BEFORE_CLOCK = words("time_later") | words("time_filler")
_MOST_OF_TIMES, _MOST_OF_DAYS = 8, 5
_CLOCK = re.compile(r"\d:\d|\d ?[ap]\.?m\b|\buhr\b|\bo.?clock\b", re.IGNORECASE)
_UNIT_SIGNS = tuple("°%")
_SHORT = 4
"""Letters of a word that stands for no times by itself: `mo`, `wed`, `sun`, not `nachts`."""


def change_of(text: str) -> str:
    """Return which change a text tells of, as the keys of the words have it; empty if it tells of none."""
    return meant("becomes", text)


def ends_in_change(clause: str) -> bool:
    """Say whether a clause ends in what happens to something."""
    said = clause.rstrip(_MARKS).split()
    return any(change_of(" ".join(said[at:])) for at in range(-LONGEST_PHRASE, 0))


def by_somebody(clause: str, fillers: Collection[str]) -> bool:
    """Say whether a clause begins with a word for somebody or something: `someone opens the door`."""
    return bool(pronoun_in(clause, "", fillers)[0])


def named_after(change: str) -> frozenset[str]:
    """Return what things are called to which only this happens: what rings is a bell."""
    return words(f"thing_{change}") if change else frozenset()


def days_apart(line: str) -> tuple[str, str, str]:
    """Return the weekdays on which something is to come again and again, how that is said, and the rest.

    Each day is a digit, 0 for Monday: `every day`, `weekdays`, `mondays`. Of `every morning` the morning is
    left: it is a time of day.
    """
    said = line.split()
    plain = [plainly(word.strip(_MARKS)) for word in said]
    for at in range(len(said)):
        each, group = plain[at] in words("remind_each"), lead("weekly", plain, at)[1]
        if not each and group == at and not any(_several_days([word]) for word in plain[at : at + 2]):
            continue
        ends = range(min(len(said), at + _MOST_OF_DAYS), at, -1)
        for end in (each for each in ends if plain[each - 1] not in _BEFORE_CLOCK):
            weekly = read_weekly(" ".join(plain[at:end])) or read_weekly(" ".join(plain[at + each : end]))
            several = _several_days(plain[at:end])
            weekly = weekly or (read_weekly(several) if several else None)
            again = each or group == end or several
            if weekly is None or not again:
                continue
            left = said[at + each : end] if weekly.begin != weekly.end else []
            rest = " ".join([*said[:at], *left, *said[end:]])
            return "".join(map(str, sorted(weekly.days))), " ".join(said[at:end]), rest
    return "", "", line


def _several_days(spoken: Sequence[str]) -> str:
    """Return the weekday of a word for each of them: `monday` of `mondays`; else nothing."""
    day = spoken[-1].removesuffix("s")
    several = day != spoken[-1] and bool(lead("weekday", [day])[0])
    return day if several and all(each in _BEFORE_CLOCK for each in spoken[:-1]) else ""


def turned_round(line: str) -> str:
    """Return what is to be so and what is done then, with a comma between; nothing of any other line.

    `when the door opens, lamp on`, `when the door opens turn the lamp on`, `turn the lamp on when it opens`.
    """
    said = line.split()
    spoken = [word.strip(_MARKS).casefold() for word in said]
    at = next((at for at, word in enumerate(spoken) if word in words("condition")), len(said))
    clause, deed = " ".join(said[at + 1 :]), " ".join(said[:at]).rstrip(_MARKS)
    if not clause or spoken[0] in words("asks_is"):
        return ""
    if not deed and "," not in clause:
        begins = next((at for at, word in enumerate(spoken[2:], 2) if word in words("wish")), len(said))
        clause, deed = " ".join(said[1:begins]), " ".join(said[begins:])
    return ", ".join(filter(None, (clause, deed)))


def times_apart(clause: str, names: Collection[str]) -> tuple[str, str]:
    """Return a clause without the times of the week in it, and these as they are kept: `door at night open`.

    What is in one of the `names` is none, nor is a lone word or one behind an article: `the night light`.
    """
    said = clause.split()
    spans = [
        (at, end) for at in range(len(said)) for end in range(min(len(said), at + _MOST_OF_TIMES), at, -1)
    ]
    for at, end in spans:
        times, rest = " ".join(said[at:end]), " ".join(said[:at] + said[end:])
        if not _may_be_times(said[at:end], said[end:]) or any(_has(name, times) for name in names):
            continue
        numbers = [int(each) for each in re.findall(r"\d{1,2}", times)]
        # Two numbers alone may as well be limits, where nothing else is a condition.
        clear = _CLOCK.search(times) or not numbers
        clear = clear or (numbers[0] > numbers[-1] and (ends_in_change(rest) or _ends_in_state(rest)))
        if clear and (weekly := read_weekly(times.rstrip(_MARKS))) is not None:
            return rest, str(weekly)
    return clause, ""


def _may_be_times(said: Sequence[str], behind: Sequence[str]) -> bool:
    """Say whether some words are not surely something else than times: a state, a name, an amount."""
    first = said[0].strip(_MARKS).casefold()
    if first in words("before_name") or (behind and behind[0][:1] in _UNIT_SIGNS):
        return False
    if len(said) == 1:
        return not first.isalpha() or (first.endswith("s") and len(first) > _SHORT)
    # Of `is on between 10 pm and 6 am` the `on` is the state.
    return not meant("state", said[0]) or read_weekly(said[1]) is not None


def _ends_in_state(clause: str) -> bool:
    return bool(meant("state", clause.rstrip(_MARKS).rpartition(" ")[2]))


def _has(name: str, times: str) -> bool:
    return f" {times.casefold()} " in f" {name.casefold()} "

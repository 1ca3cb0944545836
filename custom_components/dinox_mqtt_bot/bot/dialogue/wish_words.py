"""Wishes as they are typed, whatever the order they are said in: `lamp on` of `turn on the lamp`."""

from collections.abc import Iterator, Sequence

from ..discovery.setting.set_choice import ends_in_state, is_state_word, parted_by_and
from ..reading.wording import behind_fillers
from ..text.politeness import MARKS, bare, is_wish
from ..text.tongue import lead, plainly, senses, words

MOST_WORDS = 24
_FEW = 3  # words that a value has at most
_ASKING = frozenset({"which", "when", "who"})


def as_typed(line: str) -> list[str]:
    """Return what a line may be as a wish is typed: `lamp on` of `turn on the lamp`, `turn the lamp on`."""
    first, _, rest = line.partition(" ")
    if not is_wish(first):
        return [line]
    state, _, thing = rest.partition(" ")
    return [*joined_verb(line), f"{without_article(thing)} {state}", without_article(rest)]


def placed_as_typed(spoken: Sequence[str], place: str) -> Iterator[str]:
    """Yield what a wish may be in a place, however it is said."""
    for wish in as_typed(" ".join(spoken)):
        yield from _with_place(wish.split(), place)


def _with_place(wish: Sequence[str], place: str) -> Iterator[str]:
    """Yield a wish with a place before or behind its name: `kitchen light off`, `everything kitchen off`."""
    for end in range(len(wish) - 1, 0, -1):
        name, value = without_article(" ".join(wish[:end])), " ".join(wish[end:])
        yield f"{place} {name} {value}"
        yield f"{name} {place} {value}"


def joined_verb(line: str) -> list[str]:
    """Return a wish whose verb has its end at the end: `door schließ ab` of `schließ the door ab`."""
    first, *thing = line.split()
    if len(thing) < 2:
        return []
    verb = f"{plainly(first)} {plainly(thing[-1])}"
    return [f"{without_article(' '.join(thing[:-1]))} {verb}"] if verb in senses("order") else []


def without_article(name: str) -> str:
    """Return a name without what is said before it."""
    return name[max(behind_fillers(name), default=0) :]


def without_verb(said: str) -> str:
    """Return a wish as it is typed: `everything off` of `turn everything off`."""
    first, _, rest = said.partition(" ")
    if not is_wish(first):
        return said
    if joined := joined_verb(said):
        return joined[0]
    state, _, thing = rest.partition(" ")
    named = len(thing.split()) == 1 or parted_by_and(thing)[1:]
    return f"{without_article(thing)} {state}" if named and is_state_word(state) else without_article(rest)


def toggled(line: str) -> str:
    """Return what is to be in its other state: `fan` of `toggle fan`, of `schalte fan um`; else nothing."""
    first, *between = line.rstrip(MARKS).split() or [""]
    last = between[-1:]
    if line.endswith("?") or not last:
        return ""
    if plainly(first) in words("toggle"):
        return " ".join(between)
    if plainly(last[0]) in words("toggle"):
        return " ".join((first, *between[:-1]))
    return " ".join(between[:-1]) if is_wish(first) and plainly(last[0]) in words("toggle_end") else ""


def cleaning(line: str) -> tuple[str, str]:
    """Return the kind of what cleans or mows by a line, and where: `vacuum the hall`, `flur saugen`."""
    spoken = [] if line.endswith("?") else line.rstrip(MARKS).split()
    does = senses("does")
    for at in (0, len(spoken) - 1) if spoken else ():
        if kind := does.get(plainly(spoken[at])):
            return kind, without_article(" ".join(spoken[:at] + spoken[at + 1 :]))
    return "", ""


def wish_spoken(line: str) -> list[str]:
    """Return the words of a line that may be a wish; none of a question: `what can I turn on`."""
    spoken = [] if line.endswith("?") else line.rstrip(MARKS).split()[:MOST_WORDS]
    return [] if lead("asks", [plainly(each) for each in spoken[:2]])[0] in _ASKING else spoken


def turns(word: str) -> bool:
    """Say whether a word is what somebody wishes something to be: an order, a colour, a little more."""
    return any(word in senses(kind) for kind in ("order", "color", "step"))


def is_value(text: str) -> bool:
    """Say whether a text is what somebody sets something to: a number with its unit, a word that turns."""
    said = text.split()
    number_first = bool(said) and said[0].lstrip("+-")[:1].isdigit() and len(said) <= _FEW
    return number_first or (len(said) == 1 and (is_state_word(said[0]) or turns(plainly(said[0]))))


def has_value(wish: str) -> bool:
    """Say whether a wish has its value: `turn off the lamp`, `lamp off`, `open the blinds`."""
    first, second, *_ = [*wish.split(), "", ""]
    orders = senses("order")
    turned = is_wish(first) and (is_state_word(second) or plainly(first) in {*orders, *orders.values()})
    return turned or ends_in_state(wish)


def of_time(word: str) -> bool:
    """Say whether a word is for a time, or some of it: `evening`, `minute`."""
    return any(plainly(bare(word)) in senses(kind) for kind in ("part", "unit", "number", "time", "share"))

"""Lines that leave out what was said just before: `no, the hall`, `and the hall too`, `cancel that`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .politeness import MARKS, bare, is_wish, spelt_out, without_polite
from .standing import is_pronoun
from .tongue import LONGEST_PHRASE, plainly, senses, skip, words

_LONGEST = 240
"""Characters of a line that may leave something out."""


@dataclass(frozen=True, slots=True)
class ShortLine:
    """A line without the words by which it goes on.

    `no`: it corrects what was said before; `joined`: it is said besides; `again`: once more; `asks`: it is a
    question; `now`: it says nothing else than that it is about now. `words` are those of its text as they are
    compared.
    """

    text: str
    words: tuple[str, ...]
    no: bool = False
    joined: bool = False
    again: bool = False
    asks: bool = False
    now: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether something says that it goes on with what was said before."""
        return self.no or self.joined

    def without_lead(self, *keys: str) -> ShortLine:
        """Return the line without the words of some keys that it begins with."""
        at, before = 0, -1
        while before < at:
            before = at
            at = max(skip(key, self.words, at) for key in keys)
        text = " ".join(self.text.split()[at:]).strip(MARKS)
        return replace(self, text=text, words=self.words[at:])

    @property
    def thing(self) -> str:
        """What is named, without what stands around a name: `hall` of `the ones in the hall`."""
        around = words("before_name") | words("follow_place") | words("follow_one") | words("follow_its")
        spoken = self.text.split()
        while spoken and spoken[0].casefold() in around:
            spoken.pop(0)
        while spoken and spoken[-1].casefold() in words("follow_one"):
            spoken.pop()
        return " ".join(spoken)

    @property
    def wishes(self) -> bool:
        """Whether it begins as a whole wish does."""
        return is_wish(self.text.partition(" ")[0])

    @property
    def of_it(self) -> str:
        """What is wished for what was spoken of: `close` of `close it`, `off` of `turn it off`."""
        spoken = self.text.split()
        rest = [each for each in spoken if not is_pronoun(each)]
        return " ".join(rest[1:] or rest) if self.wishes and len(rest) == len(spoken) - 1 else ""

    @property
    def about_its(self) -> bool:
        """Whether it is about something that belongs to what was spoken of: `her battery`."""
        return bool(words("follow_its").intersection(self.words[:1]))

    @property
    def removes(self) -> bool:
        """Whether it says that something is to be removed: `delete that one`."""
        about = words("before_name") | words("follow_one") | words("follow_made")
        behind = all(each in about or is_pronoun(each) for each in self.words[1:])
        return behind and bool(words("follow_forget").intersection(self.words[:1]))

    @property
    def turned(self) -> tuple[str, bool]:
        """How a rule is turned, and whether it is only called `it`: `off` of `turn that alert off`."""
        spoken = [word for word in self.words if word not in words("follow_again")]
        rule = next((at for at, word in enumerate(spoken) if word in words("follow_made")), 0)
        at = rule or next((at for at, word in enumerate(spoken) if is_pronoun(word)), len(spoken))
        way = [senses("state").get(word) for word in spoken[at + 1 :]]
        return (spoken[-1], not rule) if self.wishes and way in (["on"], ["off"]) else ("", False)

    @property
    def declines(self) -> bool:
        """Whether it says that something is not wanted after all: `never mind`."""
        return self.says("follow_never") or self.stops

    @property
    def stops(self) -> bool:
        """Whether it says that something is not to go on: `stop that`."""
        return self.says("follow_stop")

    def says(self, key: str) -> bool:
        """Say whether it is nothing but words of a key."""
        return " ".join(self.words) in words(key)

    @property
    def unit(self) -> str:
        """The unit in which is asked how much it is: `how many kW`, `how full is it`; else nothing."""
        share, amount = skip("follow_share", self.words), skip("follow_amount", self.words)
        if share and all(is_pronoun(each) or each in words("follow_is") for each in self.words[share:]):
            return "%"
        return self.text.split()[-1] if amount and len(self.words) == amount + 1 else ""


def short_line(line: str, known: Callable[[str], bool] = bool) -> ShortLine:
    """Return what a line says, and how it goes on; its short forms written out, but for `known` words.

    A long one says all itself: of that nothing is returned.
    """
    if len(line) > _LONGEST:
        return ShortLine("", ())
    spelt = spelt_out(line.rstrip(MARKS), lambda word: known(word) or word in words("follow_its"))
    spoken = without_polite(spelt).split()
    plain = [plainly(bare(word)) for word in spoken]
    ends, at, before = len(plain), 0, -1
    found = dict.fromkeys(_LEADS, False)
    while before < at < ends:
        before = at
        for key in _LEADS:
            found[key] = found[key] or skip(key, plain, at) > at
            at = skip(key, plain, at)
    before = -1
    while at < ends != before:
        before = ends
        for key in ("follow_again", "follow_and"):
            found[key] = found[key] or _end(key, plain, ends) < ends
        ends = max(at, min(_end(key, plain, ends) for key in ("follow_end", "follow_again")))
    text = " ".join(spoken[at:ends]).strip(MARKS)
    no, joined, again = (found[key] for key in _LEADS)
    now = at < skip("follow_now", plain, at) == len(plain)
    return ShortLine(text, tuple(plain[at:ends]), no, joined, again, line.endswith("?"), now)


_LEADS = ("follow_no", "follow_and", "follow_again")


def _end(key: str, spoken: Sequence[str], ends: int) -> int:
    """Return where the words of a key begin that end at a place; that place if there are none."""
    begins = range(max(0, ends - LONGEST_PHRASE), ends)
    return next((at for at in begins if skip(key, spoken[:ends], at) == ends), ends)


def corrects(text: str) -> bool:
    """Say whether a line says no to what was said before, and perhaps what else is meant."""
    return short_line(text).no


def without_joint(text: str) -> str:
    """Return a line without the words by which it goes on, `is it on` of `is it on now?`; else nothing."""
    said = short_line(text)
    goes_on = said.joined or any(map(is_pronoun, said.words))
    return f"{said.text}{'?' * text.endswith('?')}" if goes_on and said.text else ""

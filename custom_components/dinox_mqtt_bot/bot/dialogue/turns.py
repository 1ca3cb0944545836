"""What was said last, and a line that goes on with it: `no, the hall`, `and the hall too`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..commands.command import Command
from ..model.replies import Reply, Table, Text
from ..text.politeness import MARKS, bare, without_polite
from ..text.tongue import LONGEST_PHRASE, plainly, skip

_QUESTIONS = frozenset({"confirm", "options"})
"""Facts of what asks: nothing has been done yet."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A command, when it was given (Unix time), and what it was answered; None if it failed."""

    at: float
    command: Command
    reply: Reply | None = None

    @property
    def done(self) -> bool:
        """Whether it was done, and is not asked about."""
        return self.reply is not None and not self.asks

    @property
    def asks(self) -> bool:
        """Whether it was answered with a question."""
        return bool(_QUESTIONS & self.facts.keys())

    @property
    def facts(self) -> Mapping[str, object]:
        """What its answer is about; of a list the one row, nothing of several."""
        if isinstance(self.reply, Table):
            return self.reply.facts[0] if len(self.reply.facts) == 1 else {}
        return self.reply.facts if isinstance(self.reply, Text) else {}


@dataclass(frozen=True, slots=True)
class Said:
    """A line without the words by which it goes on.

    `no`: it corrects what was said before; `joined`: it is said besides; `again`: once more. `words` are
    those of its text as they are compared.
    """

    text: str
    words: tuple[str, ...]
    no: bool = False
    joined: bool = False
    again: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether something says that it goes on with what was said before."""
        return self.no or self.joined


def read(line: str) -> Said:
    """Return what a line says, and how it goes on."""
    spoken = without_polite(line.rstrip(MARKS)).split()
    plain = [plainly(bare(word)) for word in spoken]
    ends, no, joined = len(plain), False, False
    at, before, again = 0, -1, False
    while before < at < ends:
        before = at
        no = no or skip("follow_no", plain, at) > at
        at = skip("follow_no", plain, at)
        joined = joined or skip("follow_and", plain, at) > at
        at = skip("follow_and", plain, at)
        again = again or skip("follow_again", plain, at) > at
        at = skip("follow_again", plain, at)
    joined_behind = False
    before = -1
    while at < ends != before:
        before = ends
        again = again or _end("follow_again", plain, ends) < ends
        joined_behind = joined_behind or _end("follow_and", plain, ends) < ends
        ends = max(at, min(_end(key, plain, ends) for key in ("follow_end", "follow_again")))
    text = " ".join(spoken[at:ends]).strip(MARKS)
    return Said(text, tuple(plain[at:ends]), no, joined or joined_behind, again)


def _end(key: str, spoken: Sequence[str], ends: int) -> int:
    """Return where the words of a key begin that end at a place; that place if there are none."""
    begins = range(max(0, ends - LONGEST_PHRASE), ends)
    return next((at for at in begins if skip(key, spoken[:ends], at) == ends), ends)


def behind(said: Said, *keys: str) -> Said:
    """Return a line without the words of some keys that it begins with."""
    at, before = 0, -1
    while before < at:
        before = at
        at = max(skip(key, said.words, at) for key in keys)
    text = " ".join(said.text.split()[at:]).strip(MARKS)
    return Said(text, said.words[at:], said.no, said.joined, said.again)

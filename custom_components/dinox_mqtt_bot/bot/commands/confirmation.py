"""Asking first: what cannot be undone is done only after a yes, what several are called so after a choice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
import re

from ..delivery.changes import Standing
from ..model.replies import BotError, Caller, Cell, Reply, Surface, Table, Text, Typed
from ..ports import Clock
from ..reading.meant import MOST_NAMED, Ambiguous, Meant, called_together, labels, narrowed, telling
from ..text.politeness import bare, is_wish, without_polite
from ..text.tongue import fold, plainly, skip, words
from .command import CONFIRM, Command, Parts, require

PATIENCE = 60.0
READING = 300.0
"""Seconds in which one of several commands may be chosen."""

LATE = 600.0
"""Seconds after which a yes is no answer to the question any more."""

CONVERSING = frozenset({Surface.CHAT, Surface.ASSIST})
"""Where a question can be answered."""

_SIGNS = {"👍": "yes", "👎": "no"}
_MEANT = {"yes": ("yes", "agreed"), "no": ("no", "declined")}
_AROUND = re.compile(r"(?i)\A\s*(?:[/!]?mqtt(?!\S))?\s*[/!]?|[\s.!]+\Z")
_LONGEST = 100
type _Key = tuple[Surface, str, str]


class Doubtful(BotError):
    """What is done only if it is meant: `again` is the command that does it without asking."""

    def __init__(self, again: Command, key: str, **placeholders: object) -> None:
        super().__init__(key, **placeholders)
        self.again = again


class Unconfirmed(BotError):
    """What is done only after a yes, and what is at stake."""

    def __init__(self, command: Command, stake: Text) -> None:
        super().__init__("not_confirmed", command=command.node)
        self.command = command
        self.stake = stake


class Offer(Exception):
    """What is shown with commands that are chosen by their number: a yes means the only one."""

    def __init__(self, shown: Table, commands: Sequence[Command]) -> None:
        super().__init__(shown.title.key)
        self.shown = shown
        self.commands = tuple(commands)


@dataclass(frozen=True, slots=True)
class Answered:
    """The command that an answer wants, and whether it need not be asked about any more."""

    command: Command
    confirmed: bool


@dataclass(frozen=True, slots=True)
class _Question:
    """A command that waits until a Unix time for a yes, or for one of several things it may be about.

    Of `commands` the number of one is waited for. `notice` is the id of the message that asks.
    """

    command: Command
    until: float
    said: str = ""
    options: tuple[Meant, ...] = ()
    commands: tuple[Command, ...] = ()
    notice: str = ""


class Confirmation:
    """What waits for an answer: one command for each who asked for it, and each place where it did."""

    def __init__(
        self, clock: Clock, offers: Callable[[], Mapping[str, Command]] = dict[str, Command]
    ) -> None:
        """`offers` are words that do something by themselves, since the bot has offered them."""
        self._clock = clock
        self._offers = offers
        self._waiting: dict[_Key, _Question] = {}

    def ask(self, command: Command, caller: Caller, stake: Text) -> Text:
        """Ask about what is at stake. Raises Unconfirmed where nobody can answer."""
        if caller.surface not in CONVERSING:
            raise Unconfirmed(command, stake)
        self._wait(caller, _Question(command, self._until))
        key = "confirm" if command.final else "confirm_set"
        return Text(key, {"stake": stake}, {"confirm": True})

    def doubt(self, doubt: Doubtful, caller: Caller) -> Text:
        """Ask whether something doubtful is meant. Raises it where nobody can answer."""
        if caller.surface not in CONVERSING:
            raise doubt
        self._wait(caller, _Question(doubt.again, self._until))
        return Text(f"confirm_{doubt.key}", doubt.placeholders, {"confirm": True})

    def which(self, command: Command, caller: Caller, names: Ambiguous) -> Text:
        """Ask which of several things is meant. Raises what lists them where nobody can answer."""
        if caller.surface not in CONVERSING:
            raise names
        self._wait(caller, _Question(command, self._until, names.said, names.options))
        return _which(names.said, names.options)

    def offer(self, offer: Offer, caller: Caller) -> Table:
        """Show commands of which one may be chosen. Raises the offer again where a form lets choose."""
        if caller.surface is Surface.FORM:
            raise offer
        if caller.surface in CONVERSING:
            until = self._clock.now() + READING
            self._wait(caller, _Question(offer.commands[0], until, commands=offer.commands))
        return offer.shown

    def aim(self, command: Command, caller: Caller, said: str, options: Sequence[Meant]) -> Answered | Text:
        """Return the command about the only option in the place of what was `said`, or ask which is meant."""
        if len(options) == 1:
            return Answered(command.about(said, options[0].handle), confirmed=False)
        return self.which(command, caller, Ambiguous(said, options))

    @property
    def _until(self) -> float:
        return self._clock.now() + PATIENCE

    def _wait(self, caller: Caller, question: _Question) -> None:
        self._waiting[_key(caller)] = question

    def waits(self, caller: Caller) -> bool:
        """Say whether an answer of this caller is waited for now."""
        question = self._waiting.get(_key(caller))
        return question is not None and self._clock.now() <= question.until

    def asked_by(self, notice_id: str, jid: str, room: str) -> None:
        """Take note of the message that asks a contact what is waited for, if anything is."""
        key = (Surface.CHAT, jid, room)
        question = self._waiting.get(key)
        if question is not None and not question.notice:
            self._waiting[key] = replace(question, notice=notice_id)

    def answers(self, notice_id: str, jid: str) -> tuple[str, ...] | None:
        """Return what can be chosen in answer to a message, nothing for yes and no; None if it asks none."""
        question = self._waiting.get((Surface.CHAT, jid, ""))
        if question is None or question.notice != notice_id or self._clock.now() > question.until:
            return None
        if question.options:
            return tuple(labels(question.options))
        numbers = range(1, len(question.commands) + 1) if len(question.commands) > 1 else ()
        return tuple(map(str, numbers))

    def picks(self, text: str, caller: Caller) -> bool:
        """Say whether a text is a word for some of the things of which one is waited for."""
        question = self._waiting.get(_key(caller))
        return question is not None and bool(narrowed(question.options, _behind_no(_word(text))))

    def take(self, text: str, caller: Caller) -> Answered | Text | None:
        """Return the command that a text confirms or completes, what to say to it, or None.

        No, an answer that comes too late, one that several fit and a yes with something more are said
        something to; any other text withdraws the question.
        """
        question = self._waiting.pop(_key(caller), None)
        word = _word(text)
        if question is None or (late := self._clock.now() - question.until) > LATE:
            offers = {fold(each): command for each, command in self._offers().items()}
            offered = offers.get(word) if word else None
            return None if offered is None else Answered(offered, confirmed=False)
        if question.options and late <= 0 and (found := self._chosen(question, word, caller)) is not None:
            return found
        if question.commands and late <= 0 and (chosen := _numbered(question, word)) is not None:
            return chosen
        said, more = _yes_or_no(word)
        if said == "no":
            return Text("confirm_no")
        if said != "yes" or (late > 0 and (more or question.options or len(question.commands) > 1)):
            return None
        return self._agreed(question, caller, late=late > 0, more=more)

    def _agreed(self, question: _Question, caller: Caller, *, late: bool, more: bool) -> Answered | Text:
        """Return the command that a yes wants, or what is to be answered instead: it goes on waiting then."""
        command = question.command
        if late:
            return Text("confirm_late", {"command": Typed(command.node)})
        several = len(question.commands)
        if not (more or question.options or several > 1):
            return Answered(command, confirmed=True)
        self._wait(caller, question)
        if question.options:
            return _which(question.said, question.options)
        return Text("confirm_number", {"count": str(several)}) if several > 1 else Text("confirm_only")

    def _chosen(self, question: _Question, word: str, caller: Caller) -> Answered | Text | None:
        """Return the command with the one thing that was chosen by number or by a further word."""
        command = question.command
        if word.split(" ", maxsplit=1)[0] in (command.node, *command.aliases):
            return None  # it is asked anew, perhaps with other words
        number = word.removeprefix("#")
        shown = question.options[:MOST_NAMED]
        if number.isdecimal() and len(number) < 3 and 1 <= int(number) <= len(shown):
            found = [shown[int(number) - 1]]
        else:
            found = narrowed(question.options, word) or narrowed(question.options, _behind_no(word))
        if len(found) > 1:
            self._wait(caller, replace(question, until=self._until, options=tuple(found)))
            return _which(question.said, found)
        if not found:
            return None
        return Answered(command.about(question.said, found[0].handle), confirmed=False)


def _yes_or_no(text: str) -> tuple[str, bool]:
    """Return `yes` or `no` where a text says so or begins so, and whether it goes on behind that."""
    spoken = [plainly(bare(word)) for word in without_polite(text).split()] or [plainly(text)]
    for said, keys in _MEANT.items():
        if (whole := _read(spoken, keys)) == len(spoken) or _SIGNS.get(spoken[0]) == said:
            return said, whole < len(spoken) > 1
    begun = "" if is_wish(spoken[0]) else spoken[0]
    return next(((said, True) for said, keys in _MEANT.items() if begun in words(keys[0])), ("", False))


def _behind_no(text: str) -> str:
    """Return what stands behind a no: `the hall` of `no, the hall`."""
    spoken = [plainly(bare(word)) for word in text.split()]
    return " ".join(spoken[_read(spoken, _MEANT["no"]) :])


def _read(spoken: Sequence[str], keys: Sequence[str]) -> int:
    """Return how many words from the first on are words of some keys."""
    at, before = 0, -1
    while at > before:
        before, at = at, max(skip(key, spoken, at) for key in keys)
    return at


def _numbered(question: _Question, word: str) -> Answered | None:
    """Return the command that was chosen by its number."""
    number = word.removeprefix("#")
    if not (number.isdecimal() and len(number) < 3 and 1 <= int(number) <= len(question.commands)):
        return None
    return Answered(question.commands[int(number) - 1], confirmed=False)


def _which(said: str, options: Sequence[Meant]) -> Text:
    asked = Text("which", {"name": called_together(said, options)})
    for at, name in enumerate(labels(options), 1):
        asked = Text("which_option", {"asked": asked, "number": str(at), "name": name})
    if len(options) > MOST_NAMED:
        asked = Text("which_more", {"asked": asked})
    words = telling(options)
    key = "which_words" if words else "which_number"
    told: dict[str, Cell] = {"asked": asked, "words": ", ".join(words)}
    return Text(key, told, {"options": [each.topic for each in options]})


def _key(caller: Caller) -> _Key:
    return caller.surface, caller.user or caller.who, caller.room


def _word(text: str) -> str:
    # A yes is short, and blanks at the end are looked for from each blank anew.
    return fold(_AROUND.sub("", text)) if len(text) <= _LONGEST else ""


async def execute(
    command: Command, parts: Parts, caller: Caller, *, asking: Confirmation, confirmed: bool = False
) -> Reply:
    """Run a command for a caller; every surface comes through here.

    A destructive one is asked about first, unless `confirmed`, or harmless by its own account; so is what a
    name means that several things have, and what is made on something nobody knows. Raises BotError as
    `require`, and what `asking` and `run` raise.
    """
    require(caller, command.role, command.node, narrow=command.narrow)
    said = confirmed or getattr(command, CONFIRM, False)
    try:
        if command.destructive and not said and command.needs_confirmation(parts):
            return asking.ask(command, caller, await command.at_stake(parts))
        before = Standing.of(parts.rules, parts.alerts.mutes)
        reply = await command.run(parts, caller)
    except Ambiguous as names:
        return asking.which(command, caller, names)
    except Doubtful as doubt:
        return asking.doubt(doubt, caller)
    except Offer as offer:
        return asking.offer(offer, caller)
    parts.changes.note(caller, before, Standing.of(parts.rules, parts.alerts.mutes))
    return reply

"""What the words of an alert rule ask for: condition, duration, clear value, repetition, priority, name."""

from dataclasses import dataclass
from itertools import product
import re

from ...model.replies import BotError
from ...model.rules import CHART, Condition, Operator, Priority
from ...text.durations import leading_duration
from ...text.happening import change_of
from ...text.numbers import number
from ...text.states import is_state_word
from ...text.weekly import DAILY, read_weekly
from ...text.words import MAX_QUOTED, NAMED, NO_WORDS, ON, SWITCH, Word, split_words
from .vocabulary import (
    AFTER,
    AFTERWARDS,
    AUTO,
    BEFORE_CLEAR,
    BEFORE_OPERATOR,
    BEFORE_PRIORITY,
    CHARTS,
    CLEAR,
    DEGREES_AT_END,
    ENDS,
    EVERY,
    KEEPS,
    LONGER,
    LONGEST_OPERATOR,
    MISSING,
    ONCE,
    ONLY,
    PHRASES,
    PICTURE,
    PRIORITIES,
    RANGE,
    SAY,
    SINCE,
    THEN,
    WITHIN,
    with_signs,
    without_is,
)

LONGEST = 1_000
"""Characters that a rule may be typed in."""

LONGEST_RULE_NAME = 100
LONGEST_WEEKLY = 10
"""Words that times of the week have at most."""
SYMBOL = re.compile(r">=|<=|=>|=<|==|!=|<>|[<>=≥≤≠]")
_KEY = r"""[^\s"'.\[\]<>=!≥≤≠]++"""
_INDEX = r"\[-?\d+\]"
_QUOTED = r"""(?:"[^"]*"|'[^']*')"""
_QUOTED_PATH = re.compile(
    rf"\s*((?:{_KEY}(?:\.|(?=\[))|{_INDEX}\.?)*{_QUOTED}(?:{_INDEX}|\.(?:{_KEY}|{_QUOTED}))*)"
)
_SEEN = re.compile(r"(?:camera|image)\.[a-z0-9_]+")
_DOTTED = re.compile(r"(.+?)\s*(?:\.{2,3}|…)\s*(.+)")


@dataclass(slots=True)
class Asked:
    """What a text asks for; None for what it says nothing about."""

    field: str = ""
    condition: Condition | None = None
    hold: float | None = None
    clear: str | None = None
    missing_clears: bool | None = None
    repeat: float | None = None
    priority: Priority | None = None
    name: str | None = None
    enabled: bool | None = None
    only: str | None = None
    once: bool | None = None
    text: str | None = None
    after: str | None = None
    then: str | None = None
    afterwards: str | None = None
    picture: str | None = None


def asked(text: str, *, changing: bool = False) -> Asked:
    """Read what follows a rule's topic, or what to change in it. Raises BotError `rule_…`."""
    if len(text) > LONGEST:
        raise BotError("rule_too_long", maximum=LONGEST)
    lasting = _lasting(text)
    if lasting == text and not changing:
        lasting = _for_said(text)
    field, operator, rest = located(lasting, changing=changing)
    return _Reader(rest, changing=changing).read(field, operator)


def _lasting(text: str) -> str:
    """Return a text that says `open for 5 min` for `open longer than 5 min` and `open for over 5 min`."""
    for found in LONGER.finditer(text):
        spoken = list(split_words(text[found.end() :]))
        if not (count := _duration(spoken, 0)[1]):
            continue
        end = found.end() + spoken[count - 1].end
        time, behind = text[found.end() : end], " ".join(without_is(text[end:]))
        # What is so stands last: `länger als 5 Minuten offen`, `länger als 5 Minuten über -15`.
        if is_happening(behind) or located(behind, changing=False)[1]:
            return f"{text[: found.start()]} {behind} for {time}"
        before = without_is(text[: found.start()])
        ends = [" ".join(before[-count:]) for count in (1, 2) if len(before) >= count]
        compared = located(" ".join(before), changing=False)[1]
        if found[1] or any(is_state_word(each) or (compared and number(each)) for each in ends):
            return f"{' '.join(before)} for {time} {behind}"
    return text


def _for_said(text: str) -> str:
    """Return a text that says `open for 5 min` for `open 5 min` and for `5 min open`."""
    spoken = list(split_words(text))
    for at, word in enumerate(spoken):
        count = 0 if word.quoted else _duration(spoken, at)[1]
        if not count:
            continue
        before = spoken[at - 1] if at else None
        if before is not None and not before.quoted and is_state_word(before.text):
            return f"{text[: word.start]}for {text[word.start :]}"
        end = spoken[at + count - 1].end
        since = at - (before is not None and _is(spoken, at - 1, SINCE))
        if (silent := _silent_around(spoken, since, at + count)) is not None:
            begin, phrase, rest = silent
            return f"{text[:begin]}{phrase} {text[word.start : end]}{text[rest:]}"
        behind = text[end:].strip()
        # A priority is `normal` too.
        if is_happening(behind) and behind.casefold() not in PRIORITIES and not _is(spoken, at - 1, EVERY):
            return f"{text[: spoken[since].start]}{behind} for {text[word.start : end]}"
        break
    return text


def _silent_around(spoken: list[Word], begin: int, end: int) -> tuple[int, str, int] | None:
    """Return where words for silence begin that have their time before or among them, they, and their end.

    In German they have: `meldet sich seit 10 min nicht mehr`, `seit 10 min nichts sendet`.
    """
    for before, behind in product(
        range(min(LONGEST_OPERATOR, begin + 1)), range(min(LONGEST_OPERATOR, len(spoken) - end), 0, -1)
    ):
        around = spoken[begin - before : begin] + spoken[end : end + behind]
        phrase = tuple(each.text.casefold() for each in around)
        if PHRASES.get(phrase) is Operator.STALE and not any(each.quoted for each in around):
            return spoken[begin - before].start, " ".join(phrase), around[-1].end
    return None


def is_happening(text: str) -> bool:
    """Say whether a text is a state, or what happens to something."""
    return is_state_word(text) or bool(change_of(text))


def located(text: str, *, changing: bool) -> tuple[str, Operator | None, str]:
    """Return field, operator and what follows; the whole text where there is no operator."""
    path = _QUOTED_PATH.match(text)
    if path and (found := _operator(list(split_words(text[path.end() :])), 0)):
        return path[1], found[0], text[path.end() + found[1] :]
    spoken = list(split_words(text))
    for index, word in enumerate(spoken):
        hours = _is(spoken, index, ONLY) and _weekly(spoken, index + 1)[1]
        behind = None if changing or hours else _operator(spoken, index + 1)
        if starts(spoken, index, changing=changing) and behind is None:
            silence = index == 0 and not changing and says_silence(spoken, index, since=True)
            return ("", Operator.STALE, text[word.end :]) if silence else ("", None, text)
        if (found := _operator(spoken, index)) is not None:
            return text[: found[2]].strip(), found[0], text[found[1] :]
        if word.quoted:
            break
    return "", None, text


def _operator(spoken: list[Word], index: int) -> tuple[Operator, int, int] | None:
    """Return the operator that a word begins or has in it, where it ends in the text, and where it begins."""
    if index >= len(spoken) or spoken[index].quoted:
        return None
    word = spoken[index]
    found = _phrase(spoken, index)
    if word.text.casefold() in BEFORE_OPERATOR and (behind := _operator(spoken, index + 1)) is not None:
        further = behind[0], behind[1], word.start
        if found is None or behind[1] > found[1]:
            return further
    if found is not None:
        return found[0], found[1], word.start
    if says_silence(spoken, index, since=index == 0):
        return Operator.STALE, word.end, word.start
    symbol = SYMBOL.search(word.text)
    if symbol is None:
        return None
    return PHRASES[symbol[0],], word.start + symbol.end(), word.start + symbol.start()


def says_silence(spoken: list[Word], index: int, *, since: bool) -> bool:
    """Say whether nothing is to come for a time: `silent 10 min`, which a priority has not behind it.

    `since`: it may be `silent for 10 min`, too.
    """
    silent = _is(spoken, index, PRIORITIES) and PRIORITIES[spoken[index].text.casefold()] is Priority.SILENT
    at = index + 1
    return silent and _duration(spoken, at + (since and _is(spoken, at, SINCE)))[1] > 0


def _phrase(spoken: list[Word], index: int) -> tuple[Operator, int] | None:
    for count in range(min(LONGEST_OPERATOR, len(spoken) - index), 0, -1):
        part = spoken[index : index + count]
        operator = PHRASES.get(tuple(word.text.casefold() for word in part))
        if operator is not None and not any(word.quoted for word in part):
            return operator, part[-1].end
    return None


def starts(spoken: list[Word], index: int, *, changing: bool) -> bool:
    """Say whether a clause begins at a word: what belongs to a value otherwise."""
    while _is(spoken, index, PRIORITIES):
        index += 1
        if index == len(spoken) or (changing and _is(spoken, index, SWITCH)):
            return True
    left = len(spoken) - index - 1
    if _is(spoken, index, SINCE) or _is(spoken, index, EVERY):
        return _is(spoken, index + 1, NO_WORDS) or _duration(spoken, index + 1)[1] > 0
    if _is(spoken, index, BEFORE_PRIORITY):
        return _is(spoken, index + 1, PRIORITIES)
    if _is(spoken, index, MISSING) and _is(spoken, index + 1, ENDS | KEEPS):
        return True
    if _is(spoken, index, SAY):
        return left > 0 and (spoken[index + 1].quoted or _is(spoken, index + 1, NO_WORDS))
    if _is(spoken, index, AFTER):
        # `nach Hause kommt` is what happens.
        return left > 0 and not change_of(" ".join(word.text for word in spoken[index:]))
    if _is(spoken, index, PICTURE):
        # `no picture for 10 min` is something else.
        return left > 0 and (_is(spoken, index + 1, CHARTS | NO_WORDS) or _is_named(spoken[index + 1]))
    if _is(spoken, index, ONCE):
        return not left or starts(spoken, index + 1, changing=changing)
    return left > 0 and any(_is(spoken, index, begins) for begins in (CLEAR, NAMED, ONLY, THEN, AFTERWARDS))


def _is_named(word: Word) -> bool:
    """Say whether a word may be an entity, at least to whoever typed it."""
    return word.quoted or ("." in word.text.strip(".") and number(word.text) is None)


def picture_of(text: str) -> str:
    """Return the picture that a text asks for, as rules have it. Raises BotError `rule_picture`."""
    said = text.strip().casefold()
    if said in NO_WORDS or not said:
        return ""
    if said in CHARTS:
        return CHART
    if _SEEN.fullmatch(said) is None:
        raise BotError("rule_picture", picture=text[:MAX_QUOTED])
    return said


def _weekly(spoken: list[Word], index: int) -> tuple[str, int]:
    """Return the times of the week that the most words from a place on mean, and how many words."""
    for end in range(min(len(spoken), index + LONGEST_WEEKLY), index, -1):
        part = spoken[index:end]
        weekly = None if any(word.quoted for word in part) else read_weekly(" ".join(w.text for w in part))
        if weekly is not None:
            return str(weekly), end - index
    return "", 0


def _is(spoken: list[Word], index: int, meant: frozenset[str] | dict[str, Priority]) -> bool:
    return index < len(spoken) and not spoken[index].quoted and spoken[index].text.casefold() in meant


def _duration(spoken: list[Word], index: int) -> tuple[float, int]:
    return leading_duration([word.text for word in spoken[index : index + 8]])


class _Reader:
    """Reads what follows an operator, word by word."""

    def __init__(self, text: str, *, changing: bool) -> None:
        self._text = text
        self._changing = changing
        self._words = list(split_words(text))
        self._at = 0
        self._asked = Asked()
        self._clause_word = ""

    def read(self, field: str, operator: Operator | None) -> Asked:
        self._asked.field = field
        if operator is not None:
            self._asked.condition = self._condition(operator)
        elif self._words and not self._changing and not self._begins():
            self._asked.condition = self._bare()
        while self._at < len(self._words):
            self._clause()
        return self._asked

    def _condition(self, operator: Operator) -> Condition:
        if operator is Operator.CHANGES:
            return Condition(operator)
        if operator is Operator.STALE:
            return Condition(operator, seconds=self._silence())
        if operator is Operator.HAPPENS and self._is_bare():
            return Condition(operator)
        if self._at >= len(self._words):
            raise BotError("rule_no_value", operator=operator.value)
        quoted = self._words[self._at].quoted
        value = self._run(operator) if quoted else self._at_times(self._run(operator))
        value = with_signs(DEGREES_AT_END.sub(_degrees, value))
        if operator in {Operator.BETWEEN, Operator.OUTSIDE}:
            return Condition(operator, _pair(value, operator))
        if operator in {Operator.RISES, Operator.FALLS}:
            return Condition(operator, (value,), seconds=self._window(operator, value))
        return Condition(operator, (value,))

    def _is_bare(self) -> bool:
        """Say whether no value follows the operator, but a clause or nothing."""
        if self._changing and _is(self._words, self._at, SWITCH):
            return True
        return self._at >= len(self._words) or starts(self._words, self._at, changing=self._changing)

    def _bare(self) -> Condition:
        """Read a value without an operator: it must equal that, or lie between two."""
        quoted = self._words[0].quoted
        value = self._run() if quoted else self._at_times(self._run())
        found = None if quoted else _DOTTED.fullmatch(value)
        if found is not None and number(found[1]) and number(found[2]):
            return Condition(Operator.BETWEEN, (found[1], found[2]))
        return Condition(Operator.EQUAL, (value,))

    def _at_times(self, value: str) -> str:
        """Return a state or a number without times of the week behind it: `open at night` means only then."""
        said = value.split()
        for end in range(1, len(said)):
            head = " ".join(said[:end])
            if is_state_word(head) or number(head) is not None:
                weekly = read_weekly(" ".join(said[end:]))
                if weekly is not None:
                    self._wish("only", str(weekly))
                    return head
        return value

    def _begins(self) -> bool:
        """Say whether there is no value: the first word begins a clause, and is no word of priority."""
        return starts(self._words, 0, changing=self._changing) and not _is(self._words, 0, PRIORITIES)

    def _run(self, operator: Operator | None = None) -> str:
        """Return the words up to the next clause, one at least; a quoted one without its quotes."""
        first = self._at
        self._at += 1
        while self._at < len(self._words) and not self._ends(operator):
            self._at += 1
        run = self._words[first : self._at]
        return run[0].text if len(run) == 1 else self._text[run[0].start : run[-1].end]

    def _ends(self, operator: Operator | None) -> bool:
        """Say whether the value ends here: at a clause, a time to rise or fall, or `off` for a number."""
        if starts(self._words, self._at, changing=self._changing):
            return True
        if (
            self._changing
            and operator is not None
            and operator.numeric
            and _is(self._words, self._at, SWITCH)
        ):
            return True
        timed = operator in {Operator.RISES, Operator.FALLS} and _is(self._words, self._at, WITHIN)
        return timed and _duration(self._words, self._at + 1)[1] > 0

    def _silence(self) -> float:
        """Return the seconds that must not pass without a message, 0 for those learned."""
        at = self._at + _is(self._words, self._at, SINCE)
        if _is(self._words, at, AUTO):
            self._at = at + 1
            return 0.0
        seconds, count = _duration(self._words, at)
        self._at = at + count if count else self._at
        return seconds

    def _window(self, operator: Operator, value: str) -> float:
        if not _is(self._words, self._at, WITHIN):
            raise BotError("rule_no_window", example=f"{operator} {value[:MAX_QUOTED]} in 10m")
        seconds, count = _duration(self._words, self._at + 1)
        self._at += 1 + count
        return seconds

    def _clause(self) -> None:
        if self._changing and _is(self._words, self._at, SWITCH):
            self._asked.enabled = _is(self._words, self._at, ON)
            self._at += 1
            return
        word = self._words[self._at].text
        if not starts(self._words, self._at, changing=self._changing):
            raise BotError("rule_word", word=word[:MAX_QUOTED])
        if _is(self._words, self._at, BEFORE_PRIORITY):
            self._at += 1
        self._clause_word = self._words[self._at].text
        word = self._words[self._at].text.casefold()
        self._at += 1
        if word in PRIORITIES:
            self._wish("priority", PRIORITIES[word])
        elif word in SINCE:
            self._wish("hold", self._span())
        elif word in EVERY:
            self._wish("repeat", self._span())
        elif word in SAY:
            said = self._words[self._at]
            self._wish("text", said.text if said.quoted else "")
            self._at += 1
        elif word in ONCE:
            self._wish("once", True)
        elif word in ONLY:
            self._wish("only", self._times())
        elif word in CLEAR:
            self._wish("clear", self._cleared())
        elif word in AFTER:
            self._behind()
        elif word in THEN:
            self._wish("then", self._deed())
        elif word in AFTERWARDS:
            self._wish("afterwards", self._deed())
        elif word in PICTURE:
            self._wish("picture", picture_of(self._words[self._at].text))
            self._at += 1
        elif word in MISSING:
            self._wish("missing_clears", _is(self._words, self._at, ENDS))
            self._at += 1
        else:
            self._wish("name", self._name())

    def _wish(self, what: str, value: object) -> None:
        """Take note of what a clause asks for. Raises BotError `rule_twice`: only one of two could count."""
        if getattr(self._asked, what) is not None:
            raise BotError("rule_twice", word=self._clause_word[:MAX_QUOTED])
        setattr(self._asked, what, value)

    def _deed(self) -> str:
        """Read what is to be done: what is in quotes, or all up to the next clause."""
        quoted = self._words[self._at].quoted
        said = self._run()
        if not quoted and _is(self._words, self._at, SINCE):
            # Nobody would end it: the time is no part of what is done, nor is the alert's meant.
            raise BotError("rule_deed_for", deed=said[:MAX_QUOTED])
        return "" if said.casefold() in NO_WORDS else said

    def _behind(self) -> None:
        """Read the rule that it waits for; a time is one that it must last: `open after 10 min`."""
        # A number alone is that of a rule.
        if _duration(self._words, self._at)[1] > self._words[self._at].text.isdigit():
            self._wish("hold", self._span())
        elif _is(self._words, self._at, NO_WORDS):
            self._wish("after", "")
            self._at += 1
        else:
            self._wish("after", self._run().removeprefix("#"))

    def _span(self) -> float:
        seconds, count = _duration(self._words, self._at)
        self._at += count or 1
        return seconds

    def _times(self) -> str:
        """Return times of the week. Raises BotError `rule_no_weekly`."""
        times, count = _weekly(self._words, self._at)
        if not count and not _is(self._words, self._at, NO_WORDS):
            raise BotError("rule_no_weekly", times=self._words[self._at].text[:MAX_QUOTED])
        self._at += count or 1
        return "" if times == DAILY else times

    def _cleared(self) -> str:
        if _is(self._words, self._at, BEFORE_CLEAR) and self._at + 1 < len(self._words):
            self._at += 1
        quoted = self._words[self._at].quoted
        value = self._run()
        return "" if not quoted and value.casefold() == "none" else value

    def _name(self) -> str:
        """Return a name: what is in quotes, or all the rest."""
        word = self._words[self._at]
        self._at = self._at + 1 if word.quoted else len(self._words)
        return checked_name(word.text if word.quoted else self._text[word.start :])


def _degrees(found: re.Match[str]) -> str:
    """Return the sign of a unit that was said in words; degrees alone are those of the value."""
    return f" °{found[1].upper()}" if found[1] else ""


def checked_name(text: str) -> str:
    """Return a name without needless blanks. Raises BotError `rule_name` for what cannot be one."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_RULE_NAME or name.removeprefix("#").isdigit():
        raise BotError("rule_name", maximum=LONGEST_RULE_NAME)
    return name


def _pair(text: str, operator: Operator) -> tuple[str, str]:
    found = RANGE.fullmatch(text)
    if found is None or number(found[1]) is None or number(found[2]) is None:
        raise BotError("rule_two_limits", operator=operator.value, value=text[:MAX_QUOTED])
    return found[1], found[2]

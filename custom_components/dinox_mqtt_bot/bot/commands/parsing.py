"""Chat text to command: total on any text, forgiving about quotes."""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice, takewhile
import re

from ..model.replies import BotError
from ..model.speech import PREFIX, FieldName, Typed
from ..reading.meant import Begun
from ..reading.wording import behind_fillers
from ..text.tongue import fold
from ..text.words import _CLOSING, MAX_ALIAS_WORDS, MAX_QUOTED, Word, split_words
from .command import Command, Parameter, bind, by_word, parameters, spelled, typed, usage

type Begin = Callable[[str], Begun]
"""Finds the name that a text begins with."""

_ADDRESSED = re.compile(rf"\s*{PREFIX}(?!\S)", re.IGNORECASE)
# Clients swallow a line that begins with a slash, and other bots taught people other signs.
_LIKELY = re.compile(r"(?i)\s*(?:!?mqtt(?!\S)|[/!](?!me\b)(?=[^\W\d_]))")
_MOST_BEHIND, _LONGEST_BEHIND = 16, 200
"""Words and characters that a time has at most, and what may stand beside it."""
_MOST_WORDS = 600
"""Words that are told apart: so many are longer than any parameter but what is taken as it stands."""
_NOTHING = frozenset(opening + closing for opening, closings in _CLOSING.items() for closing in closings)


def addressed(text: str) -> bool:
    """Say whether a text begins with `/mqtt`."""
    return _ADDRESSED.match(text) is not None


def likely(text: str) -> bool:
    """Say whether a text may be meant for the bot: it begins with `mqtt`, or as `/status`, `!status` do."""
    return _LIKELY.match(text) is not None


def address(*, bare: bool, room: bool) -> str:
    """Return what stands before a command that is written for somebody; `bare`: nothing but in rooms."""
    if not bare:
        return PREFIX
    return PREFIX.removeprefix("/") if room else ""


def unaddressed(text: str) -> str:
    """Return a text without what it begins with to be meant for the bot."""
    match = _ADDRESSED.match(text) or _LIKELY.match(text)
    return text[match.end() if match else 0 :].strip()


def find(word: str, commands: tuple[type[Command], ...]) -> type[Command]:
    """Find a command by name, which may have a colon behind it.

    Raises BotError `unknown_command` or `unknown_command_similar`.
    """
    known, name = by_word(commands), spelled(word)
    if (found := known.get(name) or known.get(name.rstrip(":,"))) is not None:
        return found
    near = _near(name, commands) if len(name) <= MAX_QUOTED else ()
    shown, help_line = word[:MAX_QUOTED], Typed("help")
    if not near:
        raise BotError("unknown_command", command=shown, help=help_line)
    similar = tuple(Typed(each) for each in near)
    raise BotError("unknown_command_similar", command=shown, similar=similar, help=help_line)


@lru_cache(256)
def _near(name: str, commands: tuple[type[Command], ...]) -> tuple[str, ...]:
    """Return the commands that a word is nearly: a line is tried as one more than once."""
    known = by_word(commands)
    return tuple(dict.fromkeys(known[each].node for each in get_close_matches(name, known)))


def takes_name(text: str, commands: tuple[type[Command], ...]) -> bool:
    """Say whether a text is a command that takes the name of a topic."""
    spoken = next(split_words(unaddressed(text)), None)
    command = by_word(commands).get(spelled(spoken.text)) if spoken else None
    return command is not None and any(parameter.named for parameter in parameters(command))


def parse(
    text: str,
    commands: tuple[type[Command], ...],
    aliases: Collection[str] = (),
    begin: Begin | None = None,
) -> Command:
    """Make a command of a text, with or without `/mqtt`; nothing at all asks for help.

    Words of folded `aliases` need no quotes, nor do names that `begin` finds. Raises BotError
    `unknown_command`, `too_many_words`, or what `bind` raises.
    """
    text = unaddressed(text)
    spoken = deque(islice(split_words(text), _MOST_WORDS))
    command = find(spoken.popleft().text if spoken else "help", commands)
    return bind(command, _raw(command, text, spoken, lambda left: _topic(text, spoken, left, aliases, begin)))


def _raw(
    command: type[Command], text: str, spoken: deque[Word], topic: Callable[[list[Parameter]], str]
) -> Mapping[str, object]:
    options = _options(command)
    left = list(typed(command))
    raw: dict[str, object] = {}
    while spoken:
        word = spoken[0]
        name, _, value = word.text.partition("=")
        if not word.quoted and word.text == "--" and options:
            spoken.popleft()
            options = {}
        elif not word.quoted and (option := options.get(name)) is not None:
            spoken.popleft()
            left = [parameter for parameter in left if parameter != option]
            raw[option.name] = value or _value(command, option, spoken)
        elif not left:
            raise BotError("too_many_words", word=word.text[:MAX_QUOTED], usage=usage(command))
        elif left[0].greedy:
            parameter = left.pop(0)
            raw[parameter.name] = _rest(text[word.start : _end(spoken, parameter, options)], parameter)
        else:
            raw[left[0].name] = topic(left) if left[0].named else spoken.popleft().text
            left.pop(0)
    return raw


def _options(command: type[Command]) -> dict[str, Parameter]:
    """Return the parameters that can be left out, as `--name` and, where they have one, as `-x`."""
    optional = [parameter for parameter in parameters(command) if not parameter.required]
    return {f"--{parameter.name}": parameter for parameter in optional} | {
        f"-{parameter.short}": parameter for parameter in optional if parameter.short
    }


def _value(command: type[Command], option: Parameter, spoken: deque[Word]) -> object:
    if option.kind is bool:
        return True
    if not spoken:
        raise BotError(
            "missing_parameter", parameter=FieldName(command.node, option.name), usage=usage(command)
        )
    return spoken.popleft().text


def _end(spoken: deque[Word], parameter: Parameter, options: Mapping[str, Parameter]) -> int | None:
    """Take a greedy parameter's words and return its end: verbatim the text's, else the next option."""
    end = None
    while spoken and (parameter.verbatim or not _is_option(spoken[0], options)):
        end = spoken.popleft().end
    return None if parameter.verbatim else end


def _is_option(word: Word, options: Mapping[str, Parameter]) -> bool:
    return not word.quoted and word.text.partition("=")[0] in options


def _rest(text: str, parameter: Parameter) -> str:
    """Return a greedy parameter's text as it is, but `""` as nothing, and a name unquoted."""
    if text in _NOTHING:
        return ""
    only = [] if parameter.verbatim else list(islice(split_words(text), 2))
    return only[0].text if len(only) == 1 else text


def _topic(
    text: str, spoken: deque[Word], left: list[Parameter], aliases: Collection[str], begin: Begin | None
) -> str:
    """Take the words of a topic's name, or one word; where more is to follow, it has to be left something."""
    if begin is not None:
        start = spoken[0].start
        begun = begin(text[start:])
        if len(left) > 1 and left[1].required and not text[start + begun.end :].strip() and len(spoken) > 1:
            begun = begin(text[start : spoken[-1].start])
        if not left[0].compared and text[start + begun.end :][:1].strip():
            return spoken.popleft().text  # a topic has such signs too: `home/a=b`
        nothing = not begun.meant and begun.written is None and not spoken[0].quoted
        if nothing and len(left) > 1 and (check := left[1].check) is not None:
            return _unknown(text, spoken, check)
        name = _taken(text, spoken, start, begun)
        field = _field(left, spoken) if begun.meant else ""
        return f'"{begun.meant[0].topic}".{field}' if field and len(begun.meant) == 1 else name
    for count in range(min(len(spoken), MAX_ALIAS_WORDS), 1, -1):
        name = " ".join(word.text for word in islice(spoken, count))
        if fold(name) in aliases:
            for _ in range(count):
                spoken.popleft()
            return name
    return spoken.popleft().text


def _unknown(text: str, spoken: deque[Word], check: Callable[[str], object]) -> str:
    """Take the words of a name that nothing has up to what may follow it; one word where nothing may."""
    left = list(takewhile(lambda word: not word.text.startswith("-"), spoken))
    # What may follow is short: each word of a long text would be read again and again.
    places = (
        at
        for at in range(max(1, len(left) - _MOST_BEHIND), len(left))
        if left[-1].end - left[at].start <= _LONGEST_BEHIND
    )
    tails = (at for at in places if _passes(check, text[left[at].start : left[-1].end]))
    name = " ".join(spoken.popleft().text for _ in range(next(tails, 1)))
    return name[max(behind_fillers(name), default=0) :]


def _taken(text: str, spoken: deque[Word], start: int, begun: Begun) -> str:
    """Take the words of a name; one in quotes is without them, unless a field stands behind it."""
    first, end = spoken[0], start + begun.end
    spoken.clear()
    # What follows is read anew: a quote may have been taken for the one that belongs to it.
    behind = islice(split_words(text[end:]), _MOST_WORDS)
    spoken.extend(Word(word.text, end + word.start, quoted=word.quoted) for word in behind)
    return first.text if first.quoted and first.end == end else begun.said


def _field(left: list[Parameter], spoken: deque[Word]) -> str:
    """Take the word behind a name, if it is no part of what follows but all behind it is: a field."""
    if len(left) < 2 or not left[1].behind_field or (check := left[1].check) is None:
        return ""
    rest = [word.text for word in takewhile(lambda word: not word.text.startswith("-"), spoken)]
    if not rest or _passes(check, " ".join(rest)) or not _passes(check, " ".join(rest[1:])):
        return ""
    return spoken.popleft().text


def _passes(check: Callable[[str], object], text: str) -> bool:
    try:
        check(text)
    except BotError:
        return False
    return True

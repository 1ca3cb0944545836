"""One command for every surface: fields are parameters, the docstring is the help, `run` the effect."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from enum import Enum, auto
from functools import cache
import re
from types import UnionType
from typing import Any, ClassVar, Protocol, get_args

from ..alerts.alerts import Alerts
from ..bridges.bridges import Bridges
from ..chat.reminders import Reminders
from ..delivery.changes import LastChanges
from ..model.message import QoS
from ..model.replies import (
    BotError,
    Caller,
    ChoiceWord,
    FieldName,
    Reply,
    Slot,
    Speech,
    Term,
    Text,
    Typed,
    Usage,
    Worded,
)
from ..model.rules import Role, RuleSet
from ..model.status import BotStatus, SteadyStatus
from ..reading.listening import Listening
from ..reading.topic_lookup import Lookups
from ..text.tongue import meant, phrases, plainly, words
from ..text.words import MAX_QUOTED
from .talk import Talk

CONFIRM = "confirm"
"""The parameter of a destructive command that says it is to be done without asking first."""

_TRUE = words("on") | {"true", "1"}
_FALSE = words("off") | {"false"}


class Parts(Lookups, Talk, Protocol):
    """What commands work with: the parts of a bot, and nothing that leads back to it."""

    @property
    def name(self) -> str: ...
    @property
    def connection(self) -> Mapping[str, str]: ...
    @property
    def commands(self) -> tuple[type[Command], ...]: ...
    @property
    def rules(self) -> RuleSet: ...
    @property
    def wanted(self) -> Mapping[str, QoS]: ...
    @property
    def status(self) -> BotStatus: ...
    @property
    def broker(self) -> SteadyStatus: ...
    @property
    def chat(self) -> SteadyStatus: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def bridges(self) -> Bridges: ...
    @property
    def changes(self) -> LastChanges: ...
    @property
    def listening(self) -> Listening: ...
    @property
    def reminders(self) -> Reminders: ...
    @property
    def deed(self) -> Callable[[str], Awaitable[Command]]:
        """What reads the command that sets something or runs a preset. Raises BotError `no_deed`."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """One thing the bot can do; `node` is chat word, XEP-0050 node and action name at once.

    A `destructive` one is asked about first; `final`: it cannot be undone. `narrow`: who operates some topics
    only may do it too, with these: `run` looks at which they are (`within`).
    """

    node: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    role: ClassVar[Role] = Role.VIEWER
    destructive: ClassVar[bool] = False
    final: ClassVar[bool] = True
    narrow: ClassVar[bool] = False

    @abstractmethod
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        """Do it; raise BotError where the caller can do something about it."""

    def needs_confirmation(self, parts: Parts) -> bool:
        """Say whether this is to be asked about first; a destructive one may be harmless with some values."""
        return self.destructive

    def about(self, said: str, handle: str) -> Command:
        """Return the command about the one thing that was chosen, where a name was said that several have."""
        texts = {each.name: getattr(self, each.name) for each in fields(self)}
        # Not inside a longer name: `bedside lamp is on and lamp is off`.
        whole = re.compile(rf"(?<!\w){re.escape(said)}(?!\w)")
        name = next(name for name, text in texts.items() if isinstance(text, str) and whole.search(text))
        return replace(self, **{name: whole.sub(lambda _: handle, texts[name], 1)})

    def following(self) -> Command | None:
        """Return the command that shows what comes behind what this one has shown, if anything may."""
        return None

    @classmethod
    def takes_name(cls) -> bool:
        """Say whether the first thing that is typed is the name of something."""
        first = next(iter(typed(cls)), None)
        return first is not None and first.named

    def least_role(self, parts: Parts) -> Role:
        """Return the role that it takes to do this; what it is about may ask for more."""
        return self.role

    async def at_stake(self, parts: Parts) -> Text:
        """Return what a command would do, for the question that is asked first."""
        return Text(f"services.{self.node}.description")


class Things(Enum):
    """What there is to choose from, as it is now."""

    ALERTS = auto()
    INCIDENTS = auto()
    RULES = auto()
    BRIDGES = auto()
    PRESETS = auto()
    SUBSCRIPTIONS = auto()
    TOPICS = auto()
    CONTROLS = auto()
    FOLLOWED = auto()
    CONTACTS = auto()
    MUTED = auto()
    COMMANDS = auto()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One typed input of a command; `kind` is str, int, bool or an Enum.

    `greedy` takes the rest of a chat text, `verbatim` with its quotes; `named`: a topic, or whatever the bot
    calls it, `compared`: signs that compare end it; `aside`: given by its name only, and not shown;
    `behind_field`: a word before it that is no part of it belongs to the topic;
    `check` raises BotError for an impossible text. `longest` in characters: names, times and conditions are
    looked at from many sides, which is not done with texts of any length. `of`: it is one of these things,
    or with `several` some of them, which a form lists; `lines`: what is typed may have more than one line.
    """

    name: str
    summary: str
    kind: type
    default: object
    required: bool
    greedy: bool = False
    verbatim: bool = False
    aside: bool = False
    named: bool = False
    compared: bool = False
    behind_field: bool = False
    short: str = ""
    check: Callable[[str], object] | None = None
    minimum: int = 0
    maximum: int = 0
    longest: int = 1_000
    of: Things | None = None
    several: bool = False
    lines: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that can be given, if they are few."""
        if not issubclass(self.kind, Enum):
            return ()
        return tuple(str(getattr(member, "word", member.value)) for member in self.kind)


def worded(parts: Parts, tell: Callable[[Speech], str]) -> Worded:
    """Return what is put into words in the language of whoever reads it."""
    return Worded(parts.ports.phrases.write(Worded("", tell)), tell)


@cache
def by_word(commands: tuple[type[Command], ...]) -> Mapping[str, type[Command]]:
    """Return some commands by every word for them, in all languages, as `spelled` has it."""
    nodes = {command.node: command for command in commands}
    known = {" ".join(said): nodes[node] for said, node in phrases("command").items() if node in nodes}
    return known | {name: command for command in nodes.values() for name in (command.node, *command.aliases)}


def spelled(word: str) -> str:
    """Return a word as the words of commands are compared."""
    return plainly(word)


def is_more(text: str) -> bool:
    """Say whether a text asks for what is left of an answer."""
    return meant("command", text) == "more"


def param(summary: str, *, default: Any = MISSING, **how: Any) -> Any:
    """Return a dataclass field that is a parameter; `how` is the rest of `Parameter`."""
    return field(default=default, metadata={"summary": summary, **how})


def parameters(command: type[Command]) -> tuple[Parameter, ...]:
    """Return the typed inputs of a command, in the order they are typed."""
    return tuple(
        Parameter(
            name=each.name,
            kind=_kind(each.type),
            default=None if each.default is MISSING else each.default,
            required=each.default is MISSING,
            **each.metadata,
        )
        for each in fields(command)
    )


def _kind(annotation: Any) -> type:
    """Return the class an annotation means: `QoS` for `QoS | None`."""
    if isinstance(annotation, UnionType):
        annotation = next(each for each in get_args(annotation) if each is not type(None))
    assert isinstance(annotation, type)
    return annotation


def typed(command: type[Command]) -> tuple[Parameter, ...]:
    """Return the parameters that are typed one after the other; those after a greedy one are options."""
    ordered = parameters(command)
    greedy = next((index for index, parameter in enumerate(ordered) if parameter.greedy), len(ordered))
    return tuple(parameter for parameter in ordered[: greedy + 1] if not parameter.aside)


def usage(command: type[Command]) -> Usage:
    """Return the line that shows how to type a command."""
    plain = typed(command)
    behind = parameters(command)[len(plain) :]
    options = [_slot(command, each, option=True) for each in behind if not each.aside]
    return Usage(command.node, (*options, *(_slot(command, each) for each in plain)))


def _slot(command: type[Command], parameter: Parameter, *, option: bool = False) -> Slot:
    return Slot(
        FieldName(command.node, parameter.name),
        choices_of(parameter),
        required=parameter.required,
        greedy=parameter.greedy,
        option=option,
        switch=parameter.kind is bool,
    )


def choices_of(parameter: Parameter) -> tuple[ChoiceWord, ...]:
    """Return the few words that a parameter takes, as each language has them."""
    return tuple(map(ChoiceWord, parameter.choices))


def bind[C: Command](command: type[C], raw: Mapping[str, object]) -> C:
    """Make a command of the values that a surface collected; nothing else validates them.

    Raises BotError `missing_parameter`, `unknown_parameter`, `invalid_choice`, `invalid_number`, `too_long`.
    """
    known = {parameter.name for parameter in parameters(command)}
    for name in raw:
        if name not in known:
            raise BotError("unknown_parameter", parameter=_cut(name), usage=usage(command))
    bound = {
        parameter.name: _bound(command, parameter, raw.get(parameter.name))
        for parameter in parameters(command)
    }
    return command(**bound)


def _bound(command: type[Command], parameter: Parameter, value: object) -> object:
    if isinstance(value, str) and not parameter.verbatim:
        value = value.strip()
    if value is None or (value == "" and not parameter.verbatim):
        if parameter.required:
            raise BotError("missing_parameter", parameter=_name(command, parameter), usage=usage(command))
        return parameter.default
    if isinstance(value, str) and len(value) > parameter.longest:
        named = _name(command, parameter)
        raise BotError("too_long", parameter=named, most=str(parameter.longest), usage=usage(command))
    if parameter.kind is bool:
        return _truth(command, parameter, value)
    if parameter.kind is int:
        return _number(command, parameter, value)
    if issubclass(parameter.kind, Enum):
        return _member(command, parameter, value)
    if parameter.check is not None:
        parameter.check(str(value))
    return str(value)


def _truth(command: type[Command], parameter: Parameter, value: object) -> bool:
    word = str(value).casefold()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise _no_choice(command, parameter, value, (ChoiceWord("on"), ChoiceWord("off")))


def _number(command: type[Command], parameter: Parameter, value: object) -> int:
    try:
        number = int(str(value).removesuffix(".0"))  # a form's number selector gives 10.0
    except ValueError:
        number = parameter.minimum - 1
    if parameter.minimum <= number <= parameter.maximum:
        return number
    raise BotError(
        "invalid_number",
        parameter=_name(command, parameter),
        value=_cut(value),
        minimum=parameter.minimum,
        maximum=parameter.maximum,
        usage=usage(command),
    )


def _member(command: type[Command], parameter: Parameter, value: object) -> object:
    if isinstance(value, parameter.kind):
        return value
    word = str(value).casefold()
    chosen = meant("choice", str(value))
    for name, member in parameter.kind.__members__.items():  # type: ignore[attr-defined]
        if {word, chosen} & {str(member.value), name.casefold()}:
            return member
    raise _no_choice(command, parameter, value, choices_of(parameter))


def _no_choice(
    command: type[Command], parameter: Parameter, value: object, choices: tuple[ChoiceWord, ...]
) -> BotError:
    return BotError(
        "invalid_choice",
        parameter=_name(command, parameter),
        value=_cut(value),
        choices=choices,
        usage=usage(command),
    )


def _name(command: type[Command], parameter: Parameter) -> FieldName:
    return FieldName(command.node, parameter.name)


def _cut(value: object) -> str:
    text = str(value)
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"


def require(caller: Caller, role: Role, command: str, *, narrow: bool = False) -> None:
    """Raise BotError `not_allowed` for a caller with a lower role, `room_not_trusted` for one only here.

    Not for one who operates some topics, if the command is `narrow`.
    """
    if caller.role >= role or (narrow and caller.within and role <= Role.OPERATOR):
        return
    if caller.trusted is not None and caller.trusted >= role:
        raise BotError(
            "room_not_trusted",
            command=Typed(command),
            role=_role(role),
            room=caller.room,
            bridge=Typed("bridge"),
        )
    raise BotError("not_allowed", command=Typed(command), role=_role(role))


def within[Thing](
    parts: Parts, caller: Caller, command: type[Command], things: Iterable[tuple[Thing, Iterable[str]]]
) -> list[Thing]:
    """Return of some things those that a caller operates, by the topics of each.

    Raises BotError `not_allowed_there` if that is none of them.
    """
    every = list(things)
    if caller.role >= command.role:
        return [thing for thing, _ in every]
    covers = parts.listening.audience.covers
    mine = [thing for thing, topics in every if all(covers(caller.within, each) for each in topics)]
    if every and not mine:
        where = ", ".join(each.name for each in caller.within)
        raise BotError("not_allowed_there", command=Typed(command.node), where=where)
    return mine


def _role(role: Role) -> Term:
    return Term(f"role_{role.word}", role.word)

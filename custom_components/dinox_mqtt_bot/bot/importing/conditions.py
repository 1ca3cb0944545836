"""Conditions that templates write about entities of Home Assistant: `states('sensor.x') | float > 5`."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
import re

from ..model.rules import Condition, Operator
from .outcomes import Untaken

LONGEST_TEMPLATE = 2_000
_DEEPEST = 12
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
      | '(?P<single>[^'\\]*)' | "(?P<double>[^"\\]*)"
      | (?P<name>[A-Za-z_]\w*(?:\.\w+)*)
      | (?P<sign>==|!=|>=|<=|[=<>()\[\],|])
    )""",
    re.VERBOSE,
)
ENTITY_ID = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
_GONE = frozenset({"unavailable", "unknown"})
_SIGNS = {
    "==": Operator.EQUAL,
    "!=": Operator.UNEQUAL,
    ">": Operator.ABOVE,
    "<": Operator.BELOW,
    ">=": Operator.AT_LEAST,
    "<=": Operator.AT_MOST,
}
_FLIPPED = {
    Operator.ABOVE: Operator.BELOW,
    Operator.BELOW: Operator.ABOVE,
    Operator.AT_LEAST: Operator.AT_MOST,
    Operator.AT_MOST: Operator.AT_LEAST,
}
_UPWARDS = frozenset({Operator.ABOVE, Operator.AT_LEAST})
_DOWNWARDS = frozenset({Operator.BELOW, Operator.AT_MOST})
_OPPOSITE = {
    Operator.ABOVE: Operator.AT_MOST,
    Operator.BELOW: Operator.AT_LEAST,
    Operator.AT_LEAST: Operator.BELOW,
    Operator.AT_MOST: Operator.ABOVE,
    Operator.EQUAL: Operator.UNEQUAL,
    Operator.UNEQUAL: Operator.EQUAL,
}


@dataclass(frozen=True, slots=True)
class StateWanted:
    """What an entity's state has to be; `there` asks instead whether it has one at all."""

    entity: str
    condition: Condition
    there: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions of which all, or if `either` any, have to hold; none: they always do."""

    wanted: tuple[StateWanted, ...]
    either: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _State:
    """The state of an entity as a value that is compared."""

    entity: str


def is_state(entity: str, state: str) -> StateWanted:
    """Return what asks for a state; that of an entity that has none is no value but its absence."""
    gone = state.strip().casefold() in _GONE
    return StateWanted(entity, Condition(Operator.EQUAL, ("offline" if gone else state.strip(),)), there=gone)


def read_condition(text: str) -> Joined:
    """Read the template of a condition, or an entity that has to be on. Raises Untaken."""
    said = text.strip()
    if ENTITY_ID.fullmatch(said):
        return Joined((is_state(said, "on"),))
    if not (said.startswith("{{") and said.endswith("}}")) or len(said) > LONGEST_TEMPLATE:
        raise Untaken("template")
    inner = said[2:-2].strip("-").strip()
    if "{{" in inner or "{%" in inner:
        raise Untaken("template")
    reader = _Reader(list(_tokens(inner)))
    joined = _whole(reader.alternatives())
    if reader.left or not joined.wanted:
        raise Untaken("template")
    return replace(joined, wanted=tuple(dict.fromkeys(joined.wanted)))


def ended_by(begin: str, end: str) -> str | None:
    """Return at which value it is over what one condition begins and another ends.

    Nothing: as soon as the first no longer holds. None: by something else.
    """
    try:
        begins, lasts = read_condition(begin), _opposite(read_condition(end))
    except Untaken:
        return None
    if begins.either == lasts.either and set(map(_in_one_word, begins.wanted)) == set(
        map(_in_one_word, lasts.wanted)
    ):
        return ""
    if len(begins.wanted) == len(lasts.wanted) == 1 and begins.wanted[0].entity == lasts.wanted[0].entity:
        return _value_between(begins.wanted[0].condition, lasts.wanted[0].condition)
    return None


def _in_one_word(wanted: StateWanted) -> StateWanted:
    """Return `is off` as `is not on`: there is no third."""
    operator = wanted.condition.operator
    if wanted.condition.values != ("off",) or operator not in {Operator.EQUAL, Operator.UNEQUAL}:
        return wanted
    return replace(wanted, condition=Condition(_OPPOSITE[operator], ("on",)))


def _value_between(begins: Condition, lasts: Condition) -> str | None:
    """Return the limit of the second if it lets last longer what the first begins."""
    try:
        at, until = float(begins.values[0]), float(lasts.values[0])
    except ValueError:
        return None
    up = {begins.operator, lasts.operator} <= _UPWARDS and until <= at
    down = {begins.operator, lasts.operator} <= _DOWNWARDS and until >= at
    return lasts.values[0] if up or down else None


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise Untaken("template")
        kind = str(found.lastgroup)
        yield _Token("text" if kind in {"single", "double"} else kind, found[kind])
        at = found.end()


class _Reader:
    """Reads tokens by the precedence of Jinja: `or`, `and`, `not`, comparisons."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = self._depth = 0

    @property
    def left(self) -> bool:
        return self._at < len(self._tokens)

    def alternatives(self) -> Joined:
        return self._joined("or", lambda: self._joined("and", self._negated, either=False), either=True)

    def _joined(self, word: str, part: Callable[[], Joined], *, either: bool) -> Joined:
        parts = [part()]
        while self._take(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else _together(parts, either=either)

    def _negated(self) -> Joined:
        if not self._take("not"):
            return self._compared()
        self._deeper()
        return _opposite(self._negated())

    def _compared(self) -> Joined:
        if self._take("("):
            self._deeper()
            inside = self.alternatives()
            self._need(")")
            if not self._ahead("|"):
                return inside
            raise Untaken("template")
        first = self._operand()
        if isinstance(first, Joined):
            return first
        if (token := self._next()) is None or token.text in {"and", "or", ")"}:
            self._at -= token is not None
            return _truth(first)
        refused = token.text == "not"
        if token.text == "in" or (refused and self._take("in")):
            found = _any_of(first, self._list())
            return _opposite(found) if refused else found
        return _comparison(first, token, self._operand())

    def _operand(self) -> Joined | _State | str:
        """Return a state, a literal, or what a test of Home Assistant's says already."""
        token = self._next()
        if token is None or token.kind == "sign":
            raise Untaken("template")
        if token.kind != "name":
            found: Joined | _State | str = token.text
        elif token.text.casefold() in {"true", "false"}:
            raise Untaken("template")
        else:
            found = self._named(token.text)
        while self._take("|"):
            self._filter()
        return found

    def _named(self, name: str) -> Joined | _State:
        parts = name.split(".")
        if parts[0] == "states" and len(parts) == 4 and parts[3] == "state":
            return _State(f"{parts[1]}.{parts[2]}")
        self._need("(")
        entity = self._text()
        if name == "states":
            if self._take(","):
                raise Untaken("template")
            found: Joined | _State = _State(entity)
        elif name == "has_value":
            found = Joined(())
        elif name == "is_state":
            self._need(",")
            found = _any_of(_State(entity), self._list() if self._ahead("[") else (self._text(),))
        elif name in {"state_attr", "is_state_attr"}:
            raise Untaken("attribute")
        else:
            raise Untaken("template")
        self._need(")")
        return found

    def _filter(self) -> None:
        """Pass over what makes a number of a state, and refuse what calculates."""
        if not any(self._take(each) for each in ("float", "int", "lower", "trim", "string", "bool")):
            raise Untaken("template")
        if self._take("("):
            while not self._take(")"):  # what it is where it is no number
                if self._next() is None:
                    raise Untaken("template")

    def _list(self) -> tuple[str, ...]:
        end = "]" if self._take("[") else ")"
        if end == ")":
            self._need("(")
        found = [self._text()]
        while self._take(","):
            if not self._ahead(end):
                found.append(self._text())
        self._need(end)
        return tuple(found)

    def _text(self) -> str:
        token = self._next()
        if token is None or token.kind not in {"text", "number"}:
            raise Untaken("template")
        return token.text

    def _next(self) -> _Token | None:
        self._at += 1
        return self._tokens[self._at - 1] if self._at <= len(self._tokens) else None

    def _ahead(self, text: str) -> bool:
        token = self._tokens[self._at] if self.left else None
        return token is not None and token.kind != "text" and token.text == text

    def _take(self, text: str) -> bool:
        taken = self._ahead(text)
        self._at += taken
        return taken

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise Untaken("template")

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Untaken("template")


def _truth(said: _State | str) -> Joined:
    if isinstance(said, str):
        raise Untaken("template")
    return Joined((is_state(said.entity, "on"),))


def _any_of(said: _State | str, states: Iterable[str]) -> Joined:
    if isinstance(said, str):
        raise Untaken("template")
    # What is unavailable or unknown is gone, either way.
    wanted = tuple(dict.fromkeys(is_state(said.entity, state) for state in states))
    return Joined(wanted, either=len(wanted) > 1)


def _comparison(first: _State | str, sign: _Token, second: Joined | _State | str) -> Joined:
    operator = _SIGNS.get(sign.text) if sign.kind == "sign" else None
    if operator is None or isinstance(second, Joined):
        raise Untaken("template")
    if isinstance(first, str):
        first, second, operator = second, first, _FLIPPED.get(operator, operator)
    if isinstance(first, str) or isinstance(second, _State):
        raise Untaken("two_entities" if isinstance(first, _State) else "template")
    wanted = is_state(first.entity, second)
    if wanted.there and operator not in {Operator.EQUAL, Operator.UNEQUAL}:
        raise Untaken("template")
    return Joined((_with(wanted, operator),))


def _with(wanted: StateWanted, operator: Operator) -> StateWanted:
    return replace(wanted, condition=replace(wanted.condition, operator=operator))


def _opposite(joined: Joined) -> Joined:
    """Return what holds where this does not: of all conditions any, of any all."""
    if not joined.wanted:
        raise Untaken("template")
    wanted = tuple(_with(each, _OPPOSITE[each.condition.operator]) for each in joined.wanted)
    return Joined(wanted, either=not joined.either and len(wanted) > 1)


def _whole(joined: Joined) -> Joined:
    """Return conditions without those that only ask whether there is a value: a rule judges values alone."""
    absent = [each for each in joined.wanted if each.there and each.condition.operator is Operator.UNEQUAL]
    if joined.either or len(absent) == len(joined.wanted):
        return joined
    return replace(joined, wanted=tuple(each for each in joined.wanted if each not in absent))


def _together(parts: list[Joined], *, either: bool) -> Joined:
    some = [each for each in parts if each.wanted]
    if len(some) < len(parts) and either:
        raise Untaken("template")
    if any(len(each.wanted) > 1 and each.either is not either for each in some):
        raise Untaken("and_or")
    wanted = tuple(one for each in some for one in each.wanted)
    return Joined(wanted, either=either and len(wanted) > 1)

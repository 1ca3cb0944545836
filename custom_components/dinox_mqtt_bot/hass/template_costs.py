"""What a template takes at worst: each of its expressions is given a size and a price.

There are no loops, so a template is read once from its beginning to its end, as it is run. A variable is as
large as the largest value that was ever set to it. All that is not known here is forbidden.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, ClassVar

from jinja2 import nodes

from .template_arguments import (
    TooMuch,
    all_constant,
    constants,
    first_text,
    is_short,
    is_small,
    is_spread,
    only_judged,
)
from .template_formats import FILLED, LONGEST_DATE, PATTERN_COST, blanks, is_date_format
from .template_values import (
    CASED,
    FLOAT,
    FUNCTIONS,
    LONGEST_NUMBER,
    METHODS,
    NUMBER,
    NUMBER_TESTS,
    SHORT,
    TESTS,
    TRUTH,
    Kind,
    Value,
)

_MOST_NANOSECONDS = 40_000_000
_LARGEST = 262_144
"""Characters of a value; Home Assistant takes no longer text from a template."""

_NODE = 1_000
"""Nanoseconds that everything takes, without regard to its size."""
_FOLD = 2_000
"""Nanoseconds by the square of the depth: Jinja tries on each level anew whether all below is constant."""
_MOST_GROWTH = 16
"""How much longer products of whole numbers are than these."""
_LARGEST_FACTOR = 4_000
"""Of what may be a text."""


_ESCAPED = 12
"""Characters that one can become in JSON: `\\ud83d\\ude00`."""


# Nanoseconds for each character of a value, those payloads having been measured that are the slowest.
_COPY, _CHANGE, _READ, _SEARCH, _WRITE, _TITLE, _LOOK = 3, 20, 60, 60, 150, 750, 1_600

type _Judge = Callable[[Costs, Any], Value]
type _Conversion = Callable[[Costs, Value, nodes.Filter], Value]


class Costs:
    """The costs of one template on payloads of some length."""

    def __init__(self, length: int) -> None:
        self._left = _MOST_NANOSECONDS
        self._growth = self._factor = 1
        self._depth = 0
        self._variables = {"value": Value(length, Kind.TEXT), "value_json": Value(length, Kind.ANY)}

    def output(self, template: nodes.Template) -> int:
        """Go through a template; return how many characters it writes at most. Raises TooMuch."""
        return _sized(Value(self._statements(template.body), Kind.TEXT)).size

    def _pay(self, nanoseconds: int) -> None:
        self._left -= nanoseconds
        if self._left < 0:
            raise TooMuch

    # Statements: how many characters they write.

    def _statements(self, every: Iterable[nodes.Node]) -> int:
        return sum(self._statement(each) for each in every)

    def _statement(self, node: nodes.Node) -> int:
        self._pay(_NODE)
        match node:
            case nodes.Output():
                return sum(self._write(self.value(each)).size for each in node.nodes)
            case nodes.If():
                self.value(node.test)
                return self._statements((*node.body, *node.elif_, *node.else_))
            case nodes.Assign(node=nodes.Call(node=nodes.Name(name="namespace"))):
                self._assign(node.target, self._namespace(node.node))
            case nodes.Assign():
                self._assign(node.target, self.value(node.node))
            case nodes.ExprStmt():
                self.value(node.node)
            case _:
                raise TooMuch
        return 0

    def _assign(self, target: nodes.Node, value: Value) -> None:
        match target:
            case nodes.Name(name=name) if name == "namespace" or name in FUNCTIONS:
                raise TooMuch  # what is called by that name would be another thing
            case nodes.Name() | nodes.NSRef():
                before = self._variables.get(target.name, value)
                kind = value.kind if isinstance(target, nodes.Name) else Kind.NAMESPACE
                if kind is not before.kind:
                    kind = Kind.NAMESPACE if Kind.NAMESPACE in (kind, before.kind) else Kind.ANY
                self._variables[target.name] = Value(max(before.size, value.size), kind)
            case nodes.Tuple():
                for each in target.items:
                    self._assign(each, Value(value.size, Kind.ANY))
            case _:
                raise TooMuch

    def _namespace(self, node: nodes.Node) -> Value:
        """Return the largest thing in a namespace: the namespace as a whole is never used as a value."""
        if not isinstance(node, nodes.Call) or is_spread(node):
            raise TooMuch
        return Value(max((each.size for each in self._arguments(node)), default=0), Kind.NAMESPACE)

    def _write(self, value: Value) -> Value:
        self._pay(value.size * (_COPY if value.kind is Kind.TEXT else _WRITE))
        return _sized(value.written)

    # Expressions.

    def value(self, node: nodes.Node) -> Value:
        """Return what an expression is at most, and pay for it."""
        self._pay(_NODE + _FOLD * self._depth**2)
        judge = self._EXPRESSIONS.get(type(node))
        if judge is None:
            raise TooMuch
        self._depth += 1
        value = _sized(judge(self, node))
        self._depth -= 1
        return value

    def _values(self, every: Iterable[nodes.Node]) -> list[Value]:
        return [self.value(each) for each in every]

    def _arguments(self, node: nodes.Call | nodes.Filter | nodes.Test) -> list[Value]:
        return self._values((*node.args, *(each.value for each in node.kwargs)))

    def _constant(self, node: nodes.Const | nodes.TemplateData) -> Value:
        if isinstance(node, nodes.TemplateData):
            return Value(len(node.data), Kind.TEXT)
        kind = Kind.TEXT if isinstance(node.value, str) else Kind.NUMBER
        return Value(len(str(node.value)), kind)

    def _name(self, node: nodes.Name) -> Value:
        # Whatever else Home Assistant knows by a name is short where it is written.
        value = self._variables.get(node.name, SHORT)
        if value.kind is Kind.NAMESPACE:
            raise TooMuch
        return value

    def _part(self, node: nodes.Getattr | nodes.Getitem) -> Value:
        if isinstance(node.node, nodes.Name) and node.node.name in self._variables:
            whole = self._variables[node.node.name]
        else:
            whole = self.value(node.node)
        if isinstance(node, nodes.Getitem):
            self._index(node.arg, whole)
            size = whole.size
        else:
            size = max(whole.size, SHORT.size)  # a method, too, can be written
        return Value(size, Kind.TEXT if whole.kind is Kind.TEXT else Kind.ANY)

    def _index(self, node: nodes.Expr, whole: Value) -> None:
        if isinstance(node, nodes.Slice):
            self._values(each for each in (node.start, node.stop, node.step) if each is not None)
            self._pay(whole.size * _CHANGE)
        else:
            self.value(node)

    def _collection(self, node: nodes.List | nodes.Tuple | nodes.Dict) -> Value:
        if isinstance(node, nodes.Dict):
            every = self._values(chain.from_iterable((each.key, each.value) for each in node.items))
        else:
            every = self._values(node.items)
        return Value(sum(each.size + 4 for each in every) + 2, Kind.FEW)

    def _concat(self, node: nodes.Concat) -> Value:
        return Value(sum(self._write(each).size for each in self._values(node.nodes)), Kind.TEXT)

    def _either(self, node: nodes.And | nodes.Or | nodes.CondExpr) -> Value:
        if isinstance(node, nodes.CondExpr):
            self.value(node.test)
            return _largest(self._values(each for each in (node.expr1, node.expr2) if each is not None))
        return _largest(self._values((node.left, node.right)))

    def _not(self, node: nodes.Not) -> Value:
        self.value(node.node)
        return TRUTH

    def _compare(self, node: nodes.Compare) -> Value:
        left = self.value(node.expr)
        for each in node.ops:
            right = self.value(each.expr)
            seeks = each.op in ("in", "notin")
            self._pay((left.size + right.size if seeks else min(left.size, right.size)) * _SEARCH)
            left = right
        return TRUTH

    def _test(self, node: nodes.Test) -> Value:
        only_judged(node.name, node)
        tested = self.value(node.node)
        allowed = node.name in TESTS or (node.name in NUMBER_TESTS and tested.kind is Kind.NUMBER)
        if not allowed:
            raise TooMuch
        self._pay(sum(each.size for each in (tested, *self._arguments(node))) * _SEARCH)
        return TRUTH

    # Arithmetic: a text times a whole number is that text so often, and a product as long as its factors.

    def _sum(self, node: nodes.Add) -> Value:
        left, right = self._values((node.left, node.right))
        size = left.size + right.size
        self._pay(size * _COPY)
        if left.kind is right.kind is Kind.NUMBER:
            return Value(max(left.size, right.size) + 1, Kind.NUMBER)
        return Value(size, Kind.TEXT if Kind.TEXT in (left.kind, right.kind) else Kind.ANY)

    def _product(self, node: nodes.Mul) -> Value:
        left, right = self._values((node.left, node.right))
        kinds = {left.kind, right.kind}
        numbers = kinds == {Kind.NUMBER}
        factor = next((each.value for each in (node.left, node.right) if isinstance(each, nodes.Const)), None)
        if isinstance(factor, float):
            return NUMBER
        if factor is None and kinds <= {Kind.NUMBER, Kind.ANY}:
            # Of payloads `templates.py` multiplies none but numbers, and none longer than half of this.
            numbers = True
        if numbers and factor is None and max(left.size, right.size) > FLOAT.size:
            self._growth *= 2
        elif not numbers:
            self._factor *= max(1, abs(factor)) if isinstance(factor, int) else _LARGEST_FACTOR + 1
        if self._growth > _MOST_GROWTH or self._factor > _LARGEST_FACTOR:
            raise TooMuch
        return NUMBER if numbers else SHORT

    def _difference(self, node: nodes.Sub | nodes.Div | nodes.FloorDiv) -> Value:
        self._values((node.left, node.right))
        return NUMBER

    def _remainder(self, node: nodes.Mod) -> Value:
        # With a text on its left it fills blanks in, as many as that asks for.
        left, _ = self._values((node.left, node.right))
        if left.kind is not Kind.NUMBER:
            raise TooMuch
        return NUMBER

    def _signed(self, node: nodes.Neg | nodes.Pos) -> Value:
        return Value(self.value(node.node).size + 1, Kind.NUMBER)

    # Filters, functions and methods.

    def _filter(self, node: nodes.Filter) -> Value:
        if node.node is None:  # a block of text, filtered
            raise TooMuch
        return self._converted(node.name, self.value(node.node), node)

    def _call(self, node: nodes.Call) -> Value:
        match node.node:
            case nodes.Getattr(attr="format"):
                only_judged("format", node)
                return self._filled(node.node.node, node, braces=True)
            case nodes.Getattr(attr="strftime"):
                only_judged("strftime", node)
                return self._dated(self.value(node.node.node), node)
            case nodes.Getattr(attr=name):
                return self._method(name, self.value(node.node.node), node)
            case nodes.Name(name=name) if name in FUNCTIONS and node.args:
                first, *rest = node.args
                call = nodes.Filter(first, name, rest, node.kwargs, node.dyn_args, node.dyn_kwargs)
                return self._converted(name, self.value(first), call)
        raise TooMuch

    def _converted(self, name: str, value: Value, node: nodes.Filter) -> Value:
        """Return what a filter makes of a value."""
        judge = self._FILTERS.get(name)
        if judge is None:
            raise TooMuch
        only_judged(name, node)
        return judge(self, value, node)

    def _parse(self, value: Value, node: nodes.Filter) -> Value:
        """Numbers and moments, or what is given in place of one."""
        given = self._arguments(node)
        exact = {"round": node.args, "int": node.args[1:]}.get(node.name, [])
        named = [each.value for each in node.kwargs if each.key in ("precision", "base")]
        if not all(map(is_small, (*exact, *named))):
            raise TooMuch
        self._pay(value.size * _READ)
        size = value.size * 2 if node.name in ("int", "abs") else LONGEST_NUMBER
        size = FLOAT.size if node.name == "float" else size
        if all(each.kind is Kind.NUMBER for each in given):
            return Value(max((size, *(each.size for each in given))), Kind.NUMBER)
        return _largest([Value(size, Kind.NUMBER), *given])

    def _choose(self, value: Value, node: nodes.Filter) -> Value:
        chosen = _largest([value, *self._arguments(node)])
        return Value(max(chosen.size, TRUTH.size), chosen.kind)

    def _truth(self, value: Value, node: nodes.Filter) -> Value:
        self._write(value)
        self._pay(value.written.size * _CHANGE)
        return _largest([TRUTH, *self._arguments(node)])

    def _case(self, value: Value, node: nodes.Filter) -> Value:
        self._none(node)
        text = self._write(value)
        self._pay(text.size * _CHANGE)
        return Value(text.size * CASED, Kind.TEXT)

    def _title(self, value: Value, node: nodes.Filter) -> Value:
        text = self._case(value, node)
        self._pay(text.size // CASED * _TITLE)
        return text

    def _text(self, value: Value, node: nodes.Filter) -> Value:
        self._none(node)
        text = self._write(value)
        self._pay(text.size * _CHANGE)
        return text

    def _list(self, value: Value, node: nodes.Filter) -> Value:
        self._none(node)
        self._pay(value.size * _READ)
        return Value(value.size * 2, Kind.ANY)  # of a text each character, with quotes and a comma

    def _one(self, value: Value, node: nodes.Filter) -> Value:
        self._none(node)
        self._pay(value.size * _COPY)
        return Value(value.size, Kind.TEXT if value.kind is Kind.TEXT else Kind.ANY)

    def _extreme(self, value: Value, node: nodes.Filter) -> Value:
        """The largest of some values: each is looked at in Python, each character if it is a text."""
        self._none(node)
        self._pay(value.size * (_SEARCH if value.kind is Kind.FEW else _LOOK))
        return Value(value.size, Kind.ANY)

    def _from_json(self, value: Value, node: nodes.Filter) -> Value:
        self._pay(value.size * _READ)
        return _largest([Value(value.size, Kind.ANY), *self._arguments(node)])

    def _to_json(self, value: Value, node: nodes.Filter) -> Value:
        if node.args:
            raise TooMuch
        self._arguments(node)
        self._pay(value.size * _WRITE)
        return Value((value.size + 2) * _ESCAPED, Kind.TEXT)

    def _bits(self, value: Value, node: nodes.Filter) -> Value:
        every = [value, *self._arguments(node)]
        size = sum(each.size for each in every)
        self._pay(size * _READ)
        numbers = all(each.kind is Kind.NUMBER for each in every)
        return Value(size, Kind.NUMBER if numbers else Kind.ANY)

    def _replace(self, value: Value, node: nodes.Filter) -> Value:
        text = self._write(value)
        old, new = constants(node, 2)
        self._pay(text.size * _SEARCH)
        grown = text.size // max(1, len(old)) * len(new) + len(new)
        return Value(max(text.size, grown + (0 if old else text.size)), Kind.TEXT)

    def _join(self, value: Value, node: nodes.Filter) -> Value:
        between = constants(node, 1)[0] if node.args else ""
        self._pay(value.size * _WRITE)
        return Value(value.written.size + value.size * len(between), Kind.TEXT)

    def _defined(self, value: Value, node: nodes.Filter) -> Value:
        self._none(node)
        return value

    def _truncate(self, value: Value, node: nodes.Filter) -> Value:
        given = all_constant(node)
        self._pay(value.size * _CHANGE)
        return Value(value.size + sum(len(str(each)) for each in given), value.kind)

    def _date(self, value: Value, node: nodes.Filter) -> Value:
        """A moment, written as a constant says, or what is given in place of it."""
        written = first_text(node)
        given = self._arguments(node)
        if written is not None and not is_date_format(written):
            raise TooMuch
        self._pay(value.size * _READ)
        return _largest([Value(LONGEST_DATE, Kind.TEXT), *given])

    def _dated(self, value: Value, node: nodes.Call) -> Value:
        """What a moment writes itself as; nothing but a moment can."""
        if len(node.args) != 1 or not isinstance(node.args[0], nodes.Const):
            raise TooMuch
        if not is_date_format(str(node.args[0].value)):
            raise TooMuch
        self._pay(value.size * _READ)
        return Value(LONGEST_DATE, Kind.TEXT)

    def _moment(self, value: Value, node: nodes.Filter) -> Value:
        """A moment, read as a constant says, or what is given in place of it."""
        written = first_text(node)
        given = self._arguments(node)
        if written is None or not is_date_format(written):
            raise TooMuch
        self._pay(PATTERN_COST + value.size * _READ)
        return _largest([SHORT, *given[1:]])

    def _format(self, value: Value, node: nodes.Filter) -> Value:
        return self._filled(node.node, node, braces=False)

    def _filled(self, form: nodes.Expr | None, node: nodes.Filter | nodes.Call, *, braces: bool) -> Value:
        """A constant text whose blanks are filled in."""
        text = form.value if isinstance(form, nodes.Const) else None
        count = blanks(text, braces=braces) if isinstance(text, str) else None
        if count is None or count != len(node.args):
            raise TooMuch
        filled = sum(max(self._write(each).size, LONGEST_NUMBER) + FILLED for each in self._values(node.args))
        return Value(len(str(text)) + filled, Kind.TEXT)

    def _none(self, node: nodes.Filter | nodes.Call) -> None:
        if node.args:
            raise TooMuch

    def _method(self, name: str, value: Value, node: nodes.Call) -> Value:
        made = METHODS.get(name)
        if made is None:
            raise TooMuch
        only_judged(name, node)
        given = self._arguments(node)
        if name == "get":
            return _largest([made(value), *given])
        if not all(map(is_short, node.args)):
            raise TooMuch
        self._pay(value.size * _SEARCH)
        return made(value)

    _EXPRESSIONS: ClassVar[Mapping[type[nodes.Node], _Judge]] = {
        **dict.fromkeys((nodes.Const, nodes.TemplateData), _constant),
        **dict.fromkeys((nodes.Getattr, nodes.Getitem), _part),
        **dict.fromkeys((nodes.List, nodes.Tuple, nodes.Dict), _collection),
        **dict.fromkeys((nodes.And, nodes.Or, nodes.CondExpr), _either),
        **dict.fromkeys((nodes.Sub, nodes.Div, nodes.FloorDiv), _difference),
        **dict.fromkeys((nodes.Neg, nodes.Pos), _signed),
        nodes.Name: _name,
        nodes.Concat: _concat,
        nodes.Not: _not,
        nodes.Compare: _compare,
        nodes.Test: _test,
        nodes.Add: _sum,
        nodes.Mul: _product,
        nodes.Mod: _remainder,
        nodes.Filter: _filter,
        nodes.Call: _call,
    }
    _FILTERS: ClassVar[Mapping[str, _Conversion]] = {
        **dict.fromkeys(("float", "int", "round", "abs", "length", "count", "is_number"), _parse),
        **dict.fromkeys(("multiply", "add", "log", "sqrt"), _parse),
        **dict.fromkeys(("as_timestamp", "as_datetime", "as_local"), _parse),
        **dict.fromkeys(("bitwise_and", "bitwise_or", "bitwise_xor"), _bits),
        **dict.fromkeys(("default", "d", "iif"), _choose),
        **dict.fromkeys(("upper", "lower", "capitalize"), _case),
        **dict.fromkeys(("trim", "string"), _text),
        **dict.fromkeys(("first", "last"), _one),
        **dict.fromkeys(("min", "max"), _extreme),
        **dict.fromkeys(("to_json", "tojson"), _to_json),
        **dict.fromkeys(("timestamp_custom", "timestamp_local"), _date),
        "bool": _truth,
        "is_defined": _defined,
        "truncate": _truncate,
        "strptime": _moment,
        "format": _format,
        "title": _title,
        "list": _list,
        "from_json": _from_json,
        "replace": _replace,
        "join": _join,
    }


def _sized(value: Value) -> Value:
    if value.size > _LARGEST:
        raise TooMuch
    return value


def _largest(values: list[Value]) -> Value:
    """Return a value that may be any of some."""
    kinds = {each.kind for each in values}
    return Value(max(each.size for each in values), kinds.pop() if len(kinds) == 1 else Kind.ANY)

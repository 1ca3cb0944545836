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
    Result,
    Shape,
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

type _Judge = Callable[[Costs, Any], Result]
type _Conversion = Callable[[Costs, Result, nodes.Filter], Result]


class Costs:
    """The costs of one template on payloads of some length."""

    def __init__(self, length: int) -> None:
        self._left = _MOST_NANOSECONDS
        self._growth = self._factor = 1
        self._depth = 0
        self._variables = {"value": Result(length, Shape.TEXT), "value_json": Result(length, Shape.ANY)}

    def output(self, template: nodes.Template) -> int:
        """Go through a template; return how many characters it writes at most. Raises TooMuch."""
        return _sized(Result(self._statements(template.body), Shape.TEXT)).size

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

    def _assign(self, target: nodes.Node, value: Result) -> None:
        match target:
            case nodes.Name(name=name) if name == "namespace" or name in FUNCTIONS:
                raise TooMuch  # what is called by that name would be another thing
            case nodes.Name() | nodes.NSRef():
                before = self._variables.get(target.name, value)
                kind = value.kind if isinstance(target, nodes.Name) else Shape.NAMESPACE
                if kind is not before.kind:
                    kind = Shape.NAMESPACE if Shape.NAMESPACE in (kind, before.kind) else Shape.ANY
                self._variables[target.name] = Result(max(before.size, value.size), kind)
            case nodes.Tuple():
                for each in target.items:
                    self._assign(each, Result(value.size, Shape.ANY))
            case _:
                raise TooMuch

    def _namespace(self, node: nodes.Node) -> Result:
        """Return the largest thing in a namespace: the namespace as a whole is never used as a value."""
        if not isinstance(node, nodes.Call) or is_spread(node):
            raise TooMuch
        return Result(max((each.size for each in self._arguments(node)), default=0), Shape.NAMESPACE)

    def _write(self, value: Result) -> Result:
        self._pay(value.size * (_COPY if value.kind is Shape.TEXT else _WRITE))
        return _sized(value.written)

    # Expressions.

    def value(self, node: nodes.Node) -> Result:
        """Return what an expression is at most, and pay for it."""
        self._pay(_NODE + _FOLD * self._depth**2)
        judge = self._EXPRESSIONS.get(type(node))
        if judge is None:
            raise TooMuch
        self._depth += 1
        value = _sized(judge(self, node))
        self._depth -= 1
        return value

    def _values(self, every: Iterable[nodes.Node]) -> list[Result]:
        return [self.value(each) for each in every]

    def _arguments(self, node: nodes.Call | nodes.Filter | nodes.Test) -> list[Result]:
        return self._values((*node.args, *(each.value for each in node.kwargs)))

    def _constant(self, node: nodes.Const | nodes.TemplateData) -> Result:
        if isinstance(node, nodes.TemplateData):
            return Result(len(node.data), Shape.TEXT)
        kind = Shape.TEXT if isinstance(node.value, str) else Shape.NUMBER
        return Result(len(str(node.value)), kind)

    def _name(self, node: nodes.Name) -> Result:
        # Whatever else Home Assistant knows by a name is short where it is written.
        value = self._variables.get(node.name, SHORT)
        if value.kind is Shape.NAMESPACE:
            raise TooMuch
        return value

    def _part(self, node: nodes.Getattr | nodes.Getitem) -> Result:
        if isinstance(node.node, nodes.Name) and node.node.name in self._variables:
            whole = self._variables[node.node.name]
        else:
            whole = self.value(node.node)
        if isinstance(node, nodes.Getitem):
            self._index(node.arg, whole)
            size = whole.size
        else:
            size = max(whole.size, SHORT.size)  # a method, too, can be written
        return Result(size, Shape.TEXT if whole.kind is Shape.TEXT else Shape.ANY)

    def _index(self, node: nodes.Expr, whole: Result) -> None:
        if isinstance(node, nodes.Slice):
            self._values(each for each in (node.start, node.stop, node.step) if each is not None)
            self._pay(whole.size * _CHANGE)
        else:
            self.value(node)

    def _collection(self, node: nodes.List | nodes.Tuple | nodes.Dict) -> Result:
        if isinstance(node, nodes.Dict):
            every = self._values(chain.from_iterable((each.key, each.value) for each in node.items))
        else:
            every = self._values(node.items)
        return Result(sum(each.size + 4 for each in every) + 2, Shape.FEW)

    def _concat(self, node: nodes.Concat) -> Result:
        return Result(sum(self._write(each).size for each in self._values(node.nodes)), Shape.TEXT)

    def _either(self, node: nodes.And | nodes.Or | nodes.CondExpr) -> Result:
        if isinstance(node, nodes.CondExpr):
            self.value(node.test)
            return _largest(self._values(each for each in (node.expr1, node.expr2) if each is not None))
        return _largest(self._values((node.left, node.right)))

    def _not(self, node: nodes.Not) -> Result:
        self.value(node.node)
        return TRUTH

    def _compare(self, node: nodes.Compare) -> Result:
        left = self.value(node.expr)
        for each in node.ops:
            right = self.value(each.expr)
            seeks = each.op in ("in", "notin")
            self._pay((left.size + right.size if seeks else min(left.size, right.size)) * _SEARCH)
            left = right
        return TRUTH

    def _test(self, node: nodes.Test) -> Result:
        only_judged(node.name, node)
        tested = self.value(node.node)
        allowed = node.name in TESTS or (node.name in NUMBER_TESTS and tested.kind is Shape.NUMBER)
        if not allowed:
            raise TooMuch
        self._pay(sum(each.size for each in (tested, *self._arguments(node))) * _SEARCH)
        return TRUTH

    # Arithmetic: a text times a whole number is that text so often, and a product as long as its factors.

    def _sum(self, node: nodes.Add) -> Result:
        left, right = self._values((node.left, node.right))
        size = left.size + right.size
        self._pay(size * _COPY)
        if left.kind is right.kind is Shape.NUMBER:
            return Result(max(left.size, right.size) + 1, Shape.NUMBER)
        return Result(size, Shape.TEXT if Shape.TEXT in (left.kind, right.kind) else Shape.ANY)

    def _product(self, node: nodes.Mul) -> Result:
        left, right = self._values((node.left, node.right))
        kinds = {left.kind, right.kind}
        numbers = kinds == {Shape.NUMBER}
        factor = next((each.value for each in (node.left, node.right) if isinstance(each, nodes.Const)), None)
        if isinstance(factor, float):
            return NUMBER
        if factor is None and kinds <= {Shape.NUMBER, Shape.ANY}:
            # Of payloads `templates.py` multiplies none but numbers, and none longer than half of this.
            numbers = True
        if numbers and factor is None and max(left.size, right.size) > FLOAT.size:
            self._growth *= 2
        elif not numbers:
            self._factor *= max(1, abs(factor)) if isinstance(factor, int) else _LARGEST_FACTOR + 1
        if self._growth > _MOST_GROWTH or self._factor > _LARGEST_FACTOR:
            raise TooMuch
        return NUMBER if numbers else SHORT

    def _difference(self, node: nodes.Sub | nodes.Div | nodes.FloorDiv) -> Result:
        self._values((node.left, node.right))
        return NUMBER

    def _remainder(self, node: nodes.Mod) -> Result:
        # With a text on its left it fills blanks in, as many as that asks for.
        left, _ = self._values((node.left, node.right))
        if left.kind is not Shape.NUMBER:
            raise TooMuch
        return NUMBER

    def _signed(self, node: nodes.Neg | nodes.Pos) -> Result:
        return Result(self.value(node.node).size + 1, Shape.NUMBER)

    # Filters, functions and methods.

    def _filter(self, node: nodes.Filter) -> Result:
        if node.node is None:  # a block of text, filtered
            raise TooMuch
        return self._converted(node.name, self.value(node.node), node)

    def _call(self, node: nodes.Call) -> Result:
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

    def _converted(self, name: str, value: Result, node: nodes.Filter) -> Result:
        """Return what a filter makes of a value."""
        judge = self._FILTERS.get(name)
        if judge is None:
            raise TooMuch
        only_judged(name, node)
        return judge(self, value, node)

    def _parse(self, value: Result, node: nodes.Filter) -> Result:
        """Numbers and moments, or what is given in place of one."""
        given = self._arguments(node)
        exact = {"round": node.args, "int": node.args[1:]}.get(node.name, [])
        named = [each.value for each in node.kwargs if each.key in ("precision", "base")]
        if not all(map(is_small, (*exact, *named))):
            raise TooMuch
        self._pay(value.size * _READ)
        size = value.size * 2 if node.name in ("int", "abs") else LONGEST_NUMBER
        size = FLOAT.size if node.name == "float" else size
        if all(each.kind is Shape.NUMBER for each in given):
            return Result(max((size, *(each.size for each in given))), Shape.NUMBER)
        return _largest([Result(size, Shape.NUMBER), *given])

    def _choose(self, value: Result, node: nodes.Filter) -> Result:
        chosen = _largest([value, *self._arguments(node)])
        return Result(max(chosen.size, TRUTH.size), chosen.kind)

    def _truth(self, value: Result, node: nodes.Filter) -> Result:
        self._write(value)
        self._pay(value.written.size * _CHANGE)
        return _largest([TRUTH, *self._arguments(node)])

    def _case(self, value: Result, node: nodes.Filter) -> Result:
        self._none(node)
        text = self._write(value)
        self._pay(text.size * _CHANGE)
        return Result(text.size * CASED, Shape.TEXT)

    def _title(self, value: Result, node: nodes.Filter) -> Result:
        text = self._case(value, node)
        self._pay(text.size // CASED * _TITLE)
        return text

    def _text(self, value: Result, node: nodes.Filter) -> Result:
        self._none(node)
        text = self._write(value)
        self._pay(text.size * _CHANGE)
        return text

    def _list(self, value: Result, node: nodes.Filter) -> Result:
        self._none(node)
        self._pay(value.size * _READ)
        return Result(value.size * 2, Shape.ANY)  # of a text each character, with quotes and a comma

    def _one(self, value: Result, node: nodes.Filter) -> Result:
        self._none(node)
        self._pay(value.size * _COPY)
        return Result(value.size, Shape.TEXT if value.kind is Shape.TEXT else Shape.ANY)

    def _extreme(self, value: Result, node: nodes.Filter) -> Result:
        """The largest of some values: each is looked at in Python, each character if it is a text."""
        self._none(node)
        self._pay(value.size * (_SEARCH if value.kind is Shape.FEW else _LOOK))
        return Result(value.size, Shape.ANY)

    def _from_json(self, value: Result, node: nodes.Filter) -> Result:
        self._pay(value.size * _READ)
        return _largest([Result(value.size, Shape.ANY), *self._arguments(node)])

    def _to_json(self, value: Result, node: nodes.Filter) -> Result:
        if node.args:
            raise TooMuch
        self._arguments(node)
        self._pay(value.size * _WRITE)
        return Result((value.size + 2) * _ESCAPED, Shape.TEXT)

    def _bits(self, value: Result, node: nodes.Filter) -> Result:
        every = [value, *self._arguments(node)]
        size = sum(each.size for each in every)
        self._pay(size * _READ)
        numbers = all(each.kind is Shape.NUMBER for each in every)
        return Result(size, Shape.NUMBER if numbers else Shape.ANY)

    def _replace(self, value: Result, node: nodes.Filter) -> Result:
        text = self._write(value)
        old, new = constants(node, 2)
        self._pay(text.size * _SEARCH)
        grown = text.size // max(1, len(old)) * len(new) + len(new)
        return Result(max(text.size, grown + (0 if old else text.size)), Shape.TEXT)

    def _join(self, value: Result, node: nodes.Filter) -> Result:
        between = constants(node, 1)[0] if node.args else ""
        self._pay(value.size * _WRITE)
        return Result(value.written.size + value.size * len(between), Shape.TEXT)

    def _defined(self, value: Result, node: nodes.Filter) -> Result:
        self._none(node)
        return value

    def _truncate(self, value: Result, node: nodes.Filter) -> Result:
        given = all_constant(node)
        self._pay(value.size * _CHANGE)
        return Result(value.size + sum(len(str(each)) for each in given), value.kind)

    def _date(self, value: Result, node: nodes.Filter) -> Result:
        """A moment, written as a constant says, or what is given in place of it."""
        written = first_text(node)
        given = self._arguments(node)
        if written is not None and not is_date_format(written):
            raise TooMuch
        self._pay(value.size * _READ)
        return _largest([Result(LONGEST_DATE, Shape.TEXT), *given])

    def _dated(self, value: Result, node: nodes.Call) -> Result:
        """What a moment writes itself as; nothing but a moment can."""
        if len(node.args) != 1 or not isinstance(node.args[0], nodes.Const):
            raise TooMuch
        if not is_date_format(str(node.args[0].value)):
            raise TooMuch
        self._pay(value.size * _READ)
        return Result(LONGEST_DATE, Shape.TEXT)

    def _moment(self, value: Result, node: nodes.Filter) -> Result:
        """A moment, read as a constant says, or what is given in place of it."""
        written = first_text(node)
        given = self._arguments(node)
        if written is None or not is_date_format(written):
            raise TooMuch
        self._pay(PATTERN_COST + value.size * _READ)
        return _largest([SHORT, *given[1:]])

    def _format(self, value: Result, node: nodes.Filter) -> Result:
        return self._filled(node.node, node, braces=False)

    def _filled(self, form: nodes.Expr | None, node: nodes.Filter | nodes.Call, *, braces: bool) -> Result:
        """A constant text whose blanks are filled in."""
        text = form.value if isinstance(form, nodes.Const) else None
        count = blanks(text, braces=braces) if isinstance(text, str) else None
        if count is None or count != len(node.args):
            raise TooMuch
        filled = sum(max(self._write(each).size, LONGEST_NUMBER) + FILLED for each in self._values(node.args))
        return Result(len(str(text)) + filled, Shape.TEXT)

    def _none(self, node: nodes.Filter | nodes.Call) -> None:
        if node.args:
            raise TooMuch

    def _method(self, name: str, value: Result, node: nodes.Call) -> Result:
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


def _sized(value: Result) -> Result:
    if value.size > _LARGEST:
        raise TooMuch
    return value


def _largest(values: list[Result]) -> Result:
    """Return a value that may be any of some."""
    kinds = {each.kind for each in values}
    return Result(max(each.size for each in values), kinds.pop() if len(kinds) == 1 else Shape.ANY)

"""Which templates of strangers are run: those that plainly take no time and no room.

Home Assistant's sandbox bounds no time: one regular expression, nested loop or `value * 10 ** 9` stops the
event loop. Hence a list of what may stand there, and a bound on copies of the payload.
"""

from jinja2 import Environment, TemplateError, nodes

_LONGEST = 4_096
_MOST_GROWTH = 4_000
_FORBIDDEN = _MOST_GROWTH + 1

_PARSER = Environment(extensions=["jinja2.ext.do"], autoescape=True)

_HARMLESS = frozenset(
    {
        *(nodes.TemplateData, nodes.If, nodes.Assign, nodes.ExprStmt, nodes.Name, nodes.NSRef, nodes.Const),
        *(nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.CondExpr, nodes.Compare, nodes.Operand),
        *(nodes.And, nodes.Or, nodes.Not, nodes.Sub, nodes.Div, nodes.FloorDiv, nodes.Neg, nodes.Pos),
        *(nodes.Pair, nodes.Keyword),
    }
)
_COLLECTING = (nodes.Output, nodes.Concat, nodes.List, nodes.Tuple, nodes.Dict, nodes.Add, nodes.Call)

_NUMERIC = frozenset({"float", "int", "round", "abs", "length", "count"})
_FILTERS = _NUMERIC | {
    *("default", "d", "iif", "bool", "is_number", "as_timestamp", "as_datetime", "as_local"),
    *("upper", "lower", "title", "capitalize", "trim", "string", "list", "first", "last", "min", "max"),
    *("from_json", "multiply", "add", "log", "sqrt", "bitwise_and", "bitwise_or", "bitwise_xor"),
}
_GROWING = frozenset({"replace", "join"})
_WRITING = {"to_json": 6, "tojson": 6}
"""Characters that one can become: an escape has six."""

_TESTS = frozenset(
    {
        *("defined", "undefined", "none", "number", "integer", "float", "boolean", "string", "mapping"),
        *("sequence", "iterable", "true", "false", "in", "sameas", "even", "odd", "list", "is_number"),
        *("eq", "equalto", "==", "ne", "!=", "gt", "greaterthan", ">", "ge", ">="),
        *("lt", "lessthan", "<", "le", "<="),
    }
)
_FUNCTIONS = frozenset(
    {"namespace", "float", "int", "bool", "iif", "is_number", "as_timestamp", "as_datetime"}
)
_METHODS = frozenset(
    {
        *("split", "strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "startswith"),
        *("endswith", "isdigit", "isnumeric", "get", "keys", "values", "items", "isoformat", "timestamp"),
    }
)


def is_cheap(source: str) -> bool:
    """Say whether a template is sure to be rendered in no time, whatever the payload."""
    if len(source) > _LONGEST:
        return False
    growth = 1
    try:
        for node in _PARSER.parse(source).find_all(nodes.Node):
            growth *= _growth(node)
            if growth > _MOST_GROWTH:
                return False
    except TemplateError, RecursionError, ValueError:
        return False
    return True


def _growth(node: nodes.Node) -> int:
    """Return how often the value of an expression can hold its longest operand."""
    if isinstance(node, nodes.Call) and not _callable(node):
        return _FORBIDDEN
    if isinstance(node, nodes.Test):
        return 1 if node.name in _TESTS else _FORBIDDEN
    if isinstance(node, nodes.Filter):
        return _filter_growth(node)
    if isinstance(node, nodes.Mul):
        return _product_growth(node)
    if isinstance(node, nodes.Mod):  # with a text on its left it fills blanks in, as many as that asks for
        return 1 if _is_number(node.left) else _FORBIDDEN
    if isinstance(node, _COLLECTING):
        parts = node.iter_child_nodes(exclude=("node",))  # of a call only what it is given
        return max(1, sum(not _is_constant(part) for part in parts))
    return 1 if type(node) in _HARMLESS else _FORBIDDEN


def _callable(node: nodes.Call) -> bool:
    if node.dyn_args or node.dyn_kwargs:
        return False
    if isinstance(node.node, nodes.Getattr):
        return node.node.attr in _METHODS
    return isinstance(node.node, nodes.Name) and node.node.name in _FUNCTIONS


def _filter_growth(node: nodes.Filter) -> int:
    if node.dyn_args or node.dyn_kwargs:
        return _FORBIDDEN
    if node.name not in _GROWING:
        return _WRITING.get(node.name, 1 if node.name in _FILTERS else _FORBIDDEN)
    if node.kwargs or not all(isinstance(argument, nodes.Const) for argument in node.args):
        return _FORBIDDEN
    return 1 + sum(len(str(argument.as_const())) for argument in node.args)


def _product_growth(node: nodes.Mul) -> int:
    """A text times a whole number is that text so often."""
    sides = (node.left, node.right)
    if all(map(_is_number, sides)):
        return 1
    factor = next((side.value for side in sides if isinstance(side, nodes.Const)), None)
    if isinstance(factor, float):
        return 1
    return max(1, abs(factor)) if isinstance(factor, int) else _FORBIDDEN


def _is_constant(node: nodes.Node) -> bool:
    """Say whether a part has no more than a number of the payload in it."""
    if isinstance(node, (nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword)):
        return all(map(_is_constant, node.iter_child_nodes()))
    return isinstance(node, (nodes.Const, nodes.TemplateData)) or _is_number(node)


def _is_number(node: nodes.Node) -> bool:
    """Say whether an expression is a number or nothing, but never a text."""
    if isinstance(node, nodes.Const):
        return isinstance(node.value, (int, float))
    if isinstance(node, nodes.Filter):
        return node.name in _NUMERIC and not node.kwargs and all(map(_is_number, node.args))
    if isinstance(node, (nodes.Add, nodes.Mul, nodes.Mod)):
        return _is_number(node.left) and _is_number(node.right)
    return isinstance(node, (nodes.Sub, nodes.Div, nodes.FloorDiv, nodes.Neg, nodes.Pos))

"""What the calls in a template may be given: constants that are short, and no argument that nobody judges."""

from jinja2 import nodes

from .template_values import KEYWORDS

_LARGEST_ARGUMENT = 36
"""Decimal places, or a base: a rounding to a million would take a number with a million digits."""
_LONGEST_NEEDLE = 100


class TooMuch(Exception):
    """Raised for what takes too long, gets too large, or is not known to do neither."""


def constants(node: nodes.Filter, count: int) -> list[str]:
    """Return the texts that a filter is given, and nothing else."""
    constants = [str(each.value) for each in node.args if isinstance(each, nodes.Const)]
    if len(constants) != count or len(node.args) != count:
        raise TooMuch
    return constants


def all_constant(node: nodes.Filter) -> list[object]:
    """Return the constants that a filter is given, each short, and nothing else."""
    every = [*node.args, *(each.value for each in node.kwargs)]
    given = [each.value for each in every if isinstance(each, nodes.Const)]
    if len(given) != len(every) or any(len(str(each)) > _LONGEST_NEEDLE for each in given):
        raise TooMuch
    return given


def first_text(node: nodes.Filter) -> str | None:
    """Return the text that is the first argument; None if there is none. It has to be a constant."""
    if not node.args:
        return None
    first = node.args[0]
    if not isinstance(first, nodes.Const):
        raise TooMuch
    return str(first.value) if node.name != "timestamp_local" else None


def is_spread(node: nodes.Call | nodes.Filter | nodes.Test) -> bool:
    """Say whether a value is spread over the arguments: it is not known which they are."""
    return node.dyn_args is not None or node.dyn_kwargs is not None


def only_judged(name: str, node: nodes.Call | nodes.Filter | nodes.Test) -> None:
    """Raise TooMuch for an argument that no judge looks at."""
    known = KEYWORDS.get(name, frozenset())
    if is_spread(node) or any(each.key not in known for each in node.kwargs):
        raise TooMuch


def is_small(node: nodes.Expr) -> bool:
    """Say whether an argument is a number of places or a base, and no number that takes long itself."""
    value = node.node if isinstance(node, nodes.Neg) else node
    if not isinstance(value, nodes.Const):
        return False
    return not isinstance(value.value, int) or value.value <= _LARGEST_ARGUMENT


def is_short(node: nodes.Expr) -> bool:
    """Say whether an argument is a text that is quickly looked for."""
    return isinstance(node, nodes.Const) and len(str(node.value)) <= _LONGEST_NEEDLE

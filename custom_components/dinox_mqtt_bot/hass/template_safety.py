"""Which templates of strangers are run, and on how long a payload: those that surely end quickly.

Home Assistant's sandbox bounds no time: one regular expression, nested loop or `value * 10 ** 9` stops the
event loop. Hence a list of what may stand there, and a bound on what all of it takes together.
"""

from jinja2 import Environment, TemplateError, nodes

from .template_arguments import TooMuch
from .template_costs import Costs

LONGEST_PAYLOADS = (16_384, 4_096, 1_024)
"""Characters of a payload that a template is judged for: what is too much on the longest may do on less."""

_LONGEST = 2_048

_PARSER = Environment(extensions=["jinja2.ext.do"], autoescape=True)


def longest_payload(source: str) -> int:
    """Return how long a payload may be for a template to end quickly whatever is in it; 0 if none may be."""
    if len(source) > _LONGEST:
        return 0
    try:
        parsed = _PARSER.parse(source)
        return next((length for length in LONGEST_PAYLOADS if _fits(parsed, length)), 0)
    except TemplateError, RecursionError, ValueError:
        return 0


def _fits(parsed: nodes.Template, length: int) -> bool:
    try:
        Costs(length).output(parsed)
    except TooMuch:
        return False
    return True

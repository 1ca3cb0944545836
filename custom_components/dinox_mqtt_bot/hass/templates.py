"""Value templates of HA discovery, run in Home Assistant's sandbox."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
import logging
from types import BuiltinMethodType
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import TemplateEnvironment
from jinja2 import Template
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Undefined
from markupsafe import Markup

from .template_safety import longest_payload
from .template_values import METHODS, SHORT

_LOGGER = logging.getLogger(__name__)

# A discovery config is written once and its template run with every message.
CACHED_TEMPLATES = 1_024
LOGGED = 100
_LONGEST_TEXT = SHORT.size
_MOST_BITS = 1_063
"""A number of 320 digits: no double is longer."""


class SandboxedTemplates:
    """`bot.ports.CommandTemplates`. A template comes from the broker, so it sees nothing but the message.

    `limited` is the environment for untrusted templates: no states, devices or `now()`. It bounds no time,
    hence `template_safety`: no loops, regular expressions or powers.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        environment = _Environment(hass)
        self._template = lru_cache(CACHED_TEMPLATES)(environment.compiled)

    def runs(self, template: str) -> bool:
        """Say whether a template is rendered at all, and make it ready."""
        return self._template(template) is not None

    def render(self, template: str, text: str, json: object) -> str | None:
        """Render with `value` and `value_json`; None if it cannot be rendered, or not in a short time."""
        found = self._template(template)
        if found is None or len(text) > found[1]:
            return None
        variables = {"value": text} if json is None else {"value": text, "value_json": json}
        try:
            return found[0].render(variables).strip()
        except Exception:  # noqa: BLE001 - whatever a stranger's template and payload come to
            return None

    def command(self, template: str, variables: Mapping[str, object]) -> str | None:
        """Render with variables, each a short text, a number or a truth value; None if it cannot be."""
        found = self._template(template)
        texts = {name: each for name, each in variables.items() if isinstance(each, str)}
        if found is None or any(len(text) > _LONGEST_TEXT for name, text in texts.items() if name != "value"):
            return None
        if len(texts.get("value", "")) > found[1]:
            return None
        try:
            return found[0].render(dict(variables)).strip()
        except Exception:  # noqa: BLE001 - whatever a stranger's template comes to
            return None


class _Environment(TemplateEnvironment):
    """Home Assistant's sandbox in which numbers are reckoned with, and nothing longer than they can be."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, hass: HomeAssistant) -> None:
        super().__init__(hass, limited=True, strict=False, log_fn=_ignore)
        # Home Assistant's looks through every list for what a payload has none of.
        self.finalize = None

    def compiled(self, source: str) -> tuple[Template, int] | None:
        """Return a template, and how long a payload it is run on; None if it is not run."""
        longest = longest_payload(source)
        try:
            if longest:
                return self.from_string(source), longest
        except Exception:  # noqa: BLE001 - Python, too, refuses what is nested too deep
            return None
        _LOGGER.info("A discovery template could take long and is not used: %.*s", LOGGED, source)
        return None

    @override
    def getattr(self, obj: Any, attribute: str) -> Any:
        """Find nothing to be called but the methods that were judged: an object can have others as items."""
        found = super().getattr(obj, attribute)
        if callable(found) and not isinstance(found, Undefined):
            # Jinja wraps `format`, and its text was judged to be one of the template's own.
            own = isinstance(found, BuiltinMethodType) or (attribute == "format" and isinstance(obj, str))
            judged = own and attribute in METHODS and getattr(found, "__name__", "") == attribute
            return found if judged else self.unsafe_undefined(obj, attribute)
        return found

    @override
    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if not all(
            _reckoned(each) or (operator == "+" and isinstance(each, (str, list))) for each in (left, right)
        ):
            raise SecurityError(f"not reckoned with: {operator}")
        # What `tojson` made would escape the other text: each character can become five.
        left, right = (str(each) if isinstance(each, Markup) else each for each in (left, right))
        return super().call_binop(context, operator, left, right)


def _reckoned(value: object) -> bool:
    if isinstance(value, int):
        return value.bit_length() <= _MOST_BITS
    return isinstance(value, (float, datetime, timedelta))


def _ignore(_level: int, _text: str) -> None:
    """Keep what a stranger's template says out of the log."""

"""Value templates of HA discovery, run in Home Assistant's sandbox."""

from functools import lru_cache
import logging

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import TemplateError
from homeassistant.helpers.template import Template

from .template_safety import is_cheap

_LOGGER = logging.getLogger(__name__)

# A discovery config is written once and its template run with every message.
CACHED_TEMPLATES = 2_048
LONGEST_PAYLOAD = 16_384
LOGGED = 100


class SandboxedTemplates:
    """`bot.ports.Templates`. A template comes from the broker, so it sees nothing but the message.

    `limited=True` is the environment for untrusted templates: no states, devices or `now()`. It bounds no
    time, hence `template_safety`: no loops, regular expressions or powers.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        self._template = lru_cache(CACHED_TEMPLATES)(lambda source: _compiled(source, hass))

    def render(self, template: str, text: str, json: object) -> str | None:
        """Render with `value` and `value_json`; None if it cannot be rendered, or not in a short time."""
        compiled = self._template(template) if len(text) <= LONGEST_PAYLOAD else None
        if compiled is None:
            return None
        variables = {"value": text} if json is None else {"value": text, "value_json": json}
        try:
            result = compiled.async_render(variables, parse_result=False, limited=True, log_fn=_ignore)
        except TemplateError, ValueError, TypeError, RecursionError:
            return None
        return str(result)


def _compiled(source: str, hass: HomeAssistant) -> Template | None:
    if is_cheap(source):
        return Template(source, hass)
    _LOGGER.info("A discovery template could take long and is not used: %.*s", LOGGED, source)
    return None


def _ignore(_level: int, _text: str) -> None:
    """Keep what a stranger's template says out of the log."""

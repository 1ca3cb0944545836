"""Value templates of HA discovery, run in Home Assistant's sandbox."""

from functools import lru_cache

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import TemplateError
from homeassistant.helpers.template import Template

# A discovery config is written once and its template run with every message.
CACHED_TEMPLATES = 2_048


class SandboxedTemplates:
    """`bot.ports.Templates`. A template comes from the broker, so it sees nothing but the message.

    `limited=True` is Home Assistant's environment for untrusted templates: no states, no devices, no
    `now()`; the sandbox bounds ranges and forbids attributes that lead out of it.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        self._template = lru_cache(CACHED_TEMPLATES)(lambda source: Template(source, hass))

    def render(self, template: str, text: str, json: object) -> str | None:
        """Render with `value` and `value_json`; None if it cannot be rendered."""
        variables = {"value": text} if json is None else {"value": text, "value_json": json}
        try:
            result = self._template(template).async_render(
                variables, parse_result=False, limited=True, log_fn=_ignore
            )
        except TemplateError, ValueError, TypeError, RecursionError:
            return None
        return str(result)


def _ignore(_level: int, _text: str) -> None:
    """Keep what a stranger's template says out of the log."""

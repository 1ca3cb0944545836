"""The real sentences, as the glue recognises them: hassil needs no Home Assistant around it."""

from collections.abc import Collection
from importlib import import_module
from pathlib import Path
import sys
from types import ModuleType
from typing import Any

from bot.model.intents import Called, Intent

INTEGRATION = Path(__file__).parents[2] / "custom_components" / "dinox_mqtt_bot"
_ALIAS = "integration"


def _module() -> ModuleType:
    """Import the glue's module without the integration's `__init__`, which imports Home Assistant."""
    for name in ("", ".hass", ".bot", ".bot.model"):
        package = ModuleType(f"{_ALIAS}{name}")
        package.__path__ = [str(INTEGRATION.joinpath(*name.split(".")))]
        sys.modules.setdefault(package.__name__, package)
    sys.modules[f"{_ALIAS}.bot.model.intents"] = import_module("bot.model.intents")
    return import_module(f"{_ALIAS}.hass.sentences")


GLUE: Any = _module()


class RealSentences:
    """`bot.ports.Sentences`, at once instead of in a thread."""

    def __init__(self, language: str = "en") -> None:
        self._known = GLUE.KnownSentences(language, self._run)

    async def recognise(
        self, text: str, called: Collection[Called], *, foreign: bool = False
    ) -> Intent | None:
        found: Intent | None = await self._known.recognise(text, called, foreign=foreign)
        return found

    async def _run(self, function: Any, *args: Any) -> Any:
        return function(*args)

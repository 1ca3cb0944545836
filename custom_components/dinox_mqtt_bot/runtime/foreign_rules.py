"""Alert rules of other programs, read from a text or a file and made into rules of the bot."""

import asyncio
from collections.abc import Hashable
from itertools import islice
from pathlib import Path
from typing import Any, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
import yaml  # type: ignore[import-untyped]

from ..bot.importing.alert_rules import StateTopic
from ..bot.importing.importing import carry_out, report
from ..bot.importing.mqttwarn import is_ini
from ..bot.importing.outcomes import Plan, Untaken
from ..bot.importing.programs import LONGEST_CONFIGURATION, plan_rules, rehearse_all
from ..bot.model.replies import BotError, Table
from ..bot.model.topics import ENTITIES
from ..bot.reading.topic_lookup import known_names
from .build import knows_entities
from .entity_source import announcement
from .runtime import BotRuntime

_MERGE = "tag:yaml.org,2002:merge"
_MOST_MERGED = 100


async def async_import(runtime: BotRuntime, text: str, file: str, *, dry_run: bool) -> Table:
    """Make rules of a text or a file, or only tell what would be made. Raises BotError `import_…`."""
    if bool(text.strip()) is bool(file):
        raise BotError("import_no_text")
    given = await runtime.hass.async_add_executor_job(_read, runtime.hass, text, file)
    await known_names(runtime.bot)
    made = Plan()
    plans = plan_rules(given, runtime.bot.rules, lambda entity_id: _place(runtime, entity_id))
    for made in plans:  # noqa: B007 (the last one is whole)
        await asyncio.sleep(0)
    await rehearse_all(made, runtime.bot)
    if not dry_run:
        await carry_out(made, runtime.bot)
        await runtime.settle()
    return report(made, dry_run=dry_run)


def _read(hass: HomeAssistant, text: str, file: str) -> object:
    """Return `mqttwarn.ini` as its text, YAML as values. Blocks."""
    text = _content(hass, file) if file else text
    if len(text) > LONGEST_CONFIGURATION:
        raise BotError("import_long", maximum=str(LONGEST_CONFIGURATION))
    if is_ini(text):
        return text
    try:
        # Pure Python: what is nested too deep raises, where the library in C would end the process.
        return yaml.load(text, _Loader)  # noqa: S506 (it is a safe one)
    except (yaml.YAMLError, AttributeError, RecursionError, ValueError) as err:
        raise BotError("import_yaml") from err


def _content(hass: HomeAssistant, file: str) -> str:
    path = Path(hass.config.path(file))
    try:
        if hass.config.is_allowed_path(str(path)):
            with path.open(encoding="utf-8") as opened:
                return opened.read(LONGEST_CONFIGURATION + 1)
    except OSError, ValueError:
        pass
    raise BotError("import_no_file", file=file)


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads values alone: what Home Assistant's own tags include or keep secret is not looked up."""

    @override
    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Read a mapping; of others merged into it (`<<`) only the first keys: it must not grow for ever."""
        merged: dict[Hashable, Any] = {}
        own: dict[Hashable, Any] = {}
        for key, value in node.value:
            if key.tag == _MERGE:
                some = self.construct_object(value, deep=True)
                for each in some if isinstance(some, list) else [some]:
                    merged = dict(islice(each.items(), _MOST_MERGED)) | merged
            else:
                own[str(self.construct_object(key, deep=True))] = self.construct_object(value, deep=deep)
        return merged | own


_Loader.add_multi_constructor("!", lambda _loader, tag, _node: f"!{tag}")


@callback
def _place(runtime: BotRuntime, entity_id: str) -> StateTopic:
    """Return where the bot hears the state of an entity. Raises Untaken."""
    hass = runtime.hass
    state, entry = hass.states.get(entity_id), er.async_get(hass).async_get(entity_id)
    if state is None:
        raise Untaken("entity_missing")
    if entry is not None and entry.platform == "mqtt":
        return _on_mqtt(runtime, entry.unique_id)
    if announcement(hass, state) is None:
        raise Untaken("entity_kind")
    if not knows_entities(runtime.entry):
        raise Untaken("entities_off")
    return StateTopic(ENTITIES + entity_id)


def _on_mqtt(runtime: BotRuntime, unique_id: str) -> StateTopic:
    """Return where an entity speaks that the bot knows from MQTT itself."""
    devices = runtime.bot.readings.devices
    for entity in devices:
        if any(binding.unique_id == unique_id for _, binding in entity.values):
            meant = runtime.bot.names.find(devices.label(entity))
            topics = {topic for topic, binding in entity.values if not binding.aspect}
            found = [each for each in meant if each.topic in topics]
            if len(found) == 1:
                return StateTopic(found[0].topic, found[0].field)
    raise Untaken("entity_mqtt")

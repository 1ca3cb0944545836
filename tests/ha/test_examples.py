"""Every automation and script of the pages is one that Home Assistant takes."""

from collections.abc import Iterator
from pathlib import Path
import re
from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.components.script import DOMAIN as SCRIPT
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
import yaml

from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.services import async_register_services

PAGES = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def blocks(key: str) -> Iterator[Any]:
    """Yield the blocks of all pages that have a key, each with its page and name as id."""
    for page in sorted(PAGES.glob("*.md")):
        for text in BLOCK.findall(page.read_text("utf-8")):
            if re.search(f"^{key}:", text, re.MULTILINE):
                block = yaml.safe_load(text)
                yield pytest.param(block, id=f"{page.stem}: {block.get('alias', '')}")


def test_there_are_examples() -> None:
    assert len([*blocks("triggers")]) >= 4
    assert len([*blocks("sequence")]) >= 2


def own_actions(block: Any) -> Iterator[tuple[str, Any]]:
    """Yield the bot's actions of a block, with their data."""
    for step in block.get("actions") or block["sequence"]:
        domain, _, name = step.get("action", "").partition(".")
        if domain == DOMAIN:
            yield name, step["data"]


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


def check_actions(hass: HomeAssistant, block: Any) -> None:
    """Hold the bot's actions of a block against their shapes."""
    async_register_services(hass)
    services = hass.services.async_services()[DOMAIN]
    for name, data in own_actions(block):
        schema = services[name].schema
        assert schema is not None
        schema(data)


EXAMPLES = [
    *(pytest.param(AUTOMATION, "on", *each.values, id=each.id) for each in blocks("triggers")),
    *(pytest.param(SCRIPT, "off", *each.values, id=each.id) for each in blocks("sequence")),
]


@pytest.mark.parametrize(("domain", "expected", "block"), EXAMPLES)
@pytest.mark.usefixtures("enable_custom_integrations")
async def test_an_example_of_the_pages_is_taken(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, domain: str, expected: str, block: Any
) -> None:
    check_actions(hass, block)
    assert await async_setup_component(hass, DOMAIN, {})
    assert await async_setup_component(
        hass, domain, {domain: {"example": block} if domain == SCRIPT else block}
    )
    await hass.async_block_till_done()
    (state,) = hass.states.async_all(domain)
    assert state.state == expected
    # One that waits for a time of day would leave a timer.
    await hass.services.async_call(domain, "turn_off", {"entity_id": state.entity_id}, blocking=True)
    assert errors(caplog) == []

"""The history in Home Assistant's backups."""

from collections.abc import AsyncGenerator
import logging
from pathlib import Path
import sqlite3
from typing import Any

from homeassistant.components.backup import DOMAIN as BACKUP
from homeassistant.components.backup.const import DATA_MANAGER
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from running import bot_entry, publish_lines, running, topics, until

from custom_components.dinox_mqtt_bot import backup
from custom_components.dinox_mqtt_bot.entry.paths import database_path
from custom_components.dinox_mqtt_bot.runtime.runtime import BotRuntime


def stored(path: Path) -> int:
    """Count the messages in the file alone, as a copy without the log has them."""
    connection = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM messages").fetchone()[0])
    finally:
        connection.close()


@pytest.fixture
async def bot(hass: HomeAssistant, data: dict[str, Any]) -> AsyncGenerator[BotRuntime]:
    """A bot beside Home Assistant's backups."""
    assert await async_setup_component(hass, BACKUP, {})
    async with running(hass, bot_entry(data, topics("home/#"))) as runtime:
        yield runtime


async def test_a_backup_has_what_came_in_before_it(
    hass: HomeAssistant, bot: BotRuntime, port: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, backup.__name__)
    lines = tmp_path / "lines"
    lines.write_text("1\n2\n3\n")
    await publish_lines(port, "home/x", lines)
    await until(lambda: bot.bot.status.messages == 3)
    path = database_path(hass, bot.entry.entry_id)
    manager = hass.data[DATA_MANAGER]
    await manager.async_pre_backup_actions()
    before = path.read_bytes()
    assert stored(path) == 3
    assert "The backup has the history of Bot: 3 messages" in caplog.text
    await publish_lines(port, "home/x", lines)
    await until(lambda: bot.bot.status.messages == 6)
    await bot.store.settle()
    assert path.read_bytes() == before
    await manager.async_post_backup_actions()
    assert stored(path) == 6


async def test_a_history_that_cannot_be_read_does_not_keep_the_rest_from_being_backed_up(
    hass: HomeAssistant,
    bot: BotRuntime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(backup, "PATIENCE", 0.0)
    manager = hass.data[DATA_MANAGER]
    await manager.async_pre_backup_actions()
    await manager.async_post_backup_actions()
    assert "The history of Bot may be damaged in the backup" in caplog.text

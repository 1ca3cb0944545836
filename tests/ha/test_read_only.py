"""A configuration folder that cannot be written to: said in plain words, and over when it can be again."""

from collections.abc import Iterator
from pathlib import Path
import subprocess
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from running import bot_entry, running, topics

from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.entry.paths import database_path


class Folder:
    """The folder of the databases, locked by a mount: permissions do not hold for root."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._locked = False

    def lock(self) -> None:
        done = subprocess.run(["mount", "--bind", self.path, self.path], check=False, capture_output=True)
        if done.returncode:
            pytest.skip(f"nothing can be mounted here: {done.stderr.decode().strip()}")
        self._locked = True
        subprocess.run(["mount", "-o", "remount,ro,bind", self.path], check=True)

    def unlock(self) -> None:
        if self._locked:
            subprocess.run(["umount", "--lazy", self.path], check=True)
        self._locked = False


@pytest.fixture
def folder(hass: HomeAssistant) -> Iterator[Folder]:
    path = database_path(hass, "x").parent
    path.mkdir(parents=True)
    folder = Folder(path)
    yield folder
    folder.unlock()


def issues(hass: HomeAssistant) -> set[str]:
    return {
        str(issue.translation_key)
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.active
    }


@pytest.mark.parametrize("begun", [False, True])
async def test_a_bot_that_cannot_write_says_so_and_starts_when_it_can(
    hass: HomeAssistant,
    data: dict[str, Any],
    folder: Folder,
    *,
    begun: bool,
) -> None:
    """A new bot, and one with a database of an earlier run."""
    entry = bot_entry(data, topics("a/#"))
    if begun:
        async with running(hass, entry, forget=False):
            pass
    else:
        entry.add_to_hass(hass)
    folder.lock()
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "database_unusable"
    assert issues(hass) == {"database_unusable"}
    folder.unlock()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert issues(hass) == set()
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_bot_is_removed_although_its_files_cannot_be(
    hass: HomeAssistant, data: dict[str, Any], folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    """What it left elsewhere goes all the same: its issues, and its status at the broker."""
    entry = bot_entry(data, topics("a/#"))
    async with running(hass, entry):
        pass
    folder.lock()
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"database_stuck_{entry.entry_id}",
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key="database_stuck",
    )
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert issues(hass) == set()
    assert "could not be deleted" in caplog.text
    assert "Traceback" not in caplog.text

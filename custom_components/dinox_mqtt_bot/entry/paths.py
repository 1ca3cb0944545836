"""Where the files of a bot are."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR

from ..const import DOMAIN


def database_path(hass: HomeAssistant, entry_id: str) -> Path:
    """Return where a bot's database is; Home Assistant's backups take it along."""
    return Path(hass.config.path(STORAGE_DIR, DOMAIN, f"{entry_id}.db"))

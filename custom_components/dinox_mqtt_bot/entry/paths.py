"""Where the files of a bot are."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR

from ..const import DOMAIN


def received_path(hass: HomeAssistant, entry_id: str) -> tuple[Path, str]:
    """Return where the files of contacts are kept, and what Home Assistant's media source calls that place.

    Among its media they may be read by other integrations; where there are none, only the path leads there.
    """
    dirs = hass.config.media_dirs
    name = "local" if "local" in dirs else next(iter(dirs), "")
    if not name:
        return Path(hass.config.path(STORAGE_DIR, DOMAIN, f"{entry_id}-files")), ""
    inside = f"{DOMAIN}/{entry_id}"
    return Path(dirs[name], inside), f"media-source://media_source/{name}/{inside}"


def database_path(hass: HomeAssistant, entry_id: str) -> Path:
    """Return where a bot's database is; Home Assistant's backups take it along."""
    return Path(hass.config.path(STORAGE_DIR, DOMAIN, f"{entry_id}.db"))

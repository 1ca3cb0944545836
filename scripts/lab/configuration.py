"""The configuration directory of a Home Assistant: what its owner would have written and clicked."""

from importlib.util import find_spec
import json
from pathlib import Path
from typing import Any

from .ports import LOOPBACK

DOMAIN = "dinox_mqtt_bot"
REPOSITORY = Path(__file__).resolve().parents[2]
_INTEGRATION = REPOSITORY / "custom_components" / DOMAIN
_CONFIGURATION = """
homeassistant:
  name: Home
  unit_system: metric
  time_zone: UTC
  country: DE
  language: {language}
frontend:
config:
conversation:
history:
logbook:
logger:
  default: warning
  logs:
    custom_components.{domain}: debug
{extra}
"""


def write_configuration(directory: Path, port: int, extra: str, language: str = "en") -> None:
    """Prepare a directory, or leave alone what is there from an earlier run; `extra` is YAML."""
    # What the dialog of the web page speaks; it needs packages that not every machine can build.
    if find_spec("pymicro_vad") and find_spec("pyspeex_noise"):
        extra = f"assist_pipeline:\n{extra}"
    written = _CONFIGURATION.format(domain=DOMAIN, extra=extra, language=language)
    (directory / "configuration.yaml").write_text(written)
    components = directory / "custom_components"
    components.mkdir(exist_ok=True)
    link = components / DOMAIN
    if not link.is_symlink():
        link.symlink_to(_INTEGRATION)
    storage = directory / ".storage"
    storage.mkdir(exist_ok=True)
    # Written here, not in YAML: an address from YAML is on trial until somebody confirms it in the web page.
    _store(storage / "http", 1, {"server_host": [LOOPBACK], "server_port": port})
    # Only the owner is left to create: the other steps of the onboarding ask the internet.
    _store(storage / "onboarding", 4, {"done": ["core_config", "analytics", "integration"]})


def _store(file: Path, version: int, content: dict[str, Any]) -> None:
    """Write one of Home Assistant's stores, the first time only."""
    if not file.exists():
        file.write_text(
            json.dumps({"version": version, "minor_version": 1, "key": file.name, "data": content})
        )

"""The phone of the chaos run: an action of Home Assistant's notify that writes down what it was told."""

import json
from pathlib import Path
import re

from .chaos_chat import Seen
from .chaos_sensors import BELL

ACTION = "mobile_app_phone"
_DOMAIN = "chaos_phone"
_NUMBER = re.compile(rf"\b{BELL}/(\d+)\b")
_WORD = re.compile(rf"\b{BELL}/([a-z]+)\b")
# As the companion app's action: done when it is told to the phone, which shows one notification of each tag.
_INTEGRATION = f'''
import json
import os

async def async_setup(hass, config):
    def write(told):
        with open(hass.config.path("phone.jsonl"), "a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\\n")
            file.flush()
            os.fsync(file.fileno())

    async def tell(call):
        said = {{each: call.data.get(each) for each in ("title", "message")}}
        said["tag"] = call.data["data"]["tag"]
        await hass.async_add_executor_job(write, said)

    hass.services.async_register("notify", "{ACTION}", tell)
    return True
'''


class ChaosPhone:
    """What a phone was told, by the file that Home Assistant writes it to before it knows that it was."""

    extra = f"{_DOMAIN}:\n"
    """What is to be in Home Assistant's configuration."""

    def __init__(self, directory: Path) -> None:
        """Put the action in a configuration directory in which no Home Assistant runs yet."""
        self._file = directory / "phone.jsonl"
        folder = directory / "custom_components" / _DOMAIN
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text(_INTEGRATION)
        manifest = {"domain": _DOMAIN, "name": "Phone", "version": "1", "codeowners": [], "documentation": ""}
        (folder / "manifest.json").write_text(json.dumps(manifest))

    @property
    def _told(self) -> list[dict[str, str]]:
        text = self._file.read_text("utf-8") if self._file.exists() else ""
        # The last line of a process that was killed may be cut: it has not told anybody.
        whole, _, _ = text.rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    @property
    def words(self) -> set[str]:
        """What it was told of topics that are no numbers."""
        return {word for each in self._told for word in _WORD.findall(_text(each))}

    @property
    def seen(self) -> Seen:
        """The numbers it was told, and by which tags: of one tag it shows one notification."""
        seen = Seen(_NUMBER)
        for copy, each in enumerate(self._told):
            seen.add(each["tag"], str(copy), _text(each), live=True)
        return seen


def _text(told: dict[str, str]) -> str:
    return f"{told['title']}\n{told['message']}"

"""What hassfest asks of a custom integration, and HACS of its repository."""

import json
import re
from typing import Any

from arrows import FLOORS
import pytest
from source import INTEGRATION, ROOT, imports, layer, modules
import yaml

MANIFEST: dict[str, Any] = json.loads((INTEGRATION / "manifest.json").read_text("utf-8"))
KEYS = {
    "domain", "name", "after_dependencies", "codeowners", "config_flow", "dependencies",
    "documentation", "integration_type", "iot_class", "issue_tracker", "loggers", "mqtt",
    "requirements", "single_config_entry", "version",
}  # fmt: skip
# Integrations that hassfest lets anybody import without a word in the manifest.
ALLOWED = {
    "automation", "conversation", "frontend", "device_automation", "group", "homeassistant", "labs",
    "media_source", "panel_custom", "persistent_notification", "person", "script", "sun",
    "system_health", "webhook", "websocket_api", "zone",
}  # fmt: skip
PLATFORMS = {
    "binary_sensor", "button", "diagnostics", "event", "image", "notify", "repairs", "sensor",
    "switch", "logbook",
}  # fmt: skip


def test_manifest_has_the_keys_in_order() -> None:
    assert set(MANIFEST) <= KEYS
    assert {"codeowners", "documentation", "domain", "issue_tracker", "name", "version", "iot_class"} <= set(
        MANIFEST
    )
    assert list(MANIFEST) == ["domain", "name", *sorted(set(MANIFEST) - {"domain", "name"})]


def test_manifest_says_what_it_must() -> None:
    assert MANIFEST["domain"] == INTEGRATION.name
    assert MANIFEST["config_flow"] is True
    assert MANIFEST["integration_type"] == "service"
    assert MANIFEST["documentation"].startswith("https://")
    assert "home-assistant.io" not in MANIFEST["documentation"]
    assert MANIFEST["codeowners"]


def test_requirements_are_exactly_home_assistants() -> None:
    assert MANIFEST["requirements"] == ["paho-mqtt==2.1.0", "slixmpp==1.17.0"]
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert all(f'"{requirement}"' in project for requirement in MANIFEST["requirements"])


def test_version_is_the_same_everywhere() -> None:
    version = MANIFEST["version"]
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## \[?({re.escape(version)}|Unreleased)", changelog, re.MULTILINE)


def test_every_integration_imported_is_declared() -> None:
    declared = (
        {*MANIFEST.get("dependencies", []), *MANIFEST.get("after_dependencies", [])} | ALLOWED | PLATFORMS
    )
    used = {
        name.split(".")[2]
        for path, tree in modules().items()
        if layer(path) == "glue"
        for name in imports(path, tree)
        if name.startswith("homeassistant.components.")
    }
    assert len(used) >= 5
    assert used - declared == set()


def test_no_strings_file_and_no_platform_name_for_something_else() -> None:
    assert not (INTEGRATION / "strings.json").exists()
    folders = {path.name for path in INTEGRATION.iterdir() if path.is_dir()} - {"__pycache__"}
    packages = {package.split("/")[0] for package in FLOORS} | {
        package.split("/")[1] for package in FLOORS if package.startswith("glue/")
    }
    assert folders <= {*packages, "translations", "brand", "sentences"} - {"glue"}


def test_brand_images_are_there() -> None:
    for name, size in (("icon.png", 256), ("icon@2x.png", 512)):
        image = (INTEGRATION / "brand" / name).read_bytes()
        assert image[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(image[16:20], "big") == int.from_bytes(image[20:24], "big") == size


def test_hacs_knows_the_integration() -> None:
    hacs = json.loads((ROOT / "hacs.json").read_text("utf-8"))
    assert set(hacs) <= {
        "name",
        "homeassistant",
        "hacs",
        "render_readme",
        "country",
        "zip_release",
        "filename",
    }
    assert hacs["homeassistant"] == "2026.10.0"
    assert [
        path.name for path in (ROOT / "custom_components").iterdir() if path.is_dir() and path.name[0] != "_"
    ] == [INTEGRATION.name]


def test_quality_scale_answers_every_rule() -> None:
    rules = yaml.safe_load((INTEGRATION / "quality_scale.yaml").read_text("utf-8"))["rules"]
    assert len(rules) == 54
    for rule, answer in rules.items():
        status = answer if isinstance(answer, str) else answer["status"]
        assert status in {"done", "exempt"}, rule
        assert status != "exempt" or answer["comment"], rule


@pytest.mark.parametrize(
    "file", ["icons.json", "translations/en.json", "translations/de.json", "manifest.json"]
)
def test_json_files_end_with_a_newline(file: str) -> None:
    assert (INTEGRATION / file).read_text("utf-8").endswith("}\n")

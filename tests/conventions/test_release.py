"""What the repository promises to those who install from it, and to those who report something."""

import json
from pathlib import Path
import re
import subprocess
from typing import Any
import zipfile

import pytest
from source import INTEGRATION, ROOT
import yaml

GITHUB = ROOT / ".github"
FILES = sorted(GITHUB.rglob("*.yml"))
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def steps() -> list[dict[str, Any]]:
    """Return the steps of all workflows."""
    jobs = [job for path in (GITHUB / "workflows").glob("*.yml") for job in read(path)["jobs"].values()]
    return [step for job in jobs for step in job["steps"]]


def test_the_workflows_were_found() -> None:
    assert {path.stem for path in FILES} == {"validate", "test", "release", "bug", "idea", "config"}
    assert len(steps()) > 6


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_for_github_can_be_read(path: Path) -> None:
    assert isinstance(read(path), dict)


def test_the_workflows_run_what_everybody_runs() -> None:
    run = [step["run"] for step in steps() if "run" in step]
    named = {
        word for line in run for word in re.findall(r"(?:scripts|docs|custom_components)/[\w/.-]+", line)
    }
    assert named >= {"scripts/test", "scripts/release"}
    assert [path for path in named if not (ROOT / path).exists()] == []
    used = {step["uses"].partition("@")[0] for step in steps() if "uses" in step}
    assert used == {"actions/checkout", "home-assistant/actions/hassfest", "hacs/action"}


def test_a_release_is_what_hacs_looks_for() -> None:
    hacs = json.loads((ROOT / "hacs.json").read_text("utf-8"))
    assert hacs["zip_release"] is True
    assert any(f"dist/{hacs['filename']}" in step.get("run", "") for step in steps())


def test_who_reports_something_is_asked_for_the_diagnostics() -> None:
    asked = {field["id"]: field for field in read(GITHUB / "ISSUE_TEMPLATE" / "bug.yml")["body"]}
    assert asked["diagnostics"]["validations"]["required"] is True
    assert "Download diagnostics" in asked["diagnostics"]["attributes"]["description"]


@pytest.mark.parametrize("part", re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:])
def test_every_version_says_how_to_upgrade(part: str) -> None:
    upgrading = part.split("\n### Upgrading\n", 1)
    assert len(upgrading) == 2, part.splitlines()[0]
    assert upgrading[1].split("\n### ", 1)[0].strip()


def released(repository: Path, version: str) -> subprocess.CompletedProcess[str]:
    command = [repository / "scripts" / "release", version, repository / "dist"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of two files, with the script of this one."""
    integration = tmp_path / "custom_components" / INTEGRATION.name
    (integration / "__pycache__").mkdir(parents=True)
    (integration / "__pycache__" / "x.pyc").write_text("x")
    (integration / "manifest.json").write_text('{\n  "version": "1.2.0"\n}\n')
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "release"
    script.write_bytes((ROOT / "scripts" / "release").read_bytes())
    script.chmod(0o755)
    return tmp_path


def test_a_release_has_the_integration_and_what_is_new_in_it(repository: Path) -> None:
    told = "# Changelog\n\n## 1.2.0 - 2026-12-01\n\n### Upgrading\n\nNothing.\n\n## 1.1.0\n\n- Old.\n"
    (repository / "CHANGELOG.md").write_text(told)
    assert released(repository, "1.2.0").returncode == 0
    with zipfile.ZipFile(repository / "dist" / "dinox_mqtt_bot.zip") as packed:
        assert packed.namelist() == ["manifest.json"]
    assert (repository / "dist" / "notes.md").read_text().strip() == "### Upgrading\n\nNothing."


@pytest.mark.parametrize(
    ("version", "changelog", "why"),
    [
        ("1.3.0", "## 1.3.0\n\n### Upgrading\n\nNothing.\n", "another version"),
        ("1.2.0", "## 1.1.0\n\n### Upgrading\n\nNothing.\n", "nothing about 1.2.0"),
        ("1.2.0", "## 1.2.0\n\n- New.\n", "how to upgrade"),
    ],
)
def test_a_release_that_is_not_ready_is_not_made(
    repository: Path, version: str, changelog: str, why: str
) -> None:
    (repository / "CHANGELOG.md").write_text(changelog)
    failed = released(repository, version)
    assert failed.returncode == 1
    assert why in failed.stderr
    assert not (repository / "dist" / "dinox_mqtt_bot.zip").exists()

"""One list of commands, told the same way on every surface."""

import ast
import inspect
import json
from typing import Any

import pytest
from source import INTEGRATION
import yaml

from custom_components.dinox_mqtt_bot.bot.commands.catalogue import COMMANDS
from custom_components.dinox_mqtt_bot.bot.commands.command import Command, parameters

SERVICES: dict[str, Any] = yaml.safe_load((INTEGRATION / "services.yaml").read_text("utf-8"))
TEXTS = {
    language: json.loads((INTEGRATION / "translations" / f"{language}.json").read_text("utf-8"))
    for language in ("en", "de")
}
ICONS = json.loads((INTEGRATION / "icons.json").read_text("utf-8"))
BESIDE_THE_COMMANDS = {"send_message", "ask", "command", "import_rules", "import_settings"}


def test_the_commands_were_found() -> None:
    assert len(COMMANDS) >= 15


def test_words_are_unique() -> None:
    words = [word for command in COMMANDS for word in (command.node, *command.aliases)]
    assert len(words) == len(set(words))
    assert all(word == "?" or word.replace("_", "").isalpha() for word in words)


def test_every_command_of_the_package_is_in_the_tuple() -> None:
    written = set()
    for file in (INTEGRATION / "bot" / "commands").glob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        written |= {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            and any(isinstance(base, ast.Name) and base.id == "Command" for base in node.bases)
        }
    assert written == {command.__name__ for command in COMMANDS}


def test_actions_are_the_commands() -> None:
    assert set(SERVICES) == {command.node for command in COMMANDS} | BESIDE_THE_COMMANDS
    for language, texts in TEXTS.items():
        assert set(texts["services"]) == set(SERVICES), language
    assert set(ICONS["services"]) == set(SERVICES)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.node)
def test_fields_are_the_parameters(command: type[Command]) -> None:
    names = {parameter.name for parameter in parameters(command)}
    fields = set(SERVICES[command.node].get("fields", {})) - {"config_entry_id"}
    assert fields == names
    for language, texts in TEXTS.items():
        described = texts["services"][command.node].get("fields", {})
        assert set(described) - {"config_entry_id"} == names, language
        assert all({"name", "description"} <= set(field) for field in described.values()), language


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.node)
def test_the_docstring_is_the_help(command: type[Command]) -> None:
    docstring = inspect.getdoc(command) or ""
    assert "\n" not in docstring
    assert docstring.endswith(".")
    assert TEXTS["en"]["services"][command.node]["description"] == docstring


@pytest.mark.parametrize("language", TEXTS)
def test_who_searches_the_actions_for_the_bot_finds_send_message_first(language: str) -> None:
    """Home Assistant's search puts first what has the word in both name and description, and few others."""
    said = {word: texts["description"] for word, texts in TEXTS[language]["services"].items()}
    found = sorted((len(text.split()), word) for word, text in said.items() if "dinox" in text.casefold())
    assert found[0][1] == "send_message"

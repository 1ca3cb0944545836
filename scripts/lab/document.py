"""The pages about commands, actions and settings, from what people see: `python -m lab.document`."""

from collections.abc import Iterator, Mapping
import inspect
import json
from typing import Any

import yaml  # type: ignore[import-untyped]

from custom_components.dinox_mqtt_bot.bot.commands.catalogue import COMMANDS
from custom_components.dinox_mqtt_bot.bot.commands.command import Command, parameters, usage
from custom_components.dinox_mqtt_bot.bot.commands.help import THEMES

from .configuration import DOMAIN, REPOSITORY

INTEGRATION = REPOSITORY / "custom_components" / DOMAIN
DOCS = REPOSITORY / "docs"
TEXTS: Mapping[str, Any] = json.loads((INTEGRATION / "translations" / "en.json").read_text("utf-8"))
SERVICES: Mapping[str, Any] = yaml.safe_load((INTEGRATION / "services.yaml").read_text("utf-8"))

WRITTEN = "<!-- Written by scripts/document from the texts that Home Assistant shows. -->"

ACTIONS = f"""{WRITTEN}

# Actions

What can be asked in the chat is an action as well, with the same words. Each answers, if it is asked for a
response, with `text`, the reply as the chat has it, and with the facts of it: `rows` where the reply is a
list, else fields of its own. `config_entry_id` says which bot is meant; while there is only one it is not
needed. What must not be undone by mistake wants `confirm: true`. An action that a person starts has the
rights of the contact that this person's user of Home Assistant belongs to, or an administrator's; one that an
automation starts, all of them.
"""
COMMANDS_PAGE = f"""{WRITTEN}

# Commands

What can be asked in the chat, in Assist, and as [actions](actions.md). `/mqtt` may be left out where
*Commands without /mqtt* is on, as it is at first. Words in `<>` are needed, those in `[]` are not; `…` takes
all that follows. What is told, and how: [chat.md](chat.md).
"""
SETTINGS = f"""{WRITTEN}

# Settings

Everything is set in Home Assistant: *Settings → Devices & services → DinoX MQTT Bot*. Nothing is read from
`configuration.yaml`.
"""
# The forms by which a bot is added, in the order in which they come.
ADDING = ("user", "standalone", "xmpp", "xmpp_account", "server", "rules", "tell", "scan")


def actions_page() -> str:
    """Return docs/actions.md."""
    titles = TEXTS["common"]
    themes = [(titles[f"theme_{key}"], words) for key, words in THEMES]
    listed = {word for _, words in themes for word in words}
    themes.append(("Beside the commands", tuple(word for word in SERVICES if word not in listed)))
    parts = [ACTIONS]
    for title, words in themes:
        parts.append(f"\n## {title[:1].upper()}{title[1:]}\n")
        parts += [part for word in words if word in SERVICES for part in _action(word)]
    return "".join(parts)


def commands_page() -> str:
    """Return docs/commands.md."""
    known = {command.node: command for command in COMMANDS}
    parts = [COMMANDS_PAGE]
    for key, words in THEMES:
        title = TEXTS["common"][f"theme_{key}"]
        parts.append(f"\n## {title[:1].upper()}{title[1:]}\n")
        parts += [part for word in words for part in _command(known[word])]
    return "".join(parts)


def _command(command: type[Command]) -> Iterator[str]:
    short = f", short {', '.join(f'`{word}`' for word in command.aliases)}" if command.aliases else ""
    yield f"\n### `{command.node}`\n\n{inspect.getdoc(command)} ({command.role.word} and up{short})\n"
    yield f"\n```text\n{usage(command)}\n```\n"
    asked = [parameter for parameter in parameters(command) if not parameter.aside]
    if asked:
        yield "\n| | |\n|---|---|\n"
    for parameter in asked:
        said = TEXTS["services"][command.node]["fields"][parameter.name]["description"]
        yield f"| `{parameter.name}` | {_cell(said)} |\n"


def _action(word: str) -> Iterator[str]:
    texts = TEXTS["services"][word]
    yield f"\n### `{DOMAIN}.{word}`\n\n{texts['description']}\n"
    fields = {name: field for name, field in _fields(word).items() if name != "config_entry_id"}
    if fields:
        yield "\n| field | | |\n|---|---|---|\n"
    for name, field in fields.items():
        need = "needed" if field.get("required") else ""
        if "default" in field:
            need = f"else `{field['default']}`".lower()
        yield f"| `{name}` | {_cell(texts['fields'][name]['description'])} | {need} |\n"


def _fields(word: str) -> dict[str, Any]:
    """Return the fields of an action, those of its sections too."""
    found: dict[str, Any] = {}
    for name, field in ((SERVICES[word] or {}).get("fields") or {}).items():
        found |= (field or {}).get("fields", {name: field or {}})
    return found


def settings_page() -> str:
    """Return docs/settings.md."""
    config, options = TEXTS["config"]["step"], TEXTS["options"]["step"]["init"]
    parts = [SETTINGS, "\n## Adding a bot\n"]
    parts += [part for step in ADDING for part in _form(config[step], 3)]
    parts += ["\n## Options of a bot\n", *_form(options, 0)]
    for kind, texts in TEXTS["config_subentries"].items():
        title = texts.get("entry_type") or kind
        parts.append(f"\n## {title[:1].upper()}{title[1:]}\n")
        parts += [
            part
            for step in ("user", "condition")
            if (form := texts["step"].get(step))
            for part in _form(form, 0)
        ]
    return "".join(parts)


def _form(texts: Mapping[str, Any], level: int) -> Iterator[str]:
    """Describe a form or a menu; `level` is that of its heading, 0 for none."""
    if level:
        yield f"\n{'#' * level} {texts['title']}\n"
    said = texts.get("description", "")
    if said and "{" not in said:
        yield f"\n{said}\n"
    yield from _table(texts.get("data", {}), texts.get("data_description", {}))
    menu = texts.get("menu_options", {})
    yield from _table(menu, texts.get("menu_option_descriptions", {}))
    for section in texts.get("sections", {}).values():
        yield f"\n**{section['name']}**"
        yield f": {section['description']}\n" if section.get("description") else "\n"
        yield from _table(section.get("data", {}), section.get("data_description", {}))


def _table(names: Mapping[str, str], said: Mapping[str, str]) -> Iterator[str]:
    if names:
        yield "\n| setting | |\n|---|---|\n"
    for key, name in names.items():
        yield f"| {_cell(name)} | {_cell(said.get(key, ''))} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()


PAGES = {"actions.md": actions_page, "commands.md": commands_page, "settings.md": settings_page}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), "utf-8")
        print(DOCS.relative_to(REPOSITORY) / name)


if __name__ == "__main__":
    main()

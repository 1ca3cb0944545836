"""The command that tells of all commands."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import ClassVar, override

from ..model.replies import PREFIX, Caller, Cell, Reply, Table, Text
from .command import Command, Parts, param, parameters, usage
from .parsing import find

_ALL = "all"

THEMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("topics", ("topics", "subscribe", "unsubscribe", "publish", "qos", "alias", "aliases", "rmalias")),
    ("history", ("history", "chart", "export", "dbstats", "purge", "clear")),
    ("alerts", ("alert", "alerts", "rule", "rmalert", "try", "ack", "snooze", "why")),
    ("telling", ("priority", "display", "pause", "resume", "mute", "unmute", "quiet", "dnd")),
    ("bridges", ("bridge", "bridges", "rmbridge")),
    ("devices", ("devices", "set", "follow", "unfollow", "discovery", "preset", "presets")),
    ("bot", ("status", "config", "contacts", "reconnect", "help")),
)
"""For each the part after `common.theme_` and its commands; asked for by number."""


@dataclass(frozen=True, kw_only=True)
class Help(Command):
    """Lists the commands by what they are about, or explains one."""

    node: ClassVar[str] = "help"
    aliases: ClassVar[tuple[str, ...]] = ("?",)

    command: str = param("Command to explain, number of a group of commands, or all.", default="")

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        allowed = [command for command in parts.commands if command.role <= caller.role]
        word = self.command
        if not word:
            return _themes(parts, allowed)
        if word.casefold() == _ALL:
            nodes = tuple(command.node for command in allowed)
            return _commands(Text("help", {"name": parts.name}), nodes, allowed)
        if word in (numbers := [str(number) for number, _ in enumerate(THEMES, 1)]):
            name, nodes = THEMES[numbers.index(word)]
            return _commands(Text("help_theme", {"theme": Text(f"theme_{name}")}), nodes, allowed)
        return _explain(find(word, parts.commands))


def _themes(parts: Parts, allowed: Collection[type[Command]]) -> Table:
    """Tell what there is, a line for each theme."""
    may = {command.node for command in allowed}
    return Table(
        title=Text("help", {"name": parts.name}),
        columns=("column_what", "column_value"),
        rows=tuple(
            (Text("theme", {"number": str(number), "theme": Text(f"theme_{name}")}), words)
            for number, (name, nodes) in enumerate(THEMES, 1)
            if (words := ", ".join(node for node in nodes if node in may))
        ),
        facts=_facts(allowed),
        note=Text(
            "help_note",
            {"theme": f"{PREFIX} help 1", "example": f"{PREFIX} help topics", "all": f"{PREFIX} help all"},
        ),
    )


def _commands(title: Text, nodes: Collection[str], allowed: Iterable[type[Command]]) -> Table:
    """Tell of those that are allowed how each is typed, and what it does."""
    commands = [command for command in allowed if command.node in nodes]
    return Table(
        title=title,
        columns=("column_usage", "column_what"),
        rows=tuple((usage(command), _description(command)) for command in commands),
        empty=Text("help_role"),
        facts=_facts(commands),
        note=Text("help_command_example", {"example": f"{PREFIX} help {commands[0].node}"})
        if commands
        else None,
    )


def _facts(commands: Iterable[type[Command]]) -> tuple[dict[str, object], ...]:
    return tuple({"command": command.node, "usage": usage(command)} for command in commands)


def _description(command: type[Command]) -> Text:
    return Text(f"services.{command.node}.description")


def _explain(command: type[Command]) -> Table:
    """Explain one command: how it is typed, what it does, what each word means."""
    path = f"services.{command.node}"
    shown = [parameter for parameter in parameters(command) if not parameter.aside]
    notes: dict[str, Cell] = {
        "aliases": ", ".join(command.aliases),
        "role": Text(f"role_{command.role.word}"),
    }
    return Table(
        title=Text("help_command", {"usage": usage(command), "description": _description(command)}),
        columns=("column_parameter", "column_what"),
        rows=tuple(
            (parameter.name, Text(f"{path}.fields.{parameter.name}.description")) for parameter in shown
        ),
        facts=tuple({"parameter": parameter.name, "required": parameter.required} for parameter in shown),
        note=Text("help_command_note_aliases" if command.aliases else "help_command_note", notes),
    )

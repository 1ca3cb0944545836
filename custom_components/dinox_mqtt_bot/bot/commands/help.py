"""The command that tells of all commands."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import ClassVar, override

from ..model.replies import BotError, Caller, Cell, FieldName, Reply, Table, Text, Typed
from ..text.tongue import meant, words
from ..text.words import MAX_QUOTED
from .command import Command, Parts, Things, param, parameters, usage
from .examples import examples
from .parsing import find, unaddressed

_MOST_WORDS = 3
THEMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("topics", ("topics", "subscribe", "unsubscribe", "publish", "qos", "alias", "aliases", "rmalias")),
    ("history", ("history", "chart", "count", "export", "dbstats", "purge", "clear")),
    (
        "alerts",
        ("alert", "alerts", "rule", "rmalert", "try", "suggest", "once", "waiting", "ack", "snooze", "why"),
    ),
    (
        "telling",
        ("priority", "display", "board", "pause", "resume", "mute", "unmute", "quiet", "dnd", "remind"),
    ),
    ("bridges", ("bridge", "bridges", "rmbridge")),
    ("devices", ("devices", "value", "set", "later", "follow", "unfollow", "discovery")),
    ("presets", ("preset", "presets")),
    ("bot", ("status", "config", "contacts", "reconnect", "undo", "help")),
)
"""For each the part after `common.theme_` and its commands; asked for by a word for it, or by number."""


def _short(said: str) -> None:
    """Raise BotError `too_many_words` for what is too long to be about a command."""
    spoken = said.split()
    if len(spoken) > _MOST_WORDS:
        raise BotError("too_many_words", word=spoken[1][:MAX_QUOTED], usage=usage(Help))


@dataclass(frozen=True, kw_only=True)
class Help(Command):
    """Shows what can be typed: some examples, the commands of a group, or how one of them is used."""

    node: ClassVar[str] = "help"
    aliases: ClassVar[tuple[str, ...]] = ("?",)

    command: str = param(
        "Command to explain, a group of commands, or all.",
        default="",
        greedy=True,
        check=_short,
        of=Things.COMMANDS,
    )

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        allowed = [command for command in parts.commands if command.role <= caller.role]
        if not self.command:
            return await _first(parts, allowed, caller)
        if self.command.casefold() in words("all"):
            nodes = tuple(command.node for command in allowed)
            return _commands(Text("help", {"name": parts.name}), nodes, allowed)
        if theme := _theme(self.command):
            return _commands(Text("help_theme", {"theme": Text(f"theme_{theme[0]}")}), theme[1], allowed)
        return _explain(find(unaddressed(self.command), parts.commands))


def _theme(word: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the group of commands that is asked for."""
    name = meant("theme", word)
    return next((each for at, each in enumerate(THEMES, 1) if name == each[0] or word == str(at)), None)


async def _first(parts: Parts, allowed: Collection[type[Command]], caller: Caller) -> Table:
    """Tell of a few lines that can be typed here, and where there is more."""
    may = {command.node for command in allowed}
    groups = tuple(Typed("help", last=f"theme_{name}") for name, nodes in THEMES if may.intersection(nodes))
    return Table(
        title=Text("help_first", {"name": parts.name}),
        columns=("column_usage", "column_what"),
        rows=await examples(parts, caller.role),
        facts=_facts(allowed),
        note=Text("help_groups", {"all": Typed("help", last="all"), "groups": groups}),
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
        note=Text("help_command_example", {"example": Typed("help", commands[0].node)}) if commands else None,
    )


def _facts(commands: Iterable[type[Command]]) -> tuple[dict[str, object], ...]:
    return tuple({"command": command.node, "usage": str(usage(command))} for command in commands)


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
            (FieldName(command.node, parameter.name), Text(f"{path}.fields.{parameter.name}.description"))
            for parameter in shown
        ),
        facts=tuple({"parameter": parameter.name, "required": parameter.required} for parameter in shown),
        note=Text("help_command_note_aliases" if command.aliases else "help_command_note", notes),
    )

"""Commands about how the messages of a topic appear, and how much they matter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, override

from ..model.replies import Caller, Cell, Reply, Table, Text, Typed
from ..model.rules import Display as Shown, Priority as Matter, Role
from ..rendering.readings import render_line
from .command import Command, Parts, Things, param
from .examples import own_filter
from .messages import Pause
from .topics import own_subscription, subscription_facts, told_as


@dataclass(frozen=True, kw_only=True)
class Priority(Command):
    """Shows or sets how much the messages of a topic matter."""

    node: ClassVar[str] = "priority"
    aliases: ClassVar[tuple[str, ...]] = ("prio",)
    role: ClassVar[Role] = Role.ADMIN

    filter: str = param(
        "Topic filter as it was subscribed, or its alias.",
        default="",
        named=True,
        of=Things.SUBSCRIPTIONS,
    )
    priority: Matter | None = param("silent, normal, alert or critical.", default=None)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if not self.filter:
            return _table(parts, "priority_title", "column_priority")
        known = await (told_as if self.priority is None else own_subscription)(parts, self.filter)
        if self.priority is not None and self.priority is not known.priority:
            known = replace(known, priority=self.priority)
            await parts.ports.rules.put_subscription(known)
            return Text(
                "priority_set",
                _cells(known.filter, "priority", known.priority.word),
                subscription_facts(known),
            )
        return Text(
            "priority", _cells(known.filter, "priority", known.priority.word), subscription_facts(known)
        )


@dataclass(frozen=True, kw_only=True)
class Display(Command):
    """Shows or sets how the messages of a topic appear in the chat."""

    node: ClassVar[str] = "display"
    role: ClassVar[Role] = Role.ADMIN

    filter: str = param(
        "Topic filter as it was subscribed, or its alias.",
        default="",
        named=True,
        of=Things.SUBSCRIPTIONS,
    )
    display: Shown | None = param("each, digest, board, changes or silent.", default=None)

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        if not self.filter:
            return _table(parts, "display_title", "column_display")
        known = await (told_as if self.display is None else own_subscription)(parts, self.filter)
        if self.display is not None and self.display is not known.display:
            known = replace(known, display=self.display)
            await parts.ports.rules.put_subscription(known)
            return Text(
                "display_set", _cells(known.filter, "display", known.display.value), subscription_facts(known)
            )
        return Text(
            "display", _cells(known.filter, "display", known.display.value), subscription_facts(known)
        )


@dataclass(frozen=True, kw_only=True)
class Board(Command):
    """Shows the board: the values of all topics that are shown on it."""

    node: ClassVar[str] = "board"

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        readings = [each.reading for each in parts.conversation.board.places]
        phrases = parts.outgoing.speech(caller.who, caller.language)
        values = [render_line(each, phrases) for each in readings]
        areas = [each.origin.area if each.origin else "" for each in readings]
        return Table(
            title=Text("board_now"),
            columns=("column_area", "column_value"),
            rows=tuple(zip(areas, values, strict=True)),
            empty=Text("board_none", {"example": Typed("display", f"{own_filter(parts)} board")}),
            facts=tuple(
                {"topic": each.message.topic, "area": area, "value": each.text, "unit": each.unit}
                for each, area in zip(readings, areas, strict=True)
            ),
        )


def ways_out(topic_filter: str, languages: Iterable[Mapping[str, str]]) -> dict[str, Command]:
    """Return what ends a flood of a filter, by the words that were offered for it, and in English."""
    if not topic_filter:
        return {}
    displays = {"digest": Shown.DIGEST, "silent": Shown.SILENT, "board": Shown.BOARD}
    ways: dict[str, Command] = {
        word: Display(filter=topic_filter, display=display) for word, display in displays.items()
    }
    ways["only_alerts"] = Pause()
    english = {word.replace("_", " "): command for word, command in ways.items()}
    return english | {words[word]: command for words in languages for word, command in ways.items()}


def _cells(topic_filter: str, kind: str, word: str) -> dict[str, Cell]:
    return {"filter": topic_filter, kind: Text(f"{kind}_{word}")}


def _table(parts: Parts, title: str, column: str) -> Table:
    """List every subscription with its priority or its display."""
    kind = column.removeprefix("column_")
    ordered = list(parts.subscriptions)
    words = [each.priority.word if kind == "priority" else each.display.value for each in ordered]
    return Table(
        title=Text(title),
        columns=("column_name", column),
        rows=tuple((each.filter, Text(f"{kind}_{word}")) for each, word in zip(ordered, words, strict=True)),
        empty=Text("topics_empty", {"example": Typed("subscribe", "home/#")}),
        facts=tuple(subscription_facts(each) for each in ordered),
    )

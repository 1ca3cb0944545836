"""Commands as values: one list, one validation, one door."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, override

from fakes import World
from phrases import load
import pytest

from bot.commands.catalogue import COMMANDS
from bot.commands.command import CONFIRM, Command, bind, param, parameters, usage
from bot.commands.history import History
from bot.commands.messages import Publish
from bot.commands.system import Reconnect, Status
from bot.commands.topics import Qos, Subscribe
from bot.model.message import QoS
from bot.model.replies import BotError, Caller, Reply, Surface, Text
from bot.model.rules import Display, Priority, Role


class Color(StrEnum):
    RED = "red"


@dataclass(frozen=True, kw_only=True)
class Paint(Command):
    """Paints everything."""

    node: ClassVar[str] = "paint"

    color: Color = param("Which color.")
    priority: Priority = param("How loud.", default=Priority.NORMAL)
    width: int = param("How wide.", default=1, minimum=1, maximum=9)
    wet: bool = param("Whether it drips.", default=False)

    @override
    async def run(self, bot: object, caller: Caller) -> Reply:
        return Text("on")


def test_commands_have_words_of_their_own() -> None:
    words = [word for command in COMMANDS for word in (command.node, *command.aliases)]
    assert len(COMMANDS) > 20
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.node)
def test_help_is_what_the_translations_say(command: type[Command]) -> None:
    english = load("en")
    path = f"services.{command.node}"
    assert english[f"{path}.description"] == command.__doc__
    for parameter in parameters(command):
        assert english[f"{path}.fields.{parameter.name}.description"] == parameter.summary


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.node)
def test_only_the_last_typed_parameter_is_greedy(command: type[Command]) -> None:
    required = [parameter.required for parameter in parameters(command)]
    assert required == sorted(required, reverse=True)
    assert sum(parameter.greedy for parameter in parameters(command)) <= 1


def test_shows_how_to_type_a_command() -> None:
    assert str(usage(Publish)) == "/mqtt publish [--qos 0|1|2] [--retain] <topic> <payload…>"
    assert str(usage(Subscribe)) == "/mqtt subscribe <filter> [0|1|2]"
    assert str(usage(History)) == "/mqtt history [topic] [range…]"
    assert str(usage(Status)) == "/mqtt status"


def test_describes_its_parameters() -> None:
    color, priority, width, wet = parameters(Paint)
    assert (color.kind, color.required, color.choices) == (Color, True, ("red",))
    assert (priority.kind, priority.default, priority.required) == (Priority, Priority.NORMAL, False)
    assert (width.minimum, width.maximum, width.choices) == (1, 9, ())
    assert wet.kind is bool
    assert parameters(Qos)[1].kind is QoS


def test_values_of_every_surface_bind_to_the_same_command() -> None:
    chat = bind(Publish, {"topic": "t", "payload": "on", "qos": "2", "retain": "yes"})
    form = bind(Publish, {"topic": " t ", "payload": "on", "qos": "exactly_once", "retain": "1"})
    action = bind(Publish, {"topic": "t", "payload": "on", "qos": QoS.EXACTLY_ONCE, "retain": True})
    assert chat == form == action == Publish(topic="t", payload="on", qos=QoS.EXACTLY_ONCE, retain=True)


def test_what_is_left_out_gets_its_default() -> None:
    painted = bind(Paint, {"color": "RED", "priority": None, "width": "", "wet": "off"})
    assert painted == Paint(color=Color.RED, priority=Priority.NORMAL, width=1, wet=False)


def test_a_payload_is_not_touched() -> None:
    assert bind(Publish, {"topic": "t", "payload": " \n"}).payload == " \n"
    assert bind(Publish, {"topic": "t", "payload": ""}).payload == ""
    assert bind(Publish, {"topic": "t", "payload": 21.5}).payload == "21.5"


def test_a_number_may_come_from_a_form() -> None:
    assert bind(Paint, {"color": Color.RED, "width": 3.0, "priority": "critical"}).width == 3


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ({}, "missing_parameter"),
        ({"color": "blue"}, "invalid_choice"),
        ({"color": "red", "width": "10"}, "invalid_number"),
        ({"color": "red", "width": "nan"}, "invalid_number"),
        ({"color": "red", "priority": "loud"}, "invalid_choice"),
        ({"color": "red", "wet": "damp"}, "invalid_choice"),
        ({"color": "red", "smell": "x"}, "unknown_parameter"),
    ],
)
def test_refuses_what_does_not_fit(raw: dict[str, object], key: str) -> None:
    with pytest.raises(BotError) as caught:
        bind(Paint, raw)
    assert caught.value.key == key
    assert caught.value.placeholders["usage"].startswith("/mqtt paint ")


def test_quotes_only_the_beginning_of_a_long_value() -> None:
    with pytest.raises(BotError) as caught:
        bind(Paint, {"color": "x" * 1000})
    assert caught.value.placeholders["value"] == "x" * 60 + "…"


async def test_a_role_below_is_refused() -> None:
    with pytest.raises(BotError) as caught:
        await World().bot.execute(Reconnect(), Caller(Surface.ACTION, "somebody", Role.VIEWER))
    assert caught.value.key == "not_allowed"
    assert caught.value.placeholders == {"command": "/mqtt reconnect", "role": "operator"}


@pytest.mark.parametrize(
    ("node", "role"),
    [
        ("status", Role.VIEWER),
        ("topics", Role.VIEWER),
        ("history", Role.VIEWER),
        ("aliases", Role.VIEWER),
        ("config", Role.VIEWER),
        ("help", Role.VIEWER),
        ("publish", Role.OPERATOR),
        ("pause", Role.OPERATOR),
        ("resume", Role.OPERATOR),
        ("reconnect", Role.OPERATOR),
        ("subscribe", Role.ADMIN),
        ("unsubscribe", Role.ADMIN),
        ("alias", Role.ADMIN),
        ("rmalias", Role.ADMIN),
        ("qos", Role.ADMIN),
    ],
)
def test_who_may_do_what(node: str, role: Role) -> None:
    assert {command.node: command.role for command in COMMANDS}[node] is role


def test_what_is_destructive_can_be_confirmed_at_once() -> None:
    destructive = {command for command in COMMANDS if command.destructive}
    confirmed = {
        command
        for command in COMMANDS
        if any(parameter.name == CONFIRM and parameter.kind is bool for parameter in parameters(command))
    }
    assert "clear" in {command.node for command in destructive}
    assert confirmed == destructive


def test_a_display_is_chosen_by_its_word() -> None:
    assert [display.value for display in Display] == ["each", "digest", "board", "changes", "silent"]

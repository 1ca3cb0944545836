"""What in a chat is meant for the bot."""

import pytest

from bot.commands.catalogue import COMMANDS
from bot.dialogue.hearing import CommandReader
from bot.discovery.devices import Devices
from bot.reading.names import Names


async def _nothing_new() -> None:
    """Bring no names: there are none."""


def ear(*, bare: bool = True) -> CommandReader:
    return CommandReader(COMMANDS, Names(Devices(), lambda topic: ()), _nothing_new, bare=bare)


@pytest.mark.parametrize(
    "text", ["/mqtt", "/mqtt nonsense", "status", "Status", "sub home/#", "hist home/x 3"]
)
def test_hears_commands(text: str) -> None:
    assert ear().command(text, {"living room"}) is not None


@pytest.mark.parametrize(
    "text", ["", " ", "good morning", "status please", "history my old garden", "publish", "sub b c"]
)
def test_takes_prose_for_prose(text: str) -> None:
    assert ear().command(text, set()) is None


def test_in_the_users_own_chat_only_the_prefix_counts() -> None:
    assert ear(bare=False).command("/mqtt status", set()) is not None
    assert ear(bare=False).command("status", set()) is None


@pytest.mark.parametrize(
    ("text", "bare", "meant"),
    [
        (" hello ", True, "hello"),
        ("/mqtt hello", True, "hello"),
        ("hello", False, ""),
        ("/MQTT hello", False, "hello"),
    ],
)
def test_knows_what_is_said_to_it(text: str, bare: bool, meant: str) -> None:
    assert ear(bare=bare).meant_for(text) == meant

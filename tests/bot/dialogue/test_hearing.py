"""What in a chat is meant for the bot."""

from fakes import ME, NOON
from phrases import RealPhrases
import pytest

from bot.commands.catalogue import COMMANDS
from bot.dialogue.hearing import HINT_EVERY, CommandReader


def ear(*, bare: bool = True) -> CommandReader:
    return CommandReader(RealPhrases(), COMMANDS, bare=bare)


@pytest.mark.parametrize(
    "text", ["/mqtt", "/mqtt nonsense", "status", "Status", "sub home/#", "hist living room 3"]
)
def test_hears_commands(text: str) -> None:
    assert ear().command(text, {"living room"}) is not None


@pytest.mark.parametrize(
    "text", ["", " ", "good morning", "status please", "history of the world", "publish", "sub a b"]
)
def test_takes_prose_for_prose(text: str) -> None:
    assert ear().command(text, set()) is None


def test_in_the_users_own_chat_only_the_prefix_counts() -> None:
    assert ear(bare=False).command("/mqtt status", set()) is not None
    assert ear(bare=False).command("status", set()) is None


def test_hints_seldom() -> None:
    hearing = ear()
    assert "/mqtt help" in hearing.hint(ME, NOON)
    assert hearing.hint(ME, NOON + HINT_EVERY - 1) == ""
    assert hearing.hint("you@example.org", NOON) != ""
    assert hearing.hint(ME, NOON + HINT_EVERY) != ""


def test_in_the_users_own_chat_there_is_no_hint() -> None:
    assert ear(bare=False).hint(ME, NOON) == ""

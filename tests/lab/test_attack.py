"""The attack can fail: a defect that was planted on purpose is found, told and kept."""

from functools import partial
from pathlib import Path
import shlex
from typing import Any

import pytest

from lab.attack import __main__ as attack
from lab.attack.child import work
from lab.attack.trial import Options, read_current

BOT = "from custom_components.dinox_mqtt_bot.bot"
MESSAGE = f"""
{BOT}.bot import Bot
receive = Bot.receive
seen = []
def planted(self, message):
    receive(self, message)
    seen.append(message.topic)
    if len(seen) == 620:
        DEFECT
Bot.receive = planted
"""
ROLES = f"""
{BOT}.commands.catalogue import COMMANDS
{BOT}.model.rules import Role
for command in COMMANDS:
    command.role = min(command.role, Role.MOST)
"""
STANZA = """
from custom_components.dinox_mqtt_bot.xmpp.gate import Gate
from custom_components.dinox_mqtt_bot.xmpp.hearing import Hearing
receive = Hearing.receive
seen = []
def planted(self, xmpp, message):
    receive(self, xmpp, message)
    seen.append(message)
    if len(seen) in (200, 210):
        DEFECT
Hearing.receive = planted
"""


def planted(code: str, name: str, options: Options, directory: Path, sender: Any) -> None:
    """Run a part with a defect in the bot."""
    exec(code, {})  # noqa: S102  # it is above
    work(name, options, directory, sender)


def plant(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Have the parts run with this in them."""
    monkeypatch.setattr(attack, "WORK", partial(planted, code))


async def attacked(directory: Path, *words: str) -> int:
    return await attack.run(attack.read_arguments(["--short", *words]), directory)


@pytest.mark.parametrize(
    ("part", "code", "found"),
    [
        ("payloads", MESSAGE.replace("DEFECT", "raise ValueError('planted')"), "ValueError at <string>"),
        ("payloads", MESSAGE.replace("DEFECT", "sum(range(20_000_000))"), "a turn of the event loop took"),
        ("payloads", MESSAGE.replace("DEFECT", "seen.append(b'x' * 90_000_000)"), "MB more memory"),
        ("lines", ROLES.replace("MOST", "VIEWER"), "a viewer changed"),
        ("lines", ROLES.replace("MOST", "OPERATOR"), "an operator changed"),
        ("stanzas", STANZA.replace("DEFECT", "xmpp.abort()"), "the stream ended"),
    ],
    ids=["exception", "hold", "memory", "viewer", "operator", "stream"],
)
async def test_a_defect_is_found(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    part: str,
    code: str,
    found: str,
) -> None:
    plant(monkeypatch, code)
    assert (
        await attacked(tmp_path, "--only", part, "--payloads", "200", "--lines", "600", "--stanzas", "300")
        == 1
    )
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("BREACH")]
    (line,) = [line for line in told if found in line][:1]
    # The file has what did it, and the command does it again.
    assert Path(line.partition("; input: ")[2].partition("; again: ")[0]).read_bytes()
    arguments = attack.read_arguments(shlex.split(line.partition("; again: scripts/attack ")[2]))
    assert arguments.only == [part]


async def test_a_part_that_hangs_is_ended_and_what_it_tried_is_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    plant(monkeypatch, MESSAGE.replace("DEFECT", "\n        while True: pass"))
    monkeypatch.setattr(attack, "limit", lambda name, options: 15.0)
    assert await attacked(tmp_path, "--only", "payloads", "--payloads", "200") == 1
    assert "it did not end within 15 s" in capsys.readouterr().err
    assert read_current(tmp_path, "payloads")

"""The attack can fail: a defect that was planted on purpose is found, told and kept."""

import gc
import os
from pathlib import Path
import subprocess
import sys

import pytest

from lab.attack.thread_server import ThreadServer
from lab.attack.trial import read_current

ROOT = Path(__file__).parents[2]

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
VOICE = """
from custom_components.dinox_mqtt_bot.hass import targets
targets.HTML = targets.EITHER = targets.MARKDOWN = targets.PLAIN
"""
TEMPLATE = """
from custom_components.dinox_mqtt_bot.hass.templates import SandboxedTemplates
render, seen = SandboxedTemplates.render, []
def planted(self, template, text, json):
    seen.append(template)
    if len(seen) == 100:
        sum(range(20_000_000))
    return render(self, template, text, json)
SandboxedTemplates.render = planted
"""
DISK = """
from custom_components.dinox_mqtt_bot.store.lookout import Lookout
Lookout._say_overdue = lambda self: None
"""
GATE = """
from custom_components.dinox_mqtt_bot.xmpp.gate import Gate
admits = Gate.admits
def planted(self, opening):
    seen = self.__dict__.setdefault("seen", [])
    seen.append(opening.get("id"))
    any(each in ("a", "b", "c") for each in seen * 20)
    return admits(self, opening)
Gate.admits = planted
"""


def attacked(
    code: str, directory: Path, *words: str, seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Attack a bot with this defect."""
    return subprocess.run(
        [
            *(sys.executable, "tests/lab/planted.py", code, str(seconds)),
            *("--short", "--directory", str(directory), *words),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'scripts'}{os.pathsep}{ROOT}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize(
    ("part", "code", "found"),
    [
        ("payloads", MESSAGE.replace("DEFECT", "raise ValueError('planted')"), "ValueError at <string>"),
        ("payloads", MESSAGE.replace("DEFECT", "sum(range(20_000_000))"), "a turn of the event loop took"),
        ("payloads", MESSAGE.replace("DEFECT", "seen.append(b'x' * 90_000_000)"), "MB more memory"),
        ("lines", ROLES.replace("MOST", "VIEWER"), "a viewer changed"),
        ("lines", ROLES.replace("MOST", "OPERATOR"), "an operator changed"),
        ("stanzas", STANZA.replace("DEFECT", "xmpp.abort()"), "the stream ended"),
        ("voices", VOICE, "a payload acts in a message to"),
        ("templates", TEMPLATE, "a turn of the event loop took"),
        ("disk", DISK, "was not told"),
        ("floods", GATE, "times the work of the first"),
    ],
    ids=[
        *("exception", "hold", "memory", "viewer", "operator", "stream"),
        *("voice", "template", "disk", "flood"),
    ],
)
def test_a_defect_is_found(tmp_path: Path, part: str, code: str, found: str) -> None:
    # Of so few lines not those of every seed meet what a role may not.
    for seed in "12345" if part == "lines" else "1":
        few = ("--seed", seed, "--payloads", "200", "--lines", "900", "--stanzas", "300")
        done = attacked(code, tmp_path, "--only", part, *few)
        if done.returncode:
            break
    assert done.returncode == 1, done.stdout + done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("BREACH") and found in line]
    assert told, done.stderr
    # The file has what did it, and the command does it again.
    saved, _, again = told[0].partition("; input: ")[2].partition("; again: ")
    assert Path(saved).read_bytes()
    assert again.startswith(f"scripts/attack --only {part} --seed {seed} ")


def test_a_part_that_hangs_is_ended_and_what_it_tried_is_kept(tmp_path: Path) -> None:
    hangs = MESSAGE.replace("DEFECT", "while True: pass")
    done = attacked(hangs, tmp_path, "--only", "payloads", "--payloads", "200", seconds=20)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BREACH payloads: it did not end within 20 s; input: " in done.stderr
    assert read_current(tmp_path, "payloads")


@pytest.mark.parametrize(("error", "told"), [(BrokenPipeError, []), (ValueError, ["ERROR"])])
def test_a_connection_that_an_attacker_lost_is_no_fault_of_the_bot(
    error: type[Exception], told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    loop = ThreadServer("attacker").loop
    lost = loop.create_future()
    lost.set_exception(error())
    # Nobody asks for it, and this thread sweeps it up: what is logged here counts as the bot's.
    del lost
    gc.collect()
    loop.close()
    assert [record.levelname for record in caplog.records if record.exc_info] == told

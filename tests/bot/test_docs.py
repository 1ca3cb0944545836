"""Every line that the documentation has somebody type works as it is written."""

from collections.abc import Iterator
import re

from demonstration import ROOT, documented
from fakes import ME
from homes import say
from phrases import load
import pytest

from bot.commands.catalogue import COMMANDS
from bot.commands.command import by_word, spelled
from bot.model.utterance import Utterance

GENERATED = {"actions.md", "commands.md", "settings.md"}
"""Written by `scripts/document`: how something is typed, and no example."""

NO_EXAMPLES = {("bridges.md", "qos 1"), ("devices.md", "/mqtt set")}
"""A word that stands behind `bridge`, and the name of a command."""

REPLIES = {"history 24h", "mute 2h", "alias Icebox", "alert > -15"}
"""What is a reply to a message."""

_FORM = re.compile(r"<[a-z]|\[|…")
"""What stands for something else."""


def examples() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield pages with the lines that are typed there one after the other."""
    known = by_word(COMMANDS)
    for page in sorted((ROOT / "docs").glob("*.md")):
        if page.name in GENERATED:
            continue
        text = page.read_text("utf-8")
        for block in re.findall(r"```text\n(.*?)```", text, re.DOTALL):
            lines = [re.sub(r"\s{3,}.*", "", line).strip() for line in block.splitlines()]
            typed = (line for line in lines if line.startswith("/mqtt ") and not _FORM.search(line))
            yield page.name, tuple(typed)
        for line in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
            word, *rest = line.removeprefix("/mqtt ").split() or [""]
            if spelled(word) in known and (rest or line.startswith("/mqtt ")) and not _FORM.search(line):
                yield page.name, (line,)


EXAMPLES = sorted(
    {(page, lines) for page, lines in examples() if lines and (page, lines[0]) not in NO_EXAMPLES}
)


FAULTS = [
    re.split(r"\{\w+\}", text)
    for key, text in load().items()
    if (key.startswith("exceptions.") and key.endswith(".message")) or key == "common.not_understood"
]


def _is(said: str, parts: list[str]) -> bool:
    """Say whether a text is made of these parts, whatever stands between them."""
    if not (said.startswith(parts[0]) and said.endswith(parts[-1])):
        return False
    at = 0
    for part in parts:
        at = said.find(part, at) + len(part)
        if at < len(part):
            return False
    return True


def test_the_pages_have_many() -> None:
    assert len(EXAMPLES) > 80
    assert len({page for page, _ in EXAMPLES}) > 12


@pytest.mark.parametrize(("page", "lines"), EXAMPLES)
async def test_an_example_works(page: str, lines: tuple[str, ...]) -> None:
    world = documented()
    if lines[0].startswith("unfollow"):
        await say(world, "follow Kitchen")
    about = ""
    if lines[0] in REPLIES:
        world.receive("home/freezer/temperature", "-16.2")
        world.wait(400)
        told = [notice for notice in world.outbox.notices if "Freezer" in notice.text]
        about = told[-1].id
    for line in lines:
        before = len(world.outbox.notices)
        await world.bot.hear(Utterance(ME, line, "m", world.clock.time, reply_to=about))
        await world.settle()
        answer = "\n".join(notice.text for notice in world.outbox.notices[before:])
        if "yes or no" in answer or "Answer yes" in answer:
            answer = await say(world, "yes")
        faults = [parts for parts in FAULTS if _is(answer, parts)]
        assert (answer != "", faults) == (True, []), answer

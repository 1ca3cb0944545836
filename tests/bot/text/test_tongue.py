"""The words of all languages, from their files."""

import json
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

from bot.commands.catalogue import COMMANDS
from bot.commands.help import THEMES
from bot.model.rules import Display, Priority
from bot.text.tongue import FOLDER, LANGUAGES, lead, meant, phrases, plainly, read_words, skip, words

TESTS = Path(__file__).parents[1]
KINDS = ("command", "choice", "theme", "unit", "number", "weekday", "month", "day", "part", "whole")


def test_each_language_has_words() -> None:
    assert {"en", "de"} <= set(LANGUAGES)
    assert all(len(each) > 100 for each in LANGUAGES.values())


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_command_group_and_choice_has_a_word(language: str) -> None:
    keys = {f"command_{command.node}" for command in COMMANDS} | {"command_more"}
    keys |= {f"theme_{name}" for name, _ in THEMES}
    keys |= {f"choice_{each.word}" for each in Priority} | {f"choice_{each.value}" for each in Display}
    assert keys - LANGUAGES[language].keys() == set()
    assert all(all(said) for said in LANGUAGES[language].values())


def test_the_english_word_comes_first_as_the_command_is_called() -> None:
    said = {command.node: LANGUAGES["en"][f"command_{command.node}"] for command in COMMANDS}
    assert {node: words[0] for node, words in said.items()} == {node: node for node in said}
    for command in COMMANDS:
        assert {*command.aliases} - {"?", "device"} <= set(LANGUAGES["en"][f"command_{command.node}"]), (
            command
        )


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_means_two_things(kind: str) -> None:
    found: dict[str, set[str]] = {}
    for language in LANGUAGES.values():
        for key, said in language.items():
            if key.startswith(f"{kind}_"):
                for word in said:
                    found.setdefault(plainly(word), set()).add(key)
    assert len(found) > 1
    assert {word: keys for word, keys in found.items() if len(keys) > 1} == {}


def test_words_are_read_however_they_are_written() -> None:
    assert plainly("Größe ÉTÉ don’t") == "groesse ete don't"
    assert meant("command", "GERAETE") == meant("command", "Geräte") == "devices"
    assert meant("command", "nonsense") == ""
    assert lead("day", ["day", "after", "tomorrow", "x"]) == ("2", 3)
    assert lead("day", ["x"]) == ("", 0)
    assert skip("time_until", ["bis", "zum", "x"]) == 2
    assert skip("time_until", ["x"], 0) == 0
    assert {"für", "fuer"} <= words("rule_for")
    assert phrases("no_such_kind") == {}
    assert read_words({"words_a": "x, y z", "b": "c"}) == {"a": ("x", "y z")}


def test_a_third_language_needs_its_file_only(tmp_path: Path) -> None:
    """A made-up language, which is English with each word said backwards, is understood and written."""
    shutil.copytree(FOLDER.parent / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(FOLDER, tmp_path / "translations")
    tree = json.loads((FOLDER / "en.json").read_text("utf-8"))
    for key in ("words_command_history", "words_command_quiet", "words_command_more", "words_off"):
        tree["common"][key] = ", ".join(word[::-1] for word in tree["common"][key].split(", "))
    tree["common"] |= {"words_unit_3600": "sruoh", "words_number_2": "owt", "words_day_1": "worromot"}
    tree["common"] |= {"words_time_until": "litnu", "quiet_until": "TEIUQ {time}", "decimal_mark": ","}
    (tmp_path / "translations" / "xx.json").write_text(json.dumps(tree), "utf-8")
    script = (
        "import asyncio, sys\n"
        f"sys.path[:0] = [{str(tmp_path)!r}, {str(TESTS)!r}]\n"
        "import phrases\n"
        f"phrases.TRANSLATIONS = phrases.Path({str(tmp_path / 'translations')!r})\n"
        "from fakes import World\n"
        "from bot.model.rules import Subscription\n"
        "async def main():\n"
        "    world = World(Subscription('home/#'), language='xx')\n"
        "    for number in range(12):\n"
        "        world.receive('home/t', f'-{number}.5')\n"
        "    lines = 'teiuq owt sruoh', 'teiuq litnu worromot', 'teiuq on', 'yrotsih home/t', 'quiet 2h'\n"
        "    for line in lines:\n"
        "        print(repr(await world.ask(line)))\n"
        "asyncio.run(main())\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    two_hours, tomorrow, on, history, english = ran.stdout.splitlines()
    assert two_hours == english == "'TEIUQ 10:00'"
    assert tomorrow == "'TEIUQ tomorrow 07:00'"
    assert on.endswith("Switch it off with teiuq ffo'")
    assert "−11,5" in history
    assert history.endswith("Older ones: erom'")

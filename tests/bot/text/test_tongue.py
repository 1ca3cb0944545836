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
from bot.text.languages import FOLDER, LANGUAGES, read_words
from bot.text.tongue import lead, meant, phrases, plainly, skip, words

TESTS = Path(__file__).parents[1]
KINDS = (
    *("command", "choice", "theme", "unit", "number", "weekday", "month", "day", "part", "whole", "state"),
    *("order", "color", "white", "one", "level", "end", "share", "panel", "vacuum", "mower", "notable"),
)


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
    """Dutch, as far as it is written here, is understood and written in all that a home says and is told."""
    shutil.copytree(FOLDER.parent / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(FOLDER, tmp_path / "translations")
    tree = json.loads((FOLDER / "en.json").read_text("utf-8"))
    dutch = json.loads((Path(__file__).parent / "dutch.json").read_text("utf-8"))
    assert dutch.keys() <= tree["common"].keys()
    tree["common"] |= dutch
    (tmp_path / "translations" / "nl.json").write_text(json.dumps(tree), "utf-8")
    script = (
        "import asyncio, json, sys\n"
        f"sys.path[:0] = [{str(tmp_path)!r}, {str(TESTS)!r}]\n"
        "import phrases\n"
        f"phrases.TRANSLATIONS = phrases.Path({str(tmp_path / 'translations')!r})\n"
        "import dutch_home\n"
        "print(json.dumps(asyncio.run(dutch_home.live())))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    answers = json.loads(ran.stdout)
    wrong = {line: answers[line] for line, part in DUTCH.items() if part not in answers[line]}
    assert wrong == {}


# What is typed, and what has to stand in the answer; `!` is what is told unasked.
DUTCH = {
    "toestand": "last Keukenlamp: uit",
    "status": "last Keukenlamp: uit",
    "voordeur": "Voordeur dicht",
    "geschiedenis vriezer": "−18,5 °C",
    "geschiedenis voordeur sinds gisteren": "dicht",
    "stil twee uur": "STIL 10:00",
    "stil tot morgen": "STIL tomorrow 07:00",
    "stil uit": "Notifications make their sound again.",
    "alarm vriezer boven -15 kritiek": "critical when Vriezer is above −15",
    "alarm voordeur is open gedurende 10 minuten": "when Voordeur is open for 10 min",
    "keukenlamp aan": "Keukenlamp: aan",
    "keukenlamp rood": "rood",
    "keukenlamp helderheid 40": "40 %",
    "alle lampen uit": "Keukenlamp: uit",
    "doe de keukenlamp aan": "Keukenlamp: aan",
    "!value": "*Voordeur* open",
    "!alert": "🔴 *Vriezer > −15 °C*: −12,5 °C",
}

"""The files of the languages: `translations/<language>.json`.

The words that people type stand below `common` in keys that begin with `words_`, parted by commas, the one
that the bot writes first: `words_command_history: verlauf, chronik`. A further language needs its file and no
code.
"""

from collections.abc import Mapping
import json
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "translations"

_WORDS = "words_"


def read_words(texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the words of a language by their keys, out of what stands below its `common`."""
    return {
        key.removeprefix(_WORDS): tuple(word.strip() for word in text.split(","))
        for key, text in texts.items()
        if key.startswith(_WORDS)
    }


def _read(folder: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        file.stem: read_words(json.loads(file.read_text("utf-8")).get("common", {}))
        for file in sorted(folder.glob("*.json"))
    }


LANGUAGES = _read(FOLDER)
"""The words of each language by key."""

"""What a language is stands in its files: no word of one is in the code."""

import ast

from source import modules

from custom_components.dinox_mqtt_bot.bot.text.languages import LANGUAGES

ALIKE = {"grad", "mi", "ne", "position", "sek", "so", "tag", "j"}
"""Words of other languages that the code has for something else: units, keys, categories of signs."""


def test_no_word_of_a_language_stands_in_the_code() -> None:
    english = _words("en")
    foreign = set().union(*(_words(each) for each in LANGUAGES)) - english
    assert len(foreign) > 500
    found = {
        (path, node.value)
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for word in [node.value.strip().casefold()]
        if word in foreign - ALIKE
    }
    assert found == set()


def _words(language: str) -> set[str]:
    return {word.casefold() for said in LANGUAGES[language].values() for word in said}

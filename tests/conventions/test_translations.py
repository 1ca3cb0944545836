"""English and German say the same things, and everything the code asks for is there."""

import ast
from collections.abc import Iterator, Mapping
import json
import re

import pytest
from source import INTEGRATION, modules

from custom_components.dinox_mqtt_bot.bot.model.alert import Step
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.bot.rendering.replies import REASONS

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
LANGUAGES = ("en", "de")
REFUSALS = ("closes_connection", "invalid_filter", "no_shared", "no_wildcards", "unanswered")


def texts(tree: Mapping[str, object], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with its dotted path."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from texts(value, f"{path}{key}.")
        else:
            assert isinstance(value, str), f"{path}{key}"
            yield f"{path}{key}", value


def load(language: str) -> dict[str, str]:
    """Return the texts of one language by dotted path."""
    return dict(texts(json.loads((INTEGRATION / "translations" / f"{language}.json").read_text("utf-8"))))


TYPED_IN_ENGLISH = re.compile(
    r"(?<![\w/$.-])"
    r"(on|off|each|digest|silent|critical|for|every|clear|full|short|both|room|changes|stale|never|none|as|since|until)"
    r"(?![\w/-])"
)


def test_no_german_text_asks_for_english_words() -> None:
    spoken = {
        path: re.sub(r"\{[^{}]*\}|`[^`]*`", "", text)
        for path, text in load("de").items()
        if path.startswith(("common.", "exceptions.", "services.", "config.error.")) and ".words_" not in path
    }
    assert spoken
    assert {path: text for path, text in spoken.items() if TYPED_IN_ENGLISH.search(text)} == {}


def test_no_reason_of_the_machine_stands_in_an_error() -> None:
    """OpenSSL and the operating system speak English, and of files and numbers."""
    for language in LANGUAGES:
        told = {path for path, text in load(language).items() if "{detail}" in text and "import_" not in path}
        assert told == set()


def errors_raised() -> set[str]:
    """Return the keys that are raised: BotError("key"), translation_key="key" beside translation_domain."""
    keys = set()
    for tree in modules().values():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            named = {word.arg: word.value for word in node.keywords}
            first = node.args[0] if node.args else None
            if (
                isinstance(node.func, ast.Name)
                and node.func.id == "BotError"
                and isinstance(first, ast.Constant)
            ):
                keys.add(str(first.value))
            key = named.get("translation_key")
            if "translation_domain" in named and isinstance(key, ast.Constant):
                keys.add(str(key.value))
    return keys


def phrases_asked() -> set[str]:
    """Return the literal keys below `common.` that the code names."""
    found = set()
    for path in modules():
        text = (INTEGRATION / path).read_text("utf-8")
        found |= set(re.findall(r"[\"'](common\.[a-z0-9_]+)[\"']", text))
    return found


def test_the_texts_were_found() -> None:
    assert len(load("en")) > 150
    assert len(errors_raised()) > 10
    assert len(phrases_asked()) > 10


def test_both_languages_have_the_same_keys() -> None:
    assert set(load("en")) ^ set(load("de")) == set()


def test_both_languages_use_the_same_placeholders() -> None:
    german = load("de")
    different = {
        key
        for key, text in load("en").items()
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(german[key]))
    }
    assert different == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_follow_home_assistants_rules(language: str) -> None:
    for key, text in load(language).items():
        assert text == text.strip(), f"{key}: blanks at an end"
        assert text, f"{key}: empty"
        assert not re.search(r"</?[a-z]+[ >/]", text), f"{key}: HTML"
        assert "http://" not in text, f"{key}: address"
        assert "https://" not in text, f"{key}: address"
        assert not re.search(r"'\{[^}]*\}'", text), f"{key}: placeholder in single quotes"
        assert all(name.isidentifier() for name in PLACEHOLDER.findall(text)), f"{key}: placeholder"


def test_every_error_has_a_text() -> None:
    english = load("en")
    assert [key for key in sorted(errors_raised()) if f"exceptions.{key}.message" not in english] == []


def test_the_errors_that_are_nobodys_fault_are_raised_somewhere() -> None:
    (world,) = (
        {str(word.value) for word in ast.walk(node.value) if isinstance(word, ast.Constant)}
        for node in ast.walk(modules()["hass/callers.py"])
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "WORLD"
    )
    assert world - errors_raised() == set()


def test_every_phrase_has_a_text() -> None:
    english = load("en")
    assert [key for key in sorted(phrases_asked()) if key not in english] == []


def test_every_reason_the_code_gives_is_told_in_words() -> None:
    found = set(REFUSALS)
    for tree in modules().values():
        found |= {
            str(word.value.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "BotError"
            for word in node.keywords
            if word.arg == "reason" and isinstance(word.value, ast.Constant)
        }
    assert len(found) > 5
    assert found - REASONS == set()


def test_no_text_is_left_over() -> None:
    """A text of the bot that no code names any more is removed, not translated for ever."""
    code = "\n".join((INTEGRATION / path).read_text("utf-8") for path in modules())
    families = (
        "reason_",
        "state_",
        "media_",
        "phase_",
        "priority_",
        "display_",
        "role_",
        "usage_",
        "column_",
        "step_",
        "delivery_",
        "aspect_",
        "set_word_",
        "way_out_",
        "quiet_",
        "dnd_",
        "alert_acknowledged",
        "alert_snoozed",
        "alert_muted",
        "alert_flapping",
        "alert_no_",
        "alert_passed",
        "alert_still",
        "alert_unheard",
        "alert_why_",
        "confirm_unknown_",
        "import_kind_",
        "kind_",
        "range_",
        "import_why_",
        "moment_",
        "weekday_",
        "month_",
        "theme_",
        "away_",
        "back_",
        "look_",
        "import_taken",
        "import_changed",
        "import_skipped",
        "words_",
        "button_",
    )
    own = [key.removeprefix("common.") for key in load("en") if key.startswith("common.")]
    named = {key: key.removesuffix("_one") if key.removesuffix("_one") in own else key for key in own}
    left = [key for key in own if not key.startswith(families) and not re.search(rf"\b{named[key]}\b", code)]
    assert left == []


def test_every_step_of_an_alert_and_of_a_notice_has_a_text() -> None:
    english = load("en")
    states = [*Delivery, "held", "merged", "superseded", "retrying", "again"]
    wanted = [f"common.step_{step}" for step in Step] + [f"common.delivery_{state}" for state in states]
    assert [key for key in wanted if key not in english] == []

"""What people typed at the bot, and what kind of answer each line gets: none is left without one.

`talk_en.txt` and `talk_de.txt` have a kind and a line each. Lines of newcomers come first, then others.
"""

from pathlib import Path

from fakes import ME, World
from phrases import load
import pytest
import talk_home

from bot.model.utterance import Utterance

HOMES = {"en": talk_home.english, "de": talk_home.german}
KINDS = {"command", "value", "set", "question", "ask", "social", "help", "fault"}
"""`fault`: what is wrong with a line, with how to say it; `help`: two lines of this very home."""

_BETTER = {"command", "value", "question", "ask"}
"""What a line may become that only a fault was told of so far."""

_QUESTIONS = (
    "ask_yes",
    "ask_no",
    "ask_which",
    "ask_none",
    "ask_all",
    "ask_not_all",
    "ask_home",
    "ask_nobody",
    "past_not_known",
)
_ASKING = (
    "which",
    "confirm",
    "confirm_set",
    "confirm_unknown_topic",
    "confirm_unknown_topic_near",
    "confirm_unknown_set",
)
_SOCIAL = ("talk_hello", "talk_thanks", "talk_ok", "talk_stop", "talk_who", "talk_timer")


def lines(language: str) -> list[tuple[str, str]]:
    text = (Path(__file__).parent / f"talk_{language}.txt").read_text("utf-8")
    return [(kind, line) for kind, _, line in (each.partition(" ") for each in text.splitlines()) if line]


async def answer(world: World, line: str) -> str:
    before = len(world.outbox.notices)
    await world.bot.hear(Utterance(ME, line, "m", world.clock.time))
    await world.settle()
    return "\n".join(notice.text for notice in world.outbox.notices[before:])


def kind_of(world: World, said: str, language: str) -> str:
    """Return the kind of an answer by its words, and by what was done."""
    texts = load(language)

    def fits(*keys: str) -> bool:
        """Say whether an answer has every fixed part of one of some texts, from its beginning on."""
        return any(_has(said, texts[f"common.{key}"]) for key in keys)

    if not said:
        return "nothing"
    if world.broker.published:
        return "set"
    if fits("not_understood"):
        return "help"
    if fits(*_SOCIAL):
        return "social"
    if fits(*_ASKING):
        return "ask"
    events = ("events", "events_none", "events_between", "events_none_between")
    if fits(*_QUESTIONS, *events) or any(
        said == texts[f"exceptions.{key}.message"] for key in ("nothing_such", "nobody_known")
    ):
        return "question"
    if fits("value_now", "value_just_now") or fits("value_none") or said.partition("\n")[2].startswith("• "):
        return "value" if _is_value(said, texts) else "command"
    faults = [text for key, text in texts.items() if key.startswith("exceptions.")]
    return "fault" if any(_has(said, text) for text in faults) else "command"


def _is_value(said: str, texts: dict[str, str]) -> bool:
    last = said.splitlines()[-1]
    return any(_has(last, texts[f"common.{key}"]) for key in ("value_now", "value_just_now", "value_none"))


def _has(said: str, text: str) -> bool:
    """Say whether a text is what was said, whatever stands in its placeholders."""
    at, parts = 0, [part.partition("}")[2] for part in f"}}{text}".split("{")]
    if parts[0] and not said.startswith(parts[0]):
        return False
    for part in parts:
        found = said.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    ends = not parts[-1] or at == len(said) or "\n" in said
    return ends and sum(len(part.strip(" .,:;–—•\n")) for part in parts) > 1


@pytest.mark.parametrize("prefix", ["", "/mqtt "], ids=["bare", "prefixed"])
@pytest.mark.parametrize("language", HOMES)
async def test_every_line_gets_the_answer_that_fits_it(language: str, prefix: str) -> None:
    world, wrong, kinds = HOMES[language](), [], []
    rules, known = world.bot.rules, {reading.message.topic for reading, _ in world.history.appended}
    for kind, line in lines(language):
        world.bot.apply(rules)
        world.broker.published.clear()
        world.clock.time += 7
        said = await answer(world, line if line.casefold().startswith("/mqtt") else f"{prefix}{line}")
        kinds.append(found := kind_of(world, said, language))
        # With `/mqtt` a command was meant, and there is none.
        refused = bool(prefix) and kind in {"help", "value"} and found == "fault"
        if found != kind and not refused and not (kind in {"fault", "help"} and found in _BETTER):
            wrong.append((line, kind, found, said))
        # Nothing is set, made or changed by what only asks; no rule waits for a name that nobody has.
        if found not in {"set", "command"}:
            assert world.bot.rules == rules, line
        filters = {rule.filter for rule in world.bot.rules.alerts}
        assert all(each in known or each in line for each in filters), line
        world.bot.tick(world.clock.time)
    assert wrong == []
    assert set(kinds) <= KINDS
    assert len(kinds) >= 200
    assert kinds.count("help") <= len(kinds) * 0.05

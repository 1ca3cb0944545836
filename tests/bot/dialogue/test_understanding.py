"""A line that is no command as it stands."""

from fakes import GUEST, ME, World
from homes import announce, say
import pytest
from sentences import GLUE, RealSentences
from talk_home import english

from bot.dialogue.hearing import MOST_ANSWERS
from bot.dialogue.understanding import LONGEST_LINE
from bot.model.intents import Called, Intent
from bot.model.replies import Caller, Surface
from bot.model.rules import Contact, Role
from bot.model.utterance import Utterance
from bot.text.politeness import without_polite


async def test_two_bots_that_understand_each_other_come_to_rest() -> None:
    here, there = english(contacts=(Contact(GUEST),)), english(contacts=(Contact(ME),))
    text = "freezer temperature"
    for turn in range(3 * MOST_ANSWERS):
        world, who = ((here, GUEST), (there, ME))[turn % 2]
        before = len(world.outbox.notices)
        await world.bot.hear(Utterance(who, text, "m", world.clock.time))
        if len(world.outbox.notices) == before:
            break
        text = world.outbox.notices[-1].text
    assert turn == 2 * MOST_ANSWERS


async def test_what_is_too_long_is_no_sentence() -> None:
    world = english()
    assert "I did not understand" in await say(world, "freezer " * LONGEST_LINE)
    assert "freezer:" in await say(world, "well, you know, " * 5 + "freezer")
    assert await RealSentences().recognise("turn on the lamp " * 20, [Called("lamp", "light")]) is None


async def test_a_viewer_sets_nothing_by_a_name_and_a_state() -> None:
    world = english()
    before = len(world.outbox.notices)
    await world.bot.hear(Utterance(GUEST, "kitchen lamp off", "m", world.clock.time))
    assert "operator" in world.outbox.notices[before].text
    assert world.broker.published == []


async def test_in_the_users_own_chat_only_the_prefix_counts() -> None:
    world = english(bare_commands=False)
    assert await say(world, "freezer") == ""
    assert "Freezer Door" in await say(world, "/mqtt freezer")


async def test_what_is_pressed_or_written_needs_more_than_its_name() -> None:
    world = english()
    announce(*(world, "button", "b"), name="Restart", command_topic="home/restart")
    announce(*(world, "text", "t"), name="Doorplate", command_topic="home/plate")
    for line in ("restart", "doorplate hello", "Doorplate on"):
        assert await say(world, line)
    assert world.broker.published == []


async def test_two_lamps_of_one_name_are_asked_about() -> None:
    world = english()
    announce(*(world, "light", "x"), name="Reading lamp", command_topic="home/read/set")
    assert "Which “lamp”?" in await say(world, "lamp on")
    assert world.broker.published == []


@pytest.mark.parametrize(
    ("line", "left"),
    [("please status", "status"), ("Bitte,  status bitte!", "status"), ("please", ""), ("a  b", "a b")],
)
def test_polite_words_are_left_out(line: str, left: str) -> None:
    assert without_polite(line) == left


async def ask(world: World, text: str) -> str | None:
    return await world.bot.dialogue.known(text, Caller(Surface.ASSIST, ME, Role.ADMIN))


async def test_in_assist_it_is_told_what_the_bot_knows_and_nothing_else() -> None:
    world = english()
    assert "Online" in (await ask(world, "status") or "")
    assert "−17.7 °C" in (await ask(world, "how cold is the freezer") or "")
    assert "I know no" in (await ask(world, "history telly") or "")
    for line in ("turn on the telly", "what time is it", "is any window open", "how warm is the telly"):
        assert await ask(world, line) is None
    guessed = await world.bot.dialogue.guessed("turn on the telly", Caller(Surface.ASSIST, ME, Role.ADMIN))
    assert "telly" in guessed
    assert "yes" in (await ask(world, "clear") or "")
    assert "deleted" in (await ask(world, "yes") or "")
    assert await ask(world, "more") == "There is nothing more to show."
    refused = await world.bot.dialogue.known("lamp off", Caller(Surface.ASSIST, ME, Role.VIEWER))
    assert "operator" in (refused or "")


async def test_a_chart_in_assist_is_narrow() -> None:
    world = english()
    for number in range(60):
        world.clock.time += 60
        world.receive("home/freezer/temperature", str(-20 + number % 7))
    drawn = await ask(world, "chart freezer temperature") or ""
    assert max(len(line) for line in drawn.splitlines() if set(line) <= set("▁▂▃▄▅▆▇█·")) <= 20


# The sentences themselves.


@pytest.mark.parametrize("language", ["en", "de", "de-CH", "nl"])
async def test_languages_have_home_assistants_sentences(language: str) -> None:
    word = {"en": "turn on the lamp", "nl": "zet de lamp aan"}.get(language, "schalte die lamp ein")
    found = await RealSentences(language).recognise(word, [Called("lamp", "light")])
    assert found is not None
    assert (found.name, found.slots["name"]) == ("HassTurnOn", "lamp")


@pytest.mark.parametrize("text", ["lamp", "the lamp", "kitchen", "kitchen lamp"])
async def test_a_name_alone_is_no_order(text: str) -> None:
    called = [Called("lamp", "light"), Called("kitchen", place=True), Called("kitchen lamp", "light")]
    assert await RealSentences().recognise(text, called) is None


async def test_an_unknown_language_has_the_english_ones() -> None:
    assert await RealSentences("xx").recognise("thanks", []) == Intent("BotThanks", {}, "default")


def test_sentences_that_cannot_be_read_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GLUE, "get_intents", lambda language: {"intents": {"HassTurnOn": {}}})
    assert GLUE.load.__wrapped__("xx").intents == {}
    broken = GLUE.Intents.from_dict(
        {"language": "en", "intents": {"X": {"data": [{"sentences": ["{missing}"]}]}}}
    )
    assert list(GLUE._matches(broken, "missing", [])) == []


async def test_words_written_as_one_are_those_of_a_name() -> None:
    world = english()
    window = {"name": "Bad Fenster", "identifiers": ["w"]}
    announce(world, "binary_sensor", "w", name=None, state_topic="w", device_class="window", device=window)
    shelf = {"state_topic": "s", "command_topic": "s/set", "device": {"name": "Regal Lampe"}}
    announce(world, "light", "s", name=None, **shelf)
    world.receive("w", "OFF")
    assert await say(world, "badfenster") == "Bad Fenster closed, just now"
    assert "closed" in await say(world, "ist das Badfenster offen")
    assert "Bad Fenster is open" in await say(world, "alert badfenster is open")
    await say(world, "regallampe an")
    await say(world, "set regalslampe off")
    assert [payload for _, payload, _, _ in world.broker.published] == [b"ON", b"OFF"]
    for word in ("badfoo", f"bad{'a' * 100}fenster"):
        assert "I know no" in await say(world, f"history {word}")


async def test_a_word_that_several_names_have_tells_them_all() -> None:
    world = english()
    for key in ("Speed", "Gust", "Bearing"):
        announce(world, "sensor", key, name=f"Wind {key}", state_topic=f"w/{key}", device="Mast")
        world.receive(f"w/{key}", "5")
    lines = (await say(world, "wind")).split("\n")
    assert sorted(lines[1:]) == [f"• Mast Wind {key} 5, just now" for key in ("Bearing", "Gust", "Speed")]


async def test_a_misspelt_name_is_set_after_a_yes_only() -> None:
    world = english()
    asked = "Nothing is called “kitchn lamp”. Set Kitchen lamp: off? yes or no"
    for line in ("kitchn lamp off", "set kitchn lamp off", "turn off the kitchn lamp"):
        world.broker.published.clear()
        assert asked in await say(world, line)
        assert world.broker.published == []
        await say(world, "yes")
        assert [payload for _, payload, _, _ in world.broker.published] == [b"OFF"]
    assert "I know no “kitchn lamp 5”. Nearest: Kitchen lamp" in await say(world, "set kitchn lamp 5")


async def test_what_is_left_open_may_be_called_so() -> None:
    world = english()
    for name in ("Left", "Right"):
        announce(
            *(world, "binary_sensor", name), name=name, state_topic=name, device_class="door", device="Gate"
        )
        world.receive(name, "OFF")
    assert "Gate Left is open" in await say(world, "tell me when gate left open")
    assert "Freezer Door is open" in await say(world, "tell me when freezer door left open")


async def test_sentences_of_other_languages_are_looked_at_apart() -> None:
    assert await RealSentences().recognise("danke", []) is None
    found = await RealSentences().recognise("danke", [], foreign=True)
    assert found is not None
    assert found.name == "BotThanks"
    assert await RealSentences("de").recognise("danke", [], foreign=True) is None


async def test_a_misspelt_name_is_asked_about_where_others_listen_too() -> None:
    world, caller = english(), Caller(Surface.ASSIST, ME, Role.ADMIN)
    assert await world.bot.dialogue.known("kitchn lamp off", caller) is None
    assert "Set Kitchen lamp: off?" in await world.bot.dialogue.guessed("kitchn lamp off", caller)
    assert world.broker.published == []


async def test_a_long_command_with_a_fault_is_no_sentence_either() -> None:
    answer = await say(english(), f"alert freezer{' ' * LONGEST_LINE}> 25:99")
    assert "can never fire" in answer


async def test_a_line_of_many_words_is_no_sentence() -> None:
    assert "I did not understand" in await say(english(), "is on " * 17)

"""Everything that is told unasked, and every answer, in the language of the contact: an English home."""

import re

from fakes import ME, ONLINE, World
from homes import announce
import pytest
from storms import live, storm
import talk_home

from bot.alerts import index as index_module
from bot.model.replies import Caller, Surface
from bot.model.rules import (
    AlertRule,
    Bridge,
    Condition,
    Contact,
    Display,
    Ear,
    FreeText,
    Operator,
    Priority,
    Role,
    RuleSet,
    Subscription,
)
from bot.model.status import Gap, LinkStatus, Phase
from bot.model.utterance import Utterance

YOU = "du@example.org"
BOTH = (Contact(ME), Contact(YOU, role=Role.ADMIN, language="de"))
DATA = bytes(1_234)
EACH = Subscription("home/#", display=Display.EACH)


def to(world: World, who: str) -> list[str]:
    return [notice.text for notice in world.outbox.notices if notice.to == who]


def told(world: World) -> tuple[str, str]:
    """Return what each of the two was told last: in English, in German."""
    return to(world, ME)[-1], to(world, YOU)[-1]


async def answer(world: World, line: str, who: str = YOU) -> str:
    before = len(world.outbox.notices)
    await world.bot.hear(Utterance(who, line, "m", world.clock.time))
    await world.settle()
    return "\n".join(notice.text for notice in world.outbox.notices[before:] if notice.to == who)


def home(*subscriptions: Subscription, **how: object) -> World:
    world = World(*(subscriptions or (EACH,)), contacts=BOTH, **how)  # type: ignore[arg-type]
    world.bot.conversation.look.memory.set("greeted", "1")
    door = {"state_topic": "home/door", "device_class": "door"}
    announce(world, "binary_sensor", "d", name="Door", device="Shed", **door)
    announce(world, "lock", "l", name=None, device="Gate", state_topic="home/gate")
    announce(world, "update", "u", name="Firmware", device="Gate", state_topic="home/firmware")
    for topic, payload in (("home/door", "OFF"), ("home/gate", "LOCKED"), ("home/t", "1")):
        world.receive(topic, payload)
    world.wait(20)
    return world


@pytest.mark.parametrize(
    ("topic", "payload", "english", "german"),
    [
        ("home/door", "ON", "*Shed Door* open", "*Shed Door* geöffnet"),
        ("home/gate", "UNLOCKED", "*Gate* unlocked", "*Gate* entriegelt"),
        ("home/t", "-12345.5 °C", "*t* −12 345.5 °C", "*t* −12 345,5 °C"),
        ("home/t", DATA, "*t* Data, 1.2 kB", "*t* Daten, 1,2 kB"),
        ("home/t", "Some text, open, 1.5", "*t* Some text, open, 1.5", "*t* Some text, open, 1.5"),
    ],
)
def test_a_value(topic: str, payload: str | bytes, english: str, german: str) -> None:
    world = home()
    world.receive(topic, payload)
    world.wait(5)
    assert [text.replace("home/", "").replace("\u202f", " ") for text in told(world)] == [english, german]


def test_a_version() -> None:
    world = home()
    world.receive("home/firmware", '{"installed_version": "1.0", "latest_version": "1.1"}')
    world.wait(5)
    assert told(world) == ("*Gate Firmware* 1.0 → 1.1 available", "*Gate Firmware* 1.0 → 1.1 verfügbar")


def test_urgent_values_and_many_of_them() -> None:
    world = home(Subscription("home/#", priority=Priority.ALERT), storm=3, targets=("notify.phone",))
    world.wait(120)
    before = len(world.outbox.notices)
    world.receive("home/door", "ON")
    world.later(0.1)
    assert told(world) == ("⚠ *Shed Door* open", "⚠ *Shed Door* geöffnet")
    assert to(world, "notify.phone")[-1] == "Shed Door: open"
    for number in range(9):
        world.receive("home/t", f"{number}.5 W")
    world.wait(70)
    english, german = told(world)
    assert len(world.outbox.notices) > before + 6
    assert english.startswith("Urgent messages in the last minute: ")
    assert "8.5 W" in english
    assert german.startswith("Dringende Nachrichten in der letzten Minute: ")
    assert "8,5 W" in german


def test_a_digest() -> None:
    world = home(Subscription("home/#", display=Display.DIGEST))
    world.receive("home/door", "ON")
    world.wait(310)
    english, german = told(world)
    assert "Door: open" in english
    assert "Door: geöffnet" in german


async def test_what_was_held() -> None:
    world = home()
    world.bot.held.set_undisturbed(world.clock.time + 60)
    world.receive("home/door", "ON")
    world.wait(30)
    world.later(31)
    await world.settle()
    english, german = told(world)
    assert "open" in english
    assert "geöffnet" in german
    assert english.partition("\n")[0] != german.partition("\n")[0]


def test_what_an_outage_of_the_chat_held_up() -> None:
    world = home()
    world.chat.status = LinkStatus(Phase.OFFLINE)
    world.bot.chat_changed(world.chat.status)
    world.receive("home/door", "ON")
    world.later(200)
    world.chat.status = ONLINE
    world.bot.chat_changed(ONLINE)
    world.wait(10)
    english, german = told(world)
    assert "Shed Door* open" in english
    assert "Shed Door* geöffnet" in german
    assert english.partition("\n")[0] != german.partition("\n")[0]


def test_the_board_and_its_corrections() -> None:
    world = home(Subscription("home/#", display=Display.BOARD))
    world.receive("home/door", "ON")
    world.wait(6)
    english, german = told(world)
    assert "Door: open" in english
    assert "Door: geöffnet" in german
    world.receive("home/door", "OFF")
    world.wait(6)
    english, german = (notice for notice in world.outbox.notices[-2:])
    assert (bool(english.replaces), bool(german.replaces)) == (True, True)
    assert ("closed" in english.text, "geschlossen" in german.text) == (True, True)


def test_a_first_look_with_a_greeting() -> None:
    world = World(EACH, contacts=BOTH)
    world.memory.set("greeted", "")
    for number in range(20):
        world.receive(f"home/{number}", f"{number}.5 W")
    world.wait(20)
    (english,), (german,) = to(world, ME), to(world, YOU)
    assert english.startswith("Hello, I am Home")
    assert german.startswith("Hallo, ich bin Home")
    assert "home/0: 0.5 W" in english
    assert "home/0: 0,5 W" in german


async def test_a_flood_and_its_way_out_in_both_languages() -> None:
    world = World(Subscription("home/#", display=Display.CHANGES), contacts=BOTH)
    live(world, storm(300), 300)
    (english,) = [text for text in to(world, ME) if "`" in text]
    (german,) = [text for text in to(world, YOU) if "`" in text]
    assert "`digest` · `silent` · `only alerts` · `board`" in english
    words = re.findall("`([^`]+)`", german)
    assert words[0] == "gesammelt"
    assert await answer(world, words[0])
    assert world.bot.rules.subscriptions[0].display is Display.DIGEST


def test_who_is_away_and_back() -> None:
    world = home()
    presence = {"state_topic": "home/b", "availability_topic": "home/b/availability"}
    announce(world, "sensor", "b", name=None, device="Boiler", **presence)
    world.receive("home/b/availability", "online")
    world.wait(5)
    for state in ("offline", "online"):
        world.receive("home/b/availability", state)
        world.wait(40)
        english, german = told(world)
        assert "Boiler" in english
        assert "Boiler" in german
        assert english != german


def test_a_bridge_and_what_the_bot_says_of_itself() -> None:
    world = home(bridges=(Bridge("home/t", YOU, id="b"),))
    world.receive("home/t", "1.5 W")
    world.wait(5)
    assert any("1,5 W" in text for text in to(world, YOU))
    world.bot.history_changed(Gap("disk_full", world.clock.time, 0))
    english, german = told(world)
    assert english != german


async def test_what_an_earlier_run_left_untold() -> None:
    world = home()
    world.receive("home/door", "ON")
    world.restart()
    await world.bot.say_untold()
    english, german = told(world)
    assert "open" in english
    assert "geöffnet" in german


def test_a_rule_without_room_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "MOST_ALERTS", 5)
    monkeypatch.setattr(index_module, "LEAST_ALERTS", 2)
    many = AlertRule("home/many/+", Condition(Operator.ABOVE, ("5",)), id="r", number=1)
    world = home(Subscription("home/#", display=Display.SILENT), alerts=(many,))
    for number in range(9):
        world.receive(f"home/many/{number}", "31")
    world.later(1)
    english, german = told(world)
    assert "home/many/+" in english
    assert "home/many/+" in german
    assert english.split()[:3] != german.split()[:3]


def calm() -> World:
    world = talk_home.english(contacts=BOTH)
    world.wait(10)
    return world


async def test_an_answer_of_a_device_and_free_text() -> None:
    world = calm()
    assert await answer(world, "kitchen lamp off") == "Kitchen lamp: aus (gesendet)"
    world.receive("home/kitchen/lamp", "OFF")
    world.later(1)
    assert to(world, YOU)[-1] == "Kitchen lamp: aus"
    world.bot.apply(RuleSet(contacts=BOTH, free_text=FreeText(Ear.TOPIC, "chat", "answers")))
    await answer(world, "was meint der Weihnachtsmann")
    world.receive("answers", "22.5 °C")
    assert to(world, YOU)[-1] == "22,5 °C"


@pytest.mark.parametrize(
    ("line", "german"),
    [
        ("freezer door", "Freezer Door geschlossen, vor "),
        ("is the freezer door closed", "Ja:\n• Freezer Door geschlossen"),
        ("history freezer door", " — geschlossen"),
        ("devices kitchen lamp", "einstellbar: an, aus"),
        ("set kitchen lamp blub", "Möglich: an, aus"),
        ("set kitchen lamp", "Möglich: an, aus"),
        ("who are you", "„Kitchen lamp an“"),
        (
            "alert freezer temperature > -15 only 22:00-6:00",
            "melden, wenn Freezer Temperature über",
        ),
        ("alert freezer door open for 5 min", "wenn Freezer Door seit 5 min geöffnet ist"),
        ("try freezer > -15", "Als Alarm melden"),
        ("chart freezer temperature", "Mittel −18,3 °C"),
        ("topics freezer", "• Freezer Door — geschlossen"),
        ("follow cellar", "• Freezer Door — geschlossen"),
        ("board", "Auf der Tafel steht nichts."),
    ],
)
async def test_an_answer(line: str, german: str) -> None:
    world = calm()
    assert german in await answer(world, line)


async def test_what_fired_before_is_named_in_the_readers_language() -> None:
    world = talk_home.english(contacts=BOTH)
    await answer(world, "alert freezer door open", ME)
    await answer(world, "alert freezer temperature > -10", ME)
    world.receive("home/freezer/door", "open")
    world.later(3)
    past = await answer(world, "alerts past 7d")
    assert "geöffnet" in past
    assert "ausgelöst 08:22: geöffnet" in await answer(world, "why 1")
    assert "geöffnet" in await answer(world, "alerts")


async def test_assist_answers_in_the_language_of_the_dialog() -> None:
    world = talk_home.english()

    async def asked(language: str) -> str:
        caller = Caller(Surface.ASSIST, "Anna", Role.ADMIN, language=language)
        return str(await world.bot.dialogue.known("freezer door", caller))

    assert await asked("de") == await asked("de-AT") == "Freezer Door geschlossen, vor 22 min"
    assert await asked("") == await asked("en") == await asked("xx") == "Freezer Door closed, 22 min ago"


async def test_the_picture_of_a_chart_is_in_the_readers_language() -> None:
    world = talk_home.english(contacts=BOTH)
    for who, decimal in ((ME, "1.5"), (YOU, "1,5")):
        await answer(world, "chart freezer temperature", who)
        assert world.pictures.phrases[-1].amount("1.5") == decimal


def test_a_contact_that_changes_its_language_is_told_in_that() -> None:
    world = home()
    world.bot.apply(RuleSet(world.bot.rules.subscriptions, (Contact(ME, language="de"),)))
    world.receive("home/door", "ON")
    world.wait(5)
    assert to(world, ME)[-1] == "*Shed Door* geöffnet"

"""Devices that went away and came back."""

from fakes import NOON, World, reading
from phrases import RealPhrases
import pytest

from bot.chat import absences
from bot.chat.absences import HOLD, Absences, render_absences
from bot.model.message import Presence
from bot.model.rules import Subscription
from bot.model.timers import NEVER

ALL = Subscription("#")
PHRASES = RealPhrases()


class Home:
    """Absences, and what is said of them."""

    def __init__(self) -> None:
        self.absences = Absences()

    def hears(self, topic: str, there: bool, at: float, *devices: str) -> bool:
        presence = Presence(there, devices or (topic,))
        return self.absences.take(reading(topic, "x"), ALL, presence, NOON + at)

    def said(self, at: float) -> str:
        gone, back = self.absences.due(NOON + at)
        return render_absences(gone, back, PHRASES)


def test_a_device_that_stays_away_is_told_of_and_told_back() -> None:
    home = Home()
    assert home.hears("a", False, 0)
    assert (home.absences.due_at, "a" in home.absences) == (NOON + HOLD, True)
    assert home.said(HOLD) == "a is away."
    assert (home.absences.due_at, "a" in home.absences) == (NEVER, False)
    assert home.hears("a", True, 100)
    assert home.said(100 + HOLD) == "a is back."


def test_a_device_that_is_back_soon_was_never_away() -> None:
    home = Home()
    home.hears("a", False, 0)
    assert not home.hears("a", True, 5)
    assert home.said(HOLD) == ""
    assert not home.hears("a", True, 50)


def test_a_device_that_is_back_for_a_moment_stays_away() -> None:
    home = Home()
    home.hears("a", False, 0)
    home.said(HOLD)
    home.hears("a", True, 20)
    assert not home.hears("a", False, 21)
    assert home.said(60) == ""


def test_many_at_once_are_one_message() -> None:
    home = Home()
    home.hears("z/bridge/state", False, 0, *(f"Device {number}" for number in range(14)))
    home.hears("z/device3", False, 1, "Device 3")
    assert home.said(HOLD) == "z is away: 14 devices."
    for number in range(9):
        home.hears(f"w/{number}", False, 100, f"Plug {number}")
    text = "9 devices are away: Plug 0, Plug 1, Plug 2, Plug 3, Plug 4 and 4 more."
    assert home.said(100 + HOLD) == text
    for number in range(2):
        home.hears(f"w/{number}", True, 200, f"Plug {number}")
    assert home.said(200 + HOLD) == "Back again: Plug 0, Plug 1."


def test_who_left_only_now_waits_longer() -> None:
    home = Home()
    home.hears("a", False, 0)
    home.hears("b", False, HOLD - 1)
    assert home.said(HOLD) == "a is away."
    assert home.absences.due_at == NOON + HOLD - 1 + HOLD
    gone, _ = home.absences.due(NOON + HOLD, every=True)
    assert [each.devices for each in gone] == [("b",)]


def test_a_name_cannot_look_like_the_bots_own_words() -> None:
    home = Home()
    home.hears("z", False, 0, "⚠ Fire\nnow")
    assert home.said(HOLD) == "› ⚠ Fire now is away."


def test_what_is_said_in_another_way_is_noted() -> None:
    home = Home()
    home.absences.note(reading("a", "x"), ALL, Presence(False, ("a",)), NOON)
    assert not home.hears("a", False, 1)
    assert home.hears("a", True, 2)
    assert home.said(2 + HOLD) == "a is back."


def test_topics_of_which_nobody_is_told_any_more_are_forgotten() -> None:
    home = Home()
    home.hears("a", False, 0)
    home.hears("b", False, 0)
    assert len(home.absences.waiting) == 2
    home.absences.drop(["a"])
    assert home.said(HOLD) == "b is away."


def test_no_more_are_kept_than_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absences, "MOST", 2)
    home = Home()
    told = [home.hears(topic, False, 0) for topic in "abc"]
    assert told == [True, True, False]
    home.said(HOLD)
    home.absences.note(reading("d", "x"), ALL, Presence(False, ("d",)), NOON)
    assert not home.hears("d", True, 20)


async def test_who_is_not_to_be_disturbed_hears_later_who_was_away() -> None:
    world = World(Subscription("home/#"))
    world.receive("home/3/availability", "online")
    world.wait(60)
    await world.ask("dnd on")
    world.later(0)
    await world.settle()
    before = len(world.said)
    world.receive("home/3/availability", "offline")
    world.wait(60)
    assert len(world.said) == before
    await world.ask("dnd off")
    world.later(0)
    await world.settle()
    assert "home/3/availability: offline" in world.said[-1]

"""A value that an alert tells is not told as a plain one too."""

from typing import Any

from alert_rules import above
from fakes import ME, World
import pytest

from bot.model.rules import Contact, Display, Priority, Role, Subscription

OTHER = "other@example.org"


def home(display: Display = Display.EACH, **how: Any) -> World:
    contacts = (Contact(ME), Contact(OTHER, role=Role.VIEWER))
    return World(Subscription("t", display=display), contacts=contacts, alerts=(above(**how),))


def said(world: World, *values: str) -> list[str]:
    """Return what the other contact reads of values that come one after the other."""
    for value in values:
        world.receive("t", value)
        for _ in range(4):
            world.later(1)
    return [each.text for each in world.outbox.notices if each.to == OTHER]


@pytest.mark.parametrize("display", [Display.EACH, Display.CHANGES])
def test_what_fires_and_what_ends_is_told_by_the_alert(display: Display) -> None:
    plain, fired, higher, over = said(home(display), "20", "40", "50", "21")
    assert plain == "*t* 20"
    assert fired.startswith("⚠ *hot*: t 40")
    assert higher == "*t* 50"
    assert over.startswith("✅ *hot* is over: t 21")


@pytest.mark.parametrize("how", [{"priority": Priority.SILENT}, {"contacts": (ME,)}])
def test_who_is_told_of_no_alert_is_told_of_the_value(how: dict[str, Any]) -> None:
    assert said(home(**how), "40") == ["*t* 40"]


async def test_what_is_muted_by_its_rule_is_told_as_a_value() -> None:
    world = home()
    await world.ask("mute 1 1h")
    assert "*t* 40" in said(world, "40")


def test_the_board_and_a_digest_show_it_all_the_same() -> None:
    assert any("📊 Board" in text and "t: 40" in text for text in said(home(Display.BOARD), "40"))

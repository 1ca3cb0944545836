"""A picture comes with its caption first, however fast it was uploaded."""

from fakes import World
import pytest

from bot.model.rules import Display, Priority, Subscription

PNG = b"\x89PNG\r\n\x1a\n" + bytes(90)
ADDRESS = "https://files.example.org/1/cam.png"


@pytest.mark.parametrize("display", [Display.EACH, Display.CHANGES])
async def test_what_a_picture_shows_is_told_before_it(display: Display) -> None:
    world = World(Subscription("home/cam", alias="Door", display=display), Subscription("home/t"))
    world.receive("home/t", "21")
    world.receive("home/cam", PNG)
    assert world.said == []
    await world.settle()
    caption, picture = world.outbox.notices
    assert "Door" in caption.text
    assert "21" in caption.text
    assert "*Door* PNG image\n" in f"{caption.text}\n"
    assert (picture.file, picture.text) == (True, ADDRESS)
    world.later(10)
    assert len(world.outbox.notices) == 2


async def test_a_caption_that_was_told_already_is_not_told_again() -> None:
    world = World(Subscription("home/cam", alias="Door", priority=Priority.ALERT))
    world.receive("home/cam", PNG)
    world.later(10)
    await world.settle()
    assert [notice.file for notice in world.outbox.notices] == [False, True]


async def test_a_rare_picture_where_it_is_busy_is_told_before_it_is_shown() -> None:
    world = World(Subscription("home/#"))
    for number in range(400):
        world.receive(f"home/{number % 30}", str(number))
        world.later(0.2)
    before = len(world.outbox.notices)
    world.receive("home/cam", PNG)
    await world.settle()
    caption, picture = world.outbox.notices[before:][-2:]
    assert "cam" in caption.text
    assert picture.file

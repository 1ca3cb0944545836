"""How often something happened, and whether something is due, though the clock may be set back."""

from bot.model.timers import NEVER, is_due
from bot.text.rate import Window


def test_what_is_older_than_a_minute_counts_no_more() -> None:
    window = Window()
    for at in (0.0, 10.0, 59.0):
        window.add(at)
    assert (window.count(59.9), window.moves_at) == (3, 60.0)
    assert (window.count(60.0), window.moves_at) == (2, 70.0)
    assert len(window) == 2
    assert (window.count(200.0), window.moves_at) == (0, 0.0)


def test_what_lies_ahead_counts_no_more() -> None:
    window = Window()
    window.add(100.0)
    assert window.count(100.0) == 1
    assert window.count(99.0) == 0


def test_what_is_due_later_than_it_can_be_is_due() -> None:
    assert is_due(10.0, 10.0, 5.0)
    assert not is_due(10.0, 9.0, 5.0)
    assert not is_due(10.0, 5.0, 5.0)
    assert is_due(10.0, 4.9, 5.0)
    assert not is_due(NEVER, 0.0, 5.0)

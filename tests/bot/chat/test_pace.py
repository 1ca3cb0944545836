"""How far apart messages are while it is busy."""

from bot.chat.pace import FEW, SOON, Pace


def test_where_little_comes_together_it_is_told_soon() -> None:
    pace = Pace()
    for number in range(12):
        pace.hear(float(number))
        pace.tell(FEW, float(number))
    assert pace.until == 11 + SOON
    pace.tell(FEW + 1, 12.0)
    assert pace.until == 12 + 2 * SOON

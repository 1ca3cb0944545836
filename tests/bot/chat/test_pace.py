"""How far apart messages are while it is busy."""

from bot.chat.pace import BURST, CALM, LONGEST_PACE, MANY, SHORTEST, Allowance, Pace, Rare

NOON = 1_800_000_000.0


def test_the_gap_grows_while_it_is_busy_and_is_short_again_after_quiet() -> None:
    pace = Pace()
    gaps = []
    for number in range(14):
        now = NOON + number
        pace.hear(now)
        pace.mark_told(1, now)
        gaps.append(pace.until - now)
    assert gaps[:BURST] == [SHORTEST] * BURST
    assert gaps[BURST] == 2 * SHORTEST
    assert gaps[-1] == LONGEST_PACE
    assert pace.flood
    assert pace.hear(NOON + 14 + CALM)
    assert not pace.flood
    assert pace.until == 0


def test_much_within_a_minute_is_much_in_however_many_messages_it_is_told() -> None:
    gaps = []
    for seconds in (1, 10):
        pace = Pace()
        for number in range(MANY + 1):
            pace.hear(NOON + number * seconds)
        pace.mark_told(1, NOON + MANY * seconds)
        gaps.append(pace.until - NOON - MANY * seconds)
    assert gaps == [4 * SHORTEST, SHORTEST]


def test_what_repeats_makes_no_quiet_however_far_apart() -> None:
    pace = Pace()
    pace.hear(NOON)
    assert not pace.hear(NOON + 3_600, again=True)
    assert pace.hear(NOON + 7_200)
    assert pace.hear(NOON)  # the clock was set back


def test_it_is_counted_who_keeps_it_busy_but_not_everybody() -> None:
    pace = Pace()
    for number in range(1_000):
        pace.hear(NOON + number, f"filter/{number % 500}")
    assert len(pace.heard) <= 200
    assert pace.heard["filter/7"] == 2


def test_an_allowance_comes_back_with_time() -> None:
    allowance = Allowance(2, 10.0)
    assert [allowance.take(NOON) for _ in range(3)] == [True, True, False]
    assert [allowance.take(NOON + 10) for _ in range(2)] == [True, False]
    assert [allowance.take(NOON + 1_000) for _ in range(3)] == [True, True, False]
    assert allowance.take(NOON - 86_400)  # the clock was set back


def test_a_number_is_rare_once_a_word_three_times() -> None:
    rare = Rare()
    assert [rare.hear("door", NOON + each, word=True) for each in range(4)] == [True] * 3 + [False]
    assert [rare.hear("meter", NOON + each, word=False) for each in range(2)] == [True, False]
    assert rare.hear("meter", NOON + 3_600, word=False)

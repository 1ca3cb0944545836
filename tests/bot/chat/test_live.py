"""Bubbles that are corrected in place."""

from fakes import NOON, reading

from bot.chat.batch import NEVER
from bot.chat.live import CORRECT_EVERY, LONGEST, MAX_BUBBLES, MOST_CORRECTIONS, Bubble, Live
from bot.model.rules import Display, Subscription

LIVE = Subscription("#", display=Display.LIVE)


def say(live: Live, now: float) -> Bubble:
    """Take the next new bubble, as the conversation does when it says it."""
    bubble = live.next_new()
    bubble.ids, bubble.since, bubble.said, bubble.unsaid = {"me": "id"}, now, now, 0
    return bubble


def test_the_first_reading_makes_a_bubble() -> None:
    live = Live()
    assert live.take(reading("t", "1"), LIVE, NOON)
    assert live.due_at == NOON
    assert say(live, NOON).reading.text == "1"
    assert live.due_at == NEVER


def test_corrections_wait_their_time_and_show_the_newest() -> None:
    live = Live()
    live.take(reading("t", "1"), LIVE, NOON)
    say(live, NOON)
    live.take(reading("t", "2"), LIVE, NOON + 1)
    live.take(reading("t", "3"), LIVE, NOON + 2)
    assert live.correct_at == NOON + CORRECT_EVERY
    assert live.next_stale(NOON + 4) == []
    (bubble,) = live.next_stale(NOON + CORRECT_EVERY)
    assert (bubble.reading.text, bubble.unsaid) == ("3", 2)
    assert live.correct_at == NEVER


def test_an_old_bubble_is_followed_by_a_new_one() -> None:
    live = Live()
    live.take(reading("t", "1"), LIVE, NOON)
    say(live, NOON)
    live.take(reading("t", "2"), LIVE, NOON + LONGEST)
    assert live.due_at == NOON + LONGEST
    assert live.correct_at == NEVER


def test_a_bubble_corrected_often_is_followed_by_a_new_one() -> None:
    live = Live()
    live.take(reading("t", "1"), LIVE, NOON)
    say(live, NOON).corrections = MOST_CORRECTIONS
    live.take(reading("t", "2"), LIVE, NOON + 9)
    assert live.due_at == NOON + 9


def test_a_clock_set_back_holds_no_correction_back() -> None:
    live = Live()
    live.take(reading("t", "1"), LIVE, NOON)
    say(live, NOON)
    live.take(reading("t", "2"), LIVE, NOON + 1)
    assert len(live.next_stale(NOON - 3600)) == 1


def test_many_bubbles_are_corrected_less_often() -> None:
    live = Live()
    for number in range(100):
        live.take(reading(f"t{number}", "1"), LIVE, NOON)
        say(live, NOON)
    live.take(reading("t0", "2"), LIVE, NOON + 1)
    assert live.correct_at == NOON + 25


def test_the_oldest_bubble_with_nothing_to_say_makes_room() -> None:
    live = Live()
    for number in range(MAX_BUBBLES):
        assert live.take(reading(f"t{number}", "1"), LIVE, NOON)
    say(live, NOON)
    assert live.take(reading("another", "1"), LIVE, NOON)
    assert not live.take(reading("one more", "1"), LIVE, NOON)
    assert live.take(reading("t5", "2"), LIVE, NOON)
    assert len(live.unsaid()) == MAX_BUBBLES

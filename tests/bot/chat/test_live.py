"""Bubbles that are corrected in place."""

from fakes import NOON, reading
from phrases import RealPhrases

from bot.chat.batch import NEVER
from bot.chat.live import (
    CORRECT_EVERY,
    LONGEST,
    MAX_BUBBLES,
    MOST_CORRECTIONS,
    MOST_LINES,
    MOST_ON_BOARD,
    Bubble,
    Live,
)
from bot.model.rules import Display, Subscription


def on(topic: str) -> Subscription:
    return Subscription(topic, display=Display.LIVE)


LIVE = on("t")
BOARD = on("home/#")
PHRASES = RealPhrases()


def say(live: Live, now: float) -> Bubble:
    """Take the next new bubble, as the conversation does when it says it."""
    bubble = live.next_new()
    bubble.ids, bubble.since, bubble.said = {"me": "id"}, now, now
    bubble.settle()
    return bubble


def test_the_first_reading_makes_a_bubble() -> None:
    live = Live()
    assert live.take(reading("t", "1"), LIVE, NOON)
    assert live.due_at == NOON
    assert say(live, NOON).readings["t"].text == "1"
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
    assert (bubble.readings["t"].text, bubble.unsaid["t"]) == ("3", 2)
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
        live.take(reading(f"t{number}", "1"), on(f"t{number}"), NOON)
        say(live, NOON)
    live.take(reading("t0", "2"), on("t0"), NOON + 1)
    assert live.correct_at == NOON + 25


def test_the_oldest_bubble_with_nothing_to_say_makes_room() -> None:
    live = Live()
    for number in range(MAX_BUBBLES):
        assert live.take(reading(f"t{number}", "1"), on(f"t{number}"), NOON)
    say(live, NOON)
    assert live.take(reading("another", "1"), on("another"), NOON)
    assert not live.take(reading("one more", "1"), on("one more"), NOON)
    assert live.take(reading("t5", "2"), on("t5"), NOON)
    assert len(live.unsaid()) == MAX_BUBBLES


# A filter with wildcards has one bubble, a line for each topic.


def test_the_topics_of_a_filter_share_a_bubble() -> None:
    live = Live()
    for number in range(40):
        assert live.take(reading(f"home/{number}", "1"), BOARD, NOON)
    bubble = say(live, NOON)
    assert live.due_at == NEVER
    lines = bubble.render(PHRASES, str).split("\n")
    assert lines[:2] == ["home/0: 1", "home/1: 1"]
    assert lines[-1] == f"… {40 - MOST_LINES} more topics"
    assert len(lines) == MOST_LINES + 1


def test_a_line_is_corrected_where_it_stands() -> None:
    live = Live()
    for topic in ("home/a", "home/b"):
        live.take(reading(topic, "1"), BOARD, NOON)
    say(live, NOON)
    live.take(reading("home/a", "2"), BOARD, NOON + 1)
    assert "home/a" in live
    assert "home/b" not in live
    (bubble,) = live.next_stale(NOON + CORRECT_EVERY)
    assert bubble.render(PHRASES, str) == "home/a: 2\nhome/b: 1"


def test_a_new_bubble_of_a_filter_shows_what_the_old_one_did() -> None:
    live = Live()
    for topic in ("home/a", "home/b"):
        live.take(reading(topic, "1"), BOARD, NOON)
    say(live, NOON)
    live.take(reading("home/a", "2"), BOARD, NOON + LONGEST)
    assert say(live, NOON + LONGEST).render(PHRASES, str) == "home/a: 2\nhome/b: 1"


def test_a_board_has_no_room_for_any_number_of_topics() -> None:
    live = Live()
    for number in range(MOST_ON_BOARD):
        assert live.take(reading(f"home/{number}", "1"), BOARD, NOON)
    assert not live.take(reading("home/more", "1"), BOARD, NOON)
    assert live.take(reading("home/0", "2"), BOARD, NOON)
    assert not live.corrects("home/more", NOON)


def test_what_waits_of_a_filter_that_is_gone_is_forgotten() -> None:
    live = Live()
    live.take(reading("home/a", "1"), BOARD, NOON)
    live.take(reading("t", "1"), LIVE, NOON + 1)
    say(live, NOON)
    live.take(reading("home/a", "2"), BOARD, NOON + 1)
    assert live.drop(lambda subscription: subscription is BOARD) == ["home/a"]
    assert (live.due_at, live.correct_at) == (NOON + 1, NEVER)
    assert "home/a" not in live
    assert say(live, NOON + 1).readings["t"].text == "1"

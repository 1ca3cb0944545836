"""When it is worth a word that nothing can be written."""

from custom_components.dinox_mqtt_bot.store.trouble import CALM_SECONDS, LASTS_SECONDS, OVER_SECONDS, Trouble


def test_a_moment_is_not_told() -> None:
    trouble = Trouble()
    assert not trouble.follow("full", 0)
    assert not trouble.follow("full", LASTS_SECONDS - 1)
    assert not trouble.follow("", LASTS_SECONDS)
    assert (trouble.told, trouble.lasts(LASTS_SECONDS)) == ("", False)


def test_what_lasts_is_told_once_and_its_end_once() -> None:
    trouble = Trouble()
    told = [trouble.follow("full", second) for second in range(30)]
    assert told.index(True) == LASTS_SECONDS
    assert sum(told) == 1
    assert (trouble.told, trouble.lasts(30)) == ("full", True)
    over = [trouble.follow("", 30 + second) for second in range(30)]
    assert over.index(True) == OVER_SECONDS
    assert (sum(over), trouble.told) == (1, "")


def test_what_comes_again_before_it_was_over_is_not_told_again() -> None:
    trouble = Trouble()
    trouble.follow("full", 0)
    assert trouble.follow("full", 10)
    assert not trouble.follow("", 11)
    assert not trouble.follow("full", 12)
    assert not trouble.follow("full", 40)
    assert trouble.told == "full"


def test_what_comes_and_goes_is_told_ever_more_rarely_until_it_was_calm() -> None:
    trouble, now = Trouble(), 0.0

    def told_after() -> float:
        nonlocal now
        since = now
        while not trouble.follow("full", now):
            now += 1
        waited = now - since
        while not trouble.follow("", now):
            now += 1
        now += 1
        return waited

    assert [told_after() for _ in range(3)] == [LASTS_SECONDS, 2 * LASTS_SECONDS, 4 * LASTS_SECONDS]
    trouble.follow("", now)
    now += CALM_SECONDS + 1
    trouble.follow("", now)
    assert told_after() == LASTS_SECONDS

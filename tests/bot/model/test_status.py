"""Where a link stands, without flicker."""

from bot.model.status import LinkStatus, Phase, SteadyStatus

CONNECTING, ONLINE = LinkStatus(Phase.CONNECTING), LinkStatus(Phase.ONLINE)
LOST, REFUSED = LinkStatus(Phase.OFFLINE, "connection_lost"), LinkStatus(Phase.OFFLINE, "invalid_auth")


def test_coming_and_going_are_dated() -> None:
    standing = SteadyStatus(CONNECTING)
    assert standing.since == 0.0
    assert standing.follow(ONLINE, 1.0)
    assert standing.since == 1.0
    assert standing.follow(LOST, 2.0)
    assert (standing.status, standing.since) == (LOST, 2.0)


def test_an_attempt_leaves_the_link_offline_for_its_reason() -> None:
    standing = SteadyStatus(LOST)
    assert not standing.follow(CONNECTING, 1.0)
    assert standing.status == LOST


def test_another_reason_is_taken_over_but_dates_nothing() -> None:
    standing = SteadyStatus(ONLINE)
    standing.follow(LOST, 1.0)
    assert not standing.follow(REFUSED, 2.0)
    assert (standing.status, standing.since) == (REFUSED, 1.0)


def test_a_wanted_reconnection_is_a_time_in_which_nothing_is_heard() -> None:
    standing = SteadyStatus(ONLINE)
    assert standing.follow(CONNECTING, 1.0)
    assert standing.status == CONNECTING

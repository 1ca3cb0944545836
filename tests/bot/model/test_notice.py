"""What a notice says of other messages."""

from bot.model.notice import Notice, Reference


def test_a_notice_takes_back_what_it_refers_to_only_if_it_says_so() -> None:
    about = [None, Reference("m1"), Reference("m2", retracts=True)]
    notices = [Notice("n", "me@example.org", "x", 0.0, refers=each) for each in about]
    assert [notice.retracts for notice in notices] == ["", "", "m2"]

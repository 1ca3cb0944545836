"""Which commands are being filled in: how many of one contact, how many in all, and for how long."""

from itertools import count

import pytest
from slixmpp import JID

from custom_components.dinox_mqtt_bot.xmpp.forms.sessions import FormSession, Gone, Sessions
from custom_components.dinox_mqtt_bot.xmpp.settings import DEFAULT_TIMING

QUARTER_OF_AN_HOUR = 900.0


class Desk:
    """Sessions, and a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        numbers = count()
        self.sessions = Sessions(DEFAULT_TIMING.form, lambda: self.now, lambda: f"s{next(numbers)}")

    def begin(self, who: str) -> FormSession:
        self.now += 0.001
        return self.sessions.begin(JID(who), "status")

    def open(self, *begun: FormSession) -> list[bool]:
        return [self.sessions.find(each.id, each.who, each.node) is each for each in begun]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_contact_has_ten_whatever_client_they_are_begun_in(desk: Desk) -> None:
    begun = [desk.begin(f"alice@home.test/{number % 3}") for number in range(11)]
    assert desk.open(*begun) == [False, *[True] * 10]
    assert desk.sessions.find(begun[0].id, begun[0].who, "status") is Gone.EXPIRED


def test_there_are_a_hundred_in_all_and_the_oldest_at_rest_goes(desk: Desk) -> None:
    begun = [desk.begin(f"p{number // 10}@home.test/phone") for number in range(100)]
    begun[0].busy = True
    one_more = desk.begin("late@home.test/phone")
    assert desk.open(*begun, one_more) == [True, False, *[True] * 98, True]
    assert len(desk.sessions) == 100


def test_one_is_kept_for_a_quarter_of_an_hour_after_its_last_step(desk: Desk) -> None:
    one = desk.begin("alice@home.test/phone")
    desk.now = one.deadline
    assert desk.open(one) == [True]
    assert one.deadline == pytest.approx(QUARTER_OF_AN_HOUR, abs=0.01)
    desk.now += 0.001
    assert desk.open(one) == [False]

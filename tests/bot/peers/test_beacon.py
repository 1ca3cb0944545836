"""What bots tell of themselves on MQTT, and what is made of what others tell."""

import json

from hypothesis import given, strategies as st
import pytest

from bot.model.rules import AlertRule, Bridge, Condition, Operator, RuleSet, Subscription
from bot.model.status import BotState, BotStatus, LinkStatus, Phase
from bot.peers.beacon import (
    MOST_BYTES,
    MOST_NAME,
    Beacon,
    asked_for,
    id_of,
    is_notification,
    is_own,
    last_alert_topic,
    notification,
    notification_topic,
    presence_payload,
    read,
    status_payload,
    status_topic,
)
from bot.peers.neighbours import MOST, NeighbourChange, Neighbours

UP = LinkStatus(Phase.ONLINE)
STATUS = BotStatus(BotState.ONLINE, UP, UP, False, 42, 0, 3, 2, "home/t", "21", 9.0, firing=1)
SINCE = 1_700_000_000.0
CHANGES = Condition(Operator.CHANGES)


def test_what_a_bot_tells_is_what_another_one_reads() -> None:
    payload = status_payload(STATUS, "Küche", "1.2.3", SINCE)
    assert read(payload) == Beacon(True, "Küche", "1.2.3", SINCE, 42, 1, 2, 3)
    assert json.loads(payload) == {
        "status": "online",
        "name": "Küche",
        "state": "online",
        "version": "1.2.3",
        "since": "2023-11-14T22:13:20Z",
        "paused": False,
        "messages": 42,
        "alerts_firing": 1,
        "undelivered": 2,
        "unread": 3,
    }


def test_birth_and_will_tell_no_more_than_whether_the_bot_is_there() -> None:
    assert read(presence_payload("online", "Bot")) == Beacon(True, "Bot")
    assert read(presence_payload("offline", "Bot")) == Beacon(False, "Bot")


def test_a_name_that_is_no_text_is_written_all_the_same() -> None:
    assert json.loads(presence_payload("online", "\udc80"))["name"] == "\udc80"


def test_a_notification_tells_of_which_bot_it_is_and_when() -> None:
    payload = notification("alert", "Bot", SINCE, {"step": "fired", "value": None})
    assert json.loads(payload) == {
        "kind": "alert",
        "bot": "Bot",
        "time": "2023-11-14T22:13:20Z",
        "step": "fired",
        "value": None,
    }


@pytest.mark.parametrize(
    "payload",
    [
        b"online",
        b"\xff\xfe\x00",
        b"[]",
        b'"online"',
        b"null",
        b"{}",
        b'{"status": ["online"]}',
        b'{"status": "ONLINE"}',
        b"[" * MOST_BYTES,
        b'{"status": "online", "name": "' + b"x" * MOST_BYTES + b'"}',
        b'{"status": "online", "messages": ' + b"9" * 4_050 + b"e}",
    ],
)
def test_what_is_no_status_is_none(payload: bytes) -> None:
    assert read(payload) is None


@pytest.mark.parametrize("count", [True, -1, 2**53, 1.5, "7", None, [1], float("nan")])
def test_a_counter_that_is_none_is_left_out(count: object) -> None:
    beacon = read(json.dumps({"status": "online", "messages": count}).encode())
    assert beacon == Beacon(True)


@pytest.mark.parametrize(
    "since",
    ["", "soon", 5, None, "2023-11-14T22:13:20", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)
def test_a_time_that_is_none_is_left_out(since: object) -> None:
    assert read(json.dumps({"status": "online", "since": since}).encode()) == Beacon(True)


def test_a_name_is_one_short_line() -> None:
    beacon = read(json.dumps({"status": "online", "name": "a\n\u202eb\0  c" + "d" * 500}).encode())
    assert beacon is not None
    assert beacon.name == ("a b c" + "d" * 500)[:MOST_NAME]


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["status", "name", "since", "messages"]), inner)
        ),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode())
)
def test_no_payload_makes_reading_raise(payload: bytes) -> None:
    beacon = read(payload)
    assert beacon is None or len(beacon.name) <= MOST_NAME


def test_a_status_topic_names_its_bot() -> None:
    assert id_of(status_topic("kitchen")) == "kitchen"
    for topic in (
        "dinox/bots/status/",
        "dinox/bots/status/a/b",
        "dinox/bots/status/" + "x" * 65,
        "dinox/bots/status/\n",
        "home/x",
    ):
        assert id_of(topic) == ""


def test_the_bot_knows_its_own_topics() -> None:
    assert is_own(status_topic("me"), "me")
    assert is_own(notification_topic("me"), "me")
    assert not is_own(notification_topic("me2"), "me")
    assert not is_own("dinox/notifications/me/x", "me")
    assert is_notification(notification_topic("other"))
    assert is_notification(last_alert_topic("other"))
    assert not is_notification(status_topic("other"))


def test_only_a_filter_that_names_the_topics_of_bots_asks_for_them() -> None:
    rules = RuleSet(
        subscriptions=(Subscription("#"), Subscription("dinox/bots/status/a")),
        alerts=(
            AlertRule("dinox/bots/status/b", CHANGES),
            AlertRule("dinox/bots/status/off", CHANGES, enabled=False),
        ),
        bridges=(Bridge("dinox/bots/#", "a@b.test"), Bridge("+/bots/#", "a@b.test", enabled=False)),
    )
    assert asked_for(rules) == {"dinox/bots/status/a", "dinox/bots/status/b", "dinox/bots/#"}


def test_a_bot_comes_changes_and_goes() -> None:
    known = Neighbours(lambda: True)
    assert known.take("a", presence_payload("online", "A")) is NeighbourChange.CAME
    assert known.take("a", presence_payload("online", "A")) is NeighbourChange.NOTHING
    assert known.take("a", presence_payload("offline", "A")) is NeighbourChange.CHANGED
    assert (list(known), "a" in known, known.get("a")) == (["a"], True, Beacon(False, "A"))
    assert known.take("a", b"nonsense") is NeighbourChange.NOTHING
    assert known.take("a", b"") is NeighbourChange.GONE
    assert known.take("a", b"") is NeighbourChange.NOTHING
    assert (list(known), known.get("a")) == ([], None)


def test_thousands_of_bots_are_fifty() -> None:
    known = Neighbours(lambda: True)
    for number in range(3_000):
        known.take(f"bot{number}", presence_payload("online", ""))
    assert (len(list(known)), known.left_out) == (MOST, 2_950)
    assert known.take("bot0", presence_payload("offline", "")) is NeighbourChange.CHANGED
    known.take("bot0", b"")
    assert known.take("bot2999", presence_payload("online", "")) is NeighbourChange.CAME


def test_a_bot_that_is_not_let_in_comes_with_what_it_says_later() -> None:
    answers = iter([False, True])
    known = Neighbours(lambda: next(answers))
    assert known.take("a", b"nonsense") is NeighbourChange.NOTHING
    assert known.take("a", presence_payload("online", "A")) is NeighbourChange.NOTHING
    assert known.left_out == 1
    assert known.take("a", presence_payload("online", "A")) is NeighbourChange.CAME

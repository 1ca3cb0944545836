"""The topics of devices as few filters: which, how many, and that they cover all."""

from hypothesis import given, strategies as st
import pytest

from bot.discovery import state_topics
from bot.discovery.state_topics import ALIKE, ONE_BY_ONE, StateTopics
from bot.model.topics import matches


def of(*topics: str) -> StateTopics:
    states = StateTopics()
    for topic in topics:
        states.add(topic)
    return states


def test_few_topics_are_asked_for_by_their_names() -> None:
    topics = [f"yard/{number}" for number in range(ONE_BY_ONE)]
    assert of(*topics).filters() == tuple(topics)


def test_many_that_differ_in_one_level_become_one_wildcard() -> None:
    plugs = [f"z/plug{number}{end}" for number in range(90) for end in ("", "/availability")]
    assert set(of(*plugs, "garden/well").filters()) == {"z/+", "z/+/availability", "garden/well"}


def test_the_first_level_never_becomes_a_wildcard() -> None:
    nodes = [f"node{number}/status" for number in range(ONE_BY_ONE + 1)]
    assert set(of(*nodes).filters()) == set(nodes)
    rooted = [f"/node{number}/status" for number in range(ONE_BY_ONE + 1)]
    assert set(of(*rooted).filters()) == set(rooted)


def test_some_that_are_alike_are_not_enough_for_a_wildcard() -> None:
    rare = [f"a/{number}" for number in range(ALIKE - 1)]
    assert set(rare) < set(of(*rare, *(f"z/{number}" for number in range(ONE_BY_ONE))).filters())


def test_what_a_device_announces_may_have_wildcards_but_not_bring_everything() -> None:
    states = of("+/+/BTtoMQTT/A4C138", "home/+/state", "#", "home/#", "+/+", "$share/g/x", "a\0b", "", "/")
    assert states.filters() == ("+/+/BTtoMQTT/A4C138", "home/+/state")


def test_a_wildcard_of_a_device_is_asked_for_beside_groups() -> None:
    wild = "+/+/BTtoMQTT/A4C138"
    assert set(of(wild, *(f"z/{number}" for number in range(ONE_BY_ONE))).filters()) == {wild, "z/+"}


def test_a_deep_topic_is_in_no_group() -> None:
    deep = "/".join("abcdefghijklm")
    assert set(of(deep, *(f"z/{number}" for number in range(ONE_BY_ONE))).filters()) == {deep, "z/+"}


def test_what_is_dropped_is_asked_for_no_more() -> None:
    states = of("a", "b")
    states.drop("a")
    states.drop("never there")
    assert states.filters() == ("b",)
    states.clear()
    assert (states.filters(), len(states)) == ((), 0)


def test_beyond_a_bound_topics_wait_for_others_to_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_topics, "MOST_TOPICS", 2)
    states = of("a", "b", "c", "d")
    assert (states.filters(), states.left_out, len(states)) == (("a", "b"), 2, 4)
    states.drop("d")
    states.drop("a")
    assert (states.filters(), states.left_out) == (("b", "c"), 0)


def test_too_many_filters_become_wider_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_topics, "MOST_FILTERS", 4)
    topics = [f"sun/{inverter}/{part}/{what}" for inverter in range(9) for part in range(5) for what in "abc"]
    states = of(*topics)
    found = states.filters()
    assert (len(found) <= 4, states.left_out) == (True, 0)
    assert all(any(matches(each, topic) for each in found) for topic in topics)


def test_what_is_in_no_filter_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_topics, "MOST_FILTERS", 10)
    states = of(*(f"node{number}/status" for number in range(200)))
    assert (len(states.filters()), states.left_out) == (10, 190)


_LEVEL = st.sampled_from(["a", "b", "c", "1", "2", "3", "4"])
_TOPIC = st.lists(_LEVEL, min_size=1, max_size=4).map("/".join)


@given(st.lists(_TOPIC, max_size=40), st.lists(_TOPIC, max_size=10))
def test_every_topic_is_covered_and_nothing_stays_of_what_went(topics: list[str], gone: list[str]) -> None:
    states = StateTopics()
    bound, state_topics.ONE_BY_ONE = state_topics.ONE_BY_ONE, 5
    try:
        for topic in topics:
            states.add(topic)
        for topic in gone:
            states.drop(topic)
        left = set(topics) - set(gone)
        found = states.filters()
        assert all(any(matches(each, topic) for each in found) for topic in left)
        assert len(found) <= len(left)
        for topic in left:
            states.drop(topic)
        assert (states.filters(), states._groups) == ((), {})
    finally:
        state_topics.ONE_BY_ONE = bound


def test_what_is_refused_as_a_wildcard_is_asked_for_otherwise() -> None:
    plugs = [f"z/plug{number}/{end}" for number in range(90) for end in ("a", "b")]
    states = of(*plugs)
    assert set(states.filters()) == {"z/+/a", "z/+/b"}
    assert states.refuse(["z/+/a", "z/plug1/b", "homeassistant/#"]) == {"z/+/a"}
    # Now each plug has a wildcard of its own, but for what one of them stands for already.
    assert "z/+/a" not in states.filters()
    assert all(any(matches(one, plug) for one in states.filters()) for plug in plugs)

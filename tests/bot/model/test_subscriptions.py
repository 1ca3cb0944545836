"""Subscriptions: found by topic, filter and alias."""

from hypothesis import given, strategies as st

from bot.model.message import QoS
from bot.model.rules import Subscription
from bot.model.topics import Subscriptions, covers, matches, overlaps

HOME = Subscription("home/#", QoS.AT_LEAST_ONCE, alias="The  House")
TEMPERATURE = Subscription("home/+/temperature", QoS.EXACTLY_ONCE)
LAMP = Subscription("home/hall/lamp", QoS.AT_MOST_ONCE, alias="Lamp")
RULES = Subscriptions([HOME, TEMPERATURE, LAMP])

LEVELS = st.sampled_from(["a", "b", "+", "$x"])
FILTERS = st.builds(
    lambda levels, tail, group: group + "/".join([*levels, *tail]),
    st.lists(LEVELS, min_size=1, max_size=3),
    st.sampled_from([(), ("#",)]),
    st.sampled_from(["", "", "", "$share/g/"]),
)
TOPICS = st.lists(st.sampled_from(["a", "b", "$x"]), min_size=1, max_size=4).map("/".join)


def test_the_most_specific_subscription_decides() -> None:
    assert RULES.best("home/hall/lamp") == LAMP
    assert RULES.best("home/hall/temperature") == TEMPERATURE
    assert RULES.best("home") == HOME
    assert RULES.best("garden") is None


def test_an_alias_stands_for_its_filter() -> None:
    assert RULES.resolve("LAMP") == "home/hall/lamp"
    assert RULES.resolve(" the house ") == "home/#"
    assert RULES.resolve("home/x") == "home/x"
    assert set(RULES.aliases) == {"the house", "lamp"}


def test_a_filter_is_itself_even_if_it_is_an_alias_too() -> None:
    rules = Subscriptions([Subscription("a", alias="b"), Subscription("b")])
    assert rules.resolve("b") == "b"


def test_counts_and_finds_by_filter() -> None:
    assert len(RULES) == 3
    assert RULES.get("home/#") == HOME
    assert RULES.get("home") is None


def test_knows_what_covers_a_filter() -> None:
    assert RULES.covering("home/kitchen") == HOME
    assert RULES.covering("garden/#") is None


def test_offers_what_looks_similar() -> None:
    assert RULES.similar("home/hal/lamp") == ["home/hall/lamp"]
    assert RULES.similar("lampe") == ["Lamp"]
    assert RULES.similar("xyz") == []


def test_asks_the_broker_for_discovery_too() -> None:
    wanted = Subscriptions([LAMP]).wanted(("ha/+/+/config", "ha/+/+/+/config"))
    assert wanted == {"home/hall/lamp": 0, "ha/+/+/config": 0, "ha/+/+/+/config": 0}
    assert Subscriptions([LAMP]).wanted() == {"home/hall/lamp": 0}


def test_leaves_out_what_another_filter_brings() -> None:
    assert RULES.wanted() == {"home/#": 1, "home/+/temperature": 2}
    assert Subscriptions([Subscription("#")]).wanted(("homeassistant/+/+/config",)) == {"#": 1}


def test_of_equal_filters_one_stays() -> None:
    both = [Subscription("#"), Subscription("+/#")]
    assert Subscriptions(both).wanted() == {"#": 1}
    assert Subscriptions(both[::-1]).wanted() == {"+/#": 1}


def test_a_better_filter_of_the_same_reach_wins() -> None:
    both = [Subscription("#", QoS.AT_MOST_ONCE), Subscription("+/#", QoS.EXACTLY_ONCE)]
    assert Subscriptions(both).wanted() == {"+/#": 2}


def test_knows_which_filters_overlap() -> None:
    for one, other in (
        *(("a", "a"), ("a/+", "+/b"), ("a/#", "a"), ("a/#", "a/b/c"), ("+", "#"), ("$share/g/a", "a")),
    ):
        assert overlaps(one, other)
        assert overlaps(other, one)
    for one, other in (("a", "b"), ("a/+", "a/b/c"), ("a/b/+", "a/c/#"), ("a", "a/b")):
        assert not overlaps(one, other)
        assert not overlaps(other, one)


def test_a_share_is_a_part_and_covers_nothing() -> None:
    rules = [Subscription("$share/g/home/#"), Subscription("home/x"), Subscription("home/#")]
    assert Subscriptions(rules).wanted() == {"$share/g/home/#": 1, "home/#": 1}


@given(st.lists(st.builds(Subscription, FILTERS, st.sampled_from(QoS)), max_size=6), TOPICS)
def test_leaving_out_loses_no_message_and_no_quality(rules: list[Subscription], topic: str) -> None:
    subscriptions = Subscriptions(rules)
    all_filters = {each.filter: each.qos for each in subscriptions}
    wanted = subscriptions.wanted()
    best = max((qos for one, qos in all_filters.items() if matches(one, topic)), default=None)
    assert max((qos for one, qos in wanted.items() if matches(one, topic)), default=None) == best


@given(st.lists(FILTERS, max_size=6), FILTERS)
def test_a_covering_subscription_is_found_if_there_is_one(filters: list[str], wanted: str) -> None:
    found = Subscriptions(Subscription(each) for each in filters).covering(wanted)
    if found is None:
        assert not any(covers(each, wanted) for each in filters)
    else:
        assert covers(found.filter, wanted)

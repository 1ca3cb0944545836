"""Topic names and filters (MQTT 5 §4.7)."""

from collections.abc import Callable
from random import Random

from hypothesis import given, settings, strategies as st
import pytest

from bot.model.replies import BotError
from bot.model.topics import Filters, covers, matches, shared, valid_filter, valid_topic

LEVELS = st.sampled_from(["", "a", "b", "$SYS", "+"])
FILTERS = st.builds(
    lambda levels, tail, group: f"{group}{'/'.join([*levels, *tail])}",
    st.lists(LEVELS, min_size=1, max_size=4),
    st.sampled_from([(), ("#",)]),
    st.sampled_from(["", "", "$share/g/", "$share/h/"]),
) | st.sampled_from(["#", "+", "+/#", "$share/g/#"])
TOPICS = st.lists(st.sampled_from(["", "a", "b", "$SYS"]), min_size=1, max_size=5).map("/".join)


@pytest.mark.parametrize(
    ("topic_filter", "topic"),
    [
        ("home/temp", "home/temp"),
        ("home/#", "home"),
        ("home/#", "home/"),
        ("home/#", "home/a/b/c"),
        ("#", "home/temp"),
        ("#", "/"),
        ("+", "home"),
        ("+/+", "/home"),
        ("/+", "/home"),
        ("home/+/temp", "home//temp"),
        ("home/+", "home/"),
        ("$SYS/#", "$SYS/broker/load"),
        ("$SYS/#", "$SYS"),
        ("$SYS/+/x", "$SYS/broker/x"),
        ("$share/bots/home/#", "home/temp"),
        ("a b/c.d,e/🌡", "a b/c.d,e/🌡"),
        ("a/$x", "a/$x"),
        ("+/$x", "a/$x"),
    ],
)
def test_a_filter_matches_its_topics(topic_filter: str, topic: str) -> None:
    assert matches(topic_filter, topic)


@pytest.mark.parametrize(
    ("topic_filter", "topic"),
    [
        ("home/temp", "home/Temp"),
        ("home/temp", "home"),
        ("home", "home/temp"),
        ("home/#", "homes"),
        ("home/+", "home"),
        ("home/+", "home/a/b"),
        ("+", "/home"),
        ("#", "$SYS/broker/load"),
        ("+/broker/load", "$SYS/broker/load"),
        ("+/#", "$SYS"),
        ("$share/bots/#", "$SYS/broker"),
        ("a/#/b", "a/x/y"),
        ("a/#/b", "a/x/b"),
        ("a+/b", "aa/b"),
    ],
)
def test_a_filter_does_not_match_other_topics(topic_filter: str, topic: str) -> None:
    assert not matches(topic_filter, topic)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "/",
        "a//b",
        "+",
        "#",
        "a/+/b/#",
        "$SYS/#",
        "$share/g/#",
        "$share/g/a/+",
        "$share",
        "a b/c,d",
        "é/🌡",
        "x" * 65_535,
    ],
)
def test_a_valid_filter_is_accepted(text: str) -> None:
    valid_filter(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("a/#/b", "hash"),
        ("a#", "hash"),
        ("a/b#", "hash"),
        ("##", "hash"),
        ("a+/b", "plus"),
        ("a/+b", "plus"),
        ("a\0", "character"),
        ("a\n", "character"),
        ("a\ud800", "character"),
        ("a\uffff", "character"),
        ("ü" * 32_768, "too_long"),
        ("$share/g", "share"),
        ("$share//a", "share"),
        ("$share/g/", "share"),
        ("$share/+/a", "share"),
        ("$share/a#/a", "share"),
        ("$share/g/a/#/b", "hash"),
    ],
)
def test_an_invalid_filter_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(BotError) as caught:
        valid_filter(text)
    assert (caught.value.key, caught.value.placeholders) == ("invalid_filter", {"filter": text, "why": why})


@pytest.mark.parametrize("text", ["a", "/", "a b/c.d,e/🌡", "$SYS/x", "homeassistant/sensor/x/config"])
def test_a_valid_topic_is_accepted(text: str) -> None:
    valid_topic(text)


@pytest.mark.parametrize(
    ("text", "why"), [("", "empty"), ("a/+", "wildcard"), ("#", "wildcard"), ("a\x7f", "character")]
)
def test_an_invalid_topic_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(BotError) as caught:
        valid_topic(text)
    assert (caught.value.key, caught.value.placeholders) == ("invalid_topic", {"topic": text, "why": why})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("$share/bots/home/#", ("bots", "home/#")),
        ("home/#", ("", "home/#")),
        ("$share", ("", "$share")),
        ("$share/bots", ("", "$share/bots")),
        ("$SYS/#", ("", "$SYS/#")),
    ],
)
def test_a_shared_filter_is_split_into_group_and_filter(text: str, parts: tuple[str, str]) -> None:
    assert shared(text) == parts


@given(st.text(st.characters(codec=None, categories=None)) | FILTERS)
def test_what_is_a_valid_topic_is_a_valid_filter_or_a_broken_share(text: str) -> None:
    assert accepted(valid_filter, text) or not accepted(valid_topic, text) or text.startswith("$share/")


def accepted(check: Callable[[str], None], text: str) -> bool:
    try:
        check(text)
    except BotError:
        return False
    return True


@pytest.mark.parametrize(
    ("topic_filter", "other"),
    [
        ("#", "a/b"),
        ("#", "#"),
        ("#", "+/#"),
        ("+/#", "#"),
        ("a/#", "a"),
        ("a/#", "a/#"),
        ("a/#", "a/+/b/#"),
        ("a/+", "a/b"),
        ("+/+", "+/b"),
        ("a/b", "$share/g/a/b"),
        ("$SYS/#", "$SYS/a"),
    ],
)
def test_a_wider_filter_covers_a_narrower_one(topic_filter: str, other: str) -> None:
    assert covers(topic_filter, other)


@pytest.mark.parametrize(
    ("topic_filter", "other"),
    [
        ("a", "b"),
        ("a/+", "a/#"),
        ("a/b", "a/+"),
        ("a/+/#", "a/#"),
        ("+", "#"),
        ("#", "$SYS/#"),
        ("+/a", "$SYS/a"),
        ("a/b", "a"),
    ],
)
def test_a_filter_does_not_cover_one_that_reaches_further(topic_filter: str, other: str) -> None:
    assert not covers(topic_filter, other)


@given(FILTERS, FILTERS, TOPICS)
def test_what_covers_matches_everything_the_covered_one_matches(one: str, other: str, topic: str) -> None:
    assert not (covers(one, other) and matches(other, topic)) or matches(one, topic)


@given(st.lists(FILTERS, max_size=12), st.lists(FILTERS, max_size=4), TOPICS)
@settings(max_examples=300)
def test_the_trie_finds_what_matches_one_by_one(put: list[str], removed: list[str], topic: str) -> None:
    filters = Filters[str]({text: text for text in put})
    filters.find(topic)
    for text in removed:
        filters.remove(text)
    found = filters.find(topic)
    assert sorted(found) == sorted({text for text in put if matches(text, topic)} - set(removed))
    assert filters.find(topic) is found


@given(st.lists(FILTERS, max_size=12), TOPICS, st.randoms())
def test_the_order_does_not_depend_on_the_order_of_adding(put: list[str], topic: str, random: Random) -> None:
    shuffled = list(put)
    random.shuffle(shuffled)
    assert Filters[str]({text: text for text in put}).find(topic) == Filters[str](
        {t: t for t in shuffled}
    ).find(topic)


def test_the_most_specific_filter_comes_first() -> None:
    order = ["a/b/c", "$share/g/a/b/c", "a/b/+", "a/b/#", "a/+/c", "a/#", "+/b/c", "#"]
    filters = Filters[str]({text: text for text in reversed(order)})
    assert filters.find("a/b/c") == tuple(order)
    assert filters.best("a/b/c") == "a/b/c"


def test_nothing_is_best_where_nothing_matches() -> None:
    assert Filters[int]().best("a") is None


def test_putting_a_filter_again_replaces_its_item() -> None:
    filters = Filters[int]({"a/+": 1})
    assert filters.find("a/b") == (1,)
    filters.put("a/+", 2)
    assert filters.find("a/b") == (2,)


def test_removing_an_unknown_filter_changes_nothing() -> None:
    filters = Filters[int]({"a/b": 1})
    for text in ("a/b/c", "a/#", "a", "+", "x"):
        filters.remove(text)
    assert filters.find("a/b") == (1,)


def test_the_memory_of_known_topics_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.model.topics._KNOWN_TOPICS", 10)
    filters = Filters[int]({"#": 1})
    for number in range(25):
        assert filters.find(str(number)) == (1,)
    assert len(filters._found) == 5


def test_a_filter_of_very_many_levels_is_no_trouble() -> None:
    deep = "/".join(["+"] * 20_000)
    filters = Filters[int]({deep: 1})
    assert filters.find(deep.replace("+", "a")) == (1,)
    filters.remove(deep)
    assert filters.find(deep.replace("+", "a")) == ()

"""PubSub nodes and their topics."""

from hypothesis import given, strategies as st
import pytest

from bot.pubsub.nodes import Item, ItemType, Node, is_discovery, node_of


@pytest.mark.parametrize(
    ("topic", "node", "kind"),
    [
        ("pubsub.home.test/json/sensors", Node("pubsub.home.test", "sensors"), ItemType.JSON),
        ("pubsub.home.test/utf8/a/b c", Node("pubsub.home.test", "a/b c"), ItemType.UTF8),
        ("pubsub.home.test/atom_title/news", Node("pubsub.home.test", "news"), ItemType.ATOM_TITLE),
    ],
)
def test_a_topic_names_its_node(topic: str, node: Node, kind: ItemType) -> None:
    assert node_of(topic) == (node, kind)
    assert node_of(topic, "other.home.test") == (node, kind)


@pytest.mark.parametrize(
    "topic", ["sensors", "home/json/x", "pubsub.home.test/pubsub/x", "pubsub.home.test/json/", "a.b/json"]
)
def test_anything_else_is_the_name_of_a_node_where_there_is_a_service(topic: str) -> None:
    assert node_of(topic) is None
    assert node_of(topic, "pubsub.home.test") == (Node("pubsub.home.test", topic), None)


@pytest.mark.parametrize("topic_filter", ["", "#", "home/+", "a.b/json/+", "a.b/+/x", "$share/g/a.b/json/x"])
def test_what_stands_for_many_topics_is_no_node(topic_filter: str) -> None:
    assert node_of(topic_filter, "pubsub.home.test") is None


@given(st.text())
def test_any_text_can_be_asked_for(topic: str) -> None:
    named = node_of(topic, "pubsub.home.test")
    assert named is None or named[0].name


@pytest.mark.parametrize(
    ("topic_filter", "is_one"),
    [
        ("homeassistant/+/+/config", True),
        ("a/b/+/+/+/config", True),
        ("homeassistant/#", False),
        ("+/+/+/config", False),
    ],
)
def test_filters_of_discovery_are_known(topic_filter: str, is_one: bool) -> None:
    assert is_discovery(topic_filter) is is_one


@given(st.text(st.characters(codec="utf-8")))
def test_the_number_of_an_item_is_that_of_its_id(name: str) -> None:
    first, second = Item(name, ItemType.UTF8, b"1"), Item(name, ItemType.JSON, b"2")
    assert first.number == second.number
    assert 0 <= first.number < 2**31

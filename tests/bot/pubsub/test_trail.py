"""What was missed of a node."""

from collections.abc import Iterable

from hypothesis import example, given, strategies as st
import pytest

from bot.pubsub.nodes import MOST_ITEMS, Item, ItemType
from bot.pubsub.trail import Trail

PAYLOADS = st.lists(st.sampled_from("abc"), max_size=12)


def item(name: object, payload: str = "") -> Item:
    return Item(str(name), ItemType.UTF8, (payload or str(name)).encode())


def items(payloads: Iterable[str], first: int = 0) -> list[Item]:
    """Return items with an id of their own each."""
    return [item(number, payload) for number, payload in enumerate(payloads, first)]


def known(*kept: Item) -> Trail:
    """Return what is known of a node after it was looked at once."""
    trail = Trail()
    assert trail.missed(kept) == []
    return trail


def test_of_a_node_looked_at_for_the_first_time_nothing_was_missed() -> None:
    trail = Trail()
    assert not trail.began
    assert trail.missed(items("abc")) == []
    assert trail.began
    assert trail.missed(items("abcd")) == items("d", 3)


def test_items_are_missed_once_and_in_order() -> None:
    trail = known(*items("a"))
    every = items("abcdefghijk")
    assert trail.missed(every) == every[1:]
    assert trail.missed(every) == []


def test_an_item_that_came_was_not_missed() -> None:
    trail = known()
    trail.take(item(1))
    assert item(1) in trail
    assert trail.missed([item(1), item(2)]) == [item(2)]


def test_another_payload_under_the_same_id_is_another_item() -> None:
    trail = known(item("current", "on"))
    assert item("current", "off") not in trail
    assert trail.missed([item("current", "off")]) == [item("current", "off")]


def test_the_oldest_items_are_forgotten_as_the_node_forgets_them() -> None:
    trail = known()
    for number in range(MOST_ITEMS + 1):
        trail.take(item(number))
    assert item(0) not in trail
    assert item(1) in trail
    trail.take(item(1))
    trail.take(item("new"))
    assert item(1) in trail
    assert item(2) not in trail


def test_what_came_by_mqtt_is_recognised_by_its_place() -> None:
    trail = known()
    for payload in "ab":
        trail.came(payload.encode())
    assert [one.payload for one in trail.missed(items("abxyz"), [b"z"])] == [b"x", b"y"]


def test_what_came_by_mqtt_too_late_to_be_among_the_items_counts_next_time() -> None:
    trail = known()
    assert trail.missed(items("ab"), [b"b", b"c"]) == items("a")
    assert trail.missed(items("abc")) == []


def test_payloads_that_came_are_bounded() -> None:
    trail = known()
    for number in range(MOST_ITEMS + 10):
        trail.came(str(number).encode())
    assert len(trail.dump()) < MOST_ITEMS * 16


@example(before=[], delivered=["a"], missed=["b"], since=["a", "a"], later=[], limit=1)
@given(
    before=PAYLOADS,
    delivered=PAYLOADS,
    missed=PAYLOADS,
    since=PAYLOADS,
    later=PAYLOADS,
    limit=st.integers(1, 40),
)
def test_every_item_is_told_by_one_way_or_the_other_and_as_often_as_it_was_published(
    before: list[str], delivered: list[str], missed: list[str], since: list[str], later: list[str], limit: int
) -> None:
    every = items([*before, *delivered, *missed, *since])
    trail = known(*every[: len(before)])
    for payload in delivered:
        trail.came(payload.encode())
    held = [payload.encode() for payload in (*since, *later)]
    told = trail.missed(every, held)
    came = [*delivered, *missed, *since]
    found = [*delivered, *(one.payload.decode() for one in told), *since]
    # `later` may be taken for items of the same payload; then they are told all the same, by MQTT.
    assert len(found) + len(later) >= len(came)
    assert set(came) <= {*found, *later}
    if not later:
        assert sorted(found) == sorted(came)
    numbers = [int(one.id) for one in told]
    assert numbers == sorted(numbers)
    assert trail.missed(every[-limit:]) == []


@given(kept=PAYLOADS, delivered=PAYLOADS, missed=PAYLOADS)
def test_a_restart_changes_nothing(kept: list[str], delivered: list[str], missed: list[str]) -> None:
    trail = known(*items(kept))
    for payload in delivered:
        trail.came(payload.encode())
    again = Trail(trail.dump())
    every = items([*kept, *delivered, *missed])
    assert again.began
    assert again.missed(every) == trail.missed(every)


@pytest.mark.parametrize("kept", ["", "{", "[]", "[1, 2]", "null", "[[], []]", "[{}, 5]"])
def test_what_cannot_be_read_is_a_node_never_looked_at(kept: str) -> None:
    assert not Trail(kept).began

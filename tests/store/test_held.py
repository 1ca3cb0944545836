"""Notices that wait for a better moment, what becomes of several at once, and Home Assistant's targets."""

import asyncio

import pytest
from store_values import Opener, Query, Told, notice

from custom_components.dinox_mqtt_bot.bot.model.history import LedgerRow
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice, Push
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.bot.ports import NO_CONTACT
from custom_components.dinox_mqtt_bot.store.store import Store

T0 = 2_000_000_000.0
ANN = "ann@example.org"
BOB = "bob@example.org"
PHONE = "notify.phone"


def ids(notices: list[Notice]) -> list[str]:
    return [each.id for each in notices]


async def counted(store: Store) -> tuple[int, int, int]:
    held = [each for to in (ANN, BOB, PHONE) for each in await store.outbox.held(to)]
    return store.outbox.undelivered, store.outbox.unread, len(held)


async def steps(store: Store, *notice_ids: str) -> list[tuple[str, str, str]]:
    return [(row.notice, row.state, row.note) for row in await store.outbox.ledger(notice_ids)]


async def test_what_is_held_is_kept_over_a_restart_and_not_said(open_store: Opener, told: Told) -> None:
    store = open_store()
    given = [
        notice("late", at=T0 + 2, priority=Priority.ALERT),
        notice("early", at=T0 + 1, push=Push("Freezer", "alert-1")),
        notice("other", to=BOB),
    ]
    for each in given:
        store.outbox.hold(each)
    await asyncio.to_thread(store.close)
    again = open_store()
    assert await again.outbox.held(ANN) == [given[1], given[0]]
    assert await again.outbox.waiting() == []
    assert (await counted(again), told.stored) == ((0, 0, 3), [])


async def test_what_is_held_can_be_said_after_all(open_store: Opener, told: Told, query: Query) -> None:
    store = open_store()
    given = [notice(name, at=T0 + number) for number, name in enumerate("abc")]
    for each in given:
        store.outbox.hold(each)
    store.outbox.merge(given[:2], None)
    store.outbox.merge(given[:2], None)
    await told.until(lambda: len(told.stored) == 2)
    assert told.stored == await store.outbox.waiting() == given[:2]
    assert (await counted(store), ids(await store.outbox.held(ANN))) == ((2, 0, 1), ["c"])
    assert {(row.notice, row.state) for row in await store.outbox.ledger(["a"])} == {
        ("a", "held"),
        ("a", "queued"),
    }
    assert query("SELECT id, at FROM outbox WHERE state = 'queued' ORDER BY id") == [("a", T0), ("b", T0 + 1)]


async def test_one_notice_takes_the_place_of_those_that_were_held(
    store: Store, told: Told, query: Query
) -> None:
    given = [notice(name, at=T0) for name in "ab"]
    for each in given:
        store.outbox.hold(each)
    digest = notice("digest", at=T0 + 9)
    store.outbox.merge(given, digest)
    await told.until(lambda: bool(told.stored))
    assert (told.stored, await store.outbox.held(ANN), await counted(store)) == ([digest], [], (1, 0, 0))
    store.outbox.mark("digest", Delivery.SENT, T0 + 10)
    store.outbox.mark("a", Delivery.SENT, T0 + 10)
    assert await store.outbox.ledger(["a"]) == [
        LedgerRow("a", ANN, "held", T0),
        LedgerRow("digest", ANN, "queued", T0 + 9),
        LedgerRow("a", ANN, "merged", T0 + 9, "digest"),
        LedgerRow("digest", ANN, "sent", T0 + 10),
    ]
    assert query("SELECT id, chain FROM outbox WHERE state = 'merged' ORDER BY id") == [
        ("a", "digest"),
        ("b", "digest"),
    ]


async def test_the_ledger_follows_what_was_merged_twice(store: Store) -> None:
    first, second, third = (notice(name, at=T0 + number) for number, name in enumerate("abc"))
    store.outbox.hold(first)
    store.outbox.merge([first], second)
    store.outbox.merge([second], third)
    assert await steps(store, "a") == [
        ("a", "held", ""),
        ("b", "queued", ""),
        ("a", "merged", "b"),
        ("c", "queued", ""),
        ("b", "merged", "c"),
    ]


async def test_what_waits_can_be_merged_and_what_was_sent_not(store: Store) -> None:
    given = [notice(name) for name in ("waits", "sent", "unknown")]
    for each in given[:2]:
        store.outbox.put(each)
    store.outbox.mark("sent", Delivery.SENT, T0 + 1)
    store.outbox.merge(given, notice("digest"))
    assert ids(await store.outbox.waiting()) == ["digest"]
    assert await counted(store) == (1, 1, 0)
    assert await steps(store, "sent") == [("sent", "queued", ""), ("sent", "sent", "")]


async def test_a_notice_is_not_merged_into_itself(store: Store) -> None:
    given = notice("a")
    store.outbox.put(given)
    store.outbox.merge([given], given)
    assert ids(await store.outbox.waiting()) == ["a"]


async def test_of_corrections_that_are_released_only_the_newest_is_said(
    store: Store, told: Told, query: Query
) -> None:
    """In whatever order they are released."""
    given = [notice(name, replaces="first", at=T0 + number) for number, name in enumerate("abcd")]
    for each in given[:2]:
        store.outbox.hold(each)
    store.outbox.put(given[2])
    store.outbox.hold(given[3])
    store.outbox.merge(given[:1], None)
    assert ids(await store.outbox.waiting()) == ["c"]
    store.outbox.merge([given[3], given[1]], None)
    assert ids(await store.outbox.waiting()) == ["d"]
    assert ids(told.stored) == ["c", "d"]
    assert query("SELECT notice, note FROM ledger WHERE state = 'superseded' ORDER BY notice") == [
        ("a", "c"),
        ("b", "d"),
        ("c", "d"),
    ]


async def test_what_is_held_for_somebody_who_is_no_contact_any_more_can_fail(store: Store) -> None:
    store.outbox.hold(notice("a"))
    store.outbox.mark("a", Delivery.SENT, T0 + 1)
    store.outbox.mark("a", Delivery.FAILED, T0 + 2, "gone")
    assert await steps(store, "a") == [("a", "held", ""), ("a", "failed", "gone")]
    assert await counted(store) == (0, 0, 0)


async def test_what_is_held_for_somebody_can_be_held_for_others_instead(
    open_store: Opener, told: Told, query: Query
) -> None:
    store = open_store()
    given = [notice(name, at=T0) for name in "ab"]
    for each in given:
        store.outbox.hold(each)
    store.outbox.hold(notice("phone", to=PHONE, push=Push("Freezer", "alert-1")))
    assert store.outbox.held_for == {ANN, PHONE}
    store.outbox.mark("b", Delivery.FAILED, T0 + 1)
    store.outbox.pass_on(given, [notice("c", to=BOB, at=T0)])
    assert store.outbox.held_for == {BOB, PHONE}
    assert ("a", "superseded", "c") in await steps(store, "a", "b")
    assert not {("b", "superseded", "c"), ("b", "merged", "c")} & {*await steps(store, "b")}
    await asyncio.to_thread(store.close)
    again = open_store()
    assert ids(await again.outbox.held(BOB)) == ["c"]
    assert (again.outbox.held_for, await counted(again), told.stored) == ({BOB, PHONE}, (0, 0, 2), [])


async def test_what_is_held_for_nobody_has_failed(store: Store) -> None:
    store.outbox.hold(notice("a"))
    store.outbox.pass_on([notice("a")], [])
    assert {*await steps(store, "a")} == {("a", "held", ""), ("a", "failed", NO_CONTACT)}
    assert store.outbox.held_for == set()


async def test_a_target_is_done_once_it_was_accepted(open_store: Opener, query: Query) -> None:
    store = open_store()
    given = notice("a", to=PHONE, push=Push("Freezer", "alert-1", False, "/lovelace/0"))
    store.outbox.put(given)
    assert (await store.outbox.waiting(), await counted(store)) == ([given], (1, 0, 0))
    store.outbox.mark("a", Delivery.ACCEPTED, T0 + 1)
    store.outbox.mark("a", Delivery.FAILED, T0 + 2)
    assert (await store.outbox.waiting(), await counted(store)) == ([], (0, 0, 0))
    assert query("SELECT state, sent_at FROM outbox") == [("accepted", T0 + 1)]
    await asyncio.to_thread(store.close)
    assert await counted(open_store()) == (0, 0, 0)


@pytest.mark.parametrize("strange", [Delivery.SENT, Delivery.RECEIVED, Delivery.READ, Delivery.QUEUED])
async def test_a_target_is_never_unread(store: Store, strange: Delivery) -> None:
    store.outbox.put(notice("a", to=PHONE))
    store.outbox.mark("a", strange, T0 + 1)
    assert await counted(store) == (1, 0, 0)


async def test_a_contact_cannot_accept(store: Store) -> None:
    store.outbox.put(notice("a"))
    store.outbox.mark("a", Delivery.ACCEPTED, T0 + 1)
    assert await counted(store) == (1, 0, 0)


async def test_a_target_that_fails_is_tried_again_and_the_newest_reason_is_known(store: Store) -> None:
    store.outbox.put(notice("a", to=PHONE, at=T0))
    store.outbox.note_failure("a", "no such action", T0 + 1)
    store.outbox.note_failure("a", "timeout", T0 + 2)
    store.outbox.note_failure("unknown", "timeout", T0 + 2)
    assert ids(await store.outbox.waiting()) == ["a"]
    assert await store.outbox.ledger(["a"]) == [
        LedgerRow("a", PHONE, "queued", T0),
        LedgerRow("a", PHONE, "retrying", T0 + 2, "timeout"),
    ]
    store.outbox.mark("a", Delivery.FAILED, T0 + 3, "given up")
    store.outbox.note_failure("a", "too late", T0 + 4)
    assert (await steps(store, "a"))[1:] == [("a", "retrying", "timeout"), ("a", "failed", "given up")]
    assert (await store.outbox.waiting(), await counted(store)) == ([], (0, 0, 0))

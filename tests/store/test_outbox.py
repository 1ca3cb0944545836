"""Notices: written before they are said, counted, never going back."""

import asyncio
import time
from typing import Any

import pytest
from store_values import Opener, Query, Told, message, notice, reading_of

from custom_components.dinox_mqtt_bot.bot.model.history import LedgerRow
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice, Push, Reference
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery, LinkStatus, Phase
from custom_components.dinox_mqtt_bot.bot.ports import UNSURE_SECONDS
from custom_components.dinox_mqtt_bot.store.outbox import PATIENCE_SECONDS
from custom_components.dinox_mqtt_bot.store.store import Store

# Later than the retention of any clock this runs by.
T0 = 2_000_000_000.0


def ids(notices: list[Notice]) -> list[str]:
    return [each.id for each in notices]


def counts(store: Store) -> tuple[int, int]:
    return store.outbox.undelivered, store.outbox.unread


async def test_a_notice_is_said_once_it_is_written(store: Store, told: Told, query: Query) -> None:
    given = [notice(f"n{number}") for number in range(20)]
    for each in given:
        store.outbox.put(each)
    assert told.stored == []
    await told.until(lambda: len(told.stored) == 20)
    assert told.stored == given
    assert query("SELECT count(*) FROM outbox WHERE state = 'queued'") == [(20,)]


async def test_a_notice_put_twice_is_one_notice(store: Store) -> None:
    store.outbox.put(notice("n"))
    store.outbox.put(notice("n"))
    assert ids(await store.outbox.waiting()) == ["n"]
    assert counts(store) == (1, 0)


async def test_what_waits_comes_whole_alerts_first_then_by_time(store: Store) -> None:
    given = [
        notice("late", at=T0 + 30),
        notice("early", at=T0 + 10),
        notice("alert", at=T0 + 40, priority=Priority.ALERT),
        notice("critical", at=T0 + 35, priority=Priority.CRITICAL, to="bob@example.org"),
        notice("room", at=T0 + 50, to="den@conference.example.org", room=True),
        notice("file", at=T0 + 60, file=True),
        notice("silent", at=T0 + 20, priority=Priority.SILENT, push=Push("Title", "tag", False, "/lovelace")),
    ]
    for each in given:
        store.outbox.put(each)
    waiting = await store.outbox.waiting()
    assert ids(waiting) == ["critical", "alert", "early", "silent", "late", "room", "file"]
    assert set(waiting) == set(given)


@pytest.mark.parametrize("settled", [Delivery.SENT, Delivery.RECEIVED, Delivery.READ, Delivery.FAILED])
async def test_what_was_sent_waits_no_more(store: Store, settled: Delivery) -> None:
    store.outbox.put(notice("a"))
    store.outbox.put(notice("b"))
    store.outbox.mark("a", settled, T0 + 2)
    assert ids(await store.outbox.waiting()) == ["b"]


async def test_what_could_not_be_passed_on_waits_again_after_a_restart_too(open_store: Opener) -> None:
    store = open_store()
    store.outbox.put(notice("a"))
    for delivery in (Delivery.SENT, Delivery.QUEUED):
        store.outbox.mark("a", delivery, T0 + 2)
    assert (ids(await store.outbox.waiting()), counts(store)) == (["a"], (1, 0))
    store.close()
    again = open_store()
    assert (ids(await again.outbox.waiting()), counts(again)) == (["a"], (1, 0))


@pytest.mark.parametrize("further", [Delivery.RECEIVED, Delivery.READ, Delivery.FAILED])
async def test_what_came_further_does_not_wait_again(store: Store, further: Delivery) -> None:
    store.outbox.put(notice("a"))
    for delivery in (Delivery.SENT, further, Delivery.QUEUED):
        store.outbox.mark("a", delivery, T0 + 2)
    assert await store.outbox.waiting() == []


async def test_counts_follow_the_way_of_a_notice(store: Store) -> None:
    seen = []
    store.outbox.put(notice("n"))
    for delivery in (Delivery.QUEUED, Delivery.SENT, Delivery.RECEIVED, Delivery.READ):
        store.outbox.mark("n", delivery, T0 + 2)
        seen.append(counts(store))
    assert seen == [(1, 0), (0, 1), (0, 1), (0, 0)]


async def test_the_ledger_keeps_each_step_once_and_nothing_goes_back(store: Store, query: Query) -> None:
    store.outbox.put(notice("n", at=T0 + 1))
    steps = [
        Delivery.SENT,
        Delivery.RECEIVED,
        Delivery.SENT,
        Delivery.FAILED,
        Delivery.RECEIVED,
        Delivery.READ,
    ]
    for at, delivery in enumerate([*steps, Delivery.RECEIVED], 2):
        store.outbox.mark("n", delivery, T0 + at)
    assert await store.outbox.ledger(["n"]) == [
        LedgerRow("n", "ann@example.org", "queued", T0 + 1),
        LedgerRow("n", "ann@example.org", "sent", T0 + 2),
        LedgerRow("n", "ann@example.org", "received", T0 + 3),
        LedgerRow("n", "ann@example.org", "read", T0 + 7),
    ]
    assert query("SELECT state, changed, sent_at FROM outbox") == [("read", T0 + 7, T0 + 2)]


async def test_a_mark_for_an_unknown_notice_changes_nothing(store: Store) -> None:
    store.outbox.mark("nobody", Delivery.READ, 1.0)
    assert counts(store) == (0, 0)
    assert await store.outbox.ledger(["nobody"]) == []


async def test_read_holds_for_what_was_sent_to_the_contact_before(store: Store) -> None:
    for name in ("a", "waits", "b", "c"):
        store.outbox.put(notice(name))
    store.outbox.put(notice("other", to="bob@example.org"))
    for name in ("a", "b", "c", "other"):
        store.outbox.mark(name, Delivery.SENT, T0 + 2)
    store.outbox.mark("b", Delivery.READ, T0 + 3)
    states = {row.notice: row.state for row in await store.outbox.ledger(["a", "waits", "b", "c", "other"])}
    assert states == {"a": "read", "waits": "queued", "b": "read", "c": "sent", "other": "sent"}
    assert counts(store) == (1, 2)


@pytest.mark.parametrize(("contact", "left"), [("", 0), ("ann@example.org", 1), ("nobody@example.org", 2)])
async def test_all_can_be_marked_read(store: Store, contact: str, left: int) -> None:
    for name, to in (("a", "ann@example.org"), ("b", "bob@example.org")):
        store.outbox.put(notice(name, to=to))
        store.outbox.mark(name, Delivery.SENT, T0 + 2)
    store.outbox.put(notice("waits"))
    store.outbox.mark_all_read(contact)
    assert counts(store) == (1, left)


async def test_a_correction_takes_the_place_of_the_one_that_still_waits(store: Store, query: Query) -> None:
    store.outbox.put(notice("first"))
    for number in range(10):
        store.outbox.put(notice(f"c{number}", replaces="first"))
    assert ids(await store.outbox.waiting()) == ["first", "c9"]
    assert counts(store) == (2, 0)
    assert query("SELECT count(*) FROM outbox WHERE state = 'superseded'") == [(9,)]
    (put, superseded) = await store.outbox.ledger(["c0"])
    assert (put.state, superseded.state, superseded.note) == ("queued", "superseded", "c1")


async def test_a_correction_of_a_correction_is_of_the_same_chain(store: Store) -> None:
    store.outbox.put(notice("first"))
    store.outbox.mark("first", Delivery.SENT, T0 + 2)
    store.outbox.put(notice("second", replaces="first"))
    store.outbox.put(notice("third", replaces="second"))
    assert ids(await store.outbox.waiting()) == ["third"]


async def test_a_correction_that_was_sent_is_not_superseded(store: Store) -> None:
    store.outbox.put(notice("c1", replaces="first"))
    store.outbox.mark("c1", Delivery.SENT, T0 + 2)
    store.outbox.put(notice("c2", replaces="first"))
    assert counts(store) == (1, 1)
    assert ids(await store.outbox.waiting()) == ["c2"]


async def test_corrections_of_different_notices_do_not_meet(store: Store) -> None:
    store.outbox.put(notice("c1", replaces="first"))
    store.outbox.put(notice("c2", replaces="second"))
    assert ids(await store.outbox.waiting()) == ["c1", "c2"]


async def test_what_was_superseded_before_it_was_written_is_not_said(store: Store, told: Told) -> None:
    store.outbox.put(notice("c1", replaces="first"))
    store.outbox.put(notice("c2", replaces="first"))
    await told.until(lambda: bool(told.stored))
    assert ids(told.stored) == ["c2"]


async def test_all_of_it_survives_a_restart(open_store: Opener) -> None:
    store = open_store()
    for name in ("read", "received", "sent", "failed", "queued"):
        store.outbox.put(notice(name))
    for name in ("read", "received", "sent", "failed"):
        store.outbox.mark(name, Delivery(name), T0 + 2)
    store.outbox.put(notice("c1", replaces="received"))
    before = counts(store), await store.outbox.waiting()
    await asyncio.to_thread(store.close)
    again = open_store()
    assert (counts(again), await again.outbox.waiting()) == before
    again.outbox.put(notice("c2", replaces="received"))
    assert ids(await again.outbox.waiting()) == ["queued", "c2"]


async def test_a_marker_reads_also_what_is_too_much_to_count(
    open_store: Opener, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.dinox_mqtt_bot.store.tally.MOST_UNREAD", 3)
    store = open_store()
    for number in range(10):
        store.outbox.put(notice(f"n{number}"))
        store.outbox.mark(f"n{number}", Delivery.SENT, 2_000_000_001.0)
    store.outbox.put(notice("bob", to="bob@example.org"))
    store.outbox.mark("bob", Delivery.SENT, 2_000_000_001.0)
    store.outbox.put(notice("later"))
    counted = store.outbox.unread
    await asyncio.to_thread(store.close)
    again = open_store()
    assert (counted, again.outbox.unread) == (4, 4)
    again.outbox.mark("n8", Delivery.READ, 2_000_000_002.0)
    assert again.outbox.unread == 2
    assert [each.id for each in await again.outbox.waiting()] == ["later"]
    assert query("SELECT id, state FROM outbox WHERE state <> 'read' ORDER BY id") == [
        ("bob", "sent"),
        ("later", "queued"),
        ("n9", "sent"),
    ]
    assert query("SELECT count(*), min(at), max(at) FROM ledger WHERE state = 'read'") == [
        (9, 2_000_000_002.0, 2_000_000_002.0)
    ]


# What an earlier run knew only to be taken by the chat server

LATER = T0 + UNSURE_SECONDS


def handed_over(store: Store, *confirmed: str) -> None:
    """Hand notices over at `T0`, some of which a client has confirmed."""
    given = [
        notice("value"),
        notice("alert", priority=Priority.ALERT),
        notice("its end"),
        notice("live"),
        notice("correction", replaces="live"),
        notice("other", to="bob@example.org", priority=Priority.CRITICAL),
        notice("room", to="den@conference.example.org", room=True, priority=Priority.ALERT),
        notice("target", to="notify.phone", push=Push("", "", True, ""), priority=Priority.ALERT),
    ]
    for each in given:
        store.outbox.put(each)
        store.outbox.mark(each.id, Delivery.ACCEPTED if each.push else Delivery.SENT, T0)
    for notice_id in confirmed:
        store.outbox.mark(notice_id, Delivery.RECEIVED, T0)


async def waiting_next(killed: Store, open_store: Opener) -> set[str]:
    """Return what waits in the next run, while this one has not ended as it should."""
    await killed.outbox.waiting()
    return {each.id for each in await open_store().outbox.waiting()}


@pytest.mark.parametrize(
    ("confirmed", "waits"),
    [
        ((), {"alert", "its end", "other", "room"}),
        (("value",), {"alert", "its end", "other", "room"}),
        (("alert",), {"other", "room"}),
        # Who has the later one was given the earlier ones before.
        (("its end", "other"), {"room"}),
        # That a room has passed it on says no more than that its server had it.
        (("its end", "other", "room"), {"room"}),
    ],
)
async def test_alerts_that_nobody_confirmed_and_what_was_told_after_them_wait_again(
    open_store: Opener, confirmed: tuple[str, ...], waits: set[str]
) -> None:
    killed = open_store()
    handed_over(killed, *confirmed)
    assert await waiting_next(killed, open_store) == waits


async def test_what_waits_again_is_counted_logged_and_said_once(
    open_store: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: T0 + 3)
    killed = open_store()
    handed_over(killed, "alert")
    killed.outbox.mark("room", Delivery.READ, T0)
    await killed.outbox.waiting()
    again = open_store()
    assert again.outbox.undelivered == 1
    assert [row.state for row in await again.outbox.ledger(["other"])] == ["queued", "sent", "again"]
    again.outbox.mark("other", Delivery.SENT, T0 + 5)
    assert await again.outbox.waiting() == []


async def test_a_run_that_ends_as_it_should_says_nothing_of_the_server(open_store: Opener) -> None:
    first = open_store()
    handed_over(first)
    first.close()
    waiting = await open_store().outbox.waiting()
    assert {each.id for each in waiting} == {"alert", "its end", "other", "room"}


async def test_a_room_that_tells_of_something_has_what_came_before_it(open_store: Opener) -> None:
    """A room tells the end of what it has. The notice of the night was held, and said after the others."""
    room = "den@conference.example.org"
    told = [
        notice(f"n{number}", to=room, room=True, priority=Priority.ALERT, at=T0 + number)
        for number in range(5)
    ]
    night = notice("night", to=room, room=True, priority=Priority.ALERT, at=T0 - 9_000)
    killed = open_store()
    killed.outbox.hold(night)
    for number, each in enumerate([*told, night]):
        if each is night:
            killed.outbox.merge([night], None)
        else:
            killed.outbox.put(each)
        if each.id != "n4":  # the bot is killed before it knows that the server has this
            killed.outbox.mark(each.id, Delivery.SENT, T0 + number)
            killed.outbox.mark(each.id, Delivery.RECEIVED, T0 + number)
    await killed.outbox.waiting()
    store = open_store()
    assert [each.id for each in await store.outbox.waiting()] == ["n0", "n1", "n2", "n3", "n4", "night"]
    store.outbox.mark("n2", Delivery.RECEIVED, T0 + 50)
    assert [each.id for each in await store.outbox.waiting()] == ["n3", "n4", "night"]
    # What is said again now has passed through the room, and tells nothing of the others.
    store.outbox.mark("night", Delivery.SENT, T0 + 51)
    store.outbox.mark("night", Delivery.RECEIVED, T0 + 51)
    assert [each.id for each in await store.outbox.waiting()] == ["n3", "n4"]
    again = open_store()
    assert [each.id for each in await again.outbox.waiting()] == ["n0", "n1", "n2", "n3", "n4", "night"]
    again.outbox.mark("n4", Delivery.RECEIVED, T0 + 60)
    assert await again.outbox.waiting() == []


@pytest.mark.parametrize(("at", "waits"), [(LATER, True), (LATER + 1, False)])
async def test_the_server_was_there_no_later_than_something_was_stored(
    open_store: Opener, at: float, waits: bool
) -> None:
    killed = open_store()
    handed_over(killed)
    killed.history.append(reading_of(message(received=at)), Priority.NORMAL)
    assert bool(await waiting_next(killed, open_store)) is waits


@pytest.mark.parametrize("online", [True, False], ids=["", "long-online"])
@pytest.mark.parametrize(("at", "waits"), [(LATER, True), (LATER + 1, False)])
async def test_while_the_chat_is_away_its_end_counts(
    open_store: Opener, at: float, waits: bool, online: bool
) -> None:
    """The line of a chat that has been there for longer than the log is kept is purged."""
    killed = open_store()
    handed_over(killed)
    for link, phase, when in (
        *((("xmpp", Phase.ONLINE, T0 - 9),) if online else ()),
        ("broker", Phase.OFFLINE, T0 - 5),
        ("xmpp", Phase.OFFLINE, at),
        ("xmpp", Phase.OFFLINE, at + 5_000),
        ("broker", Phase.ONLINE, at + 9_000),
    ):
        killed.history.log_connection(link, LinkStatus(phase), when)
    killed.history.append(reading_of(message(received=at + 9_999)), Priority.NORMAL)
    assert bool(await waiting_next(killed, open_store)) is waits


async def test_one_line_of_a_clock_that_was_ahead_hides_nothing(open_store: Opener) -> None:
    killed = open_store()
    killed.outbox.put(notice("ahead"))
    killed.outbox.mark("ahead", Delivery.READ, T0 + 1_000_000)
    handed_over(killed)
    assert await waiting_next(killed, open_store) == {"alert", "its end", "other", "room"}


async def test_an_alert_is_not_doubted_for_ever(open_store: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store()
    store.outbox.put(notice("alert", priority=Priority.ALERT))
    doubted = []
    for seconds in range(0, 2 * PATIENCE_SECONDS, 100):
        store.outbox.mark("alert", Delivery.SENT, T0 + seconds)
        await store.outbox.waiting()
        monkeypatch.setattr(time, "time", lambda now=T0 + seconds + 50: now)
        store = open_store()  # the one before is killed at once
        doubted.append(bool(await store.outbox.waiting()))
    assert doubted == [True] * 7 + [False] * 5


async def test_what_a_room_has_is_nothing_that_somebody_has_not_read(open_store: Opener) -> None:
    store = open_store()
    store.outbox.put(notice("a", to="den@conference.example.org", room=True))
    assert counts(store) == (1, 0)
    store.outbox.mark("a", Delivery.RECEIVED, T0 + 2)
    assert counts(store) == (0, 0)
    store.close()
    again = open_store()
    assert counts(again) == (0, 0)
    again.outbox.mark("a", Delivery.READ, T0 + 3)
    assert counts(again) == (0, 0)


async def test_why_something_still_waits_stands_in_its_ledger(store: Store) -> None:
    store.outbox.put(notice("a", to="den@conference.example.org", room=True))
    store.outbox.mark("a", Delivery.QUEUED, T0 + 2)
    store.outbox.mark("a", Delivery.QUEUED, T0 + 3, "room_members")
    rows = await store.outbox.ledger(["a"])
    assert [(row.state, row.note) for row in rows][1:] == [("retrying", "room_members")]
    assert counts(store) == (1, 0)


async def test_what_a_client_confirmed_last_is_known_by_what_it_corrects(store: Store) -> None:
    outbox, now = store.outbox, time.time()
    outbox.put(notice("n"))
    outbox.put(notice("other", to="bob@example.org"))
    outbox.mark("n", Delivery.SENT, now)
    assert outbox.confirmed(notice("n").to) == ""
    outbox.mark("n", Delivery.RECEIVED, now)
    outbox.put(notice("again", replaces="n"))
    for delivery in (Delivery.SENT, Delivery.READ):
        outbox.mark("again", delivery, now)
        assert outbox.confirmed(notice("n").to) == "n" == outbox.newest(notice("n").to)
    assert outbox.confirmed("bob@example.org") == ""


def retraction(of: str, **more: Any) -> Notice:
    return notice(f"no-{of}", refers=Reference(of, retracts=True), **more)


async def test_what_a_notice_refers_to_is_kept(open_store: Opener) -> None:
    store = open_store()
    for about in (Reference("m1", own=False), Reference("m2"), Reference("m3", retracts=True)):
        store.outbox.put(notice(f"about-{about.id}", refers=about))
    store.close()
    kept = {each.id: each.refers for each in await open_store().outbox.waiting()}
    assert kept == {
        "about-m1": Reference("m1", own=False),
        "about-m2": Reference("m2"),
        "about-m3": Reference("m3", retracts=True),
    }


async def test_a_retraction_that_waits_survives_a_kill_and_what_it_takes_back_is_not_said(
    open_store: Opener,
) -> None:
    store = open_store()
    store.outbox.put(notice("a"))
    store.outbox.put(notice("b", replaces="a"))
    store.outbox.put(retraction("a"))
    assert [each.id for each in await store.outbox.waiting()] == ["no-a"]
    again = open_store()  # the one before is killed at once
    assert [each.id for each in await again.outbox.waiting()] == ["no-a"]
    assert {row.state for row in await again.outbox.ledger(["a"])} == {"queued", "retracted"}
    again.outbox.mark("a", Delivery.SENT, T0 + 9)  # the server had it after all
    assert [each.id for each in await again.outbox.waiting()] == ["no-a"]
    again.outbox.mark("no-a", Delivery.SENT, T0 + 10)
    assert await again.outbox.waiting() == []


async def test_what_is_held_is_taken_back_without_a_word(store: Store) -> None:
    store.outbox.hold(notice("a"))
    store.outbox.hold(notice("b"))
    store.outbox.put(retraction("a"))
    assert await store.outbox.waiting() == []
    assert [each.id for each in await store.outbox.held("ann@example.org")] == ["b"]
    assert [row.state for row in await store.outbox.ledger(["a"])] == ["held", "retracted"]


async def test_nobody_has_to_read_what_was_taken_back_or_that_it_was(open_store: Opener) -> None:
    store = open_store()
    for key in "abc":
        store.outbox.put(notice(key))
        store.outbox.mark(key, Delivery.SENT, T0 + 1)
    store.outbox.mark("a", Delivery.READ, T0 + 2)
    assert counts(store) == (0, 2)
    for key in "abc":
        store.outbox.put(retraction(key))
        store.outbox.mark(f"no-{key}", Delivery.SENT, T0 + 3)
    assert counts(store) == (0, 0)
    store.close()
    again = open_store()
    assert counts(again) == (0, 0)
    assert "retracted" in {row.state for row in await again.outbox.ledger(["a"])}
    assert again.outbox.newest("ann@example.org") == ""


async def test_a_retraction_is_not_what_was_said_last(store: Store) -> None:
    store.outbox.put(notice("a"))
    store.outbox.put(retraction("a"))
    assert store.outbox.newest("ann@example.org") == "a"

"""A bot without an XMPP account keeps what is for notifications, and nothing that waits for ever."""

from collections.abc import AsyncGenerator
from pathlib import Path

from homeassistant.core import HomeAssistant
from notifications import PHONE, notice
import pytest

from custom_components.dinox_mqtt_bot.bot.model.alert import Alert, AlertEvent, AlertState, Record, Step
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.bot.payload.paths import number_in
from custom_components.dinox_mqtt_bot.hass.no_chat import TargetsBook, TargetsOutbox
from custom_components.dinox_mqtt_bot.store.store import Store

FRIEND = "friend@home.test"
NOON = 1_800_000_000.0


@pytest.fixture
async def store(hass: HomeAssistant, tmp_path: Path) -> AsyncGenerator[Store]:
    def blocking() -> Store:
        return Store.open(tmp_path / "bot.db", loop=hass.loop, number_in=number_in)

    store = await hass.async_add_executor_job(blocking)
    yield store
    await hass.async_add_executor_job(store.close)


async def waiting(store: Store) -> list[str]:
    return [each.id for each in await store.outbox.waiting()]


async def test_what_is_for_contacts_is_not_kept(store: Store) -> None:
    outbox = TargetsOutbox(store.outbox)
    outbox.put(notice("said", FRIEND))
    outbox.hold(notice("held", FRIEND))
    outbox.merge((), notice("digest", FRIEND))
    assert await waiting(store) == []
    assert await outbox.held(FRIEND) == []
    assert (outbox.undelivered, outbox.unread) == (0, 0)


async def test_what_is_for_notifications_is_kept_held_and_merged(store: Store) -> None:
    outbox = TargetsOutbox(store.outbox)
    outbox.put(notice("said"))
    outbox.hold(notice("one"))
    outbox.hold(notice("two"))
    assert await waiting(store) == ["said"]
    one, two = await outbox.held(PHONE)
    outbox.merge((one,), None)
    outbox.merge((two,), notice("both"))
    assert await waiting(store) == ["said", "one", "both"]
    assert outbox.undelivered == 3
    assert "merged" in {row.state for row in await outbox.ledger(["two"])}


async def test_what_an_account_left_can_be_marked_read(store: Store) -> None:
    store.outbox.put(notice("old", FRIEND))
    store.outbox.mark("old", Delivery.SENT, NOON)
    outbox = TargetsOutbox(store.outbox)
    assert outbox.unread == 1
    outbox.mark_all_read()
    assert outbox.unread == 0


async def test_alerts_are_kept_with_what_notifications_are_told_of_them(store: Store) -> None:
    book = TargetsBook(store.alerts)
    fired = AlertEvent(1, "rule", "freezer", Step.FIRED, NOON)
    record = Record((Alert("rule", "freezer", 1, AlertState.FIRING),), (fired,))
    book.save(
        record,
        [notice("said"), notice("said to a friend", FRIEND)],
        [notice("held"), notice("held for a friend", FRIEND)],
    )
    assert await waiting(store) == ["said"]
    assert [each.id for each in await store.outbox.held(PHONE)] == ["held"]
    assert await store.outbox.held(FRIEND) == []
    assert await book.log(1) == [fired]
    assert await book.incidents(5) == [fired]

"""Notices for Home Assistant's notifications, from outbox to target, over failures and restarts."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
import logging
from pathlib import Path
import time

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import issue_registry as ir
from notifications import PHONE, Phone, notice
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import until

from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.payload.paths import number_in
from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.hass import notifier as module, target_queue
from custom_components.dinox_mqtt_bot.hass.notifier import Notifier
from custom_components.dinox_mqtt_bot.hass.phrases import async_load_phrases
from custom_components.dinox_mqtt_bot.hass.targets import NoticeLook, async_push
from custom_components.dinox_mqtt_bot.store.store import Store


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target_queue, "RETRIES", (0.01,) * 5)
    monkeypatch.setattr(module, "READ_AGAIN_SECONDS", 0.01)


class Run:
    """One run of a bot: its store and its notifier."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        self.hass = hass
        self.entry = entry
        self.later = 0.0
        self.unreadable = 0

    async def open(self, path: Path) -> None:
        phrases = await async_load_phrases(self.hass)
        self.store = await self.hass.async_add_executor_job(
            partial(Store.open, path, loop=self.hass.loop, number_in=number_in)
        )
        self.store.start(on_committed=lambda messages: None, on_stored=self.stored)
        self.notifier = Notifier(
            self.hass,
            self.entry,
            push=lambda notice: async_push(self.hass, notice, NoticeLook("bot", "Silent", {})),
            waiting=self.waiting,
            on_failure=self.store.outbox.note_failure,
            create_task=lambda work, name: self.entry.async_create_background_task(self.hass, work, name),
            phrases=phrases,
            now=self.clock,
        )

    def start(self) -> None:
        self.notifier.start(on_delivery=self.store.outbox.mark)

    def clock(self) -> float:
        return time.time() + self.later

    def stored(self, notice: Notice) -> None:
        self.notifier.say(notice)

    async def waiting(self) -> list[Notice]:
        if self.unreadable:
            self.unreadable -= 1
            raise BotError("history_unreadable", reason="busy")
        return await self.store.outbox.waiting()

    async def ledger(self, notice_id: str) -> list[tuple[str, str]]:
        return [(row.state, row.note) for row in await self.store.outbox.ledger([notice_id])]

    async def states(self, notice_id: str) -> set[str]:
        return {state for state, _ in await self.ledger(notice_id)}


type Start = Callable[[], AbstractAsyncContextManager[Run]]


@pytest.fixture
def start(hass: HomeAssistant, tmp_path: Path) -> Start:
    """Return what opens a run of a bot whose database outlasts it."""
    entry = MockConfigEntry(domain=DOMAIN, title="Bot", entry_id="one")

    @asynccontextmanager
    async def start() -> AsyncGenerator[Run]:
        run = Run(hass, entry)
        await run.open(tmp_path / "bot.db")
        try:
            yield run
        finally:
            await run.notifier.stop()
            await hass.async_add_executor_job(run.store.close)

    return start


def issues(hass: HomeAssistant) -> list[str]:
    return [issue_id for domain, issue_id in ir.async_get(hass).issues if domain == DOMAIN]


async def test_what_the_outbox_holds_is_told_and_entered_as_accepted(
    hass: HomeAssistant, start: Start
) -> None:
    phone = Phone().register(hass, "mobile_app_phone")
    async with start() as run:
        run.start()
        run.store.outbox.put(notice("Freezer is warm"))
        await until(lambda: run.store.outbox.undelivered == 0)
        assert phone.texts == ["Freezer is warm"]
        assert await run.states("Freezer is warm") == {"queued", "accepted"}
        assert await run.store.outbox.waiting() == []


async def test_a_failing_target_is_in_the_ledger_and_tried_until_it_works(
    hass: HomeAssistant, start: Start
) -> None:
    phone = Phone(failures=[RuntimeError(), RuntimeError("no\nnetwork")]).register(hass, "mobile_app_phone")
    async with start() as run:
        run.start()
        run.store.outbox.put(notice("fired", tag="freezer"))
        run.store.outbox.put(notice("resolved", tag="freezer"))
        await until(lambda: phone.texts == ["fired", "resolved"])
        told = [("queued", ""), ("retrying", "no network"), ("accepted", "")]
        assert await run.ledger("fired") == told
        assert [values["data"]["tag"] for values in phone.told] == ["freezer", "freezer"]


async def test_one_target_does_not_keep_another_waiting(hass: HomeAssistant, start: Start) -> None:
    mail = Phone().register(hass, "mail")
    Phone(broken=RuntimeError("down")).register(hass, "mobile_app_phone")
    async with start() as run:
        run.start()
        run.store.outbox.put(notice("to the phone"))
        run.store.outbox.put(notice("by mail", "notify.mail"))
        await until(lambda: mail.texts == ["Alert\nby mail"])
        await until(lambda: run.store.outbox.undelivered == 1)


async def test_what_waits_is_told_by_the_next_run_and_in_its_order(hass: HomeAssistant, start: Start) -> None:
    phone = Phone(broken=RuntimeError("down")).register(hass, "mobile_app_phone")
    now = time.time()
    async with start() as run:
        run.start()
        for number in range(3):
            run.store.outbox.put(notice(str(number), at=now + number))
        await until(lambda: issues(hass))
    assert phone.told == []
    phone.broken = None
    async with start() as run:
        run.start()
        run.store.outbox.put(notice("3", at=now + 3))
        await until(lambda: run.store.outbox.undelivered == 0)
        assert phone.texts == ["0", "1", "2", "3"]


async def test_nothing_is_tried_before_home_assistant_has_started(hass: HomeAssistant, start: Start) -> None:
    """The targets come with other integrations: their absence would be taken for a failure."""
    hass.set_state(CoreState.starting)
    async with start() as run:
        run.start()
        run.store.outbox.put(notice("early"))
        assert [each.id for each in await run.store.outbox.waiting()] == ["early"]
        assert await run.states("early") == {"queued"}
        phone = Phone().register(hass, "mobile_app_phone")
        hass.set_state(CoreState.running)
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
        await until(lambda: phone.texts == ["early"])
        await until(lambda: run.store.outbox.undelivered == 0)
        assert all(note == "" for _, note in await run.ledger("early"))


async def test_a_bot_that_ends_before_home_assistant_has_started_keeps_its_notices(
    hass: HomeAssistant, start: Start
) -> None:
    hass.set_state(CoreState.starting)
    phone = Phone().register(hass, "mobile_app_phone")
    async with start() as run:
        run.start()
        run.store.outbox.put(notice("early"))
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert phone.told == []
    async with start() as run:
        run.start()
        await until(lambda: phone.texts == ["early"])


async def test_an_outbox_that_cannot_be_read_now_is_read_later(hass: HomeAssistant, start: Start) -> None:
    phone = Phone().register(hass, "mobile_app_phone")
    async with start() as run:
        run.unreadable = 2
        run.store.outbox.put(notice("kept"))
        run.start()
        await until(lambda: phone.texts == ["kept"])


async def test_what_is_for_contacts_is_left_to_the_chat(hass: HomeAssistant, start: Start) -> None:
    phone = Phone().register(hass, "mobile_app_phone")
    async with start() as run:
        run.store.outbox.put(notice("for a contact", "someone@home.test"))
        run.store.outbox.put(notice("for the phone"))
        run.start()
        await until(lambda: run.store.outbox.undelivered == 1)
        assert phone.texts == ["for the phone"]


async def test_a_target_that_keeps_failing_is_shown_in_the_repairs_until_it_works(
    hass: HomeAssistant, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    async with start() as run:
        run.start()
        run.store.outbox.put(notice("Freezer is warm"))
        await until(lambda: issues(hass))
        (issue,) = [issue for issue in ir.async_get(hass).issues.values() if issue.domain == DOMAIN]
        assert issue.translation_key == "notify_target_failing"
        assert issue.translation_placeholders == {
            "bot": "Bot",
            "target": PHONE,
            "reason": f"There is no {PHONE} in Home Assistant.",
        }
        phone = Phone().register(hass, "mobile_app_phone")
        await until(lambda: phone.told)
        await until(lambda: not issues(hass))
    losses = [record for record in caplog.records if record.name == module.__name__]
    assert [record.levelno for record in losses] == [logging.WARNING, logging.INFO]


async def test_an_issue_goes_with_the_bot(hass: HomeAssistant, start: Start) -> None:
    async with start() as run:
        run.start()
        run.store.outbox.put(notice("Freezer is warm"))
        await until(lambda: issues(hass))
    assert issues(hass) == []


async def test_after_a_day_a_notice_has_failed_and_never_succeeded(hass: HomeAssistant, start: Start) -> None:
    async with start() as run:
        run.start()
        run.store.outbox.put(notice("Freezer is warm"))
        await until(lambda: issues(hass))
        run.later = 24 * 3600 + 1
        await until(lambda: run.store.outbox.undelivered == 0)
        told = await run.ledger("Freezer is warm")
        assert told[-1] == ("failed", f"There is no {PHONE} in Home Assistant.")
        assert "accepted" not in {state for state, _ in told}


async def test_a_day_of_home_assistant_being_off_does_not_count(hass: HomeAssistant, start: Start) -> None:
    phone = Phone(failures=[RuntimeError("waking up")]).register(hass, "mobile_app_phone")
    async with start() as run:
        run.store.outbox.put(notice("two days ago", at=time.time() - 48 * 3600))
        run.start()
        await until(lambda: phone.texts == ["two days ago"])


async def test_a_call_that_is_under_way_at_the_end_is_made_again(hass: HomeAssistant, start: Start) -> None:
    asked = asyncio.Event()

    async def hang(_call: object) -> None:
        asked.set()
        await asyncio.Event().wait()

    hass.services.async_register("notify", "mobile_app_phone", hang)
    async with start() as run:
        run.start()
        run.store.outbox.put(notice("Freezer is warm"))
        await asked.wait()
    phone = Phone().register(hass, "mobile_app_phone")
    async with start() as run:
        run.start()
        await until(lambda: phone.texts == ["Freezer is warm"])

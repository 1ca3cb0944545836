"""Tells Home Assistant's notifications what the bot has to say, for as long as it takes."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.start import async_at_started

from ..bot.model.notice import Notice, is_target
from ..bot.model.replies import BotError
from ..bot.model.status import Delivery
from ..bot.ports import Phrases
from ..bot.rendering.replies import render_error
from ..bot.text.markup import as_markdown
from ..const import DOMAIN
from .target_queue import TargetQueue
from .tasks import CreateTask

_LOGGER = logging.getLogger(__name__)

GIVE_UP_SECONDS = 24 * 3600.0
READ_AGAIN_SECONDS = 60.0
# Rounds in which nothing was told until the user is asked to look after a target.
ROUNDS_TO_ISSUE = 3
REASON_CHARACTERS = 200

ISSUE = "notify_target_failing"


class Notifier:
    """One queue per target; what is not told stays in the outbox for the next run.

    `push` tells a notice or raises; `waiting` reads the outbox; `on_failure` gets id, reason and Unix time.
    """

    _on_delivery: Callable[[str, Delivery, float, str], None]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        *,
        push: Callable[[Notice], Awaitable[None]],
        waiting: Callable[[], Awaitable[list[Notice]]],
        on_failure: Callable[[str, str, float], None],
        create_task: CreateTask,
        phrases: Phrases,
        now: Callable[[], float],
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._push = push
        self._waiting = waiting
        self._on_failure = on_failure
        self._create_task = create_task
        self._phrases = phrases
        self._now = now
        self._began = now()
        # Not before Home Assistant has started: most notifications come with other integrations.
        self._early: dict[str, Notice] | None = {}
        self._queues: dict[str, TargetQueue] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._failing: dict[str, str] = {}
        self._cancel_start: CALLBACK_TYPE | None = None
        self._stopped = False

    @callback
    def start(self, *, on_delivery: Callable[[str, Delivery, float, str], None]) -> None:
        """Tell all once Home Assistant runs; `on_delivery` gets id, final outcome, Unix time, why."""
        self._on_delivery = on_delivery

        @callback
        def started(_hass: HomeAssistant) -> None:
            self._run(self._take_up(), "notify again")

        self._cancel_start = async_at_started(self._hass, started)

    async def stop(self) -> None:
        """End all queues; what they hold stays in the outbox."""
        self._stopped = True
        if self._cancel_start is not None:
            self._cancel_start()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for target in self._failing:
            ir.async_delete_issue(self._hass, DOMAIN, self._issue(target))

    def say(self, notice: Notice) -> None:
        """Take a notice that the outbox holds (tell)."""
        if self._early is not None:
            self._early[notice.id] = notice
        elif not self._stopped:
            self._put(notice)

    async def _take_up(self) -> None:
        while True:
            try:
                waiting = await self._waiting()
            except BotError as err:
                _LOGGER.warning("What waits to be notified cannot be read: %s", err)
                await asyncio.sleep(READ_AGAIN_SECONDS)
            else:
                break
        early, self._early = self._early or {}, None
        for notice in ({each.id: each for each in waiting} | early).values():
            if is_target(notice.to):
                self._put(notice)

    def _put(self, notice: Notice) -> None:
        target = notice.to
        queue = self._queues.get(target)
        if queue is None:
            queue = self._queues[target] = TargetQueue(
                self._deliver,
                give_up=self._give_up,
                on_round=lambda rounds: self._round_ended(target, rounds),
            )
        idle = not queue
        queue.put(notice)
        if idle:
            self._run(queue.run(), f"notify {target}")

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = self._create_task(work, name)
        if not task.done():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, notice: Notice) -> bool:
        try:
            await self._push(notice)
        except BotError as err:
            self._failed(notice, render_error(err, self._phrases))
            return False
        except Exception as err:  # noqa: BLE001 # whatever another integration raises: nobody was told
            self._failed(notice, str(err) or type(err).__name__)
            return False
        self._on_delivery(notice.id, Delivery.ACCEPTED, self._now(), "")
        if self._failing.pop(notice.to, None) is not None:
            _LOGGER.info("%s takes notifications again", notice.to)
            ir.async_delete_issue(self._hass, DOMAIN, self._issue(notice.to))
        return True

    def _failed(self, notice: Notice, reason: str) -> None:
        reason = " ".join(reason.split())[:REASON_CHARACTERS]
        if notice.to not in self._failing:
            _LOGGER.warning("%s took no notification and will be tried again: %s", notice.to, reason)
        self._failing[notice.to] = reason
        self._on_failure(notice.id, reason, self._now())

    def _give_up(self, notice: Notice) -> bool:
        """Say whether a notice was tried for long enough, and enter that in the ledger."""
        now = self._now()
        if now - max(notice.at, self._began) < GIVE_UP_SECONDS:
            return False
        _LOGGER.error("%s could not be told something for a day, which is given up", notice.to)
        self._on_delivery(notice.id, Delivery.FAILED, now, self._failing.get(notice.to, ""))
        return True

    def _round_ended(self, target: str, in_vain: int) -> None:
        if in_vain != ROUNDS_TO_ISSUE or target not in self._failing:
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue(target),
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=ISSUE,
            translation_placeholders={
                "bot": self._entry.title,
                "target": target,
                "reason": as_markdown(self._failing[target]),
            },
        )

    def _issue(self, target: str) -> str:
        return f"{ISSUE}_{self._entry.entry_id}_{target}"

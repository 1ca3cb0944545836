"""A question that an automation asks and waits for."""

import asyncio

from homeassistant.util.json import JsonValueType

from ..bot.model.announcements import Announcement, InquiryClosed
from ..bot.model.inquiry import Inquiry
from ..bot.model.replies import BotError
from ..hass.events import answer_values
from ..hass.tasks import tasks_of
from .runtime import BotRuntime


async def async_ask(runtime: BotRuntime, inquiry: Inquiry) -> dict[str, JsonValueType]:
    """Ask, and return the first answer, or None for each of its values when there is none in time.

    Raises BotError as `Inquiries.ask` does, and `ask_interrupted` when the bot is taken down meanwhile.
    """
    asked = runtime.bot.dialogue.inquiries.ask(inquiry)
    closed = InquiryClosed(asked.id, inquiry, None)
    if asked.told:
        closed = await _closed(runtime, asked.id)
    return {**answer_values(closed), "asked": list(asked.told.values())}


async def _closed(runtime: BotRuntime, inquiry_id: str) -> InquiryClosed:
    over = asyncio.Event()
    found: list[InquiryClosed] = []

    def hear(announcement: Announcement) -> None:
        if isinstance(announcement, InquiryClosed) and announcement.id == inquiry_id:
            found.append(announcement)
            over.set()

    silence = runtime.bot.listen(hear)
    # A task of the entry: it ends with the bot, which nobody would answer any more.
    waiting = tasks_of(runtime.hass, runtime.entry)(_wait(over), "wait for an answer")
    try:
        await asyncio.wait({waiting})
    finally:
        silence()
        waiting.cancel()
    if not found:
        raise BotError("ask_interrupted")
    return found[0]


async def _wait(over: asyncio.Event) -> None:
    await over.wait()

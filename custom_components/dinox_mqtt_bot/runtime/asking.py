"""Questions that automations and agents ask and wait for."""

import asyncio

from homeassistant.util.json import JsonValueType

from ..bot.model.announcements import Announcement, InquiryClosed
from ..bot.model.inquiry import Answer, Inquiry
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
        closed = await _closed(runtime, asked.id, inquiry)
    return {**answer_values(closed), "asked": list(asked.told.values())}


async def async_answer(runtime: BotRuntime, inquiry: Inquiry) -> Answer | None:
    """Ask contacts, and return the first answer, None if there is none in time.

    Raises BotError as `async_ask`, and `agent_nobody` where nobody can be asked now.
    """
    asked = runtime.bot.dialogue.inquiries.ask(inquiry) if runtime.has_chat else None
    if asked is None or not asked.told:
        raise BotError("agent_nobody")
    return (await _closed(runtime, asked.id, inquiry)).answer


async def _closed(runtime: BotRuntime, inquiry_id: str, inquiry: Inquiry) -> InquiryClosed:
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
    except asyncio.CancelledError:
        if inquiry.of_agent:
            # A yes to it would do nothing any more.
            runtime.bot.dialogue.inquiries.withdraw(inquiry_id)
        raise
    finally:
        silence()
        waiting.cancel()
    if not found:
        raise BotError("ask_interrupted")
    return found[0]


async def _wait(over: asyncio.Event) -> None:
    await over.wait()

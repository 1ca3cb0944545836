"""A message of an automation: said, sent with a file, corrected, or with buttons below it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..bot.model.inquiry import Inquiry, Option
from ..bot.model.notice import Notice
from ..bot.model.replies import BotError
from ..bot.model.rules import Priority
from .attachments import async_attachment
from .runtime import BotRuntime

_BUTTONS_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class ToSay:
    """What is said, and to whom; nobody: all who receive messages. `corrects` is the id of a message.

    `file` is what `async_attachment` takes.
    """

    text: str = ""
    to: str = ""
    priority: Priority = Priority.NORMAL
    corrects: str = ""
    buttons: tuple[Option, ...] = ()
    tag: str = ""
    file: Mapping[str, str] = field(default_factory=dict)


async def async_say(runtime: BotRuntime, saying: ToSay) -> list[tuple[str, str]]:
    """Say it; return the id of each message, with whom it is for.

    The words are on their way before the file is fetched: an alert must not wait for a camera. Raises
    BotError `nothing_to_send`, `unknown_message`, and as `Bot.send`, `Inquiries.ask`, `async_attachment` and
    `Uploads.upload` do.
    """
    bot = runtime.bot
    if not (saying.text or saying.file) or ((saying.corrects or saying.buttons) and not saying.text):
        raise BotError("nothing_to_send")
    if saying.corrects:
        return [await _correct(runtime, saying)]
    sent: list[tuple[str, str]] = []
    if saying.buttons:
        to = (saying.to,) if saying.to else ()
        asked = bot.dialogue.inquiries.ask(
            Inquiry(
                saying.text, saying.buttons, to, _BUTTONS_SECONDS, saying.priority, saying.tag, waits=False
            )
        )
        sent += asked.told.items()
    elif saying.text:
        sent += _named(bot.send(saying.text, saying.to, saying.priority))
    attachment = await async_attachment(runtime.hass, **saying.file)
    if attachment is not None:
        if saying.to and saying.to not in {contact.jid for contact in bot.rules.contacts}:
            raise BotError("unknown_contact", contact=saying.to)
        address = await runtime.chat.upload(attachment.name, attachment.mime, attachment.content)
        sent += _named(_send_file(runtime, address, saying))
    return sent


def _send_file(runtime: BotRuntime, address: str, saying: ToSay) -> list[Notice]:
    bot = runtime.bot
    if saying.to:
        notices = [bot.outgoing.notice(saying.to, address, priority=saying.priority)]
    else:
        notices = bot.conversation.notices(lambda _: address, runtime.clock.now(), saying.priority)
    if not notices:
        raise BotError("no_contact")
    files = [replace(notice, file=True) for notice in notices]
    bot.outgoing.send(files)
    return files


async def _correct(runtime: BotRuntime, saying: ToSay) -> tuple[str, str]:
    """Put other words in the place of a message (XEP-0308), which keeps its id for the next correction."""
    rows = await runtime.store.outbox.ledger((saying.corrects,))
    to = next((row.to for row in rows if row.notice == saying.corrects), "")
    if not to:
        raise BotError("unknown_message", id=saying.corrects)
    outgoing = runtime.bot.outgoing
    notice = outgoing.notice(to, saying.text, priority=saying.priority)
    outgoing.send([replace(notice, replaces=saying.corrects)])
    return saying.corrects, to


def _named(notices: list[Notice]) -> list[tuple[str, str]]:
    return [(notice.id, notice.to) for notice in notices]

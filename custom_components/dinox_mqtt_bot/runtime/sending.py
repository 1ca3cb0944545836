"""A message of an automation: said, in reply, with a file or with buttons, corrected, or taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..bot.model.inquiry import Inquiry, Option
from ..bot.model.notice import Notice, Reference, is_target
from ..bot.model.replies import BotError
from ..bot.model.rules import Priority
from .attachments import async_attachment
from .runtime import BotRuntime

_BUTTONS_SECONDS = 86_400.0
_MERGED = "merged"
_RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class ToSay:
    """What is said, and to whom; nobody: all who receive messages. `corrects` is the id of a message.

    `file` is what `async_attachment` takes. `reply_to` is the id of a message of either side, `retracts` are
    those of messages that are taken back: then nothing is said.
    """

    text: str = ""
    to: str = ""
    priority: Priority = Priority.NORMAL
    corrects: str = ""
    buttons: tuple[Option, ...] = ()
    tag: str = ""
    file: Mapping[str, str] = field(default_factory=dict)
    reply_to: str = ""
    retracts: tuple[str, ...] = ()


async def async_say(runtime: BotRuntime, saying: ToSay) -> list[tuple[str, str]]:
    """Say it; return the id of each message, with whom it is for.

    The words are on their way before the file is fetched: an alert must not wait for a camera. Raises
    BotError `nothing_to_send`, `one_at_a_time`, `unknown_message`, `reply_without_contact`, `told_together`,
    and as `Bot.send`, `Inquiries.ask`, `async_attachment` and `Uploads.upload` do.
    """
    says = bool(saying.text or saying.file)
    others = sum(map(bool, (saying.corrects, saying.reply_to, saying.retracts)))
    if others > 1 or (saying.retracts and says):
        raise BotError("one_at_a_time")
    if saying.retracts:
        return await _retract(runtime, saying.retracts)
    if not says or ((saying.corrects or saying.buttons) and not saying.text):
        raise BotError("nothing_to_send")
    if saying.corrects:
        return [await _correct(runtime, saying)]
    if not saying.reply_to:
        return await _say(runtime, saying, None)
    to, refers = await _answered(runtime, saying)
    return await _say(runtime, replace(saying, to=to), refers)


async def _say(runtime: BotRuntime, saying: ToSay, refers: Reference | None) -> list[tuple[str, str]]:
    bot = runtime.bot
    sent: list[tuple[str, str]] = []
    if saying.buttons:
        to = (saying.to,) if saying.to else ()
        inquiry = Inquiry(
            saying.text, saying.buttons, to, _BUTTONS_SECONDS, saying.priority, saying.tag, waits=False
        )
        sent += bot.dialogue.inquiries.ask(inquiry, refers).told.items()
    elif saying.text:
        sent += _named(_send_words(runtime, saying, refers))
    attachment = await async_attachment(runtime.hass, **saying.file)
    if attachment is not None:
        _require_contact(runtime, saying.to)
        address = await runtime.chat.upload(attachment.name, attachment.mime, attachment.content)
        # What is said with words is an answer by them.
        sent += _named(_send_file(runtime, address, saying, None if sent else refers))
    return sent


def _require_contact(runtime: BotRuntime, to: str) -> None:
    if to and to not in {contact.jid for contact in runtime.bot.rules.contacts}:
        raise BotError("unknown_contact", contact=to)


def _send_words(runtime: BotRuntime, saying: ToSay, refers: Reference | None) -> list[Notice]:
    if refers is None:
        return runtime.bot.send(saying.text, saying.to, saying.priority)
    _require_contact(runtime, saying.to)
    outgoing = runtime.bot.outgoing
    notice = replace(outgoing.notice(saying.to, saying.text, priority=saying.priority), refers=refers)
    outgoing.send([notice])
    return [notice]


def _send_file(runtime: BotRuntime, address: str, saying: ToSay, refers: Reference | None) -> list[Notice]:
    bot = runtime.bot
    if saying.to:
        notices = [bot.outgoing.notice(saying.to, address, priority=saying.priority)]
    else:
        notices = bot.conversation.notices(lambda _: address, runtime.clock.now(), saying.priority)
    if not notices:
        raise BotError("no_contact")
    files = [replace(notice, file=True, refers=refers) for notice in notices]
    bot.outgoing.send(files)
    return files


async def _correct(runtime: BotRuntime, saying: ToSay) -> tuple[str, str]:
    """Put other words in the place of a message (XEP-0308), which keeps its id for the next correction."""
    to = (await _addressees(runtime, (saying.corrects,)))[saying.corrects]
    outgoing = runtime.bot.outgoing
    notice = outgoing.notice(to, saying.text, priority=saying.priority)
    outgoing.send([replace(notice, replaces=saying.corrects)])
    return saying.corrects, to


async def _answered(runtime: BotRuntime, saying: ToSay) -> tuple[str, Reference]:
    """Return whom an answer is for, and what it answers: of the bot's own it is known to whom it was said."""
    try:
        to = (await _addressees(runtime, (saying.reply_to,)))[saying.reply_to]
    except BotError as err:
        if err.key != "unknown_message":
            raise
        if not saying.to:
            raise BotError("reply_without_contact", id=saying.reply_to) from err
        return saying.to, Reference(saying.reply_to, own=False)
    if saying.to not in {"", to}:
        raise BotError("unknown_message", id=saying.reply_to)
    return to, Reference(saying.reply_to)


async def _retract(runtime: BotRuntime, ids: tuple[str, ...]) -> list[tuple[str, str]]:
    """Take messages back (XEP-0424), also from those who are not to be disturbed: they must not act on them.

    Who cannot be told now is told later, as of all that is said.
    """
    told = await _addressees(runtime, ids)
    outgoing = runtime.bot.outgoing
    for key, to in told.items():
        notice = outgoing.notice(to, outgoing.speech(to).phrase("common.retracted"))
        outgoing.put(replace(notice, refers=Reference(key, retracts=True)))
        runtime.bot.dialogue.inquiries.take_back(key)
    return list(told.items())


async def _addressees(runtime: BotRuntime, ids: tuple[str, ...]) -> dict[str, str]:
    """Return whom each message was for. Raises BotError `unknown_message`, `told_together`."""
    rows = await runtime.store.outbox.ledger(ids)
    told = {row.notice: row.to for row in rows if row.notice in ids and not is_target(row.to)}
    for key in ids:
        states = {row.state for row in rows if row.notice == key}
        if key not in told or _RETRACTED in states:
            raise BotError("unknown_message", id=key)
        if _MERGED in states:
            raise BotError("told_together", id=key)
    return {key: told[key] for key in ids}


def _named(notices: list[Notice]) -> list[tuple[str, str]]:
    return [(notice.id, notice.to) for notice in notices]

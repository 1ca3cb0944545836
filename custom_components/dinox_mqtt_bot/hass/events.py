"""What the bot tells automations: the values of its events.

`runtime/announcer.py` fires `dinox_mqtt_bot_message` (values below, `priority`, `retained`, `entry_id`),
`dinox_mqtt_bot_chat` (`chat_event`), `dinox_mqtt_bot_file` (by `runtime/receiving.py`),
`dinox_mqtt_bot_alert_changed` (`alert_values`, `entry_id`, `rule_id`),
`dinox_mqtt_bot_answer` (`answer_event`).
Event entities carry the same. Silent messages and some of a flood
(diagnostics count those) fire none; alerts always do. Whatever is fired is a row of the recorder: a normal
message is fired only while somebody waits for that event. Triggers hear of messages by `SIGNAL_MESSAGE`.
"""

import mimetypes
from urllib.parse import urlsplit

from homeassistant.util import dt as dt_util
from homeassistant.util.signal_type import SignalType

from ..bot.model.alert import AlertState, Step
from ..bot.model.announcements import AlertChanged, ChatReceived, InquiryClosed, MessageReceived
from ..bot.model.rules import Priority, Value
from ..bot.model.topics import fold
from ..const import DOMAIN
from .values import excerpt, shown_number

EVENT_MESSAGE = f"{DOMAIN}_message"
EVENT_CHAT = f"{DOMAIN}_chat"
EVENT_ANSWER = f"{DOMAIN}_answer"
EVENT_FILE = f"{DOMAIN}_file"
EVENT_ALERT = f"{DOMAIN}_alert_changed"
SIGNAL_MESSAGE = SignalType[str, MessageReceived](EVENT_MESSAGE)
"""Every message that comes in, with the id of the bot's entry; also those that are silent or not new."""
SIGNAL_STATUS = SignalType[()](f"{DOMAIN}_status")
"""A link came or went, or a contact did."""

FIRED, NO_DATA, RESOLVED = (state.value for state in (Step.FIRED, AlertState.NO_DATA, Step.RESOLVED))
ALERT_STEPS = (
    *(FIRED, NO_DATA, RESOLVED),
    *(Step.REPEATED, Step.ESCALATED, Step.ACKNOWLEDGED, Step.SNOOZED, Step.MUTED, Step.CLOSED),
)
"""What happens to an alert, as automations see it; a change of state that is none of it has no step."""

# The recorder drops attributes above 16 KiB and keeps all below; the whole text is in the bot's history.
TEXT_CHARACTERS = 1_000
EVENTS_PER_SECOND = 20
EVENTS_AT_ONCE = 200


def priority_of(message: MessageReceived) -> Priority:
    """Return the priority of a message: that of its subscription."""
    return message.subscription.priority if message.subscription else Priority.NORMAL


def is_event(message: MessageReceived) -> bool:
    """Say whether a message is one that automations are told of: new, and not silent."""
    return message.new and priority_of(message) > Priority.SILENT


def message_values(message: MessageReceived) -> dict[str, str | float | None]:
    """Return what automations see of a message: topic, name, number, unit, text (cut)."""
    reading = message.reading
    return {
        "topic": reading.message.topic,
        "name": reading.name,
        "value": shown_number(reading.value),
        "unit": reading.unit or None,
        "text": excerpt(reading.text, TEXT_CHARACTERS),
    }


def judged_values(value: Value) -> dict[str, str | float | None]:
    """Return what automations see of the one value of a message that they look at."""
    return {
        "value": shown_number(value.number),
        "unit": value.unit or None,
        "text": excerpt(value.text, TEXT_CHARACTERS),
    }


def message_event(entry_id: str, message: MessageReceived) -> dict[str, str | float | bool | None]:
    """Return the values of one `dinox_mqtt_bot_message`."""
    return {
        "entry_id": entry_id,
        **message_values(message),
        "priority": priority_of(message).word,
        "retained": message.reading.message.retain,
    }


def chat_event(entry_id: str, chat: ChatReceived) -> dict[str, str | bool]:
    """Return the values of one `dinox_mqtt_bot_chat`."""
    return {
        "entry_id": entry_id,
        "jid": chat.jid,
        "text": excerpt(chat.text, TEXT_CHARACTERS),
        "command": chat.command,
        "id": chat.id,
        "room": chat.room,
        "reply_to": chat.reply_to,
        "file": chat.file,
        "file_type": (mimetypes.guess_file_type(urlsplit(chat.file).path)[0] or "") if chat.file else "",
    }


def answer_values(closed: InquiryClosed) -> dict[str, str | None]:
    """Return the answer to a question: its `id`, as it was given, by whom, when (ISO 8601); None for none."""
    answer = closed.answer
    if answer is None:
        return {"id": None, "text": None, "by": None, "at": None}
    at = dt_util.utc_from_timestamp(answer.at).isoformat()
    return {"id": answer.id, "text": answer.text, "by": answer.by, "at": at}


def answer_event(entry_id: str, closed: InquiryClosed) -> dict[str, str | None]:
    """Return the values of one `dinox_mqtt_bot_answer`."""
    asked = {"tag": closed.inquiry.tag or None, "question": closed.inquiry.text}
    return {"entry_id": entry_id, **asked, **answer_values(closed)}


def step_of(change: AlertChanged) -> str | None:
    """Return what happened, of `ALERT_STEPS`; None on the way: pending, recovering, back again."""
    if change.step is not None:
        return change.step.value
    state = change.alert.state
    if state is AlertState.FIRING:
        return None if change.before is AlertState.RECOVERING else FIRED
    return state.value if state in {AlertState.NO_DATA, AlertState.RESOLVED} else None


def alert_values(change: AlertChanged) -> dict[str, str | float | None]:
    """Return what automations see of an alert: `name` is the topic's, `number` the incident's."""
    alert, rule = change.alert, change.rule
    return {
        "rule": rule.name or rule.id,
        "rule_number": rule.number,
        "topic": alert.topic,
        "name": alert.name,
        "from_state": change.before.value,
        "to_state": alert.state.value,
        "step": step_of(change),
        "value": shown_number(alert.amount),
        "text": excerpt(alert.value, TEXT_CHARACTERS),
        "number": alert.number,
        "priority": rule.priority.word,
        "who": change.who or None,
    }


def alert_event(entry_id: str, change: AlertChanged) -> dict[str, str | float | None]:
    """Return the values of one `dinox_mqtt_bot_alert_changed`."""
    return {"entry_id": entry_id, "rule_id": change.rule.id, **alert_values(change)}


def names_rule(wanted: str, name: str, rule_number: int, rule_id: str) -> bool:
    """Say whether a user who writes `wanted` means this rule: by name, by number, or by id."""
    handle = fold(wanted.strip().removeprefix("#"))
    return handle in {fold(name), str(rule_number), fold(rule_id)}

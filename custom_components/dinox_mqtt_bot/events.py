"""What the bot tells automations: the values of its events.

Two events are fired on Home Assistant's bus: `dinox_mqtt_bot_message` with the values below and `priority`,
`retained` and `entry_id`; `dinox_mqtt_bot_chat` with `entry_id`, `jid`, `text` and `command`. The event entity
carries the same values of a message. Silent messages fire none: they are history only. Of a flood of normal
messages some fire none either; diagnostics count those. Alerts always do.
"""

from .bot.announcements import ChatReceived, MessageReceived
from .bot.rules import Priority
from .const import DOMAIN
from .excerpt import excerpt, number

EVENT_MESSAGE = f"{DOMAIN}_message"
EVENT_CHAT = f"{DOMAIN}_chat"

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
        "value": number(reading.value),
        "unit": reading.unit or None,
        "text": excerpt(reading.text, TEXT_CHARACTERS),
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
    }

"""The buttons below a phone's notification of an alert, and what comes back when one is pressed."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from homeassistant.core import Context, Event, HomeAssistant, callback

from ..bot.model.inquiry import ANSWER
from ..bot.model.replies import Caller, Surface
from ..bot.model.rules import Contact, Role
from ..const import DOMAIN
from .callers import async_caller
from .tasks import CreateTask

EVENT = "mobile_app_notification_action"
"""What Home Assistant fires when a companion app has told it of a button."""

ACK, SNOOZE, REPLY, MUTE = "ack", "snooze", "reply", "mute"
BUTTONS = (ACK, SNOOZE, REPLY, MUTE)
"""Android shows the first three."""

_LOCKED = frozenset({REPLY, MUTE})
"""What whoever finds a phone on the table must not do."""


def answers(bot: str, notice_id: str, labels: Iterable[str]) -> list[dict[str, Any]]:
    """Return what the companion apps are told of the possible answers to a question."""
    return [
        {
            "action": f"{DOMAIN}|{bot}|{ANSWER}{place}|{notice_id}",
            "title": label,
            "authenticationRequired": True,
        }
        for place, label in enumerate(labels)
    ]


def buttons(bot: str, notice_id: str, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what the companion apps are told of the buttons of a notice; `labels` by button."""
    made: list[dict[str, Any]] = [
        {
            "action": f"{DOMAIN}|{bot}|{button}|{notice_id}",
            "title": labels[button],
            "authenticationRequired": button in _LOCKED,
        }
        for button in BUTTONS
    ]
    reply = made[BUTTONS.index(REPLY)]
    reply |= {"behavior": "textInput", "textInputButtonTitle": labels[REPLY]}
    return made


@callback
def async_hear_buttons(
    hass: HomeAssistant,
    bot: str,
    *,
    press: Callable[[str, str, Caller], Awaitable[None]],
    contacts: Callable[[], tuple[Contact, ...]],
    create_task: CreateTask,
) -> Callable[[], None]:
    """Have `press` take what is pressed on this bot's notifications: the notice, what it says, and who.

    A user of Home Assistant who is a contact acts as that contact. Returns what ends it.
    """

    async def take(notice_id: str, said: str, context: Context) -> None:
        caller = await async_caller(hass, context, Surface.PHONE, nobody=Role.VIEWER)
        known = [each for each in contacts() if caller.user and each.user == caller.user]
        if known:
            one = known[0]
            caller = Caller(Surface.PHONE, one.jid, one.role, user=caller.user, within=one.operates)
        await press(notice_id, said, caller)

    @callback
    def pressed(event: Event) -> None:
        domain, _, rest = str(event.data.get("action", "")).partition("|")
        of, _, rest = rest.partition("|")
        button, _, notice_id = rest.partition("|")
        if (domain, of) != (DOMAIN, bot) or not (button in BUTTONS or button.startswith(ANSWER)):
            return
        said = str(event.data.get("reply_text") or "") if button == REPLY else button
        if said.strip():
            create_task(take(notice_id, said, event.context), "press a notification's button")

    return hass.bus.async_listen(EVENT, pressed)

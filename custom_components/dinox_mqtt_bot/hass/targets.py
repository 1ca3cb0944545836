"""The notifications of Home Assistant: which there are, and how one of them is told something."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
import logging
import re
from typing import Any

from homeassistant.components.notify.const import (
    ATTR_DATA,
    ATTR_MESSAGE,
    ATTR_TITLE,
    DOMAIN as NOTIFY,
    SERVICE_NOTIFY,
    SERVICE_PERSISTENT_NOTIFICATION,
    SERVICE_SEND_MESSAGE,
    NotifyEntityFeature,
)
from homeassistant.components.persistent_notification import ATTR_NOTIFICATION_ID
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_ENTITY_ID, ATTR_SUPPORTED_FEATURES, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import SelectOptionDict
from homeassistant.util import slugify

from ..bot.model.notice import Notice, Push, is_target
from ..bot.model.replies import BotError
from ..bot.model.rules import Priority
from ..bot.text.foreign import inert
from ..bot.text.markup import as_either, as_html, as_markdown
from ..const import DOMAIN
from .phone_buttons import answers, buttons

MOBILE_APP = "mobile_app"
NTFY, PUBLISH = "ntfy", "publish"
ANDROID = "Android"
ATTR_OS_NAME = "os_name"
ANSWER_SECONDS = 30.0
# The action behind all notify entities is no target by itself.
TARGET = re.compile(r"notify\.(?!send_message$)[a-z0-9_]+")

# For companion apps: iOS below `push`, Android beside it; each ignores the other's. Android's alarm stream
# sounds in do-not-disturb. No `ttl: 0`, which is usual: a phone off the network would never get it.
CRITICAL: Mapping[str, Any] = {
    "push": {"sound": {"name": "default", "critical": 1, "volume": 1.0}, "interruption-level": "critical"},
    "priority": "high",
    "channel": "alarm_stream",
    "importance": "high",
}
RINGING: Mapping[str, Any] = {"priority": "high"}
SILENT: Mapping[str, Any] = {"push": {"sound": "none", "interruption-level": "passive"}, "importance": "low"}

# The apps take a message that is one of these and nothing else for a command: `clear_notification`, `TTS`…
_COMMAND = re.compile(r"\s*(?:tts|[a-z]+(?:_[a-z]*)+)\s*", re.IGNORECASE)

_APP_LOGGER = logging.getLogger("homeassistant.components.mobile_app.notify")
_HEARD: ContextVar[list[str] | None] = ContextVar("heard", default=None)


@dataclass(frozen=True, slots=True)
class NoticeLook:
    """How notifications appear: `group` keeps a bot's together, `silent` names Android's channel.

    `buttons` are those of what may be seen to: the label of each by what it says to the bot.
    """

    group: str
    silent: str
    buttons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Hand:
    """How a kind of notification is written to, so that it shows a text as the text it is."""

    title: Callable[[str], str]
    message: Callable[[str], str]


PLAIN, HTML, EITHER = Hand(str, str), Hand(as_html, as_html), Hand(as_either, as_either)
MARKDOWN = Hand(str, as_markdown)


@dataclass(frozen=True, slots=True)
class Call:
    """An action of Home Assistant, of its notify integration if nothing else is said, with its values."""

    action: str
    values: Mapping[str, Any]
    domain: str = NOTIFY


async def async_push(hass: HomeAssistant, notice: Notice, look: NoticeLook) -> None:
    """Have a notice's target tell it, and wait until it says that it did.

    Raises BotError `target_missing`, `target_unavailable` or `target_timeout`, and what the target raises.
    """
    call = call_for(hass, notice, look)
    try:
        with _complaints() as complaints:
            async with asyncio.timeout(ANSWER_SECONDS):
                await hass.services.async_call(call.domain, call.action, dict(call.values), blocking=True)
    except TimeoutError as err:
        raise BotError("target_timeout", target=notice.to) from err
    if complaints:
        raise HomeAssistantError(complaints[-1])


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collect what the mobile app's action logs in this context: its cloud's refusals do not raise."""
    heard: list[str] = []

    def hear(record: logging.LogRecord) -> bool:
        if _HEARD.get() is heard and record.levelno >= logging.WARNING:
            heard.append(record.getMessage())
        return True

    token = _HEARD.set(heard)
    _APP_LOGGER.addFilter(hear)
    try:
        yield heard
    finally:
        _APP_LOGGER.removeFilter(hear)
        _HEARD.reset(token)


def call_for(hass: HomeAssistant, notice: Notice, look: NoticeLook) -> Call:
    """Return what to call for a notice. Raises BotError `target_missing` or `target_unavailable`."""
    if action := _app_action(hass, notice.to):
        return _to_app(hass, action, notice, look)
    if _is_entity(hass, notice.to):
        return _to_entity(hass, notice, look)
    action = notice.to.removeprefix(f"{NOTIFY}.")
    if not hass.services.has_service(NOTIFY, action):
        raise BotError("target_missing", target=notice.to)
    if action.startswith(f"{MOBILE_APP}_"):
        return _to_app(hass, action, notice, look)
    if action == SERVICE_PERSISTENT_NOTIFICATION:
        return _to_page(notice)
    return Call(action, {**_words(notice, EITHER), ATTR_MESSAGE: _in_full(notice, EITHER)})


def _to_app(hass: HomeAssistant, action: str, notice: Notice, look: NoticeLook) -> Call:
    phones = [entry for entry in hass.config_entries.async_entries(MOBILE_APP) if _action(entry) == action]
    words = _words(notice, _hand_of(phones))
    if notice.push is None:
        return Call(action, words)
    data = app_data(notice.push, notice.priority, look)
    if notice.push.attends:
        data["actions"] = buttons(look.group, notice.id, look.buttons)
    elif notice.push.choices:
        data["actions"] = answers(look.group, notice.id, notice.push.choices)
    return Call(action, {**words, ATTR_DATA: data})


def _to_page(notice: Notice) -> Call:
    """Tell Home Assistant's own page, which shows Markdown, but in a title."""
    words = _words(notice, MARKDOWN)
    if notice.push is None:
        return Call(SERVICE_PERSISTENT_NOTIFICATION, words)
    data = {ATTR_NOTIFICATION_ID: notice.push.tag or notice.id}
    return Call(SERVICE_PERSISTENT_NOTIFICATION, {**words, ATTR_DATA: data})


def _to_entity(hass: HomeAssistant, notice: Notice, look: NoticeLook) -> Call:
    state = hass.states.get(notice.to)
    if state is None or state.state == STATE_UNAVAILABLE:
        # The action would pass over it without a word.
        raise BotError("target_unavailable", target=notice.to)
    entity = er.async_get(hass).async_get(notice.to)
    if notice.push and entity and entity.platform == NTFY and hass.services.has_service(NTFY, PUBLISH):
        return _to_ntfy(notice, notice.push, look)
    phone = hass.config_entries.async_get_entry(entity.config_entry_id or "") if entity else None
    hand = _hand_of([phone]) if phone and phone.domain == MOBILE_APP else EITHER
    titled = state.attributes.get(ATTR_SUPPORTED_FEATURES, 0) & NotifyEntityFeature.TITLE
    words = _words(notice, hand) if titled else {ATTR_MESSAGE: _in_full(notice, hand)}
    return Call(SERVICE_SEND_MESSAGE, {ATTR_ENTITY_ID: notice.to, **words})


def _to_ntfy(notice: Notice, push: Push, look: NoticeLook) -> Call:
    """Tell ntfy, which shows text, and knows how loud it is, what a tap opens, and what takes whose place."""
    values: dict[str, Any] = {ATTR_ENTITY_ID: notice.to, **_words(notice, PLAIN)}
    if notice.priority is Priority.CRITICAL:
        values["priority"] = 5
    else:
        values["priority"] = 4 if push.sound else 2
    if push.tag:
        # It allows letters and digits alone, 64 of them.
        values["sequence_id"] = sha256(f"{look.group} {push.tag}".encode()).hexdigest()[:32]
    if push.url.startswith(("http://", "https://")):
        values["click"] = push.url
    return Call(PUBLISH, values, NTFY)


def _hand_of(phones: Iterable[ConfigEntry[Any]]) -> Hand:
    """Return how to write to an app: Android's shows HTML, that of iOS text; of some nobody knows."""
    systems = {phone.data.get(ATTR_OS_NAME, ANDROID) for phone in phones} or {ANDROID}
    return HTML if ANDROID in systems else PLAIN


def _words(notice: Notice, hand: Hand) -> dict[str, str]:
    title = notice.push.title if notice.push else ""
    text = notice.text
    if _COMMAND.fullmatch(text):
        text = f"{title or '…'}: {text}"
    words = {ATTR_MESSAGE: hand.message(inert(text))}
    return {**words, ATTR_TITLE: hand.title(inert(title))} if title else words


def _in_full(notice: Notice, hand: Hand) -> str:
    """Return title and text as one: others than the apps may refuse data, and many show no title."""
    return "\n".join(reversed(_words(notice, hand).values()))


def _is_entity(hass: HomeAssistant, target: str) -> bool:
    return hass.states.get(target) is not None or er.async_get(hass).async_get(target) is not None


def _app_action(hass: HomeAssistant, target: str) -> str:
    """Return the action of this entity's phone, or nothing: only actions know tags and critical sounds."""
    entity = er.async_get(hass).async_get(target)
    if entity is None or entity.platform != MOBILE_APP:
        return ""
    # Named after the device: phones of one name share an action, so that it may be the wrong one.
    names = {entry.entry_id: _action(entry) for entry in hass.config_entries.async_entries(MOBILE_APP)}
    action = names.get(entity.config_entry_id or "", "")
    unique = list(names.values()).count(action) == 1
    return action if unique and hass.services.has_service(NOTIFY, action) else ""


def _action(phone: ConfigEntry[Any]) -> str:
    """Return the name of an app's action."""
    return slugify(f"{MOBILE_APP}_{phone.data.get('device_name', '')}")


def app_data(push: Push, priority: Priority, look: NoticeLook) -> dict[str, Any]:
    """Return what the companion apps for Android and iOS are told about how to show a notification."""
    data: dict[str, Any] = {"group": look.group}
    if push.tag:
        data["tag"] = push.tag
    if push.url:
        data |= {"url": push.url, "clickAction": push.url}
    if priority is Priority.CRITICAL:
        return {**data, **CRITICAL}
    return {**data, **(RINGING if push.sound else {**SILENT, "channel": look.silent})}


@callback
def async_choices(hass: HomeAssistant) -> list[SelectOptionDict]:
    """Return what can be told: the notify entities but for the bots' own, and the notify actions, by name."""
    registry = er.async_get(hass)
    names = {state.entity_id: state.name for state in hass.states.async_all(NOTIFY)}
    own = {each for each in names if (known := registry.async_get(each)) and known.platform == DOMAIN}
    actions = hass.services.async_services_for_domain(NOTIFY).keys() - {SERVICE_SEND_MESSAGE, SERVICE_NOTIFY}
    choices = {each: f"{name} ({each})" for each, name in names.items() if each not in own}
    choices |= {f"{NOTIFY}.{action}": f"{NOTIFY}.{action}" for action in actions}
    return [
        SelectOptionDict(value=each, label=label)
        for each, label in sorted(choices.items(), key=lambda choice: choice[1].casefold())
    ]


def targets_among(recipients: Iterable[str]) -> list[str]:
    """Return those of some recipients that are no contacts. Raises BotError `invalid_target`."""
    return valid_targets(each for each in recipients if is_target(each))


def valid_targets(typed: Iterable[str]) -> list[str]:
    """Return notify entities and actions, each once. Raises BotError `invalid_target`."""
    targets = list(dict.fromkeys(text.strip().lower() for text in typed))
    for target in targets:
        if not TARGET.fullmatch(target):
            raise BotError("invalid_target", target=target)
    return targets

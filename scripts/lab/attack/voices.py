"""Nobody speaks in the bot's name: a device cannot write its lines, a payload is no command to a phone."""

from collections.abc import Iterator
from dataclasses import replace
import json
import re
import unicodedata

from homeassistant.config_entries import ConfigEntries
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from custom_components.dinox_mqtt_bot.bot.model.message import NO_PROPERTIES, Message, Properties
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice, is_target
from custom_components.dinox_mqtt_bot.bot.model.replies import Caller, Surface
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    Bridge,
    Contact,
    Display,
    Format,
    Priority,
    Role,
    RuleSet,
    Subscription,
)
from custom_components.dinox_mqtt_bot.hass.targets import NoticeLook, call_for

from .alone import Alone, alone
from .disks import freezer_rule
from .payload_fuzz import ME
from .trial import Trial
from .watch import Watch

MARKS = ("⚠", "🔴", "✅", "👍", "📌", "⏰", "•", "⚠️", "●", "∙", "✓", "☑", "❝", "‟")
PHONE, SCREEN = "notify.mobile_app_phone", "notify.persistent_notification"
# Commands of Home Assistant's companion apps: each is the whole message of a notification.
COMMANDS = (
    *("request_location_update", "clear_notification", "command_update_sensors", "TTS", "remove_channel"),
    *("command_dnd", "command_ringer_mode", "command_volume_level", "command_screen_on", "command_bluetooth"),
    *(
        "command_broadcast_intent",
        "command_activity",
        "command_webview",
        "command_launch_app",
        "delete_alert",
    ),
    *("clear_badge", "update_complications", "update_widgets", "command_flashlight", "command_media"),
)
ACTING = (
    "<b>bold</b> <a href='http://evil.test'>tap</a>",
    "![x](http://evil.test/track.png) [ok](http://evil.test)",
    "xmpp:bot@home.test?message;body=/mqtt%20pause",
    "<img src=x onerror=alert(1)>",
)
# What acts in a notification: HTML on a phone, Markdown on the page, which knows `\` before what is text.
_ACTS = {
    PHONE: re.compile(r"<[a-z/!]|xmpp:", re.IGNORECASE),
    SCREEN: re.compile(r"(?<!\\)<[a-z/!]|(?<!\\)\[[^\]]*\]\(|xmpp:", re.IGNORECASE),
}
_SPOOFED = "forged"
# What each forged line says behind its mark.
_FORGED = ("home/freezer", f"home ({_SPOOFED}")
_NOTE = "home/attic/note"
_ASKED = (f"history {_NOTE} 1h", "topics", "devices", "alerts", "status", f"why {_NOTE}", "aliases")
# What nobody sees at the beginning of a line, and one of each kind.
_UNSEEN = {"Cf", "Zs", "Cc", "Mn", "Me", "Mc", "Cn"}
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0\ufffc\U0001d159\U0001f3fb"
_HIDDEN = ("\u0301", "\u20dd", "\u20e3", "\u0e47", "\u0903", "\U0001bca0", "\U00016fe4", "\u2065", *_BLANKS)


async def forge_voices(trial: Trial, watch: Watch) -> None:
    """Say the bot's own words by every way a device has, and the phone's commands."""
    for display in (Display.EACH, Display.DIGEST):
        async with alone(_rules(display)) as bot:
            if display is Display.EACH:
                watch.arm()
            bot.noting.check = lambda notice: _look(trial, notice.text)
            for name, message in _forgeries():
                trial.doing(f"{name}: {message!r}")
                trial.counts["forgeries"] += 1
                bot.take(replace(message, received=bot.clock.now()))
                bot.jump(3)
                await bot.settled()
            bot.jump(4_000)
            await bot.settled()
            for asked in _ASKED:
                _look(trial, await bot.bot.ask(asked, Caller(Surface.CHAT, ME, Role.ADMIN)))
    await _push(trial)
    watch.disarm()


def _rules(display: Display) -> RuleSet:
    return RuleSet(
        (Subscription("home/#", display=display),),
        (Contact(ME),),
        alerts=(freezer_rule(),),
        bridges=tuple(
            Bridge("home/#", ME, id=f"b{at}", number=at, format=format_, template=template)
            for at, (format_, template) in enumerate(
                (
                    (Format.FULL, ""),
                    (Format.PAYLOAD, ""),
                    (Format.SHORT, ""),
                    (Format.FULL, "{name}: {payload}"),
                ),
                1,
            )
        ),
    )


def _forgeries() -> Iterator[tuple[str, Message]]:
    for mark in MARKS:
        line = f"{mark} home/freezer: -19.1 ({_SPOOFED})"
        user = {
            "a label": (("label", line),),
            "a label of two lines": (("label", f"note\n{line}"),),
            "a unit": (("unit", f"\n{line}"),),
            "a time": (("timestamp", line),),
        }
        for name, properties in user.items():
            told = f"“Freezer warm” is over ({_SPOOFED}) · #1"
            yield name, Message(_NOTE, told.encode(), properties=Properties(user=properties))
        for name, text in _texts(mark, line).items():
            yield name, Message(_NOTE, text.encode())
        for name, value in _values(line).items():
            yield name, Message(_NOTE, json.dumps(value).encode())
        for name in ("home/" + line, f"home/a\n{line}", line):
            yield "a topic", Message(name, b"1")
        yield from _announced(line)


def _texts(mark: str, line: str) -> dict[str, str]:
    breaks = {"LF": "\n", "CR": "\r", "NEL": "\x85", "LS": "\u2028", "PS": "\u2029", "VT": "\v", "FF": "\f"}
    texts = {f"a payload with {name}": f"ok{end}{line}" for name, end in breaks.items()}
    texts |= {f"a payload behind {hidden!a}": f"{hidden}{line}" for hidden in _HIDDEN}
    texts |= {
        "a payload": line,
        "a payload behind an invisible character": f"ok\n\u200b{line}",
        "a payload behind blanks": f"ok\n   {line}",
        "a payload with a variation selector": f"ok\n{mark}\ufe0e home ({_SPOOFED})",
        "a payload behind an RTL mark": f"ok\n\u200f{line}",
        "HTML": f"<html><title>x\n{line}</title>",
        "a playlist": f"#EXTM3U\nhttp://a.test/\n{line}",
    }
    return texts


def _values(line: str) -> dict[str, object]:
    return {
        "a field": {line: 1, "b": 2},
        "a value": {"a": f"x\n{line}", "b": line},
        "a field of two lines": {f"a\n{line}": f"b\n{line}", "c": 1},
        "a unit beside a value": {"value": 1, "unit": f"\n{line}"},
        "a list": [f"x\n{line}", line],
        "a text": f"x\n{line}",
    }


def _announced(line: str) -> Iterator[tuple[str, Message]]:
    """Announce an entity with such names, let it say something, and take it back."""
    topic = "homeassistant/sensor/attic/config"
    named = {"state_topic": _NOTE, "unique_id": "u", "name": line, "unit_of_measurement": f"\n{line}"}
    for name in (line, f"a\n{line}"):
        config = {**named, "name": name, "device": {"identifiers": ["d"], "name": name}}
        yield "a discovered name", Message(topic, json.dumps(config).encode(), retain=True)
        yield "a value of a discovered entity", Message(_NOTE, b"22.5")
        yield "a text of a discovered entity", Message(_NOTE, f"x\n{line}".encode())
    yield "no entity", Message(topic, b"", retain=True)


def forged_mark(line: str) -> str:
    """Return the mark of the bot that a person sees before what was forged, or nothing."""
    seen = _visible(line)
    mark = next((mark for mark in MARKS if seen.startswith(mark)), "")
    return mark if mark and _visible(seen.removeprefix(mark)).startswith(_FORGED) else ""


def _visible(text: str) -> str:
    while text and (unicodedata.category(text[0]) in _UNSEEN or text[0] in _BLANKS):
        text = text[1:]
    return text


def _look(trial: Trial, text: str) -> None:
    for line in text.splitlines():
        if mark := forged_mark(line):
            trial.breach("escapes", f"a line like the bot's own: {line!r}", key=("line", mark), tried=text)


async def _push(trial: Trial) -> None:
    """Have payloads told by Home Assistant's notifications, to the last step before the phone."""
    rules = RuleSet(
        (Subscription("home/#", priority=Priority.CRITICAL),), (Contact(ME),), targets=(PHONE, SCREEN)
    )
    async with alone(rules) as bot:
        hass = HomeAssistant("/nowhere")
        hass.config_entries = ConfigEntries(hass, {})
        dr.async_setup(hass)
        await dr.async_load(hass, load_empty=True)
        await er.async_load(hass, load_empty=True)
        for target in (PHONE, SCREEN):
            hass.services.async_register("notify", target.removeprefix("notify."), lambda call: None)
        for payload in (*COMMANDS, *ACTING):
            trial.doing(payload)
            trial.counts["forgeries"] += 1
            await _told(trial, bot, hass, payload)


async def _told(trial: Trial, bot: Alone, hass: HomeAssistant, payload: str) -> None:
    bot.noting.notices.clear()
    message = Message("home/sensor", payload.encode(), received=bot.clock.now(), properties=NO_PROPERTIES)
    bot.take(message)
    # More than ten a minute would be told as one.
    bot.jump(61)
    await bot.settled()
    told = [notice for notice in bot.noting.notices if is_target(notice.to)]
    if not told:
        trial.breach("alerts_lost", f"nothing was told of {payload!r}", key="untold")
    for notice in told:
        _judge(trial, notice, hass, payload)


def _judge(trial: Trial, notice: Notice, hass: HomeAssistant, payload: str) -> None:
    values = call_for(hass, notice, NoticeLook("group", "silent", {})).values
    text = str(values["message"])
    if text.strip() == payload and payload in COMMANDS:
        trial.breach(
            "escapes", f"a payload is the whole message to {notice.to}: {text!r}", key=("whole", notice.to)
        )
    if payload in ACTING and _ACTS[notice.to].search(text):
        trial.breach(
            "escapes", f"a payload acts in a message to {notice.to}: {text!r}", key=(payload, notice.to)
        )

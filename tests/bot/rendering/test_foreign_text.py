"""Whatever a message, a device, a server or a person says: no line of it is taken for the bot's own."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
import json
from typing import Any
import unicodedata
from unittest.mock import patch

from fakes import GUEST, ME, World, failing
from hypothesis import given, settings, strategies as st
from phrases import RealPhrases
import pytest

from bot.model.inquiry import YES_OR_NO, Inquiry
from bot.model.message import Properties
from bot.model.rules import (
    AlertRule,
    Bridge,
    Condition,
    Contact,
    Display,
    Ear,
    Format,
    FreeText,
    Operator,
    Priority,
    Role,
    Subscription,
)
from bot.model.utterance import Utterance
from bot.payload.incidents import RESOLVED, read_incidents
from bot.rendering import readings
from bot.rendering.replies import render_error
from bot.text.foreign import MARKS, NESTED

type Door = Callable[[str], Coroutine[Any, Any, list[str]]]

PHONE = "notify.mobile_app_phone"
BENIGN = "garden"
BREAKS = ("\n", "\r\n", "\r", "\n\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
UNSEEN = (
    "",
    " ",
    "\u200b",
    "\u2060",
    "\u202e",
    "\u2067",
    "\ufeff",
    "\u00ad",
    "\u3164",
    "\u2800",
    "\ufe0f",
    "\t",
)
FORGED = (
    "home/freezer: -19.1 ↘",
    "“Freezer warm” is over, after 2 s, worst -12.3 °C · #1",
    "*Freezer warm* is over: home/freezer -19.1 ↘",
    "you@home.test has acknowledged home/freezer (#1)",
    "x",
)

_beginning = st.builds(
    lambda before, mark, after: f"{before}{mark}{after}",
    st.sampled_from(UNSEEN),
    st.sampled_from([*sorted(MARKS), "⚠\ufe0f", "👍🏽", ""]),
    st.sampled_from([" ", ""]),
)
_line = st.builds(lambda beginning, text: f"{beginning}{text}", _beginning, st.sampled_from(FORGED))
hostile = st.lists(st.tuples(_line, st.sampled_from(BREAKS)), min_size=1, max_size=4).map(
    lambda parts: "".join(f"{line}{end}" for line, end in parts[:-1]) + parts[-1][0]
)


def begins_with(line: str) -> str:
    """Return the sign of the bot's that a reader sees first; nothing if it is none."""
    for character in line:
        hidden = unicodedata.category(character) in {"Cf", "Cc", "Zs", "Zl", "Zp"}
        if not hidden and character not in "\u3164\u2800\ufe0f\t":
            return character if character in MARKS else ""
    return ""


def own(texts: list[str]) -> list[str]:
    """Return the lines that begin where the bot's do, of all that was said."""
    return [
        line for text in texts for line in text.split("\n") if line.strip() and not line.startswith(NESTED)
    ]


def world(*subscriptions: Subscription, **how: Any) -> World:
    receiving = (Contact(ME), Contact(GUEST, role=Role.OPERATOR))
    return World(*(subscriptions or (Subscription("#"),)), **{"contacts": receiving, **how})


def said(one: World, to: str = ME) -> list[str]:
    one.later(1)
    return [notice.text for notice in one.outbox.notices if notice.to == to]


def named(text: str) -> Properties:
    return Properties(user=(("label", text), ("unit", text)))


async def a_value(text: str) -> list[str]:
    one = world()
    one.receive("home/x", text)
    return said(one)


async def a_retained_value_with_a_time(text: str) -> list[str]:
    one = world()
    one.receive("home/x", text, retain=True, properties=Properties(user=(("timestamp", "1700000000"),)))
    return said(one)


async def a_label_and_a_unit(text: str) -> list[str]:
    one = world()
    one.receive("home/x", "1", properties=named(text))
    one.receive("home/y", "on", properties=named(text))
    return said(one)


async def a_topic(text: str) -> list[str]:
    one = world()
    one.receive(text, "1")
    return said(one)


async def fields(text: str) -> list[str]:
    one = world()
    one.receive("home/x", json.dumps({text: text, "b": {"value": 1, "unit": text}, "c": text}))
    return said(one)


async def a_list(text: str) -> list[str]:
    one = world()
    one.receive("home/first", "look")
    before = len(said(one))
    one.receive("home/x", json.dumps([text, text]))
    one.later(2)
    return said(one)[before:]


async def a_page(text: str) -> list[str]:
    one = world()
    one.receive("home/x", f"<html><title>{text}</title>")
    return said(one)


def _announced(one: World, text: str) -> None:
    config = {
        "state_topic": "home/x",
        "command_topic": "home/x/set",
        "name": text,
        "unit_of_measurement": text,
        "options": [text, "b"],
        "device": {"name": text, "identifiers": "1", "suggested_area": text},
    }
    one.receive("homeassistant/select/x/config", json.dumps(config))


async def a_device(text: str) -> list[str]:
    one = world()
    _announced(one, text)
    one.receive("home/x", "1")
    return [*said(one), await one.ask("devices"), await one.ask("topics"), await one.ask("status")]


async def a_digest(text: str) -> list[str]:
    one = world(Subscription("#", display=Display.DIGEST))
    one.receive("home/x", text, properties=named(text))
    one.receive("home/y", text)
    one.later(400)
    return said(one)


async def a_live_message(text: str) -> list[str]:
    one = world(Subscription("#", display=Display.BOARD))
    one.receive("home/x", "1", properties=named(text))
    one.later(1)
    one.receive("home/x", text, properties=named(text))
    one.later(10)
    return said(one)


async def an_urgent_one(text: str) -> list[str]:
    one = world(Subscription("#", priority=Priority.CRITICAL), targets=(PHONE,), storm=1)
    for topic in ("home/x", "home/y", "home/z"):
        one.receive(topic, text, properties=named(text))
    one.later(70)
    titles = [notice.push.title for notice in one.outbox.notices if notice.push]
    return [*said(one), *said(one, PHONE), *titles]


async def alerts(text: str) -> list[str]:
    rules = tuple(
        AlertRule(
            f"home/{topic}",
            Condition(operator, values),
            id=topic,
            number=number,
            name=topic,
            priority=Priority.CRITICAL,
        )
        for number, (topic, operator, values) in enumerate(
            [("x", Operator.UNEQUAL, ("0",)), ("y", Operator.UNEQUAL, ("0",)), ("z", Operator.CHANGES, ())], 1
        )
    )
    one = world(Subscription("#", display=Display.SILENT), alerts=rules, targets=(PHONE,))
    one.receive("home/z", "0")
    one.receive("home/x", text, properties=named(text))
    one.later(5)
    one.receive("home/y", text, properties=named(text))
    one.receive("home/z", text, properties=named(text))
    one.later(5)
    asked = [await one.ask("alerts"), await one.ask("why 1"), await one.ask(f"ack 1 {BENIGN}", who=text)]
    one.receive("home/x", "0", properties=named(text))
    one.receive("home/y", "0", properties=named(text))
    one.later(5)
    titles = [notice.push.title for notice in one.outbox.notices if notice.push]
    return [*asked, *said(one), *said(one, GUEST), *said(one, PHONE), *titles]


async def the_history(text: str) -> list[str]:
    one = world(Subscription("#", display=Display.SILENT))
    for topic in ("home/x", "home/y", text):
        one.receive(topic, text, properties=named(text))
        one.receive(topic, text, retain=True, properties=named(text))
    asked = ("history", "history home/x", "history #", "topics", "topics #", "status")
    return [await one.ask(line) for line in asked]


async def what_was_hidden(text: str) -> list[str]:
    one = world(paused=True)
    one.receive("home/x", text, properties=named(text))
    return [await one.ask("resume")]


async def what_was_held(text: str) -> list[str]:
    one = world(Subscription("a/#", priority=Priority.ALERT), Subscription("#"), targets=(PHONE,))
    await one.ask("dnd on")
    one.receive("home/x", text, properties=named(text))
    one.receive("a/x", text, properties=named(text))
    one.later(5)
    await one.ask("dnd off")
    one.later(5)
    await one.settle()
    return [*said(one), *said(one, PHONE)]


async def what_was_not_told_before_a_kill(text: str) -> list[str]:
    one = world()
    one.receive("home/x", text, properties=named(text))
    one.start()
    await one.bot.say_untold()
    return said(one)


async def what_the_servers_refuse(text: str) -> list[str]:
    one = world(bridges=(Bridge("home/#", "room@example.org", id="b", number=1, room=True),))
    one.broker.refused["#"] = one.chat.rooms_refused["room@example.org"] = text
    one.bot.broker_changed(one.broker.status)
    one.broker.failure = failing("publish_refused", topic=text, reason=text)
    asked = ("topics", "bridges", "subscribe #", "publish home/x 1")
    return [*said(one), *[await one.ask(line) for line in asked]]


async def what_a_command_repeats(text: str) -> list[str]:
    one = world(contacts=(Contact(ME, name=text), Contact(GUEST, name=text)))
    asked = [f"publish home/x {text}", "contacts", "config"]
    return [await one.ask(line) for line in asked]


async def an_error(text: str) -> list[str]:
    return [render_error(failing("upload_failed", reason=text), RealPhrases(each)) for each in ("en", "de")]


async def a_bridge(text: str) -> list[str]:
    told = []
    for form in (Format.SHORT, Format.FULL):
        bridge = Bridge("home/#", ME, id="b", number=1, format=form, per_minute=1)
        one = world(Subscription("#", display=Display.SILENT), bridges=(bridge,))
        for topic in ("home/x", "home/y", "home/z", "home/z"):
            one.receive(topic, text, properties=named(text))
        one.later(70)
        told += said(one)
    return told


async def a_bridge_without_a_place_for_files(text: str) -> list[str]:
    bridge = Bridge("home/#", ME, id="b", number=1, format=Format.FILE)
    one = world(Subscription("#", display=Display.SILENT), bridges=(bridge,))
    one.uploads.failure = failing("upload_failed", reason=text)
    one.receive("home/x", text, properties=named(text))
    await one.settle()
    return said(one)


async def an_incident_of_a_webhook(text: str) -> list[str]:
    """Post what anybody can write who gets at the program that posts, as a rule of a webhook judges it."""
    rule = AlertRule(
        "$hook/x/+",
        Condition(Operator.UNEQUAL, (RESOLVED,)),
        field="text",
        id="x",
        number=1,
        name="Monitoring",
        priority=Priority.CRITICAL,
        text="{name}: {value}",
    )
    one = world(Subscription("#", display=Display.SILENT), alerts=(rule,), targets=(PHONE,))
    for status in ("firing", "resolved"):
        body = {"title": f"a{text}", "text": text, "severity": text, "status": status, "key": "k"}
        for incident in read_incidents(json.dumps(body).encode()):
            one.receive("$hook/x/k", incident.payload(), properties=named(incident.title))
        one.later(5)
    titles = [notice.push.title for notice in one.outbox.notices if notice.push]
    return [await one.ask("alerts"), await one.ask("why 1"), *said(one), *said(one, PHONE), *titles]


async def a_question_of_an_automation(text: str) -> list[str]:
    """Have somebody decide whose name is anything: the others are told who did."""
    one = world(contacts=(Contact(ME), Contact(GUEST, name=text)))
    one.bot.dialogue.inquiries.ask(Inquiry("Shall I?", YES_OR_NO, (ME, GUEST), 60.0))
    await one.bot.hear(Utterance(GUEST, "yes", "m1", one.clock.time))
    return [*said(one), *said(one, GUEST)]


DOORS: list[Door] = [
    an_incident_of_a_webhook,
    a_question_of_an_automation,
    a_value,
    a_retained_value_with_a_time,
    a_label_and_a_unit,
    a_topic,
    fields,
    a_list,
    a_page,
    a_device,
    a_digest,
    a_live_message,
    an_urgent_one,
    alerts,
    the_history,
    what_was_hidden,
    what_was_held,
    what_was_not_told_before_a_kill,
    what_the_servers_refuse,
    what_a_command_repeats,
    an_error,
    a_bridge,
    a_bridge_without_a_place_for_files,
]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
@settings(max_examples=15)
@given(text=hostile)
def test_the_bots_lines_are_as_many_and_begin_as_ever(door: Door, text: str) -> None:
    with patch.object(readings, "ROOM", 0):  # whatever its length, a value is told below its name
        expected, found = own(asyncio.run(door(BENIGN))), own(asyncio.run(door(text)))
    assert expected
    assert [begins_with(line) for line in found] == [begins_with(line) for line in expected], found


async def a_bridge_of_payloads(text: str) -> list[str]:
    told = []
    for template in ("", "{payload}", "{value}", "{name}", "{topic}", "{unit}", "{name}\n{value} {unit}"):
        one = world(Subscription("#", display=Display.SILENT), bridges=())
        bridge = Bridge("#", ME, id="b", number=1, format=Format.PAYLOAD, template=template)
        one.bot.apply(replace(one.bot.rules, bridges=(bridge,)))
        one.receive(text, text, properties=named(text))
        told += said(one)
    return told


async def an_answer_to_free_text(text: str) -> list[str]:
    one = world(Subscription("home/#"), free_text=FreeText(Ear.TOPIC, "ask", "answer"))
    await one.bot.hear(Utterance(ME, "what is it", "m1", one.clock.time))
    one.receive("answer", text)
    return said(one)


async def an_answer_of_an_agent(text: str) -> list[str]:
    one = world(free_text=FreeText(Ear.AGENT, without_user=True), contacts=(Contact(ME, role=Role.ADMIN),))

    async def answer(*_: object) -> str:
        return text

    one.agent.answer = answer  # type: ignore[method-assign]
    await one.bot.hear(Utterance(ME, "what is it", "m1", one.clock.time))
    return said(one)


@pytest.mark.parametrize(
    "door",
    [a_bridge_of_payloads, an_answer_to_free_text, an_answer_of_an_agent],
    ids=lambda door: door.__name__,
)
@settings(max_examples=15)
@given(text=hostile)
def test_where_all_is_foreign_nothing_begins_as_the_bots_lines_do(door: Door, text: str) -> None:
    lines = own(asyncio.run(door(text)))
    assert lines
    assert not any(begins_with(line) for line in lines), lines

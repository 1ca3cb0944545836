"""Random messages through the whole path of a message."""

import asyncio
from dataclasses import replace
import random
import re

from custom_components.dinox_mqtt_bot.bot.alerts.rules.grammar import read_rule
from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice, is_target
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Bridge,
    Contact,
    Direction,
    Display,
    Format,
    Priority,
    Role,
    RuleSet,
    Subscription,
)

from .alone import Alone, alone
from .payloads import Payloads, as_text
from .trial import Trial, blocks
from .watch import Watch

ME, GUEST = "me@home.test", "guest@home.test"
_BLOCK = 10_000
_WARM_UP = 500
_CONDITIONS = (
    *(
        "> 20",
        "< -15 clear -16",
        "between 1 and 5",
        "outside 1 and 5",
        "== on",
        "!= off",
        "contains x",
        "changes",
    ),
    *("matches *a*b*", "matches ?*[a-z]*", "stale 10m", "rises 5 in 10m", "falls 2 in 1h", "stale auto"),
    *("> 5 every 10s critical", "> 5 K for 5s", "offline"),
)
_FILTERS = ("home/a", "home/#", "zigbee2mqtt/+", "esp/#", "home/b")
_FIELDS = ("", "t ", "value ", "a.b ", "x[0] ")
_FORMATS = ("", "{name} {topic} {value} {unit} {time} {payload}", "{payload}")
# What XML 1.0 has no place for.
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


async def fuzz_payloads(trial: Trial, watch: Watch) -> None:
    """Let every message through, with what time brings in between."""
    options = trial.options
    # The heap of a process that builds one bot after the other has its size after the first whole one.
    await _block(trial, watch, "warm-up", _WARM_UP if options.payloads <= _BLOCK else _BLOCK)
    watch.arm()
    for begin, number in blocks(options.first, options.payloads, _BLOCK):
        trial.repeated_by("payloads", begin, number)
        await _block(trial, watch, f"{options.seed}/{begin}", number, counted=True)
        if trial.is_broken:
            return


async def _block(trial: Trial, watch: Watch, seed: str, number: int, *, counted: bool = False) -> None:
    chance = random.Random(f"payloads {seed}")
    with watch.aside():
        payloads, rules = Payloads(chance), random_rules(chance)
    async with alone(rules) as bot:
        bot.noting.check = lambda notice: _check(trial, notice)
        for _ in range(number):
            await _one(trial, watch, bot, payloads, chance)
            trial.counts["payloads"] += counted
            if trial.is_broken:
                return
        await bot.settled()
        if counted:
            watch.weigh()


async def _one(trial: Trial, watch: Watch, bot: Alone, payloads: Payloads, chance: random.Random) -> None:
    with watch.aside():
        message = payloads.message()
        seconds = chance.choice((0.1, 2, 5, 60, 400, 4000)) if chance.random() < 0.02 else 0.0
        trial.doing(as_text(message))
    try:
        bot.take(message)
        if seconds:
            # A turn of its own.
            await asyncio.sleep(0)
            bot.jump(seconds)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
        trial.failed(error, "a message")
    await asyncio.sleep(0)
    await bot.has_room()


def _check(trial: Trial, notice: Notice) -> None:
    """No payload may break the XML stream, nor bring a link that acts; a target's text is made later."""
    if is_target(notice.to):
        return
    if _FORBIDDEN.search(notice.text):
        trial.breach(
            "escapes", f"a notice has what XML forbids: {notice.text[:80]!r}", key="xml", tried=notice.text
        )
    if "xmpp:" in notice.text.lower():
        trial.breach(
            "escapes", f"a notice has a link that acts: {notice.text[:80]!r}", key="link", tried=notice.text
        )


def random_rules(chance: random.Random) -> RuleSet:
    """Return rules of every kind about the topics of the messages."""
    aliases = ("", "Al ias")
    subscriptions = (
        Subscription("#"),
        Subscription(
            "home/#",
            display=chance.choice(list(Display)),
            priority=chance.choice(list(Priority)),
            alias=chance.choice(aliases),
        ),
        Subscription("home/+/x", display=Display.BOARD),
        Subscription("zigbee2mqtt/#", display=Display.CHANGES),
        Subscription("esp/#", display=Display.DIGEST),
        Subscription("$SYS/#", QoS.AT_MOST_ONCE),
    )
    bridges = tuple(
        Bridge(
            chance.choice(("home/#", "esp/#")),
            chance.choice((ME, GUEST)),
            id=f"b{number}",
            number=number,
            direction=chance.choice(list(Direction)),
            format=chance.choice(list(Format)),
            template=chance.choice(_FORMATS),
        )
        for number in range(1, 4)
    )
    contacts = (Contact(ME), Contact(GUEST, role=Role.VIEWER, receives=False))
    return RuleSet(
        subscriptions,
        contacts,
        alerts=tuple(_alerts(chance)),
        bridges=bridges,
        targets=("notify.mobile_app_phone",),
    )


def _alerts(chance: random.Random) -> list[AlertRule]:
    rules = []
    for number, condition in enumerate(_CONDITIONS, 1):
        topic = chance.choice(_FILTERS)
        rule = read_rule(f"{topic} {chance.choice(_FIELDS)}{condition}", _FILTERS.__contains__)
        hold, repeat = chance.choice((0.0, 0.0, 5.0)), chance.choice((0.0, 60.0))
        rules.append(replace(rule, id=f"r{number}", number=number, hold=hold, repeat=repeat))
    return rules

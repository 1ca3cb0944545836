"""Discovery templates that make much out of little: a message stays cheap whatever a template does to it."""

import asyncio
from itertools import pairwise
import json
import random

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.rules import Contact, RuleSet, Subscription

from .alone import Alone, alone
from .growing import Templates
from .payload_fuzz import ME
from .trial import Trial
from .watch import Watch

_RANDOM, _RANDOM_SHORT = 5_000, 150
_LONG = "b" * 3_900
_PAYLOADS = (
    b"a" * 16_384,
    b'"' * 16_384,
    b"9" * 4_299,
    b'{"n": ' + b"9" * 290 + b', "s": "' + b"a" * 8_000 + b'", "l": [' + b"1," * 2_000 + b"1]}",
    b"[" + b'"a",' * 3_900 + b'"a"]',
)
_SQUARED = "{{% set {then}=({name}|{filter})*({name}|{filter}) %}}"


def chain(filter_name: str, number: int) -> str:
    """Return a template that squares a number again and again."""
    names = ["value_json.n", *(f"v{at}" for at in range(number))]
    steps = (_SQUARED.format(then=then, name=name, filter=filter_name) for name, then in pairwise(names))
    return "".join(steps) + "{{ " + names[-1] + " > 1 }}"


# One entity each, from the cheap to those that froze Home Assistant.
KNOWN = (
    "{{ value | replace('a', '" + _LONG + "') }}",
    "{{ value | replace('', '" + _LONG + "') }}",
    "{{ value | list | join('" + _LONG + "') }}",
    "{% set a = value" + "+value" * 62 + " %}{% set b = a" + "+a" * 62 + " %}{{ b }}",
    "{{ value | to_json | to_json | to_json | to_json }}",
    "{{ value * 4000 }}",
    "{{ value.split('a') | join('" + _LONG + "') }}",
    "{{ value[::-1] | replace('a', '" + _LONG + "') | upper | lower | title }}",
    "{{ 4000 | multiply(value) }}",
    "{{ value_json.n | multiply(value_json.s) }}",
    "{% set ns = namespace(a=value) %}" + "{% set ns.a = ns.a + ns.a %}" * 11 + "{{ ns.a }}",
    "{{ value|" + "default(value|" * 50 + "upper" + ")" * 50 + " }}",
    "{{ (value|int) * (value|int) * (value|int) * (value|int) * (value|int) * (value|int) * (value|int) }}",
    *(chain(name, 8) for name in ("int", "abs", "float", "round", "multiply(1)")),
    *(chain(name, 15) for name in ("int", "abs")),
)
# So many entities of one topic, each cheap by itself.
CROWDS = (
    "{{ value | replace('a', 'bb') }}",
    "{{ value | upper }}",
    "{{ value_json.l | join(' ') }}",
    "{{ value | replace('a', '" + _LONG + "') }}",
)


async def grow_templates(trial: Trial, watch: Watch) -> None:
    """Announce each template, send the worst payloads, and take it back."""
    chance = random.Random(f"templates {trial.options.seed}")
    drawn = Templates(chance)
    number = _RANDOM_SHORT if trial.options.short else _RANDOM
    async with alone(RuleSet((Subscription("home/#"),), (Contact(ME),))) as bot:
        await _one(bot, trial, ["{{ value | float(0) | round(1) }}"])
        watch.arm()
        for template in KNOWN:
            await _one(bot, trial, [template])
        for template in CROWDS:
            await _one(bot, trial, [template] * (60 if len(template) > 99 else 500))
        for _ in range(number):
            await _one(bot, trial, [drawn.one() for _ in range(chance.choice((1, 1, 1, 20)))])
            if trial.is_broken:
                break
        watch.weigh()
    trial.counts["templates"] = len(KNOWN) + len(CROWDS) + number


async def _one(bot: Alone, trial: Trial, templates: list[str]) -> None:
    """Have these as the entities of one device, all with one topic."""
    parts = {
        f"c{at}": {
            "platform": "sensor",
            "state_topic": "home/t",
            "value_template": template,
            "unique_id": f"u{at}",
            "name": f"n{at}",
        }
        for at, template in enumerate(templates)
    }
    config = json.dumps({"device": {"identifiers": ["d"], "name": "D"}, "components": parts}).encode()
    trial.doing(config)
    topic = "homeassistant/device/d/config"
    for name, payload in ((topic, config), *(("home/t", payload) for payload in _PAYLOADS), (topic, b"")):
        try:
            bot.take(Message(name, payload, retain=name == topic, received=bot.clock.now()))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
            trial.failed(error, "a template")
        await asyncio.sleep(0)
        await bot.has_room()

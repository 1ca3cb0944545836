"""Random chat lines from each role through the real dialogue: nobody does what the role does not allow.

What a line did is read from the bot's state before and after it, never from its answer.
"""

import asyncio
from dataclasses import dataclass, fields, replace
import json
import random

from custom_components.dinox_mqtt_bot.bot.alerts.rules.grammar import read_rule
from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Bridge,
    Contact,
    Direction,
    Ear,
    FreeText,
    Preset,
    Priority,
    Role,
    RuleSet,
    Subscription,
)
from custom_components.dinox_mqtt_bot.bot.model.utterance import Reaction, Utterance

from .alone import Alone, alone
from .lines import Lines
from .trial import Trial, blocks
from .watch import Watch

VIEWER, OPERATOR, ADMIN = (f"{role.word}@home.test" for role in Role)
STRANGER = "stranger@evil.test"
_ROOM = "room@conference.home.test"
_BLOCK = 2_000
_WARM_UP = 300
_TURNS = 20
_EMOJIS = "👍👎✅💤🔇❤"
# What an operator may do: publish, ask the agent, pause, quiet, acknowledge, mute, reconnect.
_OPERATORS = frozenset({"broker", "reconnects", "paused", "quiet", "alerts", "mutes", "agent"})


@dataclass(frozen=True, slots=True)
class State:
    """What commands can change."""

    rules: object
    broker: int
    reconnects: int
    paused: bool
    quiet: object
    alerts: object
    mutes: object
    agent: int

    @classmethod
    def of(cls, bot: Alone) -> State:
        quiet = bot.bot.do_not_disturb
        # What somebody may wait for by itself is no change of the rules.
        rules = [each for each in bot.bot.rules.alerts if not _is_own_wait(each)]
        return cls(
            rules=(replace(bot.bot.rules, alerts=tuple(rules)), bot.bot.wanted, bot.rules.written),
            broker=bot.broker.done,
            reconnects=bot.noting.said // 1_000_000,
            paused=bot.bot.paused,
            quiet=(quiet.quiet_until, quiet.undisturbed_until, frozenset(quiet.contacts)),
            alerts=tuple(
                (one.rule, one.topic, one.state, one.acknowledged_by, one.note, one.snoozed_until)
                for rule in rules
                for one in bot.bot.alerts.of(rule.id)
                # What is over is forgotten some time later, whoever speaks then.
                if one.active
            ),
            mutes=tuple(bot.bot.alerts.mutes),
            agent=bot.services.asked,
        )

    def changed(self, after: State) -> set[str]:
        """Return what is another one afterwards."""
        return {part.name for part in fields(self) if getattr(self, part.name) != getattr(after, part.name)}


def _is_own_wait(rule: AlertRule) -> bool:
    return rule.once and len(rule.contacts) == 1


def allowed(who: str) -> frozenset[str]:
    """Return what somebody may change."""
    if who == ADMIN:
        return frozenset(part.name for part in fields(State))
    return _OPERATORS if who == OPERATOR else frozenset()


async def fuzz_lines(trial: Trial, watch: Watch) -> None:
    """Let everybody say everything."""
    options = trial.options
    await _block(trial, watch, "warm-up", _WARM_UP)
    watch.arm()
    for begin, number in blocks(options.first, options.lines, _BLOCK):
        trial.repeated_by("lines", begin, number)
        await _block(trial, watch, f"{options.seed}/{begin}", number, counted=True)
        if trial.is_broken:
            return


async def _block(trial: Trial, watch: Watch, seed: str, number: int, *, counted: bool = False) -> None:
    chance = random.Random(f"lines {seed}")
    lines = Lines(chance)
    async with alone(_rules(chance)) as bot:
        for value in range(40):
            payload = json.dumps({"t": value, "x": [1, 2]}).encode()
            bot.take(Message(f"home/{'abc'[value % 3]}", payload, received=bot.clock.now()))
        await bot.settled()
        bot.noting.check = lambda notice: _check(trial, notice)
        for begin, turns in blocks(0, number, _TURNS):
            await _turns(trial, watch, bot, lines, range(begin, begin + turns))
            trial.counts["lines"] += turns if counted else 0
            if trial.is_broken:
                return
        if counted:
            watch.weigh()


async def _turns(trial: Trial, watch: Watch, bot: Alone, lines: Lines, turns: range) -> None:
    """Let one of them talk for a while, then look at the history too, which takes longer."""
    chance = lines.chance
    who = chance.choice((VIEWER, OPERATOR, ADMIN, STRANGER))
    rows = await _rows(bot)
    for number in turns:
        with watch.aside():
            said = _said(bot, lines, who, number)
            trial.doing(repr(said))
            before = State.of(bot)
        await _one(trial, bot, said)
        with watch.aside():
            changed = before.changed(State.of(bot)) - allowed(who)
        if changed:
            _escaped(trial, who, changed)
    if who != ADMIN and await _rows(bot) != rows:
        _escaped(trial, who, {"history"})
    await bot.settled()
    # Somebody sends a value now and then, so that there is something to acknowledge; and time goes by.
    bot.take(Message("home/b", chance.choice((b"99", b"1")), received=bot.clock.now()))
    if chance.random() < 0.2:
        bot.jump(chance.choice((1, 30, 61, 601, 5000)))


def _said(bot: Alone, lines: Lines, who: str, number: int) -> Utterance | Reaction:
    chance = lines.chance
    at, ids = bot.clock.now(), [notice.id for notice in list(bot.noting.notices)[-5:]] or ["none"]
    if chance.random() < 0.03:
        return Reaction(who, chance.choice(ids), (chance.choice(_EMOJIS),), at)
    room = _ROOM if chance.random() < 0.05 else ""
    return Utterance(who, lines.line(), f"m{number}", at, "phone", chance.choice(("", "", "", *ids)), room)


async def _one(trial: Trial, bot: Alone, said: Utterance | Reaction) -> None:
    try:
        if isinstance(said, Utterance):
            await bot.bot.hear(said)
        else:
            await bot.bot.react(said)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
        trial.failed(error, "a line")
    # A turn of the loop for each.
    await asyncio.sleep(0)


async def _rows(bot: Alone) -> int:
    return (await bot.store.history.sizes()).rows["messages"]


def _escaped(trial: Trial, who: str, changed: set[str]) -> None:
    name = who.partition("@")[0]
    article = "an" if who == OPERATOR else "a"
    trial.breach(
        "escapes", f"{article} {name} changed {', '.join(sorted(changed))}", key=(name, *sorted(changed))
    )


def _check(trial: Trial, notice: Notice) -> None:
    """Nobody answers a stranger."""
    if notice.to == STRANGER:
        trial.breach("escapes", f"a stranger was answered: {notice.text!r}", key="answered")


def _rules(chance: random.Random) -> RuleSet:
    alert = read_rule('home/b > 50 critical as "Freezer warm"', lambda text: text == "home/b")
    bridge = Bridge(
        "home/a", _ROOM, id="b1", number=1, room=True, direction=Direction.BOTH, role=Role.OPERATOR
    )
    ear = chance.choice(list(Ear))
    return RuleSet(
        (Subscription("home/#"), Subscription("home/b", alias="Icebox", priority=Priority.ALERT)),
        (Contact(VIEWER, role=Role.VIEWER), Contact(OPERATOR, role=Role.OPERATOR), Contact(ADMIN)),
        alerts=(replace(alert, id="a1", number=1),),
        bridges=(bridge,),
        presets=(
            Preset("lamp", "home/lamp", "ON", id="p1", number=1),
            Preset("door", "home/door", id="p2", number=2, role=Role.ADMIN),
        ),
        free_text=FreeText(ear, topic="home/said", without_user=True),
    )

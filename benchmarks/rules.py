"""What a message costs with 10 alert rules and with 10,000: the same load, taking turns, in one process."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
import gc
from itertools import count, islice
import os
from statistics import median
from tempfile import TemporaryDirectory
import time

from custom_components.dinox_mqtt_bot.bot.model.message import Message, Reading
from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Clause, Condition, Operator

from .assembly import Assembly, rules
from .load import FILTER, ROOMS, ROOT, TOPICS, Load, messages, topic
from .meter import say
from .run import child, said

FEW, MANY = 10, 10_000
ROUNDS = 15
MESSAGES = 2_000
MOST_RATIO = 1.05
MOST_JOINED_RATIO = 1.1
MOST_JOINED_MANY_RATIO = 1.2

# Nothing of the load reaches it: what an alert costs beyond being judged does not depend on the rules.
_LIMIT = "1000000"
_FIELDS = ("temperature", "humidity", "", "ENERGY.Power")


@dataclass(frozen=True, slots=True)
class Costs:
    """Microseconds a message with `FEW` and `MANY` rules, and the ratio: medians over all rounds."""

    few: float
    many: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Found:
    """`Bot.receive` and `Alerts.judge`: each message meets the same rules, or there is one more about it.

    `joined`: the `FEW` rules as they are, and each with a second condition, times of the week, and a rule
    that it waits for. `met`: `FEW` rules whose condition is so, and each joined so, with a second one that is
    not. `joined_many`: `FEW` rules joined so, and `MANY`.
    """

    receive: Costs
    judge: Costs
    one_more: Costs
    joined: Costs
    met: Costs
    joined_many: Costs


def alert_rules(number_of: int, *, one_more: bool = False) -> tuple[AlertRule, ...]:
    """Return so many rules, each with a filter of its own.

    The first ten are wildcards that together meet every topic of the load. The others are for topics that say
    nothing now, every tenth of them with a wildcard; with `one_more` each topic of the load has one of its
    own too.
    """
    filters = islice(_filters(one_more=one_more), number_of)
    return tuple(
        AlertRule(
            topic_filter,
            Condition(Operator.ABOVE, (_LIMIT,)),
            field=_FIELDS[number % len(_FIELDS)],
            name=f"rule {number}",
            id=f"{number}",
            number=number,
        )
        for number, topic_filter in enumerate(filters, 1)
    )


def so(simple: tuple[AlertRule, ...]) -> tuple[AlertRule, ...]:
    """Return the rules with a condition that all of the load meets."""
    own = Condition(Operator.ABOVE, (f"-{_LIMIT}",))
    return tuple(replace(rule, condition=own) for rule in simple)


def joined(simple: tuple[AlertRule, ...], *, met: bool = False) -> tuple[AlertRule, ...]:
    """Return the rules with another topic's condition, times of the week, and the first to wait for.

    The other topics of the first ten are of the load. `met`: the rules' own conditions are so, no other one.
    """
    below = Condition(Operator.BELOW, (f"-{_LIMIT}" if met else _LIMIT,))
    return tuple(
        replace(
            rule,
            others=(Clause(below, _beside(rule), "temperature"),),
            only="22:00-6:00",
            after="" if rule.number == 1 else "1",
        )
        for rule in (so(simple) if met else simple)
    )


def _beside(rule: AlertRule) -> str:
    return topic(rule.number) if rule.number <= FEW else f"silent/beside/{rule.number}"


def _filters(*, one_more: bool) -> Iterator[str]:
    yield from (f"{ROOT}/{room}/#" for room in ROOMS)
    yield from (f"{ROOT}/+/climate/+", "+/+/power/#")
    if one_more:
        yield from (topic(number) for number in range(TOPICS))
    for number in count():
        yield f"silent/{number}/+/state" if number % 10 == 0 else f"silent/{number % 100}/{number}"


def compare() -> Found:
    """Measure it in a process of its own."""
    with child("rules") as process:
        found = said(process, "result")
    return Found(**{name: Costs(**costs) for name, costs in found.items()})


def failures(found: Found) -> Iterator[str]:
    """Yield what is not as it must be."""
    if found.receive.ratio > MOST_RATIO:
        yield f"FAILURE: with {MANY:,} rules a message costs over {MOST_RATIO} times as much"
    if found.joined.ratio > MOST_JOINED_RATIO:
        yield f"FAILURE: with conditions beside its own a rule costs over {MOST_JOINED_RATIO} times as much"
    if found.met.ratio > MOST_JOINED_RATIO:
        yield f"FAILURE: where the first condition is so those cost over {MOST_JOINED_RATIO} times as much"
    if found.joined_many.ratio > MOST_JOINED_MANY_RATIO:
        most = MOST_JOINED_MANY_RATIO
        yield f"FAILURE: with {MANY:,} joined rules a message costs over {most} times as much"


async def _main() -> None:
    taken = [
        Message(name, payload, 1, received=time.time(), packet_id=number % 65_535 + 1)
        for number, (name, payload) in enumerate(islice(messages(Load()), MESSAGES))
    ]
    with ExitStack() as opened:
        simple = alert_rules(FEW)
        every = alert_rules(MANY)
        wanted = (
            *(simple, every, alert_rules(MANY, one_more=True)),
            *(joined(simple), so(simple), joined(simple, met=True), joined(every)),
        )
        assemblies = [await _assembly(opened, alerts) for alerts in wanted]
        few, many, more, both, fires, met, crowd = assemblies
        for assembly in assemblies:
            await _round(assembly, assembly.bot.receive, taken)
        subscription = few.bot.subscriptions.best(taken[0].topic)
        readings = [few.bot.readings.read(message, subscription) for message in taken]
        # What building all that left behind is not to be swept up while somebody is measured.
        gc.collect()
        gc.freeze()
        found = Found(
            receive=await _compared((few, few.bot.receive), (many, many.bot.receive), taken),
            judge=await _compared((few, _judge(few)), (many, _judge(many)), readings),
            one_more=await _compared((few, few.bot.receive), (more, more.bot.receive), taken),
            joined=await _compared((few, few.bot.receive), (both, both.bot.receive), taken),
            met=await _compared((fires, fires.bot.receive), (met, met.bot.receive), taken),
            joined_many=await _compared((both, both.bot.receive), (crowd, crowd.bot.receive), taken),
        )
        say("result", asdict(found))
        for assembly in assemblies:
            await assembly.close()


async def _assembly(opened: ExitStack, alerts: tuple[AlertRule, ...]) -> Assembly:
    assembly = Assembly(0)
    directory = opened.enter_context(TemporaryDirectory(dir=os.environ.get("BENCH_DIRECTORY")))
    await assembly.open(directory, replace(rules(FILTER, 1), alerts=alerts))
    return assembly


def _judge(assembly: Assembly) -> Callable[[Reading], object]:
    judge, now = assembly.bot.alerts.judge, time.time()
    return lambda reading: judge(reading, now)


type Contender[T] = tuple[Assembly, Callable[[T], object]]


async def _compared[T](few: Contender[T], many: Contender[T], given: list[T]) -> Costs:
    """Let both have the same in turns; who is first changes each time."""
    spent: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS):
        turns = [(few, spent[0]), (many, spent[1])]
        for (assembly, function), costs in turns if number % 2 else reversed(turns):
            costs.append(await _round(assembly, function, given))
    ratio = median(after / before for before, after in zip(*spent, strict=True))
    return Costs(round(median(spent[0]), 2), round(median(spent[1]), 2), round(ratio, 3))


async def _round[T](assembly: Assembly, function: Callable[[T], object], given: list[T]) -> float:
    """Return the microseconds that one of `given` takes in the event loop's thread."""
    begun = time.thread_time()
    for one in given:
        function(one)
    spent = time.thread_time() - begun
    # Nobody is measured while the writer is still busy for somebody.
    await assembly.store.history.page("none", 1)
    return spent / len(given) * 1e6


if __name__ == "__main__":
    asyncio.run(_main())

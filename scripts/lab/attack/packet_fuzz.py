"""Random packets from a lying broker to the real link: it always comes back, and nothing reaches the loop."""

import asyncio
import contextlib
import random
import time

from custom_components.dinox_mqtt_bot.bot.model.message import Message, QoS
from custom_components.dinox_mqtt_bot.broker.link import BrokerLink
from custom_components.dinox_mqtt_bot.broker.settings import BrokerSettings
from lab.mqtt_wire import Visit
from lab.ports import LOOPBACK

from .alone import comes
from .lying_broker import LyingBroker
from .packets import Packets, publish
from .trial import Trial, blocks
from .watch import Watch

_BLOCK = 500
_WARM_UP = 20
_GRANTS = (0, 1, 1, 2, 0x80)
_SLOW_SECONDS = 0.5
_BACK_SECONDS = 30.0


def new_link(port: int) -> BrokerLink:
    """Make a link to such a broker."""
    loop = asyncio.get_running_loop()
    return BrokerLink(
        BrokerSettings(LOOPBACK, port, "attacked"),
        loop=loop,
        tls=None,
        run_blocking=lambda job, *given: loop.run_in_executor(None, job, *given),
        create_task=lambda work, name: loop.create_task(work, name=name),
    )


class Taker:
    """Takes every message and acknowledges it."""

    def __init__(self, link: BrokerLink) -> None:
        self.link = link
        self.messages = 0

    def start(self) -> None:
        self.link.want({"#": QoS.AT_LEAST_ONCE, "home/#": QoS.AT_LEAST_ONCE})
        self.link.start(on_message=self._take, on_status=lambda status: None)

    def _take(self, message: Message) -> None:
        self.messages += 1
        self.link.acknowledge([message])


class _Attack:
    """The sessions of one run; `unheard` are those in which a message before the garbage was not taken."""

    def __init__(self, trial: Trial) -> None:
        self.seed = ""
        self.sent = 0
        self.unheard: list[str] = []
        self.trial = trial

    async def act(self, visit: Visit) -> None:
        """Greet, grant, send a message that must arrive, then garbage."""
        chance = random.Random(f"packets {self.seed}")
        packets = Packets(chance, v5=visit.v5)
        if chance.random() < 0.08:
            self._send(visit, packets, [packets.greeting()])
            await asyncio.sleep(0.01)
            return
        visit.send(packets.welcome())
        if chance.random() < 0.9:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(visit.grant_each(chance.choice(_GRANTS)), _SLOW_SECONDS)
        visit.send(publish("mark", b"", v5=visit.v5, flags=2, mid=77))
        try:
            await asyncio.wait_for(visit.expect(4), _BACK_SECONDS)
        except EOFError, OSError, TimeoutError:
            self.unheard.append(self.seed)
            raise
        self._send(visit, packets, [packets.one() for _ in range(chance.randrange(1, 5))])
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(visit.writer.drain(), 2)
        await asyncio.sleep(chance.choice((0, 0.005, 0.02)))
        if chance.random() < 0.5:
            visit.writer.close()
            await asyncio.wait_for(visit.gone(), 2)

    def _send(self, visit: Visit, packets: Packets, garbage: list[bytes]) -> None:
        self.trial.doing("\n".join(data.hex() for data in garbage))
        self.sent += len(garbage)
        for data in garbage:
            for piece in packets.cut(data):
                visit.send(piece)


async def fuzz_packets(trial: Trial, watch: Watch) -> None:
    """Let the broker lie in one session after the other."""
    options = trial.options
    attack = _Attack(trial)
    with LyingBroker(attack.act) as broker:
        taker = Taker(new_link(broker.port))
        attack.seed = "warm-up/0"
        taker.start()
        await _sessions(attack, broker, taker, "warm-up", range(1, _WARM_UP))
        watch.arm()
        attack.sent, attack.unheard = 0, []
        for begin, number in blocks(options.first, options.sessions, _BLOCK):
            trial.repeated_by("sessions", begin, number)
            numbers = range(begin, begin + number)
            done = await _sessions(attack, broker, taker, str(options.seed), numbers)
            trial.counts["sessions"] += done
            trial.counts["packets"], attack.sent = trial.counts["packets"] + attack.sent, 0
            watch.weigh()
            _count_lost(trial, attack)
            if trial.is_broken or done < number:
                break
        watch.disarm()
        trial.figures["messages"] = taker.messages
        await taker.link.stop()


async def _sessions(attack: _Attack, broker: LyingBroker, taker: Taker, seed: str, numbers: range) -> int:
    """Have one session after the other, and return how many there were."""
    trial = attack.trial
    for done, number in enumerate(numbers):
        before = broker.visits
        attack.seed = f"{seed}/{number}"
        if not await _next(broker, taker, before):
            trial.breach("exceptions", f"the link did not come back: {taker.link.status}", key="stuck")
            return done
        if trial.is_broken:
            return done
    return len(numbers)


async def _next(broker: LyingBroker, taker: Taker, before: int) -> bool:
    """Have the link connect, at once where it would wait ever longer for a broker that fails all the time."""
    end = time.monotonic() + _BACK_SECONDS
    while broker.visits == before and time.monotonic() < end:
        taker.link.reconnect()
        await comes(lambda: broker.visits > before, 0.2)
    return await comes(lambda: broker.visits > before and broker.over == broker.visits, _BACK_SECONDS)


def _count_lost(trial: Trial, attack: _Attack) -> None:
    if attack.unheard:
        trial.counts["sentinels_lost"] += len(attack.unheard)
        trial.breach("", f"messages were not taken in the sessions {attack.unheard[:5]}", key="lost")
    attack.unheard = []

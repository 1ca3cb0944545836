"""The bot's timer, and the pulse that slows entities down."""

import asyncio
from collections.abc import AsyncGenerator
import socket
import time

from homeassistant.core import HomeAssistant
import pytest

from custom_components.dinox_mqtt_bot.hass import clock as clock_module
from custom_components.dinox_mqtt_bot.hass.clock import Allowance, LoopClock, Pulse


@pytest.fixture
async def clock() -> AsyncGenerator[tuple[LoopClock, asyncio.Queue[float]]]:
    rung: asyncio.Queue[float] = asyncio.Queue()
    clock = LoopClock(asyncio.get_running_loop())
    clock.start(rung.put_nowait)
    yield clock, rung
    clock.close()


async def test_a_time_in_the_past_rings_at_once(clock: tuple[LoopClock, asyncio.Queue[float]]) -> None:
    it, rung = clock
    it.wake(0.0)
    assert await rung.get() > 1_700_000_000


async def test_the_earliest_wish_wins(clock: tuple[LoopClock, asyncio.Queue[float]]) -> None:
    it, rung = clock
    it.wake(time.time() + 3_600)
    it.wake(time.time())
    it.wake(time.time() + 7_200)
    await rung.get()
    assert rung.empty()


async def test_it_can_be_woken_again_after_it_rang(clock: tuple[LoopClock, asyncio.Queue[float]]) -> None:
    it, rung = clock
    it.wake(0.0)
    await rung.get()
    it.wake(0.0)
    await rung.get()
    assert rung.empty()


@pytest.mark.parametrize("step", [3_590.0, -3_590.0])
async def test_a_clock_that_is_set_delays_nothing_by_more_than_a_moment(
    clock: tuple[LoopClock, asyncio.Queue[float]], monkeypatch: pytest.MonkeyPatch, step: float
) -> None:
    """NTP after the start, or a machine that slept: whoever waits looks at the clock again meanwhile."""
    it, rung = clock
    monkeypatch.setattr(clock_module, "_LOOK_AGAIN", 0.05)
    real = time.time
    it.wake(real() + 3_600)
    monkeypatch.setattr(clock_module.time, "time", lambda: real() + step)
    it.wake(real() + 3_600)
    assert abs(await rung.get() - real() - step) < 60
    assert it._timer is None


async def test_nobody_waits_for_longer_than_a_minute(clock: tuple[LoopClock, asyncio.Queue[float]]) -> None:
    it, _ = clock
    it.wake(time.time() + 3_600)
    assert it._timer is not None
    assert it._timer.when() - asyncio.get_running_loop().time() <= 60


async def test_after_a_standstill_what_came_meanwhile_is_read_first(
    clock: tuple[LoopClock, asyncio.Queue[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process was stopped: the timer is due, and so is what waits in a socket."""
    it, rung = clock
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(clock_module, "_LATE", 0.05)
    monkeypatch.setattr(clock_module, "_CATCH_UP", 0.05)
    here, there = socket.socketpair()
    heard: list[int] = []
    loop.add_reader(here, lambda: heard.append(len(here.recv(9))))
    it.wake(time.time())
    time.sleep(0.1)
    there.send(b"1")
    for _ in range(2):
        await asyncio.sleep(0)
    assert rung.empty()
    await rung.get()
    assert heard == [1]
    loop.remove_reader(here)
    here.close()
    there.close()
    assert rung.empty()


async def test_a_closed_clock_leaves_no_timer(clock: tuple[LoopClock, asyncio.Queue[float]]) -> None:
    it, rung = clock
    it.wake(time.time() + 3_600)
    it.close()
    it.wake(0.0)
    await asyncio.sleep(0)
    assert rung.empty()


def test_ids_are_fresh() -> None:
    clock = LoopClock(asyncio.new_event_loop())
    assert len({clock.new_id() for _ in range(100)}) == 100


async def test_local_time_is_that_of_home_assistant(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    assert LoopClock(hass.loop).local(1_700_000_000).isoformat() == "2023-11-14T23:13:20+01:00"


@pytest.fixture
async def pulse() -> AsyncGenerator[tuple[Pulse, list[int]]]:
    """Return a pulse that waits for ever after a beat, and what it told."""
    told: list[int] = []
    pulse = Pulse(asyncio.get_running_loop(), interval=3_600)
    pulse.listen(lambda: told.append(1))
    yield pulse, told
    pulse.close()


async def test_the_first_beat_is_told_at_once_and_the_next_ones_wait(pulse: tuple[Pulse, list[int]]) -> None:
    it, told = pulse
    for _ in range(1_000):
        it.beat()
    assert len(told) == 1


async def test_what_must_not_wait_does_not(pulse: tuple[Pulse, list[int]]) -> None:
    it, told = pulse
    it.beat()
    it.notify()
    assert len(told) == 2


async def test_beats_within_an_interval_are_told_once_when_it_ends() -> None:
    told: list[int] = []
    pulse = Pulse(asyncio.get_running_loop(), interval=0.01)
    ended = asyncio.Event()
    pulse.listen(lambda: told.append(1))
    pulse.beat()
    pulse.listen(ended.set)
    for _ in range(10):
        pulse.beat()
    await ended.wait()
    pulse.close()
    assert len(told) == 2


async def test_a_quiet_interval_ends_in_silence() -> None:
    told: list[int] = []
    pulse = Pulse(asyncio.get_running_loop(), interval=0.0)
    pulse.listen(lambda: told.append(1))
    pulse.beat()
    while pulse.waiting:
        await asyncio.sleep(0)
    assert len(told) == 1


async def test_a_listener_can_leave(pulse: tuple[Pulse, list[int]]) -> None:
    it, told = pulse
    other: list[int] = []
    leave = it.listen(lambda: other.append(1))
    leave()
    it.beat()
    assert (len(told), len(other)) == (1, 0)


def test_an_allowance_lets_a_burst_through_and_then_so_many_a_second() -> None:
    allowance = Allowance(per_second=2, burst=3)
    assert [allowance.take(100.0) for _ in range(5)] == [True, True, True, False, False]
    assert [allowance.take(101.0) for _ in range(3)] == [True, True, False]
    assert allowance.refused == 3


def test_an_allowance_saves_up_no_more_than_a_burst() -> None:
    allowance = Allowance(per_second=2, burst=3)
    assert [allowance.take(1_000_000.0) for _ in range(4)] == [True, True, True, False]

"""What one target is told, in which order, and when it is tried again."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from hypothesis import given, strategies as st
from notifications import notice
import pytest

from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.hass import target_queue
from custom_components.dinox_mqtt_bot.hass.target_queue import RETRIES, TargetQueue


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target_queue, "RETRIES", (0.0,) * 5)


class Ear:
    """A target: takes what `takes` says, and remembers what it was asked."""

    def __init__(self, takes: Callable[[Notice], bool]) -> None:
        self.takes = takes
        self.asked: list[str] = []
        self.told: list[str] = []
        self.rounds: list[int] = []
        self.given_up: set[str] = set()
        self.queue = TargetQueue(
            self.tell, give_up=lambda notice: notice.id in self.given_up, on_round=self.rounds.append
        )

    async def tell(self, notice: Notice) -> bool:
        await asyncio.sleep(0)
        self.asked.append(notice.id)
        if not self.takes(notice):
            return False
        self.told.append(notice.id)
        return True


@asynccontextmanager
async def listening(ear: Ear) -> AsyncGenerator[asyncio.Task[None]]:
    task = asyncio.create_task(ear.queue.run())
    try:
        async with asyncio.timeout(60):
            yield task
    finally:
        task.cancel()


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0)


async def test_everything_is_told_in_order_and_then_nothing_runs() -> None:
    ear = Ear(lambda _: True)
    for number in range(5):
        ear.queue.put(notice(str(number)))
    async with listening(ear) as task:
        await task
    assert ear.told == ["0", "1", "2", "3", "4"]
    assert not ear.queue


async def test_a_notice_that_waits_already_is_told_once() -> None:
    ear = Ear(lambda _: True)
    ear.queue.put(notice("a", push=None))
    ear.queue.put(notice("a", push=None))
    async with listening(ear) as task:
        await task
    assert ear.told == ["a"]


async def test_a_target_that_comes_back_hears_what_failed() -> None:
    there = False
    ear = Ear(lambda _: there)
    ear.queue.put(notice("a"))
    async with listening(ear) as task:
        await until(lambda: ear.asked.count("a") > 3)
        there = True
        await task
    assert ear.told == ["a"]
    assert ear.rounds[:3] == [1, 2, 3]
    assert ear.rounds[-1] == 0


async def test_a_target_that_is_down_is_not_asked_everything_in_each_round() -> None:
    ear = Ear(lambda _: False)
    for number in range(20):
        ear.queue.put(notice(str(number)))
    async with listening(ear):
        await until(lambda: len(ear.rounds) == 1)
        assert ear.asked == ["0", "1", "2"]


async def test_a_resolved_notice_waits_for_the_firing_one_of_its_tag() -> None:
    there = False
    ear = Ear(lambda _: there)
    ear.queue.put(notice("fired", tag="freezer"))
    ear.queue.put(notice("resolved", tag="freezer"))
    async with listening(ear) as task:
        await until(lambda: len(ear.rounds) > 2)
        assert set(ear.asked) == {"fired"}
        there = True
        await task
    assert ear.told == ["fired", "resolved"]


async def test_what_a_target_refuses_for_itself_keeps_nothing_else_from_being_told() -> None:
    """However many such notices there are."""
    ear = Ear(lambda notice: not notice.id.startswith("bad"))
    for number in range(7):
        ear.queue.put(notice(f"bad {number}"))
    ear.queue.put(notice("good"))
    async with listening(ear):
        await until(lambda: ear.told == ["good"])
        ear.queue.put(notice("better"))
        await until(lambda: ear.told == ["good", "better"])


async def test_a_notice_that_is_given_up_makes_room_for_the_next_of_its_tag() -> None:
    ear = Ear(lambda notice: notice.id == "resolved")
    ear.queue.put(notice("fired", tag="freezer"))
    ear.queue.put(notice("resolved", tag="freezer"))
    async with listening(ear) as task:
        await until(lambda: len(ear.rounds) > 2)
        ear.given_up.add("fired")
        await task
    assert ear.told == ["resolved"]


async def test_something_new_is_not_kept_waiting_by_a_long_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target_queue, "RETRIES", (0.0, 3600.0))
    ear = Ear(lambda notice: notice.id == "new")
    ear.queue.put(notice("old"))
    async with listening(ear):
        await until(lambda: len(ear.rounds) == 2)
        ear.queue.put(notice("new"))
        await until(lambda: ear.told == ["new"])


def test_the_rests_grow() -> None:
    assert RETRIES == (5.0, 15.0, 60.0, 300.0, 900.0)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=12))
def test_whatever_fails_each_notice_is_told_once_and_those_of_a_tag_in_order(
    plan: list[tuple[str, int]],
) -> None:
    """Each notice has a tag, and fails so many times."""
    left = {str(number): failures for number, (_, failures) in enumerate(plan)}

    def takes(notice: Notice) -> bool:
        left[notice.id] -= 1
        return left[notice.id] < 0

    async def run() -> list[str]:
        ear = Ear(takes)
        for number, (tag, _) in enumerate(plan):
            ear.queue.put(notice(str(number), tag=tag))
        async with listening(ear) as task:
            await task
        return ear.told

    told = asyncio.run(run())
    assert sorted(told) == sorted(left)
    for tag in "abc":
        of_tag = [number for number in told if plan[int(number)][0] == tag]
        assert of_tag == sorted(of_tag, key=int)

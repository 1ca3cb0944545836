"""The state machine of the notices, against a plain model and against a restart."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from outbox_model import OutboxModel
from store_values import notice

from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.bot.payload.paths import number_in
from custom_components.dinox_mqtt_bot.store.outbox import SqliteOutbox
from custom_components.dinox_mqtt_bot.store.store import Store
from custom_components.dinox_mqtt_bot.store.tally import Tally

CONTACTS = st.sampled_from(["ann@example.org", "bob@example.org", "notify.phone"])
NUMBERS = st.integers(0, 11)
T0 = 2_000_000_000.0
DELIVERIES = st.sampled_from(list(Delivery))
CHAINS = st.sampled_from(["", "", "n0", "n1"])


class TallyAgainstModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.tally = Tally()
        self.model = OutboxModel()

    @rule(number=NUMBERS, contact=CONTACTS, replaces=CHAINS, held=st.booleans())
    def put(self, number: int, contact: str, replaces: str, held: bool) -> None:
        name = f"n{number}"
        if self.model.state(number):
            return
        given = notice(name, to=contact, replaces=replaces)
        chain = self.tally.chain_of(given)
        # Chains of chains are told apart in test_outbox; here a chain is what `replaces` says.
        self.tally.add(name, contact, replaces or name, bool(replaces), None if held else Delivery.QUEUED)
        assert chain
        self.model.put(name, contact, replaces, "held" if held else "queued")

    @rule(number=NUMBERS)
    def release(self, number: int) -> None:
        name = f"n{number}"
        if not self.tally.holds(name):
            return
        older, newer = self.tally.release(name)
        self.model.release(name)
        assert bool(older) == bool(older and self.model.state(int(older[1:])) == "superseded")
        assert not older or self.model.state(int(newer[1:])) == "queued"

    @rule(number=NUMBERS)
    def merge(self, number: int) -> None:
        if self.model.state(number) in {"held", "queued"}:
            self.tally.drop(f"n{number}")
            self.model.drop(f"n{number}")

    @rule(number=NUMBERS, delivery=DELIVERIES)
    def mark(self, number: int, delivery: Delivery) -> None:
        self.tally.mark(f"n{number}", delivery)
        self.model.mark(f"n{number}", delivery)

    @rule(contact=st.one_of(st.just(""), CONTACTS))
    def mark_all_read(self, contact: str) -> None:
        self.tally.mark_all_read(contact)
        self.model.read(self.model.rows, contact)

    @invariant()
    def counts_agree(self) -> None:
        assert (self.tally.undelivered, self.tally.unread) == self.model.counts()
        held = [row[0] for row in self.model.rows if row[3] == "held"]
        assert [row[0] for row in self.model.rows if self.tally.holds(row[0])] == held

    @invariant()
    def who_waits_agrees(self) -> None:
        for number in range(12):
            assert self.tally.waits(f"n{number}") == (self.model.state(number) == "queued")
            assert self.tally.holds(f"n{number}") == (self.model.state(number) == "held")


TestTally = TallyAgainstModel.TestCase
TestTally.settings = settings(max_examples=200, stateful_step_count=30)

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), NUMBERS, CONTACTS, CHAINS),
        st.tuples(st.just("hold"), NUMBERS, CONTACTS, CHAINS),
        st.tuples(st.just("merge"), st.lists(NUMBERS, max_size=4), st.booleans()),
        st.tuples(st.just("mark"), NUMBERS, DELIVERIES),
        st.tuples(st.just("read"), CONTACTS),
        st.tuples(st.just("restart")),
    ),
    max_size=40,
)


def given_notice(step: tuple[object, ...], number: int) -> Notice:
    _, name, contact, replaces = step
    return notice(f"n{name}", to=str(contact), replaces=str(replaces), at=T0 + number)


def take(outbox: SqliteOutbox, step: tuple[object, ...], number: int, known: dict[object, Notice]) -> None:
    match step:
        # An id is put once.
        case "put", int() as name, _, _ if name not in known:
            known[name] = given_notice(step, number)
            outbox.put(known[name])
        case "hold", int() as name, _, _ if name not in known:
            known[name] = given_notice(step, number)
            outbox.hold(known[name])
        case "merge", list() as names, bool() as together:
            into = notice(f"into{number}", at=T0 + number) if together else None
            outbox.merge([known[name] for name in names if name in known], into)
        case "mark", int() as name, Delivery() as delivery:
            outbox.mark(f"n{name}", delivery, T0 + number)
        case "read", str() as contact:
            outbox.mark_all_read(contact)


type Result = tuple[int, int, int, list[Notice], list[Notice]]


async def run(path: Path, steps: list[tuple[object, ...]], restarts: bool) -> Result:
    def opened() -> Store:
        return Store.open(path, loop=loop, number_in=number_in)

    loop = asyncio.get_running_loop()
    store = opened()
    known: dict[object, Notice] = {}
    for number, step in enumerate(steps):
        if step != ("restart",):
            take(store.outbox, step, number, known)
        elif restarts:
            store.close()
            store = opened()
    outbox = store.outbox
    counts = outbox.undelivered, outbox.unread
    result = (*counts, await outbox.waiting(), await outbox.held("ann@example.org"))
    store.close()
    return result


@settings(max_examples=15)
@given(steps=STEPS)
def test_restarts_in_between_make_no_difference(steps: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as first, TemporaryDirectory() as second, asyncio.Runner() as runner:
        straight = runner.run(run(Path(first, "bot.db"), steps, restarts=False))
        restarted = runner.run(run(Path(second, "bot.db"), steps, restarts=True))
    assert straight == restarted

"""The state machine of the notices, against a plain model and against a restart."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from store_values import notice

from custom_components.dinox_mqtt_bot.bot.ports import Notice
from custom_components.dinox_mqtt_bot.bot.status import Delivery
from custom_components.dinox_mqtt_bot.store import Store
from custom_components.dinox_mqtt_bot.store.tally import Tally

CONTACTS = st.sampled_from(["ann@example.org", "bob@example.org"])
NUMBERS = st.integers(0, 11)
DELIVERIES = st.sampled_from(list(Delivery))
CHAINS = st.sampled_from(["", "", "n0", "n1"])
ORDER = [Delivery.QUEUED, Delivery.SENT, Delivery.RECEIVED, Delivery.READ]


class Model:
    """The same, said slowly: a list of [id, contact, chain, state], in the order they were put."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []

    def state(self, number: int) -> str:
        return next((row[3] for row in self.rows if row[0] == f"n{number}"), "")

    def put(self, name: str, contact: str, replaces: str) -> None:
        if any(row[0] == name for row in self.rows):
            return
        for row in self.rows:
            if replaces and row[2] == replaces and row[3] == "queued":
                row[3] = "superseded"
        self.rows.append([name, contact, replaces, "queued"])

    def mark(self, name: str, delivery: Delivery) -> None:
        index = next((i for i, row in enumerate(self.rows) if row[0] == name), None)
        if index is None or not self._may(self.rows[index], delivery):
            return
        self.rows[index][3] = delivery.value
        if delivery is Delivery.READ:
            self.read(self.rows[:index], self.rows[index][1])

    def read(self, rows: list[list[str]], contact: str) -> None:
        for row in rows:
            if row[3] in {"sent", "received"} and contact in {"", row[1]}:
                row[3] = "read"

    def counts(self) -> tuple[int, int]:
        states = [row[3] for row in self.rows]
        return states.count("queued"), states.count("sent") + states.count("received")

    @staticmethod
    def _may(row: list[str], delivery: Delivery) -> bool:
        _, _, chain, state = row
        if delivery is Delivery.QUEUED:
            return state == "sent" and not chain
        if delivery is Delivery.FAILED:
            return state in {"queued", "sent"}
        return state in ORDER and ORDER.index(delivery) > ORDER.index(Delivery(state))


class TallyAgainstModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.tally = Tally()
        self.model = Model()

    @rule(number=NUMBERS, contact=CONTACTS, replaces=CHAINS)
    def put(self, number: int, contact: str, replaces: str) -> None:
        name = f"n{number}"
        if self.model.state(number):
            return
        given = notice(name, to=contact, replaces=replaces)
        chain = self.tally.chain_of(given)
        # Chains of chains are told apart in test_outbox; here a chain is what `replaces` says.
        self.tally.add(name, contact, replaces or name, bool(replaces), Delivery.QUEUED)
        assert chain
        self.model.put(name, contact, replaces)

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

    @invariant()
    def who_waits_agrees(self) -> None:
        for number in range(12):
            assert self.tally.waits(f"n{number}") == (self.model.state(number) == "queued")


TestTally = TallyAgainstModel.TestCase
TestTally.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), NUMBERS, CONTACTS, CHAINS),
        st.tuples(st.just("mark"), NUMBERS, DELIVERIES),
        st.tuples(st.just("read"), CONTACTS),
        st.tuples(st.just("restart")),
    ),
    max_size=40,
)


async def run(path: Path, steps: list[tuple[object, ...]], restarts: bool) -> tuple[int, int, list[Notice]]:
    def opened() -> Store:
        return Store.open(path, loop=loop, on_committed=lambda _: None, on_stored=lambda _: None)

    loop = asyncio.get_running_loop()
    store = opened()
    for number, step in enumerate(steps):
        match step:
            case "put", int() as name, str() as contact, str() as replaces:
                store.outbox.put(
                    notice(f"n{name}", to=contact, replaces=replaces, at=2_000_000_000.0 + number)
                )
            case "mark", int() as name, Delivery() as delivery:
                store.outbox.mark(f"n{name}", delivery, 2_000_000_000.0 + number)
            case "read", str() as contact:
                store.outbox.mark_all_read(contact)
            case _ if restarts:
                store.close()
                store = opened()
    result = store.outbox.undelivered, store.outbox.unread, await store.outbox.waiting()
    store.close()
    return result


@settings(max_examples=15, deadline=None)
@given(steps=STEPS)
def test_restarts_in_between_make_no_difference(steps: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as first, TemporaryDirectory() as second, asyncio.Runner() as runner:
        straight = runner.run(run(Path(first, "bot.db"), steps, restarts=False))
        restarted = runner.run(run(Path(second, "bot.db"), steps, restarts=True))
    assert straight == restarted

"""A real database in a directory of its own, and a place that records what the store tells."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
import sqlite3

import pytest
from store_values import Opener, Query, Told

from custom_components.dinox_mqtt_bot.bot.payload.paths import number_in
from custom_components.dinox_mqtt_bot.store.keeping import Retention
from custom_components.dinox_mqtt_bot.store.store import Store

# The tests' times are seconds after 1970: the purge at the beginning must not take them for very old rows.
FOR_EVER = Retention(days=100_000, notice_days=100_000, log_days=100_000)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
async def open_store(path: Path, told: Told) -> AsyncIterator[Opener]:
    """Open the database, as often as a test wants; what it leaves open is closed."""
    opened: list[Store] = []

    def open_store(retention: Retention | None = None) -> Store:
        store = Store.open(
            path,
            loop=asyncio.get_running_loop(),
            number_in=number_in,
            retention=retention or FOR_EVER,
        )
        store.start(on_committed=told.on_committed, on_stored=told.on_stored)
        opened.append(store)
        return store

    yield open_store
    for store in opened:
        await asyncio.to_thread(store.close)


@pytest.fixture
async def store(open_store: Opener) -> Store:
    return open_store()


@pytest.fixture
def query(path: Path) -> Query:
    """Run a statement beside the store, as another program would."""

    def query(statement: str, *parameters: object) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            return connection.execute(statement, parameters).fetchall()
        finally:
            connection.close()

    return query

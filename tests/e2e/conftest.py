"""One house for all tests of this folder; each test uses topics of its own and leaves everything running."""

from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

from house import ACCOUNTS, BOT, BROKER_USERS, MOSQUITTO, YOU, House, until
import pytest

from lab.hass import Hass
from lab.person import Person
from lab.servers import Lab


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="session")
async def the_house(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    broker = lab.mosquitto(auth=BROKER_USERS, extra=MOSQUITTO)
    xmpp = lab.prosody(users=ACCOUNTS)
    you = Person(YOU, ACCOUNTS["you"], xmpp.ports["c2s"], lab.client_ssl())
    await you.arrive()
    hass = Hass(Path(tmp_path_factory.mktemp("hass")))
    house = House(lab, broker, xmpp, hass, you, "")
    await hass.start()
    try:
        entry = await hass.add(
            {"next_step_id": "standalone"},
            house.broker_answers(),
            house.xmpp_answers(BOT),
            {"contact": YOU, "topics": ["e2e/#"]},
        )
        house.entry_id = entry["entry_id"]
        yield house
    finally:
        await hass.stop()
        await you.leave()


@pytest.fixture
async def house(the_house: House) -> House:
    """The house, online, with nothing left to read from an earlier test."""
    for server in (the_house.broker, the_house.xmpp):
        server.start()
    if not the_house.hass.pid:
        await the_house.hass.start()
    await the_house.come_back()
    await until(the_house.settled, "the house did not become ready", 90)
    the_house.you.forget()
    return the_house


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of Home Assistant's log with a test that failed."""
    report = yield
    house = getattr(item, "funcargs", {}).get("the_house")
    if report.failed and house is not None:
        report.sections.append(("Home Assistant", house.hass.log()[-6000:]))
    return report

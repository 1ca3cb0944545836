"""One house for all tests of this folder; each test uses topics of its own and leaves everything running."""

from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

from house import House, built, until
import pytest

from lab.servers import Lab


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="session")
async def the_house(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with built(lab, Path(tmp_path_factory.mktemp("hass"))) as house:
        yield house
    # Whatever the tests did, nothing may have held the event loop.
    assert "Detected blocking call" not in house.hass.complaints()


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

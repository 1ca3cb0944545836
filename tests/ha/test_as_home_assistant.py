"""The bot shows and does with the devices of a corpus what Home Assistant's own MQTT integration does.

`pytest tests/ha/test_as_home_assistant.py -s` prints what differs, by kind.
"""

from collections import Counter
from collections.abc import Generator
from itertools import chain
import sys

from as_home_assistant.acts import acts, lines
from as_home_assistant.home import Both, both, published
from as_home_assistant.observer import Observer, Sent, alike
from as_home_assistant.report import PAGE, Report, rows_as_page
from as_home_assistant.words import compare
from homeassistant.core import HomeAssistant
import pytest
import pytest_socket
from running import until

from corpus.comfort import comfort
from corpus.device import NO_ENTITY, Device, Part
from corpus.every import every
from corpus.guards import alarms
from corpus.things import robots
from corpus.zigbee_home import bridge, devices
from custom_components.dinox_mqtt_bot.bot.reading import budget
from lab.servers import Lab, Server

KNOWN: list[Report] = []


@pytest.fixture(scope="module")
def port() -> Generator[int]:
    pytest_socket.enable_socket()
    with Lab() as lab:
        yield lab.mosquitto().ports["mqtt"]


@pytest.fixture(autouse=True)
def _time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a listing show every value, also on a busy machine."""
    monkeypatch.setattr(budget, "_LISTING_SECONDS", 60.0)


@pytest.fixture
async def report(hass: HomeAssistant, port: int, mock_hass_config: None) -> Report:
    """Return what came of one run, for all tests of this file."""
    if not KNOWN:
        found = Report()
        async with Observer(port) as observer, both(hass, port, every()) as home:
            await _look(found, home)
            await _act(found, home, observer)
        sys.stderr.write(found.told() + "\n")
        KNOWN.append(found)
    return KNOWN[0]


def _who(device: Device, part: Part, name: str) -> str:
    return f"{device.firmware} {part.component} {name}"


async def _look(report: Report, home: Both) -> None:
    """Compare names, values, units and words."""
    for device in home.devices:
        rows = await home.rows(device)
        for part in device.parts:
            await _look_at(report, home, device, part, rows.get(part.unique_id))


async def _look_at(report: Report, home: Both, device: Device, part: Part, row: dict | None) -> None:
    entry, seen = home.entry(part), home.seen(part)
    who = _who(device, part, home.name_of(entry) if entry else part.unique_id)
    report.same("known", who, entry is not None, row is not None)
    if entry is None or row is None:
        return
    report.same("name", who, home.name_of(entry), row["name"])
    report.same("area", who, home.area_of(entry), row["area"])
    report.same("main", who, entry.entity_category is None and not entry.disabled, row["main"])
    if seen is None:
        return
    away = seen.state.state == "unavailable"
    report.same("availability", who, away, row["offline"])
    if not away:
        report.compared["value"] += 1
        for unlike in compare(seen, row["value"]):
            report.note(unlike.kind, who, unlike.ha, unlike.bot)


async def _act(report: Report, home: Both, observer: Observer) -> None:
    """Do everything with everything, in both ways, then compare what was published."""
    await home.mark()
    done = [each async for each in _everything(home)]
    spoken = [each async for each in _lines(home)]
    await until(lambda: home.marks[-1] in observer.found)
    for who, act, ha_mark, (mark, answered) in done:
        report.compared["set"] += 1
        here, there = (published(observer.found[each]) for each in (mark, ha_mark))
        if act.part:  # and no more than that
            there = [each for each in there if each.topic in {one.topic for one in here}]
        if not alike(here, there):
            kind = f"set {act.service.partition('.')[0] or 'nothing'}"
            report.note(kind, f"{who}: {act.said}", _told(there), _told(here) or answered)
    for who, line, ha_marks, (mark, answered) in spoken:
        here = published(observer.found[mark])
        meant = [published(observer.found[each]) for each in ha_marks]
        verdict = _verdict(here, list(chain.from_iterable(meant)), sure=line.sure)
        report.lines[verdict] += 1
        if verdict not in {"right", "asked"}:
            report.note(
                verdict, f"{who}: {line.said}", " | ".join(map(_told, meant)), _told(here) or answered
            )


def _verdict(here: list[Sent], meant: list[Sent], *, sure: bool) -> str:
    """Say what came of a line; of several that can be meant all have to be set, or none."""
    if here:
        return "right" if meant and alike(here, meant) else "wrong target"
    return "not done" if sure and meant else "asked"


def _told(sent: list[Sent]) -> str:
    return ", ".join(map(str, sent))


async def _everything(home: Both):
    for device in home.devices:
        rows = await home.rows(device)
        names = Counter(row["name"] for row in rows.values())
        for part in device.parts:
            seen, row = home.seen(part), rows.get(part.unique_id)
            for act in acts(seen.state) if seen and row else ():
                mark = await home.act(seen.state.entity_id, act)
                name = row["name"]
                if names[name] > 1:
                    name = f"{name} {part.component}"
                said = await home.say(f"{name} {act.said}")
                yield _who(device, part, row["name"]), act, mark, said


async def _lines(home: Both):
    for device in home.devices:
        parts = [part for part in device.parts if part.main and part.component not in NO_ENTITY]
        states = [seen.state for part in parts if (seen := home.seen(part))]
        for line in lines(states, device.name):
            marks = [await home.act(entity_id, act) for entity_id, act in line.meant]
            said = await home.say(f"{device.name} {line.said}")
            yield f"{device.firmware} {device.name}", line, marks, said


async def test_the_corpus_is_large(report: Report) -> None:
    parts = [part for device in every() for part in device.parts]
    assert len(parts) >= 400
    assert len({part.component for part in parts}) >= 25
    assert report.compared["set"] >= 300


async def test_nothing_differs_that_the_table_does_not_have(report: Report) -> None:
    assert not report.open, report.told()


async def test_words_are_those_of_the_users_language(
    hass: HomeAssistant, own_mosquitto: Server, mock_hass_config: None
) -> None:
    hass.config.language = "de"
    found = Report()
    some = [bridge(), *devices()[14:48], *alarms(), *comfort(), *robots()]
    async with both(hass, own_mosquitto.ports["mqtt"], some) as home:
        await _look(found, home)
    assert found.compared["value"] > 50
    assert not found.open, found.told()


async def test_no_row_of_the_table_is_for_nothing(report: Report) -> None:
    assert report.unused == []


async def test_no_line_to_a_device_reaches_the_wrong_thing(report: Report) -> None:
    lines = report.lines
    assert lines["wrong target"] == 0
    assert lines["right"] >= 0.99 * (lines["right"] + lines["not done"])


def test_the_documentation_has_the_table() -> None:
    page = PAGE.read_text("utf-8").splitlines()
    assert [line for line in rows_as_page() if line not in page] == []

"""The commands that look back: history, chart, export, dbstats, purge."""

import csv
from dataclasses import replace
from io import StringIO
import json

from alert_rules import above
from fakes import GUEST, ME, NOON, World
import pytest

from bot.commands import history as history_commands
from bot.commands.database import Purge
from bot.commands.history import Chart, Export
from bot.history import export as exporting
from bot.history.charts import ChartRequest, chart, draw_chart, numeric_fields
from bot.history.export import harmless
from bot.history.limits import limits
from bot.model.charts import Limit, Picture
from bot.model.history import Entry, Sizes, Span
from bot.model.replies import BotError, Caller, Chart as Drawn, Surface, Text
from bot.model.rules import AlertRule, Condition, Operator, Priority, Role, Subscription

TEMP = Subscription("home/temp", alias="Kitchen", keep_days=90)
ALL = Subscription("#")
HOUR = 3600.0


def filled(*values: float | str, topic: str = "home/temp", every: float = HOUR) -> World:
    """Return a world in which values came in one after the other; the newest has just."""
    world = World(TEMP, ALL)
    for nth, value in enumerate(values):
        world.clock.time = NOON - every * (len(values) - 1 - nth)
        world.receive(topic, str(value))
    return world


def caller(surface: Surface = Surface.ACTION, who: str = "ha") -> Caller:
    return Caller(surface, who, Role.ADMIN)


# history


async def test_a_picture_of_a_topic() -> None:
    world = filled(18, 19.5, 22)
    payload = await draw_chart(world.bot, ChartRequest("home/temp"), world.bot.alerts.rules, dark=True)
    assert payload
    ((picture, dark),) = world.pictures.drawn
    assert (picture.title, dark) == ("Kitchen", True)


async def drawn_of(world: World, wanted: ChartRequest) -> Drawn:
    return await chart(world.bot, wanted, world.bot.alerts.rules)


async def test_history_of_a_time() -> None:
    world = filled(*range(30))
    assert (await world.ask("history kitchen 3h")).splitlines()[:4] == [
        "History of kitchen:",
        "• 05:00:00 — 26",
        "• 06:00:00 — 27",
        "• 07:00:00 — 28",
    ]
    assert (await world.ask("history kitchen yesterday 2")).splitlines()[1:3] == [
        "• yesterday 22:00:00 — 19",
        "• yesterday 23:00:00 — 20",
    ]
    assert "• 07:00:00 — 28" in await world.ask("hist kitchen since 7:00")


async def test_history_goes_page_by_page() -> None:
    world = filled(*range(5))
    text = await world.ask("history kitchen --count 2 --page 2")
    assert text.splitlines()[1:3] == ["• 05:00:00 — 1", "• 06:00:00 — 2"]
    assert "Page 2 of 3, 5 messages. Older ones: more" in text
    last = await world.ask("more")
    assert "• 04:00:00 — 0" in last
    assert "Older" not in last
    assert await world.ask("history kitchen 2 -p 4") == "The history of kitchen has no page 4."


async def test_history_says_what_the_numbers_come_to() -> None:
    world = filled("20.5 °C", "19 °C", "on", "22 °C")
    assert (await world.ask("hist kitchen")).endswith(
        "\n\nLowest 19 °C (06:00), mean 20.5 °C, highest 22 °C (08:00), 3 values."
    )
    assert "Lowest" not in await world.ask("hist kitchen today 1 -n 1 since 8:00")
    world.receive("home/other", "1")
    assert "Lowest" not in await world.ask("hist home/#")


async def test_history_of_a_time_without_messages_says_when_the_newest_was() -> None:
    world = filled(1, 2)
    world.clock.time += 5 * HOUR
    assert await world.ask("hist kitchen 1h") == (
        "Nothing has come in on kitchen in that time; the newest message is of 08:00."
    )


async def test_a_topic_is_known_by_what_people_call_it() -> None:
    world = filled(1, topic="home/attic/humidity")
    assert "• 08:00:00 — 1" in await world.ask("hist Humidity")
    world.receive("garden/humidity", "2")
    text = await world.ask("hist humidity")
    assert "home/attic/humidity" in text
    assert "garden/humidity" in text
    world.receive("home/sensor", '{"co2": 400, "level": 3}')
    assert "co2" in await world.ask("hist co2")
    assert await world.ask("hist nowhere") == "I know no “nowhere”. What there is: topics, devices"


async def test_a_topic_that_was_forgotten_is_not_listed() -> None:
    world = filled(1)
    await world.bot.ports.history.forget("#")
    assert await world.ask("history") == "Nothing has come in yet."


# chart


async def test_a_chart_is_a_line_and_what_it_goes_between() -> None:
    world = filled("18 °C", "20 °C", "25 °C")
    assert await world.ask("chart kitchen") == (
        "📊 Kitchen\n▁▃█\nLowest 18 °C, mean 21 °C, highest 25 °C, newest 25 °C\nValues: 3, 06:00 – 08:00"
    )


async def test_who_asks_in_the_chat_gets_the_picture_too() -> None:
    world = filled("18 °C", "20 °C")
    world.outbox.notices.clear()
    await world.ask("chart kitchen --dark 2h")
    await world.settle()
    ((picture, dark),) = world.pictures.drawn
    assert (picture.title, picture.unit, len(picture.points), dark) == ("Kitchen", "°C", 2, True)
    assert world.uploads.files == [("chart.png", "image/png", b"PNG")]
    (notice,) = world.outbox.notices
    assert (notice.to, notice.text, notice.file) == (ME, "https://files.example.org/1/chart.png", True)


async def test_without_a_place_for_files_the_line_has_to_do() -> None:
    world = filled(1, 2)
    world.uploads.failure = BotError("upload_unavailable")
    world.outbox.notices.clear()
    assert "▁█" in await world.ask("chart kitchen")
    await world.settle()
    assert world.outbox.notices == []


async def test_an_action_gets_the_points() -> None:
    world = filled(1, 3)
    drawn = await world.bot.execute(Chart(topic="home/temp"), caller())
    assert isinstance(drawn, Drawn)
    assert world.pictures.drawn == []
    wanted = {"topic": "home/temp", "field": "", "count": 2, "min": 1.0, "mean": 2.0, "max": 3.0}
    assert dict(drawn.facts) | wanted == drawn.facts
    assert drawn.facts["points"] == [
        {"time": NOON - HOUR, "min": 1.0, "mean": 1.0, "max": 1.0, "count": 1},
        {"time": NOON, "min": 3.0, "mean": 3.0, "max": 3.0, "count": 1},
    ]


async def test_so_many_points_are_the_newest() -> None:
    world = filled(9, 1, 2, 3, every=90_000)
    assert "\n▁▅█\n" in await world.ask("chart kitchen 3")
    assert "\n▁█\n" in await world.ask("sparkline kitchen 1")


async def test_without_a_time_a_chart_looks_back_until_there_is_something() -> None:
    world = filled(1, 2, every=10 * 86_400)
    assert "Values: 2," in await world.ask("chart kitchen")
    assert "Values: 1," in await world.ask("chart kitchen today")


async def test_without_a_time_a_chart_comes_near_to_what_has_just_begun() -> None:
    world = filled(18, 19, 22, 20, every=5)
    text = await world.ask("chart kitchen")
    assert "\n▁▃█▅\n" in text
    assert "newest 20" in text
    drawn = await drawn_of(world, ChartRequest("home/temp"))
    assert drawn.picture.span == Span(NOON - 15, NOON + 1)


async def test_the_newest_number_is_one_that_came_and_no_mean() -> None:
    world = filled(18, 22, 20.5, every=5)
    assert "newest 20.5" in await world.ask("chart kitchen 24h")
    await world.settle()
    assert world.pictures.drawn[-1][0].last == "20.5"
    world.clock.time += 3_600
    world.receive("home/temp", "30")
    hour_before = Span(NOON - 86_400, NOON + 1)
    told = (await drawn_of(world, ChartRequest("home/temp", span=hour_before))).told
    assert str(told.placeholders["last"]) == "20.5"


async def test_of_what_is_long_past_the_mean_of_the_last_few_is_told() -> None:
    world = filled(18, 22, *(30 for _ in range(300)), every=5)
    first = NOON - 301 * 5
    told = (await drawn_of(world, ChartRequest("home/temp", span=Span(first - 86_400, first + 6)))).told
    assert str(told.placeholders["last"]) == "20"


async def test_all_there_is_begins_with_the_first_message() -> None:
    world = filled(1, 2, 3, every=200 * 86_400)
    drawn = await drawn_of(world, ChartRequest("home/temp", span=Span(0.0, NOON + 1)))
    assert drawn.picture.span.since == NOON - 400 * 86_400
    with pytest.raises(BotError, match="nothing_stored"):
        await drawn_of(world, ChartRequest("nothing", span=Span(0.0, NOON)))


async def test_a_field_is_named_behind_the_topic_or_beside_it() -> None:
    payloads = [f'{{"battery": 90, "temp": {value}, "air": {{"co2": {value * 20}}}}}' for value in (20, 22)]
    world = filled(*payloads, topic="home/sensor")
    assert "📊 home/sensor temp\n▁█\n" in await world.ask("chart home/sensor.temp 24h")
    assert "Lowest 400, mean 420" in await world.ask("chart home/sensor air.co2 24h")
    assert "📊 home/sensor battery" in await world.ask("chart home/sensor battery")
    assert "📊 home/sensor temp\n" in await world.ask("chart temp")


async def test_without_a_field_the_first_that_tells_something_is_drawn() -> None:
    world = filled('{"linkquality": 90, "temp": 20, "hum": 40}', topic="home/sensor")
    text = await world.ask("chart home/sensor")
    assert text.startswith("📊 home/sensor temp\n")
    assert text.endswith("\nOther fields: hum, linkquality")


async def test_a_field_that_only_its_device_has_a_name_for() -> None:
    world = World(ALL)
    config = (
        '{"name": "Climate", "state_topic": "z/a", "value_template": "{{ value_json.t }}", "unique_id": "1"}'
    )
    world.receive("homeassistant/sensor/a/config", config)
    other = config.replace("Climate", "Damp").replace("json.t", "json.h").replace('"1"', '"2"')
    world.receive("homeassistant/sensor/b/config", other)
    for value in (1, 2, 4):
        world.receive("z/a", f'{{"t": {value}, "h": {value * 10}}}')
        world.clock.time += 60
    (name, *_) = numeric_fields([reading for reading, _ in world.history.appended])
    assert name == "Climate"
    assert "\n▁▃█\n" in await world.ask("chart z/a Climate 3")
    assert "▁▃█" in (await world.ask("chart z/a Climate 1h")).replace("·", "")


@pytest.mark.parametrize(
    ("payload", "question", "answer"),
    [
        ("on", "chart kitchen", "Kitchen has no numbers to draw: the newest message is “on”."),
        ('{"a": 1, "b": "x"}', "chart kitchen.b", "These fields are numbers: a"),
        (
            "1",
            "chart kitchen 2026-01-01",
            "There is no number of Kitchen in that time; the newest is of 08:00",
        ),
        ('{"a": 1}', "chart kitchen 2026-01-01", "There is no number of Kitchen in that time"),
        ("1", "chart home/nothing", "Nothing is stored of “home/nothing”."),
        ("1", "chart kitchen.x 3", "no numbers to draw: the newest message is “1”"),
        ("1", "chart kitchen soon enough", "“soon enough” is no time that I understand."),
        ("1", "chart kitchen 501", "“501” is not how many: a number from 1 to 500 is."),
        ("1", "chart a#", "is not a topic filter"),
    ],
)
async def test_where_there_is_nothing_to_draw_it_says_why(payload: str, question: str, answer: str) -> None:
    assert answer in await filled(payload).ask(question)


async def test_a_filter_of_one_topic_means_that_topic() -> None:
    world = filled(1, 2)
    assert "📊 Kitchen" in await world.ask("chart home/+")
    world.receive("home/hum", "3")
    text = await world.ask("chart home/+")
    assert text.splitlines()[:3] == ["Which “home/+”?", "1 home/hum", "2 Kitchen"]
    assert "Nothing is stored of “garden/#”." in await world.ask("chart garden/#")


# What alert rules make of a chart.


@pytest.mark.parametrize(
    ("condition", "unit", "found"),
    [
        (Condition(Operator.ABOVE, ("30",)), "°C", [Limit(30.0, ">")]),
        (Condition(Operator.BELOW, ("86 °F",)), "°C", [Limit(30.0, "<")]),
        (Condition(Operator.BETWEEN, ("1", "2")), "", [Limit(1.0), Limit(2.0)]),
        (Condition(Operator.BETWEEN, ("5", "10 °C")), "°F", [Limit(41.0), Limit(50.0)]),
        (Condition(Operator.ABOVE, ("5 km/kWh",)), "Wh/km", [Limit(200.0)]),
        (Condition(Operator.ABOVE, ("30 °C",)), "%", []),
        (Condition(Operator.ABOVE, ("warm",)), "", []),
        (Condition(Operator.EQUAL, ("3",)), "", []),
    ],
)
def test_levels_of_rules_are_limits(condition: Condition, unit: str, found: list[Limit]) -> None:
    made = AlertRule("home/+", condition)
    assert list(limits((made,), "home/temp", "", unit)) == found
    assert limits((replace(made, enabled=False), replace(made, field="x")), "home/temp", "", unit) == ()
    assert limits((made,), "garden/temp", "", unit) == ()


async def test_the_times_an_alert_was_active_are_bands() -> None:
    world = World(TEMP, alerts=(above("24", "home/temp"),))
    for value in (20, 25, 26, 21, 30):
        world.receive("home/temp", str(value))
        world.later(HOUR)
    picture: Picture = (
        await drawn_of(world, ChartRequest("home/temp", span=Span(NOON, NOON + 5 * HOUR)))
    ).picture
    assert picture.limits == (Limit(24.0, ">"),)
    assert picture.bands == (
        Span(NOON + HOUR, NOON + 3 * HOUR),
        Span(NOON + 4 * HOUR, NOON + 5 * HOUR),
    )


# export


async def test_an_action_gets_the_file() -> None:
    world = filled("20 °C", '=cmd|"x"', "-5")
    reply = await world.bot.execute(Export(topic="Kitchen"), caller())
    assert isinstance(reply, Text)
    assert dict(reply.facts) | {"name": "home_temp.csv", "rows": 3, "cut": False} == reply.facts
    rows = list(csv.DictReader(StringIO(str(reply.facts["content"]))))
    assert [row["text"] for row in rows] == ["20", '\'=cmd|"x"', "-5"]
    assert rows[0]["time"] == "2027-01-15T06:00:00.000+00:00"
    assert (rows[0]["topic"], rows[0]["value"], rows[0]["payload"]) == ("home/temp", "20", "20 °C")


async def test_json_says_the_same_to_a_program() -> None:
    world = filled(1, '{"a": "ä"}')
    reply = await world.bot.execute(Export(topic="home/#", range="JSON 7d"), caller())
    assert isinstance(reply, Text)
    rows = json.loads(str(reply.facts["content"]))
    assert reply.facts["name"] == "home_all.json"
    assert [row["payload"] for row in rows] == ["1", '{"a": "ä"}']
    assert rows[0]["value"] == 1.0


async def test_the_chat_gets_the_file() -> None:
    world = filled(1, 2)
    world.outbox.notices.clear()
    answer = await world.ask("export kitchen")
    assert answer.startswith("Messages of kitchen: 2 (")
    assert "home_temp.csv is being uploaded" in answer
    await world.settle()
    ((name, mime, payload),) = world.uploads.files
    assert (name, mime, payload.count(b"\r\n")) == ("home_temp.csv", "text/csv; charset=utf-8", 3)
    assert [notice.file for notice in world.outbox.notices] == [True]


async def test_a_file_that_cannot_be_sent_is_told() -> None:
    world = filled(1)
    world.uploads.failure = BotError("upload_failed", reason="gone")
    world.outbox.notices.clear()
    await world.ask("export kitchen json", GUEST, Role.VIEWER)
    await world.settle()
    (notice,) = world.outbox.notices
    assert (notice.to, notice.file) == (GUEST, False)


async def test_where_a_file_cannot_be_sent_it_is_not_written() -> None:
    with pytest.raises(BotError, match="export_needs_chat"):
        await filled(1).bot.execute(Export(topic="Kitchen"), caller(Surface.ASSIST))


async def test_nothing_is_no_file() -> None:
    world = filled(1)
    assert "no message of kitchen in that time" in await world.ask("export kitchen 2026-01-01")


async def test_more_than_fits_is_cut_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "CHUNK", 2)
    monkeypatch.setattr(history_commands, "MOST_IN_ANSWER", 3)
    world = filled(*range(6))
    reply = await world.bot.execute(Export(topic="Kitchen"), caller())
    assert isinstance(reply, Text)
    assert (reply.key, reply.facts["rows"], reply.facts["cut"]) == ("export_cut", 3, True)
    monkeypatch.setattr(exporting, "LARGEST", 10)
    reply = await world.bot.execute(Export(topic="Kitchen"), caller())
    assert isinstance(reply, Text)
    assert (reply.facts["rows"], reply.facts["cut"]) == (1, True)


@pytest.mark.parametrize(
    ("text", "written"),
    [("=1+1", "'=1+1"), ("+49 1", "'+49 1"), ("-5 °C", "-5 °C"), ("@x", "'@x"), ("a=1", "a=1")],
)
def test_a_spreadsheet_takes_no_payload_for_a_formula(text: str, written: str) -> None:
    assert harmless(text) == written


def test_entries_have_what_the_columns_say() -> None:
    assert len(exporting.COLUMNS) == len(Entry.__slots__) - 1
    assert Entry(1, "t", "n", "x", None, "x", 0.0, 1, False, False, Priority.NORMAL).value is None


# dbstats and purge


async def test_dbstats_in_plain_words() -> None:
    world = World(TEMP)
    world.history.sizes_told = Sizes(
        {"messages": 1234, "topics": 5, "outbox": 7}, 2_500_000, NOON - HOUR, NOON, 30.0, 500_000, 90.0
    )
    lines = (await world.ask("db")).splitlines()
    assert "• Messages: 1234" in lines
    assert "• From when: 07:00 – 08:00" in lines
    assert "• Size on disk: 2.5 MB" in lines
    assert "• Messages are kept: 30 d, 500 000 at most" in lines
    assert "• Those of home/temp: 90 d" in lines
    assert lines[-1].endswith("; purge does it at once.")
    assert "From when" not in await World().ask("dbstats")


async def test_dbstats_says_how_far_back_numbers_reach() -> None:
    world = World(TEMP)
    world.history.sizes_told = Sizes({"messages": 1}, 9, fives=NOON - HOUR, hours=NOON - 2 * HOUR, series=3)
    lines = (await world.ask("dbstats")).splitlines()
    assert "• Numbers of each 5 minutes: since 07:00, topics and fields: 3" in lines
    assert "• Numbers of each hour: since 06:00, topics and fields: 3" in lines


async def test_a_chart_says_what_it_is_made_of() -> None:
    world = filled(18, 19.5, 22)
    world.history.each = 3600
    assert (await world.ask("chart kitchen 90 days")).splitlines()[-1] == (
        "Of values gathered every 1 h: what is older is not kept one by one."
    )
    drawn = await drawn_of(world, ChartRequest("home/temp", span=Span(0.0, NOON + 1)))
    assert drawn.told.facts["each"] == 3600
    assert drawn.picture.span.since == NOON - 2 * HOUR


async def test_history_of_a_time_counts_what_is_gone() -> None:
    world = filled(18, "19.5 °C")
    world.history.each = 3600
    # The messages themselves tell it more exactly, where all are there.
    assert "gathered" not in await world.ask("history kitchen 3h")
    world.history.gone = [(NOON - 80 * 24 * HOUR, 30.0)]
    said = "Lowest 18 °C, mean 22.5 °C, highest 30 °C, 3 values, gathered every 1 h"
    assert said in await world.ask("history kitchen 90 days")
    assert said in await world.ask("history kitchen since 2020-01-01")
    over = await world.ask("history kitchen 2026-01-01..2026-01-02")
    assert "gathered" not in over
    world.history.gone *= 2
    alone = await world.ask(f"history kitchen {date(world, -81)}..{date(world, -79)}")
    assert "Lowest 30 °C, mean 30 °C, highest 30 °C, 2 values, gathered every 1 h" in alone


def date(world: World, days: int) -> str:
    return f"{world.clock.local(NOON + days * 24 * HOUR):%Y-%m-%d}"


async def test_purge_asks_first_and_then_deletes_what_is_due() -> None:
    world = World()
    world.history.due = 12
    assert "Everything that has been kept long enough will be deleted." in (await world.ask("purge"))
    reply = await world.bot.execute(Purge(confirm=True), caller())
    assert reply.facts == {"removed": 12}
    world.history.due = 0
    reply = await world.bot.execute(Purge(confirm=True), caller())
    assert isinstance(reply, Text)
    assert reply.key == "purged_nothing"


async def test_purge_of_a_topic_deletes_its_messages() -> None:
    world = filled(1, 2)
    assert "All stored messages of home/temp will be deleted: 2." in await world.ask("purge kitchen")
    reply = await world.bot.execute(Purge(topic="Kitchen", confirm=True), caller())
    assert reply.facts == {"removed": 2}
    assert world.history.appended == []


async def test_the_history_hears_how_long_what_is_kept() -> None:
    world = World(TEMP)
    assert world.history.kept == [(TEMP,)]
    await world.rules.put_subscription(replace(TEMP, keep_days=7.0))
    assert world.history.kept[-1][0].keep_days == 7.0

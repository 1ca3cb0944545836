"""Questions about what was, about two things, and about kinds: each is answered with that very thing."""

from bakery import bakery
from fakes import World
from homes import announce, say
import pytest

from bot.text.posed import posed


async def asked(world: World, line: str) -> str:
    """Return the answer to a line, in one text; nothing may be set by it."""
    await world.settle()
    published = len(world.broker.published)
    answer = (await say(world, line)).rpartition("Mode: ")[2]
    assert len(world.broker.published) == published
    return "".join(answer.partition("\n")[1:]) if "Mode:" in answer else answer


EARLIER = [
    (
        "what was the lowest temperature in the shop last night",
        "yesterday 22:00 – 06:00: lowest 17 °C (02:30)",
    ),
    ("how cold was it in the bedroom yesterday at 6am", "Bedroom air Temperature, yesterday 06:00: 16.3 °C"),
    ("how warm was the bakehouse today on average", "mean 23.9 °C (lowest 20 °C, highest 28 °C)"),
    ("what was the lowest humidity outside yesterday", "Garden air Humidity"),
    ("was the shop door open today", "yes, open 07:00 – 12:00, 14:00 – 15:00"),
    ("was the shop door open yesterday evening", "no, closed the whole time"),
    ("was the bedroom window open yesterday", "yes, open yesterday 20:00 – yesterday 21:00"),
    ("when was the shop door last opened", "Shop door: last open 14:00 – 15:00"),
    ("did the smoke detector go off last night", "yes, detected 03:30 – 04:00"),
    ("smoke alarm last night?", "detected 03:30 – 04:00"),
    ("did anyone come in the shop door yesterday", "open yesterday 07:00 – yesterday 12:00"),
    ("was it below 5 outside last night", "yes, lowest −1 °C (02:30)"),
    ("was it warmer than 30 in the bakehouse today", "no, highest 28 °C"),
    ("who opened the shop door", "Who it was, nothing here tells me. Shop door: last open"),
    ("who rang", "shop/bell: pressed, last 16:30"),
    ("since when is the counter lamp on", "Counter lamp: on since 16:00"),
    ("how long has the dough mixer been on", "Dough mixer: on since Tuesday 18:00"),
    ("did the dough mixer run last night", "yes, on yesterday 22:00 – 06:00"),
    ("when did the car finish charging yesterday", "Wallbox Status: last charging yesterday 17:00"),
    ("what used the most power today", "• Oven Power, since 00:00: highest 9000 W (02:00)"),
    ("meter main import yesterday", "History of meter main import:"),
    ("how was meter main yesterday", "meter/main import, yesterday: lowest 400"),
    ("how many bread today", "Oven Bread today 175"),
    ("how much bread did we make today", "Oven Bread today 175"),
    ("did the shop bell ring since 17:00", "The history says nothing of shop/bell since 17:00"),
    ("what happened in the shop today", "16:00 — Counter lamp: on"),
    ("when was the dough mixer off", "Dough mixer: on. In the history I find nothing else."),
    ("was the bedroom radiator warm in 2019", "That is about an earlier time"),
    ("how was the shop last year", "is no time that I understand"),
    ("did the gnome sneeze yesterday", "That is about an earlier time"),
    ("if the shop was open yesterday", "That is about an earlier time"),
    ("anything happen in the cellar while i was out", "That is about an earlier time"),
    ("was the garden gate wet yesterday", "I know of nothing here"),
    ("has the bakehouse been locked yesterday", "I know of nothing here"),
    ("was there carbon dioxide yesterday", "I know of nothing here"),
]
FRUEHER = [
    ("wie kalt war es letzte nacht im laden", "niedrigster Wert 17 °C (02:30)"),
    ("wie warm wars gestern um 15 uhr in der backstube", "Backstube Klima Temperatur, gestern 15:00: 28 °C"),
    ("durchschnittliche temperatur schlafzimmer gestern", "im Mittel 17 °C"),
    ("war die ladentür heute offen", "ja, geöffnet 07:00 – 12:00, 14:00 – 15:00"),
    ("wann war die ladentür zuletzt offen", "Ladentür: zuletzt geöffnet 14:00 – 15:00"),
    ("hat heute nacht der rauchmelder ausgelöst", "ja, erkannt 03:30 – 04:00"),
    ("war es letzte nacht draußen unter 5 grad", "ja, niedrigster Wert −1 °C (02:30)"),
    ("wer hat geklingelt", "Wer es war, sagt mir hier nichts. laden/klingel: pressed, zuletzt 16:30"),
    ("wann hat es geklingelt", "laden/klingel: pressed, zuletzt 16:30"),
    ("seit wann ist die thekenlampe an", "Thekenlampe: ein seit 16:00"),
    ("lief der teigkneter gestern", "ein gestern 00:00 – 00:00"),
    ("gestern um 15 uhr laden temperatur", "Laden Klima Temperatur, gestern 15:00: 21 °C"),
    ("wieviel brote heute", "Ofen Brote heute 175"),
    ("war heute besuch da", "Das fragt nach früher"),
    ("was war heute nacht im laden los", "03:30 — Rauchmelder Laden: erkannt"),
]
NOW = [
    ("tank 3", "store/tank3/level 61"),
    ("compare tank 3 and tank 4", "• store/tank4/level 38"),
    ("is it warmer in the shop than in the bedroom", "Yes:\n• Shop air Temperature 20.6 °C"),
    ("is it colder outside than in the shop", "Yes:"),
    ("is it warmer outside than in the shop", "No:"),
    ("is it warmer in the shop than outside", "Yes:"),
    ("what is warmer, the bakehouse or the shop", "Bakehouse air Temperature:"),
    ("which is colder, the shop or outside", "Garden air Temperature:"),
    ("which is warmer, the shop or the shop air", "Both the same:"),
    ("where is it warmer than 20", "2 of 4:"),
    ("where is it warmer than 40", "None of 4."),
    ("is the shop colder than 10", "No:"),
    ("is the shop warmer than 10", "Yes:"),
    ("is the store warmer than 10", "I know of nothing here"),
    ("is it warmer in the store than in the shop", "I know of nothing here"),
    ("humidity shop and bedroom", "• Bedroom air Humidity 67 %"),
    (
        "is the shop door open and is the counter lamp on",
        "• No: Shop door closed, 30 min ago\n• Yes: Counter lamp on",
    ),
    ("is the shop door and the bedroom window closed", "• Yes: Bedroom window closed"),
    ("is the dough mixer running and how much power does it use", "• Dough mixer Power 1.5 W"),
    ("is the dough mixer done", "Yes:\n• Dough mixer Power 1.5 W"),
    ("is the counter lamp done", "No:"),
    ("is the car charging", "Wallbox Status charging"),
    ("is the wallbox charging", "Wallbox Status charging"),
    ("everything locked and closed?", "Yes, all of them: Shop door closed"),
    ("which room is the coldest", "• Bedroom radiator Current temperature 17.5"),
    ("bedroom radiator temperature", "Bedroom radiator Current temperature 17.5"),
    ("how warm is it outside", "Garden air Temperature 8 °C"),
    ("is any light on", "Counter lamp on"),
    ("how much power are we using right now", "Oven Power 12 W"),
    ("why is the shop so cold", "Shop air Temperature 20.6 °C"),
    ("why is the counter lamp on", "Counter lamp on"),
    ("why is the universe so cold", "cannot know why"),
    ("will it rain tomorrow", "I cannot look ahead"),
    ("temp shoop", "I know no “shoop”"),
]
JETZT = [
    ("was ist wärmer, laden oder schlafzimmer", "Laden Klima Temperatur:"),
    ("ist es im laden wärmer als im schlafzimmer", "Ja:"),
    ("wo ist es wärmer als 20 grad", "2 von 4:"),
    ("luftfeuchtigkeit laden und schlafzimmer", "• Schlafzimmer Klima Luftfeuchtigkeit 67 %"),
    ("ist die ladentür zu und ist die thekenlampe an", "• Ja: Thekenlampe ein"),
    ("ist noch irgendwo licht an", "Thekenlampe ein"),
    ("brennt noch licht", "Thekenlampe ein"),
    ("wie warm ist es draußen", "Garten Klima Temperatur 8 °C"),
    ("warum ist der laden so kalt", "Laden Klima Temperatur 20,6 °C"),
    ("ist der teigkneter fertig", "Teigkneter Leistung 1,5 W"),
    ("lädt das auto", "Wallbox Status"),
    ("wie wird das wetter morgen", "In die Zukunft sehe ich nicht"),
]


@pytest.mark.parametrize(("line", "told"), [*EARLIER, *NOW])
async def test_what_is_asked_is_told(line: str, told: str) -> None:
    assert told in await asked(bakery(), line)


@pytest.mark.parametrize(("line", "told"), [*FRUEHER, *JETZT])
async def test_what_is_asked_in_german_is_told(line: str, told: str) -> None:
    assert told in await asked(bakery("de"), line)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("tell me when the shop temperature is above 30", "Alert rule 1"),
        ("sag mir wenn die ladentür offen ist", "Alarmregel 1"),
        ("shop temperature warmer than 30", "Shop air Temperature 20.6 °C"),
        ("the lamp is on", "Counter lamp on"),
        ("tell me when the shop door has been open for 5 minutes", "the rule would never fire"),
    ],
)
async def test_what_is_wished_for_is_no_question(line: str, told: str) -> None:
    assert told in await asked(bakery("de" if line.startswith("sag") else "en"), line)


@pytest.mark.parametrize("line", ["how cold was it outside last night", "how warm is it outside"])
async def test_what_is_indoors_is_no_answer_about_outside(line: str) -> None:
    assert (await asked(bakery(outside=False), line)).startswith("Nothing here is called outside")


async def test_what_says_no_number_is_not_compared() -> None:
    world = bakery()
    world.receive("home/oven/core", "broken")
    attic = {"name": "Attic air", "identifiers": ["attic"]}
    announce(
        *(world, "sensor", "attic"),
        name="Temperature",
        state_topic="air/attic",
        unit_of_measurement="°C",
        device_class="temperature",
        device=attic,
    )
    announce(
        *(world, "sensor", "chip"),
        name="Chip",
        state_topic="air/chip",
        unit_of_measurement="°C",
        device_class="temperature",
        entity_category="diagnostic",
        device=attic,
    )
    world.receive("air/chip", "60")
    for line in (
        "is it warmer in the oven than in the shop",
        "is the oven warmer than 10",
        "is it warmer in the attic than in the shop",
    ):
        assert "I know of nothing here" in await asked(world, line)
    assert "I know of nothing here" not in await asked(world, "is it warmer in the shop")


async def test_of_very_many_messages_the_newest_are_looked_at() -> None:
    world = bakery()
    for count in range(5_001):
        world.receive("home/lamp", "OFF" if count % 2 else "ON")
    assert "Counter lamp" in await asked(world, "was the counter lamp on today")


async def test_of_many_times_the_last_are_told() -> None:
    world = bakery()
    for count in range(14):
        world.later(60)
        world.receive("home/lamp", "OFF" if count % 2 else "ON")
    told = await asked(world, "was the counter lamp on today")
    assert "yes, on 18:05 – 18:06" in told


async def test_nothing_is_told_of_a_time_of_which_nothing_is_known() -> None:
    world = bakery()
    told = await asked(world, "was the counter lamp on last week")
    assert "Counter lamp" in told
    assert "The history says nothing of Counter lamp" in await asked(
        world, "was the counter lamp on at 6 am on 2026-11-01"
    )


async def test_two_questions_of_which_none_can_be_answered_say_why() -> None:
    world = World()
    assert await asked(world, "is everything locked and closed") == (
        "I know of nothing here that this could be said of."
    )


def test_a_short_word_alone_is_no_time() -> None:
    assert posed("why is the sun so cold", lambda text: True if text in {"sun", "so"} else None).span == ""

"""What goes on with the line before: answers, corrections, and what is left out since it was just said."""

from dairy import dairy
from fakes import ME, World
from homes import announce, say
import pytest

from bot.dialogue.pronouns import PATIENCE
from bot.model.inquiry import Inquiry
from bot.model.replies import Caller, Surface
from bot.model.rules import Role

type Lines = list[tuple[str, str]]


async def talked(world: World, lines: Lines) -> None:
    """Say each line and see how its answer begins."""
    for line, answer in lines:
        said = await say(world, line)
        await world.settle()
        assert said.startswith(answer), f"{line}: {said}"
        world.clock.time += 10


def sent(world: World) -> list[str]:
    return [
        f"{topic.removeprefix('dairy/')} {payload.decode()}" for topic, payload, *_ in world.broker.published
    ]


NOTHING = {"en": "Nothing was done", "de": "Es ist nichts geschehen"}
ONLY = {"en": "Please answer only with yes or no", "de": "Bitte nur mit ja oder nein"}
UNLOCK = {"en": "unlock shop door", "de": "ladentür entriegeln"}


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        *(("en", each) for each in ("yes", "Yep!", "ok", "okay", "sure", "yes, please", "do it", "👍")),
        *(("de", each) for each in ("jo", "ja gerne", "klar", "Ja, gern", "okay", "mach das", "jep")),
    ],
)
async def test_a_yes_is_a_yes(language: str, answer: str) -> None:
    world = dairy(language)
    await talked(world, [(UNLOCK[language], "⚠")])
    assert sent(world) == []
    assert "👍" not in await say(world, answer)
    assert sent(world) == ["lock/set UNLOCK"]


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        *(("en", each) for each in ("nope", "no thanks", "rather not", "No, leave it", "never mind", "👎")),
        *(("de", each) for each in ("nö", "nein lieber nicht", "doch nicht", "nee", "Nein, danke.")),
        *(("de", each) for each in ("nein das tut man nicht",)),
    ],
)
async def test_a_no_is_a_no(language: str, answer: str) -> None:
    world = dairy(language)
    await talked(world, [(UNLOCK[language], "⚠"), (answer, NOTHING[language])])
    assert sent(world) == []


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("en", "yes but only for a minute"),
        ("en", "sure, tomorrow"),
        ("de", "ja ausser sonntags"),
        ("de", "klar, aber nur kurz"),
    ],
)
async def test_a_yes_with_something_more_does_nothing_yet(language: str, answer: str) -> None:
    world = dairy(language)
    await talked(world, [(UNLOCK[language], "⚠"), (answer, ONLY[language])])
    assert sent(world) == []
    await talked(world, [("no" if language == "en" else "nein", NOTHING[language])])
    world.clock.time += 90
    await talked(world, [(UNLOCK[language], "⚠")])
    world.clock.time += 120
    assert not (await say(world, answer)).startswith(ONLY[language])
    assert sent(world) == []


async def test_a_yes_chooses_none_of_several() -> None:
    world = dairy()
    await talked(
        world, [("lamp on", "Which “lamp”?"), ("ok", "Which “lamp”?"), ("no, the shop", "Shop lamp")]
    )
    await talked(world, [("suggest", ""), ("yes", "Please answer with a number from 1 to")])
    assert sent(world) == ["shop/lamp/set ON"]


async def test_an_ok_is_no_answer_where_an_automation_has_asked() -> None:
    world = dairy()
    world.bot.dialogue.inquiries.ask(Inquiry("Open the shop?", to=(ME,)))
    assert "Open the shop?" in await say(world, "ok")
    assert (await say(world, "yep")) != "👍"


QUESTIONS: list[tuple[str, Lines]] = [
    (
        "en",
        [
            ("how warm is it in the milk room", "Milk room climate Temperature 13 °C"),
            ("and the humidity?", "Milk room climate Humidity 84 %"),
            ("and in the shop?", "Shop climate Humidity 83 %"),
            ("no, the ripening cellar", "Ripening cellar climate Humidity 85 %"),
            ("and its battery?", "Ripening cellar climate Battery 60 %"),
        ],
    ),
    (
        "de",
        [
            ("wie warm ist es in der milchkammer", "Klima Milchkammer Temperatur 13 °C"),
            ("und die feuchte?", "Klima Milchkammer Luftfeuchtigkeit 84 %"),
            ("und im laden?", "Klima Laden Luftfeuchtigkeit 83 %"),
            ("was ist mit dem reifekeller?", "Klima Reifekeller Luftfeuchtigkeit 85 %"),
        ],
    ),
    ("en", [("where is berta", "Berta home"), ("and her battery?", "Berta Battery 37 %")]),
    ("de", [("wo ist berta", "Berta zuhause"), ("ihre batterie?", "Berta Batterie 37 %")]),
    (
        "en",
        [
            ("ripening cellar temperature", "Ripening cellar climate Temperature"),
            ("and the milk room?", "Milk room climate Temperature 13 °C"),
            ("and the fan?", "Cheese fan off"),
        ],
    ),
    (
        "en",
        [
            ("van", "van:"),
            ("how many kw", "Van Charging power 7.2 kW"),
            ("how full is it?", "Van Charge 61 %"),
        ],
    ),
    (
        "de",
        [
            ("lieferwagen", "lieferwagen:"),
            ("wieviel kW?", "Lieferwagen Ladeleistung"),
            ("wie voll ist er", "Lief"),
        ],
    ),
    ("en", [("van charge", "Van Charge"), ("and the charging power?", "Van Charging power 7.2 kW")]),
    ("en", [("whey tank", "Whey tank Level 74 %"), ("how full is it", "Whey tank Level 74 %")]),
    ("en", [("whey tank", "Whey tank"), ("how many kw", "I did not understand")]),
    (
        "en",
        [
            ("is the shop lamp on", "No:\n• Shop lamp off"),
            ("and the milk room lamp?", "No:\n• Milk room lamp off"),
            ("and the shop?", "No:"),
        ],
    ),
    ("en", [("lock the shop door", "Shop door: lock"), ("is it locked now?", "Shop door locked")]),
    ("de", [("käsepresse", "Käsepresse aus"), ("ist sie jetzt gerade aus?", "Käsepresse aus")]),
    ("en", [("temperature", "temperature:"), ("and the humidity?", "humidity:")]),
    ("de", [("und die feuchte?", "Jetzt:\n• Klima Reifekeller Luftfeuchtigkeit")]),
]


@pytest.mark.parametrize(("language", "lines"), QUESTIONS)
async def test_a_question_leaves_out_what_was_just_said(language: str, lines: Lines) -> None:
    world = dairy(language)
    await talked(world, lines)
    assert [each for each in sent(world) if each != "lock/set LOCK"] == []


WISHES: list[tuple[str, list[str], list[str]]] = [
    ("en", ["cheese press on", "off"], ["press/set ON", "press/set OFF"]),
    ("en", ["cheese press on", "off again please"], ["press/set ON", "press/set OFF"]),
    ("de", ["käsepresse an", "wieder aus"], ["press/set ON", "press/set OFF"]),
    ("de", ["käselüfter an", "schneller", "aus"], ["fan/set ON", "fan/set OFF"]),
    ("en", ["shop blind down", "halfway"], ["shop/blind/set CLOSE", "shop/blind/at/set 50"]),
    ("de", ["rollo laden runter", "halb"], ["shop/blind/set CLOSE", "shop/blind/at/set 50"]),
    ("en", ["shop blind down", "no, the milk room one"], ["shop/blind/set CLOSE", "milk/blind/set CLOSE"]),
    (
        "de",
        ["rollo laden runter", "nein, das in der milchkammer"],
        ["shop/blind/set CLOSE", "milk/blind/set CLOSE"],
    ),
    ("en", ["shop heating 20", "no, 21"], ["shop/heating/set 20", "shop/heating/set 21"]),
    ("en", ["shop heating 20", "and the milk room too"], ["shop/heating/set 20", "milk/heating/set 20"]),
    (
        "de",
        ["heizung laden 20", "und in der milchkammer auch"],
        ["shop/heating/set 20", "milk/heating/set 20"],
    ),
    (
        "en",
        ["set shop to 20", "no, the milk room heating"],
        ["shop/heating/set 20", "milk/heating/set 20"],
    ),
    ("en", ["is the shop lamp on", "then turn it on"], ["shop/lamp/set ON"]),
    ("de", ["lampe laden", "dann mach sie an"], ["shop/lamp/set ON"]),
    ("en", ["cheese press on", "and turn the cheese fan on too"], ["press/set ON", "fan/set ON"]),
    ("en", ["cheese press on", "and the cheese fan"], ["press/set ON", "fan/set ON"]),
    ("de", ["radio lautstärke 30", "mach 40 draus"], ["radio/set 30", "radio/set 40"]),
    ("en", ["cheese press on", "and the lamp"], ["press/set ON"]),
    ("en", ["shop lamp on", "no, the one in the yard"], ["shop/lamp/set ON"]),
    ("en", ["cheese press", "off"], []),
    ("en", ["off"], []),
    ("en", ["unlock"], []),
    ("en", ["cheese press on", "and the cheese fan?"], ["press/set ON"]),
    ("en", ["cheese press on", "off?"], ["press/set ON"]),
    ("en", ["cheese press on", "no, the shop lamp off"], ["press/set ON", "shop/lamp/set OFF"]),
    ("en", ["cheese press on", "and open the moon"], ["press/set ON"]),
    (
        "en",
        ["all lamps on", "no, only the shop"],
        ["milk/lamp/set ON", "ripening/lamp/set ON", "shop/lamp/set ON"],
    ),
    (
        "en",
        ["all lamps on", "off again"],
        [f"{room}/lamp/set {word}" for word in ("ON", "OFF") for room in ("milk", "ripening", "shop")],
    ),
    ("en", ["shop lamp on and cheese press off", "no, the yard"], ["shop/lamp/set ON", "press/set OFF"]),
    ("en", ["shop lamp and shop blind on", "no, the milk room"], []),
]


@pytest.mark.parametrize(("language", "lines", "published"), WISHES)
async def test_a_wish_leaves_out_what_was_just_said(
    language: str, lines: list[str], published: list[str]
) -> None:
    world = dairy(language)
    for line in lines:
        await say(world, line)
        await world.settle()
    assert sent(world) == published


async def test_several_of_a_kind_are_asked_about_or_all_set() -> None:
    world = dairy()
    await talked(world, [("shop lamp on", "Shop lamp: on"), ("and the lamp too", "Which “lamp”?")])
    await talked(world, [("milk", "Milk room lamp: on")])
    await talked(world, [("close all blinds", "2 set to close"), ("halfway", "2 set to position 50 %")])
    await talked(world, [("brighter", "Shop blind cannot be set to “brighter”. Possible: ")])


MADE: list[tuple[str, Lines, int]] = [
    (
        "en",
        [
            ("alert me if shop temperature > 25", "Alert rule 1"),
            (
                "critical please",
                "Alert rule 1, “Shop climate Temperature > 25 °C”, is now: Tell it as critical",
            ),
            (
                "only after 10 minutes",
                "Alert rule 1, “Shop climate Temperature > 25 °C”, is now: Tell it as critical",
            ),
            (
                "make it 5 min",
                "Alert rule 1, “Shop climate Temperature > 25 °C”, is now: Tell it as critical",
            ),
            (
                "rule 1",
                "Alert rule 1, “Shop climate Temperature > 25 °C”:\n• Rule: Tell it as critical when ",
            ),
        ],
        1,
    ),
    (
        "de",
        [
            ("warne mich wenn milchkammer temperatur über 15", "Alarmregel 1"),
            (
                "und kritisch bitte",
                "Alarmregel 1, „Klima Milchkammer Temperatur > 15 °C“, lautet jetzt: Als kritisch",
            ),
            ("erst nach 10 minuten", "Alarmregel 1, „Klima Milchkammer Temperatur > 15 °C“, lautet jetzt"),
        ],
        1,
    ),
    (
        "en",
        [
            ("alert me if shop temperature > 25", "Alert rule 1"),
            ("no make it 26", "Alert rule 1, “Shop climate Temperature > 26 °C”, is now: "),
            ("delete that one again", "Alert rule 1, “Shop climate Temperature > 26 °C”, is removed"),
        ],
        0,
    ),
    (
        "de",
        [
            ("warne mich wenn milchkammer temperatur über 15", "Alarmregel 1"),
            ("nein, 16", "Alarmregel 1, „Klima Milchkammer Temperatur > 16 °C“, lautet jetzt"),
            ("doch nicht", "Zurückgenommen"),
            ("alarme", "Alarmregeln: 1"),
            ("lösch den alarm wieder", "Alarmregel 1"),
        ],
        0,
    ),
    (
        "de",
        [
            ("warne mich wenn temperatur über 30", "Was ist mit „temperatur“ gemeint?"),
            ("nein, 27", "Was ist mit „temperatur“ gemeint?"),
            ("nein, die milchkammer", "Alarmregel 1, „Klima Milchkammer Temperatur > 27 °C“"),
        ],
        1,
    ),
    ("en", [("alert if temperature between 3 and 9", "Which"), ("no, 8", "Nothing was done")], 0),
    ("en", [("alert shop temperature between 3 and 9", "Alert rule 1"), ("no, 8", "I did not")], 1),
    ("en", [("alert shop temperature > 25", "Alert rule 1"), ("26", "I did not understand")], 1),
    ("en", [("mute whey tank for 2 hours", "🔕"), ("cancel that", "Taken back: Whey tank")], 0),
    ("de", [("stumm molketank 2 stunden", "🔕"), ("doch nicht", "Zurückgenommen: Molketank")], 0),
    ("en", [("mute", ""), ("cancel that", "There is nothing to stop just now")], 0),
    ("en", [("once cheese press = on", "I tell you once"), ("forget it", "Alert rule 1")], 0),
    (
        "en",
        [
            ("is the cheese press on?", "No"),
            ("tell me when it is", "I tell you once (rule 1): Tell it as an alert when Cheese press is on"),
            ("what are you waiting for", "Waited for: 1"),
            ("scrap it", "Alert rule 1"),
        ],
        0,
    ),
    ("de", [("ist die käsepresse an", "Nein"), ("sag mir wenn es so ist", "Ich melde das einmal")], 1),
    ("en", [("cheese press", "Cheese press off"), ("tell me when it is", "“topic” is missing")], 0),
    ("en", [("cancel", "There is nothing to stop just now. What is still to come: “waiting”")], 0),
]


@pytest.mark.parametrize(("language", "lines", "rules"), MADE)
async def test_what_was_made_is_changed_or_taken_back(language: str, lines: Lines, rules: int) -> None:
    world = dairy(language)
    await talked(world, lines)
    assert len(world.bot.rules.alerts) == rules


LATER: list[tuple[str, Lines, list[str]]] = [
    (
        "en",
        [
            ("remind me tomorrow at 7 to turn the cheese", "⏰ tomorrow 07:00: turn the cheese (r1)"),
            ("make that 6:30", "⏰ tomorrow 06:30: turn the cheese (r1)"),
            ("no, in 20 minutes", "⏰ 08:25: turn the cheese (r1)"),
            ("and tomorrow at 8 again", "⏰ tomorrow 08:00: turn the cheese (r2)"),
            ("cancel", "Forgotten: turn the cheese"),
        ],
        ["turn the cheese"],
    ),
    (
        "de",
        [
            ("erinnere mich um 18:00 an den käse", "⏰ 18:00: den käse (r1)"),
            ("mach 19 uhr draus", "⏰ 19:00: den käse (r1)"),
            ("und morgen um sieben nochmal", "⏰ morgen 07:00"),
            ("vergiss das wieder", "Vergessen"),
        ],
        ["den käse"],
    ),
    (
        "en",
        [
            ("cheese press on", "Cheese press: on"),
            ("off again in 10 minutes", "⏰ 08:15, to be done: Cheese press off (r1)"),
            ("no, 20 minutes", "⏰ 08:25, to be done: Cheese press off (r1)"),
        ],
        ["Cheese press off"],
    ),
    (
        "de",
        [
            ("käsepresse an", "Käsepresse: an"),
            ("in 10 minuten wieder aus", "⏰ 08:15 wird erledigt: Käsepresse aus (r1)"),
            ("und um 9 uhr nochmal", "⏰ 09:00 wird erledigt: Käsepresse aus (r2)"),
        ],
        ["Käsepresse aus", "Käsepresse aus"],
    ),
    (
        "en",
        [
            ("cheese press on", "Cheese press: on"),
            ("and at 9:00 again", "⏰ 09:00, to be done: Cheese press on"),
        ],
        ["Cheese press on"],
    ),
    ("en", [("remind me at 9:00 to eat", "⏰"), ("7 apples", "I did not understand")], ["eat"]),
    ("en", [("remind me at 9:00 to eat", "⏰"), ("10:00", "I did not understand")], ["eat"]),
    (
        "en",
        [
            ("remind me at 9:00 to eat", "⏰"),
            ("waiting r1 10:00", "⏰ 10:00: eat (r1)"),
            ("waiting r1 at 7", "⏰"),
            ("waiting r1 nonsense", "When?"),
            ("waiting r9 10:00", "There is no reminder r9"),
        ],
        ["eat"],
    ),
]


@pytest.mark.parametrize(("language", "lines", "left"), LATER)
async def test_what_is_to_come_is_moved_or_forgotten(language: str, lines: Lines, left: list[str]) -> None:
    world = dairy(language)
    await talked(world, lines)
    assert [each.text for each in world.bot.reminders.waiting] == left


async def test_nobody_goes_on_with_what_was_said_long_ago() -> None:
    world = dairy()
    await say(world, "cheese press on")
    world.clock.time += PATIENCE + 1
    await talked(world, [("off", "I did not understand"), ("off " * 20, "I did not understand")])
    assert sent(world) == ["press/set ON"]


async def test_who_is_on_it_has_seen_to_it() -> None:
    for language, line in (("en", "ok, on it"), ("de", "ok bin dran")):
        world = dairy(language)
        await say(world, "alert dairy/tank > 50" if language == "en" else "alarm dairy/tank > 50")
        world.receive("dairy/tank", "80")
        world.later(60)
        assert (await say(world, line)).startswith("👍 ")


async def test_assist_goes_on_too() -> None:
    world = dairy()
    caller = Caller(Surface.ASSIST, "anna", Role.ADMIN)
    assert "Cheese press: on" in (await world.bot.ask("cheese press on", caller))
    assert await world.bot.dialogue.known("off again", caller) == "Cheese press: off"
    assert (await world.bot.ask("unlock shop door", caller)).startswith("⚠")
    assert await world.bot.dialogue.known("no, 7", caller) == "Nothing was done."
    assert (await world.bot.dialogue.guessed("is it locked now", caller)).startswith("Shop door")


async def test_another_device_with_the_same_word_has_no_part_in_it() -> None:
    world = dairy()
    kind = {"device_class": "power", "unit_of_measurement": "kW", "state_topic": "dairy/van/cooler"}
    announce(world, "sensor", "cooler", name="Power", device="Van cooler", **kind)
    world.receive("dairy/van/cooler", "1.5")
    world.later(300)
    await talked(world, [("van charge", "Van Charge 61 %"), ("how many kW is it?", "I did not understand")])
    await talked(world, [("van charge", "Van Charge 61 %"), ("how many kW?", "Van Charging power 7.2 kW")])

"""Lines as people type them in a mill, in their own order and spelling: what is done, and what is not."""

from homes import say
from mill import mill
import pytest

from bot.text.times import in_utc, parted_moment

BLINDS = {"mill/blind/0/set", "mill/blind/1/set"}
HALL, READING = "mill/lamp/2/set", "mill/lamp/1/set"


@pytest.mark.parametrize(
    ("line", "topics", "payload"),
    [
        ("turn the hall light on", {HALL}, b'{"state": "ON"}'),
        ("turn on teh hall lite", {HALL}, b'{"state": "ON"}'),
        ("close all blinds", BLINDS, b"CLOSE"),
        ("open the shutters", BLINDS, b"OPEN"),
        ("blinds up", BLINDS, b"OPEN"),
        ("blinds down in the hall", {"mill/blind/1/set"}, b"CLOSE"),
        ("turn everything off in the parlour", {"mill/lamp/0/set", READING}, b'{"state": "OFF"}'),
        ("lock the back door", {"mill/lock/set"}, b"LOCK"),
        ("parlour lights brighter", {"mill/lamp/0/set", READING}, b'{"state": "ON", "brightness": 150}'),
        ("make the reading lamp dimmer", {READING}, b'{"state": "ON", "brightness": 48}'),
        ("bathroom thermostat a bit colder", {"mill/heat/1/set"}, b"19"),
        ("oven fan faster", {"mill/fan/speed/set"}, b"50"),
        ("brighter the hall light", {HALL}, b'{"state": "ON", "brightness": 51}'),
        ("oven fan on medium", {"mill/fan/speed/set"}, b"50"),
        ("send rosa home", {"mill/robot/set"}, b"return_to_base"),
        ("press refill", {"mill/flour"}, b"PRESS"),
        ("stop charging", {"mill/charge/set"}, b"OFF"),
    ],
)
async def test_what_is_wished_for_is_done(line: str, topics: set[str], payload: bytes) -> None:
    world = mill()
    answer = await say(world, line)
    assert {each[0] for each in world.broker.published} == topics, answer
    assert {each[1] for each in world.broker.published} == {payload}


@pytest.mark.parametrize(
    ("line", "topics", "payload"),
    [
        ("rollos runter", BLINDS, b"CLOSE"),
        ("mach alle rollläden hoch", BLINDS, b"OPEN"),
        ("hintertür abschließen", {"mill/lock/set"}, b"LOCK"),
        ("schließ die hintertür ab", {"mill/lock/set"}, b"LOCK"),
        ("hintertür zusperren", {"mill/lock/set"}, b"LOCK"),
        ("mach ma licht aus in der diele", {HALL}, b'{"state": "OFF"}'),
        ("machs licht in der diele aus", {HALL}, b'{"state": "OFF"}'),
        ("leselampe heller", {READING}, b'{"state": "ON", "brightness": 150}'),
        ("machs im bad a bissl wärmer", {"mill/heat/1/set"}, b"21"),
        ("stopp das laden", {"mill/charge/set"}, b"OFF"),
        ("laden stoppen", {"mill/charge/set"}, b"OFF"),
        ("drücke nachfüllen", {"mill/flour"}, b"PRESS"),
    ],
)
async def test_what_is_wished_for_in_german_is_done(line: str, topics: set[str], payload: bytes) -> None:
    world = mill("de")
    answer = await say(world, line)
    assert {each[0] for each in world.broker.published} == topics, answer
    assert {each[1] for each in world.broker.published} == {payload}


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("unlock the back door", "Back door lock will be set to unlock"),
        ("open mill gate and turn hall light on", "Mill gate: open, Hall light: on"),
        ("set back door lock", "Possible: lock, unlock"),
        ("is the back door locked", "Back door lock locked"),
        ("whats the temp in the bakery", "Bakery Temperature 18.5 °C"),
        ("hows the oven fan", "Oven fan off"),
        ("lamp brighter", "What about lamp should be set"),
        ("louder in the parlour", "Nothing was done"),
        ("is the hall light brighter?", "Hall light"),
        ("refill", "press Flour hopper Refill"),
        ("press the flour hopper", "press Flour hopper Refill"),
        ("feed the hopper", "press Flour hopper Refill"),
        ("press the hall light", "Possible for Hall light"),
        ("play jazz in the parlour", "Nothing was done"),
        ("vacuum the hall", "There is: Rosa"),
        ("hall light purple", "cannot be set to “purple”"),
        ("close all doors", "None of these can be set from here: doors"),
        ("hall light off between 22 and 6", "22:00, to be done: hall light off until 06:00"),
        ("hall light on in 30 min", "08:35, to be done: hall light on"),
        ("dont bother me till 8 tomorrow", "until tomorrow 08:00"),
        ("remind me to bake at 8 tomrrow morning", "tomorrow 08:00: bake"),
        ("remind me tomorrow to bake at 8", "tomorrow 08:00: bake"),
        ("remind me to bake at 8 xyz morning", "When?"),
        ("remind me tomorrow xyz at 8 to bake", "When?"),
        ("remind me at 20:00 tomorrow morning to bake", "When?"),
    ],
)
async def test_what_is_not_done_is_said(line: str, part: str) -> None:
    world = mill()
    assert part in await say(world, line)
    assert world.broker.published == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("schließ die hintertür auf", "Hintertürschloss: entriegeln?"),
        ("sperr die hintertür auf", "Hintertürschloss: entriegeln?"),
        ("ist die hintertüre abgeschlossen", "Hintertürschloss verriegelt"),
        ("nachfüllen", "drücke Mehlspender Nachfüllen"),
        ("spiel jazz in der stube", "Nichts getan"),
        ("leselampe lila", "lässt sich nicht auf „lila“ stellen"),
        ("alle türen zu", "Davon lässt sich von hier aus nichts stellen: türen"),
        ("morgen um 7 rollo stube hoch", "morgen 07:00 wird erledigt: rollo stube hoch"),
        ("bestell mir eine pizza", "Das habe ich nicht verstanden"),
        ("sei bis morgen früh ruhig", "bis morgen 07:00 ohne Ton"),
        ("nerv mich nicht mit der knetmaschine", "Stummgeschaltet: Knetmaschine"),
        ("die backstube soll ofenraum heißen", "heißt jetzt ofenraum"),
        ("nenn die knetmaschine teigmaschine", "heißt jetzt teigmaschine"),
        ("erinner mich morgen früh um 20 uhr ans brot", "Wann?"),
    ],
)
async def test_what_is_not_done_is_said_in_german(line: str, part: str) -> None:
    world = mill("de")
    assert part in await say(world, line)
    assert world.broker.published == []


@pytest.mark.parametrize(
    ("line", "language", "name"),
    [
        ("alert me if the bakery drops below 10 degrees", "en", "Bakery Temperature < 10 °C"),
        ("alert me if the dough mixer is under 5 watts", "en", "Dough mixer Power < 5 W"),
        ("wake me if the bakery gets above 30 degrees", "en", "Bakery Temperature > 30 °C"),
        ("if the bakery is over 30 degrees tell me", "en", "Bakery Temperature > 30 °C"),
        ("if the bakery is over 30 degrees then tell me", "en", "Bakery Temperature > 30 °C"),
        ("bakery temperature hotter than 30 -> warn me", "en", "Bakery Temperature > 30 °C"),
        ("alert me if the temperature of the bakery is over 30", "en", "Bakery Temperature > 30 °C"),
        ("tell me when somebody rings", "en", "Mühle Doorbell happens"),
        ("sag mir wenn die knetmaschine unter 5 watt ist", "de", "Knetmaschine Leistung < 5 W"),
        ("sag bescheid wenns in der backstube unter 10 grad geht", "de", "Backstube Temperatur < 10 °C"),
        ("sag bescheid wenn die temperatur der backstube unter 10 ist", "de", "Backstube Temperatur < 10"),
        ("benachrichtige mich bei klingel", "de", "Mühle Klingel passiert"),
        ("benachrichtige mich wenn jemand klingelt", "de", "Mühle Klingel passiert"),
    ],
)
async def test_an_alert_is_made_as_people_ask_for_it(line: str, language: str, name: str) -> None:
    world = mill(language)
    answer = await say(world, line)
    assert len(world.bot.rules.alerts) == 1, answer
    assert name in answer


@pytest.mark.parametrize(
    ("line", "language"),
    [("warn me if there is smoke", "en"), ("warn mich wenn rauch ist", "de"), ("alarm bei rauch", "de")],
)
async def test_which_of_several_dangers_is_meant_is_asked(line: str, language: str) -> None:
    world = mill(language)
    assert "1 " in await say(world, line)
    await say(world, "1")
    assert len(world.bot.rules.alerts) == 1


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("tomorrow at 8 to bake", "to bake"),
        ("at 8 to bake for wensday", "to bake for wensday"),
        ("on mondays to bake", "on mondays to bake"),
        ("in 10 minutes tea", "tea"),
    ],
)
def test_a_moment_is_parted_from_its_text(text: str, rest: str) -> None:
    assert parted_moment(text, 1_800_000_000.0, in_utc)[1] == rest


@pytest.mark.parametrize(
    ("language", "line", "answer"),
    [
        (
            *("en", "hall light on and in 10 minutes off"),
            "Hall light: on (sent)\n⏰ 08:15, to be done: Hall light off (r1)",
        ),
        (
            *("de", "dielenlicht an und in 10 minuten aus"),
            "Dielenlicht: an (gesendet)\n⏰ 08:15 wird erledigt: Dielenlicht aus (r1)",
        ),
    ],
)
async def test_what_is_done_now_is_taken_back_later(language: str, line: str, answer: str) -> None:
    world = mill(language)
    assert await say(world, line) == answer
    assert len(world.broker.published) == 1

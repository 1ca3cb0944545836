"""Lines as people type them on a German farm, in their own order and short forms."""

from farm import farm
from homes import announce, say
import pytest

from bot.text.rule_lines import RuleLine, rule_line
from bot.text.times import in_utc, parse_moved

SOUTH, EAST = "hof/laden/Süd", "hof/laden/Ost"
OFFICE, FLAT = "hof/heizung/Büro/set", "hof/heizung/Ferienwohnung/set"
STABLE, READING = "hof/light/Stalllampe/set", "hof/light/Leselampe/set"
LIVING, KITCHEN = "hof/light/Stubenlampe/set", "hof/light/Küchenlicht/set"


@pytest.mark.parametrize(
    ("line", "topics", "payload"),
    [
        ("dreh die heizung in der ferienwohnung auf 21 hoch", {FLAT}, b"21"),
        ("heizung im büro auf 21", {OFFICE}, b"21"),
        ("mach im büro die heizung auf 21", {OFFICE}, b"21"),
        ("im büro die heizung auf 21 grad", {OFFICE}, b"21"),
        ("heizung büro runter auf 15", {OFFICE}, b"15"),
        ("heizung büro 2 grad wärmer", {OFFICE}, b"19"),
        ("heizung büro ein grad kälter", {OFFICE}, b"16"),
        ("mach die heizung im büro um 2 grad wärmer", {OFFICE}, b"19"),
        ("mach die heizung im büro 2° kälter", {OFFICE}, b"15"),
        ("im büro ein grad wärmer bitte", {OFFICE}, b"18"),
        ("heizung büro 0,5 grad wärmer", {OFFICE}, b"17.5"),
        ("heizung büro 99 grad wärmer", {OFFICE}, b"28"),
        ("mach in der wohnstube die leselampe an", {READING}, b"ON"),
        ("mach das licht im stall aus", {STABLE}, b"OFF"),
        ("licht im stall ausmachen", {STABLE}, b"OFF"),
        ("licht aus in der wohnstube", {READING, LIVING}, b"OFF"),
        ("kannst du im stall das licht ausmachen", {STABLE}, b"OFF"),
        ("tu das licht im stall an", {STABLE}, b"ON"),
        ("mach ma des licht im stall an", {STABLE}, b"ON"),
        ("mach im stall und in der küche das licht aus", {STABLE, KITCHEN}, b"OFF"),
        ("im stall und in der küche das licht aus", {STABLE, KITCHEN}, b"OFF"),
        ("dreh die heizung im büro und in der ferienwohnung auf 20", {OFFICE, FLAT}, b"20"),
        ("mach in der ferienwohnung die rollläden runter", {f"{SOUTH}/do", f"{EAST}/do"}, b"CLOSE"),
        ("rolladen süd halb runter", {f"{SOUTH}/set"}, b"50"),
        ("rolladen süd viertel runter", {f"{SOUTH}/set"}, b"75"),
        ("rolladen süd ein viertel hoch", {f"{SOUTH}/set"}, b"25"),
        ("roladen süd zu", {f"{SOUTH}/do"}, b"CLOSE"),
        ("fahr den rolladen süd auf 30 % runter", {f"{SOUTH}/set"}, b"30"),
    ],
)
async def test_what_is_wished_for_is_done(line: str, topics: set[str], payload: bytes) -> None:
    world = farm()
    answer = await say(world, line)
    assert {each[0] for each in world.broker.published} == topics, answer
    assert {each[1] for each in world.broker.published} == {payload}


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("wer is daheim", "Da:\n• Opa Sepp zuhause"),
        ("wer ist zuhause", "Da:\n• Opa Sepp zuhause"),
        ("ist jemand auf dem hof", "Da:\n• Opa Sepp zuhause"),
        ("wer ist nicht da", "Nicht da:\n• Resi abwesend"),
        ("wer fehlt", "Nicht da:\n• Resi abwesend"),
        ("is die resi da", "Nein:\n• Resi abwesend"),
        ("ist Resi daheim?", "Nein:\n• Resi abwesend"),
        ("is resi home", "Nein:\n• Resi abwesend"),
        ("ist die resi nicht da", "Ja:\n• Resi abwesend"),
        ("is resi out", "Ja:\n• Resi abwesend"),
        ("ist der opa sepp zuhause", "Ja:\n• Opa Sepp zuhause"),
        ("ist der stall da", "Stalltor geöffnet"),
        ("bis 14 Uhr bitte Ruhe", "bis 14:00 ohne Ton"),
        ("Ruhe bis morgen", "bis morgen 07:00 ohne Ton"),
        ("bis morgen früh will ich nichts hören", "bis morgen 07:00 ohne Ton"),
        ("die nächsten 2 stunden bitte ruhe", "bis 11:05 ohne Ton"),
        ("gib bis 13 uhr ruhe", "bis 13:00 ohne Ton"),
        ("heute bitte keinen ton mehr", "bis morgen 00:00 ohne Ton"),
        ("until 14:00 quiet please", "bis 14:00 ohne Ton"),
        ("jetzt bitte mal still sein", "Gerade läuft nichts"),
        ("jetzt gib mal ruhe", "Gerade läuft nichts"),
        ("wie voll isn der milchtank", "Milchtank Füllstand 71 %"),
        ("wie voll ist der kälberstall", "Ich kenne hier nichts"),
        ("wie stark is der wind", "hof/wetter wind 12"),
        ("regnet es gerade", "hof/wetter regen 0"),
        ("mach alle lampen aus außer im stall um 22 uhr", "fragt erst nach einem Ja"),
        (
            "alle lampen aus außer in der küche",
            "Deckenlicht, Leselampe, Melkstandlicht, Stalllampe, Stubenlampe",
        ),
        ("wie heiß ist der vorlauf", "hof/heizkessel vorlauf 62,5"),
        ("wie heiß ist der glühwein", "„gluehwein“ ist nicht bekannt"),
        ("bestell mir eine pizza", "Das habe ich nicht verstanden"),
        ("warum is der kälberstall so feucht", "Kälberstall Luftfeuchte 78 %"),
        ("zeig mir den füllstand von gestern", "Verlauf von füllstand"),
        ("wann war das stalltor zuletzt offen", "Stalltor: geöffnet seit 09:00"),
        ("was is im büro los", "ist nichts Nennenswertes passiert"),
        ("mach nachher das küchenlicht aus", "Nichts getan"),
        ("mach das küchenlicht net aus", "lässt sich nicht auf „nicht aus“ stellen"),
        ("schalt nachher um 10 die gießpumpe ein", "10:00 wird erledigt"),
        ("in einer halben stunde das licht im stall aus", "09:35 wird erledigt"),
        ("welche alarme hab ich", "Es gibt keine Alarmregeln"),
        ("mach bitte das licht im keller an", "In „keller“ kenne ich nichts dergleichen"),
        ("mach im stall das licht und die pumpe aus", "Was ist mit „pumpe“ gemeint?"),
        ("mach im stall das licht und in der küche das radio aus", "Nichts getan"),
        ("das licht im stall ist aus", "licht:"),
        ("das küchenlicht ist an", "Küchenlicht aus"),
        ("mach im stall und im keller das licht aus", "Nichts getan"),
        ("alarm hühnerklappe löschen", "Eine Alarmregel „hühnerklappe“ gibt es nicht"),
        ("alarm vom glühwein löschen", "Von „glühwein“ ist nichts bekannt"),
    ],
)
async def test_what_is_asked_is_answered(line: str, part: str) -> None:
    world = farm()
    answer = await say(world, line)
    assert part in answer
    assert world.broker.published == []
    assert not world.bot.rules.alerts


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("meld dich wenn die truhe über -15 geht", "Gefriertruhe Temperatur > −15 °C"),
        ("alarm wenn der weidezaun unter 3 kV fällt", "Weidezaun Spannung < 3 kV"),
        ("schreib mir wenn opa sepp geht", "Opa Sepp = away"),
        ("sag bescheid wenn opa sepp wegfährt", "Opa Sepp = away"),
        ("sag bescheid wenn opa sepp weg ist", "Opa Sepp = weg"),
        ("wenn das stalltor aufgeht, mach im stall das licht an", "Stalltor = geöffnet"),
    ],
)
async def test_an_alert_is_made(line: str, name: str) -> None:
    world = farm()
    answer = await say(world, line)
    assert [each.name for each in world.bot.rules.alerts] == [name], answer


@pytest.mark.parametrize(
    ("rule", "line", "names"),
    [
        (
            "gefriertruhe > -15",
            "alarm von der gefriertruhe auf -12 ändern",
            ["Gefriertruhe Temperatur > −12 °C"],
        ),
        (
            "gefriertruhe > -15",
            "ändere den alarm der gefriertruhe auf -12",
            ["Gefriertruhe Temperatur > −12 °C"],
        ),
        ("toner < 10", "change the toner alert to 8", ["Drucker Toner < 8 %"]),
        ("toner < 10", "lösch den alarm vom toner", []),
        ("toner < 10", "alarmweg toner", []),
        ("toner < 10", "den alarm für den toner bitte löschen", []),
        ("toner < 10", "brauch den toner alarm nicht mehr", []),
        ("toner < 10", "delete the alert for the toner", []),
        ("stalltor ist auf", "der alarm am tor kann weg", []),
        ("stalltor ist auf", "alarm vom stalltor auf 3 ändern", ["Stalltor = auf"]),
        ("toner < 10", "ändere den alarm vom toner", ["Drucker Toner < 10 %"]),
        ("toner < 10", "kann der alarm vom toner weg?", ["Drucker Toner < 10 %"]),
    ],
)
async def test_a_rule_is_called_by_its_thing(rule: str, line: str, names: list[str]) -> None:
    world = farm()
    await say(world, f"alarm {rule}")
    answer = await say(world, line)
    assert [each.name for each in world.bot.rules.alerts] == names, answer


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("lösch den alarm vom milchtank", "alarmweg 1"),
        ("alarmweg milchtank", "alarmweg 1"),
        ("ändere den alarm vom milchtank auf 7", "regel 1"),
    ],
)
async def test_of_several_rules_none_is_guessed(line: str, command: str) -> None:
    world = farm()
    for rule in ("milchtank temperatur > 6", "milchtank füllstand > 95"):
        await say(world, f"alarm {rule}")
    answer = await say(world, line)
    assert "1 Milchtank Temperatur > 6 °C, 2 Milchtank Füllstand > 95 %" in answer
    assert answer.endswith(command)
    assert len(world.bot.rules.alerts) == 2


async def test_a_rule_of_two_limits_is_shown() -> None:
    world = farm()
    await say(world, "alarm milchtank temperatur zwischen 2 und 6")
    assert "Milchtank Temperatur" in await say(world, "ändere den alarm vom milchtank auf 7")
    assert [each.condition.values for each in world.bot.rules.alerts] == [("2", "6")]


def test_a_line_about_a_rule_is_read_word_by_word() -> None:
    assert rule_line("lösch den alarm") is None
    assert rule_line("lösch den alarm " + "vom tor " * 8) is None
    assert rule_line("set the gate rule to 8 V") == RuleLine("gate", "8 V")
    assert rule_line("alarm tor") is None


@pytest.mark.parametrize(
    ("first", "then", "topics"),
    [
        ("welche lampen sind an", "mach alle aus", {STABLE}),
        ("welche lampen sind an", "turn them off", {STABLE}),
        ("wo brennt noch licht", "mach die aus", {STABLE}),
        ("welche lampen sind an", "mach alles aus", set()),
        ("welche lampen sind an", "alle aus?", set()),
        ("welche lampen sind an", "mach sie aus bis auf die stalllampe", set()),
        ("welche lampen sind an", "mach alle aus außer der stalllampe", set()),
        ("welche lampen sind an", "mach sie lila", set()),
        ("rollladen süd", "mach alle lampen aus", set()),
    ],
)
async def test_all_of_a_list_are_those_of_it(first: str, then: str, topics: set[str]) -> None:
    world = farm()
    await say(world, first)
    answer = await say(world, then)
    assert {each[0] for each in world.broker.published} == topics, answer


async def test_more_than_can_be_named_are_not_set() -> None:
    world = farm()
    for number in range(9):
        config = {"state_topic": f"hof/l{number}", "command_topic": f"hof/l{number}/set"}
        announce(world, "light", f"l{number}", name=f"Birne {number}", **config)
        world.receive(f"hof/l{number}", "ON")
    await say(world, "welche lampen sind an")
    assert "8" in await say(world, "mach sie aus")
    assert world.broker.published == []


@pytest.mark.parametrize(
    ("first", "then", "topics", "payload"),
    [
        ("stubenlampe und küchenlicht an", "mach beide wieder aus", {LIVING, KITCHEN}, b"OFF"),
        ("stubenlampe an", "ne, die leselampe", {READING}, b"ON"),
        ("heizung büro auf 20", "noch 2 grad wärmer", {OFFICE}, b"19"),
        ("heizung büro auf 20", "noch etwas wärmer", {OFFICE}, b"18"),
    ],
)
async def test_what_goes_on_with_a_wish_is_done(
    first: str, then: str, topics: set[str], payload: bytes
) -> None:
    world = farm()
    await say(world, first)
    world.broker.published.clear()
    answer = await say(world, then)
    assert {each[:2] for each in world.broker.published} == {(each, payload) for each in topics}, answer


@pytest.mark.parametrize(
    ("first", "then", "part"),
    [
        ("wie warm ist der kälberstall", "seit wann so warm", "11,4 °C, so hoch seit 09:00"),
        ("gefriertruhe", "seit wann so kalt", "−18,6 °C, so niedrig seit 09:00"),
        ("wie warm ist es in der ferienwohnung", "seit wann so kalt", "16,4, so niedrig seit 09:00"),
        ("wie feucht ist der kälberstall", "seit wann", "Kälberstall Luftfeuchte: 78 % seit 09:00"),
        ("stalltor", "seit wann schon", "Stalltor: geöffnet seit 09:00"),
        ("stalltor", "seit wann ist die haustür zu", "Haustür: geschlossen seit 09:00"),
    ],
)
async def test_since_when_is_asked_of_what_was_told(first: str, then: str, part: str) -> None:
    world = farm()
    await say(world, first)
    assert part in await say(world, then)


async def test_since_when_is_asked_after_another_time() -> None:
    world = farm()
    await say(world, "wie warm ist der kälberstall")
    assert "Kälberstall" in await say(world, "und gestern?")
    assert "11,4 °C, so hoch seit 09:00" in await say(world, "seit wann so warm")
    assert "Kälberstall" in await say(world, "und gestern?")
    assert "Gefriertruhe" in await say(world, "und die gefriertruhe?")


@pytest.mark.parametrize(
    ("values", "then", "since"),
    [
        ((11.4, 8.0, 12.0, 11.9, 12.0), "seit wann so warm", "10:00"),
        ((11.4, 8.0, 12.0, 15.0, 12.0), "seit wann so warm", "10:00"),
        ((11.4, 12.0, 8.0, 8.1, 8.0), "seit wann so kalt", "10:00"),
        ((11.4, 12.0, 8.0, 6.0, 8.0), "seit wann so kalt", "10:00"),
        ((11.4, 12.0, 8.0, 8.1, 8.0), "seit wann", "10:10"),
        ((11.4, 12.0, 8.0, 7.9, 8.0), "seit wann", "10:10"),
    ],
)
async def test_it_is_as_high_as_now_since_it_was_lower(
    values: tuple[float, ...], then: str, since: str
) -> None:
    world = farm()
    for number, value in enumerate(values):
        world.clock.time += 60 * (55 if number == 2 else 0 if not number else 0 if number == 1 else 5)
        world.receive("hof/kalb/t", str(value))
    await say(world, "wie warm ist der kälberstall")
    assert f"seit {since}" in await say(world, then)


@pytest.mark.parametrize(
    ("first", "then", "part"),
    [
        ("heute um 17 uhr ans melken", "erst um halb sechs", "17:30: melken"),
        ("morgen um 4:30 ans melken", "erst um halb sechs", "morgen 05:30: melken"),
        ("morgen um 8 an den tierarzt", "doch lieber übermorgen", "08:00: den tierarzt"),
        ("heute um 17 uhr an den tierarzt", "doch lieber morgen", "morgen 17:00: den tierarzt"),
        ("heute um 17 uhr an den tierarzt", "erst morgen abend", "morgen 18:00: den tierarzt"),
        ("morgen um 8 an den tierarzt", "verschieb das auf 10", "morgen 10:00: den tierarzt"),
        ("morgen um 8 an den tierarzt", "eine stunde später", "morgen 09:00: den tierarzt"),
        ("morgen um 8 an den tierarzt", "erst in 2 stunden", "11:05: den tierarzt"),
        ("morgen um 8 an den tierarzt", "not until 9", "morgen 09:00: den tierarzt"),
        ("morgen um 8 an den tierarzt", "hat sich erledigt", "Vergessen: den tierarzt"),
        ("morgen um 8 an den tierarzt", "doch erst in 3", "Das habe ich nicht verstanden"),
    ],
)
async def test_a_reminder_is_moved(first: str, then: str, part: str) -> None:
    world = farm()
    await say(world, f"erinnere mich {first}")
    assert part in await say(world, then)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("tomorrow", 17 + 24),
        ("18:30", 18.5),
        ("half past five", 17.5),
        ("halb sechs", 17.5),
        ("halb sieben morgen", None),
        ("in 2 hours", 10),
        ("30 min later", 17.5),
        ("xyz", None),
        ("in 3", None),
        ("yesterday", None),
        ("December", None),
    ],
)
def test_what_was_for_five_is_moved(text: str, hour: float | None) -> None:
    now, before = 86_400.0 + 8 * 3600, 86_400.0 + 17 * 3600
    at = parse_moved(text, before, now, in_utc)
    if hour is not None:
        assert at == 86_400.0 + hour * 3600
    else:
        assert not at or at > before + 40 * 3600 or text == "halb sieben morgen"


async def test_what_is_occupied_is_no_person() -> None:
    assert "Belegt:\n• Briefkasten erkannt" in await say(farm(people=False), "wer ist zuhause")
    assert "sagt mir nichts" in await say(farm(people=False), "wer ist nicht da")
    world = farm(people=False)
    world.receive("hof/binary_sensor/Briefkasten", "OFF")
    assert "sagt mir nichts" in await say(world, "wer ist zuhause")
    announce(world, "binary_sensor", "da", name="Anwesenheit", state_topic="hof/da", device_class="presence")
    world.receive("hof/da", "ON")
    assert "Anwesenheit zuhause" in await say(world, "wer ist zuhause")
    assert "Da:\n• Anwesenheit" in await say(world, "wer ist nicht da")


async def test_a_person_goes_before_the_devices_that_follow_it() -> None:
    world = farm()
    config = '{"name": "Handy Resi", "unique_id": "h", "state_topic": "$ha/device_tracker.handy"}'
    world.receive("$ha/device_tracker/handy/config", config, retain=True)
    world.receive("$ha/device_tracker.handy", "home")
    assert "Handy" not in await say(world, "wer ist zuhause")


async def test_a_topic_called_like_a_word_is_no_name_in_a_sentence() -> None:
    world = farm()
    assert "Heizung" not in await say(world, "ist das mit dem zaun nun gut")


async def test_what_is_to_last_is_taken_back_in_german() -> None:
    world = farm()
    answer = await say(world, "mach im stall das licht für 10 minuten an")
    assert answer == "Stalllampe: an (gesendet)\n⏰ 09:15 wird erledigt: Stalllampe aus (r1)"

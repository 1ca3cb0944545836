"""Lines as people type them, in English and German, and the kind of answer to each."""

from fakes import ME, World
from homes import announce, home
import pytest

from bot.model.rules import Role, Subscription

STILL = "→ nobody"


def a_home(language: str = "en", *, bare: bool = True) -> World:
    return home(language=language, bare_commands=bare)


ENGLISH = [
    ("help", "for example:"),
    ("HELP", "for example:"),
    ("?", "for example:"),
    ("mqtt", "for example:"),
    ("/mqtt", "for example:"),
    ("mqtt status", "Broker: connected"),
    ("/mqtt status", "Broker: connected"),
    ("/status", "Broker: connected"),
    ("!status", "Broker: connected"),
    ("!mqtt status", "Broker: connected"),
    ("STATUS", "Broker: connected"),
    ("list", "Subscriptions: "),
    ("manager", "Subscriptions: "),
    ("help tools", "• status — "),
    ("help topics", "• subscribe "),
    ("help alerts", "• rmalert "),
    ("help history", "• chart "),
    ("help mute", "Usage: mute [what] [duration…]"),
    ("discovery prefix ha", "below homeassistant"),
    ("histroy ice chest", "Did you mean history"),
    ("mute ice chest lid until tomorrow", "Muted until tomorrow 07:00"),
    ("mute ice chest lid in 10 minutes", "Muted until 08:10"),
    ("mute ice chest lid for ten minutes", "Muted until 08:10"),
    ("mute ice chest lid 10 min", "Muted until 08:10"),
    ("mute ice chest lid until 7am", "Muted until tomorrow 07:00"),
    ("dnd until 7am", "until tomorrow 07:00"),
    ("dnd tomorrow", "until Sunday 00:00"),
    ("dnd for two hours", "until 10:00"),
    ("dnd", "Do not disturb is off. Switch it on: dnd for 2 hours, dnd until 7am, dnd on"),
    ("quiet", "Notifications make their sound. Without it: quiet for 2 hours"),
    ("quiet until tomorrow morning", "until tomorrow 07:00"),
    ("quiet 8h", "until 16:00"),
    ("quiet soon", "is no time that I understand. For example: 2h"),
    ("history ice chest temperature last night", "Nothing has come in"),
    ("history ice chest temperature 2 hours", "• 08:00:00 — −18.5"),
    ("history ice chest temperature since Monday", "• 08:00:00 — −18.5"),
    ("history ice chest temperature 19:00-19:20", "Nothing has come in"),
    ("history ice chest temperature november", "Nothing has come in"),
    ("history ice chest temperature from 7:00 to 9:00", "• 08:00:00 — −18.5"),
    ("alert ice chest temperature > -15 for ten minutes", "is above −15 for 10 min."),
    ("alert ice chest temperature warmer than -15.5", "is above −15.5."),
    ("alert ice chest temperature lower than -25 for half an hour", "is below −25 for 30 min."),
    ("alert ice chest temperature > -15 and kitchen lamp = on", "is above −15 and Kitchen lamp is on."),
    ("priority home/# critical", "has the priority critical now"),
    ("priority home/# kritisch", "has the priority critical now"),
    ("display home/# changes", "is shown as: changes"),
    ("snooze 1h", "there is no alert"),
    ("status please", "Home: Online"),
    ("nothing like this", STILL),
]

GERMAN = [
    ("hilfe", "zum Beispiel:"),
    ("/mqtt hilfe", "zum Beispiel:"),
    ("help", "zum Beispiel:"),
    ("hilfe alarme", "• alarmweg "),
    ("hilfe stumm", "Aufruf: stumm [was] [dauer…]"),
    ("zustand", "Broker: verbunden"),
    ("themen", "Abonnements: "),
    ("geräte", "Geräte: "),
    ("geraete", "Geräte: "),
    ("Verlauf Ice chest Temperature", "• 08:00:00 — −18,5"),
    ("verlauf ice chest temperature 2 Stunden", "• 08:00:00 — −18,5"),
    ("verlauf ice chest temperature letzte Nacht", "nichts angekommen"),
    ("verlauf ice chest temperature seit Montag", "• 08:00:00 — −18,5"),
    ("alarm ice chest temperature > -15,5 für zehn Minuten", "seit 10 min über −15,5 liegt."),
    ("alarm ice chest temperature wärmer als -15,5", "über −15,5 liegt."),
    ("alarm ice chest temperature kälter als -25 kritisch", "Als kritisch melden"),
    ("alarme", "Alarmregeln"),
    ("stumm ice chest lid bis morgen früh", "Bis morgen 07:00 stummgeschaltet"),
    ("stumm ice chest lid für 2 Stunden", "Bis 10:00 stummgeschaltet"),
    ("stumm ice chest lid bis 18 Uhr", "Bis 18:00 stummgeschaltet"),
    ("stumm", "Stumm schaltet zum Beispiel stumm Küche Haustür 2h"),
    ("ruhe bis 7 Uhr", "bis morgen 07:00 ohne Ton"),
    ("ruhe 8 Stunden", "bis 16:00 ohne Ton"),
    ("ruhe am Montag", "bis Dienstag 00:00 ohne Ton"),
    ("ruhe", "Ohne Ton: ruhe 2 Stunden, ruhe bis 7 Uhr, ruhe an"),
    ("ruhe aus", "wieder Ton"),
    ("ruhe bald", "verstehe ich nicht als Zeit. Zum Beispiel: 2h, zehn Minuten"),
    ("dnd an", "abschalten mit nichtstören aus"),
    ("priorität home/# kritisch", "hat jetzt die Priorität kritisch"),
    ("priorität home/# wichtig", "möglich: still, normal, alarm, kritisch. Aufruf: priorität"),
    ("anzeige home/# laufend", "erscheint jetzt so: Tafel"),
    ("anzeige home/# änderungen", "erscheint jetzt so: nur Änderungen"),
    ("anzeige home/# each", "erscheint so: jede einzeln"),
    ("veröffentlichen home/x", "„inhalt“ fehlt. Aufruf: veröffentlichen"),
    ("einstellungen", "Konfiguration"),
    ("warum", "noch keinen Alarm"),
    ("mehr", "Mehr gibt es nicht"),
    ("stauts", "Meintest du"),
    ("ganz was anderes", STILL),
]


@pytest.mark.parametrize(
    ("language", "line", "part"), [*(("en", *each) for each in ENGLISH), *(("de", *each) for each in GERMAN)]
)
async def test_lines_are_understood_and_no_answer_has_a_slash(language: str, line: str, part: str) -> None:
    world = a_home(language)
    answer = await world.ask(line)
    if part is STILL:
        assert "hilfe" in answer or "help" in answer
    else:
        assert part in answer
    assert not [each for each in answer.splitlines() if each.startswith("/")]
    assert "/mqtt" not in answer


@pytest.mark.parametrize("language", ["en", "de"])
async def test_where_commands_need_mqtt_every_hint_has_it(language: str) -> None:
    world = a_home(language, bare=False)
    for line in ("quiet", "nonsense", "publish x", "aliases", "presets"):
        assert "/mqtt " in await world.ask(f"/mqtt {line}")


async def test_the_first_help_is_of_this_home_and_works_as_it_stands() -> None:
    world = a_home()
    lines = [line.removeprefix("• ").partition(" — ")[0] for line in (await world.ask("help")).splitlines()]
    assert lines[1:7] == [
        "Ice chest Temperature",
        "chart Ice chest Temperature today",
        "alert Ice chest Temperature > -16",
        "Kitchen lamp on",
        "quiet until 7am",
        "status",
    ]
    assert lines[-1].startswith("More: help all, or one of: help topics")
    for line in (lines[2], lines[3], lines[5], lines[6]):
        assert "no command" not in await world.ask(line)
        assert "is no time" not in await world.ask(line)


async def test_the_first_help_has_what_one_may_do() -> None:
    world = a_home()
    viewer = await world.ask("help", ME, Role.VIEWER)
    assert "chart Ice chest" in viewer
    assert "alert" not in viewer.split("More:")[0]
    assert " on — " not in viewer


async def test_the_first_help_of_topics_without_devices() -> None:
    world = World(Subscription("home/#"))
    world.receive("home/note", "hello")
    assert "• topics — what there is" in await world.ask("help")
    world.receive("home/power", "1234.5 W")
    world.receive("home/t", "21.5 °C")
    assert "• alert home/t > 24 — " in await world.ask("help")


async def test_help_shows_nothing_that_cannot_be_measured_or_switched() -> None:
    world = World(Subscription("home/#"))
    announce(world, "sensor", "note", name="Note", state_topic="home/note")
    announce(world, "light", "sign", name="Sign", state_topic="home/sign")
    world.receive("home/note", "Parcel at the neighbours'")
    world.receive("home/sign", "ON")
    lines = (await world.ask("help")).splitlines()
    assert not [line for line in lines if "Note" in line or "Sign" in line]
